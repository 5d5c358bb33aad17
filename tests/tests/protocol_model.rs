//! The behaviours of a small world, a million states of them: two devices and a server, with loss,
//! duplication, delay, a crash, a rollback and a clone.
//!
//! Uses the real decisions: `sync::accept::decide` and `Push::previous` on the server, `Session::next` on
//! the device. Ops are letters and hashes are the letters so far, so states stay small. Does not judge or stamp.

use std::collections::BTreeSet;

use stateright::{Checker, Model, Property};
use sync_core::ids::Digest;
use sync_core::log::Tip;
use sync_core::sync::accept::{Decision, Holds, Shown, decide};
use sync_core::sync::answer::{Answer, Directive, More};
use sync_core::sync::push::{BadPush, Base, PROTOCOL, Push};
use sync_core::sync::session::{Event, Next, Session, SyncProblem, Then};
use uuid::Uuid;

/// How long a log may grow, and how many ops are recorded in all.
const MAX_LOG: usize = 2;
const MAX_OPS: u8 = 3;
/// How many exchanges a device may need once faults have stopped.
const MAX_QUIET: usize = 12;
/// The search ends here at the latest.
const MAX_STATES: usize = 4_000_000;

/// Whoever sent the request is no more: its connection went with the store that was put back.
const NOBODY: usize = usize::MAX;

/// Ops are letters, unique over all logs.
type Op = u8;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Device {
    /// Which log it writes; a clone writes the same.
    id: usize,
    log: Vec<Op>,
    acknowledged: usize,
    counter: u8,
    sync: Option<Sync>,
    /// The server told it to enrol again.
    told: bool,
    /// It went back to a copy, or there are two of it.
    branched: bool,
}

/// A running synchronisation.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct Sync {
    session: Session,
    whole_prev: bool,
    from: Option<usize>,
    awaited: Option<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct Server {
    logs: [Vec<Op>; 2],
    counters: [u8; 2],
    /// Every counter that ever counted, kept apart from what the decision reads.
    counted: [BTreeSet<u8>; 2],
    branches: [BTreeSet<Op>; 2],
    counted_twice: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Request {
    /// The phone that waits for the reply.
    phone: usize,
    device: usize,
    counter: u8,
    /// The ops before the first that is pushed stand for the previous hash.
    before: Vec<Op>,
    whole_prev: bool,
    ops: Vec<Op>,
    left: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Reply {
    phone: usize,
    counter: u8,
    left: usize,
    what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum What {
    Acknowledged(usize),
    Fork(usize),
    CounterOld(u8),
    PrevNeeded,
    Gap(usize),
}

/// How many faults are left.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Left {
    losses: u8,
    duplicates: u8,
    crashes: u8,
    rollbacks: u8,
    clones: u8,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct World {
    phones: Vec<Device>,
    server: Server,
    requests: BTreeSet<Request>,
    replies: BTreeSet<Reply>,
    copy: Option<Device>,
    recorded: u8,
    left: Left,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Record(usize),
    Send(usize),
    Arrive(usize),
    ArriveAndStay(usize),
    LoseRequest(usize),
    Reply(usize),
    LoseReply(usize),
    Crash(usize),
    Copy,
    Rollback,
    Clone,
}

struct Protocol;

/// The hash after some ops.
fn hash(ops: &[Op]) -> Digest {
    let mut digest = Digest::default();
    digest.0[..ops.len()].copy_from_slice(ops);
    digest
}

fn tip(ops: &[Op]) -> Tip {
    Tip { seq: ops.len() as u64, hash: hash(ops) }
}

fn index(seq: u64) -> usize {
    usize::try_from(seq).expect("logs are short")
}

impl Server {
    /// What the pipeline does with a request, by the same decisions.
    fn receive(&mut self, request: &Request) -> What {
        let log = &self.logs[request.device];
        let hash_of = |seq: u64| log.get(..index(seq)).map(hash);
        let before = request.before.len() as u64;
        let base = hash_of(before).map(|prev| Base { epoch: None, receipt: None, prev });
        let previous = match shown(request).complete(base) {
            // What was put in the place of what a brief push leaves out is covered by the signature.
            Ok(push) if push.prev != Some(hash(&request.before)) => return What::PrevNeeded,
            Ok(push) => push.prev.expect("it is complete"),
            Err(BadPush::PrevNeeded) => return What::PrevNeeded,
            Err(bad) => unreachable!("the model writes no such push: {bad}"),
        };
        let chain = [request.before.as_slice(), &request.ops].concat();
        let hashes: Vec<Digest> =
            (1..=request.ops.len()).map(|n| hash(&chain[..request.before.len() + n])).collect();
        let holds = Holds { counter: u64::from(self.counters[request.device]), tip: tip(log) };
        let shown =
            Shown { counter: u64::from(request.counter), from: before + 1, previous, hashes: &hashes };
        let decision =
            decide(holds, shown, |seq| Ok::<_, ()>(hash_of(seq))).expect("the model has no faults");
        match decision {
            Decision::CounterOld(_) => return What::CounterOld(self.counters[request.device]),
            Decision::Gap(seq) => return What::Gap(index(seq)),
            Decision::Fork { .. } | Decision::Follows { .. } => {}
        }
        self.counters[request.device] = request.counter;
        self.counted_twice |= !self.counted[request.device].insert(request.counter);
        match decision {
            Decision::Follows { known } => {
                self.logs[request.device].extend(&request.ops[known..]);
                What::Acknowledged(self.logs[request.device].len())
            }
            Decision::Fork { .. } | Decision::CounterOld(_) | Decision::Gap(_) => {
                self.branches[request.device].extend(&request.ops);
                What::Fork(self.logs[request.device].len())
            }
        }
    }
}

/// The part of a push that says what lies before it.
fn shown(request: &Request) -> Push {
    let prev = Some(hash(&request.before)).filter(|_| request.whole_prev);
    Push {
        protocol: PROTOCOL,
        epoch: None,
        cursor: None,
        receipt: None,
        from: request.before.len() as u64 + 1,
        prev,
        vocabulary: 1,
        seeds: Vec::new(),
        ops: Vec::new(),
        shows: Vec::new(),
        behind: Vec::new(),
        heal: Vec::new(),
        room: None,
        consulted: Vec::new(),
    }
}

impl Device {
    fn new(id: usize) -> Self {
        Self { id, log: Vec::new(), acknowledged: 0, counter: 0, sync: None, told: false, branched: false }
    }

    fn is_idle(&self) -> bool {
        self.sync.as_ref().is_none_or(|sync| sync.awaited.is_none())
    }

    /// Saves the counter and builds a request; none when it cannot show what the server asked for.
    fn request(&mut self, phone: usize) -> Option<Request> {
        self.counter += 1;
        let sync = self.sync.get_or_insert_default();
        let from = sync.from.unwrap_or(self.acknowledged);
        let (Some(before), Some(ops)) = (self.log.get(..from), self.log.get(from..)) else {
            self.sync = None;
            return None;
        };
        sync.awaited = Some(self.counter);
        let (before, ops) = (before.to_vec(), ops.to_vec());
        let (device, counter, whole_prev) = (self.id, self.counter, sync.whole_prev);
        Some(Request { phone, device, counter, before, whole_prev, ops, left: 0 })
    }

    /// Does what the session says.
    fn reply(&mut self, reply: &Reply) {
        let Some(mut sync) = self.sync.take().filter(|sync| sync.awaited == Some(reply.counter)) else {
            return;
        };
        sync.awaited = None;
        match sync.session.next(event(reply.what), reply.left as u64) {
            Next::Apply(answer, then) => {
                let acknowledged = index(answer.acknowledged).min(self.log.len());
                self.acknowledged = self.acknowledged.max(acknowledged);
                self.told |= answer.directives.contains(&Directive::ReEnrol);
                let session = sync.session;
                self.sync = (then == Then::GoOn).then(|| Sync { session, ..Sync::default() });
            }
            Next::Jump(counter) => {
                self.counter = self.counter.max(u8::try_from(counter).expect("counters are small"));
                self.sync = Some(sync);
            }
            Next::ShowPrev => self.sync = Some(Sync { whole_prev: true, ..sync }),
            Next::Renew(_) => unreachable!("the model has one epoch"),
            Next::PackPlainly => unreachable!("the model packs nothing"),
            Next::PushFrom(seq) => self.sync = Some(Sync { from: Some(index(seq) - 1), ..sync }),
            Next::Stop(_) => {}
        }
    }
}

fn event(what: What) -> Event {
    let answer = |acknowledged: usize, directives| {
        Event::Answered(Box::new(Answer {
            now_ms: 0,
            epoch: Uuid::nil(),
            receipt: None,
            acknowledged: acknowledged as u64,
            stamps: Vec::new(),
            feed: Vec::new(),
            cursor: String::new(),
            more: More::No,
            backed_up: 0,
            directives,
            epochs: Vec::new(),
            digests: Vec::new(),
            consulted: None,
        }))
    };
    match what {
        What::Acknowledged(seq) => answer(seq, Vec::new()),
        What::Fork(seq) => answer(seq, vec![Directive::ReEnrol]),
        What::CounterOld(counter) => Event::Problem(SyncProblem::CounterOld { counter: u64::from(counter) }),
        What::PrevNeeded => Event::Problem(SyncProblem::PrevNeeded),
        What::Gap(seq) => Event::Problem(SyncProblem::Gap { seq: seq as u64 }),
    }
}

impl World {
    fn arrive(&mut self, request: &Request) {
        let what = self.server.receive(request);
        let (phone, counter, left) = (request.phone, request.counter, request.left);
        if phone != NOBODY {
            self.replies.insert(Reply { phone, counter, left, what });
        }
    }

    /// The first phone's connections end, whatever is on its way.
    fn hang_up(&mut self) {
        let orphan = |request: Request| {
            if request.phone == 0 { Request { phone: NOBODY, ..request } } else { request }
        };
        self.requests = std::mem::take(&mut self.requests).into_iter().map(orphan).collect();
        self.replies.retain(|reply| reply.phone != 0);
    }

    /// What a phone lost of an exchange looks like a cut to it.
    fn cut(&mut self, phone: usize, counter: u8) {
        let Some(sync) = self.phones.get_mut(phone).map(|phone| &mut phone.sync) else { return };
        if sync.as_ref().is_some_and(|sync| sync.awaited == Some(counter)) {
            *sync = None;
        }
    }

    /// Whether an op of this log is kept by the server, where it stands or aside.
    fn is_stored(&self, device: &Device, at: usize) -> bool {
        let held = self.server.logs[device.id].get(..=at) == Some(&device.log[..=at]);
        held || self.server.branches[device.id].contains(&device.log[at])
    }

    /// Faults stop here: everybody synchronises, nothing is lost. Whether all outboxes get empty, or their
    /// phones are told to enrol again.
    fn comes_to_rest(&self) -> bool {
        let mut world = self.clone();
        (world.requests, world.replies) = (BTreeSet::new(), BTreeSet::new());
        for phone in 0..world.phones.len() {
            world.phones[phone].sync = None;
            for _ in 0..MAX_QUIET {
                let Some(request) = world.phones[phone].request(phone) else { break };
                let what = world.server.receive(&request);
                let (counter, left) = (request.counter, request.left);
                world.phones[phone].reply(&Reply { phone, counter, left, what });
                if world.phones[phone].sync.is_none() {
                    break;
                }
            }
        }
        let at_rest = |phone: &Device| phone.told || phone.acknowledged == phone.log.len();
        world.phones.iter().all(|phone| phone.sync.is_none() && at_rest(phone))
    }
}

impl Model for Protocol {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![World {
            phones: vec![Device::new(0), Device::new(1)],
            server: Server::default(),
            requests: BTreeSet::new(),
            replies: BTreeSet::new(),
            copy: None,
            recorded: 0,
            left: Left { losses: 1, duplicates: 1, crashes: 1, rollbacks: 1, clones: 1 },
        }]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        for (at, phone) in world.phones.iter().enumerate() {
            if phone.log.len() < MAX_LOG && world.recorded < MAX_OPS {
                actions.push(Action::Record(at));
            }
            let has_work = phone.sync.is_some() || phone.acknowledged < phone.log.len();
            if phone.is_idle() && has_work && !phone.told && phone.counter < 9 {
                actions.push(Action::Send(at));
            }
            if world.left.crashes > 0 && phone.sync.is_some() {
                actions.push(Action::Crash(at));
            }
        }
        for at in 0..world.requests.len() {
            actions.push(Action::Arrive(at));
            if world.left.duplicates > 0 {
                actions.push(Action::ArriveAndStay(at));
            }
            if world.left.losses > 0 {
                actions.push(Action::LoseRequest(at));
            }
        }
        for at in 0..world.replies.len() {
            actions.push(Action::Reply(at));
            if world.left.losses > 0 {
                actions.push(Action::LoseReply(at));
            }
        }
        if world.copy.is_none() && world.left.rollbacks + world.left.clones > 0 {
            actions.push(Action::Copy);
        }
        if world.copy.is_some() && world.left.rollbacks > 0 {
            actions.push(Action::Rollback);
        }
        if world.copy.is_some() && world.left.clones > 0 {
            actions.push(Action::Clone);
        }
    }

    fn next_state(&self, last: &World, action: Action) -> Option<World> {
        let mut world = last.clone();
        match action {
            Action::Record(at) => {
                world.recorded += 1;
                world.phones[at].log.push(world.recorded);
            }
            Action::Send(at) => {
                let request = world.phones[at].request(at);
                world.requests.extend(request);
            }
            Action::Arrive(at) | Action::ArriveAndStay(at) => {
                let request = last.requests.iter().nth(at)?.clone();
                if matches!(action, Action::ArriveAndStay(_)) {
                    world.left.duplicates -= 1;
                } else {
                    world.requests.remove(&request);
                }
                world.arrive(&request);
            }
            Action::LoseRequest(at) => {
                let request = last.requests.iter().nth(at)?;
                world.requests.remove(request);
                world.left.losses -= 1;
                world.cut(request.phone, request.counter);
            }
            Action::Reply(at) => {
                let reply = last.replies.iter().nth(at)?;
                world.replies.remove(reply);
                world.phones[reply.phone].reply(reply);
            }
            Action::LoseReply(at) => {
                let reply = last.replies.iter().nth(at)?;
                world.replies.remove(reply);
                world.left.losses -= 1;
                world.cut(reply.phone, reply.counter);
            }
            Action::Crash(at) => {
                world.phones[at].sync = None;
                world.left.crashes -= 1;
            }
            Action::Copy => world.copy = Some(Device { sync: None, ..last.phones[0].clone() }),
            Action::Rollback => {
                world.phones[0] = Device { branched: true, ..last.copy.clone()? };
                world.hang_up();
                world.left.rollbacks -= 1;
            }
            Action::Clone => {
                world.phones[0].branched = true;
                world.phones.push(Device { branched: true, ..last.copy.clone()? });
                world.left.clones -= 1;
            }
        }
        Some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::<Self>::always("what is acknowledged is stored", |_, world| {
                let kept = |phone: &Device| (0..phone.acknowledged).all(|at| world.is_stored(phone, at));
                world.phones.iter().all(kept)
            }),
            Property::<Self>::always("no counter counts twice", |_, world| !world.server.counted_twice),
            Property::<Self>::always("the server holds a prefix of an unbranched log", |_, world| {
                let single = world.phones.iter().filter(|phone| !phone.branched);
                let prefix = |phone: &Device| phone.log.starts_with(&world.server.logs[phone.id]);
                single.into_iter().all(prefix)
            }),
            Property::<Self>::always("no op is in the log twice", |_, world| {
                world.server.logs.iter().all(|log| log.iter().collect::<BTreeSet<_>>().len() == log.len())
            }),
            Property::<Self>::always("an unbranched phone is never told to enrol again", |_, world| {
                world.phones.iter().all(|phone| phone.branched || !phone.told)
            }),
            Property::<Self>::always("when faults stop, all come to rest", |_, world| world.comes_to_rest()),
            Property::<Self>::sometimes("a branch is told", |_, world| world.phones.iter().any(|p| p.told)),
            Property::<Self>::sometimes("everything is acknowledged", |_, world| {
                world.recorded == MAX_OPS && world.phones.iter().all(|p| p.acknowledged == p.log.len())
            }),
            Property::<Self>::sometimes("a counter is refused", |_, world| {
                world.replies.iter().any(|reply| matches!(reply.what, What::CounterOld(_)))
            }),
        ]
    }
}

#[test]
fn every_behaviour_of_a_small_world_keeps_the_promises() {
    let checker = Protocol.checker().threads(2).target_state_count(MAX_STATES).spawn_dfs().join();
    println!("{} states, {} of them different", checker.state_count(), checker.unique_state_count());
    checker.assert_properties();
    let exhausted = checker.state_count() < MAX_STATES;
    assert!(exhausted || checker.unique_state_count() >= 1_000_000, "{}", checker.unique_state_count());
}
