//! The schemas, one file per step. A released step is never changed: a later one follows it.
//!
//! A database of any released version gets the steps that it lacks, in one transaction. Each released version has a
//! stored dump in tests/browser/fixtures, which every later version must be able to take over. A version is also due
//! when a record or a header changes its meaning: an older app would rewrite what it half understands, and a version
//! keeps it away.

mod step_1;
mod step_2;

use js_sys::Array;
use wasm_bindgen::JsValue;
use web_sys::{IdbDatabase, IdbIndexParameters, IdbObjectStore, IdbObjectStoreParameters};

use super::upgrade::Migration;

/// The schema's version of a profile's database.
pub const PROFILE_VERSION: u32 = 2;

/// The steps of a profile's database: the first makes version 1 of nothing.
pub fn profile_steps() -> &'static [Migration] {
    const STEPS: [Migration; PROFILE_VERSION as usize] = [step_1::migrate, step_2::migrate];
    &STEPS
}

/// How an object store finds its rows.
enum Key<'a> {
    /// Given with each put.
    Outside,
    /// Counted up by the store.
    Counted,
    /// One property.
    Property(&'a str),
    /// Several properties.
    Properties(&'a [&'a str]),
    /// One property, counted up by the store where it is left out.
    CountedProperty(&'a str),
}

fn make_store(db: &IdbDatabase, name: &str, key: &Key<'_>) -> Result<IdbObjectStore, JsValue> {
    let parameters = IdbObjectStoreParameters::new();
    match key {
        Key::Outside => {}
        Key::Counted => parameters.set_auto_increment(true),
        Key::Property(name) => parameters.set_key_path(&JsValue::from_str(name)),
        Key::Properties(names) => parameters.set_key_path(&path(names)),
        Key::CountedProperty(name) => {
            parameters.set_key_path(&JsValue::from_str(name));
            parameters.set_auto_increment(true);
        }
    }
    db.create_object_store_with_optional_parameters(name, &parameters)
}

/// Makes an index over several properties; a row that lacks one of them is not in it.
fn make_index(store: &IdbObjectStore, name: &str, properties: &[&str]) -> Result<(), JsValue> {
    store
        .create_index_with_str_sequence(name, &path(properties))
        .map(drop)
}

/// Makes an index over one property that no two rows may share.
fn make_unique_index(store: &IdbObjectStore, name: &str, property: &str) -> Result<(), JsValue> {
    let parameters = IdbIndexParameters::new();
    parameters.set_unique(true);
    store
        .create_index_with_str_and_optional_parameters(name, property, &parameters)
        .map(drop)
}

fn path(names: &[&str]) -> JsValue {
    names
        .iter()
        .map(|name| JsValue::from_str(name))
        .collect::<Array>()
        .into()
}
