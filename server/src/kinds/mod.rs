//! The kinds of entities and what each demands of its fields.
//!
//! A kind is one file here and one line in [`KINDS`]; routes, revisions, tombstones, keys and the change log are the
//! same for all (see `entities`). Every field has its wire name; `id` and `user_id` are not a kind's business.

mod mood;
mod mood_def;
mod reader;

use lume_core::time::Timestamp;
use lume_core::validate::FieldErrors;
use lume_wire::mood::Fields;

pub use mood::MOOD;
pub use mood_def::MOOD_DEF;

/// A kind of entity.
#[derive(Debug)]
pub struct Kind {
    /// Its name in event types and in the database.
    pub name: &'static str,
    /// Its place under `/api/v1`; with low lines, the name of its list in answers.
    pub collection: &'static str,
    /// Reads all fields of an entity: what is known and good, in one form for each value; the rest is left out.
    pub check: fn(fields: &Fields, now: Timestamp) -> Result<Checked, FieldErrors>,
    /// Lays a patch over an entity's fields, null clearing, and carries along what follows from the patch.
    pub patch: fn(fields: &Fields, patch: &Fields) -> Fields,
}

/// Fields that were found good.
pub struct Checked {
    /// In canonical form: equal contents are equal here.
    pub fields: Fields,
    /// The moment the entity is about, by which lists are sorted.
    pub at: Timestamp,
}

/// All kinds.
pub const KINDS: &[&Kind] = &[&MOOD, &MOOD_DEF];

/// `fields` with `patch` laid over it; null removes a field.
fn overlay(fields: &Fields, patch: &Fields) -> Fields {
    let mut result = fields.clone();
    for (name, value) in patch {
        if value.is_null() {
            result.remove(name);
        } else {
            result.insert(name.clone(), value.clone());
        }
    }
    result
}
