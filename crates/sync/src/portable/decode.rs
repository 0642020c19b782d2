//! Reading the file. A pure function of bytes: whatever they are, the answer is a file or a reason.

use std::collections::BTreeSet;

use lume_core::time::Timestamp;
use lume_core::validate::FieldErrors;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    AtBackend, BadRow, FILE_BYTES_MAX, FORMAT, FileError, ImportFile, ImportRow, RowProblem,
    Target, VERSION,
};
use crate::content::Content;
use crate::rows::{EntityKey, Kind};

/// The mark that some editors put in front of UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Reads a file. `check` says what is wrong with an entity's content, or gives it in the one form in which it is kept;
/// what it is asked about has a kind that this version knows.
///
/// A row that can't be read does not hide the others.
///
/// # Errors
///
/// [`FileError`] where there is nothing to read rows from.
pub fn decode(
    bytes: &[u8],
    check: impl Fn(&Kind, &Content) -> Result<Content, FieldErrors>,
) -> Result<ImportFile, FileError> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(FileError::TooLarge);
    }
    let text = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    if text.iter().all(u8::is_ascii_whitespace) {
        return Err(FileError::Empty);
    }
    let file: Value = serde_json::from_slice(text).map_err(|_| FileError::NotJson)?;
    let Value::Object(mut file) = file else {
        return Err(FileError::OtherFormat);
    };
    if file.get("format").and_then(Value::as_str) != Some(FORMAT) {
        return Err(FileError::OtherFormat);
    }
    match file.get("version").and_then(Value::as_u64) {
        Some(VERSION) => {}
        Some(version) if version > VERSION => return Err(FileError::Newer),
        Some(_) | None => return Err(FileError::Damaged),
    }
    let Some(Value::Array(entities)) = file.remove("entities") else {
        return Err(FileError::Damaged);
    };
    let text = |name: &str| file.get(name).and_then(Value::as_str);
    let mut read = ImportFile {
        exported_at: text("exported_at").and_then(|text| text.parse::<Timestamp>().ok()),
        account: text("account").map(str::to_owned),
        rows: Vec::new(),
        bad: Vec::new(),
    };
    let mut seen = BTreeSet::new();
    for (index, entity) in entities.into_iter().enumerate() {
        let number = index + 1;
        match row(number, entity, &check) {
            Ok(row) if seen.insert(row.key.clone()) => read.rows.push(row),
            Ok(_) => read.bad.push(BadRow {
                number,
                problem: RowProblem::Twice,
            }),
            Err(problem) => read.bad.push(BadRow { number, problem }),
        }
    }
    Ok(read)
}

fn row(
    number: usize,
    entity: Value,
    check: impl Fn(&Kind, &Content) -> Result<Content, FieldErrors>,
) -> Result<ImportRow, RowProblem> {
    let Value::Object(mut entity) = entity else {
        return Err(RowProblem::NotAnEntity);
    };
    let key = key(&entity)?;
    let at_backend = entity
        .remove("at_backend")
        .and_then(|word| AtBackend::deserialize(word).ok())
        .unwrap_or_default();
    let is_deleted = entity.get("deleted") == Some(&Value::Bool(true));
    let target = match entity.remove("entity") {
        _ if is_deleted => Target::Deleted,
        Some(Value::Object(content)) => {
            Target::Live(check(&key.kind, &content).map_err(RowProblem::BadFields)?)
        }
        Some(_) | None => return Err(RowProblem::NoContent),
    };
    Ok(ImportRow {
        number,
        key,
        target,
        at_backend,
    })
}

fn key(entity: &Map<String, Value>) -> Result<EntityKey, RowProblem> {
    let text = |name: &str| entity.get(name).and_then(Value::as_str);
    let kind = text("kind").map(|name| Kind(name.to_owned()));
    let kind = kind
        .filter(|kind| kind.spec().is_some())
        .ok_or(RowProblem::UnknownKind)?;
    let id = text("id").and_then(|id| id.parse().ok());
    Ok(EntityKey {
        kind,
        id: id.ok_or(RowProblem::BadId)?,
    })
}

#[cfg(test)]
#[path = "decode_tests.rs"]
mod tests;
