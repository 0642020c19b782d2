//! [`Period`].

use crate::time::LocalDate;

/// The longest period, in days: more than anybody's history, and little enough to draw.
pub const PERIOD_DAYS_MAX: u32 = 50 * 366;

/// Days that follow each other, the end excluded; at least one, and at most [`PERIOD_DAYS_MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    from: LocalDate,
    until: LocalDate,
}

impl Period {
    /// Makes a period of its first day and the day after its last one; `None` where that is no day, or too many.
    pub fn new(from: LocalDate, until: LocalDate) -> Option<Self> {
        let days = u32::try_from(until.days_since(from)).ok()?;
        (1..=PERIOD_DAYS_MAX)
            .contains(&days)
            .then_some(Self { from, until })
    }

    /// Makes a period of so many days up to `last`, which is one of them; `None` where there are no such days.
    pub fn up_to(last: LocalDate, days: u16) -> Option<Self> {
        let until = last.plus_days(1);
        Self::new(until.plus_days(-i32::from(days)), until)
    }

    /// Returns its first day.
    pub fn from(self) -> LocalDate {
        self.from
    }

    /// Returns the day after its last one.
    pub fn until(self) -> LocalDate {
        self.until
    }

    /// Returns its last day.
    pub fn last(self) -> LocalDate {
        self.until.plus_days(-1)
    }

    /// Returns how many days it has.
    pub fn days(self) -> u32 {
        u32::try_from(self.until.days_since(self.from)).unwrap_or(0)
    }

    /// Returns as many days right before it; fewer, and perhaps none, at the beginning of the calendar.
    #[must_use]
    pub fn before(self) -> Self {
        let days = self.until.days_since(self.from);
        Self {
            from: self.from.plus_days(-days),
            until: self.from,
        }
    }

    /// Says whether a day is one of its days.
    pub fn contains(self, day: LocalDate) -> bool {
        (self.from..self.until).contains(&day)
    }
}
