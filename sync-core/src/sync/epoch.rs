//! Epochs: the identity of the server's history. Each start of the server begins one, and so does each loss.
//!
//! ```text
//!   e0   ─ 1 ─ 2 ─ … ─ 80 ─ … ─ 120
//!                       ╲              the disk of place 80 is put back, and the server started
//!   e1                   ╰─ 81' ─ 82'  e1 contains 80: a stamp of e0 beyond 80 counts no longer
//! ```
//! A started server cannot know whether its disk is the one that it stopped on. So it never goes on with an
//! epoch: nothing that it gives from now on can be taken for what it may have given and forgotten. After an
//! ordinary start the new epoch contains everything, and nothing is taken back.
//!
//! A device un-stamps what lies beyond the lowest place that it missed, pushes its own ops again, and
//! keeps those of others without effect until their authors have pushed them again. Pure decisions;
//! does not store, and does not verify signatures.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ids::{DeviceId, Digest};
use crate::sync::receipt::Receipt;
use crate::sync::server_key::KeyChange;

/// One epoch of a server's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Epoch {
    /// Its id.
    pub id: Uuid,
    /// The last place of the epoch before that it contains; 0 for the first.
    pub contains: u64,
    /// The server's own log in it, which ends with it: what of it is lost never comes again.
    pub log: DeviceId,
    /// How the server's key changed when it began, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<KeyChange>,
}

impl Epoch {
    /// The epoch in which a device enrolled: it is told no more than its id.
    #[must_use]
    pub fn of_enrolment(id: Uuid) -> Self {
        Self { id, contains: 0, log: DeviceId(Uuid::nil()), keys: Vec::new() }
    }
}

/// What a device knows of the server's history once it has been told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renewed {
    /// The last place up to which the stamps that it holds are those of the server; none when it holds no
    /// others.
    pub agree_upto: Option<u64>,
    /// The epochs that it knows from now on, oldest first.
    pub epochs: Vec<Epoch>,
}

/// Takes up what the server tells of its epochs, oldest first: all of them, or those from one that the
/// device knows.
///
/// The lists are laid side by side where the first of one stands in the other: a device that enrolled late
/// knows no epoch before its own. Histories with no epoch in common have no place in common.
#[must_use]
pub fn renew(mine: &[Epoch], theirs: &[Epoch]) -> Renewed {
    let at = |list: &[Epoch], of: &[Epoch]| {
        let first = of.first()?.id;
        list.iter().position(|epoch| epoch.id == first)
    };
    let all = theirs.to_vec();
    if mine.is_empty() {
        return Renewed { agree_upto: None, epochs: all };
    }
    if let Some(from) = at(mine, theirs) {
        let epochs = mine[..from].iter().chain(theirs).cloned().collect();
        return Renewed { agree_upto: lowest_missed(&mine[from..], theirs), epochs };
    }
    match at(theirs, mine) {
        Some(from) => Renewed { agree_upto: lowest_missed(mine, &theirs[from..]), epochs: all },
        None => Renewed { agree_upto: Some(0), epochs: all },
    }
}

/// The lowest place that an epoch contains which only one of two lists has; both begin with the same.
fn lowest_missed(mine: &[Epoch], theirs: &[Epoch]) -> Option<u64> {
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
        Epoch { contains, log: DeviceId(Uuid::from_u128(id)), ..Epoch::of_enrolment(Uuid::from_u128(id)) }
    }

    fn agree(mine: &[Epoch], theirs: &[Epoch]) -> Option<u64> {
        renew(mine, theirs).agree_upto
    }

    #[test]
    fn the_same_history_takes_nothing_back() {
        let list = [epoch(1, 0), epoch(2, 80)];
        assert_eq!(agree(&list, &list), None);
        assert_eq!(agree(&list[1..], &list), None, "it enrolled in the second epoch");
        assert_eq!(agree(&list, &list[1..]), None, "it is told the newest only");
        assert_eq!(agree(&[], &list), None, "it holds nothing");
    }

    #[test]
    fn a_device_un_stamps_beyond_the_lowest_place_that_it_missed() {
        let theirs = [epoch(1, 0), epoch(2, 100), epoch(3, 80), epoch(4, 90)];
        assert_eq!(agree(&theirs[..1], &theirs), Some(80));
        assert_eq!(agree(&theirs[..3], &theirs), Some(90));
        assert_eq!(agree(&theirs[1..2], &theirs), Some(80));
    }

    #[test]
    fn what_is_told_from_a_known_epoch_on_is_added_to_what_is_known() {
        let all = [epoch(1, 0), epoch(2, 100), epoch(3, 80), epoch(4, 90)];
        for known in 1..=all.len() {
            for told in 0..known {
                let renewed = renew(&all[..known], &all[told..]);
                assert_eq!(renewed, renew(&all[..known], &all), "{known} known, told from {told}");
                assert_eq!(renewed.epochs, all);
            }
        }
    }

    #[test]
    fn an_epoch_that_the_server_forgot_counts_too() {
        let mine = [epoch(1, 0), epoch(2, 100)];
        assert_eq!(agree(&mine, &[epoch(1, 0), epoch(3, 120)]), Some(100));
        assert_eq!(agree(&mine, &[epoch(1, 0), epoch(3, 80)]), Some(80));
        assert_eq!(agree(&mine, &[epoch(1, 0)]), Some(100));
    }

    #[test]
    fn a_server_that_went_back_twice_before_anybody_heard_of_it_is_believed_up_to_the_lower_point() {
        // It gave places 81 to 100 twice, and a backup of the second time was restored.
        let mine = [epoch(1, 0)];
        assert_eq!(agree(&mine, &[epoch(1, 0), epoch(2, 80), epoch(3, 100)]), Some(80));
    }

    #[test]
    fn another_server_agrees_about_nothing() {
        assert_eq!(agree(&[epoch(1, 0)], &[epoch(9, 0), epoch(8, 50)]), Some(0));
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
