//! A page of the feed on its way into the database.

use std::collections::BTreeMap;

use lume_core::time::Timestamp;
use lume_wire::changes::{Change, ChangesPage};

use crate::content::State;
use crate::engine::Engine;
use crate::feed::Feed;
use crate::landing::land;
use crate::lane::{Lane, Occasion, Rebased, Remote};
use crate::log::{Level, LogEvent};
use crate::meta::{self, Account, Profile, StoredSession};
use crate::mutant::{self, Mutant};
use crate::pass::Pass;
use crate::ports::{Notice, Ports};
use crate::rows::{BaseRow, ClaimRow, EntityKey, EntityRow, Kind, OutboxRow};
use crate::store::{Answers, Mode, Query, Step, StoreError, StoreName, Write};

/// The stores that a page touches.
pub(crate) const STORES: [StoreName; 6] = [
    StoreName::Entries,
    StoreName::Base,
    StoreName::Outbox,
    StoreName::Claims,
    StoreName::Meta,
    StoreName::History,
];

impl<P: Ports> Engine<P> {
    /// Takes in a page that was asked for by this record: all of it and the cursor after it, or nothing.
    pub(super) async fn take_in(
        &self,
        pass: &Pass,
        seen: &Feed,
        page: &ChangesPage,
    ) -> Result<(), StoreError> {
        if seen.is_of_another_epoch(page) {
            return self
                .change_feed(seen, |feed, _| feed.begin_epoch(&page.server_epoch))
                .await;
        }
        if mutant::is(Mutant::CursorBeforeApply) {
            self.change_feed(seen, |feed, now| feed.advance(page, now))
                .await?;
        }
        // An entity is in a page once; if it is not, its last change holds.
        let mut changes: BTreeMap<EntityKey, &Change> = BTreeMap::new();
        for change in &page.changes {
            let kind = Kind(change.kind.clone());
            if kind.spec().is_some() {
                let id = change.entity_id;
                changes.insert(EntityKey { kind, id }, change);
            }
        }
        let mut checked = None;
        let program = |mut answers: Answers| {
            if answers.is_empty() {
                checked = None;
                let records = [meta::PROFILE, meta::SESSION, meta::FEED];
                let records = records.map(|name| Query::Meta(name.to_owned()));
                return Step::Read(records.into_iter().chain([Query::Claims]).collect());
            }
            if checked.is_none() {
                match self.check_page(pass, seen, &mut answers) {
                    Ok(Some(known)) => checked = Some(known),
                    Ok(None) => return Step::Write(Vec::new(), Ok(())),
                    Err(error) => return Step::Write(Vec::new(), Err(error)),
                }
                if !changes.is_empty() {
                    return Step::Read(surroundings(changes.keys()));
                }
            }
            let Some((feed, claims)) = &checked else {
                return Step::Write(Vec::new(), Ok(()));
            };
            let mut next = feed.clone();
            let now = self.now();
            let round = feed.round;
            if changes
                .iter()
                .any(|(key, change)| remote_of(key, change, round).is_none())
            {
                next.pass_over(&self.options.client_version);
            }
            next.advance(page, now);
            let landing = Landing {
                feed,
                skew_of: &next,
                claims,
                account: &pass
                    .profile
                    .account
                    .as_ref()
                    .map(Account::key)
                    .unwrap_or_default(),
                now,
            };
            let mut writes = Vec::new();
            for (key, change) in &changes {
                let entity = answers.take_entity();
                let base = answers.take_base();
                let rows = answers.take_outbox();
                let taken =
                    self.take_in_change(&landing, key, change, entity, base.as_ref(), &rows);
                writes.extend(taken);
            }
            writes.push(put_feed(&next));
            Step::Write(writes, Ok(()))
        };
        self.transact(Mode::Strict, &STORES, program).await??;
        let changes = page.changes.len() as u64;
        if changes > 0 {
            self.log(Level::Info, LogEvent::Pulled { changes });
        }
        self.notify(&Notice::Data);
        self.notify(&Notice::Status);
        Ok(())
    }

    /// The record and the claims, if the page is still wanted.
    fn check_page(
        &self,
        pass: &Pass,
        seen: &Feed,
        answers: &mut Answers,
    ) -> Result<Option<(Feed, Vec<ClaimRow>)>, StoreError> {
        let profile: Profile = meta::from_bytes(answers.take_bytes().as_deref())?;
        let session: StoredSession = meta::from_bytes(answers.take_bytes().as_deref())?;
        let stored: Option<Feed> = meta::from_bytes(answers.take_bytes().as_deref())?;
        let claims = answers.take_claims();
        let feed = stored.unwrap_or_else(|| seen.clone());
        let wanted = (feed == *seen || mutant::is(Mutant::CursorBeforeApply))
            && profile.syncing().map(Account::key) == pass.profile.syncing().map(Account::key)
            && profile.adoption.is_none()
            && session.generation == pass.session.generation
            && !self.is_locked();
        Ok(wanted.then_some((feed, claims)))
    }

    /// What a change of one entity writes. One whose rows can't be read is kept beside its base, and holds up no other.
    fn take_in_change(
        &self,
        landing: &Landing<'_>,
        key: &EntityKey,
        change: &Change,
        entity: Option<EntityRow>,
        base: Option<&BaseRow>,
        rows: &[OutboxRow],
    ) -> Vec<Write> {
        let lane = || {
            Lane::new(
                self.sealer(),
                key.clone(),
                base.cloned(),
                rows.to_vec(),
                landing.claims,
            )
        };
        let Some(remote) = remote_of(key, change, landing.feed.round) else {
            // Nothing that this version can read: it stays as it is here, and is not missing at the backend.
            return lane().mark(landing.feed.round);
        };
        let taken = landing
            .take_in(self, lane(), change, &remote, entity)
            .inspect_err(|error| self.store_failed("pull", error));
        taken.unwrap_or_else(|_| lane().keep_ahead(&remote).writes)
    }
}

/// What a page is taken into.
struct Landing<'a> {
    feed: &'a Feed,
    /// The record that knows how the clocks stand now.
    skew_of: &'a Feed,
    claims: &'a [ClaimRow],
    account: &'a str,
    now: Timestamp,
}

impl Landing<'_> {
    fn take_in<P: Ports>(
        &self,
        engine: &Engine<P>,
        mut lane: Lane<'_, P::Sealer>,
        change: &Change,
        remote: &Remote,
        entity: Option<EntityRow>,
    ) -> Result<Vec<Write>, StoreError> {
        let occasion = Occasion {
            now: self.now,
            skew: self.skew_of.skew,
            era_from: self.feed.era_from,
            new_id: engine.new_event_id(),
            account: self.account,
        };
        lane.seen_as(entity.as_ref());
        let mut writes = Vec::new();
        let own = change.origin_event_id.filter(|id| lane.has(*id));
        if let Some(own) = own {
            lane.release(own);
            writes.extend(lane.acknowledge(own, Some(change.rev), self.feed.round)?);
        }
        let known = lane.known_rev(self.feed.era_from);
        // Of the same revision, what is known may be less than what there is: who revives an entity can't know what its
        // tombstone had kept.
        let is_known = known == Some(change.rev) && lane.knows(&remote.state)?;
        if own.is_none() && (known > Some(change.rev) || is_known) {
            // A replay.
            return Ok(lane.mark(self.feed.round));
        }
        if entity.is_none() && lane.is_empty() && remote.state == State::Deleted {
            // Of what was never here nothing needs to be known.
            return Ok(lane.forget());
        }
        let rebased: Rebased = if mutant::is(Mutant::RaisesBaseUnderClaims) {
            lane.rebase(remote, &occasion)?
        } else {
            lane.receive(remote, &occasion)?
        };
        writes.extend(land(engine.sealer(), &lane, entity, rebased, self.now)?);
        Ok(writes)
    }
}

/// The reads around entities: their rows, bases and lanes, in this order for each.
pub(crate) fn surroundings<'a>(keys: impl Iterator<Item = &'a EntityKey>) -> Vec<Query> {
    keys.flat_map(|key| {
        [
            Query::Entity(key.clone()),
            Query::Base(key.clone()),
            Query::Lane(key.clone()),
        ]
    })
    .collect()
}

/// The write of the record.
pub(crate) fn put_feed(feed: &Feed) -> Write {
    Write::PutMeta(meta::FEED.to_owned(), meta::to_bytes(feed))
}

/// A change as a lane takes it in; `None` for an entity that this version can't read.
fn remote_of(key: &EntityKey, change: &Change, round: u32) -> Option<Remote> {
    let state = if change.deleted {
        State::Deleted
    } else {
        let spec = key.kind.spec()?;
        let (id, content) = (spec.read)(change.entity.as_ref()?)?;
        if id != key.id {
            return None;
        }
        State::Live(content)
    };
    Some(Remote {
        state,
        rev: Some(change.rev),
        modified_at: Some(change.modified_at),
        round,
    })
}
