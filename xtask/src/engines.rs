//! The steps that there are once for each browser engine.

use crate::checks;
use crate::cli::SETUP_BUILD;
use crate::steps::Step;
use crate::tools::{self, Engine};

/// Sees to Chromium and its driver.
pub(crate) const CHROMIUM: Step = Step {
    name: "Chromium for testing",
    takes: "seconds, or 1 min the first time",
    needs: &[],
    run: |project| tools::driver(project, Engine::Chromium).map(drop),
};
/// Sees to Firefox and its driver.
pub(crate) const FIREFOX: Step = Step {
    name: "Firefox for testing",
    takes: "seconds, or 5 min the first time",
    needs: &[],
    run: |project| tools::driver(project, Engine::Firefox).map(drop),
};
/// Sees to WebKit, its driver and its display.
pub(crate) const WEBKIT: Step = Step {
    name: "WebKit for testing",
    takes: "seconds, or 1 min the first time",
    needs: &[],
    run: |project| tools::driver(project, Engine::WebKit).map(drop),
};

// The first of these that runs builds the tests; the others find them built.
const TESTS_IN_CHROMIUM: Step = Step {
    name: "browser tests, Chromium",
    takes: "1 min, or 3 min from nothing",
    needs: &[SETUP_BUILD.name, CHROMIUM.name],
    run: |project| checks::browser_tests(project, Engine::Chromium),
};
const TESTS_IN_FIREFOX: Step = Step {
    name: "browser tests, Firefox",
    takes: "1 min, or 3 min from nothing",
    needs: &[SETUP_BUILD.name, FIREFOX.name],
    run: |project| checks::browser_tests(project, Engine::Firefox),
};
const TESTS_IN_WEBKIT: Step = Step {
    name: "browser tests, WebKit",
    takes: "1 min, or 3 min from nothing",
    needs: &[SETUP_BUILD.name, WEBKIT.name],
    run: |project| checks::browser_tests(project, Engine::WebKit),
};

/// The step that sees to an engine's browser and its driver.
pub(crate) fn setup(engine: Engine) -> Step {
    match engine {
        Engine::Chromium => CHROMIUM,
        Engine::Firefox => FIREFOX,
        Engine::WebKit => WEBKIT,
    }
}

/// The step that runs the tests that need a real database in an engine.
pub(crate) fn browser_tests(engine: Engine) -> Step {
    match engine {
        Engine::Chromium => TESTS_IN_CHROMIUM,
        Engine::Firefox => TESTS_IN_FIREFOX,
        Engine::WebKit => TESTS_IN_WEBKIT,
    }
}
