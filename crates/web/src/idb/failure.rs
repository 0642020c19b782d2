//! What the browser's errors mean to the engine. They are told apart by name: codes and classes differ between browsers.

use indexed_db_futures::error::{Error, OpenDbError};
use lume_sync::store::StoreError;
use wasm_bindgen::JsValue;

use crate::js;

/// Whether there is no room.
pub(super) fn is_quota(name: &str) -> bool {
    matches!(name, "QuotaExceededError" | "NS_ERROR_DOM_QUOTA_REACHED")
}

/// What is said of a database that was deleted or cleared while it was in use.
pub(super) fn gone() -> StoreError {
    StoreError::Unavailable("it was deleted".to_owned())
}

/// What is said where there is no `IndexedDB`, or where it must not be touched.
const NO_STORAGE: &str = "this place has no storage";

/// Whether the browser gives this page no storage at all, as in some private windows, rather than failing at it.
pub fn is_refused(error: &StoreError) -> bool {
    matches!(error, StoreError::Unavailable(name)
        if matches!(name.as_str(), NO_STORAGE | "SecurityError" | "InvalidStateError" | "NotSupportedError"))
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
        OpenDbError::Base(_) => StoreError::Unavailable(error.to_string()),
        // The crate says `VersionZero` whenever `open` throws; no version of ours is 0.
        OpenDbError::VersionZero
        | OpenDbError::UnsupportedEnvironment
        | OpenDbError::NullFactory => StoreError::Unavailable(NO_STORAGE.to_owned()),
    }
}

/// A transaction that could not begin, on a connection that is open.
pub(super) fn begin_failed(error: &JsValue) -> StoreError {
    match js::error_name(error).as_str() {
        "NotFoundError" => StoreError::Corrupt("an object store is missing".to_owned()),
        name => StoreError::Unavailable(name.to_owned()),
    }
}
