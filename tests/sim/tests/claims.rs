//! The claim protocol, searched to the end; and the search itself, which must see what is wrong.

use lume_sim::exhaustive::{Lanes, search};
use lume_sync::mutant::{self, Mutant};

#[test]
fn two_tabs_two_events_and_a_crash_break_nothing_in_any_order() {
    for lanes in [Lanes::Two, Lanes::One] {
        let found = search(lanes);

        assert!(found.broken.is_none(), "{lanes:?}: {:?}", found.broken);
        assert!(found.states > 1_000, "{lanes:?}: {} states", found.states);
        assert!(found.ends > 10, "{lanes:?}: {} ends", found.ends);
    }
}

#[test]
fn the_search_sees_what_is_wrong_with_a_protocol() {
    let wrong = [
        Mutant::IgnoresOtherClaims,
        Mutant::NeverReleasesLeases,
        Mutant::DeletesBeforeFetch,
        Mutant::ForgetsTheNext,
        Mutant::NewKeyEachTime,
    ];
    for mutant in wrong {
        let broken = [Lanes::Two, Lanes::One]
            .into_iter()
            .find_map(|lanes| mutant::with(mutant, || search(lanes)).broken);

        assert!(broken.is_some(), "{mutant:?} was not seen");
    }
}
