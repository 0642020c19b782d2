//! Charts: drawings that say in words what they show, have their figures as a table, and can be saved as a picture.
//!
//! They are as wide as there is room without being measured: what lies along a chart is placed in per cent, and letters
//! keep their size. Where one reads from right to left, so does time, and bars grow that way.

pub(crate) mod bars;
pub(crate) mod card;
pub(crate) mod line;
pub(crate) mod place;
