//! What the person writes.

use lume_core::association::AssociationLabel;
use lume_core::entry::{MoodEntry, Source};
use lume_core::mood::{Mood, MoodLabel};
use lume_core::time::{Timestamp, UtcOffsetMinutes, ZoneName};
use lume_sync::content::Content;

use crate::rng::Rng;

/// A new entry, made about now; a spoiled one is refused by the server.
pub(crate) fn new(rng: &mut Rng, now: Timestamp, spoiled: bool) -> Content {
    let at = now.plus_millis(-i64::try_from(rng.below(86_400_000)).unwrap_or(0));
    let entry = MoodEntry {
        at,
        zone: ZoneName::utc(),
        local_time: at.to_local(UtcOffsetMinutes::ZERO),
        labels: labels(rng, spoiled),
        valence: None,
        associations: Vec::new(),
        note: note(rng),
        source: Source::Manual,
        source_id: None,
        created_at: now,
        updated_at: now,
        unknown: Content::new(),
    };
    entry.to_content()
}

/// The entry with some of it changed.
pub(crate) fn edited(rng: &mut Rng, content: &Content, now: Timestamp, spoiled: bool) -> Content {
    let Ok(mut entry) = MoodEntry::from_content(content) else {
        return content.clone();
    };
    let has_bad_label = entry.labels.iter().any(|label| label.problem().is_some());
    if spoiled || has_bad_label || rng.per_mille(400) {
        entry.labels = labels(rng, spoiled);
    }
    if rng.per_mille(500) {
        entry.note = note(rng);
    }
    if rng.per_mille(300) {
        entry.valence = rng
            .pick(&[None, Some(-1.0), Some(0.25), Some(1.0)])
            .copied()
            .flatten();
    }
    if rng.per_mille(300) {
        let some = [vec![], vec!["family"], vec!["work", "weather"]];
        let chosen = rng.pick(&some).cloned().unwrap_or_default();
        entry.associations = chosen.into_iter().map(AssociationLabel::from).collect();
    }
    if rng.per_mille(200) {
        entry.at = entry.at.plus_millis(-60_000);
        entry.local_time = entry.at.to_local(UtcOffsetMinutes::ZERO);
    }
    entry.updated_at = now;
    entry.to_content()
}

fn labels(rng: &mut Rng, spoiled: bool) -> Vec<MoodLabel> {
    if spoiled {
        return vec![MoodLabel::from("x".repeat(41))];
    }
    let first = rng.index(Mood::ALL.len());
    let second = rng.index(Mood::ALL.len());
    let mut labels = vec![MoodLabel::from(Mood::ALL[first])];
    if second != first && rng.per_mille(300) {
        labels.push(MoodLabel::from(Mood::ALL[second]));
    }
    labels
}

fn note(rng: &mut Rng) -> Option<String> {
    let number = rng.below(1_000);
    (number < 700).then(|| format!("note {number}"))
}
