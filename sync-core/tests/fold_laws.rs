//! What holds for a fold that goes on from where it is: after every step it equals the full fold.
//!
//! Random histories of four people with partial views, delivered in random groups and orders: causes
//! after effects, late stamps, bodies after skeletons, erasures, deps that never come, kinds of a newer
//! version, devices that cheat. Does not say what a fold should be: see `laws.rs` and `settling.rs`.

use std::collections::BTreeMap;

use crate::common;
use crate::common::examples::{closed, handed_over};
use crate::common::{
    World, accepted, attendance, booked, born, cancelled, consent, contact, passed_up, person, settled,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use sync_core::access::{Author, Role};
use sync_core::ids::{CompartmentKind, OpId};
use sync_core::referral::act::{
    Act, AppointmentMoved, Attendance, CancelReason, Choice, ConflictRaised, ContactWhat, EntryStruck,
    Finding, Meeting, OpRef, YesNo,
};
use sync_core::referral::erasure::Erased;
use sync_core::referral::fold::{Folded, StreamState, fold};
use sync_core::stamp::{Disposition, Why};
use sync_core::stream::{History, StreamOp};

const STREAM: CompartmentKind = CompartmentKind::Shared;

/// One step of a random history.
#[derive(Debug, Clone)]
struct Step {
    who: usize,
    act: u8,
    pick: [Index; 2],
    fate: u8,
    /// How many of the newest ops its author has not seen.
    behind: usize,
    clock_ms: u64,
}

fn steps(longest: usize) -> impl Strategy<Value = Vec<Step>> {
    let parts = (0..4_usize, 0..28_u8, any::<[Index; 2]>(), 0..24_u8, 0..7_usize, 0..9_u64);
    let step = parts.prop_map(|(who, act, pick, fate, behind, clock_ms)| Step {
        who,
        act,
        pick,
        fate,
        behind,
        clock_ms,
    });
    vec(step, 1..longest)
}

fn people() -> [Author; 4] {
    [
        person(Role::Officer, 1),
        person(Role::ProviderLead, 1),
        person(Role::OutreachWorker, 1),
        person(Role::Admin, 1),
    ]
}

/// What somebody receives.
#[derive(Debug, Clone)]
enum Event {
    Copy(Box<StreamOp>),
    Erased(OpId, Erased),
}

/// Writes a history, each op on a view that lags behind.
fn written(steps: &[Step]) -> World {
    let mut world = World::default();
    for step in steps {
        let ids = world.ids();
        let author = &people()[step.who];
        let seen = ids.len().saturating_sub(step.behind);
        let knew: Vec<_> =
            ids.iter().copied().filter(|id| is_seen(&world, *id, &ids[..seen], author)).collect();
        let act = act(&world, step, &knew);
        let mut op = world.draft(author, &act, STREAM, &knew);
        meet_fate(step, &mut op);
        let id = world.keep(op);
        world.set_clock(id, common::NOON_MS + step.clock_ms * 1000);
    }
    world
}

fn is_seen(world: &World, id: OpId, seen: &[OpId], author: &Author) -> bool {
    seen.contains(&id) || world.op(id).author == author.user
}

fn act(world: &World, step: &Step, knew: &[OpId]) -> Act {
    let [first, second] = step.pick;
    let named = if knew.is_empty() { None } else { Some(knew[first.index(knew.len())]) };
    let meeting = Meeting::Session;
    match (step.act, named) {
        (0, _) => accepted(),
        (1, _) => cancelled(CancelReason::WrongProvider),
        (2, _) => born("1990-01-01"),
        (3, _) => born("1991-01-01"),
        (4, _) => consent(YesNo::No),
        (5, _) => consent(YesNo::Yes),
        (6, _) => contact(ContactWhat::Reached),
        (7, _) | (8.., None) => booked(meeting),
        (20, _) => closed(),
        (21, _) => handed_over(),
        (22, Some(named)) => {
            Act::AppointmentMoved(AppointmentMoved { appointment: OpRef::Id(named), at_ms: 7 })
        }
        (23 | 24, Some(named)) => raised_about(named, second.get(knew), step.act),
        (26, Some(named)) => raised_as_gone(named),
        (27, Some(named)) => struck(named, Some(YesNo::Yes)),
        (8, Some(named)) => attendance(named, meeting, Attendance::Attended),
        (9, Some(named)) => attendance(named, meeting, Attendance::DidNotAttend),
        (10..=12, Some(named)) => struck(named, None),
        (13.., Some(named)) => {
            let known = world.history(STREAM).as_of(knew);
            let conflicts = fold(&known).conflicts;
            let Some(conflict) = conflicts.get(first.index(conflicts.len().max(1))) else {
                return accepted();
            };
            let side = conflict.sides[second.index(conflict.sides.len())];
            match step.act {
                13 => passed_up(conflict),
                14 => settled(conflict, Choice::KeepAside(side)),
                15 | 16 => settled(conflict, Choice::Admit(side)),
                17 => settled(conflict, Choice::Op(named)),
                25 => settled(conflict, Choice::Value(serde_json::json!("1992-01-01"))),
                _ => settled(conflict, Choice::Op(side)),
            }
        }
    }
}

/// What only the server can see: acts of two streams that cross, or two referrals for one person.
fn raised_about(one: OpId, other: &OpId, which: u8) -> Act {
    let other = if other.seq.is_multiple_of(3) { &elsewhere() } else { other };
    let finding = if which == 23 { Finding::Crossed } else { Finding::Duplicate };
    let about = if which == 23 { "cancelled_engaged" } else { "somebody" };
    Act::ConflictRaised(ConflictRaised {
        finding,
        about: about.to_owned(),
        sides: vec![one, *other],
        gone: None,
    })
}

/// A side in another stream that counts no longer.
fn raised_as_gone(one: OpId) -> Act {
    let (finding, about) = (Finding::Crossed, "cancelled_engaged".to_owned());
    let gone = Some(vec![one, elsewhere()]);
    Act::ConflictRaised(ConflictRaised { finding, about, sides: Vec::new(), gone })
}

/// An op that nobody in the stream holds.
fn elsewhere() -> OpId {
    OpId { device: common::device(&person(Role::Officer, 7)), seq: 1 }
}

fn struck(entry: OpId, back: Option<YesNo>) -> Act {
    Act::EntryStruck(EntryStruck { entry: OpRef::Id(entry), reason: "in error".to_owned(), back })
}

fn meet_fate(step: &Step, op: &mut StreamOp) {
    let stamp = op.stamp.as_mut().expect("a draft is stamped");
    match step.fate {
        0..=3 => stamp.disposition = Disposition::Quarantined(Why::State),
        4 => stamp.disposition = Disposition::Refused(Why::Shape),
        5 => op.kind = "future.recorded".parse().expect("it is written as kinds are"),
        6 => op.vocabulary = 0,
        // A device that cheats names ops that it has not written yet.
        7 => op.deps.push(OpId { seq: op.id.seq + step.clock_ms, ..op.id }),
        8 => op.deps.push(OpId { device: common::device(&people()[0]), seq: step.clock_ms + 1 }),
        _ => {}
    }
}

/// Every copy that can come of an op: as its author holds it, as a skeleton, and whole.
fn copies(op: &StreamOp) -> Vec<Event> {
    let unstamped = StreamOp { stamp: None, ..op.clone() };
    let skeleton = StreamOp { body: None, ..op.clone() };
    let has_effect = op.has_effect();
    let aside = (!has_effect).then_some(skeleton);
    [Some(unstamped), aside, Some(op.clone())]
        .into_iter()
        .flatten()
        .map(|op| Event::Copy(Box::new(op)))
        .collect()
}

fn events(world: &World, steps: &[Step]) -> Vec<Event> {
    let ops = world.ops(STREAM);
    let of_op = |(op, step): (&StreamOp, &Step)| {
        let mut events = copies(op);
        // Most ops come once.
        if step.fate >= 12 {
            events.drain(..events.len() - 1);
        }
        if step.fate == 11 {
            events.extend(Erased::of(op).map(|erased| Event::Erased(op.id, erased)));
        }
        events
    };
    ops.iter().zip(steps).flat_map(of_op).collect()
}

/// What somebody holds who received the events, kept in the simplest way.
#[derive(Default)]
struct Held(BTreeMap<OpId, StreamOp>);

impl Held {
    fn receive(&mut self, event: &Event) {
        let rank = |op: &StreamOp| (op.stamp.is_some(), op.erased.is_some(), op.body.is_some());
        match event {
            Event::Copy(op) => {
                let known = self.0.get(&op.id);
                if known.is_none_or(|known| rank(op) > rank(known)) {
                    self.0.insert(op.id, (**op).clone());
                }
            }
            Event::Erased(id, erased) => {
                self.0.entry(*id).and_modify(|op| *op = op.clone().with_erased(erased.clone()));
            }
        }
    }

    fn folded(&self) -> Folded {
        Folded::new(History::new(self.0.values().cloned()))
    }
}

fn bytes(state: &StreamState) -> String {
    serde_json::to_string(state).expect("a folded state is plain data")
}

/// Goes on with each group of events, and compares with the full fold after each.
fn goes_on_as_the_full_fold(events: &[Event], groups: &[usize]) -> Result<(), TestCaseError> {
    let (mut folded, mut held) = (Folded::default(), Held::default());
    let mut left = events;
    let mut groups = groups.iter().cycle();
    while !left.is_empty() {
        let size = groups.next().map_or(1, |size| (*size).min(left.len()));
        let (group, rest) = left.split_at(size);
        left = rest;
        group.iter().for_each(|event| held.receive(event));
        let mut copies = Vec::new();
        for event in group {
            match event {
                Event::Copy(op) => copies.push((**op).clone()),
                Event::Erased(id, erased) => {
                    folded.apply(std::mem::take(&mut copies));
                    folded.erase(*id, erased.clone());
                }
            }
        }
        folded.apply(copies);
        let whole = held.folded();
        prop_assert_eq!(bytes(folded.state()), bytes(whole.state()));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, max_shrink_iters: 4000, ..ProptestConfig::with_cases(5_000) })]

    #[test]
    fn going_on_equals_the_full_fold_after_every_step_whatever_comes_first(
        (steps, order) in steps(18).prop_flat_map(|steps| (Just(steps), vec(any::<u16>(), 54))),
        groups in vec(1..4_usize, 1..6),
    ) {
        let events = events(&written(&steps), &steps);
        let mut shuffled: Vec<_> = events.into_iter().zip(order).collect();
        shuffled.sort_by_key(|(_, key)| *key);
        let events: Vec<_> = shuffled.into_iter().map(|(event, _)| event).collect();
        goes_on_as_the_full_fold(&events, &groups)?;
    }

    #[test]
    fn going_on_equals_the_full_fold_after_every_step_when_causes_come_first(
        (steps, late) in steps(24).prop_flat_map(|steps| (Just(steps), vec(0..8_usize, 72))),
        groups in vec(1..4_usize, 1..6),
    ) {
        let events = events(&written(&steps), &steps);
        // A stamp comes some ops later than the op; no cause comes after its effect.
        let mut delayed: Vec<_> = events.into_iter().enumerate().zip(late).collect();
        let is_first = |index: usize, id: OpId, events: &[((usize, Event), usize)]| {
            !events.iter().any(|((other, event), _)| {
                *other < index && matches!(event, Event::Copy(op) if op.id == id)
            })
        };
        let firsts: Vec<bool> = delayed.iter().map(|((index, event), _)| match event {
            Event::Copy(op) => is_first(*index, op.id, &delayed),
            Event::Erased(..) => false,
        }).collect();
        let mut keyed: Vec<_> = delayed.drain(..).zip(firsts).map(|(((index, event), late), first)| {
            (if first { index } else { index + late }, index, event)
        }).collect();
        keyed.sort_by_key(|(key, index, _)| (*key, *index));
        let events: Vec<_> = keyed.into_iter().map(|(_, _, event)| event).collect();
        goes_on_as_the_full_fold(&events, &groups)?;
    }
}
