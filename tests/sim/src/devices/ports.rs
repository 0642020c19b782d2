//! A device's ports: every await is one at which the tab may end, and another one go on.

use std::cell::RefCell;
use std::future::poll_fn;
use std::task::Poll;

use lume_core::time::Timestamp;
use lume_sync::memory::Tables;
use lume_sync::ports::{
    Clock, Lock, Locks, Notice, Observer, Plain, Random, Request, Response, SendError, Transport,
    Vault,
};
use lume_sync::store::{Mode, Program, Store, StoreError, StoreName};
use lume_wire::ErrorCode;

use super::checks;
use super::world::Shared;
use crate::rng::Rng;

/// Which device, in which world.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) world: Shared,
    pub(super) device: usize,
}

/// See the [module](self).
pub(super) struct Ports {
    place: Place,
    random: SimRandom,
    plain: Plain,
}

pub(super) struct SimRandom(RefCell<Rng>);

impl Ports {
    pub(super) fn new(place: Place, rng: Rng) -> Self {
        Self {
            place,
            random: SimRandom(RefCell::new(rng)),
            plain: Plain,
        }
    }
}

/// Lets others go on first.
async fn pause() {
    let mut paused = false;
    poll_fn(|_| {
        if paused {
            return Poll::Ready(());
        }
        paused = true;
        Poll::Pending
    })
    .await;
}

impl Store for Place {
    async fn transact<P: Program>(
        &self,
        mode: Mode,
        _stores: &[StoreName],
        program: P,
    ) -> Result<P::Output, StoreError> {
        pause().await;
        let done = self.transact_now(mode, program);
        // What could not be begun is told at once.
        if !matches!(done, Err(StoreError::Aborted(_))) {
            pause().await;
        }
        done
    }
}

impl Place {
    fn transact_now<P: Program>(&self, mode: Mode, program: P) -> Result<P::Output, StoreError> {
        let unknown = || StoreError::Unknown("simulated".to_owned());
        let (fate, before) = {
            let mut world = self.world.borrow_mut();
            let rate = world.disk_rate;
            let fails = mode != Mode::Read && world.rng.per_mille(rate);
            let fate = if fails { world.rng.below(3) } else { 3 };
            (fate, world.devices[self.device].tables.clone())
        };
        match fate {
            0 => return Err(StoreError::Aborted("AbortError".to_owned())),
            1 => return Err(unknown()),
            _ => {}
        }
        let mut after: Tables = before.clone();
        // Outside of the borrow: a program reads the clock.
        let output = after.run(program)?;
        if after != before {
            let mut world = self.world.borrow_mut();
            checks::on_commit(&mut world, self.device, &before, &after);
            world.devices[self.device].tables = after;
        }
        if fate == 2 {
            Err(unknown())
        } else {
            Ok(output)
        }
    }
}

impl Transport for Place {
    async fn send(&self, request: Request) -> Result<Response, SendError> {
        pause().await;
        let struck = {
            let mut world = self.world.borrow_mut();
            if world.devices[self.device].offline_until_ms > world.now_ms {
                return Err(SendError::Network);
            }
            let rate = world.net_rate;
            if world.rng.per_mille(rate) {
                world.rng.below(5)
            } else {
                u64::MAX
            }
        };
        if struck == 0 {
            return Err(SendError::Network);
        }
        if struck == 1 {
            return Ok(crate::net::refusal(ErrorCode::Internal));
        }
        pause().await;
        let response = {
            let mut world = self.world.borrow_mut();
            if struck == 2 {
                world.late.push(request.clone());
            }
            let now = world.server_now();
            let response = world.backend.handle(now, &request);
            checks::on_effects(&mut world, Some(self.device));
            let is_late = world.rng.per_mille(300);
            if let Some(copy) = world.late.pop().filter(|_| is_late) {
                drop(world.backend.handle(now, &copy));
                checks::on_effects(&mut world, None);
            }
            response
        };
        pause().await;
        if struck == 3 {
            return Err(SendError::Network);
        }
        if struck == 4 {
            return Ok(Response {
                body: None,
                ..response
            });
        }
        Ok(response)
    }

    fn is_online(&self) -> bool {
        let world = self.world.borrow();
        world.devices[self.device].offline_until_ms <= world.now_ms
    }
}

impl Clock for Place {
    fn now(&self) -> Timestamp {
        self.world.borrow().wall_now(self.device)
    }

    fn monotonic_ms(&self) -> u64 {
        self.world.borrow().now_ms
    }
}

impl Random for SimRandom {
    fn bytes(&self) -> [u8; 16] {
        self.0.borrow_mut().bytes()
    }

    fn below(&self, bound: u64) -> u64 {
        self.0.borrow_mut().below(bound)
    }
}

impl Locks for Place {
    type Guard = ();

    async fn try_lock(&self, _name: &str) -> Lock<()> {
        pause().await;
        Lock::Unavailable
    }

    async fn lock(&self, _name: &str, _wait_ms: u64) -> Lock<()> {
        pause().await;
        Lock::Unavailable
    }
}

impl Vault for Place {
    async fn seal(&self, plain: &[u8]) -> Option<Vec<u8>> {
        pause().await;
        Some(plain.to_vec())
    }

    async fn open(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        pause().await;
        Some(sealed.to_vec())
    }
}

impl Observer for Place {
    fn notice(&self, _notice: &Notice) {}
}

impl lume_sync::ports::Ports for Ports {
    type Store = Place;
    type Transport = Place;
    type Clock = Place;
    type Random = SimRandom;
    type Locks = Place;
    type Sealer = Plain;
    type Vault = Place;
    type Observer = Place;

    fn store(&self) -> &Place {
        &self.place
    }

    fn transport(&self) -> &Place {
        &self.place
    }

    fn clock(&self) -> &Place {
        &self.place
    }

    fn random(&self) -> &SimRandom {
        &self.random
    }

    fn locks(&self) -> &Place {
        &self.place
    }

    fn sealer(&self) -> &Plain {
        &self.plain
    }

    fn vault(&self) -> &Place {
        &self.place
    }

    fn observer(&self) -> &Place {
        &self.place
    }
}
