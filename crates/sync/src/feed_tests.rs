use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

fn page(epoch: &str, has_more: bool, server_now: Timestamp) -> ChangesPage {
    ChangesPage {
        changes: Vec::new(),
        next_cursor: "next".to_owned(),
        has_more,
        server_epoch: epoch.to_owned(),
        server_now,
    }
}

fn following() -> Feed {
    let mut feed = Feed::default();
    feed.advance(&page("one", false, NOW), NOW);
    feed
}

#[test]
fn a_first_listing_is_followed_without_a_sweep() {
    let mut feed = Feed::default();

    feed.advance(&page("one", true, NOW), NOW);
    assert_eq!((&feed.phase, feed.is_unfinished()), (&Phase::First, true));
    feed.advance(&page("one", false, NOW), NOW);

    assert_eq!(
        (&feed.phase, feed.is_unfinished()),
        (&Phase::Following, false)
    );
    assert_eq!(feed.reached_at, Some(NOW));
}

#[test]
fn a_listing_begun_anew_sweeps_after_its_last_page_alone() {
    let mut feed = following();
    feed.begin(Missing::Gone);
    assert_eq!((feed.round, feed.cursor.as_str()), (2, ""));

    feed.advance(&page("one", true, NOW), NOW);
    assert_eq!(feed.phase, Phase::Listing(Missing::Gone));
    feed.advance(&page("one", false, NOW), NOW);
    let sweeping = |after: Option<&str>| Phase::Sweeping {
        missing: Missing::Gone,
        after: after.map(str::to_owned),
    };
    assert_eq!(feed.phase, sweeping(None));
    feed.swept(Missing::Gone, Some("a".to_owned()), NOW);
    assert_eq!(feed.phase, sweeping(Some("a")));
    feed.swept(Missing::Gone, None, NOW);

    assert_eq!(feed.phase, Phase::Following);
}

#[test]
fn a_new_epoch_stays_one_however_often_its_listing_begins_anew() {
    let mut feed = following();
    assert!(feed.is_of_another_epoch(&page("two", false, NOW)));
    feed.begin_epoch("two");
    feed.begin(Missing::Gone);

    assert_eq!(feed.phase, Phase::Listing(Missing::SentAgain));
    assert_eq!((feed.era_from, feed.round), (2, 3));
}

#[test]
fn a_first_listing_begun_anew_has_nothing_to_sweep() {
    let mut feed = Feed::default();
    feed.advance(&page("one", true, NOW), NOW);

    feed.begin(Missing::Gone);

    assert_eq!((&feed.phase, feed.cursor.as_str()), (&Phase::First, ""));
}

#[test]
fn waits_grow_to_their_bound_and_a_page_ends_them() {
    let mut feed = following();
    let waits: Vec<_> = (0..7)
        .map(|_| {
            feed.back_off(NOW);
            feed.wait_left(NOW) / 1_000
        })
        .collect();

    assert_eq!(waits, [30, 60, 120, 240, 480, 900, 900]);
    assert_eq!(
        feed.wait_left(NOW.plus_millis(-10_000_000)),
        0,
        "a clock set back ends it"
    );
    feed.advance(&page("one", false, NOW), NOW);
    assert_eq!(feed.wait_left(NOW), 0);
}

#[test]
fn a_clock_that_is_wrong_by_a_constant_decides_nothing() {
    for wrong_ms in [-3_600_000, 0, 86_400_000] {
        let here = |ms: i64| NOW.plus_millis(wrong_ms + ms);
        let mut feed = Feed::default();
        feed.advance(&page("one", false, NOW), here(0));
        let skew = feed.skew.expect("the clocks were compared");

        let winner = |edited: i64, modified: i64| {
            skew.winner(here(edited), Some(NOW.plus_millis(modified)), here(9_000))
        };

        assert_eq!(winner(5_000, 4_000), Side::Mine, "{wrong_ms}");
        assert_eq!(winner(4_000, 5_000), Side::Theirs, "{wrong_ms}");
    }
}

#[test]
fn an_edit_of_before_a_clock_was_set_wins_nothing() {
    let mut feed = following();
    let later = NOW.plus_millis(60_000);
    feed.advance(
        &page("one", false, later),
        later.plus_millis(SKEW_MS_MAX.cast_signed() + 1),
    );
    let skew = feed.skew.expect("the clocks were compared");

    let winner = skew.winner(
        NOW.plus_millis(30_000),
        Some(NOW),
        later.plus_millis(200_000),
    );

    assert_eq!(winner, Side::Theirs);
    assert_eq!(skew.since, later.plus_millis(SKEW_MS_MAX.cast_signed() + 1));
}
