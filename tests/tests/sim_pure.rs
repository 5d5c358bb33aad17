//! The pure simulation: many seeds against the real pipeline, and proof that the simulator can fail.
//!
//! `WAYMARK_SIM_SEEDS` says how many seeds, `WAYMARK_SIM_FROM` which is the first. Does not touch a disk.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use tests::sim::{Counts, Plan, run, shrink};

/// How many seeds the suite runs.
const SEEDS: u64 = 2_000;
/// How many failures are shrunk and shown.
const MAX_FAILED: usize = 8;

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// Shrinks a plan that fails and says everything that is needed to repeat it.
fn report(plan: &Plan) -> String {
    let small = shrink(plan, |smaller| run(smaller).is_err());
    let failed = run(&small).expect_err("a shrunk plan still fails");
    format!("seed {}, step {}: {}\n{}", plan.seed, failed.step, failed.what, small.to_json())
}

#[test]
fn plans_that_once_failed_pass() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/sim");
    for file in std::fs::read_dir(fixtures).expect("the fixtures are there") {
        let text = std::fs::read_to_string(file.expect("a file").path()).expect("a fixture is a text");
        let plan: Plan = serde_json::from_str(&text).expect("a fixture is a plan");
        assert!(run(&plan).is_ok(), "{}", report(&plan));
    }
}

#[test]
fn every_promise_holds_on_every_seed() {
    let (first, count) = (number("WAYMARK_SIM_FROM", 1), number("WAYMARK_SIM_SEEDS", SEEDS));
    let next = AtomicU64::new(first);
    let work = || {
        let (mut counts, mut failed) = (Counts::default(), Vec::new());
        loop {
            let plan = Plan::of(next.fetch_add(1, Ordering::Relaxed));
            if plan.seed >= first + count || failed.len() > MAX_FAILED {
                return (counts, failed);
            }
            match run(&plan) {
                Ok(outcome) => counts.merge(&outcome.counts),
                Err(_) => failed.push(plan),
            }
        }
    };
    let (mut counts, mut failed) = (Counts::default(), Vec::new());
    std::thread::scope(|threads| {
        for thread in [threads.spawn(work), threads.spawn(work)] {
            let (some, plans) = thread.join().expect("a run ends with an outcome, not a panic");
            counts.merge(&some);
            failed.extend(plans);
        }
    });
    failed.sort_by_key(|plan| plan.seed);
    let failed: Vec<String> = failed.iter().take(MAX_FAILED).map(report).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
    for (what, times) in &counts.0 {
        println!("{times:>9} {what}");
    }
}

#[test]
fn the_same_seed_gives_the_same_trace() {
    for seed in 1..=20 {
        let plan = Plan::of(seed);
        assert_eq!(run(&plan), run(&plan), "seed {seed}");
    }
}
