//! The tools that building and testing need, installed once per version and shared by all checkouts.
//!
//! They live in `$LUME_TOOLS`, else in `~/.cache/lume/tools`, one folder per tool and version. Only the wasm
//! target (rustup) and the browsers (the system's package manager) go elsewhere, because they can't do
//! otherwise. Whatever can't be installed here gets one line that says how to get it.

mod apt;
mod browser;
mod engine;
mod node;
mod python;
mod rust;

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::Result;

use crate::process;
use crate::project::Project;

pub(crate) use browser::{Browser, Driver, firefox};
pub(crate) use engine::Engine;
pub(crate) use rust::WASM;

/// What is needed to build the app.
pub(crate) struct BuildTools {
    /// Folders with trunk, wasm-bindgen, wasm-split-cli and wasm-opt.
    pub(crate) folders: Vec<PathBuf>,
    /// The tools and their versions: another one may build another app.
    pub(crate) versions: String,
}

impl BuildTools {
    /// PATH with these tools in front.
    ///
    /// # Errors
    /// When a folder's name can't stand in PATH.
    pub(crate) fn path(&self) -> Result<OsString> {
        process::path_with(&self.folders)
    }
}

/// Sees to everything that building needs.
///
/// # Errors
/// When something is missing and can't be installed.
pub(crate) fn build_tools(project: &Project) -> Result<BuildTools> {
    node::check()?;
    rust::wasm_target()?;
    let trunk = rust::trunk();
    let bindgen = rust::wasm_bindgen(project)?;
    let split = rust::wasm_split();
    let mut folders = Vec::new();
    for tool in [&trunk, &bindgen, &split] {
        folders.push(tool.ensure(project)?);
    }
    folders.push(node::wasm_opt(project)?);
    let versions = format!(
        "{trunk} {bindgen} {split} binaryen {}",
        node::BINARYEN_VERSION
    );
    Ok(BuildTools { folders, versions })
}

/// Sees to everything that tests in Chromium need, besides the tools for building.
///
/// # Errors
/// When something is missing and can't be installed.
pub(crate) fn browser_tools(project: &Project) -> Result<Browser> {
    node::check()?;
    let browser = Browser::ensure()?;
    node::playwright(project)?;
    Ok(browser)
}

/// Sees to Lighthouse and its browser.
///
/// # Errors
/// When something is missing and can't be installed.
pub(crate) fn lighthouse(project: &Project) -> Result<Browser> {
    node::check()?;
    let browser = Browser::ensure()?;
    node::lighthouse(project)?;
    Ok(browser)
}

/// Sees to an engine's browser and what drives it.
///
/// # Errors
/// When something is missing and can't be installed.
pub(crate) fn driver(project: &Project, engine: Engine) -> Result<Driver> {
    Driver::ensure(project, engine)
}

/// Sees to clippy and rustfmt.
///
/// # Errors
/// When one is missing and can't be installed.
pub(crate) fn lint_tools() -> Result<()> {
    rust::component("clippy")?;
    rust::component("rustfmt")
}

/// Sees to the program that looks at dependencies.
///
/// # Errors
/// When it is missing and can't be installed.
pub(crate) fn cargo_deny(project: &Project) -> Result<PathBuf> {
    Ok(rust::cargo_deny().ensure(project)?.join("cargo-deny"))
}

/// Sees to the program that makes requests from a description of an API.
///
/// # Errors
/// When it is missing and can't be installed.
pub(crate) fn schemathesis(project: &Project) -> Result<PathBuf> {
    python::schemathesis(project)
}

/// The program of wasm-bindgen that runs tests in a browser.
///
/// # Errors
/// When it is missing and can't be installed.
pub(crate) fn wasm_test_runner(project: &Project) -> Result<PathBuf> {
    let folder = rust::wasm_bindgen(project)?.ensure(project)?;
    Ok(folder.join("wasm-bindgen-test-runner"))
}
