//! The fingerprint of everything that the built app depends on.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Result;

use crate::files;
use crate::process;
use crate::project::Project;
use crate::tools::BuildTools;

/// Files and folders that the app is built from; what does not exist counts as empty.
const INPUTS: [&str; 15] = [
    ".cargo/config.toml",
    "Cargo.lock",
    "Cargo.toml",
    "Trunk.toml",
    "build.rs",
    "crates",
    "exchange",
    "index.html",
    "locales",
    "passphrase",
    "public",
    "service-worker",
    "src",
    "styles",
    "xtask",
];

/// Hashes names and contents of all inputs, and the versions of the tools.
///
/// # Errors
/// When an input can't be read.
pub(super) fn of_inputs(project: &Project, tools: &BuildTools) -> Result<String> {
    let rustc = process::output(process::command("rustc").arg("--version"))?;
    let mut text = format!("{rustc}\n{}\n", tools.versions);
    for input in INPUTS {
        let path = project.root.join(input);
        let found: Vec<PathBuf> = if path.is_dir() {
            files::walk(&path)?
        } else if path.is_file() {
            vec![path]
        } else {
            Vec::new()
        };
        for file in found {
            let hash = files::hex(&files::sha256(&files::read(&file)?));
            writeln!(text, "{hash} {}", files::url_path(&project.root, &file)?)?;
        }
    }
    Ok(files::hex(&files::sha256(text.as_bytes())))
}
