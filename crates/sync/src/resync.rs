//! The end of a listing: what the backend did not list is dealt with, in steps that can be stopped between any two.
//!
//! In the same epoch, what is not listed was deleted so long ago that its tombstone is gone: it goes here too, unless an
//! edit waits, which beats the deletion. In a new epoch the backend's database was replaced by an older one: what it
//! lacks is created there again, and nothing goes.

use crate::content::State;
use crate::engine::Engine;
use crate::feed::{Feed, Missing};
use crate::landing::land;
use crate::lane::{Lane, Occasion, Rebased, Remote};
use crate::limits::RESYNC_STEP;
use crate::meta::{self, Account, Profile, StoredSession};
use crate::mutant::{self, Mutant};
use crate::pass::Pass;
use crate::ports::{Notice, Ports};
use crate::pull::{STORES, put_feed, surroundings};
use crate::rows::{BaseRow, ClaimRow};
use crate::store::{Answers, Mode, Query, Step, StoreError, StoreName, SweptRow};

/// What a step has read so far.
#[derive(Default)]
struct Reads {
    feed: Feed,
    claims: Vec<ClaimRow>,
    missing: Vec<BaseRow>,
    next: Option<String>,
}

impl<P: Ports> Engine<P> {
    /// Deals with the next bases that no page of this round has named.
    pub(crate) async fn sweep_step(
        &self,
        pass: &Pass,
        seen: &Feed,
        missing: Missing,
        after: Option<String>,
    ) -> Result<(), StoreError> {
        let account = pass
            .profile
            .account
            .as_ref()
            .map(Account::key)
            .unwrap_or_default();
        let mut reads: Option<Reads> = None;
        let program = |mut answers: Answers| {
            if answers.is_empty() {
                reads = None;
                let records = [meta::PROFILE, meta::SESSION, meta::FEED];
                let records = records.map(|name| Query::Meta(name.to_owned()));
                let rows = Query::Sweep {
                    store: StoreName::Base,
                    after: after.clone(),
                    limit: RESYNC_STEP,
                };
                return Step::Read(records.into_iter().chain([Query::Claims, rows]).collect());
            }
            if reads.is_none() {
                match self.unlisted(pass, seen, &mut answers) {
                    Ok(Some(read)) => {
                        let keys: Vec<_> = read.missing.iter().map(|base| &base.key).collect();
                        let around = surroundings(keys.into_iter());
                        reads = Some(read);
                        if !around.is_empty() {
                            return Step::Read(around);
                        }
                    }
                    Ok(None) => return Step::Write(Vec::new(), Ok(())),
                    Err(error) => return Step::Write(Vec::new(), Err(error)),
                }
            }
            let Some(read) = &reads else {
                return Step::Write(Vec::new(), Ok(()));
            };
            let mut writes = Vec::new();
            for base in &read.missing {
                let entity = answers.take_entity();
                drop(answers.take_base());
                let rows = answers.take_outbox();
                let lane = || {
                    Lane::new(
                        self.sealer(),
                        base.key.clone(),
                        Some(base.clone()),
                        rows.clone(),
                        &read.claims,
                    )
                };
                let gone = Remote {
                    state: State::Absent,
                    rev: None,
                    modified_at: None,
                    round: read.feed.round,
                };
                let mut here = lane();
                let done = self
                    .lack(&mut here, &gone, missing, &read.feed, &account)
                    .and_then(|rebased| land(self.sealer(), &here, entity, rebased, self.now()));
                let done = done.inspect_err(|error| self.store_failed("resync", error));
                writes.extend(done.unwrap_or_else(|_| lane().keep_ahead(&gone).writes));
            }
            let mut next = read.feed.clone();
            next.swept(missing, read.next.clone(), self.now());
            writes.push(put_feed(&next));
            Step::Write(writes, Ok(()))
        };
        self.transact(Mode::Strict, &STORES, program).await??;
        if reads.is_some_and(|read| !read.missing.is_empty()) {
            self.notify(&Notice::Data);
        }
        self.notify(&Notice::Status);
        Ok(())
    }

    /// The bases of this step that were not listed, if the step is still wanted.
    fn unlisted(
        &self,
        pass: &Pass,
        seen: &Feed,
        answers: &mut Answers,
    ) -> Result<Option<Reads>, StoreError> {
        let profile: Profile = meta::from_bytes(answers.take_bytes().as_deref())?;
        let session: StoredSession = meta::from_bytes(answers.take_bytes().as_deref())?;
        let feed: Option<Feed> = meta::from_bytes(answers.take_bytes().as_deref())?;
        let claims = answers.take_claims();
        let swept = answers.take_sweep();
        let feed = feed.unwrap_or_else(|| seen.clone());
        let wanted = feed == *seen
            && profile.syncing().is_some()
            && profile.adoption.is_none()
            && session.generation == pass.session.generation
            && !self.is_locked();
        if !wanted {
            return Ok(None);
        }
        let bases = swept.rows.into_iter().filter_map(|row| match row {
            SweptRow::Base(base) => Some(base),
            SweptRow::Entity(_)
            | SweptRow::Event(_)
            | SweptRow::Claim(_)
            | SweptRow::Draft(..)
            | SweptRow::History(_) => None,
        });
        let is_listed = |base: &BaseRow| {
            let ahead = base.ahead.as_ref();
            base.round >= feed.round || ahead.is_some_and(|ahead| ahead.round >= feed.round)
        };
        // What is deleted here and not there needs nothing more; and a kind that this version does not take in was in no
        // page that it has read.
        let missing = bases
            .filter(|base| base.key.kind.spec().is_some())
            .filter(|base| !is_listed(base) && (!base.deleted || base.ahead.is_some()))
            .collect();
        Ok(Some(Reads {
            feed,
            claims,
            missing,
            next: swept.next,
        }))
    }

    /// What becomes of an entity that the backend does not have.
    fn lack(
        &self,
        lane: &mut Lane<'_, P::Sealer>,
        gone: &Remote,
        missing: Missing,
        feed: &Feed,
        account: &str,
    ) -> Result<Rebased, StoreError> {
        let occasion = Occasion {
            now: self.now(),
            skew: feed.skew,
            era_from: feed.era_from,
            new_id: self.new_event_id(),
            account,
        };
        if mutant::is(Mutant::SweepsPending) {
            return lane.sweep_with_events(gone, &occasion);
        }
        if lane.awaits_answer() {
            return Ok(lane.keep_ahead(gone));
        }
        match missing {
            Missing::SentAgain if !mutant::is(Mutant::RebuildSweeps) => {
                lane.reconcile(gone, &occasion)
            }
            Missing::Gone | Missing::SentAgain => lane.rebase(gone, &occasion),
        }
    }
}
