//! Problems that a server seldom answers with, each met by its code: packed bodies that are none, and faults of its own.
//!
//! Does not test what a push holds.

use zstd::bulk::Compressor;

use super::live::Live;
use crate::http::Problem;
use crate::reconcile::{Refusal, Unanswered};
use crate::{Fault, enrol};

#[test]
fn a_packed_body_that_is_none_or_too_large_is_refused_by_its_code() {
    let mut live = Live::new();
    let mut other = schema::dictionary::BYTES.to_vec();
    other[4..8].copy_from_slice(&(schema::dictionary::ID + 1).to_le_bytes());
    let by_other = Compressor::with_dictionary(3, &other).and_then(|mut with| with.compress(b"{}"));
    let large = zstd::bulk::compress(&vec![b' '; (4 << 20) + 1], 3).expect("it is packed");
    let packed = zstd::bulk::compress(b"{\"protocol\": 1}", 3).expect("it is packed");
    for (body, status, code) in [
        (b"no frame of zstd".to_vec(), 400, "push_malformed"),
        (packed, 400, "push_malformed"),
        (by_other.expect("it is packed"), 400, "dictionary_unknown"),
        (large, 413, "decompressed_too_large"),
    ] {
        let header = live.officer.request(1).header;
        let headers = [
            ("content-type", "application/json".to_owned()),
            ("content-encoding", "zstd".to_owned()),
            ("waymark-device", header.to_string()),
        ];
        let reply = live.send("POST", "/v1/sync", &headers, &body);
        assert_eq!((reply.status, reply.code()), (status, code));
    }
}

#[test]
fn a_store_that_cannot_be_read_is_a_fault_that_is_not_described() {
    let live = Live::new();
    let token = live.token(&live.admin);
    let store = rusqlite::Connection::open(live.data.path().join("waymark.sqlite")).expect("it opens");
    store.execute("ALTER TABLE orgs RENAME TO orgs_of_before", []).expect("it is renamed");
    let headers = live.signed(&live.admin, &token, "GET", "/v1/providers");
    let reply = live.send("GET", "/v1/providers", &headers, b"");
    assert_eq!((reply.status, reply.code()), (500, "server_fault"), "{}", reply.text);
    assert!(!reply.text.contains("orgs"), "{}", reply.text);
    store.execute("ALTER TABLE orgs_of_before RENAME TO orgs", []).expect("it is renamed");
}

#[test]
fn what_the_tests_of_the_pipeline_meet_by_its_name_has_its_code() {
    for (problem, code) in [
        (Problem::from(Refusal::Sealed), "sealed_malformed"),
        (Problem::from(enrol::Refusal::OtherPerson), "enrol_other_person"),
        (Problem::from(Unanswered::TooOften(1)), "too_many_checks"),
        (Problem::from(Fault::Stopped), "try_later"),
    ] {
        assert_eq!(problem.to_string(), code);
    }
}
