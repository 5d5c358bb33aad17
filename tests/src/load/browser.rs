//! A browser of few words: it keeps its cookie, sends forms as they were shown, and says how long a page took.
//!
//! Does not read pages but for what a form holds.

use std::time::{Duration, Instant};

use super::link::{Answered, Link};

pub(super) struct Browser {
    link: Link,
    cookie: String,
    /// The page that it shows.
    pub(super) text: String,
}

/// A page that came.
pub(super) struct Page {
    pub(super) took: Duration,
    /// Head and body, on the wire.
    pub(super) bytes: usize,
}

impl Browser {
    /// Signs in with a recovery code.
    pub(super) fn signed_in(address: &str, (name, password, code): (&str, &str, &str)) -> Self {
        let mut browser = Self { link: Link::open(address), cookie: String::new(), text: String::new() };
        browser.get("/sign-in");
        browser.submit("/sign-in", &[("name", name), ("password", password)]);
        browser.get("/sign-in/code");
        browser.submit("/sign-in/code", &[("code", code)]);
        browser
    }

    /// Opens a page; nothing where it sends elsewhere or is not there.
    pub(super) fn get(&mut self, path: &str) -> Page {
        let began = Instant::now();
        let answered = self.exchange(&format!("GET {path}"), b"");
        let took = began.elapsed();
        assert_eq!(answered.status, 200, "{path}: {}", self.text);
        Page { took, bytes: wire_bytes(&answered) }
    }

    /// Sends the form of the page that goes to an address.
    pub(super) fn submit(&mut self, to: &str, typed: &[(&str, &str)]) -> Page {
        let mut fields = self.hidden(to);
        fields.extend(typed.iter().map(|(name, value)| format!("{name}={}", value.replace(' ', "+"))));
        let began = Instant::now();
        let answered = self.exchange(&format!("POST {to}"), fields.join("&").as_bytes());
        let took = began.elapsed();
        assert!([200, 303].contains(&answered.status), "{to}: {}", self.text);
        Page { took, bytes: wire_bytes(&answered) }
    }

    fn exchange(&mut self, what: &str, body: &[u8]) -> Answered {
        let headers = [
            ("accept", "text/html"),
            ("content-type", "application/x-www-form-urlencoded"),
            ("sec-fetch-site", "same-origin"),
            ("cookie", self.cookie.as_str()),
        ];
        let answered = self.link.exchange(what, &headers, body);
        if let Some((_, cookie)) = answered.headers.iter().rfind(|(name, _)| name == "set-cookie") {
            self.cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        }
        self.text = String::from_utf8_lossy(&answered.body).into_owned();
        answered
    }

    /// What a form holds without being typed, as it is sent. Keys hold nothing that would be escaped.
    fn hidden(&self, to: &str) -> Vec<String> {
        let (_, rest) = self.text.split_once(&format!("action=\"{to}\"")).expect("the page has the form");
        let form = rest.split("</form>").next().unwrap_or_default();
        let inputs = form.split("<input type=\"hidden\" name=\"").skip(1);
        let pair = |input: &str| {
            let (name, rest) = input.split_once("\" value=\"")?;
            Some(format!("{name}={}", rest.split('"').next()?))
        };
        inputs.filter_map(pair).collect()
    }

    /// The first address on the page that begins so and goes on.
    pub(super) fn link_to(&self, start: &str) -> Option<String> {
        let mut links = self.text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        links
            .find(|link| link.len() > start.len() && link.starts_with(start))
            .map(|link| link.replace("&amp;", "&"))
    }
}

fn wire_bytes(answered: &Answered) -> usize {
    let head: usize = answered.headers.iter().map(|(name, value)| name.len() + value.len() + 4).sum();
    head + answered.body.len()
}
