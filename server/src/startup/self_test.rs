//! What must hold before the server takes a request: else it would promise what this machine cannot keep.
//!
//! The store's own settings are read back when it is opened: see `store::sqlite`. Does not repair.

use crate::fault::Fault;
use crate::keys::{Signatures, is_signed_by, sha256};
use crate::reconcile::Service;
use crate::store::sqlite::SqliteStore;

/// 2026-01-01 and 2100-01-01: outside, the machine's clock was never set.
const SANE_MS: std::ops::Range<u64> = 1_767_225_600_000..4_102_444_800_000;
/// How far the clock may be behind the newest receipt.
const BEHIND_MS: u64 = 5 * 60 * 1000;

pub(super) fn run(service: &Service<SqliteStore>, now_ms: u64) -> Result<(), Fault> {
    algorithms(&*service.key, &service.server.public_key)?;
    let newest_ms = service.store.read_now(|read| {
        let (_, head) = read.receipt_head()?;
        read.receipt_time(head)
    })?;
    clock(now_ms, newest_ms)
}

/// The digest of "abc" (FIPS 180-4), and a signature that only the right key makes.
fn algorithms(key: &dyn Signatures, public_key: &[u8]) -> Result<(), Fault> {
    let abc = sha256(b"abc").to_string();
    if abc != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
        return Err(Fault::SelfTest("SHA-256 gives another digest"));
    }
    let signature = key.sign(b"self-test")?;
    if !is_signed_by(public_key, b"self-test", &signature) {
        return Err(Fault::SelfTest("the server's key does not match its public key"));
    }
    if is_signed_by(public_key, b"another", &signature) {
        return Err(Fault::SelfTest("a wrong signature is believed"));
    }
    Ok(())
}

fn clock(now_ms: u64, newest_receipt_ms: Option<u64>) -> Result<(), Fault> {
    if !SANE_MS.contains(&now_ms) {
        return Err(Fault::SelfTest("the clock is not set"));
    }
    if newest_receipt_ms.is_some_and(|newest| newest > now_ms + BEHIND_MS) {
        return Err(Fault::SelfTest("the clock is behind the newest receipt: set it"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::ServerKey;

    const NOW_MS: u64 = 1_780_000_000_000;

    #[test]
    fn a_clock_that_was_never_set_or_went_back_stops_the_start() {
        assert_eq!(clock(NOW_MS, None), Ok(()));
        assert_eq!(clock(NOW_MS, Some(NOW_MS + BEHIND_MS)), Ok(()));
        for (now_ms, newest) in [(0, None), (4_200_000_000_000, None), (NOW_MS, Some(NOW_MS + BEHIND_MS + 1))]
        {
            assert!(matches!(clock(now_ms, newest), Err(Fault::SelfTest(_))), "{now_ms} {newest:?}");
        }
    }

    #[test]
    fn a_key_that_does_not_match_stops_the_start() {
        let [one, other] = [0, 1].map(|_| ServerKey::generate().expect("a key is made"));
        let (one, other) = (ServerKey::open(&one), ServerKey::open(&other));
        let (one, other) = (one.expect("it opens"), other.expect("it opens"));
        assert_eq!(algorithms(&one, &one.public_key()), Ok(()));
        assert!(matches!(algorithms(&one, &other.public_key()), Err(Fault::SelfTest(_))));
    }
}
