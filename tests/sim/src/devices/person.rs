//! The person, on one device or another.

use std::rc::Rc;

use lume_core::ids::EntityId;
use lume_core::time::{LocalDate, Timestamp, UtcOffsetMinutes};
use lume_sync::content::Content;
use lume_sync::gate::Gate;
use lume_sync::kinds::MOOD;
use lume_sync::meta::{self, BackendChoice};
use lume_sync::rows::EntityKey;
use lume_sync::{Term, Wanted};
use serde_json::{Value, json};

use super::world::{BACKEND, EMAIL, PASSWORD};
use super::{Lume, Run};
use crate::disk::{record, session};
use crate::entries;
use crate::model::{Shown, shown};

/// Entities that a person plays with.
const ENTITIES: usize = 6;
/// How far an entry is moved back, in milliseconds.
const WEEK_MS: i64 = 7 * 86_400_000;

impl Run {
    /// The person does something in a tab.
    pub(super) fn act(&mut self, tab: usize) {
        if self.rng.per_mille(120) {
            self.look_back(tab);
            return;
        }
        let device = self.tabs[tab].device;
        let tables = self.world.borrow().devices[device].tables.clone();
        let keys: Vec<_> = tables.entities.keys().cloned().collect();
        let chosen = self.rng.pick(&keys).cloned();
        let entities = if self.is_put_back { 1 } else { ENTITIES };
        let creates =
            keys.len() < entities.min(2) || (keys.len() < entities && self.rng.per_mille(250));
        let key = chosen.filter(|_| !creates).unwrap_or_else(|| EntityKey {
            kind: MOOD.kind(),
            id: EntityId::from_random_bytes(self.rng.bytes()),
        });
        if self.world.borrow().ledger.is_busy(device, key.id) {
            return;
        }
        let now = self.world.borrow().wall_now(device);
        let server_now = self.world.borrow().server_now();
        match shown(&tables, &key) {
            Shown::Absent => {
                let mut content = entries::new(&mut self.rng, server_now, false);
                content.insert("updated_at".to_owned(), now.to_string().into());
                let content = self.written(content);
                self.does(
                    tab,
                    &key,
                    &Content::new(),
                    Some(&content.clone()),
                    async move |lume, key| {
                        lume.create(&key.kind, key.id, content, None).await.is_ok()
                    },
                );
            }
            Shown::Deleted(content) => {
                self.does(
                    tab,
                    &key,
                    &Content::new(),
                    Some(&content),
                    async move |lume, key| lume.restore(&key).await.is_ok(),
                );
            }
            Shown::Live(content) if self.rng.per_mille(150) => {
                self.does(tab, &key, &content, None, async move |lume, key| {
                    lume.delete(&key).await.is_ok()
                });
            }
            Shown::Live(seen) => {
                let mut made = self.written(seen.clone());
                made.insert("updated_at".to_owned(), now.to_string().into());
                let before = seen.clone();
                self.does(
                    tab,
                    &key,
                    &seen,
                    Some(&made.clone()),
                    async move |lume, key| lume.edit(&key, before, made, None).await.is_ok(),
                );
            }
        }
    }

    /// Statistics of all time, and a search that finds nothing: both have made whatever they lack.
    fn look_back(&mut self, tab: usize) {
        let lume = Rc::clone(&self.tabs[tab].lume);
        self.spawn(tab, None, async move {
            let all = LocalDate::new(1, 1, 1).zip(LocalDate::new(9999, 12, 31));
            let (from, until) = all.expect("dates of the calendar");
            let wanted = Wanted {
                terms: vec![Term {
                    text: "nobody has written this".to_owned(),
                    ..Term::default()
                }],
                ..Wanted::default()
            };
            // What fails is derived the next time.
            drop(lume.moments(&MOOD.kind(), from, until).await);
            drop(lume.search(&MOOD.kind(), &wanted, None, 10).await);
        });
    }

    fn does(
        &mut self,
        tab: usize,
        key: &EntityKey,
        seen: &Content,
        made: Option<&Content>,
        act: impl AsyncFnOnce(Rc<Lume>, EntityKey) -> bool + 'static,
    ) {
        let device = self.tabs[tab].device;
        let action = self
            .world
            .borrow_mut()
            .ledger
            .begin(device, key.id, seen, made);
        let (world, lume, key) = (
            Rc::clone(&self.world),
            Rc::clone(&self.tabs[tab].lume),
            key.clone(),
        );
        self.spawn(tab, Some(action), async move {
            let saved = act(lume, key).await;
            world.borrow_mut().ledger.ends(action, saved);
        });
    }

    /// The content with some of it changed to what nobody has written before.
    fn written(&mut self, mut content: Content) -> Content {
        let number = self.rng.below(1 << 40);
        if self.rng.per_mille(500) {
            let note = content
                .get("note")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let mut lines: Vec<String> = note.split('\n').map(str::to_owned).collect();
            let place = self.rng.index(lines.len());
            let line = format!("line {number}");
            if self.rng.per_mille(500) || lines.len() > 6 {
                lines[place] = line;
            } else {
                lines.insert(place, line);
            }
            content.insert("note".to_owned(), lines.join("\n").trim().into());
        }
        if self.rng.per_mille(100) {
            let at = content.get("at").and_then(Value::as_str);
            let at = at.and_then(|at| at.parse::<Timestamp>().ok());
            if let Some(at) = at.map(|at| at.plus_millis(-WEEK_MS)) {
                let local_time = at.to_local(UtcOffsetMinutes::ZERO);
                content.insert("at".to_owned(), at.to_string().into());
                content.insert("local_time".to_owned(), local_time.to_string().into());
            }
        }
        if self.rng.per_mille(400) {
            let valence = f64::from(u32::try_from(number % 1_000_000_000).unwrap_or(0)) / 1e9;
            content.insert("valence".to_owned(), json!(valence));
        }
        if self.rng.per_mille(400) {
            let mut items = content
                .get("associations")
                .and_then(Value::as_array)
                .cloned()
                .unwrap_or_default();
            if items.len() > 3 {
                let place = self.rng.index(items.len());
                items.remove(place);
            }
            items.push(format!("about {number}").into());
            content.insert("associations".to_owned(), items.into());
        }
        content
    }

    /// Whether a device has no session, or one that the server no longer accepts.
    pub(super) fn needs_sign_in(&self, device: usize) -> bool {
        let world = self.world.borrow();
        let tables = &world.devices[device].tables;
        let gate: Gate = record(tables, meta::GATE);
        session(tables).sealed.is_empty()
            || gate.blocked.is_some_and(lume_sync::Blocked::needs_person)
    }
}

/// Signs in, and binds the device's database the first time.
pub(super) async fn sign_in(lume: &Lume) {
    if lume
        .set_backend(BACKEND, "", BackendChoice::Auto)
        .await
        .is_err()
    {
        return;
    }
    if let Ok(found) = lume.sign_in(EMAIL, PASSWORD).await {
        // What did not work is done again before the next pass.
        drop(lume.bind(&found).await);
    }
}
