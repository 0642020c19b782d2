//! The checks, one function per step.

use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::files;
use crate::process;
use crate::project::Project;
use crate::tools;

/// The packages that exist for the browser, and are linted for it besides.
const WASM_PACKAGES: [&str; 6] = ["-p", "lume", "-p", "lume-web", "-p", "lume-browser-tests"];
const WASM_TARGET: [&str; 2] = ["--target", "wasm32-unknown-unknown"];
const SIM_SEEDS_DEFAULT: &str = "200";
const BROWSER_TEST_SECONDS_MAX: &str = "300";
const KILLS_DEFAULT: u32 = 10;

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

/// Runs the simulated world, on fixed seeds unless told otherwise.
pub(crate) fn simulation(project: &Project, arguments: &[String]) -> Result<()> {
    let mut command = process::cargo(&project.root);
    command.args([
        "run",
        "--locked",
        "--release",
        "-p",
        "lume-sim",
        "--bin",
        "lume-sim",
        "--",
    ]);
    if !arguments.iter().any(|argument| argument == "--seeds") {
        command.args(["--seeds", SIM_SEEDS_DEFAULT]);
    }
    process::run(command.args(arguments))
}

/// Runs the tests that need a real database, in headless Chromium.
pub(crate) fn browser_tests(project: &Project) -> Result<()> {
    let browser = tools::browser_tools(project)?;
    let mut command = process::cargo(&project.root);
    command
        .args(["test", "--locked", "-p", "lume-browser-tests"])
        .args(WASM_TARGET)
        .env(
            "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
            tools::wasm_test_runner(project)?,
        )
        .env("CHROMEDRIVER", &browser.driver)
        .env("WASM_BINDGEN_TEST_TIMEOUT", BROWSER_TEST_SECONDS_MAX);
    if let Some(chromium) = std::env::var_os("CHROMIUM") {
        // The driver knows its own distribution's browser; another one has to be named in a file.
        let own = files::read(&project.root.join("tests/browser/webdriver.json"))?;
        let file = project.target.join("webdriver.json");
        files::write(
            &file,
            webdriver_settings(&own, &chromium.to_string_lossy())?,
        )?;
        command.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", file);
    }
    process::run(&mut command)
}

/// Runs Playwright against the release server and the release app.
pub(crate) fn end_to_end(project: &Project, arguments: &[String]) -> Result<()> {
    process::run(playwright(project)?.args(arguments))
}

/// Kills browser and server over and over, and compares what is left with what the app had called saved.
pub(crate) fn chaos(project: &Project, arguments: &[String]) -> Result<()> {
    let campaign = Campaign::parse(arguments)?;
    let mut command = playwright(project)?;
    command
        .args(["--config", "chaos.config.ts"])
        .env("LUME_CHAOS_KILLS", campaign.kills.to_string());
    if let Some(seed) = campaign.seed {
        command.env("LUME_CHAOS_SEED", seed.to_string());
    }
    process::run(&mut command)
}

/// How often to kill, and the seed of everything that is drawn; without one the campaign draws its own and prints it.
#[derive(Debug, PartialEq, Eq)]
struct Campaign {
    kills: u32,
    seed: Option<u32>,
}

impl Campaign {
    fn parse(arguments: &[String]) -> Result<Self> {
        let mut campaign = Self {
            kills: KILLS_DEFAULT,
            seed: None,
        };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let mut number = || {
                let value = arguments
                    .next()
                    .with_context(|| format!("{argument} needs a number"))?;
                value
                    .parse()
                    .with_context(|| format!("{argument} {value} is no number"))
            };
            match argument.as_str() {
                "--kills" => campaign.kills = number()?,
                "--seed" => campaign.seed = Some(number()?),
                other => bail!("`chaos` knows --kills N and --seed S, not `{other}`"),
            }
        }
        Ok(campaign)
    }
}

/// Playwright in its folder, with the release server, the release app and the browser, once the types are sound.
fn playwright(project: &Project) -> Result<Command> {
    let browser = tools::browser_tools(project)?;
    let server = project.server();
    if !server.is_file() || !project.dist().is_dir() {
        bail!("the app and the server are not built: `cargo xtask build`");
    }
    // Playwright strips the types without looking at them.
    process::run(
        process::command("npx")
            .args(["--no-install", "tsc", "--noEmit"])
            .current_dir(project.e2e()),
    )?;
    let mut command = process::command("npx");
    command
        .args(["--no-install", "playwright", "test"])
        .env("LUME_SERVER", server)
        .env("LUME_DIST", project.dist())
        .env("CHROMIUM", &browser.chromium)
        .current_dir(project.e2e());
    Ok(command)
}

/// The tests' own settings for the driver, with another browser in them.
fn webdriver_settings(settings: &[u8], chromium: &str) -> Result<String> {
    let mut settings: Value = serde_json::from_slice(settings)?;
    settings["goog:chromeOptions"]["binary"] = chromium.into();
    Ok(settings.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Campaign> {
        let arguments: Vec<_> = words.iter().map(|word| (*word).to_owned()).collect();
        Campaign::parse(&arguments)
    }

    #[test]
    fn a_campaign_has_a_number_of_kills_and_perhaps_a_seed() {
        let kills = KILLS_DEFAULT;
        let given = parse(&["--kills", "300", "--seed", "7"]).expect("both are known");

        assert_eq!(
            parse(&[]).expect("nothing is asked for"),
            Campaign { kills, seed: None }
        );
        assert_eq!(
            given,
            Campaign {
                kills: 300,
                seed: Some(7)
            }
        );
        for wrong in [&["--kills"][..], &["--kills", "many"], &["--deaths", "1"]] {
            assert!(parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
