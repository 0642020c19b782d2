//! The checks, one function per step.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde_json::Value;

use crate::files;
use crate::process;
use crate::project::Project;
use crate::tools::{self, Engine};

/// The packages that exist for the browser, and are linted for it besides.
const WASM_PACKAGES: [&str; 12] = [
    "-p",
    "lume",
    "-p",
    "lume-web",
    "-p",
    "lume-worker",
    "-p",
    "lume-passphrase",
    "-p",
    "lume-exchange",
    "-p",
    "lume-browser-tests",
];
const WASM_TARGET: [&str; 2] = ["--target", "wasm32-unknown-unknown"];
const SIM_SEEDS_FRESH: &str = "50";
const BROWSER_TEST_SECONDS_MAX: &str = "300";
const DRIVER_VARIABLES: [&str; 3] = ["CHROMEDRIVER", "GECKODRIVER", "SAFARIDRIVER"];

/// Checks the format of all Rust code.
pub(crate) fn format(project: &Project) -> Result<()> {
    tools::lint_tools()?;
    process::run(process::cargo(&project.root).args(["fmt", "--all", "--check"]))
}

/// Lints everything for the host, tests included: core, wire and sync must build without a browser.
pub(crate) fn clippy_host(project: &Project) -> Result<()> {
    tools::lint_tools()?;
    process::run(
        process::cargo(&project.root)
            .args(["clippy", "--locked", "--workspace", "--all-targets"])
            .args(["--", "-D", "warnings"]),
    )
}

/// Lints for the browser what is made for it.
pub(crate) fn clippy_wasm(project: &Project) -> Result<()> {
    tools::lint_tools()?;
    process::run(
        process::cargo(&project.root)
            .args(["clippy", "--locked", "--all-targets"])
            .args(WASM_TARGET)
            .args(WASM_PACKAGES)
            .args(["--", "-D", "warnings"]),
    )
}

/// Builds the documentation, where a broken link is an error.
pub(crate) fn docs(project: &Project) -> Result<()> {
    process::run(
        process::cargo(&project.root)
            .args([
                "doc",
                "--locked",
                "--workspace",
                "--no-deps",
                "--document-private-items",
            ])
            .env("RUSTDOCFLAGS", "-D warnings"),
    )
}

/// Judges what is depended on: licences, bans, versions that come twice, where packages come from; and what is known
/// against them, where there is a copy of that list, since it is not fetched here.
pub(crate) fn dependencies(project: &Project) -> Result<()> {
    let deny = tools::cargo_deny(project)?;
    let check = |what: &[&str]| {
        process::run(
            process::command(&deny)
                .args(["--offline", "--locked", "--workspace", "check"])
                .args(what)
                .current_dir(&project.root),
        )
    };
    // cargo-deny reads the packages that are resolved, and may not fetch them.
    process::run(process::cargo(&project.root).args(["fetch", "--locked"]))?;
    check(&["bans", "licenses", "sources"])?;
    if advisories().is_some_and(|folder| holds_a_list(&folder)) {
        return check(&["advisories"]);
    }
    println!(
        "   no list of advisories here, so that none is looked at: `cargo deny fetch` gets it"
    );
    Ok(())
}

/// Whether a list was fetched: there is a folder for each.
fn holds_a_list(folder: &Path) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path().join(".git"))
        .any(|list| list.exists())
}

/// Where cargo-deny keeps the list of what is known against packages.
fn advisories() -> Option<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    Some(home?.join("advisory-dbs"))
}

/// Runs all tests that need no browser.
pub(crate) fn native_tests(project: &Project) -> Result<()> {
    process::run(process::cargo(&project.root).args([
        "test",
        "--locked",
        "--no-fail-fast",
        "--workspace",
        "--exclude",
        "lume-browser-tests",
    ]))
}

/// Runs the service worker's decisions against a fake browser.
pub(crate) fn worker_tests(project: &Project) -> Result<()> {
    // Files by name: what node makes of a folder differs between its versions.
    let tests = files::walk(&project.root.join("service-worker/tests"))?
        .into_iter()
        .filter(|file| file.to_string_lossy().ends_with(".test.mjs"));
    process::run(
        process::command("node")
            .arg("--test")
            .args(tests)
            .current_dir(&project.root),
    )
}

/// Runs the simulated world: as told, or on fixed and fresh seeds, with the claim protocol searched to the end, and with
/// every mutant.
pub(crate) fn simulation(project: &Project, arguments: &[String]) -> Result<()> {
    if !arguments.is_empty() {
        return simulate(project, arguments);
    }
    // Seeds that nobody has seen, told with a failure.
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    let fresh = (now.as_secs() * 1_000).to_string();
    for run in [
        &[][..],
        &["--seeds", SIM_SEEDS_FRESH, "--from", &fresh],
        &["--claims"],
        &["--mutants"],
    ] {
        let run: Vec<_> = run.iter().map(|argument| (*argument).to_owned()).collect();
        simulate(project, &run)?;
    }
    Ok(())
}

fn simulate(project: &Project, arguments: &[String]) -> Result<()> {
    process::run(
        process::cargo(&project.root)
            .args(["run", "--locked", "--release", "-p", "lume-sim"])
            .args(["--bin", "lume-sim", "--"])
            .args(arguments),
    )
}

/// Runs the tests that need a real database, in an engine's browser and without a window.
pub(crate) fn browser_tests(project: &Project, engine: Engine) -> Result<()> {
    let driver = tools::driver(project, engine)?;
    let mut runner = OsString::new();
    if let Some(display) = &driver.display {
        runner.push(display);
        runner.push(" -a ");
    }
    runner.push(tools::wasm_test_runner(project)?);
    let mut command = process::cargo(&project.root);
    command
        .args(["test", "--locked", "-p", "lume-browser-tests"])
        .args(WASM_TARGET)
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner)
        .env("WASM_BINDGEN_TEST_TIMEOUT", BROWSER_TEST_SECONDS_MAX);
    // The runner takes the first of these that is set.
    for variable in DRIVER_VARIABLES {
        command.env_remove(variable);
    }
    command.env(driver.variable, &driver.program);
    if let Some((settings, browser)) = named_browser(engine) {
        // The driver knows its own distribution's browser; another one has to be named in a file.
        let own = files::read(&project.root.join("tests/browser/webdriver.json"))?;
        let file = project.target.join("webdriver.json");
        files::write(&file, webdriver_settings(&own, settings, &browser)?)?;
        command.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", file);
    }
    process::run(&mut command)
}

/// A browser that the person has named, and whose settings name it to the driver.
fn named_browser(engine: Engine) -> Option<(&'static str, String)> {
    let (variable, settings) = match engine {
        Engine::Chromium => ("CHROMIUM", "goog:chromeOptions"),
        Engine::Firefox => ("FIREFOX", "moz:firefoxOptions"),
        // Its driver comes with its browser.
        Engine::WebKit => return None,
    };
    let browser = std::env::var_os(variable)?;
    Some((settings, browser.to_string_lossy().into_owned()))
}

/// The tests' own settings for the driver, with another browser in them.
fn webdriver_settings(own: &[u8], settings: &str, browser: &str) -> Result<String> {
    let mut own: Value = serde_json::from_slice(own)?;
    own[settings]["binary"] = browser.into();
    Ok(own.to_string())
}
