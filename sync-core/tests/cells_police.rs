//! Every state of the offer (E) and of the disposal (D) by every act that could move it, against tables
//! written by hand from the scheme.
//!
//! Does not test the engagement (R): see `cells.rs`.

use crate::common;
use crate::common::examples::{
    answered, assessed, closed, closing_reason, crime, disposed, policy, proposed,
};
use crate::common::{World, accepted, consent, contact, opened, person, submitted_under};
use serde_json::json;
use sync_core::access::Role::{self, Admin, Auditor, Officer, OutreachWorker, ProviderLead, Supervisor};
use sync_core::ids::{CompartmentKind, Digest};
use sync_core::referral::act::{
    Act, Answer, ContactWhat, DiscretionDecided, Disposal, DisposalRescinded, EligibilityAssessed, PolicyRef,
    RescindReason, YesNo,
};
use sync_core::referral::disposal::{Applied, DisposalState};
use sync_core::referral::eligibility::{Rule, Verdict, WhyOutOfScope};
use sync_core::referral::judge::judge;
use sync_core::referral::offer::{Basis, Offer};
use sync_core::stamp::{Disposition, Why};

use Disposal::{Arrest, CommunityResolution, Diversion22, Diversion22Pending, Investigation, NoOffence};

const PEOPLE: [Role; 6] = [Officer, Supervisor, OutreachWorker, ProviderLead, Admin, Auditor];

fn granted(grant: YesNo) -> Act {
    Act::DiscretionDecided(DiscretionDecided { grant, reason: "a reason".to_owned() })
}

fn rescinded() -> Act {
    Act::DisposalRescinded(DisposalRescinded { reason: RescindReason::EnteredInError })
}

fn not_eligible() -> Verdict {
    Verdict::NotEligible { reasons: vec![Rule::Engaged] }
}

/// A world in which the first officer and the first supervisor wrote these acts.
fn world(acts: &[Act]) -> World {
    let mut world = World::default();
    world.tell(&person(Officer, 1), &opened());
    for act in acts {
        let writer = if act.info().roles.contains(&Officer) { Officer } else { Supervisor };
        world.tell(&person(writer, 1), act);
    }
    world
}

fn verdict_of(world: &World, act: &Act, role: Role) -> Disposition {
    // An officer records in their own encounters; the supervisor is another than any who wrote here.
    let author = person(role, if role == Officer { 1 } else { 2 });
    judge(&world.draft(&author, act, CompartmentKind::Police, &world.ids()), &author, &world.knew())
}

// ---------------------------------------------------------------------------------------------- E

/// Each state of the offer, the history that leads there, and what may be decided in it: assess, and grant.
fn offers() -> Vec<(&'static str, Vec<Act>, bool, bool)> {
    let eligible = || assessed(Verdict::Eligible);
    let open = || assessed(Verdict::OfferOpen { until_ms: u64::MAX });
    let ended = |verdict| vec![assessed(verdict)];
    vec![
        ("not_assessed", vec![], true, false),
        ("made", vec![eligible()], false, false),
        ("made", vec![assessed(Verdict::EligibleProvisional)], false, false),
        ("agreed", vec![eligible(), answered(Answer::Yes)], false, false),
        ("declined", vec![eligible(), answered(Answer::No)], false, false),
        ("open", vec![eligible(), answered(Answer::CannotDecideNow)], false, false),
        ("open", vec![open()], false, false),
        ("agreed", vec![open(), answered(Answer::Yes)], false, false),
        ("declined", vec![open(), answered(Answer::No)], false, false),
        ("declined", ended(Verdict::Declined), false, false),
        ("discretion", ended(Verdict::Discretion), false, true),
        ("made", vec![assessed(Verdict::Discretion), granted(YesNo::Yes)], false, false),
        (
            "agreed",
            vec![assessed(Verdict::Discretion), granted(YesNo::Yes), answered(Answer::Yes)],
            false,
            false,
        ),
        ("ended", vec![assessed(Verdict::Discretion), granted(YesNo::No)], false, true),
        ("ended", ended(not_eligible()), false, true),
        ("made", vec![assessed(not_eligible()), granted(YesNo::Yes)], false, false),
        ("ended", ended(Verdict::ArrestRequired), false, false),
        ("ended", ended(Verdict::IdentityNotEstablished), false, false),
        ("ended", ended(Verdict::DefenceRaised), false, false),
        ("ended", ended(Verdict::NotOffered { reason: "unsafe".to_owned() }), false, false),
        ("ended", ended(Verdict::OutOfScope { why: WhyOutOfScope::Supply }), false, false),
        ("ended", ended(Verdict::OutOfScope { why: WhyOutOfScope::NoOffence }), false, false),
        ("ended", ended(Verdict::OutOfScope { why: WhyOutOfScope::UnderTen }), false, false),
    ]
}

fn name_of(offer: &Offer) -> &'static str {
    match offer {
        Offer::NotAssessed => "not_assessed",
        Offer::Ended { .. } => "ended",
        Offer::Discretion => "discretion",
        Offer::Made(_) => "made",
        Offer::Open { .. } => "open",
        Offer::Agreed(_) => "agreed",
        Offer::Declined => "declined",
    }
}

#[test]
fn the_snapshot_is_written_once_and_a_supervisor_who_did_not_refer_may_grant() {
    for (state, history, may_assess, may_grant) in offers() {
        let world = world(&history);
        assert_eq!(name_of(&world.view().offer), state, "{history:?}");
        for role in PEOPLE {
            let assess = verdict_of(&world, &assessed(Verdict::Eligible), role) == Disposition::Accepted;
            assert_eq!(
                assess,
                may_assess && matches!(role, Officer | Supervisor),
                "assess in {state} by {role}"
            );
            let grant = verdict_of(&world, &granted(YesNo::Yes), role) == Disposition::Accepted;
            assert_eq!(grant, may_grant && role == Supervisor, "grant in {state} by {role}, {history:?}");
        }
    }
}

#[test]
fn whoever_referred_grants_themselves_nothing() {
    let mut world = World::default();
    let supervisor = person(Supervisor, 1);
    world.tell(&supervisor, &opened());
    world.tell(&supervisor, &assessed(Verdict::Discretion));
    let op = world.draft(&supervisor, &granted(YesNo::Yes), CompartmentKind::Police, &world.ids());
    assert_eq!(judge(&op, &supervisor, &world.knew()), Disposition::Quarantined(Why::State));
}

#[test]
fn a_yes_after_the_days_of_an_open_offer_counts_until_the_police_have_decided_otherwise() {
    let officer = person(Officer, 1);
    let open = assessed(Verdict::OfferOpen { until_ms: common::NOON_MS });
    let agreed = world(&[open.clone(), answered(Answer::Yes)]);
    assert_eq!(agreed.view().offer, Offer::Agreed(Basis::Rules));
    let divert = |world: &World| {
        let op = world.draft(&officer, &disposed(CommunityResolution), CompartmentKind::Police, &world.ids());
        judge(&op, &officer, &world.knew())
    };
    assert_eq!(divert(&agreed), Disposition::Accepted);
    let decided = world(&[open, disposed(Investigation), answered(Answer::Yes)]);
    assert_eq!(divert(&decided), Disposition::Quarantined(Why::State));
}

/// Invariant 2 of 01-scheme §3: whatever is recorded later, the snapshot stays.
#[test]
fn nothing_that_is_recorded_later_changes_the_snapshot() {
    let before = world(&[assessed(Verdict::Eligible), answered(Answer::Yes)]);
    for act in common::examples::every_kind() {
        let mut world = before.clone();
        let role = act.info().roles[0];
        let disposition = Disposition::Accepted;
        world.write_stamped(&person(role, 1), &act, disposition, &world.ids());
        assert_eq!(world.view().verdict, Some(Verdict::Eligible), "after {}", act.kind());
        assert_ne!(world.view().offer, Offer::NotAssessed, "after {}", act.kind());
    }
}

// ---------------------------------------------------------------------------------------------- D

const ALL: [Disposal; 6] =
    [CommunityResolution, Diversion22Pending, Diversion22, Arrest, Investigation, NoOffence];
const NOTHING: &[Disposal] = &[];
const WITHOUT_A_YES: &[Disposal] = &[Arrest, Investigation, NoOffence];

/// Each state of the disposal, the history that leads there when the person agreed to an offer, what an
/// officer may apply, and whether there is something to rescind.
fn disposals() -> Vec<(&'static str, Vec<Act>, &'static [Disposal], bool)> {
    let one = |disposal| vec![disposed(disposal)];
    vec![
        ("none", vec![], &ALL, false),
        ("crime_recorded", vec![crime(None)], &ALL, false),
        ("crime_recorded", vec![crime(Some("43/1"))], &ALL, false),
        ("community_resolution", one(CommunityResolution), NOTHING, true),
        ("diversion_22_pending", one(Diversion22Pending), &[Diversion22], true),
        ("diversion_22", one(Diversion22), NOTHING, true),
        ("diversion_22", vec![disposed(Diversion22Pending), disposed(Diversion22)], NOTHING, true),
        ("arrest", one(Arrest), NOTHING, true),
        ("investigation", one(Investigation), NOTHING, true),
        ("no_offence", one(NoOffence), NOTHING, true),
        ("finalised", vec![crime(Some("43/1")), disposed(CommunityResolution)], NOTHING, true),
        ("rescinded", vec![disposed(CommunityResolution), rescinded()], &ALL, false),
    ]
}

fn state_name(state: &DisposalState) -> &'static str {
    match state {
        DisposalState::None => "none",
        DisposalState::CrimeRecorded { .. } => "crime_recorded",
        DisposalState::Applied(Applied { disposal, .. }) => match disposal {
            CommunityResolution => "community_resolution",
            Diversion22Pending => "diversion_22_pending",
            Diversion22 => "diversion_22",
            Arrest => "arrest",
            Investigation => "investigation",
            NoOffence => "no_offence",
        },
        DisposalState::Disputed { .. } => "disputed",
        DisposalState::Finalised { .. } => "finalised",
        DisposalState::Rescinded { .. } => "rescinded",
    }
}

fn after_a_yes(acts: &[Act]) -> World {
    let mut history = vec![assessed(Verdict::Eligible), answered(Answer::Yes)];
    history.extend_from_slice(acts);
    world(&history)
}

#[test]
fn every_disposal_in_every_state_by_every_role() {
    for (state, history, may_apply, may_rescind) in disposals() {
        let world = after_a_yes(&history);
        assert_eq!(state_name(&world.view().disposal), state, "{history:?}");
        for role in PEOPLE {
            let force = matches!(role, Officer | Supervisor);
            for disposal in ALL {
                let applies = verdict_of(&world, &disposed(disposal), role) == Disposition::Accepted;
                assert_eq!(
                    applies,
                    force && may_apply.contains(&disposal),
                    "{disposal:?} in {state} by {role}"
                );
            }
            let rescinds = verdict_of(&world, &rescinded(), role) == Disposition::Accepted;
            assert_eq!(rescinds, may_rescind && role == Supervisor, "rescind in {state} by {role}");
        }
    }
}

#[test]
fn without_the_persons_yes_there_is_no_diversion_and_everything_else() {
    for (offer, history, ..) in offers() {
        let world = world(&history);
        for disposal in ALL {
            let applies = verdict_of(&world, &disposed(disposal), Officer) == Disposition::Accepted;
            let expected = offer == "agreed" || WITHOUT_A_YES.contains(&disposal);
            assert_eq!(applies, expected, "{disposal:?} when the offer is {offer}");
        }
    }
}

#[test]
fn arrest_and_community_resolution_for_one_possession_are_disputed_and_neither_is_chosen() {
    let mut world = after_a_yes(&[]);
    let before = world.ids();
    world.write(&person(Officer, 1), &disposed(CommunityResolution), &before);
    world.write(&person(Supervisor, 1), &disposed(Arrest), &before);
    assert_eq!(state_name(&world.view().disposal), "disputed");
    assert_eq!(verdict_of(&world, &disposed(Investigation), Officer), Disposition::Quarantined(Why::State));
}

/// A diversion under a pack that waits for the person, who was reached and did not come.
fn did_not_come(pack: &str) -> World {
    let policy = PolicyRef { id: pack.to_owned(), ..policy() };
    let (verdict, inputs) = (Verdict::Eligible, Digest::default());
    let snapshot = EligibilityAssessed { verdict, policy, inputs, freshness_ms: None, basis: None };
    let pending = disposed(Diversion22Pending);
    let mut world = world(&[Act::EligibilityAssessed(snapshot), answered(Answer::Yes), pending]);
    world.tell(&person(Officer, 1), &consent(YesNo::Yes));
    world.tell(&person(Officer, 1), &submitted_under(pack));
    world.tell(&person(ProviderLead, 1), &accepted());
    world.tell(&person(OutreachWorker, 1), &contact(ContactWhat::Reached));
    world
}

fn close(world: &mut World) {
    world.tell(&person(ProviderLead, 1), &closed());
    world.tell(&person(ProviderLead, 1), &closing_reason("not_engaged"));
}

/// Whether the nth person of a role may decide it now.
fn may(world: &World, act: &Act, role: Role, n: u128) -> bool {
    let author = person(role, n);
    let draft = world.draft(&author, act, CompartmentKind::Police, &world.ids());
    judge(&draft, &author, &world.knew()) == Disposition::Accepted
}

/// A pack that lets the police decide anew after a person did not engage needs four eyes for it.
#[test]
fn a_new_decision_after_a_person_did_not_engage_needs_the_pack_and_four_eyes() {
    let (propose, apply) = (proposed(Investigation), disposed(Investigation));
    let mut world = did_not_come("deferred-contract");
    assert!(!may(&world, &propose, Officer, 1), "the service still tries");
    close(&mut world);
    assert!(!may(&world, &apply, Supervisor, 2), "nobody has proposed it");
    assert!(!may(&world, &proposed(NoOffence), Officer, 1), "that is no new decision");
    assert!(may(&world, &propose, Officer, 1) && may(&world, &propose, Supervisor, 1));
    let mut by_supervisor = world.clone();
    by_supervisor.tell(&person(Supervisor, 2), &propose);
    assert!(!may(&by_supervisor, &apply, Supervisor, 2), "one person is not four eyes");
    assert!(may(&by_supervisor, &apply, Supervisor, 1));
    world.tell(&person(Officer, 1), &propose);
    assert!(may(&world, &apply, Supervisor, 2));
    assert!(!may(&world, &disposed(Arrest), Supervisor, 2), "another thing was proposed");
    assert!(!may(&world, &apply, Officer, 1), "a supervisor decides");
    world.tell(&person(Supervisor, 2), &apply);
    assert_eq!(world.view().disposal.applied().map(|applied| applied.disposal), Some(Investigation));
}

#[test]
fn nothing_follows_from_not_engaging_under_the_seeds_pack() {
    let mut world = did_not_come("thames-valley-2018");
    close(&mut world);
    for role in [Officer, Supervisor] {
        assert!(!may(&world, &proposed(Investigation), role, 1), "{role}");
    }
}

/// Invariant 1 of 01-scheme §3: no provider op, no op of the server and no level moves the disposal.
#[test]
fn nothing_but_a_police_decision_moves_the_disposal() {
    let before = after_a_yes(&[crime(None), disposed(CommunityResolution)]);
    let applied = before.view().disposal;
    for act in common::examples::every_kind() {
        if matches!(act, Act::DisposalApplied(_) | Act::DisposalRescinded(_) | Act::CrimeRecorded(_)) {
            continue;
        }
        let mut world = before.clone();
        world.write_stamped(&person(act.info().roles[0], 1), &act, Disposition::Accepted, &world.ids());
        assert_eq!(world.view().disposal, applied, "after {}", act.kind());
    }
}

#[test]
fn a_provisional_yes_rests_on_what_the_device_knew() {
    let world = world(&[assessed(Verdict::EligibleProvisional), answered(Answer::Yes)]);
    assert_eq!(world.view().offer, Offer::Agreed(Basis::Provisional));
}

#[test]
fn a_code_that_nobody_published_and_the_servers_own_are_kept_aside() {
    let world = world(&[]);
    let named = |kind: &str, body: serde_json::Value| {
        let act = common::act(kind, &body);
        let author = person(Officer, 1);
        let to = act.info().compartments[0];
        judge(&world.draft(&author, &act, to, &world.ids()), &author, &world.knew())
    };
    let check = |channel: &str| {
        named("check.recorded", json!({"check": "pnc", "channel": channel, "result": "nothing_found"}))
    };
    let agreed = |wording: &str, language: &str| {
        let body = json!({"contact": "yes", "feedback": "yes", "wording": wording, "language": language});
        named("consent.recorded", body)
    };
    let aside = Disposition::Quarantined(Why::Reference);
    assert_eq!(check("voice_radio"), Disposition::Accepted);
    assert_eq!(check("server"), aside, "nobody but the server writes the server's channel");
    assert_eq!(agreed("v1", "en"), Disposition::Accepted);
    assert_eq!((agreed("v0", "en"), agreed("v1", "tlh")), (aside, aside));
    assert_eq!(named("crime.recorded", json!({})), Disposition::Accepted, "not known yet");
    assert_eq!(named("crime.recorded", json!({"offence": "theft"})), aside);
}
