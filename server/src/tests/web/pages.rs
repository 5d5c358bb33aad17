//! What pages show, to whom, and in which words.
//!
//! Every page that a role finds a link to is opened, and read as people read it. Does not test signing in.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use sync_core::access::Role;
use sync_core::ids::{CompartmentKind, OpId, Record};
use sync_core::referral::act::{Act, EncounterOpened, Reach, ReferralSubmitted, YesNo};

use super::{Browser, Desk, between};
use crate::pages::words::NEVER;
use crate::tests::desk::{crossed, kept_aside};
use crate::tests::phone::new_record;
use crate::tests::pipeline::{agreed, contact_after, encounter, police, shared, submitted};
use crate::tests::{NOW_MS, Scheme};

pub(super) const NUMBER: &str = "07700 900999";

/// A referral with a word in each compartment that nobody beside its readers may see.
pub(in crate::tests) fn planted(scheme: &mut Scheme) -> (Record, OpId) {
    let record = new_record();
    let (police, shared) = (police(scheme, record), shared(scheme, record));
    agreed(scheme, record);
    let Act::EncounterOpened(opened) = encounter() else { unreachable!("it is one") };
    let noted = EncounterOpened { note: Some("PlantedPolice".to_owned()), place: None, ..opened };
    scheme.officer.record(police, &[], &Act::EncounterOpened(noted));
    let Act::ReferralSubmitted(body) = submitted(scheme, YesNo::No) else { unreachable!("it is one") };
    let reach = Reach { phone: Some(NUMBER.to_owned()), may: Vec::new(), place_and_time: None };
    let first =
        scheme.officer.record(shared, &[], &Act::ReferralSubmitted(ReferralSubmitted { reach, ..body }));
    scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    let accepted = scheme.lead.record_raw(shared, &[first], &[], "referral.accepted", "{}");
    scheme.lead.push(&scheme.service, accepted.seq).expect("it is accepted");
    let outreach = record.stream(CompartmentKind::Outreach, scheme.provider);
    let care = record.stream(CompartmentKind::Care, scheme.provider);
    let contact = json!({
        "what": "attempted", "channel": "phone", "result": "no_answer", "at_ms": NOW_MS, "note": "PlantedOutreach",
    });
    let at = scheme.worker.record_raw(outreach, &[], &[accepted], "contact.recorded", &contact.to_string());
    scheme.worker.record_raw(care, &[], &[accepted], "note.added", r#"{"text":"PlantedCare"}"#);
    scheme.worker.push(&scheme.service, at.seq).expect("it is accepted");
    (record, first)
}

/// A browser for each role, signed in.
pub(super) fn everybody<'d>(
    desk: &'d Desk,
    codes: &BTreeMap<&'static str, String>,
) -> BTreeMap<&'static str, Browser<'d>> {
    codes.iter().map(|(role, code)| (*role, desk.set_up(code, role).0)).collect()
}

pub(super) fn codes(scheme: &Scheme) -> BTreeMap<&'static str, String> {
    let force = scheme.officer.enrolled.force;
    let add =
        |name: &str, role| scheme.takes_in(name, role, force)["code"].as_str().expect("a code").to_owned();
    BTreeMap::from([
        ("admin", scheme.another_code(scheme.admin.user)),
        ("second admin", scheme.second_admin.code.clone()),
        ("officer", scheme.another_code(scheme.officer.user)),
        ("other officer", scheme.another_code(scheme.other_officer.user)),
        ("lead", scheme.another_code(scheme.lead.user)),
        ("worker", scheme.another_code(scheme.worker.user)),
        ("other lead", scheme.another_code(scheme.other_lead.user)),
        ("supervisor", add("Sergeant", Role::Supervisor)),
        ("auditor", add("Auditor", Role::Auditor)),
    ])
}

/// Every page to which a link leads from the start, by its address: what people read on it, and its markup.
fn pages_of(browser: &mut Browser<'_>) -> BTreeMap<String, (String, String)> {
    let (mut ahead, mut pages) = (BTreeSet::from(["/".to_owned()]), BTreeMap::new());
    while let Some(path) = ahead.pop_first() {
        browser.get(&path);
        assert_eq!(browser.page.status, 200, "{path}: {}", browser.page.text);
        let links = browser.page.text.split("href=\"/").skip(1).filter_map(|rest| rest.split('"').next());
        let links = links
            .filter(|link| !link.starts_with("assets/"))
            .map(|link| super::unescaped(&format!("/{link}")));
        // A diary leads from week to week without end: one step each way is enough.
        let goes_on = |link: &String| !(link.starts_with("/diary?") && path.starts_with("/diary?"));
        let links: Vec<String> = links.filter(goes_on).collect();
        pages.insert(path, (browser.page.words(), browser.page.text.clone()));
        // Who follows the way to the sign-in from a code page is signed in already.
        let new = links.into_iter().filter(|link| !pages.contains_key(link) && !link.starts_with("/s"));
        ahead.extend(new);
        let rooms = ["/services", "/search", "/conflicts/settled"].map(str::to_owned);
        ahead.extend(rooms.into_iter().filter(|room| {
            !pages.contains_key(room)
                && pages.values().any(|(_, text)| text.contains(&format!("href=\"{room}\"")))
        }));
    }
    pages
}

#[test]
fn no_page_shows_an_internal_word_or_what_its_reader_may_not_know() {
    let mut scheme = Scheme::new();
    let (record, _) = planted(&mut scheme);
    crossed_beside(&mut scheme);
    let codes = codes(&scheme);
    let desk = Desk::over(scheme, None);
    for (role, mut browser) in everybody(&desk, &codes) {
        let pages = pages_of(&mut browser);
        assert!(pages.len() > 2, "{role}: {:?}", pages.keys());
        let never: &[&str] = match role {
            "lead" | "worker" => &["PlantedPolice"],
            "officer" | "supervisor" | "admin" | "second admin" => {
                &["PlantedOutreach", "PlantedCare", NUMBER, "No answer"]
            }
            _ => &["PlantedPolice", "PlantedOutreach", "PlantedCare", NUMBER, "Roe", "TVP-7KQ2-M4XD-9"],
        };
        for (path, (words, text)) in &pages {
            // A check of the police may find nobody at the other end; what is planted is a try to reach the person.
            let of_people = text.replace("No answer came", "");
            for word in never {
                assert!(!of_people.contains(word), "{role} {path} shows {word}");
            }
            // The service of these tests is called Provider.
            let words = words.replace("Provider", "Kennet Bridge");
            for word in words.split(|letter: char| !letter.is_alphanumeric() && letter != '_') {
                assert!(!NEVER.contains(&word.to_lowercase().as_str()), "{role} {path} says {word}: {words}");
                assert!(word.len() < 32 || word.contains("ABCDEFGHIJ"), "{role} {path} shows an id: {word}");
            }
            for inline in [" style=", "<style", "<script>", " onclick="] {
                assert!(!text.contains(inline), "{role} {path} has {inline}");
            }
        }
        browser.get(&format!("/referrals/{}", record.id));
        let reads = !matches!(role, "auditor" | "other officer" | "other lead");
        assert_eq!(browser.page.status, if reads { 200 } else { 404 }, "{role}");
    }
}

/// A disagreement of each side: taken back while taken on, and an entry kept aside.
fn crossed_beside(scheme: &mut Scheme) {
    let record = new_record();
    let stream = shared(scheme, record);
    let from = agreed(scheme, record).seq;
    let act = submitted(scheme, YesNo::No);
    let first = scheme.officer.record(stream, &[], &act);
    scheme.officer.push(&scheme.service, from).expect("it is accepted");
    let reason = r#"{"reason":"wrong_provider"}"#;
    let cancelled = scheme.officer.record_raw(stream, &[], &[], "referral.cancelled", reason);
    let accepted = scheme.lead.record_raw(stream, &[first], &[], "referral.accepted", "{}");
    scheme.lead.push(&scheme.service, accepted.seq).expect("it is accepted");
    scheme.officer.push(&scheme.service, cancelled.seq).expect("it is accepted");
    let aside = new_record().stream(CompartmentKind::Outreach, scheme.provider);
    let contact = contact_after(&mut scheme.lead, aside, &[]);
    scheme.lead.push(&scheme.service, contact.seq).expect("it is accepted");
    scheme.service.beat(NOW_MS + 60_000 + sync_core::sync::pending::WAIT_MS);
}

#[test]
fn a_foreign_page_and_a_missing_one_are_the_same_bytes() {
    let mut scheme = Scheme::new();
    let (record, _) = planted(&mut scheme);
    let codes = codes(&scheme);
    let desk = Desk::over(scheme, None);
    for role in ["other officer", "other lead", "auditor"] {
        let (mut browser, _) = desk.set_up(&codes[role], role);
        let foreign = browser.get(&format!("/referrals/{}", record.id)).page.clone();
        for path in ["/referrals/00000000-0000-0000-0000-000000000000", "/referrals/x", "/nothing/there"] {
            let missing = browser.get(path).page.clone();
            assert_eq!((missing.status, &missing.text), (foreign.status, &foreign.text), "{path}");
        }
        assert_eq!(foreign.status, 404);
    }
}

#[test]
fn every_answer_has_strict_headers_and_pages_are_never_kept() {
    let scheme = Scheme::new();
    let code = scheme.second_admin.code.clone();
    let desk = Desk::over(scheme, None);
    let (mut browser, _) = desk.set_up(&code, "ruth");
    let style = between(&browser.page.text, "rel=\"stylesheet\" href=\"", "\"").expect("a stylesheet");
    for path in ["/", "/sign-in", "/people", "/nothing", "/set-up/choose", "/conflicts/x"] {
        let head = browser.get(path).page.head.clone();
        for part in [
            "content-security-policy: default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
            "cache-control: no-store",
            "referrer-policy: no-referrer",
            "x-content-type-options: nosniff",
            "cross-origin-opener-policy: same-origin",
            "cross-origin-resource-policy: same-origin",
        ] {
            assert!(head.contains(part), "{path}: {part}: {head}");
        }
    }
    let head = browser.get(&style).page.head.clone();
    assert!(head.contains("immutable") && head.contains("text/css"), "{head}");
}

#[test]
fn an_admin_settles_on_a_page_and_an_old_page_shows_what_came_and_keeps_the_reason() {
    let mut scheme = Scheme::new();
    crossed(&mut scheme);
    let code = scheme.second_admin.code.clone();
    let desk = Desk::over(scheme, None);
    let (mut browser, _) = desk.set_up(&code, "ruth");
    browser.get("/conflicts");
    let path = between(&browser.page.text, "href=\"/conflicts/", "\"").expect("one is listed");
    let path = format!("/conflicts/{path}");
    let old = browser.get(&path).page.clone();
    for part in
        ["Lead, Provider", "Officer, Force", "Nothing of the others", "What counts until it is settled"]
    {
        assert!(old.text.contains(part), "{part}: {}", old.words());
    }
    browser.submit(&path, &[("reason", "asked by telephone")]);
    assert_eq!(browser.page.status, 422);
    assert!(browser.page.text.contains("Choose one of the answers"));
    assert!(browser.page.text.contains(">asked by telephone</textarea>"), "what was typed stays");
    let choices: Vec<String> = old
        .text
        .split("type=\"radio\" name=\"choice\"")
        .skip(1)
        .filter_map(|input| between(input, "value=\"", "\""))
        .map(|value| super::unescaped(&value))
        .collect();
    assert_eq!(choices.len(), 2, "{choices:?}");
    browser.get(&path).submit(&path, &[("choice", &choices[0]), ("reason", "  ")]);
    assert!(browser.page.text.contains("Write in a sentence why"), "{}", browser.page.words());
    browser.submit(&path, &[("choice", &choices[0]), ("reason", "asked by <b>telephone</b>")]);
    assert_eq!(browser.page.location, format!("{path}/settled"), "{}", browser.page.words());
    browser.get(&format!("{path}/settled"));
    assert!(browser.page.text.contains("asked by &lt;b&gt;telephone&lt;/b&gt;"), "{}", browser.page.words());
    assert!(browser.get("/conflicts").page.text.contains("Nothing to settle"));
    // The same person still has the page from before in another window.
    browser.page = old;
    browser.submit(&path, &[("choice", &choices[1]), ("reason", "typed on the old page")]);
    assert_eq!(browser.page.status, 409);
    for part in ["something new came", "Somebody settled it meanwhile", ">typed on the old page</textarea>"] {
        assert!(browser.page.text.contains(part), "{part}: {}", browser.page.words());
    }
    browser.submit(&path, &[("choice", &choices[1]), ("reason", "looked at it again")]);
    assert_eq!(browser.page.location, format!("{path}/settled"), "decided again");
    assert!(browser.get("/conflicts/settled").page.text.contains("looked at it again"));
}

#[test]
fn a_lead_has_no_button_on_an_own_side_and_leaves_it_to_an_admin() {
    let mut scheme = Scheme::new();
    kept_aside(&mut scheme);
    let codes = codes(&scheme);
    let desk = Desk::over(scheme, None);
    let (mut lead, _) = desk.set_up(&codes["lead"], "lead");
    let (mut admin, _) = desk.set_up(&codes["admin"], "admin");
    assert!(admin.get("/conflicts").page.text.contains("Nothing to settle"));
    lead.get("/conflicts");
    let path = between(&lead.page.text, "href=\"/conflicts/", "\"").expect("one is listed");
    let path = format!("/conflicts/{path}");
    lead.get(&path);
    assert!(lead.page.text.contains("You wrote a side of it"), "{}", lead.page.words());
    assert!(!lead.page.text.contains("type=\"radio\""));
    assert_eq!(admin.get(&path).page.status, 404, "it is the service's");
    lead.submit(&path, &[("pass", "up")]);
    assert_eq!(lead.page.location, path, "{}", lead.page.words());
    admin.get(&path);
    for part in ["Contact, or a try", "nothing else of the service’s", "Let it count", "Telephone call"] {
        assert!(admin.page.text.contains(part), "{part}: {}", admin.page.words());
    }
    let choice =
        admin.page.text.split("type=\"radio\"").nth(2).and_then(|part| between(part, "value=\"", "\""));
    let choice = super::unescaped(&choice.expect("an answer"));
    admin.submit(&path, &[("choice", &choice), ("reason", "nobody asked for it")]);
    assert_eq!(admin.page.status, 303, "{}", admin.page.words());
    admin.get(&admin.page.location.clone());
    assert!(lead.get("/conflicts").page.text.contains("Nothing to settle"));
}

#[test]
fn an_officers_page_never_says_how_to_reach_the_person_and_a_workers_not_after_contact_has_stopped() {
    let mut scheme = Scheme::new();
    let (record, first) = planted(&mut scheme);
    let codes = codes(&scheme);
    let (withdraws, path) = (shared(&scheme, record), format!("/referrals/{}", record.id));
    let desk = {
        let withdrew = scheme.worker.record_raw(
            withdraws,
            &[first],
            &[],
            "person.withdrew",
            r#"{"reason":"not_stated"}"#,
        );
        scheme.worker.push(&scheme.service, withdrew.seq).expect("it is accepted");
        Desk::over(scheme, None)
    };
    for role in ["worker", "lead", "officer", "supervisor", "admin"] {
        let (mut browser, _) = desk.set_up(&codes[role], role);
        browser.get(&path);
        assert_eq!(browser.page.status, 200, "{role}");
        assert!(!browser.page.text.contains(NUMBER), "{role}");
        let stopped = browser.page.text.contains("Contact has stopped");
        assert_eq!(stopped, matches!(role, "worker" | "lead"), "{role}: {}", browser.page.words());
    }
}

#[test]
fn rules_take_two_admins_and_a_bank_holiday_takes_one() {
    let scheme = Scheme::new();
    let codes = codes(&scheme);
    let desk = Desk::over(scheme, None);
    let (mut one, _) = desk.set_up(&codes["admin"], "one");
    let (mut other, _) = desk.set_up(&codes["second admin"], "other");
    one.get("/policy").submit("/policy", &[]);
    assert_eq!(one.page.status, 303, "{}", one.page.words());
    assert!(one.get("/policy").page.text.contains("You cannot, since you asked"));
    other.get("/policy");
    let waiting = between(&other.page.text, "action=\"/policy/", "\"").filter(|id| id != "holidays");
    let to = format!("/policy/{}", waiting.expect("a button"));
    other.submit(&to, &[]);
    assert_eq!(other.page.status, 303, "{}", other.page.words());
    for (date, status) in [("2027-02-30", 422), ("soon", 422), ("2027-05-10", 303)] {
        one.get("/policy");
        let typed = [("date", date), ("label", "A day"), ("calendar", "*"), ("change", "held")];
        one.submit("/policy/holidays", &typed);
        assert_eq!(one.page.status, status, "{date}: {}", one.page.words());
    }
    assert!(one.get("/policy").page.text.contains("10 May 2027: A day"));
}

#[test]
fn an_admin_who_comes_second_reads_what_the_first_decided_and_decides_again() {
    let mut scheme = Scheme::new();
    crossed(&mut scheme);
    let codes = codes(&scheme);
    let desk = Desk::over(scheme, None);
    let (mut one, _) = desk.set_up(&codes["admin"], "one");
    let (mut other, _) = desk.set_up(&codes["second admin"], "other");
    one.get("/conflicts");
    let path =
        format!("/conflicts/{}", between(&one.page.text, "href=\"/conflicts/", "\"").expect("one is listed"));
    for browser in [&mut one, &mut other] {
        browser.get(&path);
    }
    one.submit(&path, &[("choice", &answer(&one, 1)), ("reason", "looked at both")]);
    assert_eq!(one.page.status, 303, "{}", one.page.words());
    for (status, reason) in [(409, "I asked the officer"), (303, "I asked the lead as well")] {
        other.submit(&path, &[("choice", &answer(&other, 2)), ("reason", reason)]);
        assert_eq!(other.page.status, status, "{}", other.page.words());
        if status == 409 {
            let words = other.page.words();
            assert!(words.contains("Somebody settled it meanwhile"), "{words}");
            assert!(words.contains("First admin") && words.contains("looked at both"), "{words}");
            assert!(other.page.text.contains(reason), "what was typed is kept");
        }
    }
    let settled = one.get(&path).page.words();
    assert!(settled.contains("Second admin") && settled.contains("I asked the lead as well"), "{settled}");
}

/// The value of the page's answer of this number, counted from 1.
fn answer(browser: &Browser<'_>, number: usize) -> String {
    let choice = browser.page.text.split("type=\"radio\"").nth(number);
    super::unescaped(&choice.and_then(|part| between(part, "value=\"", "\"")).expect("an answer"))
}
