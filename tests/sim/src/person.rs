//! The person: writes, deletes, changes their mind, signs in and out, and looks after what failed.

use std::rc::Rc;

use lume_core::ids::{EntityId, EventId};
use lume_sync::account::Authenticated;
use lume_sync::kinds::MOOD;
use lume_sync::meta::AppMode;
use lume_sync::rows::{EntityKey, EventState};
use lume_sync::{Blocked, Trigger};

use crate::entries;
use crate::model::{Shown, shown};
use crate::queue::Event;
use crate::report::Report;
use crate::sim::{EMAILS, PASSWORD, Sim};
use crate::world::Errand;

/// What a person does with an entry.
enum Deed {
    Create,
    Update,
    Delete,
    Restore,
}

/// What a person decides about a failed event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Send it again as it is.
    Retry,
    /// Give it up.
    Discard,
}

impl Sim {
    /// The person does the next thing.
    pub(crate) fn person(&mut self) {
        if self.actions_left == 0 {
            return;
        }
        let roll = {
            let mut world = self.world.borrow_mut();
            let pause_ms = world.mix.pause_ms;
            // Bursts: some things follow at once.
            let pause_ms = if world.rng.per_mille(250) {
                40
            } else {
                world.rng.between(20, pause_ms * 2)
            };
            let wait_ms = self.asleep_until_ms.saturating_sub(world.now_ms) + pause_ms;
            world.after(wait_ms, Event::Person);
            world.rng.below(1_000)
        };
        let Some(tab) = self.usable_tab() else { return };
        self.actions_left -= 1;
        let signed_in = self.tabs[tab]
            .status
            .as_ref()
            .is_some_and(|status| status.signed_in && status.blocked != Some(Blocked::Auth));
        let wanders = u64::from(self.world.borrow().mix.wanders);
        let begun = self.actions_left < self.world.borrow().mix.actions / 2;
        let waits = self.world.borrow().mix.device_first && !begun;
        if !signed_in && !waits && roll < 400 {
            self.sign_in(tab, None);
        } else if roll < wanders {
            self.wander(tab);
        } else if roll < 200 {
            self.pass(tab, Trigger::Manual);
        } else if roll < 300 {
            self.decide_about_something(tab);
        } else if roll < 340 {
            self.pass(tab, Trigger::Foreground);
        } else {
            self.write(tab);
        }
    }

    fn wander(&mut self, tab: usize) {
        let roll = self.world.borrow_mut().rng.below(10);
        match roll {
            0..4 => self.sign_out(tab),
            4..7 => {
                let other = self.world.borrow_mut().rng.index(EMAILS.len());
                self.sign_in(tab, Some(other));
            }
            7 => self.set_mode(tab, AppMode::Device),
            _ => self.set_mode(tab, AppMode::Synced),
        }
    }

    fn write(&mut self, tab: usize) {
        let database = self.tabs[tab].database;
        let (entities, tables) = {
            let world = self.world.borrow();
            (world.mix.entities, world.databases[database].tables())
        };
        let keys: Vec<_> = tables.entities.keys().cloned().collect();
        let mut world = self.world.borrow_mut();
        let deed = world.rng.below(10);
        let few = keys.len() < entities / 2;
        if keys.is_empty() || (keys.len() < entities && (deed < 4 || (few && deed < 8))) {
            let id = EntityId::from_random_bytes(world.rng.bytes());
            if world.mix.poison && world.net.poison.is_none() {
                world.net.poison = Some(id);
            }
            drop(world);
            self.do_deed(
                tab,
                &EntityKey {
                    kind: MOOD.kind(),
                    id,
                },
                &Deed::Create,
            );
            return;
        }
        let Some(key) = world.rng.pick(&keys).cloned() else {
            return;
        };
        drop(world);
        let deed = match (shown(&tables, &key), deed) {
            (Shown::Deleted(_), _) => Deed::Restore,
            (Shown::Live(_) | Shown::Absent, 0..3) => Deed::Delete,
            (Shown::Live(_) | Shown::Absent, _) => Deed::Update,
        };
        self.do_deed(tab, &key, &deed);
    }

    /// A new entry, for the checks at the end. Gives its id.
    pub(crate) fn write_new(&mut self, tab: usize) -> EntityKey {
        let id = EntityId::from_random_bytes(self.world.borrow_mut().rng.bytes());
        let key = EntityKey {
            kind: MOOD.kind(),
            id,
        };
        self.do_deed(tab, &key, &Deed::Create);
        key
    }

    /// Edits an entry, if it is there, so that it is valid.
    pub(crate) fn edit(&mut self, tab: usize, key: &EntityKey) {
        self.do_deed(tab, key, &Deed::Update);
    }

    fn do_deed(&mut self, tab: usize, key: &EntityKey, deed: &Deed) {
        let place = &self.tabs[tab];
        let (Some(engine), life, database) = (place.engine.clone(), place.life, place.database)
        else {
            return;
        };
        let mut world = self.world.borrow_mut();
        if !world.model.is_free(database, key) {
            return;
        }
        let now = world.server_now();
        let spoiled_rate = world.mix.spoiled;
        let spoiled = world.rng.per_mille(spoiled_rate);
        let target = match (deed, shown(&world.databases[database].tables(), key)) {
            (Deed::Create, Shown::Absent) => {
                Shown::Live(entries::new(&mut world.rng, now, spoiled))
            }
            (Deed::Update, Shown::Live(content)) => {
                Shown::Live(entries::edited(&mut world.rng, &content, now, spoiled))
            }
            (Deed::Delete, Shown::Live(content)) => Shown::Deleted(content),
            (Deed::Restore, Shown::Deleted(content)) => Shown::Live(content),
            (Deed::Create | Deed::Update | Deed::Delete | Deed::Restore, _) => return,
        };
        let action = world.model.begin(database, key, Some(target.clone()));
        world.say(&[40, tab as u64], || {
            format!("tab {tab} db {database}: the person makes {key:?} {target:?}")
        });
        drop(world);
        let (world, key, restores) = (
            Rc::clone(&self.world),
            key.clone(),
            matches!(deed, Deed::Restore),
        );
        let creates = matches!(deed, Deed::Create);
        self.spawn(tab, Errand::Write(action), async move {
            let result = match target {
                Shown::Live(content) if creates => {
                    engine.create(&key.kind, key.id, content, None).await
                }
                Shown::Live(_) if restores => engine.restore(&key).await,
                Shown::Live(content) => engine.update(&key, content, None).await,
                Shown::Deleted(_) | Shown::Absent => engine.delete(&key).await,
            };
            world.borrow_mut().reports.push(Report::Wrote {
                tab,
                life,
                action,
                result,
            });
        });
    }

    fn decide_about_something(&mut self, tab: usize) {
        let failed = self.failed(self.tabs[tab].database);
        let (chosen, roll) = {
            let mut world = self.world.borrow_mut();
            (world.rng.pick(&failed).cloned(), world.rng.below(4))
        };
        match (chosen, roll) {
            (Some((_, key)), 0) => self.edit(tab, &key),
            (Some((id, key)), 1) => self.decide(tab, id, &key, Decision::Discard),
            (Some((id, key)), _) => self.decide(tab, id, &key, Decision::Retry),
            (None, _) => {}
        }
    }

    /// The events that wait for a decision.
    pub(crate) fn failed(&self, database: usize) -> Vec<(EventId, EntityKey)> {
        let tables = self.world.borrow().databases[database].tables();
        let failed = tables
            .outbox
            .values()
            .filter(|row| matches!(row.state, EventState::Dead | EventState::Parked));
        failed.map(|row| (row.event_id, row.key.clone())).collect()
    }

    pub(crate) fn decide(&mut self, tab: usize, id: EventId, key: &EntityKey, decision: Decision) {
        let place = &self.tabs[tab];
        let (Some(engine), life, database) = (place.engine.clone(), place.life, place.database)
        else {
            return;
        };
        let mut world = self.world.borrow_mut();
        if !world.model.is_free(database, key) {
            return;
        }
        let action = world.model.begin(database, key, None);
        world.say(&[41, tab as u64], || {
            format!("tab {tab}: the person says {decision:?} to {id:?}")
        });
        drop(world);
        let world = Rc::clone(&self.world);
        self.spawn(tab, Errand::Decide(action), async move {
            let result = match decision {
                Decision::Retry => engine.retry(id).await,
                Decision::Discard => engine.discard(id).await,
            };
            world.borrow_mut().reports.push(Report::Decided {
                tab,
                life,
                action,
                result,
            });
        });
    }

    /// Signs in: to the account that the database belongs to, if nobody says another.
    pub(crate) fn sign_in(&mut self, tab: usize, account: Option<usize>) {
        let place = &self.tabs[tab];
        let (Some(engine), life, database) = (place.engine.clone(), place.life, place.database)
        else {
            return;
        };
        let email = {
            let world = self.world.borrow();
            let own = world.databases[database]
                .profile()
                .account
                .map(|account| account.email);
            account
                .map(|number| EMAILS[number].to_owned())
                .or(own)
                .unwrap_or_else(|| EMAILS[0].to_owned())
        };
        let world = Rc::clone(&self.world);
        world.borrow_mut().say(&[42, tab as u64], || {
            format!("tab {tab}: signing in as {email}")
        });
        self.spawn(tab, Errand::SignIn, async move {
            let result = engine.sign_in(&email, PASSWORD).await.map(Box::new);
            let report = Report::SignedIn { tab, life, result };
            world.borrow_mut().reports.push(report);
        });
    }

    /// Ties the tab's database to an account.
    pub(crate) fn bind(&mut self, tab: usize, found: Authenticated, must_fail: bool) {
        let place = &self.tabs[tab];
        let (Some(engine), life) = (place.engine.clone(), place.life) else {
            return;
        };
        let world = Rc::clone(&self.world);
        self.spawn(tab, Errand::Bind, async move {
            let result = engine.bind(&found).await;
            world.borrow_mut().reports.push(Report::Bound {
                tab,
                life,
                must_fail,
                result,
            });
        });
    }

    fn sign_out(&mut self, tab: usize) {
        let place = &self.tabs[tab];
        let (Some(engine), life) = (place.engine.clone(), place.life) else {
            return;
        };
        let world = Rc::clone(&self.world);
        world
            .borrow_mut()
            .say(&[43, tab as u64], || format!("tab {tab}: signing out"));
        self.spawn(tab, Errand::SignOut, async move {
            let result = engine.sign_out().await;
            world
                .borrow_mut()
                .reports
                .push(Report::SignedOut { tab, life, result });
        });
    }

    /// Turns sync on or off.
    pub(crate) fn set_mode(&mut self, tab: usize, mode: AppMode) {
        let place = &self.tabs[tab];
        let (Some(engine), life) = (place.engine.clone(), place.life) else {
            return;
        };
        let world = Rc::clone(&self.world);
        world
            .borrow_mut()
            .say(&[44, tab as u64], || format!("tab {tab}: mode {mode:?}"));
        self.spawn(tab, Errand::Mode, async move {
            // A mode that was not stored is noticed by looking at it.
            drop(engine.set_mode(mode).await);
            let status = engine.status().await;
            world
                .borrow_mut()
                .reports
                .push(Report::Stands { tab, life, status });
        });
    }
}
