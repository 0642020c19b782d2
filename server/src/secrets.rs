//! Secrets in files.

use std::io::{Read as _, Write as _};
use std::path::Path;

use lume_wire::Secret;

use crate::db::make_private;
use crate::error::ServerError;
use crate::world::World;

/// Longest secret taken, so that a wrong file is no wrong key.
const SECRET_BYTES_MAX: usize = 1_024;

/// The secret in a file: its one line. A file that is missing or empty gets a fresh one, and is its owner's alone from
/// its first byte.
///
/// # Errors
///
/// Where the file can't be read or written, or holds more than a line of text.
pub(crate) fn read_or_draw(path: &Path, world: &dyn World) -> Result<Secret, ServerError> {
    let failed = |why: &str| ServerError::Config(format!("{}: {why}", path.display()));
    if let Ok(mut file) = std::fs::File::open(path) {
        let mut text = String::new();
        file.read_to_string(&mut text)
            .map_err(|error| failed(&error.to_string()))?;
        let line = text.trim();
        if line.len() > SECRET_BYTES_MAX || line.contains(char::is_whitespace) {
            return Err(failed("one line with a key is expected"));
        }
        if !line.is_empty() {
            return Ok(Secret::from(line));
        }
    }
    let mut text = String::new();
    for byte in world.random_bytes() {
        use std::fmt::Write as _;
        write!(text, "{byte:02x}").expect("writing to a string does not fail");
    }
    make_private(path)
        .and_then(|mut file| {
            writeln!(file, "{text}")?;
            file.sync_all()
        })
        .map_err(|error| failed(&error.to_string()))?;
    Ok(Secret::from(text))
}
