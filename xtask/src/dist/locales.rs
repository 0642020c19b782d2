//! Puts the locales into the built app, but for English, which is part of the module.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::files;
use crate::project::Project;

const FOLDER: &str = "locales";
const IN_THE_MODULE: &str = "/en.json";

/// Writes the locales, without white space, as `/locales/<language>.json`.
///
/// # Errors
/// When a file can't be read or written.
pub(super) fn write(project: &Project, dist: &Path) -> Result<()> {
    let folder = project.root.join(FOLDER);
    std::fs::create_dir_all(dist.join(FOLDER)).context(FOLDER)?;
    for file in files::walk(&folder)? {
        let path = files::url_path(&folder, &file)?;
        if path == IN_THE_MODULE {
            continue;
        }
        let locale: Value = serde_json::from_slice(&files::read(&file)?).context(path.clone())?;
        files::write(&dist.join(FOLDER).join(&path[1..]), locale.to_string())?;
    }
    Ok(())
}
