//! One act of every kind, as an honest device writes it.
//!
//! Does not make histories: see [`super::World`].

use std::collections::BTreeMap;

use sync_core::access::Role;
use sync_core::ids::{DeviceId, Digest, OpId, OrgId, Record, UserId};
use sync_core::persons::{self, SubjectId};
use sync_core::referral::act::*;
use sync_core::referral::eligibility::{Level, Verdict};
use uuid::Uuid;

use super::{FORCE, NOON_MS, PROVIDER, accepted, booked, born, consent, contact, opened, stream, submitted};

/// Another provider than the one that the referral names.
pub(crate) const OTHER_PROVIDER: OrgId = OrgId(Uuid::from_u128(0xB1));

pub(crate) fn policy() -> PolicyRef {
    PolicyRef { id: "thames-valley-2018".to_owned(), version: 1 }
}

pub(crate) fn assessed(verdict: Verdict) -> Act {
    let (policy, inputs) = (policy(), Digest::default());
    Act::EligibilityAssessed(EligibilityAssessed { verdict, policy, inputs, freshness_ms: None, basis: None })
}

pub(crate) fn answered(answer: Answer) -> Act {
    Act::OfferAnswered(OfferAnswered { answer, reason: None, until_ms: None })
}

pub(crate) fn disposed(disposal: Disposal) -> Act {
    Act::DisposalApplied(DisposalApplied { disposal, outcome: None })
}

pub(crate) fn proposed(disposal: Disposal) -> Act {
    Act::DisposalProposed(DisposalProposed { disposal, reason: because() })
}

pub(crate) fn crime(reference: Option<&str>) -> Act {
    let (offence, crime_reference) = (Some("MD71530".to_owned()), reference.map(str::to_owned));
    Act::CrimeRecorded(CrimeRecorded { offence, crime_reference })
}

pub(crate) fn raised() -> Act {
    let codes = vec!["mental_health".to_owned()];
    Act::SafeguardingRaised(SafeguardingRaised { codes, told: None, told_at_ms: None, call_back: None })
}

pub(crate) fn day(day: u32) -> chrono::NaiveDate {
    chrono::NaiveDate::from_ymd_opt(2026, 6, day).expect("a date")
}

pub(crate) fn rerouted(to: OrgId) -> Act {
    let reason = RerouteReason::Named;
    Act::ReferralRerouted(ReferralRerouted { to, reason, by: None, outside_age: None })
}

pub(crate) fn closed() -> Act {
    Act::ReferralClosed(ReferralClosed { on: day(1), died: None })
}

pub(crate) fn closing_reason(reason: &str) -> Act {
    Act::ClosingReason(ClosingReason { reason: reason.to_owned(), note: None })
}

pub(crate) fn handed_over() -> Act {
    Act::HandoverRecorded(HandoverRecorded { at_ms: NOON_MS, result: ContactWhat::Reached })
}

pub(crate) fn withdrew() -> Act {
    Act::PersonWithdrew(PersonWithdrew { reason: "not_wanted".to_owned() })
}

pub(crate) fn rejected() -> Act {
    Act::ReferralRejected(ReferralRejected { reason: "no_capacity".to_owned() })
}

pub(crate) fn transfer_requested() -> Act {
    let reason = "moved_away".to_owned();
    Act::TransferRequested(TransferRequested { to: OTHER_PROVIDER, reason, consent: YesNo::Yes })
}

pub(crate) fn seized() -> Act {
    let (drug, exhibit) = ("cannabis".to_owned(), "AB/1".to_owned());
    Act::ItemSeized(ItemSeized { drug, exhibit, amount: None })
}

/// Somebody whom nobody referred.
pub(crate) fn came_in() -> Act {
    let (family, given) = ("Marsh".to_owned(), "Jo".to_owned());
    let subject = Subject { family, given, born: None, apparent_age: None, ethnicity: None };
    let reach = Reach { phone: Some("07700 900199".to_owned()), may: Vec::new(), place_and_time: None };
    let need = Some("needle_exchange".to_owned());
    Act::PersonCameIn(PersonCameIn {
        at_ms: NOON_MS,
        reference: "TVP-7KQ2-M4XD-9".to_owned(),
        subject,
        reach,
        need,
    })
}

fn because() -> String {
    "a reason".to_owned()
}

/// One act of every kind of the table, in its order.
pub(crate) fn every_kind() -> Vec<Act> {
    let mut acts = police();
    acts.extend(shared());
    acts.extend(outreach());
    acts.extend(records());
    acts.extend(conflicts());
    acts
}

fn police() -> Vec<Act> {
    let item = OpRef::Own(2);
    vec![
        opened(),
        Act::EncounterAmended(EncounterAmended {
            field: "pnc".to_owned(),
            value: "1999/1234567B".to_owned(),
        }),
        Act::EncounterDescribed(EncounterDescribed {
            sex: Some("1".to_owned()),
            ethnicity_seen: Some("IC1".to_owned()),
            stop_search: Some("SS-1".to_owned()),
            body_worn_video: Some("BWV-1".to_owned()),
            postcode_district: Some("RG1".to_owned()),
        }),
        seized(),
        Act::ItemIdentified(ItemIdentified { item, drug: "cannabis".to_owned(), method: None }),
        Act::ItemBookedIn(ItemBookedIn {
            item,
            seal: Some("S1".to_owned()),
            weight_mg: Some(500),
            store: None,
        }),
        Act::ItemDisposed(ItemDisposed { item, how: "destroyed".to_owned() }),
        Act::CheckRecorded(CheckRecorded {
            check: "pnc".to_owned(),
            channel: "voice_radio".to_owned(),
            result: "nothing_found".to_owned(),
            note: None,
            age_ms: Some(60_000),
            engaged: None,
            wanted: None,
        }),
        Act::NecessityRecorded(NecessityRecorded { letters: vec!["e".to_owned()], note: None }),
        Act::DefenceRaised(DefenceRaised { defence: "prescribed".to_owned() }),
        Act::OffenceLinked(OffenceLinked { offence: "MD71530".to_owned() }),
        Act::OffenceDescribed(OffenceDescribed { words: "no insurance".to_owned() }),
        Act::OicDecided(OicDecided { material: YesNo::No, reason: because() }),
        assessed(Verdict::Eligible),
        Act::EligibilityReassessed(EligibilityReassessed {
            verdict: Verdict::Discretion,
            policy: policy(),
            snapshot: OpRef::Own(9),
            years: None,
            read_as: None,
        }),
        answered(Answer::Yes),
        crime(None),
        disposed(Disposal::CommunityResolution),
        proposed(Disposal::Investigation),
        Act::DisposalRescinded(DisposalRescinded { reason: RescindReason::NoOffence }),
        Act::DiscretionDecided(DiscretionDecided { grant: YesNo::Yes, reason: because() }),
        Act::EffortRecorded(EffortRecorded { ease: Some(4), minutes: Some(7) }),
    ]
}

fn shared() -> Vec<Act> {
    let request = OpRef::Own(20);
    vec![
        consent(YesNo::Yes),
        submitted(),
        Act::NeedNamed(NeedNamed { need: "naloxone".to_owned() }),
        born("1990-01-01"),
        Act::NoticeGiven(NoticeGiven { to: NoticeTo::Guardian, not_given: None }),
        handed_over(),
        Act::ReferralReceived(ReferralReceived { provider: PROVIDER }),
        accepted(),
        rejected(),
        super::cancelled(CancelReason::NoOffence),
        closed(),
        Act::ReferralReopened(ReferralReopened { reason: ReopenReason::PersonReturned }),
        rerouted(OTHER_PROVIDER),
        Act::AppointmentRequested(AppointmentRequested {
            at_ms: NOON_MS,
            meeting: Meeting::Assessment,
            slot: None,
        }),
        Act::AppointmentConfirmed(AppointmentConfirmed { request }),
        Act::AppointmentDeclined(AppointmentDeclined { request, reason: DeclineReason::Full }),
        withdrew(),
        transfer_requested(),
        Act::TransferAccepted(TransferAccepted { request, to: OTHER_PROVIDER }),
        Act::TransferDeclined(TransferDeclined { request, reason: "no_capacity".to_owned() }),
        raised(),
        Act::SafeguardingAcknowledged(SafeguardingAcknowledged { raised: OpRef::Own(30) }),
        Act::ProgressReported(ProgressReported { level: Level::L1, delivered: YesNo::Yes, on: day(2) }),
    ]
}

fn outreach() -> Vec<Act> {
    let appointment = OpRef::Own(40);
    vec![
        came_in(),
        Act::WalkInCorrected(WalkInCorrected { field: "name".to_owned(), value: "Marsh, Jo".to_owned() }),
        Act::WalkInClosed(WalkInClosed {
            on: "2026-11-30".parse().expect("a day"),
            reason: Some("not_engaged".to_owned()),
            note: None,
        }),
        contact(ContactWhat::Attempted),
        booked(Meeting::Assessment),
        Act::AppointmentMoved(AppointmentMoved { appointment, at_ms: NOON_MS + 1 }),
        Act::AppointmentCancelled(AppointmentCancelled {
            appointment,
            by: CalledOffBy::Person,
            note: None,
            reason: None,
        }),
        Act::AttendanceRecorded(AttendanceRecorded {
            meeting: Meeting::Session,
            status: Attendance::DidNotAttend,
            minutes: 0,
            at_ms: NOON_MS,
            appointment: Some(appointment),
            note: None,
            reason: None,
        }),
        Act::DetailsLearnt(DetailsLearnt { field: "phone".to_owned(), value: "07700 900000".to_owned() }),
        closing_reason("not_engaged"),
        Act::CreditsCarried(CreditsCarried {
            from: PROVIDER,
            reached: YesNo::Yes,
            assessments: vec![Credit { at_ms: NOON_MS, minutes: 90 }],
            sessions: vec![Credit { at_ms: NOON_MS, minutes: 60 }],
        }),
        Act::NoteAdded(NoteAdded { text: "a note".to_owned() }),
        Act::OutcomeMeasured(OutcomeMeasured {
            instrument: "TOP".to_owned(),
            at: MeasuredAt::Start,
            items: BTreeMap::from([("heroin_days".to_owned(), 4)]),
        }),
    ]
}

/// A subject as an op of a referral names it.
pub(crate) fn named(referral: Uuid, op: OpId) -> SubjectId {
    SubjectId::Named { referral, op }
}

/// Two subjects are one person.
pub(crate) fn linked(op: OpId) -> Act {
    let (one, other) = (named(Uuid::from_u128(1), op), named(Uuid::from_u128(2), op));
    Act::PersonLinked(PersonLinked { one, other, because: persons::Why::SamePerson })
}

fn records() -> Vec<Act> {
    let (one, other, slot) = (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3));
    let user = UserId(Uuid::from_u128(4));
    let op = OpId { device: DeviceId(Uuid::from_u128(5)), seq: 1 };
    vec![
        linked(op),
        Act::PersonSplit(PersonSplit {
            one: named(one, op),
            other: named(other, op),
            because: persons::Why::DifferentPeople,
        }),
        Act::SlotOpened(SlotOpened {
            slot,
            at_ms: NOON_MS,
            minutes: 60,
            meeting: Meeting::Assessment,
            mode: SlotMode::FaceToFace,
            capacity: 1,
            place: None,
        }),
        Act::SlotClosed(SlotClosed { slot, reason: because() }),
        Act::ServiceChanged(ServiceChanged { field: "phone".to_owned(), value: "0118 496 0000".to_owned() }),
        Act::OutcomesReleased(OutcomesReleased {
            instrument: "TOP".to_owned(),
            on: day(4),
            started: 14,
            reviewed: 11,
            items: vec![ReleasedItem { item: "opiates_days".to_owned(), people: 11, before: 200, after: 90 }],
        }),
        Act::ProviderDeactivated(ProviderDeactivated { on: day(3), fallback: Some(OTHER_PROVIDER) }),
        Act::UserChanged(UserChanged { user, org: FORCE, active: YesNo::No }),
        Act::UserRenamed(UserRenamed { user, was: "Ana Bell".to_owned(), name: "Ana Marsh".to_owned() }),
        Act::RoleProposed(RoleProposed { user, role: Role::Supervisor, from_ms: NOON_MS }),
        Act::RoleConfirmed(RoleConfirmed { user, role: Role::Supervisor }),
        Act::DeviceRevoked(DeviceRevoked { device: op.device, reason: RevokeReason::Lost }),
        Act::PolicyPublished(PolicyPublished { policy: policy(), from_ms: NOON_MS }),
        Act::BodyErased(BodyErased {
            stream: stream(sync_core::ids::CompartmentKind::Shared),
            op,
            basis: "person_asked".to_owned(),
        }),
        Act::RecordOpened(RecordOpened {
            record: Record::referral(one),
            purpose: "answering a call".to_owned(),
        }),
    ]
}

fn conflicts() -> Vec<Act> {
    let side = OpId { device: DeviceId(Uuid::from_u128(5)), seq: 1 };
    let (conflict, version) = (Digest::default(), Digest::default());
    vec![
        Act::ConflictRaised(ConflictRaised {
            finding: Finding::Crossed,
            about: "closed_attended".to_owned(),
            sides: vec![side],
            gone: None,
        }),
        Act::ConflictPassedUp(ConflictPassedUp { conflict, version }),
        Act::ConflictSettled(ConflictSettled {
            conflict,
            version,
            choice: Choice::Op(side),
            reason: because(),
        }),
        Act::EntryStruck(EntryStruck { entry: OpRef::Id(side), reason: because(), back: None }),
    ]
}
