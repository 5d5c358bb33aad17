//! How long a report over many referrals takes.
//!
//! Does not check it: see `tests/tests/results.rs`.

use std::time::Instant;

use super::{Report, Size, rows};
use crate::{run, waymark};

/// The whole command, from its start to its last line, on a store that nobody serves.
pub(super) fn report(size: Size, report: &mut Report) {
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().join("data");
    run(waymark().args(["init", "--force", "Thames Valley Police"]).arg("--data").arg(&data));
    rows::keep(&data.join("waymark.sqlite"), size.reported);
    let begun = Instant::now();
    run(waymark().args(["report", "--as", "First admin", "--data"]).arg(&data));
    report.add(
        format!("report over {} referrals, s", size.reported),
        begun.elapsed().as_secs_f64(),
        Some(5.0),
    );
}
