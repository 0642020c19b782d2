//! Three-way merge of an entity: what two sides have made of one base.
//!
//! A field that one side changed is that side's; what both changed alike is no conflict; where they differ, the field's
//! [`Rule`] decides. Nothing is lost: what a side wrote is in the result, or among the [`Loser`]s for the entity's
//! history, or in an [`Overlap`] that shows both texts. Without a base nobody can say who changed what: then the winner's
//! field holds and the other one is reported.
//!
//! Pure: who wins is handed in, see [`winner`]. The laws are properties in the tests: `merge(b, x, b) = x`,
//! `merge(b, b, y) = y`, `merge(b, x, x) = x`, merging once more changes nothing, and sides swapped together with the
//! winner give the same.
//!
//! What it deliberately does not do: look at clocks, know kinds, or decide about deletions (that is the lane's).

mod lines;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::content::Content;
use crate::mutant::{self, Mutant};

/// How a field is merged that both sides changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// One value: the winner's.
    Scalar,
    /// A part of the entity's moment: instant, zone and civil time change together or not at all.
    Moment,
    /// A list without repetitions and of no order: what either side added is in it, what either removed is not.
    Set {
        /// No more than these; the loser's additions give way.
        max: usize,
    },
    /// As a set, and the first one has a meaning of its own: it is merged like a scalar.
    Ranked {
        /// No more than these; the loser's additions give way.
        max: usize,
    },
    /// Lines of text: merged by lines, and where both changed the same ones, both are kept.
    Text {
        /// No longer than this, in characters; else the winner's text stands alone.
        chars_max: usize,
    },
    /// A time of writing: the later one. Nobody's words.
    Latest,
    /// A time of making: the earlier one. Nobody's words.
    Earliest,
}

/// A kind's rules; `None` for a field that this version does not know, which is merged as a scalar.
pub type Rules = fn(&str) -> Option<Rule>;

/// Which side of a merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// This device's.
    Mine,
    /// The backend's.
    Theirs,
}

/// What a side had written and the result has not; its `Debug` shows names only.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Loser {
    /// The fields with the values they had, `null` for one that was cleared: as a patch, they bring them back.
    pub fields: Content,
    /// Whose they were.
    pub side: Side,
}

/// Two versions of a text that changed in the same place; its `Debug` shows no words.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overlap {
    /// The field. The entity has both versions in it, one after the other, or the winner's if there is no room for both.
    pub field: String,
    /// This device's whole text.
    pub mine: String,
    /// The backend's whole text.
    pub theirs: String,
}

/// What a merge gives.
#[derive(Clone, Default, PartialEq)]
pub struct Merged {
    /// The entity.
    pub content: Content,
    /// For its history.
    pub losers: Vec<Loser>,
    /// Texts that the person may want to look at.
    pub overlaps: Vec<Overlap>,
}

impl std::fmt::Debug for Loser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<_> = self.fields.keys().collect();
        write!(f, "Loser({:?}, {names:?})", self.side)
    }
}

impl std::fmt::Debug for Overlap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Overlap({})", self.field)
    }
}

/// Who wins where one value has to: the younger edit. Ages in milliseconds, each measured by the clock that dated the
/// edit, so that a clock that is wrong by a constant changes nothing; with an age that is not known, or that lies ahead,
/// the backend's order decides.
pub fn winner(mine_age_ms: Option<i64>, theirs_age_ms: Option<i64>) -> Side {
    match (mine_age_ms, theirs_age_ms) {
        (Some(mine), Some(theirs)) if mine >= 0 && mine < theirs => Side::Mine,
        _ => Side::Theirs,
    }
}

/// Merges what both sides have made of `base`.
pub fn merge(
    rules: Rules,
    base: Option<&Content>,
    mine: &Content,
    theirs: &Content,
    winner: Side,
) -> Merged {
    all_fields(rules, base, false, [mine, theirs], winner)
}

/// Merges what both sides have made without knowing of each other: of two texts none goes.
pub fn join(rules: Rules, mine: &Content, theirs: &Content, winner: Side) -> Merged {
    all_fields(rules, None, true, [mine, theirs], winner)
}

fn all_fields(
    rules: Rules,
    base: Option<&Content>,
    joins_texts: bool,
    [mine, theirs]: [&Content; 2],
    winner: Side,
) -> Merged {
    let mut merge = Merge {
        base,
        joins_texts,
        mine,
        theirs,
        winner,
        merged: Merged::default(),
    };
    let sides = base.into_iter().chain([mine, theirs]);
    let names: BTreeSet<&str> = sides.flat_map(Content::keys).map(String::as_str).collect();
    let (moment, others): (Vec<&str>, Vec<&str>) = names
        .into_iter()
        .partition(|name| rules(name) == Some(Rule::Moment));
    merge.together(&moment);
    for name in others {
        merge.field(name, rules(name).unwrap_or(Rule::Scalar));
    }
    merge.merged
}

/// `theirs` with the fields that the backend does not send because it does not know them: their absence says nothing.
pub fn completed(rules: Rules, theirs: &Content, known: &Content) -> Content {
    let mut whole = theirs.clone();
    for (name, value) in known.iter().filter(|(name, _)| rules(name).is_none()) {
        whole.entry(name.clone()).or_insert_with(|| value.clone());
    }
    whole
}

/// Whether two contents say the same, whenever they were written.
pub fn says_the_same(rules: Rules, one: &Content, other: &Content) -> bool {
    let is_stamp = |name: &str| matches!(rules(name), Some(Rule::Latest | Rule::Earliest));
    let differs = |name: &String| one.get(name) != other.get(name) && !is_stamp(name);
    !one.keys().chain(other.keys()).any(differs)
}

struct Merge<'a> {
    base: Option<&'a Content>,
    /// Whether without a base two texts are joined.
    joins_texts: bool,
    mine: &'a Content,
    theirs: &'a Content,
    winner: Side,
    merged: Merged,
}

impl<'a> Merge<'a> {
    /// The side that alone has changed any of these fields, or whose values hold since there is no difference.
    fn only_changed_by(&self, names: &[&str]) -> Option<Side> {
        let same = |one: &Content, other: &Content| {
            names.iter().all(|name| one.get(*name) == other.get(*name))
        };
        if same(self.mine, self.theirs) {
            return Some(Side::Mine);
        }
        let base = self.base?;
        if same(self.mine, base) {
            Some(Side::Theirs)
        } else if same(self.theirs, base) {
            Some(Side::Mine)
        } else {
            None
        }
    }

    fn of(&self, side: Side) -> &'a Content {
        match side {
            Side::Mine => self.mine,
            Side::Theirs => self.theirs,
        }
    }

    fn loser(&self) -> Side {
        match self.winner {
            Side::Mine => Side::Theirs,
            Side::Theirs => Side::Mine,
        }
    }

    fn put(&mut self, name: &str, value: Option<Value>) {
        if let Some(value) = value {
            self.merged.content.insert(name.to_owned(), value);
        }
    }

    fn take(&mut self, names: &[&str], side: Side) {
        for name in names {
            let value = self.of(side).get(*name).cloned();
            self.put(name, value);
        }
    }

    /// Fields that are one side's as a whole.
    fn together(&mut self, names: &[&str]) {
        if let Some(side) = self.only_changed_by(names) {
            self.take(names, side);
            return;
        }
        self.take(names, self.winner);
        self.lose(names);
    }

    /// Reports what the loser had in these fields.
    fn lose(&mut self, names: &[&str]) {
        if mutant::is(Mutant::LoserIsDropped) {
            return;
        }
        let side = self.loser();
        let (lost, held) = (self.of(side), self.of(self.winner));
        let fields = names
            .iter()
            .filter(|name| lost.get(**name) != held.get(**name))
            .map(|name| {
                let value = lost.get(*name).cloned().unwrap_or(Value::Null);
                ((*name).to_owned(), value)
            });
        let fields = fields.collect();
        self.merged.losers.push(Loser { fields, side });
    }

    fn field(&mut self, name: &str, rule: Rule) {
        if let Some(side) = self.only_changed_by(&[name]) {
            self.take(&[name], side);
            return;
        }
        match (rule, self.base) {
            (Rule::Latest, _) => self.take(&[name], self.by_time(name, true)),
            (Rule::Earliest, _) => self.take(&[name], self.by_time(name, false)),
            (Rule::Set { max }, Some(base)) => self.set(name, base, max, false),
            (Rule::Ranked { max }, Some(base)) => self.set(name, base, max, true),
            (Rule::Text { chars_max }, Some(base)) => self.text(name, base, chars_max),
            (Rule::Text { chars_max }, None) if self.joins_texts => {
                self.text(name, &Content::new(), chars_max);
            }
            (Rule::Scalar | Rule::Moment, _)
            | (Rule::Set { .. } | Rule::Ranked { .. } | Rule::Text { .. }, None) => {
                self.together(&[name]);
            }
        }
    }

    /// The side with the later, or earlier, time; a side that has none is not it.
    fn by_time(&self, name: &str, later: bool) -> Side {
        let time = |side: Side| self.of(side).get(name).and_then(Value::as_str);
        match (time(Side::Mine), time(Side::Theirs)) {
            (Some(mine), Some(theirs)) if (mine > theirs) == later => Side::Mine,
            (Some(_), None) => Side::Mine,
            (Some(_) | None, _) => Side::Theirs,
        }
    }

    fn set(&mut self, name: &str, base: &Content, max: usize, ranked: bool) {
        let items = |content: &Content| match content.get(name) {
            None => Some(Vec::new()),
            Some(value) => value.as_array().cloned(),
        };
        let sides = (
            items(base),
            items(self.of(self.winner)),
            items(self.of(self.loser())),
        );
        let (Some(base), Some(won), Some(lost)) = sides else {
            self.together(&[name]);
            return;
        };
        let mut result: Vec<Value> = Vec::new();
        let kept = base
            .iter()
            .filter(|item| won.contains(item) && lost.contains(item));
        let added = won.iter().chain(&lost).filter(|item| !base.contains(item));
        let first = if ranked {
            first(&base, &won, &lost)
        } else {
            None
        };
        for item in first.into_iter().chain(kept).chain(added) {
            if !result.contains(item) && result.len() < max {
                result.push(item.clone());
            }
        }
        let brought = |item: &&Value| {
            !base.contains(item)
                || (ranked && lost.first() == Some(*item) && base.first() != Some(*item))
        };
        let complete = lost
            .iter()
            .filter(brought)
            .all(|item| result.contains(item));
        self.put(name, Some(result.into()));
        if !complete {
            self.lose(&[name]);
        }
    }

    fn text(&mut self, name: &str, base: &Content, chars_max: usize) {
        let text = |content: &'a Content| match content.get(name) {
            None => Some(""),
            Some(value) => value.as_str(),
        };
        let base = match base.get(name) {
            None => Some(""),
            Some(value) => value.as_str(),
        };
        let (won, lost) = (text(self.of(self.winner)), text(self.of(self.loser())));
        let (Some(base), Some(won), Some(lost)) = (base, won, lost) else {
            self.together(&[name]);
            return;
        };
        let joined = lines::merge(base, won, lost);
        let fits = joined.text.chars().count() <= chars_max;
        if fits {
            let text = Some(joined.text).filter(|text| !text.trim().is_empty());
            self.put(name, text.map(Value::from));
        } else {
            self.take(&[name], self.winner);
            self.lose(&[name]);
        }
        if joined.overlaps || !fits {
            let (mine, theirs) = match self.winner {
                Side::Mine => (won, lost),
                Side::Theirs => (lost, won),
            };
            self.merged.overlaps.push(Overlap {
                field: name.to_owned(),
                mine: mine.to_owned(),
                theirs: theirs.to_owned(),
            });
        }
    }
}

/// The first of a ranked list: the one side's that changed it, the winner's if both did.
fn first<'v>(base: &[Value], won: &'v [Value], lost: &'v [Value]) -> Option<&'v Value> {
    if won.first() == base.first() {
        lost.first().or(won.first())
    } else {
        won.first().or(lost.first())
    }
}

#[cfg(test)]
#[path = "merge_tests.rs"]
mod tests;
