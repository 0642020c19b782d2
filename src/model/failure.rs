//! What a person is told when something fails: what happened, what it means for the data, what can be done.

use lume_sync::account::{AuthError, SettingsError};
use lume_sync::kept::KeptError;
use lume_sync::{CommitError, StoreError};

use crate::i18n::t;

/// The name of the field in which a password is asked again.
pub(crate) const CURRENT_PASSWORD: &str = "current_password";

/// A failure in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Failure {
    /// What happened.
    pub(crate) what: String,
    /// What it means for the data.
    pub(crate) means: String,
    /// What can be done.
    pub(crate) remedy: String,
    /// Fields with what is wrong with each, in words.
    pub(crate) fields: Vec<(String, String)>,
}

impl Failure {
    /// A failure in these words.
    pub(crate) fn new(
        what: impl Into<String>,
        means: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            what: what.into(),
            means: means.into(),
            remedy: remedy.into(),
            fields: Vec::new(),
        }
    }

    /// What is wrong with a field.
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        self.fields
            .iter()
            .find(|(field, _)| field == name)
            .map(|(_, words)| words.clone())
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Failure {}

/// The rest of the app could not be fetched.
pub(crate) fn of_rest() -> Failure {
    Failure::new(
        t::failure::rest(),
        t::failure::kept_all(),
        t::failure::rest_do(),
    )
}

/// A save that did not happen.
pub(crate) fn of_commit(error: &CommitError) -> Failure {
    match error {
        CommitError::Full => Failure::new(
            t::failure::full(),
            t::failure::nothing_saved(),
            t::failure::full_do(),
        ),
        CommitError::Missing => Failure::new(
            t::failure::missing(),
            t::failure::kept_form(),
            t::failure::missing_do(),
        ),
        CommitError::Exists => Failure::new(
            t::failure::exists(),
            t::failure::kept_form(),
            t::failure::exists_do(),
        ),
        CommitError::Store(error) => of_commit_store(error),
    }
}

/// A save that the database did not do, or of which it did not say whether it did.
fn of_commit_store(error: &StoreError) -> Failure {
    let (what, means, remedy) = match error {
        StoreError::Full => (
            t::failure::full(),
            t::failure::nothing_saved(),
            t::failure::full_do(),
        ),
        StoreError::Newer => (
            t::failure::updated(),
            t::failure::nothing_saved(),
            t::failure::updated_do(),
        ),
        StoreError::Blocked => (
            t::failure::held(),
            t::failure::nothing_saved(),
            t::failure::held_do(),
        ),
        StoreError::Locked => (
            t::lock::title(),
            t::failure::nothing_saved(),
            t::lock::unlock_do(),
        ),
        StoreError::Unavailable(_) => (
            t::failure::unreachable_database(),
            t::failure::nothing_saved(),
            t::failure::unreachable_database_do(),
        ),
        StoreError::Unknown(_) => (
            t::failure::unknown(),
            t::failure::kept_form(),
            t::failure::unknown_do(),
        ),
        StoreError::Aborted(_) | StoreError::Corrupt(_) => (
            t::failure::not_saved(),
            t::failure::kept_form(),
            t::failure::again_do(),
        ),
    };
    Failure::new(what, means, remedy)
}

/// A list that could not be read.
pub(crate) fn of_reading(_error: &StoreError) -> Failure {
    Failure::new(
        t::failure::read(),
        t::failure::read_means(),
        t::failure::read_do(),
    )
}

/// A list of what the backend keeps that could not be shown.
pub(crate) fn of_kept(error: &KeptError) -> Failure {
    match error {
        KeptError::SignedOut => Failure::new(
            t::failure::signed_out(),
            t::failure::kept_there(),
            t::failure::signed_out_do(),
        ),
        KeptError::NotOffered => Failure::new(
            t::failure::not_offered(),
            t::failure::not_offered_means(),
            t::failure::not_offered_do(),
        ),
        KeptError::Missing => Failure::new(
            t::failure::not_there(),
            t::failure::not_there_means(),
            t::failure::not_there_do(),
        ),
        KeptError::Unreachable => Failure::new(
            t::failure::no_answer(),
            t::failure::kept_there(),
            t::failure::no_answer_do(),
        ),
        KeptError::Store(error) => of_reading(error),
    }
}

/// The words for what is wrong with a field, by its code.
pub(crate) fn field_words(code: &str) -> &'static str {
    match code {
        "required" => t::invalid::required(),
        "too_long" | "too_many" => t::invalid::too_long(),
        "too_short" => t::invalid::too_short(),
        "out_of_range" => t::invalid::out_of_range(),
        "in_the_future" => t::invalid::in_the_future(),
        "inconsistent" => t::invalid::inconsistent(),
        "taken" => t::invalid::taken(),
        "wrong" => t::invalid::wrong(),
        "too_common" => t::invalid::too_common(),
        _ => t::invalid::invalid(),
    }
}

/// A setting that was not kept.
pub(crate) fn of_setting(error: &SettingsError) -> Failure {
    let nothing_sent = t::failure::nothing_sent();
    match error {
        SettingsError::NotAnAddress => Failure::new(
            t::failure::bad_address(),
            nothing_sent,
            t::failure::bad_address_do(),
        ),
        SettingsError::NotHttps => Failure::new(
            t::failure::not_secure(),
            nothing_sent,
            t::failure::not_secure_do(),
        ),
        SettingsError::OutOfRange => Failure::new(
            t::failure::settings(),
            t::failure::kept_all(),
            t::settings::interval_bad(),
        ),
        SettingsError::Store(error) => of_setting_store(error),
    }
}

/// A setting that the database did not keep.
pub(crate) fn of_setting_store(_error: &StoreError) -> Failure {
    Failure::new(
        t::failure::settings(),
        t::failure::kept_all(),
        t::failure::settings_do(),
    )
}

/// An erasure that is not complete.
pub(crate) fn of_erasing(error: &StoreError) -> Failure {
    match error {
        StoreError::Blocked => Failure::new(
            t::failure::erase_held(),
            t::failure::erase_rest(),
            t::failure::erase_held_do(),
        ),
        StoreError::Full
        | StoreError::Aborted(_)
        | StoreError::Unknown(_)
        | StoreError::Unavailable(_)
        | StoreError::Newer
        | StoreError::Locked
        | StoreError::Corrupt(_) => Failure::new(
            t::failure::erase(),
            t::failure::erase_rest(),
            t::failure::erase_do(),
        ),
    }
}

/// Signing in or registering that did not work.
pub(crate) fn of_auth(error: &AuthError) -> Failure {
    let kept = t::failure::kept_all();
    let failure = |what: &str, remedy: &str| Failure::new(what, kept, remedy);
    match error {
        AuthError::NoBackend => failure(t::failure::no_backend(), t::failure::no_backend_do()),
        AuthError::Unreachable | AuthError::Refused => {
            failure(t::failure::unreachable(), t::failure::unreachable_do())
        }
        AuthError::NotABackend => {
            failure(t::failure::not_a_backend(), t::failure::not_a_backend_do())
        }
        AuthError::ApiKey => failure(t::failure::api_key(), t::failure::api_key_do()),
        AuthError::SignedOut => failure(t::failure::signed_out(), t::failure::signed_out_do()),
        AuthError::WrongPassword => failure(
            t::failure::wrong_password(),
            t::failure::wrong_password_do(),
        ),
        AuthError::EmailTaken => failure(t::failure::email_taken(), t::failure::email_taken_do()),
        AuthError::TooYoung => failure(t::failure::too_young(), t::failure::too_young_do()),
        AuthError::Fields(fields) => of_fields(
            fields
                .iter()
                .map(|(name, code)| (name.as_str(), code.as_str())),
        ),
        AuthError::RateLimited { wait_s } => failure(
            t::failure::rate_limited(),
            &t::failure::rate_limited_do(&wait_words(*wait_s)),
        ),
        AuthError::Upgrade => failure(t::failure::unsupported(), t::failure::unsupported_do()),
        AuthError::Failed(_) => failure(t::failure::server(), t::failure::server_do()),
        AuthError::NoVault => failure(t::failure::vault(), t::failure::vault_do()),
        AuthError::OtherAccount => {
            failure(t::failure::other_account(), t::failure::other_account_do())
        }
        AuthError::Store(_) => failure(t::failure::settings(), t::failure::settings_do()),
    }
}

/// Why a password that was asked again did not do: it is not wrong for want of an address here.
pub(crate) fn of_own_account(error: &AuthError) -> Failure {
    if *error == AuthError::WrongPassword {
        of_fields([(CURRENT_PASSWORD, "wrong")].into_iter())
    } else {
        of_auth(error)
    }
}

/// Fields with codes, as one failure.
pub(crate) fn of_fields<'a>(fields: impl Iterator<Item = (&'a str, &'a str)>) -> Failure {
    let fields = fields
        .map(|(name, code)| (name.to_owned(), field_words(code).to_owned()))
        .collect();
    Failure {
        fields,
        ..Failure::new(
            t::failure::fields(),
            t::failure::kept_all(),
            t::failure::fields_do(),
        )
    }
}

fn wait_words(seconds: u64) -> String {
    if seconds < 90 {
        t::failure::wait_seconds(seconds)
    } else {
        t::failure::wait_minutes(seconds.div_ceil(60))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_says_what_it_means_and_what_to_do() {
        let errors = [
            AuthError::NoBackend,
            AuthError::Unreachable,
            AuthError::Refused,
            AuthError::NotABackend,
            AuthError::ApiKey,
            AuthError::WrongPassword,
            AuthError::EmailTaken,
            AuthError::TooYoung,
            AuthError::Fields(Vec::new()),
            AuthError::RateLimited { wait_s: 30 },
            AuthError::Upgrade,
            AuthError::Failed(500),
            AuthError::NoVault,
            AuthError::OtherAccount,
            AuthError::Store(StoreError::Full),
        ];
        for error in errors {
            let failure = of_auth(&error);
            assert!(
                !failure.what.is_empty() && !failure.means.is_empty() && !failure.remedy.is_empty(),
                "{error:?}"
            );
        }
    }

    #[test]
    fn a_wait_is_told_in_seconds_or_minutes() {
        assert!(
            of_auth(&AuthError::RateLimited { wait_s: 30 })
                .remedy
                .contains("30 seconds")
        );
        assert!(
            of_auth(&AuthError::RateLimited { wait_s: 600 })
                .remedy
                .contains("10 minutes")
        );
    }

    #[test]
    fn refused_fields_are_told_by_name() {
        let failure = of_auth(&AuthError::Fields(vec![(
            "password".to_owned(),
            "too_short".to_owned(),
        )]));

        assert_eq!(
            failure.field("password").as_deref(),
            Some(t::invalid::too_short())
        );
        assert_eq!(failure.field("email"), None);
    }
}
