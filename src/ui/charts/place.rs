//! Where things of a chart are: plain numbers, tested without a browser.

use std::fmt::Write as _;

/// The width of the drawing that lines are laid out in; the browser stretches it to the room there is.
pub(crate) const BREADTH: f64 = 1000.0;
/// The scales of charts with two sides: the smallest that holds every figure is taken.
const SCALES: [f64; 5] = [0.1, 0.25, 0.5, 1.0, 2.0];

/// From where to where a bar reaches, both 0 to 1 along the chart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Extent {
    /// Where it begins.
    pub(crate) from: f64,
    /// How long it is.
    pub(crate) length: f64,
}

impl Extent {
    /// A bar that begins where the chart does.
    pub(crate) fn of_share(share: f64) -> Self {
        Self {
            from: 0.0,
            length: share.clamp(0.0, 1.0),
        }
    }

    /// A bar that begins in the chart's middle, and grows to the end for more than nothing, else to the start.
    pub(crate) fn of_signed(value: f64, scale: f64) -> Self {
        let length = (value.abs() / scale).min(1.0) / 2.0;
        let from = if value < 0.0 { 0.5 - length } else { 0.5 };
        Self { from, length }
    }

    /// The same seen in a mirror.
    pub(crate) fn mirrored(self) -> Self {
        Self {
            from: 1.0 - self.from - self.length,
            length: self.length,
        }
    }
}

/// The scale that holds all of these values and their opposites.
pub(crate) fn scale_of(values: impl IntoIterator<Item = f64>) -> f64 {
    let largest = values.into_iter().map(f64::abs).fold(0.0, f64::max);
    let fits = SCALES.into_iter().find(|scale| largest <= *scale);
    fits.unwrap_or(SCALES[SCALES.len() - 1])
}

/// A share of the chart's width as an attribute says it.
pub(crate) fn per_cent(share: f64) -> String {
    format!("{:.3}%", share * 100.0)
}

/// How far below the top a valence is, where 1 is at the top and −1 at `height`.
pub(crate) fn down(valence: f64, height: f64) -> f64 {
    (1.0 - valence.clamp(-1.0, 1.0)) / 2.0 * height
}

/// A path from point to point; each is along the chart, 0 to 1, and a number of units down.
pub(crate) fn path(points: &[(f64, f64)]) -> String {
    let mut path = String::new();
    for (at, (along, down)) in points.iter().enumerate() {
        let command = if at == 0 { 'M' } else { 'L' };
        // A string takes whatever is written to it.
        let _ = write!(path, "{command}{:.1} {down:.1}", along * BREADTH);
    }
    path
}

/// The runs of points that belong together: those with nothing missing between them but what is short.
pub(crate) fn runs<T: Copy>(points: &[Option<T>], gap_max: usize) -> Vec<Vec<(usize, T)>> {
    let mut runs: Vec<Vec<(usize, T)>> = Vec::new();
    for (at, point) in points.iter().enumerate() {
        let Some(point) = point else { continue };
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(|(last, _)| at - last <= gap_max + 1) => {
                run.push((at, *point));
            }
            _ => runs.push(vec![(at, *point)]),
        }
    }
    runs
}

/// Which of so many points are named below a chart with room for `names_max` names: evenly spaced, the first among them.
pub(crate) fn named(points: usize, names_max: usize) -> Vec<usize> {
    let step = points.div_ceil(names_max.max(1)).max(1);
    (0..points).step_by(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(found: f64, expect: f64) -> bool {
        (found - expect).abs() < f64::EPSILON
    }

    #[test]
    fn bars_grow_from_the_middle_to_the_side_of_their_sign() {
        let more = Extent {
            from: 0.5,
            length: 0.25,
        };
        let less = Extent {
            from: 0.25,
            length: 0.25,
        };
        assert_eq!(Extent::of_signed(0.25, 0.5), more);
        assert_eq!(Extent::of_signed(-0.25, 0.5), less);
        assert_eq!(more.mirrored(), less);
        let longest = Extent {
            from: 0.5,
            length: 0.5,
        };
        assert_eq!(Extent::of_signed(7.0, 0.5), longest);
        assert_eq!(
            Extent::of_share(0.4).mirrored(),
            Extent {
                from: 0.6,
                length: 0.4
            }
        );
    }

    #[test]
    fn the_scale_is_the_smallest_that_holds_everything() {
        assert!(is(scale_of([0.3, -0.4]), 0.5));
        assert!(is(scale_of([0.1]), 0.1));
        assert!(is(scale_of([]), 0.1));
        assert!(is(scale_of([-1.7]), 2.0));
        assert!(is(scale_of([9.0]), 2.0));
    }

    #[test]
    fn the_top_is_pleasant_and_the_bottom_unpleasant() {
        for (valence, expect) in [(1.0, 0.0), (0.0, 100.0), (-1.0, 200.0), (-3.0, 200.0)] {
            assert!(is(down(valence, 200.0), expect), "{valence}");
        }
        assert_eq!(path(&[(0.0, 100.0), (0.5, 50.0)]), "M0.0 100.0L500.0 50.0");
    }

    #[test]
    fn a_line_reaches_over_a_short_gap_and_ends_before_a_long_one() {
        let points = [Some('a'), None, Some('b'), None, None, None, Some('c')];
        assert_eq!(runs(&points, 1), [vec![(0, 'a'), (2, 'b')], vec![(6, 'c')]]);
        assert_eq!(runs(&points, 3), [vec![(0, 'a'), (2, 'b'), (6, 'c')]]);
        assert_eq!(runs::<char>(&[None, None], 1), Vec::<Vec<_>>::new());
    }

    #[test]
    fn no_more_points_are_named_than_there_is_room_for() {
        assert_eq!(named(7, 7), [0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(named(30, 5), [0, 6, 12, 18, 24]);
        assert_eq!(named(0, 5), Vec::<usize>::new());
        for points in 1..200 {
            assert!(named(points, 5).len() <= 5);
        }
    }
}
