//! The app's words. `build.rs` makes a function of each string in `locales/en.json`; this is what they call.
//!
//! A string is read when it is shown and is not reactive: another language is taken at the next start.

use js_sys::{Array, Function, Intl, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// One function for each string, in modules as in the file.
pub(crate) mod t {
    include!(concat!(env!("OUT_DIR"), "/strings.rs"));

    pub(super) fn texts() -> &'static [&'static str] {
        &TEXTS
    }
}

/// Where the plural category `other` stands among a plural's texts.
const OTHER: usize = 5;

/// The text at this place of the table.
pub(crate) fn text(index: usize) -> &'static str {
    t::texts().get(index).copied().unwrap_or_default()
}

/// Puts arguments in the place of `{name}`.
pub(crate) fn fill(text: &str, arguments: &[(&str, &str)]) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        result.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            rest = after;
            break;
        };
        let value = arguments.iter().find(|(argument, _)| *argument == name);
        result.push_str(value.map_or("", |(_, value)| value));
        rest = after;
    }
    result.push_str(rest);
    result
}

/// The text of the plural that begins at `first`, for this count.
pub(crate) fn plural(first: usize, count: u64, arguments: &[(&str, &str)]) -> String {
    let form = match text(first + platform::category(count)) {
        "" => text(first + OTHER),
        form => form,
    };
    let count = platform::number(count);
    let mut all = vec![("count", count.as_str())];
    all.extend_from_slice(arguments);
    fill(form, &all)
}

/// The language that the texts are in.
pub(crate) const fn language() -> &'static str {
    "en"
}

/// A number in words of a locale, by the options of `Intl.NumberFormat`.
pub(crate) fn format_number(locale: &str, number: f64, options: &Object) -> Option<String> {
    let format = Intl::NumberFormat::new(&Array::of1(&locale.into()), options);
    let format: Function = Reflect::get(&format, &"format".into())
        .ok()?
        .dyn_into()
        .ok()?;
    format
        .call1(&JsValue::UNDEFINED, &number.into())
        .ok()?
        .as_string()
}

#[cfg(target_arch = "wasm32")]
mod platform {
    use js_sys::{Array, Intl, Object};

    use super::{OTHER, format_number, language};

    fn approximate(count: u64) -> f64 {
        f64::from(u32::try_from(count).unwrap_or(u32::MAX))
    }

    pub(super) fn category(count: u64) -> usize {
        let rules = Intl::PluralRules::new(&Array::of1(&language().into()), &Object::new());
        match String::from(rules.select(approximate(count))).as_str() {
            "zero" => 0,
            "one" => 1,
            "two" => 2,
            "few" => 3,
            "many" => 4,
            _ => OTHER,
        }
    }

    pub(super) fn number(count: u64) -> String {
        format_number(language(), approximate(count), &Object::new())
            .unwrap_or_else(|| count.to_string())
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod platform {
    pub(super) fn category(count: u64) -> usize {
        if count == 1 { 1 } else { super::OTHER }
    }

    pub(super) fn number(count: u64) -> String {
        count.to_string()
    }
}

#[cfg(test)]
mod tests {
    use lume_core::mood::Mood;

    use super::{fill, t};

    #[test]
    fn arguments_take_the_place_of_their_names() {
        assert_eq!(
            fill(
                "At {time} in {place}",
                &[("place", "Lima"), ("time", "9:00")]
            ),
            "At 9:00 in Lima"
        );
        assert_eq!(fill("{a}{a} {missing}!", &[("a", "x")]), "xx !");
        assert_eq!(fill("an open { brace", &[]), "an open  brace");
    }

    #[test]
    fn every_mood_has_a_name_and_a_prompt() {
        for mood in Mood::ALL {
            assert!(t::moods::by_name(mood.label()).is_some());
            assert!(t::prompts::by_name(mood.label()).is_some());
        }
    }
}
