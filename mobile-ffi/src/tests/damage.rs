//! A damaged store: random bits, zeroed pages, cut files, in database and write-ahead log.
//!
//! `WAYMARK_MUTATIONS` says how many (500 when absent), `WAYMARK_SEED` where they begin. After each,
//! every entry that was reported saved is in the opened log, or was salvaged, or is said to be missing;
//! none is another than it was, lists show what they showed, and nothing panics. Does not damage the anchor: it lies elsewhere.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::op::Op;
use tempfile::TempDir;

use super::random::Random;
use super::syncing::{Server, synced};
use super::{KEY, form, phone, with};
use crate::store::{meta, ops, recovery};
use crate::{Device, Options, Problem};

const FILES: [&str; 2] = ["waymark.db", "waymark.db-wal"];

/// A closed store with entries in the file and in its write-ahead log, and every entry it had saved.
struct Saved {
    dir: TempDir,
    log: BTreeMap<u64, Op>,
    referrals: Value,
    drafts: Value,
}

fn saved() -> Saved {
    let phone = phone(Role::Officer, 10);
    let mut server = Server::of(&phone);
    for name in ["One", "Two", "Three"] {
        phone.run(with(form(), json!({"family": name})));
    }
    synced(&phone, &mut server).expect("the server answers");
    phone.device.checkpoints.now().expect("the store is sound");
    for name in ["Four", "Five"] {
        phone.run(with(form(), json!({"family": name, "note": "x".repeat(3000)})));
    }
    phone.run(json!({"command": "draft_save", "id": "one", "form": {"command": "refer", "family": "Six"}}));
    let own = ops::own_ops(&phone.device.store().db, 1, 1000).expect("the log is readable");
    let (referrals, drafts) =
        (phone.ask("referrals")["referrals"].clone(), phone.ask("drafts")["drafts"].clone());
    let log = own.into_iter().map(|own| (own.op.header.id.seq, own.op)).collect();
    let super::Phone { dir, device } = phone;
    drop(device);
    Saved { dir, log, referrals, drafts }
}

fn copy(from: &Path, to: &Path) {
    for name in FILES.iter().chain(&["waymark.anchor", "waymark.key"]) {
        std::fs::copy(from.join(name), to.join(name)).expect("the store has its files");
    }
}

/// Damages one of the two files and says how.
fn damage(dir: &Path, random: &mut Random) -> String {
    let name = FILES[random.index(2)];
    let path = dir.join(name);
    let mut bytes = std::fs::read(&path).expect("the file is there");
    let (how, at) = (random.index(4), random.index(bytes.len()));
    let what = match how {
        0 | 1 => {
            let count = if how == 0 { 1 } else { 1 + random.index(30) };
            for _ in 0..count {
                let at = random.index(bytes.len());
                bytes[at] ^= 1 << random.index(8);
            }
            format!("{count} bits")
        }
        2 => {
            let page = at / 4096 * 4096;
            let end = (page + 4096).min(bytes.len());
            bytes[page..end].fill(0);
            format!("a page zeroed at {page}")
        }
        _ => {
            bytes.truncate(at);
            format!("cut at {at}")
        }
    };
    std::fs::write(&path, bytes).expect("the file can be written");
    format!("{name}: {what}")
}

fn opened(dir: &Path) -> Result<Device, Problem> {
    Device::open(Options { dir: dir.to_owned(), key: Some(KEY), ..Options::default() })
}

/// What became of every saved entry; none may be another than it was.
fn account(device: &Device, saved: &Saved) -> Result<(), String> {
    let store = device.store();
    let own = ops::own_ops(&store.db, 1, 1000).map_err(|problem| problem.to_string())?;
    let mut found: BTreeMap<u64, Op> = own.into_iter().map(|own| (own.op.header.id.seq, own.op)).collect();
    let noted = meta::state(&store.db).map_err(|problem| problem.to_string())?.recovery;
    if let Some(device) = saved.log.values().next().map(|op| op.header.id.device) {
        let waiting = recovery::waiting(&store.db, device).map_err(|problem| problem.to_string())?;
        found.extend(waiting.into_iter().map(|old| (old.op.header.id.seq, old.op)));
    }
    let missing = saved.log.keys().filter(|seq| !found.contains_key(seq)).count() as u64;
    for (seq, op) in &found {
        match saved.log.get(seq) {
            Some(known) if known == op => {}
            Some(_) => return Err(format!("entry {seq} is another than it was")),
            None => return Err(format!("entry {seq} was never saved")),
        }
    }
    let told = noted.map_or(0, |noted| noted.unread);
    if told == missing { Ok(()) } else { Err(format!("{missing} are missing, {told} are said to be")) }
}

/// What people are shown. A store that was salvaged waits for a code, and says so; any other shows what it showed, and says
/// which rows it set aside.
fn shown(device: &Device, dir: &Path, saved: &Saved, what: &str) -> Result<(), String> {
    let ask = |query: &str| device.query(&json!({ "query": query }));
    // Whoever comes upon a row that does not open sets it aside; whoever asks again finds it made anew.
    for query in ["referrals", "outbox", "digests", "drafts", "conflicts", "worklist"] {
        let _ = ask(query);
    }
    let status = ask("status").map_err(|problem| format!("status: {problem}"))?;
    let told = !status["recovery"].is_null() && status["synced"] == false;
    if told {
        return Ok(());
    }
    if dir.join("waymark.db.damaged-1").exists() {
        return Err(format!("it does not say that it was damaged: {status}"));
    }
    let listed = ask("referrals").map_err(|problem| format!("referrals: {problem}"))?;
    if listed["referrals"] != saved.referrals {
        return Err(format!("it lists {}", listed["referrals"]));
    }
    let drafts = ask("drafts").map_err(|problem| format!("drafts: {problem}"))?;
    // The anchor knows entries: nobody notices that a draft went with the end of the log.
    let may_go = what.starts_with("waymark.db-wal") || status["set_aside"] != 0;
    if drafts["drafts"] == saved.drafts || may_go {
        Ok(())
    } else {
        Err(format!("a draft is gone, and nothing says so: {drafts}"))
    }
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[test]
fn whatever_is_damaged_no_saved_entry_is_silently_lost_or_changed() {
    let saved = saved();
    let (first, count) = (number("WAYMARK_SEED", 1), number("WAYMARK_MUTATIONS", 500));
    let mut faults = Vec::new();
    let mut salvaged = 0;
    for seed in first..first + count {
        let dir = tempfile::tempdir().expect("a folder");
        copy(saved.dir.path(), dir.path());
        let what = damage(dir.path(), &mut Random(seed));
        let done = catch_unwind(AssertUnwindSafe(|| match opened(dir.path()) {
            Ok(device) => {
                salvaged += u64::from(dir.path().join("waymark.db.damaged-1").exists());
                account(&device, &saved)?;
                shown(&device, dir.path(), &saved, &what)?;
                drop(device);
                let again = opened(dir.path()).map_err(|problem| format!("second open: {problem}"))?;
                account(&again, &saved)
            }
            Err(problem) => Err(problem.to_string()),
        }));
        match done {
            Ok(Ok(())) => {}
            Ok(Err(fault)) => faults.push(format!("seed {seed}, {what}: {fault}")),
            Err(_) => faults.push(format!("seed {seed}, {what}: a panic")),
        }
    }
    assert!(faults.is_empty(), "{} of {count}:\n{}", faults.len(), faults.join("\n"));
    assert!(salvaged * 10 > count, "the drill damages what matters: {salvaged} of {count} were salvaged");
}

#[test]
fn without_its_anchor_a_cut_log_is_not_noticed() {
    let saved = saved();
    let dir = tempfile::tempdir().expect("a folder");
    copy(saved.dir.path(), dir.path());
    std::fs::write(dir.path().join(FILES[1]), []).expect("the file can be written");
    std::fs::remove_file(dir.path().join("waymark.anchor")).expect("the anchor is there");
    let device = opened(dir.path()).expect("it reads as sound");
    assert!(account(&device, &saved).is_err(), "the control: the drill can fail");
}

#[test]
fn a_change_of_stores_that_was_cut_is_finished_at_the_next_open() {
    let saved = saved();
    let dir = tempfile::tempdir().expect("a folder");
    copy(saved.dir.path(), dir.path());
    std::fs::write(dir.path().join("waymark.db"), b"not a database at all").expect("the file can be written");
    drop(opened(dir.path()).expect("a new store opens"));
    // As it was before the last rename.
    std::fs::rename(dir.path().join("waymark.db"), dir.path().join("waymark.db.new")).expect("a rename");
    let wal = dir.path().join("waymark.db-wal");
    if wal.exists() {
        std::fs::remove_file(wal).expect("nothing in it is needed");
    }
    let device = opened(dir.path()).expect("the change is finished");
    account(&device, &saved).expect("nothing is lost by it");
}
