//! Revisions and how they travel in `ETag` and `If-Match`.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The revision of an entity: the commit number of its account at the server.
///
/// Grows with every commit of the account and is never given out twice, so that two revisions of one entity can be
/// ordered without a clock. It is 1 or more; on the wire a plain number, in headers a quoted one (`"17"`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rev(pub i64);

impl Rev {
    /// The value of an `ETag` or `If-Match` header for this revision.
    ///
    /// ```
    /// assert_eq!(lume_wire::Rev(17).to_etag(), "\"17\"");
    /// ```
    pub fn to_etag(self) -> String {
        format!("\"{}\"", self.0)
    }

    /// Reads an `ETag` header. A proxy that compresses may have made it weak (`W/"17"`); the revision is the same.
    pub fn from_etag(value: &str) -> Option<Self> {
        let value = value.trim();
        let value = value.strip_prefix("W/").unwrap_or(value);
        let digits = value.strip_prefix('"')?.strip_suffix('"')?;
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        digits.parse().ok().map(Self)
    }
}

impl fmt::Display for Rev {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::Rev;

    #[test]
    fn an_etag_is_read_back_as_the_revision_it_was_made_from() {
        assert_eq!(Rev::from_etag(&Rev(42).to_etag()), Some(Rev(42)));
        assert_eq!(Rev::from_etag(" W/\"42\" "), Some(Rev(42)));
    }

    #[test]
    fn what_is_no_quoted_number_is_no_revision() {
        for value in [
            "",
            "42",
            "\"\"",
            "\"-1\"",
            "\"+1\"",
            "\"x\"",
            "\"99999999999999999999\"",
            "*",
        ] {
            assert_eq!(Rev::from_etag(value), None, "{value}");
        }
    }
}
