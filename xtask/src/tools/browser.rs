//! The engines' browsers, and what drives them.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use super::apt::Packages;
use super::engine::Engine;
use super::rust;
use crate::process;
use crate::project::Project;

const CHROMIUM: Packages = Packages {
    what: "Chromium with its driver",
    names: &["chromium", "chromium-driver"],
    variables: "$CHROMIUM and $CHROMEDRIVER",
    takes: "1 min",
};
const FIREFOX: Packages = Packages {
    what: "Firefox",
    names: &["firefox-esr"],
    variables: "$FIREFOX",
    takes: "1 min",
};
/// The driver starts a small browser that comes with it, which needs a display.
const WEBKIT: Packages = Packages {
    what: "WebKit's driver with a virtual display",
    names: &["webkit2gtk-driver", "xvfb", "xauth"],
    variables: "$SAFARIDRIVER and $XVFB_RUN",
    takes: "1 min",
};

/// Chromium as the end-to-end tests and the measurements use it.
pub(crate) struct Browser {
    /// The browser itself.
    pub(crate) chromium: PathBuf,
    /// The program through which wasm-bindgen's runner drives it.
    pub(crate) driver: PathBuf,
}

impl Browser {
    /// Finds the browser, installing it if this machine lets us.
    ///
    /// # Errors
    /// When it is missing and can't be installed.
    pub(crate) fn ensure() -> Result<Self> {
        found_or_installed(&CHROMIUM, Self::find)
    }

    fn find() -> Result<Option<Self>> {
        let chromium = named_or_found(
            "CHROMIUM",
            &[
                "chromium",
                "chromium-browser",
                "google-chrome",
                "google-chrome-stable",
            ],
        )?;
        let driver = named_or_found("CHROMEDRIVER", &["chromedriver", "chromium.chromedriver"])?;
        Ok(chromium
            .zip(driver)
            .map(|(chromium, driver)| Self { chromium, driver }))
    }
}

/// What wasm-bindgen's runner needs to know of an engine.
pub(crate) struct Driver {
    /// The variable in which the runner looks for it: that is how it tells engines apart.
    pub(crate) variable: &'static str,
    /// The program that drives the browser.
    pub(crate) program: PathBuf,
    /// The program that gives it a display, for an engine without a headless mode.
    pub(crate) display: Option<PathBuf>,
}

impl Driver {
    /// Finds an engine's browser and its driver, installing them if need be.
    ///
    /// # Errors
    /// When something is missing and can't be installed.
    pub(crate) fn ensure(project: &Project, engine: Engine) -> Result<Self> {
        match engine {
            Engine::Chromium => Ok(Self {
                variable: "CHROMEDRIVER",
                program: Browser::ensure()?.driver,
                display: None,
            }),
            Engine::Firefox => {
                firefox()?;
                let named = named_or_found("GECKODRIVER", &[])?;
                let program = match named {
                    Some(program) => program,
                    None => rust::geckodriver().ensure(project)?.join("geckodriver"),
                };
                Ok(Self {
                    variable: "GECKODRIVER",
                    program,
                    display: None,
                })
            }
            Engine::WebKit => found_or_installed(&WEBKIT, || {
                let program = named_or_found("SAFARIDRIVER", &["WebKitWebDriver"])?;
                // Without xauth the display's script gives up.
                let display = named_or_found("XVFB_RUN", &["xvfb-run"])?
                    .filter(|_| process::find("xauth").is_some());
                Ok(program.zip(display).map(|(program, display)| Self {
                    variable: "SAFARIDRIVER",
                    program,
                    display: Some(display),
                }))
            }),
        }
    }
}

/// Finds Firefox, installing it if this machine lets us.
///
/// # Errors
/// When it is missing and can't be installed.
pub(crate) fn firefox() -> Result<PathBuf> {
    found_or_installed(&FIREFOX, || {
        named_or_found("FIREFOX", &["firefox-esr", "firefox"])
    })
}

fn found_or_installed<T>(packages: &Packages, find: impl Fn() -> Result<Option<T>>) -> Result<T> {
    if let Some(found) = find()? {
        return Ok(found);
    }
    packages.install()?;
    find()?.with_context(|| packages.missing())
}

fn named_or_found(variable: &str, programs: &[&str]) -> Result<Option<PathBuf>> {
    if let Some(named) = std::env::var_os(variable).map(PathBuf::from) {
        if !named.is_file() {
            bail!("${variable} names {}, which is not there", named.display());
        }
        return Ok(Some(named));
    }
    Ok(programs.iter().find_map(|program| process::find(program)))
}
