//! An enrolment whose answer was lost: asked once more, it is told the same.
//!
//! Does not test HTTP: see `api`.

use aws_lc_rs::signature::{EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use sync_core::sync::enrolment::{Enrolled, Request};

use super::phone::{self, new_key, sign};
use super::{NOW_MS, Scheme};
use crate::RevokeReason;
use crate::desk::{Command, Page, Query};
use crate::enrol::{Refusal, enrol};
use crate::keys::base64url;

fn request(code: &str, key: &EcdsaKeyPair, signs: &EcdsaKeyPair) -> Request {
    named(code, "phone", key, signs)
}

fn named(code: &str, name: &str, key: &EcdsaKeyPair, signs: &EcdsaKeyPair) -> Request {
    let public = key.public_key().as_ref();
    let proof = sign(signs, &[b"waymark/enrol/1", code.as_bytes(), public].concat());
    let request = json!({
        "code": code, "public_key": base64url(public), "proof": base64url(&proof), "name": name,
    });
    serde_json::from_value(request).expect("it is an enrolment")
}

fn ask(scheme: &Scheme, request: Request, now_ms: u64) -> Result<Enrolled, Refusal> {
    scheme.service.wait(enrol(&scheme.service.service, request, now_ms))
}

#[test]
fn the_same_code_and_key_are_told_the_same_also_at_once_and_nobody_else_is() {
    let scheme = Scheme::new();
    let (code, key, other) = (&scheme.second_admin.code, new_key(), new_key());
    let service = &scheme.service.service;
    let both = scheme.service.wait(async {
        tokio::join!(
            enrol(service, request(code, &key, &key), NOW_MS),
            enrol(service, request(code, &key, &key), NOW_MS),
        )
    });
    let first = both.0.expect("the code counts");
    assert_eq!(both.1.as_ref(), Ok(&first), "who asks twice at once gets one device");
    // Long after the code has expired: a phone may have been without signal.
    let later = ask(&scheme, request(code, &key, &key), NOW_MS + 86_400_000).expect("it did not hear");
    assert_eq!(Enrolled { now_ms: first.now_ms, ..later }, first);
    for (key, signs) in [(&other, &other), (&key, &other)] {
        assert_eq!(ask(&scheme, request(code, key, signs), NOW_MS), Err(Refusal::Refused));
    }
}

#[test]
fn a_code_counts_in_small_letters_and_with_dashes_and_spaces() {
    let scheme = Scheme::new();
    let code = scheme.another_code(scheme.officer.user);
    let (head, tail) = code.split_at(13);
    let (typed, key) = (format!("{}-{} ", head.to_lowercase(), tail), new_key());
    let enrolled = ask(&scheme, request(&typed, &key, &key), NOW_MS).expect("the code counts");
    assert_eq!(enrolled.user, scheme.officer.user);
}

#[test]
fn a_key_enrols_one_device_until_that_is_revoked_or_recovered() {
    let scheme = Scheme::new();
    let (one, code, key) =
        (scheme.second_admin.code.clone(), scheme.another_code(scheme.officer.user), new_key());
    let first = ask(&scheme, request(&one, &key, &key), NOW_MS).expect("the code counts");
    let again = |recovers: Option<Value>| {
        let mut asked = serde_json::to_value(request(&code, &key, &key)).expect("plain data");
        asked["recovers"] = json!(recovers);
        ask(&scheme, serde_json::from_value(asked).expect("it is an enrolment"), NOW_MS)
    };
    assert_eq!(again(None), Err(Refusal::KeyUsed), "of another person");
    let other = json!({"device": scheme.officer.device, "unreadable": []});
    assert_eq!(again(Some(other)), Err(Refusal::KeyUsed), "under the name of another device");
    let revoke = Command::RevokeDevice(first.device, RevokeReason::Left);
    scheme.service.command(scheme.admin.user, revoke, NOW_MS).expect("it is revoked");
    assert!(again(None).is_ok(), "the phone is given to somebody else; and the code still counts");
}

#[test]
fn a_device_that_has_spoken_has_heard_its_answer() {
    let scheme = Scheme::new();
    let code = scheme.another_code(scheme.officer.user);
    let key = new_key();
    let enrolled = ask(&scheme, request(&code, &key, &key), NOW_MS).expect("the code counts");
    let mut phone = phone::of(key, enrolled);
    phone.push(&scheme.service, 1).expect("it is known");
    assert_eq!(ask(&scheme, request(&code, &phone.key, &phone.key), NOW_MS), Err(Refusal::Refused));
}

#[test]
fn a_devices_name_is_one_that_people_can_read_and_the_code_counts_all_the_same() {
    let scheme = Scheme::new();
    let code = scheme.another_code(scheme.officer.user);
    let key = new_key();
    let long = "x".repeat(201);
    for name in ["", " ", "\u{2800}", "\u{200b}", "a\nb", "\u{301}", "S\u{430}m's phone", &long] {
        let refused = ask(&scheme, named(&code, name, &key, &key), NOW_MS);
        assert_eq!(refused.err(), Some(Refusal::Name), "{name:?}");
    }
    let enrolled =
        ask(&scheme, named(&code, " Sam\u{2019}s  phone", &key, &key), NOW_MS).expect("it is enrolled");
    let listed = scheme.service.query(scheme.admin.user, &Query::Devices(Page::default())).expect("a list");
    let devices = listed["devices"].as_array().expect("a list");
    let device = devices.iter().find(|row| row["device"] == enrolled.device.to_string());
    assert_eq!(device.map(|row| row["name"].clone()), Some(json!("Sam\u{2019}s phone")), "{listed}");
}
