//! The figures of some days: read when they are asked for, and again when entries change.

use leptos::prelude::*;
use lume_core::statistics::{Frame, Period, Statistics, summarise};
use lume_core::time::LocalDate;
use lume_sync::StoreError;
use lume_sync::kinds::MOOD;

use crate::model::failure::Failure;
use crate::model::own_moods;
use crate::shell::app_state::use_app;
use crate::shell::format;
use crate::shell::query::use_query;
use crate::shell::services::{AppEngine, local_now};

/// The figures that are shown; none until they are there.
pub(crate) type Figures = Memo<Option<Statistics>>;

/// What a period comes to, as far as it has been read.
pub(crate) struct Reading {
    /// The figures; none until they are there, and where there is no entry at all.
    pub(crate) figures: Figures,
    /// Why they could not be read.
    pub(crate) failed: Memo<Option<Failure>>,
    /// Whether there is no entry at all, of whatever day.
    pub(crate) is_empty: Memo<bool>,
    /// Whether they are still being read.
    pub(crate) is_waiting: Memo<bool>,
}

/// What was found.
#[derive(Clone, PartialEq)]
enum Found {
    /// There is no entry at all.
    NoEntries,
    /// The figures of the period.
    Figures(Box<Statistics>),
}

/// Reads the figures of a period, which may depend on what day it is; of no period there are none.
pub(crate) fn use_figures(period: impl Fn(LocalDate) -> Option<Period> + 'static) -> Reading {
    let app = use_app();
    let asked = move || {
        app.data.track();
        own_moods::track();
        let (day_start, week_start) = app
            .prefs
            .with(|prefs| (prefs.day_start, prefs.week_start.day()));
        let today = day_start.day_of(local_now());
        Some(Frame {
            period: period(today)?,
            day_start,
            week_start: week_start.unwrap_or_else(format::week_start),
            first: None,
            today,
        })
    };
    let found = use_query(asked, |engine, frame| async move {
        match frame {
            Some(frame) => read(&engine, frame).await,
            None => Ok(Found::NoEntries),
        }
    });
    Reading {
        figures: Memo::new(move |_| {
            found.with(|found| match found.as_ref()?.as_ref().ok()? {
                Found::NoEntries => None,
                Found::Figures(figures) => Some((**figures).clone()),
            })
        }),
        failed: Memo::new(move |_| found.with(|found| found.as_ref()?.as_ref().err().cloned())),
        is_empty: Memo::new(move |_| {
            found.with(|found| matches!(found, Some(Ok(Found::NoEntries))))
        }),
        is_waiting: Memo::new(move |_| found.with(Option::is_none)),
    }
}

async fn read(engine: &AppEngine, frame: Frame) -> Result<Found, StoreError> {
    let Some((first, _)) = engine.span(&MOOD.kind()).await? else {
        return Ok(Found::NoEntries);
    };
    let from = frame.period.before().from();
    // A day that starts late ends on the next date.
    let until = frame.period.until().plus_days(1);
    let moments = engine.moments(&MOOD.kind(), from, until).await?;
    let moments = own_moods::filled_in(moments);
    let frame = Frame {
        first: Some(first),
        ..frame
    };
    Ok(Found::Figures(Box::new(summarise(&moments, &frame))))
}
