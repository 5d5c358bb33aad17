//! The server's key lies in its file, and neither in the store nor in a backup.
//!
//! Does not test what the key signs.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::{NOW_MS, Scheme, TestService};
use crate::desk::Command;
use crate::reconcile::Service;
use crate::startup::service;
use crate::store::Writes;
use crate::store::people::DeskLog;
use crate::wrapped::{self, Owner};
use crate::{Fault, backup, restore};

/// Whether a file holds some bytes.
fn holds(file: &Path, bytes: &[u8]) -> bool {
    let text = std::fs::read(file).unwrap_or_default();
    text.windows(bytes.len()).any(|part| part == bytes)
}

/// The secret key that a server signs with.
fn present<S>(service: &Service<S>) -> Vec<u8> {
    service.key.held().last().expect("a server has a key").secret.clone()
}

fn mode(file: &Path) -> u32 {
    std::fs::metadata(file).expect("it is there").permissions().mode() & 0o777
}

#[test]
fn neither_the_store_nor_a_backup_holds_the_key_and_a_start_needs_its_own() {
    let Scheme { data, service: running, .. } = Scheme::new();
    let (dir, file) = (data.path(), data.path().join("waymark.key"));
    let key = present(&running.service);
    drop(running);
    assert_eq!((mode(&file), key.len() > 100), (0o600, true));
    let copy = dir.join("copy.sqlite");
    backup(dir, &copy, NOW_MS).expect("it is written");
    for stored in ["waymark.sqlite", "waymark.sqlite-wal", "copy.sqlite"] {
        assert!(!holds(&dir.join(stored), &key), "{stored}");
    }
    let open = || service(dir, None).err();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).expect("it is ours");
    assert_eq!(open(), Some(Fault::KeyOpenToOthers));
    std::fs::remove_file(&file).expect("it is ours");
    assert_eq!(open(), Some(Fault::KeyUnread));
    for damaged in ["", "no key", "-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----\n"] {
        crate::private::write(&file, damaged.as_bytes()).expect("it is written");
        assert_eq!(open(), Some(Fault::KeyDamaged), "{damaged}");
        std::fs::remove_file(&file).expect("it is ours");
    }
    let other = Scheme::new();
    std::fs::copy(other.data.path().join("waymark.key"), &file).expect("it is copied");
    let Some(Fault::KeyOther(name)) = open() else { panic!("the key of another store") };
    let report = restore(&copy, dir, NOW_MS).expect("it is restored");
    assert_eq!(report.key, name, "a restore names the key that it needs");
    let key_name = report.key;
    assert!(
        report.to_do[0].contains("another server") && report.to_do[0].contains(&key_name),
        "{:?}",
        report.to_do
    );
    std::fs::remove_file(&file).expect("it is ours");
    let to_do = restore(&copy, dir, NOW_MS).expect("it is restored").to_do;
    let place = file.display().to_string();
    assert!(
        to_do[0].contains("not in this backup") && to_do[0].contains(&key_name) && to_do[0].contains(&place)
    );
    let elsewhere = dir.join("elsewhere.key");
    crate::key_file::create(&elsewhere, &key).expect("it is written");
    assert_eq!(service(dir, Some(&elsewhere)).err(), None);
}

#[test]
fn keys_of_desk_logs_are_wrapped_in_the_store_and_its_backups_and_those_of_before_are_gone_after_a_start() {
    let Scheme { data, service: running, admin, provider, other_provider, .. } = Scheme::new();
    let close = |running: &TestService| {
        let close = Command::DisableProvider(other_provider, Some(provider));
        running.command(admin.user, close, NOW_MS).expect("it is written at the desk");
    };
    close(&running);
    let desk = running.service.store.read_now(|read| read.desk(admin.user)).expect("it is read");
    let desk = desk.expect("the admin has a log");
    let owner = Owner { user: admin.user, device: desk.device };
    let key = wrapped::unwrap(&*running.service.key, owner, &desk.wrapped_key).expect("it opens");
    let (dir, copy) = (data.path(), data.path().join("copy.sqlite"));
    backup(dir, &copy, NOW_MS).expect("it is written");
    let stored = ["waymark.sqlite", "waymark.sqlite-wal", "copy.sqlite"];
    for file in stored {
        assert!(!holds(&dir.join(file), &key), "{file}");
    }
    assert!(holds(&copy, &desk.wrapped_key));
    close(&running);

    // As a version before kept it.
    let of_before = DeskLog { device: desk.device, wrapped_key: key.clone() };
    let user = admin.user;
    let put = move |tx: &dyn Writes| tx.end_desks().and_then(|()| tx.add_desk(user, &of_before));
    running.service.store.write_now(put).expect("it is written");
    running.service.store.empty_log().expect("it is written");
    assert!(holds(&dir.join("waymark.sqlite"), &key));
    drop(running);
    let running = TestService::open(dir);
    for file in &stored[..2] {
        assert!(!holds(&dir.join(file), &key), "{file}");
    }
    close(&running);
}

#[test]
fn the_key_of_a_store_of_before_moves_into_its_file() {
    let Scheme { data, service: running, officer, .. } = Scheme::new();
    let (dir, file) = (data.path(), data.path().join("waymark.key"));
    let key = present(&running.service);
    let own_log = running.service.server.device;
    let kept = key.clone();
    running.service.store.write_now(move |tx| tx.keep_key_digest(&kept)).expect("it is written");
    drop(running);
    std::fs::remove_file(&file).expect("it is ours");
    let moved = service(dir, None).expect("it opens");
    assert_eq!(present(&moved), key);
    let row = moved.store.read_now(|read| read.server()).expect("it is read");
    assert!(row.keeps_log(own_log) && !row.keeps_log(officer.device), "it knows its logs by the digest");
    drop(moved);
    assert_eq!(mode(&file), 0o600);
    for stored in ["waymark.sqlite", "waymark.sqlite-wal"] {
        assert!(!holds(&dir.join(stored), &key), "{stored}");
    }
    assert_eq!(service(dir, None).err(), None);
}
