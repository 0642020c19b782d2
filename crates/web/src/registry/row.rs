//! A profile's line in the registry.

use lume_core::ids::UserId;
use lume_sync::store::StoreError;
use wasm_bindgen::JsValue;

use crate::js;

/// Names an account wherever it is reached from: not by address, which may change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountKey {
    /// The server's own id; a basic backend's origin.
    pub server_id: String,
    /// The account's id there.
    pub user_id: UserId,
}

/// One profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileEntry {
    /// The name of its database.
    pub name: String,
    /// Whose entries it holds; `None` are the device's own.
    pub account: Option<AccountKey>,
    /// Whether it waits for its account to sign in again.
    pub hidden: bool,
    /// Whether it is being deleted.
    pub(super) erasing: bool,
}

pub(super) fn profile_to_js(profile: &ProfileEntry) -> JsValue {
    let row = js::object(&[
        ("name", profile.name.as_str().into()),
        ("hidden", u32::from(profile.hidden).into()),
        ("erasing", u32::from(profile.erasing).into()),
    ]);
    if let Some(account) = &profile.account {
        js::set(&row, "server_id", &account.server_id.as_str().into());
        js::set(&row, "user_id", &account.user_id.to_string().into());
    }
    row.into()
}

pub(super) fn profile_from_js(row: &JsValue) -> Result<ProfileEntry, StoreError> {
    let text = |name: &str| js::property(row, name).and_then(|value| value.as_string());
    let flag = |name: &str| js::property(row, name).is_some_and(|value| value.is_truthy());
    let account = match text("server_id") {
        Some(server_id) => Some(AccountKey {
            server_id,
            user_id: text("user_id")
                .and_then(|id| id.parse().ok())
                .ok_or_else(|| corrupt("user_id"))?,
        }),
        None => None,
    };
    Ok(ProfileEntry {
        name: text("name").ok_or_else(|| corrupt("name"))?,
        account,
        hidden: flag("hidden"),
        erasing: flag("erasing"),
    })
}

fn corrupt(name: &str) -> StoreError {
    StoreError::Corrupt(format!("profiles.{name}"))
}
