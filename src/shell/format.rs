//! Dates, times and sizes in words, by the browser's `Intl`.

use std::cell::RefCell;
use std::collections::BTreeMap;

use js_sys::{Array, Function, Intl, Object, Reflect};
use lume_core::time::{LocalDate, LocalDateTime, Timestamp, UtcOffsetMinutes};
use wasm_bindgen::{JsCast, JsValue};

use crate::i18n::{language, t};
use crate::model::moments::zone_city;
use crate::shell::services::{local_now, local_time, zone};

/// The time of day.
pub(crate) fn time_of_day(local: LocalDateTime) -> String {
    format_civil(local, &[("hour", "numeric"), ("minute", "2-digit")])
}

/// An entry's time of day, with its zone's city where that is not the one here.
pub(crate) fn entry_time(local: LocalDateTime, entry_zone: &str) -> String {
    let time = time_of_day(local);
    if entry_zone == zone().as_str() {
        time
    } else {
        t::entry::at_zone(&time, &zone_city(entry_zone))
    }
}

/// A day as a heading: today and yesterday by name, the year only where it is another.
pub(crate) fn day(date: LocalDate, today: LocalDate) -> String {
    match today.days_since(date) {
        0 => t::history::today().to_owned(),
        1 => t::history::yesterday().to_owned(),
        _ => {
            let mut parts = vec![("weekday", "long"), ("day", "numeric"), ("month", "long")];
            if date.year() != today.year() {
                parts.push(("year", "numeric"));
            }
            format_civil(date.midnight(), &parts)
        }
    }
}

/// A day in full, without today and yesterday.
pub(crate) fn full_day(date: LocalDate) -> String {
    format_civil(
        date.midnight(),
        &[("weekday", "long"), ("day", "numeric"), ("month", "long")],
    )
}

/// A day with its year, short.
pub(crate) fn date(date: LocalDate) -> String {
    format_civil(
        date.midnight(),
        &[("day", "numeric"), ("month", "short"), ("year", "numeric")],
    )
}

/// A month with its year.
pub(crate) fn month(first: LocalDate) -> String {
    format_civil(first.midnight(), &[("month", "long"), ("year", "numeric")])
}

/// The name of a day of the week, `long` or `short`.
pub(crate) fn weekday(day: LocalDate, width: &str) -> String {
    format_civil(day.midnight(), &[("weekday", width)])
}

/// The number of a day in its month.
pub(crate) fn day_number(day: LocalDate) -> String {
    number(f64::from(day.day()), &[])
}

/// A day with its month, for where there is little room.
pub(crate) fn short_day(date: LocalDate) -> String {
    format_civil(date.midnight(), &[("day", "numeric"), ("month", "short")])
}

/// A day with its month and its year.
pub(crate) fn dated_day(date: LocalDate) -> String {
    format_civil(
        date.midnight(),
        &[("day", "numeric"), ("month", "short"), ("year", "numeric")],
    )
}

/// The name of a month, `long`, `short` or `narrow`.
pub(crate) fn month_name(first: LocalDate, width: &str) -> String {
    format_civil(first.midnight(), &[("month", width)])
}

/// A year.
pub(crate) fn year(day: LocalDate) -> String {
    format_civil(day.midnight(), &[("year", "numeric")])
}

/// A valence or a difference of two, with its sign and two decimals.
pub(crate) fn valence(value: f64) -> String {
    number(
        value,
        &[
            ("signDisplay", "exceptZero"),
            ("minimumFractionDigits", "2"),
            ("maximumFractionDigits", "2"),
        ],
    )
}

/// A mark on the scale of valence, as short as it goes.
pub(crate) fn mark(value: f64) -> String {
    number(
        value,
        &[
            ("signDisplay", "exceptZero"),
            ("maximumFractionDigits", "2"),
        ],
    )
}

/// A share of a whole, 0 to 1, in per cent.
pub(crate) fn percent(share: f64) -> String {
    number(
        share,
        &[("style", "percent"), ("maximumFractionDigits", "0")],
    )
}

/// A number of things.
pub(crate) fn count(count: u32) -> String {
    number(f64::from(count), &[])
}

/// The day that weeks start on where the person lives, 1 for Monday to 7 for Sunday; Monday where the browser does not say.
pub(crate) fn week_start() -> u8 {
    const MONDAY: u8 = 1;
    let first_day = || -> Result<Option<f64>, JsValue> {
        let locale = Reflect::get(&js_sys::global(), &"Intl".into())?;
        let locale: Function = Reflect::get(&locale, &"Locale".into())?.dyn_into()?;
        let locale = Reflect::construct(&locale, &Array::of1(&self::locale().into()))?;
        let ask = Reflect::get(&locale, &"getWeekInfo".into())?;
        let info = match ask.dyn_ref::<Function>() {
            Some(ask) => ask.call0(&locale)?,
            None => Reflect::get(&locale, &"weekInfo".into())?,
        };
        Ok(Reflect::get(&info, &"firstDay".into())?.as_f64())
    };
    let found = first_day().ok().flatten();
    (MONDAY..=7)
        .find(|day| found == Some(f64::from(*day)))
        .unwrap_or(MONDAY)
}

/// A country by its code, as it is called in the app's language; the code where the browser does not say.
pub(crate) fn country(code: &str) -> String {
    let named = || -> Result<Option<String>, JsValue> {
        let names = Reflect::get(&js_sys::global(), &"Intl".into())?;
        let names: Function = Reflect::get(&names, &"DisplayNames".into())?.dyn_into()?;
        let options = Object::new();
        Reflect::set(&options, &"type".into(), &"region".into())?;
        let arguments = Array::of2(&language().tag.into(), &options);
        let names = Reflect::construct(&names, &arguments)?;
        let of: Function = Reflect::get(&names, &"of".into())?.dyn_into()?;
        Ok(of.call1(&names, &code.into())?.as_string())
    };
    named().ok().flatten().unwrap_or_else(|| code.to_owned())
}

/// A date and a time of day.
pub(crate) fn day_and_time(local: LocalDateTime) -> String {
    let day = day(local.date(), local_now().date());
    format!("{day}, {}", time_of_day(local))
}

/// An instant, on the clocks here.
pub(crate) fn moment(at: Timestamp) -> String {
    day_and_time(local_time(at, &zone()))
}

/// An instant to the second, for logs.
pub(crate) fn log_time(at: Timestamp) -> String {
    format_civil(
        local_time(at, &zone()),
        &[
            ("hour", "2-digit"),
            ("minute", "2-digit"),
            ("second", "2-digit"),
        ],
    )
}

/// A number of bytes.
pub(crate) fn bytes(count: u64) -> String {
    const KB: f64 = 1_000.0;
    let count = to_f64(count);
    let (value, unit) = if count < KB * KB {
        (count / KB, "kilobyte")
    } else if count < KB * KB * KB {
        (count / KB / KB, "megabyte")
    } else {
        (count / KB / KB / KB, "gigabyte")
    };
    number(
        value,
        &[
            ("style", "unit"),
            ("unit", unit),
            ("maximumFractionDigits", "1"),
        ],
    )
}

#[expect(clippy::cast_precision_loss, reason = "rounded for reading anyway")]
fn to_f64(count: u64) -> f64 {
    count as f64
}

fn number(value: f64, parts: &[(&str, &str)]) -> String {
    let make =
        |locales: &Array, options: &Object| Intl::NumberFormat::new(locales, options).format();
    formatted("number", parts, make, value).unwrap_or_else(|| value.to_string())
}

/// Formats what a clock on the wall shows: as if it were UTC, so that no zone changes it.
fn format_civil(local: LocalDateTime, parts: &[(&str, &str)]) -> String {
    let at = local.to_instant(UtcOffsetMinutes::ZERO).as_millis();
    #[expect(
        clippy::cast_precision_loss,
        reason = "times are far below 2^53 milliseconds"
    )]
    let at = at as f64;
    let make = |locales: &Array, options: &Object| {
        set(options, "timeZone", "UTC");
        Intl::DateTimeFormat::new(locales, options).format()
    };
    formatted("time", parts, make, at).unwrap_or_else(|| local.to_string())
}

thread_local! {
    /// What formats, by what it was made of: to make it takes far longer than to use it, and a year has a name for each day.
    static FORMATS: RefCell<BTreeMap<String, Function>> = const { RefCell::new(BTreeMap::new()) };
}

fn formatted(
    kind: &str,
    parts: &[(&str, &str)],
    make: impl FnOnce(&Array, &Object) -> Function,
    value: f64,
) -> Option<String> {
    let mut key = kind.to_owned();
    for (name, value) in parts {
        key.extend([" ", name, " ", value]);
    }
    let format = FORMATS.with_borrow_mut(|formats| {
        let format = formats
            .entry(key)
            .or_insert_with(|| make(&Array::of1(&locale().into()), &options(parts)));
        format.clone()
    });
    format
        .call1(&JsValue::UNDEFINED, &value.into())
        .ok()?
        .as_string()
}

fn options(parts: &[(&str, &str)]) -> Object {
    let options = Object::new();
    for (name, value) in parts {
        set(&options, name, value);
    }
    options
}

fn set(options: &Object, name: &str, value: &str) {
    // A fresh object takes any property.
    drop(Reflect::set(options, &name.into(), &value.into()));
}

/// The person's own variant of the app's language, as in en-GB, for the order of dates and the kind of clock.
fn locale() -> String {
    let languages = web_sys::window().map(|window| window.navigator().languages());
    let own = languages.and_then(|languages| {
        languages
            .iter()
            .filter_map(|tag| tag.as_string())
            .find(|tag| tag.split('-').next() == Some(language().tag))
    });
    own.unwrap_or_else(|| language().tag.to_owned())
}
