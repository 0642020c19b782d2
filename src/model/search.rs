//! The plain search over what an entry says.

use crate::model::entry_view::EntryView;

/// A query, ready to be compared with many entries.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Needle(Vec<String>);

impl Needle {
    /// The words of a query; `None` if there are none.
    pub(crate) fn new(query: &str) -> Option<Self> {
        let words: Vec<_> = query.split_whitespace().map(str::to_lowercase).collect();
        (!words.is_empty()).then_some(Self(words))
    }

    /// Whether each word is somewhere in the note, the feelings or the topics.
    pub(crate) fn matches(&self, entry: &EntryView) -> bool {
        self.is_in(&format!(
            "{} {} {}",
            entry.note().unwrap_or_default(),
            entry.words(),
            entry.topics().join(" ")
        ))
    }

    fn is_in(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        self.0.iter().all(|word| text.contains(word.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::Needle;

    #[test]
    fn every_word_must_be_found_whatever_its_case() {
        let needle = Needle::new("  GRÜN walk ").expect("it has words");

        assert!(needle.is_in("A walk where all was grün"));
        assert!(!needle.is_in("A walk where all was blue"));
    }

    #[test]
    fn blank_searches_for_nothing() {
        assert!(Needle::new(" \n").is_none());
    }
}
