//! What answers in the server's place – a proxy, a captive portal – and what the phone makes of it.
//!
//! The peer is a socket that says one thing. Does not test what the server says itself.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use serde_json::json;
use sync_core::access::Role;

use super::syncing::{Server, synced};
use super::{Phone, form, phone};
use crate::store::meta::{self, key};
use crate::{Problem, SyncOptions};

/// Synchronises with a peer that answers every request with these bytes.
fn sync_with(phone: &Phone, reply: String) -> Problem {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it has an address");
    meta::keep(&phone.device.store().db, key::SERVER, &format!("http://{address}")).expect("it is kept");
    std::thread::spawn(move || {
        for mut peer in listener.incoming().flatten() {
            let mut request = [0; 65536];
            let _ = peer.read(&mut request).expect("a request comes");
            peer.write_all(reply.as_bytes()).expect("the phone reads");
        }
    });
    phone.device.sync(SyncOptions { max_ms: 5000, ..SyncOptions::default() }).expect_err("it is no answer")
}

fn reply(status: &str, kind: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}

fn own(status: u16, code: &str) -> String {
    let kind = format!("urn:waymark:problem:{code}");
    json!({"type": kind, "title": "…", "status": status, "code": code}).to_string()
}

#[test]
fn what_a_proxy_says_never_makes_a_phone_enrol_again() {
    let phone = phone(Role::Officer, 10);
    phone.run(form());
    let before = phone.waiting();
    let html = "<html><h1>Sign in to the guest network</h1></html>";
    for (status, kind, body) in [
        ("401 Unauthorized", "text/html", html.to_owned()),
        ("403 Forbidden", "text/html", html.to_owned()),
        ("404 Not Found", "text/html", html.to_owned()),
        ("407 Proxy Authentication Required", "text/plain", String::new()),
        ("401 Unauthorized", "application/json", json!({"code": "signature_wrong"}).to_string()),
        ("403 Forbidden", "application/problem+json", own(401, "signature_wrong")),
        ("200 OK", "text/html", html.to_owned()),
    ] {
        let problem = sync_with(&phone, reply(status, kind, &body));
        assert!(["server_refused", "answer_foreign"].contains(&problem.code.as_str()), "{problem:?}");
        assert_eq!(phone.ask("status")["recovery"], json!(null), "{status} {body}");
        assert_eq!(phone.waiting(), before);
    }
}

#[test]
fn a_foreign_counter_is_not_jumped_to() {
    let phone = phone(Role::Officer, 10);
    let foreign = json!({"code": "counter_old", "counter": 1_u64 << 52}).to_string();
    sync_with(&phone, reply("409 Conflict", "application/json", &foreign));
    assert_eq!(meta::state(&phone.device.store().db).expect("it is read").counter, 1);
}

#[test]
fn a_good_answer_takes_back_that_the_key_is_unknown() {
    let phone = phone(Role::Officer, 10);
    let mut server = Server::of(&phone);
    phone.run(form());
    let unknown = reply("401 Unauthorized", "application/problem+json", &own(401, "signature_wrong"));
    let problem = sync_with(&phone, unknown);
    assert_eq!(problem.code, "re_enrol_needed");
    assert!(problem.to_string().contains("put back to a time before"), "what happened is said: {problem}");
    let recovery = phone.ask("status")["recovery"].clone();
    assert_eq!((&recovery["because"], &recovery["enrol_again"]), (&json!("forgotten"), &json!(true)));
    synced(&phone, &mut server).expect("the server answers");
    assert_eq!(phone.ask("status")["recovery"], json!(null));
}

#[test]
fn no_redirect_is_followed() {
    let phone = phone(Role::Officer, 10);
    let elsewhere = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    elsewhere.set_nonblocking(true).expect("it can be asked");
    let address = elsewhere.local_addr().expect("it has an address");
    for status in ["301 Moved Permanently", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let moved = format!("HTTP/1.1 {status}\r\nlocation: http://{address}/\r\ncontent-length: 0\r\n\r\n");
        assert_eq!(sync_with(&phone, moved).code, "answer_foreign");
        assert!(elsewhere.accept().is_err(), "nobody called there");
    }
}
