//! A provider that is disabled with referrals in flight.
//!
//! Does not test who may disable one: see [`super::rights`].

use serde_json::Value;
use sync_core::ids::{CompartmentKind, OrgId};
use sync_core::referral::act::{Act, Meeting, ReferralAccepted, SubjectAmended, YesNo};
use sync_core::referral::engagement::Stage;

use super::cross_stream::{attended, last_of, seen_by, taken_on, tell};
use super::phone::new_record;
use super::pipeline::{agreed, consent, shared, submitted};
use super::{NOW_MS, Scheme};
use crate::desk::{Command, NewProvider, Refused};
use crate::verify;

fn disable(scheme: &Scheme, fallback: bool) -> Result<Value, Refused> {
    let fallback = fallback.then_some(scheme.other_provider);
    let command = Command::DisableProvider(scheme.provider, fallback);
    scheme.service.command(scheme.admin.user, command, NOW_MS + 120_000)
}

#[test]
fn c14_what_goes_on_at_a_disabled_provider_goes_to_its_fallback_and_late_work_counts() {
    let mut scheme = Scheme::new();
    let taken = taken_on(&mut scheme);
    let visit = attended(Meeting::Assessment);
    let visit = scheme.worker.record_raw(taken.outreach, &[], &[taken.accepted], visit.kind(), &visit.body());
    let disabled = disable(&scheme, true).expect("it is done");
    assert_eq!((&disabled["state"], &disabled["in_flight"]), (&"disabled".into(), &0.into()));

    let Scheme { service, worker, other_lead, other_provider, officer, .. } = &mut scheme;
    let (theirs, histories) = seen_by(other_lead, service, taken.record);
    assert_eq!(theirs.providers, [*other_provider]);
    assert_eq!(theirs.engagement.stage, Stage::Submitted, "the new lead is asked");
    let rerouted = last_of(&histories, "referral.rerouted").expect("the server wrote it");
    worker.push(service, visit.seq).expect("it is stored");
    let accept = Act::ReferralAccepted(ReferralAccepted {});
    tell(service, other_lead, taken.shared, &[rerouted], &[], &accept);
    let (theirs, histories) = seen_by(other_lead, service, taken.record);
    assert_eq!(theirs.engagement.stage, Stage::Assessed, "what was done elsewhere counts");
    assert!(last_of(&histories, "attendance.recorded").is_none(), "as credits, not as entries");
    let (of_officer, _) = seen_by(officer, service, taken.record);
    assert_eq!((of_officer.conflicts.len(), of_officer.engagement.delivered), (0, Some(YesNo::Yes)));
    assert_eq!(verify(scheme.data.path()).map(|report| report.first_fault), Ok(None));
}

#[test]
fn c14_without_a_fallback_it_waits_until_an_admin_names_one() {
    let mut scheme = Scheme::new();
    let taken = taken_on(&mut scheme);
    assert_eq!(disable(&scheme, false).expect("it is done")["in_flight"], 1);
    let of_lead = |scheme: &mut Scheme| seen_by(&mut scheme.lead, &scheme.service, taken.record).0;
    assert_eq!(of_lead(&mut scheme).engagement.stage, Stage::Accepted, "nothing counts against the person");
    assert_eq!(disable(&scheme, true).expect("it is done")["in_flight"], 0);
    let (theirs, _) = seen_by(&mut scheme.other_lead, &scheme.service, taken.record);
    assert_eq!(theirs.providers, [scheme.other_provider]);
    let own = Command::DisableProvider(scheme.other_provider, Some(scheme.provider));
    let refused = scheme.service.command(scheme.admin.user, own, NOW_MS + 120_000);
    assert_eq!(refused, Err(Refused::Field("fallback")), "one that is disabled takes nothing over");
}

#[test]
fn c14_a_fallback_for_other_ages_takes_nobody_over_unasked() {
    let mut scheme = Scheme::new();
    let taken = taken_on(&mut scheme);
    let born = SubjectAmended { field: "born".to_owned(), value: "1987-04-12".to_owned() };
    tell(&scheme.service, &mut scheme.officer, taken.shared, &[], &[], &Act::SubjectAmended(born));
    let young = NewProvider { ages: "0-9".parse().expect("a range"), ..NewProvider::of("Children") };
    let command = |command| scheme.service.command(scheme.admin.user, command, NOW_MS + 120_000);
    let added = command(Command::AddProvider(young)).expect("it is added");
    let young = added["provider"].as_str().and_then(|id| id.parse().ok()).map(OrgId).expect("an id");
    let disabled = command(Command::DisableProvider(scheme.provider, Some(young))).expect("it is done");
    assert_eq!(disabled["in_flight"], 1, "an admin names a service");
    let (seen, _) = seen_by(&mut scheme.officer, &scheme.service, taken.record);
    assert_eq!(seen.providers, [scheme.provider]);
}

#[test]
fn c14_who_refers_to_it_without_signal_is_rerouted_on_arrival() {
    let mut scheme = Scheme::new();
    let record = new_record();
    agreed(&mut scheme, record);
    let stream = shared(&scheme, record);
    scheme.officer.record(stream, &[], &consent(YesNo::Yes));
    let act = submitted(&scheme, YesNo::No);
    scheme.officer.record(stream, &[], &act);
    disable(&scheme, true).expect("it is done");
    scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    let (theirs, _) = seen_by(&mut scheme.other_lead, &scheme.service, record);
    assert_eq!((theirs.providers, theirs.engagement.stage), (vec![scheme.other_provider], Stage::Submitted));
    assert_eq!(stream.kind(), CompartmentKind::Shared);
}
