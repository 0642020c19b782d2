//! The transport's port: what becomes of a request is decided when it is sent, and happens later.

use lume_sync::ports::{Request, Response, SendError, Transport};

use super::{Seat, Slot};
use crate::net;

/// The network as a tab sees it.
pub(crate) struct SimTransport(pub(super) Seat);

impl Transport for SimTransport {
    async fn send(&self, request: Request) -> Result<Response, SendError> {
        let slot = Slot::new();
        net::send(
            &mut self.0.world.borrow_mut(),
            self.0.tab,
            self.0.database,
            request,
            &slot,
        );
        slot.await
    }

    fn is_online(&self) -> bool {
        self.0.world.borrow().net.seems_online
    }
}
