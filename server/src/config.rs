//! What an operator decides.

use lume_wire::Secret;
use serde_json::{Value, json};

/// Days in the life of a refresh token.
const REFRESH_TOKEN_DAYS: i64 = 60;
const DAY_S: i64 = 86_400;

/// The server's settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// Every call must carry it, where there is one.
    pub api_key: Option<Secret>,
    /// Origins, apart from the server's own, whose pages may call the API.
    pub origins: Vec<String>,
    /// Life of an access token.
    pub access_token_seconds: i64,
    /// Life of a refresh token.
    pub refresh_token_seconds: i64,
    /// Sign-ins, registrations and the like from one address in a minute, and a twelfth of them for one account; 0 for
    /// no limit.
    pub auth_requests_per_minute: u32,
    /// Calls of the API from one account in a minute, and four times as many from one address; 0 for no limit.
    pub requests_per_minute: u32,
    /// Connections at a time.
    pub connections: usize,
    /// Whether `X-Forwarded-For` is to be believed.
    pub behind_proxy: bool,
    /// Apps older than this get 426.
    pub client_version_min: Option<ClientVersion>,
    /// Cost of hashing a password.
    pub password_cost: PasswordCost,
    /// Reminders by Web Push.
    pub push: PushConfig,
    /// What `/config.json` tells the app.
    pub app: AppConfig,
}

/// Reminders by Web Push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushConfig {
    /// Whether there are any: the server then asks the push services of its people's browsers.
    pub enabled: bool,
    /// Whom a push service may turn to, as `mailto:` or `https:`; some take nothing from a server without one.
    pub contact: Option<String>,
    /// Whether pushes may go to addresses that are not of the internet at large.
    pub private_addresses: bool,
}

/// Cost of argon2id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordCost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
}

/// A version such as `1.4.0`, for comparing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClientVersion(Vec<u64>);

/// What the app is told at its start.
#[derive(Debug, Clone)]
pub struct AppConfig {
    /// Where the backend is; empty for the origin the app came from.
    pub backend_base_url: String,
    /// How often the app looks for something to send.
    pub sync_interval_seconds: u32,
    /// `device` or `synced`.
    pub mode_default: String,
    /// Lines of help in the place of those that the app knows; see `--help-line`.
    pub help_lines: Vec<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            api_key: None,
            origins: Vec::new(),
            access_token_seconds: 15 * 60,
            refresh_token_seconds: REFRESH_TOKEN_DAYS * DAY_S,
            auth_requests_per_minute: 120,
            requests_per_minute: 1_200,
            connections: 512,
            behind_proxy: false,
            client_version_min: None,
            password_cost: PasswordCost::default(),
            push: PushConfig::default(),
            app: AppConfig::default(),
        }
    }
}

impl Default for PushConfig {
    fn default() -> Self {
        Self {
            enabled: true,
            contact: None,
            private_addresses: false,
        }
    }
}

impl Default for PasswordCost {
    /// OWASP's recommendation for argon2id: 19 MiB and two passes.
    fn default() -> Self {
        Self {
            memory_kib: 19 * 1024,
            passes: 2,
        }
    }
}

impl Default for AppConfig {
    fn default() -> Self {
        Self {
            backend_base_url: String::new(),
            sync_interval_seconds: 30,
            mode_default: "device".to_owned(),
            help_lines: Vec::new(),
        }
    }
}

impl Config {
    /// The document at `/config.json`.
    pub fn for_app(&self) -> Value {
        json!({
            "backend_base_url": self.app.backend_base_url,
            "api_key": self.api_key.as_ref().map_or("", Secret::expose),
            "profile": "extended",
            "sync_interval_seconds": self.app.sync_interval_seconds,
            "mode_default": self.app.mode_default,
            "help_lines": self.app.help_lines,
        })
    }
}

impl std::str::FromStr for ClientVersion {
    type Err = &'static str;

    /// Numbers with dots; what follows a `-` or `+` is left out.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let numbers = text.split(['-', '+']).next().unwrap_or_default();
        let mut parts = numbers
            .split('.')
            .map(str::parse)
            .collect::<Result<Vec<u64>, _>>()
            .map_err(|_| "not a version")?;
        // 1.4 and 1.4.0 are one version.
        while parts.last() == Some(&0) {
            parts.pop();
        }
        Ok(Self(parts))
    }
}

#[cfg(test)]
mod tests {
    use super::ClientVersion;

    #[test]
    fn versions_compare_by_number() {
        let version = |text: &str| text.parse::<ClientVersion>().unwrap();
        assert!(version("0.9.10") > version("0.9.9"));
        assert!(version("1") > version("0.99.99"));
        assert_eq!(version("1.4"), version("1.4.0-beta+7"));
        assert!("one".parse::<ClientVersion>().is_err());
    }
}
