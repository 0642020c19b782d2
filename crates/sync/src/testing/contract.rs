//! The HTTP contract of an extended backend, as scenarios: each sends requests and says what must come back.
//!
//! [`MemoryBackend`](super::MemoryBackend) passes them, so that simulations over it say something about the real
//! world; another server passes them by implementing [`Api`] and calling [`run`]. Each scenario begins with an account
//! of its own and needs nothing that another one left.

mod feed;
mod moods;
mod person;
mod sessions;

use crate::ports::{Request, Response};
use person::Person;

/// A backend that can be asked, and whose clock can be moved.
pub trait Api {
    /// Answers a request. The address begins with `https://lume.example`.
    fn send(&mut self, request: &Request) -> Response;

    /// Lets time pass at the backend. `false` where that can't be done: the scenario then ends early.
    fn pass_ms(&mut self, ms: i64) -> bool;
}

/// One scenario.
#[derive(Clone, Copy)]
pub struct Scenario {
    /// What must hold.
    pub name: &'static str,
    run: fn(&mut Person<'_>),
}

/// Runs every scenario, each with a new account.
///
/// # Panics
///
/// Where the backend answers otherwise than the contract says; the message names the scenario.
pub fn run(api: &mut dyn Api) {
    for scenario in scenarios() {
        run_one(api, scenario);
    }
}

/// Runs one scenario with a new account.
///
/// # Panics
///
/// Where the backend answers otherwise than the contract says.
pub fn run_one(api: &mut dyn Api, scenario: Scenario) {
    let mut person = Person::register(api, scenario.name);
    (scenario.run)(&mut person);
}

macro_rules! all {
    ($($name:path),+ $(,)?) => { vec![$(Scenario { name: stringify!($name), run: $name }),+] };
}

/// Those of the feed of changes, for backends that offer it.
pub fn feed_scenarios() -> Vec<Scenario> {
    all![
        feed::an_empty_feed_has_an_epoch_and_a_place_to_go_on,
        feed::changes_come_in_order_with_their_events_and_go_on_from_the_cursor,
        feed::a_page_has_at_most_what_was_asked_for,
        feed::a_deleted_entity_is_in_the_feed_as_a_tombstone,
        feed::a_cursor_from_before_the_oldest_tombstone_is_good_no_more,
        feed::nobody_sees_another_ones_changes,
    ]
}

/// All but the feed's.
pub fn scenarios() -> Vec<Scenario> {
    all![
        sessions::health_and_capabilities_name_the_protocol,
        moods::a_key_has_its_effect_once_and_its_answer_twice,
        moods::a_refusal_is_stored_under_its_key_too,
        moods::a_key_with_another_payload_is_refused,
        moods::the_same_content_under_another_key_is_no_second_entity,
        moods::other_content_under_a_known_id_is_a_conflict_with_the_entity,
        moods::an_update_wants_the_revision_it_is_based_on,
        moods::an_update_changes_the_fields_it_names_and_null_clears,
        moods::a_delete_leaves_a_tombstone_and_is_done_only_once,
        moods::a_tombstones_revision_brings_the_entity_back,
        moods::what_is_wrong_with_a_field_is_named,
        moods::nobody_touches_another_ones_entity,
        moods::a_list_has_live_entities_newest_first_in_pages,
        sessions::a_refresh_token_works_once_and_is_repeated_for_a_while,
        sessions::a_signed_out_session_is_over,
        sessions::an_access_token_expires_and_says_so,
        sessions::an_email_has_one_account_whatever_its_case,
    ]
}

#[cfg(test)]
mod tests {
    use lume_core::time::Timestamp;

    use super::*;
    use crate::testing::{BackendOptions, MemoryBackend};

    struct Memory {
        backend: MemoryBackend,
        now: Timestamp,
    }

    impl Api for Memory {
        fn send(&mut self, request: &Request) -> Response {
            self.backend.handle(self.now, request)
        }

        fn pass_ms(&mut self, ms: i64) -> bool {
            self.now = self.now.plus_millis(ms);
            true
        }
    }

    #[test]
    fn the_backend_in_memory_keeps_the_contract() {
        let options = BackendOptions {
            api_key: "test-key".to_owned(),
            changes: true,
            ..BackendOptions::default()
        };
        let mut memory = Memory {
            backend: MemoryBackend::new(options),
            now: Timestamp::from_millis(1_750_000_000_000),
        };

        run(&mut memory);
        for scenario in feed_scenarios() {
            run_one(&mut memory, scenario);
        }
    }
}
