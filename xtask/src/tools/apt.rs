//! Packages of the system, where this machine lets us install them.

use std::sync::Once;

use anyhow::{Context as _, Result, bail};

use crate::process;

/// What an engine needs of the system, and how a person gets it where we can't.
pub(super) struct Packages {
    /// As people call them.
    pub(super) what: &'static str,
    /// As Debian calls them.
    pub(super) names: &'static [&'static str],
    /// The variables that name the programs instead.
    pub(super) variables: &'static str,
    /// Roughly how long installing them takes.
    pub(super) takes: &'static str,
}

impl Packages {
    /// Installs them.
    ///
    /// # Errors
    /// When this machine does not let us, or they can't be had.
    pub(super) fn install(&self) -> Result<()> {
        let Some(prefix) = rights() else {
            bail!(self.missing());
        };
        println!(
            "   installing {} with apt-get (about {})",
            self.what, self.takes
        );
        let mut updated = Ok(());
        UPDATED.call_once(|| updated = apt_get(prefix, &["update", "-q"]));
        updated?;
        let mut arguments = vec!["install", "-q", "-y", "--no-install-recommends"];
        arguments.extend(self.names);
        apt_get(prefix, &arguments).with_context(|| self.missing())
    }

    /// One line that says what is missing and how to get it.
    pub(super) fn missing(&self) -> String {
        format!(
            "{} is missing: install it with your system's packages (Debian: `sudo apt-get install {}`), or name the \
             programs in {}",
            self.what,
            self.names.join(" "),
            self.variables
        )
    }
}

/// Asked once by each run: the lists do not change while it lasts.
static UPDATED: Once = Once::new();

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
