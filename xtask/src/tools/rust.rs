//! Tools that come through rustup and cargo.

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::process;
use crate::project::Project;

/// The target the app is built for.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";
/// The newest that builds with this project's Rust version.
const TRUNK_VERSION: &str = "0.21.14";
const WASM_SPLIT_VERSION: &str = "0.2.4";
const GECKODRIVER_VERSION: &str = "0.37.1";
const CARGO_DENY_VERSION: &str = "0.20.2";

/// A program that `cargo install` builds.
pub(super) struct CargoTool {
    package: &'static str,
    version: String,
    program: &'static str,
    /// What must be asked for to get the program.
    features: &'static [&'static str],
    /// What the program is asked, and what is in its answer if it is the right one.
    asked: (&'static str, String),
    takes: &'static str,
}

impl fmt::Display for CargoTool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.package, self.version)
    }
}

/// The bundler.
pub(super) fn trunk() -> CargoTool {
    CargoTool {
        package: "trunk",
        version: TRUNK_VERSION.to_owned(),
        asked: ("--version", TRUNK_VERSION.to_owned()),
        program: "trunk",
        features: &[],
        takes: "5 min",
    }
}

/// The maker of the glue between wasm and the browser: its version must be that of the library.
///
/// # Errors
/// When Cargo.lock does not name the library.
pub(super) fn wasm_bindgen(project: &Project) -> Result<CargoTool> {
    let version = project.locked_version("wasm-bindgen")?;
    Ok(CargoTool {
        package: "wasm-bindgen-cli",
        asked: ("--version", version.clone()),
        version,
        program: "wasm-bindgen",
        features: &[],
        takes: "2 min",
    })
}

/// What cuts the app's module in two. Made for the library of the same name, of which Leptos names the version.
pub(super) fn wasm_split() -> CargoTool {
    CargoTool {
        package: "wasm_split_cli_support",
        version: WASM_SPLIT_VERSION.to_owned(),
        // It does not tell its version; its folder has it in the name.
        asked: ("--help", "Output module name".to_owned()),
        program: "wasm-split-cli",
        features: &["build-binary"],
        takes: "1 min",
    }
}

/// The driver of Firefox.
pub(super) fn geckodriver() -> CargoTool {
    CargoTool {
        package: "geckodriver",
        version: GECKODRIVER_VERSION.to_owned(),
        asked: ("--version", GECKODRIVER_VERSION.to_owned()),
        program: "geckodriver",
        features: &[],
        takes: "4 min",
    }
}

/// The judge of dependencies.
pub(super) fn cargo_deny() -> CargoTool {
    CargoTool {
        package: "cargo-deny",
        version: CARGO_DENY_VERSION.to_owned(),
        asked: ("--version", CARGO_DENY_VERSION.to_owned()),
        program: "cargo-deny",
        features: &[],
        takes: "2 min",
    }
}

impl CargoTool {
    /// Returns the folder of the program, installing it if need be.
    ///
    /// # Errors
    /// When it can't be installed.
    pub(super) fn ensure(&self, project: &Project) -> Result<PathBuf> {
        let root = project
            .tools
            .join(format!("{}-{}", self.package, self.version));
        let folder = root.join("bin");
        if !self.works_in(&folder) {
            self.install(project, &root)?;
            if !self.works_in(&folder) {
                bail!(
                    "{self} was installed in {} but does not start",
                    root.display()
                );
            }
        }
        Ok(folder)
    }

    /// Asked rather than looked for: an install that was cut off leaves a file too.
    fn works_in(&self, folder: &Path) -> bool {
        let mut program = process::command(folder.join(self.program));
        let (question, answer) = &self.asked;
        process::output(program.arg(question)).is_ok_and(|text| text.contains(answer))
    }

    fn install(&self, project: &Project, root: &Path) -> Result<()> {
        println!(
            "   installing {self}, once, in {} (about {})",
            root.display(),
            self.takes
        );
        std::fs::create_dir_all(root).with_context(|| root.display().to_string())?;
        // Kept until it has succeeded, so that an interrupted install goes on where it was.
        let target = project.tools.join("build").join(self.package);
        process::run(
            process::cargo(&project.tools)
                .args([
                    "install",
                    "--locked",
                    "--force",
                    self.package,
                    "--version",
                    &self.version,
                    "--features",
                    &self.features.join(","),
                ])
                .arg("--root")
                .arg(root)
                .env("CARGO_TARGET_DIR", &target)
                // These tools work for seconds and are built for minutes: less optimisation is more.
                .env("CARGO_PROFILE_RELEASE_LTO", "off")
                .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
                .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
                .env("CARGO_PROFILE_RELEASE_DEBUG", "false"),
        )
        .with_context(|| format!("{self} could not be installed"))?;
        std::fs::remove_dir_all(&target).with_context(|| target.display().to_string())
    }
}

/// Sees to the wasm target of the active toolchain.
///
/// # Errors
/// When it is missing and can't be added.
pub(super) fn wasm_target() -> Result<()> {
    let libraries = process::output(process::command("rustc").args([
        "--print",
        "target-libdir",
        "--target",
        WASM,
    ]))?;
    if Path::new(&libraries).is_dir() {
        return Ok(());
    }
    println!("   adding the target {WASM} (seconds)");
    with_rustup(&["target", "add", WASM], "the wasm target")
}

/// Sees to a component of the active toolchain.
///
/// # Errors
/// When it is missing and can't be added.
pub(super) fn component(name: &str) -> Result<()> {
    let subcommand = if name == "rustfmt" { "fmt" } else { name };
    let mut cargo = process::command("cargo");
    if process::output(cargo.args([subcommand, "--version"])).is_ok() {
        return Ok(());
    }
    println!("   adding {name} (seconds)");
    with_rustup(&["component", "add", name], name)
}

fn with_rustup(arguments: &[&str], what: &str) -> Result<()> {
    if process::find("rustup").is_none() {
        bail!("{what} is missing and so is rustup: install it from https://rustup.rs");
    }
    process::run(process::command("rustup").args(arguments))
        .with_context(|| format!("{what} could not be added"))
}
