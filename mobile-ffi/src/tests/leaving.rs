//! A user leaves a phone for good: what waits is never deleted, and what is deleted is gone.
//!
//! Does not test what a server asks for: see `wipe`.

use serde_json::{Value, json};
use sync_core::access::Role;

use super::syncing::{Server, synced};
use super::{KEY, Phone, form, open, open_as, phone};
use crate::{Drafts, LogoutOptions, Problem};

fn leaves(phone: &Phone, drafts: Drafts) -> Result<Value, Problem> {
    phone.device.logout(LogoutOptions { drafts })
}

fn files(phone: &Phone) -> Vec<String> {
    let entries = std::fs::read_dir(phone.dir.path()).expect("a directory");
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn nobody_leaves_while_something_waits() {
    let phone = phone(Role::Officer, 10);
    let mut server = Server::of(&phone);
    phone.run(form());
    let waiting = phone.waiting();
    assert_eq!(leaves(&phone, Drafts::Drop).expect_err("entries wait").code, "entries_unsent");
    assert_eq!(phone.waiting(), waiting);
    synced(&phone, &mut server).expect("the server answers");
    phone.run(json!({"command": "draft_save", "id": "one", "form": {"command": "refer"}}));
    assert_eq!(leaves(&phone, Drafts::Keep).expect_err("a draft is left").code, "drafts_left");
    assert_eq!(phone.ask("drafts")["drafts"].as_array().map(Vec::len), Some(1));
    let left = leaves(&phone, Drafts::Drop).expect("nothing waits");
    assert_eq!(
        (&left["left"], &left["drafts"], &left["not_backed_up"]),
        (&json!(true), &json!(1), &json!(waiting))
    );
}

#[test]
fn who_left_leaves_nothing_and_the_next_user_begins_anew() {
    let phone = phone(Role::Officer, 10);
    let mut server = Server::of(&phone);
    phone.run(form());
    synced(&phone, &mut server).expect("the server answers");
    let key = std::fs::read(phone.dir.path().join("waymark.key")).expect("the key is there");
    leaves(&phone, Drafts::Keep).expect("nothing waits");
    assert_eq!(files(&phone), ["waymark.lock"]);
    // Whoever still has the handle reads nothing and saves nothing.
    assert_eq!(phone.refused(form()).code, "not_enrolled");
    assert_eq!(phone.ask("status")["enrolled"], Value::Null);
    assert!(phone.device.enrol("CODE", "phone").is_err(), "nothing would be kept of it");
    phone.device.checkpoints.now().expect_err("there is nothing to move, and no file is made");
    assert_eq!(files(&phone), ["waymark.lock"]);
    let Phone { dir, device } = phone;
    drop(device);
    let next = Phone { device: open(&dir), dir };
    assert_eq!(next.ask("status")["recovery"], Value::Null);
    assert_eq!(next.refused(form()).code, "not_enrolled");
    assert_ne!(std::fs::read(next.dir.path().join("waymark.key")).expect("another is drawn"), key);
}

#[test]
fn a_logout_that_was_cut_is_finished_at_the_next_open() {
    let phone = phone(Role::Officer, 10);
    phone.run(form());
    let Phone { dir, device } = phone;
    drop(device);
    // The phone dies after the note was written, and again after the key was gone.
    for gone in [false, true] {
        std::fs::write(dir.path().join("waymark.leaving"), []).expect("it is written");
        if gone {
            std::fs::remove_file(dir.path().join("waymark.key")).expect("it is there");
        }
        let phone = open_as(&dir, Some(KEY)).expect("a new store opens");
        let status = phone.query(&json!({"query": "status"})).expect("it answers");
        assert_eq!((&status["recovery"], &status["waiting"]), (&Value::Null, &json!(0)));
        assert!(!dir.path().join("waymark.leaving").exists());
    }
}
