//! What is missing in the paperwork of referrals, and how many are of somebody who was referred before.
//!
//! Does not say whose fault it is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::figures::Figures;
use super::funnel::count;
use super::interval::{Interval, wilson};
use crate::persons::{Persons, SubjectId};
use crate::referral::act::YesNo;

/// How many of the referrals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Missing {
    /// How many.
    pub count: u64,
    /// Of how many.
    pub of: u64,
    /// The share.
    pub share: Option<Interval>,
}

/// Gaps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Gaps {
    /// Referrals without any check.
    pub no_check: Missing,
    /// Referrals whose person was not given the notice.
    pub no_notice: Missing,
    /// Referrals without a crime reference.
    pub no_crime_reference: Missing,
    /// Referrals of somebody who was referred before.
    pub re_referrals: Missing,
}

impl Gaps {
    /// Counts referrals; `earlier` is every referral of the scheme, since one before the period counts as before.
    #[must_use]
    pub fn of(rows: &[&Figures], earlier: &[Figures], persons: &Persons) -> Self {
        let referred: Vec<_> = rows.iter().filter(|row| row.referred.is_some()).collect();
        let of = count(referred.iter());
        let missing = |count: u64| Missing { count, of, share: wilson(count, of) };
        let without = |said: fn(&Figures) -> YesNo| {
            missing(count(referred.iter().filter(|row| said(row) == YesNo::No)))
        };
        let firsts = firsts(earlier, persons);
        let again = referred.iter().filter_map(|row| row.referred.as_ref()).filter(|(subject, at_ms)| {
            let first = firsts.get(persons.representative(subject));
            first.is_some_and(|(first_ms, first)| (first_ms, *first) < (at_ms, subject))
        });
        Self {
            no_check: without(|row| row.check),
            no_notice: without(|row| row.notice),
            no_crime_reference: without(|row| row.crime_reference),
            re_referrals: missing(count(again)),
        }
    }
}

/// The first referral of each person.
fn firsts<'a>(rows: &'a [Figures], persons: &'a Persons) -> BTreeMap<&'a SubjectId, (u64, &'a SubjectId)> {
    let mut firsts = BTreeMap::new();
    let police = rows.iter().filter(|row| row.voluntary == YesNo::No);
    for (subject, at_ms) in police.filter_map(|row| row.referred.as_ref()) {
        let first = firsts.entry(persons.representative(subject)).or_insert((*at_ms, subject));
        *first = (*first).min((*at_ms, subject));
    }
    firsts
}
