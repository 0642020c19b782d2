//! [`MemoryBackend`]: its state, and the way from a request to the part that answers it.

use std::collections::BTreeMap;

use lume_core::ids::{EntityId, UserId};
use lume_core::time::{DAY_MS, Timestamp};
use lume_wire::{ApiError, Capabilities, ErrorCode, Feature, Rev, headers, paths};
use serde_json::json;

use super::account::User;
use super::journal::Effect;
use super::keys::Key;
use super::reply::{Refusal, Reply};
use super::session::{AccessToken, Family, RefreshToken};
use crate::content::Content;
use crate::kinds::{KINDS, KindSpec, MOOD};
use crate::ports::{Method, Request, Response};

/// Largest body taken, in bytes.
const BODY_BYTES_MAX: usize = 256 * 1024;

/// What the backend offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// The whole contract.
    Extended,
    /// The seed's contract only: no protocol header, no revisions, no idempotency keys, no capabilities.
    Basic(BasicEdits),
}

/// What a basic backend does with a second `POST` of an id whose content is another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BasicEdits {
    /// Takes it as an edit: 200.
    Replace,
    /// Refuses it: 409.
    Refuse,
}

/// How a backend is set up.
#[derive(Debug, Clone)]
pub struct BackendOptions {
    /// What it offers.
    pub profile: Profile,
    /// Its id for ever.
    pub server_id: String,
    /// Wanted in `X-API-Key`; empty takes any.
    pub api_key: String,
    /// How long an access token lives, in seconds.
    pub access_token_s: i64,
    /// How long a refresh token lives, in seconds.
    pub refresh_token_s: i64,
    /// How long it keeps the answer to a key, in milliseconds; the key itself for ever.
    pub answers_kept_ms: i64,
    /// Whether it offers the feed of changes.
    pub changes: bool,
    /// Whether it takes batches.
    pub batches: bool,
    /// Whether it takes moods of the person's own.
    pub mood_defs: bool,
    /// Most changes in a page, whatever is asked for.
    pub changes_page: usize,
    /// Tells its tokens and account ids from those of another backend.
    pub seed: u64,
}

impl Default for BackendOptions {
    fn default() -> Self {
        Self {
            profile: Profile::Extended,
            server_id: "memory".to_owned(),
            api_key: String::new(),
            access_token_s: 15 * 60,
            refresh_token_s: 60 * 24 * 60 * 60,
            answers_kept_ms: 90 * DAY_MS,
            changes: false,
            batches: false,
            mood_defs: false,
            changes_page: 500,
            seed: 0,
        }
    }
}

/// An entity as the backend has it.
#[derive(Clone, PartialEq)]
pub struct StoredEntity {
    /// The name of its kind.
    pub kind: &'static str,
    /// Whose it is.
    pub owner: UserId,
    /// The account's commit number of its last change.
    pub rev: Rev,
    /// When it was deleted, if it is.
    pub deleted_at: Option<Timestamp>,
    /// Its fields as they travel, in one form; of a deleted one those it had.
    pub fields: Content,
    /// The key under which its last change was asked for, if there was one.
    pub origin: Option<String>,
    /// When its last change was made.
    pub modified_at: Timestamp,
}

/// The backend. See the [module](super).
pub struct MemoryBackend {
    pub(super) options: BackendOptions,
    pub(super) drawn: u64,
    pub(super) users: BTreeMap<UserId, User>,
    pub(super) families: BTreeMap<u64, Family>,
    pub(super) access_tokens: BTreeMap<String, AccessToken>,
    pub(super) refresh_tokens: BTreeMap<String, RefreshToken>,
    pub(super) entities: BTreeMap<EntityId, StoredEntity>,
    pub(super) revs: BTreeMap<UserId, i64>,
    pub(super) keys: BTreeMap<(UserId, String), Key>,
    pub(super) journal: Vec<Effect>,
    pub(super) epoch: u64,
    /// For each account the last revision of a tombstone that is gone.
    pub(super) pruned: BTreeMap<UserId, i64>,
}

/// A request that was authenticated, as the parts below see it.
pub(super) struct Call<'a> {
    pub(super) kind: &'static KindSpec,
    pub(super) now: Timestamp,
    pub(super) user: UserId,
    pub(super) key: Option<&'a str>,
    pub(super) if_match: Option<&'a str>,
    pub(super) query: &'a str,
    pub(super) body: &'a [u8],
}

impl MemoryBackend {
    /// An empty backend.
    pub fn new(options: BackendOptions) -> Self {
        Self {
            options,
            drawn: 0,
            users: BTreeMap::new(),
            families: BTreeMap::new(),
            access_tokens: BTreeMap::new(),
            refresh_tokens: BTreeMap::new(),
            entities: BTreeMap::new(),
            revs: BTreeMap::new(),
            keys: BTreeMap::new(),
            journal: Vec::new(),
            epoch: 0,
            pruned: BTreeMap::new(),
        }
    }

    /// How it was set up.
    pub fn options(&self) -> &BackendOptions {
        &self.options
    }

    /// Answers a request at a time.
    pub fn handle(&mut self, now: Timestamp, request: &Request) -> Response {
        let reply = self
            .route(now, request)
            .unwrap_or_else(|refused| Reply::refusal(&refused));
        reply.into_response(self.is_extended())
    }

    /// Takes moods of the person's own from now on, as after an update.
    pub fn offer_mood_defs(&mut self) {
        self.options.mood_defs = true;
    }

    /// Forgets every key and its answer, as a backend must not.
    pub fn forget_keys(&mut self) {
        self.keys.clear();
    }

    /// Everything that took effect, in order.
    pub fn journal(&self) -> &[Effect] {
        &self.journal
    }

    /// The entity of an id, deleted or not.
    pub fn entity(&self, id: EntityId) -> Option<&StoredEntity> {
        self.entities.get(&id)
    }

    /// All entities, deleted or not.
    pub fn entities(&self) -> impl Iterator<Item = (EntityId, &StoredEntity)> {
        self.entities.iter().map(|(id, entity)| (*id, entity))
    }

    /// The status that an idempotency key was answered with, if it was.
    pub fn answered(&self, user: UserId, key: &str) -> Option<u16> {
        self.keys.get(&(user, key.to_owned())).map(Key::status)
    }

    /// Whose access token this is, whatever its age.
    pub fn owner_of_token(&self, access_token: &str) -> Option<UserId> {
        let token = self.access_tokens.get(access_token)?;
        self.families.get(&token.family).map(|family| family.user)
    }

    pub(super) fn is_extended(&self) -> bool {
        match self.options.profile {
            Profile::Extended => true,
            Profile::Basic(_) => false,
        }
    }

    /// A number that this backend has not given out before.
    pub(super) fn draw(&mut self) -> u64 {
        self.drawn += 1;
        self.drawn
    }

    fn route(&mut self, now: Timestamp, request: &Request) -> Result<Reply, Refusal> {
        let (path, query) = path_of(&request.url);
        if path == paths::HEALTH || path.strip_prefix(paths::API) == Some(paths::HEALTH) {
            return if request.method == Method::Get {
                Ok(Reply::bare(200, json!({"status": "ok"})))
            } else {
                Err(ErrorCode::MethodNotAllowed.into())
            };
        }
        let wanted = &self.options.api_key;
        if !wanted.is_empty() && header(request, headers::API_KEY) != Some(wanted) {
            return Err(ErrorCode::ApiKey.into());
        }
        let body = request.body.as_deref().unwrap_or_default();
        if body.len() > BODY_BYTES_MAX {
            return Err(ErrorCode::TooLarge.into());
        }
        match (request.method, path) {
            (Method::Get, paths::CAPABILITIES) if self.is_extended() => Ok(self.capabilities()),
            (Method::Post, paths::REGISTER) => self.register(now, body),
            (Method::Post, paths::LOGIN) => self.login(now, body),
            (Method::Post, paths::REFRESH) => self.refresh(now, body),
            (Method::Post, paths::LOGOUT) => Ok(self.logout(now, bearer(request), body)),
            _ => self.about_entities(now, request, path, query, body),
        }
    }

    fn capabilities(&self) -> Reply {
        Reply::data(
            200,
            Capabilities {
                server_id: self.options.server_id.clone(),
                server_epoch: self.epoch(),
                protocol: headers::PROTOCOL_VERSION,
                features: self.features(),
            },
        )
    }

    fn features(&self) -> Vec<Feature> {
        let offered = [
            (true, Feature::Conditional),
            (self.options.changes, Feature::Changes),
            (self.options.batches, Feature::Batch),
            (self.options.mood_defs, Feature::MoodDefs),
        ];
        let offered = offered.into_iter().filter(|(is_offered, _)| *is_offered);
        offered.map(|(_, feature)| feature).collect()
    }

    /// The kinds that it takes.
    pub(super) fn kinds(&self) -> impl Iterator<Item = &'static KindSpec> {
        let features = if self.is_extended() {
            self.features()
        } else {
            Vec::new()
        };
        KINDS
            .into_iter()
            .filter(move |spec| spec.is_taken_by(&features))
    }

    fn about_entities(
        &mut self,
        now: Timestamp,
        request: &Request,
        path: &str,
        query: &str,
        body: &[u8],
    ) -> Result<Reply, Refusal> {
        let extended = self.is_extended();
        let is_feed = path == paths::CHANGES && extended && self.options.changes;
        let is_batch = path == paths::BATCH && extended && self.options.batches;
        let kind = self
            .kinds()
            .find_map(|spec| Some((spec, path.strip_prefix(spec.path)?)));
        let rest = kind.map(|(_, rest)| rest);
        if rest.is_none() && !is_feed && !is_batch {
            return Err(ErrorCode::NotFound.into());
        }
        let user = self.authenticate(now, bearer(request))?;
        let key = header(request, headers::IDEMPOTENCY_KEY).filter(|_| extended);
        let if_match = header(request, headers::IF_MATCH).filter(|_| extended);
        let call = Call {
            kind: kind.map_or(&MOOD, |(kind, _)| kind),
            now,
            user,
            key,
            if_match,
            query,
            body,
        };
        let Some(rest) = rest else {
            return match request.method {
                Method::Get if is_feed => self.changes(&call),
                Method::Post if is_batch => self.batch(&call),
                Method::Get | Method::Post | Method::Put | Method::Delete => {
                    Err(ErrorCode::MethodNotAllowed.into())
                }
            };
        };
        if rest.is_empty() {
            return match request.method {
                Method::Post => self.create(&call),
                Method::Get => self.list(&call),
                Method::Put | Method::Delete => Err(ErrorCode::MethodNotAllowed.into()),
            };
        }
        let id: EntityId = rest
            .strip_prefix('/')
            .and_then(|id| id.parse().ok())
            .ok_or_else(|| {
                ApiError::new(ErrorCode::BadRequest, "the id is no UUID")
                    .with_field("id", "invalid")
            })?;
        match request.method {
            Method::Put if extended => self.update(&call, id),
            Method::Get if extended => self.get(&call, id),
            Method::Delete => self.delete(&call, id),
            Method::Put | Method::Get | Method::Post => Err(ErrorCode::MethodNotAllowed.into()),
        }
    }
}

/// A request's header, whatever the case of its name.
pub(super) fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request
        .headers
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}

fn bearer(request: &Request) -> Option<&str> {
    header(request, headers::AUTHORIZATION)?.strip_prefix("Bearer ")
}

/// Path and query of a whole address.
fn path_of(url: &str) -> (&str, &str) {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = rest.find('/').map_or("/", |at| &rest[at..]);
    path.split_once('?').unwrap_or((path, ""))
}
