//! A force, two services and their phones, over a server in memory.
//!
//! The clock stands still but for what a story moves it. Does not go over HTTP.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use server::node::{Founding, Node, Org, Person, es256, new_key};
use sync_core::access::Role;
use sync_core::clock::Uptime;
use sync_core::ids::{DeviceId, OrgId, UserId};
use sync_core::policy::PolicyRef;
use sync_core::sync::session::Event;
use tempfile::TempDir;
use uuid::Uuid;
use waymark::{Clock, Device, Options, Transport};

/// When the story begins: a Monday morning in November.
pub(super) const START_MS: u64 = 1_796_032_800_000;
pub(super) const MINUTE_MS: u64 = 60_000;

const PEOPLE: [(&str, Role, u128); 6] = [
    ("officer", Role::Officer, 0),
    ("supervisor", Role::Supervisor, 0),
    ("lead", Role::ProviderLead, 1),
    ("worker", Role::OutreachWorker, 1),
    ("colleague", Role::OutreachWorker, 1),
    ("other lead", Role::ProviderLead, 2),
];

pub(super) struct World {
    node: Node,
    now_ms: Arc<AtomicU64>,
    phones: BTreeMap<&'static str, Device>,
    _dir: TempDir,
}

struct Still(Arc<AtomicU64>);

impl Clock for Still {
    fn now_ms(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn uptime(&self) -> Uptime {
        Uptime { boot: Uuid::from_u128(1), ms: self.now_ms() - START_MS }
    }
}

struct Link<'a> {
    node: &'a Node,
    now_ms: u64,
}

impl Transport for Link<'_> {
    fn send(&mut self, header: &str, body: &[u8]) -> Event {
        let mut unpack =
            zstd::bulk::Decompressor::with_dictionary(schema::dictionary::BYTES).expect("it is one");
        let plain = unpack.decompress(body, 4 << 20).expect("the phone packs its body");
        let header = header.parse().expect("the phone writes its header");
        let answer = self.node.sync(header, body, &plain, self.now_ms);
        Event::Answered(Box::new(answer.expect("an honest phone is answered")))
    }

    fn send_sealed(&mut self, _: &str, _: &[u8]) -> Option<(u16, Vec<u8>)> {
        None
    }
}

/// The id of an organisation: the force is 0.
pub(super) fn org(number: u128) -> OrgId {
    OrgId(Uuid::from_u128(0x0a00 + number))
}

impl World {
    pub(super) fn under(pack: &str) -> Self {
        let signing_key = new_key().expect("the system gives a key");
        let signatures = es256(&signing_key).expect("it is one");
        let epoch = Uuid::from_u128(0x0e00);
        let (device, user) = (DeviceId(Uuid::from_u128(0x0d00)), UserId(Uuid::from_u128(0x0c00)));
        let force = org(0);
        let founding = Founding { epoch, force, force_prefix: "TVP".to_owned(), device, user, signing_key };
        let server_key = URL_SAFE_NO_PAD.encode(signatures.public_key());
        let node = Node::in_memory(&founding, signatures).expect("a history begins");
        let policy = PolicyRef { id: pack.to_owned(), version: 1 };
        node.use_policy(policy.clone(), Uuid::from_u128(0x0b00)).expect("a pack is published");
        let services = [("Swanway", "18-", "west"), ("Kennet", "10-", "north")];
        let mut providers = Vec::new();
        for (number, (name, ages, area)) in (1..).zip(services) {
            let ages = ages.parse().expect("a range");
            let areas = vec![area.to_owned()];
            node.add_org(&Org { ages, areas: areas.clone(), ..Org::named(org(number), name.to_owned()) })
                .expect("a service is added");
            providers.push(json!({
                "id": org(number), "name": name, "ages": ages, "areas": areas, "staffed": "yes",
                "telephone": format!("01632 96011{number}"), "hours": "weekdays 9 to 5",
            }));
        }
        let dir = tempfile::tempdir().expect("the system has a temporary folder");
        let now_ms = Arc::new(AtomicU64::new(START_MS));
        let mut world = Self { node, now_ms, phones: BTreeMap::new(), _dir: dir };
        for (number, (name, role, of)) in (1..).zip(PEOPLE) {
            let (user, id) =
                (UserId(Uuid::from_u128(0x0c00 + number)), DeviceId(Uuid::from_u128(0x0d00 + number)));
            let person = Person { id: user, name: name.to_owned(), role, org: org(of) };
            world.node.add_user(&person).expect("a person is added");
            let clock: Option<Box<dyn Clock>> = Some(Box::new(Still(world.now_ms.clone())));
            let options = Options {
                dir: world._dir.path().join(name),
                server: Some("https://waymark.example".to_owned()),
                clock,
                ..Options::default()
            };
            let device = Device::open(options).expect("a fresh store opens");
            world.node.enrol(id, user, &device.public_key()).expect("a device enrols");
            let enrolment = json!({
                "device": id, "user": user, "role": role, "org": org(of), "force": force,
                "force_prefix": "TVP", "initials": "AB", "letter": "A", "epoch": epoch,
                "server_key": server_key, "now_ms": START_MS,
                "reference": {"policy": policy, "providers": providers},
            });
            device.take_enrolment(&enrolment, "Phone of an example").expect("the answer is one");
            world.phones.insert(name, device);
        }
        world
    }

    pub(super) fn phone(&self, who: &str) -> &Device {
        &self.phones[who]
    }

    /// What every clock of this world says.
    pub(super) fn now_ms(&self) -> u64 {
        self.now_ms.load(Ordering::Relaxed)
    }

    /// Time passes.
    pub(super) fn pass(&self, ms: u64) {
        self.now_ms.fetch_add(ms, Ordering::Relaxed);
    }

    /// Somebody does or asks something; a minute passes.
    pub(super) fn does(&self, who: &str, request: &Value) -> Value {
        self.pass(MINUTE_MS);
        let device = self.phone(who);
        let done =
            if request.get("query").is_some() { device.query(request) } else { device.execute(request) };
        done.unwrap_or_else(|problem| panic!("{who}: {request}: {}", json!(problem)))
    }

    /// Some phones synchronise, one after the other.
    pub(super) fn sync(&self, people: &[&str]) {
        for who in people {
            let now_ms = self.now_ms();
            self.pass(MINUTE_MS);
            let mut link = Link { node: &self.node, now_ms };
            self.phone(who).sync_over(&mut link).expect("nothing is in the way");
        }
    }
}
