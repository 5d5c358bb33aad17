//! What somebody records next: chosen by role and by what their phone shows of a referral.
//!
//! Most of it is in order; some of it is not allowed, and the phone must say so. Does not write.

use sync_core::access::Role;
use sync_core::ids::{CompartmentKind, Digest, OpId, OrgId, Record};
use sync_core::referral::act::{
    Act, Answer, AppointmentBooked, AppointmentMoved, Attendance, AttendanceRecorded, CancelReason, Choice,
    ConflictPassedUp, ConflictSettled, ConsentRecorded, ContactRecorded, ContactWhat, DetailsLearnt,
    DiscretionDecided, DisposalApplied, DisposalRescinded, EligibilityAssessed, EncounterOpened, EntryStruck,
    HandoverRecorded, ItemSeized, Meeting, NoteAdded, OfferAnswered, OpRef, PersonWithdrew, PolicyRef, Reach,
    ReferralAccepted, ReferralCancelled, ReferralClosed, ReferralRejected, ReferralSubmitted, Route,
    SafeguardingAcknowledged, SafeguardingRaised, Subject, SubjectAmended, YesNo,
};
use sync_core::referral::conflict::{Conflict, ConflictKind};
use sync_core::referral::eligibility::Verdict;
use sync_core::referral::fold::{StreamState, fold};
use sync_core::referral::view::{View, view};

use super::random::Random;
use super::state::{Me, State};
use super::write::{Place, Planned, What};

/// What is known of the world when somebody chooses.
pub(super) struct Desk<'a> {
    pub(super) me: &'a Me,
    pub(super) state: &'a State,
    pub(super) providers: &'a [OrgId],
    pub(super) now_ms: u64,
}

type Command = (Record, Vec<Planned>);

/// Chooses a command; nothing when there is nothing to do.
pub(super) fn choose(desk: &Desk<'_>, random: &mut Random) -> Option<Command> {
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
    let histories = desk.state.histories(record, u64::MAX);
    let states: Vec<StreamState> = histories.values().map(fold).collect();
    let seen = view(&states);
    if desk.me.vocabulary > 1 && random.happens(20) {
        return Some((record, vec![newer(desk.me)]));
    }
    if !seen.conflicts.is_empty() && random.happens(45) {
        return conflict(desk.me, &states, &seen, random).map(|planned| (record, vec![planned]));
    }
    let planned = match desk.me.role {
        Role::Officer | Role::Supervisor => police(desk, &states, &seen, random),
        Role::OutreachWorker | Role::ProviderLead => provider(desk, &states, &seen, random),
        Role::Admin | Role::Auditor | Role::Server => return None,
    };
    Some((record, planned))
}

fn planned(kind: CompartmentKind, act: Act) -> Planned {
    Planned { place: Place::Own(kind), what: What::Act(Box::new(act)) }
}

fn newer(me: &Me) -> Planned {
    let kind = if me.role.of_provider() { CompartmentKind::Outreach } else { CompartmentKind::Police };
    Planned { place: Place::Own(kind), what: What::Newer("visit.foreseen", r#"{"when":"soon"}"#) }
}

fn subject(random: &mut Random) -> Subject {
    let family = (*random.pick(&["Doe", "Roe", "Núñez"])).to_owned();
    Subject { family, given: "Jo".to_owned(), born: None, apparent_age: Some(30), ethnicity: None }
}

/// The whole encounter at the roadside: one command, two streams.
fn refer(desk: &Desk<'_>, random: &mut Random) -> Vec<Planned> {
    let policy = || PolicyRef { id: "thames-valley-2018".to_owned(), version: 1 };
    let subject = subject(random);
    let verdict = if random.happens(85) { Verdict::Eligible } else { Verdict::Discretion };
    let eligible = verdict == Verdict::Eligible;
    let voluntary = if random.happens(10) { YesNo::Yes } else { YesNo::No };
    let opened = EncounterOpened {
        at_ms: desk.now_ms,
        route: Route::Street,
        subject: subject.clone(),
        place: None,
        note: None,
    };
    let (drug, exhibit) = ("cannabis".to_owned(), "X/1".to_owned());
    let assessed =
        EligibilityAssessed { verdict, policy: policy(), inputs: Digest::default(), freshness_ms: None };
    let answered = OfferAnswered { answer: Answer::Yes, reason: None, until_ms: None };
    let mut acts = vec![
        planned(CompartmentKind::Police, Act::EncounterOpened(opened)),
        planned(CompartmentKind::Police, Act::ItemSeized(ItemSeized { drug, exhibit, amount: None })),
        planned(CompartmentKind::Police, Act::EligibilityAssessed(assessed)),
        planned(CompartmentKind::Police, Act::OfferAnswered(answered)),
    ];
    if eligible {
        let applied = DisposalApplied { outcome: "8".to_owned() };
        acts.push(planned(CompartmentKind::Police, Act::DisposalApplied(applied)));
    }
    if eligible || voluntary == YesNo::Yes {
        acts.push(planned(CompartmentKind::Shared, consent(random)));
        let submitted = ReferralSubmitted {
            reference: "TVP-7KQ2-M4XD-9".to_owned(),
            subject,
            reach: Reach { phone: Some("07700 900123".to_owned()), may: Vec::new(), place_and_time: None },
            provider: *random.pick(desk.providers),
            policy: policy(),
            voluntary,
        };
        acts.push(planned(CompartmentKind::Shared, Act::ReferralSubmitted(submitted)));
    }
    acts
}

fn consent(random: &mut Random) -> Act {
    let answer = |random: &mut Random| if random.happens(85) { YesNo::Yes } else { YesNo::No };
    let (contact, feedback) = (answer(random), answer(random));
    let (wording, language) = ("v1".to_owned(), "en".to_owned());
    Act::ConsentRecorded(ConsentRecorded { contact, feedback, wording, language })
}

/// What both sides may record.
fn both(states: &[StreamState], seen: &View, random: &mut Random) -> Act {
    match random.below(6) {
        0 => Act::SubjectAmended(SubjectAmended {
            field: (*random.pick(&["name", "born", "phone", "born"])).to_owned(),
            value: (*random.pick(&["1990-01-01", "1991-01-01", "1992-02-02"])).to_owned(),
        }),
        1 => consent(random),
        2 => Act::PersonWithdrew(PersonWithdrew { reason: "other".to_owned() }),
        3 => {
            let codes = vec!["overdose_risk".to_owned()];
            let raised = SafeguardingRaised { codes, told: None, told_at_ms: None, call_back: None };
            Act::SafeguardingRaised(raised)
        }
        4 => match seen.concerns.first() {
            Some(concern) => {
                Act::SafeguardingAcknowledged(SafeguardingAcknowledged { raised: OpRef::Id(concern.op) })
            }
            None => consent(random),
        },
        _ => Act::EntryStruck(EntryStruck {
            entry: OpRef::Id(any_entry(states, random)),
            reason: "entered in error".to_owned(),
        }),
    }
}

fn any_entry(states: &[StreamState], random: &mut Random) -> OpId {
    let shared =
        states.iter().filter(|state| state.stream.is_some_and(|s| s.kind() == CompartmentKind::Shared));
    let entries: Vec<OpId> = shared.flat_map(|state| state.entries.iter().map(|entry| entry.id)).collect();
    let nobody = OpId { device: sync_core::ids::DeviceId(uuid::Uuid::nil()), seq: 1 };
    if entries.is_empty() { nobody } else { *random.pick(&entries) }
}

fn police(desk: &Desk<'_>, states: &[StreamState], seen: &View, random: &mut Random) -> Vec<Planned> {
    let act = match random.below(8) {
        0 | 1 => Act::ReferralCancelled(ReferralCancelled { reason: *random.pick(CancelReason::ALL) }),
        2 => Act::HandoverRecorded(HandoverRecorded {
            at_ms: desk.now_ms,
            result: *random.pick(ContactWhat::ALL),
        }),
        3 if desk.me.role == Role::Supervisor => {
            let decided = DiscretionDecided { grant: YesNo::Yes, reason: "first time".to_owned() };
            return vec![planned(CompartmentKind::Police, Act::DiscretionDecided(decided))];
        }
        4 if desk.me.role == Role::Supervisor => {
            let rescinded = DisposalRescinded { reason: "wrong person".to_owned() };
            return vec![planned(CompartmentKind::Police, Act::DisposalRescinded(rescinded))];
        }
        5 => {
            let applied = DisposalApplied { outcome: (*random.pick(&["8", "22"])).to_owned() };
            return vec![planned(CompartmentKind::Police, Act::DisposalApplied(applied))];
        }
        _ => both(states, seen, random),
    };
    vec![planned(CompartmentKind::Shared, act)]
}

fn provider(desk: &Desk<'_>, states: &[StreamState], seen: &View, random: &mut Random) -> Vec<Planned> {
    let lead = desk.me.role == Role::ProviderLead;
    match random.below(12) {
        0 | 1 if lead => vec![planned(CompartmentKind::Shared, Act::ReferralAccepted(ReferralAccepted {}))],
        2 if lead => {
            let rejected = ReferralRejected { reason: "full".to_owned() };
            vec![planned(CompartmentKind::Shared, Act::ReferralRejected(rejected))]
        }
        3 if lead => {
            let on = "2026-06-01".parse().expect("a date");
            vec![planned(CompartmentKind::Shared, Act::ReferralClosed(ReferralClosed { on }))]
        }
        0..=4 => vec![planned(CompartmentKind::Shared, both(states, seen, random))],
        5 => vec![planned(CompartmentKind::Care, Act::NoteAdded(NoteAdded { text: "calm".to_owned() }))],
        6 => {
            let (field, value) = ("phone".to_owned(), (*random.pick(&["1", "2"])).to_owned());
            vec![planned(CompartmentKind::Outreach, Act::DetailsLearnt(DetailsLearnt { field, value }))]
        }
        7 | 8 => vec![planned(CompartmentKind::Outreach, contact(desk, random))],
        _ => vec![planned(CompartmentKind::Outreach, appointment(desk, seen, random))],
    }
}

fn contact(desk: &Desk<'_>, random: &mut Random) -> Act {
    let (channel, result) = ("phone".to_owned(), "spoke".to_owned());
    let what = *random.pick(ContactWhat::ALL);
    Act::ContactRecorded(ContactRecorded { what, channel, result, at_ms: desk.now_ms, note: None })
}

fn appointment(desk: &Desk<'_>, seen: &View, random: &mut Random) -> Act {
    let meeting = *random.pick(Meeting::ALL);
    let at_ms = desk.now_ms + random.below(1_000_000);
    if seen.appointments.is_empty() || random.happens(25) {
        return Act::AppointmentBooked(AppointmentBooked { at_ms, meeting, minutes: 60, place: None });
    }
    let known = random.pick(&seen.appointments);
    if random.happens(25) {
        return Act::AppointmentMoved(AppointmentMoved { appointment: OpRef::Id(known.op), at_ms });
    }
    let (status, meeting) = (*random.pick(Attendance::ALL), known.meeting);
    let appointment = Some(OpRef::to(known.op, desk.me.device));
    let (minutes, at_ms) = (60, desk.now_ms);
    Act::AttendanceRecorded(AttendanceRecorded { appointment, meeting, status, minutes, at_ms, note: None })
}

/// Somebody settles what is open, or passes it up.
fn conflict(me: &Me, states: &[StreamState], seen: &View, random: &mut Random) -> Option<Planned> {
    let open: &Conflict = random.pick(&seen.conflicts);
    let holds = |state: &&StreamState| state.conflicts.iter().any(|conflict| conflict.id == open.id);
    let stream = states.iter().find(holds)?.stream?;
    let (conflict, version) = (open.id, open.version);
    let may_pass = matches!(me.role, Role::ProviderLead | Role::Supervisor);
    let act = if may_pass && random.happens(35) {
        Act::ConflictPassedUp(ConflictPassedUp { conflict, version })
    } else {
        let choice = choice(open.kind, *random.pick(&open.sides), random);
        Act::ConflictSettled(ConflictSettled { conflict, version, choice, reason: "it is so".to_owned() })
    };
    Some(Planned { place: Place::Stream(stream), what: What::Act(Box::new(act)) })
}

fn choice(kind: ConflictKind, side: OpId, random: &mut Random) -> Choice {
    match kind {
        ConflictKind::Field | ConflictKind::Crossed => Choice::Op(side),
        ConflictKind::Quarantined if random.happens(60) => Choice::Admit(side),
        ConflictKind::Quarantined => Choice::KeepAside(side),
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
    let choice =
        if about_one_op { choice(ConflictKind::Quarantined, chosen, random) } else { Choice::Op(chosen) };
    let (conflict, version) = (extract.conflict, extract.version);
    let settled = ConflictSettled { conflict, version, choice, reason: "register seen".to_owned() };
    let place = Place::Extract(extract.stream, sides);
    let what = What::Act(Box::new(Act::ConflictSettled(settled)));
    Some((extract.stream.record, vec![Planned { place, what }]))
}
