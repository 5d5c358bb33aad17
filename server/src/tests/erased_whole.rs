//! A long record is erased in slices of one write job each.
//!
//! Does not test who may erase, nor when it is due: see `web::held`.

use serde_json::Value;
use sync_core::access::Role;
use sync_core::ids::Record;

use super::persons::{DAY_MS, refer, told};
use super::phone::try_code;
use super::pipeline::shared;
use super::{NOW_MS, Scheme};
use crate::desk::{AuditWanted, Command, Query, Refused};

const SEVEN_MS: u64 = NOW_MS + 7 * 366 * DAY_MS;
/// The worries that are noted on the record.
const MANY: u64 = 150;

/// A referral with many entries that say something.
fn long(scheme: &mut Scheme) -> Record {
    let told = told(scheme);
    let (record, first) = refer(&scheme.service, &mut scheme.officer, &told);
    let stream = shared(scheme, record);
    for _ in 0..MANY {
        let worry = r#"{"codes":["homelessness"]}"#;
        scheme.officer.record_raw(stream, &[], &[], "safeguarding.raised", worry);
    }
    scheme.officer.push(&scheme.service, first.seq + 1).expect("they are accepted");
    record
}

/// How many entries of it are due.
fn entries(scheme: &Scheme, record: Record) -> Option<Value> {
    let list = scheme.service.query(scheme.admin.user, &Query::Retention(SEVEN_MS)).expect("a list");
    let due = list["due"].as_array()?.iter().find(|due| due["record"] == record.id.to_string())?;
    Some(due["entries"].clone())
}

#[test]
fn a_long_record_is_erased_in_slices_and_whoever_asks_again_goes_on_where_it_ended() {
    let mut scheme = Scheme::new();
    let record = long(&mut scheme);
    let auditor = scheme.takes_in("Amin", Role::Auditor, scheme.officer.enrolled.force);
    let auditor =
        try_code(&scheme.service, auditor["code"].as_str().expect("a code"), NOW_MS).expect("it counts").user;
    let noted = |scheme: &Scheme| {
        let audit = scheme.service.query(auditor, &Query::Audit(AuditWanted::default())).expect("the audit");
        audit.to_string().matches("erased_whole").count()
    };
    let (admin, erase) = (scheme.admin.user, Command::EraseRecord(record.id));
    let all = entries(&scheme, record).and_then(|all| all.as_u64()).expect("it is due");
    assert!(all > MANY);
    // One write job does not do it, and gives no certificate.
    let first = scheme.service.one_job(admin, erase.clone(), SEVEN_MS).expect("a slice is erased");
    assert_eq!((first["goes_on"].clone(), first["count"].clone()), (true.into(), Value::Null), "{first}");
    assert_eq!((entries(&scheme, record), noted(&scheme)), (Some((all - 64).into()), 0));
    let half = scheme.service.query(admin, &Query::Certificate(record.id)).expect("what was erased");
    assert_eq!((half["count"].clone(), half["left"].clone()), (64.into(), (all - 64).into()));
    // Somebody else writes in between.
    let other = told(&scheme);
    refer(&scheme.service, &mut scheme.other_officer, &other);
    let whole = scheme.service.command(admin, erase.clone(), SEVEN_MS).expect("the rest is erased");
    assert_eq!((whole["count"].clone(), whole["left"].clone()), (all.into(), 0.into()), "{whole}");
    assert_eq!((entries(&scheme, record), noted(&scheme)), (None, 1));
    assert_eq!(scheme.service.command(admin, erase, SEVEN_MS), Err(Refused::NotFound), "nothing is left");
}
