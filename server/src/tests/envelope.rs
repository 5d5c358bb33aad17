//! The envelope: types, encodings, sizes, times, methods; and that nothing of a request is echoed.
//!
//! Does not test what is inside a push.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{LazyLock, Mutex, PoisonError};

use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use super::live::Live;
use crate::verify;

#[test]
fn other_types_encodings_methods_and_addresses_are_refused() {
    let live = Live::new();
    let kind = |kind: &str| vec![("content-type", kind.to_owned())];
    let coded = |coding: &str| {
        vec![("content-type", "application/json".to_owned()), ("content-encoding", coding.to_owned())]
    };
    let before = verify(live.data.path());
    for (method, path, headers, status, code) in [
        ("POST", "/v1/enrol", vec![], 415, "media_type_unknown"),
        ("POST", "/v1/enrol", kind("text/plain"), 415, "media_type_unknown"),
        ("POST", "/v1/enrol", kind("application/json; charset=utf-16"), 415, "media_type_unknown"),
        ("POST", "/v1/enrol", kind("application/json; charset=UTF-8"), 400, "enrol_malformed"),
        ("POST", "/v1/sync", kind("text/plain"), 401, "signature_wrong"),
        ("POST", "/v1/sync", vec![], 401, "signature_wrong"),
        ("POST", "/v1/token", kind("application/json"), 415, "media_type_unknown"),
        ("POST", "/v1/enrol", coded("gzip"), 415, "encoding_unknown"),
        ("POST", "/v1/enrol", coded("zstd"), 415, "encoding_unknown"),
        ("PUT", "/v1/enrol", kind("application/json"), 405, "method_not_allowed"),
        ("GET", "/v1/sync", vec![], 405, "method_not_allowed"),
        ("TRACE", "/v1/sync", vec![], 405, "method_not_allowed"),
        ("DELETE", "/v1/users", vec![], 405, "method_not_allowed"),
        ("GET", "/v1/nothing", vec![], 404, "not_found"),
        ("GET", "//v1/../sync", vec![], 404, "not_found"),
        ("PUT", "/nothing", vec![], 404, "not_found"),
    ] {
        let reply = live.send(method, path, &headers, b"{}");
        assert_eq!((reply.status, reply.code()), (status, code), "{method} {path} {headers:?}");
        assert!(reply.head.contains("application/problem+json"));
        assert!(reply.body["request"].is_string() && reply.head.contains("waymark-request: "));
    }
    assert_eq!(verify(live.data.path()), before);
}

#[test]
fn bodies_that_are_no_json_or_nested_too_deep_are_refused() {
    let live = Live::new();
    let token = live.token(&live.admin);
    let deep = format!("{}{}", "{\"a\":".repeat(17), "1".to_owned() + &"}".repeat(17));
    let deeper = "[".repeat(100_000);
    for (body, code) in [
        ("", "json_malformed"),
        ("null", "json_malformed"),
        ("[]", "json_malformed"),
        ("\u{feff}{}", "json_malformed"),
        ("{\"name\":\"a\",\"name\":\"b\"}", "json_malformed"),
        ("{} {}", "json_malformed"),
        ("{\"name\":NaN}", "json_malformed"),
        ("{\"name\":\"\\ud800\"}", "json_malformed"),
        (&deep, "json_too_deep"),
        (&deeper, "json_malformed"),
    ] {
        let mut headers = live.signed(&live.admin, &token, "POST", "/v1/providers");
        headers.push(("content-type", "application/json".to_owned()));
        let reply = live.send("POST", "/v1/providers", &headers, body.as_bytes());
        assert_eq!((reply.status, reply.code()), (400, code), "{}", &body[..body.len().min(40)]);
    }
}

#[test]
fn a_large_body_is_refused_unread_and_a_slow_one_in_time() {
    let live = Live::new();
    let head = |length: &str| {
        let address = live.address;
        format!(
            "POST /v1/enrol HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\nconnection: close\r\n{length}\r\n\r\n"
        )
    };
    // Nothing of the body is sent: the answer comes by the announced length.
    let announced = live.exchange(head("content-length: 1048577").as_bytes(), b"");
    assert_eq!((announced.status, announced.code()), (413, "body_too_large"));
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000)).repeat(17);
    let chunked = live.exchange(head("transfer-encoding: chunked").as_bytes(), chunk.as_bytes());
    assert_eq!((chunked.status, chunked.code()), (413, "body_too_large"));
    let mut slow = TcpStream::connect(live.address).expect("the server listens");
    slow.write_all(head("content-length: 10").as_bytes()).expect("it is sent");
    slow.write_all(b"{").expect("it is sent");
    let mut answer = String::new();
    slow.read_to_string(&mut answer).expect("it is answered");
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("too_slow"), "{answer}");
}

/// What every thread of the test's process logs.
#[derive(Clone, Copy)]
struct Log;
static LOGGED: LazyLock<Mutex<Vec<u8>>> = LazyLock::new(Mutex::default);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOGGED.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        *self
    }
}

#[test]
fn no_log_line_and_no_problem_holds_a_planted_name_or_date_of_birth() {
    let log = tracing_subscriber::fmt().with_max_level(tracing::Level::DEBUG).with_writer(Log);
    log.try_init().expect("no other test logs");
    let live = Live::new();
    let planted = ["Zzyzxfamily", "1971-02-03", "Zzyzxname"];
    let body = json!({"name": planted[2], "role": "officer", "org": live.admin.enrolled.force});
    assert_eq!(live.post(&live.admin, "/v1/users", &body).status, 200);
    let bodies = [
        json!({"name": planted[0], "born": planted[1]}),
        json!({"name": planted[0], "role": planted[1], "org": planted[2]}),
    ];
    let mut answers = Vec::new();
    for path in ["/v1/users", "/v1/providers", "/v1/enrol", "/v1/sync"] {
        answers.extend(bodies.iter().map(|body| live.post(&live.admin, path, body)));
    }
    for path in
        ["/v1/users?cursor=Zzyzxname", "/v1/referrals/Zzyzxfamily", "/Zzyzxname", "/v1/users?Zzyzxname=1"]
    {
        answers.push(live.get(&live.admin, path));
    }
    answers.push(live.send("GET", "/v1/users", &[("authorization", "DPoP Zzyzxname".to_owned())], b""));
    for answer in &answers {
        assert!(answer.status >= 400, "{}", answer.text);
        assert!(planted.iter().all(|word| !answer.text.contains(word) && !answer.head.contains(word)));
    }
    let logged = LOGGED.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let logged = String::from_utf8_lossy(&logged);
    assert!(logged.contains("a request was refused"), "the log is caught: {logged}");
    assert!(planted.iter().all(|word| !logged.contains(word)), "{logged}");
}
