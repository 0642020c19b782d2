//! A key from a passphrase: argon2id, RFC 9106.

use argon2::{Algorithm, Argon2, Params, Version};

const KEY_BYTES: usize = 32;
/// There are no threads here to go side by side on.
const LANES: u32 = 1;

/// The key that a passphrase and a salt lead to, after so many passes over so much memory; `None` where the cost or the
/// salt is out of range.
pub fn derive_key(
    passphrase: &str,
    salt: &[u8],
    memory_kib: u32,
    passes: u32,
) -> Option<[u8; KEY_BYTES]> {
    let params = Params::new(memory_kib, passes, LANES, Some(KEY_BYTES)).ok()?;
    let mut key = [0; KEY_BYTES];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt, &mut key)
        .ok()?;
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the reference implementation's own tests: argon2id, version 0x13, two passes over 64 MiB, one lane.
    #[test]
    fn a_key_is_what_the_reference_implementation_derives() {
        let key = derive_key("password", b"somesalt", 65_536, 2).expect("the cost is in range");

        let expected = 0x0931_6115_d5cf_24ed_5a15_a31a_3ba3_26e5_u128;
        assert_eq!(key[..16], expected.to_be_bytes());
        let expected = 0xcf32_edc2_4702_987c_02b6_566f_6191_3cf7_u128;
        assert_eq!(key[16..], expected.to_be_bytes());
    }

    #[test]
    fn another_salt_passphrase_or_cost_leads_to_another_key() {
        let key = derive_key("a passphrase", b"0123456789abcdef", 64, 1);
        for (passphrase, salt, memory, passes) in [
            ("b passphrase", b"0123456789abcdef", 64, 1),
            ("a passphrase", b"0123456789abcdeg", 64, 1),
            ("a passphrase", b"0123456789abcdef", 72, 1),
            ("a passphrase", b"0123456789abcdef", 64, 2),
        ] {
            assert_ne!(derive_key(passphrase, salt, memory, passes), key);
        }
    }

    #[test]
    fn a_cost_that_is_out_of_range_gives_no_key() {
        assert_eq!(derive_key("words", b"0123456789abcdef", 1, 1), None);
        assert_eq!(derive_key("words", b"0123456789abcdef", 64, 0), None);
        assert_eq!(derive_key("words", b"short", 64, 1), None);
    }
}
