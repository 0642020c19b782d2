//! Tools that come through npm.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::files;
use crate::process;
use crate::project::Project;

/// The release of binaryen whose wasm-opt is used.
pub(super) const BINARYEN_VERSION: &str = "132.0.0";
const NODE_MAJOR_MIN: u32 = 20;
const HOW_TO_GET_NODE: &str = "install Node.js 20 or newer with npm, e.g. `apt-get install nodejs npm` or from https://nodejs.org";

/// Sees whether node and npm are there: they are not installed for the person.
///
/// # Errors
/// When one is missing or too old.
pub(super) fn check() -> Result<()> {
    for program in ["node", "npm"] {
        if process::find(program).is_none() {
            bail!("{program} is missing: {HOW_TO_GET_NODE}");
        }
    }
    let version = process::output(process::command("node").arg("--version"))?;
    match major(&version) {
        Some(major) if major >= NODE_MAJOR_MIN => Ok(()),
        _ => bail!("node {version} is too old: {HOW_TO_GET_NODE}"),
    }
}

/// Returns the folder of wasm-opt, installing it if need be.
///
/// # Errors
/// When it can't be installed.
pub(super) fn wasm_opt(project: &Project) -> Result<PathBuf> {
    let root = project.tools.join(format!("binaryen-{BINARYEN_VERSION}"));
    let folder = root.join("node_modules/.bin");
    let mark = root.join("installed");
    if !mark.is_file() {
        println!(
            "   installing wasm-opt (binaryen {BINARYEN_VERSION}), once, in {} (seconds)",
            root.display()
        );
        std::fs::create_dir_all(&root).with_context(|| root.display().to_string())?;
        process::run(
            process::command("npm")
                .args([
                    "install",
                    "--no-save",
                    "--no-audit",
                    "--no-fund",
                    "--ignore-scripts",
                ])
                .arg("--prefix")
                .arg(&root)
                .arg(format!("binaryen@{BINARYEN_VERSION}")),
        )
        .context("wasm-opt could not be installed")?;
        files::write(&mark, BINARYEN_VERSION)?;
    }
    Ok(folder)
}

/// Sees to Playwright in the folder of the end-to-end tests, in the version that is locked there.
///
/// # Errors
/// When it can't be installed.
pub(super) fn playwright(project: &Project) -> Result<()> {
    locked_packages(&project.e2e(), "Playwright")
}

/// Sees to Lighthouse in the folder of the measurements, in the version that is locked there.
///
/// # Errors
/// When it can't be installed.
pub(super) fn lighthouse(project: &Project) -> Result<()> {
    locked_packages(&project.root.join("bench"), "Lighthouse")
}

/// Installs what a folder's lock names, unless it is there already.
fn locked_packages(folder: &Path, what: &str) -> Result<()> {
    let lock = files::hex(&files::sha256(&files::read(
        &folder.join("package-lock.json"),
    )?));
    let mark = folder.join("node_modules/.installed-from");
    if std::fs::read_to_string(&mark).is_ok_and(|found| found == lock) {
        return Ok(());
    }
    println!("   installing {what} (seconds)");
    process::run(
        process::command("npm")
            .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
            .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
            .current_dir(folder),
    )
    .with_context(|| format!("{what} could not be installed"))?;
    files::write(&mark, lock)
}

fn major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_s_major_version_is_read() {
        assert_eq!(major("v20.11.1"), Some(20));
        assert_eq!(major("nonsense"), None);
    }
}
