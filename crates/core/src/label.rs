//! What moods' and associations' labels have in common.

/// The longest label taken, in characters (Unicode scalar values).
pub const LABEL_CHARS_MAX: usize = 40;

/// Makes a newtype over the text of a label.
///
/// Any text can be held, trimmed: what came from a store or another client must stay readable. Whether it is a good
/// label is asked by validation, through `problem`.
macro_rules! label {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// White space around it is dropped, and whatever else comes from a store or another client is kept, so that
        /// reading never fails; validation says whether it is a good label. `Debug` does not show it.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Returns the text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Returns what is wrong with it; `None` for a good label.
            pub fn problem(&self) -> Option<$crate::validate::FieldCode> {
                $crate::label::problem(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.trim().to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                if text.trim().len() == text.len() { Self(text) } else { Self::from(text.as_str()) }
            }
        }

        impl From<$name> for String {
            fn from(label: $name) -> String {
                label.0
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    };
}
pub(crate) use label;

use crate::validate::FieldCode;

pub(crate) fn problem(label: &str) -> Option<FieldCode> {
    if label.is_empty() {
        Some(FieldCode::Required)
    } else if label.chars().count() > LABEL_CHARS_MAX {
        Some(FieldCode::TooLong)
    } else if label.chars().any(char::is_control) {
        Some(FieldCode::Invalid)
    } else {
        None
    }
}
