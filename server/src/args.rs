//! Flags, each also an environment variable.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Parser, Subcommand};
use lume_wire::Secret;

use crate::config::{AppConfig, ClientVersion, Config, PasswordCost, PushConfig};
use crate::error::ServerError;
use crate::secrets;
use crate::world::World;

/// Beyond this no system gives a program so many files.
const CONNECTIONS_MAX: usize = 65_536;

/// Lume's backend: keeps accounts and moods in one SQLite file, and serves the app.
#[derive(Debug, Clone, Parser)]
#[command(name = "lume-server", version)]
pub struct Args {
    /// What to do instead of serving.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Port to listen on; 0 takes a free one.
    #[arg(long, env = "LUME_PORT", default_value_t = 8080)]
    pub port: u16,
    /// Address to listen on.
    #[arg(long, env = "LUME_HOST", default_value = "127.0.0.1")]
    pub host: IpAddr,
    /// Folder of the database.
    #[arg(
        long,
        env = "LUME_DATA",
        default_value = "./data",
        value_name = "FOLDER",
        global = true
    )]
    pub data: PathBuf,
    /// Folder of the built app; without it the API alone is served.
    #[arg(long, env = "LUME_DIST", value_name = "FOLDER")]
    pub dist: Option<PathBuf>,
    /// Key that every call must carry as X-API-Key. The app learns it from /config.json: it tells apps from strangers,
    /// not people from each other.
    #[arg(long, env = "LUME_API_KEY", hide_env_values = true, value_parser = |text: &str| Ok::<_, String>(Secret::from(text)))]
    pub api_key: Option<Secret>,
    /// File with that key, on its one line. Where there is no such file, a key is drawn and written there, for its owner
    /// alone to read.
    #[arg(
        long,
        env = "LUME_API_KEY_FILE",
        value_name = "FILE",
        conflicts_with = "api_key"
    )]
    pub api_key_file: Option<PathBuf>,
    /// Another origin whose pages may call the API, such as <https://lume.example.org>; may be given several times.
    #[arg(long, env = "LUME_ORIGIN", value_delimiter = ',')]
    pub origin: Vec<String>,
    /// Trust X-Forwarded-For and X-Forwarded-Proto: only behind a reverse proxy that sets both. It must hand on the name
    /// that browsers ask for as well, as Host or X-Forwarded-Host.
    #[arg(long, env = "LUME_BEHIND_PROXY")]
    pub behind_proxy: bool,
    /// Life of an access token.
    #[arg(long, env = "LUME_ACCESS_TOKEN_SECONDS", default_value_t = 900, value_parser = clap::value_parser!(i64).range(1..=86_400))]
    pub access_token_seconds: i64,
    /// Life of a refresh token.
    #[arg(long, env = "LUME_REFRESH_TOKEN_SECONDS", default_value_t = 5_184_000, value_parser = clap::value_parser!(i64).range(1..))]
    pub refresh_token_seconds: i64,
    /// Sign-ins, registrations and the like from one address in a minute, and a twelfth of them for one account; 0 for
    /// no limit.
    #[arg(long, env = "LUME_AUTH_REQUESTS_PER_MINUTE", default_value_t = 120)]
    pub auth_requests_per_minute: u32,
    /// Calls of the API from one account in a minute, and four times as many from one address; 0 for no limit.
    #[arg(long, env = "LUME_REQUESTS_PER_MINUTE", default_value_t = 1_200)]
    pub requests_per_minute: u32,
    /// Connections at a time; without a proxy, an eighth of them from one address.
    #[arg(long, env = "LUME_CONNECTIONS", default_value_t = 512, value_parser = connections)]
    pub connections: usize,
    /// Apps older than this version are asked to update.
    #[arg(long, env = "LUME_CLIENT_VERSION_MIN", value_name = "VERSION")]
    pub client_version_min: Option<ClientVersion>,
    /// Send no reminders, and so ask no push service.
    #[arg(long, env = "LUME_NO_PUSH")]
    pub no_push: bool,
    /// Whom the push services of browsers may turn to, such as <mailto:you@example.org>; Apple's takes no reminders from a
    /// server without one.
    #[arg(long, env = "LUME_PUSH_CONTACT", value_name = "ADDRESS", value_parser = contact)]
    pub push_contact: Option<String>,
    /// Send reminders to addresses of private networks as well: for tests, and for a push service of one's own.
    #[arg(long, env = "LUME_PUSH_PRIVATE_ADDRESSES")]
    pub push_private_addresses: bool,
    /// How often the app looks for something to send.
    #[arg(long, env = "LUME_SYNC_INTERVAL_SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=3_600))]
    pub sync_interval_seconds: u32,
    /// Mode the app starts in: device or synced.
    #[arg(long, env = "LUME_MODE_DEFAULT", default_value = "device", value_parser = ["device", "synced"])]
    pub mode_default: String,
    /// Backend the app talks to, where it is not this server.
    #[arg(
        long,
        env = "LUME_BACKEND_BASE_URL",
        default_value = "",
        hide_default_value = true,
        value_name = "URL"
    )]
    pub backend_base_url: String,
    /// Line of help for the app's page of whom to talk to, such as "Samaritans (GB, IE): 116 123", with a telephone
    /// number or an https address behind the colon; may be given several times. Lines given here take the place of those
    /// that the app knows.
    #[arg(long, env = "LUME_HELP_LINE", value_delimiter = '\n')]
    pub help_line: Vec<String>,
    /// How much to log: error, warn, info, debug.
    #[arg(long, env = "LUME_LOG", default_value = "info")]
    pub log: tracing::Level,
}

/// What the program does instead of serving.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Write a backup of the data folder's database, also while a server runs on it.
    Backup {
        /// The backup's file, which must not be there yet.
        file: PathBuf,
    },
    /// Put a backup in the place of the data folder's database, which is kept under another name. No server may run on
    /// it. Everybody signs in again, and the apps send what the backup lacks.
    Restore {
        /// The backup's file.
        file: PathBuf,
    },
}

impl Args {
    /// The settings these flags make.
    ///
    /// # Errors
    ///
    /// Where an origin is none, or the file of the API key can't be read or written.
    pub fn config(&self, world: &dyn World) -> Result<Config, ServerError> {
        let origins = self
            .origin
            .iter()
            .filter(|origin| !origin.is_empty())
            .map(|origin| checked_origin(origin));
        Ok(Config {
            api_key: match &self.api_key_file {
                Some(file) => Some(secrets::read_or_draw(file, world)?),
                // An empty variable is as if unset.
                None => self.api_key.clone().filter(|key| !key.expose().is_empty()),
            },
            origins: origins.collect::<Result<_, _>>()?,
            access_token_seconds: self.access_token_seconds,
            refresh_token_seconds: self.refresh_token_seconds,
            auth_requests_per_minute: self.auth_requests_per_minute,
            requests_per_minute: self.requests_per_minute,
            connections: self.connections,
            behind_proxy: self.behind_proxy,
            client_version_min: self.client_version_min.clone(),
            password_cost: PasswordCost::default(),
            push: PushConfig {
                enabled: !self.no_push,
                contact: self.push_contact.clone(),
                private_addresses: self.push_private_addresses,
            },
            app: AppConfig {
                backend_base_url: self.backend_base_url.clone(),
                sync_interval_seconds: self.sync_interval_seconds,
                mode_default: self.mode_default.clone(),
                help_lines: self
                    .help_line
                    .iter()
                    .filter(|line| !line.is_empty())
                    .cloned()
                    .collect(),
            },
        })
    }
}

/// A browser sends scheme, host and port, in lower case and without a slash; anything else would never match.
fn checked_origin(origin: &str) -> Result<String, ServerError> {
    let lower = origin.trim().trim_end_matches('/').to_ascii_lowercase();
    let host = lower
        .strip_prefix("https://")
        .or_else(|| lower.strip_prefix("http://"));
    match host {
        Some(host) if !host.is_empty() && !host.contains(['/', '*', '@', ' ']) => Ok(lower),
        Some(_) | None => Err(ServerError::Config(format!(
            "--origin must be like https://lume.example.org, and {origin} is not"
        ))),
    }
}

fn contact(text: &str) -> Result<String, &'static str> {
    let rest = ["mailto:", "https://"]
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme));
    match rest {
        Some(rest) if !rest.is_empty() && rest.chars().all(|c| c.is_ascii_graphic()) => {
            Ok(text.to_owned())
        }
        Some(_) | None => Err("an address that begins with mailto: or https://"),
    }
}

fn connections(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number) if (1..=CONNECTIONS_MAX).contains(&number) => Ok(number),
        Ok(_) | Err(_) => Err(format!("a number from 1 to {CONNECTIONS_MAX}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_consistent() {
        use clap::CommandFactory as _;
        Args::command().debug_assert();
    }

    #[test]
    fn an_origin_is_a_scheme_a_host_and_perhaps_a_port() {
        assert_eq!(
            checked_origin("HTTPS://Lume.example.org/").unwrap(),
            "https://lume.example.org"
        );
        assert_eq!(
            checked_origin("http://localhost:5173").unwrap(),
            "http://localhost:5173"
        );
        for bad in [
            "*",
            "lume.example.org",
            "https://",
            "https://a/b",
            "https://*.example.org",
        ] {
            assert!(checked_origin(bad).is_err(), "{bad}");
        }
    }
}
