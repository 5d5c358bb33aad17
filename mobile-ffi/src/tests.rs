//! The device by behaviour, without a network: what is saved stays saved, and what is refused
//! writes nothing.

mod asks;
mod clocks;
mod codes;
mod commands;
mod correcting;
mod crimes;
mod damage;
mod decisions;
mod epochs;
mod erasure;
mod events;
mod foreign;
mod forgetting;
mod full;
mod keeping;
mod leaving;
mod looking_up;
mod network;
mod openings;
mod plans;
mod random;
mod recovery;
mod requests;
mod rotated;
mod sealing;
mod services;
mod settling;
mod store;
mod syncing;
mod verified;
mod wipe;
mod without_care;
mod words;
mod working;
mod writing;

use rusqlite::Connection;
use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::clock::{Heard, Reading};
use sync_core::ids::{DeviceId, OrgId, UserId};
use sync_core::phone::changes::Changes;
use sync_core::phone::reference::keep_bundle;
use sync_core::phone::rows::Other;
use sync_core::phone::state::PhoneState;
use sync_core::policy::PolicyRef;
use sync_core::stream::StreamOp;
use sync_core::sync::enrolment::{Bundle, Care};
use tempfile::TempDir;
use uuid::Uuid;

use crate::clock;
use crate::store::held::HeldRecords;
use crate::store::meta::{self, key};
use crate::store::reference::Provider;
use crate::store::save::{self, save};
use crate::{Device, Options, Problem, StoreKey};
use sync_core::command::Member;

pub(crate) const FORCE: OrgId = OrgId(Uuid::from_u128(1));
pub(crate) const PROVIDER: OrgId = OrgId(Uuid::from_u128(2));

/// A device that was enrolled without a server, and its directory.
pub(crate) struct Phone {
    pub(crate) dir: TempDir,
    pub(crate) device: Device,
}

/// What the stores of these tests are sealed with.
pub(crate) const KEY: StoreKey = StoreKey([5; 32]);

pub(crate) fn open(dir: &TempDir) -> Device {
    open_as(dir, Some(KEY)).expect("the store of a fresh directory opens")
}

/// Opens a store with this key, or none.
pub(crate) fn open_as(dir: &TempDir, key: Option<StoreKey>) -> Result<Device, Problem> {
    Device::open(Options { dir: dir.path().to_owned(), key, ..Options::default() })
}

pub(crate) fn phone(role: Role, number: u128) -> Phone {
    phone_as(role, number, Some(KEY))
}

pub(crate) fn phone_as(role: Role, number: u128, key: Option<StoreKey>) -> Phone {
    let dir = tempfile::tempdir().expect("the system has a temporary folder");
    let device = open_as(&dir, key).expect("the store of a fresh directory opens");
    // As an enrolment does: the key is drawn.
    drop(device.public_key());
    let me = Member {
        device: DeviceId(Uuid::from_u128(number)),
        user: UserId(Uuid::from_u128(number + 1000)),
        role,
        org: if role.of_provider() { PROVIDER } else { FORCE },
        force: FORCE,
        force_prefix: "TVP".to_owned(),
        server_key: String::new(),
        name: "Ana Bell".to_owned(),
        initials: "AB".to_owned(),
        letter: "A".to_owned(),
        public_key: String::new(),
    };
    let service = Provider {
        id: PROVIDER,
        name: "Cranstoun".to_owned(),
        telephone: "01632 960123".to_owned(),
        hours: "Monday to Friday, 9 to 5".to_owned(),
        areas: vec!["Berkshire".to_owned(), "West".to_owned()],
        ages: "18-".parse().expect("a range"),
        staffed: sync_core::referral::act::YesNo::Yes,
        kinds: Vec::new(),
        accepts: sync_core::service::Accepts::Yes,
        slots: Vec::new(),
    };
    {
        let store = device.store();
        meta::keep(&store.db, key::SERVER, &"http://none.invalid").expect("a fresh store takes a value");
        let bundle = bundle("thames-valley-2018", vec![service]);
        let reading = clock::read(device.clock().as_ref());
        meta::change(&store.db, |state| state.me = Some(me)).expect("a fresh store takes a value");
        hear(&store.db, reading.clock_ms, reading);
        look_up(&store.db, &bundle);
    }
    Phone { dir, device }
}

/// What the server's time is from now on.
pub(crate) fn hear(db: &Connection, server_ms: u64, then: Reading) {
    let heard = Some(Heard { server_ms, then });
    meta::change(db, |state| state.heard = heard).expect("the store takes a time");
}

/// What the phone looks things up in from now on.
pub(crate) fn look_up(db: &Connection, bundle: &Bundle) {
    let was = meta::state(db).expect("the state is read");
    let mut changes = Changes { was: was.clone(), state: was, ..Changes::default() };
    keep_bundle(&mut changes, bundle, 0).expect("the phone has rules");
    save(HeldRecords::default().begin(db).expect("the store is read"), &changes).expect("the store takes it");
}

/// Plants an op of somebody else, as a feed brings it.
pub(crate) fn keep_other(db: &Connection, op: &StreamOp) {
    let rev = meta::change(db, PhoneState::next_rev).expect("the store takes a value");
    let other = Other { op: op.clone(), rev, lost: false };
    save::keep_other(db, op.id, Some(&other)).expect("the store takes the op");
}

pub(crate) fn bundle(pack: &str, providers: Vec<Provider>) -> Bundle {
    Bundle {
        policy: PolicyRef { id: pack.to_owned(), version: 1 },
        providers,
        holidays: Vec::new(),
        joined: Vec::new(),
        care: Care::On,
    }
}

/// Opens the store of a phone again: its log verifies.
pub(crate) fn open_again(phone: Phone) {
    let Phone { dir, device } = phone;
    drop(device);
    let recovery = open(&dir).query(&json!({"query": "status"})).expect("it opens")["recovery"].clone();
    assert_eq!(recovery, Value::Null);
}

/// The thirteen answers of somebody who agrees.
pub(crate) fn form() -> Value {
    json!({
        "command": "refer", "drug": "cannabis", "amount": "two wraps", "family": "Núñez", "given": "Zoë",
        "born": "1990-02-28", "identity": "photo_document",
        "checks": [{"kind": "pnc", "channel": "voice_radio", "result": "nothing_found"}],
        "signs": {}, "safe_now": {}, "ethnicity": "NS", "agrees": {"answer": "yes"},
        "consent": {"contact": "yes", "feedback": "yes", "wording": "v1", "language": "en"},
        "reach": {"phone": "07700 900123", "may": ["text"]}, "again": true,
    })
}

pub(crate) fn with(mut json: Value, changes: Value) -> Value {
    let changes = changes.as_object().expect("changes are an object").clone();
    changes.into_iter().for_each(|(name, value)| json[name] = value);
    json
}

impl Phone {
    pub(crate) fn run(&self, command: Value) -> Value {
        self.device.execute(&command).expect("the command is allowed")
    }

    pub(crate) fn refused(&self, command: Value) -> Problem {
        self.device.execute(&command).expect_err("the command is not allowed")
    }

    pub(crate) fn ask(&self, query: &str) -> Value {
        self.device.query(&json!({"query": query})).expect("the query is known")
    }

    pub(crate) fn waiting(&self) -> usize {
        self.ask("outbox")["outbox"].as_array().expect("the outbox is a list").len()
    }
}
