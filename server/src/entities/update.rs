//! `PUT /moods/{id}`: changes some fields of an entity at a known revision, or brings a deleted one back.

use lume_core::ids::{EntityId, UserId};
use lume_core::time::Timestamp;
use lume_wire::mood::Fields;
use lume_wire::{ApiError, ErrorCode, Rev};
use rusqlite::Transaction;
use serde_json::Value;

use super::store::{Commit, Row, commit, find};
use super::{
    check_owner, check_same_id, conflict, invalid, is_deleted, no_such_entity, not_yours, owned_by,
    shown,
};
use crate::answer::Answer;
use crate::error::ServerError;
use crate::idempotency::{Fingerprint, Outcome, once};
use crate::kinds::{Checked, Kind};
use crate::service::{Change, Service};

/// What `If-Match` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfMatch {
    /// `*`: whatever revision there is, as long as the entity is.
    Any,
    /// This revision.
    Rev(Rev),
    /// A tag that no revision of ours has; it never matches.
    Never,
}

impl IfMatch {
    /// Whether it is met by a revision.
    pub fn is_met_by(self, rev: Rev) -> bool {
        match self {
            Self::Any => true,
            Self::Rev(wanted) => wanted == rev,
            Self::Never => false,
        }
    }

    pub(super) const fn rev(self) -> Option<Rev> {
        match self {
            Self::Rev(rev) => Some(rev),
            Self::Any => Some(Rev(-1)),
            Self::Never => None,
        }
    }
}

/// What to do about an update.
#[derive(Debug, PartialEq)]
enum Plan {
    /// Lay the patch over the entity.
    Apply,
    /// Lay the patch over what the tombstone kept.
    Revive,
    /// No.
    Refuse(ApiError),
}

impl Service {
    /// Updates an entity: 200; 412 where it has another revision; 410 where it was deleted, unless the revision is the
    /// tombstone's; 404 where there is none; 428 where no revision is given.
    pub fn update(
        &self,
        kind: &Kind,
        change: &Change<'_>,
        id: EntityId,
        if_match: Option<IfMatch>,
        patch: &Fields,
    ) -> Answer {
        let Some(if_match) = if_match else {
            let message = "If-Match must say which revision the change is based on";
            return Answer::refusal(&ApiError::new(ErrorCode::PreconditionRequired, message));
        };
        let base = Base {
            if_match,
            is_said: true,
        };
        let now = self.now();
        self.change(change, |transaction| {
            update_once(transaction, kind, change, id, base, patch, now)
                .map(|outcome| outcome.answer)
        })
    }
}

/// The revision a change is based on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Base {
    pub(crate) if_match: IfMatch,
    /// Whether the request names it; otherwise it follows from the batch.
    pub(crate) is_said: bool,
}

/// The update under its key.
pub(crate) fn update_once(
    transaction: &Transaction<'_>,
    kind: &Kind,
    change: &Change<'_>,
    id: EntityId,
    base: Base,
    patch: &Fields,
    now: Timestamp,
) -> Result<Outcome, ServerError> {
    let rev = base.if_match.rev();
    let print = Fingerprint::new(kind.name, "updated", id, rev, patch, base.is_said);
    once(transaction, change, print, now, || {
        update(transaction, kind, change, id, base.if_match, patch, now)
    })
}

fn update(
    transaction: &Transaction<'_>,
    kind: &Kind,
    change: &Change<'_>,
    id: EntityId,
    if_match: IfMatch,
    patch: &Fields,
    now: Timestamp,
) -> Result<Answer, ServerError> {
    let user = change.caller.user;
    let existing = find(transaction, kind, id)?;
    let Some(row) = existing.as_ref() else {
        return Err(no_such_entity().into());
    };
    if let Plan::Refuse(refused) = plan(row, user, if_match) {
        return Err(refused.into());
    }
    check_owner(patch, user)?;
    check_same_id(patch, id)?;

    let known = row.fields.clone().unwrap_or_default();
    let merged = (kind.patch)(&known, &without_fixed_fields(patch, &known, now));
    let Checked { fields, at } = (kind.check)(&merged, now).map_err(|errors| invalid(&errors))?;
    let fields = owned_by(fields, id, user);
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
    Ok(Answer::ok(200, shown(&row)).with_etag(rev))
}

fn plan(row: &Row, user: UserId, if_match: IfMatch) -> Plan {
    if row.owner != user {
        return Plan::Refuse(not_yours());
    }
    match (row.deleted, if_match) {
        // Reviving must be meant: it takes the tombstone's own revision.
        (true, IfMatch::Rev(rev)) if rev == row.rev => Plan::Revive,
        (true, _) => Plan::Refuse(is_deleted(row.rev)),
        (false, wanted) if wanted.is_met_by(row.rev) => Plan::Apply,
        (false, _) => Plan::Refuse(conflict(
            ErrorCode::Version,
            "this entry was changed elsewhere",
            row,
        )),
    }
}

/// When it was made never changes, once it is known; when it was changed is now, unless the device says so.
fn without_fixed_fields(patch: &Fields, known: &Fields, now: Timestamp) -> Fields {
    let mut patch = patch.clone();
    if known.contains_key("created_at") {
        patch.remove("created_at");
    }
    if patch.get("updated_at").is_none_or(Value::is_null) {
        patch.insert("updated_at".to_owned(), now.to_string().into());
    }
    patch
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(byte: u8) -> UserId {
        UserId::from_random_bytes([byte; 16])
    }

    fn planned(deleted: bool, if_match: IfMatch) -> Result<Plan, ErrorCode> {
        let row = Row {
            owner: user(1),
            rev: Rev(7),
            deleted,
            fields: None,
        };
        match plan(&row, user(1), if_match) {
            Plan::Refuse(error) => Err(error.code),
            planned @ (Plan::Apply | Plan::Revive) => Ok(planned),
        }
    }

    #[test]
    fn a_live_entity_takes_its_own_revision_or_any() {
        assert_eq!(planned(false, IfMatch::Rev(Rev(7))), Ok(Plan::Apply));
        assert_eq!(planned(false, IfMatch::Any), Ok(Plan::Apply));
        assert_eq!(
            planned(false, IfMatch::Rev(Rev(6))),
            Err(ErrorCode::Version)
        );
        assert_eq!(planned(false, IfMatch::Never), Err(ErrorCode::Version));
    }

    #[test]
    fn a_deleted_one_is_revived_by_the_tombstones_revision_alone() {
        assert_eq!(planned(true, IfMatch::Rev(Rev(7))), Ok(Plan::Revive));
        for if_match in [IfMatch::Any, IfMatch::Never, IfMatch::Rev(Rev(6))] {
            assert_eq!(
                planned(true, if_match),
                Err(ErrorCode::Deleted),
                "{if_match:?}"
            );
        }
    }

    #[test]
    fn anothers_entity_is_not_ours_to_change_whatever_its_revision() {
        let row = Row {
            owner: user(1),
            rev: Rev(7),
            deleted: false,
            fields: None,
        };
        let Plan::Refuse(error) = plan(&row, user(2), IfMatch::Rev(Rev(7))) else {
            panic!("not refused")
        };
        assert_eq!((error.code, error.rev), (ErrorCode::Permission, None));
    }
}
