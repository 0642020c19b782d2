//! What a person says about a mood of their own, while they say it.

use lume_core::mood::Mood;
use lume_core::mood_def::{MoodDefForm, NAME_CHARS_MAX, problem_of_name};
use lume_core::validate::FieldCode;

use crate::i18n::t;
use crate::model::entry_view::mood_name;
use crate::model::own_moods::{OwnMood, OwnMoods};

/// How many steps the slider has to either side of neutral.
pub(crate) const STEPS: i16 = 10;
/// From this valence on, up or down, a word is used that is one stronger.
const SLIGHT_MIN: f64 = 0.1;
const PLAIN_MIN: f64 = 0.35;
const STRONG_MIN: f64 = 0.75;

/// The valence at a step of the slider.
pub(crate) fn valence_at(step: i16) -> f64 {
    f64::from(step.clamp(-STEPS, STEPS)) / f64::from(STEPS)
}

/// The step of the slider that is nearest to a valence.
pub(crate) fn step_of(valence: f64) -> i16 {
    (-STEPS..=STEPS)
        .min_by(|a, b| {
            let distance = |step: i16| (valence_at(step) - valence).abs();
            distance(*a).total_cmp(&distance(*b))
        })
        .unwrap_or_default()
}

/// How pleasant it is, in words.
pub(crate) fn valence_words(valence: f64) -> &'static str {
    let is_pleasant = valence > 0.0;
    match (valence.abs(), is_pleasant) {
        (size, true) if size >= STRONG_MIN => t::own_moods::very_pleasant(),
        (size, true) if size >= PLAIN_MIN => t::own_moods::pleasant(),
        (size, true) if size >= SLIGHT_MIN => t::own_moods::slightly_pleasant(),
        (size, false) if size >= STRONG_MIN => t::own_moods::very_unpleasant(),
        (size, false) if size >= PLAIN_MIN => t::own_moods::unpleasant(),
        (size, false) if size >= SLIGHT_MIN => t::own_moods::slightly_unpleasant(),
        (_, _) => t::own_moods::neutral(),
    }
}

/// The form of a mood that exists, or of a new one.
pub(crate) fn form_of(mood: Option<&OwnMood>) -> MoodDefForm {
    match mood {
        Some(mood) => MoodDefForm {
            name: mood.def.name.clone(),
            icon: mood.def.icon.clone(),
            valence: mood.def.valence,
        },
        None => MoodDefForm {
            name: String::new(),
            icon: Mood::Joyful.icon().to_owned(),
            valence: 0.0,
        },
    }
}

/// What is wrong with a name, in words: nobody could tell two moods of one name apart. `own` is the mood that is changed.
pub(crate) fn name_problem(name: &str, own: Option<&OwnMood>, moods: &OwnMoods) -> Option<String> {
    match problem_of_name(name) {
        Some(FieldCode::Required) => return Some(t::own_moods::name_missing().to_owned()),
        Some(FieldCode::TooLong) => return Some(t::own_moods::name_long(NAME_CHARS_MAX as u64)),
        Some(_) => return Some(t::invalid::invalid().to_owned()),
        None => {}
    }
    let is_same = |other: &str| other.to_lowercase() == name.trim().to_lowercase();
    let of_the_catalogue = Mood::ALL
        .iter()
        .any(|mood| is_same(&mood_name(mood.label())));
    let others = moods.all().into_iter();
    let mut others = others.filter(|other| own.is_none_or(|own| own.key != other.key));
    let is_taken = of_the_catalogue || others.any(|other| is_same(&other.def.name));
    is_taken.then(|| t::own_moods::name_taken().to_owned())
}

#[cfg(test)]
mod tests {
    use lume_core::ids::EntityId;
    use lume_core::mood_def::MoodDef;
    use lume_core::time::Timestamp;
    use lume_sync::kinds::MOOD_DEF;
    use lume_sync::rows::EntityKey;

    use super::*;

    #[test]
    fn every_step_of_the_slider_is_found_again() {
        for step in -STEPS..=STEPS {
            assert_eq!(step_of(valence_at(step)), step);
        }
        assert_eq!((step_of(7.0), step_of(-0.64)), (STEPS, -6));
    }

    #[test]
    fn the_words_grow_stronger_to_both_sides() {
        let words: Vec<_> = (-STEPS..=STEPS)
            .map(|step| valence_words(valence_at(step)))
            .collect();
        let mut different = words.clone();
        different.dedup();
        assert_eq!(different.len(), 7);
        assert_eq!(
            words[usize::try_from(STEPS).expect("it is small")],
            "Neutral"
        );
        assert_eq!(words[0], "Very unpleasant");
    }

    #[test]
    fn a_name_is_there_short_enough_and_no_other_moods() {
        let key = EntityKey {
            kind: MOOD_DEF.kind(),
            id: EntityId::from_random_bytes([1; 16]),
        };
        let form = MoodDefForm {
            name: "Zen".to_owned(),
            ..form_of(None)
        };
        let def = MoodDef::new(form, |_| false, Timestamp::UNIX_EPOCH);
        let moods = OwnMoods::of([(key.clone(), def.to_content())]);
        let problem = |name: &str| name_problem(name, None, &moods);

        assert!(problem(" ").is_some_and(|words| words == t::own_moods::name_missing()));
        assert!(problem(&"x".repeat(NAME_CHARS_MAX + 1)).is_some());
        for taken in ["zen", " Zen ", "happy"] {
            assert!(
                problem(taken).is_some_and(|words| words == t::own_moods::name_taken()),
                "{taken}"
            );
        }
        assert_eq!(problem("Free"), None);
        let own = moods.get("Zen").expect("it is there");
        assert_eq!(name_problem("ZEN", Some(own), &moods), None);
    }
}
