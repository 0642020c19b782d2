//! Builds what runs in workers: packages that are a wasm of their own beside the app's.
//!
//! A service worker can't import scripts after its install, nor evaluate text. So the glue is handed over to be joined
//! into the worker's script, and only the wasm is a file, which the worker loads when it is needed.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::files;
use crate::process;
use crate::project::Project;
use crate::tools::{BuildTools, WASM};

use super::page::hashed_name;

/// The engine in the service worker.
pub(super) const ENGINE: &str = "lume-worker";
/// What takes a passphrase, in a web worker.
pub(super) const PASSPHRASE: &str = "lume-passphrase";
/// What reads and writes files of entries, in a web worker.
pub(super) const EXCHANGE: &str = "lume-exchange";
/// What rustc emits.
const WASM_FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-multivalue",
];

/// A built module.
pub(super) struct Module {
    /// Defines `wasm_bindgen`, which loads the module and holds its exports.
    pub(super) glue: String,
    /// Where it lies in the built app, as in `/lume-worker-<hash>.wasm`.
    pub(super) path: String,
}

/// Builds a package and writes its module into the built app.
///
/// # Errors
/// When a tool fails or a file can't be written.
pub(super) fn build(
    project: &Project,
    tools: &BuildTools,
    dist: &Path,
    package: &str,
) -> Result<Module> {
    // As cargo and wasm-bindgen write it in files.
    let stem = package.replace('-', "_");
    let compiled = compile(project, package, &stem)?;
    let folder = project.target.join(package);
    process::run(
        process::command("wasm-bindgen")
            .args(["--target", "no-modules", "--no-typescript"])
            .args(["--out-name", &stem, "--out-dir"])
            .arg(&folder)
            .arg(compiled)
            .env("PATH", tools.path()?),
    )?;
    let module = files::read(&shrink(tools, &folder.join(format!("{stem}_bg.wasm")))?)?;
    let name = hashed_name(package, "wasm", &module);
    files::write(&dist.join(&name), module)?;
    let glue = files::read(&folder.join(format!("{stem}.js")))?;
    Ok(Module {
        glue: String::from_utf8(glue).context("a module's glue")?,
        path: format!("/{name}"),
    })
}

/// Shrinks a module, and returns the file of what is left.
///
/// # Errors
/// When the tool fails.
pub(super) fn shrink(tools: &BuildTools, module: &Path) -> Result<PathBuf> {
    let small = module.with_extension("small.wasm");
    process::run(
        process::command("wasm-opt")
            .args(["-Oz", "--strip-debug", "--strip-producers"])
            .args(WASM_FEATURES)
            .arg(module)
            .arg("-o")
            .arg(&small)
            .env("PATH", tools.path()?),
    )?;
    Ok(small)
}

/// Compiles with the profile of everything that is downloaded.
fn compile(project: &Project, package: &str, stem: &str) -> Result<PathBuf> {
    process::run(
        process::cargo(&project.root)
            .args(["build", "--locked", "--profile", "app"])
            .args(["--target", WASM, "-p", package]),
    )?;
    let folder = project.target.join(WASM).join("app");
    Ok(folder.join(format!("{stem}.wasm")))
}
