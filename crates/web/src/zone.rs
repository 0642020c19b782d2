//! Time zones, as the browser's `Intl` knows them: no zone database is in the wasm.

use std::cell::RefCell;
use std::collections::BTreeMap;

use js_sys::{Array, Date, Function, Reflect};
use lume_core::time::{
    LocalDate, LocalDateTime, Timestamp, UnknownZone, UtcOffsetMinutes, ZoneName, ZoneRules,
};
use wasm_bindgen::{JsCast, JsValue};

use crate::{global, js};

/// Formatters kept; a person's entries name a few zones.
const FORMATTERS_MAX: usize = 64;
/// How long the device is taken to be in the zone that it was found in.
const DEVICE_ZONE_MS_MAX: i64 = 1_000;
/// The calendar and digits that are understood here, whatever the person's language uses.
const LOCALE: &str = "en-US-u-ca-gregory-nu-latn";

/// The browser's rules of time zones.
#[derive(Default)]
pub struct WebZones {
    formatters: RefCell<BTreeMap<ZoneName, JsValue>>,
    device: RefCell<Option<DeviceZone>>,
}

/// The device's zone as it was found last. Asking takes a formatter, and lists ask for every line.
struct DeviceZone {
    zone: ZoneName,
    /// When it was found, by the wall clock.
    found: Timestamp,
    /// What the device's clocks were behind UTC then, in minutes: another zone is noticed by that at once.
    behind: f64,
}

impl WebZones {
    /// The zone that the device is in now; UTC where the browser does not say.
    pub fn current(&self) -> ZoneName {
        let date = Date::new_0();
        let behind = date.get_timezone_offset();
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the clock shows whole milliseconds, far below 2^53"
        )]
        let now = Timestamp::from_millis(date.get_time() as i64);
        if let Some(known) = &*self.device.borrow()
            && (0..DEVICE_ZONE_MS_MAX).contains(&now.millis_since(known.found))
            && (known.behind - behind).abs() < f64::EPSILON
        {
            return known.zone.clone();
        }
        let zone = device_zone();
        self.device.replace(Some(DeviceZone {
            zone: zone.clone(),
            found: now,
            behind,
        }));
        zone
    }

    fn formatter(&self, zone: &ZoneName) -> Option<JsValue> {
        if let Some(formatter) = self.formatters.borrow().get(zone) {
            return Some(formatter.clone());
        }
        let formatter = formatter(Some(zone))?;
        let mut formatters = self.formatters.borrow_mut();
        if formatters.len() >= FORMATTERS_MAX {
            formatters.clear();
        }
        formatters.insert(zone.clone(), formatter.clone());
        Some(formatter)
    }
}

impl ZoneRules for WebZones {
    fn offset_at(&self, zone: &ZoneName, at: Timestamp) -> Result<UtcOffsetMinutes, UnknownZone> {
        let unknown = || UnknownZone(zone.clone());
        let formatter = self.formatter(zone).ok_or_else(unknown)?;
        let shown = shown_at(&formatter, at).ok_or_else(unknown)?;
        // What is shown has no milliseconds, and an offset of the nineteenth century may have seconds.
        let behind_utc = shown.to_instant(UtcOffsetMinutes::ZERO).millis_since(at);
        let minutes = (behind_utc + MINUTE_MS / 2).div_euclid(MINUTE_MS);
        i16::try_from(minutes)
            .ok()
            .and_then(UtcOffsetMinutes::new)
            .ok_or_else(unknown)
    }
}

const MINUTE_MS: i64 = 60_000;

/// Asks the browser for the device's zone.
fn device_zone() -> ZoneName {
    let zone = formatter(None)
        .and_then(|formatter| js::call(&formatter, "resolvedOptions", &[]).ok())
        .and_then(|options| js::property(&options, "timeZone"))
        .and_then(|zone| zone.as_string());
    zone.and_then(|zone| zone.parse().ok())
        .unwrap_or_else(ZoneName::utc)
}

/// What clocks show at an instant, to the second.
fn shown_at(formatter: &JsValue, at: Timestamp) -> Option<LocalDateTime> {
    #[expect(
        clippy::cast_precision_loss,
        reason = "times are far below 2^53 milliseconds"
    )]
    let date = Date::new(&JsValue::from_f64(at.as_millis() as f64));
    let parts: Array = js::call(formatter, "formatToParts", &[&date])
        .ok()?
        .dyn_into()
        .ok()?;
    let part = |name: &str| {
        let part = parts
            .iter()
            .find(|part| js::property(part, "type").is_some_and(|kind| kind == *name))?;
        js::property(&part, "value")?
            .as_string()?
            .parse::<u16>()
            .ok()
    };
    let small = |name: &str| part(name).and_then(|number| u8::try_from(number).ok());
    let date = LocalDate::new(part("year")?, small("month")?, small("day")?)?;
    // Some engines call midnight 24 o'clock of the day that begins.
    LocalDateTime::new(
        date,
        small("hour")? % 24,
        small("minute")?,
        small("second")?,
        0,
    )
}

/// Makes a formatter for a zone or the device's own; `None` where the browser does not know the zone.
fn formatter(zone: Option<&ZoneName>) -> Option<JsValue> {
    let options = js::object(&[("hourCycle", "h23".into())]);
    for part in ["year", "month", "day", "hour", "minute", "second"] {
        js::set(&options, part, &"numeric".into());
    }
    if let Some(zone) = zone {
        js::set(&options, "timeZone", &zone.as_str().into());
    }
    let intl = global::property("Intl")?;
    let constructor: Function = js::property(&intl, "DateTimeFormat")?.dyn_into().ok()?;
    Reflect::construct(&constructor, &Array::of2(&LOCALE.into(), &options)).ok()
}
