//! Writes the static shell into index.html: the app's first screen as plain markup, painted before the module is there.
//!
//! Markup and classes are those of `src/screens/frame.rs`, `src/screens/today.rs` and `src/ui/mood_picker.rs`, moods come
//! from the catalogue and words from the locales, so that nothing moves when the app takes over; `shell.spec.ts` compares
//! the two. The words in the markup are English. Those of the other languages go in front of public/shell.js, which puts
//! them in, with what depends on clock and address, before anything is painted.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use lume_core::mood::Mood;
use serde_json::{Map, Value, json};

use crate::files;
use crate::project::Project;

/// What stands in the shell's place where there is no shell, as with `trunk serve`.
const SPLASH: &str = "<div id=\"boot-splash\" class=\"boot\"><img src=\"/icons/lume.svg\" alt=\"Lume\" width=\"96\" height=\"96\"></div>";
const SCRIPT: &str = "shell.js";
/// The places of the navigation: address, icon, key of the name, and the class that tells phone and desktop apart.
const PLACES: [(&str, &str, &str, &str); 7] = [
    ("/", "today", "app.today", ""),
    ("/history", "history", "app.history", ""),
    ("/calendar", "calendar", "app.calendar", ""),
    ("/insights", "insights", "insights.place", ""),
    ("/sync", "sync", "app.sync", "frame-rail-only-item"),
    (
        "/settings",
        "settings",
        "app.settings",
        "frame-rail-only-item",
    ),
    ("/more", "more", "app.more", "frame-phone-only"),
];
/// Greetings by the hour, in the order in which public/shell.js names them.
const GREETINGS: [&str; 4] = [
    "today.night",
    "today.morning",
    "today.afternoon",
    "today.evening",
];
/// Lines of the screen that stands in for all places but Today.
const SKELETON_LINES: usize = 3;

/// Puts the shell into the page, and the words in front of its script.
///
/// # Errors
/// When a file is missing, a locale lacks a word or index.html has no place for the shell.
pub(super) fn write(project: &Project, dist: &Path) -> Result<()> {
    let folder = project.root.join("locales");
    let english: Value = serde_json::from_slice(&files::read(&folder.join("en.json"))?)?;
    let mut words = Words {
        english: &english,
        keys: GREETINGS.map(str::to_owned).to_vec(),
    };
    let markup = shell(&mut words)?;
    let index = dist.join("index.html");
    let page = String::from_utf8(files::read(&index)?).context("index.html")?;
    ensure!(
        page.contains(SPLASH),
        "index.html has no place for the shell"
    );
    files::write(&index, page.replacen(SPLASH, &markup, 1))?;
    let mut languages = Map::new();
    for file in files::walk(&folder)? {
        let path = files::url_path(&folder, &file)?;
        let tag = path.trim_start_matches('/').trim_end_matches(".json");
        let locale: Value = serde_json::from_slice(&files::read(&file)?).context(path.clone())?;
        languages.insert(tag.to_owned(), words.of(&locale).context(path.clone())?);
    }
    let script = dist.join(SCRIPT);
    let source = String::from_utf8(files::read(&script)?).context(SCRIPT)?;
    let languages = Value::Object(languages);
    files::write(
        &script,
        format!("\"use strict\"; const LUME_SHELL = {languages};\n{source}"),
    )
}

/// The words that the markup names by number.
struct Words<'a> {
    english: &'a Value,
    keys: Vec<String>,
}

impl Words<'_> {
    /// An element with an English word that public/shell.js can put another in the place of.
    fn element(&mut self, name: &str, class: &str, key: &str) -> Result<String> {
        let text = word(self.english, key)?;
        let number = self.keys.len();
        self.keys.push(key.to_owned());
        let class = attribute("class", class);
        Ok(format!(
            "<{name}{class} data-word=\"{number}\">{}</{name}>",
            escaped(text)
        ))
    }

    /// What the script knows of a language. English is in the markup, but for the greetings.
    fn of(&self, locale: &Value) -> Result<Value> {
        let is_english = std::ptr::eq(locale, self.english) || locale == self.english;
        let count = if is_english {
            GREETINGS.len()
        } else {
            self.keys.len()
        };
        let words = self.keys[..count].iter().map(|key| word(locale, key));
        let direction = word(locale, "language.direction")?;
        Ok(json!({ "dir": direction, "words": words.collect::<Result<Vec<_>>>()? }))
    }
}

/// The word of a key such as `moods.happy`.
fn word<'a>(locale: &'a Value, key: &str) -> Result<&'a str> {
    key.split('.')
        .try_fold(locale, |found, part| found.get(part))
        .and_then(Value::as_str)
        .with_context(|| format!("no {key}"))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

fn attribute(name: &str, value: &str) -> String {
    if value.is_empty() {
        String::new()
    } else {
        format!(" {name}=\"{value}\"")
    }
}

fn icon(name: &str) -> String {
    format!("<svg class=\"icon\"><use href=\"#i-{name}\"/></svg>")
}

/// Nothing in it can be used yet, and a screen reader hears that Lume is starting instead of it.
fn shell(words: &mut Words<'_>) -> Result<String> {
    let starting = words.element("span", "", "status.starting")?;
    let pill = words.element("span", "", "status.starting")?;
    let (today, skeleton) = (today(words)?, skeleton());
    let (places, brand) = (places(words)?, brand());
    let dot = icon("dot");
    Ok(format!(
        "<div id=\"boot-splash\"><p class=\"visually-hidden\">Lume: {starting}</p><div class=\"frame\" inert aria-hidden=\"true\">\
         <div class=\"frame-top\">{brand}<div class=\"frame-tools\"><span class=\"pill\">{dot}{pill}</span></div></div>\
         {today}{skeleton}\
         <div class=\"frame-nav\"><div class=\"frame-rail-only\">{brand}</div><ul class=\"frame-places\">{places}</ul></div>\
         </div></div>"
    ))
}

fn brand() -> &'static str {
    "<span class=\"frame-brand\"><img src=\"/icons/lume.svg\" alt=\"\" width=\"32\" height=\"32\"><span>Lume</span></span>"
}

fn places(words: &mut Words<'_>) -> Result<String> {
    let mut list = String::new();
    for (address, name, key, class) in PLACES {
        let class = attribute("class", class);
        let (icon, name) = (icon(name), words.element("span", "", key)?);
        write!(
            list,
            "<li{class}><span class=\"frame-place\" data-place=\"{address}\">\
             <span class=\"frame-mark\">{icon}</span>{name}</span></li>"
        )?;
    }
    Ok(list)
}

/// Today, until there is a mood: date and greeting are the script's to say. The empty element is where failures are told.
fn today(words: &mut Words<'_>) -> Result<String> {
    let mut tiles = String::new();
    for mood in Mood::ALL {
        let (label, icon) = (mood.label(), icon(mood.icon()));
        let name = words.element("span", "", &format!("moods.{label}"))?;
        write!(
            tiles,
            "<div class=\"mood-tile mood-ground mood-ground-{label}\">{icon}{name}</div>"
        )?;
    }
    let list = words.element("h2", "", "today.list")?;
    Ok(format!(
        "<div class=\"frame-main is-wide shell-today\"><div class=\"today\"><div class=\"today-log\">\
         <div class=\"today-head\"><p class=\"today-date\" data-date></p><h1 data-greeting></h1></div>\
         <div class=\"log\"><div class=\"mood-grid\">{tiles}</div><div></div></div></div>\
         <div class=\"today-list\">{list}</div></div></div>"
    ))
}

/// The other places: that something will be there, and not what.
fn skeleton() -> String {
    let line = "<div class=\"shell-line\"></div>";
    format!(
        "<div class=\"frame-main shell-other\"><div class=\"shell-heading\"></div>{}</div>",
        line.repeat(SKELETON_LINES)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locale(name: &str) -> Value {
        let file = format!("{}/../locales/{name}.json", env!("CARGO_MANIFEST_DIR"));
        serde_json::from_slice(&std::fs::read(file).expect("it is there")).expect("it is JSON")
    }

    #[test]
    fn the_shell_shows_every_mood_of_the_catalogue_and_nothing_of_it_can_be_used() {
        let english = locale("en");
        let mut words = Words {
            english: &english,
            keys: Vec::new(),
        };
        let shell = shell(&mut words).expect("all words are there");
        assert_eq!(shell.matches("mood-tile").count(), Mood::ALL.len());
        assert!(shell.contains("inert aria-hidden=\"true\""));
        for used in ["<a ", "<button", "<input", " id=\"content\"", "style="] {
            assert!(!shell.contains(used), "{used}");
        }
    }

    #[test]
    fn the_script_gets_every_word_of_another_language_and_of_english_the_greetings_alone() {
        let english = locale("en");
        let mut words = Words {
            english: &english,
            keys: GREETINGS.map(str::to_owned).to_vec(),
        };
        shell(&mut words).expect("all words are there");
        let count = |locale: &Value| {
            let known = words.of(locale).expect("all words are there");
            known["words"].as_array().map_or(0, Vec::len)
        };
        assert_eq!(count(&english), GREETINGS.len());
        assert_eq!(count(&locale("ar")), words.keys.len());
        assert_eq!(words.of(&locale("ar")).expect("it is there")["dir"], "rtl");
    }

    #[test]
    fn a_word_can_hold_no_markup() {
        assert_eq!(escaped("a < b & c"), "a &lt; b &amp; c");
    }
}
