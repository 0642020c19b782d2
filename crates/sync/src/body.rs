//! What the sealed bytes of a row hold: a version and JSON.
//!
//! The format has a version of its own, apart from the database's, so that a row written by an older app is read by a
//! newer one without touching it. Version 1: the byte 1, then JSON in UTF-8.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::ports::Sealer;
use crate::sealed::SEALED;
use crate::store::StoreError;

const VERSION: u8 = 1;

/// Serialises and seals.
pub(crate) fn seal<T: Serialize>(sealer: &impl Sealer, value: &T) -> Vec<u8> {
    let mut plain = vec![VERSION];
    serde_json::to_writer(&mut plain, value)
        .expect("rows hold maps with text keys and plain values only");
    sealer.seal(&plain)
}

/// Opens and reads.
///
/// # Errors
///
/// [`StoreError::Corrupt`] if the bytes can't be opened or are not this format, [`StoreError::Newer`] for a later
/// version of it.
pub(crate) fn open<T: DeserializeOwned>(
    sealer: &impl Sealer,
    bytes: &[u8],
) -> Result<T, StoreError> {
    let plain = opened(sealer, bytes)?;
    serde_json::from_slice(json(&plain))
        .map_err(|error| StoreError::Corrupt(error.classify_words()))
}

/// The JSON of what [`opened`] gave.
pub(crate) fn json(opened: &[u8]) -> &[u8] {
    opened.get(1..).unwrap_or_default()
}

/// Opens what is to be read in place.
///
/// # Errors
///
/// As [`open`], but for what the JSON says.
pub(crate) fn opened(sealer: &impl Sealer, bytes: &[u8]) -> Result<Vec<u8>, StoreError> {
    let plain = sealer
        .open(bytes)
        .ok_or_else(|| StoreError::Corrupt("sealed by another key".to_owned()))?;
    match plain.first() {
        Some(&VERSION) => Ok(plain),
        Some(&SEALED) => Err(StoreError::Corrupt("sealed by another key".to_owned())),
        Some(version) if *version > VERSION => Err(StoreError::Newer),
        Some(_) | None => Err(StoreError::Corrupt("no version".to_owned())),
    }
}

/// Names what is wrong without showing what stands there.
trait Words {
    fn classify_words(&self) -> String;
}

impl Words for serde_json::Error {
    fn classify_words(&self) -> String {
        format!("{:?} at column {}", self.classify(), self.column())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::Plain;

    #[test]
    fn a_later_version_is_told_from_a_broken_row() {
        assert_eq!(open::<String>(&Plain, &[2, b'"']), Err(StoreError::Newer));
        assert!(matches!(
            open::<String>(&Plain, &[]),
            Err(StoreError::Corrupt(_))
        ));
        assert!(matches!(
            open::<String>(&Plain, &[1, b'"']),
            Err(StoreError::Corrupt(_))
        ));
        assert_eq!(
            open::<String>(&Plain, &seal(&Plain, &"words")),
            Ok("words".to_owned())
        );
    }
}
