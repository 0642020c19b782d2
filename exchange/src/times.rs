//! Dates and times as other apps write them.

use lume_core::time::{LocalDate, LocalDateTime, Timestamp, UtcOffsetMinutes};

use crate::row::Moment;

/// Signs of the afternoon in the languages whose clocks have twelve hours.
const AFTERNOON: [&str; 8] = ["pm", "p.m", "p. m", "م", "下午", "오후", "午後", "μμ"];
/// Signs of the morning there.
const MORNING: [&str; 8] = ["am", "a.m", "a. m", "ص", "上午", "오전", "午前", "πμ"];
const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// The numbers in a text, at most `N`; digits may be Arabic ones.
fn numbers<const N: usize>(text: &str) -> ([u32; N], usize) {
    let mut found = [0_u32; N];
    let mut count = 0;
    let mut is_in_one = false;
    for char in text.chars() {
        let Some(digit) = digit(char) else {
            is_in_one = false;
            continue;
        };
        if !is_in_one {
            if count == N {
                break;
            }
            count += 1;
            is_in_one = true;
        }
        let number = &mut found[count - 1];
        *number = number.saturating_mul(10).saturating_add(digit);
    }
    (found, count)
}

fn digit(char: char) -> Option<u32> {
    match char {
        '0'..='9' => Some(char as u32 - '0' as u32),
        '\u{0660}'..='\u{0669}' => Some(char as u32 - 0x0660),
        '\u{06f0}'..='\u{06f9}' => Some(char as u32 - 0x06f0),
        _ => None,
    }
}

/// A date with its year first, of whatever width: `2024-01-05`, `2024-1-5`, `2024/01/05`.
pub(crate) fn date(text: &str) -> Option<LocalDate> {
    let text = text.trim();
    let ([year, month, day], count) = numbers::<3>(text);
    let is_plain = text
        .chars()
        .all(|char| digit(char).is_some() || matches!(char, '-' | '/' | '.'));
    if count != 3 || year < 1_000 || !is_plain {
        return None;
    }
    date_of(year, month, day)
}

/// A day of a month in English, as in `18 May` or `May 18`, of a year that stands elsewhere.
pub(crate) fn day_of_year(year: &str, text: &str) -> Option<LocalDate> {
    let ([year], 1) = numbers::<1>(year) else {
        return None;
    };
    let ([day], 1) = numbers::<1>(text) else {
        return None;
    };
    let text = text.to_lowercase();
    let word = text
        .split(|char: char| !char.is_alphabetic())
        .find(|word| word.len() >= 3)?;
    let month = MONTHS.iter().position(|month| word.starts_with(month))?;
    date_of(year, u32::try_from(month + 1).ok()?, day)
}

fn date_of(year: u32, month: u32, day: u32) -> Option<LocalDate> {
    LocalDate::new(
        u16::try_from(year).ok()?,
        u8::try_from(month).ok()?,
        u8::try_from(day).ok()?,
    )
}

/// A time of day: `20:30`, `8:30 PM`, `8.30 p. m.`, `20h30`, `下午8:30`.
pub(crate) fn time_of_day(date: LocalDate, text: &str) -> Option<LocalDateTime> {
    let ([hour, minute, second], count) = numbers::<3>(text);
    if count < 2 {
        return None;
    }
    let text = text.to_lowercase();
    let has = |signs: &[&str]| signs.iter().any(|sign| text.contains(sign));
    let hour = match (has(&AFTERNOON), has(&MORNING)) {
        (true, _) if hour < 12 => hour + 12,
        (false, true) if hour == 12 => 0,
        _ => hour,
    };
    let second = if count == 3 { second } else { 0 };
    LocalDateTime::new(
        date,
        u8::try_from(hour).ok()?,
        u8::try_from(minute).ok()?,
        u8::try_from(second).ok()?,
        0,
    )
}

/// The middle of a day, for an entry that has no time.
pub(crate) fn noon(date: LocalDate) -> LocalDateTime {
    date.midnight().plus_minutes(12 * 60)
}

/// A date and a time, with an offset or without: RFC 3339, or with a space in it and an offset as in `-0800`.
pub(crate) fn moment(text: &str) -> Option<Moment> {
    let text = text.trim();
    // Whatever comes after the date and a separator.
    let (day, rest) = text.split_at_checked(10)?;
    let time = rest.strip_prefix(['T', 't', ' '])?;
    let split = time.find(['Z', 'z', '+', '-', ' ']).unwrap_or(time.len());
    let (clock, zone) = time.split_at_checked(split)?;
    let local: LocalDateTime = format!("{day}T{clock}").parse().ok()?;
    let zone = zone.trim();
    if zone.is_empty() {
        return Some(Moment::local(local));
    }
    if zone.eq_ignore_ascii_case("z") {
        return Some(Moment::instant(local.to_instant(UtcOffsetMinutes::ZERO)));
    }
    let offset = offset(zone)?;
    Some(Moment::offset(local.to_instant(offset), offset))
}

fn offset(text: &str) -> Option<UtcOffsetMinutes> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'+' => (1, text.get(1..)?),
        b'-' => (-1, text.get(1..)?),
        _ => return None,
    };
    let digits: String = digits.chars().filter(|char| *char != ':').collect();
    if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = digits.split_at(2);
    let minutes = hours.parse::<i16>().ok()? * 60 + minutes.parse::<i16>().ok()?;
    UtcOffsetMinutes::new(sign * minutes)
}

/// An instant in milliseconds, with the offset that clocks had there, in milliseconds too.
pub(crate) fn instant_with_offset(at_ms: i64, offset_ms: i64) -> Option<Moment> {
    let at = Timestamp::from_millis(at_ms);
    let minutes = i16::try_from(offset_ms.checked_div(60_000)?).ok()?;
    Some(Moment::offset(at, UtcOffsetMinutes::new(minutes)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(text: &str) -> Option<String> {
        let date = date("2024-01-05").unwrap();
        let local = time_of_day(date, text)?;
        Some(format!("{:02}:{:02}", local.hour(), local.minute()))
    }

    #[test]
    fn clocks_of_twelve_and_of_twenty_four_hours_are_read() {
        for (text, expect) in [
            ("20:30", "20:30"),
            ("8:30 PM", "20:30"),
            ("8:30 pm", "20:30"),
            ("8:30\u{202f}PM", "20:30"),
            ("8:30 p. m.", "20:30"),
            ("8.30 a.m.", "08:30"),
            ("12:15 am", "00:15"),
            ("12:15 PM", "12:15"),
            ("20h30", "20:30"),
            ("下午8:30", "20:30"),
            ("٨:٣٠ م", "20:30"),
            ("20:30:59", "20:30"),
        ] {
            assert_eq!(clock(text).as_deref(), Some(expect), "{text}");
        }
        for text in ["", "noon", "8", "25:00", "8:75", "99999999999:1"] {
            assert_eq!(clock(text), None, "{text}");
        }
    }

    #[test]
    fn dates_have_their_year_first() {
        for text in ["2024-01-05", "2024-1-5", "2024/1/5", " 2024.01.05 "] {
            assert_eq!(date(text).unwrap().to_string(), "2024-01-05", "{text}");
        }
        for text in [
            "",
            "05.01.2024",
            "2024-13-01",
            "2024-02-30",
            "2024-01-05T10:00",
            "yesterday",
        ] {
            assert_eq!(date(text), None, "{text}");
        }
        assert_eq!(
            day_of_year("2018", "18 May").unwrap().to_string(),
            "2018-05-18"
        );
        assert_eq!(
            day_of_year("2018", "December 9").unwrap().to_string(),
            "2018-12-09"
        );
        assert_eq!(day_of_year("2018", "9"), None);
    }

    #[test]
    fn moments_have_an_offset_or_none() {
        let check = |text: &str, local: Option<&str>, at: Option<&str>| {
            let found = moment(text).unwrap();
            assert_eq!(
                found.local,
                local.map(|text| text.parse().unwrap()),
                "{text}"
            );
            assert_eq!(found.at, at.map(|text| text.parse().unwrap()), "{text}");
        };
        check(
            "2024-02-06 14:30:00 -0800",
            Some("2024-02-06T14:30:00"),
            Some("2024-02-06T22:30:00Z"),
        );
        check(
            "2024-02-06T14:30:00+05:30",
            Some("2024-02-06T14:30:00"),
            Some("2024-02-06T09:00:00Z"),
        );
        check(
            "2024-02-06T14:30:00.131Z",
            None,
            Some("2024-02-06T14:30:00.131Z"),
        );
        check("2024-02-06 14:30", Some("2024-02-06T14:30:00"), None);
        for text in [
            "",
            "2024-02-06",
            "2024-02-06T",
            "2024-02-06T14:30 PST",
            "2024-02-06 14:30:00 -08",
            "ääääääääääää",
        ] {
            assert!(moment(text).is_none(), "{text}");
        }
    }

    #[test]
    fn an_instant_with_its_offset_keeps_what_clocks_showed() {
        let found = instant_with_offset(1_700_408_759_432, -18_000_000).unwrap();

        assert_eq!(found.local.unwrap().to_string(), "2023-11-19T10:45:59.432");
        assert!(instant_with_offset(0, i64::MAX).is_none());
    }
}
