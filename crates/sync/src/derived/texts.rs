//! What searching keeps of a week: folded texts, and where each stands.
//!
//! A search for a word that is rare meets hundreds of weeks that do not have it anywhere. So the texts stand at the end
//! of a row, and a [`Sieve`] looks for the word in the bytes as they are: only a row that lets it through is read.

use std::borrow::Cow;
use std::collections::BTreeSet;

use lume_core::association::AssociationLabel;
use lume_core::ids::EntityId;
use lume_core::mood::MoodLabel;
use serde::{Deserialize, Serialize};

use super::build::Derived;
use super::search::{Term, Wanted};
use super::week::Week;
use super::words::{Words, at};

/// The place of an entity in a timeline.
pub(super) type Place = (String, EntityId);

/// Stands between the head of a row and its texts, and nowhere within them: a quote in a text has a backslash before it.
const TEXTS: &str = "],\"t\":[";

/// A week's entities as searching needs them, oldest first.
#[derive(Serialize, Deserialize)]
pub(super) struct Texts<'a> {
    /// Moods.
    #[serde(borrow)]
    l: Vec<Text<'a>>,
    /// Associations.
    a: Vec<Text<'a>>,
    /// Where each stands.
    e: Vec<Line<'a>>,
    /// The texts, in the same order. Last: see [`TEXTS`].
    t: Vec<Text<'a>>,
}

/// A text that is read in place where nothing in it is escaped.
#[derive(Serialize, Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// The day of the week from 0, the rest of the civil time, the id, and the numbers of moods and associations.
#[derive(Serialize, Deserialize)]
struct Line<'a>(
    u8,
    #[serde(borrow)] Cow<'a, str>,
    #[serde(borrow)] Cow<'a, str>,
    Vec<u32>,
    Vec<u32>,
);

/// What a week's entities come to.
pub(super) fn texts_of(week: Week, entities: &[Derived]) -> Texts<'_> {
    let (mut labels, mut associations) = (Words::default(), Words::default());
    let (mut lines, mut texts) = (Vec::new(), Vec::new());
    for entity in entities {
        let Some((day, rest)) = week.split(&entity.local_time) else {
            continue;
        };
        let moment = &entity.facts.moment;
        let about = moment.associations.iter().map(AssociationLabel::as_str);
        lines.push(Line(
            day,
            Cow::Borrowed(rest),
            Cow::Owned(entity.id.to_string()),
            labels.numbers(moment.labels.iter().map(MoodLabel::as_str)),
            associations.numbers(about),
        ));
        texts.push(Text(Cow::Borrowed(&entity.facts.text)));
    }
    Texts {
        l: texts_from(labels),
        a: texts_from(associations),
        e: lines,
        t: texts,
    }
}

fn texts_from(words: Words<'_>) -> Vec<Text<'_>> {
    let words = words.into_all().into_iter();
    words.map(|word| Text(Cow::Borrowed(word))).collect()
}

/// A row that was not read yet: its head and its texts.
pub(super) struct Page<'a> {
    json: &'a str,
    head: &'a str,
    texts: &'a str,
}

impl<'a> Page<'a> {
    /// The page of these bytes; `None` where they are none.
    pub(super) fn of(json: &'a [u8]) -> Option<Self> {
        let json = std::str::from_utf8(json).ok()?;
        let (head, texts) = json.split_once(TEXTS)?;
        Some(Self { json, head, texts })
    }

    /// What it says; `None` where it can't be read.
    pub(super) fn read(&self) -> Option<Texts<'a>> {
        serde_json::from_str(self.json).ok()
    }
}

/// What the bytes of a row must hold if any of its entities is to meet a search.
pub(super) struct Sieve {
    terms: Vec<Needles>,
    labels: Vec<String>,
    associations: Vec<String>,
}

struct Needles {
    text: String,
    labels: Vec<String>,
}

impl Sieve {
    /// The sieve of a search whose words are folded.
    pub(super) fn of(wanted: &Wanted) -> Self {
        let moods = |labels: &BTreeSet<MoodLabel>| {
            let labels = labels.iter().map(|label| written(label.as_str()));
            labels.collect::<Vec<_>>()
        };
        let about = |labels: &BTreeSet<AssociationLabel>| {
            let labels = labels.iter().map(|label| written(label.as_str()));
            labels.collect::<Vec<_>>()
        };
        let needles = |term: &Term| Needles {
            text: unquoted(&written(&term.text)).to_owned(),
            labels: [moods(&term.labels), about(&term.associations)].concat(),
        };
        Self {
            terms: wanted.terms.iter().map(needles).collect(),
            labels: moods(&wanted.labels),
            associations: about(&wanted.associations),
        }
    }

    /// Whether an entity of this row may meet it.
    pub(super) fn lets_through(&self, page: &Page<'_>) -> bool {
        let has_any = |labels: &[String]| {
            let mut labels = labels.iter();
            labels.any(|label| page.head.contains(label))
        };
        (self.labels.is_empty() || has_any(&self.labels))
            && (self.associations.is_empty() || has_any(&self.associations))
            && self
                .terms
                .iter()
                .all(|term| page.texts.contains(&term.text) || has_any(&term.labels))
    }
}

/// A text as it stands in a row, with its quotes.
fn written(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn unquoted(written: &str) -> &str {
    let inner = written.get(1..written.len() - 1);
    inner.expect("a written text has a quote at either end")
}

impl Texts<'_> {
    /// Where those stand that meet a search whose words are folded, newest first.
    pub(super) fn places(&self, week: Week, wanted: &Wanted) -> Vec<Place> {
        let moods = |labels: &BTreeSet<MoodLabel>| {
            let mut numbers = Vec::new();
            if !labels.is_empty() {
                let own = self.l.iter();
                numbers.extend(own.map(|own| labels.contains(&MoodLabel::from(&*own.0))));
            }
            numbers
        };
        let about = |labels: &BTreeSet<AssociationLabel>| {
            let mut numbers = Vec::new();
            if !labels.is_empty() {
                let own = self.a.iter();
                numbers.extend(own.map(|own| labels.contains(&AssociationLabel::from(&*own.0))));
            }
            numbers
        };
        let any = |own: &[u32], good: &[bool]| {
            let mut own = own.iter();
            own.any(|number| at(good, *number).is_some_and(|good| *good))
        };
        let (labels, associations) = (moods(&wanted.labels), about(&wanted.associations));
        let terms: Vec<_> = wanted
            .terms
            .iter()
            .map(|term| (&term.text, moods(&term.labels), about(&term.associations)))
            .collect();
        let meets = |Line(_, _, _, own, own_about): &Line<'_>, text: &str| {
            (wanted.labels.is_empty() || any(own, &labels))
                && (wanted.associations.is_empty() || any(own_about, &associations))
                && terms.iter().all(|(word, labels, associations)| {
                    text.contains(word.as_str()) || any(own, labels) || any(own_about, associations)
                })
        };
        let lines = self.e.iter().zip(&self.t).rev();
        let lines = lines.filter(|(line, text)| meets(line, &text.0));
        let places = lines.filter_map(|(Line(day, rest, id, ..), _)| {
            Some((week.joined(*day, rest), id.parse().ok()?))
        });
        places.collect()
    }
}
