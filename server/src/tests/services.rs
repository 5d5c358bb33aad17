//! What people hear of a service: who has seen a referral, where nobody can, and who names another.

use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::ids::{OrgId, Record};
use sync_core::referral::act::{Act, ReferralSubmitted, YesNo};
use sync_core::referral::engagement::Stage;
use sync_core::referral::view::View;
use sync_core::sync::enrolment::Bundle;

use super::cross_stream::seen_by;
use super::live::Live;
use super::phone::{Phone, new_record, try_code};
use super::pipeline::{encounter, police, shared, submitted};
use super::{NOW_MS, Scheme};
use crate::desk::{Assignment, Command, Override, Page, ProviderChange, Query, Refused, WorklistWanted};
use crate::store::people::{EndReason, RevokeReason};

/// A voluntary referral, to a service or to one that is to be found.
fn refer(scheme: &mut Scheme, to: Option<OrgId>) -> Record {
    let (record, from) = (new_record(), scheme.officer.log.len() as u64 + 1);
    scheme.officer.record(police(scheme, record), &[], &encounter());
    let Act::ReferralSubmitted(mut body) = submitted(scheme, YesNo::Yes) else {
        panic!("it is a submission")
    };
    body.subject.apparent_age = Some(30);
    let act = Act::ReferralSubmitted(ReferralSubmitted { provider: to, ..body });
    scheme.officer.record(shared(scheme, record), &[], &act);
    scheme.officer.push(&scheme.service, from).expect("it is accepted");
    record
}

/// As an admin's desk shows it.
fn seen(scheme: &Scheme, record: Record) -> Value {
    scheme.service.query(scheme.admin.user, &Query::Referral(record.id)).unwrap_or(Value::Null)
}

/// As the server holds it, voluntary or not.
fn stage(scheme: &Scheme, record: Record) -> Stage {
    let states = scheme.service.service.store.read_now(|read| {
        Ok(crate::reconcile::Ops::new(crate::store::Reads::ops_of_record(read, record)?).states())
    });
    let view: View = sync_core::referral::view::view(&states.expect("the store is read"));
    view.engagement.stage
}

/// What waits for somebody: why, and where the referral stands.
fn worklist(scheme: &Scheme, phone: &Phone) -> Vec<(String, String)> {
    let answer = scheme
        .service
        .query(phone.user, &Query::Worklist(WorklistWanted::whole(NOW_MS + 120_000)))
        .expect("it is answered");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let rows = answer["worklist"].as_array().expect("a list").iter();
    rows.map(|row| (text(&row["first"]["timer"]), text(&row["stage_words"]))).collect()
}

fn one(timer: &str, stage: &str) -> Vec<(String, String)> {
    vec![(timer.to_owned(), stage.to_owned())]
}

const UNSEEN: &str = "sent, not yet seen by the service";

#[test]
fn it_is_received_when_the_next_request_of_a_worker_or_a_lead_shows_the_page() {
    for role in [Role::OutreachWorker, Role::ProviderLead] {
        let mut scheme = Scheme::new();
        let to = scheme.provider;
        let record = refer(&mut scheme, Some(to));
        let Scheme { service, lead, worker, other_lead, .. } = &mut scheme;
        for _ in 0..3 {
            other_lead.pull(service);
        }
        let phone = if role == Role::ProviderLead { lead } else { worker };
        phone.pull(service);
        assert_eq!(stage(&scheme, record), Stage::Submitted, "the page may never have arrived");
        let Scheme { service, lead, worker, .. } = &mut scheme;
        let phone = if role == Role::ProviderLead { lead } else { worker };
        phone.pull(service);
        assert_eq!(stage(&scheme, record), Stage::Received, "{role}");
    }
}

#[test]
fn a_request_of_a_phone_that_was_taken_out_of_use_receives_nothing() {
    let mut scheme = Scheme::new();
    let to = scheme.provider;
    let record = refer(&mut scheme, Some(to));
    scheme.worker.pull(&scheme.service);
    let revoke = Command::RevokeDevice(scheme.worker.device, RevokeReason::Lost);
    scheme.service.command(scheme.admin.user, revoke, NOW_MS).expect("it is revoked");
    scheme.worker.pull(&scheme.service);
    assert_eq!(stage(&scheme, record), Stage::Submitted);
}

#[test]
fn a_service_that_gets_it_later_receives_it_anew() {
    let mut scheme = Scheme::new();
    let to = scheme.provider;
    let record = refer(&mut scheme, Some(to));
    scheme.lead.pull(&scheme.service);
    scheme.lead.pull(&scheme.service);
    assert_eq!(stage(&scheme, record), Stage::Received);
    let disable = Command::DisableProvider(scheme.provider, Some(scheme.other_provider));
    scheme.service.command(scheme.admin.user, disable, NOW_MS + 60_000).expect("it is done");
    assert_eq!(stage(&scheme, record), Stage::Submitted, "the other service has not seen it");
    scheme.other_lead.pull(&scheme.service);
    scheme.other_lead.pull(&scheme.service);
    assert_eq!(stage(&scheme, record), Stage::Received);
}

#[test]
fn a_voluntary_referral_is_kept_from_the_force_once_somebody_at_the_service_has_it() {
    let mut scheme = Scheme::new();
    let to = scheme.provider;
    let record = refer(&mut scheme, Some(to));
    assert_eq!(seen(&scheme, record)["stage"], "submitted");
    scheme.lead.pull(&scheme.service);
    assert_eq!(seen(&scheme, record)["stage"], "submitted");
    scheme.lead.pull(&scheme.service);
    assert_eq!(seen(&scheme, record)["stage"], "not_submitted", "the force reads `shared` no longer");
}

#[test]
fn what_a_leads_desk_shows_is_received() {
    let mut scheme = Scheme::new();
    let to = scheme.provider;
    let record = refer(&mut scheme, Some(to));
    let live = Live::over(scheme);
    let path = format!("/v1/referrals/{}", record.id);
    assert_eq!(live.get(&live.admin, &path).body["stage"], "submitted");
    assert_eq!(live.get(&live.lead, &path).body["stage"], "submitted", "as it was when it was asked for");
    assert_eq!(live.get(&live.lead, &path).body["stage"], "received");
}

#[test]
fn a_service_to_be_found_waits_for_the_force_and_an_admin_names_one() {
    let mut scheme = Scheme::new();
    let record = refer(&mut scheme, None);
    assert_eq!(worklist(&scheme, &scheme.admin), one("find_service", "service to be found"));
    assert_eq!(worklist(&scheme, &scheme.officer), one("find_service", "service to be found"));
    let assign = |who: &Phone, to| {
        let asked = Assignment { to, overriding: None };
        scheme.service.command(who.user, Command::Assign(record.id, asked), NOW_MS + 60_000)
    };
    assert_eq!(assign(&scheme.lead, scheme.provider), Err(Refused::NotYours));
    assert_eq!(assign(&scheme.other_officer, scheme.provider), Err(Refused::NotFound), "not hers");
    assert_eq!(assign(&scheme.admin, scheme.officer.enrolled.force), Err(Refused::Field("to")));
    assign(&scheme.admin, scheme.provider).expect("it is named");
    assert_eq!(seen(&scheme, record)["providers"], json!([scheme.provider]));
    assert_eq!(worklist(&scheme, &scheme.admin), []);
    let (theirs, _) = seen_by(&mut scheme.lead, &scheme.service, record);
    assert_eq!((theirs.providers, theirs.engagement.stage), (vec![scheme.provider], Stage::Submitted));
}

/// A supervisor who has a phone.
fn supervisor(scheme: &Scheme) -> Phone {
    let org = scheme.officer.enrolled.force;
    let added = scheme.takes_in("Supervisor", Role::Supervisor, org);
    try_code(&scheme.service, added["code"].as_str().expect("a code"), NOW_MS).expect("the code counts")
}

#[test]
fn what_waits_for_an_officer_who_is_disabled_stands_on_the_supervisors_worklist() {
    let mut scheme = Scheme::new();
    refer(&mut scheme, None);
    let supervisor = supervisor(&scheme);
    let disable = Command::DisableUser(scheme.officer.user, EndReason::Left);
    scheme.service.command(scheme.admin.user, disable, NOW_MS).expect("it is done");
    assert_eq!(worklist(&scheme, &supervisor), one("find_service", "service to be found"));
}

#[test]
fn a_supervisor_names_the_service_at_a_desk_and_the_officer_sees_it() {
    let mut scheme = Scheme::new();
    let record = refer(&mut scheme, None);
    let supervisor = supervisor(&scheme);
    assert_eq!(worklist(&scheme, &supervisor), one("find_service", "service to be found"));
    let asked = Assignment { to: scheme.provider, overriding: None };
    scheme.service.command(supervisor.user, Command::Assign(record.id, asked), NOW_MS).expect("it is named");
    let (of_officer, _) = seen_by(&mut scheme.officer, &scheme.service, record);
    assert_eq!((of_officer.providers.clone(), of_officer.stage_words()), (vec![scheme.provider], UNSEEN));
}

#[test]
fn a_service_for_other_ages_is_named_with_a_reason_only() {
    let mut scheme = Scheme::new();
    let record = refer(&mut scheme, None);
    let ages = Some("60-".parse().expect("a range"));
    let change =
        Command::ChangeProvider(scheme.provider, ProviderChange { ages, ..ProviderChange::default() });
    scheme.service.command(scheme.admin.user, change, NOW_MS).expect("it is changed");
    let assign = |reason: Option<&str>| {
        let overriding = reason.map(|reason| Override { reason: reason.to_owned() });
        let asked = Assignment { to: scheme.provider, overriding };
        scheme.service.command(scheme.admin.user, Command::Assign(record.id, asked), NOW_MS)
    };
    assert!(matches!(assign(None), Err(Refused::NotAllowed(_))));
    assert_eq!(assign(Some(" ")), Err(Refused::Field("override.reason")));
    assign(Some("they know her")).expect("it is named");
}

#[test]
fn a_service_without_people_and_one_that_is_closed_stand_on_the_admins_list_the_same_day() {
    let mut scheme = Scheme::new();
    let (one_of, other) = (scheme.provider, scheme.other_provider);
    refer(&mut scheme, Some(one_of));
    refer(&mut scheme, Some(other));
    assert_eq!(worklist(&scheme, &scheme.admin), []);
    for user in [scheme.lead.user, scheme.worker.user] {
        let disable = Command::DisableUser(user, EndReason::Left);
        scheme.service.command(scheme.admin.user, disable, NOW_MS + 60_000).expect("it is done");
    }
    assert_eq!(worklist(&scheme, &scheme.admin), one("no_people", UNSEEN));
    assert_eq!(worklist(&scheme, &scheme.officer), one("no_people", UNSEEN));
    let close = Command::DisableProvider(scheme.other_provider, None);
    scheme.service.command(scheme.admin.user, close, NOW_MS + 60_000).expect("it is closed");
    assert_eq!(
        worklist(&scheme, &scheme.admin),
        [one("no_people", UNSEEN), one("no_people", UNSEEN)].concat()
    );
}

#[test]
fn phones_hear_when_a_service_has_nobody_left_and_what_is_said_of_it_anew() {
    let mut scheme = Scheme::new();
    let provider = scheme.provider;
    scheme.officer.look_ups(&scheme.service);
    let of = |bundle: &Bundle| {
        bundle.providers.iter().find(|known| known.id == provider).cloned().expect("it is there")
    };
    assert_eq!(
        of(&scheme.officer.enrolled.reference).staffed,
        YesNo::Yes,
        "{:?}",
        scheme.officer.enrolled.reference
    );
    let deed = |scheme: &Scheme, command| scheme.service.command(scheme.admin.user, command, NOW_MS);
    deed(&scheme, Command::DisableUser(scheme.worker.user, EndReason::Left)).expect("it is done");
    assert_eq!(scheme.officer.look_ups(&scheme.service), None, "the lead is still there");
    deed(&scheme, Command::DisableUser(scheme.lead.user, EndReason::Left)).expect("it is done");
    let bundle = scheme.officer.look_ups(&scheme.service).expect("phones are told");
    assert_eq!(of(&bundle).staffed, YesNo::No);
    let change = ProviderChange {
        telephone: Some("01632 960123".to_owned()),
        hours: Some("Monday to Friday, 9 to 5".to_owned()),
        areas: Some(vec!["West".to_owned(), "Newbury".to_owned()]),
        ages: Some("10-25".parse().expect("a range")),
        ..ProviderChange::default()
    };
    deed(&scheme, Command::ChangeProvider(provider, change)).expect("it is changed");
    let known = of(&scheme.officer.look_ups(&scheme.service).expect("phones are told"));
    assert_eq!((known.name.as_str(), known.telephone.as_str()), ("Provider", "01632 960123"));
    assert_eq!(
        (known.areas, known.ages.to_string()),
        (vec!["West".to_owned(), "Newbury".to_owned()], "10-25".to_owned())
    );
}

#[test]
fn what_cannot_be_right_of_a_service_is_not_taken() {
    let scheme = Scheme::new();
    let refused = |change: Value| {
        let change: ProviderChange = serde_json::from_value(change).expect("it is a change");
        scheme.service.command(scheme.admin.user, Command::ChangeProvider(scheme.provider, change), NOW_MS)
    };
    for (change, field) in [
        (json!({"name": " "}), "name"),
        (json!({"telephone": "ask at the desk"}), "telephone"),
        (json!({"telephone": "12"}), "telephone"),
        (json!({"hours": "9\u{0}5"}), "hours"),
        (json!({"areas": ["West", " west "]}), "areas"),
        (json!({"areas": [""]}), "areas"),
        (json!({"ages": {"from": 25, "to": 10}}), "ages"),
    ] {
        assert_eq!(refused(change.clone()), Err(Refused::Field(field)), "{change}");
    }
    let change = Command::ChangeProvider(scheme.provider, ProviderChange::default());
    assert_eq!(scheme.service.command(scheme.lead.user, change, NOW_MS), Err(Refused::NotYours));
    let listed = scheme.service.query(scheme.admin.user, &Query::Providers(Page::default())).expect("a list");
    assert_eq!(listed["providers"].as_array().map(Vec::len), Some(2));
}
