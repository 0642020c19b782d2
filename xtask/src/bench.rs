//! Measurements in a browser, see bench/.

use anyhow::{Result, bail};

use crate::process;
use crate::project::Project;
use crate::tools;

/// What there is to measure: scripts of bench/.
const MEASUREMENTS: [&str; 2] = ["start", "sync"];

/// Measures the release app and prints the figures: what the first argument names, else everything.
///
/// # Errors
/// When a tool is missing, the name is unknown or a measurement fails.
pub(crate) fn run(project: &Project, arguments: &[String]) -> Result<()> {
    let (names, options) = match arguments.split_first() {
        Some((name, options)) if !name.starts_with('-') => {
            match MEASUREMENTS.iter().find(|known| *known == name) {
                Some(name) => (vec![*name], options),
                None => bail!(
                    "there is no measurement `{name}`, only: {}",
                    MEASUREMENTS.join(", ")
                ),
            }
        }
        Some(_) => bail!(
            "options go with one measurement: {}",
            MEASUREMENTS.join(", ")
        ),
        None => (MEASUREMENTS.to_vec(), arguments),
    };
    let browser = tools::browser_tools(project)?;
    for name in names {
        process::run(
            process::command("node")
                .arg(project.root.join(format!("bench/{name}.mjs")))
                .args(options)
                .env("LUME_SERVER", project.server())
                .env("LUME_DIST", project.dist())
                .env("CHROMIUM", &browser.chromium)
                .current_dir(&project.root),
        )?;
    }
    Ok(())
}
