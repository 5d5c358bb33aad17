//! A restored store knows what was taken away after its backup.
//!
//! Does not test the file's lines: `outside::file` does.

use std::path::Path;

use serde_json::Value;
use sync_core::access::Role;
use sync_core::sync::answer::Directive;

use super::phone::try_code;
use super::{NOW_MS, Scheme, TestService};
use crate::desk::{Command, Page, PolicyWanted, Query, RoleWanted};
use crate::outside::file::NAME;
use crate::store::sqlite::SqliteStore;
use crate::{EndReason, Fault, Found, RestoreReport, RevokeReason, backup, restore};

const HOUR_MS: u64 = 3_600_000;

/// A scheme of which a phone was revoked, a person disabled, a role changed, a provider closed and another
/// policy put in force after the backup.
fn taken_away() -> (Scheme, std::path::PathBuf) {
    let scheme = Scheme::new();
    let second = try_code(&scheme.service, &scheme.second_admin.code, NOW_MS).expect("the code counts");
    let file = scheme.data.path().join("backup");
    backup(scheme.data.path(), &file, NOW_MS).expect("a backup is written");
    let wanted = RoleWanted { role: Role::Supervisor, org: None };
    let deed = |user, deed| scheme.service.command(user, deed, NOW_MS + HOUR_MS).expect("it is done");
    deed(scheme.admin.user, Command::RevokeDevice(scheme.worker.device, RevokeReason::Stolen));
    deed(scheme.admin.user, Command::DisableUser(scheme.lead.user, EndReason::Cause));
    let proposed = deed(scheme.admin.user, Command::ProposeRole(scheme.other_officer.user, wanted));
    let proposal = proposed["proposal"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    deed(second.user, Command::ConfirmRole(proposal));
    deed(scheme.admin.user, Command::DisableProvider(scheme.other_provider, None));
    let wanted = PolicyWanted { pack: "divert-west-midlands".to_owned(), version: None };
    let proposed = deed(scheme.admin.user, Command::ProposePolicy(wanted));
    let proposal = proposed["proposal"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    deed(second.user, Command::ConfirmPolicy(proposal));
    (scheme, file)
}

/// What an admin sees of people, devices, providers and policy. A desk that was opened after the backup is not among
/// them: what was written there is lost with the lost hours.
fn lists(scheme: &Scheme) -> [Value; 4] {
    let page = || Page::default();
    let query = |query| scheme.service.query(scheme.admin.user, &query).expect("it is answered");
    let mut devices = query(Query::Devices(page()));
    devices["devices"].as_array_mut().expect("a list").retain(|device| device["name"] != "Desk");
    [query(Query::Users(page())), devices, query(Query::Providers(page())), query(Query::Policy)]
}

fn restored(mut scheme: Scheme, before: impl FnOnce(&Path), file: &Path) -> (Scheme, RestoreReport) {
    drop(scheme.service);
    before(scheme.data.path());
    let report = restore(file, scheme.data.path(), NOW_MS + 2 * HOUR_MS).expect("it is restored");
    scheme.service = TestService::open(scheme.data.path());
    (scheme, report)
}

#[test]
fn a_restored_store_knows_what_was_taken_away_after_the_backup() {
    let (scheme, file) = taken_away();
    let before = lists(&scheme);
    let (mut scheme, report) = restored(scheme, |_| (), &file);
    assert_eq!((report.kept_outside, report.applied_again), (Found::Yes, 8));
    assert_eq!(lists(&scheme), before);
    let answer = scheme.worker.push_at(&scheme.service, 1, NOW_MS + 2 * HOUR_MS).expect("it is answered");
    assert_eq!((answer.directives, answer.feed.len()), (vec![Directive::Wipe], 0));
    let (_, report) = restored(scheme, |_| (), &file);
    assert_eq!(report.applied_again, 8, "the file keeps them for the next time");
}

#[test]
fn a_store_that_went_back_silently_knows_it_when_it_is_opened() {
    let (mut scheme, file) = taken_away();
    let before = lists(&scheme);
    drop(scheme.service);
    for suffix in ["-wal", "-shm"] {
        drop(std::fs::remove_file(scheme.data.path().join(format!("waymark.sqlite{suffix}"))));
    }
    std::fs::copy(&file, scheme.data.path().join("waymark.sqlite")).expect("it is copied");
    scheme.service = TestService::open(scheme.data.path());
    assert_eq!(lists(&scheme), before);
}

#[test]
fn a_missing_file_is_said_by_a_restore_and_stops_a_start() {
    let (scheme, file) = taken_away();
    let lose = |data: &Path| std::fs::remove_file(data.join(NAME)).expect("it is removed");
    let (scheme, report) = restored(scheme, lose, &file);
    assert_eq!((report.kept_outside, report.applied_again), (Found::Missing, 0));
    drop(scheme.service);
    lose(scheme.data.path());
    assert_eq!(SqliteStore::open(scheme.data.path()).err(), Some(Fault::OutsideMissing));
}

#[test]
fn the_file_of_another_store_stops_a_start() {
    let ((one, _), (other, _)) = (taken_away(), taken_away());
    drop((one.service, other.service));
    std::fs::copy(other.data.path().join(NAME), one.data.path().join(NAME)).expect("it is copied");
    assert_eq!(SqliteStore::open(one.data.path()).err(), Some(Fault::OutsideOther(1)));
}

#[test]
fn what_a_crash_kept_from_the_file_is_written_when_the_store_opens() {
    let (scheme, _) = taken_away();
    drop(scheme.service);
    let path = scheme.data.path().join(NAME);
    let whole = std::fs::read_to_string(&path).expect("it is read");
    let first = whole.split_inclusive('\n').next().expect("a line");
    std::fs::write(&path, first).expect("it is cut");
    drop(SqliteStore::open(scheme.data.path()).expect("it opens"));
    assert_eq!(std::fs::read_to_string(&path).expect("it is read"), whole);
    assert!(!whole.contains("Lead") && !whole.contains("Other"), "ids only: {whole}");
}
