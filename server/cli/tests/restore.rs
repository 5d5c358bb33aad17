//! A server that is restored, or that went back silently, with real phones over HTTP: whatever any phone
//! recorded is back after all have synced, digests are equal everywhere, and nothing is doubled.
//!
//! Histories are random from a printed seed. Does not test a destroyed phone: what only it held is lost.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use server::desk::NewProvider;
use server::{Config, InitOptions, Running, Server, admin, now_ms};
use sync_core::access::Role;
use sync_core::ids::{DeviceId, Digest, OpId};
use sync_core::referral::act::{KINDS, KindInfo, Nature};
use waymark::{Device, Options, SyncOptions};

/// How the server loses the hours after its backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Loss {
    Restored,
    Silently,
}

struct World {
    dir: tempfile::TempDir,
    address: SocketAddr,
    running: Option<Running>,
    phones: Vec<Device>,
    recorded: Vec<(OpId, Digest)>,
    random: u64,
}

fn form(family: u64) -> Value {
    json!({
        "command": "refer", "drug": "cannabis", "amount": "two wraps", "family": format!("F{family}"), "given": "Zoe",
        "born": "1990-02-28", "identity": "photo_document",
        "checks": [{"kind": "pnc", "channel": "voice_radio", "result": "nothing_found"}],
        "signs": {}, "safe_now": {}, "ethnicity": "NS", "agrees": {"answer": "yes"},
        "consent": {"contact": "yes", "feedback": "yes", "wording": "v1", "language": "en"},
        "reach": {"phone": "07700 900123", "may": ["text"]},
    })
}

impl World {
    fn new(seed: u64) -> Self {
        let dir = tempfile::tempdir().expect("a directory is made");
        let data = dir.path().join("server");
        let options = InitOptions::new("Force", "TVP");
        let made = server::init(&data, &options, now_ms()).expect("the store is created");
        let admin = admin::open(&data).expect("the store opens");
        let provider = admin.add_provider(&NewProvider::of("Provider")).expect("it is added");
        let people = [
            (Role::Officer, made.force),
            (Role::Officer, made.force),
            (Role::ProviderLead, provider),
            (Role::OutreachWorker, provider),
        ];
        let codes = people
            .map(|(role, org)| admin.add_user("Somebody", role, org, now_ms()).expect("it is added").code);
        drop(admin);
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let running = Server::start(Config::new(data, listen)).expect("the server starts");
        let (address, random) = (running.address, seed);
        let mut world =
            Self { dir, address, running: Some(running), phones: Vec::new(), recorded: Vec::new(), random };
        for (number, code) in codes.iter().enumerate() {
            let dir = world.dir.path().join(format!("phone-{number}"));
            let server = Some(format!("http://{address}"));
            let device = Device::open(Options { dir, server, ..Options::default() }).expect("it opens");
            device.enrol(code, "phone").expect("it is enrolled");
            world.phones.push(device);
        }
        world
    }

    fn data(&self) -> PathBuf {
        self.dir.path().join("server")
    }

    fn random(&mut self, below: u64) -> u64 {
        self.random =
            self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 33) % below
    }

    /// Stops the server, changes its directory, and starts it at the same address.
    fn between(&mut self, change: impl FnOnce(&Path)) {
        self.running.take().expect("it runs").stop().expect("it stops");
        change(&self.data());
        let config = Config::new(self.data(), self.address);
        self.running = Some(Server::start(config).expect("the server starts"));
    }

    fn sync(&self, phone: usize) {
        self.phones[phone].sync(SyncOptions::default()).expect("the server answers");
    }

    fn run(&mut self, phone: usize, command: &Value) {
        // What is not allowed in this state is not recorded, and that is not what is tested here.
        let Ok(answer) = self.phones[phone].execute(command) else { return };
        for op in answer["ops"].as_array().into_iter().flatten() {
            let device: DeviceId = serde_json::from_value(op["device"].clone()).expect("an id");
            let hash = serde_json::from_value(op["hash"].clone()).expect("a digest");
            self.recorded.push((OpId { device, seq: op["seq"].as_u64().expect("a seq") }, hash));
        }
    }

    fn step(&mut self) {
        let phone = usize::try_from(self.random(4)).expect("four phones");
        match self.random(3) {
            0 => self.sync(phone),
            _ if phone < 2 => {
                let family = self.random(1000);
                self.run(phone, &form(family));
            }
            _ => {
                let held = self.phones[phone].query(&json!({"query": "referrals"})).expect("it is answered");
                let records = held["referrals"].as_array().cloned().unwrap_or_default();
                if records.is_empty() {
                    return;
                }
                let at = usize::try_from(self.random(records.len() as u64)).expect("few");
                let record = records[at]["record"].clone();
                let command = match self.random(2) {
                    0 => json!({"command": "accept", "record": record}),
                    _ => json!({"command": "contact", "record": record, "what": "reached",
                        "channel": "phone", "result": "spoke"}),
                };
                self.run(phone, &command);
            }
        }
    }

    fn check(&self, what: &str) {
        for _ in 0..4 {
            (0..self.phones.len()).for_each(|phone| self.sync(phone));
        }
        let lost = server::lookup(&self.data(), &self.recorded).expect("the store is read");
        assert!(lost.is_empty(), "{what}: lost {lost:?}");
        let report = server::verify(&self.data()).expect("the store is read");
        assert_eq!((report.first_fault, report.pending), (None, 0), "{what}");
        let theirs = server::digests(&self.data()).expect("the store is read");
        let theirs: BTreeMap<String, String> =
            theirs.iter().map(|(stream, digest)| (stream.to_string(), digest.to_string())).collect();
        for phone in &self.phones {
            let status = phone.query(&json!({"query": "status"})).expect("it is answered");
            assert_eq!((&status["synced"], &status["differing"]), (&json!(true), &json!(0)), "{what}");
            assert_eq!(status["waiting_for_others"], json!(0), "{what}");
            let mine = phone.query(&json!({"query": "digests"})).expect("it is answered");
            for (stream, digest) in mine["digests"].as_object().expect("an object") {
                assert_eq!(theirs.get(stream).map(String::as_str), digest.as_str(), "{what}: {stream}");
            }
        }
        let kinds = server::kinds(&self.data()).expect("the store is read");
        let of = |kind: &str| kinds.get(kind).copied().unwrap_or_default();
        assert!(of("referral.received") <= of("referral.submitted"), "{what}: nothing is doubled");
        // What admins did stands on the force's record too, written beside the phones' logs.
        let by_admins =
            ["user.changed", "role.proposed", "role.confirmed", "device.revoked", "policy.published"];
        let by_server = |info: &&KindInfo| {
            info.nature == Nature::Server || info.kind == "person.linked" || by_admins.contains(&info.kind)
        };
        let of_server: u64 = KINDS.iter().filter(by_server).map(|info| of(info.kind)).sum();
        assert!(report.ops <= self.recorded.len() as u64 + of_server, "{what}: nothing is doubled");
    }
}

/// `WAYMARK_RESTORE_SEEDS` says how many seeds, `WAYMARK_RESTORE_FROM` which is the first.
fn seeds() -> std::ops::Range<u64> {
    let number =
        |name: &str, otherwise| std::env::var(name).map_or(otherwise, |text| text.parse().expect("a number"));
    let first: u64 = number("WAYMARK_RESTORE_FROM", 1);
    first..first + number("WAYMARK_RESTORE_SEEDS", 10)
}

fn lose(seed: u64, loss: Loss) {
    let mut world = World::new(seed);
    let what = format!("seed {seed}, {loss:?}");
    (0..12).for_each(|_| world.step());
    let file = world.dir.path().join("backup");
    server::backup(&world.data(), &file, now_ms()).expect("a backup is written");
    (0..25).for_each(|_| world.step());
    world.between(|data| match loss {
        Loss::Restored => {
            server::restore(&file, data, now_ms()).expect("the backup is restored");
        }
        Loss::Silently => {
            for suffix in ["-wal", "-shm"] {
                drop(std::fs::remove_file(data.join(format!("waymark.sqlite{suffix}"))));
            }
            std::fs::copy(&file, data.join("waymark.sqlite")).expect("it is copied");
        }
    });
    (0..12).for_each(|_| world.step());
    world.check(&what);
}

#[test]
fn whatever_a_phone_recorded_is_back_after_a_restore() {
    seeds().for_each(|seed| lose(seed, Loss::Restored));
}

#[test]
fn whatever_a_phone_recorded_is_back_after_a_silent_rollback() {
    seeds().for_each(|seed| lose(seed, Loss::Silently));
}
