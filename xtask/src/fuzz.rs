//! `cargo xtask fuzz-api`: requests that follow from the API's description of itself, most of them wrong, against the
//! real server, whose answers must be as described and never a failure of its own.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use crate::campaign::Campaign;
use crate::files;
use crate::process;
use crate::project::Project;
use crate::tools;

/// Cases for each operation and phase where nobody says.
const CASES_DEFAULT: u32 = 15;
/// The key that the server asks of an app, so that one without it is tried as well.
const API_KEY: &str = "key-of-the-fuzzer";
/// What each answer is held against. Left out is what a lenient reader can't promise: to refuse all that the description
/// does not allow (unknown fields are passed over), and to accept all that it does (a password may be too common).
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_headers_conformance,response_schema_conformance,unsupported_method,allow_header_conformance,\
    ignored_auth,use_after_free,ensure_resource_availability";
/// Ends the session that all the others need.
const SIGN_OUT: &str = "logout";

/// Starts a server of its own and tries it.
///
/// # Errors
/// When an answer is not as described, or the server logged a failure.
pub(crate) fn run(project: &Project, arguments: &[String]) -> Result<()> {
    let campaign = Campaign::parse("fuzz-api", "--cases", CASES_DEFAULT, arguments)?;
    let schemathesis = tools::schemathesis(project)?;
    let folder = project.target.join("fuzz-api");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
    }
    std::fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let server = Server::start(project, &folder)?;
    let token = server.register()?;
    let signed_in = format!("Authorization: Bearer {token}");
    let with_it = ["--exclude-operation-id", SIGN_OUT, "--header", &signed_in];
    let without = ["--include-operation-id", SIGN_OUT];
    let results = [&with_it[..], &without[..]].map(|selection| {
        let mut command = process::command(&schemathesis);
        command
            .args(["--no-color", "run"])
            .arg(format!("{}/api/openapi.json", server.origin()))
            .args(["--checks", CHECKS, "--continue-on-failure"])
            .args(["--generation-database", "none", "--max-examples"])
            .arg(campaign.size.to_string())
            .args(["--header", &format!("X-API-Key: {API_KEY}")])
            .args(selection)
            .current_dir(&folder);
        if let Some(seed) = campaign.seed {
            command.args(["--seed", &seed.to_string()]);
        }
        process::run(&mut command)
    });
    let log = server.stop()?;
    let failures: Vec<&str> = log
        .lines()
        .filter(|line| line.contains(" ERROR ") || line.contains("panicked"))
        .collect();
    ensure!(
        failures.is_empty(),
        "the server failed: {}",
        failures.join("; ")
    );
    results.into_iter().collect()
}

/// A server on a free port, with its log in a file.
struct Server {
    child: Child,
    port: u16,
    log: PathBuf,
}

impl Server {
    fn start(project: &Project, folder: &Path) -> Result<Self> {
        let program = project.server();
        if !program.is_file() {
            bail!("the server is not built: `cargo xtask build`");
        }
        let log = folder.join("server.log");
        let file = std::fs::File::create(&log).with_context(|| log.display().to_string())?;
        let mut child = process::command(program)
            .args(["--host", "127.0.0.1", "--port", "0", "--data"])
            .arg(folder.join("data"))
            .args(["--api-key", API_KEY, "--access-token-seconds", "86400"])
            .args([
                "--requests-per-minute",
                "0",
                "--auth-requests-per-minute",
                "0",
            ])
            .stdout(Stdio::piped())
            .stderr(file)
            .spawn()
            .context("the server could not be started")?;
        let mut line = String::new();
        let output = child.stdout.take().context("the server has no output")?;
        BufReader::new(output).read_line(&mut line)?;
        let port = line
            .trim_end()
            .rsplit(':')
            .next()
            .and_then(|port| port.parse().ok());
        let server = Self {
            child,
            port: port.unwrap_or_default(),
            log,
        };
        ensure!(
            port.is_some(),
            "the server did not start: {}",
            server.stop()?
        );
        Ok(server)
    }

    fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Makes an account and returns its access token.
    fn register(&self) -> Result<String> {
        let body = r#"{"email": "fuzz@example.org", "password": "seven kind otters", "name": "F", "date_of_birth": "1990-05-17"}"#;
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        write!(
            stream,
            "POST /api/v1/auth/register HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\nx-api-key: {API_KEY}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (_, body) = answer
            .split_once("\r\n\r\n")
            .context("the server's answer has no body")?;
        let body: Value = serde_json::from_str(body)?;
        let token = body["data"]["access_token"].as_str();
        Ok(token.context("the server gave no token")?.to_owned())
    }

    /// Ends it, and returns what it logged.
    fn stop(mut self) -> Result<String> {
        self.end();
        Ok(String::from_utf8_lossy(&files::read(&self.log)?).into_owned())
    }

    fn end(&mut self) {
        // It may have ended already, and then there is nothing to do.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}
