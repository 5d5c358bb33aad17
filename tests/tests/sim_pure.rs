//! The pure simulation: many seeds against the real pipeline, and proof that the simulator can fail.
//!
//! `WAYMARK_SIM_SEEDS` says how many seeds, `WAYMARK_SIM_FROM` which is the first. Does not touch a disk.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use tests::sim::{Bug, Counts, Plan, run, shrink};

/// A third of a run is taking and giving back memory.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How many seeds the suite runs.
const SEEDS: u64 = 4_000;
/// How many `make soak` runs.
const SOAK: u64 = 20_000;
/// How many failures are shrunk and shown.
const MAX_FAILED: usize = 8;

/// What occurs too seldom for the suite's seeds, and must in those of `make soak`.
const RARELY: &[&str] = &[];

/// What must really occur in the suite's seeds, or the simulator proves nothing about it.
const SOMETIMES: &[&str] = &[
    "act/appointment.confirmed",
    "act/appointment.declined",
    "act/body.erased",
    "act/crime.recorded",
    "act/credits.carried",
    "act/person.linked",
    "act/person.split",
    "act/provider.deactivated",
    "act/referral.rerouted",
    "act/transfer.accepted",
    "conflict/crossed/cancelled_accepted",
    "conflict/crossed/cancelled_engaged",
    "conflict/crossed/closed_attended",
    "conflict/crossed/closed_reached",
    "conflict/crossed/closed_transferred",
    "conflict/duplicate/crime_reference",
    "conflict/duplicate/same_encounter",
    "conflict/identity",
    "conflict/log_fork",
    "conflict/field/appointment",
    "conflict/field/attendance",
    "conflict/field/consent",
    "conflict/field/disposal",
    "conflict/field/provider",
    "conflict/field/struck",
    "conflict/field/subject",
    "conflict/field/tie",
    "conflict/field/transfer",
    "conflict/passed_up",
    "conflict/quarantined",
    "conflict/settled_twice",
    "conflict/settled_twice/tie",
    "act/conflict.settled",
    "act/entry.struck",
    "act/progress.reported",
    "act/visit.foreseen",
    "answer/re_enrol",
    "cheat/backdated",
    "cheat/dep_on_itself",
    "cheat/dep_on_the_future",
    "cheat/foreign_stream",
    "cheat/fork",
    "cheat/no_shape",
    "cheat/not_allowed",
    "cheat/recovered_from_another",
    "cheat/server_kind",
    "cheat/unknown_dep",
    "cheat/unsorted_deps",
    "fault/clock",
    "fault/clone",
    "fault/delay",
    "fault/duplicate",
    "fault/lose_request",
    "fault/lose_response",
    "fault/partition_of_days",
    "fault/phone_crash_before_apply",
    "fault/phone_crash_before_send",
    "fault/phone_crash_in_a_command",
    "fault/phone_disk_full",
    "fault/phone_disk_full_in_a_command",
    "fault/rollback",
    "fault/server_crash",
    "fault/server_disk_full",
    "fault/truncate_request",
    "fault/truncate_response",
    "erased/other",
    "erased/own",
    "erased/server",
    "mark/after_withdrawal",
    "mark/before_acceptance",
    "mark/clock_suspect",
    "stamp/clock_suspect",
    "enrolled_again",
    "enrolled_again/nothing",
    "epoch/pushed_again",
    "epoch/renewed",
    "fault/server_restored",
    "fault/server_rolled_back",
    "late/counted",
    "late/refused",
    "met/circle_of_links",
    "met/concern_beside_an_acknowledged_one",
    "met/linked_and_split",
    "met/one_number_on_two",
    "met/session_credited_twice",
    "met/session_of_two_lengths",
    "met/split_within_one_person",
    "met/two_drugs_in_one_item",
    "not_allowed/not_allowed",
    "pending/waited",
    "refusal/counter_old",
    "refusal/epoch_other",
    "refusal/fault",
    "refusal/gap",
    "refusal/malformed",
    "refusal/prev_needed",
    "revoked/Left",
    "revoked/Stolen",
    "server/broke",
    "server/lost_ops",
    "server/roll_back_noticed",
    "stamp/quarantined/NotAssigned",
    "stamp/quarantined/Recovered",
    "stamp/quarantined/RightEnded",
    "stamp/quarantined/Role",
    "stamp/refused/Shape",
    "stamp/refused/Stream",
];

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// Shrinks a plan that fails and says everything that is needed to repeat it.
fn report(plan: &Plan) -> String {
    let small = shrink(plan, |smaller| run(smaller).is_err());
    let Err(failed) = run(&small) else {
        return format!("seed {} fails only sometimes\n{}", plan.seed, small.to_json());
    };
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
                Err(failure) => {
                    eprintln!("seed {} fails at step {}: {}", plan.seed, failure.step, failure.what);
                    failed.push(plan);
                }
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
    let acts = counts.0.iter().filter(|(what, _)| what.starts_with("act/"));
    println!("{} ops a seed", acts.map(|(_, times)| times).sum::<u64>() / count.max(1));
    let missing = |list: &[&'static str]| -> Vec<&str> {
        list.iter().copied().filter(|what| counts.of(what) == 0).collect()
    };
    let (never, not_rarely) = (missing(SOMETIMES), missing(RARELY));
    assert!(count < SEEDS || never.is_empty(), "it never happened: {never:?}");
    assert!(count < SOAK || not_rarely.is_empty(), "it never happened: {not_rarely:?}");
}

#[test]
fn the_same_seed_gives_the_same_trace() {
    for seed in 1..=50 {
        let plan = Plan::of(seed);
        assert_eq!(run(&plan), run(&plan), "seed {seed}");
    }
}

/// Looks for a seed on which a planted bug breaks a promise, and says which.
fn found(bug: Bug) -> String {
    let planted = |seed| Plan { bug, ..Plan::of(seed) };
    let failing = (1..=200).map(planted).find(|plan| run(plan).is_err());
    let failing = failing.unwrap_or_else(|| panic!("{bug:?} was not found in 200 seeds"));
    let small = shrink(&failing, |smaller| run(smaller).is_err());
    assert!(small.steps.len() <= 12, "{bug:?} shrinks to {} steps", small.steps.len());
    run(&small).expect_err("a shrunk plan still fails").what
}

#[test]
fn a_phone_that_drops_what_is_not_acknowledged_is_caught() {
    let what = found(Bug::PhoneDropsUnacknowledged);
    assert!(what.contains("was called saved and is lost"), "{what}");
}

#[test]
fn a_server_that_acknowledges_before_it_stores_is_caught() {
    let what = found(Bug::AcknowledgedBeforeStored);
    assert!(what.contains("is acknowledged and not stored"), "{what}");
}

#[test]
fn a_fold_that_depends_on_arrival_is_caught() {
    let what = found(Bug::FoldByArrival);
    assert!(what.contains("differently") || what.contains("otherwise"), "{what}");
}

#[test]
fn a_cursor_that_moves_before_its_data_is_caught() {
    let what = found(Bug::CursorBeforeData);
    assert!(what.contains("otherwise than the server"), "{what}");
}

#[test]
fn a_phone_that_rewrites_its_past_is_caught() {
    let what = found(Bug::RewritesHistory);
    assert!(what.contains("ReEnrol"), "{what}");
}

#[test]
fn a_server_that_feeds_everything_is_caught() {
    let what = found(Bug::FeedsEverything);
    assert!(what.contains(" holds "), "{what}");
}
