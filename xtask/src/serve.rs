//! `cargo xtask run`: builds what has changed and becomes the server.

use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::dist;
use crate::process;
use crate::project::Project;
use crate::steps::{self, run_one};

/// The hidden command that waits for the server and opens a browser. It has to be a program of its own,
/// since this one gives its place to the server.
pub(crate) const OPEN_WHEN_READY: &str = "open-when-ready";
const PORT_DEFAULT: u16 = 8080;
const READY_WAIT_MS_MAX: u64 = 30_000;
const READY_POLL_MS: u64 = 50;

/// What the person asked for.
pub(crate) struct Options {
    port: u16,
    data: PathBuf,
    open: bool,
}

impl Options {
    /// Reads the arguments after `run`.
    ///
    /// # Errors
    /// When an argument is unknown or has no proper value.
    pub(crate) fn parse(arguments: &[String]) -> Result<Self> {
        let mut options = Self {
            port: PORT_DEFAULT,
            data: "data".into(),
            open: true,
        };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--port" => {
                    let value = arguments.next().context("--port needs a number")?;
                    options.port = value
                        .parse()
                        .with_context(|| format!("--port {value} is no port"))?;
                }
                "--data" => {
                    options.data = arguments.next().context("--data needs a folder")?.into();
                }
                "--no-open" => options.open = false,
                other => bail!("`run` knows --port N, --data DIR and --no-open, not `{other}`"),
            }
        }
        Ok(options)
    }
}

/// Builds the app and the server as far as they have changed, then starts the server.
///
/// # Errors
/// When a build fails or the server can't be started.
pub(crate) fn run(project: &Project, options: &Options) -> Result<()> {
    run_one(
        "app (seconds when nothing changed, else up to 15 min the first time)",
        || dist::build_app(project),
    )?;
    run_one(
        "server (seconds when nothing changed, else about 3 min)",
        || dist::build_server(project),
    )?;
    if options.open && may_open() {
        wait_elsewhere(options.port);
    }
    let mut server = process::command(project.server());
    server
        .arg("--port")
        .arg(options.port.to_string())
        .arg("--data")
        .arg(project.root.join(&options.data))
        .arg("--dist")
        .arg(project.dist());
    steps::heading("server (stop it with Ctrl-C)");
    become_program(server)
}

/// Gives this process to the server, so that signals meant for one reach the other.
#[cfg(unix)]
fn become_program(mut server: Command) -> Result<()> {
    use std::os::unix::process::CommandExt as _;
    Err(server.exec()).context("the server could not be started")
}

#[cfg(not(unix))]
fn become_program(mut server: Command) -> Result<()> {
    process::run(&mut server)
}

/// Whether there is someone before a screen.
fn may_open() -> bool {
    let screen = ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some());
    std::env::var_os("CI").is_none() && (screen || cfg!(any(windows, target_os = "macos")))
}

fn wait_elsewhere(port: u16) {
    let Ok(this) = std::env::current_exe() else {
        return;
    };
    // Not being able to open a browser is no reason not to start.
    process::command(this)
        .args([OPEN_WHEN_READY, &port.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .ok();
}

/// Waits until the server listens, then opens the person's browser.
pub(crate) fn open_when_ready(arguments: &[String]) {
    let Some(port) = arguments.first().and_then(|port| port.parse::<u16>().ok()) else {
        return;
    };
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let started = Instant::now();
    while started.elapsed() < Duration::from_millis(READY_WAIT_MS_MAX) {
        if TcpStream::connect(address).is_ok() {
            open(&format!("http://localhost:{port}"));
            return;
        }
        std::thread::sleep(Duration::from_millis(READY_POLL_MS));
    }
}

fn open(address: &str) {
    let program = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "explorer"
    } else {
        "xdg-open"
    };
    process::command(program).arg(address).status().ok();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Options> {
        Options::parse(
            &words
                .iter()
                .map(|word| (*word).to_owned())
                .collect::<Vec<_>>(),
        )
    }

    #[test]
    fn the_options_have_defaults() {
        let options = parse(&[]).expect("nothing is asked for");
        assert_eq!(
            (options.port, options.data, options.open),
            (8080, PathBuf::from("data"), true)
        );
    }

    #[test]
    fn the_options_are_read() {
        let options =
            parse(&["--port", "9000", "--data", "/tmp/x", "--no-open"]).expect("all are known");
        assert_eq!(
            (options.port, options.data, options.open),
            (9000, PathBuf::from("/tmp/x"), false)
        );
    }

    #[test]
    fn a_wrong_option_is_named() {
        for words in [&["--prot", "1"][..], &["--port"], &["--port", "many"]] {
            assert!(parse(words).is_err(), "{words:?}");
        }
    }
}
