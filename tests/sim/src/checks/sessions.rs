//! What is stored of sessions, and how refresh tokens are used: I8's sign-outs, I23.

use lume_sync::memory::Tables;
use lume_sync::meta::{self, Tokens};
use lume_sync::ports::Request;
use lume_sync::store::Write;
use lume_wire::auth::RefreshRequest;

use super::Invariant;
use crate::disk::{Commit, session};
use crate::world::{Errand, World};

/// How long the server repeats its answer to a refresh.
const GRACE_MS: u64 = 30_000;

/// Judges a commit that changed the session.
pub(super) fn check(world: &mut World, database: usize, commit: &Commit) {
    let is_session =
        |write: &Write| matches!(write, Write::PutMeta(name, _) if name == meta::SESSION);
    if !commit.writes.iter().any(is_session) {
        return;
    }
    let stored = session(&commit.after);
    let now_ms = world.now_ms;
    let (before, after) = (tokens(&commit.before), tokens(&commit.after));
    if let Some(after) = &after {
        let generations = &mut world.audit.generations;
        generations.insert(after.access.clone(), stored.generation);
    }
    let errand = world.current.map(|current| current.errand);
    if errand == Some(Errand::Bind) {
        // The person has begun anew, whatever was asked for before.
        world.audit.told_to_wait.clear();
        let known = &mut world.audit.fruitless;
        known.retain(|request| request.database != database);
    }
    if let Some(before) = &before {
        let replaced = &mut world.audit.replaced;
        replaced.insert(before.refresh.clone(), now_ms);
    }
    if errand == Some(Errand::SignOut) && after.is_none() {
        let known = world.audit.sign_outs.entry(database).or_default();
        known.push((stored.generation, now_ms));
    }
    let dropped = before.filter(|_| after.is_none() && errand == Some(Errand::Pass));
    if dropped.is_some_and(|dropped| !world.audit.refused.contains(&dropped.refresh)) {
        world.violate(
            Invariant::I23,
            "a session was dropped that the server had not refused",
        );
    }
}

/// The refresh token that a request presents.
pub(super) fn presented(request: &Request) -> Option<String> {
    let body: RefreshRequest = serde_json::from_slice(request.body.as_deref()?).ok()?;
    Some(body.refresh_token.expose().to_owned())
}

/// A refresh token is presented: the stored one, or one that was replaced a moment ago.
pub(super) fn used(world: &mut World, tab: usize, database: usize, token: &str) {
    let stored = tokens(&world.databases[database].tables());
    let is_stored = stored.is_some_and(|stored| stored.refresh == token);
    let replaced = world.audit.replaced.get(token);
    let in_grace = replaced.is_some_and(|at_ms| world.now_ms - at_ms <= GRACE_MS);
    if !is_stored && !in_grace {
        let what = format!("tab {tab} presents a refresh token that was replaced long ago");
        world.violate(Invariant::I23, what);
    }
}

/// The stored tokens, if there are any.
pub(super) fn tokens(tables: &Tables) -> Option<Tokens> {
    serde_json::from_slice(&session(tables).sealed).ok()
}
