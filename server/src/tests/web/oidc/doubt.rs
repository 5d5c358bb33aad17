//! What is not believed of an identity provider, and of who comes back from it; one that is down; its keys.
//!
//! Does not test who is let in: see [`super`].

use super::super::{Browser, MINUTE_MS, PASSWORD, between};
use super::{URL, linked, sign_in};
use crate::tests::identity_provider::Trick;

#[test]
fn what_is_not_believed_signs_nobody_in_and_the_page_says_why() {
    let (desk, provider, _) = linked();
    for (trick, sentence) in [
        (Trick::Denied, "You did not sign in with your Thames Valley account"),
        (Trick::OtherBack, "Somebody else than your Thames Valley account answered"),
        (Trick::NoBack, "Somebody else than your Thames Valley account answered"),
        (Trick::OtherIssuer, "Somebody else than your Thames Valley account answered"),
        (Trick::OtherAudience, "meant for another program"),
        (Trick::MoreAudience, "meant for another program"),
        (Trick::OtherNonce, "meant for another sign-in"),
        (Trick::NoNonce, "meant for another sign-in"),
        (Trick::Expired, "out of date"),
        (Trick::Forged, "Nothing proves"),
        (Trick::UnknownKey, "Nothing proves"),
        (Trick::Unsigned, "Nothing proves"),
        (Trick::Shared, "Nothing proves"),
        (Trick::NoToken, "could not be understood"),
    ] {
        provider.plays(trick);
        let mut browser = desk.browser();
        sign_in(&mut browser, &provider);
        assert_eq!(browser.page.status, 403, "{trick:?}: {}", browser.page.text);
        let words = browser.page.words();
        assert!(words.contains(sentence) && words.contains("Nothing was changed here"), "{trick:?}: {words}");
        assert!(!browser.is_signed_in(), "{trick:?}");
    }
    provider.plays(Trick::None);
    let mut browser = desk.browser();
    sign_in(&mut browser, &provider);
    assert!(browser.is_signed_in(), "and an honest answer still counts");
}

#[test]
fn a_way_ends_once_in_its_own_browser_and_in_time() {
    let (desk, provider, _) = linked();
    let begun = |browser: &mut Browser<'_>| {
        browser.get("/sign-in/with");
        provider.says(|said| said.now_s = desk.now_ms() / 1000);
        provider.visited(&browser.page.location).strip_prefix(URL).expect("it is ours").to_owned()
    };
    let refused = |browser: &mut Browser<'_>, path: &str, case: &str| {
        browser.get(path);
        let words = browser.page.words();
        assert_eq!(browser.page.status, 403, "{case}: {words}");
        assert!(words.contains("This way did not begin in this browser"), "{case}: {words}");
        assert!(!browser.is_signed_in(), "{case}");
    };
    let (mut attacker, mut victim) = (desk.browser(), desk.browser());
    let path = begun(&mut attacker);
    refused(&mut victim, &path, "the way of somebody else, in a browser that began none");
    begun(&mut victim);
    refused(&mut victim, &path, "in a browser that began another");
    assert!(attacker.get(&path).page.location == "/" && attacker.is_signed_in());
    let way = attacker.cookies.clone();
    attacker.get("/").submit("/sign-out", &[]);
    attacker.cookies = way;
    refused(&mut attacker, &path, "it was finished");
    let mut late = desk.browser();
    let path = begun(&mut late);
    desk.later(10 * MINUTE_MS);
    refused(&mut late, &path, "after ten minutes");
    let mut wrong = desk.browser();
    let path = begun(&mut wrong);
    refused(&mut wrong, &path.replace("state=", "state=x"), "another state");
    refused(&mut wrong, &path, "and then it is over");
    for nonsense in ["/sign-in/back", "/sign-in/back?code=x", "/sign-in/back?%ff=%ff&state"] {
        refused(&mut desk.browser(), nonsense, nonsense);
    }
}

#[test]
fn a_code_counts_once_at_the_provider() {
    let (desk, provider, _) = linked();
    let (mut one, mut other) = (desk.browser(), desk.browser());
    one.get("/sign-in/with");
    let back = provider.visited(&one.page.location);
    let code = between(&back, "code=", "&").expect("a code");
    assert!(one.get(back.strip_prefix(URL).expect("it is ours")).page.location == "/", "{}", one.page.text);
    // The code of another way, which was used, in a way of one's own.
    other.get("/sign-in/with");
    let own = provider.visited(&other.page.location);
    let own_code = between(&own, "code=", "&").expect("a code");
    let injected = own.replace(&format!("code={own_code}&"), &format!("code={code}&"));
    other.get(injected.strip_prefix(URL).expect("it is ours"));
    assert_eq!(other.page.status, 403);
    assert!(other.page.words().contains("was used before, or is too old"), "{}", other.page.text);
    assert!(!other.is_signed_in());
    // A code that was not used, but is of another way: its challenge is not this way's.
    let (mut thief, mut owner) = (desk.browser(), desk.browser());
    owner.get("/sign-in/with");
    let stolen = between(&provider.visited(&owner.page.location), "code=", "&").expect("a code");
    thief.get("/sign-in/with");
    let own = provider.visited(&thief.page.location);
    let own_code = between(&own, "code=", "&").expect("a code");
    let injected = own.replace(&format!("code={own_code}&"), &format!("code={stolen}&"));
    thief.get(injected.strip_prefix(URL).expect("it is ours"));
    assert!(thief.page.status == 403 && !thief.is_signed_in(), "{}", thief.page.text);
}

#[test]
fn when_the_provider_is_down_the_page_says_so_and_a_password_still_signs_in() {
    let (desk, provider, account) = linked();
    // Already on the way when it stops …
    let mut on_the_way = desk.browser();
    on_the_way.get("/sign-in/with");
    let back = provider.visited(&on_the_way.page.location);
    provider.plays(Trick::Down);
    on_the_way.get(back.strip_prefix(URL).expect("it is ours"));
    assert_eq!(on_the_way.page.status, 503, "{}", on_the_way.page.text);
    assert!(on_the_way.page.words().contains("cannot be reached at the moment"));
    // … and after what is known of it has grown old.
    desk.later(60 * MINUTE_MS);
    for trick in [Trick::Down, Trick::Endless, Trick::OtherDescription] {
        provider.plays(trick);
        desk.later(MINUTE_MS);
        let mut late = desk.browser();
        late.get("/sign-in/with");
        assert_eq!(late.page.status, 503, "{trick:?}: {}", late.page.text);
        assert!(late.page.words().contains("sign in with a name and a password"), "{}", late.page.text);
        let asked = provider.asked("/.well-known/openid-configuration");
        late.get("/sign-in/with");
        assert_eq!(provider.asked("/.well-known/openid-configuration"), asked, "nobody hammers at it");
    }
    let mut ruth = desk.browser();
    ruth.sign_in(&account, PASSWORD, &account.code(&desk));
    assert!(ruth.is_signed_in());
    provider.plays(Trick::None);
    desk.later(MINUTE_MS);
    let mut again = desk.browser();
    sign_in(&mut again, &provider);
    assert!(again.is_signed_in());
}

#[test]
fn what_is_known_of_the_provider_is_kept_and_its_new_keys_are_fetched() {
    let (desk, provider, _) = linked();
    let enter = || {
        let mut browser = desk.browser();
        sign_in(&mut browser, &provider);
        browser.is_signed_in()
    };
    assert!(enter() && enter());
    assert_eq!(provider.asked("/keys"), 1, "they are kept");
    desk.later(2 * MINUTE_MS);
    provider.changes_its_key("key-2");
    assert!(enter());
    assert_eq!(provider.asked("/keys"), 2, "a new name has them fetched");
    provider.plays(Trick::UnknownKey);
    assert!(!enter() && !enter() && !enter());
    assert_eq!(provider.asked("/keys"), 2, "but not for everybody who makes one up");
    provider.plays(Trick::None);
    desk.later(2 * MINUTE_MS);
    provider.signs_by_rsa("key-3");
    assert!(enter(), "RSA signs as well");
}

#[test]
fn nobody_sets_out_without_end() {
    let (desk, provider, _) = linked();
    let mut stranger = desk.browser();
    stranger.from = "198.51.100.7".to_owned();
    for _ in 0..120 {
        stranger.get("/sign-in/with");
        assert_eq!(stranger.page.status, 303, "{}", stranger.page.text);
    }
    stranger.get("/sign-in/with");
    assert_eq!(stranger.page.status, 429);
    assert!(stranger.page.head.contains("retry-after:"), "{}", stranger.page.head);
    let mut other = desk.browser();
    other.from = "203.0.113.9".to_owned();
    sign_in(&mut other, &provider);
    assert!(other.is_signed_in(), "from another address");
}
