//! What the deployment says: `/config.json`, asked for at the start. Without an answer the defaults hold.

use lume_sync::meta::{AppMode, BackendChoice};
use serde::Deserialize;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

/// Where the file is.
const PATH: &str = "/config.json";

/// The file's content. Fields that this version does not know are passed over.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Config {
    /// The backend's address; empty is this site's own.
    pub(crate) backend_base_url: String,
    /// Sent as `X-API-Key`; may be empty.
    pub(crate) api_key: String,
    /// What the backend can do.
    pub(crate) profile: BackendChoice,
    /// How often a pass runs, in seconds.
    pub(crate) sync_interval_seconds: u32,
    /// What a new device is offered first.
    pub(crate) mode_default: AppMode,
    /// Whom to talk to, one a line; shown at the lowest moods.
    pub(crate) help_lines: Vec<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            backend_base_url: String::new(),
            api_key: String::new(),
            profile: BackendChoice::default(),
            sync_interval_seconds: lume_sync::limits::SYNC_INTERVAL_S,
            mode_default: AppMode::default(),
            help_lines: Vec::new(),
        }
    }
}

impl Config {
    /// The backend's address, this site's own filled in.
    pub(crate) fn base_url(&self, origin: &str) -> String {
        if self.backend_base_url.trim().is_empty() {
            origin.to_owned()
        } else {
            self.backend_base_url.clone()
        }
    }
}

/// Asks for the file; `None` if there is no answer that can be read.
pub(crate) async fn fetch() -> Option<Config> {
    let window = web_sys::window()?;
    let answer = JsFuture::from(window.fetch_with_str(PATH)).await.ok()?;
    let answer: web_sys::Response = answer.dyn_into().ok()?;
    if !answer.ok() {
        return None;
    }
    let text = JsFuture::from(answer.text().ok()?)
        .await
        .ok()?
        .as_string()?;
    serde_json::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::Config;

    #[test]
    fn an_empty_address_is_this_sites_own() {
        let config: Config =
            serde_json::from_str(r#"{"backend_base_url":"","api_key":"k","later":1}"#)
                .expect("it is valid");

        assert_eq!(
            config.base_url("https://lume.example"),
            "https://lume.example"
        );
        assert_eq!(config.api_key, "k");
        assert_eq!(config.sync_interval_seconds, 30);
    }
}
