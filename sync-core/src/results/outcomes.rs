//! How people are doing, by an instrument such as TOP: the 28 days before they came in against those before the review.
//!
//! ```text
//!   outcome.measured start ──┐
//!   outcome.measured review ─┴─▶ pairs ─▶ Outcomes     the service's own lead reads them
//!                                            │ release: nothing of fewer than ten
//!                                            ▼
//!                                outcomes.released      all that the force ever reads
//! ```
//! Who was asked first and never again is told beside the figures. Does not say that the service did it: people come when
//! they are at their worst, and some would be better anyway (regression to the mean).

use std::collections::BTreeMap;

use serde::Serialize;

use super::TOO_FEW;
use crate::codes::{self, CodeList};
use crate::referral::act::{MeasuredAt, OutcomeMeasured, ReleasedItem};
use crate::referral::facts::Facts;
use crate::referral::fold::StreamState;

/// What stands beside every figure of before and after.
pub const REGRESSION: &str = "People come in when things are at their worst. Some of a change would have come anyway (regression to the mean), and nobody was drawn by lot.";

/// What one person answered at the start, and at the last review.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Measured {
    start: Option<BTreeMap<String, i64>>,
    review: Option<BTreeMap<String, i64>>,
}

impl Measured {
    /// Reads one person's answers; nothing where nobody asked.
    #[must_use]
    pub fn of(instrument: &str, states: &[StreamState]) -> Option<Self> {
        let facts = Facts { states };
        let all = || facts.all::<OutcomeMeasured>().filter(|(_, body)| body.instrument == instrument);
        let at =
            |at: MeasuredAt| all().filter(move |(_, body)| body.at == at).map(|(_, body)| body.items.clone());
        let (start, review) = (at(MeasuredAt::Start).next(), at(MeasuredAt::Review).last());
        let measured = Self { start, review };
        (measured != Self::default()).then_some(measured)
    }
}

/// One item, over everybody who answered it twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct OutcomeItem {
    /// Its code, from `outcome_items`.
    pub item: String,
    /// The same in words.
    pub label: String,
    /// How many answered it at the start and at a review.
    pub people: u32,
    /// The sum of their answers at the start …
    pub before: i64,
    /// … and at the last review.
    pub after: i64,
}

/// How the people of a service are doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Outcomes {
    /// The instrument.
    pub instrument: String,
    /// How many were asked at the start.
    pub started: u32,
    /// How many of them were asked again at a review.
    pub reviewed: u32,
    /// How many of them were not: they may be doing worse than the others.
    pub lost: u32,
    /// Item by item, in the order of the list.
    pub items: Vec<OutcomeItem>,
    /// What no figure of before and after says by itself.
    pub caution: &'static str,
}

impl Outcomes {
    /// Adds people up.
    #[must_use]
    pub fn of(instrument: &str, people: &[Measured]) -> Self {
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let started: Vec<&Measured> = people.iter().filter(|one| one.start.is_some()).collect();
        let pairs: Vec<_> =
            started.iter().filter_map(|one| Some((one.start.as_ref()?, one.review.as_ref()?))).collect();
        let known = codes::entries(CodeList::OutcomeItems).iter();
        let known = known.filter(|entry| entry.column("instrument") == Some(instrument));
        let items = known.map(|entry| {
            let twice = pairs
                .iter()
                .filter_map(|(start, review)| Some((*start.get(&entry.code)?, *review.get(&entry.code)?)));
            let answers: Vec<(i64, i64)> = twice.collect();
            OutcomeItem {
                item: entry.code.clone(),
                label: entry.label.clone(),
                people: number(answers.len()),
                before: answers.iter().map(|(before, _)| before).sum(),
                after: answers.iter().map(|(_, after)| after).sum(),
            }
        });
        Self {
            instrument: instrument.to_owned(),
            started: number(started.len()),
            reviewed: number(pairs.len()),
            lost: number(started.len() - pairs.len()),
            items: items.filter(|item| item.people > 0).collect(),
            caution: REGRESSION,
        }
    }

    /// What may be told to the force: the items that ten people or more answered twice.
    #[must_use]
    pub fn to_release(&self) -> Vec<ReleasedItem> {
        let enough = self.items.iter().filter(|item| item.people as usize >= TOO_FEW);
        let told = enough.map(|item| {
            let (people, before, after) = (item.people, item.before, item.after);
            ReleasedItem { item: item.item.clone(), people, before, after }
        });
        told.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(start: Option<i64>, review: Option<i64>) -> Measured {
        let days = |days: i64| BTreeMap::from([("opiates_days".to_owned(), days)]);
        Measured { start: start.map(days), review: review.map(days) }
    }

    #[test]
    fn only_who_answered_twice_is_compared_and_who_was_lost_is_told() {
        let people = [
            asked(Some(20), Some(4)),
            asked(Some(28), Some(28)),
            asked(Some(28), None),
            asked(None, Some(1)),
        ];
        let found = Outcomes::of("TOP", &people);
        assert_eq!((found.started, found.reviewed, found.lost), (3, 2, 1));
        let [item] = found.items.as_slice() else { panic!("{:?}", found.items) };
        assert_eq!((item.item.as_str(), item.people, item.before, item.after), ("opiates_days", 2, 48, 32));
        assert!(found.caution.contains("regression to the mean"));
    }

    #[test]
    fn nothing_of_fewer_than_ten_people_is_released() {
        let nine = vec![asked(Some(20), Some(10)); 9];
        assert_eq!(Outcomes::of("TOP", &nine).to_release(), []);
        let ten = vec![asked(Some(20), Some(10)); 10];
        let released = Outcomes::of("TOP", &ten).to_release();
        assert_eq!(released.len(), 1);
        assert_eq!((released[0].people, released[0].before, released[0].after), (10, 200, 100));
    }
}
