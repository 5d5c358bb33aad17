//! A store, a server process on it, and phones that are enrolled there over HTTP.
//!
//! Everything goes through the real binaries. Does not measure.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;

use serde_json::{Value, json};
use waymark::{Device, Options, StoreKey};

use super::Sealed;
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
        self.phone_as(name, Sealed::Yes)
    }

    /// The same, with a store that is sealed or not.
    pub(super) fn phone_as(&self, name: &str, sealed: Sealed) -> Device {
        let device = open(&self.server.dir.path().join(name), &self.server.address, sealed);
        device.enrol(&self.server.codes[name], name).expect("the code counts");
        device
    }
}

/// One person of a scene.
pub(super) fn person(name: &str, role: &'static str) -> (String, &'static str) {
    (name.to_owned(), role)
}

pub(super) fn open(dir: &Path, server: &str, sealed: Sealed) -> Device {
    let key = match sealed {
        Sealed::Yes => Some(StoreKey::read(&"05".repeat(32)).expect("it is a key")),
        Sealed::No => None,
    };
    let options = Options { dir: dir.to_owned(), server: Some(server.to_owned()), key, ..Options::default() };
    Device::open(options).expect("a store opens")
}

/// A word of invented syllables, the same for the same number.
fn word(number: u64, syllables: u32) -> String {
    const SYLLABLES: [&str; 16] = [
        "ba", "cor", "den", "fil", "gra", "hol", "jes", "kin", "lo", "mar", "nev", "os", "pel", "ri", "sut",
        "van",
    ];
    (0..syllables).map(|at| SYLLABLES[(number >> (4 * at)) as usize % 16]).collect()
}

/// A number that looks drawn, the same in each run.
fn mixed(who: &str, number: usize) -> u64 {
    let mut hasher = DefaultHasher::new();
    (who, number).hash(&mut hasher);
    hasher.finish()
}

/// The answers about somebody: ten entries. A family name is borne by few, a given name by one in 256, as among
/// people.
pub(super) fn form(who: &str, number: usize) -> Value {
    let drawn = mixed(who, number);
    let (family, given) = (word(drawn, 4), word(drawn >> 16, 2));
    let born = drawn >> 24;
    json!({
        "command": "refer", "drug": "cannabis", "amount": "two wraps", "family": family, "given": given,
        "born": format!("{}-{:02}-{:02}", 1950 + born % 50, 1 + (born >> 8) % 12, 1 + (born >> 16) % 28),
        "identity": "photo_document", "crime_reference": format!("{who}-{number}"),
        "checks": [{"kind": "pnc", "channel": "voice_radio", "result": "nothing_found"},
                   {"kind": "prior_referrals", "channel": "voice_radio", "result": "nothing_found"}],
        "signs": {}, "safe_now": {}, "ethnicity": "NS", "agrees": {"answer": "yes"},
        "consent": {"contact": "yes", "feedback": "yes", "wording": "v1", "language": "en"},
        "reach": {"phone": format!("07700 900{:03}", drawn % 1000), "may": ["text"]}, "again": true,
    })
}

/// Somebody records referrals.
pub(super) fn refer(device: &Device, who: &str, count: usize) {
    for number in 0..count {
        device.execute(&form(who, number)).expect("a referral is recorded");
    }
}
