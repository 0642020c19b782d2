//! The app's words. `build.rs` makes a function of each string in `locales/en.json`; this is what they call.
//!
//! English is part of the module. Another language is a file that is read before anything is shown; one that is not to be
//! had, or is of another build, leaves English. A string is read when it is shown and is not reactive: another language
//! is taken at the next start.

use std::cell::Cell;

/// One function for each string, in modules as in the file.
pub(crate) mod t {
    include!(concat!(env!("OUT_DIR"), "/strings.rs"));

    pub(super) fn texts() -> &'static [&'static str] {
        &TEXTS
    }
}

mod walk;

pub(crate) use t::LANGUAGES;
use walk::{CATEGORIES, Texts, texts_of};

/// A language of the app.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Language {
    /// As in `de`: its file's name, and the page's language.
    pub(crate) tag: &'static str,
    /// How it calls itself.
    pub(crate) name: &'static str,
    /// In which direction it is read: `ltr` or `rtl`.
    pub(crate) direction: &'static str,
}

thread_local! {
    static LANGUAGE: Cell<&'static Language> = const { Cell::new(&LANGUAGES[0]) };
    /// The texts of a language that is not English, in the order of English's.
    static TEXTS: Cell<Option<&'static [&'static str]>> = const { Cell::new(None) };
}

/// The language to start in: the chosen one, or the first of the device's that the app has, or English.
pub(crate) fn preferred(chosen: Option<&str>, device: &[String]) -> &'static Language {
    let known = |tag: &str| {
        let primary = tag.split('-').next().unwrap_or_default().to_lowercase();
        LANGUAGES.iter().find(|language| language.tag == primary)
    };
    let chosen = chosen.and_then(known);
    let of_device = || device.iter().find_map(|tag| known(tag));
    chosen.or_else(of_device).unwrap_or(&LANGUAGES[0])
}

/// Takes a language with its file's text, for as long as the page is there. Returns whether the file fits this build.
pub(crate) fn take(language: &'static Language, file: &str) -> bool {
    let Ok(locale) = serde_json::from_str(file) else {
        return false;
    };
    let Texts { texts, keys } = texts_of(&locale);
    if keys != t::KEYS {
        return false;
    }
    let texts = texts.into_iter().map(|text| &*String::leak(text)).collect();
    TEXTS.set(Some(Vec::leak(texts)));
    LANGUAGE.set(language);
    true
}

/// Where the plural category `other` stands among a plural's texts.
const OTHER: usize = CATEGORIES.len() - 1;

/// The text at this place of the table.
pub(crate) fn text(index: usize) -> &'static str {
    let texts = TEXTS.get().unwrap_or_else(t::texts);
    texts.get(index).copied().unwrap_or_default()
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
pub(crate) fn language() -> &'static Language {
    LANGUAGE.get()
}

#[cfg(target_arch = "wasm32")]
mod platform {
    use js_sys::{Array, Function, Intl, Object, Reflect};
    use wasm_bindgen::{JsCast, JsValue};

    use super::{OTHER, language};

    fn approximate(count: u64) -> f64 {
        f64::from(u32::try_from(count).unwrap_or(u32::MAX))
    }

    pub(super) fn category(count: u64) -> usize {
        let rules = Intl::PluralRules::new(&Array::of1(&language().tag.into()), &Object::new());
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
        format_number(language().tag, approximate(count), &Object::new())
            .unwrap_or_else(|| count.to_string())
    }

    /// A number in words of a locale, by the options of `Intl.NumberFormat`.
    fn format_number(locale: &str, number: f64, options: &Object) -> Option<String> {
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

    use super::{LANGUAGES, fill, language, preferred, t, take, text};

    #[test]
    fn the_chosen_language_comes_before_the_devices_and_english_is_there_for_all_others() {
        let device = ["nl-NL", "pt-PT", "de"].map(str::to_owned);
        assert_eq!(preferred(Some("ar"), &device).tag, "ar");
        assert_eq!(preferred(Some("xx"), &device).tag, "pt");
        assert_eq!(preferred(None, &device).tag, "pt");
        assert_eq!(preferred(None, &["DE-AT".to_owned()]).tag, "de");
        assert_eq!(preferred(None, &device[..1]).tag, "en");
        assert_eq!(preferred(None, &[]).direction, "ltr");
    }

    #[test]
    fn a_locale_is_read_in_the_order_in_which_its_texts_are_numbered() {
        let english: &[&str] = t::texts();
        assert!(take(&LANGUAGES[0], include_str!("../locales/en.json")));

        assert!((0..english.len()).all(|index| text(index) == english[index]));
    }

    #[test]
    fn every_language_says_what_its_file_says() {
        for tag in ["ar", "de", "es", "fr", "pt"] {
            let found = LANGUAGES.iter().find(|language| language.tag == tag);
            let file = std::fs::read_to_string(format!("locales/{tag}.json")).expect("it is there");
            let locale: serde_json::Value = serde_json::from_str(&file).expect("it is JSON");
            assert!(take(found.expect("it is known"), &file));
            assert_eq!(t::moods::by_name("sad"), locale["moods"]["sad"].as_str());
            assert_eq!(t::today::none(), locale["today"]["none"]);
            assert_eq!(language().name, locale["language"]["name"]);
        }
    }

    #[test]
    fn a_file_of_another_build_is_not_taken() {
        let other = include_str!("../locales/en.json").replace("\"skip\"", "\"jump\"");
        assert!(!take(&LANGUAGES[1], &other));
        assert!(!take(&LANGUAGES[1], "<html>"));
        assert_eq!(language().tag, "en");
    }

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
