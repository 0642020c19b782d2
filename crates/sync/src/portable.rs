//! Unsent work as a file: everything that is not at the backend, to be kept elsewhere and read in again.
//!
//! [`Engine::export_unsent`] writes it, [`decode()`] reads it, [`Engine::plan_import`] compares it with what is here, and
//! [`Engine::import`] does for one row what the plan, or the person, says. The format is described in
//! `docs/export-unsent.md`.
//!
//! The file holds each entity as a whole, as it is shown, beside the events that were to make it so. Only the entity is
//! read in: it is saved as if the person had just written it, under its own id, so that the account in use gets the
//! events it needs and a second import finds everything there. The events are there to be read by people and programs.
//!
//! Architecture invariant: reading a file changes nothing, and an import overwrites nothing that the person was not
//! asked about.

mod decode;
mod export;
mod plan;

use lume_core::time::Timestamp;
use lume_core::validate::FieldErrors;
use serde::{Deserialize, Serialize};

pub use decode::decode;
pub use export::Export;
pub use plan::{Choice, Fate, Here, ImportPlan, Imported, PlannedRow, fate};
pub(crate) use plan::{id_for, other_account};

use crate::content::Content;
use crate::rows::EntityKey;

#[cfg(doc)]
use crate::engine::Engine;

/// What the file calls itself.
pub const FORMAT: &str = "lume-unsent";
/// The version of the format that is written, and the newest that is read.
pub const VERSION: u64 = 1;
/// The largest file that is read, in bytes.
pub const FILE_BYTES_MAX: usize = 128 * 1024 * 1024;

/// Whether a backend may know the entity's id, as far as the device that wrote the file could tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AtBackend {
    /// It was never accepted there.
    #[default]
    No,
    /// It was sent, and nobody knows.
    Maybe,
    /// It is there, in an older form.
    Yes,
}

/// What a row of a file wants its entity to be.
#[derive(Clone, PartialEq)]
pub enum Target {
    /// There, with this content.
    Live(Content),
    /// Deleted.
    Deleted,
}

/// One entity of a file. Its `Debug` shows no content.
#[derive(Clone, PartialEq)]
pub struct ImportRow {
    /// Its place in the file, from 1.
    pub number: usize,
    /// Which entity.
    pub key: EntityKey,
    /// What it is to be.
    pub target: Target,
    /// Whether a backend may know its id.
    pub at_backend: AtBackend,
}

/// A row that can't be read in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// Its place in the file, from 1.
    pub number: usize,
    /// What is wrong with it.
    pub problem: RowProblem,
}

/// Why a row can't be read in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowProblem {
    /// It is no object.
    NotAnEntity,
    /// Its kind is missing, or unknown to this version.
    UnknownKind,
    /// Its id is missing or no UUID.
    BadId,
    /// It has no content.
    NoContent,
    /// These fields are missing or of the wrong shape.
    BadFields(FieldErrors),
    /// An earlier row of the file has the same id.
    Twice,
}

/// A file that was read. Its `Debug` shows no content.
#[derive(Clone, PartialEq)]
pub struct ImportFile {
    /// When it was written.
    pub exported_at: Option<Timestamp>,
    /// The account that its work belonged to: [`crate::meta::Account::key`].
    pub account: Option<String>,
    /// What can be read in.
    pub rows: Vec<ImportRow>,
    /// What can't.
    pub bad: Vec<BadRow>,
}

/// Why a file can't be read at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// It holds nothing.
    #[error("the file is empty")]
    Empty,
    /// It is larger than [`FILE_BYTES_MAX`].
    #[error("the file is too large")]
    TooLarge,
    /// It is no JSON, or was cut off.
    #[error("the file is not json, or incomplete")]
    NotJson,
    /// It is JSON of another sort.
    #[error("the file is no export of unsent work")]
    OtherFormat,
    /// A newer version wrote it.
    #[error("the file was written by a newer version")]
    Newer,
    /// It says that it is ours, and has no list of entities.
    #[error("the file is damaged")]
    Damaged,
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Live(_) => "Live",
            Self::Deleted => "Deleted",
        })
    }
}

impl std::fmt::Debug for ImportRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "ImportRow({}, {}, {:?}, {:?})",
            self.number, self.key.id, self.target, self.at_backend
        )
    }
}

impl std::fmt::Debug for ImportFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ImportFile({:?}, {:?})", self.rows, self.bad)
    }
}
