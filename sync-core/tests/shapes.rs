//! No valid stream stops a reader: whatever three hundred entries say of one thing, they are folded at once.
//!
//! The margin is wide, since nothing is optimised here; what it costs is in `docs/performance.md`. A fold whose cost
//! grows with the third power takes minutes.

#[path = "../benches/workload/shapes.rs"]
mod workload;

use rustix::time::{ClockId, clock_gettime};
use sync_core::referral::fold::{Folded, fold};
use sync_core::stream::History;

const ENTRIES: usize = 300;
const MOST_SECONDS: i64 = 5;

fn seconds() -> i64 {
    clock_gettime(ClockId::ThreadCPUTime).tv_sec
}

#[test]
fn three_hundred_entries_made_apart_about_one_thing_are_folded_at_once_and_one_by_one() {
    for (name, ops) in workload::all(ENTRIES) {
        let before = seconds();
        let whole = fold(&History::new(ops.clone()));
        let mut folded = Folded::default();
        ops.into_iter().for_each(|op| folded.apply([op]));
        let took = seconds() - before;
        assert!(took <= MOST_SECONDS, "{name}: {took} s of CPU time");
        assert_eq!(folded.state().digest(), whole.digest(), "{name}");
    }
}

#[test]
fn closings_and_attendances_across_two_streams_are_raised_at_once_and_one_by_one() {
    for (step, times) in [(ENTRIES, 1), (1, ENTRIES / 2)] {
        let before = seconds();
        let raised = workload::raised_across(workload::closings_and_attendances(ENTRIES), step);
        let took = seconds() - before;
        assert!(took <= MOST_SECONDS, "{took} s of CPU time");
        assert_eq!(raised, times);
    }
}
