//! The engine of one profile: what a person does, what is shown, and when something is sent.
//!
//! One engine lives in each tab and in the worker, over one database. It keeps nothing in memory that another one
//! would need: what it holds besides its ports are a flag that a pass runs, which entities are on their way (for the
//! eye), the opened tokens, a wait after failures of the database, and log lines not yet written. It may be dropped at any await; the database then stands
//! where a crash would have left it.
//!
//! Architecture invariant: no safety rests on the locks or on this memory. It rests on the one transaction of an
//! action, on the claim ([`crate::claim`]), and on the server's idempotency.

use std::cell::RefCell;
use std::collections::BTreeSet;

use lume_core::ids::EventId;
use lume_core::time::Timestamp;
use lume_wire::changes::CHANGES_LIMIT_MAX;

use crate::derived::Marker;
use crate::gate::{Gate, Trigger};
use crate::log::{Level, LogEvent, LogLine};
use crate::meta::{BackendKind, Tokens};
use crate::mutant::{self, Mutant};
use crate::ports::{Clock, Notice, Observer, Ports, Random, Sealer};
use crate::rows::EntityKey;
use crate::store::{Answers, Mode, Program, Step, Store, StoreError, StoreName, Write};

/// What an engine is told about itself.
#[derive(Debug, Clone)]
pub struct EngineOptions {
    /// Tells this engine's life from every other one: random.
    pub owner: String,
    /// The app's version, sent to extended backends.
    pub client_version: String,
    /// How this device calls itself to extended backends, for the history of entries; at most 60 characters.
    pub device: Option<String>,
}

/// The engine. See the [module](self).
pub struct Engine<P: Ports> {
    pub(crate) ports: P,
    pub(crate) options: EngineOptions,
    pub(crate) live: RefCell<Live>,
}

/// What an engine keeps in memory.
#[derive(Default)]
pub(crate) struct Live {
    /// A pass runs.
    pub(crate) processing: bool,
    /// Another one was asked for meanwhile.
    pub(crate) again: Option<Trigger>,
    /// On their way at this moment.
    pub(crate) sending: BTreeSet<EntityKey>,
    /// The opened tokens of a generation.
    pub(crate) tokens: Option<(u64, Tokens)>,
    /// Not yet written.
    pub(crate) lines: Vec<LogLine>,
    /// Whether requests are logged.
    pub(crate) debug: bool,
    /// Makes passes wait that fail at the database; kept here, since it can't be stored.
    pub(crate) rest: Gate,
    /// Since when the lock has been somebody else's, whenever it was asked for.
    pub(crate) busy_since_ms: Option<u64>,
    /// When the feed was last asked, by the clock that never jumps.
    pub(crate) pulled_ms: Option<u64>,
    /// When somebody who asked for the feed too soon is answered, by the same clock.
    pub(crate) pull_due_ms: Option<u64>,
    /// How many changes are asked for at once.
    pub(crate) page_changes: u32,
    /// When the database did not take in what the feed had, by the same clock.
    pub(crate) feed_stuck_ms: Option<u64>,
    /// Whether somebody looks at the app.
    pub(crate) visible: bool,
    /// The last reason to skip a pass, so that it is logged once.
    pub(crate) skipped: Option<LogEvent>,
}

impl<P: Ports> Engine<P> {
    /// An engine over a profile's database.
    pub fn new(ports: P, options: EngineOptions) -> Self {
        Self {
            ports,
            options,
            live: RefCell::new(Live {
                visible: true,
                page_changes: CHANGES_LIMIT_MAX,
                ..Live::default()
            }),
        }
    }

    /// What it was given.
    pub fn ports(&self) -> &P {
        &self.ports
    }

    /// Whether each request is logged (method, route, status and duration; nothing else).
    pub fn set_debug_log(&self, on: bool) {
        self.live.borrow_mut().debug = on;
    }

    /// Says whether somebody looks at the app: only then the timer asks for what changed elsewhere.
    pub fn set_visible(&self, visible: bool) {
        self.live.borrow_mut().visible = visible;
    }

    /// How this device calls itself to a backend of this kind: a basic one is sent nothing that it does not know.
    pub(crate) fn device(&self, kind: BackendKind) -> Option<String> {
        let device = self.options.device.clone();
        device.filter(|_| kind == BackendKind::Extended)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.ports.clock().now()
    }

    pub(crate) fn below(&self, bound: u64) -> u64 {
        self.ports.random().below(bound)
    }

    pub(crate) fn new_event_id(&self) -> EventId {
        EventId::from_random_bytes(self.ports.random().bytes())
    }

    pub(crate) fn sealer(&self) -> &P::Sealer {
        self.ports.sealer()
    }

    /// Whether the app is locked: nothing is sent, and no event is touched.
    pub(crate) fn is_locked(&self) -> bool {
        self.ports.store().is_locked() && !mutant::is(Mutant::SendsWhileLocked)
    }

    pub(crate) fn notify(&self, notice: &Notice) {
        self.ports.observer().notice(notice);
    }

    /// Says something; written to the database with the next [`Self::flush_log`].
    pub(crate) fn log(&self, level: Level, event: LogEvent) {
        let line = LogLine {
            at: self.now(),
            level,
            event,
        };
        self.notify(&Notice::Log(line.clone()));
        self.live.borrow_mut().lines.push(line);
    }

    /// Says why nothing was done, once for each change of the reason.
    pub(crate) fn log_skip(&self, event: LogEvent) {
        let known = self.live.borrow().skipped.as_ref() == Some(&event);
        if !known {
            self.live.borrow_mut().skipped = Some(event.clone());
            self.log(Level::Info, event);
        }
    }

    /// Writes the lines said so far. They may be lost; nothing depends on them.
    pub(crate) async fn flush_log(&self) {
        let lines = std::mem::take(&mut self.live.borrow_mut().lines);
        if lines.is_empty() {
            return;
        }
        let writes: Vec<_> = lines
            .iter()
            .map(|line| Write::AppendLog(self.sealer().seal(&crate::meta::to_bytes(line))))
            .collect();
        let written = self.transact(Mode::Relaxed, &[StoreName::Log], move |_| {
            Step::Write(writes.clone(), ())
        });
        // A line that can't be written was on the console all the same.
        drop(written.await);
    }

    /// Runs a program in one transaction. The store sees one type of program, whoever asks: each further one would be a
    /// copy of the store's code in the app. Where it may write entities, what is derived of them is marked with it.
    pub(crate) async fn transact<Q: Program>(
        &self,
        mode: Mode,
        stores: &[StoreName],
        mut program: Q,
    ) -> Result<Q::Output, StoreError> {
        let mut stores = stores.to_vec();
        let mut marker = None;
        if mode != Mode::Read && stores.contains(&StoreName::Entries) {
            marker = Some(Marker::default());
            if !stores.contains(&StoreName::Stats) {
                stores.push(StoreName::Stats);
            }
        }
        let mut output = None;
        let mut step = |answers: Answers| {
            if let Some(marker) = &mut marker {
                marker.hear(&answers);
                if let Some(writes) = marker.go_on() {
                    return writes;
                }
            }
            match (program.step(answers), &mut marker) {
                (Step::Read(queries), Some(marker)) => {
                    marker.asks(&queries);
                    Step::Read(queries)
                }
                (Step::Read(queries), None) => Step::Read(queries),
                (Step::Write(writes, decided), marker) => {
                    output = Some(decided);
                    match marker {
                        Some(marker) => marker.decide(writes),
                        None => Step::Write(writes, ()),
                    }
                }
            }
        };
        let program: &mut dyn FnMut(Answers) -> Step<()> = &mut step;
        self.ports.store().transact(mode, &stores, program).await?;
        Ok(output.expect("a program says what it gives before it is committed"))
    }

    /// Says that the database failed at something, and gives the error on.
    pub(crate) fn store_failed(&self, during: &str, error: &StoreError) {
        self.log(
            Level::Error,
            LogEvent::StoreFailed {
                during: during.to_owned(),
                error: error.to_string(),
            },
        );
    }
}

/// Reads a row's sealed bytes that hold a plain record.
pub(crate) fn open_record<T: serde::de::DeserializeOwned>(
    sealer: &impl Sealer,
    bytes: &[u8],
) -> Option<T> {
    serde_json::from_slice(&sealer.open(bytes)?).ok()
}
