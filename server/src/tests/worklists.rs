//! Worklists at a desk: the store orders them as the core would, in parts that together are the whole.
//!
//! Does not test what is due: `sync-core` does.

use serde_json::Value;
use sync_core::referral::act::YesNo;

use super::persons::{self, Told, told};
use super::phone::Phone;
use super::{NOW_MS, Scheme};
use crate::desk::{Query, WorklistWanted};

const DAY_MS: u64 = 86_400_000;

/// A scheme with seven referrals, an hour apart; one of them is taken on.
fn seven() -> Scheme {
    let mut scheme = Scheme::new();
    for number in 0..7 {
        let Told { at_ms, place, provider, .. } = told(&scheme);
        let (family, born) = (&*format!("Person{number}"), &*format!("198{number}-01-01"));
        let somebody = Told { family, born, at_ms: at_ms - number * 3_600_000, place, provider };
        let Scheme { service, officer, .. } = &mut scheme;
        persons::refer(service, officer, &somebody);
    }
    scheme
}

fn listed(scheme: &Scheme, phone: &Phone, wanted: WorklistWanted) -> Value {
    scheme.service.query(phone.user, &Query::Worklist(wanted)).expect("it is answered")
}

fn records(answer: &Value) -> Vec<String> {
    let rows = answer["worklist"].as_array().expect("a list").iter();
    rows.map(|row| row["record"].as_str().expect("an id").to_owned()).collect()
}

/// How urgent an item says that it is.
fn urgency(item: &Value) -> (u8, u64, String) {
    let rank = match (item["first"]["timer"].as_str(), item["first"]["state"].as_str()) {
        (Some("safeguarding"), _) => 0,
        (Some("crime_reference" | "offence"), Some("due" | "overdue")) => 2,
        (_, Some("due" | "overdue")) => 1,
        (Some("crime_reference" | "offence"), _) => 4,
        _ => 3,
    };
    (rank, item["due_ms"].as_u64().expect("a time"), item["record"].as_str().expect("an id").to_owned())
}

#[test]
fn the_most_urgent_come_first_at_every_time_and_for_every_desk() {
    let scheme = seven();
    for phone in [&scheme.lead, &scheme.worker, &scheme.admin, &scheme.officer] {
        for days in [0, 1, 2, 5, 40] {
            let answer = listed(&scheme, phone, WorklistWanted::whole(NOW_MS + days * DAY_MS));
            let items = answer["worklist"].as_array().expect("a list");
            assert_eq!(answer["count"], items.len());
            let order: Vec<_> = items.iter().map(urgency).collect();
            assert!(order.is_sorted(), "after {days} days: {order:?}");
        }
    }
    assert_eq!(records(&listed(&scheme, &scheme.lead, WorklistWanted::whole(NOW_MS))).len(), 7);
    let late = WorklistWanted::whole(NOW_MS + 40 * DAY_MS);
    assert_eq!(records(&listed(&scheme, &scheme.admin, late)).len(), 7, "nobody answered");
}

#[test]
fn parts_of_a_list_are_the_whole_list() {
    let scheme = seven();
    let whole = WorklistWanted::whole(NOW_MS + DAY_MS);
    let all = listed(&scheme, &scheme.lead, whole);
    let mut parts = Vec::new();
    for from in [0, 3, 6, 9] {
        let part = listed(&scheme, &scheme.lead, WorklistWanted { from, most: Some(3), ..whole });
        assert_eq!(part["count"], 7);
        parts.extend(records(&part));
    }
    assert_eq!(parts, records(&all));
    let new = listed(&scheme, &scheme.lead, WorklistWanted { only_new: YesNo::Yes, ..whole });
    assert_eq!(records(&new), records(&all), "all of them wait for an answer");
}

#[test]
fn rows_that_are_still_to_be_computed_are_listed_as_before() {
    let scheme = seven();
    let whole = WorklistWanted::whole(NOW_MS + DAY_MS);
    let before = listed(&scheme, &scheme.lead, whole);
    scheme.service.service.store.write_now(|tx| tx.compute_lists_again()).expect("it is written");
    assert_eq!(listed(&scheme, &scheme.lead, whole), before, "they are folded");
    scheme.service.beat(NOW_MS + 1);
    assert_eq!(listed(&scheme, &scheme.lead, whole), before, "they are computed");
}
