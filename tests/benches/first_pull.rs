//! What a new device's first pull costs: page by page through the server's pipeline and its SQLite, into the
//! phone's store, durable after each page; beside it a plain insert of the same bytes on the same disk.
//!
//! `cargo bench -p tests --bench first_pull`; `WAYMARK_REFERRALS` says how many referrals (1,000). The network is a
//! call: no time of a link is in the figures, and every byte is packed as it would be. Does not assert any figure.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::path::Path;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rusqlite::{Connection, params};
use serde_json::{Value, json};
use server::node::{Founding, Node, Org, Person, Refusal, es256, new_key};
use sync_core::access::Role;
use sync_core::ids::{DeviceId, OrgId, UserId};
use sync_core::sync::session::{Event, SyncProblem};
use uuid::Uuid;
use waymark::{Device, Options, Transport};

const NOW_MS: u64 = 1_780_000_000_000;

/// The server, and what went over the link to a phone.
struct Link<'n> {
    node: &'n Node,
    round_trips: u64,
    down_bytes: usize,
    plain_bytes: usize,
    serving: Duration,
}

impl<'n> Link<'n> {
    fn to(node: &'n Node) -> Self {
        Self { node, round_trips: 0, down_bytes: 0, plain_bytes: 0, serving: Duration::ZERO }
    }
}

impl Transport for Link<'_> {
    fn send(&mut self, header: &str, body: &[u8]) -> Event {
        let began = Instant::now();
        let mut unpack =
            zstd::bulk::Decompressor::with_dictionary(schema::dictionary::BYTES).expect("it is one");
        let plain = unpack.decompress(body, 4 << 20).expect("the phone packs its body");
        let header = header.parse().expect("the phone writes its header");
        let answer = match self.node.sync(header, body, &plain, NOW_MS) {
            Ok(answer) => answer,
            Err(Refusal::PrevNeeded) => return Event::Problem(SyncProblem::PrevNeeded),
            Err(refusal) => panic!("an honest phone is refused: {refusal:?}"),
        };
        let sent = serde_json::to_vec(&answer).expect("an answer is plain data");
        self.plain_bytes += sent.len();
        self.down_bytes += zstd::bulk::compress(&sent, 3).expect("it is packed").len();
        self.round_trips += 1;
        self.serving += began.elapsed();
        Event::Answered(Box::new(answer))
    }

    fn send_sealed(&mut self, _: &str, _: &[u8]) -> Option<(u16, Vec<u8>)> {
        None
    }
}

struct Place {
    node: Node,
    force: OrgId,
    epoch: Uuid,
    server_key: String,
    provider: OrgId,
}

fn place(data: &Path) -> Place {
    let (force, epoch) = (OrgId(Uuid::from_u128(1)), Uuid::from_u128(2));
    let (device, user) = (DeviceId(Uuid::from_u128(3)), UserId(Uuid::from_u128(4)));
    let signing_key = new_key().expect("the system gives a key");
    let signatures = es256(&signing_key).expect("it is one");
    let founding = Founding { epoch, force, force_prefix: "TVP".to_owned(), device, user, signing_key };
    let server_key = URL_SAFE_NO_PAD.encode(signatures.public_key());
    let node = Node::in_directory(&data.join("server"), &founding, signatures).expect("a store is created");
    let provider = OrgId(Uuid::from_u128(5));
    node.add_org(&Org::named(provider, "Reading".to_owned())).expect("an organisation is added");
    Place { node, force, epoch, server_key, provider }
}

/// A phone of the force, enrolled.
fn phone(place: &Place, dir: &Path, role: Role, n: u128) -> Device {
    let (user, id) = (UserId(Uuid::from_u128(n)), DeviceId(Uuid::from_u128(n + 1)));
    let person = Person { id: user, name: role.word().to_owned(), role, org: place.force };
    place.node.add_user(&person).expect("a person is added");
    let server = Some("http://none.invalid".to_owned());
    let options = Options { dir: dir.to_owned(), server, ..Options::default() };
    let device = Device::open(options).expect("a phone's store opens");
    place.node.enrol(id, user, &device.public_key()).expect("a device enrols");
    let provider = json!({"id": place.provider, "name": "Reading", "staffed": "yes"});
    let answer = json!({
        "device": id, "user": user, "role": role, "org": place.force, "force": place.force,
        "force_prefix": "TVP", "epoch": place.epoch, "server_key": place.server_key, "now_ms": NOW_MS,
        "reference": {"policy": {"id": "thames-valley-2018", "version": 1}, "providers": [provider]},
    });
    device.take_enrolment(&answer, "Ana").expect("the answer is one");
    device
}

/// A name of its own: people who are called alike are compared with each other, and that is no pull.
fn name(mut n: u64) -> String {
    let mut name = String::from("B");
    for _ in 0..6 {
        n = n.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23) ^ 0x5bd1_e995;
        let letters = if name.len() % 2 == 1 { "aeiou" } else { "bdfgklmnprstvz" };
        let at = usize::try_from(n % letters.len() as u64).expect("a small number");
        name.push(char::from(letters.as_bytes()[at]));
    }
    name
}

fn refer(n: u64) -> Value {
    json!({
        "command": "refer", "drug": "cannabis", "amount": "two wraps",
        "family": name(n), "given": name(n + 1_000_000),
        "born": format!("19{:02}-{:02}-{:02}", 50 + n % 50, 1 + n / 50 % 12, 1 + n / 600 % 28),
        "identity": "photo_document",
        "checks": [{"kind": "pnc", "channel": "voice_radio", "result": "nothing_found"}],
        "signs": {}, "safe_now": {}, "ethnicity": "NS", "agrees": {"answer": "yes"},
        "consent": {"contact": "yes", "feedback": "yes", "wording": "v1", "language": "en"},
        "reach": {"phone": "07700 900123", "may": ["text"]},
    })
}

/// So many rows with so many bytes in all, 500 a transaction, each flushed.
fn plain_insert(dir: &Path, rows: u64, bytes: usize) -> Duration {
    let mut db = Connection::open(dir.join("raw.sqlite")).expect("a database is made");
    let wal = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
               CREATE TABLE op (id BLOB PRIMARY KEY, record BLOB, seq INTEGER, payload BLOB);
               CREATE INDEX of_record ON op (record);";
    db.execute_batch(wal).expect("it takes the table");
    let payload = vec![b'x'; bytes / usize::try_from(rows).expect("few rows")];
    let began = Instant::now();
    for from in (0..rows).step_by(500) {
        let tx = db.transaction().expect("it begins");
        for row in from..rows.min(from + 500) {
            let id = u128::from(row).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835).to_be_bytes();
            let sql = "INSERT INTO op VALUES (?1, ?2, ?3, ?4)";
            tx.execute(sql, params![id, &id[..8], row, payload]).expect("it is inserted");
        }
        tx.commit().expect("it is flushed");
    }
    began.elapsed()
}

fn main() {
    let referrals =
        std::env::var("WAYMARK_REFERRALS").ok().and_then(|text| text.parse().ok()).unwrap_or(1000);
    let data = tempfile::tempdir().expect("a directory");
    let place = place(data.path());
    let author = phone(&place, &data.path().join("author"), Role::Officer, 100);
    for n in 0..referrals {
        author.execute(&refer(n)).expect("it is recorded");
    }
    let mut link = Link::to(&place.node);
    author.sync_over(&mut link).expect("it is pushed");
    println!(
        "pushed {referrals} referrals in {} round trips, {:.2?} serving",
        link.round_trips, link.serving
    );

    let new = phone(&place, &data.path().join("new"), Role::Supervisor, 200);
    let mut link = Link::to(&place.node);
    let began = Instant::now();
    let report = new.sync_over(&mut link).expect("it is pulled");
    let took = began.elapsed();
    let ops = report["pulled"].as_u64().expect("a number");
    let raw = plain_insert(data.path(), ops, link.plain_bytes);
    println!(
        "first pull: {ops} ops in {} round trips, {took:.2?}: {:.2?} serving",
        link.round_trips, link.serving
    );
    println!("bytes: {} packed, {} plain", link.down_bytes, link.plain_bytes);
    println!("plain insert of as many rows with as many bytes: {raw:.2?}");
    println!("ratio: {:.1}", took.as_secs_f64() / raw.as_secs_f64());
}
