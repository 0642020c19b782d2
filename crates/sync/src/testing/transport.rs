//! The engine's transport over a [`MemoryBackend`]: every request is answered at once.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use lume_core::time::Timestamp;

use super::backend::MemoryBackend;
use crate::ports::{Request, Response, SendError, Transport};

/// Sends to a backend in memory; clones share it.
///
/// The backend's clock is the cell that was handed in: a test that moves it moves the backend's time.
#[derive(Clone)]
pub struct MemoryTransport {
    backend: Rc<RefCell<MemoryBackend>>,
    clock: Rc<Cell<Timestamp>>,
    fate: Rc<Cell<Fate>>,
}

/// What becomes of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Answered,
    Lost,
    AnswerLost,
}

impl MemoryTransport {
    /// A way to a backend.
    pub fn new(backend: MemoryBackend, clock: Rc<Cell<Timestamp>>) -> Self {
        Self {
            backend: Rc::new(RefCell::new(backend)),
            clock,
            fate: Rc::new(Cell::new(Fate::Answered)),
        }
    }

    /// The backend behind it.
    pub fn backend(&self) -> std::cell::RefMut<'_, MemoryBackend> {
        self.backend.borrow_mut()
    }

    /// Whether requests arrive.
    pub fn set_online(&self, online: bool) {
        self.fate
            .set(if online { Fate::Answered } else { Fate::Lost });
    }

    /// Whether requests have their effect while their answers are lost.
    pub fn set_answers_lost(&self, lost: bool) {
        self.fate.set(if lost {
            Fate::AnswerLost
        } else {
            Fate::Answered
        });
    }
}

impl Transport for MemoryTransport {
    async fn send(&self, request: Request) -> Result<Response, SendError> {
        match self.fate.get() {
            Fate::Lost => Err(SendError::Network),
            Fate::AnswerLost => {
                drop(self.backend.borrow_mut().handle(self.clock.get(), &request));
                Err(SendError::Network)
            }
            Fate::Answered => Ok(self.backend.borrow_mut().handle(self.clock.get(), &request)),
        }
    }

    fn is_online(&self) -> bool {
        self.fate.get() != Fate::Lost
    }
}
