//! The names of moods and associations that other apps use, and what they are in Lume.
//!
//! A name is *known* where it is one of Lume's own in any of its languages, or one of the five that Daylio comes with. For
//! others there is at most a guess, and the person decides.

mod catalogue;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use lume_core::association::Association;
use lume_core::mood::Mood;

/// The five moods that Daylio comes with, best first, with how pleasant each is on Lume's scale: names that its own
/// exports have in English, and the French ones, which were seen in exports.
const DAYLIO: [(&[&str], Mood, f64); 5] = [
    (&["rad", "super"], Mood::Joyful, 0.8),
    (&["good", "bien"], Mood::Happy, 0.4),
    (&["meh", "mouais"], Mood::Content, 0.0),
    (&["bad", "mauvais"], Mood::Frustrated, -0.4),
    (&["awful", "horrible"], Mood::Sad, -0.8),
];

/// What a name is likely to mean.
const GUESSES: [(Mood, &[&str]); 17] = [
    (
        Mood::Joyful,
        &[
            "amazing",
            "great",
            "awesome",
            "delighted",
            "fantastic",
            "joy",
            "wonderful",
            "genial",
            "genioso",
            "increíble",
            "ótimo",
            "fantastisch",
            "toll",
            "génial",
            "رائع",
            "extremelygood",
            "verypleasant",
            "blissful",
            "ecstatic",
        ],
    ),
    (
        Mood::Excited,
        &[
            "energetic",
            "energised",
            "energized",
            "enthusiastic",
            "motivated",
            "passionate",
            "inspired",
            "productive",
        ],
    ),
    (Mood::Amazed, &["surprised", "fascinated"]),
    (Mood::Grateful, &["thankful", "blessed", "loved"]),
    (
        Mood::Proud,
        &["confident", "brave", "accomplished", "strong"],
    ),
    (
        Mood::Happy,
        &[
            "amused",
            "cheerful",
            "glad",
            "verygood",
            "pleasant",
            "gut",
            "bom",
            "bueno",
            "fröhlich",
            "funny",
            "playful",
            "جيد",
        ],
    ),
    (Mood::Hopeful, &["optimistic", "slightlypleasant", "inlove"]),
    (
        Mood::Peaceful,
        &[
            "calm",
            "relaxed",
            "relieved",
            "chill",
            "serene",
            "balanced",
            "comfortable",
            "rested",
        ],
    ),
    (
        Mood::Content,
        &[
            "neutral",
            "ok",
            "okay",
            "fine",
            "average",
            "indifferent",
            "satisfied",
            "normal",
            "regular",
            "naja",
            "solala",
            "maisoumenos",
            "fulfilled",
            "عادي",
        ],
    ),
    (
        Mood::Worried,
        &[
            "nervous",
            "uneasy",
            "slightlyunpleasant",
            "insecure",
            "confused",
        ],
    ),
    (Mood::Anxious, &["anxiety", "restless", "panicked"]),
    (
        Mood::Frustrated,
        &[
            "annoyed",
            "irritated",
            "unpleasant",
            "schlecht",
            "mal",
            "ruim",
            "bored",
            "disappointed",
            "سيئ",
        ],
    ),
    (Mood::Lonely, &["isolated", "alone", "rejected", "jealous"]),
    (Mood::Stressed, &["tense", "pressured"]),
    (
        Mood::Overwhelmed,
        &[
            "drained",
            "exhausted",
            "tired",
            "burnedout",
            "burntout",
            "sick",
            "numb",
        ],
    ),
    (Mood::Angry, &["mad", "furious", "disgusted", "rage"]),
    (
        Mood::Sad,
        &[
            "depressed",
            "down",
            "hopeless",
            "discouraged",
            "terrible",
            "verybad",
            "extremelybad",
            "veryunpleasant",
            "miserable",
            "guilty",
            "ashamed",
            "embarrassed",
            "hurt",
            "grief",
            "furchtbar",
            "péssimo",
            "fatal",
        ],
    ),
];

/// Other words for the catalogue's associations. A word that says more than they do stays as it is.
const TOPICS: [(Association, &[&str]); 9] = [
    (
        Association::Fitness,
        &["exercise", "exercising", "sport", "sports", "workout"],
    ),
    (
        Association::Education,
        &["school", "study", "studies", "studying"],
    ),
    (Association::Work, &["job"]),
    (Association::Partner, &["relationship"]),
    (Association::Friends, &["friend"]),
    (Association::Money, &["finance", "finances"]),
    (Association::Chores, &["housework", "household"]),
    (Association::Travel, &["traveling", "travelling"]),
    (Association::Hobbies, &["hobby"]),
];

static TABLE: LazyLock<BTreeMap<&'static str, (Mood, bool)>> = LazyLock::new(|| {
    let mut table = BTreeMap::new();
    for (mood, names) in GUESSES {
        table.extend(names.iter().map(|name| (*name, (mood, false))));
    }
    for (names, mood, _) in DAYLIO {
        table.extend(names.iter().map(|name| (*name, (mood, true))));
    }
    for (name, label) in &catalogue::MOODS {
        table.extend(Mood::by_label(label).map(|mood| (*name, (mood, true))));
    }
    table
});

/// A name without what differs from app to app: in small letters, letters and digits alone.
pub fn fold(name: &str) -> String {
    name.chars()
        .flat_map(char::to_lowercase)
        .filter(|char| char.is_alphanumeric() || is_mark(*char))
        .collect()
}

/// Marks that belong to a letter, as Arabic has them.
fn is_mark(char: char) -> bool {
    matches!(char, '\u{0300}'..='\u{036f}' | '\u{064b}'..='\u{065f}')
}

/// The key by which a mapping names a mood: folded, or the name itself where nothing would be left, as of a face.
pub fn key(name: &str) -> String {
    let folded = fold(name);
    if folded.is_empty() {
        name.trim().to_owned()
    } else {
        folded
    }
}

/// The mood that a name is taken for, and whether that is certain.
pub(crate) fn mood(key: &str) -> Option<(Mood, bool)> {
    TABLE.get(key).copied()
}

/// How pleasant one of Daylio's five is, by its name.
pub(crate) fn daylio_valence(name: &str) -> Option<f64> {
    let key = fold(name);
    let found = DAYLIO
        .iter()
        .find(|(names, ..)| names.contains(&key.as_str()));
    found.map(|(.., valence)| *valence)
}

/// One of Daylio's five by its place, 1 for the best: its English name, and how pleasant it is.
pub(crate) fn daylio_group(group: i64) -> Option<(&'static str, f64)> {
    let index = usize::try_from(group.checked_sub(1)?).ok()?;
    let (names, _, valence) = DAYLIO.get(index)?;
    Some((names.first()?, *valence))
}

/// The catalogue's association that a tag names, in any of Lume's languages.
pub fn association(tag: &str) -> Option<Association> {
    let key = fold(tag);
    let own = catalogue::ASSOCIATIONS
        .iter()
        .find(|(name, _)| *name == key);
    if let Some((_, label)) = own {
        return Association::by_label(label);
    }
    let other = TOPICS
        .iter()
        .find(|(_, names)| names.contains(&key.as_str()));
    other.map(|(association, _)| *association)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn every_name_of_the_catalogues_is_known_in_every_language() {
        for language in ["en", "de", "es", "fr", "pt", "ar"] {
            let path = format!("{}/../locales/{language}.json", env!("CARGO_MANIFEST_DIR"));
            let locale: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
            for (label, name) in locale["moods"].as_object().unwrap() {
                let name = name.as_str().unwrap();
                let known = mood(&fold(name)).map(|(mood, is_known)| (mood.label(), is_known));
                assert_eq!(known, Some((label.as_str(), true)), "{language}: {name}");
            }
            for (label, name) in locale["associations"].as_object().unwrap() {
                let name = name.as_str().unwrap();
                let known = association(name).map(Association::label);
                assert_eq!(known, Some(label.as_str()), "{language}: {name}");
            }
        }
    }

    #[test]
    fn labels_of_the_catalogues_are_known_however_they_are_written() {
        for mood in Mood::ALL {
            assert_eq!(super::mood(mood.label()), Some((mood, true)));
        }
        for spelling in ["selfCare", "Self Care", "self_care", "Self-care"] {
            assert_eq!(association(spelling), Some(Association::SelfCare));
        }
        assert_eq!(association("gardening"), None);
    }

    #[test]
    fn daylios_five_are_known_and_others_are_guesses() {
        assert_eq!(mood(&fold("Rad")), Some((Mood::Joyful, true)));
        assert_eq!(mood(&fold("awful")), Some((Mood::Sad, true)));
        assert_eq!(mood(&fold("Calm")), Some((Mood::Peaceful, false)));
        assert_eq!(mood(&fold("wibbly")), None);
        assert_eq!(daylio_group(2), Some(("good", 0.4)));
        assert_eq!(daylio_group(0), None);
        assert_eq!(daylio_group(i64::MIN), None);
    }

    #[test]
    fn every_guess_is_folded_and_stands_once() {
        let mut names: Vec<_> = GUESSES.iter().flat_map(|(_, names)| *names).collect();
        names.extend(DAYLIO.iter().flat_map(|(names, ..)| *names));
        for name in &names {
            assert_eq!(fold(name), ***name);
        }
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn a_face_is_a_name_too() {
        assert_eq!(key("😀"), "😀");
        assert_eq!(key("Meh+"), "meh");
    }
}
