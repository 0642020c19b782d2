//! Taking in what changed elsewhere: the feed, page by page, each in one strict transaction with its cursor.
//!
//! A page is asked for by the cursor that is stored, and taken in only if that cursor still stands when the transaction
//! begins: of two tabs that ask for the same page, one takes it in. A change that is known already is passed over; one
//! that an event of this device made acknowledges it, whatever became of the answer; everything else becomes the base,
//! and the lane's events are laid over it ([`crate::lane`]).
//!
//! What it deliberately does not do: stand in the way of sending. What concerns everybody is the gate's; what concerns
//! the feed alone makes the feed wait, and nothing else.

use lume_core::time::Timestamp;
use lume_wire::changes::{CHANGES_LIMIT_MAX, ChangesPage};
use lume_wire::{ApiError, ErrorCode, Feature, envelope, headers, paths};

use crate::content::Operation;
use crate::engine::Engine;
use crate::feed::{Feed, Missing, Phase};
use crate::gate::{Blocked, Trigger};
use crate::limits::{
    FEED_WAIT_MS_MIN, LOOK_MS_MAX, PULL_CHANGES_CUT, PULL_CHANGES_MIN, PULL_INTERVAL_MS,
    PULL_MANUAL_MS_MIN, PULL_MS_MAX, PULL_NUDGE_MS_MIN, PULL_PAGES_PER_PASS_MAX,
    PULL_REQUESTS_ROOM,
};
use crate::log::{Level, LogEvent};
use crate::meta::{self, BackendKind};
use crate::outcome::{Asked, Outcome, classify, is_ours};
use crate::pass::{Flow, Pass};
use crate::ports::{Clock, Method, Ports, Request, Response, SendError};
use crate::status::Overview;
use crate::store::{Answers, Mode, Query, Step, StoreError, StoreName};
use crate::verdict::Health;
use crate::wire_request::{base_headers, timeout_ms};

mod page;

pub(crate) use page::{STORES, put_feed, surroundings};

/// What asking for a page gave.
enum Asking {
    /// A page.
    Page(ChangesPage),
    /// The cursor is good no more.
    Resync(Missing),
    /// Nothing now; what there is to be remembered is.
    Nothing(Flow),
    /// The token was refreshed: once more.
    Again,
}

impl<P: Ports> Engine<P> {
    /// Whether this pass asks for what changed elsewhere. Who asks too soon is remembered.
    pub(crate) fn wants_pull(&self, trigger: Trigger, overview: &Overview) -> bool {
        let now = self.now();
        let backend = &overview.profile.backend;
        if backend.kind == Some(BackendKind::Basic)
            || overview.profile.adoption.is_some()
            || overview.profile.syncing().is_none()
            || backend
                .features
                .as_ref()
                .is_some_and(|features| !features.contains(&Feature::Changes))
        {
            self.live.borrow_mut().pull_due_ms = None;
            return false;
        }
        let feed = overview.feed.as_ref();
        let now_ms = self.ports().clock().monotonic_ms();
        let stuck = self.live.borrow().feed_stuck_ms;
        let rests = stuck.is_some_and(|at_ms| now_ms.saturating_sub(at_ms) < FEED_WAIT_MS_MIN);
        if rests || feed.is_some_and(|feed| feed.wait_left(now) > 0) {
            return false;
        }
        if feed.is_none_or(Feed::is_unfinished) {
            return true;
        }
        let live = &mut *self.live.borrow_mut();
        let rest_ms = match trigger {
            Trigger::Changed => 0,
            Trigger::Manual => PULL_MANUAL_MS_MIN,
            Trigger::Start | Trigger::Online | Trigger::Foreground => PULL_NUDGE_MS_MIN,
            Trigger::Timer if live.visible => PULL_INTERVAL_MS,
            Trigger::Timer | Trigger::Saved => u64::MAX,
        };
        let due_ms = live
            .pulled_ms
            .map_or(0, |at_ms| at_ms.saturating_add(rest_ms));
        let is_due = rest_ms < u64::MAX && due_ms <= now_ms;
        if rest_ms < PULL_INTERVAL_MS {
            let earliest_ms = live
                .pull_due_ms
                .map_or(due_ms, |known_ms| known_ms.min(due_ms));
            live.pull_due_ms = Some(earliest_ms);
        }
        is_due || live.pull_due_ms.is_some_and(|at_ms| at_ms <= now_ms)
    }

    /// As [`Self::pull`], but what the database does not take in of it holds up nothing that is sent: the feed alone waits,
    /// which this tab remembers.
    pub(crate) async fn pull_if_it_can_be(&self, pass: &mut Pass) -> Result<Flow, StoreError> {
        match self.pull(pass).await {
            Err(error @ (StoreError::Full | StoreError::Corrupt(_) | StoreError::Newer)) => {
                self.store_failed("pull", &error);
                self.live.borrow_mut().feed_stuck_ms = Some(self.ports().clock().monotonic_ms());
                Ok(Flow::On)
            }
            other => other,
        }
    }

    /// Takes in what changed elsewhere, until the end of the feed, the time that a pass has for it, or a reason to stop.
    pub(crate) async fn pull(&self, pass: &mut Pass) -> Result<Flow, StoreError> {
        if pass.kind == BackendKind::Basic || !self.offers_changes(pass).await? {
            return Ok(Flow::On);
        }
        let began_ms = self.ports().clock().monotonic_ms();
        for _ in 0..PULL_PAGES_PER_PASS_MAX {
            let (feed, ends) = self.look_for_pull(pass).await?;
            if let Some(flow) = ends {
                return Ok(flow);
            }
            self.live.borrow_mut().pull_due_ms = None;
            let version = &self.options.client_version;
            if feed.has_new_kinds() {
                self.change_feed(&feed, |feed, _| feed.begin(Missing::Gone))
                    .await?;
            } else if feed.is_to_be_read_by(version) {
                self.change_feed(&feed, |feed, _| feed.begin_for(version))
                    .await?;
            } else if let Phase::Sweeping { missing, after } = &feed.phase {
                self.sweep_step(pass, &feed, *missing, after.clone())
                    .await?;
            } else {
                match self.ask_for_page(pass, &feed).await? {
                    Asking::Page(page) => {
                        self.take_in(pass, &feed, &page).await?;
                        if stands_still(&feed, &page) {
                            let feed = Feed::of(self.feed().await?, &pass.profile.backend);
                            self.rest_the_feed(&feed).await?;
                        }
                    }
                    Asking::Resync(missing) => self.begin_again(&feed, missing).await?,
                    Asking::Again => continue,
                    Asking::Nothing(flow) => return Ok(flow),
                }
            }
            pass.report.pulled += 1;
            self.live.borrow_mut().pulled_ms = Some(self.ports().clock().monotonic_ms());
            let feed = Feed::of(self.feed().await?, &pass.profile.backend);
            pass.epoch.clone_from(&feed.epoch);
            let spent_ms = self.ports().clock().monotonic_ms().saturating_sub(began_ms);
            if !feed.is_unfinished() || spent_ms > PULL_MS_MAX {
                return Ok(Flow::On);
            }
        }
        Ok(Flow::On)
    }

    /// The record, if there is one.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn feed(&self) -> Result<Option<Feed>, StoreError> {
        let read = |mut answers: Answers| {
            if answers.is_empty() {
                return Step::Read(vec![Query::Meta(meta::FEED.to_owned())]);
            }
            Step::Write(
                Vec::new(),
                meta::from_bytes(answers.take_bytes().as_deref()),
            )
        };
        self.transact(Mode::Read, &[StoreName::Meta], read).await?
    }

    /// Whether the backend has a feed; one that was never asked is asked now.
    async fn offers_changes(&self, pass: &mut Pass) -> Result<bool, StoreError> {
        if pass.profile.backend.features.is_none() {
            if self.look_for_pull(pass).await?.1.is_some() {
                return Ok(false);
            }
            self.count_request(&mut pass.gate);
            let bound = pass.profile.account.as_ref();
            match self.find_backend(&pass.profile.backend).await {
                Ok(found) if bound.is_none_or(|bound| bound.server_id == found.server_id) => {
                    self.store_backend(&found).await?;
                    pass.profile.backend.features = Some(found.features);
                }
                // Asked again with the next pass; sending is not held up by it.
                Ok(_) | Err(_) => return Ok(false),
            }
        }
        let features = pass.profile.backend.features.as_ref();
        Ok(features.is_some_and(|features| features.contains(&Feature::Changes)))
    }

    /// What is looked at before each request: the record, the session, sync, the minute and what others were asked; and how
    /// the pass goes on if there is no such request now.
    async fn look_for_pull(&self, pass: &mut Pass) -> Result<(Feed, Option<Flow>), StoreError> {
        let asked_ms = self.ports().clock().monotonic_ms();
        let seen = self.overview().await?;
        let spent_ms = self.ports().clock().monotonic_ms().saturating_sub(asked_ms);
        let now = self.now();
        let feed = Feed::of(seen.feed, &seen.profile.backend);
        let other_session = seen.session.generation != pass.session.generation;
        let stops = spent_ms > LOOK_MS_MAX
            || self.is_locked()
            || other_session
            || seen.profile.syncing().is_none()
            || seen.profile.adoption.is_some()
            || seen.gate.is_asked_to_wait(now);
        if stops {
            return Ok((feed, Some(Flow::Stop)));
        }
        pass.gate.learn(&seen.gate);
        let rest = &self.live.borrow().rest;
        let waits_ms = [
            feed.wait_left(now),
            rest.minute_left(now, PULL_REQUESTS_ROOM),
            pass.gate.minute_left(now, PULL_REQUESTS_ROOM),
        ];
        let waits = waits_ms.iter().any(|wait_ms| *wait_ms > 0);
        Ok((feed, waits.then_some(Flow::On)))
    }

    async fn ask_for_page(&self, pass: &mut Pass, feed: &Feed) -> Result<Asking, StoreError> {
        self.count_request(&mut pass.gate);
        let backend = &pass.profile.backend;
        let mut headers = base_headers(backend, pass.kind, &self.options.client_version);
        headers.push((
            headers::AUTHORIZATION,
            format!("Bearer {}", pass.session.tokens.access),
        ));
        let cursor = encoded(&feed.cursor);
        let limit = self.live.borrow().page_changes;
        let query = format!("cursor={cursor}&limit={limit}");
        let request = Request {
            method: Method::Get,
            body: None,
            url: format!("{}{}?{query}", backend.base_url, paths::CHANGES),
            headers,
            timeout_ms: timeout_ms(None),
        };
        let asked_ms = self.ports().clock().monotonic_ms();
        let answer = self.send(paths::CHANGES, request).await;
        let late =
            self.ports().clock().monotonic_ms().saturating_sub(asked_ms) > 2 * timeout_ms(None);
        if late {
            // A tab that was frozen meanwhile: others have gone on.
            return Ok(Asking::Nothing(Flow::Stop));
        }
        self.understand(pass, feed, answer).await
    }

    /// What an answer means; the gate and the record are told.
    async fn understand(
        &self,
        pass: &mut Pass,
        feed: &Feed,
        answer: Result<Response, SendError>,
    ) -> Result<Asking, StoreError> {
        if let Ok(response) = &answer {
            if let Some(page) = page_of(response) {
                let is_news = !page.changes.is_empty() && !stands_still(feed, &page);
                pass.gate.answered(is_news);
                let limit = &mut self.live.borrow_mut().page_changes;
                *limit = (2 * *limit).min(CHANGES_LIMIT_MAX);
                return Ok(Asking::Page(page));
            }
            if let Some(missing) = resync_of(response) {
                pass.gate.answered(false);
                return Ok(Asking::Resync(missing));
            }
        }
        let asked = Asked {
            backend: pass.kind,
            operation: Operation::Created,
            events: 1,
        };
        let now = self.now();
        let outcome = classify(asked, answer.as_ref().map_err(|error| *error));
        let flow = match outcome {
            Outcome::Unreachable {
                retry_after_ms,
                suspicious,
            } => {
                let marked =
                    matches!(&answer, Ok(response) if suspicious && !is_ours(pass.kind, response));
                if marked && self.health(pass).await == Health::Captive {
                    self.block(&mut pass.gate, Blocked::Captive, now);
                    Flow::Stop
                } else if retry_after_ms.is_none() && may_be_its_size(&answer) {
                    let fewer = self.live.borrow().page_changes / PULL_CHANGES_CUT;
                    self.live.borrow_mut().page_changes = fewer.max(PULL_CHANGES_MIN);
                    self.rest_the_feed(feed).await?;
                    Flow::On
                } else {
                    self.back_off(&mut pass.gate, retry_after_ms, "unreachable", now);
                    Flow::Stop
                }
            }
            Outcome::Stopped => Flow::Stop,
            Outcome::Captive => {
                self.block(&mut pass.gate, Blocked::Captive, now);
                Flow::Stop
            }
            Outcome::AccountBlocked => {
                self.block(&mut pass.gate, Blocked::Account, now);
                Flow::Stop
            }
            Outcome::WrongApiKey => {
                self.block(&mut pass.gate, Blocked::ApiKey, now);
                Flow::Stop
            }
            Outcome::Upgrade => {
                self.block(&mut pass.gate, Blocked::Upgrade, now);
                Flow::Stop
            }
            Outcome::Unauthorized => {
                return Ok(match self.after_unauthorized(pass, now).await? {
                    None => Asking::Again,
                    Some(_) => Asking::Nothing(Flow::Stop),
                });
            }
            // The feed alone: what waits is sent all the same.
            Outcome::Acknowledged { .. }
            | Outcome::ServerError
            | Outcome::NotNow
            | Outcome::InProgress
            | Outcome::RouteMissing
            | Outcome::Split
            | Outcome::KeyExpired
            | Outcome::Conflict(_)
            | Outcome::Refused { .. } => {
                self.rest_the_feed(feed).await?;
                Flow::On
            }
        };
        Ok(Asking::Nothing(flow))
    }

    /// After a failure of the feed alone.
    async fn rest_the_feed(&self, seen: &Feed) -> Result<(), StoreError> {
        let reason = "feed".to_owned();
        let mut wait_ms = 0;
        self.change_feed(seen, |feed, now| {
            feed.back_off(now);
            wait_ms = feed.wait_ms;
        })
        .await?;
        self.log(Level::Warn, LogEvent::Waiting { reason, wait_ms });
        Ok(())
    }

    /// The cursor is good no more: everything is listed anew.
    async fn begin_again(&self, seen: &Feed, missing: Missing) -> Result<(), StoreError> {
        self.change_feed(seen, |feed, now| {
            // A backend that does not accept the very beginning, or what follows it, is not asked in circles.
            if feed.cursor.is_empty() {
                feed.back_off(now);
                return;
            }
            let unfinished = feed.phase != Phase::Following;
            match (missing, feed.epoch.clone()) {
                // A database that was put back without a new epoch.
                (Missing::SentAgain, Some(epoch)) => {
                    feed.begin_epoch(&epoch);
                }
                (Missing::Gone | Missing::SentAgain, _) => feed.begin(Missing::Gone),
            }
            if unfinished {
                feed.back_off(now);
            }
        })
        .await
    }

    /// Changes the record alone, unless somebody else has since.
    pub(crate) async fn change_feed(
        &self,
        seen: &Feed,
        mut change: impl FnMut(&mut Feed, Timestamp),
    ) -> Result<(), StoreError> {
        let program = |mut answers: Answers| {
            if answers.is_empty() {
                return Step::Read(vec![Query::Meta(meta::FEED.to_owned())]);
            }
            match meta::from_bytes::<Option<Feed>>(answers.take_bytes().as_deref()) {
                Ok(stored) => {
                    let mut feed = stored.unwrap_or_else(|| seen.clone());
                    if feed != *seen {
                        return Step::Write(Vec::new(), Ok(()));
                    }
                    change(&mut feed, self.now());
                    Step::Write(vec![put_feed(&feed)], Ok(()))
                }
                Err(error) => Step::Write(Vec::new(), Err(error)),
            }
        };
        self.transact(Mode::Strict, &[StoreName::Meta], program)
            .await?
    }
}

/// The page in an answer under the backend's mark.
fn page_of(response: &Response) -> Option<ChangesPage> {
    let good =
        response.status == 200 && !response.redirected && is_ours(BackendKind::Extended, response);
    envelope::parse_data(response.body.as_deref().filter(|_| good)?).ok()
}

/// Whether a page leads nowhere: whoever goes on from it gets it again.
fn stands_still(feed: &Feed, page: &ChangesPage) -> bool {
    page.next_cursor == feed.cursor && (page.has_more || !page.changes.is_empty())
}

/// Where the cursor is good no more: what is missing in a listing is gone if the cursor was too old, and lost at the backend
/// if the cursor is ahead of it, or none of its own.
fn resync_of(response: &Response) -> Option<Missing> {
    let error = ApiError::parse(response.body.as_deref()?)?;
    let resyncs = response.status == 410
        && is_ours(BackendKind::Extended, response)
        && error.code == ErrorCode::Resync;
    resyncs.then(|| match error.fields.get("cursor").map(String::as_str) {
        Some("ahead" | "unknown") => Missing::SentAgain,
        Some(_) | None => Missing::Gone,
    })
}

/// Whether a page may have been too much for the connection, or for who stands in between: what waits is small beside it.
fn may_be_its_size(answer: &Result<Response, SendError>) -> bool {
    match answer {
        Ok(response) => matches!(response.status, 200 | 502..=504),
        Err(error) => *error == SendError::Timeout,
    }
}

/// A cursor as it stands in a query: it is opaque, and may hold anything.
pub(crate) fn encoded(cursor: &str) -> String {
    let mut text = String::new();
    for byte in cursor.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
            let digits = [byte >> 4, byte & 15].map(|digit| char::from(DIGITS[usize::from(digit)]));
            text.push('%');
            text.extend(digits);
        }
    }
    text
}
