//! The web desk over a real socket: browsers that keep their cookie and send forms as they were shown.
//!
//! Time is played: the desk's clock stands until a test moves it. Does not test what the desk knows: see [`super::desk`].

mod audit;
mod deeds;
mod held;
mod kept;
mod lanes;
mod later;
mod leaflet;
mod oidc;
pub(super) mod pages;
mod refer;
mod service;
mod sessions;
mod sign_in;

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tempfile::TempDir;

use super::{NOW_MS, Scheme, TestService, config};
use crate::sign_in::totp;
use crate::{Config, Limits, Running, Server};

const MINUTE_MS: u64 = 60_000;
const PASSWORD: &str = "nine lives of a cat";

/// A running server whose desk lives by a clock that a test moves.
struct Desk {
    address: SocketAddr,
    clock: Arc<AtomicU64>,
    data: TempDir,
    running: Option<Running>,
}

/// A browser with its cookies, and the page that it shows.
struct Browser<'d> {
    desk: &'d Desk,
    cookies: BTreeMap<String, String>,
    from: String,
    page: Shown,
}

/// What a browser shows.
#[derive(Clone, Default)]
struct Shown {
    status: u16,
    /// In small letters.
    head: String,
    text: String,
    /// The last one, and all.
    cookie: Option<String>,
    cookies: Vec<String>,
    location: String,
}

/// Somebody who can sign in.
struct Account {
    name: String,
    secret: Vec<u8>,
    recovery: Vec<String>,
}

impl Drop for Desk {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().expect("it stops");
        }
    }
}

impl Desk {
    /// Serves a scheme's store as it is now, known to people by this address.
    fn over(scheme: Scheme, public_url: Option<&str>) -> Self {
        let public_url = public_url.map(str::to_owned);
        Self::configured(scheme, |config| Config { public_url, ..config })
    }

    /// The same, with what is configured otherwise.
    fn configured(scheme: Scheme, change: impl FnOnce(Config) -> Config) -> Self {
        let Scheme { data, service, .. } = scheme;
        drop(service);
        let clock = Arc::new(AtomicU64::new(NOW_MS));
        let (config, told) = (config(data.path()), clock.clone());
        let limits = Limits { body_seconds: 1, ..Limits::default() };
        let config = change(Config { limits, ..config });
        let running = Server::start_by(config, Arc::new(move || told.load(Ordering::Relaxed)));
        let running = running.expect("the server starts");
        Self { address: running.address, clock, data, running: Some(running) }
    }

    /// The store once the server has stopped, for the phones of a test.
    fn stopped(&mut self) -> TestService {
        self.running.take().map(Running::stop).expect("it runs").expect("it stops");
        TestService::open(self.data.path())
    }

    fn now_ms(&self) -> u64 {
        self.clock.load(Ordering::Relaxed)
    }

    fn later(&self, by_ms: u64) {
        self.clock.fetch_add(by_ms, Ordering::Relaxed);
    }

    fn browser(&self) -> Browser<'_> {
        let (cookies, from) = (BTreeMap::new(), "192.0.2.1".to_owned());
        Browser { desk: self, cookies, from, page: Shown::default() }
    }

    /// A browser in which an account was set up with a code.
    fn set_up(&self, code: &str, name: &str) -> (Browser<'_>, Account) {
        let mut browser = self.browser();
        browser.get("/set-up").submit("/set-up", &[("code", code)]);
        assert_eq!((browser.page.status, browser.page.location.as_str()), (303, "/set-up/choose"));
        browser.get("/set-up/choose");
        let key = between(&browser.page.text, "<p class=\"code\">", "</p>").expect("the key is shown");
        let secret = totp::secret_of(&key);
        let shown = totp::code_at(&secret, self.now_ms());
        let typed = [("name", name), ("password", PASSWORD), ("again", PASSWORD), ("code", shown.as_str())];
        browser.submit("/set-up/choose", &typed);
        assert_eq!(browser.page.status, 200, "{}", browser.page.text);
        let list = between(&browser.page.text, "<ul class=\"recovery\">", "</ul>").expect("they are shown");
        let recovery = list.split("<li>").skip(1).map(|line| line.trim_end_matches("</li>").to_owned());
        let account = Account { name: name.to_owned(), secret, recovery: recovery.collect() };
        (browser, account)
    }
}

impl Account {
    /// What the authenticator shows now.
    fn code(&self, desk: &Desk) -> String {
        totp::code_at(&self.secret, desk.now_ms())
    }
}

impl Browser<'_> {
    fn get(&mut self, path: &str) -> &mut Self {
        self.send("GET", path, &[], "");
        self
    }

    /// Sends the form of the page that goes to an address, with what is typed into it.
    fn submit(&mut self, to: &str, typed: &[(&str, &str)]) -> &mut Self {
        let mut fields =
            self.page.hidden(to).unwrap_or_else(|| panic!("no form to {to}: {}", self.page.text));
        fields.extend(typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self.post(to, &fields);
        self
    }

    fn post(&mut self, to: &str, fields: &[(String, String)]) {
        let pairs: Vec<String> =
            fields.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect();
        let kind = ("content-type", "application/x-www-form-urlencoded");
        self.send("POST", to, &[kind, ("sec-fetch-site", "same-origin")], &pairs.join("&"));
    }

    fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) {
        let mut head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\naccept: text/html\r\nx-forwarded-for: 198.51.100.1, {}\r\n",
            self.desk.address, self.from
        );
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            head.push_str(&format!("cookie: {}\r\n", cookies.join("; ")));
        }
        if method != "GET" {
            head.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        head.push_str("\r\n");
        let mut stream = TcpStream::connect(self.desk.address).expect("the server listens");
        stream.write_all(head.as_bytes()).expect("it is sent");
        drop(stream.write_all(body.as_bytes()));
        let mut answer = Vec::new();
        drop(stream.read_to_end(&mut answer));
        self.page = Shown::read(&String::from_utf8_lossy(&answer));
        for (name, value) in self.page.cookies.iter().filter_map(|cookie| cookie.split_once('=')) {
            if value.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                let value = value.split(';').next().unwrap_or_default();
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// Signs in with password and code, as far as it goes.
    fn sign_in(&mut self, account: &Account, password: &str, code: &str) -> &mut Self {
        self.get("/sign-in").submit("/sign-in", &[("name", &account.name), ("password", password)]);
        if self.page.location == "/sign-in/code" {
            self.get("/sign-in/code").submit("/sign-in/code", &[("code", code)]);
        }
        self
    }

    /// Whether the start is shown, and not the way to the sign-in.
    fn is_signed_in(&mut self) -> bool {
        self.get("/");
        assert!(self.page.status == 200 || self.page.location == "/sign-in", "{}", self.page.text);
        self.page.status == 200
    }
}

impl Shown {
    fn read(answer: &str) -> Self {
        let (head, text) = answer.split_once("\r\n\r\n").unwrap_or((answer, ""));
        let all = |name: &str| -> Vec<String> {
            let lines = head.lines().filter_map(|line| line.split_once(": "));
            let named = lines.filter(|(known, _)| known.eq_ignore_ascii_case(name));
            named.map(|(_, value)| value.to_owned()).collect()
        };
        let header = |name: &str| all(name).pop();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
        let (cookie, location) = (header("set-cookie"), header("location").unwrap_or_default());
        let cookies = all("set-cookie");
        Self { status, cookie, cookies, location, head: head.to_ascii_lowercase(), text: text.to_owned() }
    }

    /// What a form that goes to an address holds without being typed.
    fn hidden(&self, to: &str) -> Option<Vec<(String, String)>> {
        let form = between(&self.text, &format!("action=\"{to}\""), "</form>")?;
        let inputs = form.split("<input type=\"hidden\" name=\"").skip(1);
        let pair = |input: &str| {
            let (name, rest) = input.split_once("\" value=\"")?;
            Some((name.to_owned(), unescaped(rest.split_once('"')?.0)))
        };
        Some(inputs.filter_map(pair).collect())
    }

    /// What people read on it: the text without the markup.
    fn words(&self) -> String {
        let body = self.text.split_once("<body>").map_or(self.text.as_str(), |(_, body)| body);
        let parts = body.split('<').map(|part| part.split_once('>').map_or("", |(_, text)| text));
        unescaped(&parts.collect::<Vec<_>>().join(" "))
    }
}

fn between(text: &str, start: &str, end: &str) -> Option<String> {
    let (_, rest) = text.split_once(start)?;
    rest.split_once(end).map(|(found, _)| found.to_owned())
}

fn unescaped(text: &str) -> String {
    text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

fn escaped(text: &str) -> String {
    let byte = |byte: u8| {
        let plain = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if plain { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    text.bytes().map(byte).collect()
}
