//! Where people are signed in: who sees it, and who ends it, with what follows.
//!
//! Does not test signing in.

use serde_json::{Value, json};
use sync_core::ids::UserId;

use super::{Browser, Desk, PASSWORD};
use crate::desk::{Command, Query, Refused};
use crate::tests::live::Live;
use crate::tests::{NOW_MS, Scheme};
use crate::{EndReason, RevokeReason};

const MINUTE_MS: u64 = 60_000;

fn officer_and_admin() -> (Desk, [UserId; 2], [String; 2]) {
    let scheme = Scheme::new();
    let users = [scheme.officer.user, scheme.second_admin.user];
    let officer = scheme.officer.user;
    let codes = [scheme.another_code(officer), scheme.second_admin.code.clone()];
    (Desk::over(scheme, None), users, codes)
}

#[test]
fn somebody_sees_their_own_browsers_and_ends_another_one() {
    let (desk, _, codes) = officer_and_admin();
    let (mut one, account) = desk.set_up(&codes[0], "officer");
    desk.later(MINUTE_MS);
    let mut two = desk.browser();
    two.sign_in(&account, PASSWORD, &account.code(&desk));
    let words = one.get("/me").page.words();
    assert!(words.contains("Where you are signed in") && words.contains("this one"), "{words}");
    assert_eq!(one.page.text.matches("name=\"session\"").count(), 1, "only the other one is ended here");
    one.submit("/me/sign-out", &[]);
    assert_eq!(one.page.location, "/me", "{}", one.page.words());
    assert!(one.is_signed_in() && !two.is_signed_in());
    assert!(!one.get("/me").page.text.contains("name=\"session\""), "none is left");
}

#[test]
fn an_admin_sees_where_somebody_is_signed_in_and_ends_it_and_an_officer_does_neither() {
    let (desk, [officer, ruth], codes) = officer_and_admin();
    let (mut one, _) = desk.set_up(&codes[0], "officer");
    let (mut admin, _) = desk.set_up(&codes[1], "admin");
    let page = format!("/people/{officer}");
    admin.get(&page);
    assert!(admin.page.words().contains("with a password and an authenticator"), "{}", admin.page.words());
    let fields = admin.page.hidden("/sign-out").expect("a form");
    let own = one.get("/me").page.hidden("/sign-out").expect("a form");
    one.post(&format!("/people/{ruth}/sign-out"), &own);
    assert_eq!(one.page.status, 403, "{}", one.page.words());
    assert!(admin.is_signed_in());
    admin.post(&format!("{page}/sign-out"), &fields);
    assert_eq!(admin.page.location, page, "{}", admin.page.words());
    assert!(!one.is_signed_in());
    assert!(admin.get(&page).page.words().contains("They are signed in nowhere."));
}

fn is_in(browser: &mut Browser<'_>) -> bool {
    browser.is_signed_in()
}

#[test]
fn a_phone_that_is_lost_signs_its_person_out_and_one_that_is_given_back_does_not() {
    for (reason, stays) in [("lost", false), ("stolen", false), ("cause", false), ("left", true)] {
        let scheme = Scheme::new();
        let (user, device) = (scheme.officer.user, scheme.officer.device);
        let codes = [scheme.another_code(user), scheme.second_admin.code.clone()];
        let desk = Desk::over(scheme, None);
        let (mut one, _) = desk.set_up(&codes[0], "officer");
        let (mut admin, _) = desk.set_up(&codes[1], "admin");
        let page = format!("/devices/{device}");
        assert!(admin.get(&page).page.words().contains("signed out of this desk everywhere"));
        admin.submit(&page, &[("reason", reason)]);
        assert_eq!(is_in(&mut one), stays, "{reason}");
    }
}

fn command(scheme: &Scheme, by: UserId, command: Command) -> Result<Value, Refused> {
    scheme.service.command(by, command, NOW_MS)
}

#[test]
fn a_lead_ends_the_sign_in_of_their_own_people_and_knows_of_nobody_elses() {
    let scheme = Scheme::new();
    let (lead, worker, admin) = (scheme.lead.user, scheme.worker.user, scheme.admin.user);
    for (by, of, said) in [
        (lead, worker, None),
        (worker, worker, None),
        (admin, worker, None),
        (scheme.other_lead.user, worker, Some(Refused::NotFound)),
        (lead, scheme.officer.user, Some(Refused::NotFound)),
        (worker, lead, Some(Refused::NotYours)),
        (scheme.officer.user, admin, Some(Refused::NotYours)),
    ] {
        let list = scheme.service.query(by, &Query::Sessions(of, NOW_MS)).err();
        assert_eq!(list, said, "{by} {of}");
        assert_eq!(command(&scheme, by, Command::EndSessions(of, None)).err(), said, "{by} {of}");
    }
    let nothing = command(&scheme, lead, Command::EndSessions(worker, Some(uuid::Uuid::nil())));
    assert_eq!(nothing, Err(Refused::NotFound));
    let unlinked = command(&scheme, admin, Command::Unlink(worker));
    assert!(matches!(unlinked, Err(Refused::NotAllowed(_))), "{unlinked:?}");
    let ended = command(&scheme, admin, Command::DisableUser(worker, EndReason::Left)).expect("it is done");
    assert_eq!(ended["sessions_ended"], 0);
    let device = scheme.officer.device;
    let revoked = command(&scheme, admin, Command::RevokeDevice(device, RevokeReason::Lost));
    assert_eq!(revoked.expect("it is done")["sessions_ended"], 0);
}

#[test]
fn programs_list_and_end_sessions_as_it_is_published() {
    let scheme = Scheme::new();
    let worker = scheme.worker.user;
    let mut live = Live::over(scheme);
    let of = |user: UserId, what: &str| format!("/v1/users/{user}/{what}");
    let lead = live.lead.user;
    let list = live.get(&live.lead, &of(worker, "sessions"));
    assert_eq!((list.status, &list.body["sessions"]), (200, &json!([])), "{}", list.text);
    let ended = live.post(&live.lead, &of(worker, "sign-out"), &json!({}));
    assert_eq!((ended.status, &ended.body["sessions_ended"]), (200, &json!(0)), "{}", ended.text);
    assert_eq!(live.post(&live.officer, &of(lead, "sign-out"), &json!({})).status, 403);
    assert_eq!(live.post(&live.admin, &of(worker, "unlink"), &json!({})).status, 403);
    live.stop();
}
