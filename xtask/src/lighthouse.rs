//! Lighthouse's figures for the release build, see bench/lighthouse.mjs.

use anyhow::Result;

use crate::process;
use crate::project::Project;
use crate::tools;

/// Looks at the release app with mobile settings and prints scores, measurements and every audit that did not pass.
///
/// # Errors
/// When a tool is missing, or a score is below what is asked of it.
pub(crate) fn run(project: &Project, arguments: &[String]) -> Result<()> {
    let browser = tools::lighthouse(project)?;
    process::run(
        process::command("node")
            .arg(project.root.join("bench/lighthouse.mjs"))
            .args(arguments)
            .env("LUME_SERVER", project.server())
            .env("LUME_DIST", project.dist())
            .env("CHROMIUM", &browser.chromium)
            .current_dir(&project.root),
    )
}
