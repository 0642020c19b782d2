//! The profiles of this device, each with an engine of its own, and the rounds of passes over them.

use lume_core::ids::DeviceId;
use lume_sync::ports::{Clock, Notice, Random};
use lume_sync::{Engine, EngineOptions, Remainder, StoreError, Trigger};
use lume_web::channel::{ChangeChannel, Hint};
use lume_web::clock::WebClock;
use lume_web::lock::WebKeyring;
use lume_web::random::WebRandom;
use lume_web::registry::{ProfileEntry, Registry};
use lume_web::timer::sleep;
use lume_web::{BrowserPorts, CallbackObserver};

use crate::Outcome;
use crate::rounds::{self, Next};

type WorkerEngine = Engine<BrowserPorts<CallbackObserver>>;

/// Makes rounds of passes over all profiles until nothing is left, or nothing that is worth waiting for.
pub(crate) async fn flush_all(limit_ms: u64) -> Outcome {
    let began_ms = WebClock.monotonic_ms();
    let Ok((engines, all_opened)) = open_all().await else {
        return Outcome::Left;
    };
    let mut trigger = Trigger::Online;
    loop {
        let mut left = Remainder::Nothing;
        let mut failed = !all_opened;
        for engine in &engines {
            match pass(engine, trigger).await {
                Ok(remainder) => left = rounds::earlier(left, remainder),
                // A version that can read it will send what is there; this worker never can.
                Err(StoreError::Newer) => {}
                Err(_) => failed = true,
            }
        }
        let spent_ms = WebClock.monotonic_ms().saturating_sub(began_ms);
        match rounds::next(left, WebClock.now(), spent_ms, limit_ms) {
            Next::Done if !failed => return Outcome::Done,
            Next::Done | Next::Left => return Outcome::Left,
            Next::After(wait_ms) => sleep(wait_ms).await,
        }
        trigger = Trigger::Timer;
    }
}

/// Engines for all profiles, and whether each one has got its own. None while the device has an app lock: its key is in
/// the memory of unlocked pages and nowhere else, so what is pending waits for one of them.
async fn open_all() -> Result<(Vec<WorkerEngine>, bool), StoreError> {
    let registry = Registry::new(|_| {});
    if registry.lock().await?.is_some() {
        return Ok((Vec::new(), true));
    }
    let profiles = registry.profiles().await?;
    let mut engines = Vec::new();
    for profile in &profiles {
        if let Ok(engine) = open(&registry, profile).await {
            engines.push(engine);
        }
    }
    let all_opened = engines.len() == profiles.len();
    Ok((engines, all_opened))
}

/// An engine over a profile's database; pages hear of what it changes.
async fn open(registry: &Registry, profile: &ProfileEntry) -> Result<WorkerEngine, StoreError> {
    let channel = ChangeChannel::join(&profile.name, |_| {});
    let observer = CallbackObserver::new(move |notice| {
        if let (Notice::Data, Some(channel)) = (notice, &channel) {
            channel.announce(Hint::Changed);
        }
    });
    // A lock that is set from here on is met in the database, and no key is ever here.
    let ring = WebKeyring::new(None, false, || {});
    let ports = BrowserPorts::open(registry, &profile.name, ring, observer, |_| {}).await?;
    let options = EngineOptions {
        owner: DeviceId::from_random_bytes(WebRandom.bytes()).to_string(),
        client_version: env!("CARGO_PKG_VERSION").to_owned(),
        device: None,
    };
    Ok(Engine::new(ports, options))
}

/// Makes a pass, if there is anything to make one for, and tells what it has left.
async fn pass(engine: &WorkerEngine, trigger: Trigger) -> Result<Remainder, StoreError> {
    if engine.status().await?.remainder(WebClock.now()) == Remainder::Nothing {
        return Ok(Remainder::Nothing);
    }
    engine.pass(trigger).await;
    Ok(engine.status().await?.remainder(WebClock.now()))
}
