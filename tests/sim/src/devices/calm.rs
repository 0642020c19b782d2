//! The end of a run: the faults stop, every device comes back, and all of them and the server must be equal.

use std::collections::BTreeSet;

use lume_sync::feed::Phase;
use lume_sync::kinds::MOOD;
use lume_sync::memory::Tables;
use lume_sync::rows::{EntityKey, EventState};
use serde_json::Value;

use super::checks::feed;
use super::ledger::tokens;
use super::{Run, person};
use crate::checks::Invariant;
use crate::model::{Shown, shown};
use crate::rows::as_server_has_it;

/// Rounds in which every device gets a pass; a conflict that was parked is sent again in each.
const ROUNDS_MAX: usize = 60;
/// Between two rounds.
const ROUND_MS: u64 = 61_000;

impl Run {
    pub(super) fn calm_down(&mut self) {
        {
            let mut world = self.world.borrow_mut();
            (world.net_rate, world.disk_rate) = (0, 0);
            world.late.clear();
            for device in &mut world.devices {
                (device.offline_until_ms, device.away_until_ms) = (0, 0);
            }
        }
        self.poll_some(u64::MAX);
        for _ in 0..ROUNDS_MAX {
            for tab in 0..self.tabs.len() {
                self.attend(tab);
                self.poll_some(u64::MAX);
                if self.is_over() {
                    return;
                }
            }
            self.world.borrow_mut().now_ms += ROUND_MS;
            if self.is_drained() {
                break;
            }
        }
        // Once more for what the last device has sent.
        for tab in 0..self.tabs.len() {
            self.attend(tab);
            self.poll_some(u64::MAX);
        }
        if !self.is_over() {
            self.is_equal();
            self.nothing_is_lost();
        }
    }

    /// A pass in a tab, with a session, and what failed sent again.
    fn attend(&mut self, tab: usize) {
        let device = self.tabs[tab].device;
        let signs_in = self.needs_sign_in(device);
        let parked: Vec<_> = {
            let world = self.world.borrow();
            let outbox = world.devices[device].tables.outbox.values();
            let stuck =
                outbox.filter(|row| matches!(row.state, EventState::Parked | EventState::Dead));
            stuck.map(|row| row.event_id).collect()
        };
        let lume = self.tabs[tab].lume.clone();
        self.spawn(tab, None, async move {
            if signs_in {
                person::sign_in(&lume).await;
            }
            for event in parked {
                drop(lume.retry(event).await);
            }
            lume.pass(lume_sync::Trigger::Manual).await;
        });
    }

    fn is_drained(&self) -> bool {
        let world = self.world.borrow();
        world.devices.iter().all(|device| {
            let following = feed(&device.tables).is_some_and(|feed| {
                let ends = feed.cursor.split('.').nth(1).map(str::to_owned);
                feed.phase == Phase::Following
                    && !feed.more
                    && ends == Some(last_rev(&world.backend))
            });
            device.tables.outbox.is_empty() && following
        })
    }

    /// I21.
    fn is_equal(&mut self) {
        let mut world = self.world.borrow_mut();
        let mut differences = Vec::new();
        for (number, device) in world.devices.iter().enumerate() {
            let tables = &device.tables;
            if !tables.outbox.is_empty() {
                let rows: Vec<_> = tables.outbox.values().collect();
                differences.push(format!("device {number} still has {rows:?}"));
            }
            let ids = world.backend.entities().map(|(id, _)| id);
            let here = tables.entities.keys().map(|key| key.id);
            for id in ids.chain(here).collect::<BTreeSet<_>>() {
                let key = EntityKey {
                    kind: MOOD.kind(),
                    id,
                };
                let there = world
                    .backend
                    .entity(id)
                    .filter(|there| there.deleted_at.is_none());
                let same = match (shown(tables, &key), there) {
                    (Shown::Live(content), Some(there)) => {
                        let fields = as_server_has_it(&world.backend, &content, there.owner, &key);
                        fields == there.fields
                    }
                    (Shown::Absent | Shown::Deleted(_), None) => true,
                    (Shown::Live(_) | Shown::Absent | Shown::Deleted(_), _) => false,
                };
                if !same {
                    let there = there.map(|there| Value::Object(there.fields.clone()));
                    differences.push(format!(
                        "{id} on device {number} is {:?}, at the server {there:?}, feed {:?}",
                        shown(tables, &key),
                        feed(tables)
                    ));
                }
            }
        }
        if !differences.is_empty() {
            world.violate(Invariant::I21, differences.join("; "));
        }
    }

    /// I1: what was told as saved is in an entity, or was put aside, on some device.
    fn nothing_is_lost(&mut self) {
        let mut world = self.world.borrow_mut();
        let kept: BTreeSet<String> = world
            .devices
            .iter()
            .flat_map(|device| all_tokens(&device.tables, world.restored > 0))
            .collect();
        let lost: Vec<_> = world
            .ledger
            .expected()
            .filter(|(token, _)| !kept.contains(*token))
            .map(|(token, id)| format!("{token} of {id}"))
            .collect();
        if !lost.is_empty() {
            world.violate(Invariant::I1, format!("nowhere: {}", lost.join(", ")));
        }
    }
}

fn last_rev(backend: &lume_sync::testing::MemoryBackend) -> String {
    let last = backend.journal().last().map_or(0, |effect| effect.rev.0);
    last.to_string()
}

/// Every value that a device has, in entities and histories. Where the server has forgotten things, a deletion may be
/// later than an edit without anybody knowing: what is in the bin then is there all the same.
fn all_tokens(tables: &Tables, with_bin: bool) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let shown = tables.entities.values();
    for row in shown.filter(|row| with_bin || !row.deleted) {
        all.extend(tokens(&crate::rows::content(&row.body)));
    }
    for row in tables.history.values() {
        let loser: Value = serde_json::from_slice(&row.body[1..]).unwrap_or_default();
        if let Some(fields) = loser.get("fields").and_then(Value::as_object) {
            all.extend(tokens(fields));
        }
    }
    all
}
