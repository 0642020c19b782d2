//! A row as an entry of Lume, with what the person has decided about names and long notes.

use std::collections::BTreeMap;

use lume_core::association::AssociationLabel;
use lume_core::entry::{
    ASSOCIATIONS_MAX, EntryInput, LABELS_MAX, MoodEntry, NOTE_CHARS_MAX, Source, When,
};
use lume_core::label::LABEL_CHARS_MAX;
use lume_core::mood::MoodLabel;
use lume_core::time::{LocalDateTime, Timestamp, UtcOffsetMinutes, ZoneName, ZoneRules, local_at};
use serde_json::{Map, Value};

use crate::names;
use crate::row::{Found, Held, Moment, Problem, Row};

/// What stands in front of a tag that became a line of the note.
const TAG_LINE: &str = "\n• ";

/// What the person has decided.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wishes {
    /// The labels of moods that names are taken for, by [`names::key`]. A name that is not in here is taken for what the
    /// summary says, and kept as a mood of its own where that says nothing.
    pub moods: BTreeMap<String, String>,
    /// Whether a note that is too long is cut; else its row is left out.
    pub cuts_notes: bool,
}

/// Where and when the import takes place.
#[derive(Debug)]
pub struct Here<'a, R: ZoneRules + ?Sized> {
    /// The rules of zones.
    pub rules: &'a R,
    /// The zone of this device, in which times without one are meant.
    pub zone: ZoneName,
    /// Now.
    pub now: Timestamp,
}

/// The content of the entry that a row becomes.
///
/// # Errors
///
/// What is wrong with the row.
pub fn content_of<R: ZoneRules + ?Sized>(
    row: &Row,
    wishes: &Wishes,
    here: &Here<'_, R>,
) -> Result<Map<String, Value>, Problem> {
    let found = match &row.held {
        Held::Entry(content) => return Ok(content.clone()),
        Held::Found(found) => found,
    };
    let entry = entry_of(found, wishes, here)?;
    entry.validate(here.now).map_err(|errors| {
        Problem::BadFields(errors.iter().map(|(name, _)| name.to_owned()).collect())
    })?;
    Ok(entry.to_content())
}

fn entry_of<R: ZoneRules + ?Sized>(
    found: &Found,
    wishes: &Wishes,
    here: &Here<'_, R>,
) -> Result<MoodEntry, Problem> {
    let (associations, rest) = associations(&found.tags);
    let input = EntryInput {
        when: when(&found.moment, here).ok_or(Problem::BadTime)?,
        labels: labels(&found.moods, wishes),
        valence: found.valence,
        associations,
        note: note(found.note.as_deref(), &rest, wishes)?,
        source: Source::Import,
        source_id: Some(found.source_id.clone()),
    };
    let mut entry = MoodEntry::new(input, here.rules, here.now).map_err(|_| Problem::BadTime)?;
    if let (Some(_), Some(local)) = (found.moment.at, found.moment.local) {
        // No zone has this offset at this time: what the person saw stays.
        entry.local_time = local;
    }
    Ok(entry)
}

fn when<R: ZoneRules + ?Sized>(moment: &Moment, here: &Here<'_, R>) -> Option<When> {
    let zone = here.zone.clone();
    Some(match (moment.at, moment.local) {
        (Some(at), Some(local)) => When::Instant {
            at,
            zone: zone_of(at, local, here),
        },
        (Some(at), None) => When::Instant { at, zone },
        (None, Some(local_time)) => When::Local { local_time, zone },
        (None, None) => return None,
    })
}

/// A zone in which clocks showed `local` at that instant: the one here, or one of a whole number of hours from UTC.
fn zone_of<R: ZoneRules + ?Sized>(
    at: Timestamp,
    local: LocalDateTime,
    here: &Here<'_, R>,
) -> ZoneName {
    let shows = |zone: &ZoneName| local_at(here.rules, zone, at) == Ok(local);
    if shows(&here.zone) {
        return here.zone.clone();
    }
    let ahead = local.offset_from(at).map(UtcOffsetMinutes::get);
    let hours = ahead
        .filter(|minutes| minutes % 60 == 0)
        .map(|minutes| minutes / 60);
    let fixed = hours.and_then(|hours| {
        // These names count the hours to the west.
        let sign = if hours < 0 { '+' } else { '-' };
        format!("Etc/GMT{sign}{}", hours.abs()).parse().ok()
    });
    fixed.filter(shows).unwrap_or_else(|| here.zone.clone())
}

fn labels(moods: &[String], wishes: &Wishes) -> Vec<MoodLabel> {
    let mut labels: Vec<MoodLabel> = Vec::new();
    for name in moods {
        let key = names::key(name);
        let label = match wishes.moods.get(&key) {
            Some(label) => MoodLabel::from(label.as_str()),
            None => names::mood(&key)
                .map_or_else(|| own(name).into(), |(mood, _)| MoodLabel::from(mood)),
        };
        if labels.len() < LABELS_MAX && !labels.contains(&label) {
            labels.push(label);
        }
    }
    labels
}

/// A name as a label of the person's own.
pub fn own(name: &str) -> String {
    let clean: String = name.chars().filter(|char| !char.is_control()).collect();
    let cut: String = clean.trim().chars().take(LABEL_CHARS_MAX).collect();
    cut.trim_end().to_owned()
}

/// What a tag can be as an association, and those that can be none: too long, or too many.
fn associations(tags: &[String]) -> (Vec<AssociationLabel>, Vec<&str>) {
    let mut labels: Vec<AssociationLabel> = Vec::new();
    let mut rest = Vec::new();
    for tag in tags {
        let label = names::association(tag).map_or_else(
            || AssociationLabel::from(tag.as_str()),
            AssociationLabel::from,
        );
        if labels.contains(&label) {
            continue;
        }
        if label.problem().is_none() && labels.len() < ASSOCIATIONS_MAX {
            labels.push(label);
        } else {
            rest.push(tag.as_str());
        }
    }
    (labels, rest)
}

/// The note, with the tags that found no other place below it.
fn note(note: Option<&str>, rest: &[&str], wishes: &Wishes) -> Result<Option<String>, Problem> {
    let mut text = note.unwrap_or_default().to_owned();
    for tag in rest {
        text.push_str(TAG_LINE);
        text.push_str(tag);
    }
    let chars = text.chars().count();
    if chars > NOTE_CHARS_MAX {
        if !wishes.cuts_notes {
            return Err(Problem::LongNote(chars as u64));
        }
        text = text.chars().take(NOTE_CHARS_MAX).collect();
    }
    let text = text.trim_start_matches('\n').to_owned();
    Ok((!text.trim().is_empty()).then_some(text))
}

#[cfg(test)]
#[path = "apply_tests.rs"]
mod tests;
