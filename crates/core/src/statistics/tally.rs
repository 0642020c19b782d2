//! Sums of which averages are made, and when two averages differ by more than chance.

/// The smallest difference of two averages that is worth a sentence, on the scale from −1 to 1.
pub const DIFFERENCE_MIN: f64 = 0.1;
/// How many standard errors a difference must exceed where there is one comparison to make.
pub const CERTAINTY_OF_ONE: f64 = 2.0;
/// How many standard errors a difference must exceed where it is the largest of several: with seven days or nineteen
/// topics, one that exceeds two errors turns up by chance alone.
pub const CERTAINTY_OF_MANY: f64 = 3.0;

/// The sums of a number of entries. Has no `Debug`: how somebody felt reaches no log.
#[derive(Clone, Copy, Default, PartialEq)]
pub struct Tally {
    entries: u32,
    sum: f64,
    squares: f64,
}

impl Tally {
    /// Adds an entry of this valence, −1 to 1.
    pub fn add(&mut self, valence: f64) {
        self.entries += 1;
        self.sum += valence;
        self.squares += valence * valence;
    }

    /// Returns how many entries there are.
    pub fn entries(&self) -> u32 {
        self.entries
    }

    /// Returns their average; `None` where there is no entry.
    pub fn average(&self) -> Option<f64> {
        (self.entries > 0).then(|| self.sum / f64::from(self.entries))
    }

    /// Returns the variance of what they are a sample of (the sum of squared deviations over n − 1); `None` with fewer
    /// than two entries.
    pub fn variance(&self) -> Option<f64> {
        if self.entries < 2 {
            return None;
        }
        let deviations = self.squares - self.sum * self.sum / f64::from(self.entries);
        // Of equal values rounding can leave a little less than nothing.
        Some(deviations.max(0.0) / f64::from(self.entries - 1))
    }

    /// Returns what is left of these entries without some of them.
    #[must_use]
    pub fn without(&self, some: &Self) -> Self {
        let entries = self.entries.saturating_sub(some.entries);
        if entries == 0 {
            return Self::default();
        }
        Self {
            entries,
            sum: self.sum - some.sum,
            squares: self.squares - some.squares,
        }
    }
}

/// How much higher one average is than another one, and how uncertain that is.
#[derive(Clone, Copy, PartialEq)]
pub struct Difference {
    /// The first average less the second.
    pub value: f64,
    /// Its standard error, of samples that need not vary alike (Welch): √(s₁²/n₁ + s₂²/n₂).
    pub error: f64,
}

impl Difference {
    /// Compares two averages; `None` where one side has fewer than two entries.
    pub fn between(one: &Tally, other: &Tally) -> Option<Self> {
        let share = |tally: &Tally| Some(tally.variance()? / f64::from(tally.entries()));
        Some(Self {
            value: one.average()? - other.average()?,
            error: (share(one)? + share(other)?).sqrt(),
        })
    }

    /// Says whether it is large enough to be told, and larger than `certainty` times its standard error.
    pub fn is_borne_out(&self, certainty: f64) -> bool {
        self.value.abs() >= DIFFERENCE_MIN && self.value.abs() > certainty * self.error
    }

    /// Returns how many standard errors it is away from nothing: what the clearest of several is chosen by.
    pub(super) fn clarity(&self) -> f64 {
        // Without any spread it is as clear as it is large, and clearer than any with one.
        self.value.abs() / self.error.max(f64::EPSILON)
    }
}
