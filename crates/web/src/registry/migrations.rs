//! The registry's schemas, as those of a profile's database: a released step is never changed.

mod step_1;

use crate::idb::Migration;

/// The schema's version of the registry.
pub const REGISTRY_VERSION: u32 = 1;

/// The steps of the registry: the first makes version 1 of nothing.
pub fn registry_steps() -> &'static [Migration] {
    const STEPS: [Migration; REGISTRY_VERSION as usize] = [step_1::migrate];
    &STEPS
}
