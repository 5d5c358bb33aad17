//! A phone of a server that keeps no care records: it refuses them, says why, and records everything else.
//!
//! Does not test what the server refuses: its own tests do.

use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::sync::enrolment::{Bundle, Care};

use super::correcting::taken_on;
use super::{Phone, bundle, form, look_up, phone};
use crate::store::reference;

fn told(phone: &Phone, care: Care) {
    let providers = reference::providers(&phone.device.store().db).expect("readable");
    let told = Bundle { care, ..bundle("thames-valley-2018", providers) };
    look_up(&phone.device.store().db, &told);
}

fn care_commands(record: &Value) -> [Value; 2] {
    [
        json!({"command": "note", "record": record, "text": "Prefers mornings."}),
        json!({"command": "measure", "record": record, "instrument": "TOP", "at": "start", "items": {"work_days": 3}}),
    ]
}

#[test]
fn what_would_be_care_is_refused_and_the_rest_of_the_work_goes_on() {
    let (officer, worker) = (phone(Role::Officer, 10), phone(Role::OutreachWorker, 20));
    told(&worker, Care::Off);
    let record = officer.run(form())["record"].clone();
    taken_on(&officer, &record, &worker);
    for command in care_commands(&record) {
        let problem = worker.refused(command);
        assert_eq!(problem.code, "no_care");
        let said = "This server keeps no care records; use the service's own system for them.";
        assert_eq!(problem.title, said);
    }
    assert_eq!(worker.waiting(), 0);
    let contact = json!({"command": "contact", "record": record, "what": "reached", "channel": "phone", "result": "reached"});
    worker.run(contact);
    assert_eq!(worker.waiting(), 1);
    assert_eq!(worker.ask("reference")["policy"]["care"], "off");
    assert_eq!(worker.ask("status")["policy"]["care"], "off");

    told(&worker, Care::On);
    assert!(worker.ask("status")["policy"].get("care").is_none());
    for command in care_commands(&record) {
        worker.run(command);
    }
}

#[test]
fn a_lead_reads_why_there_are_no_outcomes_and_tells_none() {
    let lead = phone(Role::ProviderLead, 30);
    told(&lead, Care::Off);
    let asked = lead.device.query(&json!({"query": "outcomes", "instrument": "TOP"}));
    assert_eq!(asked.expect_err("nobody was asked").code, "no_care");
    assert_eq!(lead.refused(json!({"command": "release_outcomes", "instrument": "TOP"})).code, "no_care");
}
