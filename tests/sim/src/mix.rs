//! Swarm: each seed has its own mix of faults and rates, so that no run is an average of all of them.

use lume_sync::testing::{BasicEdits, Profile};

use crate::rng::Rng;

macro_rules! faults {
    ($($(#[$doc:meta])* $name:ident $most:literal),+ $(,)?) => {
        /// Something that goes wrong, or merely otherwise than hoped.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Fault {
            $($(#[$doc])* $name),+
        }

        impl Fault {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// How often it strikes at the most, in a thousand chances.
            const fn most(self) -> u32 {
                match self {
                    $(Self::$name => $most),+
                }
            }
        }
    };
}

faults! {
    /// A transaction is aborted.
    StoreAborts 60,
    /// A transaction finds no room; the disk stays full for a while.
    StoreFull 20,
    /// A commit's outcome can't be told, and it is there.
    CommitUnknownApplied 60,
    /// A commit's outcome can't be told, and it is not there.
    CommitUnknownLost 60,
    /// The database can't be opened.
    StoreUnavailable 40,
    /// A transaction takes seconds.
    StoreSlow 40,
    /// A transaction has committed by itself before it could write.
    CommitsByItself 40,
    /// A tab loses its connection to the database, and with it every transaction under way.
    ConnectionLost 20,
    /// A transaction hangs for minutes, and holds its stores.
    StoreHangs 2,
    /// A request never arrives.
    RequestLost 200,
    /// An answer never arrives.
    AnswerLost 200,
    /// A request arrives twice.
    RequestDuplicated 150,
    /// A request arrives after the client gave up.
    RequestLate 100,
    /// Nothing comes back until the client gives up.
    Hangs 80,
    /// An exchange takes seconds.
    NetSlow 100,
    /// 500 instead of the effect.
    ServerFails 150,
    /// 500 after the effect.
    ServerFailsAfter 150,
    /// 502, 504 or 520.
    Gateway 120,
    /// 503, mostly with `Retry-After`.
    Unavailable 80,
    /// 429, mostly with `Retry-After`.
    TooMany 60,
    /// 401 for no reason.
    Unauthorized 60,
    /// A page for people with status 200.
    PortalPage 120,
    /// A redirect that is not followed.
    PortalRedirect 60,
    /// JSON with status 200 that is not the backend's.
    ForeignJson 80,
    /// A body that breaks off, after the effect.
    Truncated 100,
    /// A body that is not JSON, after the effect.
    Garbled 60,
    /// 409 `in_progress`.
    InProgress 60,
    /// 403 without the backend's mark.
    Firewall 60,
    /// 404 without the backend's mark.
    RouteMissing 30,
    /// 423.
    Locked 60,
    /// 408 or 425.
    Early 60,
    /// 402 or 507.
    AccountFull 15,
    /// 426.
    TooOld 15,
    /// The preflight is refused.
    Cors 30,
    /// The network is gone for a while.
    Offline 25,
    /// The backend is gone for a while.
    ServerDown 20,
    /// A portal stands in front of everything for a while.
    PortalStands 15,
    /// A tab ends while it waits for something.
    Crash 12,
    /// A tab is loaded anew while it waits for something.
    Reload 10,
    /// A tab is frozen while it waits for something.
    Freeze 8,
    /// A tab is left: it goes to the back/forward cache if nothing is under way in it, else it ends.
    Leaves 40,
    /// A frozen tab is discarded by the browser.
    Discards 200,
    /// A tab goes to the background, where timers are slow.
    Hides 100,
    /// A tab is loaded anew with a newer version of the app.
    Updates 15,
    /// The browser starts the worker to send what waits.
    BackgroundSync 250,
    /// The browser ends the worker.
    WorkerKilled 60,
    /// The power is cut.
    PowerCut 4,
    /// The wall clock jumps.
    ClockJumps 8,
    /// The device is put away for hours or days.
    LongSleep 2,
    /// The app is locked for a while, in all tabs at once.
    AppLocks 60,
}

/// What one seed's world is like.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent switches, each drawn by itself"
)]
pub struct Mix {
    /// How often each fault strikes, in a thousand chances, by its place in [`Fault::ALL`].
    rates: Vec<u32>,
    /// What the backend offers.
    pub profile: Profile,
    /// Whether the app is told what the backend is, or asks.
    pub told: bool,
    /// Whether the browser has locks.
    pub has_locks: bool,
    /// Tabs that the person likes to have open.
    pub tabs: usize,
    /// Mean pause between two things a person does, in milliseconds.
    pub pause_ms: u64,
    /// Things a person does before the world calms down.
    pub actions: u32,
    /// Entities that a person plays with in one database.
    pub entities: usize,
    /// Whether the server fails at one entity whatever happens.
    pub poison: bool,
    /// How often a person writes something that the server refuses, in a thousand entries.
    pub spoiled: u32,
    /// How often a person signs out, in or as somebody else, in a thousand actions.
    pub wanders: u32,
    /// Whether the first entries are written before anybody signs in.
    pub device_first: bool,
    /// Whether the browser ends the transactions of tabs that have been frozen for a minute.
    pub loses_patience: bool,
    /// Whether a tab stays frozen while the others must come to their end.
    pub zombie: bool,
    /// How the backend breaks its contract, if it does.
    pub bug: Option<Bug>,
    /// Whether access tokens live so shortly that they are renewed all the time.
    pub short_sessions: bool,
    /// Whether the backend forgets its answers after a minute instead of ninety days: what a long absence meets, soon.
    pub forgetful: bool,
    /// Whether the backend takes batches.
    pub batches: bool,
    /// How often a batch is refused as a whole, or its answer is incomplete or in another order, in a thousand.
    pub batch_trouble: u32,
    /// How far the device's clock is off from the beginning, in milliseconds.
    pub shift_ms: i64,
}

/// How a backend breaks the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// It forgets keys and their answers.
    ForgetsKeys,
    /// It does its work and answers with a refusal of its own, whatever comes to its mind.
    RefusesAtRandom,
    /// It names no revision, or a wrong one.
    LiesAboutRevisions,
    /// Its envelopes are empty, or hold something else.
    HalfEnvelopes,
    /// It never finishes with some keys.
    AlwaysInProgress,
}

impl Bug {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::ForgetsKeys,
        Self::RefusesAtRandom,
        Self::LiesAboutRevisions,
        Self::HalfEnvelopes,
        Self::AlwaysInProgress,
    ];
}

impl Mix {
    /// The mix of a seed.
    pub fn of(rng: &mut Rng) -> Self {
        let profile = match rng.below(10) {
            0 => Profile::Basic(BasicEdits::Replace),
            1 => Profile::Basic(BasicEdits::Refuse),
            _ => Profile::Extended,
        };
        // Few faults at high rates find other mistakes than all of them at once.
        let share = *rng.pick(&[0, 80, 200, 350, 600]).unwrap_or(&0);
        let rates = Fault::ALL
            .iter()
            .map(|fault| {
                let struck = rng.per_mille(share);
                let part = rng.between(1, 4);
                let rate = u32::try_from(u64::from(fault.most()) * part / 4)
                    .unwrap_or(0)
                    .max(1);
                if struck { rate } else { 0 }
            })
            .collect();
        let mut mix = Self {
            rates,
            profile,
            told: rng.per_mille(300),
            has_locks: rng.per_mille(700),
            tabs: if rng.per_mille(400) { 2 } else { 1 },
            pause_ms: *rng.pick(&[300, 3_000, 15_000, 40_000]).unwrap_or(&3_000),
            actions: u32::try_from(rng.between(15, 60)).unwrap_or(15),
            entities: rng.index(6) + 1,
            poison: rng.per_mille(200),
            spoiled: if rng.per_mille(300) { 120 } else { 0 },
            wanders: *rng.pick(&[0, 20, 80]).unwrap_or(&0),
            device_first: rng.per_mille(400),
            loses_patience: rng.per_mille(500),
            zombie: rng.per_mille(500),
            bug: if rng.per_mille(80) {
                rng.pick(&Bug::ALL).copied()
            } else {
                None
            },
            short_sessions: rng.per_mille(150),
            forgetful: rng.per_mille(120),
            batches: false,
            batch_trouble: 0,
            shift_ms: 0,
        };
        // More than one group of acknowledgements, one claim, one step of adoption.
        if rng.per_mille(120) {
            mix.entities = *rng.pick(&[14, 70]).unwrap_or(&14);
            mix.actions += 2 * u32::try_from(mix.entities).unwrap_or(0);
            mix.pause_ms = mix.pause_ms.min(3_000);
        }
        match rng.below(10) {
            // Nothing but one fault, and that all the time.
            0 => mix.obsess(rng),
            1 | 2 => mix.let_flushers_meet(rng),
            3 => mix.cut_the_power(),
            4 => mix.refuse_a_crowd(rng),
            _ => {}
        }
        if !mix.is_extended() {
            mix.spare_the_basic_backend();
        }
        mix
    }

    fn obsess(&mut self, rng: &mut Rng) {
        let Some(fault) = rng.pick(Fault::ALL).copied() else {
            return;
        };
        let most = fault.most();
        let rate = match most {
            0..=15 => most * 6,
            16..=60 => most * 8,
            _ => 950,
        };
        self.set_rate(fault, rate);
    }

    /// Several flushers at a time, some of which are frozen in the middle, while sessions come and go.
    fn let_flushers_meet(&mut self, rng: &mut Rng) {
        self.tabs = 2 + rng.index(2);
        self.has_locks = rng.per_mille(300);
        self.wanders = *rng.pick(&[0, 60]).unwrap_or(&0);
        self.short_sessions = rng.per_mille(600);
        self.pause_ms = self.pause_ms.min(3_000);
        self.actions += 30;
        for (fault, rate) in [
            (Fault::BackgroundSync, 700),
            (Fault::Freeze, 25),
            (Fault::NetSlow, 300),
            (Fault::AnswerLost, 100),
            (Fault::StoreSlow, 100),
        ] {
            self.set_rate(fault, rate);
        }
    }

    /// A device whose power fails all the time, on a slow network.
    fn cut_the_power(&mut self) {
        self.set_rate(Fault::PowerCut, 25);
        self.set_rate(Fault::NetSlow, 200);
        self.set_rate(Fault::AnswerLost, 200);
        self.actions += 20;
    }

    /// Many entries, and a server that can do nothing for any of them.
    fn refuse_a_crowd(&mut self, rng: &mut Rng) {
        self.entities = 70;
        self.actions = self.actions.max(160);
        self.pause_ms = 300;
        self.device_first = rng.per_mille(700);
        let fault = if rng.per_mille(500) {
            Fault::ServerFails
        } else {
            Fault::Locked
        };
        self.set_rate(fault, 950);
    }

    /// A world in which nothing goes wrong.
    #[must_use]
    pub fn calm(&self) -> Self {
        Self {
            rates: vec![0; Fault::ALL.len()],
            spoiled: 0,
            wanders: 0,
            bug: None,
            batch_trouble: 0,
            ..self.clone()
        }
    }

    /// How often a fault strikes, in a thousand chances.
    pub fn rate(&self, fault: Fault) -> u32 {
        self.rates.get(fault as usize).copied().unwrap_or(0)
    }

    /// Sets how often a fault strikes.
    pub fn set_rate(&mut self, fault: Fault, per_mille: u32) {
        if let Some(rate) = self.rates.get_mut(fault as usize) {
            *rate = per_mille;
        }
    }

    /// Whether the backend keeps the whole contract.
    pub fn is_extended(&self) -> bool {
        match self.profile {
            Profile::Extended => true,
            Profile::Basic(_) => false,
        }
    }

    /// Without keys a second copy of a request is a second request: what no client can help is left out.
    fn spare_the_basic_backend(&mut self) {
        self.bug = None;
        let beyond_help = [
            Fault::RequestDuplicated,
            Fault::RequestLate,
            Fault::ForeignJson,
            Fault::Firewall,
            Fault::RouteMissing,
            Fault::Garbled,
            Fault::Locked,
            Fault::InProgress,
            Fault::NetSlow,
        ];
        for fault in beyond_help {
            self.set_rate(fault, 0);
        }
    }
}
