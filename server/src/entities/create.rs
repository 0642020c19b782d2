//! `POST /moods`: a new entity under an id that the device made.

use lume_core::ids::{EntityId, UserId};
use lume_core::time::Timestamp;
use lume_wire::mood::Fields;
use lume_wire::{ApiError, ErrorCode};
use rusqlite::Transaction;

use super::store::{Commit, Row, commit, find};
use super::{check_owner, conflict, invalid, is_deleted, not_yours, owned_by, shown};
use crate::answer::Answer;
use crate::error::ServerError;
use crate::idempotency::{Fingerprint, Outcome, once};
use crate::kinds::{Checked, Kind};
use crate::service::{Change, Service};

/// What to do about a creation.
#[derive(Debug, PartialEq)]
enum Plan {
    /// The id is new.
    Insert,
    /// The entity is there already, with this very content.
    Same,
    /// No.
    Refuse(ApiError),
}

impl Service {
    /// Creates an entity: 201; 200 where it exists with the same content; 409 `exists` with other content; 403 where
    /// the id is another account's; 410 where it was deleted.
    pub fn create(&self, kind: &Kind, change: &Change<'_>, body: &Fields) -> Answer {
        let id = match read_id(body) {
            Ok(id) => id,
            Err(refused) => return Answer::refusal(&refused),
        };
        let now = self.now();
        self.change(change, |transaction| {
            create_once(transaction, kind, change, id, body, now).map(|outcome| outcome.answer)
        })
    }
}

/// The creation under its key.
pub(crate) fn create_once(
    transaction: &Transaction<'_>,
    kind: &Kind,
    change: &Change<'_>,
    id: EntityId,
    body: &Fields,
    now: Timestamp,
) -> Result<Outcome, ServerError> {
    let print = Fingerprint::new(kind.name, "created", id, None, body, true);
    once(transaction, change, print, now, || {
        create(transaction, kind, change, id, body, now)
    })
}

fn create(
    transaction: &Transaction<'_>,
    kind: &Kind,
    change: &Change<'_>,
    id: EntityId,
    body: &Fields,
    now: Timestamp,
) -> Result<Answer, ServerError> {
    let user = change.caller.user;
    check_owner(body, user)?;
    let existing = find(transaction, kind, id)?;
    let body = with_known_times(body, existing.as_ref());
    let Checked { fields, at } = (kind.check)(&body, now).map_err(|errors| invalid(&errors))?;
    let fields = owned_by(fields, id, user);

    match (plan(existing.as_ref(), user, &fields), existing) {
        (Plan::Refuse(refused), _) => Err(refused.into()),
        (Plan::Same, Some(row)) => Ok(Answer::ok(200, shown(&row)).with_etag(row.rev)),
        (Plan::Insert | Plan::Same, _) => {
            let rev = commit(
                transaction,
                &Commit {
                    kind,
                    id,
                    change,
                    deleted: false,
                    fields: Some(&fields),
                    at: Some(at),
                    now,
                },
            )?;
            let row = Row {
                owner: user,
                rev,
                deleted: false,
                fields: Some(fields),
            };
            Ok(Answer::ok(201, shown(&row)).with_etag(rev))
        }
    }
}

fn plan(existing: Option<&Row>, user: UserId, fields: &Fields) -> Plan {
    match existing {
        None => Plan::Insert,
        Some(row) if row.owner != user => Plan::Refuse(not_yours()),
        Some(row) if row.deleted => Plan::Refuse(is_deleted(row.rev)),
        Some(row) if row.fields.as_ref() == Some(fields) => Plan::Same,
        Some(row) => Plan::Refuse(conflict(
            ErrorCode::Exists,
            "an entry with this id exists and has other content",
            row,
        )),
    }
}

fn read_id(body: &Fields) -> Result<EntityId, ApiError> {
    let id = body
        .get("id")
        .and_then(serde_json::Value::as_str)
        .map(str::parse);
    match id {
        Some(Ok(id)) => Ok(id),
        Some(Err(_)) => {
            Err(ApiError::new(ErrorCode::BadRequest, "id is no UUID").with_field("id", "invalid"))
        }
        None => {
            Err(ApiError::new(ErrorCode::BadRequest, "id is missing").with_field("id", "required"))
        }
    }
}

/// Times of making that a request leaves out are the stored ones, so that leaving them out is no other content.
fn with_known_times(body: &Fields, existing: Option<&Row>) -> Fields {
    let mut body = body.clone();
    let Some(known) = existing.and_then(|row| row.fields.as_ref()) else {
        return body;
    };
    for name in ["created_at", "updated_at"] {
        if body.get(name).is_none_or(serde_json::Value::is_null)
            && let Some(time) = known.get(name)
        {
            body.insert(name.to_owned(), time.clone());
        }
    }
    body
}

#[cfg(test)]
mod tests {
    use lume_wire::Rev;
    use serde_json::json;

    use super::*;

    fn user(byte: u8) -> UserId {
        UserId::from_random_bytes([byte; 16])
    }

    fn row(owner: u8, deleted: bool, note: &str) -> Row {
        Row {
            owner: user(owner),
            rev: Rev(7),
            deleted,
            fields: Some(fields(note)),
        }
    }

    fn fields(note: &str) -> Fields {
        Fields::from_iter([("note".to_owned(), json!(note))])
    }

    fn refused(plan: Plan) -> ErrorCode {
        match plan {
            Plan::Refuse(error) => error.code,
            Plan::Insert | Plan::Same => panic!("not refused: {plan:?}"),
        }
    }

    #[test]
    fn the_plan_follows_from_what_is_stored() {
        assert_eq!(plan(None, user(1), &fields("a")), Plan::Insert);
        assert_eq!(
            plan(Some(&row(1, false, "a")), user(1), &fields("a")),
            Plan::Same
        );
        assert_eq!(
            refused(plan(Some(&row(1, false, "b")), user(1), &fields("a"))),
            ErrorCode::Exists
        );
        assert_eq!(
            refused(plan(Some(&row(2, false, "a")), user(1), &fields("a"))),
            ErrorCode::Permission
        );
        assert_eq!(
            refused(plan(Some(&row(2, true, "a")), user(1), &fields("a"))),
            ErrorCode::Permission
        );
        assert_eq!(
            refused(plan(Some(&row(1, true, "a")), user(1), &fields("a"))),
            ErrorCode::Deleted
        );
    }
}
