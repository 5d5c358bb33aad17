//! A full disk: people still read, a command says what to do and loses nothing, and all goes on once there is room.
//!
//! SQLite itself is told that there are no more pages. Does not fill a disk: a phone in a process of its own does, see
//! `tests/tests/full_disk.rs`.

use serde_json::json;
use sync_core::access::Role;

use super::syncing::{Server, synced};
use super::{Phone, form, phone, with};
use crate::Who;
use crate::store::spare::Spare;

/// The file may have no more pages than it has.
fn fill(phone: &Phone) {
    let store = phone.device.store();
    let pages: i64 =
        store.db.query_row("PRAGMA page_count", [], |row| row.get(0)).expect("pages are counted");
    let most: i64 = store
        .db
        .query_row(&format!("PRAGMA max_page_count = {pages}"), [], |row| row.get(0))
        .expect("it is told");
    assert_eq!(most, pages);
}

fn make_room(phone: &Phone) {
    let store = phone.device.store();
    store.db.query_row("PRAGMA max_page_count = 1000000", [], |_| Ok(())).expect("it is told");
}

#[test]
fn a_command_on_a_full_disk_says_what_to_do_and_loses_nothing() {
    let phone = phone(Role::Officer, 10);
    phone.run(form());
    let (waiting, digests) = (phone.waiting(), phone.ask("digests")["digests"].clone());
    fill(&phone);
    let long = with(form(), json!({"family": "Full", "note": "x".repeat(4000)}));
    let mut refused = None;
    // What still fits into pages that are there is saved; then no more is.
    for _ in 0..20 {
        match phone.device.execute(&long) {
            Ok(_) => {}
            Err(problem) => {
                refused = Some(problem);
                break;
            }
        }
    }
    let problem = refused.expect("the disk is full");
    assert_eq!((problem.code.as_str(), problem.who), ("storage_full", Who::Later));
    assert!(problem.to_string().contains("Free some space"), "{problem}");
    let after = phone.ask("referrals")["referrals"].as_array().map(Vec::len);
    assert!(after >= Some(1), "people still read");
    assert!(phone.waiting() >= waiting);
    make_room(&phone);
    assert_eq!(phone.run(long)["saved"], true);
    let mut server = Server::of(&phone);
    assert_eq!(synced(&phone, &mut server).expect("the server answers")["synced"], true);
    let now = phone.ask("digests")["digests"].clone();
    for stream in digests.as_object().expect("an object").keys() {
        assert!(now.get(stream).is_some());
    }
}

#[test]
fn the_spare_room_is_there_once_until_it_is_given() {
    let dir = tempfile::tempdir().expect("a directory");
    let spare = Spare::of(dir.path());
    assert!(!spare.give());
    spare.keep();
    let length = || std::fs::metadata(dir.path().join("waymark.spare")).map(|file| file.len()).ok();
    assert_eq!(length(), Some(1024 * 1024));
    assert!(spare.give());
    assert!(!spare.give());
    assert_eq!(length(), None);
}
