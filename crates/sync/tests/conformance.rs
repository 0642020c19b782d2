//! The stores' conformance suite on the store in memory.

use futures::executor::block_on;
use lume_sync::{MemoryStore, conformance};

macro_rules! native_tests {
    ($($case:ident)*) => {$(
        #[test]
        fn $case() {
            block_on(conformance::cases::$case(&MemoryStore::default()));
        }
    )*};
}

lume_sync::for_each_store_case!(native_tests);

#[test]
fn the_whole_suite_runs_in_one_go() {
    block_on(conformance::run(async || MemoryStore::default()));
}

#[test]
fn a_case_that_does_not_exist_is_told() {
    assert!(!block_on(conformance::run_case(
        "no such case",
        &MemoryStore::default()
    )));
}
