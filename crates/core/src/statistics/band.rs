//! [`Band`].

/// From where on a valence is clearly one or the other.
const CLEAR: f64 = 0.2;
/// From where on it is very much so.
const STRONG: f64 = 0.6;

/// A fifth of the scale from unpleasant to pleasant: as much as a small square can show.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Band {
    /// −0.6 and below.
    VeryUnpleasant,
    /// From −0.6 to −0.2.
    Unpleasant,
    /// Between −0.2 and 0.2.
    Between,
    /// From 0.2 to 0.6.
    Pleasant,
    /// 0.6 and above.
    VeryPleasant,
}

impl Band {
    /// All of them, the least pleasant first.
    pub const ALL: [Self; 5] = [
        Self::VeryUnpleasant,
        Self::Unpleasant,
        Self::Between,
        Self::Pleasant,
        Self::VeryPleasant,
    ];

    /// Returns the band that a valence is in. What is not a number counts as neutral.
    pub fn of(valence: f64) -> Self {
        if valence >= STRONG {
            Self::VeryPleasant
        } else if valence >= CLEAR {
            Self::Pleasant
        } else if valence <= -STRONG {
            Self::VeryUnpleasant
        } else if valence <= -CLEAR {
            Self::Unpleasant
        } else {
            Self::Between
        }
    }
}
