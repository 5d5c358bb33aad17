//! A phone that was taken out of use: nothing readable stays, and nothing that was recorded is dropped
//! before the server has it.
//!
//! Does not open what was sealed: the server does, see its tests.

use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::sync::answer::Directive;
use sync_core::sync::sealed::{Outbox, Sealed, SealedOp};
use sync_core::sync::session::Event;
use sync_core::sync::statement::digest_of_sent;

use super::syncing::{Server, synced};
use super::{Phone, form, open, phone, with};
use crate::Problem;
use crate::store::{meta, ops};
use crate::sync::transport::Reply;
use crate::sync::{enrol, rounds, wipe};

/// Strings of the form that must not be found in any file of a wiped phone.
const PLANTED: [&str; 3] = ["Zoltan-Planted", "07700 900123", "two wraps"];

fn wiped() -> (Phone, usize) {
    let phone = phone(Role::Officer, 10);
    let mut server = Server::of(&phone);
    phone.run(with(form(), json!({"family": "Zoltan-Planted"})));
    let acknowledged = phone.waiting();
    synced(&phone, &mut server).expect("the server answers");
    phone.run(json!({"command": "draft_save", "id": "d", "form": {"family": "Zoltan-Planted"}}));
    let first = phone.waiting();
    assert_eq!(first, 0);
    let told = rounds(&phone.device, |request| {
        // Recorded while the request was under way.
        phone.run(with(form(), json!({"family": "Zoltan-Planted", "given": "Later"})));
        let mut answer = server.answer(request);
        answer.directives = vec![Directive::Wipe];
        Ok(Event::Answered(Box::new(answer)))
    });
    told.expect("the server answers");
    phone.device.store().scrub().expect("the store is sound");
    (phone, acknowledged * 2)
}

fn found(phone: &Phone) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(phone.dir.path()).expect("the folder is there") {
        let path = entry.expect("a file").path();
        let bytes = std::fs::read(&path).expect("a file can be read");
        let holds = |text: &&&str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
        found.extend(PLANTED.iter().filter(holds).map(|text| format!("{text} in {}", path.display())));
    }
    found
}

fn status(phone: &Phone) -> Value {
    phone.ask("status")
}

#[test]
fn readable_data_go_at_once_and_what_is_not_backed_up_is_sealed() {
    let (phone, entries) = wiped();
    assert_eq!(found(&phone), Vec::<String>::new());
    let status = status(&phone);
    assert_eq!(
        (&status["wiped"]["entries"], &status["wiped"]["pending"]),
        (&json!(entries), &json!(entries))
    );
    assert_eq!(phone.refused(form()).code, "store_wiped");
    let asked = phone.device.query(&json!({"query": "referrals"}));
    assert_eq!(asked.expect_err("nothing is shown").code, "store_wiped");
    let enrols = enrol::ask(&phone.device, "CODE", "phone").err().expect("what is sealed goes first");
    assert_eq!(enrols.code, "store_wiped");
}

#[test]
fn what_is_sealed_is_dropped_only_when_the_server_has_it() {
    let (phone, entries) = wiped();
    let cut = wipe::deliver(&phone.device, |_, _, _| Err(Problem::new("unreachable", "")))
        .expect_err("the link was cut");
    assert_eq!(cut.code, "unreachable");
    let other =
        |_: &str, _, _| Ok(Reply { status: 200, after_ms: None, body: b"{\"taken\":\"00\"}".to_vec() });
    wipe::deliver(&phone.device, other).expect_err("the server names another digest");
    let phone = Phone {
        device: {
            drop(phone.device);
            open(&phone.dir)
        },
        dir: phone.dir,
    };
    assert_eq!(status(&phone)["wiped"]["pending"], json!(entries), "it survives");
    assert_eq!(status(&phone)["recovery"], Value::Null, "a wiped store is not taken for an older copy");
    let mut sent = Vec::new();
    let delivered = wipe::deliver(&phone.device, |_, _, blob| {
        let body = json!({"taken": digest_of_sent(&blob)}).to_string().into_bytes();
        sent.push(Sealed::parse(&blob).expect("it is sealed"));
        Ok(Reply { status: 200, after_ms: None, body })
    });
    delivered.expect("the server has it");
    assert_eq!((sent.len(), &status(&phone)["wiped"]["pending"]), (1, &json!(0)));
    let words = status(&phone)["wiped"]["words"].to_string();
    assert!(words.contains(&format!("{entries} entries were sent sealed")), "{words}");
    let (_, request, _) = enrol::ask(&phone.device, "CODE", "phone").expect("whoever has a code begins anew");
    assert_eq!(request.recovers, None);
}

#[test]
fn what_cannot_be_sealed_is_kept() {
    let phone = phone(Role::Officer, 10);
    phone.run(form());
    let saved = phone.waiting();
    {
        let mut store = phone.device.store();
        let me = meta::state(&store.db).expect("the state is read").me.expect("the phone is enrolled");
        let ops = ops::own_ops(&store.db, 1, 100).expect("the log is read");
        let part = Outbox { device: me.device, ops: ops.iter().map(|own| SealedOp::of(&own.op)).collect() };
        let tx = store.db.transaction().expect("no other transaction runs");
        // Its server's key is empty: nothing can be sealed to it.
        wipe::wipe(&tx, &me, &[part]).expect("what can go, goes");
        tx.commit().expect("the store takes it");
    }
    assert_eq!((phone.waiting(), phone.ask("referrals")["referrals"].clone()), (saved, json!([])));
}
