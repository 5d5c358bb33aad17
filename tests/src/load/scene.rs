//! A store, a server process on it, and phones that are enrolled there over HTTP.
//!
//! Everything goes through the real binaries. Does not measure.

use std::path::Path;

use serde_json::{Value, json};
use waymark::{Device, Options};

use crate::server::Server;

pub(super) struct Scene {
    pub(super) server: Server,
}

impl Scene {
    /// With a code for each of these.
    pub(super) fn of(people: &[(String, &str)]) -> Self {
        Self { server: Server::with(people) }
    }

    /// Enrols the phone of one of them.
    pub(super) fn phone(&self, name: &str) -> Device {
        let device = open(&self.server.dir.path().join(name), &self.server.address);
        device.enrol(&self.server.codes[name], name).expect("the code counts");
        device
    }
}

/// One person of a scene.
pub(super) fn person(name: &str, role: &'static str) -> (String, &'static str) {
    (name.to_owned(), role)
}

pub(super) fn open(dir: &Path, server: &str) -> Device {
    let options = Options { dir: dir.to_owned(), server: Some(server.to_owned()), ..Options::default() };
    Device::open(options).expect("a store opens")
}

/// The answers about somebody whom no other form names: ten entries.
pub(super) fn form(who: &str, number: usize) -> Value {
    json!({
        "command": "refer", "drug": "cannabis", "amount": "two wraps", "family": format!("{who}{number}"), "given": "Zoë",
        "born": format!("{}-{:02}-{:02}", 1950 + number % 50, 1 + number % 12, 1 + number % 28),
        "identity": "photo_document", "crime_reference": format!("{who}-{number}"),
        "checks": [{"kind": "pnc", "channel": "voice_radio", "result": "nothing_found"},
                   {"kind": "prior_referrals", "channel": "voice_radio", "result": "nothing_found"}],
        "signs": {}, "safe_now": {}, "ethnicity": "NS", "agrees": {"answer": "yes"},
        "consent": {"contact": "yes", "feedback": "yes", "wording": "v1", "language": "en"},
        "reach": {"phone": "07700 900123", "may": ["text"]}, "again": true,
    })
}

/// Somebody records referrals.
pub(super) fn refer(device: &Device, who: &str, count: usize) {
    for number in 0..count {
        device.execute(&form(who, number)).expect("a referral is recorded");
    }
}
