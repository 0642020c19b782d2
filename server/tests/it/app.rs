//! A server to test, and people who use it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use lume_core::ids::EntityId;
use lume_core::time::Timestamp;
use lume_server::http::{Site, router};
use lume_server::{Config, Database, ManualWorld, PasswordCost, Service, World, restore};
use rusqlite::types::Value as Cell;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt as _;

pub(crate) const PASSWORD: &str = "seven kind otters";
pub(crate) const START: &str = "2025-01-15T12:00:00.000Z";

/// A server with its folder.
pub(crate) struct App {
    pub(crate) world: Arc<ManualWorld>,
    pub(crate) service: Arc<Service>,
    router: Router,
    folder: TempDir,
    config: Config,
}

/// Cheap passwords and no limits; otherwise what an operator gets who sets nothing.
pub(crate) fn config() -> Config {
    Config {
        password_cost: PasswordCost {
            memory_kib: 64,
            passes: 1,
        },
        auth_requests_per_minute: 0,
        requests_per_minute: 0,
        ..Config::default()
    }
}

impl App {
    pub(crate) fn new() -> Self {
        Self::with(config(), None)
    }

    pub(crate) fn with(config: Config, site: Option<Site>) -> Self {
        let start: Timestamp = START.parse().expect("a time");
        let world = Arc::new(ManualWorld::new(start, 1));
        let folder = TempDir::new().expect("a folder");
        Self::open(world, folder, config, site)
    }

    /// A server on the files in a folder.
    pub(crate) fn on(folder: TempDir) -> Self {
        let start: Timestamp = START.parse().expect("a time");
        Self::open(Arc::new(ManualWorld::new(start, 1)), folder, config(), None)
    }

    fn open(world: Arc<ManualWorld>, folder: TempDir, config: Config, site: Option<Site>) -> Self {
        let database = Database::open(folder.path(), &*world).expect("a database");
        let shared: Arc<dyn World> = world.clone();
        let service = Arc::new(Service::new(database, shared, config.clone()).expect("a service"));
        let router = router(Arc::clone(&service), site);
        Self {
            world,
            service,
            router,
            folder,
            config,
        }
    }

    /// The process dies without a word and is started again on the same files.
    pub(crate) fn restarted(self) -> Self {
        self.restarted_after(|_, _| {})
    }

    /// The server is stopped, and goes on with what a backup holds.
    pub(crate) fn restored(self, backup: &Path) -> Self {
        self.restarted_after(|folder, world| {
            restore(folder, backup, world).expect("a backup");
        })
    }

    fn restarted_after(self, work: impl FnOnce(&Path, &dyn World)) -> Self {
        let Self {
            world,
            service,
            router,
            folder,
            config,
        } = self;
        drop(router);
        drop(service);
        work(folder.path(), &*world);
        Self::open(world, folder, config, None)
    }

    pub(crate) fn data(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// Every row of every table, as text.
    pub(crate) fn rows(&self) -> BTreeMap<String, Vec<String>> {
        let rows = self.service.database().read(|transaction| {
            let mut tables = transaction.prepare(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
            )?;
            let names = tables.query_map([], |row| row.get(0))?;
            let names = names.collect::<Result<Vec<String>, _>>()?;
            let mut all = BTreeMap::new();
            for name in names {
                let mut rows = transaction.prepare(&format!("SELECT * FROM \"{name}\""))?;
                let columns = rows.column_count();
                let texts = rows.query_map([], |row| {
                    let values = (0..columns).map(|at| row.get::<_, Cell>(at));
                    Ok(format!("{:?}", values.collect::<Result<Vec<_>, _>>()?))
                })?;
                all.insert(name, texts.collect::<Result<Vec<_>, _>>()?);
            }
            Ok(all)
        });
        rows.expect("the tables can be read")
    }

    pub(crate) fn router(&self) -> Router {
        self.router.clone()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        Reply::of(
            self.router
                .clone()
                .oneshot(request)
                .await
                .expect("a router answers"),
        )
        .await
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(ask(Method::GET, path).empty()).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(ask(Method::POST, path).json(&body)).await
    }

    pub(crate) async fn register(&self, email: &str) -> Person<'_> {
        let body = json!({ "email": email, "password": PASSWORD, "name": "Alice", "date_of_birth": "1990-05-17" });
        let reply = self.post("/api/v1/auth/register", body).await;
        assert_eq!(reply.status, 201, "{}", reply.body);
        Person::of(self, &reply)
    }

    pub(crate) async fn alice(&self) -> Person<'_> {
        self.register("alice@example.org").await
    }

    pub(crate) async fn bob(&self) -> Person<'_> {
        self.register("bob@example.org").await
    }

    pub(crate) fn pass_seconds(&self, seconds: i64) {
        self.world.advance_ms(seconds * 1_000);
    }

    pub(crate) fn pass_days(&self, days: i64) {
        self.pass_seconds(days * 86_400);
    }
}

/// Somebody who is signed in.
#[derive(Clone)]
pub(crate) struct Person<'a> {
    pub(crate) app: &'a App,
    pub(crate) user_id: String,
    pub(crate) access: String,
    pub(crate) refresh: String,
}

impl<'a> Person<'a> {
    pub(crate) fn of(app: &'a App, reply: &Reply) -> Self {
        let text = |name: &str| reply.data()[name].as_str().expect("a text").to_owned();
        Self {
            app,
            user_id: text("user_id"),
            access: text("access_token"),
            refresh: text("refresh_token"),
        }
    }

    pub(crate) fn keep(&self) -> Kept {
        Kept {
            user_id: self.user_id.clone(),
            access: self.access.clone(),
            refresh: self.refresh.clone(),
        }
    }

    pub(crate) fn ask(&self, method: Method, path: &str) -> Ask {
        ask(method, path).header("authorization", &format!("Bearer {}", self.access))
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.app.send(self.ask(Method::GET, path).empty()).await
    }

    pub(crate) async fn create(&self, body: &Value, key: &str) -> Reply {
        let ask = self
            .ask(Method::POST, "/api/v1/moods")
            .header("idempotency-key", key);
        self.app.send(ask.json(body)).await
    }

    /// Creates an entry with a key of its own and returns its revision.
    pub(crate) async fn created(&self, body: &Value) -> i64 {
        let reply = self
            .create(
                body,
                &format!("create {}", body["id"]).replace(['"', ' '], ""),
            )
            .await;
        assert_eq!(reply.status, 201, "{}", reply.body);
        reply.rev()
    }

    pub(crate) async fn update(&self, id: EntityId, rev: i64, patch: &Value, key: &str) -> Reply {
        let ask = self
            .ask(Method::PUT, &item(id))
            .header("if-match", &format!("\"{rev}\""))
            .header("idempotency-key", key);
        self.app.send(ask.json(patch)).await
    }

    pub(crate) async fn delete(&self, id: EntityId, key: &str) -> Reply {
        let ask = self
            .ask(Method::DELETE, &item(id))
            .header("idempotency-key", key);
        self.app.send(ask.empty()).await
    }

    pub(crate) async fn show(&self, id: EntityId) -> Reply {
        self.get(&item(id)).await
    }
}

/// What a device keeps of its session while the server is away.
pub(crate) struct Kept {
    user_id: String,
    access: String,
    refresh: String,
}

impl Kept {
    pub(crate) fn back_at<'a>(&self, app: &'a App) -> Person<'a> {
        Person {
            app,
            user_id: self.user_id.clone(),
            access: self.access.clone(),
            refresh: self.refresh.clone(),
        }
    }
}

/// A request being put together.
pub(crate) struct Ask(axum::http::request::Builder);

pub(crate) fn ask(method: Method, path: &str) -> Ask {
    Ask(Request::builder().method(method).uri(path))
}

impl Ask {
    pub(crate) fn header(self, name: &str, value: &str) -> Self {
        Self(self.0.header(name, value))
    }

    pub(crate) fn empty(self) -> Request<Body> {
        self.0.body(Body::empty()).expect("a request")
    }

    pub(crate) fn json(self, body: &Value) -> Request<Body> {
        self.header("content-type", "application/json")
            .bytes(body.to_string())
    }

    pub(crate) fn bytes(self, body: impl Into<Body>) -> Request<Body> {
        self.0.body(body.into()).expect("a request")
    }
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
    /// Null where the body is no JSON.
    pub(crate) body: Value,
}

impl Reply {
    async fn of(response: axum::response::Response) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX)
            .await
            .expect("a body")
            .to_vec();
        let body = serde_json::from_slice(&bytes).unwrap_or_default();
        Self {
            status: parts.status,
            headers: parts.headers,
            bytes,
            body,
        }
    }

    pub(crate) fn data(&self) -> &Value {
        assert_eq!(self.body["success"], true, "{} {}", self.status, self.body);
        &self.body["data"]
    }

    /// The code of a refusal, which has its envelope.
    pub(crate) fn code(&self) -> &str {
        assert_eq!(self.body["success"], false, "{} {}", self.status, self.body);
        self.body["error"]["code"].as_str().expect("a code")
    }

    pub(crate) fn refused(&self) -> (u16, &str) {
        (self.status.as_u16(), self.code())
    }

    pub(crate) fn field(&self, name: &str) -> &str {
        self.body["error"]["fields"][name]
            .as_str()
            .unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("text"))
    }

    pub(crate) fn rev(&self) -> i64 {
        self.header("etag")
            .trim_matches('"')
            .parse()
            .unwrap_or_else(|_| panic!("no revision: {self:?}"))
    }
}

pub(crate) fn id(number: u8) -> EntityId {
    EntityId::from_random_bytes([number; 16])
}

pub(crate) fn item(id: EntityId) -> String {
    format!("/api/v1/moods/{id}")
}

/// The seed's body.
pub(crate) fn mood(id: EntityId, note: &str) -> Value {
    json!({
        "id": id.to_string(), "date": "2025-01-15T10:30:00Z", "mood": "happy", "note": note,
        "created_at": "2025-01-15T10:30:00Z", "updated_at": "2025-01-15T10:30:00Z"
    })
}
