//! Sealing and opening the bodies of rows, each at its place.

use super::{Cipher, SEALED};
use crate::rows::{BaseRow, ClaimRow, DerivedRow, EntityKey, EntityRow, HistoryRow, OutboxRow};
use crate::store::{Answer, Answers, Query, Swept, SweptRow, Write};

/// What is to be done with a row's bytes.
pub(super) enum Way<'a, C> {
    /// Seal what is plain.
    Seal(&'a C),
    /// Open what is sealed.
    Open(&'a C),
}

impl<C> Clone for Way<'_, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C> Copy for Way<'_, C> {}

impl<C: Cipher> Way<'_, C> {
    /// The bytes after it. Empty ones hold nothing; sealed ones that do not open stay as they are, so that whoever writes
    /// the row again loses nothing.
    fn go(self, place: &str, bytes: Vec<u8>) -> Vec<u8> {
        match (self, bytes.first()) {
            (_, None) | (Self::Seal(_), Some(&SEALED)) => bytes,
            (Self::Seal(cipher), Some(_)) => {
                let sealed = cipher.seal(place, &bytes);
                [&[SEALED], sealed.as_slice()].concat()
            }
            (Self::Open(cipher), Some(&SEALED)) => cipher.open(place, &bytes[1..]).unwrap_or(bytes),
            (Self::Open(_), Some(_)) => bytes,
        }
    }

    fn entity(self, mut row: EntityRow) -> EntityRow {
        row.body = self.go(&of_entity("entries", &row.key), row.body);
        row.overlap = row
            .overlap
            .map(|overlap| self.go(&of_entity("overlap", &row.key), overlap));
        row
    }

    fn base(self, mut row: BaseRow) -> BaseRow {
        row.body = self.go(&of_entity("base", &row.key), row.body);
        if let Some(ahead) = &mut row.ahead {
            let bytes = std::mem::take(&mut ahead.body);
            ahead.body = self.go(&of_entity("ahead", &row.key), bytes);
        }
        row
    }

    fn event(self, mut row: OutboxRow) -> OutboxRow {
        let id = row.event_id;
        row.body = self.go(&format!("outbox/{id}/body"), row.body);
        row.request = row
            .request
            .map(|request| self.go(&format!("outbox/{id}/request"), request));
        row
    }

    fn claim(self, mut row: ClaimRow) -> ClaimRow {
        for item in &mut row.items {
            let place = format!("claims/{}/{}", row.id, item.event_id);
            item.request = self.go(&place, std::mem::take(&mut item.request));
        }
        row
    }

    fn draft(self, name: &str, bytes: Vec<u8>) -> Vec<u8> {
        self.go(&format!("drafts/{name}"), bytes)
    }

    /// Its place is known before the store has given it a seq: the entity and the time.
    fn history(self, mut row: HistoryRow) -> HistoryRow {
        let place = of_entity("history", &row.key);
        row.body = self.go(&format!("{place}/{}", row.at.as_millis()), row.body);
        row
    }

    fn derived(self, mut row: DerivedRow) -> DerivedRow {
        let place = format!("{}/{}/{}", row.shelf.name(), row.kind.0, row.week);
        row.body = self.go(&place, row.body);
        row
    }

    /// A row of any store.
    pub(super) fn row(self, row: SweptRow) -> SweptRow {
        match row {
            SweptRow::Entity(row) => SweptRow::Entity(self.entity(row)),
            SweptRow::Base(row) => SweptRow::Base(self.base(row)),
            SweptRow::Event(row) => SweptRow::Event(self.event(row)),
            SweptRow::Claim(row) => SweptRow::Claim(self.claim(row)),
            SweptRow::Draft(name, bytes) => {
                let bytes = self.draft(&name, bytes);
                SweptRow::Draft(name, bytes)
            }
            SweptRow::History(row) => SweptRow::History(self.history(row)),
        }
    }
}

fn of_entity(store: &str, key: &EntityKey) -> String {
    format!("{store}/{}/{}", key.kind.0, key.id)
}

/// What a read gives, as far as the lock goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asked {
    /// No body. The next due event is read for its header alone.
    Headers,
    /// Rows, each of which says where it stands.
    Rows,
    /// The draft of this name, which stands nowhere in the answer.
    Draft(String),
}

impl Asked {
    pub(super) fn by(query: &Query) -> Self {
        match query {
            Query::Counts
            | Query::NextDue
            | Query::CountEntities(_)
            | Query::Ends(_)
            | Query::Meta(_)
            | Query::Log { .. } => Self::Headers,
            Query::Entity(_)
            | Query::Base(_)
            | Query::Lane(_)
            | Query::Event(_)
            | Query::Due { .. }
            | Query::Outbox { .. }
            | Query::Claims
            | Query::Timeline { .. }
            | Query::EntitiesById { .. }
            | Query::Derived { .. }
            | Query::History { .. }
            | Query::Sweep { .. } => Self::Rows,
            Query::Draft(name) => Self::Draft(name.clone()),
        }
    }

    pub(super) fn is_of_bodies(&self) -> bool {
        *self != Self::Headers
    }
}

/// Answers with their bodies opened.
pub(super) fn open_answers<C: Cipher>(cipher: &C, asked: &[Asked], answers: Answers) -> Answers {
    let opened = answers
        .0
        .into_iter()
        .zip(asked)
        .map(|(answer, asked)| match (asked, answer) {
            (Asked::Draft(name), Answer::Bytes(Some(bytes))) => {
                Answer::Bytes(Some(Way::Open(cipher).draft(name, bytes)))
            }
            (_, answer) => open_answer(cipher, answer),
        });
    Answers::new(opened.collect())
}

fn open_answer<C: Cipher>(cipher: &C, answer: Answer) -> Answer {
    let way = Way::Open(cipher);
    match answer {
        Answer::Entity(row) => Answer::Entity(row.map(|row| way.entity(row))),
        Answer::Entities(rows) => {
            Answer::Entities(rows.into_iter().map(|row| way.entity(row)).collect())
        }
        Answer::Base(row) => Answer::Base(row.map(|row| way.base(row))),
        Answer::Outbox(rows) => {
            Answer::Outbox(rows.into_iter().map(|row| way.event(row)).collect())
        }
        Answer::Claims(rows) => {
            Answer::Claims(rows.into_iter().map(|row| way.claim(row)).collect())
        }
        Answer::Sweep(Swept { rows, next }) => Answer::Sweep(Swept {
            rows: rows.into_iter().map(|row| way.row(row)).collect(),
            next,
        }),
        Answer::History(rows) => {
            Answer::History(rows.into_iter().map(|row| way.history(row)).collect())
        }
        Answer::Derived(rows) => {
            Answer::Derived(rows.into_iter().map(|row| way.derived(row)).collect())
        }
        Answer::Bytes(_)
        | Answer::Counts(_)
        | Answer::Count(_)
        | Answer::Ends(_)
        | Answer::Log(_) => answer,
    }
}

/// A write with its bodies sealed.
pub(super) fn seal_write<C: Cipher>(cipher: &C, write: Write) -> Write {
    let way = Way::Seal(cipher);
    match write {
        Write::PutEntity(row) => Write::PutEntity(way.entity(row)),
        Write::PutBase(row) => Write::PutBase(way.base(row)),
        Write::PutEvent(row) => Write::PutEvent(way.event(row)),
        Write::PutClaim(row) => Write::PutClaim(way.claim(row)),
        Write::PutDraft(name, bytes) => {
            let bytes = way.draft(&name, bytes);
            Write::PutDraft(name, bytes)
        }
        Write::PutHistory(row) => Write::PutHistory(way.history(row)),
        Write::PutDerived(row) => Write::PutDerived(way.derived(row)),
        Write::RemoveEntity(_)
        | Write::RemoveBase(_)
        | Write::RemoveEvent(_)
        | Write::RemoveClaim(_)
        | Write::PutMeta(..)
        | Write::RemoveMeta(_)
        | Write::RemoveDraft(_)
        | Write::RemoveDerived { .. }
        | Write::ClearShelf(_)
        | Write::AppendLog(_) => write,
    }
}

/// Whether a write is to a store that holds bodies.
pub(super) const fn is_of_bodies(write: &Write) -> bool {
    match write {
        Write::PutMeta(..) | Write::RemoveMeta(_) | Write::AppendLog(_) => false,
        Write::PutEntity(_)
        | Write::RemoveEntity(_)
        | Write::PutBase(_)
        | Write::RemoveBase(_)
        | Write::PutEvent(_)
        | Write::RemoveEvent(_)
        | Write::PutClaim(_)
        | Write::RemoveClaim(_)
        | Write::PutDraft(..)
        | Write::RemoveDraft(_)
        | Write::PutHistory(_)
        | Write::PutDerived(_)
        | Write::RemoveDerived { .. }
        | Write::ClearShelf(_) => true,
    }
}
