//! What survives: closing, a second opener, a command that was cut, a damaged file.

use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::phone::state::{AskAgain, PhoneState};

use super::sealing::as_the_first_version;
use super::{KEY, Phone, form, open, open_as, phone, phone_as};
use crate::store::{meta, ops};

#[test]
fn a_referral_made_offline_is_there_after_reopening() {
    let phone = phone(Role::Officer, 10);
    let referred = phone.run(form());
    let digests = phone.ask("digests")["digests"].clone();
    let Phone { dir, device } = phone;
    drop(device);
    let device = open(&dir);
    let held = device.query(&json!({"query": "referrals"})).expect("the store is readable");
    assert_eq!(held["referrals"][0]["reference"], referred["reference"]);
    let again = device.query(&json!({"query": "digests"})).expect("the store is readable");
    assert_eq!(again["digests"], digests);
}

#[test]
fn a_store_opens_once() {
    let phone = phone(Role::Officer, 10);
    let problem = open_as(&phone.dir, Some(KEY)).err().expect("the store is in use");
    assert_eq!(problem.code, "store_in_use");
}

#[test]
fn a_command_that_was_cut_leaves_nothing_half() {
    let phone = phone(Role::Officer, 10);
    {
        let mut store = phone.device.store();
        let tx = store.db.transaction().expect("no other transaction runs");
        ops::seed_for(&tx, &mut PhoneState::default(), 1, [7; 16]).expect("a seed can be kept");
        tx.execute("INSERT INTO exhibit (reference, record) VALUES ('AB/A1', 'x')", [])
            .expect("an exhibit can be kept");
    }
    assert_eq!(phone.waiting(), 0);
    assert_eq!(phone.run(form())["exhibit"], "AB/A1");
}

#[test]
fn a_changed_entry_sets_the_store_aside_and_the_rest_waits_in_a_new_one() {
    let phone = phone(Role::Officer, 10);
    phone.run(form());
    let saved = phone.waiting();
    let change = "UPDATE own_op SET body = '{}' WHERE seq = 3";
    phone.device.store().db.execute(change, []).expect("the table can be written");
    let Phone { dir, device } = phone;
    drop(device);
    let phone = Phone { device: open(&dir), dir };
    assert!(phone.dir.path().join("waymark.db.damaged-1").exists());
    let status = phone.ask("status");
    assert_eq!((&status["synced"], &status["recovery"]["because"]), (&json!(false), &json!("damaged")));
    let kept = status["recovery"]["kept"].as_u64().expect("a count");
    // The write-ahead log may still hold the page as it was before the change.
    let missing = status["recovery"]["unread"].as_u64().expect("a count");
    assert_eq!(kept + missing, saved as u64);
    assert_eq!(phone.run(form())["saved"], true, "the officer goes on recording");
    let problem = crate::sync::rounds(&phone.device, |_| Ok(sync_core::sync::session::Event::Cut));
    assert_eq!(problem.expect_err("it waits for a code").code, "re_enrol_needed");
}

#[test]
fn the_streams_that_an_older_store_asks_for_are_asked_for_by_a_newer_one() {
    let phone = phone_as(Role::Officer, 10, None);
    phone.run(form());
    let own = ops::own_ops(&phone.device.store().db, 1, 2).expect("the log is read");
    let (first, second) = (own[0].op.header.stream, own[1].op.header.stream);
    {
        // As the version before kept them.
        let store = phone.device.store();
        for (name, value) in
            [("heal", json!([first])), ("unsure", json!([2])), ("doubted", json!([first, second]))]
        {
            meta::keep(&store.db, name, &value).expect("the store takes a value");
        }
    }
    let older = tempfile::tempdir().expect("a directory");
    as_the_first_version(phone.dir.path(), older.path());
    let device = open(&older);
    let store = device.store();
    let asked = meta::state(&store.db).expect("the state is read").ask_again;
    let expected = [
        AskAgain::Now { stream: first },
        AskAgain::UnlessStamped { stream: second, seq: 2 },
        AskAgain::UnlessBack { stream: first },
        AskAgain::UnlessBack { stream: second },
    ];
    assert_eq!(asked, expected);
    assert_eq!(meta::value::<Value>(&store.db, "heal").expect("it is read"), None);
}
