//! The command line: which command runs which steps.

use anyhow::{Result, bail};

use crate::project::Project;
use crate::steps::{Step, run_all, run_one};
use crate::tools::Engine;
use crate::{
    bench, budget, checks, dist, end_to_end, engines, fuzz, lighthouse, load, rooms, serve, tools,
};

const USAGE: &str = "\
Usage: cargo xtask <command>

  run     build everything, start Lume and print its address
            --port N    port to listen on (default 8080)
            --data DIR  folder of the database (default ./data)
            --no-open   do not open a browser
  test    run every check there is

Steps of those two:
  setup   install the tools that are missing
  build   build the release app into dist/ and the server
  lint    format, rooms, clippy for host and wasm, docs, dependencies
  unit    native tests, and the service worker's
  sim     simulation, all of it, or: --seeds N, --from S, --go-on; --claims; --mutants
  browser tests in headless browsers: --engines chromium,firefox,webkit (default all)
  size    the app's size against its budget
  e2e     end-to-end tests against the real server: --engines as above for the path that runs in
          each engine; further arguments go to Playwright
  fuzz-api  malformed requests against the real server: --cases N for each operation, --seed S
  load    many who listen and write at once, against the real server: --seconds N (default 60)
  chaos   kill browser and server for real and see what is left: --kills N, --seed S
  lighthouse  accessibility, best practices, SEO and performance of the release app as a phone sees it:
            --path P (default /), --rounds N (default 3, the median counts)
  pictures  make the pictures of every screen in docs/screens anew; the end-to-end tests compare with them
  bench   measure in a browser, all of it, or: start --rounds N; sync --events N, --entries N, --rounds N
";

/// Runs the command that the arguments name.
pub(crate) fn main(args: Vec<String>) -> Result<()> {
    let mut args = args.into_iter();
    let command = args.next().unwrap_or_default();
    let mut rest: Vec<String> = args.filter(|argument| argument != "--").collect();
    let project = Project::locate()?;
    match command.as_str() {
        "run" => serve::run(&project, &serve::Options::parse(&rest)?),
        serve::OPEN_WHEN_READY => {
            serve::open_when_ready(&rest);
            Ok(())
        }
        "test" => run_all(&project, &all_steps()),
        "setup" => run_all(&project, &all_setup_steps()),
        "build" => run_all(&project, &[SETUP_BUILD, BUILD]),
        "lint" => run_all(&project, &lint_steps()),
        "unit" => run_all(&project, &[UNIT, WORKER]),
        "sim" => run_one("simulation", || checks::simulation(&project, &rest)),
        "browser" => {
            let engines = Engine::take_from(&mut rest)?;
            run_all(&project, &browser_steps(&engines))
        }
        "size" => run_all(&project, &[SETUP_BUILD, BUILD, SIZE]),
        "e2e" => {
            let engines = Engine::take_from(&mut rest)?;
            let mut steps = setup_steps(&engines);
            steps.push(BUILD);
            run_all(&project, &steps)?;
            let mut projects = vec![APP_PROJECT, OUTCOMES_PROJECT];
            projects.extend(engines.into_iter().map(Engine::name));
            run_one("end-to-end tests", || {
                end_to_end::run(&project, &projects, &rest)
            })
        }
        "fuzz-api" => {
            run_all(&project, &[BUILD_SERVER])?;
            run_one("malformed requests", || fuzz::run(&project, &rest))
        }
        "load" => run_one("load", || load::run(&project, &rest)),
        "chaos" => {
            run_all(&project, &[SETUP_BUILD, SETUP_BROWSER, BUILD])?;
            run_one("chaos", || end_to_end::chaos(&project, &rest))
        }
        "lighthouse" => {
            run_all(&project, &[SETUP_BUILD, SETUP_BROWSER, BUILD])?;
            run_one("lighthouse", || lighthouse::run(&project, &rest))
        }
        "pictures" => {
            run_all(&project, &[SETUP_BUILD, SETUP_BROWSER, BUILD])?;
            run_one("pictures", || end_to_end::pictures(&project, &rest))
        }
        "bench" => {
            run_all(&project, &[SETUP_BUILD, SETUP_BROWSER, BUILD])?;
            run_one("bench", || bench::run(&project, &rest))
        }
        "" | "help" | "--help" | "-h" => {
            print!("{USAGE}");
            Ok(())
        }
        other => bail!("there is no command `{other}`\n\n{USAGE}"),
    }
}

/// Sees to what building the app needs.
pub(crate) const SETUP_BUILD: Step = Step {
    name: "tools for building",
    takes: "seconds, or 8 min the first time",
    needs: &[],
    run: |project| tools::build_tools(project).map(drop),
};
const SETUP_BROWSER: Step = Step {
    name: "packages for testing",
    takes: "seconds",
    needs: &[],
    run: |project| tools::browser_tools(project).map(drop),
};
const SETUP_CHECKS: Step = Step {
    name: "tools for checking",
    takes: "seconds, or 3 min the first time",
    needs: &[],
    run: |project| {
        tools::cargo_deny(project)?;
        tools::schemathesis(project).map(drop)
    },
};
const FORMAT: Step = Step {
    name: "format",
    takes: "seconds",
    needs: &[],
    run: checks::format,
};
const ROOMS: Step = Step {
    name: "rooms",
    takes: "seconds",
    needs: &[],
    run: rooms::directions,
};
const CLIPPY_HOST: Step = Step {
    name: "clippy, host",
    takes: "3 min",
    needs: &[],
    run: checks::clippy_host,
};
const CLIPPY_WASM: Step = Step {
    name: "clippy, wasm",
    takes: "2 min",
    needs: &[SETUP_BUILD.name],
    run: checks::clippy_wasm,
};
const DOCS: Step = Step {
    name: "docs",
    takes: "1 min",
    needs: &[],
    run: checks::docs,
};
const DEPENDENCIES: Step = Step {
    name: "dependencies",
    takes: "seconds, or 2 min the first time",
    needs: &[],
    run: checks::dependencies,
};
const UNIT: Step = Step {
    name: "native tests",
    takes: "5 min",
    needs: &[],
    run: checks::native_tests,
};
const WORKER: Step = Step {
    name: "service worker tests",
    takes: "seconds",
    needs: &[],
    run: checks::worker_tests,
};
const SIM: Step = Step {
    name: "simulation",
    takes: "5 min",
    needs: &[],
    run: |project| checks::simulation(project, &[]),
};
const BUILD: Step = Step {
    name: "release build",
    takes: "seconds, or 8 min from nothing",
    needs: &[SETUP_BUILD.name],
    run: dist::build_all,
};
const BUILD_SERVER: Step = Step {
    name: "release build of the server",
    takes: "seconds, or 2 min from nothing",
    needs: &[],
    run: dist::build_server,
};
const FUZZ: Step = Step {
    name: "malformed requests",
    takes: "1 min",
    needs: &[BUILD.name, SETUP_CHECKS.name],
    run: |project| fuzz::run(project, &[]),
};
const SIZE: Step = Step {
    name: "size budget",
    takes: "seconds",
    needs: &[BUILD.name],
    run: budget::check,
};
const E2E: Step = Step {
    name: "end-to-end tests",
    takes: "5 min",
    needs: &[BUILD.name, SETUP_BROWSER.name],
    run: |project| end_to_end::run(project, &[APP_PROJECT], &[]),
};
const OUTCOMES: Step = Step {
    name: "table of outcomes",
    takes: "5 min",
    needs: &[BUILD.name, SETUP_BROWSER.name],
    run: |project| end_to_end::run(project, &[OUTCOMES_PROJECT], &[]),
};
const PATH: Step = Step {
    name: "a path in each engine",
    takes: "1 min",
    needs: &[
        BUILD.name,
        SETUP_BROWSER.name,
        engines::CHROMIUM.name,
        engines::FIREFOX.name,
        engines::WEBKIT.name,
    ],
    run: |project| end_to_end::run(project, &Engine::ALL.map(Engine::name), &[]),
};
const CHAOS: Step = Step {
    name: "kills",
    takes: "1 min",
    needs: &[BUILD.name, SETUP_BROWSER.name],
    run: |project| end_to_end::chaos(project, &[]),
};
/// The project of Playwright's configuration that holds the app's own tests.
const APP_PROJECT: &str = "app";
/// The project that holds every row of the table of outcomes, and what the campaign of kills is made of.
const OUTCOMES_PROJECT: &str = "outcomes";

fn setup_steps(engines: &[Engine]) -> Vec<Step> {
    let mut steps = vec![SETUP_BUILD];
    steps.extend(engines.iter().copied().map(engines::setup));
    steps.push(SETUP_BROWSER);
    steps
}

fn all_setup_steps() -> Vec<Step> {
    let mut steps = setup_steps(&Engine::ALL);
    steps.push(SETUP_CHECKS);
    steps
}

fn browser_steps(engines: &[Engine]) -> Vec<Step> {
    let mut steps = vec![SETUP_BUILD];
    steps.extend(engines.iter().copied().map(engines::setup));
    steps.extend(engines.iter().copied().map(engines::browser_tests));
    steps
}

fn lint_steps() -> Vec<Step> {
    vec![
        SETUP_BUILD,
        FORMAT,
        ROOMS,
        CLIPPY_HOST,
        CLIPPY_WASM,
        DOCS,
        DEPENDENCIES,
    ]
}

/// Every check, the quick and the telling ones first.
fn all_steps() -> Vec<Step> {
    let mut steps = all_setup_steps();
    steps.extend([
        FORMAT,
        ROOMS,
        CLIPPY_HOST,
        CLIPPY_WASM,
        DOCS,
        UNIT,
        WORKER,
        SIM,
    ]);
    steps.extend(Engine::ALL.map(engines::browser_tests));
    steps.extend([BUILD, SIZE, FUZZ, E2E, OUTCOMES, PATH, CHAOS, DEPENDENCIES]);
    steps
}
