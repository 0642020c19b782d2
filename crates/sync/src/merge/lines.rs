//! Texts merged by lines: what each side did to the base, where they did it in different places.
//!
//! The base's lines that both sides still have, in order, divide the texts into stretches. A stretch that one side
//! changed is that side's; one that both changed overlaps, and has both, the winner's first. A side that only removed
//! lines there gives way to the one that wrote some. (Khanna, Kunal, Pierce: A formal investigation of diff3, 2007.)

/// Two texts compared line by line have at most so many pairs of lines; beyond it their middles count as changed.
const PAIRS_MAX: usize = 250_000;

/// What merging two texts gives.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Joined {
    /// The text.
    pub(super) text: String,
    /// Whether both sides changed the same place, and both versions stand there.
    pub(super) overlaps: bool,
}

/// Merges two versions of a base.
pub(super) fn merge(base: &str, won: &str, lost: &str) -> Joined {
    let (base, won, lost) = (split(base), split(won), split(lost));
    let (in_won, in_lost) = (matches(&base, &won), matches(&base, &lost));
    let mut out: Vec<&str> = Vec::new();
    let mut overlaps = false;
    let (mut b, mut w, mut l) = (0, 0, 0);
    for (at, places) in in_won.iter().zip(&in_lost).enumerate() {
        let (Some(in_won), Some(in_lost)) = places else {
            continue;
        };
        overlaps |= stretch(&mut out, &base[b..at], &won[w..*in_won], &lost[l..*in_lost]);
        out.push(base[at]);
        (b, w, l) = (at + 1, in_won + 1, in_lost + 1);
    }
    overlaps |= stretch(&mut out, &base[b..], &won[w..], &lost[l..]);
    Joined {
        text: out.join("\n"),
        overlaps,
    }
}

fn split(text: &str) -> Vec<&str> {
    text.split('\n').collect()
}

/// Adds a stretch between two lines that all have; whether both sides' lines stand there now.
fn stretch<'a>(
    out: &mut Vec<&'a str>,
    base: &[&'a str],
    won: &[&'a str],
    lost: &[&'a str],
) -> bool {
    let is_blank = |lines: &[&str]| lines.iter().all(|line| line.trim().is_empty());
    if won == lost || lost == base {
        out.extend(won);
    } else if won == base {
        out.extend(lost);
    } else if is_blank(lost) {
        out.extend(won);
    } else if is_blank(won) {
        out.extend(lost);
    } else {
        out.extend(won);
        out.extend(lost);
        return true;
    }
    false
}

/// For each line of `from` its place in a longest common subsequence with `to`, if it is in it.
fn matches(from: &[&str], to: &[&str]) -> Vec<Option<usize>> {
    let ahead = from.iter().zip(to).take_while(|(a, b)| a == b).count();
    let behind = from[ahead..]
        .iter()
        .rev()
        .zip(to[ahead..].iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let mut found = vec![None; from.len()];
    for (place, slot) in found.iter_mut().enumerate().take(ahead) {
        *slot = Some(place);
    }
    let (from_end, to_end) = (from.len() - behind, to.len() - behind);
    for step in 0..behind {
        found[from_end + step] = Some(to_end + step);
    }
    let (middle, other) = (&from[ahead..from_end], &to[ahead..to_end]);
    if middle.len().saturating_mul(other.len()) <= PAIRS_MAX {
        common(middle, other, |a, b| found[ahead + a] = Some(ahead + b));
    }
    found
}

/// Tells each pair of a longest common subsequence, by the table of lengths of what is left.
fn common(from: &[&str], to: &[&str], mut pair: impl FnMut(usize, usize)) {
    let width = to.len() + 1;
    let mut left = vec![0_u32; (from.len() + 1) * width];
    for a in (0..from.len()).rev() {
        for b in (0..to.len()).rev() {
            left[a * width + b] = if from[a] == to[b] {
                left[(a + 1) * width + b + 1] + 1
            } else {
                left[(a + 1) * width + b].max(left[a * width + b + 1])
            };
        }
    }
    let (mut a, mut b) = (0, 0);
    while a < from.len() && b < to.len() {
        if from[a] == to[b] {
            pair(a, b);
            (a, b) = (a + 1, b + 1);
        } else if left[(a + 1) * width + b] >= left[a * width + b + 1] {
            a += 1;
        } else {
            b += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(base: &str, won: &str, lost: &str, text: &str, overlaps: bool) {
        let expected = Joined {
            text: text.to_owned(),
            overlaps,
        };
        assert_eq!(merge(base, won, lost), expected);
    }

    #[test]
    fn changes_in_different_places_are_both_there() {
        check("a\nb\nc", "A\nb\nc", "a\nb\nC", "A\nb\nC", false);
        check(
            "a\nb\nc",
            "a\nb\nc\nd",
            "z\na\nb\nc",
            "z\na\nb\nc\nd",
            false,
        );
        check("a\nb\nc\nd", "a\nc\nd", "a\nb\nc", "a\nc", false);
    }

    #[test]
    fn changes_in_the_same_place_both_stay_the_winners_first() {
        check("a\nb\nc", "a\nx\nc", "a\ny\nc", "a\nx\ny\nc", true);
        check("", "mine", "theirs", "mine\ntheirs", true);
    }

    #[test]
    fn the_same_change_is_there_once() {
        check("a\nb", "a\nx\nc", "a\nx\nd", "a\nx\nc\nx\nd", true);
        check(
            "a\nb\nc\nd",
            "a\nx\nc\ny",
            "a\nx\nc\nd",
            "a\nx\nc\ny",
            false,
        );
    }

    #[test]
    fn who_only_removed_gives_way_to_who_wrote() {
        check("a\nb\nc", "a\nc", "a\nB\nc", "a\nB\nc", false);
        check("a", "", "b", "b", false);
    }

    #[test]
    fn texts_too_long_to_compare_in_their_middles_still_merge_at_their_ends() {
        let middle = |word: &str| {
            let lines: Vec<_> = (0..600).map(|n| format!("{word} {n}")).collect();
            lines.join(
                "
",
            )
        };
        let base = format!("a\n{}\nz", middle("line"));
        let lost = format!("a\n{}\nz", middle("other"));

        let joined = merge(&base, &format!("first\n{base}"), &lost);

        assert_eq!(joined.text, format!("first\n{lost}"));
        assert!(!joined.overlaps);
    }
}
