//! What the people of a scene do, from what their phones show at that moment.
//!
//! Who does not hold what a deed is about does nothing: faults have come between. Does not say who does what: see
//! [`super::scenes`].

use serde_json::json;
use sync_core::command::Place;
use sync_core::ids::Record;
use sync_core::local_time::local_day;
use sync_core::persons::{Pair, SubjectId};
use sync_core::referral::act::Choice;
use sync_core::referral::conflict::Conflict;
use sync_core::referral::fold::StreamState;
use sync_core::referral::view::view;

use super::acts::{Command, Desk, Told, act, last_of, outreach, police, roadside, settlement, shared};
use super::random::Random;
use super::rare::persons;
use super::scenes::{Deed, Drug, Named, Says};
use super::write::{Planned, What};

/// The number that everybody reads from the same card.
const NUMBER: &str = "1999/1234567B";

/// The command of a deed; nothing when there is nothing for it.
pub(super) fn choose(desk: &Desk<'_>, deed: Deed, about: u64) -> Option<Command> {
    let of_persons = persons(desk.me.force);
    let (record, planned) = match deed {
        Deed::Refer { nth, who } => return Some((referral(about, nth), refer(desk, who))),
        Deed::Number { nth } => {
            let record = referral(about, nth);
            shown(desk, record)?;
            (record, police("encounter.amended", &json!({"field": "pnc", "value": NUMBER})))
        }
        Deed::Tie { pair, says } => (of_persons.record, tie(desk, about, pair, says)?),
        Deed::SettleTie { pair, side } => {
            let register = pair_of(desk, about, pair)?.register();
            let states = shown(desk, of_persons.record)?;
            (of_persons.record, settle(&states, side, |open| open.about == register)?)
        }
        Deed::Accept
        | Deed::Born { .. }
        | Deed::Identify { .. }
        | Deed::Raise
        | Deed::Acknowledge
        | Deed::Book
        | Deed::Attend { .. }
        | Deed::HandOver { .. }
        | Deed::TakeOver
        | Deed::Decline
        | Deed::Close
        | Deed::Strike
        | Deed::Move
        | Deed::Settle { .. } => {
            let record = referral(about, 0);
            (record, to_the_first(desk, deed, &shown(desk, record)?)?)
        }
    };
    Some((record, vec![planned]))
}

fn referral(about: u64, nth: u8) -> Record {
    Record::referral(Random::new(about ^ u64::from(nth)).uuid())
}

/// A record as the phone shows it; none while it has nothing of it.
fn shown(desk: &Desk<'_>, record: Record) -> Option<Vec<StreamState>> {
    let states = desk.folds.states(desk.state, record);
    (!states.is_empty()).then_some(states)
}

fn refer(desk: &Desk<'_>, who: Named) -> Vec<Planned> {
    let family = match who {
        Named::One => "Beispiel",
        Named::Another => "Quennell",
    };
    let agreed = json!({"contact": "yes", "feedback": "yes", "wording": "v1", "language": "en"});
    let submits = Some((shared("consent.recorded", &agreed), desk.providers[0]));
    roadside(desk, Told { family, eligible: true, voluntary: false, submits })
}

fn to_the_first(desk: &Desk<'_>, deed: Deed, states: &[StreamState]) -> Option<Planned> {
    let seen = view(states);
    let planned = match deed {
        Deed::Accept => shared("referral.accepted", &json!({})),
        Deed::Born { day } => {
            let value = format!("1990-01-{:02}", day + 1);
            shared("subject.amended", &json!({"field": "born", "value": value}))
        }
        Deed::Identify { drug } => {
            let drug = match drug {
                Drug::Heroin => "heroin",
                Drug::Crack => "crack",
            };
            police("item.identified", &json!({"item": last_of(states, "item.seized")?, "drug": drug}))
        }
        Deed::Raise => shared("safeguarding.raised", &json!({"codes": ["overdose_risk"]})),
        Deed::Acknowledge => {
            shared("safeguarding.acknowledged", &json!({"raised": seen.concerns.first()?.op}))
        }
        Deed::Book => {
            let booked = json!({"at_ms": desk.now_ms, "meeting": "session", "minutes": 60});
            outreach("appointment.booked", &booked)
        }
        Deed::Attend { minutes } => {
            let mut attended = json!({
                "meeting": "session", "status": "attended", "minutes": minutes, "at_ms": desk.now_ms,
            });
            if let Some(known) = seen.appointments.first() {
                attended["appointment"] = json!(known.op);
            }
            outreach("attendance.recorded", &attended)
        }
        Deed::HandOver { to } => {
            let to = if to == 3 { desk.third } else { desk.providers.get(usize::from(to) - 1).copied() };
            shared("transfer.requested", &json!({"to": to?, "reason": "moved_away", "consent": "yes"}))
        }
        Deed::TakeOver => {
            let accepted = json!({"request": seen.transfer?.request, "to": desk.me.org});
            shared("transfer.accepted", &accepted)
        }
        Deed::Decline => {
            let declined = json!({"request": seen.transfer?.request, "reason": "no_capacity"});
            shared("transfer.declined", &declined)
        }
        Deed::Close => shared("referral.closed", &json!({"on": local_day(desk.now_ms)})),
        Deed::Strike => {
            let struck = json!({"entry": seen.appointments.first()?.op, "reason": "in error"});
            outreach("entry.struck", &struck)
        }
        Deed::Move => {
            let moved =
                json!({"appointment": seen.appointments.first()?.op, "at_ms": desk.now_ms + 3_600_000});
            outreach("appointment.moved", &moved)
        }
        Deed::Settle { side } => settle(states, side, |_| true)?,
        Deed::Refer { .. } | Deed::Number { .. } | Deed::Tie { .. } | Deed::SettleTie { .. } => return None,
    };
    Some(planned)
}

/// Settles the first conflict of these for one of its sides.
fn settle(states: &[StreamState], side: u8, about: impl Fn(&Conflict) -> bool) -> Option<Planned> {
    let all = states.iter().flat_map(|state| state.conflicts.iter().map(move |open| (state.stream, open)));
    let (stream, open) = all.into_iter().find(|(_, open)| open.sides.len() > 1 && about(open))?;
    let chosen = open.sides[usize::from(side) % open.sides.len()];
    let settled = settlement(open.id, open.version(), &Choice::Op(chosen));
    Some(Planned { place: Place::Stream(stream?), what: What::Act(Box::new(settled)) })
}

fn tie(desk: &Desk<'_>, about: u64, pair: (u8, u8), says: Says) -> Option<Planned> {
    let (kind, because) = match says {
        Says::Linked => ("person.linked", "same_person"),
        Says::Split => ("person.split", "different_people"),
    };
    let pair = pair_of(desk, about, pair)?;
    let (one, other) = pair.ends();
    let said = json!({"one": one, "other": other, "because": because});
    let place = Place::Stream(persons(desk.me.force));
    Some(Planned { place, what: What::Act(Box::new(act(kind, &said))) })
}

/// The persons of two referrals, as whoever submitted them named them.
fn pair_of(desk: &Desk<'_>, about: u64, (one, other): (u8, u8)) -> Option<Pair> {
    let subject = |nth: u8| {
        let record = referral(about, nth);
        let op = last_of(&shown(desk, record)?, "referral.submitted")?;
        Some(SubjectId::Named { referral: record.id, op })
    };
    Pair::of(subject(one)?, subject(other)?)
}
