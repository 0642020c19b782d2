//! The program itself: its line, its signals, its complaints.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

pub(crate) fn command(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lume-server"));
    command
        .env_clear()
        .arg("--data")
        .arg(data)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// A server on a free port; killed when dropped.
pub(crate) struct Running {
    pub(crate) child: Child,
    pub(crate) port: u16,
}

impl Running {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.spawn().expect("it starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped"))
            .read_line(&mut line)
            .expect("a line");
        let port = line
            .trim_end()
            .strip_prefix("Lume is running at http://localhost:")
            .expect("the address");
        Self {
            port: port.parse().expect("a port"),
            child,
        }
    }

    pub(crate) fn get(&self, path: &str) -> String {
        self.send("GET", path, &[], "")
    }

    /// Sends one request, JSON where it has a body, and returns all of the answer.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> String {
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n");
        for (name, value) in headers {
            write!(head, "{name}: {value}\r\n").expect("writing to a string does not fail");
        }
        let length = body.len();
        let request = format!(
            "{head}content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        answer
    }

    #[cfg(unix)]
    pub(crate) fn stop(mut self, signal: &str) -> std::process::ExitStatus {
        let sent = Command::new("kill")
            .args([signal, &self.child.id().to_string()])
            .status();
        assert!(sent.expect("kill runs").success());
        self.child.wait().expect("it ends")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already, and then there is nothing to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn it_says_where_it_runs_and_stops_when_asked() {
    for signal in ["-TERM", "-INT"] {
        let data = TempDir::new().unwrap();
        let mut command = command(data.path());
        command.args(["--port", "0"]);
        let running = Running::start(command);

        assert!(running.get("/health").starts_with("HTTP/1.1 200"));
        assert!(running.stop(signal).success(), "{signal}");
        let left: Vec<_> = std::fs::read_dir(data.path())
            .unwrap()
            .map(|file| file.unwrap().file_name())
            .collect();
        assert!(
            left.iter()
                .all(|name| !name.to_string_lossy().ends_with("-wal")),
            "{left:?}"
        );
    }
}

#[test]
fn flags_can_be_environment_variables() {
    let data = TempDir::new().unwrap();
    let mut command = command(data.path());
    command.envs([
        ("LUME_PORT", "0"),
        ("LUME_API_KEY", "key"),
        ("LUME_SYNC_INTERVAL_SECONDS", "7"),
    ]);
    let running = Running::start(command);

    assert!(
        running
            .get("/api/v1/capabilities")
            .starts_with("HTTP/1.1 401")
    );
    let config = running.get("/config.json");
    assert!(
        config.contains("\"api_key\":\"key\"") && config.contains("\"sync_interval_seconds\":7")
    );
}

pub(crate) fn complaint(command: &mut Command) -> String {
    let output = command.output().expect("it runs");
    assert!(!output.status.success());
    assert!(output.stdout.is_empty());
    let said = String::from_utf8(output.stderr).expect("text");
    assert_eq!(said.trim_end().lines().count(), 1, "one line: {said}");
    said
}

#[test]
fn a_taken_port_is_one_clear_line() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let data = TempDir::new().unwrap();

    let said = complaint(command(data.path()).args(["--port", &port]));

    assert!(
        said.contains(&format!("cannot listen on port {port}")) && said.contains("--port"),
        "{said}"
    );
}

#[test]
fn a_data_folder_that_cannot_be_made_is_one_clear_line() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("a file");
    std::fs::write(&file, "").unwrap();

    let said = complaint(command(&file.join("data")).args(["--port", "0"]));

    assert!(said.contains("cannot write to the data folder"), "{said}");
}

#[test]
fn a_second_server_on_one_folder_is_refused() {
    let data = TempDir::new().unwrap();
    let mut first = command(data.path());
    first.args(["--port", "0"]);
    let _first = Running::start(first);

    let said = complaint(command(data.path()).args(["--port", "0"]));

    assert!(
        said.contains("another lume-server is using the data folder"),
        "{said}"
    );
}

#[test]
fn a_folder_without_an_app_and_a_strange_origin_are_refused() {
    let data = TempDir::new().unwrap();

    let said = complaint(
        command(data.path())
            .args(["--port", "0", "--dist"])
            .arg(data.path()),
    );
    assert!(said.contains("no index.html"), "{said}");
    let said = complaint(command(data.path()).args(["--port", "0", "--origin", "*"]));
    assert!(said.contains("--origin"), "{said}");
}
