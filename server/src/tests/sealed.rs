//! Sealed outboxes: taken once, kept, and opened with the server's key alone.
//!
//! Seals with its own code, apart from the phone's. Does not go over HTTP.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree};
use aws_lc_rs::hmac;
use sync_core::ids::{CompartmentKind, DeviceId};
use sync_core::log::Tip;
use sync_core::sync::sealed::{Outbox, SealedOp, Taken};
use sync_core::sync::statement::{Statement, digest_of_sent};

use super::Scheme;
use super::phone::{Phone, new_record};
use super::pipeline::{encounter, stored};
use super::without_care::{care, without_care};
use crate::reconcile::{Refusal, take_sealed};
use crate::sealed::open;
use crate::store::{Reads, Store as _};

/// HKDF-SHA256 by hand (RFC 5869), for 44 bytes.
fn derive(secret: &[u8], salt: &[u8], info: &[u8]) -> Vec<u8> {
    let mac =
        |key: &[u8], text: &[u8]| hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text).as_ref().to_vec();
    let prk = mac(salt, secret);
    let first = mac(&prk, &[info, &[1]].concat());
    let second = mac(&prk, &[&first[..], info, &[2]].concat());
    [first, second].concat()[..44].to_vec()
}

pub(super) fn seal(server_key: &[u8], device: DeviceId, plain: &[u8]) -> Vec<u8> {
    let own = PrivateKey::generate(&ECDH_P256).expect("a key");
    let ephemeral = own.compute_public_key().expect("a public key");
    let info = [b"waymark/sealed/1", server_key, device.0.as_bytes()].concat();
    let peer = UnparsedPublicKey::new(&ECDH_P256, server_key);
    let derived = agree(&own, peer, (), |secret| Ok(derive(secret, ephemeral.as_ref(), &info)));
    let derived = derived.expect("the keys agree");
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &derived[..32]).expect("a key"));
    let nonce = Nonce::try_assume_unique_for_key(&derived[32..]).expect("a nonce");
    let mut text = plain.to_vec();
    key.seal_in_place_append_tag(nonce, Aad::empty(), &mut text).expect("it is sealed");
    [&[1], ephemeral.as_ref(), &text].concat()
}

fn send(scheme: &Scheme, phone: &mut Phone, blob: &[u8]) -> Result<Taken, Refusal> {
    let header = phone.signs(|device, counter, uptime| Statement {
        device,
        epoch: None,
        counter,
        tip: Tip::default(),
        receipt: None,
        cursor: None,
        uptime,
        body: digest_of_sent(blob),
    });
    scheme.service.wait(take_sealed(&scheme.service.service, header, blob, super::NOW_MS))
}

#[test]
fn a_sealed_outbox_is_kept_once_opened_and_verified() {
    let mut scheme = Scheme::new();
    let police = new_record().stream(CompartmentKind::Police, scheme.officer.enrolled.force);
    scheme.officer.record(police, &[], &encounter());
    let server = scheme.service.service.server.clone();
    let key = scheme.service.service.key.clone();
    let mut officer = scheme.officer.cloned();
    let ops = officer.log.iter().map(SealedOp::of).collect();
    let plain = serde_json::to_vec(&Outbox { device: officer.device, ops }).expect("plain data");
    let blob = seal(&server.public_key, officer.device, &plain);
    let taken = send(&scheme, &mut officer, &blob).expect("it is taken");
    assert_eq!(taken.taken, digest_of_sent(&blob));
    send(&scheme, &mut officer, &blob).expect("a second time it is taken again");
    let kept = scheme.service.wait(scheme.service.service.store.read(|read: &dyn Reads| read.sealed()));
    assert_eq!(kept, Ok(vec![(officer.device, blob.clone())]));
    assert_eq!(open(&*key, officer.device, &blob), Some(officer.log.clone()));
    assert_eq!(open(&*key, scheme.lead.device, &blob), None, "it is bound to its device");
    stored(&scheme);

    let mut changed = blob.clone();
    *changed.last_mut().expect("it has bytes") ^= 1;
    assert_eq!(send(&scheme, &mut officer, &changed), Err(Refusal::Sealed));
    officer.counter = 0;
    assert_eq!(send(&scheme, &mut officer, &changed), Err(Refusal::Sealed), "and its counter was not used");
}

#[test]
fn a_sealed_outbox_that_holds_care_is_not_kept_where_no_care_is() {
    let scheme = without_care();
    let server = scheme.service.service.server.clone();
    let mut worker = scheme.worker.cloned();
    worker.record_raw(care(&scheme, new_record()), &[], &[], "note.added", r#"{"text":"Calm."}"#);
    let ops = worker.log.iter().map(SealedOp::of).collect();
    let plain = serde_json::to_vec(&Outbox { device: worker.device, ops }).expect("plain data");
    let blob = seal(&server.public_key, worker.device, &plain);
    assert_eq!(send(&scheme, &mut worker, &blob), Err(Refusal::NoCare));
    let kept = scheme.service.wait(scheme.service.service.store.read(|read: &dyn Reads| read.sealed()));
    assert_eq!(kept, Ok(Vec::new()));
}

#[test]
fn what_is_kept_sealed_of_a_device_is_bounded_and_the_same_part_is_taken_again() {
    let scheme = Scheme::new();
    let server = scheme.service.service.server.clone();
    let mut officer = scheme.officer.cloned();
    let police = new_record().stream(CompartmentKind::Police, officer.enrolled.force);
    let mut blobs = Vec::new();
    for part in ["a", "b", "c"] {
        officer.log.clear();
        officer.record_raw(
            police,
            &[],
            &[],
            "kind.unknown",
            &format!("{{\"x\":\"{}\"}}", part.repeat(3 << 20)),
        );
        let ops = officer.log.iter().map(SealedOp::of).collect();
        let plain = serde_json::to_vec(&Outbox { device: officer.device, ops }).expect("plain data");
        blobs.push(seal(&server.public_key, officer.device, &plain));
    }
    send(&scheme, &mut officer, &blobs[0]).expect("it is taken");
    send(&scheme, &mut officer, &blobs[1]).expect("it is taken");
    assert_eq!(send(&scheme, &mut officer, &blobs[2]), Err(Refusal::SealedFull));
    send(&scheme, &mut officer, &blobs[0]).expect("it is held already");
}
