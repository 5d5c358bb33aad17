//! The store is sealed: what lies in its files, and what becomes of rows that somebody else has touched.
//!
//! Every other test here runs on a sealed store too. Does not test the ciphers: see `store::sealer`.

use std::path::Path;

use rusqlite::Connection;
use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::ids::{DeviceId, OpId, UserId};
use sync_core::stream::StreamOp;
use tempfile::TempDir;
use uuid::Uuid;

use super::syncing::{Server, synced};
use super::{KEY, Phone, form, keep_other, open, open_as, phone, with};
use crate::keys::{Signer, SoftwareKey};
use crate::store::meta::{self, key};
use crate::store::ops;
use crate::{Device, Options, Problem, StoreKey};

/// What is planted: a name, a birth, a number, a place, a note, a draft; and what the library makes of them.
const PLANTED: [&str; 9] = [
    "Zoltan-Planted",
    "1991-07-13",
    "07700 900777",
    "Planted Lane",
    "note-planted",
    "draft-planted",
    "referral.submitted",
    "Cranstoun",
    "AB/A1",
];

fn plant(phone: &Phone) -> Value {
    let done = phone.run(with(
        form(),
        json!({
            "family": "Zoltan-Planted", "born": "1991-07-13", "amount": "Planted Lane", "note": "note-planted",
            "reach": {"phone": "07700 900777", "may": ["text"]},
        }),
    ));
    phone.run(json!({
        "command": "draft_save", "id": "draft-planted", "form": {"command": "refer", "family": "draft-planted"},
    }));
    done
}

/// Which planted words the files of a folder hold, as they lie there.
fn found(dir: &Path) -> Vec<&'static str> {
    let files = std::fs::read_dir(dir).expect("a directory").map(|entry| entry.expect("an entry").path());
    let files: Vec<Vec<u8>> =
        files.filter(|path| path.is_file()).map(|path| std::fs::read(path).expect("a file")).collect();
    let holds =
        |word: &&str| files.iter().any(|bytes| bytes.windows(word.len()).any(|part| part == word.as_bytes()));
    PLANTED.into_iter().filter(holds).collect()
}

fn again(phone: Phone) -> Phone {
    let Phone { dir, device } = phone;
    drop(device);
    Phone { device: open(&dir), dir }
}

#[test]
fn nothing_that_was_planted_is_in_any_file_and_in_a_store_without_a_key_everything_is() {
    let sealed = phone(Role::Officer, 10);
    plant(&sealed);
    assert_eq!(found(sealed.dir.path()), Vec::<&str>::new());
    sealed.device.checkpoints.now().expect("it is written");
    assert_eq!(found(sealed.dir.path()), Vec::<&str>::new());
    // As it lies there when the phone dies.
    let copy = tempfile::tempdir().expect("a directory");
    for file in ["waymark.db", "waymark.db-wal", "waymark.key", "waymark.anchor"] {
        std::fs::copy(sealed.dir.path().join(file), copy.path().join(file)).expect("it is copied");
    }
    assert_eq!(found(copy.path()), Vec::<&str>::new());
    let revived = Phone { device: open(&copy), dir: copy };
    assert_eq!(revived.ask("referrals")["referrals"], sealed.ask("referrals")["referrals"]);
    assert_eq!(revived.ask("status")["sealed"], true);

    let clear = super::phone_as(Role::Officer, 10, None);
    plant(&clear);
    assert_eq!(found(clear.dir.path()), PLANTED, "the search finds what is there");
    assert_eq!(clear.ask("status")["sealed"], false);
}

#[test]
fn whom_a_record_is_about_cannot_be_guessed_from_the_file() {
    let phone = phone(Role::Officer, 10);
    plant(&phone);
    let own = ops::own_ops(&phone.device.store().db, 1, 100).expect("the log is read");
    let bodies = own.iter().filter_map(|own| own.op.body.as_deref()).filter_map(|body| {
        let body: Value = serde_json::from_str(body).expect("a body is JSON");
        serde_json::from_value(body.get("subject").unwrap_or(&body).clone()).ok()
    });
    let guessed = bodies.filter_map(|subject| sync_core::query::summary::about(&subject)).next();
    let guessed = guessed.expect("a body names somebody").0;
    let kept: Vec<Vec<u8>> = {
        let store = phone.device.store();
        let mut query = store.db.prepare("SELECT about FROM summary_about_row").expect("a table");
        let rows = query.query_map([], |row| row.get(0)).expect("rows");
        rows.collect::<Result<_, _>>().expect("digests")
    };
    assert!(!kept.is_empty() && !kept.contains(&guessed.to_vec()));
    let again = phone.refused(with(
        form(),
        json!({
            "family": "Zoltan-Planted", "born": "1991-07-13", "again": false,
        }),
    ));
    assert_eq!(again.code, "already_referred", "who has the key still finds it");
}

fn listing(dir: &TempDir) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(dir.path()).expect("a directory").map(|entry| entry.expect("an entry"));
    let mut files: Vec<_> = entries
        .map(|entry| {
            (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).expect("a file"))
        })
        .collect();
    files.sort();
    files
}

#[test]
fn a_wrong_key_or_none_is_a_status_and_changes_no_byte() {
    let phone = phone(Role::Officer, 10);
    plant(&phone);
    let before = phone.ask("referrals")["referrals"].clone();
    let Phone { dir, device } = phone;
    drop(device);
    let files = listing(&dir);
    for (given, code) in [(Some(StoreKey([9; 32])), "store_key_wrong"), (None, "store_key_missing")] {
        assert_eq!(open_as(&dir, given).err().expect("it does not open").code, code);
        assert!(listing(&dir) == files, "{code}");
    }
    assert_eq!(Phone { device: open(&dir), dir }.ask("referrals")["referrals"], before);
}

#[test]
fn a_store_that_was_written_before_is_sealed_in_place() {
    let clear = super::phone_as(Role::Officer, 10, None);
    plant(&clear);
    let Phone { dir, device } = clear;
    drop(device);
    let before =
        open_as(&dir, None).expect("it opens").query(&json!({"query": "referrals"})).expect("a list");
    assert_eq!(found(dir.path()), PLANTED);
    // The phone dies after the keys were made and before a row was sealed: the next open goes on.
    drop(crate::store::key_file::KeyFile::open(dir.path(), Some(&KEY)).expect("the keys are made"));
    let phone = Phone { device: open(&dir), dir };
    assert_eq!(found(phone.dir.path()), Vec::<&str>::new());
    assert_eq!(phone.ask("referrals")["referrals"], before["referrals"]);
    assert_eq!(
        (&phone.ask("status")["recovery"], &phone.ask("status")["sealed"]),
        (&json!(null), &json!(true))
    );
    let drafts = phone.ask("drafts")["drafts"].clone();
    assert_eq!(drafts[0]["id"], "draft-planted");
    phone.run(json!({"command": "draft_drop", "id": "draft-planted"}));
    assert_eq!(phone.ask("drafts")["drafts"], json!([]));
    assert_eq!(phone.run(with(form(), json!({"family": "Other"})))["exhibit"], "AB/A2");
}

#[test]
fn another_key_opens_the_same_store() {
    let phone = phone(Role::Officer, 10);
    plant(&phone);
    let before = phone.ask("referrals")["referrals"].clone();
    let other = StoreKey([7; 32]);
    phone.device.rekey(&other).expect("it is swapped");
    phone.run(with(form(), json!({"family": "Later"})));
    let Phone { dir, device } = phone;
    drop(device);
    assert_eq!(open_as(&dir, Some(KEY)).err().expect("it is the old key").code, "store_key_wrong");
    let device = open_as(&dir, Some(other)).expect("it opens");
    let after = device.query(&json!({"query": "referrals"})).expect("a list")["referrals"].clone();
    assert_eq!(after.as_array().map(Vec::len), before.as_array().map(|list| list.len() + 1));
    drop(device);
    let clear = super::phone_as(Role::Officer, 11, None);
    assert_eq!(clear.device.rekey(&KEY).expect_err("it has none").code, "store_unsealed");
}

/// A phone that holds an op of somebody else in each of two streams of its own referrals.
fn with_ops_of_others() -> (Phone, [StreamOp; 2]) {
    let phone = phone(Role::Officer, 10);
    phone.run(form());
    phone.run(with(form(), json!({"family": "Other"})));
    let own = ops::own_ops(&phone.device.store().db, 1, 100).expect("the log is read");
    let sent: Vec<_> = own.iter().filter(|own| own.op.header.kind.as_str() == "referral.submitted").collect();
    let [one, two] = [0, 1].map(|index| {
        let mut op = StreamOp::of(&sent[index].op, None);
        op.id = OpId { device: DeviceId(Uuid::from_u128(77)), seq: index as u64 + 1 };
        op.author = UserId(Uuid::from_u128(78));
        keep_other(&phone.device.store().db, &op);
        op
    });
    (phone, [one, two])
}

#[test]
fn a_row_that_was_changed_swapped_or_cut_is_set_aside_and_asked_for_again() {
    let swap = "UPDATE stream_op_row SET op = (SELECT op FROM stream_op_row AS other WHERE other.seq = 2) WHERE seq = 1";
    let changes = [
        ("UPDATE stream_op_row SET op = x'01020304' WHERE seq = 1", 1),
        ("UPDATE stream_op_row SET op = substr(op, 1, length(op) - 1) WHERE seq = 1", 1),
        (swap, 1),
        ("UPDATE stream_op_row SET op = 'in the clear' WHERE seq = 1", 1),
        ("UPDATE stream_op_row SET rev = rev + 1 WHERE seq = 1", 1),
    ];
    for (change, rows) in changes {
        let (phone, [one, _]) = with_ops_of_others();
        phone.device.store().db.execute_batch(change).expect("the table can be written");
        let list = phone.ask("referrals")["referrals"].clone();
        assert_eq!(list.as_array().map(Vec::len), Some(2), "{change}: no list stops at it");
        for referral in list.as_array().expect("a list") {
            let asked = json!({"query": "history", "record": referral["record"]});
            let _ = phone.device.query(&asked);
        }
        phone.ask("digests");
        assert_eq!(phone.ask("status")["set_aside"], json!(rows), "{change}");
        let mut server = Server::of(&phone);
        synced(&phone, &mut server).expect("the server answers");
        let asked = server.pushed.expect("it was pushed").heal;
        let asked = serde_json::to_string(&asked).expect("plain data");
        assert!(asked.contains(&one.stream.to_string()), "{change}: {asked}");
    }
}

#[test]
fn a_draft_and_a_summary_that_do_not_open_block_nothing() {
    let phone = phone(Role::Officer, 10);
    let done = plant(&phone);
    let change = "UPDATE draft_row SET form = x'00'; UPDATE summary_row SET reference = x'01'";
    phone.device.store().db.execute_batch(change).expect("the tables can be written");
    assert_eq!(phone.ask("drafts")["drafts"], json!([]));
    let asked = json!({"query": "referral", "record": done["reference"]});
    let _ = phone.device.query(&asked);
    assert_eq!(phone.ask("referrals")["referrals"].as_array().map(Vec::len), Some(1));
    assert!(phone.ask("status")["set_aside"].as_u64() >= Some(1));
    assert!(phone.device.query(&asked).is_ok(), "the summary was made anew");
}

#[test]
fn an_own_entry_that_does_not_open_is_salvaged_with_the_rest() {
    let phone = phone(Role::Officer, 10);
    plant(&phone);
    let saved = phone.waiting() as u64;
    phone.device.checkpoints.now().expect("it is written");
    let change = "UPDATE own_op_row SET body = substr(body, 1, length(body) - 1) WHERE seq = 3";
    phone.device.store().db.execute(change, []).expect("the table can be written");
    phone.ask("referrals");
    let phone = again(phone);
    let recovery = phone.ask("status")["recovery"].clone();
    assert_eq!(recovery["because"], "damaged");
    let count = |name: &str| recovery[name].as_u64().expect("a count");
    assert!(count("kept") >= saved - 1);
    assert_eq!(count("kept") + count("unread"), saved);
    assert_eq!(found(phone.dir.path()), Vec::<&str>::new(), "what was salvaged is sealed too");
    assert_eq!(phone.ask("drafts")["drafts"][0]["id"], "draft-planted");
}

#[test]
fn a_store_whose_keys_are_gone_is_kept_aside_and_a_new_one_opens() {
    let phone = phone(Role::Officer, 10);
    plant(&phone);
    let Phone { dir, device } = phone;
    drop(device);
    std::fs::remove_file(dir.path().join("waymark.key")).expect("it is deleted");
    let phone = Phone { device: open(&dir), dir };
    assert_eq!(phone.ask("status")["recovery"]["because"], "damaged");
    assert!(phone.dir.path().join("waymark.db.damaged-1").exists());
}

struct Hardware(SoftwareKey);

impl Signer for Hardware {
    fn public_key(&self) -> Vec<u8> {
        self.0.public_key()
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], Problem> {
        self.0.sign(message)
    }
}

#[test]
fn no_software_key_is_made_beside_a_hardware_key() {
    let kept = |device: &Device| {
        let kept: Option<String> = meta::value(&device.store().db, key::KEY).expect("it is read");
        kept
    };
    let dir = tempfile::tempdir().expect("a directory");
    let drawn = SoftwareKey::generate().and_then(|text| SoftwareKey::read(&text)).expect("a key");
    let signer: Option<Box<dyn Signer>> = Some(Box::new(Hardware(drawn)));
    let options = Options { dir: dir.path().to_owned(), key: Some(KEY), signer, ..Options::default() };
    let device = Device::open(options).expect("it opens");
    let _ = device.query(&json!({"query": "status"}));
    let _ = device.public_key();
    let _ = device.enrol("CODE", "phone");
    assert_eq!(kept(&device), None);
    drop(device);
    // An app that gives its key a moment after the open has none made either.
    let device = open(&dir);
    let _ = device.query(&json!({"query": "status"}));
    assert_eq!(kept(&device), None);
    assert!(!device.public_key().is_empty(), "who needs one and gives none has one made");
    assert!(kept(&device).is_some());
}

#[test]
fn of_store_log_and_anchor_each_notices_when_another_is_deleted() {
    let deleted = |name: &str| {
        let phone = phone(Role::Officer, 10);
        plant(&phone);
        let Phone { dir, device } = phone;
        drop(device);
        std::fs::remove_file(dir.path().join(name)).expect("it is deleted");
        let phone = Phone { device: open(&dir), dir };
        phone.ask("status")
    };
    for name in ["waymark.db", "waymark.db-wal"] {
        let status = deleted(name);
        assert_ne!(status["recovery"], Value::Null, "{name}");
        assert_eq!(status["synced"], false);
    }
    let status = deleted("waymark.anchor");
    assert_eq!((&status["recovery"], &status["anchor"]), (&json!(null), &json!("was_missing")));
    assert_eq!(deleted("waymark.lock")["anchor"], "not_saved_since_open", "the control");
}

#[test]
fn the_log_stays_short_without_a_synchronisation() {
    let phone = phone(Role::Officer, 10);
    let log = phone.dir.path().join("waymark.db-wal");
    let mut most = 0;
    for number in 0..1500 {
        let form = json!({"command": "refer", "amount": format!("{number} {}", "x".repeat(9000))});
        phone.run(json!({"command": "draft_save", "id": format!("d{}", number % 3), "form": form}));
        most = most.max(std::fs::metadata(&log).expect("the log is there").len());
    }
    assert!(most > 1 << 20, "the test writes enough: {most}");
    assert!(most < 8 << 20, "{most}");
}

#[test]
fn every_statement_goes_through_the_views() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![source];
    let mut wrong = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.to_string_lossy().into_owned();
            if path.is_dir() && !name.ends_with("tests") {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                let allowed = ["sealing.rs", "aside.rs", "found.rs"].iter().any(|file| name.ends_with(file));
                let text = std::fs::read_to_string(&path).expect("a source file");
                if !allowed && (text.contains("_row ") || text.contains("_row\"")) {
                    wrong.push(name);
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new(), "a row is touched only where it is sealed");
}

/// A store as the first version of this library left it, with what a store in the clear holds.
pub(super) fn as_the_first_version(from: &Path, to: &Path) {
    let db = Connection::open(to.join("waymark.db")).expect("a database");
    db.execute_batch(schema::sql::DEVICE[0].1).expect("the first tables");
    db.execute("ATTACH ?1 AS now", [from.join("waymark.db").to_string_lossy()]).expect("it is attached");
    db.execute_batch(
        "INSERT INTO own_op SELECT seq, record, stream, header, body, salt, hash, seed, command, rev, acknowledged,
             sealed, stamp, kind FROM now.own_op_row;
         INSERT INTO seed SELECT * FROM now.seed_row;
         INSERT INTO meta SELECT * FROM now.meta_row;
         INSERT INTO summary SELECT record, referral, submitted_ms, reference, coming, waiting FROM now.summary_row;
         INSERT INTO summary_about SELECT about, record FROM now.summary_about_row;
         INSERT INTO provider SELECT * FROM now.provider_row;
         INSERT INTO exhibit SELECT reference, record FROM now.exhibit_row;
         INSERT INTO draft SELECT id, form, saved_ms FROM now.draft_row;",
    )
    .expect("the rows fit");
    db.pragma_update(None, "user_version", 1).expect("the version is kept");
}

#[test]
fn a_store_of_the_first_version_is_sealed_and_holds_what_it_held() {
    let clear = super::phone_as(Role::Officer, 10, None);
    plant(&clear);
    let before = clear.ask("referrals")["referrals"].clone();
    drop(clear.device);
    let older = tempfile::tempdir().expect("a directory");
    as_the_first_version(clear.dir.path(), older.path());
    let phone = Phone { device: open(&older), dir: older };
    assert_eq!(phone.ask("referrals")["referrals"], before);
    assert_eq!(found(phone.dir.path()), Vec::<&str>::new());
    assert_eq!(phone.ask("status")["recovery"], Value::Null);
}
