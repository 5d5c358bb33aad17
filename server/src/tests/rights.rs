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
use crate::desk::{Command, NewUser, Page, PolicyWanted, Query, Refused, Renaming, RoleWanted};
use crate::{EndReason, RevokeReason, admin, enrol, sign_in};

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
    let agreed = admin::confirming(&added).expect("it takes two");
    let confirmed = scheme.service.command(second.user, agreed, NOW_MS).expect("it holds");
    for half in [&added["code_begins"], &confirmed["code_ends"]] {
        let half = half.as_str().expect("a half of the code");
        assert!(try_code(&scheme.service, half, NOW_MS).is_err(), "neither of them has the code");
    }
    let code = admin::whole_code(&added, confirmed);
    try_code(&scheme.service, code["code"].as_str().expect("a code"), NOW_MS).expect("the code counts");
}

fn user_of(answer: &Value) -> UserId {
    answer["user"].as_str().and_then(|id| id.parse().ok()).expect("an id")
}

#[test]
fn the_first_code_of_an_officer_or_a_worker_takes_one_and_every_further_one_two() {
    let scheme = Scheme::new();
    let force = scheme.admin.enrolled.force;
    for (role, org, by) in [
        (Role::Officer, force, scheme.admin.user),
        (Role::OutreachWorker, scheme.provider, scheme.lead.user),
        (Role::ProviderLead, scheme.provider, scheme.lead.user),
    ] {
        let added = scheme.takes_in("Somebody", role, org);
        let (user, first) = (user_of(&added), added["code"].as_str().expect("a code"));
        // It was not used yet: whoever added them gives another.
        let code = scheme.service.command(by, Command::EnrolCode(user), NOW_MS).expect("a code");
        try_code(&scheme.service, code["code"].as_str().expect("a code"), NOW_MS).expect("the code counts");
        let kept = try_code(&scheme.service, first, NOW_MS).map(|phone| phone.user);
        assert_eq!(kept, Err(enrol::Refusal::Refused), "a code that was kept gives no second device");
        let further = scheme.service.command(by, Command::EnrolCode(user), NOW_MS).expect("asked");
        assert_eq!((further.get("code"), &further["asks"]), (None, &json!("code")), "{role:?}");
    }
}

#[test]
fn who_administers_supervises_or_audits_takes_two_admins_at_every_step() {
    let scheme = Scheme::new();
    let force = scheme.admin.enrolled.force;
    for role in [Role::Admin, Role::Supervisor, Role::Auditor] {
        let new = NewUser { name: "Somebody".to_owned(), role, org: force };
        let added = scheme.service.command(scheme.admin.user, Command::AddUser(new), NOW_MS).expect("asked");
        assert_eq!((added.get("code"), &added["state"]), (None, &json!("disabled")), "{role:?}");
        let agreed = admin::confirming(&added).expect("it takes two");
        let alone = scheme.service.command(scheme.admin.user, agreed.clone(), NOW_MS);
        assert!(matches!(alone, Err(Refused::NotAllowed(_))), "not by who asked: {alone:?}");
        scheme.service.command(scheme.second_admin.user, agreed, NOW_MS).expect("it holds");
        // The code was not used: another one takes two again.
        let asked = Command::EnrolCode(user_of(&added));
        let asked = scheme.service.command(scheme.second_admin.user, asked, NOW_MS).expect("asked");
        assert_eq!((asked.get("code"), &asked["asks"]), (None, &json!("code")), "{role:?}");
    }
}

#[test]
fn a_service_takes_its_first_lead_from_two_admins_and_everybody_else_from_its_lead() {
    let scheme = Scheme::new();
    let (first, second) = (scheme.admin.user, scheme.second_admin.user);
    let new = |name: &str, role, org| Command::AddUser(NewUser { name: name.to_owned(), role, org });
    for role in [Role::OutreachWorker, Role::ProviderLead] {
        let by_admin = scheme.service.command(first, new("Alone", role, scheme.provider), NOW_MS);
        assert!(matches!(by_admin, Err(Refused::NotAllowed(_))), "{role:?}: {by_admin:?}");
        let elsewhere = new("Alone", role, scheme.other_provider);
        let elsewhere = scheme.service.command(scheme.lead.user, elsewhere, NOW_MS);
        assert!(matches!(elsewhere, Err(Refused::NotAllowed(_))), "{role:?}: {elsewhere:?}");
        let by_worker =
            scheme.service.command(scheme.worker.user, new("Alone", role, scheme.provider), NOW_MS);
        assert_eq!(by_worker, Err(Refused::NotYours));
    }
    let promoted = RoleWanted { role: Role::ProviderLead, org: Some(scheme.provider) };
    for user in [scheme.worker.user, scheme.officer.user] {
        let asked = Command::ProposeRole(user, promoted.clone());
        assert!(matches!(scheme.service.command(first, asked, NOW_MS), Err(Refused::NotAllowed(_))));
    }
    let rename = Command::RenameUser(scheme.worker.user, Renaming { name: "Second admin".to_owned() });
    assert!(matches!(scheme.service.command(first, rename, NOW_MS), Err(Refused::NotAllowed(_))));
    let own = Command::RenameUser(first, Renaming { name: "Second admin".to_owned() });
    assert!(matches!(scheme.service.command(first, own, NOW_MS), Err(Refused::NotAllowed(_))));
    // Where the lead is gone, two admins make another; what they asked for ends when there is one.
    disable(&scheme, scheme.lead.user, EndReason::Left).expect("it is done");
    let lead = |name: &str| new(name, Role::ProviderLead, scheme.provider);
    let asked = scheme.service.command(first, lead("One"), NOW_MS).expect("asked");
    let other = scheme.service.command(first, lead("Other"), NOW_MS).expect("asked");
    let agree = |asked: &Value| {
        let agreed = admin::confirming(asked).expect("it takes two");
        scheme.service.command(second, agreed, NOW_MS)
    };
    assert_eq!(agree(&asked).expect("it holds")["role"], "provider_lead");
    assert!(matches!(agree(&other), Err(Refused::NotAllowed(_))), "it has a lead by now");
}

#[test]
fn another_device_takes_its_person_and_one_of_their_side() {
    let scheme = Scheme::new();
    let ask = |by, of| scheme.service.command(by, Command::EnrolCode(of), NOW_MS);
    let (admin, second, lead) = (scheme.admin.user, scheme.second_admin.user, scheme.lead.user);
    let (officer, worker) = (scheme.officer.user, scheme.worker.user);
    for (by, of, waits_for, refused, agrees) in [
        (
            admin,
            officer,
            "person_or_admin",
            vec![admin, lead, scheme.other_officer.user],
            vec![officer, second],
        ),
        (officer, officer, "admin", vec![officer, lead], vec![admin]),
        (lead, worker, "person_or_colleague", vec![lead, admin, officer], vec![worker]),
        (worker, worker, "colleague", vec![worker, admin, scheme.other_lead.user], vec![lead]),
        (lead, lead, "colleague", vec![lead, admin], vec![worker]),
        (admin, admin, "other_admin", vec![admin, officer], vec![second]),
        (admin, scheme.other_lead.user, "other_admin", vec![admin, lead], vec![second]),
    ] {
        for who in agrees {
            let asked = ask(by, of).expect("it is asked");
            assert_eq!(asked["waits_for"], waits_for, "{asked}");
            let agreed = confirming(&asked);
            for other in &refused {
                let alone = scheme.service.command(*other, agreed.clone(), NOW_MS);
                assert!(matches!(alone, Err(Refused::NotAllowed(_) | Refused::NotFound)), "{alone:?}");
            }
            let ends = scheme.service.command(who, agreed.clone(), NOW_MS).expect("they agree");
            assert!(ends["code_ends"].is_string() && ends.get("code").is_none(), "{ends}");
            assert_eq!(scheme.service.command(who, agreed, NOW_MS), Err(Refused::NotFound));
        }
    }
    for (by, of, refused) in [
        (admin, worker, Refused::NotAllowed("")),
        (admin, lead, Refused::NotFound),
        (scheme.other_lead.user, worker, Refused::NotFound),
        (worker, lead, Refused::NotYours),
        (officer, scheme.other_officer.user, Refused::NotYours),
    ] {
        match ask(by, of) {
            Err(said) => assert!(said == refused || matches!(said, Refused::NotAllowed(_)), "{said}"),
            // A lead who is alone there is helped by two admins.
            Ok(asked) => assert_eq!((of, &asked["waits_for"]), (lead, &json!("other_admin"))),
        }
    }
}

fn confirming(asked: &Value) -> Command {
    admin::confirming(asked).expect("it takes two")
}

#[test]
fn the_last_admin_is_told_the_way_back_and_not_to_wait() {
    let scheme = Scheme::new();
    disable(&scheme, scheme.second_admin.user, EndReason::Left).expect("it is done");
    let force = scheme.admin.enrolled.force;
    let policy = PolicyWanted { pack: "divert-west-midlands".to_owned(), version: None };
    let role = RoleWanted { role: Role::Supervisor, org: None };
    for asked in [
        Command::AddUser(NewUser { name: "Third".to_owned(), role: Role::Admin, org: force }),
        Command::EnrolCode(scheme.admin.user),
        Command::EnrolCode(scheme.other_lead.user),
        Command::ProposeRole(scheme.officer.user, role),
        Command::ProposePolicy(policy),
    ] {
        let told = scheme.service.command(scheme.admin.user, asked, NOW_MS).expect_err("nobody could agree");
        let told = told.to_string();
        let way = "waymark user add \"THEIR NAME\" --role admin --org force --data ";
        assert!(told.contains(way) && !told.contains("another admin"), "{told}");
    }
    let agrees = scheme.service.command(scheme.admin.user, Command::EnrolCode(scheme.officer.user), NOW_MS);
    assert_eq!(agrees.expect("the officer agrees")["waits_for"], "person_or_admin");
}

#[test]
fn what_somebody_asked_for_ends_with_their_right() {
    let scheme = Scheme::new();
    let (first, second) = (scheme.admin.user, scheme.second_admin.user);
    let asked =
        scheme.service.command(second, Command::EnrolCode(scheme.officer.user), NOW_MS).expect("asked");
    disable(&scheme, second, EndReason::Cause).expect("it is done");
    let alone = scheme.service.command(first, confirming(&asked), NOW_MS);
    assert!(matches!(alone, Err(Refused::NotAllowed(_))), "{alone:?}");
}

#[test]
fn who_is_renamed_is_no_longer_who_was_asked_for() {
    let scheme = Scheme::new();
    let role = RoleWanted { role: Role::Admin, org: None };
    let asked = Command::ProposeRole(scheme.officer.user, role);
    let asked = scheme.service.command(scheme.admin.user, asked, NOW_MS).expect("asked");
    let rename = Command::RenameUser(scheme.officer.user, Renaming { name: "Chief".to_owned() });
    scheme.service.command(scheme.admin.user, rename, NOW_MS).expect("it is done");
    let agreed = scheme.service.command(scheme.second_admin.user, confirming(&asked), NOW_MS);
    assert_eq!(agreed, Err(Refused::NotFound));
}

#[test]
fn a_sign_in_that_was_set_up_in_one_role_opens_nothing_in_another() {
    let scheme = Scheme::new();
    let added = scheme.takes_in("Somebody", Role::Officer, scheme.admin.enrolled.force);
    let (user, code) = (user_of(&added), added["code"].as_str().expect("a code").to_owned());
    // Whoever holds the first code sets the sign-in up, with a password that they know.
    let set_up = scheme.service.service.store.write_now(move |tx| {
        let account = ("somebody".to_owned(), "a hash".to_owned());
        sign_in::set_up_here(tx, &code, account, NOW_MS)
    });
    assert!(set_up.expect("the store is written").is_some());
    let of_two = (scheme.admin.user, scheme.second_admin.user);
    let role = RoleWanted { role: Role::Admin, org: None };
    scheme.by_two(of_two, Command::ProposeRole(user, role)).expect("two agreed");
    let account = scheme.service.service.store.read_now(|read| read.account(user)).expect("it is read");
    assert_eq!(account, None);
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
fn a_leads_code_that_admins_asked_for_is_not_given_once_the_lead_has_a_colleague() {
    let scheme = Scheme::new();
    let (first, second, lead) = (scheme.admin.user, scheme.second_admin.user, scheme.other_lead.user);
    let asked = scheme.service.command(first, Command::EnrolCode(lead), NOW_MS).expect("the lead is alone");
    let beside = scheme.takes_in("Second lead", Role::ProviderLead, scheme.other_provider);
    let refused = |answer: Result<Value, Refused>| matches!(answer, Err(Refused::NotAllowed(_)));
    assert!(refused(scheme.service.command(second, Command::EnrolCode(lead), NOW_MS)), "asked anew");
    assert!(refused(scheme.service.command(second, confirming(&asked), NOW_MS)), "asked while alone");
    let left = Command::DisableUser(user_of(&beside), EndReason::Left);
    scheme.service.command(first, left, NOW_MS).expect("the colleague leaves");
    let given = scheme.service.command(second, confirming(&asked), NOW_MS).expect("the lead is alone again");
    assert!(given["code_ends"].is_string(), "{given}");
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
    let added = scheme.service.command(scheme.lead.user, Command::AddUser(new), NOW_MS);
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
