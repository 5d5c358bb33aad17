//! Golden bytes: what other implementations hash and sign must never change unnoticed.
//!
//! The expected values in `schema/vectors/header.json` were computed apart from this code. Does not
//! test what the fields mean.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::Value;
use sync_core::clock::{Hlc, Uptime};
use sync_core::ids::{CompartmentKind, DeviceId, Digest, OpId, OrgId, Record, Stream, UserId};
use sync_core::log::{Tip, verify};
use sync_core::op::{Header, Kind, Op, Recovered, Salt, Seed, body_digest, parse_layout};
use sync_core::referral::conflict::{ConflictKind, conflict_id, version};
use sync_core::sync::push::{BadPush, Base, PROTOCOL, Push, Sender, write_ops};
use sync_core::sync::receipt::Receipt;
use sync_core::sync::statement::SignedHeader;
use sync_core::sync::statement::{Statement, digest_of_sent};
use uuid::Uuid;

fn golden(field: &str) -> String {
    let vectors = include_str!("../../schema/vectors/header.json");
    let vectors: Value = serde_json::from_str(vectors).expect("the vectors are JSON");
    vectors[field].as_str().expect("the vectors hold this field").to_owned()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn op(device: u128, seq: u64) -> OpId {
    OpId { device: DeviceId(id(device)), seq }
}

fn stream() -> Stream {
    Record::referral(id(0x7EF)).stream(CompartmentKind::Shared, OrgId(id(0xF0)))
}

fn salt() -> Salt {
    Seed(std::array::from_fn(|i| u8::try_from(i).expect("16 bytes"))).salt(op(0xD1, 3))
}

fn full() -> Header {
    Header {
        id: op(0xD1, 3),
        prev: Digest([0x11; 32]),
        stream: stream(),
        deps: vec![op(0xD2, 7), op(0xD3, 1)],
        seen: Some(vec![op(0xD2, 6)]),
        hlc: Hlc(1_780_000_000_000 << 16 | 5),
        uptime: Uptime { boot: id(0xB007), ms: 61_000 },
        receipt: Some(Digest([0x22; 32])),
        author: UserId(id(0xA1)),
        vocabulary: 1,
        recovered_from: Some(Recovered { id: op(0xD0, 9), hash: Digest([0x55; 32]) }),
        kind: "person.withdrew".parse().expect("a kind"),
        body_digest: body_digest(salt(), &golden("body")),
    }
}

fn bare() -> Header {
    Header { deps: Vec::new(), seen: None, receipt: None, recovered_from: None, ..full() }
}

#[test]
fn salt_and_body_digest_are_as_pinned() {
    assert_eq!(hex(&salt().0), golden("salt"));
    assert_eq!(body_digest(salt(), &golden("body")).to_string(), golden("body_digest"));
}

#[test]
fn header_layout_and_hash_are_as_pinned() {
    for (header, layout, hash) in [(full(), "layout_full", "hash_full"), (bare(), "layout_bare", "hash_bare")]
    {
        assert_eq!(hex(&header.layout()), golden(layout));
        assert_eq!(header.hash().to_string(), golden(hash));
        assert_eq!(parse_layout(&header.layout()), Ok(header));
    }
}

#[test]
fn statement_bytes_are_as_pinned() {
    let uptime = Uptime { boot: id(0xB007), ms: 90_000 };
    let device = DeviceId(id(0xD1));
    let statement = Statement {
        device,
        epoch: Some(id(0xE0)),
        counter: 12,
        tip: Tip { seq: 3, hash: full().hash() },
        receipt: Some(Digest([0x22; 32])),
        cursor: Some("p/41".to_owned()),
        uptime,
        body: digest_of_sent(b"{}"),
    };
    assert_eq!(hex(&statement.bytes()), golden("statement_full"));
    let tip = Tip::default();
    let first = Statement { epoch: None, counter: 1, tip, receipt: None, cursor: None, ..statement };
    assert_eq!(hex(&first.bytes()), golden("statement_first"));
}

#[test]
fn receipt_bytes_and_digest_are_as_pinned() {
    let receipt = Receipt {
        epoch: id(0xE0),
        number: 4,
        prev: Digest([0x33; 32]),
        device: DeviceId(id(0xD1)),
        tip: Tip { seq: 3, hash: full().hash() },
        stamps: Digest([0x44; 32]),
        time_ms: 1_780_000_001_000,
    };
    assert_eq!(hex(&receipt.bytes()), golden("receipt"));
    assert_eq!(receipt.digest().to_string(), golden("receipt_digest"));
}

#[test]
fn conflict_id_and_version_are_as_pinned() {
    assert_eq!(stream().to_string(), golden("stream"));
    let named = conflict_id(ConflictKind::Field, &stream(), "subject/born");
    assert_eq!(named.to_string(), golden("conflict_id"));
    assert_eq!(version(&[op(0xD2, 7), op(0xD1, 3)]).to_string(), golden("conflict_version"));
}

#[test]
fn a_layout_cut_short_or_continued_is_no_header() {
    let layout = full().layout();
    for end in 0..layout.len() {
        assert!(parse_layout(&layout[..end]).is_err(), "cut at {end}");
    }
    let longer: Vec<u8> = layout.into_iter().chain([0]).collect();
    assert!(parse_layout(&longer).is_err());
}

fn ids() -> impl Strategy<Value = Vec<OpId>> {
    proptest::collection::btree_set((1..9_u128, 1..99_u64), 0..4)
        .prop_map(|ids| ids.into_iter().map(|(device, seq)| op(device, seq)).collect())
}

fn kind() -> impl Strategy<Value = Kind> {
    prop::sample::select(vec!["person.withdrew", "contact.recorded", "some.later_kind"])
        .prop_map(|kind| kind.parse().expect("a kind"))
}

fn body() -> impl Strategy<Value = Option<Box<str>>> {
    let bodies = ["{}", "{ \"a\" : 1.0,\n\t\"b\":[ ] }", "{\"n\":\"Grüße \\u00e4\"}"];
    option::weighted(0.9, prop::sample::select(bodies.to_vec()).prop_map(Box::from))
}

/// A header whose chain, device and author are yet to be filled in.
fn loose_op() -> impl Strategy<Value = Op> {
    let place = (1..3_u128, prop::sample::select(CompartmentKind::ALL), 1..3_u128);
    let times = (any::<u64>(), 1..3_u128, any::<u64>());
    let cites = (option::of(any::<[u8; 32]>()), 1..3_u16, option::of((1..9_u128, 1..99_u64)));
    (place, ids(), option::of(ids()), times, cites, kind(), body()).prop_map(
        |(place, deps, seen, (hlc, boot, ms), (receipt, vocabulary, from), kind, body)| {
            let stream = Record::referral(id(place.0)).stream(place.1, OrgId(id(place.2)));
            let header = Header {
                stream,
                deps,
                seen,
                hlc: Hlc(hlc),
                uptime: Uptime { boot: id(boot), ms },
                receipt: receipt.map(Digest),
                vocabulary,
                recovered_from: from
                    .map(|(device, seq)| Recovered { id: op(device, seq), hash: Digest([0x66; 32]) }),
                kind,
                ..bare()
            };
            Op { header, body, salt: Salt([0; 16]) }
        },
    )
}

fn sender() -> Sender {
    let uptime = Uptime { boot: id(1), ms: 5_000 };
    let (org, force) = (OrgId(id(1)), OrgId(id(2)));
    Sender { device: DeviceId(id(0xD1)), author: UserId(id(0xA1)), org, force, uptime }
}

/// Puts loose ops into one log after `tip`, salted from two seeds.
fn chain(loose: Vec<Op>, mut tip: Tip, seeds: &[(u64, Seed)]) -> Vec<Op> {
    let mut ops = Vec::new();
    for mut op in loose {
        let id = OpId { device: sender().device, seq: tip.seq + 1 };
        let seed =
            seeds.iter().rev().find(|(first, _)| *first <= id.seq).expect("a seed counts from the first");
        op.salt = seed.1.salt(id);
        op.header.id = id;
        op.header.prev = tip.hash;
        op.header.author = sender().author;
        op.header.body_digest = body_digest(op.salt, op.body.as_deref().unwrap_or("{\"erased\":true}"));
        tip = tip.follow(&op.header).expect("it was put after the tip");
        ops.push(op);
    }
    ops
}

fn push(tip: Tip, seeds: &[(u64, Seed)], receipt: Option<Digest>) -> Push {
    Push {
        protocol: PROTOCOL,
        epoch: Some(id(0xE0)),
        cursor: None,
        receipt,
        from: tip.seq + 1,
        prev: Some(tip.hash),
        vocabulary: 1,
        seeds: seeds.iter().map(|(first, seed)| (*first, hex(&seed.0))).collect(),
        ops: Vec::new(),
        shows: Vec::new(),
        behind: Vec::new(),
        heal: Vec::new(),
        room: None,
        consulted: Vec::new(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_header_survives_its_layout(op in loose_op()) {
        prop_assert_eq!(parse_layout(&op.header.layout()), Ok(op.header));
    }

    #[test]
    fn a_push_rebuilds_the_same_headers_bodies_and_hashes(
        loose in vec(loose_op(), 0..12),
        start in 0..40_u64,
        receipt in option::of(any::<[u8; 32]>()),
    ) {
        let tip = Tip { seq: start, hash: Digest([7; 32]) };
        let seeds = [(1, Seed([1; 16])), (start + 4, Seed([2; 16]))];
        let ops = chain(loose, tip, &seeds);
        let mut sent = push(tip, &seeds, receipt.map(Digest));
        sent.ops = write_ops(&sent, sender(), &ops);
        let base = Base { epoch: sent.epoch, receipt: sent.receipt, prev: tip.hash };
        let bytes = serde_json::to_vec(&sent.brief()).expect("a push is plain data");
        let read = Push::parse(&bytes).expect("what was written can be read");
        let read = read.complete(Some(base)).expect("what was left out is held");
        let (opened, end) = read.open(sender()).expect("nothing was left out that is needed");
        prop_assert_eq!(end.hash, ops.last().map_or(tip.hash, |op| op.header.hash()));
        prop_assert_eq!(opened, ops);
    }

    #[test]
    fn a_changed_op_breaks_the_chain_after_it(loose in vec(loose_op(), 2..8), at in any::<prop::sample::Index>()) {
        let mut ops = chain(loose, Tip::default(), &[(1, Seed([1; 16]))]);
        prop_assert!(verify(&ops).is_ok());
        let at = at.index(ops.len() - 1);
        ops[at].header.vocabulary += 1;
        prop_assert!(verify(&ops).is_err());
    }
}

#[test]
fn what_a_push_stands_on_is_asked_for_only_where_it_is_not_held() {
    let whole = || push(Tip { seq: 2, hash: Digest([9; 32]) }, &[], Some(Digest([4; 32])));
    let other = Base { epoch: Some(id(0xE1)), receipt: None, prev: Digest([8; 32]) };
    let complete = |push: Push, held| push.complete(held).map(|push| (push.epoch, push.receipt, push.prev));
    let written = (Some(id(0xE0)), Some(Digest([4; 32])), Some(Digest([9; 32])));
    assert_eq!(complete(whole(), Some(other)), Ok(written), "what is written is never replaced");
    assert_eq!(complete(whole().brief(), Some(other)), Ok((other.epoch, other.receipt, Some(other.prev))));
    assert_eq!(complete(whole().brief(), None), Err(BadPush::PrevNeeded));
    let half = Push { receipt: Some(Digest([4; 32])), ..whole().brief() };
    assert_eq!(complete(half, Some(other)), Err(BadPush::Form));
}

#[test]
fn a_signed_header_is_read_as_it_was_written() {
    for boot in [None, Some(id(7))] {
        let header =
            SignedHeader { device: DeviceId(id(0xD1)), counter: 9, boot, uptime_ms: 5, signature: [3; 64] };
        assert_eq!(header.to_string().parse(), Ok(header));
    }
}
