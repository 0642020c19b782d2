//! The network between an engine and a backend in memory: tests say what becomes of the next requests.

use std::cell::{Cell, RefCell, RefMut};
use std::rc::Rc;

use futures::channel::oneshot;
use lume_core::time::Timestamp;
use lume_sync::ports::{Method, Request, Response, SendError, Transport};
use lume_sync::testing::{BackendOptions, MemoryBackend};
use lume_wire::headers;
use serde_json::{Value, json};

/// What becomes of a request.
pub(crate) enum Fate {
    /// The backend answers.
    Answered,
    /// It never arrives.
    Lost,
    /// It takes too long; it never arrived.
    TimedOut,
    /// The backend applies it, and the answer gets lost.
    AnswerLost,
    /// The backend applies it, and the answer breaks off.
    AnswerCut,
    /// The backend answers, and what it says is changed on the way; the change is told the address.
    Changed(fn(&str, &mut Value)),
    /// Refused with this status and code, under the backend's mark; nothing is applied.
    Refused(u16, &'static str),
    /// Refused since the entry has another version, which is a new one each time; nothing is applied.
    OtherVersion,
    /// Refused since the note is too long; nothing is applied.
    NoteTooLong,
    /// Refused with this status, asking for a wait.
    Asked(u16, &'static str),
    /// Somebody else answers with this status and JSON.
    Foreign(u16),
    /// A portal answers with a page.
    Portal,
    /// A portal sends us elsewhere.
    Redirected,
    /// Waits for what the test says later.
    Held(oneshot::Receiver<Fate>),
}

/// A request that was sent.
#[derive(Clone, PartialEq)]
pub(crate) struct Sent {
    pub(crate) at: Timestamp,
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Option<Vec<u8>>,
}

impl Sent {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn key(&self) -> Option<&str> {
        self.header(headers::IDEMPOTENCY_KEY)
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(self.body.as_deref().unwrap_or(b"null")).unwrap()
    }
}

/// The network; clones share it.
#[derive(Clone)]
pub(crate) struct Net(Rc<Inner>);

/// What becomes of every request whose address holds a text.
type Rule = (&'static str, fn() -> Fate);

struct Inner {
    backend: RefCell<MemoryBackend>,
    clock: Rc<Cell<Timestamp>>,
    next: RefCell<Vec<(&'static str, Fate)>>,
    always: RefCell<Vec<Rule>>,
    disliked: RefCell<Option<Rule>>,
    sent: RefCell<Vec<Sent>>,
    online: Cell<bool>,
}

impl Net {
    pub(crate) fn new(options: BackendOptions, clock: Rc<Cell<Timestamp>>) -> Self {
        Self(Rc::new(Inner {
            backend: RefCell::new(MemoryBackend::new(options)),
            clock,
            next: RefCell::default(),
            always: RefCell::default(),
            disliked: RefCell::default(),
            sent: RefCell::default(),
            online: Cell::new(true),
        }))
    }

    /// What becomes of the next request whose address holds `path`, that no earlier word is about.
    pub(crate) fn next(&self, path: &'static str, fate: Fate) {
        self.0.next.borrow_mut().push((path, fate));
    }

    /// What becomes of every request whose address holds `path`, once [`Self::next`] has nothing to say.
    pub(crate) fn always(&self, path: &'static str, fate: fn() -> Fate) {
        self.0.always.borrow_mut().push((path, fate));
    }

    /// What becomes of every request whose body holds `text`, whatever else was said.
    pub(crate) fn dislike(&self, text: &'static str, fate: fn() -> Fate) {
        *self.0.disliked.borrow_mut() = Some((text, fate));
    }

    /// Takes back what [`Self::always`] said.
    pub(crate) fn heal(&self) {
        self.0.always.borrow_mut().clear();
    }

    /// Holds the next such request up until the test says what becomes of it.
    pub(crate) fn hold(&self, path: &'static str) -> oneshot::Sender<Fate> {
        let (release, held) = oneshot::channel();
        self.next(path, Fate::Held(held));
        release
    }

    pub(crate) fn set_online(&self, online: bool) {
        self.0.online.set(online);
    }

    /// The requests so far whose address holds `path`.
    pub(crate) fn sent(&self, path: &str) -> Vec<Sent> {
        let sent = self.0.sent.borrow();
        sent.iter()
            .filter(|sent| sent.url.contains(path))
            .cloned()
            .collect()
    }

    /// The requests so far that are about events.
    pub(crate) fn events(&self) -> Vec<Sent> {
        self.sent("/moods")
    }

    /// How many requests there were, whatever they were about.
    pub(crate) fn count(&self) -> usize {
        self.0.sent.borrow().len()
    }

    pub(crate) fn backend(&self) -> RefMut<'_, MemoryBackend> {
        self.0.backend.borrow_mut()
    }

    fn fate_of(&self, request: &Request) -> Fate {
        let url = request.url.as_str();
        let body = String::from_utf8_lossy(request.body.as_deref().unwrap_or_default());
        if let Some((text, fate)) = *self.0.disliked.borrow()
            && body.contains(text)
        {
            return fate();
        }
        let mut next = self.0.next.borrow_mut();
        if let Some(index) = next.iter().position(|(path, _)| url.contains(path)) {
            return next.remove(index).1;
        }
        let always = self.0.always.borrow();
        let found = always.iter().find(|(path, _)| url.contains(path));
        found.map_or(Fate::Answered, |(_, fate)| fate())
    }

    fn handle(&self, request: &Request) -> Response {
        self.0
            .backend
            .borrow_mut()
            .handle(self.0.clock.get(), request)
    }
}

impl Transport for Net {
    async fn send(&self, request: Request) -> Result<Response, SendError> {
        self.0.sent.borrow_mut().push(Sent {
            at: self.0.clock.get(),
            method: request.method,
            url: request.url.clone(),
            headers: request.headers.clone(),
            body: request.body.clone(),
        });
        let mut fate = self.fate_of(&request);
        while let Fate::Held(held) = fate {
            fate = held.await.unwrap_or(Fate::Lost);
        }
        match fate {
            Fate::Answered => Ok(self.handle(&request)),
            Fate::Lost | Fate::Held(_) => Err(SendError::Network),
            Fate::TimedOut => Err(SendError::Timeout),
            Fate::AnswerLost => {
                self.handle(&request);
                Err(SendError::Network)
            }
            Fate::AnswerCut => Ok(Response {
                body: None,
                ..self.handle(&request)
            }),
            Fate::Changed(change) => {
                let response = self.handle(&request);
                let mut body = serde_json::from_slice(response.body.as_deref().unwrap()).unwrap();
                change(&request.url, &mut body);
                Ok(Response {
                    body: Some(body.to_string().into_bytes()),
                    ..response
                })
            }
            Fate::Refused(status, code) => {
                let error = json!({"success": false, "error": {"code": code, "message": "no"}});
                Ok(Response {
                    body: Some(error.to_string().into_bytes()),
                    ..ours(status)
                })
            }
            Fate::OtherVersion => {
                let id = request.url.rsplit('/').next().unwrap_or_default();
                let count = self.0.sent.borrow().len();
                let entity = json!({
                    "id": id, "date": "2023-11-14T20:00:00.000Z", "mood": "happy", "note": format!("other {count}"),
                    "rev": 1_000 + count,
                });
                let error =
                    json!({"success": false, "error": {"code": "version", "entity": entity}});
                Ok(Response {
                    body: Some(error.to_string().into_bytes()),
                    ..ours(412)
                })
            }
            Fate::NoteTooLong => {
                let fields = json!({"note": "too_long"});
                let error =
                    json!({"success": false, "error": {"code": "validation", "fields": fields}});
                Ok(Response {
                    body: Some(error.to_string().into_bytes()),
                    ..ours(422)
                })
            }
            Fate::Asked(status, retry_after) => Ok(Response {
                retry_after: Some(retry_after.to_owned()),
                ..ours(status)
            }),
            Fate::Foreign(status) => Ok(Response {
                protocol: None,
                ..ours(status)
            }),
            Fate::Portal => Ok(Response {
                protocol: None,
                content_type: Some("text/html".to_owned()),
                body: Some(b"<html>Welcome to the hotel</html>".to_vec()),
                ..ours(200)
            }),
            Fate::Redirected => Ok(Response {
                protocol: None,
                redirected: true,
                ..ours(0)
            }),
        }
    }

    fn is_online(&self) -> bool {
        self.0.online.get()
    }
}

fn ours(status: u16) -> Response {
    Response {
        status,
        redirected: false,
        content_type: Some("application/json".to_owned()),
        protocol: Some(headers::PROTOCOL_VALUE.to_owned()),
        retry_after: None,
        date: None,
        etag: None,
        body: Some(b"{}".to_vec()),
    }
}
