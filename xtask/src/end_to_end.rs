//! What runs against the release app and the release server: Playwright's tests, and the campaign of kills.

use std::process::Command;

use anyhow::{Context as _, Result, bail};

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
    process::run(&mut command)
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
