//! Measurements in a browser, see bench/.

use anyhow::Result;

use crate::process;
use crate::project::Project;
use crate::tools;

/// Measures start-up and saving of the release app and prints the figures.
///
/// # Errors
/// When a tool is missing or a measurement fails.
pub(crate) fn run(project: &Project, arguments: &[String]) -> Result<()> {
    let browser = tools::browser_tools(project)?;
    process::run(
        process::command("node")
            .arg(project.root.join("bench/start.mjs"))
            .args(arguments)
            .env("LUME_SERVER", project.server())
            .env("LUME_DIST", project.dist())
            .env("CHROMIUM", &browser.chromium)
            .current_dir(&project.root),
    )
}
