//! `DELETE /moods/{id}`: leaves a tombstone. Gone already is as good as done.

use lume_core::ids::{EntityId, UserId};
use lume_core::time::Timestamp;
use lume_wire::mood::Fields;
use lume_wire::{ApiError, ErrorCode};
use rusqlite::Transaction;

use super::store::{Commit, Row, commit, find};
use super::{Base, IfMatch, conflict, not_yours};
use crate::answer::Answer;
use crate::error::ServerError;
use crate::idempotency::{Fingerprint, Outcome, once};
use crate::kinds::Kind;
use crate::service::{Change, Service};

/// What to do about a deletion.
#[derive(Debug, PartialEq)]
enum Plan {
    /// There is nothing, or a tombstone.
    Gone,
    /// Put a tombstone in its place.
    Bury,
    /// No.
    Refuse(ApiError),
}

impl Service {
    /// Deletes an entity: 204, also where it is gone already; 412 where a revision is given and it has another.
    pub fn delete(
        &self,
        kind: &Kind,
        change: &Change<'_>,
        id: EntityId,
        if_match: Option<IfMatch>,
    ) -> Answer {
        let now = self.now();
        let base = if_match.map(|if_match| Base {
            if_match,
            is_said: true,
        });
        self.change(change, |transaction| {
            delete_once(transaction, kind, change, id, base, now).map(|outcome| outcome.answer)
        })
    }
}

/// The deletion under its key.
pub(crate) fn delete_once(
    transaction: &Transaction<'_>,
    kind: &Kind,
    change: &Change<'_>,
    id: EntityId,
    base: Option<Base>,
    now: Timestamp,
) -> Result<Outcome, ServerError> {
    let if_match = base.map(|base| base.if_match);
    let rev = if_match.and_then(IfMatch::rev);
    let is_said = base.is_some_and(|base| base.is_said);
    let print = Fingerprint::new(kind.name, "deleted", id, rev, &Fields::new(), is_said);
    once(transaction, change, print, now, || {
        delete(transaction, kind, change, id, if_match, now)
    })
}

fn delete(
    transaction: &Transaction<'_>,
    kind: &Kind,
    change: &Change<'_>,
    id: EntityId,
    if_match: Option<IfMatch>,
    now: Timestamp,
) -> Result<Answer, ServerError> {
    let user = change.caller.user;
    let existing = find(transaction, kind, id)?;
    match plan(existing.as_ref(), user, if_match) {
        Plan::Gone => Ok(Answer::no_content()),
        Plan::Refuse(refused) => Err(refused.into()),
        Plan::Bury => {
            let fields = existing.and_then(|row| row.fields);
            let tombstone = Commit {
                kind,
                id,
                change,
                deleted: true,
                fields: fields.as_ref(),
                at: None,
                now,
            };
            let rev = commit(transaction, &tombstone)?;
            Ok(Answer::no_content().with_etag(rev))
        }
    }
}

fn plan(existing: Option<&Row>, user: UserId, if_match: Option<IfMatch>) -> Plan {
    match existing {
        None => Plan::Gone,
        Some(row) if row.owner != user => Plan::Refuse(not_yours()),
        Some(row) if row.deleted => Plan::Gone,
        Some(row) if if_match.is_none_or(|wanted| wanted.is_met_by(row.rev)) => Plan::Bury,
        Some(row) => Plan::Refuse(conflict(
            ErrorCode::Version,
            "this entry was changed elsewhere",
            row,
        )),
    }
}

#[cfg(test)]
mod tests {
    use lume_wire::Rev;

    use super::*;

    fn planned(deleted: bool, if_match: Option<IfMatch>) -> Plan {
        let user = UserId::from_random_bytes([1; 16]);
        plan(
            Some(&Row {
                owner: user,
                rev: Rev(7),
                deleted,
                fields: None,
            }),
            user,
            if_match,
        )
    }

    #[test]
    fn a_live_entity_is_buried_unless_the_revision_is_stale() {
        assert_eq!(planned(false, None), Plan::Bury);
        assert_eq!(planned(false, Some(IfMatch::Rev(Rev(7)))), Plan::Bury);
        assert!(
            matches!(planned(false, Some(IfMatch::Rev(Rev(6)))), Plan::Refuse(error) if error.code == ErrorCode::Version)
        );
    }

    #[test]
    fn what_is_gone_stays_gone_whatever_the_revision() {
        assert_eq!(planned(true, None), Plan::Gone);
        assert_eq!(planned(true, Some(IfMatch::Rev(Rev(1)))), Plan::Gone);
        assert_eq!(
            plan(None, UserId::from_random_bytes([1; 16]), None),
            Plan::Gone
        );
    }
}
