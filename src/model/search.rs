//! The words of a search: what they are compared with, and where a note holds them.

use std::collections::BTreeSet;

use lume_core::association::{Association, AssociationLabel};
use lume_core::mood::{Mood, MoodLabel};
use lume_sync::Term;
use lume_sync::derived::fold;

use crate::model::entry_view::{association_name, mood_name};

/// Labels with the names that the person reads.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Named {
    /// Moods.
    pub(crate) moods: Vec<(MoodLabel, String)>,
    /// Associations.
    pub(crate) about: Vec<(AssociationLabel, String)>,
}

/// Labels of the person's own that stand in entries.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct OwnLabels {
    /// Moods.
    pub(crate) moods: BTreeSet<MoodLabel>,
    /// Associations.
    pub(crate) about: BTreeSet<AssociationLabel>,
}

impl OwnLabels {
    /// Takes in the labels of an entry that are no catalogue's.
    pub(crate) fn note(&mut self, moods: &[MoodLabel], about: &[AssociationLabel]) {
        let own = moods.iter().filter(|label| label.known().is_none());
        for label in own {
            if !self.moods.contains(label) {
                self.moods.insert(label.clone());
            }
        }
        let own = about.iter().filter(|label| label.known().is_none());
        for label in own {
            if !self.about.contains(label) {
                self.about.insert(label.clone());
            }
        }
    }
}

impl Named {
    /// The catalogue's in the app's language, in its order, and the person's own behind them.
    pub(crate) fn with(own: &OwnLabels) -> Self {
        let moods = Mood::ALL.into_iter().map(MoodLabel::from);
        let about = Association::ALL.into_iter().map(AssociationLabel::from);
        Self {
            moods: moods
                .chain(own.moods.iter().cloned())
                .map(|label| {
                    let name = mood_name(label.as_str());
                    (label, name)
                })
                .collect(),
            about: about
                .chain(own.about.iter().cloned())
                .map(|label| {
                    let name = association_name(label.as_str());
                    (label, name)
                })
                .collect(),
        }
    }
}

/// The words of a query, folded.
pub(crate) fn words(query: &str) -> Vec<String> {
    query.split_whitespace().map(fold).collect()
}

/// What each word of a query is met by.
pub(crate) fn terms(query: &str, names: &Named) -> Vec<Term> {
    let term = |word: String| {
        let holds = |name: &str| fold(name).contains(&word);
        let moods = names.moods.iter().filter(|(_, name)| holds(name));
        let about = names.about.iter().filter(|(_, name)| holds(name));
        Term {
            labels: moods.map(|(label, _)| label.clone()).collect(),
            associations: about.map(|(label, _)| label.clone()).collect(),
            text: word,
        }
    };
    words(query).into_iter().map(term).collect()
}

/// A piece of a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// What it says.
    pub(crate) text: String,
    /// Whether it is one of the words that were searched for.
    pub(crate) is_found: bool,
}

/// Cuts a text where `words`, which are folded, begin and end. Together the pieces are the text.
pub(crate) fn pieces(text: &str, words: &[String]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = 0;
    let mut push = |from: usize, to: usize, is_found: bool| {
        if from < to {
            pieces.push(Piece {
                text: text[from..to].to_owned(),
                is_found,
            });
        }
    };
    for (from, to) in found_in(text, words) {
        push(at, from, false);
        push(from, to, true);
        at = to;
    }
    push(at, text.len(), false);
    pieces
}

/// Where the words are, in bytes of the text: whole letters, in order, none over another.
fn found_in(text: &str, words: &[String]) -> Vec<(usize, usize)> {
    let words: Vec<_> = words.iter().filter(|word| !word.is_empty()).collect();
    if words.is_empty() {
        return Vec::new();
    }
    // A letter may fold to more or fewer bytes than it has: each byte of the folded text knows its letter.
    let mut folded = String::with_capacity(text.len());
    let mut letters = Vec::with_capacity(text.len());
    for (from, letter) in text.char_indices() {
        folded.extend(letter.to_lowercase());
        letters.resize(folded.len(), (from, from + letter.len_utf8()));
    }
    let mut ranges: Vec<(usize, usize)> = words
        .into_iter()
        .flat_map(|word| {
            let found = folded.match_indices(word.as_str());
            found.map(|(at, _)| (letters[at].0, letters[at + word.len() - 1].1))
        })
        .collect();
    ranges.sort_unstable();
    let mut merged: Vec<(usize, usize)> = Vec::new();
    for (from, to) in ranges {
        match merged.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            Some(_) | None => merged.push((from, to)),
        }
    }
    merged
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(text: &str, query: &str) -> Vec<String> {
        let pieces = pieces(text, &words(query)).into_iter();
        pieces
            .filter(|piece| piece.is_found)
            .map(|piece| piece.text)
            .collect()
    }

    #[test]
    fn a_word_is_met_by_the_moods_and_topics_whose_names_hold_it() {
        let mut own = OwnLabels::default();
        own.note(
            &["happy-go-lucky".into(), "sad".into()],
            &["Happy hour".into()],
        );
        let found = terms("  HAPPY self-c ", &Named::with(&own));

        let labels = |term: &Term| {
            term.labels
                .iter()
                .map(|label| label.as_str().to_owned())
                .collect::<Vec<_>>()
        };
        let about = |term: &Term| {
            term.associations
                .iter()
                .map(|label| label.as_str().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(found[0].text, "happy");
        assert_eq!(labels(&found[0]), ["happy", "happy-go-lucky"]);
        assert_eq!(about(&found[0]), ["Happy hour"]);
        assert_eq!(about(&found[1]), ["selfCare"]);
        assert!(terms(" \n", &Named::default()).is_empty());
    }

    #[test]
    fn words_are_found_whatever_their_case() {
        assert_eq!(
            found("A Walk, a GRÜNER walk", "grün walk"),
            ["Walk", "GRÜN", "walk"]
        );
        assert_eq!(found("nothing of it", "walk"), Vec::<String>::new());
    }

    #[test]
    fn words_that_overlap_or_touch_are_one_piece() {
        assert_eq!(found("abcdef", "abc cde"), ["abcde"]);
        assert_eq!(found("aaaa", "aa"), ["aaaa"]);
    }

    #[test]
    fn a_letter_that_folds_to_several_is_found_as_a_whole() {
        // U+0130 folds to an i and a dot above it.
        assert_eq!(found("\u{130}zmir", "i"), ["\u{130}", "i"]);
    }

    proptest! {
        #[test]
        fn pieces_together_are_the_text(text in ".{0,30}", query in ".{0,6}") {
            let together: String = pieces(&text, &words(&query)).into_iter().map(|piece| piece.text).collect();
            prop_assert_eq!(together, text);
        }

        #[test]
        fn a_part_of_a_text_is_found_in_it(before in "\\PC{0,10}", word in "[a-zA-ZäÖßé]{1,6}", after in "\\PC{0,10}") {
            let text = format!("{before}{word}{after}");
            prop_assert!(found(&text, &word).iter().any(|found| fold(found).contains(&fold(&word))));
        }
    }
}
