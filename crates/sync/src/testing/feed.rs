//! The feed of changes: what an account's entities have become since a cursor, in the order of their commits.
//!
//! A cursor is `epoch.rev.start`: how far it has come, and the account's revision when its listing began. A tombstone that
//! is gone by now matters only to who could have seen the entity before it was deleted.

use std::collections::BTreeMap;

use lume_core::ids::{EntityId, UserId};
use lume_core::time::Timestamp;
use lume_wire::changes::{CHANGES_LIMIT_MAX, Change, ChangesPage};
use lume_wire::{ApiError, ErrorCode, Rev};

use super::backend::{Call, MemoryBackend, StoredEntity};
use super::keys::Key;
use super::moods::{TOMBSTONE_MS, parameter, shown};
use super::reply::{Refusal, Reply};

/// What a backup holds: entities and keys, not accounts and sessions.
#[derive(Clone)]
pub struct Backup {
    entities: BTreeMap<EntityId, StoredEntity>,
    keys: BTreeMap<(UserId, String), Key>,
}

/// How far a reader has come.
#[derive(Clone, Copy)]
struct Cursor {
    epoch: u64,
    rev: i64,
    start: i64,
}

impl MemoryBackend {
    /// What a backup holds now.
    pub fn backup(&self) -> Backup {
        Backup {
            entities: self.entities.clone(),
            keys: self.keys.clone(),
        }
    }

    /// Puts a backup in the place of everything that has happened since, and draws a new epoch. Revisions go on from where
    /// they were, so that none is given out twice.
    pub fn restore(&mut self, backup: &Backup) {
        self.entities = backup.entities.clone();
        self.keys = backup.keys.clone();
        self.epoch += 1;
    }

    /// Puts a backup in the place of everything that has happened since, as somebody does who copies files: no epoch is
    /// drawn, and revisions are given out a second time.
    pub fn roll_back(&mut self, backup: &Backup) {
        self.entities = backup.entities.clone();
        self.keys = backup.keys.clone();
        self.revs.clear();
        for known in self.entities.values() {
            let last = self.revs.entry(known.owner).or_default();
            *last = known.rev.0.max(*last);
        }
    }

    /// Its epoch, as the feed and the capabilities say it.
    pub fn epoch(&self) -> String {
        format!(
            "{}-{}-{}",
            self.options.server_id, self.options.seed, self.epoch
        )
    }

    /// `GET /changes`.
    pub(super) fn changes(&mut self, call: &Call<'_>) -> Result<Reply, Refusal> {
        self.prune(call.user, call.now);
        let most = usize::try_from(CHANGES_LIMIT_MAX).unwrap_or(usize::MAX);
        let limit = match parameter(call.query, "limit").map(str::parse::<usize>) {
            None => most,
            Some(Ok(limit)) if (1..=most).contains(&limit) => limit,
            Some(_) => {
                return Err(ApiError::new(ErrorCode::BadRequest, "limit")
                    .with_field("limit", "out_of_range")
                    .into());
            }
        };
        let last = self.revs.get(&call.user).copied().unwrap_or(0);
        let from = self.cursor(call, last)?;
        let mut after: Vec<_> = self
            .entities
            .iter()
            .filter(|(_, known)| known.owner == call.user && known.rev.0 > from.rev)
            .collect();
        after.sort_by_key(|(_, known)| known.rev);
        let limit = limit.min(self.options.changes_page);
        let has_more = after.len() > limit;
        after.truncate(limit);
        let rev = if has_more {
            after.last().map_or(from.rev, |(_, known)| known.rev.0)
        } else {
            last
        };
        Ok(Reply::data(
            200,
            ChangesPage {
                changes: after
                    .iter()
                    .map(|(id, known)| change(**id, known))
                    .collect(),
                next_cursor: format!("{}.{rev}.{}", self.epoch, from.start),
                has_more,
                server_epoch: self.epoch(),
                server_now: call.now,
            },
        ))
    }

    fn cursor(&self, call: &Call<'_>, last: i64) -> Result<Cursor, Refusal> {
        let text = parameter(call.query, "cursor").unwrap_or_default();
        if text.is_empty() {
            return Ok(Cursor {
                epoch: self.epoch,
                rev: 0,
                start: last,
            });
        }
        let cursor = read_cursor(text)
            .ok_or_else(|| ApiError::new(ErrorCode::BadRequest, "the cursor is none of ours"))?;
        let pruned = self.pruned.get(&call.user).copied().unwrap_or(0);
        let resync = |why| ApiError::new(ErrorCode::Resync, "begin anew").with_field("cursor", why);
        if cursor.epoch != self.epoch {
            Err(resync("unknown").into())
        } else if cursor.rev > last {
            Err(resync("ahead").into())
        } else if pruned > cursor.rev.max(cursor.start) {
            Err(resync("too_old").into())
        } else {
            Ok(cursor)
        }
    }

    /// Drops the tombstones that are over, and remembers the last of them.
    fn prune(&mut self, user: UserId, now: Timestamp) {
        let is_over = |known: &StoredEntity| {
            let age = known.deleted_at.map(|at| now.millis_since(at));
            known.owner == user && age.is_some_and(|age| age > TOMBSTONE_MS)
        };
        let over: Vec<_> = self
            .entities
            .iter()
            .filter(|(_, known)| is_over(known))
            .map(|(id, known)| (*id, known.rev.0))
            .collect();
        for (id, rev) in over {
            self.entities.remove(&id);
            let pruned = self.pruned.entry(user).or_insert(0);
            *pruned = rev.max(*pruned);
        }
    }
}

fn read_cursor(text: &str) -> Option<Cursor> {
    let mut parts = text.split('.');
    let epoch = parts.next()?.parse().ok()?;
    let rev = parts.next()?.parse().ok()?;
    let start = parts.next()?.parse().ok()?;
    let cursor = Cursor { epoch, rev, start };
    parts.next().is_none().then_some(cursor)
}

fn change(id: EntityId, known: &StoredEntity) -> Change {
    let deleted = known.deleted_at.is_some();
    Change {
        kind: known.kind.to_owned(),
        entity_id: id,
        rev: Rev(known.rev.0),
        deleted,
        entity: (!deleted).then(|| shown(known)),
        origin_event_id: known.origin.as_ref().and_then(|key| key.parse().ok()),
        modified_at: known.modified_at,
    }
}
