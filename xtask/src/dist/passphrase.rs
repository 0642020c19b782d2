//! Writes the web worker that takes passphrases: its module's address and glue in front of passphrase/worker.js.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::json;

use crate::files;
use crate::project::Project;
use crate::tools::BuildTools;

use super::module::{self, Module};

/// Named in index.html, which gives it a name with a hash as it does to its scripts.
const SCRIPT: &str = "passphrase.js";

/// Builds the module and writes the worker into the built app.
///
/// # Errors
/// When a tool fails, or a file can't be read or written.
pub(super) fn write(project: &Project, tools: &BuildTools, dist: &Path) -> Result<()> {
    let Module { glue, path } = module::build(project, tools, dist, module::PASSPHRASE)?;
    let worker = files::read(&project.root.join("passphrase/worker.js"))?;
    let worker = String::from_utf8(worker).context("passphrase/worker.js")?;
    let path = json!(path);
    files::write(
        &dist.join(SCRIPT),
        format!("\"use strict\"; const LUME_MODULE = {path};\n{glue}{worker}"),
    )
}
