//! Records that stay folded in memory: what a phone answers does not depend on what it keeps, and what it keeps spares it
//! from reading.
//!
//! Does not test what an answer says.

use std::path::Path;

use rusqlite::Connection;
use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::ids::{OpId, Record};
use sync_core::phone::state::NewestSeed;
use sync_core::referral::erasure::Erased;
use sync_core::stamp::{Disposition, Why};
use sync_core::stream::StreamOp;
use sync_core::sync::answer::{FeedEntry, Whole};
use tempfile::TempDir;

use super::clocks::Hands;
use super::epochs::{fed, other};
use super::syncing::{Server, synced};
use super::working::taken_on_by;
use super::{KEY, Phone, phone};
use crate::store::{meta, ops};
use crate::{Device, Options};

/// Small and good enough to choose with (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end.max(1)
    }
}

/// A phone at work on one record, and all that a test needs to go on.
struct Worked {
    phone: Phone,
    hands: Hands,
    server: Server,
    record: Value,
    views: Vec<Value>,
    place: u64,
    fed: Vec<StreamOp>,
}

impl Worked {
    fn begin() -> Self {
        let (phone, record) = taken_on_by(phone(Role::ProviderLead, 20));
        let hands = Hands::of(phone.device.reading());
        phone.device.set_clock(Box::new(hands.clone()));
        let server = Server::of(&phone);
        Self { phone, hands, server, record, views: Vec::new(), place: 5_000, fed: Vec::new() }
    }

    /// The same phone in another place, as if it had just been switched on: it keeps nothing.
    fn twin(&self) -> (TempDir, Device) {
        let dir = tempfile::tempdir().expect("the system has a temporary folder");
        copy(self.phone.dir.path(), dir.path());
        let options = Options { dir: dir.path().to_owned(), key: Some(KEY), ..Options::default() };
        let device = Device::open(options).expect("a copy of a sound store is sound");
        device.set_clock(Box::new(self.hands.clone()));
        (dir, device)
    }

    /// What the next entry is salted with is drawn, so that both phones have it; nothing else is written.
    fn draw_seed(&self) {
        let store = self.phone.device.store();
        let was = meta::state(&store.db).expect("the state is read");
        if was.seed_spent == NewestSeed::Fresh {
            return;
        }
        store.held.begin(&store.db).expect("the store is read");
        let (mut state, tip) = (was.clone(), ops::tip(&store.db).expect("the log is read"));
        ops::seed_for(&store.db, &mut state, tip.seq + 1, [7; 16]).expect("the store takes a seed");
        meta::keep_state(&store.db, &was, &state).expect("the store takes it");
        store.held.settle(&store.db);
    }

    fn own(&self) -> Vec<ops::Own> {
        ops::own_ops(&self.phone.device.store().db, 1, 10_000).expect("the log is read")
    }

    fn command(&mut self, random: &mut Random) -> Value {
        let record = self.record.clone();
        let own = self.own();
        let any = &own[usize::try_from(random.below(own.len() as u64)).expect("fits")].op.header.id;
        let mut command = match random.below(12) {
            0..=3 => json!({"command": "contact", "record": record, "what": "attempted", "channel": "phone",
                "result": "no_answer"}),
            4 | 5 => json!({"command": "attend", "record": record, "meeting": "assessment",
                "status": "attended", "minutes": 60}),
            6 | 7 => json!({"command": "strike", "entry": any.to_string(), "reason": "another person's"}),
            8 => {
                json!({"command": "consent", "record": record, "contact": "yes", "wording": "v1", "language": "en"})
            }
            9 => json!({"command": "withdraw", "record": record, "reason": "not_wanted"}),
            // Two that are refused, before and while they are recorded.
            10 => json!({"command": "contact", "record": record, "what": "attempted", "channel": "smoke",
                "result": "no_answer"}),
            _ => json!({"command": "accept", "record": record}),
        };
        // Now and then a form that was opened a while ago.
        let old = usize::try_from(random.below(2 * self.views.len() as u64 + 2)).expect("fits");
        if let Some(as_of) = self.views.get(old) {
            command["as_of"] = as_of.clone();
        }
        command
    }

    fn feed(&mut self, random: &mut Random) {
        let own = self.own();
        let one = own[usize::try_from(random.below(own.len() as u64)).expect("fits")].clone();
        let (stream, id) = (one.op.header.stream, one.op.header.id);
        self.place += 1;
        let entry = match random.below(12) {
            0..=4 => {
                let deps: Vec<OpId> = if random.below(2) == 0 { vec![id] } else { Vec::new() };
                let op = other(stream, self.place, self.place, &deps);
                self.fed.push(op.clone());
                fed(&op)
            }
            // Out of order: an op that others build on already.
            5 => match self.fed.pop() {
                Some(op) => fed(&StreamOp { id: OpId { seq: op.id.seq - 900, ..op.id }, ..op }),
                None => return,
            },
            6 | 7 => {
                let mut stamp = other(stream, 1, self.place, &[]).stamp.expect("it has one");
                stamp.disposition = Disposition::Quarantined(Why::State);
                FeedEntry::Stamped { id, stamp }
            }
            8 => match Erased::of(&StreamOp::of(&one.op, None)) {
                Some(erased) => FeedEntry::Erased { stream, id, erased: Box::new(erased) },
                None => return,
            },
            9 => FeedEntry::Forget { stream },
            _ => {
                let held = ops::of_record(&self.phone.device.store().db, stream.record);
                let held = held.expect("the record is read").into_iter().map(|held| held.op);
                let ops = held.filter(|op| op.stream == stream && op.stamp.is_some()).collect();
                FeedEntry::Whole(Box::new(Whole { stream, upto: self.place, ops }))
            }
        };
        self.server.feed.push(entry);
    }

    /// Asks both, after both have done the same.
    fn step(&mut self, random: &mut Random, note: &str) {
        self.hands.pass(1_000);
        if random.below(4) == 0 {
            (0..=random.below(3)).for_each(|_| self.feed(random));
            synced(&self.phone, &mut self.server).expect("the server answers");
        }
        self.draw_seed();
        let command = self.command(random);
        let (_dir, twin) = self.twin();
        let execute = |device: &Device| device.execute(&command).map_err(|problem| problem.to_string());
        assert_eq!(execute(&self.phone.device), execute(&twin), "{note}: {command}");
        let written = |device: &Device| {
            let own = ops::own_ops(&device.store().db, 1, 10_000).expect("the log is read");
            own.into_iter().map(|own| (own.op.header.layout(), own.op.body, own.op.salt)).collect::<Vec<_>>()
        };
        assert_eq!(written(&self.phone.device), written(&twin), "{note}: {command}");
        for query in ["referral", "history", "digests", "worklist", "conflicts"] {
            let asked = match query {
                "referral" | "history" => json!({"query": query, "record": self.record}),
                _ => json!({"query": query}),
            };
            let answer = |device: &Device| device.query(&asked).map_err(|problem| problem.to_string());
            let (here, there) = (answer(&self.phone.device), answer(&twin));
            assert_eq!(here, there, "{note}: {query} after {command}");
            if let Ok(shown) = here {
                self.views.push(shown["as_of"].clone());
            }
        }
    }
}

fn copy(from: &Path, to: &Path) {
    for file in std::fs::read_dir(from).expect("the directory is there") {
        let file = file.expect("readable");
        if file.file_name() != "waymark.lock" {
            std::fs::copy(file.path(), to.join(file.file_name())).expect("it is copied");
        }
    }
}

#[test]
fn a_phone_that_keeps_records_folded_does_and_answers_as_one_that_was_just_opened() {
    for seed in 0..6 {
        let (mut worked, mut random) = (Worked::begin(), Random(seed));
        for number in 0..25 {
            worked.step(&mut random, &format!("seed {seed}, step {number}"));
        }
    }
}

fn contact(record: &Value) -> Value {
    json!({"command": "contact", "record": record, "what": "attempted", "channel": "phone", "result": "no_answer"})
}

/// How many values of rows something reads.
fn read_by<T>(phone: &Phone, done: impl FnOnce() -> T) -> u64 {
    let before = phone.device.store().sealer.read();
    done();
    phone.device.store().sealer.read() - before
}

#[test]
fn the_two_thousandth_contact_of_a_record_reads_no_more_than_the_tenth() {
    let (phone, record) = taken_on_by(phone(Role::ProviderLead, 20));
    let mut read = Vec::new();
    for _ in 0..2_000 {
        read.push(read_by(&phone, || phone.run(contact(&record))));
    }
    assert_eq!((read[9], read[9] > 0), (read[1_999], true));
}

#[test]
fn a_page_that_brings_one_entry_reads_none_of_the_others_and_neither_does_the_next_command() {
    let (phone, record) = taken_on_by(phone(Role::ProviderLead, 20));
    let mut server = Server::of(&phone);
    let one_more = |server: &mut Server| {
        phone.run(contact(&record));
        synced(&phone, server).expect("the server answers");
        phone.run(contact(&record));
        synced(&phone, server).expect("the server answers");
    };
    one_more(&mut server);
    let few = read_by(&phone, || one_more(&mut server));
    for _ in 0..100 {
        phone.run(contact(&record));
    }
    synced(&phone, &mut server).expect("the server answers");
    let many = read_by(&phone, || one_more(&mut server));
    assert!(many <= few + 10, "{few} values of a short record, {many} of a long one");
}

#[test]
fn what_another_program_writes_is_seen_by_the_next_question() {
    let (phone, record) = taken_on_by(phone(Role::ProviderLead, 20));
    let asked = json!({"query": "history", "record": record});
    let count = || {
        let shown = phone.device.query(&asked).expect("it is held");
        shown["entries"].as_array().expect("a list").len()
    };
    let before = count();
    let db = Connection::open(phone.dir.path().join("waymark.db")).expect("the file is there");
    let name = Record::referral(serde_json::from_value(record.clone()).expect("an id")).to_string();
    db.execute("DELETE FROM stream_op_row WHERE record = ?1", [name]).expect("it is deleted");
    assert!(count() < before);
}

#[test]
fn an_entry_of_somebody_else_that_a_page_brings_reads_none_of_its_stream() {
    let (phone, record) = taken_on_by(phone(Role::ProviderLead, 20));
    let mut server = Server::of(&phone);
    let stream = ops::own_ops(&phone.device.store().db, 1, 1).expect("the log is read")[0].op.header.stream;
    let brought = |server: &mut Server, seq: u64| {
        server.feed = vec![fed(&other(stream, seq, 5_000 + seq, &[]))];
        synced(&phone, server).expect("the server answers");
    };
    phone.run(contact(&record));
    synced(&phone, &mut server).expect("the server answers");
    brought(&mut server, 1);
    let few = read_by(&phone, || brought(&mut server, 2));
    for _ in 0..100 {
        phone.run(contact(&record));
    }
    synced(&phone, &mut server).expect("the server answers");
    let many = read_by(&phone, || brought(&mut server, 3));
    assert!(many <= few + 10, "{few} values of a short stream, {many} of a long one");
}
