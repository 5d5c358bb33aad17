//! The simulation over the real stores: the phone library's `Device` and the server's SQLite, on a disk.
//!
//! Plays a part of the same plans: lost, repeated and cut exchanges, killed phones, wrong clocks, stores
//! that go back to a copy and enrol again, a server that goes back to its backup, phones that are revoked and
//! wiped. Ids are drawn by the phones, so a seed says what happens, not which bytes.
//! `WAYMARK_SIM_SQLITE_SEEDS` says how many seeds. Does not go over HTTP.

mod acts;
mod network;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use server::RevokeReason;
use server::node::{Founding, Node, Org, Person, Signatures, es256, new_key};
use sync_core::access::Role;
use sync_core::clock::Uptime;
use sync_core::ids::{DeviceId, Digest, OpId, OrgId, Stream, UserId};
use tempfile::TempDir;
use tests::sim::{Cut, Fault, Honest, Loss, Member, Plan, Random, Revoked, Step};
use uuid::Uuid;
use waymark::{Clock, Device, Options, Problem, Who};

use acts::command;
use network::Link;

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
    /// It was taken out of use, and is wiped when it hears of it.
    revoked: bool,
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
    phones: Vec<Phone>,
    now_ms: Arc<AtomicU64>,
    copies: usize,
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
        let signing_key = new_key().expect("the system gives a key");
        let signatures = es256(&signing_key).expect("it is one");
        let founding = Founding { epoch, force, force_prefix: "TVP".to_owned(), device, user, signing_key };
        let server_key = URL_SAFE_NO_PAD.encode(signatures.public_key());
        let node = Node::in_directory(&data.path().join("server"), &founding, signatures.clone());
        let node = node.expect("a store is created");
        let orgs = [force, OrgId(random.uuid()), OrgId(random.uuid())];
        let mut providers = Vec::new();
        for id in &orgs[1..] {
            let org = Org::named(*id, id.to_string());
            node.add_org(&org).expect("an organisation is added");
            providers.push(json!({"id": id, "name": org.name, "staffed": "yes"}));
        }
        let now_ms = Arc::new(AtomicU64::new(START_MS));
        let (node, backup, phones) = (Some(node), None, Vec::new());
        let mut world =
            Self { seed: plan.seed, lost: false, data, node, signatures, backup, phones, now_ms, copies: 0 };
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
            let (member, restored, revoked) = (*member, false, false);
            let mut phone =
                Phone { member, device, dir, copy, shift_ms, saved, restored, revoked, enrolment };
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

    /// The server is stopped, goes back to its backup, and starts.
    fn lose(&mut self, how: Loss) {
        let Some(backup) = &self.backup else { return };
        self.lost = true;
        let (data, now_ms) = (self.data.path().join("server"), self.now_ms.load(Ordering::Relaxed));
        drop(self.node.take());
        if how == Loss::Restored {
            server::restore(backup, &data, now_ms).expect("a sound backup is restored");
        } else {
            for suffix in ["-wal", "-shm"] {
                drop(std::fs::remove_file(data.join(format!("waymark.sqlite{suffix}"))));
            }
            std::fs::copy(backup, data.join("waymark.sqlite")).expect("it is copied");
        }
        let node = Node::reopen(&data, self.signatures.clone()).expect("the store opens");
        node.restart(now_ms).expect("it starts");
        self.node = Some(node);
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
        let server = Some("https://none.invalid".to_owned());
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
            Step::Revoke { who, reason } => self.revoke(who % count, *reason),
            Step::Do { .. }
            | Step::Clone { .. }
            | Step::Arrive
            | Step::Cheat { .. }
            | Step::EnrolAgain { .. } => {}
            Step::Backup => {
                let (data, file) = (self.data.path().join("server"), self.fresh_dir());
                server::backup(&data, &file, self.now_ms.load(Ordering::Relaxed)).expect("it is written");
                self.backup = Some(file);
            }
            Step::LoseServer { how } => self.lose(*how),
        }
    }

    fn revoke(&mut self, who: usize, reason: Revoked) {
        let read = &self.phones[who].enrolment["device"];
        let device = read.as_str().and_then(|id| id.parse().ok()).expect("an id");
        let reason = match reason {
            Revoked::Left => RevokeReason::Left,
            Revoked::Stolen => RevokeReason::Stolen,
        };
        let now_ms = self.now_ms.load(Ordering::Relaxed);
        self.node().revoke(device, reason, now_ms).expect("it is revoked");
        self.phones[who].revoked = true;
    }

    /// Records something; a command that is cut may or may not be on the disk, and nobody was told.
    fn record(&mut self, who: usize, choice: u64, cut: Cut) {
        let phone = &mut self.phones[who];
        let device = phone.device.as_ref().expect("it is open");
        if is_wiped(device) {
            return;
        }
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
                let told = report["directive"] == "re_enrol" || report["directive"] == "wipe";
                moved |= !told && (report["pushed"] != 0 || report["pulled"] != 0);
                let in_step = report["waiting"] == 0 && report["synced"] == true;
                assert!(in_step || self.phones[who].restored, "{report}");
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
        let sealed = self.node().sealed().expect("the store is read");
        held.extend(sealed.iter().map(|op| (op.header.id, op.header.hash())));
        for phone in self.phones.iter().filter(|phone| !phone.restored) {
            if phone.revoked {
                self.is_gone(phone);
                if self.lost {
                    // What it handed over went with the server, as what others had not kept.
                    continue;
                }
            }
            for (id, hash) in &phone.saved {
                assert_eq!(held.get(id), Some(hash), "op {id} was called saved and is lost");
            }
            if !phone.revoked {
                self.agrees(phone, &digests);
            }
        }
    }

    /// Nothing is to be read on a phone that was wiped, and nothing waits there.
    fn is_gone(&self, phone: &Phone) {
        let device = phone.device.as_ref().expect("it is open");
        let shown = device.query(&json!({"query": "status"})).expect("its status is shown");
        assert_eq!(shown["wiped"]["pending"], 0, "seed {}: {shown}", self.seed);
        let asked = device.query(&json!({"query": "referrals"}));
        assert_eq!(asked.expect_err("nothing is shown").code, "store_wiped");
        for file in std::fs::read_dir(&phone.dir).expect("the store is there") {
            let bytes = std::fs::read(file.expect("a file").path()).unwrap_or_default();
            let reads = |word: &[u8]| bytes.windows(word.len()).any(|window| window == word);
            assert!(!reads(b"two wraps") && !reads(b"07700 900123"), "seed {}: it is still read", self.seed);
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
            let theirs = digests.get(stream).map(Digest::to_string);
            assert_eq!(own, theirs, "seed {}: {} {stream}", self.seed, phone.member.role);
        }
    }
}

fn is_wiped(device: &Device) -> bool {
    let shown = device.query(&json!({"query": "status"})).expect("its status is shown");
    !shown["wiped"].is_null()
}

/// What really occurred.
#[derive(Default)]
struct Met {
    roles: BTreeSet<Role>,
    /// Entries that wiped phones handed over sealed.
    sealed: usize,
}

/// Plays one seed, and tells what occurred.
fn play(seed: u64) -> Met {
    println!("seed {seed}");
    let mut plan = Plan::of(seed);
    // Nobody plays a scene here: its third provider is not needed.
    plan.members.retain(|member| member.org < 3);
    plan.members.iter_mut().for_each(|member| member.honest = Honest::Yes);
    let mut world = World::new(&plan);
    plan.steps.iter().take(MAX_STEPS).for_each(|step| world.step(step));
    world.converges();
    let put_back = (0..world.phones.len()).filter(|who| {
        let phone = &world.phones[*who];
        phone.restored && !phone.revoked
    });
    let put_back: Vec<usize> = put_back.collect();
    if !put_back.is_empty() {
        put_back.into_iter().for_each(|who| world.enrol_again(who));
        world.converges();
    }
    let roles = world.phones.iter().map(|phone| phone.member.role).collect();
    Met { roles, sealed: world.node().sealed().expect("the store is read").len() }
}

#[test]
fn every_promise_holds_on_a_disk() {
    let count = std::env::var("WAYMARK_SIM_SQLITE_SEEDS").ok().and_then(|text| text.parse().ok());
    let count = count.unwrap_or(SEEDS);
    let next = AtomicU64::new(1);
    let work = || {
        let seeds = std::iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed));
        seeds.take_while(|seed| *seed <= count).map(play).collect::<Vec<Met>>()
    };
    // Most of the time a disk is waited for, so more threads than cores are of use.
    let mut met = Met::default();
    std::thread::scope(|threads| {
        let all: Vec<_> = (0..4).map(|_| threads.spawn(work)).collect();
        for some in all.into_iter().flat_map(|thread| thread.join().expect("a seed failed: see above")) {
            met.roles.extend(some.roles);
            met.sealed += some.sealed;
        }
    });
    assert!(met.roles.len() > 3, "only {:?} took part", met.roles);
    assert!(count < SEEDS || met.sealed > 0, "no phone was wiped that had something to hand over");
}
