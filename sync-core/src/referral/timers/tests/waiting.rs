//! What stands on somebody's worklist until they have done it: a service is found, a person is told, a supervisor decides.

use std::collections::BTreeSet;

use super::*;
use crate::policy::PolicyPack;
use crate::referral::person::Reach;
use crate::referral::view::view;

const MONDAY: &str = "2026-02-02T10:00:00Z";
const SERVICE: Uuid = Uuid::from_u128(0xB0);

fn subject(age: u8) -> Value {
    json!({"family": "Beispiel", "given": "Ana", "apparent_age": age})
}

/// A referral of somebody of this age, to a service or to one that is to be found.
fn sent(age: u8, provider: Option<Uuid>) -> Story {
    let opened = json!({"at_ms": at(MONDAY), "route": "street", "subject": subject(age)});
    let mut body = json!({
        "reference": "TVP-0000", "subject": subject(age), "reach": {"phone": "07700 900123", "may": ["text"]},
        "policy": {"id": "thames-valley-2018", "version": 1}, "voluntary": "no",
    });
    if let Some(provider) = provider {
        body["provider"] = json!(provider);
    }
    Story::new(1).and(OFFICER, at(MONDAY), "encounter.opened", opened).and(
        OFFICER,
        at(MONDAY),
        "referral.submitted",
        body,
    )
}

fn turns(story: &Story, timer: Timer) -> Vec<Turn> {
    let all = story.due(Reader::Server, at(MONDAY) + HOUR).into_iter();
    all.filter(|due| due.timer == timer).map(|due| due.turn).collect()
}

fn item(story: &Story, desk: WorklistOf, reader: Reader) -> Option<Item> {
    let states = story.states(reader);
    let referral = Referral {
        record: story.record,
        states: &states,
        seen: &view(&states),
        reader,
        holidays: &[],
        synced_ms: None,
        able: None,
    };
    worklist(&[referral], desk, at(MONDAY) + HOUR).into_iter().next()
}

#[test]
fn a_service_to_be_found_stands_on_the_forces_worklist_at_once() {
    let story = sent(30, None);
    let first = item(&story, WorklistOf::Officer, Reader::Force).expect("it waits");
    assert_eq!((first.first.timer, first.first.state), (Timer::FindService, DueState::Due));
    assert_eq!(first.stage_words, "service to be found");
    assert_eq!(turns(&story, Timer::FindService), [Turn::Police, Turn::Admin]);
    let named = json!({"to": SERVICE, "reason": "named"});
    let named = story.and(OFFICER, at(MONDAY) + HOUR, "referral.rerouted", named);
    assert_eq!(turns(&named, Timer::FindService), []);
    let stage = crate::referral::view::view(&named.states(Reader::Server));
    assert_eq!(stage.stage_words(), "sent, not yet seen by the service");
}

#[test]
fn a_referral_to_a_service_without_people_waits_at_once() {
    let story = sent(30, Some(SERVICE));
    let states = story.states(Reader::Force);
    let waits = |able: Option<&BTreeSet<OrgId>>| {
        let referral = Referral {
            record: story.record,
            states: &states,
            seen: &view(&states),
            reader: Reader::Force,
            holidays: &[],
            synced_ms: None,
            able,
        };
        due(&referral, at(MONDAY)).iter().filter(|due| due.timer == Timer::NoPeople).count()
    };
    assert_eq!(waits(Some(&BTreeSet::new())), 2, "the officer's and an admin's");
    assert_eq!(waits(Some(&[OrgId(SERVICE)].into())), 0);
    assert_eq!(waits(None), 0, "who does not know who works where asks nobody");
}

#[test]
fn another_service_begins_the_waiting_anew() {
    let received = json!({"provider": SERVICE});
    let story = sent(30, Some(SERVICE)).and(SERVER, at(MONDAY), "referral.received", received);
    let stage = |story: &Story| crate::referral::view::view(&story.states(Reader::Server)).stage_words();
    assert_eq!(stage(&story), "received by the service");
    let to = |to: u128| json!({"to": Uuid::from_u128(to), "reason": "named"});
    let elsewhere = story.and(OFFICER, at(MONDAY) + HOUR, "referral.rerouted", to(0xB7));
    assert_eq!(stage(&elsewhere), "sent, not yet seen by the service");
    let back = elsewhere.and(OFFICER, at(MONDAY) + 2 * HOUR, "referral.rerouted", to(0xB0));
    assert_eq!(stage(&back), "sent, not yet seen by the service", "what was seen then is another sending");
}

#[test]
fn when_a_service_rejects_the_police_are_asked_who_tells_the_person() {
    let rejected = json!({"reason": "no_capacity"});
    let story = sent(30, Some(SERVICE)).and(WORKER, at(MONDAY), "referral.rejected", rejected);
    assert_eq!(turns(&story, Timer::Reroute), [Turn::Police, Turn::Admin]);
    let first = item(&story, WorklistOf::Officer, Reader::Force).expect("it waits");
    assert!(first.reason.contains("say who tells the person"), "{}", first.reason);
    let told = story.clone().and(OFFICER, at(MONDAY) + HOUR, "notice.given", json!({"to": "person"}));
    assert_eq!(turns(&told, Timer::Reroute), []);
    let named = json!({"to": Uuid::from_u128(0xB7), "reason": "named"});
    let named = story.and(OFFICER, at(MONDAY) + HOUR, "referral.rerouted", named);
    assert_eq!(turns(&named, Timer::Reroute), []);
}

#[test]
fn the_duty_to_tell_a_guardian_stays_until_it_is_done_or_reasoned() {
    let both = [Timer::TellGuardian, Timer::TellYouthJustice];
    assert_eq!(both.map(|timer| turns(&sent(30, None), timer)), [vec![], vec![]], "an adult");
    let child = sent(16, None);
    assert_eq!(both.map(|timer| turns(&child, timer)), [vec![Turn::Police], vec![Turn::Police]]);
    let told = child.and(OFFICER, at(MONDAY), "notice.given", json!({"to": "youth_justice"}));
    assert_eq!(both.map(|timer| turns(&told, timer)), [vec![Turn::Police], vec![]]);
    let reasoned = json!({"to": "guardian", "not_given": "risk_to_child"});
    let reasoned = told.and(OFFICER, at(MONDAY), "notice.given", reasoned);
    assert_eq!(both.map(|timer| turns(&reasoned, timer)), [vec![], vec![]]);
}

#[test]
fn what_a_supervisor_decides_is_on_their_worklist_and_on_no_officers() {
    let policy = json!({"id": "thames-valley-2018", "version": 1});
    let opened = json!({"at_ms": at(MONDAY), "route": "street", "subject": subject(30)});
    let snapshot = json!({"verdict": "discretion", "policy": policy, "inputs": "00".repeat(32)});
    let asked = Story::new(1).and(OFFICER, at(MONDAY), "encounter.opened", opened).and(
        OFFICER,
        at(MONDAY),
        "eligibility.assessed",
        snapshot,
    );
    let timer = |story: &Story, desk| item(story, desk, Reader::Force).map(|item| item.first.timer);
    assert_eq!(timer(&asked, WorklistOf::Supervisor), Some(Timer::Discretion));
    assert_eq!(timer(&asked, WorklistOf::Officer), None);
    let refused = json!({"grant": "no", "reason": "twice before"});
    let refused = asked.and(OFFICER, at(MONDAY), "discretion.decided", refused);
    assert_eq!(timer(&refused, WorklistOf::Supervisor), None);
    let proposed = json!({"disposal": "investigation", "reason": "did not engage"});
    let proposed = refused.and(OFFICER, at(MONDAY), "disposal.proposed", proposed);
    assert_eq!(timer(&proposed, WorklistOf::Supervisor), Some(Timer::Proposal));
    let applied = json!({"disposal": "investigation"});
    let decided = proposed.and(OFFICER, at(MONDAY) + HOUR, "disposal.applied", applied);
    assert_eq!(timer(&decided, WorklistOf::Supervisor), None);
}

#[test]
fn a_diversion_without_a_crime_reference_waits_for_one() {
    let applied = json!({"disposal": "community_resolution", "outcome": "8"});
    let story = sent(30, Some(SERVICE)).and(OFFICER, at(MONDAY), "disposal.applied", applied);
    assert_eq!(turns(&story, Timer::CrimeReference), [Turn::Police]);
    let crime = |reference: Option<&str>| {
        let mut body = json!({"offence": "92/4"});
        if let Some(reference) = reference {
            body["crime_reference"] = json!(reference);
        }
        body
    };
    let without = story.and(OFFICER, at(MONDAY), "crime.recorded", crime(None));
    assert_eq!(turns(&without, Timer::CrimeReference), [Turn::Police]);
    let with = without.and(OFFICER, at(MONDAY), "crime.recorded", crime(Some("43260000001")));
    assert_eq!(turns(&with, Timer::CrimeReference), []);
}

#[test]
fn what_an_officer_no_longer_reads_still_stands_on_a_supervisors_worklist() {
    let applied = json!({"disposal": "community_resolution", "outcome": "8"});
    let told = |to: &str| json!({"to": to});
    let story = sent(30, Some(SERVICE))
        .and(OFFICER, at(MONDAY), "disposal.applied", applied)
        .and(SERVER, at(MONDAY), "referral.received", json!({"provider": SERVICE}))
        .and(WORKER, at(MONDAY), "referral.accepted", json!({}))
        .and(OFFICER, at(MONDAY), "notice.given", told("person"));
    let states = story.states(Reader::Server);
    let referral = Referral {
        record: story.record,
        states: &states,
        seen: &view(&states),
        reader: Reader::Server,
        holidays: &[],
        synced_ms: None,
        able: None,
    };
    let later = at(MONDAY) + 29 * DAY;
    assert_eq!(officers_read(&referral, later, |_| Some(at(MONDAY))), OfficersRead::NoLonger);
    let states = story.states(Reader::Force);
    let referral = Referral {
        record: story.record,
        states: &states,
        seen: &view(&states),
        reader: Reader::Force,
        holidays: &[],
        synced_ms: None,
        able: None,
    };
    let timers: Vec<Timer> =
        worklist(&[referral], WorklistOf::Supervisor, later).iter().map(|item| item.first.timer).collect();
    assert_eq!(timers, [Timer::CrimeReference]);
}

#[test]
fn a_row_says_who_it_is_how_to_reach_them_and_what_is_safe() {
    let story = sent(30, Some(SERVICE));
    let row = |story: &Story| {
        let states = story.states(Reader::Provider);
        let (synced_ms, reader) = (story.sent_ms(&states), Reader::Provider);
        let referral = Referral {
            record: story.record,
            states: &states,
            seen: &view(&states),
            reader,
            holidays: &[],
            synced_ms,
            able: None,
        };
        worklist(&[referral], WorklistOf::Provider, at(MONDAY) + HOUR).into_iter().next().expect("it waits")
    };
    let known = row(&story);
    assert_eq!(known.name.as_deref(), Some("Ana Beispiel"));
    let phone = known.reach.as_ref().and_then(|reach: &Reach| reach.phone.as_deref());
    assert_eq!(phone, Some("07700 900123"));
    assert_eq!(known.safe, ["no messages on the answering machine", "do not say who is calling"]);
    let days = PolicyPack::thames_valley_2018().timers.accepted_working_days;
    assert_eq!(
        known.due_ms,
        working_days_later_ms(pack_of(&story.states(Reader::Server)).timers.calendar, at(MONDAY), days, &[])
    );
    let raised = json!({"codes": ["overdose_risk"]});
    let withdrawn = story.and(WORKER, at(MONDAY), "person.withdrew", json!({"reason": "not_wanted"})).and(
        OFFICER,
        at(MONDAY),
        "safeguarding.raised",
        raised,
    );
    let known = row(&withdrawn);
    assert_eq!((known.reach, known.safe), (None, vec!["no contact".to_owned()]));
}
