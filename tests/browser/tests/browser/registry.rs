//! The profiles of a device.

use lume_core::ids::UserId;
use lume_sync::ports::{Random, Vault};
use lume_sync::store::StoreError;
use lume_web::idb::IdbStore;
use lume_web::random::WebRandom;
use lume_web::registry::{AccountKey, Registry};
use lume_web::vault::WebVault;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::*;

fn registry(name: &str) -> Registry {
    Registry::named(name, |_| {})
}

fn account() -> AccountKey {
    AccountKey {
        server_id: "server".to_owned(),
        user_id: UserId::from_random_bytes(WebRandom.bytes()),
    }
}

#[wasm_bindgen_test]
async fn the_first_start_makes_one_profile_however_many_tabs_start() {
    let name = fresh_name("registry");
    let (one, other) = (registry(&name), registry(&name));

    let (first, second) = futures::future::join(one.current(), other.current()).await;

    let first = first.expect("nothing stands in the way");
    assert_eq!(Ok(&first), second.as_ref());
    assert!(first.name.starts_with(&format!("{name}:")));
    assert_eq!(one.profiles().await, Ok(vec![first]));
    one.close();
    other.close();
    delete(&name).await;
}

#[wasm_bindgen_test]
async fn signing_out_hides_the_accounts_profile_until_it_signs_in_again() {
    let name = fresh_name("registry");
    let registry = registry(&name);
    let account = account();
    let own = registry.current().await.expect("nothing stands in the way");
    let bound = registry
        .bind(&own.name, account.clone())
        .await
        .expect("it is nobody's");

    let device = registry.leave_account().await.expect("it can be written");

    assert_ne!(device.name, bound.name);
    assert_eq!(device.account, None);
    assert_eq!(registry.current().await, Ok(device.clone()));
    let found = registry
        .find_account(&account.server_id, account.user_id)
        .await
        .expect("it can be read")
        .expect("it is kept");
    assert!(found.hidden);
    let back = registry.switch_to(&found.name).await;
    assert_eq!(back, Ok(bound.clone()));
    assert_eq!(registry.current().await, Ok(bound));
    assert_eq!(
        registry.leave_account().await,
        Ok(device),
        "the device's own is found again"
    );
    registry.close();
    delete(&name).await;
}

#[wasm_bindgen_test]
async fn a_profile_is_bound_once_and_an_account_has_one() {
    let name = fresh_name("registry");
    let registry = registry(&name);
    let account_of_first = account();
    let first = registry.create().await.expect("nothing stands in the way");
    let second = registry.create().await.expect("nothing stands in the way");
    let bound = registry.bind(&first.name, account_of_first.clone()).await;

    let again = registry.bind(&first.name, account_of_first.clone()).await;
    let another_account = registry.bind(&first.name, account()).await;
    let another_profile = registry.bind(&second.name, account_of_first).await;

    assert_eq!(again, bound);
    assert!(matches!(another_account, Err(StoreError::Aborted(_))));
    assert!(matches!(another_profile, Err(StoreError::Aborted(_))));
    registry.close();
    delete(&name).await;
}

#[wasm_bindgen_test]
async fn erasing_deletes_the_database_and_the_line() {
    let name = fresh_name("registry");
    let registry = registry(&name);
    let profile = registry.current().await.expect("nothing stands in the way");
    let store = IdbStore::new(&profile.name, |_| {});
    store.connection().ready().await.expect("it can be opened");

    registry
        .erase(&profile.name)
        .await
        .expect("the open store makes way");

    assert_eq!(registry.profiles().await, Ok(Vec::new()));
    let names = js_wait("indexedDB.databases().then(list => list.map(db => db.name))").await;
    let names = js_sys::Array::from(&names);
    assert!(!names.includes(&profile.name.as_str().into(), 0));
    let next = registry.current().await.expect("nothing stands in the way");
    assert_ne!(next.name, profile.name);
    registry.close();
    delete(&name).await;
}

#[wasm_bindgen_test]
async fn an_erasure_that_was_interrupted_is_finished_later() {
    let name = fresh_name("registry");
    let registry = registry(&name);
    let profile = registry.current().await.expect("nothing stands in the way");
    js_wait(&format!(
        "new Promise(done => {{ const open = indexedDB.open('{name}'); \
         open.onsuccess = () => {{ const db = open.result; \
         const tx = db.transaction('profiles', 'readwrite'); \
         tx.objectStore('profiles').put({{ name: '{}', hidden: 0, erasing: 1 }}); \
         tx.oncomplete = () => {{ db.close(); done(); }}; }}; }})",
        profile.name
    ))
    .await;
    assert_eq!(registry.profiles().await, Ok(Vec::new()));

    registry.finish_erasures().await.expect("nobody holds it");

    let rows = js_wait(&format!(
        "new Promise(done => {{ const open = indexedDB.open('{name}'); \
         open.onsuccess = () => {{ const db = open.result; \
         const count = db.transaction('profiles').objectStore('profiles').count(); \
         count.onsuccess = () => {{ db.close(); done(count.result); }}; }}; }})"
    ))
    .await;
    assert_eq!(rows, 0);
    registry.close();
    delete(&name).await;
}

#[wasm_bindgen_test]
async fn the_devices_id_stays() {
    let name = fresh_name("registry");
    let (one, other) = (registry(&name), registry(&name));

    let (first, second) = futures::future::join(one.device_id(), other.device_id()).await;

    assert!(first.is_ok());
    assert_eq!(first, second);
    one.close();
    other.close();
    delete(&name).await;
}

#[wasm_bindgen_test]
async fn the_vaults_key_outlives_the_page_and_cannot_leave_it() {
    let name = fresh_name("registry");
    let before = registry(&name);
    let key = before.vault_key().await.expect("it can be written");
    assert!(!key.as_ref().expect("this is a secure place").extractable());
    let sealed = WebVault::new(key).seal(b"token").await;
    let sealed = sealed.expect("there is a key");
    before.close();
    let after = registry(&name);

    let vault = WebVault::new(after.vault_key().await.expect("it can be read"));

    assert_eq!(
        vault.open(&sealed).await.as_deref(),
        Some(b"token".as_slice())
    );
    after.close();
    delete(&name).await;
}

#[wasm_bindgen_test]
async fn a_vault_opens_only_what_it_sealed() {
    let names = [fresh_name("vault"), fresh_name("vault")];
    let mut vaults = Vec::new();
    for name in &names {
        let registry = registry(name);
        vaults.push(WebVault::new(
            registry.vault_key().await.expect("it can be written"),
        ));
        registry.close();
    }
    let sealed = vaults[0].seal(b"token").await.expect("there is a key");
    let again = vaults[0].seal(b"token").await.expect("there is a key");
    let mut touched = sealed.clone();
    *touched.last_mut().expect("not empty") ^= 1;

    assert_ne!(sealed, again, "each has a nonce of its own");
    assert_eq!(vaults[1].open(&sealed).await, None);
    assert_eq!(vaults[0].open(&touched).await, None);
    assert_eq!(vaults[0].open(&[]).await, None);
    assert_eq!(vaults[0].open(&sealed[..5]).await, None);
    assert_eq!(WebVault::new(None).seal(b"token").await, None);
    for name in &names {
        delete(name).await;
    }
}
