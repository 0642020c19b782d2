//! Turns `locales/en.json` into one function for each string, so that a key that does not exist fails the build.
//! The other locales are served as they are, and read in the same order when the app starts: `src/i18n.rs`.
//!
//! An object in the file is a module, an object of plural categories is one message with a `count`, and `{name}` in a
//! text is an argument. Every other locale must have the same keys and the same arguments.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use serde_json::{Map, Value};

#[path = "src/i18n/walk.rs"]
mod walk;

use walk::{CATEGORIES, OF_ITSELF};

/// Modules whose strings are also looked up by name, because the name comes from data.
const LOOKED_UP: [&str; 5] = ["moods", "prompts", "associations", "parts", "items"];

/// The level of optimisation of the app that is downloaded: the profile `app` in Cargo.toml.
const SIZE: &str = "z";

/// What a key holds.
enum Message {
    /// One text, with the arguments it names.
    Text(String, BTreeSet<String>),
    /// One text for each plural category, and the arguments beside `count`.
    Plural([String; 6], BTreeSet<String>),
}

fn main() {
    println!("cargo:rerun-if-changed=locales");
    if env::var("OPT_LEVEL").is_ok_and(|level| level == SIZE)
        && env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "wasm")
    {
        // The module that is downloaded is cut in two by what its relocations tell: xtask/src/dist/split.rs.
        println!("cargo:rustc-link-arg-bins=--emit-relocs");
    }
    let source = read("en");
    let mut code = String::new();
    let mut texts = Vec::new();
    let mut shown = source.clone();
    shown.remove(OF_ITSELF);
    module(&shown, "", &mut code, &mut texts);
    let walked = walk::texts_of(&source);
    assert_eq!(walked.texts, texts, "the order in which texts are numbered");
    let [a, b, c, d] = [48, 32, 16, 0].map(|bits| walked.keys >> bits & 0xffff);
    let _ = writeln!(
        code,
        "pub(crate) const KEYS: u64 = 0x{a:04x}_{b:04x}_{c:04x}_{d:04x};"
    );
    let _ = writeln!(code, "static TEXTS: [&str; {}] = {texts:#?};", texts.len());
    let wanted = keys(&source, "");
    let others = check_other_locales(&wanted);
    languages(&source, &others, &mut code);
    let out = env::var("OUT_DIR").expect("cargo sets it");
    fs::write(Path::new(&out).join("strings.rs"), code).expect("the build's folder is writable");
}

/// What the app knows of each language before it has read its texts: its tag, its own name, and its direction.
fn languages(
    source: &Map<String, Value>,
    others: &BTreeMap<String, Map<String, Value>>,
    code: &mut String,
) {
    let of = |tag: &str, locale: &Map<String, Value>| {
        let text = |name: &str| {
            let found = locale[OF_ITSELF][name].as_str().map(str::to_owned);
            found.unwrap_or_else(|| panic!("locales/{tag}.json: language.{name} is missing"))
        };
        let direction = text("direction");
        assert!(
            ["ltr", "rtl"].contains(&direction.as_str()),
            "locales/{tag}.json: language.direction is ltr or rtl"
        );
        format!(
            "crate::i18n::Language {{ tag: {tag:?}, name: {:?}, direction: {direction:?} }}",
            text("name")
        )
    };
    let mut all = vec![of("en", source)];
    all.extend(others.iter().map(|(tag, locale)| of(tag, locale)));
    let _ = writeln!(
        code,
        "pub(crate) static LANGUAGES: [crate::i18n::Language; {}] = [{}];",
        all.len(),
        all.join(", ")
    );
}

fn read(language: &str) -> Map<String, Value> {
    let path = format!("locales/{language}.json");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The names between braces.
fn arguments(text: &str) -> BTreeSet<String> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name.to_owned())
        .collect()
}

fn message(key: &str, value: &Value) -> Option<Message> {
    match value {
        Value::String(text) => Some(Message::Text(text.clone(), arguments(text))),
        Value::Object(forms) if forms.contains_key("other") => {
            let mut names = BTreeSet::new();
            let texts = CATEGORIES.map(|category| {
                let text = forms
                    .get(category)
                    .and_then(Value::as_str)
                    .unwrap_or_default();
                names.extend(arguments(text));
                text.to_owned()
            });
            names.remove("count");
            Some(Message::Plural(texts, names))
        }
        Value::Object(_) => None,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => {
            panic!("{key} is neither a text nor an object")
        }
    }
}

fn module(source: &Map<String, Value>, path: &str, code: &mut String, texts: &mut Vec<String>) {
    for (name, value) in source {
        let key = format!("{path}{name}");
        match message(&key, value) {
            Some(Message::Text(text, names)) => {
                text_function(code, name, &text, &names, texts.len());
                texts.push(text);
            }
            Some(Message::Plural(forms, names)) => {
                plural_function(code, name, &forms, &names, texts.len());
                texts.extend(forms);
            }
            None => {
                let inner = value.as_object().expect("message() took everything else");
                let _ = writeln!(code, "pub(crate) mod {name} {{");
                if LOOKED_UP.contains(&name.as_str()) {
                    lookup_function(code, inner, texts);
                } else {
                    module(inner, &format!("{key}."), code, texts);
                }
                code.push_str("}\n");
            }
        }
    }
}

fn signature(names: &BTreeSet<String>) -> (String, String) {
    let list: Vec<_> = names.iter().map(|name| format!("{name}: &str")).collect();
    let pairs: Vec<_> = names
        .iter()
        .map(|name| format!("({name:?}, {name})"))
        .collect();
    (list.join(", "), pairs.join(", "))
}

fn text_function(
    code: &mut String,
    name: &str,
    text: &str,
    names: &BTreeSet<String>,
    index: usize,
) {
    let (list, pairs) = signature(names);
    let _ = writeln!(code, "/// {}", quoted(text));
    let _ = if names.is_empty() {
        writeln!(
            code,
            "pub(crate) fn {name}() -> &'static str {{ crate::i18n::text({index}) }}"
        )
    } else {
        writeln!(
            code,
            "pub(crate) fn {name}({list}) -> String {{ crate::i18n::fill(crate::i18n::text({index}), &[{pairs}]) }}"
        )
    };
}

/// A string as it may stand in a doc comment, where an address or a bracket would be markup.
fn quoted(text: &str) -> String {
    format!("`{}`", text.replace('\n', " ").replace('`', "'"))
}

fn plural_function(
    code: &mut String,
    name: &str,
    forms: &[String; 6],
    names: &BTreeSet<String>,
    index: usize,
) {
    let (list, pairs) = signature(names);
    let _ = writeln!(
        code,
        "/// {}\npub(crate) fn {name}(count: u64, {list}) -> String {{ crate::i18n::plural({index}, count, &[{pairs}]) }}",
        quoted(&forms[5])
    );
}

fn lookup_function(code: &mut String, source: &Map<String, Value>, texts: &mut Vec<String>) {
    code.push_str("pub(crate) fn by_name(name: &str) -> Option<&'static str> { match name {\n");
    for (name, value) in source {
        let text = value
            .as_str()
            .unwrap_or_else(|| panic!("{name}: what is looked up is a text"));
        let _ = writeln!(
            code,
            "{name:?} => Some(crate::i18n::text({})),",
            texts.len()
        );
        texts.push(text.to_owned());
    }
    code.push_str("_ => None } }\n");
}

/// Every key with the arguments of its message.
fn keys(source: &Map<String, Value>, path: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found = BTreeMap::new();
    for (name, value) in source {
        let key = format!("{path}{name}");
        match message(&key, value) {
            Some(Message::Text(_, names) | Message::Plural(_, names)) => {
                found.insert(key, names);
            }
            None => found.extend(keys(
                value.as_object().expect("message() took everything else"),
                &format!("{key}."),
            )),
        }
    }
    found
}

/// The other locales, each with every key and argument of the first.
fn check_other_locales(
    wanted: &BTreeMap<String, BTreeSet<String>>,
) -> BTreeMap<String, Map<String, Value>> {
    let mut locales = BTreeMap::new();
    let files = fs::read_dir("locales").expect("the folder exists");
    for file in files.flatten() {
        let name = file.file_name().to_string_lossy().into_owned();
        let Some(language) = name
            .strip_suffix(".json")
            .filter(|language| *language != "en")
        else {
            continue;
        };
        let locale = read(language);
        let found = keys(&locale, "");
        for (key, names) in wanted {
            match found.get(key) {
                None => panic!("locales/{name}: {key} is missing"),
                Some(other) if other != names => {
                    panic!("locales/{name}: {key} has other arguments than in en.json")
                }
                Some(_) => {}
            }
        }
        if let Some(extra) = found.keys().find(|key| !wanted.contains_key(*key)) {
            panic!("locales/{name}: {extra} is not in en.json");
        }
        locales.insert(language.to_owned(), locale);
    }
    locales
}
