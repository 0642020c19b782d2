//! The part of an address behind its question mark: names and values, each percent-encoded.
//!
//! The router's own map of parameters decodes twice, so that a text with a percent sign in it would change.

use std::fmt::Write as _;

/// The names and values, decoded, in their order.
pub(crate) fn pairs(search: &str) -> impl Iterator<Item = (String, String)> {
    let search = search.strip_prefix('?').unwrap_or(search);
    search
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        })
}

/// A path with these parameters.
pub(crate) fn with<'a>(
    path: &str,
    parameters: impl IntoIterator<Item = (&'a str, String)>,
) -> String {
    let mut address = path.to_owned();
    for (at, (name, value)) in parameters.into_iter().enumerate() {
        address.push(if at == 0 { '?' } else { '&' });
        encode(name, &mut address);
        address.push('=');
        encode(&value, &mut address);
    }
    address
}

/// What may stand in an address as it is: RFC 3986, section 2.3.
const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

fn encode(text: &str, into: &mut String) {
    for byte in text.bytes() {
        if is_unreserved(byte) {
            into.push(char::from(byte));
        } else {
            // Writing to a text does not fail.
            let _ = write!(into, "%{byte:02X}");
        }
    }
}

/// A plus is a space, as forms write it. What is no encoding stays as it is.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut found = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let encoded = (*byte == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        let encoded =
            encoded.filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        if let Some(byte) = encoded.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            found.push(byte);
            at += 3;
        } else {
            found.push(if *byte == b'+' { b' ' } else { *byte });
            at += 1;
        }
    }
    String::from_utf8_lossy(&found).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percent_sign_is_decoded_once() {
        let found: Vec<_> = pairs("?q=100%2525&mood=%C3%9F+x&bare&y=%4").collect();
        let expected = [("q", "100%25"), ("mood", "ß x"), ("bare", ""), ("y", "%4")];

        assert_eq!(
            found,
            expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
    }

    #[test]
    fn what_would_end_a_value_is_encoded() {
        let address = with("/history", [("q", "a&b=c #%+/?é".to_owned())]);

        assert_eq!(address, "/history?q=a%26b%3Dc%20%23%25%2B%2F%3F%C3%A9");
    }
}
