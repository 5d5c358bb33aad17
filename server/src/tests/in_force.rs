//! Verdicts by the pack that they were made from: in force, followed by another since, or never in force here.
//!
//! Does not test what a pack decides: `sync-core` does.

use serde_json::{Value, json};
use sync_core::ids::{Digest, OpId, Record};
use sync_core::policy::PolicyRef;
use sync_core::referral::act::{Choice, YesNo};
use sync_core::referral::engagement::Stage;
use sync_core::stamp::{Disposition, Why};
use uuid::Uuid;

use super::cross_stream::seen_by;
use super::phone::new_record;
use super::pipeline::{consent, encounter, police, shared, stamped, submitted};
use super::{NOW_MS, Scheme};
use crate::desk::{Command, Page, Query, Settlement};
use crate::store::Writes;
use crate::store::policy::{InForce, PolicyRow};
use crate::verify;

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
    assert_eq!(found, [Disposition::Quarantined(Why::Policy), Disposition::Quarantined(Why::StandsOn)]);
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

/// The open conflict about an entry that was kept aside.
fn about(scheme: &Scheme, op: OpId) -> Option<Value> {
    let list =
        scheme.service.query(scheme.admin.user, &Query::Conflicts(Page::default())).expect("it is shown");
    let open = list["conflicts"].as_array().cloned().expect("a list");
    open.into_iter().find(|open| open["about"] == op.to_string())
}

fn admit(scheme: &Scheme, op: OpId) {
    let asked = about(scheme, op).expect("it waits");
    let id = asked["conflict"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let shown = scheme.service.query(scheme.admin.user, &Query::Conflict(id)).expect("it is shown");
    let text = |field: &str| shown[field].as_str().expect("a text").to_owned();
    let (as_of, version) = (text("as_of"), text("version").parse().expect("a version"));
    let asked =
        Settlement { as_of, version, choice: Choice::Admit(op), reason: "agreed by telephone".to_owned() };
    let done = scheme.service.command(scheme.admin.user, Command::Settle(id, asked), NOW_MS + 2 * HOUR_MS);
    assert_eq!(done.expect("it is settled")["state"], "settled");
}

#[test]
fn who_admits_a_verdict_admits_the_referral_that_stands_on_it() {
    let mut scheme = Scheme::new();
    let (record, _) = decided_by(&mut scheme, OTHER);
    let of = |kind: &str| {
        let mut log = scheme.officer.log.iter();
        log.find(|op| op.header.kind.as_str() == kind).map(|op| op.header.id).expect("it was recorded")
    };
    let [verdict, submission] = ["eligibility.assessed", "referral.submitted"].map(of);
    assert!(about(&scheme, verdict).is_some() && about(&scheme, submission).is_some());
    admit(&scheme, verdict);
    assert_eq!((about(&scheme, verdict), about(&scheme, submission)), (None, None), "one decision");
    let (seen, _) = seen_by(&mut scheme.lead, &scheme.service, record);
    assert_eq!(seen.engagement.stage, Stage::Submitted, "the service is sent it");
    assert_eq!(verify(scheme.data.path()).map(|report| report.first_fault), Ok(None));
}

#[test]
fn what_stands_on_two_entries_is_not_admitted_with_one_of_them() {
    let mut scheme = Scheme::new();
    let (record, _) = decided_by(&mut scheme, OTHER);
    let (police, from) = (police(&scheme, record), scheme.officer.log.len() as u64 + 1);
    let policy = json!({"id": OTHER, "version": 1});
    let body = json!({"verdict": "eligible", "policy": policy, "inputs": Digest::default()}).to_string();
    let other = scheme.officer.record_raw(police, &[], &[], "eligibility.assessed", &body);
    scheme.officer.push_at(&scheme.service, from, NOW_MS + HOUR_MS).expect("it is stored");
    let of = |kind: &str| {
        let mut log = scheme.officer.log.iter();
        log.find(|op| op.header.kind.as_str() == kind).map(|op| op.header.id).expect("it was recorded")
    };
    let [verdict, submission] = ["eligibility.assessed", "referral.submitted"].map(of);
    admit(&scheme, verdict);
    assert!(about(&scheme, other).is_some() && about(&scheme, submission).is_some(), "each waits");
}
