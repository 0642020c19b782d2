//! `cargo xtask load`: people who listen and people who write without a pause, against the real server on this machine.

use anyhow::{Result, bail};

use crate::process;
use crate::project::Project;

/// How long it takes where nobody says.
const SECONDS_DEFAULT: u32 = 60;

/// Runs the server's own test of it for longer, as it would be released, and shows the figures.
///
/// # Errors
/// When an answer was an error, or somebody was not told of a change.
pub(crate) fn run(project: &Project, arguments: &[String]) -> Result<()> {
    let seconds = seconds(arguments)?;
    process::run(
        process::cargo(&project.root)
            .args(["test", "--locked", "--release", "-p", "lume-server"])
            .args(["--test", "it", "load::", "--", "--nocapture"])
            .env("LUME_LOAD_SECONDS", seconds.to_string()),
    )
}

fn seconds(arguments: &[String]) -> Result<u32> {
    match arguments {
        [] => Ok(SECONDS_DEFAULT),
        [flag, seconds] if flag == "--seconds" => Ok(seconds.parse()?),
        [..] => bail!("`load` knows --seconds N"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_a_number_of_seconds() {
        let read = |words: &[&str]| {
            let arguments: Vec<_> = words.iter().map(|word| (*word).to_owned()).collect();
            seconds(&arguments).ok()
        };
        assert_eq!(read(&[]), Some(SECONDS_DEFAULT));
        assert_eq!(read(&["--seconds", "5"]), Some(5));
        assert_eq!(read(&["--seconds"]), None);
        assert_eq!(read(&["--seconds", "long"]), None);
        assert_eq!(read(&["--minutes", "5"]), None);
    }
}
