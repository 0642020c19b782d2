//! What the web worker calls. Rows and entries go over as JSON, a part at a time.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::read::{self, Opened};
use crate::write::{Export, Head, Kind};

/// A file that was read, for as long as the worker lives.
#[wasm_bindgen]
#[derive(Debug)]
pub struct OpenedFile(Opened);

#[wasm_bindgen]
impl OpenedFile {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// [`crate::FileError`] as JSON.
    pub fn open(bytes: &[u8]) -> Result<OpenedFile, String> {
        read::open(bytes).map(Self).map_err(|error| json(&error))
    }

    /// The [`crate::Summary`] as JSON.
    pub fn summary(&self) -> String {
        json(&self.0.summary)
    }

    /// Some of the rows as JSON, a list of [`crate::Row`].
    pub fn rows(&self, from: usize, count: usize) -> String {
        let rows: Vec<_> = self.0.rows.iter().skip(from).take(count).collect();
        json(&rows)
    }
}

/// A file that is being written.
#[wasm_bindgen]
#[derive(Debug)]
pub struct ExportFile(Export);

#[wasm_bindgen]
impl ExportFile {
    /// Begins a file; `None` where the kind or the head is none.
    pub fn begin(kind: &str, head: &str) -> Option<ExportFile> {
        let kind: Kind = serde_json::from_str(kind).ok()?;
        let head: Head = serde_json::from_str(head).ok()?;
        Some(Self(Export::new(kind, head)))
    }

    /// The next part, with a list of [`crate::Entity`] given as JSON; `None` where it is none.
    pub fn write(&mut self, entities: &str) -> Option<Vec<u8>> {
        let entities: Vec<_> = serde_json::from_str(entities).ok()?;
        Some(self.0.write(&entities))
    }

    /// The last part.
    pub fn finish(self) -> Vec<u8> {
        self.0.finish()
    }
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("these types have names for keys alone")
}
