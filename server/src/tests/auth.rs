//! Tokens and proofs: what is believed, and every way not to be.
//!
//! Does not test what a token lets somebody see.

use serde_json::{Value, json};

use super::live::{Live, Reply, jwk, jwt, now_s, proof, proof_claims};
use super::phone::new_key;
use crate::keys::base64url;
use crate::{RevokeReason, verify};

const PATH: &str = "/v1/force";

/// A value with one member changed, or taken away.
fn with(value: &Value, member: &str, other: Value) -> Value {
    let mut value = value.clone();
    match other {
        Value::Null => drop(value.as_object_mut().expect("an object").remove(member)),
        other => value[member] = other,
    }
    value
}

/// A request with this token and a good proof for it.
fn with_token(live: &Live, token: &str) -> Reply {
    live.send("GET", PATH, &live.signed(&live.admin, token, "GET", PATH), b"")
}

fn refused(reply: &Reply, code: &str, case: &str) {
    assert_eq!((reply.status, reply.code()), (401, code), "{case}: {}", reply.text);
    assert!(reply.head.contains("www-authenticate: dpop"), "{case}");
    assert!(reply.body["request"].is_string(), "{case}");
}

#[test]
fn a_device_gets_a_token_and_asks_with_it_more_than_once() {
    let live = Live::new();
    let token = live.token(&live.admin);
    for _ in 0..2 {
        let reply = with_token(&live, &token);
        assert_eq!((reply.status, &reply.body["name"]), (200, &json!("Force")), "{}", reply.text);
    }
}

#[test]
fn a_token_of_another_algorithm_key_or_header_is_not_believed() {
    let live = Live::new();
    let (header, claims) = (live.token_header(), live.claims(&live.admin));
    let good = live.forged(&header, &claims);
    assert_eq!(with_token(&live, &good).status, 200);
    for alg in ["none", "None", "nOnE", "HS256", "ES384", "RS256", ""] {
        refused(
            &with_token(&live, &live.forged(&with(&header, "alg", json!(alg)), &claims)),
            "auth_alg",
            alg,
        );
    }
    refused(&with_token(&live, &hs256(&live, &claims)), "auth_alg", "the public key as a secret");
    for field in ["jwk", "jku", "x5u", "x5c", "crit", "x"] {
        let token = live.forged(&with(&header, field, json!("https://evil.example/")), &claims);
        refused(&with_token(&live, &token), "auth_header", field);
    }
    for kid in [json!("unknown"), json!("../../etc/passwd"), json!(""), Value::Null] {
        let token = live.forged(&with(&header, "kid", kid.clone()), &claims);
        refused(&with_token(&live, &token), "auth_kid", &kid.to_string());
    }
    for typ in [json!("JWT"), json!("id+jwt"), json!("AT+JWT"), Value::Null] {
        let token = live.forged(&with(&header, "typ", typ.clone()), &claims);
        refused(&with_token(&live, &token), "auth_typ", &typ.to_string());
    }
    let other = jwt(&new_key(), &header, &claims);
    refused(&with_token(&live, &other), "auth_signature", "another key");
    let (head, signature) = good.rsplit_once('.').expect("three parts");
    for (case, signature) in [("none", ""), ("zero", &base64url(&[0; 64])), ("short", &signature[..40])] {
        let reply = with_token(&live, &format!("{head}.{signature}"));
        refused(&reply, "auth_signature", case);
    }
}

/// Signed as HS256 with the bytes of the server's public key.
fn hs256(live: &Live, claims: &Value) -> String {
    use aws_lc_rs::hmac;
    use aws_lc_rs::signature::KeyPair as _;
    let header = with(&live.token_header(), "alg", json!("HS256"));
    let signed = [&header, claims].map(|part| base64url(part.to_string().as_bytes())).join(".");
    let key = hmac::Key::new(hmac::HMAC_SHA256, live.server_key.public_key().as_ref());
    format!("{signed}.{}", base64url(hmac::sign(&key, signed.as_bytes()).as_ref()))
}

#[test]
fn a_token_with_a_wrong_claim_is_not_believed() {
    let live = Live::new();
    let (header, claims, now) = (live.token_header(), live.claims(&live.admin), now_s());
    for (claim, value, code) in [
        ("exp", json!(now - 40), "auth_expired"),
        ("exp", json!(format!("{}", now + 60)), "auth_claim"),
        ("exp", json!(-1), "auth_claim"),
        ("exp", Value::Null, "auth_claim"),
        ("nbf", json!(now + 40), "auth_not_yet"),
        ("nbf", json!(format!("{now}")), "auth_claim"),
        ("nbf", Value::Null, "auth_claim"),
        ("iss", json!("urn:waymark:force:other"), "auth_claim"),
        ("iss", Value::Null, "auth_claim"),
        ("aud", json!("another"), "auth_claim"),
        ("aud", Value::Null, "auth_claim"),
        ("sub", json!("nobody"), "auth_claim"),
        ("cnf", Value::Null, "auth_claim"),
        ("role", json!("admin"), "auth_claim"),
        ("sub", json!(uuid::Uuid::nil()), "auth_revoked"),
    ] {
        let token = live.forged(&header, &with(&claims, claim, value.clone()));
        refused(&with_token(&live, &token), code, &format!("{claim} {value}"));
    }
    let late = live.forged(&header, &with(&claims, "exp", json!(now - 20)));
    assert_eq!(with_token(&live, &late).status, 200, "within the leeway");
}

#[test]
fn what_is_no_token_is_refused_before_it_is_read() {
    let live = Live::new();
    let signed = |authorization: &str| {
        let proof = proof(&live.admin.key, "GET", &live.url(PATH), Some("x"));
        live.send("GET", PATH, &[("authorization", authorization.to_owned()), ("dpop", proof)], b"")
    };
    refused(&live.send("GET", PATH, &[], b""), "auth_missing", "nothing");
    for (authorization, code) in [
        ("Bearer a.b.c", "auth_scheme"),
        ("DPoP", "auth_scheme"),
        ("DPoP a.b", "auth_malformed"),
        ("DPoP a.b.c.d", "auth_malformed"),
        ("DPoP a.b.c", "auth_malformed"),
    ] {
        refused(&signed(authorization), code, authorization);
    }
    let large = signed(&format!("DPoP {}", "a".repeat(20_000)));
    refused(&large, "auth_malformed", "large");
}

#[test]
fn a_proof_must_be_the_one_of_this_request() {
    let live = Live::new();
    let (admin, url) = (&live.admin, live.url(PATH));
    let token = live.token(admin);
    let header = json!({"alg": "ES256", "typ": "dpop+jwt", "jwk": jwk(&admin.key)});
    let claims = || proof_claims("GET", &url, Some(&token));
    let ask = |proofs: &[String]| {
        let mut headers = vec![("authorization", format!("DPoP {token}"))];
        headers.extend(proofs.iter().map(|proof| ("dpop", proof.clone())));
        live.send("GET", PATH, &headers, b"")
    };
    let good = || jwt(&admin.key, &header, &claims());
    refused(&ask(&[]), "dpop_missing", "none");
    refused(&ask(&[good(), good()]), "dpop_multiple", "two");
    let once = good();
    assert_eq!(ask(std::slice::from_ref(&once)).status, 200);
    refused(&ask(&[once]), "dpop_replayed", "twice");
    let other = new_key();
    refused(&ask(&[proof(&other, "GET", &url, Some(&token))]), "dpop_binding", "another key");
    refused(&ask(&[jwt(&other, &header, &claims())]), "dpop_malformed", "signed by another key");
    let now = now_s();
    for (claim, value, code) in [
        ("htm", json!("POST"), "dpop_mismatch"),
        ("htm", json!("get"), "dpop_mismatch"),
        ("htu", json!(live.url("/v1/users")), "dpop_mismatch"),
        ("htu", json!("http://evil.example/v1/force"), "dpop_mismatch"),
        ("ath", json!("x"), "dpop_mismatch"),
        ("ath", Value::Null, "dpop_mismatch"),
        ("iat", json!(now - 120), "dpop_stale"),
        ("iat", json!(now + 60), "dpop_stale"),
        ("iat", Value::Null, "dpop_malformed"),
        ("iat", json!(u64::MAX), "dpop_stale"),
        ("jti", Value::Null, "dpop_malformed"),
        ("jti", json!("x".repeat(129)), "dpop_malformed"),
    ] {
        let proof = jwt(&admin.key, &header, &with(&claims(), claim, value.clone()));
        refused(&ask(&[proof]), code, &format!("{claim} {value}"));
    }
    let with_private = with(&jwk(&admin.key), "d", json!("AA"));
    for (field, value) in [
        ("typ", json!("JWT")),
        ("alg", json!("none")),
        ("jwk", with_private),
        ("jwk", json!({"kty": "oct", "k": "AA"})),
        ("jwk", Value::Null),
        ("kid", json!("x")),
    ] {
        let proof = jwt(&admin.key, &with(&header, field, value), &claims());
        refused(&ask(&[proof]), "dpop_malformed", field);
    }
}

#[test]
fn an_assertion_counts_once_for_its_device_and_for_this_server() {
    let live = Live::new();
    let admin = &live.admin;
    let url = live.url("/v1/token");
    let (header, claims, now) = (json!({"alg": "ES256", "typ": "JWT"}), live.assertion(admin), now_s());
    let ask = |assertion: &str| live.ask_token(assertion, &[proof(&admin.key, "POST", &url, None)]);
    let good = jwt(&admin.key, &header, &claims);
    let reply = ask(&good);
    assert_eq!((reply.status, &reply.body["token_type"]), (200, &json!("DPoP")));
    assert!(reply.head.contains("cache-control: no-store"));
    refused(&ask(&good), "auth_replayed", "twice");
    refused(&ask(&jwt(&live.officer.key, &header, &claims)), "auth_signature", "another device's key");
    for (claim, value, code) in [
        ("aud", json!("another"), "auth_claim"),
        ("iss", json!(live.officer.device), "auth_claim"),
        ("sub", json!(uuid::Uuid::nil()), "auth_signature"),
        ("sub", json!("x"), "auth_claim"),
        ("jti", Value::Null, "auth_claim"),
        ("exp", json!(now + 3600), "auth_claim"),
        ("exp", json!(now - 40), "auth_expired"),
        ("nbf", json!(now + 40), "auth_not_yet"),
        ("iat", json!(now + 40), "auth_not_yet"),
    ] {
        let claims = with(&live.assertion(admin), claim, value.clone());
        refused(&ask(&jwt(&admin.key, &header, &claims)), code, &format!("{claim} {value}"));
    }
    for (field, value, code) in [
        ("alg", json!("none"), "auth_alg"),
        ("typ", json!("at+jwt"), "auth_typ"),
        ("kid", json!("x"), "auth_kid"),
        ("jku", json!("https://evil.example/"), "auth_header"),
    ] {
        let assertion = jwt(&admin.key, &with(&header, field, value), &live.assertion(admin));
        refused(&ask(&assertion), code, field);
    }
    let assertion = jwt(&admin.key, &header, &live.assertion(admin));
    refused(&live.ask_token(&assertion, &[]), "dpop_missing", "no proof");
}

#[test]
fn who_is_revoked_or_disabled_asks_no_more_whatever_token_they_hold() {
    let live = Live::new();
    let ask = |phone: &super::phone::Phone, token: &str| {
        live.send("GET", PATH, &live.signed(phone, token, "GET", PATH), b"")
    };
    let officer = live.token(&live.officer);
    let lead = live.token(&live.lead);
    assert_eq!((ask(&live.officer, &officer).status, ask(&live.lead, &lead).status), (200, 200));
    let revoke = format!("/v1/devices/{}/revoke", live.officer.device);
    let revoked = live.post(&live.admin, &revoke, &json!({"reason": RevokeReason::Lost}));
    assert_eq!(revoked.status, 200, "{}", revoked.text);
    let disable = format!("/v1/users/{}/disable", live.lead.user);
    assert_eq!(live.post(&live.admin, &disable, &json!({"reason": "left"})).status, 200);
    refused(&ask(&live.officer, &officer), "auth_revoked", "a lost device");
    refused(&ask(&live.lead, &lead), "auth_revoked", "a person who left");
    let header = json!({"alg": "ES256"});
    let assertion = jwt(&live.officer.key, &header, &live.assertion(&live.officer));
    let proof = proof(&live.officer.key, "POST", &live.url("/v1/token"), None);
    refused(&live.ask_token(&assertion, &[proof]), "auth_revoked", "no new token");
    assert_eq!(verify(live.data.path()).map(|report| report.first_fault), Ok(None));
}

#[test]
fn a_token_of_an_earlier_key_counts_as_long_as_a_token_lives_and_none_is_given_by_it_later() {
    let mut live = Live::new();
    let (header, token) = (live.token_header(), live.token(&live.admin));
    live.stop();
    crate::rotate_key(live.data.path(), None).expect("a key is added");
    live.again();
    let asked = |token: &str| live.send("GET", PATH, &live.signed(&live.admin, token, "GET", PATH), b"");
    assert_eq!(asked(&token).status, 200, "it was given before the change");
    let (claims, now) = (live.claims(&live.admin), now_s());
    for (case, iat, exp) in [("later", now + 20, now + 500), ("longer", now - 60, now + 3600)] {
        let claims = with(&with(&claims, "iat", json!(iat)), "exp", json!(exp));
        refused(&asked(&live.forged(&header, &claims)), "auth_kid", case);
    }
    let renewed = live.token(&live.admin);
    assert_eq!(asked(&renewed).status, 200);
    assert_ne!(renewed.split('.').next(), token.split('.').next(), "it names the new key");
}
