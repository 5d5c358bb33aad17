//! What somebody does seldom: erasures, persons linked and split, providers that end, slots, crimes, drugs.
//!
//! Each is really done by somebody on a phone or at a desk, and meets what others do in the same hours. Does
//! not write, and decides nothing of the usual course: see [`super::acts`].

use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::command::Place;
use sync_core::ids::{CompartmentKind, OpId, OrgId, Record, RecordKind, Stream};
use sync_core::persons::Pair;
use sync_core::referral::act::{ConflictRaised, PersonLinked};
use sync_core::referral::erasure::{Erased, controller};
use sync_core::referral::fold::{StreamState, fold};
use sync_core::referral::view::view;
use uuid::Uuid;

use super::acts::{Command, Desk, act, police, settle, shared};
use super::random::Random;
use super::write::{Planned, What};

/// How many slots a provider ever opens.
const SLOTS: u64 = 2;

/// A rare act, when this role has one and there is something for it.
pub(super) fn choose(desk: &Desk<'_>, random: &mut Random) -> Option<Command> {
    let force = desk.me.force;
    match desk.me.role {
        Role::Admin => match random.below(10) {
            0..=3 => erase(desk, random),
            4..=8 => tie(desk, random).or_else(|| settle_of_force(desk, random)),
            _ => {
                let (provider, fallback) = (*random.pick(desk.providers), *random.pick(desk.providers));
                let body = json!({"on": "2026-06-01", "fallback": fallback});
                let body = if random.happens(50) { json!({"on": "2026-06-01"}) } else { body };
                Some(one(provider_of(provider, force), "provider.deactivated", &body))
            }
        },
        Role::ProviderLead => match random.below(4) {
            0 => erase(desk, random),
            1 => {
                let body = json!({"slot": slot(desk.me.org, random), "reason": "no_room"});
                Some(one(provider_of(desk.me.org, force), "slot.closed", &body))
            }
            _ => {
                let body = json!({
                    "slot": slot(desk.me.org, random), "at_ms": desk.now_ms + 86_400_000, "minutes": 60,
                    "meeting": "assessment", "mode": "phone", "capacity": 1,
                });
                Some(one(provider_of(desk.me.org, force), "slot.opened", &body))
            }
        },
        Role::Officer | Role::Supervisor => of_force(desk, random),
        Role::OutreachWorker | Role::Auditor | Role::Server => None,
    }
}

fn of_force(desk: &Desk<'_>, random: &mut Random) -> Option<Command> {
    let (record, states) = some_referral(desk, random)?;
    let planned = match random.below(3) {
        0 => {
            let provider = view(&states).providers.first().copied()?;
            let body = json!({
                "at_ms": desk.now_ms + 86_400_000, "meeting": "assessment", "slot": slot(provider, random),
            });
            shared("appointment.requested", &body)
        }
        1 => {
            let crime = *random.pick(&["43260001", "43260002"]);
            police("crime.recorded", &json!({"crime_reference": crime}))
        }
        _ => {
            let entries = states.iter().flat_map(|state| &state.entries);
            let item =
                entries.filter(|entry| entry.kind.as_str() == "item.seized").map(|entry| entry.id).next()?;
            let drug = *random.pick(&["heroin", "crack"]);
            police("item.identified", &json!({"item": item, "drug": drug}))
        }
    };
    Some((record, vec![planned]))
}

/// One of the referrals that the phone shows, folded.
fn some_referral(desk: &Desk<'_>, random: &mut Random) -> Option<(Record, Vec<StreamState>)> {
    let records = desk.state.records();
    let referrals: Vec<Record> =
        records.into_iter().filter(|record| record.kind == RecordKind::Referral).collect();
    if referrals.is_empty() {
        return None;
    }
    let record = *random.pick(&referrals);
    Some((record, desk.folds.states(desk.state, record)))
}

/// Erases one entry that its controller reads and that holds something of a person.
fn erase(desk: &Desk<'_>, random: &mut Random) -> Option<Command> {
    let role = match desk.me.role {
        Role::ProviderLead => CompartmentKind::Outreach,
        Role::Admin
        | Role::Officer
        | Role::Supervisor
        | Role::OutreachWorker
        | Role::Auditor
        | Role::Server => CompartmentKind::Police,
    };
    let (record, _) = some_referral(desk, random)?;
    let mut entries: Vec<(Stream, OpId, Stream)> = Vec::new();
    for (stream, history) in desk.state.histories(record, u64::MAX) {
        let home = controller(stream, desk.me.force).filter(|home| home.kind() == role);
        let Some(home) = home else { continue };
        let holds = history.iter().filter(|op| op.body.is_some() && Erased::of(op).is_some());
        entries.extend(holds.map(|op| (stream, op.id, home)));
    }
    if entries.is_empty() {
        return None;
    }
    let (stream, op, home) = *random.pick(&entries);
    Some(one(home, "body.erased", &json!({"stream": stream, "op": op, "basis": "person_asked"})))
}

/// Links or splits two subjects of whom it was asked, or who were linked.
fn tie(desk: &Desk<'_>, random: &mut Random) -> Option<Command> {
    let stream = persons(desk.me.force);
    let state = fold(desk.state.histories(stream.record, u64::MAX).get(&stream)?);
    let mut pairs: Vec<Pair> = Vec::new();
    for (_, act) in state.acts() {
        let asked = act.as_body::<ConflictRaised>().and_then(|raised| raised.about.parse().ok());
        let linked = act.as_body::<PersonLinked>();
        pairs
            .extend(asked.or_else(|| linked.and_then(|body| Pair::of(body.one.clone(), body.other.clone()))));
    }
    if pairs.is_empty() {
        return None;
    }
    // The newest are asked first, so that two admins meet.
    let newest = pairs.len().saturating_sub(3);
    let (one_end, other) = random.pick(&pairs[newest..]).ends();
    let (kind, because) =
        *random.pick(&[("person.linked", "same_person"), ("person.split", "different_people")]);
    Some(one(stream, kind, &json!({"one": one_end, "other": other, "because": because})))
}

/// Settles what is asked in the force's own record: a crime reference typed twice, a log that parted.
fn settle_of_force(desk: &Desk<'_>, random: &mut Random) -> Option<Command> {
    let record = Record { kind: RecordKind::Force, id: desk.me.force.0 };
    let stream = record.stream(CompartmentKind::Police, desk.me.force);
    let state = fold(desk.state.histories(record, u64::MAX).get(&stream)?);
    if state.conflicts.is_empty() {
        return None;
    }
    let open = random.pick(&state.conflicts);
    let what = What::Act(Box::new(settle(open, random)));
    Some((record, vec![Planned { place: Place::Stream(stream), what }]))
}

/// Where the force's persons are recorded.
pub(super) fn persons(force: OrgId) -> Stream {
    Record { kind: RecordKind::Persons, id: force.0 }.stream(CompartmentKind::Police, force)
}

fn one(stream: Stream, kind: &str, body: &Value) -> Command {
    let what = What::Act(Box::new(act(kind, body)));
    (stream.record, vec![Planned { place: Place::Stream(stream), what }])
}

fn provider_of(provider: OrgId, force: OrgId) -> Stream {
    Record { kind: RecordKind::Provider, id: provider.0 }.stream(CompartmentKind::Shared, force)
}

/// One of the slots of a provider.
fn slot(provider: OrgId, random: &mut Random) -> Uuid {
    Uuid::from_u128(provider.0.as_u128() ^ u128::from(1 + random.below(SLOTS)))
}
