//! Bytes as text: UTF-8, with or without its mark, or UTF-16 with one.

use std::borrow::Cow;

use crate::row::FileError;

const UTF8_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The text of a file.
///
/// # Errors
///
/// [`FileError::Empty`] and [`FileError::NotText`].
pub(crate) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, FileError> {
    let text = if let Some(rest) = bytes.strip_prefix(b"\xFF\xFE") {
        Cow::Owned(utf16(rest, u16::from_le_bytes)?)
    } else if let Some(rest) = bytes.strip_prefix(b"\xFE\xFF") {
        Cow::Owned(utf16(rest, u16::from_be_bytes)?)
    } else {
        let rest = bytes.strip_prefix(UTF8_MARK).unwrap_or(bytes);
        Cow::Borrowed(std::str::from_utf8(rest).map_err(|_| FileError::NotText)?)
    };
    if text.contains('\0') {
        return Err(FileError::NotText);
    }
    if text.trim().is_empty() {
        return Err(FileError::Empty);
    }
    Ok(text)
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, FileError> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(FileError::NotText);
    }
    char::decode_utf16(pairs.iter().map(|pair| unit(*pair)))
        .collect::<Result<_, _>>()
        .map_err(|_| FileError::NotText)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_utf_8_and_utf_16_are_understood() {
        let utf16 = |unit: fn(u16) -> [u8; 2]| {
            "\u{feff}Gemüt 😊"
                .encode_utf16()
                .flat_map(unit)
                .collect::<Vec<_>>()
        };
        for bytes in [
            "Gemüt 😊".as_bytes().to_vec(),
            "\u{feff}Gemüt 😊".as_bytes().to_vec(),
            utf16(u16::to_le_bytes),
            utf16(u16::to_be_bytes),
        ] {
            assert_eq!(decode(&bytes).as_deref(), Ok("Gemüt 😊"));
        }
    }

    #[test]
    fn other_encodings_and_nothing_are_told_apart() {
        for bytes in [
            b"Gem\xFCt".as_slice(),
            b"\xFF\xFEa",
            b"\xFF\xFE\x00\xD8a\x00",
            b"P\x00K\x00",
        ] {
            assert_eq!(decode(bytes), Err(FileError::NotText));
        }
        for bytes in [b"".as_slice(), b" \r\n", UTF8_MARK, b"\xFF\xFE"] {
            assert_eq!(decode(bytes), Err(FileError::Empty));
        }
    }
}
