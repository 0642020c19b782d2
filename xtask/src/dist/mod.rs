//! The release build: the app in dist/, and the server.
//!
//! trunk bundles into a folder of its own, which is then given its service worker and its precompressed
//! files, and only a finished one takes the place of dist/. Nothing is done when no input has changed.

mod compress;
mod fingerprint;
mod locales;
mod module;
mod page;
mod shell;
mod split;
mod web_worker;
mod worker;

use std::path::Path;

use anyhow::{Context as _, Result};

use crate::files;
use crate::process;
use crate::project::Project;
use crate::tools::{self, BuildTools};

/// Holds the fingerprint of what dist/ was built from. Hidden files are neither served nor precached.
const FINGERPRINT_FILE: &str = ".built-from";

/// Builds the app and the server, as far as they have changed.
///
/// # Errors
/// When a tool is missing or a build fails.
pub(crate) fn build_all(project: &Project) -> Result<()> {
    build_app(project)?;
    build_server(project)
}

/// Builds the server.
///
/// # Errors
/// When the build fails.
pub(crate) fn build_server(project: &Project) -> Result<()> {
    process::run(process::cargo(&project.root).args([
        "build",
        "--release",
        "--locked",
        "-p",
        "lume-server",
    ]))
}

/// Builds the app into dist/, unless it is there already.
///
/// # Errors
/// When a tool is missing or the build fails.
pub(crate) fn build_app(project: &Project) -> Result<()> {
    let tools = tools::build_tools(project)?;
    let wanted = fingerprint::of_inputs(project, &tools)?;
    let dist = project.dist();
    if std::fs::read_to_string(dist.join(FINGERPRINT_FILE)).is_ok_and(|found| found == wanted) {
        println!("   dist/ is up to date");
        return Ok(());
    }
    let next = project.root.join("dist.next");
    remove(&next)?;
    bundle(project, &tools, &next)?;
    split::cut(project, &tools, &next)?;
    web_worker::write(project, &tools, &next, &web_worker::PASSPHRASE)?;
    web_worker::write(project, &tools, &next, &web_worker::EXCHANGE)?;
    locales::write(project, &next)?;
    shell::write(project, &next)?;
    page::finish(&next)?;
    let engine = module::build(project, &tools, &next, module::ENGINE)?;
    worker::write(project, &next, &engine)?;
    compress::precompress(project, &next)?;
    files::write(&next.join(FINGERPRINT_FILE), wanted)?;
    remove(&dist)?;
    std::fs::rename(&next, &dist).context("dist/ could not be put in place")
}

fn bundle(project: &Project, tools: &BuildTools, next: &Path) -> Result<()> {
    // trunk works offline, because otherwise it would look for newer tools; cargo may not, at first.
    process::run(process::cargo(&project.root).args(["fetch", "--locked"]))?;
    process::run(
        process::command("trunk")
            .args([
                "build",
                "--release",
                "--locked",
                "--offline",
                "--skip-version-check",
                "--dist",
            ])
            .arg(next)
            .env("PATH", tools.path()?)
            // trunk refuses the value 1 that others take for "no colours, please".
            .env_remove("NO_COLOR")
            .current_dir(&project.root),
    )
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    Ok(())
}
