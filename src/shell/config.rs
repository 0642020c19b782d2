//! What the deployment says: `/config.json`, asked for at the start. Without an answer the defaults hold.

use lume_sync::meta::{AppMode, BackendChoice};
use serde::Deserialize;

use crate::shell::fetched;

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
    /// Reads the file's text; `None` if it is something else, such as the page of a host that knows no such file.
    fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

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
    Config::read(&fetched::text(PATH).await?)
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

/// What a host, or whoever has written to it, may answer instead of the file; and the app's other records.
#[cfg(all(test, not(target_arch = "wasm32")))]
mod decoder_tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::Config;
    use crate::model::draft::Draft;
    use crate::shell::prefs::Prefs;

    /// Objects with the names that are read, most values of the wrong sort, and the text then cut or damaged.
    fn texts() -> impl Strategy<Value = String> {
        let names = prop::sample::select(vec![
            "backend_base_url",
            "api_key",
            "profile",
            "sync_interval_seconds",
            "mode_default",
            "help_lines",
            "theme",
            "day_start",
            "holding",
            "lost",
            "labels",
            "associations",
            "note",
            "when",
        ]);
        let leaf = prop_oneof![
            prop::sample::select(vec![
                json!(null),
                json!(true),
                json!(0),
                json!(-1),
                json!(u64::MAX),
                json!(1e308),
                json!("auto"),
                json!("device"),
                json!("dark"),
                json!("04:00"),
                json!("2025-02-30T25:61"),
                json!("https://lume.example"),
                json!([]),
                json!({}),
            ]),
            "\\PC{0,20}".prop_map(Value::from),
        ];
        let value = leaf.prop_recursive(3, 12, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-z_]{0,8}", inner, 0..4)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        });
        let objects = prop::collection::btree_map(names, value, 0..6).prop_map(|fields| {
            let fields = fields
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value));
            Value::Object(fields.collect()).to_string()
        });
        let objects = objects.boxed();
        let damaged = (objects.clone(), any::<prop::sample::Index>(), any::<char>()).prop_map(
            |(text, place, other)| {
                let place = place.index(text.chars().count());
                let kept = text.chars().take(place).chain([other]);
                kept.chain(text.chars().skip(place + 1)).collect()
            },
        );
        prop_oneof![4 => objects, 2 => damaged, 1 => "\\PC{0,60}"]
    }

    proptest! {
        #[test]
        fn the_deployments_file_and_the_apps_records_are_read_or_left(text in texts()) {
            if let Some(config) = Config::read(&text) {
                prop_assert!(!config.base_url("https://lume.example").trim().is_empty());
            }
            let prefs = serde_json::from_str::<Prefs>(&text);
            if let Ok(prefs) = prefs {
                let again = serde_json::to_string(&prefs).expect("what was read can be written");
                prop_assert!(serde_json::from_str::<Prefs>(&again).expect("it is the same") == prefs);
            }
            if let Ok(draft) = serde_json::from_str::<Draft>(&text) {
                let again = serde_json::to_string(&draft).expect("what was read can be written");
                prop_assert!(serde_json::from_str::<Draft>(&again).expect("it is the same") == draft);
            }
        }
    }
}
