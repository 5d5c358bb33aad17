//! What it costs to fold the streams that somebody could make to stop a reader, whole and op by op, in CPU time.
//!
//! `cargo bench -p sync-core --bench shapes` prints the table of `docs/performance.md`. Does not assert any
//! figure: `tests/shapes.rs` does, with a wide margin.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "workload/shapes.rs"]
mod shapes;

use std::hint::black_box;

use rustix::time::{ClockId, clock_gettime};
use sync_core::referral::fold::{Folded, fold};
use sync_core::stream::{History, StreamOp};

const SIZES: [usize; 2] = [300, 3000];

fn main() {
    println!("| shape | entries | whole | op by op |");
    println!("| --- | --- | --- | --- |");
    for size in SIZES {
        for (name, ops) in shapes::all(size) {
            println!("| {name} | {size} | {:.1} ms | {:.1} ms |", whole(&ops), op_by_op(&ops));
        }
        let across = |step| timed(|| shapes::raised_across(shapes::closings_and_attendances(size), step));
        let (whole, by_op) = (across(size), across(1));
        println!("| closings × attendances across two streams | {size} | {whole:.1} ms | {by_op:.1} ms |");
    }
}

fn whole(ops: &[StreamOp]) -> f64 {
    let ops = ops.to_vec();
    timed(|| fold(&History::new(ops)).conflicts.len())
}

fn op_by_op(ops: &[StreamOp]) -> f64 {
    let ops = ops.to_vec();
    timed(|| {
        let mut folded = Folded::default();
        ops.into_iter().for_each(|op| folded.apply([op]));
        folded.state().conflicts.len()
    })
}

/// Milliseconds of CPU time.
fn timed(work: impl FnOnce() -> usize) -> f64 {
    let now = || {
        let now = clock_gettime(ClockId::ThreadCPUTime);
        now.tv_sec as f64 * 1e3 + now.tv_nsec as f64 / 1e6
    };
    let start = now();
    black_box(work());
    now() - start
}
