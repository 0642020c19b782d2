//! A person's entries as files: reading those of Lume and of other apps ([`open`]), and writing Lume's own ([`Export`]).
//!
//! It is a wasm of its own, which a web worker (`worker.js`) loads when a person exports or imports: it weighs nothing at the
//! start, and the page can paint and answer while it works. The app itself uses the types of rows alone, and
//! [`content_of`], which makes an entry of one. What is read and written is described in `docs/export.md`.
//!
//! Every reader is a pure function of bytes: whatever they are, the answer is rows or a reason. Files, what they unpack to,
//! rows and notes have their bounds ([`row`]).
//!
//! What it deliberately does not do: store anything, know which entries are here already, or look at what an app keeps
//! beside entries.

pub mod apply;
mod cells;
mod html;
mod ident;
#[cfg(feature = "module")]
mod module;
pub mod names;
mod read;
pub mod row;
mod text;
mod times;
pub mod write;
mod zip;

pub use apply::{Here, Wishes, content_of};
pub use read::{Opened, open};
pub use row::{BadRow, FileError, Format, Problem, Row, Summary};
pub use write::{Entity, Export, Head, Kind};
