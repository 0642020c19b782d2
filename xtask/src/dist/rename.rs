//! Gives the scripts that trunk copies as they are a name with their hash.
//!
//! Under a name that stays the same an old page could be given a new script, or a new page an old one. With
//! the hash in the name page and script belong together, and the server lets them be cached for ever.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};

use crate::files;

const SCRIPTS: [&str; 2] = ["boot", "register"];
/// As many digits as trunk uses.
const HASH_DIGITS: usize = 16;

/// Renames the scripts and the places where index.html names them.
///
/// # Errors
/// When a script is missing or index.html does not name it.
pub(super) fn hash_names(dist: &Path) -> Result<()> {
    let index = dist.join("index.html");
    let mut page = String::from_utf8(files::read(&index)?).context("index.html")?;
    for script in SCRIPTS {
        let file = dist.join(format!("{script}.js"));
        let name = hashed_name(script, &files::read(&file)?);
        let old = format!("\"/{script}.js\"");
        ensure!(page.contains(&old), "index.html does not name {script}.js");
        page = page.replace(&old, &format!("\"/{name}\""));
        std::fs::rename(&file, dist.join(&name)).with_context(|| file.display().to_string())?;
    }
    files::write(&index, page)
}

fn hashed_name(script: &str, content: &[u8]) -> String {
    let hash = files::hex(&files::sha256(content));
    format!("{script}-{}.js", &hash[..HASH_DIGITS])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_carries_the_hash_of_the_content() {
        assert_eq!(hashed_name("boot", b""), "boot-e3b0c44298fc1c14.js");
    }
}
