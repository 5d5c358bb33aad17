//! The records that somebody opened on this phone, until the server has them in its audit.
//!
//! ```text
//!   1 ─ 2 ─ … ─ sent ─ sent + 1 ─ … ─ last
//!   ╰ kept a day ╯     ╰ wait for a push ╯
//! ```
//! What was sent is kept for a day: a restored server that lost it is told again. Opening the same record again within an
//! hour is the same opening. Does not say what counts as opening: who asks does.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::sync::consulted::{Consultation, ConsultedFor, ConsultedUpto, MAX_CONSULTED};

/// Within it a record that is opened again is not noted again, in milliseconds.
pub const SAME_OPENING_MS: u64 = 3_600_000;
/// For so long what was sent is kept, in milliseconds.
const KEPT_MS: u64 = 86_400_000;
/// What one costs in a request, in bytes.
const BYTES: u32 = 128;

/// What this phone's user opened.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Openings {
    /// The last number that was given.
    last: u64,
    /// The last number that the server is known to have.
    sent: u64,
    /// By number.
    kept: Vec<Consultation>,
}

impl Openings {
    /// Notes that a record was opened; says whether that is news.
    pub fn note(&mut self, referral: Uuid, purpose: ConsultedFor, at_ms: u64) -> bool {
        let same = |known: &&Consultation| known.referral == referral;
        let before = self.kept.iter().rev().find(same);
        if before.is_some_and(|before| at_ms.abs_diff(before.at_ms) < SAME_OPENING_MS) {
            return false;
        }
        let sent = self.sent;
        self.kept.retain(|known| known.number > sent || at_ms.abs_diff(known.at_ms) < KEPT_MS);
        self.last += 1;
        self.kept.push(Consultation { number: self.last, at_ms, referral, purpose });
        true
    }

    /// How many wait to be sent.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.kept.iter().filter(|known| known.number > self.sent).count()
    }

    /// What the next request carries, the oldest first, within so many bytes.
    #[must_use]
    pub fn next(&self, most_bytes: u32) -> Vec<Consultation> {
        let room = usize::try_from(most_bytes / BYTES).unwrap_or(MAX_CONSULTED).clamp(1, MAX_CONSULTED);
        self.kept.iter().filter(|known| known.number > self.sent).take(room).copied().collect()
    }

    /// What the server says of those that it got. One that holds fewer than it was told before has lost some: what is
    /// still kept of them waits again.
    pub fn told(&mut self, upto: ConsultedUpto) {
        let lost = |known: &Consultation| known.number > upto.before && known.number < upto.first;
        self.sent = if self.kept.iter().any(lost) { upto.before } else { upto.upto.min(self.last) };
    }

    /// The server begins with another epoch and may have lost some: the last one is shown again, and its answer says.
    pub fn doubt(&mut self) {
        if self.kept.iter().any(|known| known.number <= self.sent) {
            self.sent = self.sent.saturating_sub(1);
        }
    }

    /// The phone is another device from now on: what waits is numbered anew.
    pub fn begin_anew(&mut self) {
        let sent = self.sent;
        self.kept.retain(|known| known.number > sent);
        for (known, number) in self.kept.iter_mut().zip(1..) {
            known.number = number;
        }
        (self.last, self.sent) = (self.kept.len() as u64, 0);
    }

    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_MS: u64 = SAME_OPENING_MS;

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    fn three() -> Openings {
        let mut openings = Openings::default();
        for n in 1..=3 {
            assert!(openings.note(id(n), ConsultedFor::Worklist, 1_000 + u64::try_from(n).expect("small")));
        }
        openings
    }

    fn numbers(openings: &Openings) -> Vec<u64> {
        openings.next(u32::MAX).iter().map(|known| known.number).collect()
    }

    #[test]
    fn a_record_that_is_opened_again_within_the_hour_is_noted_once() {
        let mut openings = Openings::default();
        assert!(openings.note(id(1), ConsultedFor::Worklist, 5));
        assert!(!openings.note(id(1), ConsultedFor::Address, 4 + HOUR_MS));
        assert!(openings.note(id(2), ConsultedFor::Referrals, 4 + HOUR_MS));
        assert!(openings.note(id(1), ConsultedFor::Diary, 5 + HOUR_MS));
        assert_eq!(numbers(&openings), [1, 2, 3]);
    }

    #[test]
    fn what_the_server_has_is_sent_no_more_and_goes_after_a_day() {
        let mut openings = three();
        openings.told(ConsultedUpto { before: 0, first: 1, upto: 2 });
        assert_eq!(numbers(&openings), [3]);
        assert_eq!((openings.waiting(), openings.kept.len()), (1, 3));
        openings.note(id(9), ConsultedFor::Search, 2_000 + KEPT_MS);
        // What was not sent stays, however old.
        assert_eq!(openings.kept.iter().map(|known| known.number).collect::<Vec<_>>(), [3, 4]);
    }

    #[test]
    fn a_restored_server_is_told_again_what_it_lost() {
        let mut openings = three();
        openings.told(ConsultedUpto { before: 0, first: 1, upto: 3 });
        assert_eq!(openings.waiting(), 0);
        openings.doubt();
        assert_eq!(numbers(&openings), [3]);
        // It holds the first alone.
        openings.told(ConsultedUpto { before: 1, first: 3, upto: 3 });
        assert_eq!(numbers(&openings), [2, 3]);
        openings.told(ConsultedUpto { before: 3, first: 2, upto: 3 });
        assert_eq!(openings.waiting(), 0);
    }

    #[test]
    fn a_server_that_lost_more_than_is_kept_is_not_asked_for_ever() {
        let mut openings = three();
        openings.told(ConsultedUpto { before: 0, first: 1, upto: 3 });
        openings.note(id(4), ConsultedFor::Search, 2_000 + KEPT_MS);
        assert_eq!(numbers(&openings), [4]);
        openings.told(ConsultedUpto { before: 0, first: 4, upto: 4 });
        assert_eq!(openings.waiting(), 0);
    }

    #[test]
    fn another_device_numbers_what_waits_from_one() {
        let mut openings = three();
        openings.told(ConsultedUpto { before: 0, first: 1, upto: 1 });
        openings.begin_anew();
        assert_eq!(numbers(&openings), [1, 2]);
        assert!(openings.note(id(7), ConsultedFor::Search, 2_000));
        assert_eq!(numbers(&openings), [1, 2, 3]);
    }

    #[test]
    fn a_narrow_link_carries_a_few_at_a_time_and_one_at_least() {
        let openings = three();
        assert_eq!((openings.next(2 * BYTES).len(), openings.next(0).len()), (2, 1));
    }
}
