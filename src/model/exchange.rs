//! Words for files of entries: whose they are, what is wrong with them, what was done.

use lume_exchange::row::Held;
use lume_exchange::{FileError, Format, Problem, Row, Wishes};

use crate::i18n::t;
use crate::model::entry_view::mood_name;
use crate::model::failure::Failure;

/// How many entries of a file are here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lookup {
    /// Not here.
    pub(crate) fresh: u64,
    /// Here.
    pub(crate) here: u64,
    /// Deleted here.
    pub(crate) deleted: u64,
}

/// What was done, or has been done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Exchanged {
    /// Entries that were made, or written to a file.
    pub(crate) made: u64,
    /// Entries that were here, or were deleted here.
    pub(crate) here: u64,
    /// Rows that were left out.
    pub(crate) left_out: u64,
    /// Entries that can't be read.
    pub(crate) unreadable: u64,
    /// Moods of the person's own that were made.
    pub(crate) own_moods: u64,
    /// Entries that undoing has left.
    pub(crate) kept: u64,
    /// Whether the person stopped it.
    pub(crate) is_stopped: bool,
}

impl Exchanged {
    /// Rows that were looked at.
    pub(crate) const fn rows(&self) -> u64 {
        self.made + self.here + self.left_out
    }

    /// What an import did, a sentence for each thing.
    pub(crate) fn import_sentences(&self) -> Vec<String> {
        let told = |count, words: fn(u64) -> String| (count > 0).then(|| words(count));
        let added = if self.made == 0 {
            t::transfer::add_none().to_owned()
        } else {
            t::transfer::done_added(self.made)
        };
        [
            Some(added),
            told(self.own_moods, t::exchange_moods::added),
            told(self.here, t::transfer::done_kept),
            told(self.left_out, t::exchange::left_out),
            self.is_stopped
                .then(|| t::exchange::import_stopped().to_owned()),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// What an export did.
    pub(crate) fn export_sentences(&self) -> String {
        if self.is_stopped {
            return t::exchange::export_stopped().to_owned();
        }
        let unreadable = (self.unreadable > 0).then(|| t::exchange::unreadable(self.unreadable));
        [Some(t::exchange::exported(self.made)), unreadable]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// The app that wrote a file. These are names, the same in every language.
pub(crate) const fn app_name(format: Format) -> &'static str {
    match format {
        Format::LumeJson | Format::LumeCsv => "Lume",
        Format::DaylioCsv | Format::DaylioBackup => "Daylio",
        Format::MoodtrackerJson | Format::MoodtrackerCsv => "MoodTracker",
        Format::Pixy => "Pixy",
        Format::Pixels => "Pixels",
        Format::AppleHealth => "Apple Health",
    }
}

/// What is wrong with a row, as a sentence without its beginning.
pub(crate) fn problem(problem: &Problem) -> String {
    match problem {
        Problem::NotAnEntry => t::transfer::row_not_an_entity().to_owned(),
        Problem::UnknownKind => t::transfer::row_unknown_kind().to_owned(),
        Problem::BadId => t::transfer::row_bad_id().to_owned(),
        Problem::BadTime => t::exchange::row_time().to_owned(),
        Problem::NoMood => t::exchange::row_mood().to_owned(),
        Problem::Twice => t::transfer::row_twice().to_owned(),
        Problem::LongNote(chars) => t::exchange::row_long_note(&chars.to_string()),
        Problem::BadFields(fields) => t::transfer::row_bad_fields(&fields.join(", ")),
    }
}

/// A row's moods and note in one line.
pub(crate) fn row_line(row: &Row, wishes: &Wishes) -> (String, String) {
    match &row.held {
        Held::Entry(entry) => {
            let labels = entry.get(lume_core::entry::field::LABELS);
            let labels = labels.and_then(serde_json::Value::as_array);
            let names = labels
                .into_iter()
                .flatten()
                .filter_map(serde_json::Value::as_str);
            let note = entry.get(lume_core::entry::field::NOTE);
            let note = note.and_then(serde_json::Value::as_str);
            (
                names.map(mood_name).collect::<Vec<_>>().join(", "),
                note.unwrap_or_default().to_owned(),
            )
        }
        Held::Found(found) => {
            let name = |name: &String| {
                let key = lume_exchange::names::key(name);
                wishes
                    .moods
                    .get(&key)
                    .map_or_else(|| name.clone(), |label| mood_name(label))
            };
            (
                found.moods.iter().map(name).collect::<Vec<_>>().join(", "),
                found.note.clone().unwrap_or_default(),
            )
        }
    }
}

/// A file that can't be read. `size` is the largest that can, in words.
pub(crate) fn of_file(error: FileError, size: &str) -> Failure {
    let (what, remedy) = match error {
        FileError::Empty => (t::transfer::empty(), t::exchange::again_do().to_owned()),
        FileError::TooLarge => (t::transfer::too_large(), t::exchange::too_large_do(size)),
        FileError::TooManyRows => (
            t::exchange::too_many(),
            t::exchange::too_many_do().to_owned(),
        ),
        FileError::NotText => (
            t::exchange::not_text(),
            t::exchange::not_text_do().to_owned(),
        ),
        FileError::Encrypted => (
            t::exchange::encrypted(),
            t::exchange::encrypted_do().to_owned(),
        ),
        FileError::Unknown => (t::exchange::unknown(), t::exchange::unknown_do().to_owned()),
        FileError::UnsentWork => (t::exchange::unsent(), t::exchange::unsent_do().to_owned()),
        FileError::Newer => (t::transfer::newer(), t::transfer::newer_do().to_owned()),
        FileError::Damaged => (t::transfer::damaged(), t::exchange::again_do().to_owned()),
    };
    Failure::new(what, t::transfer::nothing_changed(), remedy)
}

/// The part that reads and writes files did not answer.
pub(crate) fn of_broken() -> Failure {
    Failure::new(
        t::exchange::broken(),
        t::transfer::nothing_changed(),
        t::exchange::broken_do(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_that_is_refused_says_that_nothing_changed_and_what_to_do() {
        for error in [
            FileError::Empty,
            FileError::TooLarge,
            FileError::TooManyRows,
            FileError::NotText,
            FileError::Encrypted,
            FileError::Unknown,
            FileError::UnsentWork,
            FileError::Newer,
            FileError::Damaged,
        ] {
            let failure = of_file(error, "64 MB");
            assert_eq!(failure.means, t::transfer::nothing_changed());
            assert!(
                !failure.what.is_empty() && !failure.remedy.is_empty(),
                "{error:?}"
            );
        }
    }

    #[test]
    fn only_what_happened_is_told_of_an_import() {
        let done = Exchanged {
            made: 2,
            here: 1,
            own_moods: 1,
            ..Exchanged::default()
        };

        assert_eq!(
            done.import_sentences(),
            [
                "2 entries were added.",
                "1 mood of your own was added.",
                "1 entry stayed as it was."
            ]
        );
        assert_eq!(
            Exchanged::default().import_sentences(),
            [t::transfer::add_none()]
        );
        assert_eq!(done.rows(), 3);
    }
}
