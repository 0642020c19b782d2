//! Writes the web workers: each one's module's address and glue in front of its worker.js.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::json;

use crate::files;
use crate::project::Project;
use crate::tools::BuildTools;

use super::module::{self, Module};

/// A package that runs in a web worker of its own.
pub(super) struct WebWorker {
    package: &'static str,
    /// Where its worker lies.
    source: &'static str,
    /// Named in index.html, which gives it a name with a hash as it does to its scripts.
    script: &'static str,
}

/// What takes passphrases.
pub(super) const PASSPHRASE: WebWorker = WebWorker {
    package: module::PASSPHRASE,
    source: "passphrase/worker.js",
    script: "passphrase.js",
};
/// What reads and writes files of entries.
pub(super) const EXCHANGE: WebWorker = WebWorker {
    package: module::EXCHANGE,
    source: "exchange/worker.js",
    script: "exchange.js",
};

/// Builds the module and writes the worker into the built app.
///
/// # Errors
/// When a tool fails, or a file can't be read or written.
pub(super) fn write(
    project: &Project,
    tools: &BuildTools,
    dist: &Path,
    worker: &WebWorker,
) -> Result<()> {
    let Module { glue, path } = module::build(project, tools, dist, worker.package)?;
    let text = files::read(&project.root.join(worker.source))?;
    let text = String::from_utf8(text).context(worker.source)?;
    let path = json!(path);
    files::write(
        &dist.join(worker.script),
        format!("\"use strict\"; const LUME_MODULE = {path};\n{glue}{text}"),
    )
}
