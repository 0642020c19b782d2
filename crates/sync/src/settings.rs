//! Settings of a profile: where its events go, how often, and whether at all.
//!
//! Each is a change of the one profile record, in a transaction of its own.

use crate::engine::Engine;
use crate::gate::Gate;
use crate::meta::{self, Adoption, AppMode, Backend, BackendChoice, BackendKind, Profile};
use crate::ports::{Notice, Ports};
use crate::store::{Answers, Mode, Query, Step, StoreError, StoreName, Write};

/// Shortest interval between passes, in seconds.
pub const INTERVAL_S_MIN: u32 = 5;
/// Longest interval between passes, in seconds.
pub const INTERVAL_S_MAX: u32 = 3_600;

/// Why a setting was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Not an address with a host.
    #[error("not an address")]
    NotAnAddress,
    /// Neither https nor on this machine.
    #[error("not https")]
    NotHttps,
    /// Out of [`INTERVAL_S_MIN`] to [`INTERVAL_S_MAX`].
    #[error("out of range")]
    OutOfRange,
    /// The database did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<P: Ports> Engine<P> {
    /// What this database is for.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn profile(&self) -> Result<Profile, StoreError> {
        let bytes = self.meta_bytes(meta::PROFILE).await?;
        meta::from_bytes(bytes.as_deref())
    }

    /// Sets where to send to. Another address is asked anew what it is.
    ///
    /// # Errors
    ///
    /// [`SettingsError`]; nothing was changed.
    pub async fn set_backend(
        &self,
        base_url: &str,
        api_key: &str,
        choice: BackendChoice,
    ) -> Result<(), SettingsError> {
        let base_url = checked_url(base_url)?;
        let api_key = api_key.trim().to_owned();
        self.change_profile(true, move |profile| {
            let same = profile.backend.base_url == base_url;
            let kind = profile.backend.kind.filter(|_| same);
            let kind = match (choice, kind) {
                // The account's events go to its own server only: the next pass asks which one this is.
                _ if !same && profile.account.is_some() => None,
                (BackendChoice::Auto, kind) => kind,
                // Once extended, never basic again.
                (BackendChoice::Basic, kind) => kind.or(Some(BackendKind::Basic)),
                (BackendChoice::Extended, _) => Some(BackendKind::Extended),
            };
            let features = profile.backend.features.take().filter(|_| same);
            let epoch = profile.backend.epoch.take().filter(|_| same);
            profile.backend = Backend {
                base_url: base_url.clone(),
                api_key: api_key.clone(),
                choice,
                kind,
                features,
                epoch,
            };
        })
        .await?;
        Ok(())
    }

    /// Sets how often a pass runs.
    ///
    /// # Errors
    ///
    /// [`SettingsError::OutOfRange`] or the database's.
    pub async fn set_interval(&self, seconds: u32) -> Result<(), SettingsError> {
        if !(INTERVAL_S_MIN..=INTERVAL_S_MAX).contains(&seconds) {
            return Err(SettingsError::OutOfRange);
        }
        self.change_profile(false, move |profile| profile.interval_s = seconds)
            .await?;
        Ok(())
    }

    /// Turns sync off or on. Off makes and sends no events and keeps everything else; on gives an event to each entity
    /// that differs from what its events lead to.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn set_mode(&self, mode: AppMode) -> Result<(), StoreError> {
        self.change_profile(false, move |profile| {
            let turned_on = profile.mode == AppMode::Device && mode == AppMode::Synced;
            profile.mode = mode;
            if turned_on && profile.account.is_some() {
                profile.adoption = Some(Adoption::default());
            }
        })
        .await
    }

    /// Changes the profile in one transaction; opens the gate if what stood behind it may have changed.
    pub(crate) async fn change_profile(
        &self,
        open_gate: bool,
        mut change: impl FnMut(&mut Profile),
    ) -> Result<(), StoreError> {
        let program = |mut answers: Answers| {
            if answers.is_empty() {
                return Step::Read(vec![Query::Meta(meta::PROFILE.to_owned())]);
            }
            match meta::from_bytes::<Profile>(answers.take_bytes().as_deref()) {
                Ok(mut profile) => {
                    change(&mut profile);
                    let mut writes = vec![Write::PutMeta(
                        meta::PROFILE.to_owned(),
                        meta::to_bytes(&profile),
                    )];
                    if open_gate {
                        writes.push(Write::PutMeta(
                            meta::GATE.to_owned(),
                            meta::to_bytes(&Gate::default()),
                        ));
                    }
                    Step::Write(writes, Ok(()))
                }
                Err(error) => Step::Write(Vec::new(), Err(error)),
            }
        };
        self.transact(Mode::Strict, &[StoreName::Meta], program)
            .await??;
        self.notify(&Notice::Status);
        Ok(())
    }
}

/// A backend's address without a slash at its end: https, or http on this machine.
fn checked_url(text: &str) -> Result<String, SettingsError> {
    let text = text.trim().trim_end_matches('/');
    let (scheme, rest) = text.split_once("://").ok_or(SettingsError::NotAnAddress)?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let odd = |c: char| c.is_whitespace() || c.is_control() || c == '@' || c == '\\';
    if authority.is_empty() || text.contains(odd) || rest.contains(['?', '#']) {
        return Err(SettingsError::NotAnAddress);
    }
    let host = match authority.strip_prefix('[') {
        Some(ipv6) => ipv6.split(']').next().unwrap_or_default(),
        None => authority
            .rsplit_once(':')
            .map_or(authority, |(host, _)| host),
    };
    let host = host.to_ascii_lowercase();
    let here =
        matches!(host.as_str(), "localhost" | "127.0.0.1" | "::1") || host.ends_with(".localhost");
    match scheme.to_ascii_lowercase().as_str() {
        "https" => Ok(text.to_owned()),
        "http" if here => Ok(text.to_owned()),
        "http" => Err(SettingsError::NotHttps),
        _ => Err(SettingsError::NotAnAddress),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backend_is_https_or_on_this_machine() {
        for good in [
            "https://lume.example",
            "https://lume.example/base/",
            "http://localhost:8080",
            "http://[::1]:1",
        ] {
            assert!(checked_url(good).is_ok(), "{good}");
        }
        for plain in [
            "http://lume.example",
            "http://localhost.example",
            "http://10.0.0.1:8080",
        ] {
            assert_eq!(checked_url(plain), Err(SettingsError::NotHttps), "{plain}");
        }
        for bad in [
            "",
            "lume.example",
            "ftp://lume.example",
            "https://",
            "https://a b",
            "https://u@lume.example",
            "https://a/?x",
        ] {
            assert_eq!(checked_url(bad), Err(SettingsError::NotAnAddress), "{bad}");
        }
    }

    #[test]
    fn a_slash_at_the_end_does_not_make_another_backend() {
        assert_eq!(
            checked_url(" https://lume.example/ "),
            Ok("https://lume.example".to_owned())
        );
    }
}
