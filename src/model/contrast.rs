//! How well a colour can be read on another, by the formula of WCAG 2 (relative luminance of sRGB).
//!
//! Measured where the tokens are shown, in the gallery, and in the tests below for every pair that is used.

/// For text in its usual size (AA).
pub(crate) const TEXT_MIN: f64 = 4.5;
/// For body text (AAA).
pub(crate) const BODY_MIN: f64 = 7.0;
/// For edges and marks that have to be seen (AA, non-text).
pub(crate) const EDGE_MIN: f64 = 3.0;

/// Colours that stand on others: the tokens' names, and the least contrast that they must have.
pub(crate) const PAIRS: [(&str, &[&str], f64); 15] = [
    (
        "text",
        &["bg", "bg-glow", "surface", "surface-soft", "raised"],
        BODY_MIN,
    ),
    (
        "text-soft",
        &["bg", "bg-glow", "surface", "surface-soft", "raised"],
        TEXT_MIN,
    ),
    (
        "link",
        &["bg", "bg-glow", "surface", "surface-soft", "raised"],
        TEXT_MIN,
    ),
    ("danger", &["bg", "surface-soft", "raised"], TEXT_MIN),
    ("on-accent", &["accent", "accent-strong"], TEXT_MIN),
    ("on-accent-two", &["accent-two"], TEXT_MIN),
    ("on-good", &["good"], TEXT_MIN),
    ("on-caution", &["caution"], TEXT_MIN),
    ("on-bad", &["bad"], TEXT_MIN),
    ("on-danger", &["danger"], TEXT_MIN),
    ("bg", &["text"], BODY_MIN),
    ("toast-link", &["text"], TEXT_MIN),
    ("mood-ink", &["raised"], TEXT_MIN),
    (
        "focus",
        &["bg", "bg-glow", "surface", "surface-soft", "raised"],
        EDGE_MIN,
    ),
    ("line-strong", &["bg", "surface-soft", "raised"], EDGE_MIN),
];

/// Red, green and blue.
pub(crate) type Rgb = [u8; 3];

/// A colour written as `#RRGGBB`.
pub(crate) fn read(text: &str) -> Option<Rgb> {
    let digits = text
        .trim()
        .strip_prefix('#')
        .filter(|digits| digits.len() == 6)?;
    let part = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    Some([part(0)?, part(2)?, part(4)?])
}

/// The contrast of two colours: 1 for the same, 21 for black and white.
pub(crate) fn ratio(one: Rgb, other: Rgb) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn luminance(colour: Rgb) -> f64 {
    const WEIGHTS: Rgb64 = [0.2126, 0.7152, 0.0722];
    let linear = |part: u8| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    };
    colour
        .iter()
        .zip(WEIGHTS)
        .map(|(part, weight)| linear(*part) * weight)
        .sum()
}

type Rgb64 = [f64; 3];

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const TOKENS: &str = include_str!("../ui/tokens.css");
    const MOODS: &str = include_str!("../ui/mood.css");

    /// The colours of a block of custom properties, by name.
    fn colours(block: &str) -> BTreeMap<&str, Rgb> {
        block
            .lines()
            .filter_map(|line| line.trim().strip_prefix("--")?.split_once(": "))
            .filter_map(|(name, value)| Some((name, read(value.strip_suffix(';')?)?)))
            .collect()
    }

    /// What stands between the braces behind a selector.
    fn block<'a>(css: &'a str, selector: &str) -> &'a str {
        let (_, rest) = css.split_once(selector).expect("the selector is there");
        let (_, rest) = rest.split_once('{').expect("a block begins");
        rest.split_once('}').expect("it ends").0
    }

    fn themes() -> [(&'static str, BTreeMap<&'static str, Rgb>, f64); 2] {
        let light = colours(block(TOKENS, ":root"));
        let mut dark = light.clone();
        dark.extend(colours(block(TOKENS, ":root[data-theme=\"dark\"]")));
        [("light", light, 0.70), ("dark", dark, 0.28)]
    }

    #[test]
    fn black_on_white_is_the_most_there_is() {
        assert!((ratio([0; 3], [255; 3]) - 21.0).abs() < 1e-9);
        assert!((ratio([9; 3], [9; 3]) - 1.0).abs() < 1e-9);
        assert_eq!(read("#F8F4EC"), Some([0xf8, 0xf4, 0xec]));
        assert_eq!(read("red"), None);
    }

    #[test]
    fn every_text_can_be_read_on_every_ground_that_it_stands_on() {
        for (theme, colours, _) in themes() {
            for (name, grounds, least) in PAIRS {
                for ground in grounds {
                    let measured = ratio(colours[name], colours[ground]);
                    assert!(
                        measured >= least,
                        "{theme}: {name} on {ground} is {measured:.2}"
                    );
                }
            }
        }
    }

    #[test]
    fn every_moods_name_can_be_read_on_its_tile() {
        let grounds: Vec<_> = MOODS
            .lines()
            .filter_map(|line| {
                line.trim()
                    .strip_prefix(".mood-ground-")?
                    .split_once("--mood: ")
            })
            .filter_map(|(_, value)| read(value.split(';').next()?))
            .collect();
        assert_eq!(grounds.len(), 18);
        for (theme, colours, tint) in themes() {
            for ground in &grounds {
                let raised = colours["raised"];
                let mixed = std::array::from_fn(|part| {
                    let mixed =
                        f64::from(ground[part]) * tint + f64::from(raised[part]) * (1.0 - tint);
                    #[expect(
                        clippy::cast_possible_truncation,
                        clippy::cast_sign_loss,
                        reason = "a mean of two bytes is one"
                    )]
                    let mixed = mixed.round() as u8;
                    mixed
                });
                let measured = ratio(colours["mood-ink"], mixed);
                assert!(measured >= TEXT_MIN, "{theme}: {ground:?} is {measured:.2}");
            }
        }
    }

    #[test]
    fn both_ways_to_the_dark_theme_are_the_same() {
        let chosen = colours(block(TOKENS, ":root[data-theme=\"dark\"]"));
        let of_device = colours(block(TOKENS, ":root:not([data-theme=\"light\"])"));

        assert_eq!(chosen, of_device);
    }
}
