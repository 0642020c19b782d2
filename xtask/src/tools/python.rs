//! Tools that come through pip, each in a virtual environment of its own.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use super::apt::Packages;
use crate::files;
use crate::process;
use crate::project::Project;

/// What schemathesis and everything below it must be, file by file: xtask/requirements/schemathesis.txt.
const SCHEMATHESIS: &str = "schemathesis";
const PYTHON: Packages = Packages {
    what: "Python 3.11 or newer with venv",
    names: &["python3", "python3-venv"],
    variables: "$PYTHON",
    takes: "1 min",
};

/// Returns the program, installing it if need be.
///
/// # Errors
/// When Python is missing or it can't be installed.
pub(super) fn schemathesis(project: &Project) -> Result<PathBuf> {
    let requirements = project
        .root
        .join("xtask/requirements")
        .join(format!("{SCHEMATHESIS}.txt"));
    let hash = files::hex(&files::sha256(&files::read(&requirements)?));
    let root = project
        .tools
        .join(format!("{SCHEMATHESIS}-{}", &hash[..16]));
    let program = root.join("bin").join(SCHEMATHESIS);
    let mark = root.join("installed");
    if mark.is_file() {
        return Ok(program);
    }
    println!(
        "   installing {SCHEMATHESIS}, once, in {} (1 min)",
        root.display()
    );
    make_environment(&root)?;
    process::run(
        process::command(root.join("bin/python"))
            .args(["-m", "pip", "install", "--quiet", "--no-input"])
            .args(["--disable-pip-version-check", "--require-hashes"])
            .arg("--requirement")
            .arg(&requirements),
    )
    .with_context(|| format!("{SCHEMATHESIS} could not be installed"))?;
    files::write(&mark, hash)?;
    Ok(program)
}

/// Python with what it needs to make one; a system's may come without.
fn make_environment(root: &std::path::Path) -> Result<()> {
    let make = |python: &PathBuf| {
        let mut command = process::command(python);
        process::run(command.args(["-m", "venv", "--clear"]).arg(root))
    };
    if let Some(named) = std::env::var_os("PYTHON").map(PathBuf::from) {
        return make(&named);
    }
    let found = process::find("python3");
    if let Some(python) = &found
        && make(python).is_ok()
    {
        return Ok(());
    }
    PYTHON.install()?;
    match process::find("python3") {
        Some(python) => make(&python).with_context(|| PYTHON.missing()),
        None => bail!(PYTHON.missing()),
    }
}
