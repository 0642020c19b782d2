//! What an entry is about: family, work, the weather.
//!
//! As with moods, an entry holds labels. One outside the catalogue, of a newer version or another client, passes
//! through unchanged.

use crate::label::label;

label! {
    /// The label of an association: one of the catalogue's ([`Association::label`]) or another, 1 to 40 characters.
    AssociationLabel
}

impl AssociationLabel {
    /// Returns the catalogue's association of this label, if it is one.
    pub fn known(&self) -> Option<Association> {
        Association::by_label(self.as_str())
    }
}

impl From<Association> for AssociationLabel {
    fn from(association: Association) -> Self {
        Self::from(association.label())
    }
}

macro_rules! catalogue {
    ($($name:ident $label:literal $key:literal)*) => {
        /// An association of the catalogue, in the catalogue's order. `Debug` does not say which one it is.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Association {
            $(
                #[doc = concat!("`", $label, "`.")]
                $name,
            )*
        }

        impl Association {
            /// All associations in the catalogue's order.
            pub const ALL: [Self; 19] = [$(Self::$name),*];

            /// Returns the label by which entries and backends name it: camel case, never translated.
            pub const fn label(self) -> &'static str {
                match self {
                    $(Self::$name => $label,)*
                }
            }

            /// Returns the key of its translated name, `association_self_care`.
            pub const fn name_key(self) -> &'static str {
                match self {
                    $(Self::$name => concat!("association_", $key),)*
                }
            }
        }
    };
}

catalogue! {
    Community     "community"     "community"
    CurrentEvents "currentEvents" "current_events"
    Dating        "dating"        "dating"
    Family        "family"        "family"
    Friends       "friends"       "friends"
    Partner       "partner"       "partner"
    Fitness       "fitness"       "fitness"
    Hobbies       "hobbies"       "hobbies"
    Chores        "chores"        "chores"
    Education     "education"     "education"
    Work          "work"          "work"
    Identity      "identity"      "identity"
    Health        "health"        "health"
    SelfCare      "selfCare"      "self_care"
    Travel        "travel"        "travel"
    Weather       "weather"       "weather"
    Tasks         "tasks"         "tasks"
    Money         "money"         "money"
    Spirituality  "spirituality"  "spirituality"
}

impl Association {
    /// Returns the association of that label, exactly as spelled.
    pub fn by_label(label: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|association| association.label() == label)
    }
}

impl std::fmt::Debug for Association {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Association(..)")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn labels_and_keys_are_unique_and_labels_lead_back() {
        let labels: BTreeSet<_> = Association::ALL.iter().map(|a| a.label()).collect();
        let keys: BTreeSet<_> = Association::ALL.iter().map(|a| a.name_key()).collect();
        assert_eq!((labels.len(), keys.len()), (19, 19));
        for association in Association::ALL {
            assert_eq!(
                AssociationLabel::from(association).known(),
                Some(association)
            );
        }
    }

    #[test]
    fn an_unknown_association_passes_through() {
        let label: AssociationLabel = serde_json::from_str("\"gardening\"").unwrap();
        assert_eq!(label.known(), None);
        assert_eq!(serde_json::to_string(&label).unwrap(), "\"gardening\"");
        assert_eq!(label.problem(), None);
    }

    #[test]
    fn debug_never_shows_which_association_it_is() {
        let label = AssociationLabel::from(Association::Dating);
        assert_eq!(
            format!("{:?} {label:?}", Association::Dating),
            "Association(..) AssociationLabel(..)"
        );
    }
}
