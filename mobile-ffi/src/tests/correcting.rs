//! A correction shows wherever a phone shows the person; what cannot be amended is refused by its name.
//!
//! Does not test how values merge: `sync-core` does.

use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::clock::ClockMark;
use sync_core::ids::CompartmentKind;
use sync_core::referral::erasure::Erased;
use sync_core::stamp::{Disposition, Stamp};
use sync_core::stream::StreamOp;
use sync_core::sync::answer::FeedEntry;

use super::syncing::{Server, synced};
use super::{Phone, form, keep_other, phone, with};
use crate::store::{ops, state};

fn amend(phone: &Phone, record: &Value, field: &str, value: &str) -> Value {
    phone.run(json!({"command": "amend", "record": record, "field": field, "value": value}))
}

fn referral(phone: &Phone, record: &Value) -> Value {
    phone.device.query(&json!({"query": "referral", "record": record})).expect("it is held")
}

/// Brings what one phone recorded in `shared` to another, as a server does.
fn brings(from: &Phone, to: &Phone) {
    let own = ops::own_ops(&from.device.store().db, 1, 1000).expect("the log is readable");
    let shared = own.iter().filter(|own| own.op.header.stream.kind() == CompartmentKind::Shared);
    for own in shared {
        let eff = own.op.header.hlc;
        let stamp = Stamp {
            place: own.op.header.id.seq,
            received_ms: eff.ms(),
            eff,
            clock: ClockMark::Plain,
            disposition: Disposition::Accepted,
            absent: Vec::new(),
            instead: Vec::new(),
        };
        let op = StreamOp::of(&own.op, Some(stamp));
        let store = to.device.store();
        keep_other(&store.db, &op);
        let held = store.held.begin(&store.db).expect("the store is read");
        state::refold(held, [op.stream.record]).expect("the store takes what came of it");
    }
}

/// The worker has it, and the lead has taken it on.
fn taken_on(officer: &Phone, record: &Value, worker: &Phone) {
    let lead = phone(Role::ProviderLead, 30);
    brings(officer, &lead);
    lead.run(json!({"command": "accept", "record": record}));
    brings(officer, worker);
    brings(&lead, worker);
}

#[test]
fn a_corrected_number_reaches_the_worker() {
    let (officer, worker) = (phone(Role::Officer, 10), phone(Role::OutreachWorker, 20));
    let record = officer.run(form())["record"].clone();
    amend(&officer, &record, "phone", "07700 900555");
    amend(&officer, &record, "may", "voicemail");
    taken_on(&officer, &record, &worker);
    let item = worker.ask("worklist")["worklist"][0].clone();
    assert_eq!((&item["record"], item["name"].as_str()), (&record, Some("Zoë Núñez")), "{item}");
    assert_eq!(item["reach"]["phones"], json!(["07700 900555"]));
    let safe = ["no texts", "do not say who is calling"];
    assert_eq!(item["safe"], json!(safe));
    worker.run(json!({"command": "details", "record": record, "field": "phone", "value": "07700 900666"}));
    let shown = referral(&worker, &record);
    assert_eq!(shown["reach"]["phones"], json!(["07700 900666", "07700 900555"]));
    assert!(shown.get("crime_report").is_none(), "that is for the force alone");
    let history = officer.device.query(&json!({"query": "history", "record": record})).expect("it is held");
    assert!(["07700 900123", "07700 900555"].iter().all(|number| history.to_string().contains(number)));
}

#[test]
fn a_corrected_name_shows_in_list_referral_worklist_and_crime_report() {
    let (officer, worker) = (phone(Role::Officer, 10), phone(Role::OutreachWorker, 20));
    let saved = officer.run(with(form(), json!({"family": "Nunes"})));
    let record = saved["record"].clone();
    let first = saved["crime_report"].as_str().expect("a text").to_owned();
    assert!(first.contains("Person: Zoë Nunes"), "{first}");
    assert_eq!(referral(&officer, &record)["crime_report"], saved["crime_report"]);
    amend(&officer, &record, "name", "Núñez, Zoë");
    amend(&officer, &record, "born", "1991-03-04");
    taken_on(&officer, &record, &worker);
    let list = officer.ask("referrals")["referrals"][0].clone();
    let shown = referral(&officer, &record);
    for shown in [&list, &shown] {
        assert_eq!(
            (shown["name"].as_str(), &shown["subject"]["born"]),
            (Some("Zoë Núñez"), &json!("1991-03-04"))
        );
    }
    let report = shown["crime_report"].as_str().expect("a text");
    assert!(report.contains("Person: Zoë Núñez\nBorn: 1991-03-04\nTelephone: 07700 900123"), "{report}");
    assert_eq!(report.lines().count(), first.lines().count());
    assert_eq!(worker.ask("worklist")["worklist"][0]["name"], "Zoë Núñez");
}

#[test]
fn the_wrong_surname_finds_nobody_after_a_correction() {
    let phone = phone(Role::Officer, 10);
    let record = phone.run(with(form(), json!({"family": "Falsch"})))["record"].clone();
    amend(&phone, &record, "name", "Núñez, Zoë");
    let is_first_time = |family: &str, born: &str| {
        let asked = json!({"command": "assess", "family": family, "born": born});
        let answer = phone.run(with(form(), asked));
        let findings = answer["findings"].as_array().expect("findings are a list").clone();
        findings.iter().any(|finding| finding["rule"] == "R08" && finding["passed"] == "yes")
    };
    assert!(is_first_time("Falsch", "1990-02-28"));
    assert!(!is_first_time("NUNEZ", "1990-02-28"));
    amend(&phone, &record, "born", "1990-02-27");
    assert!(is_first_time("NUNEZ", "1990-02-28") && !is_first_time("NUNEZ", "1990-02-27"));
}

#[test]
fn an_unknown_field_is_refused_by_name() {
    let phone = phone(Role::Officer, 10);
    let record = phone.run(form())["record"].clone();
    let waiting = phone.waiting();
    let amend = |field: &str, value: &str| {
        phone.refused(json!({"command": "amend", "record": record, "field": field, "value": value}))
    };
    let unknown = amend("pnc_number", "1");
    assert_eq!((unknown.code.as_str(), unknown.field.as_deref()), ("field_unknown", Some("field")));
    assert!(["name, born", "place_and_time", "warning"].iter().all(|name| unknown.detail.contains(name)));
    assert!(unknown.choices.contains(&"warning".to_owned()));
    for (field, value, code) in [
        ("name", " , Zoë", "text_empty"),
        ("born", "1990-02-30", "date_impossible"),
        ("born", "2190-02-03", "date_impossible"),
        ("phone", "ask his sister", "number_malformed"),
        ("language", "Polish", "code_unknown"),
        ("may", "shout", "code_unknown"),
        ("pnc", "1999/1234567C", "number_malformed"),
        ("warning", " ", "text_empty"),
    ] {
        let problem = amend(field, value);
        assert_eq!((problem.code.as_str(), problem.field.as_deref()), (code, Some("value")), "{field}");
    }
    assert_eq!(phone.waiting(), waiting, "nothing was saved");
}

#[test]
fn an_erased_name_finds_nobody_and_reads_as_erased() {
    let phone = phone(Role::Officer, 10);
    let mut server = Server::of(&phone);
    let record = phone.run(with(form(), json!({"family": "Zwetschgenbaum"})))["record"].clone();
    synced(&phone, &mut server).expect("the server answers");
    let own = ops::own_ops(&phone.device.store().db, 1, 100).expect("the log is readable");
    let submitted = own.iter().find(|own| own.op.header.kind.as_str() == "referral.submitted");
    let submitted = submitted.expect("it was sent");
    let erased = Erased::of(&StreamOp::of(&submitted.op, None)).expect("it holds a name");
    let (stream, id) = (submitted.op.header.stream, submitted.op.header.id);
    server.feed = vec![FeedEntry::Erased { stream, id, erased: Box::new(erased) }];
    synced(&phone, &mut server).expect("the server answers");
    let shown = referral(&phone, &record);
    assert_eq!(
        (shown["name"].as_str(), &shown["subject"], &shown["reach"]),
        (Some("erased"), &json!(null), &json!(null))
    );
    assert!(shown["erased"].as_array().is_some_and(|fields| fields.contains(&json!("phone"))));
    let report = shown["crime_report"].as_str().expect("a text");
    assert!(report.contains("Person: erased") && !report.contains("07700"), "{report}");
    let again = phone.run(with(form(), json!({"command": "assess", "family": "Zwetschgenbaum"})));
    let findings = again["findings"].as_array().expect("findings are a list");
    assert!(findings.iter().any(|finding| finding["rule"] == "R08" && finding["passed"] == "yes"));
}

#[test]
fn the_service_learns_no_name_and_no_police_fact() {
    let (officer, worker) = (phone(Role::Officer, 10), phone(Role::OutreachWorker, 20));
    let record = officer.run(form())["record"].clone();
    brings(&officer, &worker);
    let learns = |field: &str| {
        worker
            .refused(json!({"command": "details", "record": record, "field": field, "value": "1"}))
            .code
            .clone()
    };
    assert_eq!([learns("name"), learns("warning")], ["field_unknown", "field_unknown"]);
    let warns = json!({"command": "amend", "record": record, "field": "warning", "value": "a dog"});
    assert_eq!(worker.refused(warns).code, "not_allowed");
}

#[test]
fn a_warning_and_a_number_of_the_police_stay_with_the_police() {
    let phone = phone(Role::Officer, 10);
    let record = phone.run(form())["record"].clone();
    amend(&phone, &record, "warning", "carries a needle");
    amend(&phone, &record, "pnc", "1999/1234567B");
    amend(&phone, &record, "crime_reference", "43/1234");
    let outbox = phone.ask("outbox")["outbox"].clone();
    let amended = outbox.as_array().expect("a list").iter().filter(|op| op["kind"] == "encounter.amended");
    assert!(amended.map(|op| &op["compartment"]).eq([&json!("police"), &json!("police")]));
    let shown = referral(&phone, &record);
    assert_eq!(shown["warnings"], json!(["carries a needle"]));
    assert_eq!(shown["numbers"][0]["value"], "1999/1234567B");
    assert_eq!(shown["crime"]["reference"], "43/1234");
    assert!(shown["crime_report"].as_str().is_some_and(|text| text.contains("Warning: carries a needle")));
}

#[test]
fn an_officer_writes_no_free_text_for_both_sides_where_a_field_does_not_say_so() {
    let phone = phone(Role::Officer, 10);
    for (changes, code, field) in [
        (json!({"reach": {"phone": "ring her mother"}}), "number_malformed", "reach.phone"),
        (json!({"reach": {"phone": "07700 900123", "may": ["shout"]}}), "code_unknown", "reach.may"),
        (json!({"reach": {"place_and_time": "here\nand there"}}), "field_wrong", "reach.place_and_time"),
        (
            json!({"safe_now": {"codes": ["pregnancy"], "call_back": "the office"}}),
            "number_malformed",
            "call_back",
        ),
        (json!({"safe_now": {"codes": ["pregnancy"], "told": "a\nlong story"}}), "field_wrong", "told"),
    ] {
        let problem = phone.refused(with(form(), changes));
        assert_eq!((problem.code.as_str(), problem.field.as_deref()), (code, Some(field)));
    }
    assert_eq!(phone.waiting(), 0);
}
