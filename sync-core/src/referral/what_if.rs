//! What each way to settle a conflict would change, for whoever has to choose.
//!
//! ```text
//!   the streams as they are ──────────────────────▶ view ─▶ what counts meanwhile
//!   the streams and a settlement that nobody wrote ─▶ view ─▶ what would count then
//! ```
//! Does not record anything, and does not ask whether the reader may settle.

use std::collections::BTreeMap;

use serde::Serialize;
use uuid::Uuid;

use crate::clock::Hlc;
use crate::ids::{CompartmentKind, DeviceId, OpId, Stream, UserId};
use crate::op::{Kind, VOCABULARY};
use crate::policy::Ruling;
use crate::referral::act::{Act, Choice, ConflictSettled, ReferralClosed};
use crate::referral::conflict::{Conflict, ConflictKind};
use crate::referral::cross_stream::CLOSED_ATTENDED;
use crate::referral::eligibility::ruling_next;
use crate::referral::facts::Facts;
use crate::referral::fold::{Folded, StreamState};
use crate::referral::person::Person;
use crate::referral::rule_inputs::prior_of;
use crate::referral::view::view;
use crate::stream::{History, StreamOp};

/// So many sides are compared: each costs a fold, and nobody reads a longer list.
const MOST_SIDES: usize = 8;

/// What people see of a referral that a settlement can change, in their words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Outlook {
    /// Where the referral stands.
    pub stage_words: &'static str,
    /// How far the person got.
    pub level_words: &'static str,
    /// Whether the service may contact the person.
    pub contact_words: &'static str,
    /// What the police did, for whoever holds what they wrote.
    pub outcome_words: Option<&'static str>,
    /// Where the offer stands, for the same.
    pub offer_words: Option<&'static str>,
    /// Who it is about, with every day of birth that people name.
    pub who: String,
    /// What the rules would say of the person, were they found again: for whoever holds what the police decide.
    pub next_words: Option<&'static str>,
}

/// One way to settle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Way {
    /// What would be chosen.
    pub choice: Choice,
    /// What would count then.
    pub then: Outlook,
    /// What of it is not as it is meanwhile, one sentence each.
    pub changes: Vec<String>,
}

/// What counts while a conflict is open, and what would count after each choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct WhatIf {
    /// Until somebody settles it.
    pub meanwhile: Outlook,
    /// One for each choice that the reader's entries can tell of.
    pub ways: Vec<Way>,
}

impl Outlook {
    fn of(record: Uuid, states: &[StreamState]) -> Self {
        let view = view(states);
        Self {
            stage_words: view.stage_words(),
            level_words: view.level_words(),
            contact_words: view.contact.words(),
            outcome_words: view.reads_police.then(|| view.disposal.words()),
            offer_words: view.reads_police.then(|| view.offer.words()),
            who: view.subject.as_ref().map(who).unwrap_or_default(),
            next_words: next(record, states),
        }
    }

    /// Each part with its name.
    #[must_use]
    pub fn parts(&self) -> [(&'static str, &str); 7] {
        [
            ("the referral", self.stage_words),
            ("the person", self.level_words),
            ("contact", self.contact_words),
            ("the police", self.outcome_words.unwrap_or_default()),
            ("the offer", self.offer_words.unwrap_or_default()),
            ("who it is", &self.who),
            ("found again", self.next_words.unwrap_or_default()),
        ]
    }

    fn changes_to(&self, then: &Self) -> Vec<String> {
        let parts = self.parts().into_iter().zip(then.parts());
        let changed = parts.filter(|(now, then)| now != then);
        changed.map(|((part, now), (_, then))| format!("{part}: {then}, not {now}")).collect()
    }
}

/// Compares the choices of a conflict of the stream at `place`, among the streams of one record that are held.
#[must_use]
pub fn what_if(streams: &BTreeMap<Stream, Folded>, place: Stream, conflict: &Conflict) -> WhatIf {
    let states: Vec<StreamState> = streams.values().map(|folded| folded.state().clone()).collect();
    let meanwhile = Outlook::of(place.record.id, &states);
    let Some(folded) = streams.get(&place) else { return WhatIf { meanwhile, ways: Vec::new() } };
    let others: Vec<StreamState> = states.into_iter().filter(|state| state.stream != Some(place)).collect();
    let ways = choices(conflict, folded.history()).into_iter().map(|choice| {
        let mut settled = folded.clone();
        settled.apply([made_up(folded.history(), place, &settlement(conflict, choice.clone()))]);
        let mut states = others.clone();
        states.push(settled.state().clone());
        if let Some((stream, closed)) = closed_again(streams, conflict, &choice) {
            states.retain(|state| state.stream != Some(stream));
            states.push(closed);
        }
        let then = Outlook::of(place.record.id, &states);
        Way { choice, changes: meanwhile.changes_to(&then), then }
    });
    let ways = ways.collect();
    WhatIf { meanwhile, ways }
}

/// What is about two records, or about a whole log, changes more than one view can show.
fn choices(conflict: &Conflict, history: &History) -> Vec<Choice> {
    let sides = conflict.sides.iter().copied().take(MOST_SIDES);
    match conflict.kind {
        ConflictKind::Field | ConflictKind::Crossed => sides.map(Choice::Op).collect(),
        // Who was not sent what it says cannot tell what it would change.
        ConflictKind::Quarantined => {
            // Settlements that differ may stand beside the entry.
            let read =
                |id: &OpId| conflict.is_about(*id) && history.op(*id).is_some_and(|op| op.body.is_some());
            let read: Vec<OpId> = sides.filter(read).collect();
            read.into_iter().flat_map(|id| [Choice::Admit(id), Choice::KeepAside(id)]).collect()
        }
        ConflictKind::Duplicate | ConflictKind::Identity | ConflictKind::LogFork => Vec::new(),
    }
}

/// What this referral, as it stands, means for the next one of the same person; the present one is judged by itself.
fn next(record: Uuid, states: &[StreamState]) -> Option<&'static str> {
    let facts = Facts { states };
    let prior = prior_of(record, states).filter(|_| facts.holds(CompartmentKind::Police))?;
    let now_ms = states.iter().flat_map(StreamState::acts).map(|(entry, _)| entry.eff.ms()).max()?;
    Some(match ruling_next(facts.pack(), &[prior], now_ms) {
        Ruling::Eligible => "Yes, go ahead",
        Ruling::Discretion => "Not yet: a supervisor decides",
        Ruling::NotEligible => "Not this time",
    })
}

fn who(person: &Person) -> String {
    let births: Vec<String> = match person.born {
        Some(born) => vec![born.to_string()],
        None => person.births.iter().map(ToString::to_string).collect(),
    };
    if births.is_empty() { person.name() } else { format!("{}, born {}", person.name(), births.join(" or ")) }
}

fn settlement(conflict: &Conflict, choice: Choice) -> Act {
    let (id, version) = (conflict.id, conflict.version());
    Act::ConflictSettled(ConflictSettled { conflict: id, version, choice, reason: String::new() })
}

/// The stream in which the server closes again what was chosen to be closed, as it is then.
fn closed_again(
    streams: &BTreeMap<Stream, Folded>,
    conflict: &Conflict,
    choice: &Choice,
) -> Option<(Stream, StreamState)> {
    let chosen = choice.op().filter(|_| conflict.about == CLOSED_ATTENDED)?;
    let (stream, folded) = streams.iter().find(|(_, folded)| folded.history().op(chosen).is_some())?;
    let (_, act) = folded.state().acts().find(|(entry, _)| entry.id == chosen)?;
    let closing = act.as_body::<ReferralClosed>()?;
    let mut closed = folded.clone();
    closed.apply([made_up(folded.history(), *stream, &Act::ReferralClosed(closing.clone()))]);
    Some((*stream, closed.state().clone()))
}

/// An act upon everything, by nobody.
fn made_up(history: &History, stream: Stream, act: &Act) -> StreamOp {
    let latest = history.iter().map(StreamOp::eff).max().unwrap_or(Hlc::from_ms(0));
    StreamOp {
        id: OpId { device: DeviceId(Uuid::nil()), seq: 1 },
        stream,
        deps: history.heads(),
        hlc: latest.tick(latest.ms()),
        author: UserId(Uuid::nil()),
        kind: Kind::of_table(act.kind()),
        vocabulary: VOCABULARY,
        body: Some(act.body()),
        erased: None,
        stamp: None,
    }
}
