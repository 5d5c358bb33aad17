//! Every decision in every stage by every role, against a table written by hand from the scheme.
//!
//! The table is not made from the guards: it says what the scheme says, and the guards must agree.
//! Does not test what an accepted op does to the state: see `settling.rs`.

use crate::common;
use crate::common::examples::{
    OTHER_PROVIDER, answered, assessed, closed, closing_reason, disposed, every_kind, proposed, raised,
    rejected, rerouted, transfer_requested, withdrew,
};
use crate::common::{
    PROVIDER, World, accepted, attendance, booked, born, cancelled, consent, contact, opened, person, stream,
    submitted, submitted_under,
};
use sync_core::access::{Author, Role};
use sync_core::ids::{CompartmentKind, Digest, OpId, RecordKind};
use sync_core::referral::act::{
    Act, Answer, Attendance, CancelReason, Choice, ConflictPassedUp, ConflictSettled, ContactWhat,
    DiscretionDecided, Disposal, DisposalRescinded, EntryStruck, HandoverRecorded, KINDS, KindInfo, Meeting,
    Nature, OicDecided, OpRef, ReferralReceived, ReferralReopened, ReopenReason, RescindReason,
    SafeguardingAcknowledged, TransferAccepted, TransferDeclined, YesNo,
};
use sync_core::referral::conflict::{ConflictKind, conflict_id};
use sync_core::referral::eligibility::Verdict;
use sync_core::referral::engagement::Stage;
use sync_core::referral::judge::judge;
use sync_core::stamp::{Disposition, Why};

use Role::{Admin, Officer, OutreachWorker, ProviderLead, Supervisor};
use Stage::{
    Accepted, Assessed, AssessmentBooked, Cancelled, ClosedNotDelivered, ClosedNotEngaged, ClosedNotTold,
    ClosedPartial, Completed, Contacted, Contacting, Deceased, InProgress, LapsedNoContact, NotSubmitted,
    Received, Rejected, Submitted, Transferred, Withdrawn,
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
const CLOSED: &[Stage] = &[LapsedNoContact, ClosedNotEngaged, ClosedPartial, ClosedNotDelivered, Deceased];
/// All stages of a referral as somebody sees it who holds it: `transferred` is what a provider sees that
/// has handed it over and holds `shared` no longer, `closed_not_told` what the police see; each has a test of its own.
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
    LapsedNoContact,
    ClosedNotEngaged,
    ClosedPartial,
    ClosedNotDelivered,
    Deceased,
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
    ("disposal.proposed", FORCE, &[ClosedPartial], "a new police decision, where a pack has one, four eyes"),
    ("disposal.rescinded", &[Supervisor], EVERY, "rescinded by a supervisor; engagement is no reason"),
    ("discretion.decided", &[Supervisor], EVERY, "R09: a supervisor may always grant, with a reason"),
    ("referral.submitted", FORCE, BEFORE, "R begins with submitted"),
    ("referral.accepted", &[ProviderLead], WAITING, "submitted → received → accepted; the lead accepts"),
    ("referral.rejected", &[ProviderLead], WAITING, "exits: rejected; the lead rejects"),
    (
        "referral.cancelled",
        &[Officer, Supervisor, Role::Server],
        SENT,
        "exits: cancelled_by_police, from anywhere before another exit; by the server as a duplicate",
    ),
    (
        "referral.rerouted",
        FORCE,
        &[Submitted, Received, Rejected],
        "a service is to be found, or another: its officer or a supervisor names it while none has taken it on",
    ),
    ("referral.reopened", &[ProviderLead], CLOSED, "a referral that the provider closed can be opened again"),
    ("transfer.requested", &[ProviderLead], SENT, "the provider that has it names another"),
    ("transfer.accepted", &[ProviderLead], SENT, "the provider that was named takes it over"),
    ("transfer.declined", &[ProviderLead], SENT, "the provider that was named does not"),
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

/// Who decides on a kind: an answer to a transfer is the named provider's.
fn decider_of(kind: &str, role: Role) -> Author {
    let named = matches!(kind, "transfer.accepted" | "transfer.declined") && role.of_provider();
    let org = if named { OTHER_PROVIDER } else { decider(role).org };
    Author { org, ..decider(role) }
}

fn meet(world: &mut World, meeting: Meeting) {
    meet_at(world, meeting, 0);
}

/// A meeting some hours after noon.
fn meet_at(world: &mut World, meeting: Meeting, hour: u64) {
    let worker = writer(OutreachWorker);
    let appointment = world.tell(&worker, &booked(meeting));
    let mut came = attendance(appointment, meeting, Attendance::Attended);
    if let Act::AttendanceRecorded(body) = &mut came {
        body.at_ms += hour * 3_600_000;
    }
    world.tell(&worker, &came);
}

/// A history in which everybody saw everything, up to a stage. `kind` leaves out what the decision
/// itself would write, so that only the stage can speak against it.
fn reach(stage: Stage, kind: &str) -> World {
    reach_with(stage, kind, Verdict::Eligible)
}

fn reach_with(stage: Stage, kind: &str, verdict: Verdict) -> World {
    let mut world = World::default();
    let officer = writer(Officer);
    world.tell(&officer, &opened());
    if stage != NotSubmitted || kind != "eligibility.assessed" {
        world.tell(&officer, &assessed(verdict));
        world.tell(&officer, &answered(Answer::Yes));
    }
    world.tell(&officer, &consent(YesNo::Yes));
    if stage != NotSubmitted {
        // Nothing follows from not engaging under the usual pack, in any stage.
        let follows = kind == "disposal.proposed";
        world.tell(&officer, &if follows { submitted_under("deferred-contract") } else { submitted() });
        after_submission(&mut world, stage);
    }
    world
}

fn after_submission(world: &mut World, stage: Stage) {
    let (lead, worker, officer) = (writer(ProviderLead), writer(OutreachWorker), writer(Officer));
    match stage {
        NotSubmitted | Submitted => {}
        Received => drop(
            world
                .tell(&writer(Role::Server), &Act::ReferralReceived(ReferralReceived { provider: PROVIDER })),
        ),
        Rejected => drop(world.tell(&lead, &rejected())),
        Withdrawn => drop(world.tell(&officer, &withdrew())),
        Cancelled => drop(world.tell(&officer, &cancelled(CancelReason::NoOffence))),
        Accepted | Contacting | Contacted | AssessmentBooked | Assessed | InProgress | Completed
        | LapsedNoContact | ClosedNotEngaged | ClosedPartial | ClosedNotDelivered | Deceased => {
            world.tell(&lead, &accepted());
        }
        Transferred | ClosedNotTold => panic!("see the test of its own"),
    }
    match stage {
        Contacting => drop(world.tell(&worker, &contact(ContactWhat::Attempted))),
        Contacted => drop(world.tell(&worker, &contact(ContactWhat::Reached))),
        AssessmentBooked => drop(world.tell(&worker, &booked(Meeting::Assessment))),
        Assessed | InProgress | Completed | ClosedPartial => meet(world, Meeting::Assessment),
        NotSubmitted | Submitted | Received | Rejected | Withdrawn | Cancelled | Accepted
        | LapsedNoContact | ClosedNotEngaged | ClosedNotDelivered | ClosedNotTold | Deceased
        | Transferred => {}
    }
    let close = |world: &mut World, reason: &str| {
        world.tell(&lead, &closed());
        world.tell(&lead, &closing_reason(reason));
    };
    match stage {
        InProgress => meet(world, Meeting::Session),
        Completed => (1..=3).for_each(|hour| meet_at(world, Meeting::Session, hour)),
        LapsedNoContact => close(world, "no_contact"),
        ClosedNotEngaged => close(world, "not_engaged"),
        ClosedPartial => close(world, "partial"),
        ClosedNotDelivered => close(world, "not_delivered"),
        Deceased => close(world, "deceased"),
        NotSubmitted | Submitted | Received | Rejected | Withdrawn | Cancelled | Accepted | Contacting
        | Contacted | AssessmentBooked | Assessed | ClosedNotTold | Transferred => {}
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
        "eligibility.assessed" => assessed(Verdict::Eligible),
        "disposal.applied" => disposed(Disposal::CommunityResolution),
        "disposal.proposed" => {
            world.tell(&writer(Officer), &disposed(Disposal::Diversion22Pending));
            proposed(Disposal::Investigation)
        }
        "disposal.rescinded" => {
            world.tell(&writer(Officer), &disposed(Disposal::CommunityResolution));
            Act::DisposalRescinded(DisposalRescinded { reason: RescindReason::NoOffence })
        }
        "discretion.decided" => {
            Act::DiscretionDecided(DiscretionDecided { grant: YesNo::Yes, reason: reason() })
        }
        "referral.submitted" => submitted(),
        "referral.accepted" => accepted(),
        "referral.rejected" => rejected(),
        "referral.cancelled" => cancelled(CancelReason::NoOffence),
        "referral.closed" => closed(),
        "referral.reopened" => {
            Act::ReferralReopened(ReferralReopened { reason: ReopenReason::PersonReturned })
        }
        "referral.rerouted" => rerouted(OTHER_PROVIDER),
        "transfer.requested" => transfer_requested(),
        "transfer.accepted" => {
            let request = OpRef::Id(world.tell(&writer(ProviderLead), &transfer_requested()));
            Act::TransferAccepted(TransferAccepted { request, to: OTHER_PROVIDER })
        }
        "transfer.declined" => {
            let request = OpRef::Id(world.tell(&writer(ProviderLead), &transfer_requested()));
            Act::TransferDeclined(TransferDeclined { request, reason: "no_capacity".to_owned() })
        }
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
            let entry = OpRef::Id(world.tell(author, &born("1990-01-01")));
            Act::EntryStruck(EntryStruck { entry, reason: reason(), back: None })
        }
        other => panic!("{other} has no line in this file yet"),
    };
    let to = act.info().compartments[0];
    (act, to)
}

fn verdict(stage: Stage, kind: &str, role: Role) -> Disposition {
    let mut world = reach(stage, kind);
    assert_eq!(world.view().engagement.stage, stage, "the history reaches the stage");
    let author = decider_of(kind, role);
    if kind == "discretion.decided" {
        world = reach_with(stage, kind, Verdict::Discretion);
    }
    let (act, to) = prepare(&mut world, kind, &author);
    judge(&world.draft(&author, &act, to, &world.ids()), &author, &world.knew())
}

#[test]
fn the_table_names_every_decision_and_every_stage() {
    let of_referrals = |info: &&KindInfo| info.nature == Nature::Decision && !is_of_other_records(info.kind);
    let decisions: Vec<_> = KINDS.iter().filter(of_referrals).map(|info| info.kind).collect();
    let mut written: Vec<_> = TABLE.iter().map(|row| row.0).collect();
    written.sort_by_key(|kind| decisions.iter().position(|other| other == kind));
    assert_eq!(written, decisions);
    let of_holders = |stage: &Stage| !matches!(stage, Transferred | ClosedNotTold);
    let of_holders: Vec<_> = Stage::ALL.iter().copied().filter(of_holders).collect();
    assert_eq!(EVERY, of_holders);
}

#[test]
fn every_decision_is_allowed_exactly_where_the_scheme_says() {
    for (kind, roles, stages, why) in TABLE {
        for stage in EVERY {
            for role in Role::ALL.iter().filter(|role| **role != Role::Server) {
                let found = verdict(*stage, kind, *role);
                let cell = format!("{kind} by {role} in {stage:?} ({why}): {found:?}");
                let named = matches!(*kind, "conflict.passed_up" | "transfer.accepted" | "transfer.declined");
                let no_part_yet = *stage == NotSubmitted && role.of_provider() && !named;
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

/// Who records a fact, by the compartment that it is written in: 01-scheme §2.
const FACT_WRITERS: &[(CompartmentKind, &[Role])] = &[
    (CompartmentKind::Police, FORCE),
    (CompartmentKind::Shared, PEOPLE),
    (CompartmentKind::Outreach, &[OutreachWorker, ProviderLead]),
    (CompartmentKind::Care, &[OutreachWorker, ProviderLead]),
];

/// Facts that fewer people record than those of their compartment.
const NARROWER: &[(&str, &[Role])] = &[("appointment.requested", FORCE), ("closing.reason", &[ProviderLead])];

fn writers_of(fact: &Act) -> &'static [Role] {
    let narrower = NARROWER.iter().find(|row| row.0 == fact.kind()).map(|row| row.1);
    let compartment = fact.info().compartments[0];
    let usual = FACT_WRITERS.iter().find(|row| row.0 == compartment).map(|row| row.1);
    narrower.or(usual).expect("every fact of a referral has its writers")
}

/// Facts about somebody whom nobody referred; in a referral there is nobody whom they could be about.
const OF_WALK_INS: [&str; 2] = ["walk_in.corrected", "walk_in.closed"];

/// Invariant 10. Every fact × stage × role: no cell of who may record it says refused or speaks of the stage.
#[test]
fn i10_no_state_turns_a_fact_away() {
    let facts: Vec<Act> = every_kind()
        .into_iter()
        .filter(|act| act.info().nature == Nature::Fact && !is_of_other_records(act.kind()))
        .filter(|act| !OF_WALK_INS.contains(&act.kind()))
        .collect();
    assert_eq!(facts.len(), 33, "the facts of a referral");
    for stage in EVERY {
        let world = reach(*stage, "");
        for fact in &facts {
            let writers = writers_of(fact);
            for role in Role::ALL.iter().filter(|role| **role != Role::Server) {
                let author = decider(*role);
                let op = world.draft(&author, fact, fact.info().compartments[0], &world.ids());
                let found = judge(&op, &author, &world.knew());
                let cell = format!("{} by {role} in {stage:?}: {found:?}", fact.kind());
                let no_part_yet = *stage == NotSubmitted && role.of_provider();
                if !writers.contains(role) {
                    assert_ne!(found, Disposition::Accepted, "{cell}");
                } else if no_part_yet {
                    assert_eq!(found, Disposition::Quarantined(Why::NotAssigned), "{cell}");
                } else {
                    assert_eq!(found, Disposition::Accepted, "{cell}");
                }
            }
        }
    }
}

#[test]
fn what_nobody_decides_is_written_by_the_server_alone() {
    for act in every_kind().iter().filter(|act| act.info().nature == Nature::Server) {
        for role in Role::ALL {
            let world = reach(Accepted, "");
            let author = decider(*role);
            let op = world.draft(&author, act, act.info().compartments[0], &world.ids());
            let accepted = judge(&op, &author, &world.knew()) == Disposition::Accepted;
            assert_eq!(accepted, *role == Role::Server, "{} by {role}", act.kind());
        }
    }
}

/// Decisions about persons, a provider, the force, and what an organisation reads: kind, record, who.
const OTHER_RECORDS: &[(&str, RecordKind, &[Role])] = &[
    ("person.linked", RecordKind::Persons, &[Admin, Role::Server]),
    ("person.split", RecordKind::Persons, &[Admin, Role::Server]),
    ("slot.opened", RecordKind::Provider, &[ProviderLead]),
    ("slot.closed", RecordKind::Provider, &[ProviderLead]),
    ("service.changed", RecordKind::Provider, &[ProviderLead]),
    ("outcomes.released", RecordKind::Provider, &[ProviderLead]),
    ("provider.deactivated", RecordKind::Provider, &[Admin, Role::Server]),
    ("user.changed", RecordKind::Force, &[Admin, Role::Server]),
    ("user.renamed", RecordKind::Force, &[Admin, Role::Server]),
    ("role.proposed", RecordKind::Force, &[Admin, Role::Server]),
    ("role.confirmed", RecordKind::Force, &[Admin, Role::Server]),
    ("device.revoked", RecordKind::Force, &[Admin, Role::Server]),
    ("policy.published", RecordKind::Force, &[Admin, Role::Server]),
    ("body.erased", RecordKind::Force, &[Admin, Role::Server]),
];

fn is_of_other_records(kind: &str) -> bool {
    kind == "record.opened" || OTHER_RECORDS.iter().any(|row| row.0 == kind)
}

#[test]
fn other_records_are_written_by_those_whose_they_are() {
    for (kind, record, roles) in OTHER_RECORDS {
        let act = every_kind().into_iter().find(|act| act.kind() == *kind).expect("an example of every kind");
        for role in Role::ALL {
            let author = decider(*role);
            let id = if *record == RecordKind::Provider { PROVIDER.0 } else { common::FORCE.0 };
            let record = sync_core::ids::Record { kind: *record, id };
            let to = record.stream(act.info().compartments[0], common::FORCE);
            let world = World::default();
            let found = judge(&world.draft_at(&author, &act, to, &[]), &author, &world.knew());
            let accepted = found == Disposition::Accepted;
            assert_eq!(accepted, roles.contains(role), "{kind} by {role}: {found:?}");
        }
    }
}

#[test]
fn there_is_an_example_of_every_kind() {
    let examples: Vec<_> = every_kind().iter().map(Act::kind).collect();
    let kinds: Vec<_> = KINDS.iter().map(|info| info.kind).collect();
    assert_eq!(examples, kinds);
    for act in every_kind() {
        let kind = act.kind().parse().expect("it is a kind");
        assert_eq!(Act::parse(&kind, &act.body()), Ok(Some(act)), "what a device writes is read back");
    }
}

#[test]
fn a_provider_that_handed_it_over_sees_that_it_was_transferred() {
    let mut world = reach(Accepted, "");
    world.tell(&writer(OutreachWorker), &contact(ContactWhat::Reached));
    let own = [CompartmentKind::Outreach, CompartmentKind::Care].map(|kind| world.state(kind));
    assert_eq!(sync_core::referral::view::view(&own).engagement.stage, Transferred);
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
