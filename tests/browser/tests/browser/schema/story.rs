//! The story that a fixture tells: a person's entries, events and records in every state that the app leaves behind.
//!
//! It is told by the app itself, over the real store and the backend in memory, on a clock of its own. What reached the
//! backend is recorded beside it, so that a later test can build the very backend that belongs to the rows.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures::channel::oneshot;
use futures::future::{Either, select};
use lume_core::ids::EntityId;
use lume_core::time::{LocalDate, Timestamp};
use lume_sync::content::Content;
use lume_sync::engine::{Engine, EngineOptions};
use lume_sync::gate::Trigger;
use lume_sync::kinds::{MOOD, MOOD_DEF};
use lume_sync::meta::{AppMode, BackendChoice};
use lume_sync::ports::{Clock, Method, Random, Request, Response, SendError, Transport};
use lume_sync::rows::EntityKey;
use lume_sync::testing::{BackendOptions, MemoryBackend};
use lume_web::idb::IdbStore;
use lume_web::locks::WebLocks;
use lume_web::random::WebRandom;
use lume_web::registry::Registry;
use lume_web::vault::WebVault;
use serde_json::{Value, json};

use crate::support::*;
use crate::tab::TabPorts;

/// When the story begins.
const START: Timestamp = Timestamp::from_millis(1_750_000_000_000);
const EMAIL: &str = "ada@lume.example";
const PASSWORD: &str = "correct horse battery";

pub(crate) type Tab = Engine<TabPorts<Net, StoryClock>>;

/// A clock that is set by hand.
#[derive(Clone)]
pub(crate) struct StoryClock(Rc<Cell<Timestamp>>);

impl StoryClock {
    pub(crate) fn later(&self, ms: i64) {
        self.0.set(self.0.get().plus_millis(ms));
    }
}

impl Clock for StoryClock {
    fn now(&self) -> Timestamp {
        self.0.get()
    }

    fn monotonic_ms(&self) -> u64 {
        self.0.get().millis_since(START).unsigned_abs()
    }
}

/// What becomes of the next request about an entry.
enum Fate {
    AnswerLost,
    Refused(u16, &'static str),
    /// It never arrives anywhere; the sender hears that it was tried.
    Stuck(oneshot::Sender<()>),
}

/// The way to the backend, which remembers what arrived there.
#[derive(Clone)]
pub(crate) struct Net {
    pub(crate) backend: Rc<RefCell<MemoryBackend>>,
    arrived: Rc<RefCell<Vec<Value>>>,
    next: Rc<RefCell<Vec<Fate>>>,
    clock: StoryClock,
}

impl Net {
    fn deliver(&self, request: &Request) -> Response {
        let now = self.clock.now();
        self.arrived.borrow_mut().push(json!({
            "now": now.as_millis(),
            "method": request.method,
            "url": request.url,
            "headers": request.headers,
            "body": request.body.as_deref().map(String::from_utf8_lossy),
        }));
        self.backend.borrow_mut().handle(now, request)
    }
}

impl Transport for Net {
    async fn send(&self, request: Request) -> Result<Response, SendError> {
        let is_about_an_entry = request.url.contains("/moods");
        let fate = is_about_an_entry.then(|| self.next.borrow_mut().pop());
        match fate.flatten() {
            None => Ok(self.deliver(&request)),
            Some(Fate::AnswerLost) => {
                self.deliver(&request);
                Err(SendError::Network)
            }
            Some(Fate::Refused(status, code)) => {
                let fields = json!({"note": "too_long"});
                let error = json!({"code": code, "message": "no", "fields": fields});
                let body = json!({"success": false, "error": error}).to_string();
                Ok(Response {
                    status,
                    redirected: false,
                    content_type: Some("application/json".to_owned()),
                    protocol: Some("1".to_owned()),
                    retry_after: None,
                    date: None,
                    etag: None,
                    body: Some(body.into_bytes()),
                })
            }
            Some(Fate::Stuck(tried)) => {
                tried.send(()).expect("the story waits for it");
                std::future::pending().await
            }
        }
    }

    fn is_online(&self) -> bool {
        true
    }
}

/// A person, on one device.
pub(crate) struct Story {
    database: String,
    registry: Registry,
    registry_name: String,
    pub(crate) clock: StoryClock,
    pub(crate) net: Net,
}

impl Story {
    /// Before anything has happened.
    pub(crate) fn new(database: String) -> Self {
        let clock = StoryClock(Rc::new(Cell::new(START)));
        let net = Net {
            backend: Rc::new(RefCell::new(MemoryBackend::new(BackendOptions::default()))),
            arrived: Rc::default(),
            next: Rc::default(),
            clock: clock.clone(),
        };
        let registry_name = fresh_name("story");
        Self {
            registry: Registry::named(&registry_name, |_| {}),
            registry_name,
            database,
            clock,
            net,
        }
    }

    /// A day after a story that was recorded, with the backend that belongs to it.
    pub(crate) fn after(database: String, requests: &Value) -> Self {
        let story = Self::new(database);
        for recorded in requests.as_array().expect("a list of requests") {
            let now = Timestamp::from_millis(recorded["now"].as_i64().expect("a time"));
            story.clock.0.set(now);
            story
                .net
                .backend
                .borrow_mut()
                .handle(now, &request(recorded));
        }
        story.clock.later(24 * 3_600_000);
        story
    }

    /// What has reached the backend.
    pub(crate) fn arrived(&self) -> Value {
        Value::Array(self.net.arrived.borrow().clone())
    }

    /// Opens a tab.
    pub(crate) async fn tab(&self) -> Tab {
        let key = self.registry.vault_key().await.expect("it can be read");
        Engine::new(
            TabPorts {
                store: IdbStore::new(&self.database, |_| {}),
                transport: self.net.clone(),
                clock: self.clock.clone(),
                locks: WebLocks::for_database(&self.database),
                vault: WebVault::new(key),
            },
            EngineOptions {
                owner: fresh_name("owner"),
                client_version: "0.1.0".to_owned(),
                device: None,
            },
        )
    }

    /// Closes what is open; the databases stay.
    pub(crate) async fn end(self, tab: Tab) {
        let store = lume_sync::ports::Ports::store(tab.ports());
        store.connection().close();
        self.registry.close();
        drop(tab);
        delete(&self.registry_name).await;
    }

    fn next(&self, fates: impl IntoIterator<Item = Fate>) {
        let mut next: Vec<_> = fates.into_iter().collect();
        // Taken from the end.
        next.reverse();
        *self.net.next.borrow_mut() = next;
    }

    /// Tells the story, and gives the tab in which it ends.
    pub(crate) async fn tell(&self) -> Tab {
        let tab = self.tab().await;
        save(&tab, "from before the account").await;
        save_mood_def(&tab).await;
        sign_in(&tab).await;
        tab.pass(Trigger::Manual).await;
        let edited = save(&tab, "at the backend").await;
        let deleted = save(&tab, "to be deleted there").await;
        let deleted_here = save(&tab, "to be deleted here").await;
        let conflicting = save(&tab, "changed on two devices").await;
        tab.pass(Trigger::Manual).await;
        remove(&tab, &deleted).await;
        self.clock.later(10_000);
        tab.pass(Trigger::Manual).await;

        save(&tab, "refused").await;
        self.next([Fate::Refused(422, "validation")]);
        tab.pass(Trigger::Manual).await;
        edit(&tab, &conflicting, "changed here").await;
        self.next([Fate::Refused(409, "unique")]);
        tab.pass(Trigger::Manual).await;
        edit(&tab, &conflicting, "and changed again").await;
        save(&tab, "failed upon once").await;
        self.next([Fate::Refused(500, "internal")]);
        tab.pass(Trigger::Manual).await;

        let unheard = save(&tab, "arrived, and nobody knows").await;
        self.next([Fate::AnswerLost]);
        tab.pass(Trigger::Manual).await;
        edit(&tab, &unheard, "behind what nobody knows of").await;
        self.close_while_sending(tab, "on its way when the tab was closed")
            .await;

        let tab = self.tab().await;
        edit(&tab, &edited, "edited and not sent").await;
        remove(&tab, &deleted_here).await;
        save(&tab, "never sent").await;
        tab.save_draft("today", br#"{"note":"half a thought"}"#)
            .await
            .expect("it is kept");
        tab.set_mode(AppMode::Device).await.expect("it is kept");
        save(&tab, "written with sync turned off").await;
        tab.set_mode(AppMode::Synced).await.expect("it is kept");
        tab
    }

    /// Leaves a claim behind, as a tab does that is closed in the middle of a request.
    async fn close_while_sending(&self, tab: Tab, note: &str) {
        // Past the wait that the lost answer has set.
        self.clock.later(60_000);
        save(&tab, note).await;
        let (tried, sent) = oneshot::channel();
        self.next([Fate::Stuck(tried)]);
        let pass = std::pin::pin!(tab.pass(Trigger::Manual));
        match select(pass, sent).await {
            Either::Left(_) => panic!("the pass ended without a request"),
            Either::Right((sent, _)) => sent.expect("the request was tried"),
        }
    }

    /// Sends whatever can be sent, however often it has to wait.
    pub(crate) async fn deliver_all(&self, tab: &Tab) {
        const PASSES_MAX: usize = 20;
        for _ in 0..PASSES_MAX {
            tab.pass(Trigger::Manual).await;
            let status = tab.status().await.expect("it can be read");
            let Some(next) = status.next_attempt else {
                return;
            };
            let wait_ms = next.millis_since(self.clock.now());
            self.clock.later(wait_ms.max(0) + 1_000);
        }
        panic!("it never came to rest");
    }
}

/// Gets a session, for a new account or the one that is there.
pub(crate) async fn sign_in(tab: &Tab) {
    tab.set_backend("https://lume.example", "", BackendChoice::Auto)
        .await
        .expect("it is an address");
    let born = LocalDate::new(1990, 5, 17).expect("it is a date");
    let account = match tab.register(EMAIL, PASSWORD, "Ada", born).await {
        Ok(account) => account,
        Err(_) => tab.sign_in(EMAIL, PASSWORD).await.expect("it is known"),
    };
    tab.bind(&account).await.expect("it can be written");
}

async fn save(tab: &Tab, note: &str) -> EntityKey {
    let key = EntityKey {
        kind: MOOD.kind(),
        id: EntityId::from_random_bytes(WebRandom.bytes()),
    };
    tab.create(&key.kind, key.id, content(note), None)
        .await
        .expect("it is saved");
    key
}

/// Of a kind that the backend does not take: it stays here.
async fn save_mood_def(tab: &Tab) {
    let content = json!({
        "label": "Zen",
        "name": "Zen",
        "icon": "wind",
        "valence": 0.5,
        "archived": false,
        "created_at": "2025-01-15T10:30:00.000Z",
        "updated_at": "2025-01-15T10:30:00.000Z",
        "field_of_a_later_version": {"kept": [1, 2]},
    });
    let content = content.as_object().expect("it is an object").clone();
    let id = EntityId::from_random_bytes(WebRandom.bytes());
    tab.create(&MOOD_DEF.kind(), id, content, None)
        .await
        .expect("it is saved");
}

async fn edit(tab: &Tab, key: &EntityKey, note: &str) {
    tab.update(key, content(note), None)
        .await
        .expect("it is saved");
}

async fn remove(tab: &Tab, key: &EntityKey) {
    tab.delete(key).await.expect("it is saved");
}

fn content(note: &str) -> Content {
    let content = json!({
        "at": "2025-01-15T10:30:00.000Z",
        "zone": "Europe/Berlin",
        "local_time": "2025-01-15T11:30:00.000",
        "labels": ["happy", "proud"],
        "valence": 0.5,
        "associations": ["family"],
        "note": note,
        "source": "manual",
        "created_at": "2025-01-15T10:30:00.000Z",
        "updated_at": "2025-01-15T10:30:00.000Z",
        "field_of_a_later_version": {"kept": [1, 2]},
    });
    content.as_object().expect("it is an object").clone()
}

fn request(recorded: &Value) -> Request {
    let method: Method = serde_json::from_value(recorded["method"].clone()).expect("a method");
    let headers: Vec<(String, String)> =
        serde_json::from_value(recorded["headers"].clone()).expect("a list of headers");
    Request {
        method,
        url: recorded["url"].as_str().expect("an address").to_owned(),
        headers: headers
            .into_iter()
            .map(|(name, value)| (&*name.leak(), value))
            .collect(),
        body: recorded["body"]
            .as_str()
            .map(|body| body.as_bytes().to_vec()),
        timeout_ms: 30_000,
    }
}
