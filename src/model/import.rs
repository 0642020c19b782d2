//! Words for what importing a file would do, did, or could not do.

use lume_core::entry::MoodEntry;
use lume_core::mood_def::MoodDef;
use lume_core::validate::FieldErrors;
use lume_sync::content::Content;
use lume_sync::kinds::{MOOD, MOOD_DEF};
use lume_sync::portable::{Fate, FileError, ImportPlan, Imported, PlannedRow, RowProblem, Target};
use lume_sync::rows::Kind;
use lume_web::passphrase::PassphraseError;

use crate::i18n::t;
use crate::model::failure::Failure;
use crate::model::unsent_view::Glimpse;

/// What is wrong with an entity's content, or the content in the form in which it is kept.
///
/// Only its shape counts: work that a backend refused, for a note too long or a time ahead, is to be imported too.
pub(crate) fn check(kind: &Kind, content: &Content) -> Result<Content, FieldErrors> {
    if *kind == MOOD.kind() {
        return MoodEntry::from_content(content).map(|entry| entry.to_content());
    }
    if *kind == MOOD_DEF.kind() {
        return MoodDef::from_content(content).map(|mood| mood.to_content());
    }
    Ok(content.clone())
}

/// A file that its passphrase does not open, or that could not be encrypted.
pub(crate) fn of_passphrase(error: PassphraseError) -> Failure {
    let (what, remedy) = match error {
        PassphraseError::Wrong => (t::transfer::wrong(), t::transfer::wrong_do()),
        PassphraseError::Damaged => (t::transfer::damaged(), t::transfer::damaged_do()),
        PassphraseError::Broken => (t::lock::broken(), t::lock::broken_do()),
    };
    Failure::new(what, t::failure::kept_all(), remedy)
}

/// How many rows have which fate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// To be added.
    pub(crate) add: u64,
    /// Here already.
    pub(crate) same: u64,
    /// The person is asked.
    pub(crate) ask: u64,
    /// Here in a form that can't be read.
    pub(crate) unreadable: u64,
}

/// Counts a plan's rows.
pub(crate) fn tally(plan: &ImportPlan) -> Tally {
    let mut tally = Tally::default();
    for row in &plan.rows {
        *match row.fate {
            Fate::Add => &mut tally.add,
            Fate::Same => &mut tally.same,
            Fate::Differs(_) | Fate::DeletedHere | Fate::Deletes(_) => &mut tally.ask,
            Fate::Unreadable => &mut tally.unreadable,
        } += 1;
    }
    tally
}

/// A row that the person is asked about.
#[derive(Clone, PartialEq)]
pub(crate) struct Question {
    /// Its place in the plan.
    pub(crate) index: usize,
    /// What taking the file's version means.
    pub(crate) words: &'static str,
    /// The entry in the file, where it is not deleted there.
    pub(crate) in_file: Option<Glimpse>,
    /// The entry here, where it is not deleted here.
    pub(crate) here: Option<Glimpse>,
}

/// The rows that the person is asked about.
pub(crate) fn questions(plan: &ImportPlan) -> Vec<Question> {
    let question = |(index, planned): (usize, &PlannedRow)| {
        let in_file = match &planned.row.target {
            Target::Live(content) => Some(Glimpse::of(&planned.key, content)),
            Target::Deleted => None,
        };
        let glimpse = |content: &Content| Some(Glimpse::of(&planned.key, content));
        let (words, here) = match &planned.fate {
            Fate::Differs(here) => (t::transfer::ask_differs(), glimpse(here)),
            Fate::DeletedHere => (t::transfer::ask_deleted(), None),
            Fate::Deletes(here) => (t::transfer::ask_deletes(), glimpse(here)),
            Fate::Add | Fate::Same | Fate::Unreadable => return None,
        };
        Some(Question {
            index,
            words,
            in_file,
            here,
        })
    };
    plan.rows.iter().enumerate().filter_map(question).collect()
}

/// What is wrong with a row, as a sentence without its beginning.
pub(crate) fn problem(problem: &RowProblem) -> String {
    match problem {
        RowProblem::NotAnEntity => t::transfer::row_not_an_entity().to_owned(),
        RowProblem::UnknownKind => t::transfer::row_unknown_kind().to_owned(),
        RowProblem::BadId => t::transfer::row_bad_id().to_owned(),
        RowProblem::NoContent => t::transfer::row_no_content().to_owned(),
        RowProblem::BadFields(fields) => {
            let names: Vec<_> = fields.iter().map(|(name, _)| name).collect();
            t::transfer::row_bad_fields(&names.join(", "))
        }
        RowProblem::Twice => t::transfer::row_twice().to_owned(),
    }
}

/// What an import did, or has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tallied {
    /// New here.
    pub(crate) added: u64,
    /// As in the file now.
    pub(crate) replaced: u64,
    /// Deleted now.
    pub(crate) deleted: u64,
    /// As they were.
    pub(crate) kept: u64,
    /// Changed by somebody else meanwhile.
    pub(crate) changed: u64,
}

impl Tallied {
    /// Counts a row.
    pub(crate) fn count(&mut self, imported: Imported) {
        *match imported {
            Imported::Added => &mut self.added,
            Imported::Replaced => &mut self.replaced,
            Imported::Deleted => &mut self.deleted,
            Imported::Kept => &mut self.kept,
            Imported::Changed => &mut self.changed,
        } += 1;
    }

    /// All rows counted so far.
    pub(crate) const fn total(&self) -> u64 {
        self.added + self.replaced + self.deleted + self.kept + self.changed
    }

    /// What was done, a sentence for each thing.
    pub(crate) fn sentences(&self) -> Vec<String> {
        let told = |count, words: fn(u64) -> String| (count > 0).then(|| words(count));
        [
            told(self.added, t::transfer::done_added),
            told(self.replaced, t::transfer::done_replaced),
            told(self.deleted, t::transfer::done_deleted),
            told(self.kept, t::transfer::done_kept),
            told(self.changed, t::transfer::done_changed),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// A file that can't be read. `size` is the largest that can, in words.
pub(crate) fn of_file(error: FileError, size: &str) -> Failure {
    let (what, remedy) = match error {
        FileError::Empty => (t::transfer::empty(), t::transfer::empty_do().to_owned()),
        FileError::TooLarge => (t::transfer::too_large(), t::transfer::too_large_do(size)),
        FileError::NotJson => (
            t::transfer::not_json(),
            t::transfer::not_json_do().to_owned(),
        ),
        FileError::OtherFormat => (
            t::transfer::other_format(),
            t::transfer::empty_do().to_owned(),
        ),
        FileError::Newer => (t::transfer::newer(), t::transfer::newer_do().to_owned()),
        FileError::Damaged => (t::transfer::damaged(), t::transfer::damaged_do().to_owned()),
    };
    Failure::new(what, t::transfer::nothing_changed(), remedy)
}

/// A file that the browser did not give.
pub(crate) fn of_unreadable_file() -> Failure {
    Failure::new(
        t::transfer::unreadable_file(),
        t::transfer::nothing_changed(),
        t::transfer::unreadable_file_do(),
    )
}

/// A file that the browser did not take.
pub(crate) fn of_download() -> Failure {
    Failure::new(
        t::transfer::download(),
        t::failure::kept_all(),
        t::transfer::download_do(),
    )
}

/// An import that a save has ended.
pub(crate) fn of_import(cause: Failure) -> Failure {
    Failure::new(
        format!("{}. {}", t::transfer::stopped(), cause.what),
        t::transfer::stopped_means(),
        cause.remedy,
    )
}

#[cfg(test)]
mod tests {
    use lume_core::ids::EntityId;
    use lume_sync::portable::{AtBackend, ImportRow};
    use lume_sync::rows::EntityKey;
    use serde_json::json;

    use super::*;

    fn content(note: &str) -> Content {
        let content = json!({
            "at": "2025-01-15T22:30:00Z", "zone": "Europe/Berlin", "local_time": "2025-01-15T23:30",
            "labels": ["happy"], "note": note, "hat": "red"
        });
        content.as_object().cloned().unwrap_or_default()
    }

    fn planned(target: Target, fate: Fate) -> PlannedRow {
        let key = EntityKey {
            kind: MOOD.kind(),
            id: EntityId::from_random_bytes([1; 16]),
        };
        PlannedRow {
            row: ImportRow {
                number: 1,
                key: key.clone(),
                target,
                at_backend: AtBackend::No,
            },
            key,
            fate,
        }
    }

    fn plan() -> ImportPlan {
        let live = || Target::Live(content("in the file"));
        ImportPlan {
            rows: vec![
                planned(live(), Fate::Add),
                planned(live(), Fate::Same),
                planned(live(), Fate::Differs(content("here"))),
                planned(live(), Fate::DeletedHere),
                planned(Target::Deleted, Fate::Deletes(content("here"))),
                planned(live(), Fate::Unreadable),
            ],
            bad: Vec::new(),
            is_other_account: false,
        }
    }

    #[test]
    fn content_is_taken_in_the_one_form_in_which_it_is_kept() {
        let taken = check(&MOOD.kind(), &content("x")).expect("it can be read");

        assert_eq!(taken["at"], "2025-01-15T22:30:00.000Z");
        assert_eq!(taken["local_time"], "2025-01-15T23:30:00.000");
        assert_eq!(taken["hat"], "red");
    }

    #[test]
    fn what_a_backend_refused_can_be_imported() {
        assert!(check(&MOOD.kind(), &content(&"x".repeat(4_001))).is_ok());
    }

    #[test]
    fn a_plan_is_counted_and_the_person_asked_about_what_is_not_sure() {
        let plan = plan();

        assert_eq!(
            tally(&plan),
            Tally {
                add: 1,
                same: 1,
                ask: 3,
                unreadable: 1
            }
        );
        let questions = questions(&plan);
        let indices: Vec<_> = questions.iter().map(|question| question.index).collect();
        assert_eq!(indices, [2, 3, 4]);
        let note = |glimpse: &Option<Glimpse>| glimpse.as_ref().map(|glimpse| glimpse.note.clone());
        assert_eq!(note(&questions[0].here).as_deref(), Some("“here”"));
        assert_eq!(
            note(&questions[0].in_file).as_deref(),
            Some("“in the file”")
        );
        assert!(questions[1].here.is_none() && questions[2].in_file.is_none());
    }

    #[test]
    fn every_file_that_is_refused_says_that_nothing_changed_and_what_to_do() {
        for error in [
            FileError::Empty,
            FileError::TooLarge,
            FileError::NotJson,
            FileError::OtherFormat,
            FileError::Newer,
            FileError::Damaged,
        ] {
            let failure = of_file(error, "128 MB");
            assert_eq!(failure.means, t::transfer::nothing_changed());
            assert!(
                !failure.what.is_empty() && !failure.remedy.is_empty(),
                "{error:?}"
            );
        }
    }

    #[test]
    fn only_what_happened_is_told_of_an_import() {
        let mut done = Tallied::default();
        done.count(Imported::Added);
        done.count(Imported::Added);
        done.count(Imported::Kept);

        assert_eq!(
            done.sentences(),
            ["2 entries were added.", "1 entry stayed as it was."]
        );
        assert_eq!(done.total(), 3);
    }
}
