//! Results, from what phones pushed to what an admin reads.
//!
//! Does not test how numbers are made of rows: `sync-core` does.

use sync_core::ids::{CompartmentKind, OpId, Record};
use sync_core::referral::act::{ContactWhat, YesNo};
use sync_core::results::{Furthest, Report};

use super::cross_stream::tell;
use super::duties::contact;
use super::persons::{DAY_MS, Told, refer, told};
use super::pipeline::consent;
use super::{NOW_MS, Scheme};
use crate::desk::{Over, Query, Refused};

const FAMILIES: [&str; 12] = [
    "Ahrens", "Brandt", "Conrad", "Dietrich", "Ebert", "Franke", "Gruber", "Hartwig", "Isenberg", "Jansen",
    "Krause", "Lorenz",
];

fn report(scheme: &Scheme, over: Over) -> Report {
    let asked = Query::Results(over, NOW_MS + DAY_MS);
    let answer = scheme.service.query(scheme.admin.user, &asked).expect("it is shown");
    serde_json::from_value(answer).expect("it is a report")
}

fn refer_all(scheme: &mut Scheme, families: &[&str]) -> Vec<(Record, OpId)> {
    let Told { place, provider, .. } = told(scheme);
    let born = |at: usize| format!("19{}-0{}-1{}", 60 + at * 3, 1 + at % 9, at % 10);
    let Scheme { service, officer, .. } = scheme;
    let refer_one = |(at, family): (usize, &&str)| {
        let born = born(at);
        refer(service, officer, &Told { family, born: &born, at_ms: NOW_MS, place, provider })
    };
    families.iter().enumerate().map(refer_one).collect()
}

/// How many got as far as each step, are on the way there, and were lost before it.
fn counts(report: &Report) -> Vec<(Furthest, u64, u64, u64)> {
    let funnel = report.funnel.as_ref().expect("enough people");
    funnel.steps.iter().map(|step| (step.step, step.reached, step.on_the_way, step.lost)).collect()
}

#[test]
fn results_say_how_far_people_got_and_nothing_of_fewer_than_ten() {
    let mut scheme = Scheme::new();
    let mut all = refer_all(&mut scheme, &FAMILIES[..9]);
    let few = report(&scheme, Over::All);
    assert_eq!((few.counted.encounters, few.funnel, few.times, few.gaps), (None, None, None, None));
    assert!(few.equality.iter().all(|table| table.all.is_none()));

    all.extend(refer_all(&mut scheme, &FAMILIES[9..]));
    let provider = scheme.provider;
    let Scheme { service, lead, officer, .. } = &mut scheme;
    // The second request shows that the page is kept: the service has the referrals.
    (0..4).for_each(|_| drop(lead.pull(service)));
    for (record, submitted) in &all[..5] {
        let outreach = record.stream(CompartmentKind::Outreach, provider);
        tell(service, lead, outreach, &[], &[*submitted], &contact(ContactWhat::Reached));
    }
    // One of those who were reached says that nothing is to be told.
    let shared = all[0].0.stream(CompartmentKind::Shared, officer.enrolled.force);
    tell(service, officer, shared, &[], &[], &consent(YesNo::No));

    let found = report(&scheme, Over::All);
    assert_eq!(found.counted.encounters, Some(12));
    let expected = [
        (Furthest::Offered, 11, 0, 0),
        (Furthest::Referred, 11, 0, 0),
        (Furthest::Received, 11, 0, 0),
        (Furthest::Contacted, 4, 7, 0),
        (Furthest::Assessed, 0, 4, 0),
        (Furthest::Completed, 0, 0, 0),
    ];
    assert_eq!(counts(&found), expected);
    let funnel = found.funnel.as_ref().expect("enough people");
    assert_eq!((funnel.not_told, funnel.left_out, funnel.not_offered), (1, 0, 0));
    let times = found.times.as_ref().expect("enough people");
    assert_eq!(
        (times.first_contact.known, times.first_contact.median_ms),
        (4, None),
        "too few to say how long"
    );
    let gaps = found.gaps.as_ref().expect("enough people");
    assert_eq!((gaps.no_check.count, gaps.no_check.of, gaps.re_referrals.count), (12, 12, 0));
}

#[test]
fn results_are_for_admins_and_supervisors() {
    let scheme = Scheme::new();
    let ask = |user| scheme.service.query(user, &Query::Results(Over::All, NOW_MS));
    assert!(ask(scheme.admin.user).is_ok());
    for other in [scheme.officer.user, scheme.lead.user, scheme.worker.user] {
        assert_eq!(ask(other), Err(Refused::NotYours));
    }
}

#[test]
fn somebody_who_is_referred_again_counts_as_referred_before() {
    let mut scheme = Scheme::new();
    refer_all(&mut scheme, &FAMILIES[..10]);
    let Told { place, provider, .. } = told(&scheme);
    let Scheme { service, other_officer, .. } = &mut scheme;
    let again = Told { family: FAMILIES[0], born: "1960-01-10", at_ms: NOW_MS, place, provider };
    refer(service, other_officer, &again);
    let gaps = report(&scheme, Over::Quarter).gaps.expect("enough people");
    assert_eq!((gaps.re_referrals.count, gaps.re_referrals.of), (1, 11));
}

#[test]
fn rows_of_an_older_store_are_made_by_the_beats_of_the_server() {
    let mut scheme = Scheme::new();
    refer_all(&mut scheme, &FAMILIES);
    let before = report(&scheme, Over::All);
    let file = scheme.data.path().join("waymark.sqlite");
    let db = rusqlite::Connection::open(file).expect("the store opens");
    db.execute("UPDATE referrals SET figures = NULL, again_ms = 0", []).expect("it is changed");
    assert_eq!(report(&scheme, Over::All).counted.encounters, None);
    scheme.service.beat(NOW_MS);
    assert_eq!(report(&scheme, Over::All), before);
}
