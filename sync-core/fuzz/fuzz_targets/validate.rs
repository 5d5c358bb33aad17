//! A body of any kind: the validator of shapes, then the act. What is read is a body that the validator lets pass, and
//! reads as itself.
//!
//! Does not judge who may write it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sync_core::op::Kind;
use sync_core::referral::act::{Act, KINDS};
use sync_core::shape;

fuzz_target!(|data: &[u8]| {
    let Some((pick, body)) = data.split_first() else { return };
    let Ok(body) = std::str::from_utf8(body) else { return };
    let _ = shape::check(body);
    let kind: Kind = KINDS[usize::from(*pick) % KINDS.len()].kind.parse().expect("a kind of the table is well formed");
    let Ok(Some(act)) = Act::parse(&kind, body) else { return };
    assert_eq!(shape::check(body), Ok(()), "an act was read from a body of no shape");
    let written = act.body();
    assert_eq!(Act::parse(&kind, &written), Ok(Some(act)), "an act reads as it is written");
});
