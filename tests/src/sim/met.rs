//! What people really disagreed about, or told twice, where nobody is asked to settle it in that stream.
//!
//! Read at the end of a run from what all phones hold together, so that the suite can say that each kind occurred. Does
//! not judge what became of it: `sync-core/tests/conflicts.rs` does.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use sync_core::ids::{CompartmentKind, OpId, Record, RecordKind, Stream};
use sync_core::persons::{
    Action, DisputeKind, KnownSubject, Pair, Persons, Proposal, Referred, Standing, SubjectId, propose,
};
use sync_core::referral::act::{
    Attendance, AttendanceRecorded, CreditsCarried, Meeting, SafeguardingAcknowledged,
};
use sync_core::referral::conflict::ConflictKind;
use sync_core::referral::fold::StreamState;
use sync_core::referral::view::view;
use sync_core::register::values;

use super::counts::Counts;
use super::folds::Fold;

/// How far apart two starts of one session may have been written down.
const SAME_SESSION_MS: u64 = 15 * 60_000;

/// The streams that honest phones hold, folded.
pub(super) type Held = BTreeMap<Stream, Rc<Fold>>;

/// Counts what occurred.
pub(super) fn count(held: &Held, counts: &mut Counts) {
    for (stream, fold) in held {
        match (stream.record.kind, stream.kind()) {
            (RecordKind::Referral, CompartmentKind::Police) => drugs(fold.folded.state(), counts),
            (RecordKind::Referral, CompartmentKind::Shared) => concerns(fold, counts),
            (RecordKind::Referral, CompartmentKind::Outreach) => sessions(fold.folded.state(), counts),
            (RecordKind::Persons, _) => persons(held, fold.folded.state(), counts),
            (RecordKind::Referral, CompartmentKind::Care | CompartmentKind::Audit)
            | (RecordKind::Provider | RecordKind::Force, _) => {}
        }
    }
}

/// C22: two found other drugs, and the disposal stays.
fn drugs(state: &StreamState, counts: &mut Counts) {
    let apart = |(name, live): (&str, _)| name.starts_with("item/") && values(live).len() > 1;
    if state.registers.iter().any(apart) && !state.register("disposal").is_empty() {
        counts.add("met/two_drugs_in_one_item");
    }
}

/// C25: somebody raised a concern who did not know that another was acknowledged, nor the other way round.
fn concerns(fold: &Fold, counts: &mut Counts) {
    let (state, history) = (fold.folded.state(), fold.folded.history());
    let acknowledged = state.acts().filter(|(_, act)| act.as_body::<SafeguardingAcknowledged>().is_some());
    let acknowledged: Vec<OpId> = acknowledged.map(|(entry, _)| entry.id).collect();
    if acknowledged.is_empty() {
        return;
    }
    let open = view(std::slice::from_ref(state)).concerns;
    if open.iter().any(|open| acknowledged.iter().any(|by| history.concurrent(open.op, *by))) {
        counts.add("met/concern_beside_an_acknowledged_one");
    }
}

/// C5: one session told with two lengths. C26: and told by another provider as well.
fn sessions(state: &StreamState, counts: &mut Counts) {
    let came = state.acts().filter_map(|(entry, act)| Some((entry.id, act.as_body::<AttendanceRecorded>()?)));
    let came: Vec<_> = came.filter(|(_, body)| body.status == Attendance::Attended).collect();
    let mut lengths: BTreeMap<OpId, BTreeSet<u16>> = BTreeMap::new();
    for (id, body) in &came {
        lengths.entry(body.appointment_of(*id)).or_default().insert(body.minutes);
    }
    if lengths.values().any(|minutes| minutes.len() > 1) {
        counts.add("met/session_of_two_lengths");
    }
    let carried = state.acts().filter_map(|(_, act)| act.as_body::<CreditsCarried>());
    let starts: Vec<u64> = carried.flat_map(|body| &body.sessions).map(|session| session.at_ms).collect();
    let here = came.iter().filter(|(_, body)| body.meeting == Meeting::Session).map(|(_, body)| body.at_ms);
    if here.into_iter().any(|at| starts.iter().any(|start| start.abs_diff(at) <= SAME_SESSION_MS)) {
        counts.add("met/session_credited_twice");
    }
}

/// C10, C12 and C13.
fn persons(held: &Held, state: &StreamState, counts: &mut Counts) {
    let persons = Persons::read(state, &BTreeMap::new());
    for dispute in persons.disputes() {
        counts.add(match dispute.kind {
            DisputeKind::LinkedAndSplit => "met/linked_and_split",
            DisputeKind::SplitInsidePerson => "met/split_within_one_person",
        });
    }
    if has_circle(&persons, state) {
        counts.add("met/circle_of_links");
    }
    let asked = state.conflicts.iter().filter(|open| open.kind == ConflictKind::Identity);
    if asked.filter_map(|open| open.about.parse().ok()).any(|pair| share_a_number(held, &pair)) {
        counts.add("met/one_number_on_two");
    }
}

/// Whether more links join a person than are needed.
fn has_circle(persons: &Persons, state: &StreamState) -> bool {
    let pairs = state.registers.iter().filter_map(|(name, _)| name.strip_prefix("tie/")?.parse().ok());
    let mut links: BTreeMap<SubjectId, usize> = BTreeMap::new();
    for pair in pairs.filter(|pair: &Pair| persons.standing(pair) == Some(Standing::Linked)) {
        *links.entry(persons.representative(pair.ends().0).clone()).or_default() += 1;
    }
    links.iter().any(|(person, links)| *links >= persons.members(person).len())
}

/// Whether the server asks about two because of one number, though they do not look like one person.
fn share_a_number(held: &Held, pair: &Pair) -> bool {
    let known = |subject: &SubjectId| {
        let SubjectId::Named { referral, .. } = subject else { return None };
        let record = Record::referral(*referral);
        let states = held.iter().filter(|(stream, _)| stream.record == record);
        let states: Vec<StreamState> = states.map(|(_, fold)| fold.folded.state().clone()).collect();
        Referred::of(&states).map(|referred| referred.known)
    };
    let (Some(one), Some(other)) = (known(pair.ends().0), known(pair.ends().1)) else { return false };
    asks_for_the_number(&one, &other)
}

fn asks_for_the_number(one: &KnownSubject, other: &KnownSubject) -> bool {
    let none = Persons::default();
    let proposed = propose(one, std::slice::from_ref(other), &none, sync_core::identity::Rules::shipped());
    proposed.iter().any(|Proposal { action, .. }| *action == Action::SharedNumber)
}
