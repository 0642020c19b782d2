//! Reads the fields of account requests, so that each that is wrong is named.

use lume_core::time::{LocalDate, Timestamp, UtcOffsetMinutes};
use lume_core::validate::{FieldCode, FieldErrors};
use lume_wire::auth::{
    AGE_YEARS_MIN, DEVICE_CHARS_MAX, EMAIL_CHARS_MAX, NAME_CHARS_MAX, PASSWORD_CHARS_MAX,
    PASSWORD_CHARS_MIN,
};
use lume_wire::mood::Fields;
use lume_wire::{ApiError, ErrorCode, Secret};

use super::common_passwords::is_common;

/// Nobody alive was born before.
const YEAR_OF_BIRTH_MIN: u16 = 1900;

/// Collects what is wrong while fields are read.
pub(super) struct AccountFields<'a> {
    fields: &'a Fields,
    problems: FieldErrors,
    too_common: bool,
}

impl<'a> AccountFields<'a> {
    pub(super) fn new(fields: &'a Fields) -> Self {
        Self {
            fields,
            problems: FieldErrors::default(),
            too_common: false,
        }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.fields.get(name).is_some_and(|value| !value.is_null())
    }

    fn text(&mut self, name: &str) -> Option<&'a str> {
        match self
            .fields
            .get(name)
            .filter(|value| !value.is_null())
            .map(|value| value.as_str())
        {
            Some(Some(text)) => Some(text),
            Some(None) => {
                self.problems.add(name, FieldCode::Invalid);
                None
            }
            None => {
                self.problems.add(name, FieldCode::Required);
                None
            }
        }
    }

    fn found(&mut self, name: &str, problem: Option<FieldCode>) -> bool {
        if let Some(code) = problem {
            self.problems.add(name, code);
        }
        problem.is_none()
    }

    /// Any text: a token, or a password to compare.
    pub(super) fn secret(&mut self, name: &str) -> Option<Secret> {
        self.text(name).map(Secret::from)
    }

    /// An address to look for; whether it is a good one does not matter.
    pub(super) fn address(&mut self, name: &str) -> Option<String> {
        self.text(name).map(|text| text.trim().to_owned())
    }

    pub(super) fn email(&mut self) -> Option<String> {
        let email = self.text("email")?.trim();
        self.found("email", email_problem(email))
            .then(|| email.to_owned())
    }

    pub(super) fn name(&mut self) -> Option<String> {
        let name = self.text("name")?.trim();
        self.found("name", name_problem(name))
            .then(|| name.to_owned())
    }

    /// How the device calls itself, where it does.
    pub(super) fn device(&mut self) -> Option<String> {
        if !self.has("device") {
            return None;
        }
        let device = self.text("device")?.trim();
        let problem = if device.chars().count() > DEVICE_CHARS_MAX {
            Some(FieldCode::TooLong)
        } else if device.chars().any(char::is_control) {
            Some(FieldCode::Invalid)
        } else {
            None
        };
        (self.found("device", problem) && !device.is_empty()).then(|| device.to_owned())
    }

    /// A password to be kept.
    pub(super) fn new_password(&mut self, field: &str) -> Option<Secret> {
        let password = self.text(field)?;
        let count = password.chars().count();
        if count < PASSWORD_CHARS_MIN {
            self.problems.add(field, FieldCode::OutOfRange);
        } else if count > PASSWORD_CHARS_MAX {
            self.problems.add(field, FieldCode::TooLong);
        } else if is_common(password) {
            self.too_common = true;
            self.problems.add(field, FieldCode::Invalid);
        } else {
            return Some(Secret::from(password));
        }
        None
    }

    /// The date of birth; whether the person is old enough is another question.
    pub(super) fn date_of_birth(&mut self, today: LocalDate) -> Option<LocalDate> {
        let name = "date_of_birth";
        let Ok(date) = self.text(name)?.parse::<LocalDate>() else {
            self.problems.add(name, FieldCode::Invalid);
            return None;
        };
        let problem = if date > today {
            Some(FieldCode::InTheFuture)
        } else if date.year() < YEAR_OF_BIRTH_MIN {
            Some(FieldCode::OutOfRange)
        } else {
            None
        };
        self.found(name, problem).then_some(date)
    }

    /// 422 where something was wrong.
    pub(super) fn finish(self) -> Result<(), ApiError> {
        if self.problems.is_empty() {
            return Ok(());
        }
        let mut error = ApiError::new(ErrorCode::Validation, "some fields are not valid");
        for (name, code) in self.problems.iter() {
            let is_password = name == "password" || name == "new_password";
            let word = if is_password && code == FieldCode::OutOfRange {
                "too_short"
            } else if is_password && code == FieldCode::Invalid && self.too_common {
                "too_common"
            } else {
                code.as_str()
            };
            error = error.with_field(name, word);
        }
        Err(error)
    }
}

pub(super) fn today(now: Timestamp) -> LocalDate {
    now.to_local(UtcOffsetMinutes::ZERO).date()
}

/// 400 under 13 years. Somebody born on 29 February has their birthday on 1 March.
pub(super) fn check_age(born: LocalDate, today: LocalDate) -> Result<(), ApiError> {
    let birthday = (born.month(), born.day()) <= (today.month(), today.day());
    let age = today
        .year()
        .saturating_sub(born.year())
        .saturating_sub(u16::from(!birthday));
    if age >= AGE_YEARS_MIN {
        return Ok(());
    }
    Err(ApiError::new(
        ErrorCode::TooYoung,
        "Lume is for people of 13 years and older",
    )
    .with_field("date_of_birth", "too_young"))
}

/// Only what no address can be is refused: whether it receives mail, only mail can tell.
fn email_problem(email: &str) -> Option<FieldCode> {
    if email.is_empty() {
        return Some(FieldCode::Required);
    }
    if email.chars().count() > EMAIL_CHARS_MAX {
        return Some(FieldCode::TooLong);
    }
    let good = email.rsplit_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && !local.contains('@')
            && !domain.split('.').any(str::is_empty)
            && !email.chars().any(|c| c.is_whitespace() || c.is_control())
    });
    (!good).then_some(FieldCode::Invalid)
}

fn name_problem(name: &str) -> Option<FieldCode> {
    if name.is_empty() {
        Some(FieldCode::Required)
    } else if name.chars().count() > NAME_CHARS_MAX {
        Some(FieldCode::TooLong)
    } else if name.chars().any(char::is_control) {
        Some(FieldCode::Invalid)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_two_parts_and_no_space() {
        for good in [
            "a@b",
            "a.b+c@example.org",
            "ü@exämple.org",
            "\"odd\"@example.org",
        ] {
            assert_eq!(email_problem(good), None, "{good}");
        }
        for bad in ["a", "@b", "a@", "a b@c", "a@b..c", "a@b@c", "a@b\n"] {
            assert_eq!(email_problem(bad), Some(FieldCode::Invalid), "{bad}");
        }
    }

    #[test]
    fn the_thirteenth_birthday_is_old_enough_and_the_day_before_is_not() {
        let date = |text: &str| text.parse::<LocalDate>().unwrap();
        assert!(check_age(date("2012-06-15"), date("2025-06-15")).is_ok());
        assert!(check_age(date("2012-06-15"), date("2025-06-14")).is_err());
        assert!(check_age(date("2012-02-29"), date("2025-02-28")).is_err());
        assert!(check_age(date("2012-02-29"), date("2025-03-01")).is_ok());
    }
}
