//! Passwords: hashed with argon2id, each with its own salt and the cost it was hashed with.

use argon2::{Algorithm, Argon2, Params, Version};
use lume_wire::Secret;
use subtle::ConstantTimeEq;

use crate::config::PasswordCost;
use crate::error::ServerError;
use crate::world::World;

/// A hashed password as the database has it.
pub(super) struct Hashed {
    pub(super) salt: Vec<u8>,
    pub(super) hash: Vec<u8>,
    /// `m=19456,t=2,p=1`.
    pub(super) cost: String,
}

/// Hashes and verifies. Both take tens of milliseconds of one core.
pub(crate) struct PasswordHasher {
    argon2: Argon2<'static>,
    cost: PasswordCost,
    /// What an unknown address is verified against, so that it takes as long as a known one.
    nobody: Hashed,
}

impl PasswordHasher {
    pub(crate) fn new(cost: PasswordCost, world: &dyn World) -> Result<Self, ServerError> {
        let argon2 = argon2_of(cost)?;
        let nobody = hash(&argon2, cost, &Secret::from(String::new()), world)?;
        Ok(Self {
            argon2,
            cost,
            nobody,
        })
    }

    pub(super) fn hash(&self, password: &Secret, world: &dyn World) -> Result<Hashed, ServerError> {
        hash(&self.argon2, self.cost, password, world)
    }

    /// Whether the password is the account's; without an account the same work is done, and the answer is no.
    pub(super) fn verify(
        &self,
        password: &Secret,
        stored: Option<&Hashed>,
    ) -> Result<bool, ServerError> {
        let against = stored.unwrap_or(&self.nobody);
        let cost = parse_cost(&against.cost).ok_or(ServerError::Corrupt("password cost"))?;
        let computed = digest(&argon2_of(cost)?, password, &against.salt)?;
        let equal: bool = computed.as_slice().ct_eq(&against.hash).into();
        Ok(equal && stored.is_some())
    }
}

fn hash(
    argon2: &Argon2<'_>,
    cost: PasswordCost,
    password: &Secret,
    world: &dyn World,
) -> Result<Hashed, ServerError> {
    let salt = world.random_bytes()[..16].to_vec();
    let hash = digest(argon2, password, &salt)?.to_vec();
    Ok(Hashed {
        salt,
        hash,
        cost: format!("m={},t={},p=1", cost.memory_kib, cost.passes),
    })
}

fn digest(argon2: &Argon2<'_>, password: &Secret, salt: &[u8]) -> Result<[u8; 32], ServerError> {
    let mut hash = [0; 32];
    argon2
        .hash_password_into(password.expose().as_bytes(), salt, &mut hash)
        .map_err(ServerError::Hashing)?;
    Ok(hash)
}

fn argon2_of(cost: PasswordCost) -> Result<Argon2<'static>, ServerError> {
    let params =
        Params::new(cost.memory_kib, cost.passes, 1, None).map_err(ServerError::Hashing)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn parse_cost(text: &str) -> Option<PasswordCost> {
    let (memory, rest) = text.strip_prefix("m=")?.split_once(",t=")?;
    let passes = rest.strip_suffix(",p=1")?;
    Some(PasswordCost {
        memory_kib: memory.parse().ok()?,
        passes: passes.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use lume_core::time::Timestamp;

    use super::*;
    use crate::world::ManualWorld;

    const CHEAP: PasswordCost = PasswordCost {
        memory_kib: 64,
        passes: 1,
    };

    #[test]
    fn a_password_is_known_again_and_another_is_not() {
        let world = ManualWorld::new(Timestamp::from_millis(0), 1);
        let hasher = PasswordHasher::new(CHEAP, &world).unwrap();
        let stored = hasher.hash(&Secret::from("correct horse"), &world).unwrap();

        assert!(
            hasher
                .verify(&Secret::from("correct horse"), Some(&stored))
                .unwrap()
        );
        assert!(
            !hasher
                .verify(&Secret::from("battery staple"), Some(&stored))
                .unwrap()
        );
        assert!(!hasher.verify(&Secret::from(""), None).unwrap());
    }

    #[test]
    fn a_password_hashed_at_an_earlier_cost_is_still_known() {
        let world = ManualWorld::new(Timestamp::from_millis(0), 1);
        let earlier = PasswordHasher::new(CHEAP, &world).unwrap();
        let stored = earlier
            .hash(&Secret::from("correct horse"), &world)
            .unwrap();
        let now = PasswordHasher::new(
            PasswordCost {
                memory_kib: 128,
                passes: 2,
            },
            &world,
        )
        .unwrap();

        assert!(
            now.verify(&Secret::from("correct horse"), Some(&stored))
                .unwrap()
        );
    }
}
