//! Ids: UUIDs, one newtype per thing they name, so that an event's id can't stand where an entity's belongs.
//!
//! A device makes ids itself, from random bytes it hands in. They are read in either case and written in lower case,
//! which makes two spellings of one id equal everywhere, as keys in a store too. Any UUID version is read: other
//! clients make their own.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// Says that a text is no id: ids are UUIDs in their hyphenated form of 36 characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a uuid in hyphenated form")]
pub struct InvalidId;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// Makes an id of version 4 of 16 random bytes; the version and variant bits replace six of theirs.
            pub fn from_random_bytes(bytes: [u8; 16]) -> Self {
                Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
            }

            /// Wraps a UUID that already exists.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// Returns the UUID.
            pub const fn as_uuid(&self) -> Uuid {
                self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                parse_hyphenated(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self.0.as_hyphenated(), f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

id! {
    /// The id of an entity: an entry, a custom mood, a goal.
    EntityId
}
id! {
    /// The id of an outbox event; sent as the idempotency key of the request that carries it.
    EventId
}
id! {
    /// The id of an account at a server.
    UserId
}
id! {
    /// The id of this installation, one per database.
    DeviceId
}
id! {
    /// The id of one claimed batch of events.
    ClaimId
}

/// Reads the hyphenated form alone: the `uuid` crate would take braces, URNs and bare digits as well, and one form
/// in requests, rows and logs is easier to search for.
fn parse_hyphenated(text: &str) -> Result<Uuid, InvalidId> {
    text.parse::<uuid::fmt::Hyphenated>()
        .map(uuid::fmt::Hyphenated::into_uuid)
        .map_err(|_| InvalidId)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LOWER: &str = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff";

    #[test]
    fn an_id_is_read_in_any_case_and_written_in_lower_case() {
        let lower: EntityId = LOWER.parse().unwrap();
        let upper: EntityId = LOWER.to_uppercase().parse().unwrap();
        assert_eq!(lower, upper);
        assert_eq!(upper.to_string(), LOWER);
        assert_eq!(
            serde_json::to_string(&upper).unwrap(),
            format!("\"{LOWER}\"")
        );
    }

    #[test]
    fn only_the_hyphenated_form_is_an_id() {
        let braced = format!("{{{LOWER}}}");
        let urn = format!("urn:uuid:{LOWER}");
        let bare = LOWER.replace('-', "");
        for text in [
            "",
            "1",
            &braced,
            &urn,
            &bare,
            &LOWER[1..],
            " 6f9619ff-8b86-4d01-b42d-00cf4fc964f",
        ] {
            assert_eq!(text.parse::<EntityId>(), Err(InvalidId), "{text}");
        }
    }

    #[test]
    fn debug_says_which_kind_of_id_it_is() {
        let id: EventId = LOWER.parse().unwrap();
        assert_eq!(format!("{id:?}"), format!("EventId({LOWER})"));
    }

    proptest! {
        #[test]
        fn an_id_of_random_bytes_is_a_v4_and_survives_a_round_trip(bytes: [u8; 16]) {
            let id = EntityId::from_random_bytes(bytes);
            prop_assert_eq!(id.as_uuid().get_version_num(), 4);
            prop_assert_eq!(id.as_uuid().get_variant(), uuid::Variant::RFC4122);
            let json = serde_json::to_string(&id).unwrap();
            prop_assert_eq!(serde_json::from_str::<EntityId>(&json).unwrap(), id);
        }

        #[test]
        fn ids_sort_as_their_texts_do(a: [u8; 16], b: [u8; 16]) {
            let (a, b) = (EntityId::from_random_bytes(a), EntityId::from_random_bytes(b));
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        }
    }
}
