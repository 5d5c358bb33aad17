//! What a peer sends as bytes: a header's layout, a push, the signed header. Whatever is read is written the same.
//!
//! Does not look into bodies: see `validate`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sync_core::clock::Uptime;
use sync_core::ids::{DeviceId, Digest, Stream, UserId};
use sync_core::log::verify;
use sync_core::op::parse_layout;
use sync_core::sync::push::{Push, Sender};
use sync_core::sync::statement::SignedHeader;
use uuid::Uuid;

fuzz_target!(|data: &[u8]| {
    if let Ok(header) = parse_layout(data) {
        assert_eq!(header.layout(), data, "a header has one layout");
    }
    if let Ok(push) = Push::parse(data) {
        let uptime = Uptime { boot: Uuid::from_u128(1), ms: 5_000 };
        let sender = Sender { device: DeviceId(Uuid::from_u128(2)), author: UserId(Uuid::from_u128(3)), uptime };
        let previous = push.previous(Some(Digest([7; 32]))).unwrap_or(Digest([7; 32]));
        if let Ok((ops, _)) = push.open(sender, previous) {
            let _ = verify(&ops);
        }
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(header) = text.parse::<SignedHeader>() {
        assert_eq!(header.to_string().parse(), Ok(header), "a signed header reads as it is written");
    }
    if let Ok(stream) = text.parse::<Stream>() {
        assert_eq!(stream.to_string().parse(), Ok(stream), "a stream reads as it is written");
    }
});
