//! The server's key lies in its file, and neither in the store nor in a backup.
//!
//! Does not test what the key signs.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::{NOW_MS, Scheme};
use crate::startup::service;
use crate::{Fault, backup, restore};

/// Whether a file holds some bytes.
fn holds(file: &Path, bytes: &[u8]) -> bool {
    let text = std::fs::read(file).unwrap_or_default();
    text.windows(bytes.len()).any(|part| part == bytes)
}

fn mode(file: &Path) -> u32 {
    std::fs::metadata(file).expect("it is there").permissions().mode() & 0o777
}

#[test]
fn neither_the_store_nor_a_backup_holds_the_key_and_a_start_needs_its_own() {
    let Scheme { data, service: running, .. } = Scheme::new();
    let (dir, file) = (data.path(), data.path().join("waymark.key"));
    let key = running.service.server.signing_key.clone();
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
    let other = Scheme::new();
    std::fs::copy(other.data.path().join("waymark.key"), &file).expect("it is copied");
    let Some(Fault::KeyOther(name)) = open() else { panic!("the key of another store") };
    let report = restore(&copy, dir, NOW_MS).expect("it is restored");
    assert_eq!(report.key, name, "a restore names the key that it needs");
    assert!(report.to_do.is_some_and(|todo| todo.contains("--key-file")));
    let elsewhere = dir.join("elsewhere.key");
    crate::key_file::create(&elsewhere, &key).expect("it is written");
    assert_eq!(service(dir, Some(&elsewhere)).err(), None);
}

#[test]
fn the_key_of_a_store_of_before_moves_into_its_file() {
    let Scheme { data, service: running, officer, .. } = Scheme::new();
    let (dir, file) = (data.path(), data.path().join("waymark.key"));
    let key = running.service.server.signing_key.clone();
    let own_log = running.service.server.device;
    let kept = key.clone();
    running.service.store.write_now(move |tx| tx.keep_key_digest(&kept)).expect("it is written");
    drop(running);
    std::fs::remove_file(&file).expect("it is ours");
    let moved = service(dir, None).expect("it opens");
    assert_eq!(moved.server.signing_key, key);
    let row = moved.store.read_now(|read| read.server()).expect("it is read");
    assert!(row.keeps_log(own_log) && !row.keeps_log(officer.device), "it knows its logs by the digest");
    drop(moved);
    assert_eq!(mode(&file), 0o600);
    for stored in ["waymark.sqlite", "waymark.sqlite-wal"] {
        assert!(!holds(&dir.join(stored), &key), "{stored}");
    }
    assert_eq!(service(dir, None).err(), None);
}
