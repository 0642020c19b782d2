//! What statistics need of an entry, and no more: no words of a person's own.

use std::fmt;

use crate::association::AssociationLabel;
use crate::entry::MoodEntry;
use crate::mood::MoodLabel;
use crate::time::LocalDateTime;

/// When somebody felt how, about what.
#[derive(Clone, PartialEq)]
pub struct Moment {
    /// What clocks showed, to the minute: seconds are cut off.
    pub local_time: LocalDateTime,
    /// How pleasant it was, −1 to 1: as the person said, else the mood's own; 0 where nobody can tell.
    pub valence: f64,
    /// The moods, the entry's own first.
    pub labels: Vec<MoodLabel>,
    /// What it is about.
    pub associations: Vec<AssociationLabel>,
}

impl MoodEntry {
    /// Returns what statistics need of the entry.
    pub fn moment(&self) -> Moment {
        Moment {
            local_time: self.local_time.to_minute(),
            valence: self.effective_valence().unwrap_or(0.0).clamp(-1.0, 1.0),
            labels: self.labels.clone(),
            associations: self.associations.clone(),
        }
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Moment")
            .field("local_time", &self.local_time)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn moment(valence: &Value) -> Moment {
        let content = json!({
            "at": "2025-01-15T10:30:59.999Z", "zone": "UTC", "local_time": "2025-01-15T10:30:59.999",
            "labels": ["zen", "happy"], "associations": ["work"], "valence": valence, "note": "secret",
        });
        let content = content.as_object().expect("an object");
        let entry = MoodEntry::from_content(content).expect("an entry");
        entry.moment()
    }

    #[test]
    fn a_moment_is_to_the_minute_and_keeps_the_order_of_moods() {
        let moment = moment(&json!(0.25));

        assert_eq!(moment.local_time.to_string(), "2025-01-15T10:30:00.000");
        assert!(moment.labels == ["zen", "happy"].map(MoodLabel::from));
        assert!(moment.associations == [AssociationLabel::from("work")]);
    }

    #[test]
    fn the_valence_is_within_its_range_and_neutral_where_nobody_can_tell() {
        let valences = [json!(0.25), json!(7), json!(-1.5), Value::Null];
        let shown = valences.map(|valence| format!("{:.2}", moment(&valence).valence));

        assert_eq!(shown, ["0.25", "1.00", "-1.00", "0.00"]);
    }

    #[test]
    fn debug_shows_when_and_nothing_else() {
        assert_eq!(
            format!("{:?}", moment(&json!(0.25))),
            "Moment { local_time: 2025-01-15T10:30:00.000, .. }"
        );
    }
}
