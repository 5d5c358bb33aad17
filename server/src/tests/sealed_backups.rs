//! Encrypted backups: what is in them, who opens them, and what they leave behind.
//!
//! Does not test what a restore brings back: see [`super::epochs`].

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::phone::new_record;
use super::pipeline::{encounter, police};
use super::{NOW_MS, Scheme};
use crate::{
    Backup, Fault, Identities, Recipients, Seal, With, backup_into, backup_sealed, new_key, restore_from,
};

struct Key {
    recipient: String,
    identities: Identities,
}

fn key(dir: &Path, name: &str) -> Key {
    let recipient = new_key(&dir.join(name)).expect("a key is made");
    Key { recipient, identities: Identities::read(&dir.join(name)).expect("it is read") }
}

fn seal(key: &Key, with: With) -> Seal {
    Seal { recipients: Recipients::parse(&key.recipient).expect("it is one"), with }
}

/// A data directory with an entry in it that no server holds, and another directory.
fn store() -> (tempfile::TempDir, tempfile::TempDir) {
    let mut scheme = Scheme::new();
    scheme.officer.record(police(&scheme, new_record()), &[], &encounter());
    scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    let Scheme { data, service, .. } = scheme;
    drop(service);
    (data, tempfile::tempdir().expect("a directory is made"))
}

fn names(dir: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(dir).expect("it is there");
    let names = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    // SQLite takes its own away when the last one has read.
    names.filter(|name| !name.ends_with("-wal") && !name.ends_with("-shm")).collect()
}

fn holds(file: &Path, word: &[u8]) -> bool {
    std::fs::read(file).expect("it is there").windows(word.len()).any(|part| part == word)
}

fn restored(file: &Path, with: Option<&Key>, data: &Path) -> Result<crate::RestoreReport, Fault> {
    let identities = with.map(|key| &key.identities);
    restore_from(Backup { file, identities }, data, None, NOW_MS)
}

#[test]
fn an_encrypted_backup_is_all_that_a_new_machine_needs() {
    let (data, away) = store();
    let key = key(away.path(), "backup.key");
    let file = away.path().join("it.age");
    let before = names(data.path());
    let report = backup_sealed(data.path(), &file, &seal(&key, With::Key(None)), NOW_MS).expect("written");
    let sealed = report.sealed.expect("it is encrypted");
    assert_eq!((sealed.holds_key, sealed.encrypted_to), (true, vec![key.recipient.clone()]));
    assert_eq!(sealed.to_do, None);
    assert_eq!(names(data.path()), before, "nothing plain is left beside the store");
    assert_eq!(names(away.path()), ["backup.key", "it.age", "it.age.sha256"].map(str::to_owned).into());
    assert!(!holds(&file, b"SQLite format") && !holds(&file, b"PRIVATE KEY"));
    let beside = std::fs::read_to_string(away.path().join("it.age.sha256")).expect("it is there");
    assert_eq!(beside, format!("# encrypted to {}\n{}  it.age\n", key.recipient, sealed.sha256));

    let other = away.path().join("machine");
    let report = restored(&file, Some(&key), &other).expect("it is restored");
    assert!(report.key_restored && !report.to_do.iter().any(|to_do| to_do.contains("waymark.key")));
    assert!(!names(&other).iter().any(|name| name.contains("restoring")), "{:?}", names(&other));
    let moved = |name: &str| std::fs::read(other.join(name)).expect("it is there");
    assert_eq!(moved("waymark.key"), std::fs::read(data.path().join("waymark.key")).expect("it is there"));
    assert_eq!(crate::startup::service(&other, None).err(), None, "it starts");
    let verified = crate::verify(&other).expect("it is read");
    assert_eq!((verified.first_fault, verified.ops > 0), (None, true));
}

#[test]
fn a_backup_names_the_key_that_it_needs() {
    let (data, away) = store();
    let (right, wrong) = (key(away.path(), "right"), key(away.path(), "wrong"));
    let file = away.path().join("it.age");
    backup_sealed(data.path(), &file, &seal(&right, With::Nothing), NOW_MS).expect("it is written");
    let other = away.path().join("machine");
    let needs = right.recipient.clone();
    assert_eq!(restored(&file, None, &other).err(), Some(Fault::BackupNeedsKey(needs.clone())));
    let given = wrong.recipient.clone();
    assert_eq!(restored(&file, Some(&wrong), &other).err(), Some(Fault::BackupOtherKey { needs, given }));
    assert_eq!(names(&other), BTreeSet::new(), "nothing is left");
    let report = restored(&file, Some(&right), &other).expect("it is restored");
    assert!(
        !report.key_restored && report.to_do[0].contains("not in this backup"),
        "the server's key was left out"
    );
    let elsewhere = With::Key(Some(away.path().join("not here")));
    let report = backup_sealed(data.path(), &away.path().join("other.age"), &seal(&right, elsewhere), NOW_MS);
    let sealed = report.expect("it is written all the same").sealed.expect("it is encrypted");
    assert!(!sealed.holds_key && sealed.to_do.is_some_and(|to_do| to_do.contains("--key-file")));
}

#[test]
fn a_backup_that_was_changed_or_cut_is_refused_and_the_store_stays() {
    let (data, away) = store();
    let key = key(away.path(), "backup.key");
    let file = away.path().join("it.age");
    backup_sealed(data.path(), &file, &seal(&key, With::Key(None)), NOW_MS).expect("it is written");
    let whole = std::fs::read(&file).expect("it is there");
    let before = std::fs::read(data.path().join("waymark.sqlite")).expect("it is there");
    let beside = away.path().join("it.age.sha256");
    for is_beside in [true, false] {
        if !is_beside {
            std::fs::remove_file(&beside).expect("it is there");
        }
        let (half, last) = (whole.len() / 2, whole.len() - 1);
        let cut = |length: usize| whole[..length].to_vec();
        let mut changed = whole.clone();
        changed[half] ^= 1;
        for (what, bytes) in [("cut", cut(half)), ("short", cut(last)), ("changed", changed)] {
            std::fs::write(&file, bytes).expect("it is written");
            let refused = restored(&file, Some(&key), data.path()).err();
            assert!(matches!(refused, Some(Fault::BackupUnsound(_))), "{what} {is_beside}: {refused:?}");
        }
        std::fs::write(&file, &whole).expect("it is written");
    }
    let left = names(data.path());
    assert!(
        !left.iter().any(|name| name.contains("before-restore") || name.contains("restoring")),
        "{left:?}"
    );
    assert!(std::fs::read(data.path().join("waymark.sqlite")).expect("it is there") == before);
    restored(&file, Some(&key), data.path()).expect("the whole one is taken, also without its digest");
}

#[test]
fn a_key_that_is_there_is_not_replaced_by_the_backups() {
    let (data, away) = store();
    let key = key(away.path(), "backup.key");
    let file = away.path().join("it.age");
    backup_sealed(data.path(), &file, &seal(&key, With::Key(None)), NOW_MS).expect("it is written");
    let own = Scheme::new();
    let kept = own.data.path().join("waymark.key");
    let before = std::fs::read(&kept).expect("it is there");
    let report = restore_from(
        Backup { file: &file, identities: Some(&key.identities) },
        &away.path().join("machine"),
        Some(&kept),
        NOW_MS,
    );
    let report = report.expect("it is restored");
    assert!(!report.key_restored && report.to_do[0].contains("another server"), "it is another store's key");
    assert_eq!(std::fs::read(&kept).expect("it is there"), before);
}

#[test]
fn what_a_crash_left_is_gone_after_the_next_backup() {
    let (data, away) = store();
    let key = key(away.path(), "backup.key");
    let seal = seal(&key, With::Key(None));
    let folder = away.path().join("folder");
    let write = |path: PathBuf| std::fs::write(path, "left over").expect("it is written");
    std::fs::create_dir(&folder).expect("it is made");
    write(data.path().join("waymark.sqlite.backing-up"));
    write(folder.join("waymark-2026-05-28T202740Z.sqlite.age.part"));
    write(folder.join("waymark-2026-05-28T202741Z.sqlite.part"));
    write(folder.join("notes.age.part"));
    for minute in 0..3 {
        backup_into(data.path(), &folder, 2, Some(&seal), 1_780_000_000_000 + minute * 60_000).expect("ok");
    }
    let last = ["waymark-2026-05-28T202740Z.sqlite.age", "waymark-2026-05-28T202840Z.sqlite.age"];
    let mut expected: BTreeSet<String> = last.map(|name| format!("{name}.sha256")).into();
    expected.extend(last.map(str::to_owned));
    expected.insert("notes.age.part".to_owned());
    assert_eq!(names(&folder), expected, "the newest, and what is not ours");
    assert!(!names(data.path()).iter().any(|name| name.contains("backing-up")));
}

#[test]
fn what_a_restore_that_was_killed_left_is_gone_after_the_next_start() {
    let (data, _away) = store();
    let left = ["waymark.sqlite.restoring", "waymark.sqlite.incoming"].map(|name| data.path().join(name));
    left.iter().for_each(|path| std::fs::write(path, "left over").expect("it is written"));
    assert_eq!(crate::startup::service(data.path(), None).err(), None);
    assert!(!left.iter().any(|path| path.exists()));
}

#[test]
fn of_two_key_files_a_restore_keeps_the_one_that_holds_every_key_of_the_other() {
    let (data, away) = store();
    let key = key(away.path(), "backup.key");
    let [older, newer] = ["older.age", "newer.age"].map(|name| away.path().join(name));
    let place = away.path().join("waymark.key");
    let of_before = std::fs::read(data.path().join("waymark.key")).expect("it is there");
    backup_sealed(data.path(), &older, &seal(&key, With::Key(None)), NOW_MS).expect("it is written");
    crate::rotate_key(data.path(), None).expect("a key is added");
    let of_after = std::fs::read(data.path().join("waymark.key")).expect("it is there");
    backup_sealed(data.path(), &newer, &seal(&key, With::Key(None)), NOW_MS).expect("it is written");
    for (file, lies_there, is_restored) in [(&older, &of_after, false), (&newer, &of_before, true)] {
        crate::private::write(&place, lies_there).expect("it is written");
        let machine = away.path().join(format!("machine-{is_restored}"));
        let from = Backup { file, identities: Some(&key.identities) };
        let report = restore_from(from, &machine, Some(&place), NOW_MS).expect("it is restored");
        assert_eq!((report.key_restored, std::fs::read(&place).ok()), (is_restored, Some(of_after.clone())));
        assert_eq!(crate::startup::service(&machine, Some(&place)).err(), None, "it starts");
    }
}
