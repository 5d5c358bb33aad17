//! What a controller holds on a person and gives out, and what is due for review, kept longer or erased.
//!
//! Does not test what an erasure does to phones.

use std::fs;
use std::path::Path;

use chrono::NaiveDate;
use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::ids::UserId;
use sync_core::persons::Tie;
use uuid::Uuid;

use super::Desk;
use super::pages::{NUMBER, codes, planted};
use crate::desk::{AuditWanted, Command, KeepLonger, KeepReason, Query, Refused};
use crate::tests::live::Live;
use crate::tests::phone::try_code;
use crate::tests::{NOW_MS, Scheme};
use crate::verify;

const YEAR_MS: u64 = 366 * 86_400_000;
const PLANTED: [&str; 4] = ["PlantedPolice", "PlantedOutreach", "PlantedCare", NUMBER];

fn ask(scheme: &Scheme, user: UserId, query: &Query) -> Result<String, Refused> {
    scheme.service.query(user, query).map(|answer| answer.to_string())
}

/// Which of the planted words an answer holds.
fn found(text: &str) -> Vec<&'static str> {
    PLANTED.into_iter().filter(|word| text.contains(word)).collect()
}

#[test]
fn each_controller_gets_its_own_part_of_what_is_held_and_nobody_else_gets_any() {
    let mut scheme = Scheme::new();
    let (record, _) = planted(&mut scheme);
    let held = |scheme: &Scheme, user| ask(scheme, user, &Query::SubjectAccess(record.id, NOW_MS));
    let force = held(&scheme, scheme.admin.user).expect("the force's part");
    assert_eq!(found(&force), ["PlantedPolice", NUMBER]);
    let service = held(&scheme, scheme.lead.user).expect("the service's part");
    assert_eq!(found(&service), ["PlantedOutreach", "PlantedCare", NUMBER]);
    for user in [scheme.officer.user, scheme.worker.user] {
        assert_eq!(held(&scheme, user), Err(Refused::NotYours));
    }
    assert_eq!(held(&scheme, scheme.other_lead.user), Err(Refused::NotFound));
    let nobody = Query::SubjectAccess(Uuid::nil(), NOW_MS);
    assert_eq!(ask(&scheme, scheme.other_lead.user, &nobody), Err(Refused::NotFound));
    for named in ["Officer, ", "\"Worker\"", "\"Lead\""] {
        assert!(!force.contains(named) && !service.contains(named), "no reader is named: {named}");
    }
}

#[test]
fn the_force_gives_out_every_record_that_links_join_and_the_links_and_a_service_only_the_one() {
    let mut scheme = Scheme::new();
    let (one, _) = planted(&mut scheme);
    let (other, _) = planted(&mut scheme);
    let shown = |id| scheme.service.query(scheme.admin.user, &Query::Person(id)).expect("it is shown");
    let (page, subject) = (shown(one.id), shown(other.id)["subject"]["subject"].clone());
    let tied = json!({"one": page["subject"]["subject"], "other": subject, "as_of": page["as_of"]});
    let tied = serde_json::from_value(tied).expect("two subjects");
    let link = Command::TiePersons(Tie::Linked, tied);
    scheme.service.command(scheme.admin.user, link, NOW_MS + 120_000).expect("they are linked");
    let held = |user| ask(&scheme, user, &Query::SubjectAccess(one.id, NOW_MS)).expect("what is held");
    let (force, service) = (held(scheme.admin.user), held(scheme.lead.user));
    let other = other.id.to_string();
    assert!(force.contains(&format!("\"record\":\"{other}\"")), "{force}");
    assert!(force.contains("\"kind\":\"person.linked\""), "{force}");
    assert!(!service.contains(&other) && !service.contains("person.linked"), "{service}");
}

#[test]
fn a_lead_looks_through_what_is_held_and_gives_it_out_without_what_is_left_out() {
    let mut scheme = Scheme::new();
    let (record, _) = planted(&mut scheme);
    let codes = codes(&scheme);
    let desk = Desk::over(scheme, None);
    let (mut lead, _) = desk.set_up(&codes["lead"], "lead");
    lead.get(&format!("/referrals/{}?from=list", record.id));
    lead.get("/subject-access").submit("/subject-access", &[("reference", "TVP-0000-0000-0")]);
    assert_eq!(lead.page.status, 422, "{}", lead.page.words());
    lead.submit("/subject-access", &[("reference", "tvp 7kq2 m4xd 9")]);
    assert_eq!(lead.page.status, 200, "{}", lead.page.words());
    assert_eq!(found(&lead.page.text), ["PlantedOutreach", "PlantedCare", NUMBER]);
    let before = lead.page.text.split("PlantedCare").nth(1).expect("the note");
    let field = super::between(before, "<select id=\"", "\"").expect("whether it is given out");
    lead.submit("/subject-access/file", &[(&field, "third_party"), ("to", "person")]);
    assert_eq!(lead.page.status, 200, "{}", lead.page.words());
    assert!(lead.page.head.contains("attachment"), "{}", lead.page.head);
    assert_eq!(found(&lead.page.text), ["PlantedOutreach", NUMBER], "the note is left out");
    for said in [
        "Entries left out, since it is about somebody else, too: 1.",
        "chosen from the list of referrals",
        "lead, Provider",
    ] {
        assert!(lead.page.text.contains(said), "{said}: {}", lead.page.words());
    }
    let (mut auditor, _) = desk.set_up(&codes["auditor"], "auditor");
    let words = auditor.get("/audit").page.words();
    for said in ["given out: to its person", "its person asked what is held"] {
        assert!(words.contains(said), "{said}: {words}");
    }
    assert_eq!(found(&words), [""; 0]);
    for role in ["officer", "worker", "supervisor"] {
        let (mut browser, _) = desk.set_up(&codes[role], role);
        for path in ["/subject-access", "/retention", &format!("/retention/{}", record.id)] {
            assert_eq!(browser.get(path).page.status, 403, "{role} {path}");
        }
    }
}

fn erase(scheme: &Scheme, user: UserId, record: Uuid, now_ms: u64) -> Result<Value, Refused> {
    scheme.service.command(user, Command::EraseRecord(record), now_ms)
}

fn due(scheme: &Scheme, user: UserId, now_ms: u64) -> usize {
    let list = scheme.service.query(user, &Query::Retention(now_ms)).expect("a list");
    list["due"].as_array().map_or(0, Vec::len)
}

/// Which of the planted words the files of a folder hold.
fn in_files(folder: &Path) -> Vec<&'static str> {
    let files = fs::read_dir(folder).expect("the directory is read").filter_map(Result::ok);
    let bytes: Vec<Vec<u8>> = files.filter_map(|file| fs::read(file.path()).ok()).collect();
    let holds = |word: &&str| {
        bytes.iter().any(|bytes| bytes.windows(word.len()).any(|window| window == word.as_bytes()))
    };
    PLANTED.into_iter().filter(holds).collect()
}

#[test]
fn what_is_due_is_erased_by_each_controller_with_a_certificate_and_is_found_nowhere_afterwards() {
    let mut scheme = Scheme::new();
    let (record, _) = planted(&mut scheme);
    let (admin, lead, id) = (scheme.admin.user, scheme.lead.user, record.id);
    let auditor = scheme.takes_in("Amin", Role::Auditor, scheme.officer.enrolled.force);
    let auditor =
        try_code(&scheme.service, auditor["code"].as_str().expect("a code"), NOW_MS).expect("it counts");
    let search = Query::Find("Roe".to_owned());
    assert!(
        ask(&scheme, lead, &search).expect("a list").contains("\"Roe\""),
        "the search finds what is there"
    );
    assert_eq!((due(&scheme, admin, NOW_MS), due(&scheme, lead, NOW_MS)), (0, 0));
    let not_due = erase(&scheme, admin, id, NOW_MS + YEAR_MS);
    assert_eq!(not_due, Err(Refused::NotAllowed("it is not due for review yet")));
    assert_eq!(in_files(scheme.data.path()), PLANTED);

    let seven = NOW_MS + 7 * YEAR_MS;
    assert_eq!((due(&scheme, admin, seven), due(&scheme, lead, seven)), (1, 0), "the force looks earlier");
    let first = erase(&scheme, admin, id, seven).expect("it is erased");
    assert!(first["count"].as_u64() > Some(0) && first["left"] == 0, "{first}");
    assert_eq!(
        in_files(scheme.data.path()),
        PLANTED[1..],
        "the service still knows whom its notes are about"
    );
    assert_eq!(due(&scheme, admin, seven), 0);

    let nine = NOW_MS + 9 * YEAR_MS;
    assert_eq!(erase(&scheme, scheme.worker.user, id, nine), Err(Refused::NotYours));
    assert_eq!(erase(&scheme, scheme.other_lead.user, id, nine), Err(Refused::NotFound));
    assert_eq!(due(&scheme, lead, nine), 1);
    erase(&scheme, lead, id, nine).expect("it is erased");
    assert_eq!(due(&scheme, admin, nine), 1, "what both shared is due now");
    let last = erase(&scheme, admin, id, nine).expect("it is erased");
    assert!(last["count"].as_u64() > first["count"].as_u64(), "one certificate for the whole part");
    let told = scheme.service.query(admin, &Query::Certificate(id)).expect("it is said again");
    assert_eq!(told, last);
    assert_eq!((due(&scheme, admin, nine), due(&scheme, lead, nine)), (0, 0));
    assert_eq!(erase(&scheme, admin, id, nine), Err(Refused::NotFound), "nothing is left");

    assert_eq!(in_files(scheme.data.path()), [""; 0], "neither the file nor its log holds it");
    for user in [admin, lead] {
        let export = ask(&scheme, user, &Query::SubjectAccess(id, nine)).expect("what is left");
        assert!(found(&export).is_empty() && !export.contains("\"Roe\""), "{export}");
        let page = ask(&scheme, user, &search).expect("a list");
        assert!(!page.contains("\"Roe\""), "{page}");
    }
    let audit = ask(&scheme, auditor.user, &Query::Audit(AuditWanted::default())).expect("the audit");
    assert!(audit.contains("erased_whole") && found(&audit).is_empty(), "{audit}");
    let report = verify(scheme.data.path()).expect("it is read");
    assert_eq!(report.first_fault, None);
}

#[test]
fn what_somebody_keeps_longer_is_not_erased_before_that_day() {
    let mut scheme = Scheme::new();
    let (record, _) = planted(&mut scheme);
    let (admin, seven) = (scheme.admin.user, NOW_MS + 7 * YEAR_MS);
    let day = |year| NaiveDate::from_ymd_opt(year, 6, 1).expect("a day");
    let keep = |user, until| {
        let asked = KeepLonger { until, reason: KeepReason::Complaint };
        scheme.service.command(user, Command::KeepLonger(record.id, asked), seven)
    };
    assert_eq!(keep(admin, day(2020)), Err(Refused::Field("until")), "a day that is over");
    assert_eq!(keep(admin, day(2099)), Err(Refused::Field("until")), "not for ever");
    assert_eq!(keep(scheme.other_lead.user, day(2036)), Err(Refused::NotFound));
    assert_eq!(keep(scheme.officer.user, day(2036)), Err(Refused::NotYours));
    keep(admin, day(2036)).expect("it is kept");
    let shorter = keep(scheme.second_admin.user, day(2035));
    assert!(
        matches!(shorter, Err(Refused::NotAllowed(_))),
        "nobody takes a decision back alone: {shorter:?}"
    );
    assert_eq!(due(&scheme, admin, seven), 0);
    let refused = erase(&scheme, admin, record.id, seven);
    assert_eq!(refused, Err(Refused::NotAllowed("somebody decided to keep it longer")));
    assert_eq!(due(&scheme, admin, NOW_MS + 12 * YEAR_MS), 1, "it is due again");
}

#[test]
fn an_admin_erases_on_a_page_and_reads_the_certificate() {
    let mut scheme = Scheme::new();
    let (record, _) = planted(&mut scheme);
    let codes = codes(&scheme);
    let desk = Desk::over(scheme, None);
    let (mut admin, account) = desk.set_up(&codes["admin"], "admin");
    assert!(admin.get("/retention").page.words().contains("Nothing is due for review"));
    desk.later(7 * YEAR_MS);
    let code = account.code(&desk);
    admin.sign_in(&account, super::PASSWORD, &code);
    admin.get("/retention");
    let path = format!("/retention/{}", record.id);
    assert!(admin.page.text.contains(&path), "{}", admin.page.words());
    let (keep, erase) = (format!("{path}/keep"), format!("{path}/erase"));
    admin.get(&path).submit(&keep, &[("until", "soon"), ("reason", "complaint")]);
    assert_eq!(admin.page.status, 422, "{}", admin.page.words());
    admin.get(&path).submit(&erase, &[("sure", "yes")]);
    assert_eq!(admin.page.status, 422, "{}", admin.page.words());
    admin.submit(&erase, &[("sure", "ERASE")]);
    assert_eq!(admin.page.location, format!("{path}/certificate"), "{}", admin.page.words());
    let words = admin.get(&format!("{path}/certificate")).page.words();
    for said in ["Certificate of erasure", "Force: ", "on phones, until their next synchronisation"] {
        assert!(words.contains(said), "{said}: {words}");
    }
}

#[test]
fn a_list_that_a_program_reads_is_one_line_and_a_page_with_its_entries_is_one_opening() {
    let mut scheme = Scheme::new();
    let (record, _) = planted(&mut scheme);
    let live = Live::over(scheme);
    for path in ["/v1/referrals", "/v1/worklist", "/v1/conflicts"] {
        assert_eq!(live.get(&live.lead, path).status, 200, "{path}");
    }
    let reply = live.get(&live.lead, &format!("/v1/referrals/{}?with=entries", record.id));
    assert!(reply.body["entries"].as_array().is_some_and(|entries| !entries.is_empty()), "{}", reply.text);
    assert_eq!(live.get(&live.lead, "/v1/referrals/TVP?with=x").status, 400);
    let named = live.get(&live.lead, "/v1/references/TVP-7KQ2-M4XD-9");
    assert_eq!(named.body["record"], record.id.to_string());
    let refused = live.get(&live.admin, "/v1/audit");
    assert_eq!((refused.status, refused.code()), (403, "not_yours"));
    assert!(refused.text.contains("--role auditor"), "{}", refused.text);
    let file = live.data.path().join("waymark.sqlite");
    let lines =
        crate::store::sqlite::inspect_file(&file, |read| read.audit_after(0, 99)).expect("it is read");
    let lines = lines.iter().filter(|line| line.phone.is_none());
    let lines: Vec<_> = lines.map(|line| (line.purpose.code(), line.rows)).collect();
    assert_eq!(lines, [("list_of_referrals", Some(1)), ("list_of_work", Some(1)), ("address", None)]);
}
