//! One session counts once, whoever wrote it down, with or without an appointment, here or at another provider.
//!
//! ```text
//!   one session:   the same appointment · the same start · an overlap beyond the tolerance
//!   10:00 ─────────── 11:00
//!                 10:50 ─────────── 11:50      two: ten minutes are the tolerance
//!            10:45 ─────────── 11:45           one with each of the two
//! ```
//! The count is the largest number of records of which no two are one session: of each appointment the longest stay,
//! then one sweep by end. A further record of another appointment can only add to it. Does not read ops.

use std::collections::BTreeSet;

use crate::referral::act::{Credit, Meeting};

/// The longest that a meeting counts, in minutes: a day.
pub(crate) const MOST_MINUTES: u16 = 1_440;

const MINUTE_MS: u64 = 60_000;

/// One visit at which the person was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Visit {
    /// When it began.
    pub(crate) at_ms: u64,
    /// How long it lasted.
    pub(crate) minutes: u16,
}

impl Visit {
    /// A visit as somebody wrote it down.
    pub(crate) fn new(at_ms: u64, minutes: u16) -> Self {
        Self { at_ms, minutes: minutes.min(MOST_MINUTES) }
    }

    /// Of two records of one appointment: the longer, and of two that are as long the earlier.
    pub(crate) fn or_longer(self, other: Self) -> Self {
        let rank = |visit: Self| (visit.minutes, std::cmp::Reverse(visit.at_ms));
        if rank(other) > rank(self) { other } else { self }
    }

    fn end_ms(self) -> u64 {
        self.at_ms.saturating_add(u64::from(self.minutes) * MINUTE_MS)
    }
}

impl From<&Credit> for Visit {
    fn from(credit: &Credit) -> Self {
        Self::new(credit.at_ms, credit.minutes)
    }
}

impl From<Visit> for Credit {
    fn from(visit: Visit) -> Self {
        Self { at_ms: visit.at_ms, minutes: visit.minutes }
    }
}

/// The meetings that a person came to.
#[derive(Debug, Default)]
pub(crate) struct Visited {
    /// The assessments.
    pub(crate) assessments: Vec<Visit>,
    /// The sessions, also those too short to count.
    pub(crate) sessions: Vec<Visit>,
}

impl Visited {
    /// Those of one kind of meeting.
    pub(crate) fn of(&mut self, meeting: Meeting) -> &mut Vec<Visit> {
        match meeting {
            Meeting::Assessment => &mut self.assessments,
            Meeting::Session => &mut self.sessions,
        }
    }
}

/// How many sessions some records tell of, each of another appointment.
pub(crate) fn count(mut visits: Vec<Visit>, tolerance_minutes: u32) -> usize {
    let tolerance_ms = u64::from(tolerance_minutes) * MINUTE_MS;
    visits.sort_by_key(|visit| (visit.end_ms(), visit.at_ms));
    let (mut starts, mut last_end_ms) = (BTreeSet::new(), None);
    let mut count = 0;
    for visit in visits {
        // Shorter than the tolerance, a stay overlaps nothing beyond it.
        let overlaps = visit.end_ms() - visit.at_ms > tolerance_ms;
        let taken = |end_ms: u64| end_ms.saturating_sub(visit.at_ms) > tolerance_ms;
        if starts.contains(&visit.at_ms) || overlaps && last_end_ms.is_some_and(taken) {
            continue;
        }
        starts.insert(visit.at_ms);
        if overlaps {
            last_end_ms = Some(visit.end_ms());
        }
        count += 1;
    }
    count
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TOLERANCE: u32 = 10;

    fn at(minute: u64, minutes: u16) -> Visit {
        Visit::new(minute * MINUTE_MS, minutes)
    }

    fn are_one(one: Visit, other: Visit) -> bool {
        let overlap_ms = one.end_ms().min(other.end_ms()).saturating_sub(one.at_ms.max(other.at_ms));
        one.at_ms == other.at_ms || overlap_ms > u64::from(TOLERANCE) * MINUTE_MS
    }

    /// The largest number of records of which no two are one session, by trying every choice.
    fn by_trying(visits: &[Visit]) -> usize {
        let choices = (0_u32..1 << visits.len()).map(|choice| {
            let chosen = (0..visits.len()).filter(|at| choice & (1 << at) != 0);
            chosen.map(|at| visits[at]).collect::<Vec<_>>()
        });
        let apart = |chosen: &Vec<Visit>| {
            chosen.iter().enumerate().all(|(at, one)| chosen[..at].iter().all(|other| !are_one(*one, *other)))
        };
        choices.filter(apart).map(|chosen| chosen.len()).max().unwrap_or_default()
    }

    #[test]
    fn touching_sessions_are_two_and_overlapping_ones_are_one() {
        assert_eq!(count(vec![at(0, 60), at(60, 60)], TOLERANCE), 2);
        assert_eq!(count(vec![at(0, 60), at(50, 60)], TOLERANCE), 2, "ten minutes are the tolerance");
        assert_eq!(count(vec![at(0, 60), at(49, 60)], TOLERANCE), 1);
        assert_eq!(count(vec![at(0, 60), at(0, 90)], TOLERANCE), 1, "the same start");
        assert_eq!(
            count(vec![at(0, 60), at(30, 90), at(60, 60)], TOLERANCE),
            2,
            "one over both hides neither"
        );
    }

    #[test]
    fn a_stay_counts_for_a_day_at_most() {
        assert_eq!(at(0, u16::MAX).minutes, 1_440);
    }

    fn visits() -> impl Strategy<Value = Vec<Visit>> {
        prop::collection::vec((0_u64..200, 0_u16..90).prop_map(|(minute, minutes)| at(minute, minutes)), 0..9)
    }

    proptest! {
        #[test]
        fn the_sweep_counts_what_trying_every_choice_counts(visits in visits()) {
            prop_assert_eq!(count(visits.clone(), TOLERANCE), by_trying(&visits));
        }

        #[test]
        fn a_further_record_never_lowers_the_count(visits in visits(), more in (0_u64..200, 0_u16..90)) {
            let before = count(visits.clone(), TOLERANCE);
            let with: Vec<_> = visits.into_iter().chain([at(more.0, more.1)]).collect();
            prop_assert!(count(with, TOLERANCE) >= before);
        }
    }
}
