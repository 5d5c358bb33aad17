//! The server's key is another: a phone goes on from the key that it enrolled with, and from no other.
//!
//! Does not test what the server tells: see `server/src/tests/rotated.rs`.

use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::ids::{DeviceId, Digest};
use sync_core::phone::state::PhoneState;
use sync_core::sync::epoch::Epoch;
use sync_core::sync::receipt::WireReceipt;
use sync_core::sync::server_key::KeyChange;
use sync_core::sync::session::Event;
use uuid::Uuid;

use super::syncing::{EPOCH, Server, synced};
use super::{Phone, form, phone, with};
use crate::Problem;
use crate::keys::{Signer as _, SoftwareKey, base64url};
use crate::store::meta;
use crate::sync::rounds;

/// A phone and a server that know each other, and the server's keys in their order.
struct World {
    phone: Phone,
    server: Server,
    keys: Vec<String>,
    /// Every epoch of the server.
    epochs: Vec<Epoch>,
    /// How many it ever began.
    begun: u128,
}

fn read(key: &str) -> SoftwareKey {
    SoftwareKey::read(key).expect("it was drawn here")
}

fn public(key: &str) -> String {
    base64url(&read(key).public_key())
}

/// From an epoch on a key follows another, when `by` says so.
fn change(old: &str, new: &str, epoch: Uuid, by: &str) -> KeyChange {
    let bytes = KeyChange::bytes(&read(old).public_key(), &read(new).public_key(), epoch);
    let signature = base64url(&read(by).sign(&bytes).expect("the key signs"));
    KeyChange { old: public(old), new: public(new), signature }
}

impl World {
    fn new() -> Self {
        let phone = phone(Role::Officer, 10);
        let mut server = Server::of(&phone);
        let keys: Vec<String> =
            (0..3).map(|_| SoftwareKey::generate().expect("a key can be drawn")).collect();
        let trust = |state: &mut PhoneState| {
            state.me.as_mut().expect("the phone is enrolled").server_key = public(&keys[0]);
        };
        meta::change(&phone.device.store().db, trust).expect("the store takes a value");
        server.key = read(&keys[0]);
        let epochs = vec![Epoch::of_enrolment(EPOCH)];
        let mut world = Self { phone, server, keys, epochs, begun: 0 };
        world.refers("First").expect("the server answers");
        world
    }

    /// The server starts, with these changes of its key.
    fn starts(&mut self, changes: &[(usize, usize)]) {
        self.begun += 1;
        let id = Uuid::from_u128(100 + self.begun);
        let keys = &self.keys;
        let changes = changes.iter().map(|(old, new)| change(&keys[*old], &keys[*new], id, &keys[*old]));
        self.begins(id, changes.collect());
    }

    fn begins(&mut self, id: Uuid, keys: Vec<KeyChange>) {
        let contains = self.server.tip.seq;
        let log = DeviceId(id);
        self.epochs.push(Epoch { contains, log, keys, ..Epoch::of_enrolment(id) });
        (self.server.epoch, self.server.epochs) = (id, self.epochs.clone());
    }

    /// The server signs with one of its keys from now on.
    fn signs_with(&mut self, key: usize) {
        self.server.key = read(&self.keys[key]);
    }

    /// Somebody is referred, and it is sent.
    fn refers(&mut self, family: &str) -> Result<Value, Problem> {
        self.phone.run(with(form(), json!({"family": family})));
        synced(&self.phone, &mut self.server)
    }

    /// Somebody is referred, and the answer brings a receipt of an epoch by a key.
    fn refers_for(&mut self, family: &str, epoch: Uuid, key: usize) -> Result<Value, Problem> {
        self.phone.run(with(form(), json!({"family": family})));
        let key = read(&self.keys[key]);
        rounds(&self.phone.device, |request| {
            let mut answer = self.server.answer(request);
            let (stamps, prev, seq) = (Digest::default(), Digest::default(), self.server.tip.seq);
            let (number, time_ms, epoch) = (1, answer.now_ms, Some(epoch));
            let mut wire =
                WireReceipt { number, prev, seq, stamps, time_ms, signature: String::new(), epoch };
            let device = DeviceId(Uuid::from_u128(10));
            let receipt = wire.receipt(answer.epoch, device, self.server.tip.hash);
            wire.signature = base64url(&key.sign(&receipt.bytes())?);
            self.server.receipt = Some(receipt.digest());
            answer.receipt = Some(wire);
            Ok(Event::Answered(Box::new(answer)))
        })
    }

    /// The phone refuses an answer: why. It knows and sends then what it did before.
    fn refused(&mut self, what: impl FnOnce(&mut Self) -> Result<Value, Problem>) -> String {
        let (tip, told, receipt) = (self.server.tip, self.server.told, self.server.receipt);
        let problem = what(self).expect_err("it is refused");
        (self.server.tip, self.server.told, self.server.receipt) = (tip, told, receipt);
        problem.code.clone()
    }

    /// Which of the server's keys the phone knows as the present one.
    fn known(&self) -> usize {
        let state = meta::state(&self.phone.device.store().db).expect("the state is read");
        let known = state.me.expect("the phone is enrolled").server_key;
        self.keys.iter().position(|key| public(key) == known).expect("one of the server's")
    }
}

#[test]
fn a_phone_follows_one_change_after_the_other() {
    let mut world = World::new();
    for (old, new) in [(0, 1), (1, 2)] {
        world.starts(&[(old, new)]);
        world.signs_with(new);
        assert_eq!(world.refers("Later").expect("the server answers")["synced"], true);
        assert_eq!((world.known(), world.phone.waiting()), (new, 0));
    }
    world.starts(&[]);
    assert_eq!(world.refers("Last").expect("an ordinary start")["synced"], true);
}

#[test]
fn a_phone_that_was_away_for_two_changes_follows_both_in_one_epoch_or_in_two() {
    for starts in [&[vec![(0, 1)], vec![], vec![(1, 2)]][..], &[vec![(0, 1), (1, 2)]][..]] {
        let mut world = World::new();
        starts.iter().for_each(|changes| world.starts(changes));
        world.signs_with(2);
        assert_eq!(world.refers("Later").expect("the server answers")["synced"], true);
        assert_eq!(world.known(), 2);
    }
}

#[test]
fn a_change_that_the_new_key_alone_signed_is_refused_and_nothing_of_the_answer_is_kept() {
    let mut world = World::new();
    let id = Uuid::from_u128(200);
    let forged = change(&world.keys[0], &world.keys[1], id, &world.keys[1]);
    world.begins(id, vec![forged]);
    world.signs_with(1);
    assert_eq!(world.refused(|world| world.refers("Later")), "server_key_wrong");
    let state = meta::state(&world.phone.device.store().db).expect("the state is read");
    assert_eq!((world.known(), state.epoch, state.server_keys_before.len()), (0, Some(EPOCH), 0));
    assert!(world.phone.waiting() > 0);
    // The server that this phone knows is back.
    world.epochs.pop();
    world.server.epoch = EPOCH;
    world.signs_with(0);
    assert_eq!(synced(&world.phone, &mut world.server).expect("the server answers")["synced"], true);
}

#[test]
fn a_receipt_counts_by_the_key_of_the_epoch_that_it_names() {
    let mut world = World::new();
    world.starts(&[(0, 1)]);
    world.signs_with(1);
    world.refers("Second").expect("the server answers");
    let present = world.server.epoch;
    world.refers_for("Third", EPOCH, 0).expect("the old key signed in the old epoch");
    assert_eq!(world.refused(|world| world.refers_for("Fourth", EPOCH, 1)), "receipt_wrong");
    let later = world.refused(|world| world.refers_for("Fifth", present, 0));
    assert_eq!(later, "server_key_wrong", "the old key signed in no later one");
}

#[test]
fn a_server_with_an_older_key_file_is_told_from_another_server_until_the_newest_file_is_back() {
    let mut world = World::new();
    world.starts(&[(0, 1)]);
    world.signs_with(1);
    world.refers("Second").expect("the server answers");
    // Store and key file of before the change are put back: only phones can know better.
    world.epochs.pop();
    world.starts(&[]);
    world.signs_with(0);
    assert_eq!(world.refused(|world| world.refers("Third")), "server_key_wrong");
    assert_eq!(world.known(), 1);
    world.starts(&[(0, 1)]);
    world.signs_with(1);
    assert_eq!(synced(&world.phone, &mut world.server).expect("the server answers")["synced"], true);
    assert_eq!((world.known(), world.phone.waiting()), (1, 0));
}
