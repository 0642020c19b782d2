//! What every store must do, as cases that run against any implementation.
//!
//! The same cases run natively on [`crate::MemoryStore`] and in a browser on `IndexedDB`. Each takes a store over a new,
//! empty database and panics where it does not do what the port says. [`run`] runs them all;
//! [`for_each_store_case!`](crate::for_each_store_case) hands their names to a macro of the caller, which can make a
//! test of each:
//!
//! ```
//! macro_rules! native_tests {
//!     ($($case:ident)*) => {$(
//!         fn $case() {
//!             let store = lume_sync::MemoryStore::default();
//!             futures::executor::block_on(lume_sync::conformance::cases::$case(&store));
//!         }
//!     )*};
//! }
//! lume_sync::for_each_store_case!(native_tests);
//! every_kind_of_row_comes_back_exactly();
//! ```
//!
//! What it deliberately does not do: force a failure from outside (a full disk, a closed connection); each store's own
//! tests know how.

#![expect(
    clippy::missing_panics_doc,
    reason = "every case panics where the store fails it"
)]

mod derived;
mod fixtures;
mod rows;
mod sequences;
mod sweeps;
mod timelines;
mod transactions;

use crate::store::Store;

/// The cases, one function each. All of them panic when the store does not do what the port says.
pub mod cases {
    pub use super::derived::*;
    pub use super::rows::*;
    pub use super::sequences::*;
    pub use super::sweeps::*;
    pub use super::timelines::*;
    pub use super::transactions::*;
}

/// Calls a macro with the names of all cases of [`cases`], separated by spaces.
#[macro_export]
macro_rules! for_each_store_case {
    ($with:ident) => {
        $with! {
            every_kind_of_row_comes_back_exactly
            an_event_comes_back_exactly_in_every_state
            a_claim_comes_back_with_its_very_bytes
            what_is_not_there_answers_nothing
            a_put_replaces_the_whole_row
            a_removal_takes_one_row_and_none_is_no_error
            records_and_drafts_are_apart
            drafts_and_records_hold_any_bytes
            history_is_one_entitys_newest_first
            history_drops_its_oldest_rows
            the_log_gives_its_newest_lines_oldest_first
            the_log_drops_its_oldest_lines
            events_get_growing_seqs_in_order_of_the_writes
            a_seq_is_never_used_again
            an_event_put_again_keeps_its_seq
            a_lane_is_one_entitys_events_in_order
            the_outbox_is_read_by_state_and_from_a_seq_on
            due_events_come_by_time_then_seq
            due_events_are_pending_ones_only
            a_clock_that_jumped_back_makes_events_due
            the_next_due_event_is_the_earliest_pending_one
            events_are_counted_by_state
            a_timeline_goes_back_from_the_newest
            a_timeline_pages_through_equal_times
            a_timeline_has_limits_and_bounds
            a_timeline_shows_the_deleted_or_the_others
            entities_are_read_in_order_of_id
            live_entities_are_counted
            an_event_id_taken_twice_writes_nothing_at_all
            two_new_events_of_one_id_write_nothing_at_all
            an_aborted_transaction_leaves_the_store_usable
            several_stores_are_written_together
            later_writes_of_a_transaction_win
            a_program_reads_as_often_as_it_wants
            answers_come_in_the_order_of_the_queries
            a_program_may_write_nothing
            what_one_transaction_wrote_the_next_one_reads
            relaxed_writes_are_read_back
            a_sweep_meets_every_row_of_a_store_once
            records_and_log_lines_are_not_swept
            derived_rows_come_newest_first_within_their_bounds
            derived_rows_are_removed_by_weeks_and_by_shelves
            the_ends_of_a_timeline_are_the_first_and_the_last_that_are_not_deleted
            a_timeline_comes_in_pages_of_any_size
        }
    };
}

macro_rules! names {
    ($($case:ident)*) => {
        /// The names of all cases.
        pub const NAMES: &[&str] = &[$(stringify!($case)),*];

        /// Runs one case by its name; false if there is none of this name.
        ///
        /// # Panics
        ///
        /// When the store does not do what the port says.
        pub async fn run_case<S: Store>(name: &str, store: &S) -> bool {
            match name {
                $(stringify!($case) => cases::$case(store).await,)*
                _ => return false,
            }
            true
        }
    };
}

for_each_store_case!(names);

/// Runs all cases, each on a store that `make` gives over a new and empty database.
///
/// # Panics
///
/// When the store does not do what the port says.
pub async fn run<S: Store, F: AsyncFn() -> S>(make: F) {
    for name in NAMES {
        let store = make().await;
        assert!(run_case(name, &store).await, "no case is called {name}");
    }
}
