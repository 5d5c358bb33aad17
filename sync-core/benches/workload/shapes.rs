//! Streams that somebody could make to stop a reader: many acts of one kind, made apart, about one thing.
//!
//! Each is valid: devices write it, and a server stamps it. Does not measure anything.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sync_core::clock::{ClockMark, Hlc};
use sync_core::ids::{CompartmentKind, DeviceId, OpId, OrgId, Record, Stream, UserId};
use sync_core::op::VOCABULARY;
use sync_core::referral::conflict::{ConflictKind, conflict_id, version};
use sync_core::referral::cross_stream::crossed;
use sync_core::referral::fold::Folded;
use sync_core::stamp::{Disposition, Stamp, Why};
use sync_core::stream::StreamOp;
use uuid::Uuid;

const NOON_MS: u64 = 1_780_000_000_000;

/// Every shape, of so many entries, with its name.
pub(crate) fn all(entries: usize) -> Vec<(&'static str, Vec<StreamOp>)> {
    vec![
        ("strikes × attendances of one booking", strikes_and_attendances(entries)),
        ("heads on one register, as many phones", heads(entries)),
        ("cancellations × acceptances", cancellations_and_acceptances(entries)),
        ("cancellations × acceptances, settled again and again", flips(entries)),
        ("one entry struck, as many phones", struck_apart(entries)),
        ("one entry struck and taken back, by turns", struck_and_back(entries)),
        ("one conflict settled, each knowing the last", settled_in_a_row(entries)),
        ("one conflict settled, as many phones", settled_apart(entries)),
        ("entries kept aside", kept_aside(entries)),
        ("attendances that the server raised one by one", raised(entries)),
        ("a chain of 200 devices on one register", chain(entries)),
        ("two layers of heads on one register", layers(entries)),
    ]
}

/// Closings in `shared` and attendances in `outreach`, each upon nothing of the other.
pub(crate) fn closings_and_attendances(entries: usize) -> [Vec<StreamOp>; 2] {
    let (mut shared, mut outreach) =
        (Story::new(CompartmentKind::Shared), Story::new(CompartmentKind::Outreach));
    let booked = outreach.booked();
    for _ in 0..entries / 2 {
        shared.tell(1, "referral.closed", &json!({"on": "2026-06-01"}), &[]);
        outreach.attended(2, booked, &[]);
    }
    [shared.ops, outreach.ops]
}

/// What the server raises between them, whole or after each step; how many times it raised something.
pub(crate) fn raised_across([shared, outreach]: [Vec<StreamOp>; 2], step: usize) -> usize {
    let (mut folded, mut server, mut raised) = ([Folded::default(), Folded::default()], 0, 0);
    let steps = shared.len().max(outreach.len()).div_ceil(step);
    for at in 0..steps {
        let mut changed = Vec::new();
        for (folded, ops) in folded.iter_mut().zip([&shared, &outreach]) {
            let new: Vec<StreamOp> = ops.iter().skip(at * step).take(step).cloned().collect();
            changed.extend(new.iter().map(|op| op.id));
            folded.apply(new);
        }
        let [shared, outreach] = &folded;
        for crossing in crossed(&[shared.state(), outreach.state()], &changed, |_, _| true) {
            server += 1;
            let body = serde_json::to_value(&crossing.raised).expect("plain data");
            let mut story = Story::new(crossing.stream.kind());
            story.seqs.insert(9, server - 1);
            story.tell(9, "conflict.raised", &body, &[]);
            let place = if crossing.stream.kind() == CompartmentKind::Shared { 0 } else { 1 };
            folded[place].apply(story.ops);
            raised += 1;
        }
    }
    raised
}

/// A stream as it is written.
struct Story {
    stream: Stream,
    ops: Vec<StreamOp>,
    seqs: BTreeMap<u128, u64>,
}

impl Story {
    fn new(kind: CompartmentKind) -> Self {
        let stream = Record::referral(Uuid::from_u128(1)).stream(kind, OrgId(Uuid::from_u128(2)));
        Self { stream, ops: Vec::new(), seqs: BTreeMap::new() }
    }

    /// A device's next act, upon its own earlier ones and those named.
    fn tell(&mut self, device: u128, kind: &str, body: &Value, deps: &[OpId]) -> OpId {
        let seq = self.seqs.entry(device).and_modify(|seq| *seq += 1).or_insert(1);
        let id = OpId { device: DeviceId(Uuid::from_u128(0x1000 + device)), seq: *seq };
        let at = u64::try_from(self.ops.len()).expect("a small number");
        let eff = Hlc::from_ms(NOON_MS + at * 60_000);
        let (clock, disposition) = (ClockMark::Plain, Disposition::Accepted);
        let received_ms = eff.ms();
        let stamp = Stamp {
            place: at + 1,
            received_ms,
            eff,
            clock,
            disposition,
            absent: Vec::new(),
            instead: Vec::new(),
        };
        let mut deps: Vec<OpId> = deps.iter().copied().filter(|dep| dep.device != id.device).collect();
        deps.sort_unstable();
        self.ops.push(StreamOp {
            id,
            stream: self.stream,
            deps,
            hlc: eff,
            author: UserId(Uuid::from_u128(0x2000 + device)),
            kind: kind.parse().expect("it is written as kinds are"),
            vocabulary: VOCABULARY,
            body: Some(body.to_string().into()),
            erased: None,
            stamp: Some(stamp),
        });
        id
    }

    fn born(&mut self, device: u128, day: usize, deps: &[OpId]) -> OpId {
        let (year, day) = (1950 + day / 28 % 50, day % 28 + 1);
        let value = format!("{year}-01-{day:02}");
        self.tell(device, "subject.amended", &json!({"field": "born", "value": value}), deps)
    }

    fn booked(&mut self) -> OpId {
        let body = json!({"at_ms": NOON_MS, "meeting": "session", "minutes": 60});
        self.tell(0, "appointment.booked", &body, &[])
    }

    fn attended(&mut self, device: u128, booked: OpId, deps: &[OpId]) -> OpId {
        let body = json!({"appointment": booked, "meeting": "session", "status": "attended", "minutes": 60,
            "at_ms": NOON_MS});
        self.tell(device, "attendance.recorded", &body, deps)
    }

    fn struck(&mut self, device: u128, entry: OpId, back: &str, deps: &[OpId]) -> OpId {
        let body = json!({"entry": entry, "reason": "entered in error", "back": back});
        self.tell(device, "entry.struck", &body, deps)
    }

    fn settled(&mut self, device: u128, about: (ConflictKind, &str), chosen: OpId, deps: &[OpId]) -> OpId {
        let conflict = conflict_id(about.0, &self.stream, about.1);
        let body = json!({"conflict": conflict, "version": version(&[]), "choice": {"op": chosen},
            "reason": "it is so"});
        self.tell(device, "conflict.settled", &body, deps)
    }
}

fn strikes_and_attendances(entries: usize) -> Vec<StreamOp> {
    let mut story = Story::new(CompartmentKind::Outreach);
    let booked = story.booked();
    for _ in 0..entries / 2 {
        story.struck(1, booked, "no", &[booked]);
        story.attended(2, booked, &[booked]);
    }
    story.ops
}

fn heads(entries: usize) -> Vec<StreamOp> {
    let mut story = Story::new(CompartmentKind::Shared);
    let base = story.born(0, 0, &[]);
    (1..entries).for_each(|n| {
        story.born(n as u128, n, &[base]);
    });
    story.ops
}

fn cancellations_and_acceptances(entries: usize) -> Vec<StreamOp> {
    cancelled_and_accepted(entries).ops
}

fn cancelled_and_accepted(entries: usize) -> Story {
    let mut story = Story::new(CompartmentKind::Shared);
    let base = story.born(0, 0, &[]);
    for _ in 0..entries / 2 {
        story.tell(1, "referral.cancelled", &json!({"reason": "wrong_provider"}), &[base]);
        story.tell(2, "referral.accepted", &json!({}), &[base]);
    }
    story
}

/// A third of the entries settles what the others are about, for either side by turns.
fn flips(entries: usize) -> Vec<StreamOp> {
    let mut story = cancelled_and_accepted(entries * 2 / 3);
    let [left, right] = [1, 2].map(|back| story.ops[story.ops.len() - back].id);
    let mut last = vec![left, right];
    for n in 0..entries / 3 {
        let chosen = if n % 2 == 0 { left } else { right };
        let by = 10 + (n % 2) as u128;
        last = vec![story.settled(by, (ConflictKind::Crossed, "cancelled_accepted"), chosen, &last)];
    }
    story.ops
}

fn struck_apart(entries: usize) -> Vec<StreamOp> {
    let mut story = Story::new(CompartmentKind::Outreach);
    let booked = story.booked();
    (1..entries).for_each(|n| {
        story.struck(n as u128, booked, "no", &[booked]);
    });
    story.ops
}

fn struck_and_back(entries: usize) -> Vec<StreamOp> {
    let mut story = Story::new(CompartmentKind::Outreach);
    let booked = story.booked();
    let mut last = booked;
    for n in 1..entries {
        let back = if n % 2 == 0 { "yes" } else { "no" };
        last = story.struck((n % 2) as u128 + 1, booked, back, &[last]);
    }
    story.ops
}

fn disputed() -> (Story, [OpId; 2]) {
    let mut story = Story::new(CompartmentKind::Shared);
    let base = story.born(0, 0, &[]);
    let sides = [1, 2].map(|n| story.born(n, n as usize, &[base]));
    (story, sides)
}

fn settled_in_a_row(entries: usize) -> Vec<StreamOp> {
    let (mut story, sides) = disputed();
    let mut last = sides.to_vec();
    for n in 0..entries - 3 {
        let by = 10 + (n % 2) as u128;
        last = vec![story.settled(by, (ConflictKind::Field, "subject/born"), sides[n % 2], &last)];
    }
    story.ops
}

fn settled_apart(entries: usize) -> Vec<StreamOp> {
    let (mut story, sides) = disputed();
    for n in 0..entries - 3 {
        story.settled(10 + n as u128, (ConflictKind::Field, "subject/born"), sides[n % 2], &sides);
    }
    story.ops
}

fn kept_aside(entries: usize) -> Vec<StreamOp> {
    let mut story = Story::new(CompartmentKind::Shared);
    for n in 0..entries {
        story.tell((n % 2) as u128, "referral.accepted", &json!({}), &[]);
        let last = story.ops.last_mut().and_then(|op| op.stamp.as_mut());
        last.expect("it was stamped").disposition = Disposition::Quarantined(Why::State);
    }
    story.ops
}

/// The server names each attendance once, and one closing beside it.
fn raised(entries: usize) -> Vec<StreamOp> {
    let mut story = Story::new(CompartmentKind::Outreach);
    let booked = story.booked();
    let closed = OpId { device: DeviceId(Uuid::from_u128(9)), seq: 1 };
    for _ in 0..entries / 2 {
        let attended = story.attended(1, booked, &[booked]);
        let raised = json!({"finding": "crossed", "about": "closed_attended", "sides": [closed, attended]});
        story.tell(2, "conflict.raised", &raised, &[attended]);
    }
    story.ops
}

fn chain(entries: usize) -> Vec<StreamOp> {
    let mut story = Story::new(CompartmentKind::Shared);
    let mut last = Vec::new();
    for n in 0..entries {
        last = vec![story.born((n % 200) as u128, n, &last)];
    }
    story.ops
}

/// Half of the phones write apart, and say the same; the other half knew them all, and not each other.
fn layers(entries: usize) -> Vec<StreamOp> {
    let mut story = Story::new(CompartmentKind::Shared);
    let known: Vec<OpId> = (0..entries / 2).map(|n| story.born(n as u128, 0, &[])).collect();
    // As one, so that not every phone must list them all.
    let all = story.tell(0, "referral.accepted", &json!({}), &known);
    (entries / 2..entries).for_each(|n| {
        story.born(n as u128, n, &[all]);
    });
    story.ops
}
