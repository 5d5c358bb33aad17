//! Whether a step of the way is as open to one group as to another.
//!
//! ```text
//!   rows ─▶ groups of an attribute ─ fewer than ten? ─▶ hidden, with one more group where a total would tell
//!                                  ─ else ──────────▶ share with its interval, ratio to the largest group
//! ```
//! A group is hidden by how many are in it; what is hidden always leaves more than one answer that fits the totals.
//! Does not say why groups differ.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::figures::{Ended, Figures, Furthest};
use super::interval::{Interval, ratio, wilson};
use crate::codes::{self, CodeList};
use crate::ids::OrgId;
use crate::referral::act::TOO_FEW;

const FEW: u64 = TOO_FEW as u64;

/// The group of those of whom nobody recorded it.
pub const NOT_RECORDED: &str = "Not recorded";

/// The age bands: their first year and their label.
pub const AGE_BANDS: [(u32, &str); 6] = [
    (0, "Under 18"),
    (18, "18 to 24"),
    (25, "25 to 34"),
    (35, "35 to 44"),
    (45, "45 to 54"),
    (55, "55 and over"),
];

/// What people are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Attribute {
    /// Ethnicity, as people say it: the groups of the 18+1 list.
    Ethnicity,
    /// Ethnicity, as the officer saw it.
    EthnicitySeen,
    /// Sex, as the officer wrote it down.
    Sex,
    /// Age at the encounter.
    AgeBand,
    /// Where: as the officer named it, or the one area of the service.
    Area,
}

impl Attribute {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Ethnicity, Self::EthnicitySeen, Self::Sex, Self::AgeBand, Self::Area];

    /// Its word, as reports write it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Ethnicity => "ethnicity",
            Self::EthnicitySeen => "ethnicity_seen",
            Self::Sex => "sex",
            Self::AgeBand => "age_band",
            Self::Area => "area",
        }
    }
}

/// The areas of the scheme's services. What an officer typed counts where it is one of them: it is never shown otherwise.
#[derive(Debug, Clone, Default)]
pub struct Areas {
    named: BTreeSet<String>,
    of_service: BTreeMap<OrgId, String>,
}

impl Areas {
    /// The areas of services; one that works in one area alone tells where its people are.
    pub fn of<'a>(services: impl IntoIterator<Item = (OrgId, &'a [String])>) -> Self {
        let mut areas = Self::default();
        for (service, named) in services {
            areas.named.extend(named.iter().cloned());
            if let [only] = named {
                areas.of_service.insert(service, only.clone());
            }
        }
        areas
    }

    fn of_row(&self, row: &Figures) -> Option<&str> {
        let typed = row.area.as_deref().map(str::trim);
        let known = typed.and_then(|typed| self.named.iter().find(|known| known.eq_ignore_ascii_case(typed)));
        known.or_else(|| self.of_service.get(row.provider.as_ref()?)).map(String::as_str)
    }
}

/// A step that some take of those who could.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Offered, of those found with drugs.
    Offered,
    /// Agreed, of those offered.
    Agreed,
    /// First contact, of those referred.
    Contacted,
    /// Completed, of those assessed.
    Completed,
}

impl Step {
    /// All of them, in their order.
    pub const ALL: [Self; 4] = [Self::Offered, Self::Agreed, Self::Contacted, Self::Completed];

    /// Its word, as reports write it.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.to().code()
    }

    fn of(self) -> Furthest {
        match self {
            Self::Offered => Furthest::Found,
            Self::Agreed => Furthest::Offered,
            Self::Contacted => Furthest::Referred,
            Self::Completed => Furthest::Assessed,
        }
    }

    fn to(self) -> Furthest {
        match self {
            Self::Offered => Furthest::Offered,
            Self::Agreed => Furthest::Agreed,
            Self::Contacted => Furthest::Contacted,
            Self::Completed => Furthest::Completed,
        }
    }

    /// Whether a row took the step; none where it could not, still may, or nobody may be told.
    fn taken(self, row: &Figures) -> Option<bool> {
        let (of, to) = (self.of(), self.to());
        let could = row.furthest >= of;
        let took = row.furthest >= to;
        let told = row.ended != Ended::NotTold || to <= Furthest::Agreed;
        let waits = !took && row.ended != Ended::Lost;
        (could && told && !waits).then_some(took)
    }
}

/// What is shown of a group.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Shown {
    /// Encounters that could take the step and wait no longer.
    pub of: u64,
    /// Those that took it.
    pub took: u64,
    /// The share.
    pub share: Interval,
    /// In proportion to the largest group; none for that group itself, and where a share is zero.
    pub ratio: Option<Interval>,
}

/// One group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Group {
    /// Its name.
    pub label: String,
    /// Its numbers; none where it is hidden.
    pub shown: Option<Shown>,
}

/// One step, group by group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Equality {
    /// What people are told apart by.
    pub attribute: Attribute,
    /// The step.
    pub step: Step,
    /// The groups, in the order of their list; the one of which nothing is recorded comes last.
    pub groups: Vec<Group>,
    /// The group that the others are held against; none while every group is hidden.
    pub reference: Option<String>,
    /// All of them; none where they are fewer than ten, or would tell what is hidden.
    pub all: Option<Shown>,
}

impl Equality {
    /// One table of rows.
    #[must_use]
    pub fn of(rows: &[&Figures], attribute: Attribute, step: Step, areas: &Areas) -> Self {
        let mut counts: Vec<(String, u64, u64)> =
            labels(attribute, areas).into_iter().map(|label| (label, 0, 0)).collect();
        for row in rows {
            let Some(took) = step.taken(row) else { continue };
            let label = label_of(attribute, row, areas);
            let known = counts.iter_mut().find(|(known, ..)| *known == label);
            if let Some((_, all, some)) = known {
                *all += 1;
                *some += u64::from(took);
            }
        }
        Self::of_counts(attribute, step, counts)
    }

    fn of_counts(attribute: Attribute, step: Step, counts: Vec<(String, u64, u64)>) -> Self {
        let sizes: Vec<u64> = counts.iter().map(|(_, all, _)| *all).collect();
        let (hidden, groups_of) = (hidden(&sizes), sizes.len());
        let seen = || counts.iter().zip(&hidden).filter(|(_, hidden)| !**hidden).map(|(group, _)| group);
        // Of equal groups the first of the list.
        let largest = seen().rev().max_by_key(|(_, all, _)| *all);
        let (all, some) = counts.iter().fold((0, 0), |(all, some), group| (all + group.1, some + group.2));
        let reference = largest.map(|(label, ..)| label.clone());
        let against = largest.map(|(label, all, some)| (label.clone(), (*some, *all)));
        let groups = counts.into_iter().zip(hidden).map(|((label, all, some), hidden)| {
            let other = against.as_ref().filter(|(reference, _)| *reference != label);
            let ratio = other.and_then(|(_, other)| ratio((some, all), *other));
            let shown = wilson(some, all).filter(|_| !hidden);
            Group { shown: shown.map(|share| Shown { of: all, took: some, share, ratio }), label }
        });
        let groups = groups.collect();
        let told = reference.is_none() && all_nine(all, groups_of);
        let total = wilson(some, all).filter(|_| all >= FEW && !told);
        let all = total.map(|share| Shown { of: all, took: some, share, ratio: None });
        Self { attribute, step, groups, reference, all }
    }
}

/// Which groups are hidden: those of fewer than ten, and the last of the others while a total would tell what is hidden.
///
/// The place of a group decides which goes with them, not its size: a reader who knows that it was the smallest of the
/// others knows how many it can have at most, and so how many the small group has at least.
fn hidden(sizes: &[u64]) -> Vec<bool> {
    let mut hidden: Vec<bool> = sizes.iter().map(|size| *size < FEW).collect();
    loop {
        let kept = || sizes.iter().zip(&hidden).filter(|(_, hidden)| **hidden).map(|(size, _)| *size);
        let (groups, people) = (kept().count(), kept().sum());
        let told = groups == 1 || people < FEW || all_nine(people, groups);
        let last = hidden.iter().rposition(|hidden| !hidden);
        match last {
            Some(last) if groups > 0 && told => hidden[last] = true,
            _ => return hidden,
        }
    }
}

/// Whether a total says of groups of fewer than ten that each has nine.
fn all_nine(people: u64, groups: usize) -> bool {
    u64::try_from(groups).is_ok_and(|groups| people == groups * (FEW - 1))
}

/// The groups of an attribute. Those of a list are always the same ones: an empty group is hidden like a small one.
fn labels(attribute: Attribute, areas: &Areas) -> Vec<String> {
    let mut labels: Vec<String> = Vec::new();
    let mut add = |label: &str| {
        if !labels.iter().any(|known| known == label) {
            labels.push(label.to_owned());
        }
    };
    match attribute {
        Attribute::Ethnicity => {
            let groups = codes::entries(CodeList::Ethnicity).iter().filter_map(|entry| entry.column("group"));
            groups.for_each(&mut add);
        }
        Attribute::EthnicitySeen => {
            let groups =
                codes::entries(CodeList::EthnicitySeen).iter().filter_map(|entry| entry.column("group"));
            groups.for_each(&mut add);
        }
        Attribute::Sex => codes::entries(CodeList::Sexes).iter().for_each(|entry| add(&entry.label)),
        Attribute::AgeBand => AGE_BANDS.iter().for_each(|(_, label)| add(label)),
        Attribute::Area => areas.named.iter().for_each(|area| add(area)),
    }
    add(NOT_RECORDED);
    labels
}

fn label_of(attribute: Attribute, row: &Figures, areas: &Areas) -> String {
    let label = match attribute {
        Attribute::Ethnicity => row
            .ethnicity
            .as_deref()
            .and_then(|code| codes::entry(CodeList::Ethnicity, code).and_then(|entry| entry.column("group"))),
        Attribute::EthnicitySeen => row.ethnicity_seen.as_deref().and_then(|code| {
            codes::entry(CodeList::EthnicitySeen, code).and_then(|entry| entry.column("group"))
        }),
        Attribute::Sex => row.sex.as_deref().and_then(|code| codes::label(CodeList::Sexes, code)),
        Attribute::AgeBand => {
            let band = |age| AGE_BANDS.iter().rev().find(|(from, _)| *from <= age);
            row.age.and_then(band).map(|(_, label)| *label)
        }
        Attribute::Area => areas.of_row(row),
    };
    label.unwrap_or(NOT_RECORDED).to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn table(sizes: &[u64]) -> Equality {
        let counts = sizes.iter().enumerate().map(|(at, size)| (at.to_string(), *size, size / 2));
        Equality::of_counts(Attribute::Ethnicity, Step::Offered, counts.collect())
    }

    /// All that somebody reads who knows how the table is made.
    fn read(table: &Equality) -> (Vec<Option<u64>>, Option<u64>) {
        let groups = table.groups.iter().map(|group| group.shown.map(|shown| shown.of)).collect();
        (groups, table.all.map(|all| all.of))
    }

    /// Every table of this many groups with fewer than `below` people in each.
    fn tables(groups: u32, below: u64) -> impl Iterator<Item = Vec<u64>> {
        (0..below.pow(groups))
            .map(move |number| (0..groups).map(|group| number / below.pow(group) % below).collect())
    }

    #[test]
    fn what_is_hidden_has_more_than_one_answer_that_fits_all_that_is_shown() {
        // What else fits a table has at most nine more in a group: those that a small group gives up.
        const LARGEST: u64 = 14;
        for groups in 1..=4 {
            let mut answers: BTreeMap<_, Vec<BTreeSet<u64>>> = BTreeMap::new();
            for sizes in tables(groups, LARGEST + FEW) {
                let of_each =
                    answers.entry(read(&table(&sizes))).or_insert_with(|| vec![BTreeSet::new(); sizes.len()]);
                of_each.iter_mut().zip(&sizes).for_each(|(answers, size)| {
                    answers.insert(*size);
                });
            }
            for sizes in tables(groups, LARGEST) {
                let published = read(&table(&sizes));
                for (shown, answers) in published.0.iter().zip(&answers[&published]) {
                    assert!(shown.is_some() || answers.len() > 1, "{sizes:?}: a hidden group is {answers:?}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn no_group_of_fewer_than_ten_is_shown(sizes in prop::collection::vec(0u64..60, 1..8)) {
            let table = table(&sizes);
            let small = sizes.iter().zip(&table.groups).filter(|(size, _)| **size < FEW);
            prop_assert!(small.into_iter().all(|(_, group)| group.shown.is_none()));
        }
    }

    #[test]
    fn groups_are_held_against_the_largest_one() {
        let counts = [("White", 248, 201), ("Black", 36, 26), ("Other", 4, 3), ("Asian", 31, 25)];
        let counts = counts.map(|(label, all, some)| (label.to_owned(), all, some));
        let table = Equality::of_counts(Attribute::Ethnicity, Step::Offered, counts.to_vec());
        assert_eq!(table.reference.as_deref(), Some("White"));
        // One group alone must not be hidden: the last of the others goes with it.
        let shown: Vec<bool> = table.groups.iter().map(|group| group.shown.is_some()).collect();
        assert_eq!(shown, [true, true, false, false]);
        assert_eq!(table.groups[1].shown.expect("it is shown").ratio, ratio((26, 36), (201, 248)));
        assert_eq!(table.groups[0].shown.expect("it is shown").ratio, None);
    }
}
