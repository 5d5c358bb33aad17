//! The online form: an officer at a browser refers somebody, and everybody else finds nothing.
//!
//! Does not test the rules: the core does.

use serde_json::{Value, json};
use sync_core::ids::UserId;

use super::pages::{codes, everybody};
use super::{Browser, Desk, between};
use crate::desk::{Command, PolicyWanted, Recording};
use crate::tests::pipeline::kinds_in;
use crate::tests::{NOW_MS, Scheme};

/// What somebody types into each question.
type Typed<'t> = [&'t [(&'t str, &'t str)]; 13];

const ANSWERS: Typed<'_> = [
    &[("drug", "heroin")],
    &[("amount", "two wraps"), ("place", "The Oracle")],
    &[("family", "Prosser")],
    &[("given", "Aled")],
    &[("born_day", "2"), ("born_month", "10"), ("born_year", "1998")],
    &[("identity", "photo_document")],
    &[("channel_pnc", "voice_radio"), ("result_pnc", "nothing_found")],
    &[("none_of_these", "yes")],
    &[("safe", "yes")],
    &[("ethnicity", "NS")],
    &[("agrees", "yes")],
    &[("contact", "yes"), ("feedback", "yes"), ("language", "en")],
    &[("phone", "07700 900856"), ("may_text", "yes"), ("provider", "")],
];

/// The answers, with those of some questions replaced.
fn with<'t>(others: &[(usize, &'t [(&'t str, &'t str)])]) -> Typed<'t> {
    let mut typed: Typed<'t> = ANSWERS;
    for (question, answers) in others {
        typed[question - 1] = answers;
    }
    typed
}

/// Fills a new form in, and stands at the check.
fn filled(browser: &mut Browser<'_>, typed: &Typed<'_>) -> String {
    browser.get("/refer").submit("/refer", &[]);
    let first = browser.page.location.clone();
    let form = first.trim_end_matches("/1").to_owned();
    for (at, answers) in typed.iter().enumerate() {
        let to = format!("{form}/{}", at + 1);
        browser.get(&to);
        assert_eq!(browser.page.status, 200, "{to}: {}", browser.page.words());
        browser.submit(&to, answers);
        assert_eq!(browser.page.status, 303, "{to}: {}", browser.page.words());
    }
    assert_eq!(browser.page.location, format!("{form}/check"));
    browser.get(&format!("{form}/check"));
    form
}

/// A desk on which two services work for everybody, with an officer at it.
fn officer_at(scheme: Scheme) -> (Desk, String) {
    let code = codes(&scheme).remove("officer").expect("a code");
    (Desk::over(scheme, None), code)
}

#[test]
fn an_officer_refers_somebody_and_the_phone_has_it_with_its_next_synchronisation() {
    let scheme = Scheme::new();
    let mut phone = scheme.officer.cloned();
    let (mut desk, code) = officer_at(scheme);
    {
        let (mut officer, _) = desk.set_up(&code, "officer");
        let form = filled(&mut officer, &ANSWERS);
        let check = format!("{form}/check");
        for part in ["Heroin", "Prosser", "2 October 1998", "07700 900856", "Yes, go ahead", "Refer now"] {
            assert!(officer.page.words().contains(part), "{part}: {}", officer.page.words());
        }
        let change = format!("{form}/2?then=check");
        assert!(officer.page.text.contains(&format!("href=\"{change}\"")), "{}", officer.page.text);
        officer.get(&change).submit(&format!("{form}/2"), &[("amount", "two wraps")]);
        assert_eq!(officer.page.location, check, "whoever changes one answer goes back to the check");
        let shown = officer.get(&check).page.clone();
        officer.submit(&check, &[]);
        assert_eq!(officer.page.location, format!("{form}/done"), "{}", officer.page.words());
        // The same page sent once more, and another one that was open beside it.
        for _ in 0..2 {
            officer.page = shown.clone();
            officer.submit(&check, &[]);
            assert_eq!(officer.page.location, format!("{form}/done"));
        }
        officer.get(&format!("{form}/done"));
        for part in [
            "Yes, go ahead",
            "You do not have to admit anything.",
            "It is not shown on a standard DBS check; an enhanced check may show it.",
            "Intelligence goes into the force's own system",
            "TVP-",
            "Item: Heroin, two wraps",
            "Person: Aled Prosser",
        ] {
            assert!(officer.page.words().contains(part), "{part}: {}", officer.page.words());
        }
        officer.get("/referrals");
        assert_eq!(officer.page.text.matches("Aled Prosser").count(), 1, "{}", officer.page.words());
        assert!(officer.get("/refer").page.words().contains("nothing that is half done"));
    }
    let service = desk.stopped();
    let kinds = kinds_in(&phone.pull(&service));
    let sent = kinds.iter().filter(|(_, kind)| kind == "referral.submitted").count();
    assert_eq!(sent, 1, "{kinds:?}");
}

#[test]
fn a_form_is_kept_at_every_answer_and_a_fault_stands_at_its_question_with_what_was_typed() {
    let (desk, code) = officer_at(Scheme::new());
    let (mut officer, account) = desk.set_up(&code, "officer");
    officer.get("/refer").submit("/refer", &[]);
    let form = officer.page.location.trim_end_matches("/1").to_owned();
    for (question, typed, fault, kept) in [
        (1, vec![], "Choose a drug", ""),
        (3, vec![("family", " ")], "Write the family name", ""),
        (
            5,
            vec![("born_day", "31"), ("born_month", "2"), ("born_year", "1990")],
            "Write day, month",
            "value=\"31\"",
        ),
        (5, vec![("apparent_age", "old")], "Write the age in whole years", "value=\"old\""),
        (
            7,
            vec![("channel_pnc", "voice_radio")],
            "For each check choose both",
            "value=\"voice_radio\" selected",
        ),
        (7, vec![("channel_pnc", "phone"), ("result_pnc", "wanted")], "choose what you did about it", ""),
        (8, vec![], "Tick what there was", ""),
        (
            8,
            vec![("none_of_these", "yes"), ("supply_cash", "yes")],
            "something as well",
            "name=\"supply_cash\" value=\"yes\" checked",
        ),
        (9, vec![], "Tick what worries you", ""),
    ] {
        let to = format!("{form}/{question}");
        officer.get(&to).submit(&to, &typed);
        let page = &officer.page;
        assert_eq!(page.status, 422, "{question} {typed:?}: {}", page.words());
        assert!(
            page.text.contains("<title>Error: ") && page.text.contains(fault),
            "{fault}: {}",
            page.words()
        );
        assert!(page.text.contains(kept), "{question}: {kept}: {}", page.text);
    }
    let to = format!("{form}/3");
    officer.get(&to).submit(&to, &[("family", "Prosser"), ("later", "yes")]);
    assert_eq!(officer.page.location, "/refer");
    officer.get("/refer");
    assert!(officer.page.words().contains("Prosser"), "{}", officer.page.words());
    // Another browser of the same officer goes on.
    let mut elsewhere = desk.browser();
    desk.later(super::MINUTE_MS);
    let shown = account.code(&desk);
    elsewhere.sign_in(&account, super::PASSWORD, &shown);
    assert!(elsewhere.get(&to).page.text.contains("value=\"Prosser\""), "{}", elsewhere.page.words());
    elsewhere.get(&format!("{form}/check"));
    assert!(elsewhere.page.words().contains("Not answered yet"));
    elsewhere.submit(&format!("{form}/check"), &[]);
    assert_eq!(elsewhere.page.status, 422, "nothing is recorded: {}", elsewhere.page.words());
    let drop = format!("{form}/drop");
    elsewhere.get("/refer").submit(&drop, &[]);
    assert_eq!(elsewhere.get(&to).page.status, 404, "it was thrown away");
}

#[test]
fn an_answer_that_is_too_long_is_kept_in_part_and_the_twenty_first_form_is_not_begun() {
    let (desk, code) = officer_at(Scheme::new());
    let (mut officer, _) = desk.set_up(&code, "officer");
    officer.get("/refer").submit("/refer", &[]);
    let form = officer.page.location.strip_suffix("/1").expect("its first question").to_owned();
    let family = format!("{form}/3");
    let long = "B".repeat(240_000);
    officer.get(&family).submit(&family, &[("family", &long), ("later", "yes")]);
    assert_eq!(officer.page.status, 422, "{}", officer.page.words());
    assert!(officer.page.words().contains("This is too long"), "{}", officer.page.words());
    assert!(officer.get(&family).page.text.contains(&format!("value=\"{}\"", &long[..200])));
    for _ in 1..20 {
        officer.get("/refer").submit("/refer", &[]);
        assert_eq!(officer.page.status, 303);
    }
    officer.get("/refer").submit("/refer", &[]);
    assert_eq!(officer.page.status, 422);
    assert!(officer.page.words().contains("throw one away"), "{}", officer.page.words());
    officer.get("/refer").submit(&format!("{form}/drop"), &[]);
    officer.get("/refer").submit("/refer", &[]);
    assert_eq!(officer.page.status, 303, "there is room again: {}", officer.page.words());
}

#[test]
fn nobody_else_finds_the_form_and_whoever_left_finds_nothing() {
    let scheme = Scheme::new();
    let all = codes(&scheme);
    let user = scheme.officer.user;
    let desk = Desk::over(scheme, None);
    let mut everybody = everybody(&desk, &all);
    let mut officer = everybody.remove("officer").expect("an officer");
    let form = filled(&mut officer, &ANSWERS);
    for (role, browser) in &mut everybody {
        let missing = browser.get("/nothing/there").page.clone();
        for path in ["1", "check", "done", "ask"] {
            let foreign = browser.get(&format!("{form}/{path}")).page.clone();
            assert_eq!((foreign.status, &foreign.text), (404, &missing.text), "{role} {path}");
        }
        let refers = matches!(*role, "other officer" | "supervisor");
        assert_eq!(browser.get("/refer").page.status, if refers { 200 } else { 404 }, "{role}");
        assert!(!browser.page.text.contains("Prosser"), "{role}");
    }
    for wrong in ["0", "14", "x"] {
        assert_eq!(officer.get(&format!("{form}/{wrong}")).page.status, 404, "{wrong}");
    }
    let admin = everybody.get_mut("admin").expect("an admin");
    let person = format!("/people/{user}");
    admin.get(&person).submit(&format!("{person}/end"), &[("reason", "left")]);
    assert_eq!(admin.page.status, 303, "{}", admin.page.words());
    assert_eq!(officer.get(&format!("{form}/1")).page.location, "/sign-in");
}

#[test]
fn outside_the_rules_nothing_is_promised_and_a_voluntary_referral_is_offered() {
    let (desk, code) = officer_at(Scheme::new());
    let (mut officer, _) = desk.set_up(&code, "officer");
    let form = filled(
        &mut officer,
        &with(&[(8, &[("supply_scales_or_bags", "yes"), ("supply_many_wraps", "yes")])]),
    );
    let check = format!("{form}/check");
    for part in ["Outside the scheme", "Record it", "Offer a voluntary referral"] {
        assert!(officer.page.words().contains(part), "{part}: {}", officer.page.words());
    }
    officer.submit(&check, &[("voluntary", "yes")]);
    officer.get(&check);
    assert!(officer.page.words().contains("Refer now"), "{}", officer.page.words());
    let key = between(&officer.page.text, "name=\"form_key\" value=\"", "\"").expect("a key");
    officer.post(&check, &[("form_key".to_owned(), key)]);
    officer.get(&format!("{form}/done"));
    let words = officer.page.words();
    assert!(words.contains("of your own will") && !words.contains("DBS"), "{words}");
}

#[test]
fn a_second_referral_of_one_person_within_a_day_asks_first() {
    let (desk, code) = officer_at(Scheme::new());
    let (mut officer, _) = desk.set_up(&code, "officer");
    for again in [false, true] {
        let form = filled(&mut officer, &ANSWERS);
        let check = format!("{form}/check");
        if again {
            assert!(
                officer.page.words().contains("Refer once more all the same"),
                "{}",
                officer.page.words()
            );
            officer.submit(&check, &[]);
            assert_eq!(officer.page.status, 422, "{}", officer.page.words());
            officer.submit(&check, &[("again", "yes")]);
        } else {
            officer.submit(&check, &[]);
        }
        assert_eq!(officer.page.location, format!("{form}/done"), "{}", officer.page.words());
    }
}

fn record(scheme: &Scheme, user: UserId, command: Value) -> Value {
    let sent = Command::Record(Recording { command, form: None });
    scheme.service.command(user, sent, NOW_MS).expect("it is recorded")
}

/// Rules that leave it to a supervisor, and somebody whom the service reached once and no more.
fn reached_once_before() -> Scheme {
    let scheme = Scheme::new();
    let wanted = PolicyWanted { pack: "divert-west-midlands".to_owned(), version: None };
    let proposed = scheme.service.command(scheme.admin.user, Command::ProposePolicy(wanted), NOW_MS);
    let id = proposed.expect("proposed")["proposal"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let confirmed = Command::ConfirmPolicy(id);
    scheme.service.command(scheme.second_admin.user, confirmed, NOW_MS).expect("it is in force");
    let referred = record(
        &scheme,
        scheme.officer.user,
        json!({
            "command": "refer", "drug": "heroin", "family": "Prosser", "given": "Aled", "born": "1998-10-02",
            "identity": "photo_document", "ethnicity": "NS", "signs": {}, "safe_now": {}, "agrees": {"answer": "yes"},
            "consent": {"contact": "yes", "feedback": "yes", "wording": "v1", "language": "en"},
            "reach": {"phone": "07700 900123"}, "provider": scheme.provider,
        }),
    );
    let id = &referred["record"];
    for command in [
        json!({"command": "accept", "record": id}),
        json!({"command": "contact", "record": id, "what": "reached", "channel": "phone", "result": "reached", "at_ms": NOW_MS}),
        json!({"command": "close", "record": id, "on": "2026-05-28", "reason": "not_engaged"}),
    ] {
        record(&scheme, scheme.lead.user, command);
    }
    scheme.service.beat(NOW_MS + 1);
    scheme
}

#[test]
fn where_a_supervisor_decides_the_officer_reads_that_and_then_the_answer() {
    let scheme = reached_once_before();
    let all = codes(&scheme);
    let desk = Desk::over(scheme, None);
    let (mut officer, _) = desk.set_up(&all["officer"], "officer");
    let (mut supervisor, _) = desk.set_up(&all["supervisor"], "supervisor");
    let form = filled(&mut officer, &ANSWERS);
    let words = officer.page.words();
    assert!(words.contains("a supervisor decides") && words.contains("Record it"), "{words}");
    // The first form of the page offers a voluntary referral: this is the last one.
    let key = between(&officer.page.text, "name=\"form_key\" value=\"", "\"").expect("a key");
    officer.post(&format!("{form}/check"), &[("form_key".to_owned(), key)]);
    officer.get(&format!("{form}/done"));
    assert_eq!(officer.page.location, format!("{form}/ask"), "{}", officer.page.words());
    officer.get(&format!("{form}/ask"));
    for part in ["A supervisor decides about this", "A supervisor is asked."] {
        assert!(officer.page.words().contains(part), "{part}: {}", officer.page.words());
    }
    let referral = between(&officer.page.text, "<a href=\"/referrals/", "\"").expect("a link to it");
    let (page, decide) = (format!("/referrals/{referral}"), format!("/referrals/{referral}/do/discretion"));
    assert!(!officer.get(&page).page.text.contains(&decide), "it is for a supervisor");
    supervisor.get(&page);
    assert!(supervisor.page.words().contains("A supervisor decides."), "{}", supervisor.page.words());
    assert!(supervisor.page.text.contains(&format!("href=\"{decide}\">Decide</a>")));
    supervisor.get(&decide).submit(&decide, &[("grant", "yes"), ("reason", "Wants to go back.")]);
    assert_eq!(supervisor.page.location, page, "{}", supervisor.page.words());
    officer.get(&format!("{form}/ask"));
    assert!(officer.page.words().contains("The supervisor said yes."), "{}", officer.page.words());
    assert!(officer.page.text.contains(&format!("{page}/do/answer_offer")), "{}", officer.page.words());
}

/// The form reads the central record as a phone does, when the officer asks; what it said stands in the record.
#[test]
fn an_officer_at_the_desk_looks_up_earlier_referrals() {
    let scheme = Scheme::new();
    let mut phone = scheme.officer.cloned();
    let (mut desk, code) = officer_at(scheme);
    {
        let (mut officer, _) = desk.set_up(&code, "officer");
        let form = filled(&mut officer, &ANSWERS);
        let check = format!("{form}/check");
        assert!(
            officer.page.words().contains("not yet checked with the central record"),
            "{}",
            officer.page.words()
        );
        officer.submit(&format!("{form}/look-up"), &[]);
        assert_eq!((officer.page.status, officer.page.location.as_str()), (303, check.as_str()));
        officer.get(&check);
        for part in ["Looked up in the central record at", "knows of no earlier referral", "Yes, go ahead."] {
            assert!(officer.page.words().contains(part), "{part}: {}", officer.page.words());
        }
        assert!(!officer.page.words().contains("Look it up"), "once is enough for one person");
        officer.get(&format!("{form}/3?then=check")).submit(&format!("{form}/3"), &[("family", "Pugh")]);
        officer.get(&check);
        assert!(officer.page.words().contains("Look it up"), "it was about somebody else");
        officer.submit(&format!("{form}/look-up"), &[]);
        officer.get(&check).submit(&check, &[]);
        assert_eq!(officer.page.location, format!("{form}/done"), "{}", officer.page.words());
    }
    let service = desk.stopped();
    let kinds = kinds_in(&phone.pull(&service));
    let checks = kinds.iter().filter(|(_, kind)| kind == "check.recorded").count();
    assert_eq!(checks, 2, "the one by radio, and the look-up: {kinds:?}");
}
