//! Tokens: how they are drawn, hashed and followed by others.

use lume_wire::Secret;
use sha2::{Digest, Sha256};

use crate::world::World;

/// Recognisable where one leaks, for instance by a scanner of secrets.
const ACCESS_PREFIX: &str = "lume_at_";
const REFRESH_PREFIX: &str = "lume_rt_";

/// A fresh pair.
pub(super) fn draw(world: &dyn World) -> (Secret, Secret) {
    (
        written(ACCESS_PREFIX, &world.random_bytes()),
        written(REFRESH_PREFIX, &world.random_bytes()),
    )
}

/// The pair that follows a refresh token: always the same for one token and one salt, and nothing without both.
pub(super) fn successors(presented: &Secret, salt: &[u8; 32]) -> (Secret, Secret) {
    let derive = |purpose: &str| -> [u8; 32] {
        let hash = Sha256::new().chain_update(purpose).chain_update(salt);
        hash.chain_update(presented.expose()).finalize().into()
    };
    (
        written(ACCESS_PREFIX, &derive("access")),
        written(REFRESH_PREFIX, &derive("refresh")),
    )
}

/// What the database knows of a token.
pub(super) fn hash(token: &Secret) -> [u8; 32] {
    Sha256::digest(token.expose()).into()
}

fn written(prefix: &str, bytes: &[u8; 32]) -> Secret {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(prefix.len() + 2 * bytes.len());
    text.push_str(prefix);
    for byte in bytes {
        write!(text, "{byte:02x}").expect("writing to a string does not fail");
    }
    Secret::from(text)
}

#[cfg(test)]
mod tests {
    use lume_core::time::Timestamp;

    use super::*;
    use crate::world::ManualWorld;

    #[test]
    fn successors_are_the_same_for_one_salt_and_others_for_another() {
        let world = ManualWorld::new(Timestamp::from_millis(0), 1);
        let (_, refresh) = draw(&world);
        let (access, next) = successors(&refresh, &[1; 32]);
        assert_eq!(
            successors(&refresh, &[1; 32]),
            (access.clone(), next.clone())
        );
        assert_ne!(successors(&refresh, &[2; 32]).1, next);
        assert_ne!(access.expose()[8..], next.expose()[8..]);
    }
}
