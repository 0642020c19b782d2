//! A person's own moods, by the labels that entries have.
//!
//! One registry for the whole app: what a label is called and looks like is asked wherever an entry is shown. The shell
//! fills it at the start and whenever the data changes; who asks within something reactive hears of it.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::reactive::graph::Observer;
use lume_core::moment::Moment;
use lume_core::mood::Mood;
use lume_core::mood_def::MoodDef;
use lume_sync::content::Content;
use lume_sync::rows::EntityKey;

thread_local! {
    static KNOWN: ArcRwSignal<OwnMoods> = ArcRwSignal::new(OwnMoods::default());
}

/// One of them.
#[derive(Clone, PartialEq)]
pub(crate) struct OwnMood {
    /// Which one.
    pub(crate) key: EntityKey,
    /// What it is.
    pub(crate) def: MoodDef,
}

/// All of them, one for each label.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct OwnMoods(BTreeMap<String, OwnMood>);

/// Calls with what is known now, and again when that changes if something reactive asks.
pub(crate) fn known<T>(look: impl FnOnce(&OwnMoods) -> T) -> T {
    let known = KNOWN.with(ArcRwSignal::clone);
    if Observer::get().is_some() {
        known.track();
    }
    known.with_untracked(look)
}

/// Has something reactive that asks later, out of its sight, hear when what is known changes.
pub(crate) fn track() {
    known(|_| ());
}

/// Says what is known from now on.
pub(crate) fn learn(moods: OwnMoods) {
    let known = KNOWN.with(ArcRwSignal::clone);
    if known.with_untracked(|known| *known != moods) {
        known.set(moods);
    }
}

/// Moments for statistics: one that does not tell how pleasant it was is as pleasant as its mood is now.
pub(crate) fn filled_in(mut moments: Vec<Moment>) -> Vec<Moment> {
    known(|moods| {
        for moment in moments.iter_mut().filter(|moment| moment.valence.is_none()) {
            let own = moment.labels.first();
            let own = own.and_then(|label| moods.get(label.as_str()));
            moment.valence = own.map(|mood| mood.def.valence);
        }
    });
    moments
}

impl OwnMoods {
    /// Those of some entities. What is of a shape that this version does not know is left out, and its entries show their
    /// labels.
    pub(crate) fn of(entities: impl IntoIterator<Item = (EntityKey, Content)>) -> Self {
        let mut moods = Self::default();
        for (key, content) in entities {
            let Ok(def) = MoodDef::from_content(&content) else {
                continue;
            };
            let label = def.label.as_str();
            let is_first = moods
                .get(label)
                .is_none_or(|known| def.rank(key.id) < known.def.rank(known.key.id));
            if is_first && Mood::by_label(label).is_none() {
                moods.0.insert(label.to_owned(), OwnMood { key, def });
            }
        }
        moods
    }

    /// The one of a label.
    pub(crate) fn get(&self, label: &str) -> Option<&OwnMood> {
        self.0.get(label)
    }

    /// All of them, in the order in which they were made.
    pub(crate) fn all(&self) -> Vec<&OwnMood> {
        let mut all: Vec<_> = self.0.values().collect();
        all.sort_by_key(|mood| mood.def.rank(mood.key.id));
        all
    }

    /// The labels of those that are offered, in the order in which they were made.
    pub(crate) fn offered(&self) -> Vec<String> {
        let all = self.all().into_iter();
        all.filter(|mood| !mood.def.archived)
            .map(|mood| mood.def.label.as_str().to_owned())
            .collect()
    }
}

impl OwnMood {
    /// Its icon in the sprite.
    pub(crate) fn icon(&self) -> &'static str {
        icon_of(&self.def.icon)
    }

    /// The mood of the catalogue whose ground it has: the one that is as pleasant.
    pub(crate) fn ground(&self) -> Mood {
        Mood::nearest(self.def.valence)
    }
}

/// An icon by its id; of one that this version does not know, that of any own mood.
pub(crate) fn icon_of(id: &str) -> &'static str {
    let mut icons = Mood::ALL.into_iter().map(Mood::icon);
    icons.find(|icon| *icon == id).unwrap_or("own")
}

#[cfg(test)]
mod tests {
    use lume_core::ids::EntityId;
    use lume_sync::kinds::MOOD_DEF;
    use serde_json::json;

    use super::*;

    fn mood(number: u8, label: &str, made: &str) -> (EntityKey, Content) {
        let content = json!({
            "label": label, "name": format!("{label} {number}"), "icon": "wind", "valence": 0.31, "archived": number > 5,
            "created_at": format!("2025-01-{made}T00:00:00.000Z"),
        });
        let key = EntityKey {
            kind: MOOD_DEF.kind(),
            id: EntityId::from_random_bytes([number; 16]),
        };
        (key, content.as_object().expect("it is one").clone())
    }

    #[test]
    fn of_two_moods_with_one_label_the_older_one_holds() {
        let moods = OwnMoods::of([mood(1, "Zen", "02"), mood(2, "Zen", "01")]);

        assert_eq!(
            moods.get("Zen").map(|mood| mood.def.name.as_str()),
            Some("Zen 2")
        );
        assert_eq!(moods.all().len(), 1);
    }

    #[test]
    fn those_that_are_not_put_away_are_offered_in_the_order_in_which_they_were_made() {
        let moods = OwnMoods::of([
            mood(1, "Zen", "03"),
            mood(2, "Free", "02"),
            mood(6, "Old", "01"),
        ]);

        assert_eq!(moods.offered(), ["Free", "Zen"]);
        assert!(moods.get("Old").is_some());
    }

    #[test]
    fn a_moment_is_as_pleasant_as_its_own_mood_unless_it_tells_itself() {
        learn(OwnMoods::of([mood(1, "Zen", "01")]));
        let moment = |label: &str, valence| Moment {
            local_time: "2025-01-15T10:30".parse().expect("a time"),
            valence,
            labels: vec![label.into(), "Zen".into()],
            associations: Vec::new(),
        };

        let moments = filled_in(vec![
            moment("Zen", None),
            moment("Zen", Some(0.0)),
            moment("nobody knows", None),
        ]);

        let valences: Vec<_> = moments.iter().map(|moment| moment.valence).collect();
        assert_eq!(valences, [Some(0.31), Some(0.0), None]);
        learn(OwnMoods::default());
    }

    #[test]
    fn no_own_mood_stands_for_one_of_the_catalogues() {
        assert!(OwnMoods::of([mood(1, "happy", "01")]).all().is_empty());
    }

    #[test]
    fn it_looks_like_the_catalogues_mood_that_is_as_pleasant() {
        let moods = OwnMoods::of([mood(1, "Zen", "01")]);
        let zen = moods.get("Zen").expect("it is there");

        assert_eq!((zen.icon(), zen.ground()), ("wind", Mood::Peaceful));
        assert_eq!(icon_of("of-a-later-version"), "own");
    }
}
