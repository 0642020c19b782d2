//! The cells of Lume's table: what its columns are, and how a cell is kept from being taken for a formula.
//!
//! A spreadsheet runs what begins like a formula, wherever it came from. Such a cell gets an apostrophe in front, which
//! spreadsheets show or take away; so does one that begins with an apostrophe, so that taking one away always leads back.

use std::borrow::Cow;

/// What may begin a formula in one program or another, and the apostrophe itself.
const DANGEROUS: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\''];
/// Between the items of a list in a cell.
const BETWEEN: &str = " | ";

/// The columns in their order: what people read first, what leads back to the same entry behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    /// The day, `2025-01-15`.
    Date,
    /// The time of day, `20:30`.
    Time,
    /// The mood's label.
    Mood,
    /// Further moods.
    Feelings,
    /// How pleasant, where the person said so.
    Valence,
    /// What it is about.
    Associations,
    /// The note.
    Note,
    /// The zone.
    Zone,
    /// The civil time to the millisecond.
    LocalTime,
    /// The instant.
    At,
    /// Where it comes from.
    Source,
    /// Its id there.
    SourceId,
    /// When it was made.
    CreatedAt,
    /// When it was last edited.
    UpdatedAt,
    /// Fields of a newer version, as JSON.
    More,
    /// Its id.
    Id,
}

impl Column {
    /// All of them.
    pub(crate) const ALL: [Self; 16] = [
        Self::Date,
        Self::Time,
        Self::Mood,
        Self::Feelings,
        Self::Valence,
        Self::Associations,
        Self::Note,
        Self::Zone,
        Self::LocalTime,
        Self::At,
        Self::Source,
        Self::SourceId,
        Self::CreatedAt,
        Self::UpdatedAt,
        Self::More,
        Self::Id,
    ];

    /// Its name in the first line.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::Time => "time",
            Self::Mood => "mood",
            Self::Feelings => "feelings",
            Self::Valence => "valence",
            Self::Associations => "associations",
            Self::Note => "note",
            Self::Zone => "zone",
            Self::LocalTime => "local_time",
            Self::At => "at",
            Self::Source => "source",
            Self::SourceId => "source_id",
            Self::CreatedAt => "created_at",
            Self::UpdatedAt => "updated_at",
            Self::More => "more",
            Self::Id => "lume_id",
        }
    }
}

/// A cell that no spreadsheet runs.
pub(crate) fn defused(cell: &str) -> Cow<'_, str> {
    if cell.starts_with(DANGEROUS) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

/// A cell as it was before [`defused`].
pub(crate) fn undefused(cell: &str) -> &str {
    cell.strip_prefix('\'').unwrap_or(cell)
}

/// A list as one cell. What stands between items is marked where an item has it.
pub(crate) fn joined<'a>(items: impl IntoIterator<Item = &'a str>) -> String {
    let items: Vec<_> = items
        .into_iter()
        .map(|item| item.replace('\\', "\\\\").replace('|', "\\|"))
        .collect();
    items.join(BETWEEN)
}

/// The items of a cell that [`joined`] made, or a person typed.
pub(crate) fn list(cell: &str) -> Vec<String> {
    let mut items = vec![String::new()];
    let mut chars = cell.chars();
    while let Some(char) = chars.next() {
        match char {
            '|' => items.push(String::new()),
            '\\' => push(&mut items, chars.next().unwrap_or('\\')),
            other => push(&mut items, other),
        }
    }
    let items = items.iter().map(|item| item.trim().to_owned());
    items.filter(|item| !item.is_empty()).collect()
}

fn push(items: &mut [String], char: char) {
    if let Some(last) = items.last_mut() {
        last.push(char);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_formula_is_defused_in_every_way_it_may_begin() {
        for (cell, safe) in [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "'\tx"),
            ("\rx", "'\rx"),
            ("'tis", "''tis"),
            ("a=1", "a=1"),
            ("", ""),
        ] {
            assert_eq!(defused(cell), safe);
        }
    }

    proptest! {
        #[test]
        fn a_cell_comes_back_as_it_was(cell in "(=|'|\\+|@|-|\t|a|\\n|\"|,){0,6}") {
            let safe = defused(&cell);
            prop_assert_eq!(undefused(&safe), cell.as_str());
        }

        #[test]
        fn a_list_comes_back_as_it_was(items in proptest::collection::vec("[|\\\\a-c][|\\\\ a-c]{0,4}[|\\\\a-c]", 0..4)) {
            let cell = joined(items.iter().map(String::as_str));
            prop_assert_eq!(list(&cell), items);
        }
    }
}
