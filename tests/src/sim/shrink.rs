//! Makes a failing plan as small as it can be while it still fails.
//!
//! Leaves out steps, then the faults of those that remain. Does not know why a plan fails.

use super::plan::{Plan, Step};

/// The smallest plan that was found; `fails` says whether one still fails.
#[must_use]
pub fn shrink(plan: &Plan, fails: impl Fn(&Plan) -> bool) -> Plan {
    let mut smallest = plan.clone();
    let mut chunk = smallest.steps.len().div_ceil(2).max(1);
    loop {
        let before = smallest.steps.len();
        let mut at = 0;
        while at < smallest.steps.len() {
            let mut shorter = smallest.clone();
            shorter.steps.drain(at..(at + chunk).min(smallest.steps.len()));
            if fails(&shorter) {
                smallest = shorter;
            } else {
                at += chunk;
            }
        }
        if chunk == 1 && smallest.steps.len() == before {
            break;
        }
        chunk = (chunk / 2).max(1);
    }
    without_faults(smallest, fails)
}

fn without_faults(mut smallest: Plan, fails: impl Fn(&Plan) -> bool) -> Plan {
    for at in 0..smallest.steps.len() {
        let mut simpler = smallest.clone();
        if let Step::Sync { faults, .. } = &mut simpler.steps[at] {
            faults.clear();
        }
        if simpler != smallest && fails(&simpler) {
            smallest = simpler;
        }
    }
    smallest
}
