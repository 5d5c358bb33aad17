//! What somebody hostile sends: bodies that do not end, too much of everything, proofs that were used.
//!
//! Each test replays a request that showed a fault once. Does not test what an allowance is: see [`crate::rates`].

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;

use serde_json::json;
use sync_core::ids::CompartmentKind;
use sync_core::sync::answer::Directive;

use super::live::{Live, jwt, proof};
use super::phone::{Phone, new_key, new_record};
use super::pipeline::encounter;
use super::{NOW_MS, Scheme};
use crate::desk::Command;
use crate::rates::Limiter;
use crate::reconcile::Refusal;
use crate::{Rates, RevokeReason};

/// A request whose body is announced and not sent to its end.
fn half_sent(live: &Live, head: &str, sent: usize) -> TcpStream {
    let mut stream = TcpStream::connect(live.address).expect("the server listens");
    let head = format!("{head}host: h\r\ncontent-length: 1048576\r\n\r\n");
    stream.write_all(head.as_bytes()).expect("it is sent");
    // Who is refused by the head need not take the body.
    drop(stream.write_all(&vec![b'x'; sent]));
    stream
}

fn answer_of(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    drop(stream.read_to_end(&mut answer));
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn a_body_is_not_read_when_the_head_names_no_device_that_is_enrolled() {
    let mut live = Live::new();
    let mut stranger = live.officer.cloned();
    stranger.device = sync_core::ids::DeviceId(uuid::Uuid::nil());
    let unknown = format!("POST /v1/sync HTTP/1.1\r\nwaymark-device: {}\r\n", stranger.request(1).header);
    for (head, status) in [
        ("POST /v1/sync HTTP/1.1\r\n", "401"),
        ("POST /v1/sync/sealed HTTP/1.1\r\n", "401"),
        ("POST /v1/prior-checks HTTP/1.1\r\n", "401"),
        ("POST /v1/sync HTTP/1.1\r\nwaymark-device: nonsense\r\n", "401"),
        (unknown.as_str(), "401"),
        ("POST /v1/enrol HTTP/1.1\r\ncontent-type: application/json\r\n", "413"),
        ("POST /v1/users HTTP/1.1\r\ncontent-type: application/json\r\n", "401"),
        ("POST /v1/nothing HTTP/1.1\r\n", "404"),
        ("PUT /v1/sync HTTP/1.1\r\n", "405"),
        ("GET /v1/users HTTP/1.1\r\n", "401"),
        ("POST /sign-in HTTP/1.1\r\n", "403"),
        ("GET /health/live HTTP/1.1\r\n", "200"),
        ("DELETE /health/live HTTP/1.1\r\n", "405"),
    ] {
        // The whole answer comes while the body is still open: nobody waits for the rest of it.
        let answer = answer_of(half_sent(&live, head, 1000));
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{head} {answer}");
    }
    live.stop();
}

#[test]
fn a_body_without_an_end_is_cut_on_every_method() {
    let mut live = Live::new();
    for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"] {
        for path in ["/health/live", "/sign-in", "/v1/enrol", "/v1/sync", "/v1/users", "/nothing"] {
            let mut stream = TcpStream::connect(live.address).expect("the server listens");
            let head = format!(
                "{method} {path} HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{{}}\r\n"
            );
            stream.write_all(head.as_bytes()).expect("it is sent");
            let answer = answer_of(stream);
            assert!(answer.starts_with("HTTP/1.1 "), "{method} {path} {answer}");
        }
    }
    live.stop();
}

#[test]
fn all_bodies_together_stay_within_their_budget_and_honest_phones_try_later() {
    let mut live = Live::new();
    let head = |phone: &mut Phone| {
        format!("POST /v1/sync HTTP/1.1\r\nwaymark-device: {}\r\n", phone.request(1).header)
    };
    let mut thief = live.officer.cloned();
    // The test's budget is 8 MiB; each takes nearly one.
    let open: Vec<TcpStream> = (0..24).map(|_| half_sent(&live, &head(&mut thief), 1_000_000)).collect();
    let answers: Vec<String> = open.into_iter().map(answer_of).collect();
    let count = |code: &str| answers.iter().filter(|answer| answer.contains(code)).count();
    assert!(count("try_later") > 0 && count("too_slow") > 0, "{answers:?}");
    assert_eq!(count("try_later") + count("too_slow"), 24, "{answers:?}");
    assert!(answers.iter().filter(|it| it.contains("try_later")).all(|it| it.contains("retry-after: ")));
    let request = live.lead.request(1);
    let headers = [("waymark-device", request.header.to_string())];
    assert_eq!(live.send("POST", "/v1/sync", &headers, &request.sent).status, 200, "there is room again");
    live.stop();
}

#[test]
fn what_is_done_too_often_is_answered_429_and_says_when_to_try_again() {
    let rates = Rates {
        syncs_a_minute: 2,
        codes_a_minute: 2,
        tokens_a_minute: 2,
        entries_a_day: 3,
        ..Rates::unlimited()
    };
    let mut live = Live::within(Scheme::new(), rates);
    let json = [("content-type", "application/json".to_owned())];
    let enrol = json!({"code": "X", "public_key": "", "proof": "", "name": ""}).to_string();
    let codes = |live: &Live| live.send("POST", "/v1/enrol", &json, enrol.as_bytes());
    assert_eq!([codes(&live).status, codes(&live).status], [400, 400]);
    let limited = codes(&live);
    assert_eq!((limited.status, limited.code()), (429, "too_often"));
    assert!(limited.head.contains("retry-after: "), "{}", limited.head);
    assert!(limited.body["after_ms"].as_u64().is_some_and(|after| after <= 30_000));

    let token = |live: &Live| {
        let assertion =
            jwt(&live.lead.key, &json!({"alg": "ES256", "typ": "JWT"}), &live.assertion(&live.lead));
        live.ask_token(&assertion, &[proof(&live.lead.key, "POST", &live.url("/v1/token"), None)])
    };
    assert_eq!([token(&live).status, token(&live).status, token(&live).status], [200, 200, 429]);

    let police = new_record().stream(CompartmentKind::Police, live.officer.enrolled.force);
    for _ in 0..3 {
        live.officer.record(police, &[], &encounter());
    }
    let sync = |live: &mut Live| {
        let request = live.officer.request(1);
        live.send("POST", "/v1/sync", &[("waymark-device", request.header.to_string())], &request.sent)
    };
    assert_eq!(sync(&mut live).status, 200);
    live.officer.record(police, &[], &encounter());
    assert_eq!(sync(&mut live).code(), "too_often", "the entries of the day are used up");
    assert_eq!(sync(&mut live).code(), "too_often", "and the synchronisations of the minute");
    live.stop();
}

#[test]
fn whoever_has_a_code_or_a_key_is_served_where_others_of_their_address_guess() {
    let rates = Rates { codes_a_minute: 1, tokens_of_address_a_minute: 1, ..Rates::unlimited() };
    let scheme = Scheme::new();
    let code = scheme.second_admin.code.clone();
    let mut live = Live::within(scheme, rates);
    let json = [("content-type", "application/json".to_owned())];
    let tries = |code: &str| {
        let body = json!({"code": code, "public_key": "", "proof": "", "name": ""}).to_string();
        live.send("POST", "/v1/enrol", &json, body.as_bytes()).status
    };
    assert_eq!([tries("X"), tries("X"), tries(&code), tries("X")], [400, 429, 400, 429]);

    let token = |key: &aws_lc_rs::signature::EcdsaKeyPair| {
        let assertion = jwt(key, &json!({"alg": "ES256", "typ": "JWT"}), &live.assertion(&live.lead));
        live.ask_token(&assertion, &[proof(key, "POST", &live.url("/v1/token"), None)]).status
    };
    let stranger = new_key();
    assert_eq!([token(&stranger), token(&stranger), token(&live.lead.key)], [401, 429, 200]);
    live.stop();
}

#[test]
fn a_revoked_phone_is_told_to_wipe_itself_and_no_more_is_taken_of_it_than_a_little() {
    let mut scheme = Scheme::new();
    let rates = Rates { revoked_entries_a_day: 2, ..Rates::unlimited() };
    scheme.service.service.limiter = Arc::new(Limiter::new(rates));
    let mut thief = scheme.officer.cloned();
    let revoke = Command::RevokeDevice(thief.device, RevokeReason::Stolen);
    scheme.service.command(scheme.admin.user, revoke, NOW_MS).expect("it is revoked");
    let police = new_record().stream(CompartmentKind::Police, thief.enrolled.force);
    for (from, acknowledged) in [(1, 1), (2, 2), (3, 2), (3, 2)] {
        thief.record(police, &[], &encounter());
        thief.log.truncate(usize::try_from(from).expect("it is small"));
        let answer = thief.push(&scheme.service, from).expect("it is answered");
        assert_eq!((answer.directives, answer.acknowledged), (vec![Directive::Wipe], acknowledged), "{from}");
    }
}

#[test]
fn a_device_that_pushes_more_than_a_day_holds_keeps_it_and_nobody_else_waits() {
    let mut scheme = Scheme::new();
    scheme.service.service.limiter = Arc::new(Limiter::new(Rates { entries_a_day: 1, ..Rates::unlimited() }));
    let Scheme { service, officer, other_officer, .. } = &mut scheme;
    let police = new_record().stream(CompartmentKind::Police, officer.enrolled.force);
    officer.record(police, &[], &encounter());
    officer.push(service, 1).expect("it is taken");
    officer.record(police, &[], &encounter());
    assert!(matches!(officer.push(service, 2), Err(Refusal::TooOften(after_ms)) if after_ms > 80_000_000));
    let police = new_record().stream(CompartmentKind::Police, officer.enrolled.force);
    other_officer.record(police, &[], &encounter());
    other_officer.push(service, 1).expect("it is taken");
    let later_ms = NOW_MS + 2 * 86_400_000;
    officer.push_at(service, 2, later_ms).expect("the next day it is taken");
}

#[test]
fn what_was_used_once_is_not_believed_after_a_restart() {
    let mut live = Live::new();
    let assertion = jwt(&live.lead.key, &json!({"alg": "ES256", "typ": "JWT"}), &live.assertion(&live.lead));
    let ask = |live: &Live| {
        live.ask_token(&assertion, &[proof(&live.lead.key, "POST", &live.url("/v1/token"), None)])
    };
    assert_eq!(ask(&live).status, 200);
    assert_eq!(ask(&live).code(), "auth_replayed");
    live.again();
    assert_eq!(ask(&live).code(), "auth_replayed");
    live.stop();
}
