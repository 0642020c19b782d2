//! The small database that knows the profiles of this device.
//!
//! Each profile has a database of its own, `lume:<random>`. A profile begins as the device's; signing in binds it to
//! an account, or another one is opened for the account. Nothing is ever copied between them. Signing out hides an
//! account's database until the same account signs in again, and goes back to a device profile.
//!
//! It also holds what belongs to the device rather than to a profile: its id, the key of the token vault, and the app
//! lock.

mod migrations;
mod row;

use js_sys::Array;
use lume_core::ids::{DeviceId, UserId};
use lume_sync::ports::Random;
use lume_sync::sealed::record::LockRecord;
use lume_sync::store::StoreError;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CryptoKey, IdbTransaction};

use crate::idb::{
    Change, Connection, DatabaseNotice, Durability, Handles, WriteTransaction, bytes_from_js,
    bytes_to_js, request,
};
use crate::random::WebRandom;
use crate::{idb, vault};

pub use migrations::{REGISTRY_VERSION, registry_steps};
pub use row::{AccountKey, ProfileEntry};

const PROFILES: &str = "profiles";
const DEVICE: &str = "device";
const CURRENT: &str = "current";
const DEVICE_ID: &str = "device_id";
const VAULT_KEY: &str = "vault_key";
const LOCK: &str = "lock";

/// The profiles of this device.
#[derive(Clone)]
pub struct Registry {
    connection: Connection,
}

impl Registry {
    /// The registry of this origin.
    pub fn new(notice: impl Fn(DatabaseNotice) + 'static) -> Self {
        Self::named("lume", notice)
    }

    /// A registry of another name, apart from the origin's own: for tests.
    pub fn named(name: &str, notice: impl Fn(DatabaseNotice) + 'static) -> Self {
        Self {
            connection: Connection::new(name, registry_steps(), notice),
        }
    }

    /// All profiles, hidden ones too, but none that is being erased.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the registry can't be read.
    pub async fn profiles(&self) -> Result<Vec<ProfileEntry>, StoreError> {
        let tx = self.connection.begin_read(&[PROFILES]).await?;
        all(&tx).await
    }

    /// The profile in use; makes the first one if there is none.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the registry can't be read or written.
    pub async fn current(&self) -> Result<ProfileEntry, StoreError> {
        self.change(|profiles, current| {
            if let Some(profile) = current.and_then(|name| find(&profiles, name)) {
                return Ok(Plan {
                    put: Vec::new(),
                    current: None,
                    output: profile.clone(),
                });
            }
            Ok(self.enter_device_profile(&profiles, Vec::new()))
        })
        .await
    }

    /// Makes a new profile of the device, and leaves the current one as it is.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the registry can't be written.
    pub async fn create(&self) -> Result<ProfileEntry, StoreError> {
        self.change(|_, _| {
            let profile = self.new_profile();
            Ok(Plan {
                put: vec![profile.clone()],
                current: None,
                output: profile,
            })
        })
        .await
    }

    /// Makes a profile the one in use, and shows it again if it was hidden.
    ///
    /// # Errors
    ///
    /// [`StoreError::Aborted`] if there is no such profile; others if the registry can't be read or written.
    pub async fn switch_to(&self, name: &str) -> Result<ProfileEntry, StoreError> {
        self.change(|profiles, _| {
            let profile = ProfileEntry {
                hidden: false,
                ..known(&profiles, name)?.clone()
            };
            Ok(Plan {
                put: vec![profile.clone()],
                current: Some(name.to_owned()),
                output: profile,
            })
        })
        .await
    }

    /// The profile of an account, hidden or not.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the registry can't be read.
    pub async fn find_account(
        &self,
        server_id: &str,
        user_id: UserId,
    ) -> Result<Option<ProfileEntry>, StoreError> {
        let account = AccountKey {
            server_id: server_id.to_owned(),
            user_id,
        };
        Ok(self
            .profiles()
            .await?
            .into_iter()
            .find(|profile| profile.account.as_ref() == Some(&account)))
    }

    /// Binds a profile to an account, for good: its database holds that account's entries from now on.
    ///
    /// # Errors
    ///
    /// [`StoreError::Aborted`] if there is no such profile, if it belongs to another account, or if the account has
    /// another one; others if the registry can't be read or written.
    pub async fn bind(&self, name: &str, account: AccountKey) -> Result<ProfileEntry, StoreError> {
        self.change(|profiles, _| {
            let profile = known(&profiles, name)?;
            if profile
                .account
                .as_ref()
                .is_some_and(|bound| *bound != account)
            {
                return Err(refused("the profile belongs to another account"));
            }
            if profiles
                .iter()
                .any(|other| other.name != name && other.account.as_ref() == Some(&account))
            {
                return Err(refused("the account has another profile"));
            }
            let profile = ProfileEntry {
                account: Some(account.clone()),
                ..profile.clone()
            };
            Ok(Plan {
                put: vec![profile.clone()],
                current: None,
                output: profile,
            })
        })
        .await
    }

    /// Leaves the current profile: an account's is hidden, with everything in it. Goes to the device's own profile, a
    /// new one if there is none, which is the current one from then on.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the registry can't be read or written.
    pub async fn leave_account(&self) -> Result<ProfileEntry, StoreError> {
        self.change(|profiles, current| {
            let left = current
                .and_then(|name| find(&profiles, name))
                .filter(|profile| profile.account.is_some());
            let hidden = left.map(|profile| ProfileEntry {
                hidden: true,
                ..profile.clone()
            });
            Ok(self.enter_device_profile(&profiles, hidden.into_iter().collect()))
        })
        .await
    }

    /// Deletes a profile with its database, for good. If it was the current one, the next [`Registry::current`] finds
    /// or makes another.
    ///
    /// # Errors
    ///
    /// [`StoreError::Blocked`] if another tab holds the database open: it is deleted when that tab is gone, and
    /// [`Registry::finish_erasures`] says so. Others if the registry can't be read or written.
    pub async fn erase(&self, name: &str) -> Result<(), StoreError> {
        self.change(|profiles, _| {
            let profile = ProfileEntry {
                erasing: true,
                ..known(&profiles, name)?.clone()
            };
            Ok(Plan {
                put: vec![profile],
                current: None,
                output: (),
            })
        })
        .await?;
        self.delete(name).await
    }

    /// Deletes what an erasure that was interrupted has left. To be called at the start, before any profile is opened.
    ///
    /// # Errors
    ///
    /// As [`Registry::erase`].
    pub async fn finish_erasures(&self) -> Result<(), StoreError> {
        let tx = self.connection.begin_read(&[PROFILES]).await?;
        let left: Vec<String> = every(&tx)
            .await?
            .into_iter()
            .filter(|profile| profile.erasing)
            .map(|profile| profile.name)
            .collect();
        for name in left {
            self.delete(&name).await?;
        }
        Ok(())
    }

    /// The id of this installation; made at the first call.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the registry can't be read or written.
    pub async fn device_id(&self) -> Result<DeviceId, StoreError> {
        let new = DeviceId::from_random_bytes(WebRandom.bytes()).to_string();
        let id = self.get_or_put(DEVICE_ID, new.into()).await?;
        id.as_string()
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| StoreError::Corrupt("device.device_id".to_owned()))
    }

    /// The key of the token vault, for [`vault::WebVault::new`]; made at the first call. `None` where there is no
    /// WebCrypto.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the registry can't be read or written.
    pub async fn vault_key(&self) -> Result<Option<CryptoKey>, StoreError> {
        let tx = self.connection.begin_read(&[DEVICE]).await?;
        if let Some(key) = setting(&tx, VAULT_KEY)
            .await?
            .and_then(|key| key.dyn_into().ok())
        {
            return Ok(Some(key));
        }
        // Made before the transaction, which would be over when the key is; another tab's may be there by then.
        let Some(new) = vault::generate_key().await else {
            return Ok(None);
        };
        let key = self.get_or_put(VAULT_KEY, new.into()).await?;
        Ok(key.dyn_into().ok())
    }

    /// The app lock, if this device has one.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the registry can't be read, or the lock was set by a newer version.
    pub async fn lock(&self) -> Result<Option<LockRecord>, StoreError> {
        let tx = self.connection.begin_read(&[DEVICE]).await?;
        stored_lock(&tx).await
    }

    /// Changes the app lock: sets one, takes it away, or notes something about it. Gives what `change` gave.
    ///
    /// # Errors
    ///
    /// As [`Registry::lock`], and if the registry can't be written.
    pub async fn change_lock<T>(
        &self,
        change: impl FnOnce(&mut Option<LockRecord>) -> T,
    ) -> Result<T, StoreError> {
        let handles = Handles::default();
        let tx = WriteTransaction::begin(&self.connection, &handles, &[DEVICE], Durability::Strict)
            .await?;
        let mut lock = stored_lock(tx.raw()).await?;
        let output = change(&mut lock);
        let change = match lock {
            Some(lock) => set(LOCK, bytes_to_js(&lock.to_bytes())),
            None => Change::Remove {
                store: DEVICE,
                key: LOCK.into(),
            },
        };
        tx.commit(&[change]).await?;
        Ok(output)
    }

    /// Closes the connection; the next use opens it again.
    pub fn close(&self) {
        self.connection.close();
    }

    async fn delete(&self, name: &str) -> Result<(), StoreError> {
        idb::delete_database(name).await?;
        let handles = Handles::default();
        let tx =
            WriteTransaction::begin(&self.connection, &handles, &[PROFILES], Durability::Strict)
                .await?;
        tx.commit(&[Change::Remove {
            store: PROFILES,
            key: name.into(),
        }])
        .await
    }

    /// Reads all profiles and the current one's name, decides, and writes, in one transaction.
    async fn change<T>(
        &self,
        decide: impl FnOnce(Vec<ProfileEntry>, Option<&str>) -> Result<Plan<T>, StoreError>,
    ) -> Result<T, StoreError> {
        let handles = Handles::default();
        let tx = WriteTransaction::begin(
            &self.connection,
            &handles,
            &[PROFILES, DEVICE],
            Durability::Strict,
        )
        .await?;
        let profiles = all(tx.raw()).await?;
        let current = setting(tx.raw(), CURRENT)
            .await?
            .and_then(|name| name.as_string());
        let plan = decide(profiles, current.as_deref())?;
        let mut changes: Vec<Change> = plan.put.iter().map(put).collect();
        changes.extend(plan.current.map(|name| set(CURRENT, name.into())));
        tx.commit(&changes).await?;
        Ok(plan.output)
    }

    async fn get_or_put(&self, name: &'static str, new: JsValue) -> Result<JsValue, StoreError> {
        let handles = Handles::default();
        let tx = WriteTransaction::begin(&self.connection, &handles, &[DEVICE], Durability::Strict)
            .await?;
        if let Some(known) = setting(tx.raw(), name).await? {
            return Ok(known);
        }
        tx.commit(&[set(name, new.clone())]).await?;
        Ok(new)
    }

    fn enter_device_profile(
        &self,
        profiles: &[ProfileEntry],
        mut put: Vec<ProfileEntry>,
    ) -> Plan<ProfileEntry> {
        let own = profiles
            .iter()
            .find(|profile| profile.account.is_none() && !profile.hidden)
            .cloned();
        let profile = own.unwrap_or_else(|| {
            let new = self.new_profile();
            put.push(new.clone());
            new
        });
        Plan {
            put,
            current: Some(profile.name.clone()),
            output: profile,
        }
    }

    fn new_profile(&self) -> ProfileEntry {
        let random = DeviceId::from_random_bytes(WebRandom.bytes());
        ProfileEntry {
            name: format!("{}:{random}", self.connection.name()),
            account: None,
            hidden: false,
            erasing: false,
        }
    }
}

/// What a change writes, and what it gives once that is committed.
struct Plan<T> {
    put: Vec<ProfileEntry>,
    current: Option<String>,
    output: T,
}

async fn all(tx: &IdbTransaction) -> Result<Vec<ProfileEntry>, StoreError> {
    Ok(every(tx)
        .await?
        .into_iter()
        .filter(|profile| !profile.erasing)
        .collect())
}

async fn every(tx: &IdbTransaction) -> Result<Vec<ProfileEntry>, StoreError> {
    let rows: Array = request::answers(request::object_store(tx, PROFILES)?.get_all()).await?;
    rows.iter().map(|row| row::profile_from_js(&row)).collect()
}

async fn setting(tx: &IdbTransaction, name: &str) -> Result<Option<JsValue>, StoreError> {
    let value = request::answer(request::object_store(tx, DEVICE)?.get(&name.into())).await?;
    Ok(Some(value).filter(|value| !value.is_undefined()))
}

async fn stored_lock(tx: &IdbTransaction) -> Result<Option<LockRecord>, StoreError> {
    let Some(stored) = setting(tx, LOCK).await? else {
        return Ok(None);
    };
    let bytes =
        bytes_from_js(&stored).ok_or_else(|| StoreError::Corrupt("device.lock".to_owned()))?;
    LockRecord::from_bytes(&bytes)
        .map(Some)
        .ok_or(StoreError::Newer)
}

fn put(profile: &ProfileEntry) -> Change {
    Change::Put {
        store: PROFILES,
        key: None,
        value: row::profile_to_js(profile),
    }
}

fn set(name: &str, value: JsValue) -> Change {
    Change::Put {
        store: DEVICE,
        key: Some(name.into()),
        value,
    }
}

fn find<'a>(profiles: &'a [ProfileEntry], name: &str) -> Option<&'a ProfileEntry> {
    profiles.iter().find(|profile| profile.name == name)
}

fn known<'a>(profiles: &'a [ProfileEntry], name: &str) -> Result<&'a ProfileEntry, StoreError> {
    find(profiles, name).ok_or_else(|| refused("there is no such profile"))
}

fn refused(why: &str) -> StoreError {
    StoreError::Aborted(why.to_owned())
}
