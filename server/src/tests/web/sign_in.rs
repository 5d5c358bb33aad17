//! Signing in and out: cookies, forms, codes, limits.
//!
//! Does not test what a page shows.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use sync_core::access::Role;

use super::{Account, Browser, Desk, MINUTE_MS, PASSWORD};
use crate::sign_in::{ABSOLUTE_MS, IDLE_MS, totp};
use crate::store::sqlite::inspect_file;
use crate::tests::Scheme;

/// A desk at which the second admin has an account, and the browser that it was set up in.
fn with_admin(public_url: Option<&str>) -> (Desk, String) {
    let scheme = Scheme::new();
    let code = scheme.second_admin.code.clone();
    (Desk::over(scheme, public_url), code)
}

fn again<'d>(desk: &'d Desk, account: &Account) -> Browser<'d> {
    // The code of this half minute was used.
    desk.later(MINUTE_MS);
    let mut browser = desk.browser();
    browser.sign_in(account, PASSWORD, &account.code(desk));
    assert_eq!((browser.page.status, browser.page.location.as_str()), (303, "/"), "{}", browser.page.text);
    browser
}

#[test]
fn an_account_is_set_up_from_a_code_that_works_once_however_it_is_typed() {
    let (desk, code) = with_admin(None);
    let typed = format!(" {}-{} ", &code[..5].to_lowercase(), &code[5..]);
    let (mut browser, account) = desk.set_up(&typed, "  Ruth@KVP.example ");
    assert!(browser.is_signed_in(), "who has set up is signed in");
    assert!(browser.page.text.contains("Second admin, admin"), "{}", browser.page.text);
    assert_eq!(account.recovery.len(), 10);
    let mut other = desk.browser();
    other.get("/set-up").submit("/set-up", &[("code", &code)]);
    assert_eq!(other.page.status, 422, "the code was used");
    for wrong in ["", "0", &"Z".repeat(26), &"é".repeat(4000)] {
        other.submit("/set-up", &[("code", wrong)]);
        assert_eq!(other.page.status, 422, "{wrong}");
    }
    let named = Account { name: "ruth@kvp.example".to_owned(), ..account };
    assert!(again(&desk, &named).is_signed_in(), "capitals and spaces do not matter");
}

#[test]
fn what_is_chosen_is_checked_and_what_was_typed_stays_but_for_the_password() {
    let (desk, code) = with_admin(None);
    let mut browser = desk.browser();
    browser.get("/set-up").submit("/set-up", &[("code", &code)]).get("/set-up/choose");
    let typed = |name: &'static str, password: &'static str, again: &'static str| {
        [("name", name), ("password", password), ("again", again), ("code", "000000")]
    };
    for (case, sentence) in [
        (typed("", PASSWORD, PASSWORD), "Write a name"),
        (typed("ruth", "short", "short"), "at least 12 letters"),
        (typed("ruth", PASSWORD, "another one altogether"), "differ"),
        (typed("ruth.okafor", "ruth.okafor 2026", "ruth.okafor 2026"), "sign-in name is in it"),
        (typed("ruth <b>\"x\"", PASSWORD, PASSWORD), "another code by now"),
    ] {
        browser.submit("/set-up/choose", &case);
        assert_eq!(browser.page.status, 422);
        assert!(browser.page.text.contains(sentence), "{sentence}: {}", browser.page.text);
        assert!(browser.page.text.contains("<title>Error: "));
        assert!(!browser.page.text.contains(PASSWORD), "a password is never shown again");
        assert!(!browser.page.text.contains("<b>"), "what is typed is text");
    }
    assert!(browser.page.text.contains("value=\"ruth &lt;b&gt;&quot;x&quot;\""), "{}", browser.page.text);
}

#[test]
fn the_cookie_is_for_the_server_alone_and_behind_tls_for_tls_alone() {
    for (public_url, name, secure) in
        [(None, "waymark=", false), (Some("https://w.example"), "__host-waymark=", true)]
    {
        let (desk, code) = with_admin(public_url);
        let (mut browser, account) = desk.set_up(&code, "ruth");
        let set_up = browser.page.clone();
        let signed_in = again(&desk, &account).page.clone();
        for page in [set_up, signed_in] {
            let cookie = page.cookie.expect("a cookie is set").to_lowercase();
            assert!(cookie.starts_with(name), "{cookie}");
            for part in ["; path=/", "; httponly", "; samesite=lax"] {
                assert!(cookie.contains(part), "{part}: {cookie}");
            }
            assert_eq!(cookie.contains("; secure"), secure, "{cookie}");
            assert!(!cookie.contains("domain"), "{cookie}");
            assert_eq!(page.head.contains("strict-transport-security"), secure);
        }
        browser.get("/");
        assert!(browser.page.cookie.is_none(), "a page sets no cookie again");
    }
}

#[test]
fn a_token_that_somebody_planted_is_worth_nothing_after_the_sign_in() {
    let (desk, code) = with_admin(None);
    let (_, account) = desk.set_up(&code, "ruth");
    desk.later(MINUTE_MS);
    let mut victim = desk.browser();
    victim.get("/sign-in");
    let planted = victim.cookies.clone();
    victim.sign_in(&account, PASSWORD, &account.code(&desk));
    assert!(victim.is_signed_in());
    let mut thief = desk.browser();
    thief.cookies = planted;
    assert!(!thief.is_signed_in());
}

#[test]
fn a_form_without_the_key_of_this_browser_changes_nothing() {
    let (desk, code) = with_admin(None);
    let (mut browser, account) = desk.set_up(&code, "ruth");
    let mut other = again(&desk, &account);
    other.get("/me");
    let others_key = other.page.hidden("/sign-out").expect("a form");
    browser.get("/services");
    let good = browser.page.hidden("/services").expect("a form");
    let mut typed = vec![("name".to_owned(), "Kennet Bridge".to_owned())];
    for key in [vec![], vec![("form_key".to_owned(), String::new())], others_key] {
        let fields: Vec<_> = key.into_iter().chain(typed.clone()).collect();
        browser.post("/services", &fields);
        assert_eq!(browser.page.status, 403, "{}", browser.page.text);
    }
    typed.extend(good.into_iter().chain([("ages".to_owned(), "18-".to_owned())]));
    let body: Vec<String> =
        typed.iter().map(|(name, value)| format!("{name}={}", super::escaped(value))).collect();
    let kind = ("content-type", "application/x-www-form-urlencoded");
    browser.send("POST", "/services", &[kind, ("sec-fetch-site", "cross-site")], &body.join("&"));
    assert_eq!(browser.page.status, 403, "another site sent it");
    assert!(!browser.get("/services").page.text.contains("Kennet Bridge"));
    browser.send("POST", "/services", &[kind], &body.join("&"));
    assert_eq!(browser.page.status, 303, "a browser that does not say where a form is from");
    assert!(browser.get("/services").page.text.contains("Kennet Bridge"));
}

#[test]
fn a_wrong_password_or_name_reads_the_same() {
    let (desk, code) = with_admin(None);
    let (_, account) = desk.set_up(&code, "ruth");
    let mut texts = Vec::new();
    for (name, password) in [("ruth", "another password"), ("nobody", PASSWORD), ("", "")] {
        let mut browser = desk.browser();
        browser.get("/sign-in").submit("/sign-in", &[("name", name), ("password", password)]);
        assert_eq!(browser.page.status, 422);
        let mut text = browser.page.text.replace(&format!("value=\"{name}\""), "");
        for (_, own) in browser.page.hidden("/sign-in").expect("a form") {
            text = text.replace(&own, "");
        }
        texts.push(text);
    }
    assert_eq!(texts[0], texts[1]);
    assert!(again(&desk, &account).is_signed_in());
}

#[test]
fn a_code_counts_once_and_after_wrong_ones_somebody_waits() {
    let (desk, code) = with_admin(None);
    let (_, account) = desk.set_up(&code, "ruth");
    let mut replayed = desk.browser();
    replayed.sign_in(&account, PASSWORD, &account.code(&desk));
    assert_eq!(replayed.page.status, 422, "the set-up used this code");
    desk.later(MINUTE_MS);
    let shown = account.code(&desk);
    let mut first = desk.browser();
    assert!(first.sign_in(&account, PASSWORD, &shown).is_signed_in());
    let mut second = desk.browser();
    second.sign_in(&account, PASSWORD, &shown);
    assert_eq!(second.page.status, 422, "somebody looked over the shoulder");
    assert!(!second.is_signed_in());
    desk.later(MINUTE_MS);
    second.get("/sign-in/code");
    for status in [422, 422, 422, 422, 429] {
        second.submit("/sign-in/code", &[("code", "000000")]);
        assert_eq!(second.page.status, status);
    }
    second.submit("/sign-in/code", &[("code", &account.code(&desk))]);
    assert_eq!(second.page.status, 429, "the right one is not looked at either");
    assert!(first.is_signed_in(), "who is signed in stays so");
    desk.later(MINUTE_MS);
    second.submit("/sign-in/code", &[("code", &account.code(&desk))]);
    assert!(second.is_signed_in());
}

#[test]
fn a_recovery_code_signs_in_once() {
    let (desk, code) = with_admin(None);
    let (_, account) = desk.set_up(&code, "ruth");
    let typed = account.recovery[3].replace('-', " ").to_lowercase();
    assert!(desk.browser().sign_in(&account, PASSWORD, &typed).is_signed_in());
    let mut browser = desk.browser();
    browser.sign_in(&account, PASSWORD, &account.recovery[3]);
    assert_eq!(browser.page.status, 422);
    browser.submit("/sign-in/code", &[("code", &account.recovery[4])]);
    assert!(browser.is_signed_in());
}

#[test]
fn who_guesses_passwords_waits_and_the_owner_does_not() {
    let (desk, code) = with_admin(Some("https://w.example"));
    let (_, account) = desk.set_up(&code, "ruth");
    let mut stranger = desk.browser();
    stranger.from = "203.0.113.9".to_owned();
    stranger.get("/sign-in");
    for _ in 0..6 {
        stranger.submit("/sign-in", &[("name", "ruth"), ("password", "a guess a guess")]);
        assert_eq!(stranger.page.status, 422);
    }
    stranger.submit("/sign-in", &[("name", "ruth"), ("password", PASSWORD)]);
    assert_eq!(stranger.page.status, 429, "also the right one");
    assert!(again(&desk, &account).is_signed_in(), "from another address");
    desk.later(5 * MINUTE_MS);
    stranger.submit("/sign-in", &[("name", "ruth"), ("password", PASSWORD)]);
    assert_eq!(stranger.page.location, "/sign-in/code", "nobody waits for ever");
}

#[test]
fn a_session_ends_when_it_is_idle_and_at_the_latest_after_a_shift() {
    let (desk, code) = with_admin(None);
    let (mut browser, account) = desk.set_up(&code, "ruth");
    desk.later(IDLE_MS - 1);
    assert!(browser.is_signed_in());
    desk.later(IDLE_MS - 1);
    assert!(browser.is_signed_in(), "the last request counts");
    desk.later(IDLE_MS);
    assert!(!browser.is_signed_in());
    let mut browser = again(&desk, &account);
    let steps = ABSOLUTE_MS / (IDLE_MS / 2);
    for step in 1..steps {
        desk.later(IDLE_MS / 2);
        assert!(browser.is_signed_in(), "{step}");
    }
    browser.get("/me");
    desk.later(IDLE_MS / 2);
    browser.submit("/sign-out/everywhere", &[]);
    assert_eq!(browser.page.status, 401, "what was sent too late was not done, and the page says so");
    assert!(!browser.is_signed_in());
}

#[test]
fn a_set_up_and_a_password_wait_a_while_and_no_longer() {
    let (desk, code) = with_admin(None);
    let mut browser = desk.browser();
    browser.get("/set-up").submit("/set-up", &[("code", &code)]);
    assert!(!browser.is_signed_in(), "a code alone signs nobody in");
    desk.later(29 * MINUTE_MS);
    assert_eq!(browser.get("/set-up/choose").page.status, 200);
    desk.later(MINUTE_MS);
    assert_eq!(browser.get("/set-up/choose").page.location, "/set-up");
    let (desk, code) = with_admin(None);
    let (_, account) = desk.set_up(&code, "ruth");
    let mut browser = desk.browser();
    browser.get("/sign-in").submit("/sign-in", &[("name", "ruth"), ("password", PASSWORD)]);
    assert!(!browser.is_signed_in(), "a password alone signs nobody in");
    browser.get("/sign-in/code");
    desk.later(10 * MINUTE_MS);
    browser.submit("/sign-in/code", &[("code", &account.code(&desk))]);
    assert_eq!(browser.page.location, "/sign-in");
    assert!(!browser.is_signed_in());
}

#[test]
fn signing_out_ends_this_browser_and_everywhere_ends_all() {
    let (desk, code) = with_admin(None);
    let (mut one, account) = desk.set_up(&code, "ruth");
    let (mut two, mut three) = (again(&desk, &account), again(&desk, &account));
    let stolen = one.cookies.clone();
    one.get("/").submit("/sign-out", &[]);
    assert!(!one.is_signed_in() && two.is_signed_in() && three.is_signed_in());
    one.cookies = stolen;
    assert!(!one.is_signed_in(), "the token counts no longer, whoever has it");
    two.get("/me").submit("/sign-out/everywhere", &[]);
    assert!(!two.is_signed_in() && !three.is_signed_in());
}

#[test]
fn who_is_disabled_is_signed_out_and_who_has_another_role_has_it_at_once() {
    let scheme = Scheme::new();
    let officer = scheme.officer.user;
    let codes = [scheme.another_code(officer), scheme.second_admin.code.clone()];
    let desk = Desk::over(scheme, None);
    let (mut browser, _) = desk.set_up(&codes[0], "officer");
    let (mut admins, _) = desk.set_up(&codes[1], "ruth");
    assert!(browser.is_signed_in() && !browser.page.text.contains("/policy"));
    assert_eq!(browser.get("/policy").page.status, 403, "the desk decides, not the menu");
    admins
        .get(&format!("/people/{officer}"))
        .submit(&format!("/people/{officer}/end"), &[("reason", "left")]);
    assert_eq!(admins.page.status, 303, "{}", admins.page.text);
    assert!(!browser.is_signed_in());
}

/// The code, or half of one, on a page.
fn code_on(browser: &Browser<'_>) -> String {
    super::between(&browser.page.text, "<p class=\"code\">", "</p>").expect("the code is shown")
}

#[test]
fn a_set_up_that_was_left_open_ends_when_its_person_comes_in_with_another_code() {
    let scheme = Scheme::new();
    let code = scheme.second_admin.code.clone();
    let new = scheme.takes_in("PC Lake", Role::Officer, scheme.officer.enrolled.force);
    let [id, first] = ["user", "code"].map(|key| new[key].as_str().expect("a text").to_owned());
    let desk = Desk::over(scheme, None);
    let (mut ruth, _) = desk.set_up(&code, "ruth");
    let mut begun = desk.browser();
    begun.get("/set-up").submit("/set-up", &[("code", &first)]).get("/set-up/choose");
    let secret = totp::secret_of(&code_on(&begun));
    let typed = totp::code_at(&secret, desk.now_ms());
    // Nobody could miss them yet, so one admin gives another whole code.
    ruth.get(&format!("/people/{id}")).submit(&format!("/people/{id}/code"), &[]);
    let (mut own, _) = desk.set_up(&code_on(&ruth), "lake");
    let typed = [("name", "lake2"), ("password", PASSWORD), ("again", PASSWORD), ("code", typed.as_str())];
    begun.submit("/set-up/choose", &typed);
    assert!(!begun.is_signed_in() && own.is_signed_in(), "{}", begun.page.text);
}

#[test]
fn a_new_code_for_who_can_sign_in_takes_two_and_each_has_half_of_it() {
    let scheme = Scheme::new();
    let (code, first) = (scheme.second_admin.code.clone(), scheme.another_code(scheme.admin.user));
    let force = scheme.officer.enrolled.force.to_string();
    let desk = Desk::over(scheme, None);
    let (mut ruth, _) = desk.set_up(&code, "ruth");
    let (mut gareth, old) = desk.set_up(&first, "gareth");
    // An officer: one admin gives the first code, and two the second; an auditor takes two from the beginning.
    ruth.get("/people").submit("/people", &[("name", "Zoë O’Brien"), ("role", "officer"), ("org", &force)]);
    assert_eq!(ruth.page.status, 200, "{}", ruth.page.text);
    let code = code_on(&ruth);
    let (mut zoe, _) = desk.set_up(&code, "zoë");
    assert!(zoe.is_signed_in());
    assert!(!ruth.get("/people").page.text.contains(&code), "a code is shown once");
    let id = ruth.page.text.split("/people/").find(|part| part.contains("Zoë O’Brien")).expect("a row");
    let id = id.split('"').next().expect("an id").to_owned();
    ruth.get(&format!("/people/{id}")).submit(&format!("/people/{id}/code"), &[]);
    let begins = code_on(&ruth);
    assert_eq!(begins.len(), 13, "who signs in here could be missed");
    let waits = ruth.get("/").page.clone();
    assert!(waits.words().contains("until the person or another admin agrees"), "{}", waits.words());
    let agree = |browser: &mut Browser<'_>| {
        browser.get("/");
        let proposal = super::between(&browser.page.text, "action=\"/proposals/", "\"").expect("a button");
        browser.submit(&format!("/proposals/{proposal}"), &[]);
        code_on(browser)
    };
    let ends = agree(&mut zoe);
    let (mut anew, account) = desk.set_up(&format!("{begins}{ends}"), "zoe2");
    assert!(anew.is_signed_in() && !zoe.is_signed_in(), "a new set-up signs out everywhere else");
    assert!(account.secret != old.secret);
    // She asks for another one herself, an admin agrees; another time she lets it be.
    anew.get("/me").submit("/me/code", &[]);
    let begins = code_on(&anew);
    let ends = agree(&mut gareth);
    let (mut again, _) = desk.set_up(&format!("{begins}{ends}"), "zoe3");
    again.get("/me").submit("/me/code", &[]);
    again.get("/");
    let proposal = super::between(&again.page.text, "action=\"/proposals/", "/withdraw\"").expect("a button");
    again.submit(&format!("/proposals/{proposal}/withdraw"), &[]);
    assert!(!gareth.get("/").page.text.contains("/proposals/"), "nothing waits");
    ruth.get("/people").submit("/people", &[("name", "Amin"), ("role", "auditor"), ("org", &force)]);
    assert!(ruth.page.words().contains("until another admin agrees"), "{}", ruth.page.words());
}

#[test]
fn a_lead_adds_the_people_of_their_service_at_the_desk() {
    let scheme = Scheme::new();
    let (code, provider) = (scheme.another_code(scheme.lead.user), scheme.provider.to_string());
    let desk = Desk::over(scheme, None);
    let (mut sam, _) = desk.set_up(&code, "sam");
    let page = sam.get("/people").page.clone();
    assert!(!page.text.contains("value=\"officer\"") && page.text.contains("value=\"outreach_worker\""));
    sam.submit("/people", &[("name", "Priya"), ("role", "outreach_worker"), ("org", &provider)]);
    let (mut priya, _) = desk.set_up(&code_on(&sam), "priya");
    assert!(priya.is_signed_in());
}

#[test]
fn neither_password_nor_token_nor_code_is_in_the_store() {
    let scheme = Scheme::new();
    let (file, code) = (scheme.data.path().join("waymark.sqlite"), scheme.second_admin.code.clone());
    let desk = Desk::over(scheme, None);
    let (browser, account) = desk.set_up(&code, "ruth");
    let token = browser.cookies["waymark"].clone();
    inspect_file(&file, |read| Ok(read.server()?.force)).expect("the store is there");
    let files = [file.clone(), file.with_extension("sqlite-wal")];
    let bytes: Vec<u8> = files.iter().flat_map(|file| std::fs::read(file).unwrap_or_default()).collect();
    for secret in [PASSWORD, &token, &account.recovery[0], &code] {
        let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!found, "{secret}");
    }
}

#[test]
fn a_form_that_does_not_come_to_its_end_is_too_slow_and_not_wrong() {
    let (desk, code) = with_admin(None);
    let (mut browser, _) = desk.set_up(&code, "ruth");
    let cookie = browser.cookies["waymark"].clone();
    let mut stream = TcpStream::connect(desk.address).expect("the server listens");
    let head = format!(
        "POST /services HTTP/1.1\r\nhost: h\r\naccept: text/html\r\ncookie: waymark={cookie}\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: 1000\r\n\r\nname=half"
    );
    stream.write_all(head.as_bytes()).expect("it is sent");
    let mut answer = Vec::new();
    drop(stream.read_to_end(&mut answer));
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("the form came too slowly"), "{answer}");
    assert!(browser.is_signed_in());
}
