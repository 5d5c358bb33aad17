//! A force's policy pack from `init` to the phone, into the referral, to the provider and back; and a
//! phone that holds an older pack than its force.
//!
//! Real phones over HTTP. Does not test the rules of a pack: `sync-core` does.

use std::net::SocketAddr;

use serde_json::{Value, json};
use server::admin::{self, Admin};
use server::desk::{Command, NewProvider, PolicyWanted};
use server::{Config, InitOptions, Running, Server, now_ms};
use sync_core::access::Role;
use sync_core::ids::OrgId;
use waymark::{Device, Options, SyncOptions};

const CONTRACT: &str = "deferred-contract";

fn form() -> Value {
    json!({
        "command": "refer", "drug": "cannabis", "amount": "two wraps", "family": "Beispiel", "given": "Zoe",
        "born": "1990-02-28", "identity": "photo_document", "evidence": "sufficient",
        "checks": [{"kind": "pnc", "channel": "voice_radio", "result": "nothing_found"}],
        "signs": {}, "safe_now": {}, "ethnicity": "NS", "agrees": {"answer": "yes"},
        "consent": {"contact": "yes", "feedback": "yes", "wording": "v1", "language": "en"},
        "reach": {"phone": "07700 900123", "may": ["text"]}, "again": true,
    })
}

struct Force {
    dir: tempfile::TempDir,
    force: OrgId,
    provider: OrgId,
    running: Option<Running>,
    address: SocketAddr,
}

impl Force {
    /// A force that works by a pack.
    fn with(pack: &str) -> Self {
        let dir = tempfile::tempdir().expect("a directory is made");
        let data = dir.path().join("server");
        let options = InitOptions { policy: pack.to_owned(), ..InitOptions::new("Force", "TVP") };
        let made = server::init(&data, &options, now_ms()).expect("the store is created");
        let admin = admin::open(&data).expect("the store opens");
        let provider = admin.add_provider(&NewProvider::of("Provider")).expect("it is added");
        drop(admin);
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let running = Server::start(Config::new(data, listen)).expect("the server starts");
        let address = running.address;
        Self { dir, force: made.force, provider, running: Some(running), address }
    }

    /// Stops the server, administers its store, and starts it at the same address.
    fn between<T>(&mut self, change: impl FnOnce(&Admin) -> T) -> T {
        self.running.take().expect("it runs").stop().expect("it stops");
        let data = self.dir.path().join("server");
        let done = change(&admin::open(&data).expect("the store opens"));
        self.running = Some(Server::start(Config::new(data, self.address)).expect("the server starts"));
        done
    }

    fn phone(&mut self, name: &str, role: Role, org: OrgId) -> Device {
        let code = self
            .between(|admin| admin.add_user(name, role, org, now_ms()).expect("the person is added").code);
        let (dir, server) = (self.dir.path().join(name), Some(format!("http://{}", self.address)));
        let device = Device::open(Options { dir, server, ..Options::default() }).expect("it opens");
        device.enrol(&code, name).expect("it is enrolled");
        device
    }

    /// Two admins put another pack in force.
    fn work_by(&mut self, pack: &str) {
        let wanted = PolicyWanted { pack: pack.to_owned(), version: None };
        self.between(|admin| {
            let first = admin.acting_as("First admin").expect("an admin");
            let second = admin.acting_as("Second admin").expect("an admin");
            let proposed = admin.command(&first, &Command::ProposePolicy(wanted), now_ms());
            let proposal = proposed.expect("it is proposed")["proposal"].clone();
            let confirm = Command::ConfirmPolicy(serde_json::from_value(proposal).expect("an id"));
            admin.command(&first, &confirm, now_ms()).expect_err("it takes two");
            admin.command(&second, &confirm, now_ms()).expect("it is in force");
        });
    }
}

fn sync(phone: &Device) -> Value {
    phone.sync(SyncOptions::default()).expect("the server answers")
}

fn one(phone: &Device) -> Value {
    let held = phone.query(&json!({"query": "referrals"})).expect("it is answered");
    held["referrals"][0].clone()
}

/// The policies that the entries of a referral name, as this phone holds them.
fn named(phone: &Device, record: &Value) -> Vec<String> {
    let history = phone.query(&json!({"query": "history", "record": record})).expect("it is answered");
    let entries = history["entries"].as_array().expect("entries are a list").iter();
    assert!(entries.clone().all(|entry| entry["standing"] == "counts"), "{history}");
    entries.filter_map(|entry| Some(entry["body"]["policy"]["id"].as_str()?.to_owned())).collect()
}

#[test]
fn the_pack_of_the_force_decides_on_the_phone_and_at_the_server_and_goes_with_the_referral() {
    let mut force = Force::with(CONTRACT);
    let (of_force, of_provider) = (force.force, force.provider);
    let officer = force.phone("Officer", Role::Officer, of_force);
    let lead = force.phone("Lead", Role::ProviderLead, of_provider);
    let answer = officer.execute(&form()).expect("the person is referred");
    assert_eq!(
        (&answer["policy"]["id"], &answer["verdict"]),
        (&json!(CONTRACT), &json!("eligible_provisional"))
    );
    assert_eq!(one(&officer)["disposal"]["disposal"], "diversion_22_pending", "the pack's disposal");
    assert_eq!(sync(&officer)["synced"], true);
    sync(&lead);
    let record = one(&lead)["record"].clone();
    assert_eq!(record, answer["record"]);
    assert_eq!(named(&lead, &record), [CONTRACT], "the provider reads it in the referral");
    assert_eq!(named(&officer, &record), [CONTRACT, CONTRACT], "the snapshot and the referral");
    lead.execute(&json!({"command": "accept", "record": record})).expect("it is accepted");
    sync(&lead);
    sync(&officer);
    assert_eq!(one(&officer)["stage"], "accepted");
}

#[test]
fn a_phone_with_an_old_bundle_judges_by_it_says_how_old_it_is_and_learns_at_the_next_synchronisation() {
    let mut force = Force::with("thames-valley-2018");
    let of_force = force.force;
    let officer = force.phone("Officer", Role::Officer, of_force);
    sync(&officer);
    force.work_by(CONTRACT);
    force.between(|admin| admin.add_provider(&NewProvider::of("Newer")).expect("it is added"));
    let before = officer.execute(&form()).expect("the person is referred");
    assert_eq!(before["policy"]["id"], "thames-valley-2018");
    assert!(before["policy_age_ms"].is_u64(), "{before}");
    sync(&officer);
    let status = officer.query(&json!({"query": "status"})).expect("it is answered");
    assert_eq!(status["policy"]["policy"]["id"], CONTRACT);
    assert_eq!(status["policy"]["newer"], Value::Null);
    let reference = officer.query(&json!({"query": "reference"})).expect("it is answered");
    let names = reference["providers"].as_array().expect("a list").iter().map(|provider| &provider["name"]);
    assert_eq!(names.collect::<Vec<_>>(), ["Newer", "Provider"], "services come with the same bundle");
    let held = named(&officer, &before["record"]);
    assert_eq!(held, ["thames-valley-2018"; 2], "what was decided stays under what it names");
    let mut other = form();
    (other["family"], other["given"]) = (json!("Other"), json!("Ida"));
    let after = officer.execute(&other).expect("the person is referred");
    assert_eq!(after["policy"]["id"], CONTRACT);
    assert_eq!(sync(&officer)["synced"], true);
    assert_eq!(named(&officer, &after["record"]), [CONTRACT; 2]);
}
