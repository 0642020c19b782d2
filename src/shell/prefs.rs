//! What belongs to the device rather than to an account: theme, language, when a day begins.
//!
//! Kept in local storage: it is needed before the database is open, and nothing is lost with it.

use js_sys::Reflect;
use lume_core::day::DayStart;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::shell::page;

/// The name of the record.
const KEY: &str = "lume.prefs";

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Theme {
    /// As the device has it.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// Its word in the record and in the page.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// On which day a week starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum WeekStart {
    /// As where the person lives.
    #[default]
    Place,
    /// Monday.
    Monday,
    /// Saturday.
    Saturday,
    /// Sunday.
    Sunday,
}

impl WeekStart {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [Self::Place, Self::Monday, Self::Saturday, Self::Sunday];

    /// Its word in the record.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Place => "place",
            Self::Monday => "monday",
            Self::Saturday => "saturday",
            Self::Sunday => "sunday",
        }
    }

    /// The day, 1 for Monday to 7 for Sunday, where it was chosen.
    pub(crate) const fn day(self) -> Option<u8> {
        match self {
            Self::Place => None,
            Self::Monday => Some(1),
            Self::Saturday => Some(6),
            Self::Sunday => Some(7),
        }
    }
}

/// What the databases of this browser hold, as far as it is known without them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Holding {
    /// Nothing that anybody would miss.
    #[default]
    Nothing,
    /// Entries, on this device alone.
    Entries,
    /// An account's entries, which are at its backend too once they are sent.
    Account,
}

/// The record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a choice or a fact of its own"
)]
pub(crate) struct Prefs {
    /// Light or dark.
    pub(crate) theme: Theme,
    /// The tag of the chosen language; none is as the device has it.
    pub(crate) language: Option<String>,
    /// When a day begins.
    pub(crate) day_start: DayStart,
    /// On which day a week starts.
    pub(crate) week_start: WeekStart,
    /// Whether the browser was asked to keep the data.
    pub(crate) asked_to_keep: bool,
    /// Whether keys pick no mood.
    pub(crate) mood_keys_off: bool,
    /// Whether installing was offered.
    pub(crate) install_offered: bool,
    /// Whether somebody has signed in here before.
    pub(crate) has_signed_in: bool,
    /// What is kept here: what is gone if the databases are.
    pub(crate) holding: Holding,
    /// What the browser has removed, until the person has taken note of it.
    pub(crate) lost: Holding,
    /// What is kept of reminders, read by the rest of the app only (src/shell/reminders/choice.rs); none was ever chosen.
    pub(crate) reminders: Option<Value>,
}

impl Prefs {
    /// Reads the record; one that is missing or broken is the default.
    pub(crate) fn load() -> Self {
        Self::stored().unwrap_or_default()
    }

    /// The record, if there is one that can be read.
    pub(crate) fn stored() -> Option<Self> {
        let text = storage()?.get_item(KEY).ok().flatten()?;
        serde_json::from_str(&text).ok()
    }

    /// Writes the record. Where nothing can be stored it lasts until the page is closed.
    pub(crate) fn store(&self) {
        if let (Some(storage), Ok(text)) = (storage(), serde_json::to_string(self)) {
            drop(storage.set_item(KEY, &text));
        }
    }

    /// Notes that something is kept here now.
    pub(crate) fn hold(&mut self, holding: Holding) {
        if self.holding != Holding::Account {
            self.holding = holding;
        }
    }

    /// Notes that the browser has removed everything that was kept here.
    pub(crate) fn lose(&mut self) {
        let lost = std::mem::take(&mut self.holding);
        if lost != Holding::Nothing {
            self.lost = lost;
            // There will be something to keep again.
            self.asked_to_keep = false;
        }
    }
}

/// Calls with what another tab has written, whenever one has.
pub(crate) fn on_written_elsewhere(call: impl Fn(Prefs) + 'static) {
    page::on_event("storage", move |event| {
        let key = Reflect::get(&event, &"key".into()).ok();
        let is_ours = key.and_then(|key| key.as_string()).as_deref() == Some(KEY);
        if let Some(prefs) = Prefs::stored().filter(|_| is_ours) {
            call(prefs);
        }
    });
}

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::{Holding, Prefs, Theme, WeekStart};

    #[test]
    fn what_was_kept_is_told_as_lost_once_and_an_account_is_not_forgotten_over_entries() {
        let mut prefs = Prefs::default();
        prefs.lose();
        assert_eq!(prefs, Prefs::default(), "an empty app has lost nothing");

        prefs.hold(Holding::Account);
        prefs.hold(Holding::Entries);
        prefs.lose();
        assert_eq!(prefs.lost, Holding::Account);
        prefs.lost = Holding::Nothing;
        prefs.lose();
        assert_eq!(prefs.lost, Holding::Nothing);
    }

    #[test]
    fn a_record_of_another_version_keeps_what_is_known() {
        let prefs: Prefs =
            serde_json::from_str(r#"{"theme":"dark","later":[1]}"#).expect("it is valid");

        assert_eq!(
            prefs,
            Prefs {
                theme: Theme::Dark,
                ..Prefs::default()
            }
        );
    }

    #[test]
    fn a_choice_is_written_as_its_code() {
        for theme in Theme::ALL {
            assert_eq!(
                serde_json::to_string(&theme).expect("it is a word"),
                format!("\"{}\"", theme.code())
            );
        }
        for start in WeekStart::ALL {
            assert_eq!(
                serde_json::to_string(&start).expect("it is a word"),
                format!("\"{}\"", start.code())
            );
        }
    }
}
