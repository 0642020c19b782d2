//! Pixels, the app of years in pixels: a list of days.
//!
//! What it writes was seen in converters for its backups on GitHub (Skyball2000/pixels-viewer, chgio/femto-hopper): each
//! day has `date` as in `2024-1-5`, `type`, `scores` from 1 to 5, `notes`, and `tags` as groups with `type` and `entries`.
//! A day has no time: its entry is at noon.

use serde_json::Value;
use serde_json::value::RawValue;

use super::Rows;
use super::fields::{self, Fields};
use crate::ident;
use crate::row::{Format, Found, Moment, Problem};
use crate::times;

const SCORE_MAX: i64 = 5;

pub(super) fn pixels(items: &[&RawValue]) -> Rows {
    let mut rows = Rows::new(Format::Pixels);
    for (number, item) in (1..).zip(items) {
        let found = fields::object(item)
            .ok_or(Problem::NotAnEntry)
            .and_then(|day| pixel(&day));
        rows.alike(number, found);
    }
    rows
}

fn pixel(day: &Fields) -> Result<Found, Problem> {
    let date = fields::text(day, "date").and_then(times::date);
    let date = date.ok_or(Problem::BadTime)?;
    let scores: Vec<i64> = fields::items(day, "scores")
        .iter()
        .filter_map(Value::as_i64)
        .filter(|score| (1..=SCORE_MAX).contains(score))
        .collect();
    if scores.is_empty() {
        return Err(Problem::NoMood);
    }
    let groups = fields::items(day, "tags")
        .iter()
        .filter_map(Value::as_object);
    let kind = fields::text(day, "type").unwrap_or("Mood");
    Ok(Found {
        moment: Moment::local(times::noon(date)),
        valence: Some(mean(&scores)),
        moods: scores.iter().map(i64::to_string).collect(),
        tags: groups
            .flat_map(|group| fields::texts(group, "entries"))
            .collect(),
        note: fields::text(day, "notes").map(str::to_owned),
        source_id: ident::hashed("pixels", &[&date.to_string(), kind]),
    })
}

/// Three is in the middle.
fn mean(scores: &[i64]) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a day has a few scores up to five"
    )]
    let mean = scores.iter().sum::<i64>() as f64 / scores.len() as f64;
    (mean - 3.0) / 2.0
}
