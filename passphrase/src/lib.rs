//! What takes a passphrase and a while: the app lock's key, and files that are encrypted for whoever knows one.
//!
//! It is a wasm of its own, which a web worker (`worker.js`) loads the first time that it is needed: it weighs nothing at
//! the start, and the page can paint and answer while it works. It keeps nothing between two calls.
//!
//! What it deliberately does not do: store anything, or know what a key or a file is for.

mod derive;
mod file;

pub use derive::derive_key;
pub use file::{FileError, open_file, seal_file};

use wasm_bindgen::prelude::wasm_bindgen;

/// The key of 32 bytes that a passphrase and a salt lead to; `None` for a cost that is out of range.
#[wasm_bindgen(js_name = deriveKey)]
pub fn derive_key_js(
    passphrase: &str,
    salt: &[u8],
    memory_kib: u32,
    passes: u32,
) -> Option<Vec<u8>> {
    derive_key(passphrase, salt, memory_kib, passes).map(|key| key.to_vec())
}

/// The bytes as an age file that this passphrase opens.
#[wasm_bindgen(js_name = sealFile)]
pub fn seal_file_js(passphrase: &str, plain: &[u8]) -> Option<Vec<u8>> {
    seal_file(passphrase, plain)
}

/// What an age file holds.
///
/// # Errors
///
/// [`FileError::code`].
#[wasm_bindgen(js_name = openFile)]
pub fn open_file_js(passphrase: &str, sealed: &[u8]) -> Result<Vec<u8>, String> {
    open_file(passphrase, sealed).map_err(|error| error.code().to_owned())
}
