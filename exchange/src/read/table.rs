//! Tables: whose one is, is told by the names of its columns.

use std::collections::BTreeMap;

use csv::{ReaderBuilder, StringRecord};
use serde_json::Value;

use super::{Rows, daylio, lume, moodtracker};
use crate::row::{FileError, Format, Problem, ROWS_MAX};

/// What may stand between columns: a spreadsheet writes what its country uses.
const DELIMITERS: [u8; 3] = *b",;\t";
/// The columns of a table are far fewer.
const COLUMNS_MAX: usize = 500;

pub(super) fn read(text: &str) -> Result<Rows, FileError> {
    let head = text.lines().next().unwrap_or_default();
    let delimiter = DELIMITERS
        .into_iter()
        .max_by_key(|delimiter| {
            let count = head.bytes().filter(|byte| byte == delimiter).count();
            // Of two that are as frequent the first one.
            (count, u8::MAX - delimiter)
        })
        .unwrap_or(b',');
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .from_reader(text.as_bytes());
    let columns = reader.headers().map_err(|_| FileError::Unknown)?.clone();
    let columns: Vec<String> = columns
        .iter()
        .take(COLUMNS_MAX)
        .map(|name| name.trim().to_owned())
        .collect();
    let format = format_of(&columns).ok_or(FileError::Unknown)?;
    let mut rows = Rows::new(format);
    for (number, record) in (2..).zip(reader.records()) {
        let Ok(record) = record else {
            rows.bad(number, Problem::NotAnEntry);
            continue;
        };
        if number - 1 > ROWS_MAX as u64 {
            return Err(FileError::TooManyRows);
        }
        let cells = cells(&columns, &record);
        if cells.is_empty() {
            continue;
        }
        row(&mut rows, number, cells);
    }
    Ok(rows)
}

fn row(rows: &mut Rows, number: u64, cells: BTreeMap<String, String>) {
    match rows.format {
        Format::DaylioCsv => rows.alike(number, daylio::row(&cells)),
        Format::MoodtrackerCsv => {
            let fields = cells
                .into_iter()
                .map(|(name, cell)| (name, Value::String(cell)));
            rows.unique(number, moodtracker::mood(&fields.collect()));
        }
        Format::LumeCsv
        | Format::LumeJson
        | Format::DaylioBackup
        | Format::MoodtrackerJson
        | Format::Pixy
        | Format::Pixels
        | Format::AppleHealth => lume::row(rows, number, &cells),
    }
}

fn format_of(columns: &[String]) -> Option<Format> {
    let has = |name: &str| columns.iter().any(|column| column == name);
    if has("mood") && has("activities") && (has("full_date") || has("date")) {
        Some(Format::DaylioCsv)
    } else if has("mood") && has("createdAt") {
        Some(Format::MoodtrackerCsv)
    } else if has("mood") && has("date") {
        Some(Format::LumeCsv)
    } else {
        None
    }
}

/// A record's cells by their columns; those that are empty, or lie beyond the last column, are left out.
fn cells(columns: &[String], record: &StringRecord) -> BTreeMap<String, String> {
    let cells = columns.iter().zip(record.iter());
    cells
        .filter(|(_, cell)| !cell.is_empty())
        .map(|(name, cell)| (name.clone(), cell.to_owned()))
        .collect()
}
