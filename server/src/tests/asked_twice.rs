//! Several people ask for the same: nobody's request ends another's.
//!
//! Does not test who may ask or agree: see `rights`.

use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::ids::UserId;
use uuid::Uuid;

use super::phone::try_code;
use super::{NOW_MS, Scheme};
use crate::admin;
use crate::desk::{Command, PolicyWanted, Query, Refused, RoleWanted};

fn ask(scheme: &Scheme, by: UserId, command: Command) -> Value {
    scheme.service.command(by, command, NOW_MS).expect("it is asked")
}

fn waiting(scheme: &Scheme) -> usize {
    let list = scheme.service.query(scheme.admin.user, &Query::Proposals).expect("a list");
    list["proposals"].as_array().map_or(0, Vec::len)
}

fn agree(scheme: &Scheme, by: UserId, asked: &Value) -> Result<Value, Refused> {
    scheme.service.command(by, admin::confirming(asked).expect("it takes two"), NOW_MS)
}

#[test]
fn a_code_that_somebody_asks_for_leaves_the_one_that_another_asked_for() {
    let scheme = Scheme::new();
    let (admin, second, officer) = (scheme.admin.user, scheme.second_admin.user, scheme.officer.user);
    let own = ask(&scheme, officer, Command::EnrolCode(officer));
    let of_admin = ask(&scheme, admin, Command::EnrolCode(officer));
    assert_eq!((&of_admin["beside"], of_admin.get("replaces")), (&json!(1), None), "it is said");
    assert_eq!(waiting(&scheme), 2);
    let ends = agree(&scheme, second, &of_admin).expect("the second admin agrees");
    assert_eq!(waiting(&scheme), 1, "the officer's own request waits on");
    let own_ends = agree(&scheme, admin, &own).expect("an admin agrees");
    let code =
        |asked: &Value, ends| admin::whole_code(asked, ends)["code"].as_str().expect("a code").to_owned();
    try_code(&scheme.service, &code(&own, own_ends), NOW_MS).expect("one of the two is used");
    assert!(try_code(&scheme.service, &code(&of_admin, ends), NOW_MS).is_err(), "and ends the other");
}

#[test]
fn nobody_ends_by_asking_what_they_may_not_withdraw() {
    let scheme = Scheme::new();
    let lead = scheme.other_lead.user;
    let own = ask(&scheme, lead, Command::EnrolCode(lead));
    let id: Uuid = own["proposal"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let withdrawn = scheme.service.command(scheme.admin.user, Command::Withdraw(id), NOW_MS);
    assert!(withdrawn.is_err(), "{withdrawn:?}");
    ask(&scheme, scheme.admin.user, Command::EnrolCode(lead));
    let list = scheme.service.query(lead, &Query::Proposals).expect("a list");
    assert!(list.to_string().contains(&id.to_string()), "{list}");
}

#[test]
fn whoever_asks_again_is_told_that_the_first_beginning_counts_no_longer() {
    let scheme = Scheme::new();
    let (admin, officer) = (scheme.admin.user, scheme.officer.user);
    let first = ask(&scheme, admin, Command::EnrolCode(officer));
    let again = ask(&scheme, admin, Command::EnrolCode(officer));
    assert_eq!((&again["replaces"], &again["beside"]), (&first["proposal"], &json!(0)));
    assert_eq!(agree(&scheme, officer, &first), Err(Refused::NotFound));
    agree(&scheme, officer, &again).expect("the newer one counts");
}

#[test]
fn two_wishes_for_a_role_wait_side_by_side_until_one_holds_and_one_that_is_withdrawn_takes_no_other_along() {
    let scheme = Scheme::new();
    let (admin, second, officer) = (scheme.admin.user, scheme.second_admin.user, scheme.officer.user);
    let role = |role| Command::ProposeRole(officer, RoleWanted { role, org: None });
    let supervisor = ask(&scheme, admin, role(Role::Supervisor));
    let auditor = ask(&scheme, second, role(Role::Auditor));
    let third = ask(&scheme, second, role(Role::Auditor));
    assert_eq!((&third["replaces"], waiting(&scheme)), (&auditor["proposal"], 2));
    let id: Uuid = third["proposal"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    ask(&scheme, second, Command::Withdraw(id));
    assert_eq!(agree(&scheme, second, &supervisor).expect("it holds")["role"], "supervisor");
}

#[test]
fn two_admins_may_each_want_another_policy_pack() {
    let scheme = Scheme::new();
    let want = |by, pack: &str| {
        let wanted = PolicyWanted { pack: pack.to_owned(), version: None };
        ask(&scheme, by, Command::ProposePolicy(wanted))
    };
    want(scheme.admin.user, "divert-west-midlands");
    want(scheme.second_admin.user, "thames-valley-2018");
    want(scheme.second_admin.user, "divert-west-midlands");
    let list = scheme.service.query(scheme.admin.user, &Query::Policy).expect("a list");
    assert_eq!(list["proposals"].as_array().map_or(0, Vec::len), 2, "{list}");
}
