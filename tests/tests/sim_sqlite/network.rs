//! The network of the simulation on a disk, and what befalls what it carries.
//!
//! Does not go over HTTP.

use std::collections::VecDeque;

use serde_json::json;
use server::node::{Node, Refusal};
use sync_core::sync::session::{Event, SyncProblem};
use tests::sim::Fault;
use waymark::Transport;

/// The network between a phone and the server.
pub(super) struct Link<'w> {
    pub(super) node: &'w Node,
    pub(super) now_ms: u64,
    pub(super) faults: VecDeque<Fault>,
}

impl Transport for Link<'_> {
    fn send(&mut self, header: &str, body: &[u8]) -> Event {
        match self.faults.pop_front().unwrap_or(Fault::None) {
            Fault::LoseRequest | Fault::Delay | Fault::TruncateRequest | Fault::PhoneCrashBeforeSend => {
                Event::Cut
            }
            Fault::LoseResponse
            | Fault::TruncateResponse
            | Fault::PhoneCrashBeforeApply
            | Fault::PhoneDiskFull => {
                self.deliver(header, body);
                Event::Cut
            }
            Fault::Duplicate => {
                let first = self.deliver(header, body);
                let again = self.deliver(header, body);
                let counted = matches!((&first, &again), (Event::Answered(_), Event::Answered(_)));
                assert!(!counted, "the same request counted twice");
                first
            }
            Fault::None | Fault::ServerCrash(_) | Fault::ServerDiskFull(_) => self.deliver(header, body),
        }
    }

    fn send_sealed(&mut self, header: &str, blob: &[u8]) -> Option<(u16, Vec<u8>)> {
        let header = header.parse().expect("the phone writes its header");
        let taken = self.node.take_sealed(header, blob, self.now_ms);
        if self.faults.pop_front().unwrap_or(Fault::None) != Fault::None {
            return None;
        }
        Some(match taken {
            Ok(taken) => (200, serde_json::to_vec(&taken).expect("it is plain data")),
            Err(Refusal::CounterOld(counter)) => {
                (409, json!({"code": "counter_old", "counter": counter}).to_string().into_bytes())
            }
            Err(refusal) => panic!("a sealed outbox is refused: {refusal:?}"),
        })
    }
}

impl Link<'_> {
    fn deliver(&self, header: &str, body: &[u8]) -> Event {
        let mut unpack =
            zstd::bulk::Decompressor::with_dictionary(schema::dictionary::BYTES).expect("it is one");
        let plain = unpack.decompress(body, 4 << 20).expect("the phone packs its body");
        let header = header.parse().expect("the phone writes its header");
        match self.node.sync(header, body, &plain, self.now_ms) {
            Ok(answer) => Event::Answered(Box::new(answer)),
            Err(refusal) => Event::Problem(match refusal {
                Refusal::CounterOld(counter) => SyncProblem::CounterOld { counter },
                Refusal::EpochOther(epochs) => SyncProblem::EpochOther { epochs },
                Refusal::PrevNeeded => SyncProblem::PrevNeeded,
                Refusal::Gap(seq) => SyncProblem::Gap { seq },
                Refusal::Malformed
                | Refusal::TooManyOps
                | Refusal::Signature
                | Refusal::Sealed
                | Refusal::SealedFull
                | Refusal::NoCare
                | Refusal::TooOften(_)
                | Refusal::Fault(_) => {
                    panic!("an honest phone is refused: {refusal:?}")
                }
            }),
        }
    }
}
