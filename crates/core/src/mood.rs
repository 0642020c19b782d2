//! The catalogue of moods, and the labels by which entries name a mood.
//!
//! An entry holds labels, not moods: a label outside the catalogue is a mood of the person's own and passes through
//! unchanged. [`MoodLabel::known`] says which catalogue mood a label names, if any.

use crate::label::label;

label! {
    /// The label of a mood: one of the catalogue's ([`Mood::label`]) or of the person's own making, 1 to 40 characters.
    MoodLabel
}

impl MoodLabel {
    /// Returns the catalogue's mood of this label; `None` for one of the person's own.
    pub fn known(&self) -> Option<Mood> {
        Mood::by_label(self.as_str())
    }
}

impl From<Mood> for MoodLabel {
    fn from(mood: Mood) -> Self {
        Self::from(mood.label())
    }
}

/// What the catalogue says about a mood.
struct Facts {
    label: &'static str,
    valence: f64,
    colour: &'static str,
    icon: &'static str,
    name_key: &'static str,
    prompt_key: &'static str,
}

macro_rules! catalogue {
    ($($mood:ident $label:literal $valence:literal $colour:literal $icon:literal)*) => {
        /// A mood of the catalogue: those a backend knows by label.
        ///
        /// Their order is the catalogue's, from the most pleasant to the least. `Debug` does not say which one it is.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Mood {
            $(
                #[doc = concat!("`", $label, "`.")]
                $mood,
            )*
        }

        impl Mood {
            /// All moods in the catalogue's order.
            pub const ALL: [Self; 18] = [$(Self::$mood),*];

            const fn facts(self) -> &'static Facts {
                match self {
                    $(Self::$mood => &Facts {
                        label: $label,
                        valence: $valence,
                        colour: $colour,
                        icon: $icon,
                        name_key: concat!("mood_", $label),
                        prompt_key: concat!("mood_prompt_", $label),
                    },)*
                }
            }
        }
    };
}

catalogue! {
    Joyful      "joyful"       0.90 "#F5E8A8" "star"
    Excited     "excited"      0.85 "#FFE4B5" "sparkles"
    Amazed      "amazed"       0.80 "#E8D4F0" "star-circle"
    Grateful    "grateful"     0.75 "#FFD4E5" "heart"
    Proud       "proud"        0.70 "#D4B8F0" "trophy"
    Happy       "happy"        0.65 "#F5DFA8" "sun"
    Hopeful     "hopeful"      0.50 "#B8E8D4" "sunrise"
    Peaceful    "peaceful"     0.30 "#C8D8EA" "moon-stars"
    Content     "content"      0.00 "#D8E8C8" "check-circle"
    Worried     "worried"     -0.40 "#D8C8D8" "thought"
    Anxious     "anxious"     -0.50 "#E8E4D8" "wind"
    Frustrated  "frustrated"  -0.55 "#F0C8A4" "triangle"
    Lonely      "lonely"      -0.60 "#B8C8E8" "figure"
    Stressed    "stressed"    -0.65 "#E8C4B4" "cloud"
    Overwhelmed "overwhelmed" -0.70 "#D4C8E8" "spiral"
    Angry       "angry"       -0.75 "#F0B8A4" "flame"
    Scared      "scared"      -0.80 "#E8D4C8" "bolt"
    Sad         "sad"         -0.85 "#C8D4E8" "rain"
}

impl Mood {
    /// Returns the label by which entries and backends name it: lower case, never translated.
    pub const fn label(self) -> &'static str {
        self.facts().label
    }

    /// Returns how pleasant it is, −1 to 1.
    pub const fn valence(self) -> f64 {
        self.facts().valence
    }

    /// Returns its colour as `#RRGGBB`. Several are too alike to tell moods apart by: show the icon or the name too.
    pub const fn colour(self) -> &'static str {
        self.facts().colour
    }

    /// Returns the id of its icon.
    pub const fn icon(self) -> &'static str {
        self.facts().icon
    }

    /// Returns the key of its translated name, `mood_joyful`.
    pub const fn name_key(self) -> &'static str {
        self.facts().name_key
    }

    /// Returns the key of the translated question that invites a note, `mood_prompt_joyful`.
    pub const fn prompt_key(self) -> &'static str {
        self.facts().prompt_key
    }

    /// Returns the mood of that label, exactly as spelled.
    pub fn by_label(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mood| mood.label() == label)
    }

    /// Returns the mood whose valence is nearest, the earlier in the catalogue of two that are equally near. What is
    /// not a number counts as neutral.
    pub fn nearest(valence: f64) -> Self {
        let valence = if valence.is_nan() {
            0.0
        } else {
            valence.clamp(-1.0, 1.0)
        };
        let distance = |mood: Self| (mood.valence() - valence).abs();
        Self::ALL
            .into_iter()
            .min_by(|a, b| distance(*a).total_cmp(&distance(*b)))
            .unwrap_or(Self::Content)
    }
}

impl std::fmt::Debug for Mood {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Mood(..)")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn labels_and_icons_are_unique_and_lead_back_to_their_mood() {
        let labels: BTreeSet<_> = Mood::ALL.iter().map(|mood| mood.label()).collect();
        let icons: BTreeSet<_> = Mood::ALL.iter().map(|mood| mood.icon()).collect();
        assert_eq!((labels.len(), icons.len()), (18, 18));
        for mood in Mood::ALL {
            assert_eq!(Mood::by_label(mood.label()), Some(mood));
            assert_eq!(MoodLabel::from(mood).known(), Some(mood));
            assert_eq!(Mood::nearest(mood.valence()), mood);
        }
    }

    #[test]
    fn the_catalogue_runs_from_the_most_pleasant_to_the_least() {
        assert!(
            Mood::ALL
                .windows(2)
                .all(|pair| pair[0] < pair[1] && pair[0].valence() > pair[1].valence())
        );
        assert!(
            Mood::ALL
                .iter()
                .all(|mood| (-1.0..=1.0).contains(&mood.valence()))
        );
    }

    #[test]
    fn the_nearest_mood_is_found_beyond_the_ends_and_for_no_number() {
        assert_eq!(Mood::nearest(1.0), Mood::Joyful);
        assert_eq!(Mood::nearest(f64::INFINITY), Mood::Joyful);
        assert_eq!(Mood::nearest(-1.0), Mood::Sad);
        assert_eq!(Mood::nearest(f64::NAN), Mood::Content);
        assert_eq!(Mood::nearest(-0.1), Mood::Content);
    }

    #[test]
    fn keys_are_made_of_the_label() {
        assert_eq!(Mood::Overwhelmed.name_key(), "mood_overwhelmed");
        assert_eq!(Mood::Overwhelmed.prompt_key(), "mood_prompt_overwhelmed");
    }

    #[test]
    fn a_label_is_matched_as_spelled() {
        assert_eq!(Mood::by_label("Happy"), None);
        assert_eq!(MoodLabel::from("  happy ").known(), Some(Mood::Happy));
        assert_eq!(MoodLabel::from("zen").known(), None);
    }

    #[test]
    fn debug_never_shows_which_mood_it_is() {
        assert_eq!(
            format!("{:?} {:?}", Mood::Sad, MoodLabel::from(Mood::Sad)),
            "Mood(..) MoodLabel(..)"
        );
    }
}
