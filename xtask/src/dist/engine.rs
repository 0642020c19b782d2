//! Builds the service worker's engine: the same crates as the app without its user interface, as a wasm of its own.
//!
//! A worker can't import scripts after its install, nor evaluate text. So the glue is handed over to be joined into
//! the worker's script, and only the wasm is a file, which the worker loads when it is needed.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::files;
use crate::process;
use crate::project::Project;
use crate::tools::{BuildTools, WASM};

use super::page::hashed_name;

const PACKAGE: &str = "lume-worker";
/// The package's name as cargo and wasm-bindgen write it in files.
const STEM: &str = "lume_worker";
/// What rustc emits, as for the app in index.html.
const WASM_FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-multivalue",
];

/// The built engine.
pub(super) struct Engine {
    /// Defines `wasm_bindgen`, which loads the module and holds its exports.
    pub(super) glue: String,
    /// Where the module lies in the built app, as in `/lume-worker-<hash>.wasm`.
    pub(super) path: String,
}

/// Builds the engine and writes its module into the built app.
///
/// # Errors
/// When a tool fails or a file can't be written.
pub(super) fn build(project: &Project, tools: &BuildTools, dist: &Path) -> Result<Engine> {
    let compiled = compile(project)?;
    let folder = project.target.join(PACKAGE);
    process::run(
        process::command("wasm-bindgen")
            .args(["--target", "no-modules", "--no-typescript"])
            .args(["--out-name", STEM, "--out-dir"])
            .arg(&folder)
            .arg(compiled)
            .env("PATH", tools.path()?),
    )?;
    let module = folder.join("module.wasm");
    process::run(
        process::command("wasm-opt")
            .arg("-Oz")
            .args(WASM_FEATURES)
            .arg(folder.join(format!("{STEM}_bg.wasm")))
            .arg("-o")
            .arg(&module)
            .env("PATH", tools.path()?),
    )?;
    let module = files::read(&module)?;
    let name = hashed_name(PACKAGE, "wasm", &module);
    files::write(&dist.join(&name), module)?;
    let glue = files::read(&folder.join(format!("{STEM}.js")))?;
    Ok(Engine {
        glue: String::from_utf8(glue).context("the engine's glue")?,
        path: format!("/{name}"),
    })
}

/// Compiles with the profile of everything that is downloaded.
fn compile(project: &Project) -> Result<PathBuf> {
    process::run(
        process::cargo(&project.root)
            .args(["build", "--locked", "--profile", "app"])
            .args(["--target", WASM, "-p", PACKAGE]),
    )?;
    let folder = project.target.join(WASM).join("app");
    Ok(folder.join(format!("{STEM}.wasm")))
}
