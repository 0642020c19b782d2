//! What a pass may make of an entity when the server has another version: I1 and I12, field by field.
//!
//! The engine's merge is not asked. From the last server state, what was shown, the server's version and what is shown
//! now it is seen that what either side had written is there or was put aside in the same commit, and that nothing else
//! is there.

use std::collections::BTreeSet;

use lume_sync::content::{Content, Operation};
use lume_sync::memory::Tables;
use lume_sync::meta::{self, Profile};
use lume_sync::rows::EntityKey;
use lume_sync::store::Write;
use lume_sync::testing::EffectKind;
use serde_json::Value;

use super::Invariant;
use crate::disk::{Commit, record};
use crate::model::Shown;
use crate::rows::{self, Folded, as_server_has_it, base};
use crate::world::World;

/// Fields that change together or not at all.
const MOMENT: [&str; 3] = ["at", "zone", "local_time"];
/// Times of writing and making: nobody's words.
const STAMPS: [&str; 2] = ["updated_at", "created_at"];
/// Lists without an order.
const LISTS: [&str; 2] = ["labels", "associations"];
/// A text of lines.
const TEXT: &str = "note";

/// Judges what a pass made of an entity.
pub(super) fn check(
    world: &mut World,
    database: usize,
    commit: &Commit,
    key: &EntityKey,
    (before, after): (&Shown, &Shown),
) {
    if !has_reason(world, commit, key) {
        let what = format!("a pass changed {key:?} from {before:?} to {after:?} for no reason");
        world.violate(Invariant::I1, what);
        return;
    }
    if world.faithful && !is_the_servers(world, commit, key) {
        let theirs = base(&commit.after, key);
        let what = format!("db {database}: {key:?} was merged with {theirs:?}, which never was");
        world.violate(Invariant::I1, what);
    }
    let (mine, theirs) = (base(&commit.before, key), base(&commit.after, key));
    let merge = Merge {
        base: mine.content(),
        theirs: theirs.content(),
        steps: steps(&commit.before, key),
        aside: aside(commit, key),
    };
    let wrong = match (before, after, &theirs) {
        (Shown::Absent, Shown::Live(shown), Folded::Live(theirs)) if shown == theirs => None,
        (Shown::Live(seen), Shown::Live(shown), Folded::Live(_)) => merge.lost(seen, shown),
        (Shown::Deleted(seen), Shown::Live(shown), Folded::Live(theirs)) => {
            // What was deleted is not what was made: edits that still wait are.
            let made = merge.steps.last().or(merge.base).unwrap_or(theirs);
            let is_known = says_the_same(seen, theirs)
                || merge.base.is_some_and(|base| says_the_same(base, theirs));
            if is_known {
                Some("came back, and nobody had edited it".to_owned())
            } else {
                merge.lost(made, shown)
            }
        }
        (Shown::Live(_), Shown::Deleted(_), Folded::Absent | Folded::Deleted) => {
            has_edits(&commit.before, key).then(|| "went, and an edit waited".to_owned())
        }
        (Shown::Absent | Shown::Live(_) | Shown::Deleted(_), _, _) => {
            Some("became what nobody has".to_owned())
        }
    };
    if let Some(wrong) = wrong {
        let (base, aside) = (&mine, &merge.aside);
        let what = format!(
            "{key:?} {wrong}: of {base:?} the person made {before:?}, the server {theirs:?}, the merge {after:?}, aside \
             {aside:?}"
        );
        world.violate(Invariant::I1, what);
    }
}

/// Whether the server had said that it has another version, or the feed brought one.
fn has_reason(world: &World, commit: &Commit, key: &EntityKey) -> bool {
    let is_feed = |write: &Write| matches!(write, Write::PutMeta(name, _) if name == meta::FEED);
    let waited = commit.before.bases.get(key);
    let mut lane = rows::lane(&commit.before, key);
    lane.any(|row| {
        let (conflicted, expired) = (&world.audit.conflicted, &world.audit.expired);
        conflicted.contains(&row.event_id) || expired.contains(&row.event_id)
    }) || waited.is_some_and(|base| base.ahead.is_some())
        || commit.writes.iter().any(is_feed)
}

/// Whether the server has, or had, what is taken for its version now.
fn is_the_servers(world: &World, commit: &Commit, key: &EntityKey) -> bool {
    let profile: Profile = record(&commit.after, meta::PROFILE);
    let Some(user) = profile.account.map(|account| account.user_id) else {
        return false;
    };
    let journal = world.net.backend.journal().iter();
    let mut effects = journal.filter(|effect| effect.entity == key.id && effect.user == user);
    match base(&commit.after, key) {
        Folded::Absent => effects.next().is_none(),
        Folded::Deleted => effects.any(|effect| effect.kind == EffectKind::Deleted),
        Folded::Live(content) => {
            let fields = as_server_has_it(&world.net.backend, &content, user, key);
            effects.any(|effect| effect.kind != EffectKind::Deleted && effect.fields == fields)
        }
    }
}

/// What a commit puts aside of an entity.
fn aside(commit: &Commit, key: &EntityKey) -> Vec<Content> {
    let known = &commit.before.history;
    let rows = commit.after.history.iter();
    let new = rows.filter(|(seq, row)| row.key == *key && !known.contains_key(seq));
    let fields =
        new.filter_map(|(_, row)| rows::content(&row.body).get("fields")?.as_object().cloned());
    fields.collect()
}

/// What each event of the lane but the last one led to.
fn steps(tables: &Tables, key: &EntityKey) -> Vec<Content> {
    let mut steps = rows::steps(tables, key);
    steps.pop();
    let live = steps.into_iter().filter_map(|step| match step {
        Folded::Live(content) => Some(content),
        Folded::Absent | Folded::Deleted => None,
    });
    live.collect()
}

fn has_edits(tables: &Tables, key: &EntityKey) -> bool {
    let mut lane = rows::lane(tables, key);
    lane.any(|row| row.operation != Operation::Deleted)
}

fn says_the_same(one: &Content, other: &Content) -> bool {
    let differs = |name: &String| one.get(name) != other.get(name);
    let mut names = one.keys().chain(other.keys());
    !names.any(|name| !STAMPS.contains(&name.as_str()) && differs(name))
}

/// What there is to compare.
struct Merge<'a> {
    base: Option<&'a Content>,
    theirs: Option<&'a Content>,
    /// What the person had made of it before they made of it what was shown: what the server has of that was their own
    /// to write over.
    steps: Vec<Content>,
    aside: Vec<Content>,
}

impl Merge<'_> {
    /// What is lost or made up, if anything is.
    fn lost(&self, seen: &Content, shown: &Content) -> Option<String> {
        let theirs = self.theirs?;
        let names: BTreeSet<&str> = [seen, shown, theirs]
            .into_iter()
            .flat_map(Content::keys)
            .map(String::as_str)
            .collect();
        let alone = names.iter().filter(|name| !MOMENT.contains(name));
        let groups = alone.map(std::slice::from_ref);
        for group in groups.chain([MOMENT.as_slice()]) {
            let is_stamp = STAMPS.contains(&group[0]);
            let mut known = [seen, theirs].into_iter().chain(&self.steps);
            let is_one = known.any(|one| same(group, shown, one));
            let is_joined = group[0] == TEXT || LISTS.contains(&group[0]);
            if !is_one && (is_stamp || !is_joined) {
                return Some(format!("has {group:?} of nobody"));
            }
            if !is_stamp && !self.keeps(group, (seen, theirs), shown, &[]) {
                return Some(format!("has lost what the person wrote in {group:?}"));
            }
            if !is_stamp && !self.keeps(group, (theirs, seen), shown, &self.steps) {
                return Some(format!("has lost what the server had in {group:?}"));
            }
        }
        None
    }

    /// Whether what a side wrote in these fields is shown, was put aside, or was written over by who knew it.
    fn keeps(
        &self,
        group: &[&str],
        (side, other): (&Content, &Content),
        shown: &Content,
        steps: &[Content],
    ) -> bool {
        if same(group, shown, side) || steps.iter().any(|step| same(group, step, side)) {
            return true;
        }
        if self.base.is_some_and(|base| same(group, side, base)) {
            return same(group, shown, other);
        }
        let name = group[0];
        let is_joined = name == TEXT || LISTS.contains(&name);
        (is_joined && self.joins(name, (side, other), shown, steps))
            || self.is_aside(group, side, shown)
    }

    /// Whether what a side has added is shown, and what it took away is not.
    fn joins(
        &self,
        name: &str,
        (side, other): (&Content, &Content),
        shown: &Content,
        steps: &[Content],
    ) -> bool {
        let base = parts(self.base.and_then(|base| base.get(name)));
        let (made, there) = (parts(side.get(name)), parts(shown.get(name)));
        let steps: Vec<_> = steps.iter().map(|step| parts(step.get(name))).collect();
        let is_known =
            |item: &String| base.contains(item) || steps.iter().any(|step| step.contains(item));
        let added = made
            .iter()
            .all(|item| there.contains(item) || is_known(item));
        // In a list, unless the other side has put it first.
        let first = other.get(name).and_then(|list| list.get(0));
        let first = first.map(Value::to_string);
        let returns = |item: &String| {
            let anew = steps.iter().any(|step| !step.contains(item));
            there.contains(item) && first.as_ref() != Some(item) && !anew
        };
        added && (name == TEXT || !base.difference(&made).any(returns))
    }

    fn is_aside(&self, group: &[&str], side: &Content, shown: &Content) -> bool {
        group
            .iter()
            .filter(|name| side.get(**name) != shown.get(**name))
            .all(|name| {
                let value = side.get(*name).unwrap_or(&Value::Null);
                let mut aside = self.aside.iter();
                aside.any(|fields| fields.get(*name) == Some(value))
            })
    }
}

fn same(group: &[&str], one: &Content, other: &Content) -> bool {
    group.iter().all(|name| one.get(*name) == other.get(*name))
}

/// The items of a list or the lines of a text.
fn parts(value: Option<&Value>) -> BTreeSet<String> {
    match value {
        Some(Value::Array(items)) => items.iter().map(Value::to_string).collect(),
        Some(Value::String(text)) => {
            let lines = text.lines().filter(|line| !line.trim().is_empty());
            lines.map(str::to_owned).collect()
        }
        _ => BTreeSet::new(),
    }
}
