//! What somebody records next: chosen by role and by what their phone shows of a referral.
//!
//! Most of it is in order; some of it is not allowed, and the phone must say so. Does not write.

use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::command::Place;
use sync_core::ids::{CompartmentKind, DeviceId, Digest, OpId, OrgId, Record};
use sync_core::local_time::local_day;
use sync_core::referral::act::{Act, Attendance, CancelReason, Choice, ContactWhat, Meeting};
use sync_core::referral::conflict::{Conflict, ConflictKind};
use sync_core::referral::fold::StreamState;
use sync_core::referral::view::{View, view};
use uuid::Uuid;

use super::folds::Folds;
use super::random::Random;
use super::rare;
use super::state::{Me, State};
use super::write::{Planned, What};

/// How many times of a hundred somebody does something rare, when there is something for it.
const RARE: u64 = 12;

/// What is known of the world when somebody chooses.
pub(super) struct Desk<'a> {
    pub(super) me: &'a Me,
    pub(super) state: &'a State,
    pub(super) providers: &'a [OrgId],
    /// A third one, where somebody works for it.
    pub(super) third: Option<OrgId>,
    pub(super) now_ms: u64,
    pub(super) folds: &'a Folds,
}

pub(super) type Command = (Record, Vec<Planned>);

/// Chooses a command; nothing when there is nothing to do.
pub(super) fn choose(desk: &Desk<'_>, random: &mut Random) -> Option<Command> {
    // Drawn apart, so that what is seldom leaves the usual course of a plan what it was.
    let mut apart = Random::new(random.clone().number() ^ 0x7261_7265);
    if apart.happens(RARE)
        && let Some(command) = rare::choose(desk, &mut apart)
    {
        return Some(command);
    }
    let records = desk.state.records();
    let refers = matches!(desk.me.role, Role::Officer) && (records.is_empty() || random.happens(30));
    if refers {
        return Some((Record::referral(random.uuid()), refer(desk, random)));
    }
    if desk.me.role == Role::Admin && !desk.state.extracts.is_empty() && random.happens(70) {
        return settle_extract(desk, random);
    }
    if records.is_empty() {
        return None;
    }
    let record = *random.pick(&records);
    let states = desk.folds.states(desk.state, record);
    let seen = view(&states);
    if desk.me.vocabulary > 1 && random.happens(20) {
        return Some((record, vec![newer(desk.me)]));
    }
    if !seen.conflicts.is_empty() && random.happens(45) {
        return conflict(desk.me, &states, &seen, random).map(|planned| (record, vec![planned]));
    }
    let planned = match desk.me.role {
        Role::Officer | Role::Supervisor => of_force(desk, &states, &seen, random),
        Role::OutreachWorker | Role::ProviderLead => of_provider(desk, &states, &seen, random),
        Role::Admin | Role::Auditor | Role::Server => return None,
    };
    Some((record, vec![planned]))
}

/// An act in the author's own stream of a compartment.
fn own(compartment: CompartmentKind, kind: &str, body: &Value) -> Planned {
    Planned { place: Place::Compartment(compartment), what: What::Act(Box::new(act(kind, body))) }
}

pub(super) fn police(kind: &str, body: &Value) -> Planned {
    own(CompartmentKind::Police, kind, body)
}

pub(super) fn shared(kind: &str, body: &Value) -> Planned {
    own(CompartmentKind::Shared, kind, body)
}

pub(super) fn outreach(kind: &str, body: &Value) -> Planned {
    own(CompartmentKind::Outreach, kind, body)
}

pub(super) fn act(kind: &str, body: &Value) -> Act {
    let name = kind.parse().expect("it is written as kinds are");
    let parsed = Act::parse(&name, &body.to_string());
    parsed.unwrap_or_else(|bad| panic!("{kind}: {bad}")).expect("the kind is one of the table")
}

fn newer(me: &Me) -> Planned {
    let (compartment, like) = if me.role.of_provider() {
        let email = json!({ "field": "email", "value": "somebody@example.org" });
        (CompartmentKind::Outreach, act("details.learnt", &email))
    } else {
        (CompartmentKind::Police, act("necessity.recorded", &json!({ "letters": [] })))
    };
    let (kind, body) = ("visit.foreseen", r#"{"when":"soon"}"#);
    Planned { place: Place::Compartment(compartment), what: What::Newer { kind, body, like: Box::new(like) } }
}

/// Yes, so many times of a hundred.
fn yes(random: &mut Random, times_of_100: u64) -> &'static str {
    if random.happens(times_of_100) { "yes" } else { "no" }
}

/// What is told at the roadside.
pub(super) struct Told {
    pub(super) family: &'static str,
    pub(super) eligible: bool,
    pub(super) voluntary: bool,
    /// The consent, and the service to which the person is referred, when they are.
    pub(super) submits: Option<(Planned, OrgId)>,
}

fn refer(desk: &Desk<'_>, random: &mut Random) -> Vec<Planned> {
    let family = *random.pick(&["Doe", "Roe", "Núñez"]);
    let (eligible, voluntary) = (random.happens(85), random.happens(10));
    let submits = (eligible || voluntary).then(|| (consent(random), *random.pick(desk.providers)));
    roadside(desk, Told { family, eligible, voluntary, submits })
}

/// The whole encounter at the roadside: one command, two streams.
pub(super) fn roadside(desk: &Desk<'_>, told: Told) -> Vec<Planned> {
    let policy = json!({"id": "thames-valley-2018", "version": 1});
    let subject = json!({"family": told.family, "given": "Jo", "apparent_age": 30});
    let verdict = if told.eligible { "eligible" } else { "discretion" };
    let opened = json!({"at_ms": desk.now_ms, "route": "street", "subject": subject});
    let assessed = json!({"verdict": verdict, "policy": policy, "inputs": Digest::default()});
    let exhibit = format!("{}/{}", desk.me.device, desk.now_ms);
    let mut acts = vec![
        police("encounter.opened", &opened),
        police("item.seized", &json!({"drug": "cannabis", "exhibit": exhibit})),
        police("eligibility.assessed", &assessed),
        police("offer.answered", &json!({"answer": "yes"})),
    ];
    if told.eligible {
        acts.push(police("disposal.applied", &json!({"disposal": "community_resolution", "outcome": "8"})));
    }
    if let Some((consent, provider)) = told.submits {
        acts.push(consent);
        let submitted = json!({
            "reference": "TVP-7KQ2-M4XD-9", "subject": subject, "reach": {"phone": "07700 900123"},
            "provider": provider, "policy": policy,
            "voluntary": if told.voluntary { "yes" } else { "no" },
        });
        acts.push(shared("referral.submitted", &submitted));
    }
    acts
}

fn consent(random: &mut Random) -> Planned {
    let (contact, feedback) = (yes(random, 85), yes(random, 85));
    let consent = json!({"contact": contact, "feedback": feedback, "wording": "v1", "language": "en"});
    shared("consent.recorded", &consent)
}

/// What both sides may record.
fn both(states: &[StreamState], seen: &View, random: &mut Random) -> Planned {
    match random.below(6) {
        0 => {
            let (field, values) = *random.pick(&[
                ("name", ["Doe, Jo", "Roe, Jo"]),
                ("phone", ["07700 900123", "07700 900124"]),
                ("born", ["1990-01-01", "1991-01-01"]),
                ("born", ["1990-01-01", "1992-02-02"]),
            ]);
            let value = *random.pick(&values);
            shared("subject.amended", &json!({"field": field, "value": value}))
        }
        1 => consent(random),
        2 => shared("person.withdrew", &json!({"reason": "not_now"})),
        3 => shared("safeguarding.raised", &json!({"codes": ["overdose_risk"]})),
        4 => match seen.concerns.first() {
            Some(concern) => shared("safeguarding.acknowledged", &json!({"raised": concern.op})),
            None => consent(random),
        },
        _ => shared("entry.struck", &json!({"entry": any_entry(states, random), "reason": "in error"})),
    }
}

fn any_entry(states: &[StreamState], random: &mut Random) -> OpId {
    let is_shared = |state: &&StreamState| state.stream.is_some_and(|s| s.kind() == CompartmentKind::Shared);
    let shared = states.iter().filter(is_shared);
    let entries: Vec<OpId> = shared.flat_map(|state| state.entries.iter().map(|entry| entry.id)).collect();
    let nobody = OpId { device: DeviceId(Uuid::nil()), seq: 1 };
    if entries.is_empty() { nobody } else { *random.pick(&entries) }
}

/// The last entry of a kind that the phone shows.
pub(super) fn last_of(states: &[StreamState], kind: &str) -> Option<OpId> {
    let entries = states.iter().flat_map(|state| &state.entries);
    entries.filter(|entry| entry.kind.as_str() == kind).map(|entry| entry.id).next_back()
}

fn of_force(desk: &Desk<'_>, states: &[StreamState], seen: &View, random: &mut Random) -> Planned {
    let supervises = desk.me.role == Role::Supervisor;
    match random.below(8) {
        0 | 1 => shared("referral.cancelled", &json!({"reason": random.pick(CancelReason::ALL)})),
        2 => {
            let result = random.pick(ContactWhat::ALL);
            shared("handover.recorded", &json!({"at_ms": desk.now_ms, "result": result}))
        }
        3 if supervises => police("discretion.decided", &json!({"grant": "yes", "reason": "first time"})),
        4 if supervises => police("disposal.rescinded", &json!({"reason": "wrong_person"})),
        5 => {
            let disposal = *random.pick(&["community_resolution", "diversion_22", "no_offence"]);
            police("disposal.applied", &json!({"disposal": disposal}))
        }
        _ => both(states, seen, random),
    }
}

fn of_provider(desk: &Desk<'_>, states: &[StreamState], seen: &View, random: &mut Random) -> Planned {
    match random.below(14) {
        at @ 0..=5 if desk.me.role == Role::ProviderLead => lead(desk, states, at, random),
        0..=5 => both(states, seen, random),
        6 => own(CompartmentKind::Care, "note.added", &json!({"text": "calm"})),
        7 => outreach(
            "details.learnt",
            &json!({"field": "phone", "value": random.pick(&["07700 900125", "07700 900126"])}),
        ),
        8 | 9 => {
            let what = *random.pick(ContactWhat::ALL);
            let result = if what == ContactWhat::Attempted { "no_answer" } else { "reached" };
            let contact = json!({"what": what, "channel": "phone", "result": result, "at_ms": desk.now_ms});
            outreach("contact.recorded", &contact)
        }
        _ => appointment(desk, seen, random),
    }
}

/// What only a lead decides.
fn lead(desk: &Desk<'_>, states: &[StreamState], at: u64, random: &mut Random) -> Planned {
    let to = random.pick(desk.providers);
    match (at, last_of(states, "transfer.requested")) {
        (0 | 1, _) => shared("referral.accepted", &json!({})),
        (2, _) => shared("referral.rejected", &json!({"reason": "no_capacity"})),
        (3, _) => shared("referral.closed", &json!({"on": local_day(desk.now_ms)})),
        (4, Some(request)) if random.happens(60) => {
            shared("transfer.accepted", &json!({"request": request, "to": desk.me.org}))
        }
        (4, Some(request)) => {
            shared("transfer.declined", &json!({"request": request, "reason": "no_capacity"}))
        }
        (4, None) => {
            shared("transfer.requested", &json!({"to": to, "reason": "moved_away", "consent": "yes"}))
        }
        (_, _) => {
            shared("referral.reopened", &json!({"reason": random.pick(&["person_came", "person_returned"])}))
        }
    }
}

fn appointment(desk: &Desk<'_>, seen: &View, random: &mut Random) -> Planned {
    let at_ms = desk.now_ms + random.below(1_000_000);
    if seen.appointments.is_empty() || random.happens(25) {
        let meeting = random.pick(Meeting::ALL);
        return outreach("appointment.booked", &json!({"at_ms": at_ms, "meeting": meeting, "minutes": 60}));
    }
    let known = random.pick(&seen.appointments);
    let appointment = known.op;
    match random.below(8) {
        0 | 1 => outreach("appointment.moved", &json!({"appointment": appointment, "at_ms": at_ms})),
        2 => outreach("appointment.cancelled", &json!({"appointment": appointment, "by": "person"})),
        _ => {
            let (meeting, status) = (known.meeting, *random.pick(Attendance::ALL));
            let minutes = if status == Attendance::Attended { 60 } else { 0 };
            let attended = json!({
                "appointment": appointment, "meeting": meeting, "status": status, "minutes": minutes,
                "at_ms": desk.now_ms,
            });
            outreach("attendance.recorded", &attended)
        }
    }
}

/// Somebody settles what is open, or passes it up.
fn conflict(me: &Me, states: &[StreamState], seen: &View, random: &mut Random) -> Option<Planned> {
    let open: &Conflict = random.pick(&seen.conflicts);
    let holds = |state: &&StreamState| state.conflicts.iter().any(|conflict| conflict.id == open.id);
    let stream = states.iter().find(holds)?.stream?;
    let may_pass = matches!(me.role, Role::ProviderLead | Role::Supervisor);
    let act = if may_pass && random.happens(35) {
        act("conflict.passed_up", &json!({"conflict": open.id, "version": open.version()}))
    } else {
        settle(open, random)
    };
    Some(Planned { place: Place::Stream(stream), what: What::Act(Box::new(act)) })
}

/// A settlement of what is open.
pub(super) fn settle(open: &Conflict, random: &mut Random) -> Act {
    let side = match open.kind {
        // The entry itself, also when settlements that differ stand beside it.
        ConflictKind::Quarantined => open.about.parse().expect("such a conflict is about an entry"),
        ConflictKind::Field
        | ConflictKind::Crossed
        | ConflictKind::Duplicate
        | ConflictKind::Identity
        | ConflictKind::LogFork => *random.pick(&open.sides),
    };
    settlement(open.id, open.version(), &choice(open.kind, side, random))
}

pub(super) fn settlement(conflict: Digest, version: Digest, choice: &Choice) -> Act {
    let body = json!({"conflict": conflict, "version": version, "choice": choice, "reason": "it is so"});
    act("conflict.settled", &body)
}

fn choice(kind: ConflictKind, side: OpId, random: &mut Random) -> Choice {
    match kind {
        ConflictKind::Quarantined | ConflictKind::LogFork if random.happens(60) => Choice::Admit(side),
        ConflictKind::Quarantined | ConflictKind::LogFork => Choice::KeepAside(side),
        ConflictKind::Field | ConflictKind::Crossed | ConflictKind::Duplicate | ConflictKind::Identity => {
            Choice::Op(side)
        }
    }
}

fn settle_extract(desk: &Desk<'_>, random: &mut Random) -> Option<Command> {
    let extracts: Vec<_> = desk.state.extracts.values().collect();
    let extract = *random.pick(&extracts);
    let mut sides: Vec<OpId> = extract.sides.iter().map(|side| side.op).collect();
    sides.sort_unstable();
    if sides.is_empty() {
        return None;
    }
    let chosen = *random.pick(&sides);
    let about_one_op = extract.about == chosen.to_string();
    let kind = if about_one_op { ConflictKind::Quarantined } else { ConflictKind::Field };
    let settled = settlement(extract.conflict, extract.version, &choice(kind, chosen, random));
    let place = Place::Extract(extract.stream, sides);
    Some((extract.stream.record, vec![Planned { place, what: What::Act(Box::new(settled)) }]))
}
