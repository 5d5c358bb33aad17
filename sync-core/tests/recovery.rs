//! Enrolling again: after a fork, what a phone wrote comes to the same state as if nothing had happened.
//!
//! A worker writes a log over two streams; the server holds a part of it; the rest is planned anew
//! under another device. Does not test stores or the server: see their own tests.

use std::collections::{BTreeMap, BTreeSet};

use crate::common::{NOON_MS, attendance, booked, born, consent, contact, person, stream, submitted};
use proptest::collection::vec;
use proptest::prelude::*;
use sync_core::access::Role;
use sync_core::clock::{Hlc, Uptime};
use sync_core::ids::{CompartmentKind, DeviceId, Digest, OpId, Stream};
use sync_core::log::{Tip, verify};
use sync_core::op::{Header, Op, Recovered, Salt, Seed, VOCABULARY, body_digest};
use sync_core::referral::act::{
    Act, AppointmentMoved, Attendance, ContactWhat, EntryStruck, Meeting, OpRef, YesNo,
};
use sync_core::referral::fold::fold;
use sync_core::stream::{History, StreamOp};
use sync_core::sync::enrolment::OldLog;
use sync_core::sync::recovery::{Kept, NewLog, Plan, plan};
use uuid::Uuid;

const OLD: DeviceId = DeviceId(Uuid::from_u128(0x20));
const NEW: DeviceId = DeviceId(Uuid::from_u128(0x21));
const OTHER: DeviceId = DeviceId(Uuid::from_u128(0x30));
const SEED: Seed = Seed([5; 16]);

/// One step of the worker.
#[derive(Debug, Clone)]
struct Step {
    act: u8,
    pick: prop::sample::Index,
    /// How many of the other's ops the worker had seen.
    seen: prop::sample::Index,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (0..11_u8, any::<prop::sample::Index>(), any::<prop::sample::Index>());
    vec(step.prop_map(|(act, pick, seen)| Step { act, pick, seen }), 1..24)
}

/// A log as a phone writes it, beside the ops of somebody else.
#[derive(Default)]
struct Phone {
    log: Vec<Op>,
    others: Vec<StreamOp>,
    shown: usize,
    last_seen: Vec<OpId>,
}

impl Phone {
    fn of(steps: &[Step]) -> Self {
        let mut phone = Self { others: others(), ..Self::default() };
        steps.iter().for_each(|step| phone.step(step));
        phone
    }

    fn step(&mut self, step: &Step) {
        self.shown = self.shown.max(step.seen.index(self.others.len() + 1));
        let (kind, act) = self.act(step);
        let to = stream(kind);
        let known = |stream: Stream| -> Vec<OpId> {
            let own = self.log.iter().map(|op| StreamOp::of(op, None));
            let ops = own.chain(self.others[..self.shown].iter().cloned());
            History::new(ops.filter(|op| op.stream == stream)).heads()
        };
        let elsewhere = known(stream(other(kind)));
        let deps = known(to).into_iter().filter(|id| id.device != OLD).collect();
        let same = self.log.last().is_none_or(|last| last.header.stream == to) && elsewhere == self.last_seen;
        let seen = (!same).then_some(elsewhere);
        if let Some(seen) = &seen {
            self.last_seen.clone_from(seen);
        }
        let op = self.op(to, deps, seen, &act);
        self.log.push(op);
    }

    fn op(&self, stream: Stream, deps: Vec<OpId>, seen: Option<Vec<OpId>>, act: &Act) -> Op {
        let seq = self.log.len() as u64 + 1;
        let (id, body) = (OpId { device: OLD, seq }, act.body());
        let salt = Salt([7; 16]);
        let header = Header {
            id,
            prev: self.log.last().map_or(Digest::default(), |op| op.header.hash()),
            stream,
            deps,
            seen,
            hlc: Hlc::from_ms(NOON_MS + 60_000 + seq),
            uptime: Uptime { boot: Uuid::nil(), ms: seq },
            receipt: Some(Digest([8; 32])),
            author: person(Role::OutreachWorker, 1).user,
            vocabulary: VOCABULARY,
            recovered_from: None,
            kind: act.info().kind.parse().expect("a kind of the table"),
            body_digest: body_digest(salt, &body),
        };
        Op { header, body: Some(body), salt }
    }

    fn act(&self, step: &Step) -> (CompartmentKind, Act) {
        use CompartmentKind::{Outreach, Shared};
        let bookings: Vec<OpId> = self.booked();
        let booking = (!bookings.is_empty()).then(|| bookings[step.pick.index(bookings.len())]);
        let own = |id| OpRef::to(id, OLD);
        match step.act {
            0 => (Shared, consent(YesNo::No)),
            1 => (Shared, born("1990-01-01")),
            2 => (Shared, born("1991-01-01")),
            3 => (Outreach, contact(ContactWhat::Attempted)),
            4 => (Outreach, booked(Meeting::Assessment)),
            5 | 6 => {
                let status = if step.act == 5 { Attendance::Attended } else { Attendance::DidNotAttend };
                let mut act = attendance(OpId { device: OLD, seq: 1 }, Meeting::Assessment, status);
                if let Act::AttendanceRecorded(body) = &mut act {
                    body.appointment = booking.map(own);
                }
                (Outreach, act)
            }
            7 if booking.is_some() => {
                let appointment = own(booking.expect("just asked"));
                (Outreach, Act::AppointmentMoved(AppointmentMoved { appointment, at_ms: NOON_MS + 9 }))
            }
            8 | 9 if !self.log.is_empty() => {
                let header = &self.log[step.pick.index(self.log.len())].header;
                let struck =
                    EntryStruck { entry: own(header.id), reason: "entered in error".to_owned(), back: None };
                (header.stream.kind(), Act::EntryStruck(struck))
            }
            _ => (Outreach, contact(ContactWhat::Reached)),
        }
    }

    fn booked(&self) -> Vec<OpId> {
        let own = self.log.iter().filter(|op| op.header.kind.as_str() == "appointment.booked");
        let others = self.others[..self.shown].iter().filter(|op| op.kind.as_str() == "appointment.booked");
        own.map(|op| op.header.id).chain(others.map(|op| op.id)).collect()
    }

    fn kept(&self) -> Vec<Kept> {
        self.log.iter().map(|op| Kept { op: op.clone(), command: op.header.id.seq.div_ceil(2) }).collect()
    }

    fn tip(&self) -> Tip {
        self.log.last().map_or(Tip::default(), |op| Tip { seq: op.header.id.seq, hash: op.header.hash() })
    }

    /// What the server holds when it holds the first `count`, and then `beyond` ops of a branch.
    fn held(&self, count: usize, beyond: usize) -> OldLog {
        let own = self.log[..count].iter().map(|op| op.header.hash());
        let branch = (0..beyond).map(|n| Digest([u8::try_from(n).expect("few") + 100; 32]));
        OldLog { device: OLD, hashes: own.chain(branch).collect(), unreadable: Vec::new() }
    }
}

fn other(kind: CompartmentKind) -> CompartmentKind {
    if kind == CompartmentKind::Shared { CompartmentKind::Outreach } else { CompartmentKind::Shared }
}

/// What a lead wrote meanwhile, knowing nothing of the worker's log.
fn others() -> Vec<StreamOp> {
    use CompartmentKind::{Outreach, Shared};
    let acts = [
        (Shared, submitted()),
        (Outreach, booked(Meeting::Assessment)),
        (Shared, born("1992-02-02")),
        (Shared, consent(YesNo::Yes)),
        (Outreach, contact(ContactWhat::Reached)),
    ];
    let ops = acts.into_iter().zip(1..).map(|((kind, act), seq)| StreamOp {
        id: OpId { device: OTHER, seq },
        stream: stream(kind),
        deps: Vec::new(),
        hlc: Hlc::from_ms(NOON_MS + seq),
        author: person(Role::ProviderLead, 1).user,
        kind: act.info().kind.parse().expect("a kind of the table"),
        vocabulary: VOCABULARY,
        body: Some(act.body()),
        erased: None,
        stamp: None,
    });
    ops.collect()
}

fn recovered(phone: &Phone, old: &OldLog) -> Plan {
    plan(old, &phone.kept(), phone.tip(), NewLog { device: NEW, seed: SEED }).expect("the kinds are known")
}

/// The old name of every op of the new log.
fn old_names(plan: &Plan) -> BTreeMap<OpId, OpId> {
    plan.reissued.iter().map(|new| (new.op.header.id, OpId { device: OLD, seq: new.was })).collect()
}

fn streams(ops: Vec<StreamOp>) -> BTreeMap<Stream, History> {
    let mut streams: BTreeMap<Stream, Vec<StreamOp>> = BTreeMap::new();
    ops.into_iter().for_each(|op| streams.entry(op.stream).or_default().push(op));
    streams.into_iter().map(|(stream, ops)| (stream, History::new(ops))).collect()
}

fn never_forked(phone: &Phone) -> BTreeMap<Stream, History> {
    let own = phone.log.iter().map(|op| StreamOp::of(op, None));
    streams(own.chain(phone.others.iter().cloned()).collect())
}

fn after_recovery(phone: &Phone, plan: &Plan) -> BTreeMap<Stream, History> {
    let held = phone.log.iter().filter(|op| plan.held.contains(&op.header.id.seq));
    let new = plan.reissued.iter().map(|new| &new.op);
    let own = held.chain(new).map(|op| StreamOp::of(op, None));
    streams(own.chain(phone.others.iter().cloned()).collect())
}

/// A folded stream under the old names, without what is a digest of names.
fn told(history: &History, names: &BTreeMap<OpId, OpId>) -> serde_json::Value {
    let mut state = serde_json::to_value(fold(history)).expect("a state is plain data");
    for entry in state["entries"].as_array_mut().into_iter().flatten() {
        entry["body"] = serde_json::Value::Null;
    }
    for conflict in state["conflicts"].as_array_mut().into_iter().flatten() {
        conflict["id"] = serde_json::Value::Null;
        conflict["version"] = serde_json::Value::Null;
    }
    let mut text = state.to_string();
    for (new, old) in names {
        text = text.replace(&format!("{new}\""), &format!("{old}\""));
    }
    let mut state: serde_json::Value = serde_json::from_str(&text).expect("renamed JSON is JSON");
    for list in ["heads", "conflicts", "entries"] {
        let items = state[list].as_array_mut().expect("a list");
        items.sort_by_key(ToString::to_string);
    }
    for conflict in state["conflicts"].as_array_mut().into_iter().flatten() {
        conflict["sides"].as_array_mut().expect("a list").sort_by_key(ToString::to_string);
    }
    state
}

/// What the author of an op knew of the record's other stream, as the server asks it.
fn knew_elsewhere(log: &[Op], at: usize, histories: &BTreeMap<Stream, History>) -> BTreeSet<OpId> {
    let (to, device) = (log[at].header.stream, log[at].header.id.device);
    let own = log[..=at].iter().filter(|op| op.header.id.device == device);
    let mut heads: Vec<OpId> = own.clone().flat_map(|op| op.header.seen.iter().flatten().copied()).collect();
    heads.extend(own.filter(|op| op.header.stream != to).map(|op| op.header.id));
    let elsewhere = histories.iter().filter(|(stream, _)| **stream != to);
    let known = elsewhere.flat_map(|(_, history)| {
        let heads: Vec<OpId> = heads.iter().copied().filter(|id| history.op(*id).is_some()).collect();
        history.as_of(&heads).iter().map(|op| op.id).collect::<Vec<_>>()
    });
    known.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn after_recovery_every_stream_is_as_if_the_log_had_never_forked(
        steps in steps(), cut in any::<prop::sample::Index>(), beyond in 0..4_usize,
    ) {
        let phone = Phone::of(&steps);
        let count = cut.index(phone.log.len() + 1);
        let plan = recovered(&phone, &phone.held(count, beyond));
        let names = old_names(&plan);
        prop_assert_eq!(plan.held.len(), count);
        prop_assert_eq!(plan.reissued.len(), phone.log.len() - count);
        prop_assert!(plan.lost.is_empty());
        prop_assert!(verify(plan.reissued.iter().map(|new| &new.op)).is_ok());
        let (before, after) = (never_forked(&phone), after_recovery(&phone, &plan));
        for (stream, history) in &before {
            let other = &after[stream];
            prop_assert_eq!(told(history, &names), told(other, &names));
            let name = |id: OpId| names.iter().find(|(_, old)| **old == id).map_or(id, |(new, _)| *new);
            for (a, b) in history.iter().flat_map(|a| history.iter().map(move |b| (a.id, b.id))) {
                let knew = |history: &History, a, b| history.past(a).is_some_and(|past| past.contains(b));
                prop_assert_eq!(knew(history, a, b), knew(other, name(a), name(b)), "{} of {}", b, a);
            }
        }
    }

    #[test]
    fn a_reissued_op_is_what_it_was(steps in steps(), cut in any::<prop::sample::Index>()) {
        let phone = Phone::of(&steps);
        let plan = recovered(&phone, &phone.held(cut.index(phone.log.len() + 1), 1));
        let (before, after) = (never_forked(&phone), after_recovery(&phone, &plan));
        let names = old_names(&plan);
        let new_log: Vec<Op> = plan.reissued.iter().map(|new| new.op.clone()).collect();
        for (at, new) in plan.reissued.iter().enumerate() {
            let index = usize::try_from(new.was - 1).expect("a short log");
            let (was, is) = (&phone.log[index].header, &new.op.header);
            let same = |header: &Header| {
                (header.hlc, header.uptime, header.receipt, header.author, header.vocabulary, header.stream)
            };
            prop_assert_eq!(same(was), same(is));
            prop_assert_eq!(is.recovered_from, Some(Recovered { id: was.id, hash: was.hash() }));
            prop_assert!(is.deps.is_sorted() && is.deps.iter().all(|dep| dep.device != NEW));
            let known: BTreeSet<OpId> = knew_elsewhere(&new_log, at, &after)
                .into_iter().map(|id| names.get(&id).copied().unwrap_or(id)).collect();
            prop_assert_eq!(knew_elsewhere(&phone.log, index, &before), known);
        }
    }

    #[test]
    fn whatever_can_be_read_is_held_or_written_anew_and_the_rest_is_told(
        steps in steps(), cut in any::<prop::sample::Index>(), beyond in 0..3_usize, unread in any::<u32>(),
    ) {
        let phone = Phone::of(&steps);
        let count = cut.index(phone.log.len() + 1);
        let mut old = phone.held(count, beyond);
        let is_read = |seq: u64| unread >> (seq % 32) & 1 == 0;
        let kept: Vec<Kept> = phone.kept().into_iter().filter(|kept| is_read(kept.op.header.id.seq)).collect();
        let lost = phone.log[..count].iter().map(|op| &op.header).filter(|header| !is_read(header.id.seq));
        old.unreadable = lost.map(|header| (header.id.seq, header.stream)).collect();
        let plan = plan(&old, &kept, phone.tip(), NewLog { device: NEW, seed: SEED }).expect("known kinds");
        let reissued: BTreeSet<u64> = plan.reissued.iter().map(|new| new.was).collect();
        for op in &phone.log {
            let (seq, hash) = (op.header.id.seq, op.header.hash());
            let found = [plan.held.contains(&seq), reissued.contains(&seq), plan.lost.contains(&seq)];
            prop_assert_eq!(found.iter().filter(|found| **found).count(), 1, "op {}", seq);
            if is_read(seq) {
                prop_assert_eq!(plan.held.contains(&seq), old.hash(seq) == Some(hash));
            } else if plan.held.contains(&seq) {
                prop_assert_eq!(old.hash(seq), Some(hash), "held only where it is shown");
            }
        }
        prop_assert!(verify(plan.reissued.iter().map(|new| &new.op)).is_ok());
    }
}

#[test]
fn a_second_recovery_still_names_the_first_original() {
    let mut phone = Phone::of(&[]);
    for what in [ContactWhat::Attempted, ContactWhat::Reached] {
        let op = phone.op(stream(CompartmentKind::Outreach), Vec::new(), None, &contact(what));
        phone.log.push(op);
    }
    let first = recovered(&phone, &phone.held(0, 1));
    let kept: Vec<Kept> =
        first.reissued.iter().map(|new| Kept { op: new.op.clone(), command: new.command }).collect();
    let tip = first.reissued.last().map(|new| Tip { seq: new.op.header.id.seq, hash: new.hash });
    let old = OldLog { device: NEW, hashes: Vec::new(), unreadable: Vec::new() };
    let again = NewLog { device: DeviceId(Uuid::from_u128(0x22)), seed: SEED };
    let second = plan(&old, &kept, tip.expect("two ops"), again).expect("the kinds are known");
    let origins: Vec<_> = second.reissued.iter().map(|new| new.op.header.recovered_from).collect();
    let firsts = phone.log.iter().map(|op| Some(Recovered { id: op.header.id, hash: op.header.hash() }));
    assert_eq!(origins, firsts.collect::<Vec<_>>());
}

#[test]
fn an_entry_of_a_newer_version_stops_the_plan_and_loses_nothing() {
    let mut phone = Phone::of(&[]);
    let mut op =
        phone.op(stream(CompartmentKind::Outreach), Vec::new(), None, &contact(ContactWhat::Reached));
    op.header.kind = "some.later_kind".parse().expect("a kind");
    phone.log.push(op);
    let planned = plan(&phone.held(0, 0), &phone.kept(), phone.tip(), NewLog { device: NEW, seed: SEED });
    assert_eq!(planned.map_err(|newer| newer.seq).err(), Some(1));
}
