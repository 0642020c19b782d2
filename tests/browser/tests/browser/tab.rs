//! The ports of an engine in a tab of its own: the browser's, but for the network and the time.

use lume_sync::ports::{Clock, Notice, Observer, Plain, Ports, Transport};
use lume_web::idb::IdbStore;
use lume_web::locks::WebLocks;
use lume_web::random::WebRandom;
use lume_web::vault::WebVault;

pub(crate) struct TabPorts<T, C> {
    pub(crate) store: IdbStore,
    pub(crate) transport: T,
    pub(crate) clock: C,
    pub(crate) locks: WebLocks,
    pub(crate) vault: WebVault,
}

/// Hears everything and says nothing.
pub(crate) struct Nobody;

impl Observer for Nobody {
    fn notice(&self, _: &Notice) {}
}

impl<T: Transport, C: Clock> Ports for TabPorts<T, C> {
    type Store = IdbStore;
    type Transport = T;
    type Clock = C;
    type Random = WebRandom;
    type Locks = WebLocks;
    type Sealer = Plain;
    type Vault = WebVault;
    type Observer = Nobody;

    fn store(&self) -> &IdbStore {
        &self.store
    }
    fn transport(&self) -> &T {
        &self.transport
    }
    fn clock(&self) -> &C {
        &self.clock
    }
    fn random(&self) -> &WebRandom {
        &WebRandom
    }
    fn locks(&self) -> &WebLocks {
        &self.locks
    }
    fn sealer(&self) -> &Plain {
        &Plain
    }
    fn vault(&self) -> &WebVault {
        &self.vault
    }
    fn observer(&self) -> &Nobody {
        &Nobody
    }
}
