//! The mark up to which a log was verified: what opening spares, and that damage before the mark is found all the same.
//!
//! Does not test a salvage: see `damage`.

use rusqlite::Connection;
use serde_json::{Value, json};
use sync_core::access::Role;
use tempfile::TempDir;

use super::syncing::{Server, synced};
use super::working::taken_on_by;
use super::{Phone, open, phone};
use crate::Device;
use crate::store::meta::{self, key};
use crate::store::verified;

/// A lead's phone with a long log that the server has, opened again since: its log has a mark.
fn marked() -> (Phone, Value) {
    let (phone, record) = taken_on_by(phone(Role::ProviderLead, 20));
    for _ in 0..510 {
        phone.run(contact(&record));
    }
    synced(&phone, &mut Server::of(&phone)).expect("the server answers");
    assert!(!has_mark(&phone.device));
    let phone = opened(phone);
    assert!(has_mark(&phone.device));
    (phone, record)
}

fn contact(record: &Value) -> Value {
    json!({"command": "contact", "record": record, "what": "attempted", "channel": "phone", "result": "no_answer"})
}

fn has_mark(device: &Device) -> bool {
    let mark: Option<Value> = meta::value(&device.store().db, key::VERIFIED).expect("the store is read");
    mark.is_some()
}

/// Closes a phone and opens it again.
fn opened(phone: Phone) -> Phone {
    opened_after(phone, "")
}

/// Closes it, changes its file, and opens it again.
fn opened_after(phone: Phone, change: &str) -> Phone {
    let Phone { dir, device } = phone;
    drop(device);
    changed(&dir, change);
    Phone { device: open(&dir), dir }
}

fn changed(dir: &TempDir, sql: &str) {
    let db = Connection::open(dir.path().join("waymark.db")).expect("the file is there");
    db.execute_batch(sql).expect("it is changed");
}

fn because(phone: &Phone) -> Value {
    phone.ask("status")["recovery"]["because"].clone()
}

#[test]
fn a_long_log_that_was_verified_is_not_read_again_when_its_store_opens() {
    let (phone, _) = marked();
    let before = phone.device.store().sealer.read();
    let again = opened(phone).device.store().sealer.read();
    // Each entry has four values.
    assert!(before > 4 * 510 && again < 200, "{before} values before there was a mark, {again} since");
}

#[test]
fn damage_before_the_mark_is_found_when_it_is_read_and_the_next_open_salvages() {
    let (phone, record) = marked();
    let phone = opened_after(phone, "UPDATE own_op_row SET body = zeroblob(40) WHERE seq = 10");
    assert_eq!((because(&phone), has_mark(&phone.device)), (Value::Null, true), "nobody has read it");
    let history = json!({"query": "history", "record": record});
    phone.device.query(&history).expect("what can be read is shown");
    assert!(!has_mark(&phone.device));
    let phone = opened(phone);
    assert_eq!((because(&phone), &phone.ask("status")["synced"]), (json!("damaged"), &json!(false)));
}

#[test]
fn damage_before_the_mark_that_nobody_reads_is_found_a_few_entries_at_a_time() {
    let (phone, _) = marked();
    let phone = opened_after(phone, "UPDATE own_op_row SET header = zeroblob(40) WHERE seq < 500");
    assert_eq!((because(&phone), has_mark(&phone.device)), (Value::Null, true));
    verified::verify_some(&phone.device.store().db).expect("the store is read");
    assert!(!has_mark(&phone.device));
    assert_eq!(because(&opened(phone)), "damaged");
}

#[test]
fn an_entry_that_was_not_sent_is_verified_at_every_open_and_no_damage_makes_it_sent() {
    let (phone, record) = marked();
    phone.run(contact(&record));
    let sent = "UPDATE own_op_row SET acknowledged = 1 WHERE acknowledged = 0";
    let phone = opened_after(phone, sent);
    let status = phone.ask("status");
    assert_eq!((&status["recovery"]["because"], &status["synced"]), (&json!("damaged"), &json!(false)));
}
