//! Verdicts by the pack that they were made from: in force, followed by another since, or never in force here.
//!
//! Does not test what a pack decides: `sync-core` does.

use serde_json::json;
use sync_core::ids::{Digest, Record};
use sync_core::policy::PolicyRef;
use sync_core::referral::act::YesNo;
use sync_core::stamp::{Disposition, Why};
use uuid::Uuid;

use super::across::seen_by;
use super::phone::new_record;
use super::pipeline::{consent, encounter, police, shared, stamped, submitted};
use super::{NOW_MS, Scheme};
use crate::store::Writes;
use crate::store::policy::{InForce, PolicyRow};

const HOUR_MS: u64 = 3_600_000;
const OTHER: &str = "divert-west-midlands";

/// Puts another pack in force, as two admins do.
fn put_in_force(scheme: &Scheme, from_ms: u64) {
    let policy = PolicyRef { id: OTHER.to_owned(), version: 1 };
    let in_force = Some(InForce { from_ms, confirmed_by: None });
    let row = PolicyRow { in_force, ..PolicyRow::first(Uuid::from_u128(7), policy, from_ms) };
    let done = scheme.service.service.store.write_now(move |tx: &dyn Writes| tx.add_policy(&row));
    done.expect("the store takes it");
}

/// An encounter that was decided by a pack and referred, received by the server an hour later; what became of the
/// verdict and of the submission.
fn decided_by(scheme: &mut Scheme, pack: &str) -> (Record, [Disposition; 2]) {
    let record = new_record();
    let (police, shared) = (police(scheme, record), shared(scheme, record));
    let policy = json!({"id": pack, "version": 1});
    let body = json!({"verdict": "eligible", "policy": policy, "inputs": Digest::default()});
    let from = scheme.officer.record(police, &[], &encounter()).seq;
    let verdict = scheme.officer.record_raw(police, &[], &[], "eligibility.assessed", &body.to_string());
    scheme.officer.record_raw(police, &[], &[], "offer.answered", r#"{"answer":"yes"}"#);
    scheme.officer.record(shared, &[], &consent(YesNo::Yes));
    let act = submitted(scheme, YesNo::No);
    let submission = scheme.officer.record(shared, &[], &act);
    let answer = scheme.officer.push_at(&scheme.service, from, NOW_MS + HOUR_MS).expect("it is stored");
    let all = stamped(&answer);
    let of = |seq| all.iter().find(|(of, _)| *of == seq).map(|(_, disposition)| *disposition);
    (record, [verdict, submission].map(|op| of(op.seq).expect("it is stamped")))
}

#[test]
fn a_verdict_under_a_pack_that_was_never_in_force_is_kept_aside_and_the_referral_waits_with_it() {
    let mut scheme = Scheme::new();
    let (record, found) = decided_by(&mut scheme, OTHER);
    assert_eq!(found, [Disposition::Quarantined(Why::Policy), Disposition::Quarantined(Why::State)]);
    let (seen, _) = seen_by(&mut scheme.officer, &scheme.service, record);
    assert_eq!(seen.owners, [scheme.officer.user], "what happened counts, and nothing is refused");
}

#[test]
fn a_verdict_under_a_pack_that_another_has_followed_since_counts() {
    let mut scheme = Scheme::new();
    put_in_force(&scheme, NOW_MS + HOUR_MS / 2);
    let counts = [Disposition::Accepted; 2];
    assert_eq!(decided_by(&mut scheme, "thames-valley-2018").1, counts, "the phone had not heard of it");
    assert_eq!(decided_by(&mut scheme, OTHER).1, counts);
}

#[test]
fn a_pack_that_came_into_force_after_a_verdict_was_received_does_not_carry_it() {
    let mut scheme = Scheme::new();
    put_in_force(&scheme, NOW_MS + 2 * HOUR_MS);
    assert_eq!(decided_by(&mut scheme, OTHER).1[0], Disposition::Quarantined(Why::Policy));
}
