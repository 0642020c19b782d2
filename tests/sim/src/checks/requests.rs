//! What goes over the wire and what the server does: I3, I5, I7, I8, I12, I20, I23.

use lume_core::ids::EventId;
use lume_sync::meta::BackendKind;
use lume_sync::ports::{Request, Response};
use lume_sync::rows::Seq;
use lume_sync::testing::{Effect, EffectKind};
use lume_wire::{ApiError, ErrorCode, headers, paths};

use super::{Fruitless, Invariant, Sent, batches, gates, sessions};
use crate::disk::session;
use crate::net::{Exchange, is_change, path_of};
use crate::queue::TaskId;
use crate::rows;
use crate::world::{Errand, World};

/// Requests in a minute while nothing comes of them.
const FRUITLESS_MAX: usize = 30;
/// Each of three more flushers may have ten requests under way that it has not written down yet.
const UNWRITTEN_MAX: usize = 30;
/// A read of the session that is older than this when the request goes out is too old.
const SESSION_READ_MS_MAX: u64 = 6_000;
const MINUTE_MS: u64 = 60_000;

/// What a request is about.
#[derive(Debug, Clone, Default)]
pub(crate) struct About {
    /// The events that it carries.
    pub(crate) events: Vec<EventId>,
    /// The refresh token that it presents.
    pub(crate) refresh: Option<String>,
    /// The access token that it presents.
    pub(crate) access: Option<String>,
    /// Who sends it.
    pub(crate) task: TaskId,
    /// When.
    pub(crate) sent_ms: u64,
}

impl About {
    /// The event that it carries, if it carries but one.
    pub(crate) fn alone(&self) -> Option<EventId> {
        match self.events.as_slice() {
            [event] => Some(*event),
            _ => None,
        }
    }
}

/// A request leaves a tab: what it is about.
pub(crate) fn on_send(world: &mut World, tab: usize, database: usize, request: &Request) -> About {
    world.audit.counts.requests += 1;
    let by_itself = world
        .current
        .is_some_and(|current| current.errand == Errand::Pass);
    if by_itself {
        count(world, tab, database);
        gates::sent(world, tab, database);
    }
    if path_of(request) == paths::REFRESH {
        let refresh = sessions::presented(request);
        if let Some(token) = &refresh {
            sessions::used(world, tab, database, token);
        }
        return About {
            refresh,
            ..About::default()
        };
    }
    let carried = carried(world, database, request);
    let backend = world.databases[database].profile().backend;
    let has_keys =
        batches::request(request).is_some() || header(request, headers::IDEMPOTENCY_KEY).is_some();
    if !carried.is_empty() && backend.kind == Some(BackendKind::Extended) && !has_keys {
        let what = format!("tab {tab} sends an event without its key");
        world.violate(Invariant::I3, what);
    }
    for (event, sent) in &carried {
        carries(world, event, sent);
        owner(world, tab, database, request, *event);
    }
    About {
        events: carried.into_iter().map(|(event, _)| event).collect(),
        refresh: None,
        access: bearer(request).map(str::to_owned),
        task: world.current.map_or(0, |current| current.task),
        sent_ms: world.now_ms,
    }
}

/// The events that a request carries, each as it would go by itself.
fn carried(world: &World, database: usize, request: &Request) -> Vec<(EventId, Sent)> {
    if let Some(batch) = batches::request(request) {
        return batches::carried(&batch, request);
    }
    let sent = || Sent {
        method: request.method.name(),
        url: request.url.clone(),
        if_match: header(request, headers::IF_MATCH).map(str::to_owned),
        body: request.body.clone(),
    };
    let event = event_of(world, database, request);
    event.map(|event| (event, sent())).into_iter().collect()
}

/// I7: a request for an event goes out.
fn carries(world: &mut World, event: &EventId, sent: &Sent) {
    let known = world.audit.sent.entry(*event);
    if known.or_insert_with(|| sent.clone()) != sent {
        world.violate(Invariant::I7, format!("other bytes for {event:?}"));
    }
}

/// I20. A sliding minute, for each profile: its tabs and the worker count together.
fn count(world: &mut World, tab: usize, database: usize) {
    let now_ms = world.now_ms;
    let fruitless = &mut world.audit.fruitless;
    fruitless.push_back(Fruitless {
        at_ms: now_ms,
        tab,
        database,
        written: false,
    });
    while fruitless
        .front()
        .is_some_and(|first| first.at_ms + MINUTE_MS <= now_ms)
    {
        fruitless.pop_front();
    }
    let of_profile = |request: &&Fruitless| request.database == database;
    let count = fruitless.iter().filter(of_profile).count();
    let most = &mut world.audit.counts.fruitless_most;
    *most = (*most).max(count as u64);
    if count > FRUITLESS_MAX + UNWRITTEN_MAX {
        world.violate(
            Invariant::I20,
            format!("{count} requests in a minute, and nothing came of them"),
        );
    }
}

/// I8.
fn owner(world: &mut World, tab: usize, database: usize, request: &Request, event: EventId) {
    let Some(known) = world.audit.events.get(&event).cloned() else {
        world.violate(
            Invariant::I2,
            format!("{event:?} was sent and never stored"),
        );
        return;
    };
    let token = bearer(request).unwrap_or_default().to_owned();
    let user = world.net.backend.owner_of_token(&token);
    let whose = user.map(|user| user.to_string()).unwrap_or_default();
    if known.database != database || !known.account.ends_with(&whose) || whose.is_empty() {
        world.violate(
            Invariant::I8,
            format!("tab {tab} sends {event:?} of another account"),
        );
    }
    let generation = world.audit.generations.get(&token).copied().unwrap_or(0);
    let now_ms = world.now_ms;
    let stale = world
        .audit
        .sign_outs
        .get(&database)
        .into_iter()
        .flatten()
        .any(|(after, at_ms)| {
            // The answer to the last look at the session may have been on its way.
            *after > generation && now_ms - at_ms > SESSION_READ_MS_MAX
        });
    if stale {
        let stored = session(&world.databases[database].tables()).generation;
        let what = format!(
            "tab {tab} sends {event:?} in session {generation} after a sign-out; now {stored}"
        );
        world.violate(Invariant::I8, what);
    }
}

/// The server has dealt with a request.
pub(crate) fn on_handled(world: &mut World, request: &Request, about: &About, response: &Response) {
    let alone = about.alone();
    let effects: Vec<_> = world.net.backend.journal()[world.audit.effects_seen..].to_vec();
    world.audit.effects_seen += effects.len();
    for effect in effects {
        world.audit.counts.effects += 1;
        let key = effect.key.as_ref().and_then(|key| key.parse().ok());
        let Some(event) = key.or(alone) else {
            world.violate(Invariant::I2, format!("{effect:?} came of no event"));
            continue;
        };
        let Some(known) = world.audit.events.get(&event).cloned() else {
            continue;
        };
        if !world.faithful {
            // Whatever it answers.
            world.audit.effective.insert(event);
            continue;
        }
        if world.mix.is_extended() && world.audit.effective.contains(&event) {
            world.violate(Invariant::I3, format!("{event:?} took effect twice"));
        }
        returns(world, &effect, known.seq);
        let last = world.audit.last_effect.insert(effect.entity, known.seq);
        if last.is_some_and(|last| last >= known.seq) {
            world.violate(
                Invariant::I5,
                format!("{event:?} took effect after a later one of its lane"),
            );
        }
    }
    let taken = matches!(response.status, 200..=299);
    // The seed's contract has no keys: the same id again says that the first request arrived.
    let known_there =
        !world.mix.is_extended() && response.status == 409 && has_this_content(world, request);
    if let Some(event) = alone.filter(|_| is_change(request) && (taken || known_there)) {
        world.audit.effective.insert(event);
    }
    let results = batches::results(request, response);
    let done = results.iter().filter(|result| batches::is_done(result));
    world
        .audit
        .effective
        .extend(done.map(|result| result.event_id));
}

/// I12: an entity that a later event deleted is not there again because of an earlier one.
fn returns(world: &mut World, effect: &Effect, seq: Seq) {
    match effect.kind {
        EffectKind::Deleted => drop(world.audit.deleted.insert(effect.entity, seq)),
        EffectKind::Created | EffectKind::Updated | EffectKind::Revived => {
            let deleted = world.audit.deleted.remove(&effect.entity);
            if deleted.is_some_and(|deleted| deleted > seq) {
                let what = format!("{:?} came back after it was deleted", effect.entity);
                world.violate(Invariant::I12, what);
            }
        }
    }
}

/// Whether the server has what a basic backend's `POST` carries.
fn has_this_content(world: &World, request: &Request) -> bool {
    let sent = request
        .body
        .as_deref()
        .and_then(|body| serde_json::from_slice::<serde_json::Value>(body).ok());
    let id = sent
        .as_ref()
        .and_then(|sent| sent.get("id")?.as_str()?.parse().ok());
    let there = id.and_then(|id| world.net.backend.entity(id));
    there.zip(sent.as_ref()).is_some_and(|(there, sent)| {
        there
            .fields
            .iter()
            .all(|(name, value)| sent.get(name) == Some(value))
    })
}

/// An answer reaches its tab.
pub(crate) fn on_answer(world: &mut World, about: &About, exchange: &Exchange) {
    let Ok(response) = exchange else { return };
    let code = response
        .body
        .as_deref()
        .and_then(ApiError::parse)
        .map(|error| error.code);
    if let (Some(token), true) = (&about.refresh, code.is_some()) {
        world.audit.refused.insert(token.clone());
    }
    if let (Some(token), 401) = (&about.access, response.status) {
        world.audit.refused.insert(token.clone());
    }
    if !about.events.is_empty() {
        gates::answered(world, about.task, about.sent_ms, response);
    }
    // A session or a look at the backend's health is progress of a kind, but not one that may go on for ever.
    if let Some(event) = about.alone() {
        let said = Said {
            arrived: matches!(response.status, 200..=299),
            countable: counts(world.mix.is_extended(), response),
            status: response.status,
            code,
        };
        learn(world, event, &said);
    } else {
        for (event, said) in batches::said(&about.events, response) {
            learn(world, event, &said);
        }
    }
}

/// What an answer says of an event.
pub(super) struct Said {
    /// That it took effect.
    pub(super) arrived: bool,
    /// Something that may count as an attempt.
    pub(super) countable: bool,
    pub(super) status: u16,
    pub(super) code: Option<ErrorCode>,
}

fn learn(world: &mut World, event: EventId, said: &Said) {
    let arrived = said.arrived && world.audit.effective.contains(&event);
    let refused = said.countable && !matches!(said.status, 200 | 423 | 500);
    if arrived || refused {
        let whose = world.audit.events.get(&event).map(|known| known.database);
        let known = &mut world.audit.fruitless;
        known.retain(|request| Some(request.database) != whose);
    }
    if said.code == Some(ErrorCode::KeyExpired) {
        world.audit.expired.insert(event);
    }
    if said.countable && matches!(said.status, 404 | 409 | 410 | 412) {
        world.audit.conflicted.insert(event);
    }
    if said.countable {
        *world.audit.countable.entry(event).or_insert(0) += 1;
    }
}

/// Whether an answer is about the event itself, so that it may count as an attempt.
fn counts(extended: bool, response: &Response) -> bool {
    let marked = response.protocol.is_some() || !extended;
    let html = response.content_type.as_deref() == Some("text/html");
    let code = response
        .body
        .as_deref()
        .and_then(ApiError::parse)
        .map(|error| error.code);
    match response.status {
        500 => true,
        _ if !marked || html || response.body.is_none() => false,
        400 | 403 | 404 | 410 | 412 | 413 | 422 | 423 => true,
        409 => code != Some(ErrorCode::InProgress),
        _ => false,
    }
}

/// The event that a request carries: by its key, or, where there is none, by the claim that it was sent for.
fn event_of(world: &World, database: usize, request: &Request) -> Option<EventId> {
    if let Some(key) = header(request, headers::IDEMPOTENCY_KEY) {
        return key.parse().ok();
    }
    if !is_change(request) {
        return None;
    }
    let tables = world.databases[database].tables();
    let items = tables.claims.values().flat_map(|claim| &claim.items);
    let same = |stored: &rows::StoredRequest| {
        stored.path == path_of(request)
            && stored.method == request.method.name()
            && stored.body.as_deref().map(str::as_bytes) == request.body.as_deref()
    };
    let earlier = world.audit.claimed.iter().rev();
    let earlier = earlier.filter(|(other, _)| *other == database);
    items
        .chain(earlier.map(|(_, item)| item))
        .find(|item| same(&rows::request(item)))
        .map(|item| item.event_id)
}

fn bearer(request: &Request) -> Option<&str> {
    header(request, headers::AUTHORIZATION)?.strip_prefix("Bearer ")
}

fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request
        .headers
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}
