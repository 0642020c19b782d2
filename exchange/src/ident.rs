//! By what a row is known again.

use lume_core::ids::EntityId;
use sha2::{Digest as _, Sha256};

/// Bytes of a hash in a source's id: as many as a UUID has.
const HASH_BYTES: usize = 16;

/// The id of the entry that a row of another app becomes: the same for the same source's id, at every import.
pub(crate) fn entity_id(source_id: &str) -> EntityId {
    EntityId::from_random_bytes(hash(&["lume-import", source_id]))
}

/// A source's id for a row without one of its own: what tells it from other rows, hashed.
pub(crate) fn hashed(app: &str, parts: &[&str]) -> String {
    let number = u128::from_be_bytes(hash(parts));
    format!("{app}:{number:032x}")
}

/// No two lists of parts are one text: each part comes with its length.
fn hash(parts: &[&str]) -> [u8; HASH_BYTES] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let mut bytes = [0; HASH_BYTES];
    for (to, from) in bytes.iter_mut().zip(hasher.finalize()) {
        *to = from;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What was imported once is known by it for ever.
    #[test]
    fn ids_stay_what_they_are() {
        assert_eq!(
            hashed("daylio", &["2024-01-05T20:30", "", "cake"]),
            "daylio:b0c4e4f26d6ed5bcd16d43adf5413af2"
        );
        assert_eq!(
            entity_id("pixy:1").to_string(),
            "90534885-0b3a-4966-a3ec-411e1087d7d7"
        );
    }

    #[test]
    fn where_one_part_ends_counts() {
        assert_ne!(hashed("a", &["bc", "d"]), hashed("a", &["b", "cd"]));
        assert_ne!(entity_id("pixy:1"), entity_id("pixy:2"));
    }
}
