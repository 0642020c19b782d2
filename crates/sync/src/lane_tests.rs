//! Coalescing as algebra, promotion, and decisions.

use serde_json::json;

use self::desk::{Desk, live, with};
use super::*;
use crate::ports::Plain;
use crate::rows::FailureReason;

#[path = "lane_tests/desk.rs"]
mod desk;
#[path = "lane_tests/law.rs"]
mod law;

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

#[test]
fn a_stored_answer_that_there_is_nothing_gives_way_to_what_came_since() {
    let mut lane = Desk::with_base(&live("a"), 5).lane();
    let known = Remote {
        state: live("b"),
        rev: Some(Rev(13)),
        modified_at: None,
        round: 2,
    };
    drop(lane.keep_ahead(&known));
    let answered = Remote {
        state: State::Absent,
        rev: None,
        ..known
    };

    let newest = lane.newest(answered, 2).unwrap();

    assert!(newest.state == live("b"));
    assert_eq!(newest.rev, Some(Rev(13)));
}

#[test]
fn a_create_and_an_update_become_one_create() {
    let mut desk = Desk::default();
    desk.reach(&live("a"));
    desk.reach(&live("b"));

    assert_eq!(desk.lane_words(), ["created b, pending"]);
}

#[test]
fn two_updates_become_one_with_the_fields_of_both() {
    let mut desk = Desk::with_base(&live("a"), 5);
    desk.reach(&with(&live("a"), "mood", "happy"));
    desk.reach(&with(&with(&live("a"), "mood", "happy"), "note", "b"));

    let row = desk.only_row();
    let patch: Content = body::open(&Plain, &row.body).unwrap();
    assert_eq!(json!(patch), json!({"mood": "happy", "note": "b"}));
    assert_eq!(
        (row.operation, row.base_rev),
        (Operation::Updated, Some(Rev(5)))
    );
}

#[test]
fn an_update_back_to_the_original_is_nothing() {
    let mut desk = Desk::with_base(&live("a"), 5);
    desk.reach(&live("b"));
    desk.reach(&live("a"));

    assert!(desk.lane_words().is_empty());
    assert_eq!(desk.sync_state(), SyncState::Synced);
}

#[test]
fn an_update_to_what_is_there_already_makes_no_event() {
    let mut desk = Desk::with_base(&live("a"), 5);
    desk.reach(&live("a"));

    assert!(desk.lane_words().is_empty());
}

#[test]
fn an_update_and_a_delete_become_a_delete_of_the_same_revision() {
    let mut desk = Desk::with_base(&live("a"), 5);
    desk.reach(&live("b"));
    desk.reach(&State::Deleted);

    let row = desk.only_row();
    assert_eq!(
        (row.operation, row.base_rev),
        (Operation::Deleted, Some(Rev(5)))
    );
    assert_eq!(row.not_before, NOW.plus_millis(10_000));
}

#[test]
fn a_create_and_a_delete_become_nothing() {
    let mut desk = Desk::default();
    desk.reach(&live("a"));
    desk.reach(&State::Deleted);

    assert!(desk.lane_words().is_empty());
    assert_eq!(desk.sync_state(), SyncState::Local);
}

#[test]
fn a_delete_and_its_undo_become_nothing() {
    let mut desk = Desk::with_base(&live("a"), 5);
    desk.reach(&State::Deleted);
    desk.reach(&live("a"));

    assert!(desk.lane_words().is_empty());
}

#[test]
fn an_undone_delete_leaves_the_update_before_it() {
    let mut desk = Desk::with_base(&live("a"), 5);
    desk.reach(&live("b"));
    desk.reach(&State::Deleted);
    desk.reach(&live("b"));

    assert_eq!(desk.lane_words(), ["updated b, pending"]);
    assert_eq!(
        desk.only_row().not_before,
        Timestamp::UNIX_EPOCH,
        "an edit waits for no undo"
    );
}

#[test]
fn an_entity_that_the_server_deleted_is_brought_back_with_all_its_fields() {
    let mut desk = Desk::with_base(&State::Deleted, 6);
    desk.reach(&with(&live("a"), "mood", "happy"));

    let row = desk.only_row();
    let patch: Content = body::open(&Plain, &row.body).unwrap();
    assert_eq!(json!(patch), json!({"mood": "happy", "note": "a"}));
    assert_eq!(
        (row.operation, row.base_rev),
        (Operation::Updated, Some(Rev(6)))
    );
}

#[test]
fn a_field_that_this_version_does_not_know_is_cleared_only_when_it_vanishes() {
    let before = with(&live("a"), "of_tomorrow", "x");
    let mut desk = Desk::with_base(&before, 5);
    desk.reach(&with(&before, "note", "b"));
    assert_eq!(desk.patch_of(0), json!({"note": "b"}));

    desk.reach(&live("b"));
    assert_eq!(desk.patch_of(0), json!({"note": "b", "of_tomorrow": null}));
}

#[test]
fn a_coalesced_event_keeps_its_place_and_takes_the_new_id() {
    let mut desk = Desk::default();
    desk.reach(&live("a"));
    let first = desk.only_row();
    desk.reach(&live("b"));

    let row = desk.only_row();
    assert_eq!(row.seq, first.seq);
    assert_ne!(row.event_id, first.event_id);
}

#[test]
fn a_claimed_event_is_never_coalesced() {
    let mut desk = Desk::default();
    desk.reach(&live("a"));
    desk.claim_head();
    desk.reach(&live("b"));
    desk.reach(&live("c"));

    assert_eq!(desk.lane_words(), ["created a, pending", "updated c, held"]);
}

#[test]
fn an_event_that_may_have_been_seen_is_never_coalesced() {
    let mut desk = Desk::default();
    desk.reach(&live("a"));
    desk.change_head(|row| row.request = Some(vec![1]));
    desk.reach(&State::Deleted);

    assert_eq!(desk.lane_words(), ["created a, pending", "deleted, held"]);
}

#[test]
fn an_event_that_the_server_failed_on_is_never_coalesced() {
    let mut desk = Desk::default();
    desk.reach(&live("a"));
    desk.change_head(|row| row.attempts = 1);
    desk.reach(&live("b"));

    assert_eq!(desk.lane_words(), ["created a, pending", "updated b, held"]);
}

#[test]
fn an_event_behind_a_sent_one_that_comes_to_nothing_vanishes() {
    let mut desk = Desk::default();
    desk.reach(&live("a"));
    desk.claim_head();
    desk.reach(&live("b"));
    desk.reach(&live("a"));

    assert_eq!(desk.lane_words(), ["created a, pending"]);
}

#[test]
fn a_refused_event_is_replaced_by_what_the_person_does_next() {
    let mut desk = Desk::with_base(&live("a"), 5);
    desk.reach(&live("b"));
    desk.refuse_head(FailureReason::Invalid);
    desk.reach(&live("c"));

    assert_eq!(desk.lane_words(), ["updated c, pending"]);
    assert_eq!(desk.only_row().base_rev, Some(Rev(5)));
    assert_eq!(desk.sync_state(), SyncState::Waiting);
}

#[test]
fn a_refused_event_and_its_follower_are_replaced_together() {
    let mut desk = Desk::with_base(&live("a"), 5);
    desk.reach(&live("b"));
    desk.claim_head();
    desk.reach(&live("c"));
    desk.refuse_head(FailureReason::Invalid);
    desk.reach(&live("d"));

    assert_eq!(desk.lane_words(), ["updated d, pending"]);
    assert_eq!(desk.only_row().base_rev, Some(Rev(5)));
}

#[test]
fn a_refused_update_taken_back_is_nothing() {
    let mut desk = Desk::with_base(&live("a"), 5);
    desk.reach(&live("b"));
    desk.refuse_head(FailureReason::Invalid);
    desk.reach(&live("a"));

    assert!(desk.lane_words().is_empty());
    assert_eq!(desk.sync_state(), SyncState::Synced);
}

#[test]
fn a_refused_create_is_replaced_by_a_create() {
    let mut desk = Desk::default();
    desk.reach(&live("a"));
    desk.refuse_head(FailureReason::Invalid);
    desk.reach(&live("b"));

    assert_eq!(desk.lane_words(), ["created b, pending"]);
}

#[test]
fn a_given_up_event_goes_out_again_and_is_followed() {
    let mut desk = Desk::default();
    desk.reach(&live("a"));
    let id = desk.only_row().event_id;
    desk.change_head(|row| row.request = Some(vec![1, 2, 3]));
    desk.refuse_head(FailureReason::GaveUp);
    desk.reach(&live("b"));

    assert_eq!(desk.lane_words(), ["created a, pending", "updated b, held"]);
    let head = desk.rows()[0].clone();
    assert_eq!((head.event_id, head.request), (id, Some(vec![1, 2, 3])));
    assert_eq!((head.attempts, head.failure), (0, None));
}

#[test]
fn a_parked_lane_stays_parked_whatever_is_done() {
    let mut desk = Desk::with_base(&live("a"), 5);
    desk.reach(&live("b"));
    desk.park_head();
    desk.reach(&live("c"));
    desk.reach(&State::Deleted);

    assert_eq!(desk.lane_words(), ["updated b, parked", "deleted, held"]);
    assert_eq!(desk.sync_state(), SyncState::Conflict);
}

#[test]
fn a_dead_head_stops_its_lane() {
    let mut desk = Desk::default();
    desk.reach(&live("a"));
    desk.claim_head();
    desk.reach(&live("b"));
    desk.refuse_head(FailureReason::GaveUp);

    assert_eq!(desk.lane_words(), ["created a, dead", "updated b, held"]);
    assert_eq!(desk.sync_state(), SyncState::Failed);
}

#[test]
fn an_acknowledged_event_promotes_its_follower_on_the_revision_it_led_to() {
    let mut desk = Desk::default();
    desk.reach(&live("a"));
    desk.claim_head();
    desk.reach(&live("b"));
    assert_eq!(
        desk.rows()[1].base_rev,
        None,
        "the follower's base is not known yet"
    );

    desk.acknowledge_head(Some(7));

    let row = desk.only_row();
    assert_eq!(
        (row.state, row.base_rev),
        (EventState::Pending, Some(Rev(7)))
    );
    assert_eq!(desk.base().and_then(|base| base.rev), Some(Rev(7)));
    desk.acknowledge_head(Some(8));
    assert!(desk.lane_words().is_empty());
    assert!(desk.lane().base_state().unwrap() == live("b"));
    assert_eq!(desk.sync_state(), SyncState::Synced);
}

#[test]
fn a_revision_that_the_answer_left_out_stays_the_last_one_known() {
    let mut desk = Desk::with_base(&live("a"), 5);
    desk.reach(&State::Deleted);
    desk.acknowledge_head(None);

    let base = desk.base().unwrap();
    assert_eq!((base.rev, base.deleted), (Some(Rev(5)), true));
}

#[test]
fn acknowledging_twice_changes_nothing_the_second_time() {
    let mut desk = Desk::default();
    desk.reach(&live("a"));
    let id = desk.only_row().event_id;
    desk.acknowledge_head(Some(7));
    let before = desk.tables.clone();

    let writes = desk.lane().acknowledge(id, Some(Rev(8)), 0).unwrap();

    assert!(writes.is_empty());
    assert_eq!(desk.tables, before);
}

#[test]
fn discarding_a_create_takes_its_followers_along() {
    let mut desk = Desk::default();
    desk.reach(&live("a"));
    desk.claim_head();
    desk.reach(&live("b"));
    desk.refuse_head(FailureReason::Invalid);

    desk.discard_head();

    assert!(desk.lane_words().is_empty());
    assert!(desk.lane().folded().unwrap() == State::Absent);
}

#[test]
fn discarding_an_update_lets_its_follower_go_on_the_base() {
    let mut desk = Desk::with_base(&live("a"), 5);
    desk.reach(&live("b"));
    desk.claim_head();
    desk.reach(&with(&live("b"), "mood", "happy"));
    desk.refuse_head(FailureReason::Invalid);

    desk.discard_head();

    let row = desk.only_row();
    assert_eq!(
        (row.state, row.base_rev),
        (EventState::Pending, Some(Rev(5)))
    );
    assert!(desk.lane().folded().unwrap() == with(&live("a"), "mood", "happy"));
}

#[test]
fn a_retried_event_is_as_if_it_had_never_failed_but_for_its_bytes() {
    let mut desk = Desk::default();
    desk.reach(&live("a"));
    let before = desk.only_row();
    desk.change_head(|row| row.request = Some(vec![9]));
    desk.refuse_head(FailureReason::Forbidden);

    let writes = desk.lane().retry(before.event_id);
    desk.apply(writes);

    assert_eq!(
        desk.only_row(),
        OutboxRow {
            request: Some(vec![9]),
            ..before
        }
    );
}

#[test]
fn only_what_waits_for_a_decision_can_be_retried() {
    let mut desk = Desk::default();
    desk.reach(&live("a"));

    let id = desk.only_row().event_id;
    assert!(desk.lane().retry(id).is_empty());
}

#[test]
fn an_event_whose_body_cannot_be_opened_is_an_error_and_no_loss() {
    let mut desk = Desk::default();
    desk.reach(&live("a"));
    desk.change_head(|row| row.body = vec![200, 1]);

    let mut lane = desk.lane();

    assert_eq!(lane.folded().err(), Some(StoreError::Newer));
    let id = lane.rows[0].event_id;
    assert_eq!(lane.acknowledge(id, None, 0).err(), Some(StoreError::Newer));
}
