//! Who a referral is about and how to reach them, as all that the reader holds says now.
//!
//! ```text
//!   police     encounter.opened                       who it is, until it is submitted
//!   shared     referral.submitted, subject.amended    who it is, and how to reach them     registers subject/…
//!   outreach   details.learnt                         how to reach them as well            registers details/…
//!              person.came_in                         who it is, where nobody referred     registers subject/…
//! ```
//! Every reader asks here, so that a correction, a settlement and an erasure show everywhere alike. While people
//! disagree about a name or a birth, all that they said is shown, and none of it is *the* birth. Does not merge, and
//! does not say who holds what.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::codes::{self, CodeList};
use crate::identity::{Born, Identifier, IdentifierKind, Subject as Compared, Verified};
use crate::referral::act::{
    self, ConsentRecorded, ContactRecorded, ContactWhat, EncounterOpened, PersonCameIn, fields,
};
use crate::referral::eligibility::Age;
use crate::referral::facts::Facts;
use crate::register::{Agreement, Live};

/// Who a referral is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Person {
    /// Family name; of several that people disagree about, the newest.
    pub family: String,
    /// First names, in the same way.
    pub given: String,
    /// The day of birth; none while people disagree about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub born: Option<NaiveDate>,
    /// How old they looked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub apparent_age: Option<u8>,
    /// Self-defined ethnicity, where the reader holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ethnicity: Option<String>,
    /// Every name, family name first, while people disagree.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<[String; 2]>,
    /// Every day of birth while people disagree.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub births: Vec<NaiveDate>,
}

/// How to reach the person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Reach {
    /// The number to ring first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Every number, the newest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<String>,
    /// Where to write to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Where they live.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// What they speak, from `languages`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Where and when they are to be found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place_and_time: Option<String>,
    /// What the service may do at a number, from `reach_may`; what is not there it must not.
    pub may: Vec<String>,
    /// When the service found number or address to be wrong, in milliseconds since 1970; nothing once another is known, or the
    /// person was reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wrong_ms: Option<u64>,
}

impl Person {
    /// Reads the person; nothing where nobody said who it is, or where that was erased.
    pub(crate) fn of(facts: &Facts<'_>) -> Option<Self> {
        let names = distinct_names(facts);
        let births: Vec<NaiveDate> = newest_first(facts, &["subject/born"]);
        let looked: Vec<u8> = newest_first(facts, &["subject/apparent_age"]);
        let first = facts.first::<EncounterOpened>().map(|opened| &opened.subject);
        // Once it is submitted the referral says who it is: what was erased there does not come back from here.
        let opened = first.filter(|_| facts.submitted().is_none());
        let opened_with = |field: &str| opened.filter(|_| !has_erased(facts, &format!("subject/{field}")));
        let written = opened_with("name").map(|subject| [subject.family.clone(), subject.given.clone()]);
        let [family, given] = names.first().cloned().or(written)?;
        let (born, births) = match births.as_slice() {
            [] => (opened_with("born").and_then(|subject| subject.born), Vec::new()),
            [one] => (Some(*one), Vec::new()),
            _ => (None, births),
        };
        let apparent = || opened_with("apparent_age").and_then(|subject| subject.apparent_age);
        Some(Self {
            family,
            given,
            born,
            apparent_age: looked.first().copied().or_else(apparent),
            ethnicity: first.and_then(|subject| subject.ethnicity.clone()),
            names: if names.len() > 1 { names } else { Vec::new() },
            births,
        })
    }

    /// Every name with every day of birth that is live, as two persons are compared.
    #[must_use]
    pub fn compared(&self) -> Vec<Compared> {
        let own = [self.family.clone(), self.given.clone()];
        let names = if self.names.is_empty() { std::slice::from_ref(&own) } else { &self.names };
        let births: Vec<NaiveDate> = self.births.iter().copied().chain(self.born).collect();
        let with = |[family, given]: &[String; 2], born: Option<NaiveDate>| Compared {
            family: family.clone(),
            given: given.clone(),
            born: born.map(Born::Day),
            identifiers: Vec::new(),
        };
        let all = |name| {
            let dated: Vec<Compared> = births.iter().map(|born| with(name, Some(*born))).collect();
            if dated.is_empty() { vec![with(name, None)] } else { dated }
        };
        names.iter().flat_map(all).collect()
    }

    /// How old they are at a moment; while people disagree about the birth the youngest that they may be, so that
    /// nobody loses what a young person is owed.
    #[must_use]
    pub fn age_at(&self, at_ms: u64) -> Option<Age> {
        Age::at(at_ms, self.born.or(self.births.iter().copied().max()), self.apparent_age)
    }

    /// The name as people say it.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {}", self.given, self.family).trim().to_owned()
    }

    /// The person as a new referral of the same encounter writes them down.
    #[must_use]
    pub fn written_down(&self) -> act::Subject {
        let Self { family, given, born, apparent_age, ethnicity, .. } = self.clone();
        act::Subject { family, given, born, apparent_age, ethnicity }
    }
}

impl Reach {
    /// Reads how to reach the person; nothing before a referral is submitted or the person came in, or where all of it was erased.
    pub(crate) fn of(facts: &Facts<'_>) -> Option<Self> {
        if facts.submitted().is_none() && !facts.has::<PersonCameIn>() {
            return None;
        }
        let newest = |field: &str| texts(facts, field).into_iter().next();
        let phones = texts(facts, "phone");
        let reach = Self {
            phone: phones.first().cloned(),
            phones,
            email: newest("email"),
            address: newest("address"),
            language: newest("language"),
            place_and_time: newest("place_and_time"),
            may: may(facts),
            wrong_ms: wrong_ms(facts),
        };
        // Who said nothing of their language was asked for consent in one.
        let asked_in = || facts.last::<ConsentRecorded>().and_then(|consent| consent.language.clone());
        (reach != Self::default())
            .then(|| Self { language: reach.language.clone().or_else(asked_in), ..reach })
    }
}

impl Reach {
    /// What must not be done at the number, since the person did not agree to it.
    pub(crate) fn unless_agreed(&self) -> Vec<&'static str> {
        let not_agreed =
            codes::entries(CodeList::ReachMay).iter().filter(|entry| !self.may.contains(&entry.code));
        if self.phone.is_none() {
            Vec::new()
        } else {
            not_agreed.filter_map(|e| e.column("otherwise")).collect()
        }
    }
}

/// When number or address was found to be wrong, unless something newer is known.
fn wrong_ms(facts: &Facts<'_>) -> Option<u64> {
    let newest = |counts: fn(&ContactRecorded) -> bool| {
        let contacts = facts.all::<ContactRecorded>().filter(|(_, body)| counts(body));
        contacts.map(|(entry, _)| entry.eff).max()
    };
    let wrong = newest(|body| body.result == "wrong_details")?;
    let ways = ["phone", "email", "address", "place_and_time"];
    let registers = ways.iter().flat_map(|way| [format!("subject/{way}"), format!("details/{way}")]);
    let told = registers.flat_map(|register| live(facts, &register)).map(|live| live.eff).max();
    let mended = told.max(newest(|body| body.what != ContactWhat::Attempted));
    mended.is_none_or(|mended| mended < wrong).then_some(wrong.ms())
}

/// The fields of the person that were erased, and of which nothing newer is known.
pub(crate) fn erased(facts: &Facts<'_>) -> Vec<&'static str> {
    let gone = |field: &&'static str| {
        let registers = [format!("subject/{field}"), format!("details/{field}")];
        registers.iter().any(|name| has_erased(facts, name))
            && registers.iter().all(|name| live(facts, name).is_empty())
    };
    fields::SHARED.all.iter().map(|field| field.name).filter(gone).collect()
}

/// What the police are warned of, the oldest first.
pub(crate) fn warnings(facts: &Facts<'_>) -> Vec<String> {
    let states = facts.states.iter();
    let written = states.flat_map(|state| state.registers.iter());
    let mut live: Vec<&Live> =
        written.filter(|(name, _)| name.starts_with("warning/")).flat_map(|(_, live)| live).collect();
    live.sort_by_key(|live| (live.eff, live.op));
    live.into_iter().filter_map(|live| serde_json::from_str(&live.value).ok()).collect()
}

/// Numbers that were stated; nobody confirmed them here.
pub(crate) fn numbers(facts: &Facts<'_>) -> Vec<Identifier> {
    let kinds = [
        ("number/pnc", IdentifierKind::Pnc),
        ("number/cro", IdentifierKind::Cro),
        ("number/force_number", IdentifierKind::Force),
    ];
    let of = |(register, kind): (&str, IdentifierKind)| {
        let values: Vec<String> = newest_first(facts, &[register]);
        values.into_iter().map(move |value| Identifier { kind, value, verified: Verified::No })
    };
    kinds.into_iter().flat_map(of).collect()
}

/// The live values of registers, over all streams held.
fn live<'a>(facts: &Facts<'a>, register: &str) -> Vec<&'a Live> {
    facts.states.iter().flat_map(|state| state.register(register)).collect()
}

fn has_erased(facts: &Facts<'_>, register: &str) -> bool {
    facts.states.iter().any(|state| state.registers.has_erased(register))
}

/// The different live values of registers together, the newest first.
fn newest_first<T: DeserializeOwned>(facts: &Facts<'_>, registers: &[&str]) -> Vec<T> {
    let mut live: Vec<&Live> = registers.iter().flat_map(|name| live(facts, name)).collect();
    live.sort_by_key(|live| std::cmp::Reverse((live.eff, live.op)));
    let mut seen = BTreeSet::new();
    let different = live.into_iter().filter(|live| seen.insert(live.value.as_str()));
    different.filter_map(|live| serde_json::from_str(&live.value).ok()).collect()
}

fn texts(facts: &Facts<'_>, field: &str) -> Vec<String> {
    newest_first(facts, &[&format!("subject/{field}"), &format!("details/{field}")])
}

/// The names that could be different persons', the newest writing of each, the newest first.
fn distinct_names(facts: &Facts<'_>) -> Vec<[String; 2]> {
    let mut meant = BTreeSet::new();
    let mut names: Vec<[String; 2]> = newest_first(facts, &["subject/name"]);
    names.retain(|name| {
        let written = serde_json::to_string(name).unwrap_or_default();
        meant.insert(Agreement::MustAsNames.meaning(&written).unwrap_or(written))
    });
    names
}

/// What was said last counts; of several who said it apart, only what all of them allow.
fn may(facts: &Facts<'_>) -> Vec<String> {
    let newest = |register: &&str| live(facts, register).iter().map(|live| (live.eff, live.op)).max();
    let Some(last) = ["subject/may", "details/may"].into_iter().max_by_key(newest) else { return Vec::new() };
    let mut said: Vec<Vec<String>> = newest_first(facts, &[last]);
    let Some(mut allowed) = said.pop() else { return Vec::new() };
    allowed.retain(|code| said.iter().all(|other| other.contains(code)));
    allowed
}
