//! Problems that a phone seldom has: a place that cannot be written, values that cannot be read, rules it does not know.
//!
//! Each is met by the code that an app sees. Does not test what follows: the tests of each room do.

use serde_json::json;
use sync_core::access::Role;
use sync_core::ids::Digest;
use sync_core::phone::changes::Changes;
use sync_core::phone::reference::keep_bundle;
use sync_core::referral::act::Meeting;
use sync_core::slots::OfferedSlot;
use uuid::Uuid;

use super::{bundle, form, look_up, phone, phone_as};
use crate::anchor::{Anchor as _, Mark};
use crate::store::{ops, reference};

#[test]
fn a_place_for_the_anchor_that_cannot_be_written_is_said() {
    let phone = phone(Role::Officer, 10);
    let anchor = crate::FileAnchor { path: phone.dir.path().to_owned() };
    let mark = Mark { device: None, epoch: None, seq: 1, head: Digest::default() };
    assert_eq!(anchor.save(&mark).expect_err("it is a folder").code, "anchor_failed");
}

#[test]
fn a_value_that_is_none_and_an_entry_that_was_changed_are_told_apart() {
    let phone = phone_as(Role::Officer, 10, None);
    phone.run(form());
    let db = &phone.device.store().db;
    db.execute("UPDATE own_op SET body = '{}' WHERE seq = 3", []).expect("it can be written");
    assert_eq!(ops::verify_slice(db, 1, 10).expect_err("it was changed").code, "store_damaged");
    db.execute("UPDATE meta SET value = '{' WHERE key = 'rules'", []).expect("it can be written");
    assert_eq!(crate::store::meta::state(db).expect_err("it is no value").code, "store_unreadable");
}

#[test]
fn a_phone_that_knows_no_rules_is_not_enrolled_by_rules_that_it_does_not_know() {
    let refused = keep_bundle(&mut Changes::default(), &bundle("of-another-year", Vec::new()), 0);
    assert_eq!(refused.expect_err("it has no others").code, "policy_unknown");
}

#[test]
fn a_time_at_the_service_is_asked_for_once() {
    let phone = phone(Role::Officer, 10);
    let mut services = reference::providers(&phone.device.store().db).expect("they are read");
    let (slot, at_ms) = (Uuid::from_u128(77), now_ms() + 3_600_000);
    let offered =
        OfferedSlot { slot, at_ms, minutes: 30, meeting: Meeting::Assessment, free: 2, place: None };
    services.iter_mut().for_each(|service| service.slots = vec![offered.clone()]);
    look_up(&phone.device.store().db, &bundle("thames-valley-2018", services));
    let record = phone.run(form())["record"].clone();
    let ask = json!({"command": "ask_slot", "record": record, "slot": slot});
    phone.run(ask.clone());
    assert_eq!(phone.refused(ask).code, "already_asked");
}

fn now_ms() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    u64::try_from(since.as_millis()).expect("before the year 500 million")
}
