//! Signing in by an identity provider, through the real binary: configured by flags, set up by a one-time code, used.
//!
//! Does not play the provider's tricks: the tests of the pages do.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Stdio;

use crate::desk::{Store, said, waymark};
use crate::identity_provider::{CLIENT, SECRET, TestIdentityProvider};

const URL: &str = "https://w.example";
/// What a form needs beside its fields.
const FORM: &str = "content-type: application/x-www-form-urlencoded\r\n";

/// A browser: its cookies, and what it shows.
struct Browser {
    address: String,
    cookies: BTreeMap<String, String>,
    page: String,
}

impl Browser {
    fn new(url: &str) -> Self {
        let address = url.trim_start_matches("http://").to_owned();
        Self { address, cookies: BTreeMap::new(), page: String::new() }
    }

    fn send(&mut self, method: &str, path: &str, body: &str) -> &str {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: evil.example\r\naccept: text/html\r\nconnection: close\r\ncookie: {}\r\n{FORM}content-length: {}\r\n\r\n{body}",
            cookies.join("; "),
            body.len()
        )
        .expect("it is sent");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("it answers");
        self.page = String::from_utf8_lossy(&answer).into_owned();
        let set = self.page.lines().filter_map(|line| line.strip_prefix("set-cookie: "));
        let set = set.filter_map(|cookie| cookie.split(';').next()?.split_once('='));
        for (name, value) in set {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        &self.page
    }

    fn get(&mut self, path: &str) -> &str {
        self.send("GET", path, "")
    }

    /// Sends the form to an address that the page holds.
    fn submit(&mut self, path: &str, typed: &str) -> &str {
        let form = self.between(&format!("action=\"{path}\""), "</form>");
        let key = form.split("name=\"form_key\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        let body = format!("form_key={}&{typed}", key.expect("a form has a key"));
        self.send("POST", path, &body)
    }

    fn between(&self, start: &str, end: &str) -> String {
        let found = self.page.split(start).nth(1).and_then(|rest| rest.split(end).next());
        found.unwrap_or_else(|| panic!("no {start}: {}", self.page)).replace("&amp;", "&")
    }

    /// Goes to the provider and comes back.
    fn there_and_back(&mut self, provider: &TestIdentityProvider, address: &str) {
        let back = provider.visited(address);
        let path = back.strip_prefix(URL).expect("it is sent back to the public address").to_owned();
        self.get(&path);
    }
}

#[test]
fn a_provider_is_named_by_flags_and_signs_somebody_in() {
    let store = Store::new();
    let now_s = std::time::UNIX_EPOCH.elapsed().expect("it is later than 1970").as_secs();
    let provider = TestIdentityProvider::start(URL, now_s);
    let secret = store.dir.path().join("secret");
    std::fs::write(&secret, SECRET).expect("it is written");
    let log = store.dir.path().join("log");
    let file = std::fs::File::create(&log).expect("a file is made");
    let (issuer, secret) = (provider.issuer(), secret.display().to_string());
    let flags = ["--public-url", URL, "--oidc-issuer", &issuer, "--oidc-client-id", CLIENT];
    let more = ["--oidc-client-secret-file", &secret, "--oidc-label", "Thames Valley account"];
    let serving = store.serve_and_log("debug", Stdio::from(file), &[&flags[..], &more[..]].concat());

    let mut set_up = Browser::new(&serving.url);
    set_up.get("/set-up");
    set_up.submit("/set-up", &format!("code={}", store.codes[0]));
    assert!(set_up.get("/set-up/choose").contains("Use my Thames Valley account"), "{}", set_up.page);
    set_up.submit("/set-up/with", "");
    let address = set_up.between("<a class=\"do\" href=\"", "\"");
    set_up.there_and_back(&provider, &address);
    assert!(set_up.get("/sign-in/with/confirm").contains("ruth.okafor@tvp.example"), "{}", set_up.page);
    set_up.submit("/sign-in/with/confirm", "");
    assert!(set_up.get("/").contains("First admin, admin"), "{}", set_up.page);

    let mut again = Browser::new(&serving.url);
    assert!(again.get("/sign-in").contains("Sign in with your Thames Valley account"), "{}", again.page);
    again.get("/sign-in/with");
    let address = again.between("location: ", "\r\n");
    again.there_and_back(&provider, &address);
    assert!(again.get("/").contains("First admin, admin"), "{}", again.page);

    drop(serving);
    let log = std::fs::read_to_string(&log).expect("it is text");
    assert!(log.contains("/sign-in/back"), "the log says which page was asked for: {log}");
    for secret in [SECRET, "planted-access-token", "code-0", "ruth.okafor", "a1b2-ruth", "state="] {
        assert!(!log.contains(secret), "{secret} stands in the log");
    }
}

#[test]
fn half_a_provider_is_a_wrong_command() {
    let store = Store::new();
    let refused = |words: &[&str]| {
        let mut command = waymark(&["serve", "--listen", "127.0.0.1:0", "--data"]);
        let (code, text) = said(&command.arg(store.data()).args(words).output().expect("it runs"));
        assert_eq!(code, Some(2), "{words:?}: {text}");
        text
    };
    let issuer = ["--oidc-issuer", "https://id.example"];
    let client = ["--oidc-client-id", "waymark"];
    let missing = ["--oidc-client-secret-file", "nowhere"];
    assert!(refused(&client).contains("--oidc-issuer must be named"));
    assert!(refused(&issuer).contains("--oidc-client-id must be named"));
    assert!(refused(&[issuer, client].concat()).contains("--oidc-client-secret-file must be named"));
    assert!(refused(&[issuer, client, missing].concat()).contains("--public-url must name"));
    let public = ["--public-url", URL];
    assert!(refused(&[issuer, client, missing, public].concat()).contains("a file that holds the secret"));
    assert!(refused(&["--oidc-issuer", "http://id.example"]).contains("begins with https://"));
}
