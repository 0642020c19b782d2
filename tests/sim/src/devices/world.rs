//! What the devices share: time, the server, and what is known about all of it.

use std::cell::RefCell;
use std::rc::Rc;

use lume_core::time::Timestamp;
use lume_sync::memory::Tables;
use lume_sync::ports::{Method, Request};
use lume_sync::testing::{BackendOptions, Backup, MemoryBackend};
use lume_wire::paths;
use serde_json::json;

use super::ledger::Ledger;
use crate::checks::{Invariant, Violation};
use crate::rng::Rng;
use crate::trace::digest;
use crate::world::BEGINNING;

/// Where the simulated backend is.
pub(super) const BACKEND: &str = "https://lume.example";
/// Who signs in.
pub(super) const EMAIL: &str = "alice@lume.example";
/// With what.
pub(super) const PASSWORD: &str = "correct horse battery";

pub(super) type Shared = Rc<RefCell<World>>;

/// See the [module](self).
pub(super) struct World {
    pub(super) now_ms: u64,
    pub(super) rng: Rng,
    pub(super) backend: MemoryBackend,
    pub(super) devices: Vec<Device>,
    pub(super) ledger: Ledger,
    pub(super) violation: Option<Violation>,
    /// How often each of the network's faults strikes, in a thousand requests.
    pub(super) net_rate: u32,
    /// How often a transaction fails, in a thousand.
    pub(super) disk_rate: u32,
    /// Copies of requests that arrive again.
    pub(super) late: Vec<Request>,
    /// Values that were put aside.
    pub(super) aside: u64,
    /// Effects of the server's journal that were looked at.
    pub(super) effects_seen: usize,
    backup: Option<Backup>,
    /// How often the server was put back.
    pub(super) restored: u32,
}

/// One device.
#[derive(Default)]
pub(super) struct Device {
    pub(super) tables: Tables,
    /// How far its clock is off.
    pub(super) wall_ms: i64,
    pub(super) offline_until_ms: u64,
    /// Nobody uses it until then.
    pub(super) away_until_ms: u64,
}

impl World {
    pub(super) fn of(rng: &mut Rng) -> Shared {
        let backend = MemoryBackend::new(BackendOptions {
            changes: true,
            changes_page: *rng.pick(&[1, 3, 500]).unwrap_or(&500),
            ..BackendOptions::default()
        });
        let shifts: [i64; 5] = [0, 0, -3_600_000, 86_400_000, -400 * 86_400_000];
        let count = rng.between(2, 3);
        let devices = (0..count).map(|_| Device {
            wall_ms: rng.pick(&shifts).copied().unwrap_or(0),
            ..Device::default()
        });
        let devices = devices.collect();
        let mut world = Self {
            now_ms: 0,
            rng: Rng::new(rng.draw()),
            backend,
            devices,
            ledger: Ledger::default(),
            violation: None,
            net_rate: *rng.pick(&[0, 40, 150]).unwrap_or(&0),
            disk_rate: *rng.pick(&[0, 0, 20, 60]).unwrap_or(&0),
            late: Vec::new(),
            aside: 0,
            effects_seen: 0,
            backup: None,
            restored: 0,
        };
        let body = json!({"email": EMAIL, "password": PASSWORD, "name": "N", "date_of_birth": "1990-01-15"});
        let request = Request {
            method: Method::Post,
            url: format!("{BACKEND}{}", paths::REGISTER),
            headers: Vec::new(),
            body: Some(body.to_string().into_bytes()),
            timeout_ms: 0,
        };
        let now = world.server_now();
        drop(world.backend.handle(now, &request));
        Rc::new(RefCell::new(world))
    }

    /// The server's clock.
    pub(super) fn server_now(&self) -> Timestamp {
        BEGINNING.plus_millis(self.now_ms.cast_signed())
    }

    /// A device's wall clock.
    pub(super) fn wall_now(&self, device: usize) -> Timestamp {
        self.server_now().plus_millis(self.devices[device].wall_ms)
    }

    pub(super) fn back_up(&mut self) {
        self.backup = Some(self.backend.backup());
    }

    /// Puts the server back to the last backup, if there is one.
    pub(super) fn restore(&mut self) {
        if let Some(backup) = self.backup.take() {
            self.backend.restore(&backup);
            self.restored += 1;
        }
    }

    pub(super) fn violate(&mut self, invariant: Invariant, what: impl Into<String>) {
        if self.violation.is_none() {
            self.violation = Some(Violation {
                invariant,
                what: what.into(),
                at_ms: self.now_ms,
            });
        }
    }

    /// What the server has and how it came there, as a number.
    pub(super) fn hash(&self) -> u64 {
        let mut all = Vec::new();
        for effect in self.backend.journal() {
            all.extend(format!("{effect:?}").bytes());
            all.extend_from_slice(&effect.body);
        }
        digest(&all)
    }
}
