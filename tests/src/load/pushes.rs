//! Requests that a phone signs, without sending them: each is taken as answered, so that the next one follows.
//!
//! Does not ask the server: what a push stands on is written out.

use std::collections::VecDeque;

use serde_json::json;
use sync_core::sync::push::Push;
use sync_core::sync::session::{Event, SyncProblem};
use waymark::{Device, Transport};

/// A signed request.
pub(super) struct Request {
    pub(super) header: String,
    pub(super) body: Vec<u8>,
    pub(super) ops: usize,
}

struct Taken {
    epoch: serde_json::Value,
    requests: VecDeque<Request>,
    /// The next one is asked for whole.
    is_whole: bool,
}

impl Transport for Taken {
    fn send(&mut self, header: &str, body: &[u8]) -> Event {
        self.is_whole = !self.is_whole;
        if self.is_whole {
            return Event::Problem(SyncProblem::PrevNeeded);
        }
        let mut unpack =
            zstd::bulk::Decompressor::with_dictionary(schema::dictionary::BYTES).expect("it is one");
        let plain = unpack.decompress(body, 4 << 20).expect("the phone packs its body");
        let push = Push::parse(&plain).expect("it is a push");
        let ops = push.ops.len();
        let acknowledged = push.from - 1 + ops as u64;
        if ops > 0 {
            self.requests.push_back(Request { header: header.to_owned(), body: body.to_vec(), ops });
        }
        let answer = json!({
            "now_ms": server::now_ms(), "epoch": self.epoch, "acknowledged": acknowledged, "stamps": [], "feed": [],
            "cursor": push.cursor.unwrap_or_default(), "more": "no", "backed_up": 0,
        });
        Event::Answered(Box::new(serde_json::from_value(answer).expect("it is an answer")))
    }

    fn send_sealed(&mut self, _: &str, _: &[u8]) -> Option<(u16, Vec<u8>)> {
        None
    }
}

/// Everything that waits on a phone, as signed requests.
pub(super) fn signed(device: &Device) -> VecDeque<Request> {
    let epoch = device.query(&json!({"query": "status"})).expect("it is known")["epoch"].clone();
    let mut taken = Taken { epoch, requests: VecDeque::new(), is_whole: false };
    device.sync_over(&mut taken).expect("every request is taken");
    taken.requests
}
