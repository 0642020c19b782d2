//! What an entity says, as the engine sees it: a map of fields, and patches to it.
//!
//! The engine knows no kind by name and reads no field: it folds patches onto a base and takes differences. A field
//! that this version does not know is carried along like any other.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The fields of an entity, or a patch in which `null` clears a field.
pub type Content = Map<String, Value>;

/// What an event does to its entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Operation {
    /// Carries the whole entity.
    Created,
    /// Carries the changed fields; brings a deleted entity back when it carries all of them.
    Updated,
    /// Carries nothing but the id.
    Deleted,
}

impl Operation {
    /// The name used in event types such as `mood.created`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Deleted => "deleted",
        }
    }
}

/// What is known of an entity at one point of its history.
#[derive(Clone, PartialEq)]
pub enum State {
    /// Nobody has heard of it.
    Absent,
    /// It exists with this content.
    Live(Content),
    /// It was deleted.
    Deleted,
}

/// Applies one event to a state.
///
/// A patch for an entity that is absent or deleted makes it live with the patch's fields: edit beats delete.
pub fn apply(state: &State, operation: Operation, patch: &Content) -> State {
    match operation {
        Operation::Created => State::Live(without_nulls(patch)),
        Operation::Deleted => State::Deleted,
        Operation::Updated => match state {
            State::Live(content) => State::Live(merged(content, patch)),
            State::Absent | State::Deleted => State::Live(without_nulls(patch)),
        },
    }
}

/// The patch that takes `from` to `to`: changed and new fields with their value, vanished ones with `null`.
pub fn difference(from: &Content, to: &Content) -> Content {
    let changed = to
        .iter()
        .filter(|(name, value)| from.get(*name) != Some(value))
        .map(|(name, value)| (name.clone(), value.clone()));
    let vanished = from
        .keys()
        .filter(|name| !to.contains_key(*name))
        .map(|name| (name.clone(), Value::Null));
    changed.chain(vanished).collect()
}

/// `content` with `patch` laid over it; `null` removes a field.
pub fn merged(content: &Content, patch: &Content) -> Content {
    let mut result = content.clone();
    for (name, value) in patch {
        if value.is_null() {
            result.remove(name);
        } else {
            result.insert(name.clone(), value.clone());
        }
    }
    result
}

fn without_nulls(patch: &Content) -> Content {
    merged(&Content::new(), patch)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn content(value: Value) -> Content {
        let Value::Object(map) = value else {
            panic!("not an object")
        };
        map
    }

    #[test]
    fn applying_the_difference_gives_the_target() {
        let from = content(json!({"a": 1, "b": 2, "unknown": [1]}));
        let to = content(json!({"a": 1, "c": 3, "unknown": [1, 2]}));

        let patch = difference(&from, &to);

        assert_eq!(merged(&from, &patch), to);
        assert_eq!(patch.len(), 3);
    }

    #[test]
    fn an_update_keeps_the_fields_it_does_not_name() {
        let state = State::Live(content(json!({"note": "x", "later": true})));

        let after = apply(&state, Operation::Updated, &content(json!({"note": null})));

        assert!(after == State::Live(content(json!({"later": true}))));
    }

    #[test]
    fn an_edit_brings_a_deleted_entity_back() {
        let after = apply(
            &State::Deleted,
            Operation::Updated,
            &content(json!({"note": "back"})),
        );

        assert!(after == State::Live(content(json!({"note": "back"}))));
    }
}
