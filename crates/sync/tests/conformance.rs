//! The stores' conformance suite on the store in memory.

use futures::executor::block_on;
use lume_sync::sealed::SealedStore;
use lume_sync::testing::TestRing;
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

/// The suite's own drafts and records begin with any byte, so the rows are told apart by what the ring made of them.
#[test]
fn the_whole_suite_runs_on_a_sealed_store_too() {
    block_on(conformance::run(async || {
        let ring = TestRing::default();
        ring.unlock("a key");
        let store = SealedStore::new(MemoryStore::default(), ring);
        store
            .begin_sealing("a key")
            .await
            .expect("nothing fails here");
        store
    }));
}

#[test]
fn a_case_that_does_not_exist_is_told() {
    assert!(!block_on(conformance::run_case(
        "no such case",
        &MemoryStore::default()
    )));
}
