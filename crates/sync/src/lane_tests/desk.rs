//! One lane's tables, and the shortest ways to do things to it.

use lume_core::ids::{ClaimId, EntityId, EventId};
use lume_wire::Rev;
use serde_json::json;

use super::NOW;
use crate::body;
use crate::content::{Content, State};
use crate::kinds::MOOD;
use crate::lane::{Act, Lane};
use crate::memory::Tables;
use crate::ports::Plain;
use crate::rows::{
    BaseRow, ClaimItem, ClaimRow, EntityKey, EventState, Failure, FailureReason, OutboxRow,
    SyncState,
};
use crate::store::{Answer, Query, Write};

/// A lane's tables, and the shortest ways to do things to it.
#[derive(Default)]
pub(super) struct Desk {
    pub(super) tables: Tables,
    ids: u8,
}

impl Desk {
    pub(super) fn with_base(state: &State, rev: i64) -> Self {
        let mut desk = Self::default();
        let content = match state {
            State::Live(content) => body::seal(&Plain, content),
            State::Absent | State::Deleted => Vec::new(),
        };
        let deleted = matches!(state, State::Deleted);
        desk.apply(vec![Write::PutBase(BaseRow {
            key: key(),
            rev: Some(Rev(rev)),
            deleted,
            body: content,
            round: 0,
            ahead: None,
        })]);
        desk
    }

    pub(super) fn lane(&self) -> Lane<'static, Plain> {
        let claims: Vec<_> = self.tables.claims.values().cloned().collect();
        Lane::new(&Plain, key(), self.base(), self.rows(), &claims)
    }

    pub(super) fn base(&self) -> Option<BaseRow> {
        self.tables.bases.get(&key()).cloned()
    }

    pub(super) fn rows(&self) -> Vec<OutboxRow> {
        let Answer::Outbox(rows) = self.tables.answer(&Query::Lane(key())) else {
            panic!("a lane is events")
        };
        rows
    }

    pub(super) fn only_row(&self) -> OutboxRow {
        let rows = self.rows();
        assert_eq!(rows.len(), 1);
        rows[0].clone()
    }

    pub(super) fn sync_state(&self) -> SyncState {
        self.lane().sync_state()
    }

    pub(super) fn patch_of(&self, index: usize) -> serde_json::Value {
        json!(body::open::<Content>(&Plain, &self.rows()[index].body).unwrap())
    }

    /// Each event of the lane in words.
    pub(super) fn lane_words(&self) -> Vec<String> {
        let words = |row: OutboxRow| {
            let note = body::open::<Content>(&Plain, &row.body).unwrap();
            let note = note
                .get("note")
                .and_then(|note| note.as_str())
                .map_or(String::new(), |note| format!(" {note}"));
            let state = serde_json::to_value(row.state).unwrap();
            format!(
                "{}{note}, {}",
                row.operation.name(),
                state.as_str().unwrap_or_default()
            )
        };
        self.rows().into_iter().map(words).collect()
    }

    pub(super) fn apply(&mut self, writes: Vec<Write>) {
        for write in writes {
            self.tables.apply(write).unwrap();
        }
    }

    pub(super) fn reach(&mut self, target: &State) {
        self.ids += 1;
        let event_id = EventId::from_random_bytes([self.ids; 16]);
        let act = Act {
            event_id,
            account: "server/account",
            now: NOW,
            undoable: true,
        };
        let writes = self.lane().reach(target, &act).unwrap();
        self.apply(writes);
    }

    pub(super) fn claim_head(&mut self) {
        let head = self.rows()[0].clone();
        let item = ClaimItem {
            seq: head.seq.unwrap(),
            event_id: head.event_id,
            key: key(),
            request: head.body.clone(),
        };
        let id = ClaimId::from_random_bytes([1; 16]);
        self.apply(vec![Write::PutClaim(ClaimRow {
            id,
            owner: String::new(),
            epoch: 1,
            until: NOW,
            items: vec![item],
        })]);
    }

    pub(super) fn release(&mut self) {
        self.tables.claims.clear();
    }

    pub(super) fn change_head(&mut self, change: impl FnOnce(&mut OutboxRow)) {
        let id = self.rows()[0].event_id;
        let write = self.lane().change(id, change).unwrap();
        self.apply(vec![write]);
    }

    pub(super) fn refuse_head(&mut self, reason: FailureReason) {
        self.change_head(|row| {
            row.state = EventState::Dead;
            row.attempts += 1;
            row.failure = Some(Failure {
                reason,
                status: None,
                fields: Vec::new(),
                at: NOW,
            });
        });
        self.release();
    }

    pub(super) fn park_head(&mut self) {
        self.refuse_head(FailureReason::Version);
        self.change_head(|row| row.state = EventState::Parked);
    }

    pub(super) fn acknowledge_head(&mut self, rev: Option<i64>) {
        let id = self.rows()[0].event_id;
        let writes = self.lane().acknowledge(id, rev.map(Rev), 0).unwrap();
        self.apply(writes);
        self.release();
    }

    pub(super) fn discard_head(&mut self) {
        let id = self.rows()[0].event_id;
        let writes = self.lane().discard(id).unwrap();
        self.apply(writes);
    }
}

fn key() -> EntityKey {
    EntityKey {
        kind: MOOD.kind(),
        id: EntityId::from_random_bytes([7; 16]),
    }
}

pub(super) fn live(note: &str) -> State {
    with(&State::Live(Content::new()), "note", note)
}

pub(super) fn with(state: &State, field: &str, value: &str) -> State {
    let State::Live(content) = state else {
        panic!("only what is live has fields")
    };
    let mut content = content.clone();
    content.insert(field.to_owned(), value.into());
    State::Live(content)
}
