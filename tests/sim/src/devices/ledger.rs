//! What the person wrote: every value is one of its kind, so that it can be looked for at the end.

use std::collections::{BTreeMap, BTreeSet};

use lume_core::ids::EntityId;
use lume_sync::content::Content;
use serde_json::Value;

/// A value that nobody else writes.
pub(super) type Token = String;

/// What a person is doing.
#[derive(Clone)]
pub(super) struct Action {
    pub(super) device: usize,
    pub(super) id: EntityId,
    /// What they bring.
    brings: BTreeSet<Token>,
    /// What they saw and take away.
    takes: BTreeSet<Token>,
}

/// See the [module](self).
#[derive(Default)]
pub(super) struct Ledger {
    pub(super) saved: u64,
    begun: u64,
    actions: BTreeMap<u64, Action>,
    /// Told as saved, and by nobody taken away who had seen it.
    live: BTreeMap<Token, EntityId>,
    taken: BTreeSet<Token>,
    /// For each device the entities that the person has changed there since all of it had arrived.
    pub(super) edited: BTreeSet<(usize, EntityId)>,
    /// Entities whose last effect at the server was their deletion.
    pub(super) deleted: BTreeSet<EntityId>,
}

impl Ledger {
    /// An action begins; `after` of `None` is a deletion.
    pub(super) fn begin(
        &mut self,
        device: usize,
        id: EntityId,
        seen: &Content,
        after: Option<&Content>,
    ) -> u64 {
        let (before, after_tokens) = (tokens(seen), after.map(tokens).unwrap_or_default());
        self.begun += 1;
        let action = Action {
            device,
            id,
            brings: after_tokens.difference(&before).cloned().collect(),
            takes: before.difference(&after_tokens).cloned().collect(),
        };
        if after.is_some() {
            self.edited.insert((device, id));
        }
        self.actions.insert(self.begun, action);
        self.begun
    }

    /// It may or may not be saved: nothing is expected of it, and it may have taken away what it was to.
    pub(super) fn is_lost(&mut self, action: u64) {
        if let Some(action) = self.actions.remove(&action) {
            self.take(&action.takes);
        }
    }

    /// The person was told that it is saved, or that it is not.
    pub(super) fn ends(&mut self, number: u64, saved: bool) {
        let Some(action) = self.actions.remove(&number) else {
            return;
        };
        self.take(&action.takes);
        if saved {
            self.saved += 1;
            let new = action.brings.into_iter();
            self.live.extend(new.map(|token| (token, action.id)));
        }
    }

    fn take(&mut self, tokens: &BTreeSet<Token>) {
        for token in tokens {
            self.taken.insert(token.clone());
        }
    }

    /// What must be somewhere.
    pub(super) fn expected(&self) -> impl Iterator<Item = (&Token, EntityId)> {
        let live = self
            .live
            .iter()
            .filter(|(token, _)| !self.taken.contains(*token));
        live.map(|(token, id)| (token, *id))
    }

    /// Whether somebody is at an entity on a device.
    pub(super) fn is_busy(&self, device: usize, id: EntityId) -> bool {
        let mut actions = self.actions.values();
        actions.any(|action| action.device == device && action.id == id)
    }
}

/// The values of a content.
pub(super) fn tokens(content: &Content) -> BTreeSet<Token> {
    let mut all = BTreeSet::new();
    if let Some(note) = content.get("note").and_then(Value::as_str) {
        all.extend(note.split('\n').map(|line| format!("n{line}")));
    }
    for item in content
        .get("associations")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        all.extend(item.as_str().map(|item| format!("a{item}")));
    }
    all.extend(content.get("valence").map(|valence| format!("v{valence}")));
    all
}
