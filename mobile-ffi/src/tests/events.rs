//! What is told while a phone synchronises: with canned answers.
//!
//! Does not test how C hears it: see `crate::abi`.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::stamp::{Disposition, Why};
use sync_core::stream::StreamOp;
use sync_core::sync::answer::{Directive, FeedEntry};
use sync_core::sync::session::Event as Answered;

use super::epochs::{fed, other, shared};
use super::syncing::{Server, synced};
use super::{Phone, bundle, form, phone};
use crate::event::{Event, Listener};
use crate::sync::rounds;

#[derive(Clone, Default)]
struct Notebook(Arc<Mutex<Vec<Value>>>);

impl Listener for Notebook {
    fn told(&self, event: &Event) {
        self.0.lock().expect("no panic").push(serde_json::to_value(event).expect("plain data"));
    }
}

impl Notebook {
    /// What was told since it was last asked.
    fn take(&self) -> Vec<Value> {
        std::mem::take(&mut *self.0.lock().expect("no panic"))
    }
}

fn listened() -> (Phone, Server, Notebook, Value) {
    let phone = phone(Role::Officer, 10);
    let mut server = Server::of(&phone);
    let record = phone.run(form())["record"].clone();
    synced(&phone, &mut server).expect("the server answers");
    let notebook = Notebook::default();
    phone.device.set_listener(Some(Box::new(notebook.clone())));
    (phone, server, notebook, record)
}

#[test]
fn an_idle_synchronisation_tells_that_nothing_waits_and_nothing_else() {
    let (phone, mut server, notebook, _) = listened();
    synced(&phone, &mut server).expect("the server answers");
    assert_eq!(
        notebook.take(),
        [
            json!({"event": "progress", "pushed": 0, "pulled": 0, "waiting": 0, "sent_bytes": 0, "received_bytes": 0})
        ]
    );
}

#[test]
fn what_others_recorded_is_told_as_a_change_and_a_disagreement_as_one() {
    let (phone, mut server, notebook, record) = listened();
    let amend = json!({"command": "amend", "record": record, "field": "born", "value": "1990-03-01"});
    phone.run(amend);
    let theirs = StreamOp {
        kind: "subject.amended".parse().expect("a kind's name"),
        body: Some(r#"{"field":"born","value":"1991-03-01"}"#.into()),
        ..other(shared(&phone), 1, 1000, &[])
    };
    server.feed = vec![fed(&theirs)];
    synced(&phone, &mut server).expect("the server answers");
    let told = notebook.take();
    assert_eq!(
        told[0],
        json!({"event": "progress", "pushed": 1, "pulled": 1, "waiting": 0, "sent_bytes": 0, "received_bytes": 0})
    );
    assert!(told.contains(&json!({"event": "referral_changed", "record": record})), "{told:?}");
    assert!(told.contains(&json!({"event": "conflict_raised", "record": record, "open": 1})), "{told:?}");
}

#[test]
fn an_own_entry_that_does_not_count_is_told_once() {
    let (phone, mut server, notebook, record) = listened();
    phone.run(json!({"command": "withdraw", "record": record, "reason": "not_wanted"}));
    rounds(&phone.device, |request| {
        let mut answer = server.answer(request);
        let aside = Disposition::Quarantined(Why::NotAssigned);
        answer.stamps.iter_mut().for_each(|run| run.disposition = aside);
        Ok(Answered::Answered(Box::new(answer)))
    })
    .expect("the server answers");
    let refused: Vec<Value> = notebook.take().into_iter().filter(|told| told["event"] == "refused").collect();
    assert_eq!(refused.len(), 1);
    assert_eq!((&refused[0]["kind"], &refused[0]["record"]), (&json!("person.withdrew"), &record));
    synced(&phone, &mut server).expect("the server answers");
    assert!(notebook.take().iter().all(|told| told["event"] != "refused"));
}

#[test]
fn rules_that_the_software_does_not_know_ask_for_an_upgrade_and_the_held_ones_go_on() {
    let (phone, mut server, notebook, _) = listened();
    let unknown = bundle("of-next-year", Vec::new());
    server.feed = vec![FeedEntry::Reference(Box::new(unknown))];
    synced(&phone, &mut server).expect("the server answers");
    assert!(notebook.take().contains(&json!({"event": "upgrade_needed"})));
    let policy = phone.ask("status")["policy"].clone();
    assert_eq!(
        (&policy["policy"]["id"], &policy["newer"]["id"]),
        (&json!("thames-valley-2018"), &json!("of-next-year"))
    );
}

#[test]
fn a_phone_that_is_taken_out_of_use_says_so_once_it_is_empty() {
    let (phone, mut server, notebook, _) = listened();
    rounds(&phone.device, |request| {
        let mut answer = server.answer(request);
        answer.directives = vec![Directive::Wipe];
        Ok(Answered::Answered(Box::new(answer)))
    })
    .expect("the server answers");
    assert!(notebook.take().contains(&json!({"event": "wiped"})));
}
