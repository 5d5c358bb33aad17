//! What counts while two people disagree, row by row of the table of interim values, and at the end: death,
//! withdrawal, and what the police are told.
//!
//! Does not test how a conflict is settled: see `settling.rs`.

use crate::common::{NOON_MS, World, accepted, act, consent, contact, opened, person, submitted};
use serde_json::{Value, json};
use sync_core::access::Author;
use sync_core::access::Role::{Officer, OutreachWorker, ProviderLead, Server, Supervisor};
use sync_core::ids::CompartmentKind;
use sync_core::referral::act::{Answer, ContactWhat, YesNo};
use sync_core::referral::disposal::DisposalState;
use sync_core::referral::eligibility::{Delivered, Level, Verdict};
use sync_core::referral::engagement::Stage;
use sync_core::referral::interim::INTERIM;
use sync_core::referral::offer::Offer;
use sync_core::referral::rule_inputs::prior_of;
use sync_core::referral::shown::Shown;
use sync_core::referral::view::{Contact, View, view};

/// A referral that the provider has taken on.
fn taken_on(feedback: YesNo) -> World {
    let mut world = World::default();
    world.tell(&person(Officer, 1), &opened());
    world.tell(&person(Officer, 1), &consent(YesNo::Yes));
    let said = json!({"contact": "yes", "feedback": feedback, "wording": "v1", "language": "en"});
    world.tell(&person(Officer, 1), &act("consent.recorded", &said));
    world.tell(&person(Officer, 1), &submitted());
    world.tell(&person(ProviderLead, 1), &accepted());
    world
}

/// Two people write without knowing of each other, in either order of their clocks.
fn apart(kind: &str, one: (&Author, Value), other: (&Author, Value), check: impl Fn(&View)) {
    for clocks in [[1, 2], [2, 1]] {
        let mut world = taken_on(YesNo::Yes);
        let before = world.ids();
        for ((author, body), ms) in [&one, &other].into_iter().zip(clocks) {
            let op = world.write(author, &act(kind, body), &before);
            world.set_clock(op, NOON_MS + 600_000 + ms);
        }
        let seen = world.view();
        assert_eq!(seen.conflicts.len(), 1, "{kind}: {:?}", seen.conflicts);
        check(&seen);
    }
}

#[test]
fn every_register_of_the_table_is_there_once() {
    let mut names: Vec<_> = INTERIM.iter().map(|row| row.register).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), INTERIM.len());
}

#[test]
fn discretion_is_granted_while_one_grants_it_and_another_refuses() {
    let body = |grant| json!({"grant": grant, "reason": "a reason"});
    let (one, other) = (person(Supervisor, 1), person(Supervisor, 2));
    apart("discretion.decided", (&one, body("yes")), (&other, body("no")), |seen| {
        assert_eq!(seen.discretion, Some(YesNo::Yes));
    });
}

#[test]
fn the_possession_is_not_material_while_two_officers_in_the_case_differ() {
    let body = |material| json!({"material": material, "reason": "a reason"});
    let (one, other) = (person(Officer, 1), person(Officer, 2));
    apart("oic.decided", (&one, body("yes")), (&other, body("no")), |seen| {
        assert_eq!(seen.material, Some(YesNo::No));
    });
}

#[test]
fn the_answer_is_yes_while_one_heard_yes_and_another_no() {
    let body = |answer| json!({"answer": answer});
    let (one, other) = (person(Officer, 1), person(Officer, 2));
    apart("offer.answered", (&one, body("yes")), (&other, body("no")), |seen| {
        assert_eq!(seen.answer, Some(Answer::Yes));
    });
    apart("offer.answered", (&one, body("cannot_decide_now")), (&other, body("no")), |seen| {
        assert_eq!(seen.answer, Some(Answer::CannotDecideNow));
    });
}

#[test]
fn two_crime_numbers_or_offences_for_one_referral_are_a_disagreement_and_one_number_twice_is_none() {
    let (one, other) = (person(Officer, 1), person(Officer, 2));
    for field in ["crime_reference", "offence"] {
        let (first, second) = match field {
            "offence" => ("MD71210", "MD71211"),
            _ => ("43260000001", "43260000002"),
        };
        apart("crime.recorded", (&one, json!({field: first})), (&other, json!({field: second})), |seen| {
            assert_eq!(seen.conflicts[0].sides.len(), 2, "{field}: {:?}", seen.conflicts);
        });
        let mut world = taken_on(YesNo::Yes);
        let before = world.ids();
        for author in [&one, &other] {
            world.write(author, &act("crime.recorded", &json!({field: first})), &before);
        }
        assert!(world.view().conflicts.is_empty(), "{field}");
    }
}

#[test]
fn nobody_contacts_while_one_heard_yes_and_another_no() {
    let body = |contact| match contact {
        YesNo::Yes => json!({"contact": "yes", "wording": "v1", "language": "en"}),
        YesNo::No => json!({"contact": "no"}),
    };
    let (one, other) = (person(Officer, 1), person(Officer, 2));
    apart("consent.recorded", (&one, body(YesNo::Yes)), (&other, body(YesNo::No)), |seen| {
        assert_eq!(seen.contact, Contact::Stopped);
    });
}

#[test]
fn the_reason_to_close_that_counts_least_against_the_person_counts() {
    let body = |reason| json!({"reason": reason});
    let (one, other) = (person(ProviderLead, 1), person(ProviderLead, 2));
    for (better, worse) in
        [("in_custody", "not_engaged"), ("moved_away", "deceased"), ("no_contact", "partial")]
    {
        apart("closing.reason", (&one, body(better)), (&other, body(worse)), |_| {});
        let mut world = taken_on(YesNo::Yes);
        let before = world.ids();
        world.write(&one, &act("closing.reason", &body(worse)), &before);
        world.write(&other, &act("closing.reason", &body(better)), &before);
        world.tell(&one, &act("referral.closed", &json!({"on": "2026-06-01"})));
        assert_eq!(world.view().engagement.reason.as_deref(), Some(better));
    }
}

#[test]
fn the_most_favourable_snapshot_counts_and_a_settlement_only_selects_one() {
    let body = |verdict: &Verdict| {
        let policy = json!({"id": "thames-valley-2018", "version": 1});
        json!({"verdict": verdict, "policy": policy, "inputs": sync_core::ids::Digest::default()})
    };
    let (one, other) = (person(Officer, 1), person(Officer, 2));
    let pairs = [
        (Verdict::EligibleProvisional, Verdict::OfferOpen { until_ms: 5 }),
        (Verdict::OfferOpen { until_ms: 5 }, Verdict::OfferOpen { until_ms: 4 }),
        (Verdict::Declined, Verdict::Discretion),
        (Verdict::DefenceRaised, Verdict::ArrestRequired),
    ];
    for (better, worse) in pairs {
        apart("eligibility.assessed", (&one, body(&better)), (&other, body(&worse)), |seen| {
            assert_eq!(seen.verdict.as_ref(), Some(&better));
            assert!(!seen.conflicts[0].takes(&json!("eligible")));
        });
    }
}

#[test]
fn nothing_was_decided_while_one_takes_back_what_another_puts_in_its_place() {
    let mut world = taken_on(YesNo::Yes);
    let pending = json!({"disposal": "diversion_22_pending"});
    world.tell(&person(Officer, 1), &act("disposal.applied", &pending));
    let before = world.ids();
    let rescinded = act("disposal.rescinded", &json!({"reason": "wrong_person"}));
    world.write(&person(Supervisor, 1), &rescinded, &before);
    world.write(&person(Officer, 2), &act("disposal.applied", &json!({"disposal": "arrest"})), &before);
    let DisposalState::Disputed { between, rescinded } = world.view().disposal else { panic!("it is open") };
    assert_eq!((between.len(), rescinded), (1, YesNo::Yes));
    assert_eq!(world.view().conflicts.len(), 1);
}

fn of_force(world: &World) -> View {
    view(&[world.state(CompartmentKind::Police), world.state(CompartmentKind::Shared)])
}

fn of_service(world: &World) -> View {
    view(&[world.state(CompartmentKind::Shared), world.state(CompartmentKind::Outreach)])
}

fn close(world: &mut World, died: Option<YesNo>) {
    let mut body = json!({"on": "2026-06-01"});
    if let Some(died) = died {
        body["died"] = json!(died);
    }
    world.tell(&person(ProviderLead, 1), &act("referral.closed", &body));
}

#[test]
fn after_a_no_to_feedback_the_police_read_that_it_is_closed_and_nothing_of_how_far() {
    let mut world = taken_on(YesNo::Yes);
    world.tell(&person(OutreachWorker, 1), &contact(ContactWhat::Reached));
    let report = json!({"level": 3, "delivered": "yes", "on": "2026-06-01"});
    let report = act("progress.reported", &report);
    world.tell(&person(Server, 1), &report);
    assert_eq!(of_force(&world).engagement.level, Some(Level::L3));
    let no = json!({"contact": "yes", "feedback": "no", "wording": "v1", "language": "en"});
    world.tell(&person(OutreachWorker, 1), &act("consent.recorded", &no));
    close(&mut world, None);
    let told = of_force(&world).engagement;
    assert_eq!(told.stage, Stage::ClosedNotTold);
    assert_eq!(
        (told.level, told.sessions, told.reported, told.delivered, told.reason),
        (None, None, None, None, None)
    );
    let states = [world.state(CompartmentKind::Police), world.state(CompartmentKind::Shared)];
    let body: Value = serde_json::from_str(&report.body()).expect("it is JSON");
    assert_eq!(
        Shown::of(&states).body("progress.reported", body),
        Value::Null,
        "nor does the history say it"
    );
    assert_eq!(of_service(&world).engagement.level, Some(Level::L1), "the service knows what it did");
    let all: Vec<_> = CompartmentKind::ALL.iter().map(|kind| world.state(*kind)).collect();
    let prior = prior_of(uuid::Uuid::from_u128(0x7EF), &all).expect("it was submitted");
    assert_eq!((prior.level, prior.delivered), (Level::L0, Delivered::Unknown), "nor does a verdict tell it");
}

#[test]
fn a_death_is_told_as_death_whatever_was_agreed_and_stops_contact() {
    for feedback in [YesNo::Yes, YesNo::No] {
        let mut world = taken_on(feedback);
        world.tell(&person(OutreachWorker, 1), &contact(ContactWhat::Reached));
        close(&mut world, Some(YesNo::Yes));
        for seen in [of_force(&world), of_service(&world), world.view()] {
            assert_eq!((seen.engagement.stage, seen.contact), (Stage::Deceased, Contact::Stopped));
            assert_eq!(seen.engagement.reason.as_deref(), Some("deceased"));
        }
        let reopened = act("referral.reopened", &json!({"reason": "closed_in_error"}));
        world.tell(&person(ProviderLead, 1), &reopened);
        assert_eq!(of_service(&world).engagement.stage, Stage::Contacted, "a mistake has its way back");
        assert_eq!(of_service(&world).contact, Contact::Allowed);
    }
}

#[test]
fn one_who_withdrew_and_comes_to_everything_has_completed_it_while_contact_stays_stopped() {
    let mut world = taken_on(YesNo::Yes);
    world.tell(&person(Officer, 1), &act("person.withdrew", &json!({"reason": "not_wanted"})));
    assert_eq!(of_service(&world).engagement.stage, Stage::Withdrawn);
    assert_eq!((of_service(&world).contact, of_service(&world).reach), (Contact::Stopped, None));
    assert!(of_force(&world).reach.is_some(), "the officer had it from the person");
    let meetings = ["assessment", "session", "session", "session"];
    for (hours, meeting) in (1_u64..).zip(meetings) {
        let at_ms = NOON_MS + hours * 3_600_000;
        let body = json!({"meeting": meeting, "status": "attended", "minutes": 60, "at_ms": at_ms});
        world.tell(&person(OutreachWorker, 1), &act("attendance.recorded", &body));
    }
    let seen = of_service(&world);
    assert_eq!((seen.engagement.stage, seen.contact), (Stage::Completed, Contact::Stopped));
    let agreed = json!({"contact": "yes", "wording": "v1", "language": "en"});
    world.tell(&person(OutreachWorker, 1), &act("consent.recorded", &agreed));
    let seen = of_service(&world);
    assert_eq!((seen.engagement.stage, seen.contact), (Stage::Completed, Contact::Allowed));
    assert!(seen.reach.is_some());
    assert!(matches!(seen.offer, Offer::NotAssessed));
}
