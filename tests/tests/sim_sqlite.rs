//! The simulation over the real stores: the phone library's `Device` and the server's SQLite, on a disk.
//!
//! Plays a part of the same plans: lost, repeated and cut exchanges, killed phones, wrong clocks, stores
//! that go back to a copy and enrol again, a server that goes back to its backup. Ids are drawn by the phones, so a seed says what happens, not which bytes.
//! `WAYMARK_SIM_SQLITE_SEEDS` says how many seeds. Does not go over HTTP.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use server::node::{Founding, Node, Org, Person, Refusal, Signatures, es256};
use sync_core::access::Role;
use sync_core::clock::Uptime;
use sync_core::ids::{DeviceId, Digest, OpId, OrgId, Stream, UserId};
use sync_core::sync::session::{Event, SyncProblem};
use tempfile::TempDir;
use tests::sim::{Cut, Fault, Honest, Loss, Member, Plan, Random, Step};
use uuid::Uuid;
use waymark::{Clock, Device, Options, Problem, Transport, Who};

/// How many seeds the suite runs.
const SEEDS: u64 = 100;
/// How many phones and steps of a plan are played.
const MAX_PHONES: usize = 5;
const MAX_STEPS: usize = 40;
/// How many synchronisations the quiet at the end may take.
const MAX_QUIET: usize = 200;
const START_MS: u64 = 1_780_000_000_000;

/// The phone's clock, as wrong as the plan says.
struct Shifted {
    now_ms: Arc<AtomicU64>,
    shift_ms: Arc<AtomicI64>,
}

impl Clock for Shifted {
    fn now_ms(&self) -> u64 {
        self.now_ms.load(Ordering::Relaxed).saturating_add_signed(self.shift_ms.load(Ordering::Relaxed))
    }

    fn uptime(&self) -> Uptime {
        Uptime { boot: Uuid::from_u128(1), ms: self.now_ms.load(Ordering::Relaxed) - START_MS }
    }
}

struct Phone {
    member: Member,
    device: Option<Device>,
    dir: PathBuf,
    copy: Option<PathBuf>,
    shift_ms: Arc<AtomicI64>,
    saved: Vec<(OpId, Digest)>,
    /// Its store went back to a copy: until it enrols again it need not agree with the server.
    restored: bool,
    /// As whom it enrolled.
    enrolment: Value,
}

struct World {
    seed: u64,
    lost: bool,
    data: TempDir,
    /// None only while its directory is changed.
    node: Option<Node>,
    signatures: Arc<dyn Signatures>,
    backup: Option<PathBuf>,
    /// Whether a silent loss would be shown by somebody: what a phone wrote that was itself put back, nobody
    /// can show.
    shown: bool,
    phones: Vec<Phone>,
    now_ms: Arc<AtomicU64>,
    copies: usize,
}

/// The network between a phone and the server.
struct Link<'w> {
    node: &'w Node,
    now_ms: u64,
    faults: VecDeque<Fault>,
}

impl Transport for Link<'_> {
    fn send(&mut self, header: &str, body: &[u8]) -> Event {
        match self.faults.pop_front().unwrap_or(Fault::None) {
            Fault::LoseRequest | Fault::Delay | Fault::TruncateRequest | Fault::PhoneCrashBeforeSend => {
                Event::Cut
            }
            Fault::LoseResponse
            | Fault::TruncateResponse
            | Fault::PhoneCrashBeforeApply
            | Fault::PhoneDiskFull => {
                self.deliver(header, body);
                Event::Cut
            }
            Fault::Duplicate => {
                let first = self.deliver(header, body);
                let again = self.deliver(header, body);
                let counted = matches!((&first, &again), (Event::Answered(_), Event::Answered(_)));
                assert!(!counted, "the same request counted twice");
                first
            }
            Fault::None | Fault::ServerCrash(_) | Fault::ServerDiskFull(_) => self.deliver(header, body),
        }
    }
}

impl Link<'_> {
    fn deliver(&self, header: &str, body: &[u8]) -> Event {
        let mut unpack =
            zstd::bulk::Decompressor::with_dictionary(schema::dictionary::BYTES).expect("it is one");
        let plain = unpack.decompress(body, 4 << 20).expect("the phone packs its body");
        let header = header.parse().expect("the phone writes its header");
        match self.node.sync(header, body, &plain, self.now_ms) {
            Ok(answer) => Event::Answered(Box::new(answer)),
            Err(refusal) => Event::Problem(match refusal {
                Refusal::CounterOld(counter) => SyncProblem::CounterOld { counter },
                Refusal::EpochOther(epochs) => SyncProblem::EpochOther { epochs },
                Refusal::PrevNeeded => SyncProblem::PrevNeeded,
                Refusal::Gap(seq) => SyncProblem::Gap { seq },
                Refusal::Malformed
                | Refusal::TooManyOps
                | Refusal::Signature
                | Refusal::Sealed
                | Refusal::Fault(_) => {
                    panic!("an honest phone is refused: {refusal:?}")
                }
            }),
        }
    }
}

fn copy_dir(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a directory is made");
    for file in std::fs::read_dir(from).expect("the store is there") {
        let file = file.expect("a file").path();
        let name = file.file_name().expect("a name");
        std::fs::copy(&file, to.join(name)).expect("it can be copied");
    }
}

impl World {
    fn new(plan: &Plan) -> Self {
        let data = tempfile::tempdir().expect("a directory");
        let mut random = Random::new(plan.seed);
        let (force, epoch) = (OrgId(random.uuid()), random.uuid());
        let (device, user) = (DeviceId(random.uuid()), UserId(random.uuid()));
        let founding = Founding { epoch, force, force_prefix: "TVP".to_owned(), device, user };
        let signatures = es256().expect("the system gives a key");
        let server_key = URL_SAFE_NO_PAD.encode(signatures.public_key());
        let node = Node::in_directory(&data.path().join("server"), &founding, signatures.clone());
        let node = node.expect("a store is created");
        let orgs = [force, OrgId(random.uuid()), OrgId(random.uuid())];
        let mut providers = Vec::new();
        for id in &orgs[1..] {
            let text = str::to_owned;
            let org = Org { id: *id, name: id.to_string(), area: text("berkshire"), age_band: text("adult") };
            node.add_org(&org).expect("an organisation is added");
            providers.push(json!({"id": id, "name": org.name, "area": org.area, "age_band": org.age_band}));
        }
        let now_ms = Arc::new(AtomicU64::new(START_MS));
        let goes_back = |step: &Step| matches!(step, Step::Restore { .. });
        let shown = !plan.steps.iter().take(MAX_STEPS).any(goes_back);
        let (node, backup, phones) = (Some(node), None, Vec::new());
        let mut world = Self {
            seed: plan.seed,
            lost: false,
            data,
            node,
            signatures,
            backup,
            shown,
            phones,
            now_ms,
            copies: 0,
        };
        for member in plan.members.iter().take(MAX_PHONES) {
            let (role, org) = (member.role, orgs[usize::from(member.org)]);
            let (user, id) = (UserId(random.uuid()), DeviceId(random.uuid()));
            let person = Person { id: user, name: user.to_string(), role, org };
            world.node().add_user(&person).expect("a person is added");
            let dir = world.data.path().join(format!("phone-{}", world.phones.len()));
            let shift_ms = Arc::default();
            let (copy, saved, device) = (None, Vec::new(), None);
            let enrolment = json!({
                "device": id, "user": user, "role": role, "org": org, "force": force, "force_prefix": "TVP",
                "epoch": epoch, "server_key": server_key, "now_ms": START_MS,
                "reference": {"policy": {"id": "thames-valley-2018", "version": 1}, "providers": providers},
            });
            let (member, restored) = (*member, false);
            let mut phone = Phone { member, device, dir, copy, shift_ms, saved, restored, enrolment };
            world.open(&mut phone);
            let device = phone.device.as_ref().expect("it is open");
            world.node().enrol(id, user, &device.public_key()).expect("a device enrols");
            device.take_enrolment(&phone.enrolment, "Ana").expect("the answer is one");
            world.phones.push(phone);
        }
        world
    }

    fn node(&self) -> &Node {
        self.node.as_ref().expect("it runs")
    }

    /// The server is stopped, goes back to its backup, and starts; once a run, as a second time before the first
    /// was noticed is not played.
    fn lose(&mut self, how: Loss) {
        if std::mem::replace(&mut self.lost, true) {
            return;
        }
        let Some(backup) = &self.backup else { return };
        let (data, now_ms) = (self.data.path().join("server"), self.now_ms.load(Ordering::Relaxed));
        drop(self.node.take());
        if how == Loss::Restored || !self.shown {
            server::restore(backup, &data, now_ms).expect("a sound backup is restored");
        } else {
            for suffix in ["-wal", "-shm"] {
                drop(std::fs::remove_file(data.join(format!("waymark.sqlite{suffix}"))));
            }
            std::fs::copy(backup, data.join("waymark.sqlite")).expect("it is copied");
        }
        self.node = Some(Node::reopen(&data, self.signatures.clone()).expect("the store opens"));
    }

    /// A phone that was put back enrols again, and writes anew what the server lacks of its log.
    fn enrol_again(&mut self, who: usize) {
        let phone = &mut self.phones[who];
        let device = phone.device.as_ref().expect("it is open");
        let read = |name: &str| phone.enrolment[name].as_str().expect("an id").to_owned();
        let (user, old) = (read("user").parse().expect("an id"), read("device").parse().expect("an id"));
        let node = self.node.as_ref().expect("it runs");
        let old = node.old_log(old).expect("the store is read");
        let id = DeviceId(Uuid::from_u64_pair(0x616e_6577, self.copies as u64 * 16 + who as u64));
        node.enrol(id, user, &device.public_key()).expect("a device enrols");
        let mut answer = phone.enrolment.clone();
        answer["device"] = json!(id);
        answer["epoch"] = json!(node.epoch().expect("the store is read"));
        answer["old"] = json!(old);
        device.take_enrolment(&answer, "Ana").expect("the answer is one");
        (phone.enrolment, phone.restored) = (answer, false);
        phone.saved.clear();
    }

    fn open(&self, phone: &mut Phone) {
        let clock = Shifted { now_ms: self.now_ms.clone(), shift_ms: phone.shift_ms.clone() };
        let server = Some("http://none.invalid".to_owned());
        let options =
            Options { dir: phone.dir.clone(), server, clock: Some(Box::new(clock)), ..Options::default() };
        phone.device = Some(Device::open(options).expect("a phone's store opens"));
    }

    /// The phone dies: what lies on the disk at this moment is all that it has.
    fn kill(&mut self, who: usize) {
        let to = self.fresh_dir();
        let mut phone = self.phones.swap_remove(who);
        copy_dir(&phone.dir, &to);
        drop(phone.device.take());
        phone.dir = to;
        self.open(&mut phone);
        self.phones.push(phone);
        let last = self.phones.len() - 1;
        self.phones.swap(who, last);
    }

    fn fresh_dir(&mut self) -> PathBuf {
        self.copies += 1;
        self.data.path().join(format!("copy-{}", self.copies))
    }

    fn step(&mut self, step: &Step) {
        self.now_ms.fetch_add(1000, Ordering::Relaxed);
        let count = self.phones.len();
        match step {
            Step::Wait { ms } => {
                self.now_ms.fetch_add(*ms, Ordering::Relaxed);
            }
            Step::Record { who, choice, cut, .. } => self.record(who % count, *choice, *cut),
            Step::Sync { who, faults } => {
                self.sync(who % count, faults);
                if faults.contains(&Fault::PhoneCrashBeforeApply) {
                    self.kill(who % count);
                }
            }
            Step::SetClock { who, shift_ms } => {
                self.phones[who % count].shift_ms.store(*shift_ms, Ordering::Relaxed);
            }
            Step::Reboot { who } => self.kill(who % count),
            Step::Copy { who } => {
                let to = self.fresh_dir();
                copy_dir(&self.phones[who % count].dir, &to);
                self.phones[who % count].copy = Some(to);
            }
            Step::Restore { who } => {
                if let Some(copy) = self.phones[who % count].copy.take() {
                    self.phones[who % count].dir = copy;
                    self.phones[who % count].restored = true;
                    self.kill(who % count);
                }
            }
            Step::Clone { .. }
            | Step::Arrive
            | Step::Cheat { .. }
            | Step::EnrolAgain { .. }
            | Step::Revoke { .. } => {}
            Step::Backup => {
                let (data, file) = (self.data.path().join("server"), self.fresh_dir());
                server::backup(&data, &file, self.now_ms.load(Ordering::Relaxed)).expect("it is written");
                self.backup = Some(file);
            }
            Step::LoseServer { how } => self.lose(*how),
        }
    }

    /// Records something; a command that is cut may or may not be on the disk, and nobody was told.
    fn record(&mut self, who: usize, choice: u64, cut: Cut) {
        let phone = &mut self.phones[who];
        let device = phone.device.as_ref().expect("it is open");
        let Some(command) = command(device, phone.member.role, &mut Random::new(choice)) else { return };
        match device.execute(&command) {
            Ok(answer) if cut == Cut::None => {
                let ops = answer["ops"].as_array().expect("a command lists its ops");
                phone.saved.extend(ops.iter().map(|op| {
                    let read = |name: &str| op[name].as_str().expect("a text").to_owned();
                    let device = read("device").parse().expect("an id");
                    let id = OpId { device, seq: op["seq"].as_u64().expect("a number") };
                    (id, read("hash").parse().expect("a digest"))
                }));
            }
            Ok(_) => self.kill(who),
            Err(problem) => assert_eq!(problem.who, Who::Caller, "{command}: {problem}"),
        }
    }

    fn sync(&mut self, who: usize, faults: &[Fault]) -> Option<Value> {
        let now_ms = self.now_ms.load(Ordering::Relaxed);
        let mut link = Link { node: self.node(), now_ms, faults: faults.iter().copied().collect() };
        let phone = &self.phones[who];
        let done: Result<Value, Problem> = phone.device.as_ref().expect("it is open").sync_over(&mut link);
        match done {
            Ok(report) => Some(report),
            Err(problem) => {
                let expected = problem.code == "unreachable" || phone.restored;
                assert!(expected, "a {} does not sync: {problem}", phone.member.role);
                None
            }
        }
    }

    /// Everybody synchronises until nothing moves, and all agree.
    fn converges(&mut self) {
        for round in 0.. {
            assert!(
                round * self.phones.len() < MAX_QUIET,
                "seed {}: not converged after {MAX_QUIET} synchronisations",
                self.seed
            );
            let mut moved = false;
            for who in 0..self.phones.len() {
                let Some(report) = self.sync(who, &[]) else { continue };
                // Whoever must enrol again shows its branch each time, and comes no further by that.
                let told = report["directive"] == "re_enrol";
                moved |= !told && (report["pushed"] != 0 || report["pulled"] != 0);
                let in_step = report["waiting"] == 0 && report["synced"] == true;
                let excused = !self.shown || self.phones[who].restored;
                assert!(in_step || excused, "{report}");
            }
            if !moved {
                break;
            }
        }
        let mut held = BTreeMap::new();
        let visited = self.node().each_op(|op, hash, _| {
            held.insert(op.header.id, hash);
        });
        visited.expect("the store is read");
        let digests = self.node().digests().expect("the store is read");
        for phone in self.phones.iter().filter(|phone| !phone.restored) {
            for (id, hash) in &phone.saved {
                assert_eq!(held.get(id), Some(hash), "op {id} was called saved and is lost");
            }
            self.agrees(phone, &digests);
        }
    }

    fn agrees(&self, phone: &Phone, digests: &BTreeMap<Stream, Digest>) {
        let device = phone.device.as_ref().expect("it is open");
        let me = device.query(&json!({"query": "whoami"})).expect("a query is answered");
        let id = me["device"].as_str().and_then(|id| id.parse().ok()).expect("it says who it is");
        let readable = self.node().readable(id, digests.keys().copied()).expect("the store is read");
        let shown = device.query(&json!({"query": "digests"})).expect("a query is answered");
        for stream in &readable {
            let own = shown["digests"][stream.to_string()].as_str().map(str::to_owned);
            assert_eq!(own, digests.get(stream).map(Digest::to_string), "{} {stream}", phone.member.role);
        }
    }
}

/// What somebody does next, as their phone's screens would send it.
fn command(device: &Device, role: Role, random: &mut Random) -> Option<Value> {
    let shown = device.query(&json!({"query": "referrals"})).expect("a query is answered");
    let held = shown["referrals"].as_array().cloned().unwrap_or_default();
    if role == Role::Officer && (held.is_empty() || random.happens(35)) {
        return Some(refer(random));
    }
    if held.is_empty() {
        return None;
    }
    let record = random.pick(&held)["record"].clone();
    let mut command = match role {
        Role::Officer | Role::Supervisor => of_force(random),
        Role::OutreachWorker | Role::ProviderLead => of_provider(role, random),
        Role::Admin | Role::Auditor | Role::Server => return None,
    };
    command["record"] = record;
    Some(command)
}

fn of_force(random: &mut Random) -> Value {
    match random.below(4) {
        0 => json!({"command": "cancel", "reason": random.pick(&["wrong_person", "wrong_provider"])}),
        1 => {
            json!({"command": "amend", "field": "born", "value": random.pick(&["1990-01-01", "1991-01-01"])})
        }
        2 => json!({"command": "safeguard", "codes": ["overdose_risk"], "told": "control room"}),
        _ => json!({"command": "handover", "result": "reached"}),
    }
}

fn of_provider(role: Role, random: &mut Random) -> Value {
    match random.below(6) {
        0 | 1 if role == Role::ProviderLead => json!({"command": "accept"}),
        0 => json!({"command": "details", "field": "phone", "value": "1"}),
        1 | 2 => json!({"command": "note", "text": "calm"}),
        3 => {
            json!({"command": "amend", "field": "born", "value": random.pick(&["1990-01-01", "1992-02-02"])})
        }
        _ => json!({
            "command": "attend", "meeting": "session", "minutes": 60,
            "status": random.pick(&["attended", "did_not_attend"]),
        }),
    }
}

fn refer(random: &mut Random) -> Value {
    json!({
        "command": "refer", "drug": "cannabis", "amount": "two wraps",
        "family": random.pick(&["Doe", "Roe", "Núñez"]), "given": "Zoë",
        "born": "1990-02-28", "identity": "photo_document",
        "checks": [{"kind": "pnc", "channel": "voice_radio", "result": "nothing_found"}],
        "signs": {}, "safe_now": {}, "ethnicity": "NS", "agrees": {"answer": "yes"},
        "consent": {"contact": "yes", "feedback": "yes", "wording": "v1", "language": "en"},
        "reach": {"phone": "07700 900123", "may": ["text"]},
    })
}

/// Plays one seed, and tells which roles took part.
fn play(seed: u64) -> BTreeSet<Role> {
    println!("seed {seed}");
    let mut plan = Plan::of(seed);
    plan.members.iter_mut().for_each(|member| member.honest = Honest::Yes);
    let mut world = World::new(&plan);
    plan.steps.iter().take(MAX_STEPS).for_each(|step| world.step(step));
    world.converges();
    let put_back = (0..world.phones.len()).filter(|who| world.phones[*who].restored);
    let put_back: Vec<usize> = put_back.collect();
    if !put_back.is_empty() {
        put_back.into_iter().for_each(|who| world.enrol_again(who));
        world.converges();
    }
    world.phones.iter().map(|phone| phone.member.role).collect()
}

#[test]
fn every_promise_holds_on_a_disk() {
    let count = std::env::var("WAYMARK_SIM_SQLITE_SEEDS").ok().and_then(|text| text.parse().ok());
    let count = count.unwrap_or(SEEDS);
    let next = AtomicU64::new(1);
    let work = || {
        let seeds = std::iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed));
        seeds.take_while(|seed| *seed <= count).flat_map(play).collect::<BTreeSet<Role>>()
    };
    // Most of the time a disk is waited for, so more threads than cores are of use.
    let mut roles = BTreeSet::new();
    std::thread::scope(|threads| {
        let all: Vec<_> = (0..4).map(|_| threads.spawn(work)).collect();
        all.into_iter().for_each(|thread| roles.extend(thread.join().expect("a seed failed: see above")));
    });
    assert!(roles.len() > 3, "only {roles:?} took part");
}
