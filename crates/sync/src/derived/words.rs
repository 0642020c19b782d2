//! The labels of a week, each written once.

use std::collections::BTreeMap;

/// Labels by the number of their first place.
#[derive(Default)]
pub(super) struct Words<'a> {
    numbers: BTreeMap<&'a str, u32>,
    words: Vec<&'a str>,
}

impl<'a> Words<'a> {
    /// The numbers of these words, new ones added.
    pub(super) fn numbers(&mut self, words: impl Iterator<Item = &'a str>) -> Vec<u32> {
        words.map(|word| self.number(word)).collect()
    }

    fn number(&mut self, word: &'a str) -> u32 {
        if let Some(number) = self.numbers.get(word) {
            return *number;
        }
        let number = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
        self.numbers.insert(word, number);
        self.words.push(word);
        number
    }

    /// All of them, in the order of their numbers.
    pub(super) fn into_all(self) -> Vec<&'a str> {
        self.words
    }
}

/// What a number stands for.
pub(super) fn at<T>(words: &[T], number: u32) -> Option<&T> {
    words.get(usize::try_from(number).ok()?)
}
