//! The envelope every answer travels in.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A successful answer: `{"success": true, "data": …}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope<T> {
    /// Always true; a failure is an [`crate::ApiError`].
    pub success: bool,
    /// What was asked for.
    pub data: T,
}

impl<T> Envelope<T> {
    /// Wraps data as a success.
    pub const fn of(data: T) -> Self {
        Self {
            success: true,
            data,
        }
    }
}

/// An answer that is not what the contract says.
#[derive(Debug)]
pub struct ParseError(serde_json::Error);

impl ParseError {
    /// Whether the bytes ended early or are no JSON at all (a cut body, a portal's page), and not merely another shape.
    pub fn is_not_json(&self) -> bool {
        !self.0.is_data()
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // serde_json's own message may quote the value at fault, which may be private.
        write!(
            formatter,
            "answer is not as agreed (line {}, column {})",
            self.0.line(),
            self.0.column()
        )
    }
}

impl std::error::Error for ParseError {}

/// Reads the data of a successful answer. A basic backend may leave the envelope out: then the body is the data.
///
/// # Errors
///
/// When the bytes are no JSON or not of the shape asked for.
pub fn parse_data<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ParseError> {
    let mut value: Value = serde_json::from_slice(bytes).map_err(ParseError)?;
    let data = value.as_object_mut().and_then(|body| body.remove("data"));
    let data = data.unwrap_or(value);
    serde_json::from_value(data).map_err(ParseError)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_read_with_and_without_the_envelope() {
        let with: Vec<u8> = parse_data(br#"{"success": true, "data": [1, 2]}"#).unwrap();
        let without: Vec<u8> = parse_data(b"[1, 2]").unwrap();
        assert_eq!(with, without);
    }

    #[test]
    fn a_page_of_html_or_a_cut_body_is_no_json_and_another_shape_is() {
        assert!(parse_data::<u8>(b"<html>").unwrap_err().is_not_json());
        assert!(
            parse_data::<u8>(br#"{"success": true, "da"#)
                .unwrap_err()
                .is_not_json()
        );
        assert!(
            !parse_data::<u8>(br#"{"success": true, "data": "x"}"#)
                .unwrap_err()
                .is_not_json()
        );
    }

    #[test]
    fn the_error_does_not_quote_what_it_could_not_read() {
        let error = parse_data::<u8>(br#"{"data": "my secret note"}"#).unwrap_err();
        assert!(!error.to_string().contains("secret"));
    }
}
