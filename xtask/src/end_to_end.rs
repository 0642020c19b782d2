//! What runs against the release app and the release server: Playwright's tests, and the campaign of kills.

use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::campaign::Campaign;
use crate::process;
use crate::project::Project;
use crate::tools::{self, Engine};

const KILLS_DEFAULT: u32 = 10;

/// Runs some of the projects of Playwright's configuration.
pub(crate) fn run(project: &Project, projects: &[&str], arguments: &[String]) -> Result<()> {
    let mut command = playwright(project)?;
    command
        .args(projects.iter().map(|name| format!("--project={name}")))
        .args(arguments);
    if projects.contains(&Engine::Firefox.name()) {
        command.env("FIREFOX", tools::firefox()?);
    }
    if projects.contains(&Engine::WebKit.name()) {
        let driver = tools::driver(project, Engine::WebKit)?;
        command.env(driver.variable, driver.program);
        command.envs(driver.display.map(|display| ("XVFB_RUN", display)));
    }
    told(project, command)
}

/// Runs Playwright; when tests fail, the error names them, and says why.
fn told(project: &Project, mut command: Command) -> Result<()> {
    let failures = project.e2e().join("test-failures.txt");
    // Of an earlier run, if there is one.
    std::fs::remove_file(&failures).ok();
    let result = process::run(command.env("LUME_FAILURES", &failures));
    match std::fs::read_to_string(&failures) {
        Ok(lines) => result.with_context(|| lines.trim_end().to_owned()),
        // It failed before any test did, or none has failed.
        Err(_) => result,
    }
}

/// Kills browser and server over and over, and compares what is left with what the app had called saved.
pub(crate) fn chaos(project: &Project, arguments: &[String]) -> Result<()> {
    let campaign = Campaign::parse("chaos", "--kills", KILLS_DEFAULT, arguments)?;
    let mut command = playwright(project)?;
    command
        .args(["--config", "chaos.config.ts"])
        .env("LUME_CHAOS_KILLS", campaign.size.to_string());
    if let Some(seed) = campaign.seed {
        command.env("LUME_CHAOS_SEED", seed.to_string());
    }
    process::run(&mut command)
}

/// Makes the pictures of every screen anew, in docs/screens.
pub(crate) fn pictures(project: &Project, arguments: &[String]) -> Result<()> {
    let mut command = playwright(project)?;
    command
        .args(["--project=app", "pictures/"])
        .args(arguments)
        .env("LUME_PICTURES", "make");
    process::run(&mut command)
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
