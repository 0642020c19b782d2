//! What a device keeps of reminders among its choices ([`Prefs`]).
//!
//! The choices are read before the first screen is there, which has no use for this part of them: there it is any JSON, and
//! here, in the rest of the app, it gets its shape.

use lume_core::ids::UserId;
use lume_core::reminder::Schedule;
use lume_core::time::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::shell::prefs::Prefs;

/// What is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Choice {
    /// When the person is reminded; none was chosen yet.
    #[serde(deserialize_with = "readable")]
    pub(super) schedule: Option<Schedule>,
    /// Whether that was changed here since the account's backend was told.
    pub(super) unsent: bool,
    /// The account that the change is for; none if it was made on a device by itself.
    #[serde(deserialize_with = "readable")]
    pub(super) unsent_for: Option<UserId>,
    /// The account whose backend has been told where this browser takes pushes.
    #[serde(deserialize_with = "readable")]
    pub(super) subscribed: Option<UserId>,
    /// The last reminder that one of this browser's tabs has taken.
    #[serde(deserialize_with = "readable")]
    pub(super) given_at: Option<Timestamp>,
}

impl Choice {
    /// What is kept; nothing where that can't be read.
    pub(super) fn of(prefs: &Prefs) -> Self {
        let kept = prefs.reminders.as_ref();
        kept.and_then(|kept| Self::deserialize(kept).ok())
            .unwrap_or_default()
    }

    /// Whether this account's backend is still to be told what was changed here: nothing but what was changed for it.
    pub(super) fn is_owed_to(&self, account: Option<UserId>) -> bool {
        self.unsent && account.is_some() && self.unsent_for == account
    }

    /// Whether this account's backend pushes to this browser, as far as is known here.
    pub(super) fn is_subscribed(&self, account: Option<UserId>) -> bool {
        account.is_some() && self.subscribed == account
    }

    /// Changes what is kept.
    pub(super) fn change(prefs: &mut Prefs, change: impl FnOnce(&mut Self)) {
        let mut choice = Self::of(prefs);
        change(&mut choice);
        prefs.reminders = serde_json::to_value(choice).ok();
    }
}

/// What another version has written so that it can't be read is as if it were not there, and takes nothing else with it.
fn readable<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let value = Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_again() {
        let zone = "Europe/Berlin".parse().expect("it is a zone's name");
        let mut prefs = Prefs::default();
        assert_eq!(Choice::of(&prefs), Choice::default());

        Choice::change(&mut prefs, |choice| {
            choice.schedule = Some(Schedule::off(zone));
        });
        Choice::change(&mut prefs, |choice| choice.unsent = true);

        let text = serde_json::to_string(&prefs).expect("it is JSON");
        let again: Prefs = serde_json::from_str(&text).expect("it is valid");
        let choice = Choice::of(&again);
        assert!(choice.schedule.is_some() && choice.unsent);
    }

    #[test]
    fn a_change_is_owed_to_the_account_that_it_was_made_for_and_to_no_other() {
        let [one, other] = [[1; 16], [2; 16]].map(UserId::from_random_bytes);
        let mut prefs = Prefs::default();
        Choice::change(&mut prefs, |choice| choice.unsent = true);
        let alone = Choice::of(&prefs);
        assert!(!alone.is_owed_to(None) && !alone.is_owed_to(Some(one)));

        Choice::change(&mut prefs, |choice| choice.unsent_for = Some(one));
        let choice = Choice::of(&prefs);
        assert!(choice.is_owed_to(Some(one)));
        assert!(!choice.is_owed_to(Some(other)));
        assert!(!choice.is_owed_to(None));

        Choice::change(&mut prefs, |choice| choice.unsent = false);
        assert!(!Choice::of(&prefs).is_owed_to(Some(one)));
    }

    #[test]
    fn a_browser_is_subscribed_for_the_account_that_it_was_and_for_no_other() {
        let [one, other] = [[1; 16], [2; 16]].map(UserId::from_random_bytes);
        let mut prefs = Prefs::default();
        assert!(!Choice::of(&prefs).is_subscribed(None));

        Choice::change(&mut prefs, |choice| choice.subscribed = Some(one));

        let choice = Choice::of(&prefs);
        assert!(choice.is_subscribed(Some(one)));
        assert!(!choice.is_subscribed(Some(other)));
        assert!(!choice.is_subscribed(None));
    }

    #[test]
    fn a_schedule_of_another_version_is_none_and_takes_nothing_else_with_it() {
        let prefs: Prefs =
            serde_json::from_str(r#"{"reminders":{"schedule":{"every":"hour"},"unsent":true}}"#)
                .expect("it is valid");

        assert_eq!(
            Choice::of(&prefs),
            Choice {
                unsent: true,
                ..Choice::default()
            }
        );
    }
}
