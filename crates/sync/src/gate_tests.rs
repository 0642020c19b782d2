use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

fn later(ms: i64) -> Timestamp {
    NOW.plus_millis(ms)
}

#[test]
fn waits_double_up_to_a_minute_and_start_anew_after_a_success() {
    let mut gate = Gate::default();
    let longest = |bound: u64| bound.saturating_sub(1);

    let waits: Vec<_> = (0..8).map(|_| gate.back_off(NOW, None, longest)).collect();

    assert_eq!(
        waits,
        [1_999, 3_999, 7_999, 15_999, 31_999, 59_999, 59_999, 59_999]
    );
    gate.open();
    assert_eq!(gate.back_off(NOW, None, longest), 1_999);
}

#[test]
fn a_wall_clock_that_jumped_back_ends_the_wait() {
    let mut gate = Gate::default();
    gate.back_off(NOW, None, |_| 1_000);

    assert_eq!(gate.permit(later(1_000), Trigger::Timer), Permit::Wait(500));
    assert_eq!(gate.permit(later(1_500), Trigger::Timer), Permit::Open);
    assert_eq!(
        gate.permit(later(-86_400_000), Trigger::Timer),
        Permit::Open
    );
}

#[test]
fn coming_online_brings_the_attempt_forward_once_in_five_seconds() {
    let mut gate = Gate::default();
    gate.back_off(NOW, None, |_| 20_000);

    assert_eq!(gate.permit(NOW, Trigger::Online), Permit::Nudged);
    gate.nudged_at = Some(NOW);
    gate.failures = 5;
    gate.back_off(NOW, None, |_| 20_000);
    assert!(matches!(
        gate.permit(later(4_999), Trigger::Online),
        Permit::Wait(_)
    ));
    assert_eq!(gate.permit(later(5_000), Trigger::Online), Permit::Nudged);
    assert!(matches!(
        gate.permit(later(5_000), Trigger::Saved),
        Permit::Wait(_)
    ));
}

#[test]
fn nothing_brings_forward_what_the_server_asked_for() {
    let mut gate = Gate::default();
    gate.back_off(NOW, Some(120_000), |_| 0);

    for trigger in [
        Trigger::Online,
        Trigger::Manual,
        Trigger::Start,
        Trigger::Timer,
    ] {
        assert_eq!(gate.permit(later(60_000), trigger), Permit::Wait(60_000));
    }
}

#[test]
fn a_success_elsewhere_does_not_end_what_the_server_asked_for() {
    let mut asked = Gate::default();
    asked.back_off(NOW, Some(120_000), |_| 0);

    let kept = Gate::default().beside(&asked, false, later(1_000));
    assert!(kept.is_asked_to_wait(later(119_999)));
    assert!(!kept.is_asked_to_wait(later(120_000)));
    assert_eq!(
        Gate::default().beside(&asked, false, later(120_000)),
        Gate::default()
    );

    let mut longer = Gate::default();
    longer.back_off(NOW, Some(240_000), |_| 0);
    assert_eq!(longer.beside(&asked, false, NOW), longer);
    assert_eq!(
        Gate::default().beside(&Gate::default(), false, NOW),
        Gate::default()
    );
    // An older session's troubles are over with it, but not what the server asked for.
    let mut shut = longer.clone();
    shut.blocked = Some(Blocked::Auth);
    let after = shut.beside(&Gate::default(), true, NOW);
    assert!(after.is_asked_to_wait(NOW) && after.blocked.is_none());
}

#[test]
fn what_two_flushers_count_adds_up_until_something_arrives() {
    let mut ours = Gate::default();
    let mut theirs = Gate::default();
    for second in 0..20 {
        ours.count_request(later(second * 100));
        theirs.count_request(later(second * 100 + 50));
    }

    let both = ours.beside(&theirs, false, later(2_000));
    assert_eq!(both.fruitless.len(), FRUITLESS_REQUESTS_PER_MINUTE_MAX);
    assert!(both.minute_left(later(2_000), 1) > 0);

    ours.open();
    assert_eq!(ours.beside(&theirs, false, later(2_000)).fruitless, []);
}

#[test]
fn no_minute_has_more_than_thirty_fruitless_requests() {
    let mut gate = Gate::default();
    let mut sent = Vec::new();
    for second in 0..300 {
        if gate.permit(later(second * 1_000), Trigger::Manual) == Permit::Open {
            gate.count_request(later(second * 1_000));
            sent.push(second);
        }
        let within = sent.iter().filter(|at| second - **at < 60).count();
        assert!(within <= FRUITLESS_REQUESTS_PER_MINUTE_MAX);
    }

    assert!(sent.len() >= 120, "and no fewer than there may be");
}

#[test]
fn the_wait_for_the_minute_is_told_and_is_enough() {
    let mut gate = Gate::default();
    for second in 0..30 {
        gate.count_request(later(second * 1_000));
    }

    assert_eq!(gate.minute_left(later(30_000), 1), 30_000);
    assert_eq!(gate.minute_left(later(30_000), 3), 32_000);
    assert_eq!(gate.minute_left(later(60_000), 1), 0);
    let next = gate.next_attempt(later(30_000)).unwrap();
    assert_eq!(gate.permit(next, Trigger::Timer), Permit::Open);
    assert_eq!(
        gate.permit(next.plus_millis(-1), Trigger::Timer),
        Permit::Wait(1)
    );
}

#[test]
fn progress_starts_the_count_of_fruitless_requests_anew() {
    let mut gate = Gate::default();
    for _ in 0..FRUITLESS_REQUESTS_PER_MINUTE_MAX {
        gate.count_request(NOW);
    }

    gate.open();

    assert_eq!(gate.permit(NOW, Trigger::Timer), Permit::Open);
}

#[test]
fn a_clock_that_jumped_back_forgets_the_minute() {
    let mut gate = Gate::default();
    for _ in 0..FRUITLESS_REQUESTS_PER_MINUTE_MAX {
        gate.count_request(NOW);
    }

    assert_eq!(gate.permit(later(-1), Trigger::Timer), Permit::Open);
}

#[test]
fn a_nudge_ends_the_wait_and_not_the_memory_of_failures() {
    let mut gate = Gate::default();
    gate.back_off(NOW, None, |_| 1_000);

    gate.nudge(NOW);

    assert_eq!(gate.permit(NOW, Trigger::Timer), Permit::Open);
    assert_eq!(gate.failures, 1);
}

#[test]
fn a_server_that_asks_for_no_wait_gets_the_usual_one() {
    let mut gate = Gate::default();

    assert_eq!(gate.back_off(NOW, Some(0), |_| 1_000), 1_500);
    assert!(!gate.asked_for);
}

#[test]
fn a_refused_session_waits_for_a_person_however_long() {
    let mut gate = Gate::default();
    gate.block(Blocked::Auth, NOW, |_| 0);

    assert_eq!(
        gate.permit(later(i64::from(u32::MAX)), Trigger::Manual),
        Permit::SignIn
    );
}
