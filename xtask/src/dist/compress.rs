//! Compresses once, at the highest level, what the server would otherwise compress at every request.

use std::path::Path;

use anyhow::Result;

use crate::process;
use crate::project::Project;

/// Writes `.br` and `.gz` beside every file that gets smaller. Done by node, which is needed anyway: a
/// compressor among this crate's dependencies would double the time that its build takes.
///
/// # Errors
/// When node is missing or a file can't be written.
pub(super) fn precompress(project: &Project, dist: &Path) -> Result<()> {
    process::run(
        process::command("node")
            .arg(project.root.join("xtask/js/precompress.mjs"))
            .arg(dist),
    )
}
