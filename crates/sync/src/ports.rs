//! The ports: what the engine needs of the world, handed in.
//!
//! The page, the service worker, the simulator and the tests each bring their own. Every await of the engine is an
//! await of one of these, so that a simulated world can stop it anywhere.

use lume_core::time::Timestamp;

use crate::log::LogLine;
use crate::store::Store;

/// Everything the engine is given, as one type.
pub trait Ports {
    /// The profile's database.
    type Store: Store;
    /// Requests to the backend.
    type Transport: Transport;
    /// Time.
    type Clock: Clock;
    /// Chance.
    type Random: Random;
    /// Locks between flushers. They save work; no safety rests on them.
    type Locks: Locks;
    /// Seals bodies, synchronously.
    type Sealer: Sealer;
    /// Seals tokens; may take its time.
    type Vault: Vault;
    /// Hears what happens.
    type Observer: Observer;

    /// The profile's database.
    fn store(&self) -> &Self::Store;
    /// Requests to the backend.
    fn transport(&self) -> &Self::Transport;
    /// Time.
    fn clock(&self) -> &Self::Clock;
    /// Chance.
    fn random(&self) -> &Self::Random;
    /// Locks between flushers.
    fn locks(&self) -> &Self::Locks;
    /// Seals bodies.
    fn sealer(&self) -> &Self::Sealer;
    /// Seals tokens.
    fn vault(&self) -> &Self::Vault;
    /// Hears what happens.
    fn observer(&self) -> &Self::Observer;
}

/// An HTTP method that the contract uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Reads.
    Get,
    /// Creates.
    Post,
    /// Changes.
    Put,
    /// Deletes.
    Delete,
}

impl Method {
    /// As it stands in a request.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// One request. Its `Debug` shows neither headers nor body.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The whole address.
    pub url: String,
    /// Names and values; the transport adds none but what the browser must.
    pub headers: Vec<(&'static str, String)>,
    /// JSON, if there is a body.
    pub body: Option<Vec<u8>>,
    /// When to give up, in milliseconds.
    pub timeout_ms: u64,
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method.name(), self.url)
    }
}

/// What came back with a status and headers.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// The status; 0 with `redirected` for a redirect that was not followed.
    pub status: u16,
    /// Whether the backend tried to send us elsewhere.
    pub redirected: bool,
    /// `Content-Type`, in lower case, without parameters.
    pub content_type: Option<String>,
    /// `X-Lume-Protocol`.
    pub protocol: Option<String>,
    /// `Retry-After` as it stands.
    pub retry_after: Option<String>,
    /// `Date` as it stands.
    pub date: Option<String>,
    /// `ETag` as it stands.
    pub etag: Option<String>,
    /// The body, or `None` if it broke off.
    pub body: Option<Vec<u8>>,
}

impl std::fmt::Debug for Response {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.status)
    }
}

/// Why nothing came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// No connection, a reset, a name that is not known: a browser does not tell which.
    #[error("the backend can't be reached")]
    Network,
    /// The backend is there and refuses to be asked this from here (CORS).
    #[error("the backend does not answer requests from this page")]
    Refused,
    /// It took too long.
    #[error("the backend did not answer in time")]
    Timeout,
    /// We stopped it ourselves: shutting down, signing out, freezing.
    #[error("the request was stopped")]
    Stopped,
}

/// Sends requests. Never follows a redirect, never sends cookies, never uses the HTTP cache.
#[expect(
    async_fn_in_trait,
    reason = "the engine runs on one thread; nothing needs to be Send"
)]
pub trait Transport {
    /// Sends one request.
    ///
    /// # Errors
    ///
    /// [`SendError`]; the request may have had its effect all the same.
    async fn send(&self, request: Request) -> Result<Response, SendError>;

    /// What the platform believes about the network. A hint: `true` proves nothing.
    fn is_online(&self) -> bool;
}

/// Time. Both may be wrong, and the engine's promises hold all the same.
pub trait Clock {
    /// The wall clock; may jump either way.
    fn now(&self) -> Timestamp;

    /// Milliseconds since some moment; never goes back while this engine lives.
    fn monotonic_ms(&self) -> u64;
}

/// Chance.
pub trait Random {
    /// Sixteen bytes that nobody can foretell.
    fn bytes(&self) -> [u8; 16];

    /// A number below `bound`; 0 for a `bound` of 0.
    fn below(&self, bound: u64) -> u64;
}

/// What asking for a lock gave.
pub enum Lock<G> {
    /// Ours until the guard is dropped.
    Held(G),
    /// Somebody else's.
    Busy,
    /// This platform has none.
    Unavailable,
}

/// Locks between tabs and the worker.
#[expect(
    async_fn_in_trait,
    reason = "the engine runs on one thread; nothing needs to be Send"
)]
pub trait Locks {
    /// Gives the lock back when dropped.
    type Guard;

    /// Takes the lock if it is free.
    async fn try_lock(&self, name: &str) -> Lock<Self::Guard>;

    /// Takes the lock, waiting at most so long; then it is [`Lock::Busy`].
    async fn lock(&self, name: &str, wait_ms: u64) -> Lock<Self::Guard>;
}

/// Seals what is stored, so that an app lock can encrypt it. Synchronous, since a transaction can't wait.
pub trait Sealer {
    /// Seals bytes.
    fn seal(&self, plain: &[u8]) -> Vec<u8>;

    /// Opens sealed bytes; `None` if they are not what `seal` gave.
    fn open(&self, sealed: &[u8]) -> Option<Vec<u8>>;
}

/// The sealer that leaves bytes as they are.
#[derive(Debug, Clone, Copy, Default)]
pub struct Plain;

impl Sealer for Plain {
    fn seal(&self, plain: &[u8]) -> Vec<u8> {
        plain.to_vec()
    }

    fn open(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        Some(sealed.to_vec())
    }
}

/// Seals tokens under a key that can't leave the platform.
#[expect(
    async_fn_in_trait,
    reason = "the engine runs on one thread; nothing needs to be Send"
)]
pub trait Vault {
    /// Seals bytes; `None` where the platform can't.
    async fn seal(&self, plain: &[u8]) -> Option<Vec<u8>>;

    /// Opens sealed bytes; `None` if the key is gone or the bytes are not ours.
    async fn open(&self, sealed: &[u8]) -> Option<Vec<u8>>;
}

/// Something changed that a screen may show.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    /// Entities, events or drafts changed in the database.
    Data,
    /// The published state changed.
    Status,
    /// A log line.
    Log(LogLine),
}

/// Hears what happens. Must not call back into the engine.
pub trait Observer {
    /// Hears one thing.
    fn notice(&self, notice: &Notice);
}
