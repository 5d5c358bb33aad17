//! Epochs: the identity of the server's history, which ends when it loses a part of itself.
//!
//! ```text
//!   e0   ─ 1 ─ 2 ─ … ─ 80 ─ … ─ 120
//!                       ╲              a backup of place 80 is restored
//!   e1                   ╰─ 81' ─ 82'  e1 contains 80: a stamp of e0 beyond 80 counts no longer
//! ```
//! A device un-stamps what lies beyond the lowest place that it missed, pushes its own ops again, and
//! keeps those of others without effect until their authors have pushed them again. Pure decisions;
//! does not store, and does not verify signatures.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ids::{DeviceId, Digest};
use crate::sync::receipt::Receipt;

/// One epoch of a server's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Epoch {
    /// Its id.
    pub id: Uuid,
    /// The last place of the epoch before that it contains; 0 for the first.
    pub contains: u64,
    /// The server's log that ended with the epoch before: nothing of it comes again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_log: Option<DeviceId>,
}

/// The last place up to which the stamps that a device holds are those of the server, given the
/// epochs that each knows, oldest first; none when they know the same history.
///
/// A device that enrolled late knows no epoch before its own: the lists are laid side by side
/// where its first one stands. Histories with no epoch in common have no place in common.
#[must_use]
pub fn agree_upto(mine: &[Epoch], theirs: &[Epoch]) -> Option<u64> {
    let first = mine.first()?.id;
    let from = theirs.iter().position(|epoch| epoch.id == first);
    let Some(theirs) = from.map(|from| &theirs[from..]) else { return Some(0) };
    let common = mine.iter().zip(theirs).take_while(|(a, b)| a.id == b.id).count();
    mine[common..].iter().chain(&theirs[common..]).map(|epoch| epoch.contains).min()
}

/// Where the server's history stood when it gave a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Point {
    /// The last place.
    pub place: u64,
    /// The last position of the feeds.
    pub pos: u64,
}

/// Whether receipts that a device shows prove that the server has silently gone back: it signed one
/// in its *present* epoch that its history lacks. Gives the last point that is certainly the same in
/// what was lost and in what is held, where a new epoch begins.
///
/// `shown` are receipts whose signatures hold; `held` gives the point of a receipt that is held.
///
/// # Errors
/// The fault of `held`.
pub fn rolled_back<E>(
    present: Uuid,
    shown: &[Receipt],
    mut held: impl FnMut(Digest) -> Result<Option<Point>, E>,
) -> Result<Option<Point>, E> {
    let mut lacked: Option<u64> = None;
    for receipt in shown.iter().filter(|receipt| receipt.epoch == present) {
        if held(receipt.digest())?.is_none() {
            lacked = Some(lacked.map_or(receipt.number, |least| least.min(receipt.number)));
        }
    }
    let Some(lacked) = lacked else { return Ok(None) };
    let mut same = Point::default();
    for receipt in shown {
        if receipt.number <= lacked {
            same = same.max(held(receipt.prev)?.unwrap_or_default());
        }
        if receipt.number < lacked {
            same = same.max(held(receipt.digest())?.unwrap_or_default());
        }
    }
    Ok(Some(same))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::Tip;

    fn epoch(id: u128, contains: u64) -> Epoch {
        Epoch { id: Uuid::from_u128(id), contains, ended_log: None }
    }

    #[test]
    fn the_same_history_takes_nothing_back() {
        let list = [epoch(1, 0), epoch(2, 80)];
        assert_eq!(agree_upto(&list, &list), None);
        assert_eq!(agree_upto(&list[1..], &list), None, "it enrolled in the second epoch");
    }

    #[test]
    fn a_device_un_stamps_beyond_the_lowest_place_that_it_missed() {
        let theirs = [epoch(1, 0), epoch(2, 100), epoch(3, 80), epoch(4, 90)];
        assert_eq!(agree_upto(&theirs[..1], &theirs), Some(80));
        assert_eq!(agree_upto(&theirs[..3], &theirs), Some(90));
        assert_eq!(agree_upto(&theirs[1..2], &theirs), Some(80));
    }

    #[test]
    fn an_epoch_that_the_server_forgot_counts_too() {
        let mine = [epoch(1, 0), epoch(2, 100)];
        assert_eq!(agree_upto(&mine, &[epoch(1, 0), epoch(3, 120)]), Some(100));
        assert_eq!(agree_upto(&mine, &[epoch(1, 0), epoch(3, 80)]), Some(80));
        assert_eq!(agree_upto(&mine, &[epoch(1, 0)]), Some(100));
    }

    #[test]
    fn another_server_agrees_about_nothing() {
        assert_eq!(agree_upto(&[epoch(1, 0)], &[epoch(9, 0), epoch(8, 50)]), Some(0));
    }

    const PRESENT: Uuid = Uuid::from_u128(5);

    /// A chain of receipts, each for one more op of one device.
    fn chain(epoch: Uuid, length: u64) -> Vec<Receipt> {
        let mut chain: Vec<Receipt> = Vec::new();
        for number in 1..=length {
            let prev = chain.last().map_or(Digest::default(), Receipt::digest);
            let tip = Tip { seq: number, hash: Digest::default() };
            let device = DeviceId(Uuid::from_u128(1));
            let stamps = Digest::default();
            chain.push(Receipt { epoch, number, prev, device, tip, stamps, time_ms: number });
        }
        chain
    }

    /// A server that holds so many links of a chain; after link n it stood at place and position 10 n.
    fn shown(chain: &[Receipt], holds: usize, shown: &[usize]) -> Option<Point> {
        let held = |digest| {
            let at = chain[..holds].iter().find(|receipt| receipt.digest() == digest);
            Ok::<_, ()>(at.map(|receipt| Point { place: receipt.number * 10, pos: receipt.number * 10 }))
        };
        let shown: Vec<Receipt> = shown.iter().map(|i| chain[*i].clone()).collect();
        rolled_back(PRESENT, &shown, held).expect("nothing fails")
    }

    #[test]
    fn a_receipt_of_the_present_epoch_that_is_lacked_proves_a_rollback() {
        let chain = chain(PRESENT, 5);
        assert_eq!(shown(&chain, 5, &[0, 4]), None, "it holds them");
        assert_eq!(shown(&chain, 3, &[3]), Some(Point { place: 30, pos: 30 }), "the link before is held");
        assert_eq!(shown(&chain, 3, &[0, 4]), Some(Point { place: 10, pos: 10 }));
        assert_eq!(shown(&chain, 3, &[4]), Some(Point::default()), "nothing is certain");
    }

    #[test]
    fn a_receipt_of_another_epoch_proves_nothing() {
        assert_eq!(shown(&chain(Uuid::from_u128(4), 5), 3, &[0, 4]), None);
    }
}
