//! The server's key is another: phones follow, what the old one signed and what was sealed to it still counts, and a backup of
//! before the change comes back.
//!
//! Does not test what a phone saves of it: the phone library does.

use std::os::unix::fs::PermissionsExt as _;

use sync_core::ids::Digest;
use sync_core::sync::epoch::Epoch;
use sync_core::sync::receipt::WireReceipt;
use sync_core::sync::sealed::{Outbox, SealedOp};
use sync_core::sync::server_key::follow;
use uuid::Uuid;

use super::epochs::{between, put_back, synced};
use super::phone::{Phone, new_record};
use super::pipeline::{encounter, police};
use super::sealed::seal;
use super::{NOW_MS, Scheme, TestService};
use crate::desk::Command;
use crate::keys::{OwnKey, base64url, from_base64url, is_signed_by};
use crate::{Fault, backup, restore, rotate_key, verify};

const HOUR_MS: u64 = 60 * 60 * 1000;

fn verifies(key: &str, bytes: &[u8], signature: &str) -> bool {
    let [key, signature] = [key, signature].map(|text| from_base64url(text).unwrap_or_default());
    is_signed_by(&key, bytes, &signature)
}

/// The server's key, as phones are told it.
fn present(service: &TestService) -> String {
    base64url(&service.service.server.public_key)
}

/// Stops, adds a key, and starts: so many times.
fn rotated(scheme: Scheme, times: usize) -> Scheme {
    (0..times)
        .fold(scheme, |scheme, _| between(scheme, |data| rotate_key(data, None).expect("it is added")).0)
}

/// The keys that a phone goes on to by what it was told, beyond the one that it enrolled with.
fn followed(phone: &Phone) -> Vec<String> {
    follow(&phone.enrolled.server_key, &phone.epochs, &verifies).expect("the changes are signed")
}

/// A receipt for a phone's whole log.
fn receipt(phone: &Phone, secret: &[u8], epoch: Uuid, time_ms: u64) -> WireReceipt {
    let hash = phone.log.last().expect("it recorded something").header.hash();
    let (number, seq, stamps, prev) = (1, phone.log.len() as u64, Digest::default(), Digest::default());
    let mut wire =
        WireReceipt { number, prev, seq, stamps, time_ms, signature: String::new(), epoch: Some(epoch) };
    let bytes = wire.receipt(epoch, phone.device, hash).bytes();
    let key = OwnKey::open(secret).expect("it is a key");
    wire.signature = base64url(&key.sign(&bytes).expect("the key signs"));
    wire
}

fn write(scheme: &mut Scheme) {
    let record = new_record();
    let stream = police(scheme, record);
    scheme.officer.record(stream, &[], &encounter());
}

fn is_sound(scheme: &Scheme) -> bool {
    verify(scheme.data.path()).expect("the store is read").first_fault.is_none()
}

#[test]
fn a_phone_that_was_away_for_two_changes_follows_both_and_its_receipts_count_on() {
    let mut scheme = Scheme::new();
    write(&mut scheme);
    let answer = scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    let first = answer.receipt.expect("a push has a receipt");
    let old = present(&scheme.service);
    let mut scheme = rotated(scheme, 2);
    write(&mut scheme);
    let answer = synced(&mut scheme.officer, &scheme.service);
    let keys = followed(&scheme.officer);
    assert_eq!((keys.len(), keys.last()), (2, Some(&present(&scheme.service))));
    let of_second = answer.receipt.expect("a push has a receipt");
    let hash = scheme.officer.log[1].header.hash();
    let receipt = of_second.receipt(answer.epoch, scheme.officer.device, hash);
    assert!(verifies(&keys[1], &receipt.bytes(), &of_second.signature));
    assert!(!verifies(&old, &receipt.bytes(), &of_second.signature));
    // The same push again gets its first receipt again, which the old key signed.
    let again = scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    assert_eq!(again.receipt.map(|receipt| receipt.number), Some(of_second.number));
    assert!(first.number < of_second.number && is_sound(&scheme));
}

#[test]
fn a_phone_that_knows_of_a_change_goes_on_once() {
    let mut scheme = rotated(Scheme::new(), 1);
    let told = scheme.lead.pull(&scheme.service).epochs;
    assert_eq!(told.iter().map(|epoch| epoch.keys.len()).sum::<usize>(), 1);
    scheme.lead.enrolled.server_key = present(&scheme.service);
    let (mut scheme, ()) = between(scheme, |_| ());
    scheme.lead.epochs = scheme.lead.pull(&scheme.service).epochs;
    assert_eq!((scheme.lead.epochs.len(), followed(&scheme.lead)), (2, Vec::new()), "it went on already");
    assert_eq!(scheme.lead.pull(&scheme.service).epochs, []);
}

#[test]
fn a_backup_of_before_the_change_comes_back_and_both_kinds_of_phone_go_on() {
    let mut scheme = Scheme::new();
    write(&mut scheme);
    scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    let copy = scheme.data.path().join("copy.sqlite");
    backup(scheme.data.path(), &copy, NOW_MS).expect("it is written");
    let mut scheme = rotated(scheme, 2);
    let newest = present(&scheme.service);
    // The officer hears of the changes and gets a receipt of the newest key; the lead is away.
    write(&mut scheme);
    synced(&mut scheme.officer, &scheme.service);
    let lost = scheme.officer.receipts.last().cloned().expect("a push has a receipt");
    let (mut scheme, report) = between(scheme, |data| restore(&copy, data, NOW_MS).expect("it is restored"));
    assert!(
        !report.to_do.iter().any(|to_do| to_do.contains("waymark.key")),
        "the file holds its key: {report:?}"
    );
    assert_eq!(present(&scheme.service), newest, "it signs with the newest key at once");
    scheme.officer.enrolled.server_key = newest.clone();
    let answer = synced(&mut scheme.officer, &scheme.service);
    assert_eq!((followed(&scheme.officer), answer.acknowledged), (Vec::new(), 2));
    let times: Vec<u64> = answer.stamps.iter().map(|run| run.received_ms).collect();
    assert_eq!(times, [lost.time_ms; 1], "what it lost is stamped as of the receipt of the newest key");
    scheme.lead.epochs = scheme.lead.pull(&scheme.service).epochs;
    assert_eq!(followed(&scheme.lead).last(), Some(&newest));
    assert!(is_sound(&scheme));
}

#[test]
fn a_running_server_whose_disk_went_back_to_before_the_change_carries_it_again() {
    let mut scheme = Scheme::new();
    write(&mut scheme);
    scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    let old = scheme.data.path().join("old");
    backup(scheme.data.path(), &old, NOW_MS).expect("it is written");
    let mut scheme = rotated(scheme, 1);
    write(&mut scheme);
    synced(&mut scheme.officer, &scheme.service);
    let newest = present(&scheme.service);
    drop(scheme.service);
    put_back(&old, scheme.data.path());
    // The machine went back with its memory: it signs with the new key, and its store knows the old one.
    scheme.service = TestService::resumed(scheme.data.path());
    scheme.lead.epochs = scheme.lead.pull(&scheme.service).epochs;
    assert_eq!(followed(&scheme.lead), std::slice::from_ref(&newest));
    scheme.officer.enrolled.server_key = newest;
    let answer = synced(&mut scheme.officer, &scheme.service);
    assert_eq!((answer.acknowledged, followed(&scheme.officer)), (2, Vec::new()));
    assert!(is_sound(&scheme));
}

#[test]
fn an_older_key_file_is_refused_with_the_name_of_the_key_that_it_lacks() {
    let scheme = Scheme::new();
    let file = scheme.data.path().join("waymark.key");
    let of_before = std::fs::read(&file).expect("it is there");
    let scheme = rotated(scheme, 1);
    let name = crate::key_file::name_of(&scheme.service.service.server.public_key);
    drop(scheme.service);
    crate::private::write(&file, &of_before).expect("it is written");
    let fault = crate::startup::service(scheme.data.path(), None).err().expect("it does not start");
    assert_eq!(fault, Fault::KeyOther(name.clone()));
    let said = fault.to_string();
    assert!(said.contains(&name) && said.contains("newest"), "{said}");
}

#[test]
fn a_receipt_that_an_old_key_signs_after_its_end_is_not_believed() {
    let scheme = Scheme::new();
    let mut scheme = rotated(scheme, 1);
    let [old, new] = [0, 1].map(|at| scheme.service.service.key.held()[at].secret.clone());
    let (before, lost) = (scheme.officer.epoch, crate::keys::random_id());
    let (early_ms, late_ms) = (NOW_MS - HOUR_MS, NOW_MS + 1);
    // The key, the epoch that is named, the time; and whether the server takes it for the time of receipt.
    for (key, epoch, time_ms, is_believed) in [
        (&old, before, early_ms, true),
        (&old, scheme.service.service.server.epoch, early_ms, false),
        (&new, before, early_ms, false),
        (&old, lost, early_ms, true),
        (&old, lost, late_ms, false),
        (&new, lost, late_ms, true),
    ] {
        let stream = police(&scheme, new_record());
        scheme.officer.record(stream, &[], &encounter());
        scheme.officer.receipts = vec![receipt(&scheme.officer, key, epoch, time_ms)];
        let answer = synced(&mut scheme.officer, &scheme.service);
        assert_eq!(answer.stamps[0].received_ms == time_ms, is_believed, "{epoch} {time_ms}");
    }
}

#[test]
fn the_servers_own_logs_desks_and_sealed_outboxes_outlive_a_change() {
    let scheme = Scheme::new();
    let (own_log, old) =
        (scheme.service.service.server.device, scheme.service.service.server.public_key.clone());
    let mut scheme = rotated(scheme, 1);
    let row = scheme.service.service.store.read_now(|read| read.server()).expect("it is read");
    assert!(row.keeps_log(own_log) && row.keeps_log(row.device) && own_log != row.device);
    assert_ne!(row.public_key, old);
    let close = Command::DisableProvider(scheme.other_provider, Some(scheme.provider));
    scheme.service.command(scheme.admin.user, close, NOW_MS).expect("it is written at the desk");
    write(&mut scheme);
    let (device, ops) = (scheme.officer.device, scheme.officer.log.iter().map(SealedOp::of).collect());
    let plain = serde_json::to_vec(&Outbox { device, ops }).expect("plain data");
    for key in [&old, &row.public_key] {
        let blob = seal(key, device, &plain);
        let opened = crate::sealed::open(&*scheme.service.service.key, device, &blob);
        assert_eq!(opened.as_ref(), Some(&scheme.officer.log));
    }
    assert!(is_sound(&scheme));
}

#[test]
fn a_change_that_the_old_key_did_not_sign_is_found_by_verify() {
    let scheme = rotated(Scheme::new(), 1);
    let forged = |scheme: &Scheme, change: &'static str| {
        scheme.service.service.store.write_now(move |tx| {
            let mut rows = tx.epochs()?;
            let row = rows.last_mut().ok_or(Fault::NoStore)?;
            let epoch = Epoch { id: crate::keys::random_id(), ..row.epoch.clone() };
            row.epoch = epoch;
            row.epoch.log = tx.server()?.device;
            change.clone_into(&mut row.epoch.keys[0].signature);
            tx.begin_epoch(row)
        })
    };
    assert!(is_sound(&scheme));
    forged(&scheme, "AAAA").expect("it is written");
    assert!(!is_sound(&scheme));
}

#[test]
fn one_change_waits_for_one_start_and_a_file_of_another_store_is_left_alone() {
    let scheme = Scheme::new();
    let data = scheme.data.path();
    let file = data.join("waymark.key");
    let first = rotate_key(data, None).expect("it is added");
    let text = std::fs::read(&file).expect("it is there");
    assert_eq!((first.keys, rotate_key(data, None)), (2, Err(Fault::KeyWaits)));
    let other = Scheme::new();
    let of_other = other.data.path().join("waymark.key");
    assert!(matches!(rotate_key(data, Some(&of_other)), Err(Fault::KeyOther(_))));
    assert_eq!(rotate_key(data, Some(&data.join("none.key"))), Err(Fault::KeyUnread));
    assert_eq!(std::fs::read(&file).ok(), Some(text));
    assert_eq!(std::fs::metadata(&file).map(|file| file.permissions().mode() & 0o777).ok(), Some(0o600));
    assert!(!data.join("waymark.key.new").exists());
    let (scheme, ()) = between(scheme, |_| ());
    let second = rotate_key(scheme.data.path(), None).expect("it is added");
    assert_eq!((second.old, second.keys), (first.new, 3));
}
