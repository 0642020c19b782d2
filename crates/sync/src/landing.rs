//! What a lane's new base means for what the person sees: the entity's row, the two versions of a text, the history.

use lume_core::time::Timestamp;
use serde_json::Value;

use crate::body;
use crate::content::{Content, State};
use crate::history;
use crate::kinds::Header;
use crate::lane::{Lane, Rebased};
use crate::merge::{Loser, Overlap, Side};
use crate::mutant::{self, Mutant};
use crate::ports::Sealer;
use crate::rows::EntityRow;
use crate::store::{StoreError, Write};

/// The writes that go with a lane's new base: its own, the entity as its events make it now, and what lost.
///
/// # Errors
///
/// [`StoreError::Corrupt`] or [`StoreError::Newer`] if the entity's row can't be read: what nobody can read is not
/// written over.
pub(crate) fn land<S: Sealer>(
    sealer: &S,
    lane: &Lane<'_, S>,
    entity: Option<EntityRow>,
    rebased: Rebased,
    now: Timestamp,
) -> Result<Vec<Write>, StoreError> {
    let Rebased {
        mut writes,
        mut losers,
        overlaps,
    } = rebased;
    let shown = match &entity {
        Some(row) => body::open(sealer, &row.body)?,
        None => Content::new(),
    };
    let folded = if mutant::is(Mutant::PullOverwritesPending) {
        lane.base_state()?
    } else {
        lane.folded()?
    };
    match (folded, entity) {
        (State::Live(content), row) => {
            let known = row.as_ref().and_then(|row| row.overlap.as_deref());
            let known: Option<Overlap> = known
                .map(|overlap| body::open(sealer, overlap))
                .transpose()?;
            let overlap = next_overlap(known, overlaps, &shown, &content, &mut losers);
            let header = Header::of(&content);
            writes.push(Write::PutEntity(EntityRow {
                key: lane.key().clone(),
                local_time: header.local_time,
                deleted: false,
                rev: lane.base_rev(),
                sync: lane.sync_state(),
                source: header.source,
                source_id: header.source_id,
                body: body::seal(sealer, &content),
                overlap: overlap.map(|overlap| body::seal(sealer, &overlap)),
            }));
        }
        // What was deleted keeps its body, for the bin.
        (State::Deleted | State::Absent, Some(row)) => writes.push(Write::PutEntity(EntityRow {
            deleted: true,
            rev: lane.base_rev(),
            sync: lane.sync_state(),
            ..row
        })),
        (State::Deleted | State::Absent, None) => {}
    }
    let key = lane.key();
    let aside = losers.iter();
    writes.extend(aside.map(|loser| history::aside(sealer, key, now, loser)));
    Ok(writes)
}

/// The two versions that stand beside the entity now. Those that are gone from it, or that others replace, go to the
/// history.
fn next_overlap(
    known: Option<Overlap>,
    new: Vec<Overlap>,
    before: &Content,
    after: &Content,
    losers: &mut Vec<Loser>,
) -> Option<Overlap> {
    let mut all = known.into_iter().chain(new).collect::<Vec<_>>();
    let last = all.pop()?;
    for overlap in all {
        losers.extend(versions(&overlap, after));
    }
    let settled =
        before.contains_key(&last.field) && before.get(&last.field) != after.get(&last.field);
    let text = after
        .get(&last.field)
        .and_then(Value::as_str)
        .unwrap_or_default();
    if settled && !holds(text, &last.mine) && !holds(text, &last.theirs) {
        losers.extend(versions(&last, after));
        return None;
    }
    Some(last)
}

/// Whether an entity differs from what its events lead to: it was changed while sync was off.
pub(crate) fn is_apart<S: Sealer>(
    sealer: &S,
    lane: &Lane<'_, S>,
    entity: Option<&EntityRow>,
) -> Result<bool, StoreError> {
    match entity {
        Some(row) if row.deleted => Ok(lane.folded()? != State::Deleted),
        Some(row) => Ok(lane.folded()? != State::Live(body::open::<Content>(sealer, &row.body)?)),
        None => Ok(false),
    }
}

/// The entity with the text that an overlap is settled with.
pub(crate) fn settled(overlap: &Overlap, mut here: Content, text: &str) -> Content {
    if text.trim().is_empty() {
        here.remove(&overlap.field);
    } else {
        here.insert(overlap.field.clone(), text.into());
    }
    here
}

/// The text that an overlap stands beside, if it holds more than the two versions and the text that settles them.
pub(crate) fn besides(overlap: &Overlap, here: &Content, text: &str) -> Option<Loser> {
    let held = here.get(&overlap.field).and_then(Value::as_str)?;
    let is_known = |line: &str| {
        [&overlap.mine, &overlap.theirs, text]
            .iter()
            .any(|known| known.split('\n').any(|other| other == line))
    };
    let more = held.split('\n').any(|line| !is_known(line));
    more.then(|| Loser {
        fields: Content::from_iter([(overlap.field.clone(), held.into())]),
        side: Side::Theirs,
    })
}

/// Whether every line of a version stands in a text.
fn holds(text: &str, version: &str) -> bool {
    version
        .split('\n')
        .all(|line| text.split('\n').any(|held| held == line))
}

/// Both versions, as the history keeps them, apart from the one that the entity has.
pub(crate) fn versions(overlap: &Overlap, content: &Content) -> Vec<Loser> {
    let sides = [
        (Side::Mine, overlap.mine.clone()),
        (Side::Theirs, overlap.theirs.clone()),
    ];
    let held = content.get(&overlap.field).and_then(Value::as_str);
    let others = sides
        .into_iter()
        .filter(|(_, text)| Some(text.as_str()) != held);
    others
        .map(|(side, text)| Loser {
            fields: Content::from_iter([(overlap.field.clone(), text.into())]),
            side,
        })
        .collect()
}
