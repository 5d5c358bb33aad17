//! An old record of somebody who was met again, and an admin who says that they are two.
//!
//! Does not test what is kept longer or erased otherwise: see `web::held`.

use sync_core::ids::CompartmentKind;
use sync_core::persons::Tie;

use super::persons::{DAY_MS, Told, refer, subject, told};
use super::{NOW_MS, Scheme};
use crate::desk::{Command, Erasure, Page, Query, Refused, Tied};

const YEAR_MS: u64 = 366 * DAY_MS;
const NOT_DUE: Refused = Refused::NotAllowed("it is not due for review yet");

#[test]
fn splitting_a_person_makes_no_old_record_due_before_the_split_is_as_old() {
    let mut scheme = Scheme::new();
    let (first, later) = (told(&scheme), Told { at_ms: NOW_MS + 5 * YEAR_MS, ..told(&scheme) });
    let Scheme { service, officer, other_officer, admin, .. } = &mut scheme;
    let (old, old_op) = refer(service, officer, &first);
    let (new, new_op) = super::persons::refer_at(service, other_officer, &later, NOW_MS + 5 * YEAR_MS);
    let erase = |at_ms| service.command(admin.user, Command::EraseRecord(old.id), at_ms);
    let due = |at_ms| {
        let list = service.query(admin.user, &Query::Retention(at_ms)).expect("a list");
        list["due"].as_array().map_or(0, Vec::len)
    };
    let (seven, split_ms) = (NOW_MS + 7 * YEAR_MS, NOW_MS + 6 * YEAR_MS);
    assert_eq!((due(seven), erase(seven)), (0, Err(NOT_DUE)), "they were met again");

    let list = service.query(admin.user, &Query::Persons(Page::default())).expect("a list");
    let as_of = list["as_of"].as_str().expect("an as_of").to_owned();
    let tied = Tied { one: subject(old, old_op), other: subject(new, new_op), as_of };
    service.command(admin.user, Command::TiePersons(Tie::Split, tied), split_ms).expect("they are split");
    assert_eq!((due(seven), erase(seven)), (0, Err(NOT_DUE)), "one admin shortened nothing");
    // The newer record is quiet long enough by then, and the split is not.
    let between = NOW_MS + 11 * YEAR_MS + 200 * DAY_MS;
    assert_eq!((due(between), erase(between)), (0, Err(NOT_DUE)));
    let thirteen = NOW_MS + 13 * YEAR_MS;
    assert_eq!(due(thirteen), 2, "both are due in the end");
    erase(thirteen).expect("it is erased");
}

#[test]
fn erasing_what_named_the_person_does_not_hide_that_they_were_met_again() {
    let mut scheme = Scheme::new();
    let (first, later) = (told(&scheme), Told { at_ms: NOW_MS + 5 * YEAR_MS, ..told(&scheme) });
    let Scheme { service, officer, other_officer, admin, .. } = &mut scheme;
    let (old, old_op) = refer(service, officer, &first);
    super::persons::refer_at(service, other_officer, &later, NOW_MS + 5 * YEAR_MS);
    let stream = old.stream(CompartmentKind::Shared, officer.enrolled.force);
    let asked = Erasure { stream, op: old_op, basis: "recorded_unlawfully".to_owned() };
    let seven = NOW_MS + 7 * YEAR_MS;
    service.command(admin.user, Command::Erase(asked), seven).expect("the entry that named them is erased");
    assert_eq!(service.command(admin.user, Command::EraseRecord(old.id), seven), Err(NOT_DUE));
}
