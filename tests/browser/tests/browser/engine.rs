//! The engine on a browser's own ports: what a person saves in one tab's life reaches the backend in another's, once.
//!
//! Only the network is replaced, by the backend in memory that keeps the contract. A tab that is closed is an engine
//! that is dropped with its connection.

use std::cell::Cell;
use std::rc::Rc;

use lume_core::ids::EntityId;
use lume_core::time::LocalDate;
use lume_sync::content::Content;
use lume_sync::engine::{Engine, EngineOptions};
use lume_sync::gate::Trigger;
use lume_sync::meta::{AppMode, BackendChoice};
use lume_sync::ports::{Clock, Random};
use lume_sync::rows::Kind;
use lume_sync::testing::{BackendOptions, EffectKind, MemoryBackend, MemoryTransport};
use lume_web::clock::WebClock;
use lume_web::idb::IdbStore;
use lume_web::locks::WebLocks;
use lume_web::random::WebRandom;
use lume_web::registry::Registry;
use lume_web::vault::WebVault;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::*;
use crate::tab::TabPorts;

type Tab = TabPorts<MemoryTransport, WebClock>;

/// One device: its registry, its profile's database, and a way to a backend.
struct Device {
    registry: Registry,
    database: String,
    transport: MemoryTransport,
}

impl Device {
    async fn new() -> Self {
        let registry = Registry::named(&fresh_name("engine"), |_| {});
        let profile = registry.current().await.expect("it can be written");
        let clock = Rc::new(Cell::new(WebClock.now()));
        Self {
            database: profile.name,
            registry,
            transport: MemoryTransport::new(MemoryBackend::new(BackendOptions::default()), clock),
        }
    }

    /// Opens a tab.
    async fn tab(&self) -> Engine<Tab> {
        self.tab_with_locks(&self.database).await
    }

    /// Opens a tab that sees other locks than the rest, as where the platform loses them.
    async fn tab_with_locks(&self, locks: &str) -> Engine<Tab> {
        let key = self.registry.vault_key().await.expect("it can be read");
        Engine::new(
            TabPorts {
                store: IdbStore::new(&self.database, |_| {}),
                transport: self.transport.clone(),
                clock: WebClock,
                locks: WebLocks::for_database(locks),
                vault: WebVault::new(key),
            },
            EngineOptions {
                owner: fresh_name("owner"),
                client_version: "0.1.0".to_owned(),
                device: None,
            },
        )
    }

    /// Which entities took which effects at the backend.
    fn effects(&self) -> Vec<(EntityId, EffectKind)> {
        let backend = self.transport.backend();
        let effects = backend.journal().iter();
        effects.map(|effect| (effect.entity, effect.kind)).collect()
    }

    async fn erase(self) {
        self.registry
            .erase(&self.database)
            .await
            .expect("the tabs make way");
        self.registry.close();
    }
}

async fn sign_in(tab: &Engine<Tab>) {
    tab.set_backend("https://lume.example", "", BackendChoice::Auto)
        .await
        .expect("it is an address");
    let born = LocalDate::new(1990, 5, 17).expect("it is a date");
    let account = tab
        .register("a@lume.example", "a long password", "A", born)
        .await
        .expect("the backend is there");
    tab.bind(&account).await.expect("it can be written");
    tab.set_mode(AppMode::Synced)
        .await
        .expect("it can be written");
}

async fn save_mood(tab: &Engine<Tab>) -> EntityId {
    let id = EntityId::from_random_bytes(WebRandom.bytes());
    let content = r#"{"at": "2025-01-15T10:30:00.000Z", "zone": "Europe/Berlin",
        "local_time": "2025-01-15T11:30:00.000", "labels": ["happy"], "note": "sunny",
        "source": "manual", "created_at": "2025-01-15T10:30:00.000Z",
        "updated_at": "2025-01-15T10:30:00.000Z"}"#;
    let content: Content = serde_json::from_str(content).expect("it is an object");
    tab.create(&Kind("mood".to_owned()), id, content, None)
        .await
        .expect("it is saved");
    id
}

#[wasm_bindgen_test]
async fn a_mood_saved_without_a_network_arrives_once_from_a_later_tab() {
    let device = Device::new().await;
    let tab = device.tab().await;
    sign_in(&tab).await;
    device.transport.set_online(false);
    let id = save_mood(&tab).await;
    tab.pass(Trigger::Saved).await;
    drop(tab);
    device.transport.set_online(true);
    let tab = device.tab().await;

    tab.pass(Trigger::Manual).await;
    tab.pass(Trigger::Manual).await;

    assert_eq!(device.effects(), [(id, EffectKind::Created)]);
    let status = tab.status().await.expect("it can be read");
    assert_eq!(status.counts.waiting(), 0);
    drop(tab);
    device.erase().await;
}

#[wasm_bindgen_test]
async fn a_mood_whose_answer_was_lost_is_sent_again_and_takes_effect_once() {
    let device = Device::new().await;
    let tab = device.tab().await;
    sign_in(&tab).await;
    let id = save_mood(&tab).await;
    device.transport.set_answers_lost(true);
    tab.pass(Trigger::Saved).await;
    assert_eq!(device.effects().len(), 1);
    assert_eq!(
        tab.status().await.expect("it can be read").counts.waiting(),
        1
    );
    device.transport.set_answers_lost(false);

    tab.pass(Trigger::Manual).await;

    assert_eq!(device.effects(), [(id, EffectKind::Created)]);
    assert_eq!(
        tab.status().await.expect("it can be read").counts.waiting(),
        0
    );
    drop(tab);
    device.erase().await;
}

#[wasm_bindgen_test]
async fn two_tabs_that_flush_at_once_without_common_locks_send_each_mood_once() {
    let device = Device::new().await;
    let one = device.tab_with_locks("one").await;
    sign_in(&one).await;
    let other = device.tab_with_locks("other").await;
    let mut saved = Vec::new();
    for _ in 0..5 {
        saved.push((save_mood(&one).await, EffectKind::Created));
    }

    futures::future::join(one.pass(Trigger::Manual), other.pass(Trigger::Manual)).await;

    let mut effects = device.effects();
    effects.sort_by_key(|(id, _)| *id);
    saved.sort_by_key(|(id, _)| *id);
    assert_eq!(effects, saved);
    drop((one, other));
    device.erase().await;
}

#[wasm_bindgen_test]
async fn a_mood_of_device_mode_makes_no_event() {
    let device = Device::new().await;
    let tab = device.tab().await;

    save_mood(&tab).await;

    let status = tab.status().await.expect("it can be read");
    assert_eq!((status.counts.waiting(), status.mode), (0, AppMode::Device));
    let kind = Kind("mood".to_owned());
    assert_eq!(tab.count(&kind).await, Ok(1));
    drop(tab);
    device.erase().await;
}
