//! The claim protocol, searched to the end; and the search itself, which must see what is wrong.

use std::time::Instant;

use lume_sim::exhaustive::{Lanes, search};
use lume_sync::mutant::{self, Mutant};

use crate::campaign::on_all;

/// Protocols that the search must find fault with.
const WRONG: [Mutant; 5] = [
    Mutant::IgnoresOtherClaims,
    Mutant::NeverReleasesLeases,
    Mutant::DeletesBeforeFetch,
    Mutant::ForgetsTheNext,
    Mutant::NewKeyEachTime,
];
/// Fewer states than these mean that the search has lost its way.
const STATES_MIN: usize = 1_000;

/// Searches; whether nothing is wrong with the protocol, and something with each of the wrong ones.
pub(crate) fn run() -> bool {
    let began = Instant::now();
    let right = on_all(&[Lanes::Two, Lanes::One], |lanes| (*lanes, search(*lanes)));
    let mut good = true;
    for (lanes, found) in &right {
        let (states, ends) = (found.states, found.ends);
        println!("two events in {lanes:?}: {states} states, {ends} ends");
        if let Some((way, what)) = &found.broken {
            println!("{what}\nafter {way:?}");
        }
        good &= found.broken.is_none() && states >= STATES_MIN;
    }
    let seen = on_all(&WRONG, |wrong| {
        let lanes = [Lanes::Two, Lanes::One];
        let mut each = lanes.into_iter();
        let broken = each.any(|lanes| mutant::with(*wrong, || search(lanes)).broken.is_some());
        (*wrong, broken)
    });
    for (wrong, _) in seen.iter().filter(|(_, broken)| !broken) {
        println!("{wrong:?} was not seen");
        good = false;
    }
    println!(
        "{} wrong protocols seen; {:.1} s",
        seen.len(),
        began.elapsed().as_secs_f64()
    );
    good
}
