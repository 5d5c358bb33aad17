//! Any history of one stream, honest or not: the fold and the view never panic, and no order of arrival changes a byte.
//!
//! Does not stamp as a server would: dispositions, deps and bodies are arbitrary.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use sync_core::clock::{ClockMark, Hlc};
use sync_core::ids::{CompartmentKind, DeviceId, OpId, OrgId, Record, UserId};
use sync_core::referral::act::KINDS;
use sync_core::referral::fold::fold;
use sync_core::referral::view::view;
use sync_core::stamp::{Disposition, Stamp, Why};
use sync_core::stream::{History, StreamOp};
use uuid::Uuid;

#[derive(Debug, Arbitrary)]
struct Wrote {
    device: u8,
    kind: u8,
    body: Body,
    deps: Vec<(u8, u8)>,
    ms: u8,
    author: u8,
    disposition: Option<u8>,
}

/// Bodies that name other ops, as settlements and strikes do, and any text.
#[derive(Debug, Arbitrary)]
enum Body {
    None,
    Empty,
    Entry(u8, u8),
    Field(u8, u8),
    Text(String),
}

fn device(n: u8) -> DeviceId {
    DeviceId(Uuid::from_u128(0xD0 + u128::from(n % 4)))
}

fn text(body: &Body) -> Option<Box<str>> {
    match body {
        Body::None => None,
        Body::Empty => Some("{}".into()),
        Body::Entry(n, seq) => {
            Some(format!("{{\"entry\":\"{}:{}\",\"reason\":\"x\"}}", device(*n), u64::from(*seq % 16) + 1).into())
        }
        Body::Field(field, value) => {
            let field = ["born", "family", "given", "phone"][usize::from(*field) % 4];
            Some(format!("{{\"field\":\"{field}\",\"value\":\"1990-01-{:02}\"}}", value % 28 + 1).into())
        }
        Body::Text(text) => Some(text.as_str().into()),
    }
}

fn ops(wrote: &[Wrote], kind: CompartmentKind) -> Vec<StreamOp> {
    let mut seqs = [0_u64; 4];
    let mut ops = Vec::new();
    for (place, wrote) in (1_u64..).zip(wrote) {
        let seq = &mut seqs[usize::from(wrote.device % 4)];
        *seq += 1;
        let hlc = Hlc::from_ms(1_780_000_000_000 + u64::from(wrote.ms));
        let disposition = |n: u8| match n % 8 {
            0 => Disposition::Quarantined(Why::State),
            1 => Disposition::Refused(Why::Shape),
            _ => Disposition::Accepted,
        };
        let stamp = wrote.disposition.map(|n| Stamp {
            place,
            received_ms: hlc.ms(),
            eff: hlc,
            clock: ClockMark::Plain,
            disposition: disposition(n),
            absent: Vec::new(),
            instead: Vec::new(),
        });
        let named = wrote.deps.iter().take(4).map(|(n, seq)| OpId { device: device(*n), seq: u64::from(seq % 16) + 1 });
        ops.push(StreamOp {
            id: OpId { device: device(wrote.device), seq: *seq },
            stream: Record::referral(Uuid::from_u128(0x7EF)).stream(kind, OrgId(Uuid::from_u128(0xF0))),
            deps: named.collect(),
            hlc,
            author: UserId(Uuid::from_u128(0xA0 + u128::from(wrote.author % 3))),
            kind: KINDS[usize::from(wrote.kind) % KINDS.len()].kind.parse().expect("a kind of the table is well formed"),
            vocabulary: 1,
            body: text(&wrote.body),
            erased: None,
            stamp,
        });
    }
    ops
}

fuzz_target!(|wrote: (u8, Vec<Wrote>)| {
    let (kind, wrote) = wrote;
    let kind = CompartmentKind::ALL[usize::from(kind) % CompartmentKind::ALL.len()];
    let ops = ops(&wrote[..wrote.len().min(24)], kind);
    let state = fold(&History::new(ops.iter().cloned()));
    let turned = fold(&History::new(ops.iter().rev().cloned().chain(ops.iter().take(2).cloned())));
    assert_eq!(state.digest(), turned.digest(), "the order of arrival shows");
    let _ = view(&[state]);
});
