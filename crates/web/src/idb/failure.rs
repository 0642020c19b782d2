//! What the browser's errors mean to the engine. They are told apart by name: codes and classes differ between browsers.

use indexed_db_futures::error::{Error, OpenDbError};
use lume_sync::store::StoreError;
use wasm_bindgen::JsValue;

use crate::js;

/// Whether there is no room.
pub(super) fn is_quota(name: &str) -> bool {
    matches!(name, "QuotaExceededError" | "NS_ERROR_DOM_QUOTA_REACHED")
}

/// What to say of an open that takes too long.
pub(super) fn too_long(blocked: bool) -> StoreError {
    if blocked {
        StoreError::Blocked
    } else {
        StoreError::Unavailable("it did not open in time".to_owned())
    }
}

/// A database that could not be opened or deleted.
pub(super) fn open_failed(error: &OpenDbError) -> StoreError {
    match error {
        OpenDbError::Base(Error::DomException(exception)) => {
            let name = js::error_name(exception.as_ref());
            match name.as_str() {
                "VersionError" => StoreError::Newer,
                name if is_quota(name) => StoreError::Full,
                _ => StoreError::Unavailable(name),
            }
        }
        OpenDbError::Base(_)
        | OpenDbError::VersionZero
        | OpenDbError::UnsupportedEnvironment
        | OpenDbError::NullFactory => StoreError::Unavailable(error.to_string()),
    }
}

/// A transaction that could not begin, on a connection that is open.
pub(super) fn begin_failed(error: &JsValue) -> StoreError {
    match js::error_name(error).as_str() {
        "NotFoundError" => StoreError::Corrupt("an object store is missing".to_owned()),
        name => StoreError::Unavailable(name.to_owned()),
    }
}
