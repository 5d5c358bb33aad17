//! Signing in by an identity provider: a real one on this machine, honest and not.
//!
//! Does not test passwords and codes: see [`super::sign_in`].

mod doubt;

use serde_json::json;
use sync_core::access::Role;
use sync_core::ids::UserId;

use super::{Account, Browser, Desk, MINUTE_MS, PASSWORD};
use crate::Config;
use crate::config::Oidc;
use crate::sign_in::{ABSOLUTE_MS, IDLE_MS};
use crate::tests::identity_provider::{CLIENT, SECRET, TestIdentityProvider};
use crate::tests::{NOW_MS, Scheme};

const URL: &str = "https://w.example";
const BUTTON: &str = "Sign in with your Thames Valley account";

/// A desk that knows an identity provider.
fn desk_of(scheme: Scheme, provider: &TestIdentityProvider) -> Desk {
    let secret = scheme.data.path().join("oidc.secret");
    std::fs::write(&secret, format!("{SECRET}\n")).expect("it is written");
    let oidc = Oidc {
        issuer: provider.issuer(),
        client_id: CLIENT.to_owned(),
        client_secret_file: secret,
        label: "Thames Valley account".to_owned(),
    };
    Desk::configured(scheme, |config| Config { public_url: Some(URL.to_owned()), oidc: Some(oidc), ..config })
}

/// A desk, its provider, and a code of the second admin, Ruth.
fn with_admin() -> (Desk, TestIdentityProvider, String) {
    let (scheme, provider) = (Scheme::new(), TestIdentityProvider::start(URL, NOW_MS / 1000));
    let code = scheme.second_admin.code.clone();
    (desk_of(scheme, &provider), provider, code)
}

/// The same, with Ruth's account linked.
fn linked() -> (Desk, TestIdentityProvider, Account) {
    let (desk, provider, code) = with_admin();
    let (mut ruth, account) = desk.set_up(&code, "ruth");
    desk.later(MINUTE_MS);
    link(&mut ruth, &account, &provider);
    assert_eq!((ruth.page.status, ruth.page.location.as_str()), (303, "/me"), "{}", ruth.page.text);
    drop(ruth);
    (desk, provider, account)
}

/// Goes to the provider and back, from an address of it.
fn there_and_back(browser: &mut Browser<'_>, provider: &TestIdentityProvider, address: &str) {
    provider.says(|said| said.now_s = browser.desk.now_ms() / 1000);
    let back = provider.visited(address);
    let path = back.strip_prefix(URL).unwrap_or_else(|| panic!("{back} is not ours"));
    browser.get(path);
}

/// Signs in by the provider, as far as it goes.
fn sign_in(browser: &mut Browser<'_>, provider: &TestIdentityProvider) {
    browser.get("/sign-in/with");
    assert_eq!(browser.page.status, 303, "{}", browser.page.text);
    let address = browser.page.location.clone();
    there_and_back(browser, provider, &address);
}

/// Links the account of whoever is signed in, up to and with the yes.
fn link(browser: &mut Browser<'_>, account: &Account, provider: &TestIdentityProvider) {
    let code = account.code(browser.desk);
    browser.get("/me").submit("/me/link", &[("code", &code)]);
    way(browser, provider);
    browser.submit("/sign-in/with/confirm", &[]);
}

/// Follows the way of a page, up to the question whether it is the right account.
fn way(browser: &mut Browser<'_>, provider: &TestIdentityProvider) {
    let address =
        super::between(&browser.page.text, "<a class=\"do\" href=\"", "\"").expect("a way is shown");
    there_and_back(browser, provider, &super::unescaped(&address));
    assert_eq!(browser.page.location, "/sign-in/with/confirm", "{}", browser.page.text);
    browser.get("/sign-in/with/confirm");
    assert_eq!(browser.page.status, 200, "{}", browser.page.text);
}

#[test]
fn somebody_links_their_account_once_and_signs_in_with_it() {
    let (desk, provider, code) = with_admin();
    let (mut ruth, account) = desk.set_up(&code, "ruth");
    desk.later(MINUTE_MS);
    let typed = account.code(&desk);
    ruth.get("/me").submit("/me/link", &[("code", &typed)]);
    way(&mut ruth, &provider);
    let words = ruth.page.words();
    assert!(words.contains("ruth.okafor@tvp.example") && words.contains("Second admin"), "{words}");
    ruth.submit("/sign-in/with/confirm", &[]);
    assert!(ruth.get("/me").page.words().contains("You can sign in here with your Thames Valley account"));
    let mut other = desk.browser();
    other.get("/sign-in");
    assert!(other.page.words().contains(BUTTON), "{}", other.page.text);
    let before = other.cookies.clone();
    sign_in(&mut other, &provider);
    assert_eq!((other.page.status, other.page.location.as_str()), (303, "/"), "{}", other.page.text);
    assert!(other.is_signed_in() && other.page.text.contains("Second admin, admin"));
    assert_eq!(other.cookies.len(), 1, "the cookie of the way is gone: {:?}", other.cookies);
    assert_ne!(other.cookies, before, "the session has another name than the browser had before");
    other.get("/").submit("/sign-out", &[]);
    assert!(!other.is_signed_in() && ruth.is_signed_in());
}

#[test]
fn a_session_by_the_provider_lasts_as_long_as_any_other() {
    let (desk, provider, _) = linked();
    let mut ruth = desk.browser();
    sign_in(&mut ruth, &provider);
    desk.later(IDLE_MS - 1);
    assert!(ruth.is_signed_in());
    desk.later(IDLE_MS);
    assert!(!ruth.is_signed_in());
    sign_in(&mut ruth, &provider);
    for _ in 1..ABSOLUTE_MS / (IDLE_MS / 2) {
        desk.later(IDLE_MS / 2);
        assert!(ruth.is_signed_in());
    }
    desk.later(IDLE_MS / 2);
    assert!(!ruth.is_signed_in());
}

#[test]
fn the_cookie_of_the_way_is_for_this_server_alone_and_for_ten_minutes() {
    let (desk, _provider, _) = linked();
    let mut ruth = desk.browser();
    ruth.get("/sign-in/with");
    let cookie = ruth.page.cookie.clone().expect("a cookie is set").to_lowercase();
    for part in
        ["__host-waymark-way=", "; path=/", "; httponly", "; samesite=lax", "; max-age=600", "; secure"]
    {
        assert!(cookie.contains(part), "{part}: {cookie}");
    }
    for part in ["response_type=code", "code_challenge_method=s256", "state=", "nonce=", "scope=openid"] {
        assert!(ruth.page.location.to_lowercase().contains(part), "{part}: {}", ruth.page.location);
    }
    let back = "redirect_uri=https%3A%2F%2Fw.example%2Fsign-in%2Fback";
    ruth.send("GET", "/sign-in/with", &[("x-forwarded-host", "evil.example")], "");
    assert!(ruth.page.location.contains(back), "no header decides it: {}", ruth.page.location);
    assert!(!ruth.page.location.contains("profile"), "who signs in shows nothing but who they are");
}

#[test]
fn an_account_that_nobody_linked_reads_what_to_do_and_makes_nobody() {
    let (desk, provider, _) = linked();
    // The e-mail address, the name and the roles are those of somebody who is linked: none of them counts.
    provider.says(|said| {
        said.subject = "somebody-else".to_owned();
        said.more =
            json!({ "roles": ["admin"], "groups": ["admins"], "role": "admin", "email_verified": true });
    });
    let mut stranger = desk.browser();
    sign_in(&mut stranger, &provider);
    assert_eq!(stranger.page.status, 403);
    let words = stranger.page.words();
    assert!(words.contains("Nobody here has this account") && words.contains("nobody was added"), "{words}");
    assert!(words.contains("one-time code"), "{words}");
    assert!(!stranger.is_signed_in());
}

#[test]
fn the_role_is_the_directorys_and_who_is_ended_does_not_come_in() {
    let scheme = Scheme::new();
    let provider = TestIdentityProvider::start(URL, NOW_MS / 1000);
    let officer = scheme.officer.user;
    let codes = [scheme.another_code(officer), scheme.second_admin.code.clone()];
    let desk = desk_of(scheme, &provider);
    let (mut browser, account) = desk.set_up(&codes[0], "officer");
    let (mut admin, _) = desk.set_up(&codes[1], "ruth");
    desk.later(MINUTE_MS);
    provider.says(|said| said.more = json!({ "role": "admin", "roles": ["admin"] }));
    link(&mut browser, &account, &provider);
    let mut again = desk.browser();
    sign_in(&mut again, &provider);
    assert!(again.is_signed_in());
    assert_eq!(again.get("/policy").page.status, 403, "what the token says of roles is not read");
    admin.get(&format!("/people/{officer}")).submit(&format!("/people/{officer}/end"), &[("reason", "left")]);
    assert_eq!(admin.page.status, 303, "{}", admin.page.text);
    assert!(!again.is_signed_in());
    sign_in(&mut again, &provider);
    assert_eq!(again.page.status, 403);
    assert!(again.page.words().contains("Nobody here has this account"), "{}", again.page.text);
    assert!(!again.is_signed_in());
}

#[test]
fn a_one_time_code_sets_up_the_account_of_the_provider_instead_of_a_password() {
    let (desk, provider, code) = with_admin();
    let mut ruth = desk.browser();
    ruth.get("/set-up").submit("/set-up", &[("code", &code)]).get("/set-up/choose");
    ruth.submit("/set-up/with", &[]);
    way(&mut ruth, &provider);
    assert!(!ruth.is_signed_in(), "not before the yes");
    ruth.get("/sign-in/with/confirm").submit("/sign-in/with/confirm", &[]);
    assert_eq!((ruth.page.status, ruth.page.location.as_str()), (303, "/"), "{}", ruth.page.text);
    assert!(ruth.is_signed_in() && ruth.page.text.contains("Second admin, admin"));
    ruth.get("/me");
    assert!(!ruth.page.text.contains("/me/unlink"), "it is the only way in");
    ruth.post("/me/unlink", &ruth.page.hidden("/sign-out").expect("a form"));
    assert_eq!(ruth.page.status, 403, "{}", ruth.page.text);
    let mut again = desk.browser();
    sign_in(&mut again, &provider);
    assert!(again.is_signed_in());
}

/// A code for somebody, by two admins.
fn code_by_two(one: &mut Browser<'_>, other: &mut Browser<'_>, user: UserId) -> String {
    let half =
        |page: &str| super::between(page, "<p class=\"code\">", "</p>").expect("half of the code is shown");
    one.get(&format!("/people/{user}")).submit(&format!("/people/{user}/code"), &[]);
    let begins = half(&one.page.text);
    other.get("/people");
    let proposal = super::between(&other.page.text, "action=\"/proposals/", "\"").expect("a button");
    other.submit(&format!("/proposals/{proposal}"), &[]);
    begins + &half(&other.page.text)
}

#[test]
fn a_new_set_up_ends_the_way_of_before() {
    let scheme = Scheme::new();
    let provider = TestIdentityProvider::start(URL, NOW_MS / 1000);
    let officer = scheme.officer.user;
    let first = scheme.another_code(officer);
    let codes = [scheme.second_admin.code.clone(), scheme.another_code(scheme.admin.user)];
    let desk = desk_of(scheme, &provider);
    let (mut ruth, mut gareth) = (desk.set_up(&codes[0], "ruth").0, desk.set_up(&codes[1], "gareth").0);
    let (mut by_password, account) = desk.set_up(&first, "sam");
    let code = code_by_two(&mut ruth, &mut gareth, officer);
    let mut sam = desk.browser();
    sam.get("/set-up")
        .submit("/set-up", &[("code", &code)])
        .get("/set-up/choose")
        .submit("/set-up/with", &[]);
    way(&mut sam, &provider);
    sam.submit("/sign-in/with/confirm", &[]);
    assert!(sam.is_signed_in() && !by_password.is_signed_in(), "every other browser is signed out");
    desk.later(MINUTE_MS);
    by_password.sign_in(&account, PASSWORD, &account.code(&desk));
    assert_eq!(by_password.page.status, 422, "the password of before is gone");
    // And who signs in by the provider counts as somebody who could be missed: the next code takes two.
    let code = code_by_two(&mut ruth, &mut gareth, officer);
    desk.set_up(&code, "sam");
    assert!(!sam.is_signed_in());
    sign_in(&mut sam, &provider);
    assert_eq!(sam.page.status, 403, "the account that was linked before is not any more");
}

#[test]
fn linking_takes_a_code_a_yes_and_the_same_session() {
    let (desk, provider, code) = with_admin();
    let (mut ruth, account) = desk.set_up(&code, "ruth");
    desk.later(MINUTE_MS);
    ruth.get("/me").submit("/me/link", &[("code", "000000")]);
    assert_eq!(ruth.page.status, 422, "an open desk is not enough");
    assert_eq!(provider.asked("/authorize"), 0);
    let typed = account.code(&desk);
    ruth.submit("/me/link", &[("code", &typed)]);
    way(&mut ruth, &provider);
    // Somebody else's browser with the cookie of this way, and no session of Ruth's.
    let mut thief = desk.browser();
    thief.get("/sign-in");
    let way_cookie = ruth.cookies["__Host-waymark-way"].clone();
    thief.cookies.insert("__Host-waymark-way".to_owned(), way_cookie);
    assert_eq!(thief.get("/sign-in/with/confirm").page.status, 403);
    // Without a yes nothing is linked.
    let mut other = desk.browser();
    sign_in(&mut other, &provider);
    assert_eq!(other.page.status, 403, "{}", other.page.text);
    // Another site cannot say yes in her name.
    let fields = ruth.page.hidden("/sign-in/with/confirm").expect("a form");
    ruth.post("/sign-in/with/confirm", &fields[1..]);
    assert_eq!(ruth.page.status, 403, "{}", ruth.page.text);
    ruth.get("/sign-in/with/confirm").submit("/sign-in/with/confirm", &[]);
    assert_eq!(ruth.page.location, "/me", "{}", ruth.page.text);
    ruth.get("/me").submit("/me/unlink", &[]);
    assert_eq!(ruth.page.location, "/me", "{}", ruth.page.text);
    sign_in(&mut other, &provider);
    assert_eq!(other.page.status, 403, "it is linked to nobody any more");
}

#[test]
fn an_admin_sees_a_linked_account_and_takes_it_away_and_gains_no_code_of_their_own_by_it() {
    let scheme = Scheme::new();
    let provider = TestIdentityProvider::start(URL, NOW_MS / 1000);
    let force = scheme.admin.enrolled.force;
    let added = scheme.takes_in("Kaur", Role::Officer, force);
    let user: UserId = added["user"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let admin = scheme.second_admin.code.clone();
    let desk = desk_of(scheme, &provider);
    let (mut ruth, _) = desk.set_up(&admin, "ruth");
    let mut kaur = desk.browser();
    let code = added["code"].as_str().expect("a code");
    kaur.get("/set-up").submit("/set-up", &[("code", code)]).get("/set-up/choose");
    kaur.submit("/set-up/with", &[]);
    way(&mut kaur, &provider);
    kaur.get("/sign-in/with/confirm").submit("/sign-in/with/confirm", &[]);
    assert!(kaur.is_signed_in());
    let page = format!("/people/{user}");
    let words = ruth.get(&page).page.words();
    assert!(words.contains("with an account at") && words.contains("Unlink this account"), "{words}");
    ruth.submit(&format!("{page}/unlink"), &[]);
    assert_eq!(ruth.page.location, page, "{}", ruth.page.words());
    assert!(!kaur.is_signed_in());
    sign_in(&mut kaur, &provider);
    assert_eq!(kaur.page.status, 403, "it is linked to nobody any more");
    // Else whoever unlinks somebody could sign in as them.
    ruth.get(&page).submit(&format!("{page}/code"), &[]);
    assert!(ruth.page.words().contains("The code begins"), "{}", ruth.page.words());
}

#[test]
fn an_account_signs_in_one_person() {
    let scheme = Scheme::new();
    let provider = TestIdentityProvider::start(URL, NOW_MS / 1000);
    let codes = [scheme.second_admin.code.clone(), scheme.another_code(scheme.officer.user)];
    let desk = desk_of(scheme, &provider);
    let (mut ruth, account) = desk.set_up(&codes[0], "ruth");
    let (mut kaur, other_account) = desk.set_up(&codes[1], "kaur");
    desk.later(MINUTE_MS);
    link(&mut ruth, &account, &provider);
    link(&mut kaur, &other_account, &provider);
    assert_eq!(kaur.page.status, 409);
    assert!(kaur.page.words().contains("signs in somebody else here"), "{}", kaur.page.text);
    let mut browser = desk.browser();
    sign_in(&mut browser, &provider);
    assert!(browser.is_signed_in() && browser.page.text.contains("Second admin, admin"));
}

#[test]
fn where_no_provider_is_named_there_is_none() {
    let scheme = Scheme::new();
    let code = scheme.second_admin.code.clone();
    let desk = Desk::over(scheme, Some(URL));
    let (mut ruth, _) = desk.set_up(&code, "ruth");
    assert!(!ruth.get("/me").page.text.contains("/me/link"));
    let form = ruth.page.hidden("/sign-out").expect("a form");
    for path in ["/me/link", "/me/unlink", "/set-up/with", "/sign-in/with/confirm"] {
        ruth.post(path, &form);
        assert_eq!(ruth.page.status, 404, "{path}");
    }
    for path in ["/sign-in/with", "/sign-in/back?code=x&state=y", "/sign-in/with/confirm"] {
        assert_eq!(ruth.get(path).page.status, 404, "{path}");
    }
    assert!(!desk.browser().get("/sign-in").page.text.contains("/sign-in/with"));
}

#[test]
fn neither_secret_nor_token_nor_email_is_in_the_store() {
    let (mut desk, provider, _) = linked();
    let mut ruth = desk.browser();
    sign_in(&mut ruth, &provider);
    assert!(ruth.is_signed_in());
    drop(ruth);
    drop(desk.stopped());
    let file = desk.data.path().join("waymark.sqlite");
    let files = [file.clone(), file.with_extension("sqlite-wal")];
    let bytes: Vec<u8> = files.iter().flat_map(|file| std::fs::read(file).unwrap_or_default()).collect();
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("a1b2-ruth"), "issuer and subject are what is kept");
    for secret in [SECRET, "planted-access-token", "ruth.okafor@tvp.example", "code-0"] {
        assert!(!holds(secret), "{secret}");
    }
}
