//! Version 1: profiles by name, and what belongs to the device.

use wasm_bindgen::JsValue;
use web_sys::IdbObjectStoreParameters;

use crate::idb::Upgrade;

pub(super) fn migrate(upgrade: &Upgrade) -> Result<(), JsValue> {
    let db = upgrade.db();
    let parameters = IdbObjectStoreParameters::new();
    parameters.set_key_path(&"name".into());
    db.create_object_store_with_optional_parameters("profiles", &parameters)?;
    db.create_object_store("device")?;
    Ok(())
}
