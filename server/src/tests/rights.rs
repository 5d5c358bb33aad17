//! Rights of people and devices, judged by what was true when an op was written.
//!
//! Does not test the judge: `sync-core` does.

use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::ids::{OrgId, UserId};
use sync_core::stamp::{Disposition, Why};
use sync_core::sync::answer::Directive;

use super::phone::{new_record, try_code};
use super::pipeline::{encounter, police, stamped, stored};
use super::{NOW_MS, Scheme};
use crate::desk::{Command, NewUser, Page, Query, Refused, RoleWanted};
use crate::enrol;
use crate::{EndReason, RevokeReason};

const HOUR_MS: u64 = 3_600_000;

/// An officer's encounter, written in the first minute and pushed an hour later.
fn late_encounter(scheme: &mut Scheme, after: impl FnOnce(&Scheme)) -> (Disposition, Vec<Directive>) {
    let stream = police(scheme, new_record());
    scheme.officer.record(stream, &[], &encounter());
    after(scheme);
    let answer = scheme.officer.push_at(&scheme.service, 1, NOW_MS + HOUR_MS).expect("it is taken");
    assert!(answer.feed.is_empty());
    stored(scheme);
    (stamped(&answer)[0].1, answer.directives)
}

fn revoke(scheme: &Scheme, reason: RevokeReason, at_ms: u64) -> Result<Value, Refused> {
    let command = Command::RevokeDevice(scheme.officer.device, reason);
    scheme.service.command(scheme.admin.user, command, at_ms)
}

fn disable(scheme: &Scheme, user: UserId, reason: EndReason) -> Result<Value, Refused> {
    scheme.service.command(scheme.admin.user, Command::DisableUser(user, reason), NOW_MS + HOUR_MS / 2)
}

#[test]
fn a_device_that_was_given_back_is_believed_and_wiped() {
    let mut scheme = Scheme::new();
    let revoked = |scheme: &Scheme| {
        let answer = revoke(scheme, RevokeReason::Left, NOW_MS + HOUR_MS / 2).expect("it is revoked");
        assert_eq!(answer["revoked"]["reason"], "left");
    };
    let (disposition, directives) = late_encounter(&mut scheme, revoked);
    assert_eq!((disposition, directives), (Disposition::Accepted, vec![Directive::Wipe]));
}

#[test]
fn c24_what_a_stolen_device_sends_afterwards_is_kept_aside() {
    // On the same boot its uptime shows that the op is 59 minutes old: before the theft was reported.
    for (at_ms, disposition) in [
        (NOW_MS + HOUR_MS - 1000, Disposition::Accepted),
        (NOW_MS + HOUR_MS / 2, Disposition::Quarantined(Why::RightEnded)),
    ] {
        let mut scheme = Scheme::new();
        let revoked = |scheme: &Scheme| drop(revoke(scheme, RevokeReason::Stolen, at_ms));
        let (became, directives) = late_encounter(&mut scheme, revoked);
        assert_eq!((became, directives), (disposition, vec![Directive::Wipe]));
    }
}

#[test]
fn c24_who_left_is_heard_and_who_was_dismissed_for_cause_is_kept_aside() {
    for (reason, disposition) in [
        (EndReason::Left, Disposition::Accepted),
        (EndReason::Cause, Disposition::Quarantined(Why::RightEnded)),
    ] {
        let mut scheme = Scheme::new();
        let ended = |scheme: &Scheme| {
            let answer = disable(scheme, scheme.officer.user, reason).expect("it is done");
            assert_eq!(answer["state"], "disabled");
        };
        let (became, directives) = late_encounter(&mut scheme, ended);
        assert_eq!((became, directives), (disposition, vec![Directive::Wipe]));
    }
}

#[test]
fn a_disabled_person_gets_no_device_and_asks_nothing() {
    let scheme = Scheme::new();
    let code = scheme.another_code(scheme.officer.user);
    disable(&scheme, scheme.officer.user, EndReason::Left).expect("it is done");
    let tried = try_code(&scheme.service, &code, NOW_MS);
    assert_eq!(tried.map(|phone| phone.user), Err(enrol::Refusal::Refused));
    let another = scheme.service.command(scheme.admin.user, Command::EnrolCode(scheme.officer.user), NOW_MS);
    assert!(matches!(another, Err(Refused::NotAllowed(_))));
}

#[test]
fn only_admins_change_rights_and_nobody_their_own() {
    let scheme = Scheme::new();
    for user in [scheme.officer.user, scheme.lead.user] {
        let command = Command::RevokeDevice(scheme.admin.device, RevokeReason::Lost);
        assert_eq!(scheme.service.command(user, command, NOW_MS), Err(Refused::NotYours));
    }
    assert!(matches!(disable(&scheme, scheme.admin.user, EndReason::Left), Err(Refused::NotAllowed(_))));
}

#[test]
fn a_role_changes_when_a_second_admin_confirms_and_the_old_phone_is_wiped() {
    let mut scheme = Scheme::new();
    let second = try_code(&scheme.service, &scheme.second_admin.code, NOW_MS).expect("the code counts");
    let wanted = RoleWanted { role: Role::Supervisor, org: None };
    let propose = Command::ProposeRole(scheme.officer.user, wanted);
    let proposed = scheme.service.command(scheme.admin.user, propose, NOW_MS).expect("it is proposed");
    let id = proposed["proposal"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let alone = scheme.service.command(scheme.admin.user, Command::ConfirmRole(id), NOW_MS);
    assert!(matches!(alone, Err(Refused::NotAllowed(_))));
    let (second, at_ms) = (second.user, NOW_MS + HOUR_MS / 2);
    let confirmed = |scheme: &Scheme| {
        let answer = scheme.service.command(second, Command::ConfirmRole(id), at_ms).expect("it holds");
        assert_eq!(answer["role"], "supervisor");
        let again = scheme.service.command(second, Command::ConfirmRole(id), at_ms);
        assert_eq!(again, Err(Refused::NotFound));
    };
    let (became, directives) = late_encounter(&mut scheme, confirmed);
    assert_eq!((became, directives), (Disposition::Accepted, vec![Directive::Wipe]));
}

#[test]
fn a_new_admin_acts_when_a_second_admin_has_confirmed() {
    let scheme = Scheme::new();
    let second = try_code(&scheme.service, &scheme.second_admin.code, NOW_MS).expect("the code counts");
    let org = scheme.admin.enrolled.force;
    let new = NewUser { name: "Third admin".to_owned(), role: Role::Admin, org };
    let added =
        scheme.service.command(scheme.admin.user, Command::AddUser(new), NOW_MS).expect("it is added");
    assert_eq!((&added["state"], added.get("code")), (&json!("disabled"), None));
    let id = added["proposal"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let confirmed = scheme.service.command(second.user, Command::ConfirmRole(id), NOW_MS).expect("it holds");
    let code = confirmed["code"].as_str().expect("a code");
    try_code(&scheme.service, code, NOW_MS).expect("the code counts");
}

/// Adds a person; gives the answer and their id.
fn add(scheme: &Scheme, role: Role, org: OrgId) -> (Value, UserId) {
    let new = NewUser { name: "Somebody".to_owned(), role, org };
    let added =
        scheme.service.command(scheme.admin.user, Command::AddUser(new), NOW_MS).expect("it is added");
    let user = added["user"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    (added, user)
}

#[test]
fn the_first_code_of_an_officer_takes_one_admin_and_every_further_one_two() {
    let scheme = Scheme::new();
    for role in [Role::Officer, Role::Supervisor, Role::Auditor, Role::OutreachWorker] {
        let org = if role.of_provider() { scheme.provider } else { scheme.admin.enrolled.force };
        let (added, user) = add(&scheme, role, org);
        let first = added["code"].as_str().expect("a code");
        // It was not used yet: one admin gives another.
        let code =
            scheme.service.command(scheme.admin.user, Command::EnrolCode(user), NOW_MS).expect("a code");
        try_code(&scheme.service, code["code"].as_str().expect("a code"), NOW_MS).expect("the code counts");
        let kept = try_code(&scheme.service, first, NOW_MS).map(|phone| phone.user);
        assert_eq!(kept, Err(enrol::Refusal::Refused), "a code that was kept gives no second device");
        let further =
            scheme.service.command(scheme.admin.user, Command::EnrolCode(user), NOW_MS).expect("asked");
        assert_eq!((further.get("code"), &further["asks"]), (None, &json!("code")), "{role:?}");
    }
}

#[test]
fn a_code_for_an_admin_or_a_lead_is_given_by_a_second_admin() {
    let scheme = Scheme::new();
    let (lead, user) = add(&scheme, Role::ProviderLead, scheme.provider);
    assert_eq!((lead.get("code"), &lead["state"]), (None, &json!("active")));
    let listed = scheme.service.query(scheme.admin.user, &Query::Proposals).expect("it is listed");
    assert_eq!(
        (&listed["proposals"][0]["user"], &listed["proposals"][0]["asks"]),
        (&json!(user), &json!("code"))
    );
    let id = lead["proposal"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let alone = scheme.service.command(scheme.admin.user, Command::ConfirmCode(id), NOW_MS);
    assert!(matches!(alone, Err(Refused::NotAllowed(_))), "not by who asked: {alone:?}");
    let second = scheme.second_admin.user;
    let as_role = scheme.service.command(second, Command::ConfirmRole(id), NOW_MS);
    assert_eq!(as_role, Err(Refused::NotFound), "a code is not confirmed as a role");
    let code = scheme.service.command(second, Command::ConfirmCode(id), NOW_MS).expect("it is given");
    try_code(&scheme.service, code["code"].as_str().expect("a code"), NOW_MS).expect("the code counts");
    let again = scheme.service.command(second, Command::ConfirmCode(id), NOW_MS);
    assert_eq!(again, Err(Refused::NotFound));
    for user in [scheme.second_admin.user, scheme.admin.user] {
        let asked =
            scheme.service.command(scheme.admin.user, Command::EnrolCode(user), NOW_MS).expect("asked");
        assert_eq!(asked.get("code"), None, "an admin's code, with or without a device");
    }
}

#[test]
fn a_phone_that_was_revoked_is_replaced_by_two_admins() {
    let scheme = Scheme::new();
    revoke(&scheme, RevokeReason::Lost, NOW_MS).expect("it is revoked");
    let asked = Command::EnrolCode(scheme.officer.user);
    let asked = scheme.service.command(scheme.admin.user, asked, NOW_MS).expect("it is asked");
    assert_eq!(asked.get("code"), None, "who revokes a phone cannot take its place");
    let code = scheme.another_code(scheme.officer.user);
    try_code(&scheme.service, &code, NOW_MS).expect("the code counts");
}

#[test]
fn a_code_that_was_asked_for_before_the_role_changed_is_not_given() {
    let scheme = Scheme::new();
    let (admin, second) = (scheme.admin.user, scheme.second_admin.user);
    let proposal = |answer: Value| answer["proposal"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let code = scheme.service.command(admin, Command::EnrolCode(scheme.officer.user), NOW_MS).expect("asked");
    let wanted = RoleWanted { role: Role::Supervisor, org: None };
    let role = Command::ProposeRole(scheme.officer.user, wanted);
    let role = proposal(scheme.service.command(admin, role, NOW_MS).expect("it is proposed"));
    scheme.service.command(second, Command::ConfirmRole(role), NOW_MS).expect("it holds");
    let given = scheme.service.command(second, Command::ConfirmCode(proposal(code)), NOW_MS);
    assert_eq!(given, Err(Refused::NotFound));
}

#[test]
fn a_role_of_another_kind_of_organisation_is_refused() {
    let scheme = Scheme::new();
    let unknown = OrgId(uuid::Uuid::nil());
    for (role, org, field) in [
        (Role::Officer, scheme.provider, "role"),
        (Role::OutreachWorker, scheme.admin.enrolled.force, "role"),
        (Role::Server, scheme.admin.enrolled.force, "role"),
        (Role::Officer, unknown, "org"),
    ] {
        let new = NewUser { name: "Somebody".to_owned(), role, org };
        let added = scheme.service.command(scheme.admin.user, Command::AddUser(new), NOW_MS);
        assert_eq!(added, Err(Refused::Field(field)));
    }
}

#[test]
fn a_disabled_provider_is_not_offered_and_takes_no_people() {
    let scheme = Scheme::new();
    let disabled =
        scheme.service.command(scheme.admin.user, Command::DisableProvider(scheme.provider, None), NOW_MS);
    assert_eq!(disabled.expect("it is done")["state"], "disabled");
    let new = NewUser { name: "Somebody".to_owned(), role: Role::OutreachWorker, org: scheme.provider };
    let added = scheme.service.command(scheme.admin.user, Command::AddUser(new), NOW_MS);
    assert_eq!(added, Err(Refused::Field("org")));
    let second = try_code(&scheme.service, &scheme.second_admin.code, NOW_MS).expect("the code counts");
    let enrolled = serde_json::to_value(&second.enrolled).expect("plain data");
    assert_eq!(enrolled["reference"]["providers"].as_array().map(Vec::len), Some(1));
}

#[test]
fn people_see_of_others_what_their_role_needs() {
    let scheme = Scheme::new();
    let count = |user, query: &Query, list: &str| {
        let answer = scheme.service.query(user, query).expect("it is answered");
        answer[list].as_array().expect("a list").len()
    };
    let all = Page::default();
    for (user, users, devices) in
        [(scheme.admin.user, 7, 6), (scheme.officer.user, 1, 1), (scheme.lead.user, 2, 1)]
    {
        assert_eq!(count(user, &Query::Users(all.clone()), "users"), users);
        assert_eq!(count(user, &Query::Devices(all.clone()), "devices"), devices);
        assert_eq!(count(user, &Query::Providers(all.clone()), "providers"), 2);
    }
}

#[test]
fn lists_go_on_by_cursor_and_end() {
    let scheme = Scheme::new();
    let mut page = Page { cursor: None, limit: Some(3) };
    let mut names = Vec::new();
    loop {
        let answer = scheme.service.query(scheme.admin.user, &Query::Users(page.clone())).expect("a page");
        let users = answer["users"].as_array().expect("a list");
        names.extend(users.iter().map(|user| user["name"].as_str().expect("a name").to_owned()));
        page.cursor = answer["cursor"].as_str().map(str::to_owned);
        if page.cursor.is_none() {
            break;
        }
    }
    assert_eq!(
        names,
        ["First admin", "Second admin", "Officer", "Lead", "Worker", "Other lead", "Other officer"]
    );
    for (cursor, limit, refused) in [
        (None, Some(0), Refused::Field("limit")),
        (None, Some(201), Refused::Field("limit")),
        (Some("x"), None, Refused::Cursor),
    ] {
        let page = Page { cursor: cursor.map(str::to_owned), limit };
        assert_eq!(scheme.service.query(scheme.admin.user, &Query::Users(page)), Err(refused));
    }
}
