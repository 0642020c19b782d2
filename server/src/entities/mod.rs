//! What all kinds of entities have in common: revisions, conflicts, tombstones, keys, lists.
//!
//! Each verb is one file: a plan, which is a pure function of what is stored and what is asked, and its application
//! within the same transaction. A revision is the account's commit number, taken from the account's row inside the
//! writing transaction, so that revisions are in commit order.
//!
//! A deletion leaves a tombstone. It keeps the content for the bin for [`TOMBSTONE_CONTENT_DAYS`], and id and revision
//! for [`TOMBSTONE_DAYS`]. What an entity was before its present revision is its history.

mod bin;
mod create;
mod delete;
mod get;
mod history;
mod list;
mod store;
mod update;

use lume_core::ids::{EntityId, UserId};
use lume_core::validate::FieldErrors;
use lume_wire::mood::Fields;
use lume_wire::{ApiError, ErrorCode, Rev};

pub(crate) use create::create_once;
pub(crate) use delete::delete_once;
pub(crate) use history::REVISIONS_DEFAULT;
pub use history::{HISTORY_DAYS, HistoryQuery};
pub use list::ListQuery;
pub(crate) use list::{LIMIT_DEFAULT, LIMIT_MAX};
pub(crate) use store::{Row, parse_fields};
pub use update::IfMatch;
pub(crate) use update::{Base, update_once};

/// How long a tombstone keeps the content.
pub const TOMBSTONE_CONTENT_DAYS: i64 = 30;
/// How long a tombstone keeps id and revision.
pub const TOMBSTONE_DAYS: i64 = 180;

/// An entity as answers carry it: its fields, and its revision among them.
fn shown(row: &Row) -> Option<Fields> {
    row.fields.clone().map(|fields| with_rev(fields, row.rev))
}

/// Fields with their revision among them.
pub(crate) fn with_rev(mut fields: Fields, rev: Rev) -> Fields {
    fields.insert("rev".to_owned(), rev.0.into());
    fields
}

/// The id exists and belongs to another account.
fn not_yours() -> ApiError {
    ApiError::new(
        ErrorCode::Permission,
        "this entry belongs to another account",
    )
}

fn no_such_entity() -> ApiError {
    ApiError::new(ErrorCode::Entity, "no such entry")
}

fn is_deleted(rev: Rev) -> ApiError {
    let mut error = ApiError::new(ErrorCode::Deleted, "this entry was deleted");
    error.rev = Some(rev);
    error
}

/// A conflict that shows the entity as it is.
fn conflict(code: ErrorCode, message: &str, row: &Row) -> ApiError {
    let mut error = ApiError::new(code, message);
    error.rev = Some(row.rev);
    error.entity = shown(row);
    error
}

fn invalid(errors: &FieldErrors) -> ApiError {
    let mut error = ApiError::new(ErrorCode::Validation, "some fields are not valid");
    error.fields = errors
        .iter()
        .map(|(name, code)| (name.to_owned(), code.as_str().to_owned()))
        .collect();
    error
}

/// The fields every kind has, whatever a request says of them.
fn owned_by(mut fields: Fields, id: EntityId, user: UserId) -> Fields {
    fields.insert("id".to_owned(), id.to_string().into());
    fields.insert("user_id".to_owned(), user.to_string().into());
    fields
}

/// A body may repeat which one it is about, but not name another.
pub(crate) fn check_same_id(fields: &Fields, id: EntityId) -> Result<(), ApiError> {
    match fields
        .get("id")
        .map(|claimed| claimed.as_str().map(str::parse::<EntityId>))
    {
        None => Ok(()),
        Some(Some(Ok(claimed))) if claimed == id => Ok(()),
        Some(_) => Err(
            ApiError::new(ErrorCode::BadRequest, "id is not the one of the request")
                .with_field("id", "invalid"),
        ),
    }
}

/// A body may repeat whose it is, but not claim to be another's.
fn check_owner(fields: &Fields, user: UserId) -> Result<(), ApiError> {
    match fields.get("user_id") {
        None | Some(serde_json::Value::Null) => Ok(()),
        Some(claimed) => match claimed.as_str().map(str::parse::<UserId>) {
            Some(Ok(claimed)) if claimed == user => Ok(()),
            Some(Ok(_)) => Err(not_yours()),
            _ => Err(ApiError::new(ErrorCode::BadRequest, "user_id is no UUID")
                .with_field("user_id", "invalid")),
        },
    }
}
