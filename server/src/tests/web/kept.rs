//! What somebody was typing when their session ended comes back to them, and to nobody else.
//!
//! Does not test what the form does that comes back: its page does.

use super::{Account, Browser, Desk, MINUTE_MS, PASSWORD};
use crate::sign_in::IDLE_MS;
use crate::tests::Scheme;

const TYPED: &str = "WPC <Nobody> & sons";

/// A desk at which an admin and a lead have accounts.
fn with_two(scheme: Scheme) -> (Desk, [Account; 2]) {
    let (admin, lead) = (scheme.second_admin.code.clone(), scheme.another_code(scheme.lead.user));
    let desk = Desk::over(scheme, None);
    let accounts = [("ruth", &admin), ("sam", &lead)].map(|(name, code)| desk.set_up(code, name).1);
    (desk, accounts)
}

/// Signs in where the last session ended; where to go then.
fn sign_in(browser: &mut Browser<'_>, account: &Account, desk: &Desk) -> String {
    desk.later(MINUTE_MS);
    browser.sign_in(account, PASSWORD, &account.code(desk));
    browser.page.location.clone()
}

#[test]
fn what_was_typed_comes_back_after_signing_in_and_is_recorded_when_it_is_sent() {
    let scheme = Scheme::new();
    let force = scheme.officer.enrolled.force.to_string();
    let (desk, [ruth, sam]) = with_two(scheme);
    let mut browser = desk.browser();
    assert_eq!(sign_in(&mut browser, &ruth, &desk), "/");
    browser.get("/people");
    desk.later(IDLE_MS);
    let typed = [("name", TYPED), ("role", "officer"), ("org", force.as_str())];
    browser.submit("/people", &typed);
    assert_eq!(browser.page.status, 401);
    assert!(browser.page.words().contains("is kept for you"), "{}", browser.page.text);
    assert!(!browser.page.text.contains("Nobody"), "whoever sits there now reads nothing of it");

    // Somebody else signs in on the same browser, and reads nothing of it either.
    assert_eq!(sign_in(&mut browser, &sam, &desk), "/");
    browser.get("/kept");
    assert_eq!((browser.page.status, browser.page.location.as_str()), (303, "/"));
    browser.get("/").submit("/sign-out", &[]);

    assert_eq!(sign_in(&mut browser, &ruth, &desk), "/kept");
    browser.get("/kept");
    assert!(browser.page.words().contains(TYPED), "{}", browser.page.text);
    // The browser sends the text as it is shown.
    browser.submit("/people", &[("name", TYPED)]);
    assert_eq!(browser.page.status, 200, "{}", browser.page.text);
    browser.get("/people");
    assert_eq!(browser.page.words().matches(TYPED).count(), 1, "{}", browser.page.text);
    browser.get("/kept");
    assert_eq!(browser.page.location, "/", "it is kept no longer");
}

#[test]
fn nothing_is_kept_of_a_button_and_nothing_after_signing_out_everywhere() {
    let (desk, [ruth, _]) = with_two(Scheme::new());
    let mut browser = desk.browser();
    sign_in(&mut browser, &ruth, &desk);
    browser.get("/me");
    desk.later(IDLE_MS);
    browser.submit("/sign-out/everywhere", &[]);
    assert!(browser.page.words().contains("was not recorded"), "{}", browser.page.text);
    assert_eq!(sign_in(&mut browser, &ruth, &desk), "/");
    let mut other = desk.browser();
    sign_in(&mut other, &ruth, &desk);
    browser.get("/people");
    other.get("/me").submit("/sign-out/everywhere", &[]);
    browser.submit("/people", &[("name", TYPED)]);
    assert_eq!(browser.page.status, 401);
    assert_eq!(sign_in(&mut browser, &ruth, &desk), "/");
}
