//! Chromium and its driver.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::process;

const PACKAGES: [&str; 2] = ["chromium", "chromium-driver"];
const HOW_TO_GET_IT: &str = "install it with your system's packages (Debian: `sudo apt-get install chromium \
                             chromium-driver`), or name the programs in $CHROMIUM and $CHROMEDRIVER";

/// The browser that tests run in.
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
        if let Some(found) = Self::find()? {
            return Ok(found);
        }
        install()?;
        Self::find()?.with_context(|| format!("Chromium is missing: {HOW_TO_GET_IT}"))
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

fn named_or_found(variable: &str, programs: &[&str]) -> Result<Option<PathBuf>> {
    if let Some(named) = std::env::var_os(variable).map(PathBuf::from) {
        if !named.is_file() {
            bail!("${variable} names {}, which is not there", named.display());
        }
        return Ok(Some(named));
    }
    Ok(programs.iter().find_map(|program| process::find(program)))
}

fn install() -> Result<()> {
    let Some(prefix) = rights() else {
        bail!("Chromium or its driver is missing: {HOW_TO_GET_IT}");
    };
    println!("   installing Chromium and its driver with apt-get (about 1 min)");
    apt_get(prefix, &["update", "-q"])?;
    let mut arguments = vec!["install", "-q", "-y", "--no-install-recommends"];
    arguments.extend(PACKAGES);
    apt_get(prefix, &arguments).with_context(|| format!("Chromium is missing: {HOW_TO_GET_IT}"))
}

/// What must stand before a command so that it may install packages; nothing if it may not.
fn rights() -> Option<&'static [&'static str]> {
    process::find("apt-get")?;
    if process::output(process::command("id").arg("-u")).is_ok_and(|user| user == "0") {
        return Some(&[]);
    }
    process::output(process::command("sudo").args(["-n", "true"])).ok()?;
    Some(&["sudo", "-n"])
}

fn apt_get(prefix: &[&str], arguments: &[&str]) -> Result<()> {
    let words: Vec<&str> = prefix
        .iter()
        .copied()
        .chain(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"])
        .collect();
    let (program, before) = words.split_first().expect("there is at least `env`");
    process::run(process::command(program).args(before).args(arguments))
}
