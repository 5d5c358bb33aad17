//! Every decision in every stage by every role, against a table written by hand from the scheme.
//!
//! The table is not made from the guards: it says what the scheme says, and the guards must agree.
//! Does not test what an accepted op does to the state: see `settling.rs`.

mod common;

use common::{
    World, accepted, attendance, booked, born, cancelled, consent, contact, opened, person, stream, submitted,
};
use sync_core::access::{Author, Role};
use sync_core::ids::{CompartmentKind, Digest, OpId};
use sync_core::referral::act::{
    Act, Answer, Attendance, CancelReason, Choice, ConflictPassedUp, ConflictSettled, ContactWhat,
    DiscretionDecided, DisposalApplied, DisposalRescinded, EligibilityAssessed, EntryStruck,
    HandoverRecorded, KINDS, Meeting, Nature, OfferAnswered, OicDecided, OpRef, PersonWithdrew, PolicyRef,
    ReferralClosed, ReferralReceived, ReferralRejected, SafeguardingAcknowledged, SafeguardingRaised, YesNo,
};
use sync_core::referral::conflict::{ConflictKind, conflict_id};
use sync_core::referral::eligibility::Verdict;
use sync_core::referral::judge::judge;
use sync_core::referral::view::Stage;
use sync_core::stamp::{Disposition, Why};

use Role::{Admin, Officer, OutreachWorker, ProviderLead, Supervisor};
use Stage::{
    Accepted, Assessed, AssessmentBooked, Cancelled, ClosedNotEngaged, ClosedPartial, Completed, Contacted,
    Contacting, InProgress, NotSubmitted, Received, Rejected, Submitted, Withdrawn,
};

const BEFORE: &[Stage] = &[NotSubmitted];
const WAITING: &[Stage] = &[Submitted, Received];
const TAKEN_ON: &[Stage] =
    &[Accepted, Contacting, Contacted, AssessmentBooked, Assessed, InProgress, Completed];
const SENT: &[Stage] = &[
    Submitted,
    Received,
    Accepted,
    Contacting,
    Contacted,
    AssessmentBooked,
    Assessed,
    InProgress,
    Completed,
];
const EVERY: &[Stage] = &[
    NotSubmitted,
    Submitted,
    Received,
    Accepted,
    Contacting,
    Contacted,
    AssessmentBooked,
    Assessed,
    InProgress,
    Completed,
    Rejected,
    Withdrawn,
    Cancelled,
    ClosedNotEngaged,
    ClosedPartial,
];

/// Kind, who, in which stages, and the sentence of the scheme that it rests on.
type Row = (&'static str, &'static [Role], &'static [Stage], &'static str);

const FORCE: &[Role] = &[Officer, Supervisor];
const PEOPLE: &[Role] = &[Officer, Supervisor, OutreachWorker, ProviderLead];

const TABLE: &[Row] = &[
    (
        "oic.decided",
        FORCE,
        BEFORE,
        "R10: the OIC records that possession is not material → may still be referred",
    ),
    (
        "eligibility.assessed",
        FORCE,
        BEFORE,
        "E: the snapshot is written once, by the command that ends the encounter",
    ),
    ("disposal.applied", FORCE, EVERY, "D runs in parallel: no provider op or level changes it"),
    ("disposal.rescinded", &[Supervisor], EVERY, "rescinded by a supervisor; engagement is no reason"),
    ("discretion.decided", &[Supervisor], EVERY, "R09: a supervisor may always grant, with a reason"),
    ("referral.submitted", FORCE, BEFORE, "R begins with submitted"),
    ("referral.accepted", &[ProviderLead], WAITING, "submitted → received → accepted; the lead accepts"),
    ("referral.rejected", &[ProviderLead], WAITING, "exits: rejected; the lead rejects"),
    ("referral.cancelled", FORCE, SENT, "exits: cancelled_by_police, from anywhere before another exit"),
    (
        "referral.closed",
        &[ProviderLead],
        TAKEN_ON,
        "exits: closed_…; the lead closes what the service took on",
    ),
    (
        "safeguarding.acknowledged",
        &[Supervisor, ProviderLead],
        EVERY,
        "survives every merge, closed only by id",
    ),
    (
        "conflict.passed_up",
        &[Supervisor, ProviderLead],
        EVERY,
        "passed up by the lead (or a supervisor of the force)",
    ),
    ("conflict.settled", &[Admin], EVERY, "admin for birth date, sex, identifiers"),
    ("entry.struck", PEOPLE, EVERY, "entered in error, names the entry: of one's own at any time"),
];

/// The same people throughout: the first of each role wrote the referral, the second decides.
fn writer(role: Role) -> Author {
    person(role, 1)
}

fn decider(role: Role) -> Author {
    // An officer decides in their own referrals only.
    person(role, if role == Officer { 1 } else { 2 })
}

fn assessed() -> Act {
    let policy = PolicyRef { id: "thames-valley-2018".to_owned(), version: 1 };
    let (verdict, inputs) = (Verdict::Eligible, Digest::default());
    Act::EligibilityAssessed(EligibilityAssessed { verdict, policy, inputs, freshness_ms: None })
}

fn answered() -> Act {
    Act::OfferAnswered(OfferAnswered { answer: Answer::Yes, reason: None, until_ms: None })
}

fn raised() -> Act {
    let codes = vec!["welfare".to_owned()];
    Act::SafeguardingRaised(SafeguardingRaised { codes, told: None, told_at_ms: None, call_back: None })
}

fn rejected() -> Act {
    Act::ReferralRejected(ReferralRejected { reason: "capacity".to_owned() })
}

fn withdrew() -> Act {
    Act::PersonWithdrew(PersonWithdrew { reason: "no_longer_wants".to_owned() })
}

fn closed() -> Act {
    let on = chrono::NaiveDate::from_ymd_opt(2026, 6, 1).expect("a date");
    Act::ReferralClosed(ReferralClosed { on })
}

fn disposed() -> Act {
    Act::DisposalApplied(DisposalApplied { outcome: "8".to_owned() })
}

fn meet(world: &mut World, meeting: Meeting) {
    let worker = writer(OutreachWorker);
    let appointment = world.tell(&worker, &booked(meeting));
    world.tell(&worker, &attendance(appointment, meeting, Attendance::Attended));
}

/// A history in which everybody saw everything, up to a stage. `kind` leaves out what the decision
/// itself would write, so that only the stage can speak against it.
fn reach(stage: Stage, kind: &str) -> World {
    let mut world = World::default();
    let officer = writer(Officer);
    world.tell(&officer, &opened());
    if stage != NotSubmitted || kind != "eligibility.assessed" {
        world.tell(&officer, &assessed());
        world.tell(&officer, &answered());
    }
    world.tell(&officer, &consent(YesNo::Yes));
    if stage != NotSubmitted {
        world.tell(&officer, &submitted());
        after_submission(&mut world, stage);
    }
    world
}

fn after_submission(world: &mut World, stage: Stage) {
    let (lead, worker, officer) = (writer(ProviderLead), writer(OutreachWorker), writer(Officer));
    match stage {
        NotSubmitted | Submitted => {}
        Received => drop(world.tell(&writer(Role::Server), &Act::ReferralReceived(ReferralReceived {}))),
        Rejected => drop(world.tell(&lead, &rejected())),
        Withdrawn => drop(world.tell(&officer, &withdrew())),
        Cancelled => drop(world.tell(&officer, &cancelled(CancelReason::NoOffence))),
        Accepted | Contacting | Contacted | AssessmentBooked | Assessed | InProgress | Completed
        | ClosedNotEngaged | ClosedPartial => {
            world.tell(&lead, &accepted());
        }
    }
    match stage {
        Contacting => drop(world.tell(&worker, &contact(ContactWhat::Attempted))),
        Contacted => drop(world.tell(&worker, &contact(ContactWhat::Reached))),
        AssessmentBooked => drop(world.tell(&worker, &booked(Meeting::Assessment))),
        Assessed | InProgress | Completed | ClosedPartial => meet(world, Meeting::Assessment),
        NotSubmitted | Submitted | Received | Rejected | Withdrawn | Cancelled | Accepted
        | ClosedNotEngaged => {}
    }
    match stage {
        InProgress => meet(world, Meeting::Session),
        Completed => (0..3).for_each(|_| meet(world, Meeting::Session)),
        ClosedNotEngaged | ClosedPartial => drop(world.tell(&lead, &closed())),
        NotSubmitted | Submitted | Received | Rejected | Withdrawn | Cancelled | Accepted | Contacting
        | Contacted | AssessmentBooked | Assessed => {}
    }
}

/// Two officers of the force who wrote another date of birth each.
fn dispute(world: &mut World) -> [OpId; 2] {
    let before = world.ids();
    [1, 3].map(|n| world.write(&person(Officer, n), &born(&format!("199{n}-01-01")), &before))
}

/// The decision, on a history that has what it names.
fn prepare(world: &mut World, kind: &str, author: &Author) -> (Act, CompartmentKind) {
    let id = conflict_id(ConflictKind::Field, &stream(CompartmentKind::Shared), "subject/born");
    let reason = || "a reason".to_owned();
    let act = match kind {
        "oic.decided" => Act::OicDecided(OicDecided { material: YesNo::No, reason: reason() }),
        "eligibility.assessed" => assessed(),
        "disposal.applied" => disposed(),
        "disposal.rescinded" => {
            world.tell(&writer(Officer), &disposed());
            Act::DisposalRescinded(DisposalRescinded { reason: "no_offence".to_owned() })
        }
        "discretion.decided" => {
            Act::DiscretionDecided(DiscretionDecided { grant: YesNo::Yes, reason: reason() })
        }
        "referral.submitted" => submitted(),
        "referral.accepted" => accepted(),
        "referral.rejected" => rejected(),
        "referral.cancelled" => cancelled(CancelReason::NoOffence),
        "referral.closed" => closed(),
        "safeguarding.acknowledged" => {
            let raised = OpRef::Id(world.tell(&writer(Officer), &raised()));
            Act::SafeguardingAcknowledged(SafeguardingAcknowledged { raised })
        }
        "conflict.passed_up" => {
            dispute(world);
            Act::ConflictPassedUp(ConflictPassedUp { conflict: id, version: Digest::default() })
        }
        "conflict.settled" => {
            let choice = Choice::Op(dispute(world)[0]);
            let version = Digest::default();
            Act::ConflictSettled(ConflictSettled { conflict: id, version, choice, reason: reason() })
        }
        "entry.struck" => {
            let entry = OpRef::Id(world.tell(author, &raised()));
            Act::EntryStruck(EntryStruck { entry, reason: reason() })
        }
        other => panic!("{other} has no line in this file yet"),
    };
    let to = act.info().compartments[0];
    (act, to)
}

fn verdict(stage: Stage, kind: &str, role: Role) -> Disposition {
    let mut world = reach(stage, kind);
    let author = decider(role);
    let (act, to) = prepare(&mut world, kind, &author);
    assert_eq!(world.view().stage, stage, "the history reaches the stage");
    judge(&world.draft(&author, &act, to, &world.ids()), &author, &world.knew())
}

#[test]
fn the_table_names_every_decision_and_every_stage() {
    let decisions: Vec<_> =
        KINDS.iter().filter(|info| info.nature == Nature::Decision).map(|info| info.kind).collect();
    let mut written: Vec<_> = TABLE.iter().map(|row| row.0).collect();
    written.sort_by_key(|kind| decisions.iter().position(|other| other == kind));
    assert_eq!(written, decisions);
    assert_eq!(EVERY, Stage::ALL);
}

#[test]
fn every_decision_is_allowed_exactly_where_the_scheme_says() {
    for (kind, roles, stages, why) in TABLE {
        for stage in EVERY {
            for role in Role::ALL.iter().filter(|role| **role != Role::Server) {
                let found = verdict(*stage, kind, *role);
                let cell = format!("{kind} by {role} in {stage:?} ({why}): {found:?}");
                let no_part_yet =
                    *stage == NotSubmitted && role.of_provider() && *kind != "conflict.passed_up";
                if !roles.contains(role) {
                    assert_ne!(found, Disposition::Accepted, "{cell}");
                    assert_ne!(found, Disposition::Quarantined(Why::State), "{cell}");
                } else if no_part_yet {
                    assert_eq!(found, Disposition::Quarantined(Why::NotAssigned), "{cell}");
                } else if stages.contains(stage) {
                    assert_eq!(found, Disposition::Accepted, "{cell}");
                } else {
                    assert_eq!(found, Disposition::Quarantined(Why::State), "{cell}");
                }
            }
        }
    }
}

/// One fact of each compartment's usual kinds with who records it.
fn facts() -> Vec<(Act, &'static [Role])> {
    let handover = HandoverRecorded { at_ms: common::NOON_MS, result: ContactWhat::Reached };
    let provider: &[Role] = &[OutreachWorker, ProviderLead];
    let worlds_first = OpId { device: common::device(&writer(Officer)), seq: 1 };
    vec![
        (opened(), FORCE),
        (answered(), FORCE),
        (consent(YesNo::No), PEOPLE),
        (born("1990-01-01"), PEOPLE),
        (withdrew(), PEOPLE),
        (raised(), PEOPLE),
        (Act::HandoverRecorded(handover), PEOPLE),
        (contact(ContactWhat::Attempted), provider),
        (contact(ContactWhat::PersonCame), provider),
        (booked(Meeting::Session), provider),
        (attendance(worlds_first, Meeting::Session, Attendance::DidNotAttend), provider),
    ]
}

#[test]
fn no_cell_of_a_fact_says_refused() {
    for stage in EVERY {
        let world = reach(*stage, "");
        for (fact, roles) in facts() {
            for role in roles {
                let author = decider(*role);
                let op = world.draft(&author, &fact, fact.info().compartments[0], &world.ids());
                let found = judge(&op, &author, &world.knew());
                let no_part_yet = *stage == NotSubmitted && role.of_provider();
                let expected = if no_part_yet {
                    Disposition::Quarantined(Why::NotAssigned)
                } else {
                    Disposition::Accepted
                };
                assert_eq!(found, expected, "{} by {role} in {stage:?}", fact.info().kind);
            }
        }
    }
}

#[test]
fn a_warm_handover_before_the_acceptance_does_not_keep_the_lead_from_accepting() {
    let handover = HandoverRecorded { at_ms: common::NOON_MS, result: ContactWhat::Reached };
    let early: [(Act, Role); 3] = [
        (Act::HandoverRecorded(handover), Officer),
        (contact(ContactWhat::PersonCame), OutreachWorker),
        (booked(Meeting::Assessment), OutreachWorker),
    ];
    for (fact, role) in early {
        let mut world = reach(Received, "");
        world.tell(&writer(role), &fact);
        for (act, expected) in [
            (accepted(), Disposition::Accepted),
            (rejected(), Disposition::Accepted),
            (closed(), Disposition::Quarantined(Why::State)),
        ] {
            let lead = decider(ProviderLead);
            let op = world.draft(&lead, &act, CompartmentKind::Shared, &world.ids());
            assert_eq!(judge(&op, &lead, &world.knew()), expected, "{} after {fact:?}", act.info().kind);
        }
    }
}
