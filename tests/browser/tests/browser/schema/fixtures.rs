//! A database of each released schema, taken over by this version.

use std::collections::BTreeMap;

use lume_core::ids::UserId;
use lume_sync::kinds::MOOD;
use lume_sync::ports::Ports;
use lume_sync::rows::{EventState, OutboxRow};
use lume_sync::store::{Answers, Mode, Query, Step, Store, StoreName};
use lume_web::idb::PROFILE_VERSION;
use lume_web::registry::{REGISTRY_VERSION, Registry};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use super::raw::{dump, dumped, load, parsed};
use super::shape;
use super::story::{Story, Tab, sign_in};
use crate::support::*;

/// A profile's database of each released schema, oldest first.
pub(crate) const PROFILES: [&str; PROFILE_VERSION as usize] = [
    include_str!("../../../fixtures/schema-1.json"),
    include_str!("../../../fixtures/schema-2.json"),
];

/// A registry of each released schema, oldest first.
const REGISTRIES: [&str; REGISTRY_VERSION as usize] =
    [include_str!("../../../fixtures/registry-1.json")];

/// Set when a fixture is to be printed.
const PRINTS: Option<&str> = option_env!("LUME_PRINT_FIXTURE");

/// The events of a database.
async fn outbox(tab: &Tab) -> Vec<OutboxRow> {
    let read = |mut answers: Answers| {
        if answers.is_empty() {
            return Step::Read(vec![Query::Outbox {
                states: Vec::new(),
                after: None,
                limit: usize::MAX,
            }]);
        }
        Step::Write(Vec::new(), answers.take_outbox())
    };
    tab.ports()
        .store()
        .transact(Mode::Read, &[StoreName::Outbox], read)
        .await
        .expect("every row can be read")
}

fn rows<'a>(dump: &'a Value, store: &str) -> &'a Vec<Value> {
    let rows = &dump["stores"][store]["rows"];
    rows.as_array().expect("the store is there")
}

#[wasm_bindgen_test]
async fn every_row_of_every_released_schema_can_be_read() {
    for fixture in PROFILES.map(parsed) {
        let name = fresh_name("fixture");
        load(&name, &fixture["database"]).await;
        let story = Story::after(name.clone(), &fixture["requests"]);

        let tab = story.tab().await;

        let list = tab.timeline(&MOOD.kind(), None, None, usize::MAX).await;
        let list = list.expect("the list can be read");
        assert!(list.iter().all(|listed| listed.content.is_ok()));
        let entries = rows(&fixture["database"], "entries");
        let live = entries.iter().filter(|row| row["value"]["deleted"] == 0);
        assert_eq!(list.len(), live.count());
        assert!(entries.len() > list.len(), "deleted ones are there too");
        assert_eq!(
            outbox(&tab).await.len(),
            rows(&fixture["database"], "outbox").len()
        );
        let draft = tab.draft("today").await.expect("it can be read");
        assert_eq!(
            draft.as_deref(),
            Some(br#"{"note":"half a thought"}"#.as_slice())
        );
        let lines = tab.log_lines(usize::MAX).await.expect("it can be read");
        assert_eq!(lines.len(), rows(&fixture["database"], "log").len());
        let status = tab.status().await.expect("every record can be read");
        assert!(status.email.is_some() && status.adoption.is_some());
        assert!(status.last_sync.is_some());
        story.end(tab).await;
        delete(&name).await;
    }
}

/// What waited in the old version goes out in this one, under its id and once; what waited for the person still does.
#[wasm_bindgen_test]
async fn the_events_of_every_released_schema_are_delivered_once() {
    for fixture in PROFILES.map(parsed) {
        let name = fresh_name("fixture");
        load(&name, &fixture["database"]).await;
        let story = Story::after(name.clone(), &fixture["requests"]);
        let tab = story.tab().await;
        let before = outbox(&tab).await;
        let local = rows(&fixture["database"], "entries")
            .iter()
            .filter(|row| row["value"]["sync"] == "local")
            .count();
        assert_eq!(local, 1, "an entry from while sync was off");
        // The tokens were sealed in another browser.
        sign_in(&tab).await;

        story.deliver_all(&tab).await;

        let waits = |row: &&OutboxRow| matches!(row.state, EventState::Dead | EventState::Parked);
        let stuck: Vec<_> = before.iter().filter(waits).map(|row| &row.key).collect();
        assert_eq!(stuck.len(), 2);
        let (left, due): (Vec<_>, Vec<_>) =
            before.iter().partition(|row| stuck.contains(&&row.key));
        assert_eq!(
            outbox(&tab).await.iter().collect::<Vec<_>>(),
            left,
            "what waits for the person is as it was"
        );
        let mut effects: BTreeMap<String, usize> = BTreeMap::new();
        for effect in story.net.backend.borrow().journal() {
            let key = effect.key.clone().expect("every effect has a key");
            *effects.entry(key).or_default() += 1;
        }
        assert!(due.len() >= 6, "every way to wait is in the fixture");
        for event in due {
            assert_eq!(effects.remove(&event.event_id.to_string()), Some(1));
        }
        assert!(effects.values().all(|times| *times == 1));
        for event in left {
            assert_eq!(effects.get(&event.event_id.to_string()), None);
        }
        let listed = tab.timeline(&MOOD.kind(), None, None, usize::MAX).await;
        let synced = listed.expect("the list can be read");
        let synced = synced.iter().filter(|entry| entry.sync.code() == "synced");
        assert_eq!(
            synced.count(),
            rows(&fixture["database"], "entries").len() - 4
        );
        story.end(tab).await;
        delete(&name).await;
    }
}

/// Were a format changed without a version of its own, older apps would misread it, and no fixture would tell.
#[wasm_bindgen_test]
async fn what_this_version_writes_has_the_shape_of_its_fixture() {
    let name = fresh_name("told");
    let story = Story::new(name.clone());

    let tab = story.tell().await;

    let told = json!({"database": dumped(&name).await, "requests": story.arrived()});
    story.end(tab).await;
    delete(&name).await;
    print("schema", &told);
    let newest = PROFILES.map(parsed).into_iter().next_back();
    let newest = newest.expect("there is a first version");
    assert_eq!(told["database"]["version"], json!(PROFILE_VERSION));
    assert_eq!(
        shape::of_dump(&told["database"]),
        shape::of_dump(&newest["database"])
    );
}

#[wasm_bindgen_test]
async fn what_this_version_writes_to_the_registry_has_the_shape_of_its_fixture() {
    let name = fresh_name("registry");
    let registry = Registry::named(&name, |_| {});
    let first = registry.current().await.expect("it can be written");
    let account = lume_web::registry::AccountKey {
        server_id: "memory".to_owned(),
        user_id: UserId::from_random_bytes([7; 16]),
    };
    registry
        .bind(&first.name, account)
        .await
        .expect("it can be written");
    registry.leave_account().await.expect("it can be written");
    registry.device_id().await.expect("it can be written");
    registry.vault_key().await.expect("it can be written");
    registry.close();

    let told = dumped(&name).await;

    delete(&name).await;
    print("registry", &told);
    let newest = REGISTRIES.map(parsed).into_iter().next_back();
    let newest = newest.expect("there is a first version");
    assert_eq!(told["version"], json!(REGISTRY_VERSION));
    assert_eq!(shape::of_dump(&told), shape::of_dump(&newest));
}

#[wasm_bindgen_test]
async fn a_registry_of_every_released_schema_keeps_its_profiles() {
    for fixture in REGISTRIES.map(parsed) {
        let name = fresh_name("registry");
        load(&name, &fixture).await;
        let before = dump(&name).await;
        let registry = Registry::named(&name, |_| {});

        let profiles = registry.profiles().await.expect("it can be read");
        let current = registry.current().await.expect("it can be read");
        let hidden = registry
            .find_account("memory", UserId::from_random_bytes([7; 16]))
            .await
            .expect("it can be read");

        assert_eq!(profiles.len(), rows(&fixture, "profiles").len());
        assert_eq!(current.account, None);
        assert!(hidden.is_some_and(|profile| profile.hidden));
        assert!(registry.device_id().await.is_ok());
        assert!(registry.vault_key().await.is_ok_and(|key| key.is_some()));
        registry.close();
        let after = dump(&name).await;
        if fixture["version"] == json!(REGISTRY_VERSION) {
            assert_eq!(after, before, "reading changes nothing");
        }
        delete(&name).await;
    }
}

/// Prints what is to become a fixture, between two marks, by failing.
fn print(name: &str, told: &Value) {
    let text = serde_json::to_string_pretty(told).expect("it is JSON");
    assert_eq!(
        PRINTS, None,
        "\n--- fixture {name}\n{text}\n--- end of {name}\n"
    );
}
