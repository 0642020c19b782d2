//! Reads what rows hold, apart from the engine: a mistake in its own reading would hide itself.

use lume_core::ids::UserId;
use lume_sync::content::{Content, Operation};
use lume_sync::memory::Tables;
use lume_sync::rows::{ClaimItem, EntityKey, OutboxRow};
use lume_sync::testing::{MemoryBackend, Profile};
use serde::de::DeserializeOwned;

/// The request of a claim, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub(crate) struct StoredRequest {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) body: Option<String>,
}

/// A body's content. The simulated sealer leaves bytes as they are; the first byte is the format's version.
pub(crate) fn content(body: &[u8]) -> Content {
    opened(body).expect("the engine wrote it")
}

/// A claim's request.
pub(crate) fn request(item: &ClaimItem) -> StoredRequest {
    opened(&item.request).expect("the engine wrote it")
}

fn opened<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    serde_json::from_slice(body.get(1..)?).ok()
}

/// The events of one lane in order.
pub(crate) fn lane<'a>(
    tables: &'a Tables,
    key: &'a EntityKey,
) -> impl Iterator<Item = &'a OutboxRow> {
    tables.outbox.values().filter(move |row| row.key == *key)
}

/// What the server has of an entity, as far as the device knows, and what the lane's events make of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Folded {
    /// Nothing.
    Absent,
    /// A tombstone.
    Deleted,
    /// An entity.
    Live(Content),
}

impl Folded {
    /// What it says, if it is there.
    pub(crate) fn content(&self) -> Option<&Content> {
        match self {
            Self::Live(content) => Some(content),
            Self::Absent | Self::Deleted => None,
        }
    }
}

/// The last server state.
pub(crate) fn base(tables: &Tables, key: &EntityKey) -> Folded {
    match tables.bases.get(key) {
        None => Folded::Absent,
        Some(base) if base.stands_for_none() => Folded::Absent,
        Some(base) if base.deleted => Folded::Deleted,
        Some(base) => Folded::Live(content(&base.body)),
    }
}

/// The base with all events of the lane applied, in order.
pub(crate) fn fold(tables: &Tables, key: &EntityKey) -> Folded {
    let last = steps(tables, key).pop();
    last.unwrap_or_else(|| base(tables, key))
}

/// What each event of the lane makes of the base, in order.
pub(crate) fn steps(tables: &Tables, key: &EntityKey) -> Vec<Folded> {
    let steps = lane(tables, key).scan(base(tables, key), |state, row| {
        let patch = content(&row.body);
        *state = match (row.operation, &*state) {
            (Operation::Deleted, _) => Folded::Deleted,
            (Operation::Updated, Folded::Live(known)) => {
                Folded::Live(patched(known.clone(), &patch))
            }
            (Operation::Created | Operation::Updated, _) => {
                Folded::Live(patched(Content::new(), &patch))
            }
        };
        Some(state.clone())
    });
    steps.collect()
}

fn patched(mut content: Content, patch: &Content) -> Content {
    for (name, value) in patch {
        if value.is_null() {
            content.remove(name);
        } else {
            content.insert(name.clone(), value.clone());
        }
    }
    content
}

/// Content as this server keeps it.
pub(crate) fn as_server_has_it(
    backend: &MemoryBackend,
    content: &Content,
    user: UserId,
    key: &EntityKey,
) -> Content {
    let fields = lume_wire::mood::to_wire(content, user, key.id);
    let mut fields = match backend.options().profile {
        Profile::Basic(_) => lume_wire::mood::to_basic(fields),
        Profile::Extended => fields,
    };
    fields.retain(|_, value| !value.is_null());
    fields
}
