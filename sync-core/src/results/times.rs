//! How long people wait for the first attempt and the first contact.
//!
//! Only of those who were reached: half of them waited no longer than the median. How many still wait stands in the
//! funnel.

use serde::{Deserialize, Serialize};

use super::figures::{Ended, Figures, Furthest};

/// One time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Time {
    /// Referrals that it is known of.
    pub known: u64,
    /// The middle one, in milliseconds; none while it is known of fewer than ten.
    pub median_ms: Option<u64>,
    /// Nine in ten are no longer, in milliseconds; none while it is known of fewer than ten.
    pub p90_ms: Option<u64>,
}

/// From the roadside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Times {
    /// To the first attempt to reach the person.
    pub first_attempt: Time,
    /// To the first contact.
    pub first_contact: Time,
    /// Referrals whose person was reached, and whose time is not known or contradicts that of the encounter.
    pub missing: u64,
}

impl Times {
    /// Measures rows.
    #[must_use]
    pub fn of(rows: &[&Figures]) -> Self {
        let told = rows.iter().filter(|row| row.ended != Ended::NotTold);
        let reached = told.clone().filter(|row| row.furthest >= Furthest::Contacted);
        Self {
            first_attempt: time(told.filter_map(|row| row.attempt_after_ms).collect()),
            first_contact: time(reached.clone().filter_map(|row| row.contact_after_ms).collect()),
            missing: super::funnel::count(reached.filter(|row| row.contact_after_ms.is_none())),
        }
    }
}

pub(super) fn time(mut all: Vec<u64>) -> Time {
    all.sort_unstable();
    let enough = all.len() >= super::TOO_FEW;
    let at = |percent| rank(&all, percent).filter(|_| enough);
    Time { known: all.len() as u64, median_ms: at(50), p90_ms: at(90) }
}

/// The smallest value that so many per cent do not exceed (the nearest rank).
fn rank(sorted: &[u64], percent: usize) -> Option<u64> {
    let at = (sorted.len() * percent).div_ceil(100).checked_sub(1)?;
    sorted.get(at).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_are_no_longer_than_the_median_and_nine_in_ten_no_longer_than_the_percentile() {
        let found = time((1..=20).rev().collect());
        assert_eq!(found, Time { known: 20, median_ms: Some(10), p90_ms: Some(18) });
        assert_eq!(time((1..=9).collect()), Time { known: 9, median_ms: None, p90_ms: None });
    }
}
