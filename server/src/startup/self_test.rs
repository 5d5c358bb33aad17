//! What must hold before the server takes a request: else it would promise what this machine cannot keep.
//!
//! The store's own settings are read back when it is opened: see `store::sqlite`. Does not repair.

use crate::config::ClockIs;
use crate::fault::Fault;
use crate::keys::{Signatures, is_signed_by, sha256};
use crate::reconcile::Service;
use crate::store::sqlite::SqliteStore;

/// 2026-01-01 and 2100-01-01: outside, the machine's clock was never set.
const SANE_MS: std::ops::Range<u64> = 1_767_225_600_000..4_102_444_800_000;
/// How far the clock may be behind the newest receipt …
const BEHIND_MS: u64 = 5 * 60 * 1000;
/// … and ahead of the newest thing in the store: a server may stand still over a holiday.
const AHEAD_MS: u64 = 62 * 24 * 60 * 60 * 1000;

pub(super) fn run(service: &Service<SqliteStore>, trust: ClockIs, now_ms: u64) -> Result<(), Fault> {
    algorithms(&*service.key, &service.key.public_key())?;
    let (receipt_ms, began_ms) = service.store.read_now(|read| {
        let (_, head) = read.receipt_head()?;
        Ok((read.receipt_time(head)?, read.epochs()?.last().map(|row| row.began_ms)))
    })?;
    clock(now_ms, receipt_ms, began_ms, trust)
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

/// A server that stamps by a wrong clock does harm that nobody can mend later, so somebody must look.
fn clock(now_ms: u64, receipt_ms: Option<u64>, began_ms: Option<u64>, trust: ClockIs) -> Result<(), Fault> {
    if !SANE_MS.contains(&now_ms) {
        return Err(Fault::SelfTest("the clock is not set"));
    }
    let newest_ms = receipt_ms.max(began_ms).unwrap_or(now_ms);
    let (behind_ms, ahead_ms) = (newest_ms.saturating_sub(now_ms), now_ms.saturating_sub(newest_ms));
    match trust {
        ClockIs::Right => Ok(()),
        ClockIs::Tested if behind_ms > BEHIND_MS => Err(Fault::ClockBehind(behind_ms)),
        ClockIs::Tested if ahead_ms > AHEAD_MS => Err(Fault::ClockAhead(ahead_ms)),
        ClockIs::Tested => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::ServerKey;

    const NOW_MS: u64 = 1_780_000_000_000;

    #[test]
    fn a_clock_that_was_never_set_or_went_back_stops_the_start() {
        let tested = |now_ms, receipt, began| clock(now_ms, receipt, began, ClockIs::Tested);
        assert_eq!(tested(NOW_MS, None, None), Ok(()));
        assert_eq!(tested(NOW_MS, Some(NOW_MS + BEHIND_MS), None), Ok(()));
        assert_eq!(tested(NOW_MS, None, Some(NOW_MS - AHEAD_MS)), Ok(()));
        for now_ms in [0, 4_200_000_000_000] {
            assert!(matches!(tested(now_ms, None, None), Err(Fault::SelfTest(_))), "{now_ms}");
        }
        let year_ms = 365 * 86_400_000;
        let behind = tested(NOW_MS, Some(NOW_MS + year_ms), Some(0)).expect_err("it stops");
        assert_eq!(behind, Fault::ClockBehind(year_ms));
        let ahead = tested(NOW_MS + year_ms, Some(NOW_MS), Some(0)).expect_err("it stops");
        assert_eq!(ahead, Fault::ClockAhead(year_ms));
        for (fault, way) in [(behind, "365 days behind"), (ahead, "365 days ahead")] {
            let sentence = fault.to_string();
            assert!(sentence.contains(way) && sentence.contains("--the-clock-is-right"), "{sentence}");
        }
        assert_eq!(clock(NOW_MS, Some(NOW_MS + year_ms), None, ClockIs::Right), Ok(()), "somebody looked");
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
