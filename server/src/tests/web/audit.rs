//! Who opened which record: written before the page is shown, read by auditors, and chained.
//!
//! Does not test what a record's page shows.

use rusqlite::Connection;

use super::pages::{NUMBER, codes, planted};
use super::{Browser, Desk};
use crate::tests::Scheme;
use crate::verify;

const NONE: &str = "Nobody has opened a record.";

fn openings(auditor: &mut Browser<'_>, address: &str) -> String {
    auditor.get(address);
    assert_eq!(auditor.page.status, 200, "{}", auditor.page.words());
    auditor.page.words()
}

#[test]
fn an_auditor_reads_who_opened_which_record_and_what_for() {
    let mut scheme = Scheme::new();
    let (record, _) = planted(&mut scheme);
    let codes = codes(&scheme);
    let desk = Desk::over(scheme, None);
    let (mut auditor, _) = desk.set_up(&codes["auditor"], "auditor");
    let (mut officer, _) = desk.set_up(&codes["officer"], "officer");
    let (mut worker, _) = desk.set_up(&codes["worker"], "worker");
    for list in ["/", "/referrals"] {
        officer.get(list);
    }
    assert!(openings(&mut auditor, "/audit").contains(NONE), "a list is no opening");
    officer.get(&format!("/referrals/{}?from=list", record.id));
    worker.get(&format!("/referrals/{}?from=worklist", record.id));
    let other = "/referrals/00000000-0000-4000-8000-000000000000";
    assert_eq!(officer.get(other).page.status, 404);
    let words = openings(&mut auditor, "/audit");
    for said in ["chosen from the list of referrals", "something was due in it", "outreach worker"] {
        assert!(words.contains(said), "{said}: {words}");
    }
    assert_eq!(words.matches(&record.id.to_string()).count(), 2, "{words}");
    for planted in ["Roe", NUMBER, "Planted", "00000000"] {
        assert!(!words.contains(planted), "{words}");
    }
    let href = auditor.page.text.split("/audit?user=").nth(1).and_then(|rest| rest.split('"').next());
    let user = href.expect("a link to all that one person opened").to_owned();
    let theirs = openings(&mut auditor, &format!("/audit?user={user}"));
    assert_eq!(theirs.matches(&record.id.to_string()).count(), 1, "the newest is the worker's: {theirs}");
    let of_none = openings(&mut auditor, "/audit?record=00000000-0000-4000-8000-000000000000");
    assert!(of_none.contains(NONE), "{of_none}");
    for (role, code) in codes.iter().filter(|(role, _)| !matches!(**role, "auditor" | "officer" | "worker")) {
        let (mut browser, _) = desk.set_up(code, role);
        assert_eq!(browser.get("/audit").page.status, 403, "{role}");
    }
    assert_eq!(officer.get("/audit").page.status, 403);
}

#[test]
fn a_line_of_the_audit_that_was_changed_or_taken_out_is_found() {
    let mut scheme = Scheme::new();
    let (record, _) = planted(&mut scheme);
    let codes = codes(&scheme);
    let mut desk = Desk::over(scheme, None);
    let (mut officer, _) = desk.set_up(&codes["officer"], "officer");
    for from in ["list", "search", ""] {
        officer.get(&format!("/referrals/{}?from={from}", record.id));
    }
    drop(officer);
    drop(desk.stopped());
    let report = verify(desk.data.path()).expect("it is read");
    assert_eq!((report.openings, report.first_fault), (3, None));
    let store = Connection::open(desk.data.path().join("waymark.sqlite")).expect("it opens");
    let found = |change: &str| {
        store.execute_batch(&format!("SAVEPOINT one; {change}; RELEASE one")).expect("it is changed");
        verify(desk.data.path()).expect("it is read").first_fault
    };
    let fault = |line: u64| Some(format!("line {line} of the audit: its hash is another"));
    assert_eq!(found("UPDATE audit SET purpose = 'diary' WHERE number = 2"), fault(2));
    assert_eq!(found("UPDATE audit SET purpose = 'search' WHERE number = 2"), None, "as it was");
    assert_eq!(found("DELETE FROM audit WHERE number = 2"), fault(2));
}

#[test]
fn who_ends_no_phone_is_not_asked_whether_to() {
    let scheme = Scheme::new();
    let (codes, device) = (codes(&scheme), scheme.officer.device);
    let desk = Desk::over(scheme, None);
    for role in ["auditor", "officer", "supervisor", "lead"] {
        let (mut browser, _) = desk.set_up(&codes[role], role);
        assert!(!browser.get("/devices").page.text.contains("href=\"/devices/"), "{role}");
        browser.get(&format!("/devices/{device}"));
        assert_eq!(browser.page.status, 403, "{role}: {}", browser.page.words());
        assert!(!browser.page.text.contains("action=\"/devices"), "{role}");
    }
    let (mut admin, _) = desk.set_up(&codes["second admin"], "ruth");
    admin.get(&format!("/devices/{device}"));
    assert!(admin.page.hidden(&format!("/devices/{device}")).is_some(), "{}", admin.page.words());
}
