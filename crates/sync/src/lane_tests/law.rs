//! The one law over all lanes: what the person sees is what the base and the lane lead to.

use std::collections::BTreeMap;

use lume_core::ids::EventId;

use super::desk::{Desk, live, with};
use crate::body;
use crate::content::{Content, State, apply};
use crate::ports::Plain;
use crate::rows::{EventState, FailureReason, OutboxRow};

/// Whatever the person, the server and crashes do to a lane in whatever order: what the person sees is what base and
/// lane lead to, the server ends with it, and bytes that may have been seen never change.
#[test]
fn the_entity_is_always_what_base_and_lane_lead_to() {
    for seed in 1..=3_000 {
        let mut random = Xorshift(seed);
        let mut world = World::default();
        for step in 0..30 {
            world.step(&mut random);
            world.check(&format!("seed {seed}, step {step}"));
        }
        world.drain();
        world.check(&format!("seed {seed}, drained"));
        let same = world.server == world.seen
            || (world.server, world.seen) == (State::Absent, State::Deleted);
        assert!(same, "seed {seed}: the server ends with something else");
    }
}

/// One entity, its lane, what the person sees and what the server has.
struct World {
    desk: Desk,
    seen: State,
    server: State,
    rev: i64,
    sent: BTreeMap<EventId, Vec<u8>>,
}

impl Default for World {
    fn default() -> Self {
        Self {
            desk: Desk::default(),
            seen: State::Absent,
            server: State::Absent,
            rev: 0,
            sent: BTreeMap::new(),
        }
    }
}

impl World {
    fn step(&mut self, random: &mut Xorshift) {
        match random.below(10) {
            0..=3 => self.act(random),
            4 | 5 => self.send(),
            6 => self.acknowledge(),
            7 => self.fail(random),
            _ => self.decide(random),
        }
    }

    fn act(&mut self, random: &mut Xorshift) {
        let target = match (&self.seen, random.below(4)) {
            (State::Absent, 0) => return,
            (State::Live(_), 0) => State::Deleted,
            (_, choice) => {
                let note = ["a", "b", "c"][usize::try_from(random.below(3)).unwrap()];
                if choice == 1 {
                    with(&live(note), "mood", "happy")
                } else {
                    live(note)
                }
            }
        };
        self.desk.reach(&target);
        self.seen = target;
    }

    /// Claims the head and remembers what goes over the wire.
    fn send(&mut self) {
        let Some(head) = self.pending() else { return };
        self.desk.claim_head();
        self.sent.insert(head.event_id, head.body);
    }

    /// The server applies a sent event, and its answer arrives.
    fn acknowledge(&mut self) {
        let Some(head) = self
            .pending()
            .filter(|head| self.sent.contains_key(&head.event_id))
        else {
            return;
        };
        self.rev += 1;
        let patch: Content = body::open(&Plain, &head.body).unwrap();
        self.server = apply(&self.server, head.operation, &patch);
        self.desk.acknowledge_head(Some(self.rev));
    }

    /// The server fails or refuses a sent event.
    fn fail(&mut self, random: &mut Xorshift) {
        let Some(head) = self
            .pending()
            .filter(|head| self.sent.contains_key(&head.event_id))
        else {
            return;
        };
        self.desk.change_head(|row| row.request = Some(head.body));
        match random.below(5) {
            0 => self.desk.refuse_head(FailureReason::GaveUp),
            1 => self.desk.refuse_head(FailureReason::Invalid),
            2 => self.desk.park_head(),
            _ => self.desk.change_head(|row| row.attempts += 1),
        }
        self.desk.release();
    }

    /// The person decides about a stuck event.
    fn decide(&mut self, random: &mut Xorshift) {
        let stuck = |row: &&OutboxRow| matches!(row.state, EventState::Dead | EventState::Parked);
        let Some(head) = self.desk.rows().first().filter(stuck).cloned() else {
            return;
        };
        if random.below(2) == 0 {
            let writes = self.desk.lane().retry(head.event_id);
            self.desk.apply(writes);
        } else {
            self.desk.discard_head();
            self.seen = self.desk.lane().folded().unwrap();
        }
    }

    fn drain(&mut self) {
        for _ in 0..10 {
            if let Some(head) = self.desk.rows().first() {
                let writes = self.desk.lane().retry(head.event_id);
                self.desk.apply(writes);
            }
            self.send();
            self.acknowledge();
        }
        assert!(self.desk.rows().is_empty());
    }

    fn pending(&self) -> Option<OutboxRow> {
        self.desk
            .rows()
            .first()
            .filter(|row| row.state == EventState::Pending)
            .cloned()
    }

    fn check(&self, place: &str) {
        let folded = self.desk.lane().folded().unwrap();
        let vanished = folded == State::Absent && self.seen == State::Deleted;
        assert!(
            folded == self.seen || vanished,
            "{place}: the entity is not what its lane leads to"
        );
        let rows = self.desk.rows();
        assert!(
            rows.len() <= 2,
            "{place}: {} events in the lane",
            rows.len()
        );
        assert!(
            rows.iter().skip(1).all(|row| row.state == EventState::Held),
            "{place}: only the head may be more"
        );
        assert!(
            rows.first().is_none_or(|row| row.state != EventState::Held),
            "{place}: the head is held"
        );
        for row in &rows {
            let changed = self
                .sent
                .get(&row.event_id)
                .is_some_and(|body| *body != row.body);
            assert!(!changed, "{place}: an event that was sent has changed");
        }
        if let Some(head) = rows.first() {
            let base_rev = self.desk.base().and_then(|base| base.rev);
            assert_eq!(
                head.base_rev, base_rev,
                "{place}: the head is based on another revision"
            );
        }
    }
}

/// A small generator, so that a seed tells the whole run.
struct Xorshift(u64);

impl Xorshift {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) % bound
    }
}
