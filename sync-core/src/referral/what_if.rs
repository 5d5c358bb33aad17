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
use crate::ids::{DeviceId, OpId, Stream, UserId};
use crate::op::{Kind, VOCABULARY};
use crate::referral::act::{Act, Choice, ConflictSettled};
use crate::referral::conflict::{Conflict, ConflictKind};
use crate::referral::disposal::DisposalState;
use crate::referral::eligibility::Level;
use crate::referral::engagement::Stage;
use crate::referral::fold::{Folded, StreamState};
use crate::referral::view::{Contact, view};
use crate::stream::{History, StreamOp};

/// So many sides are compared: each costs a fold, and nobody reads a longer list.
const MOST_SIDES: usize = 8;

/// What people see of a referral that a settlement can change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outlook {
    /// Where the referral stands.
    pub stage: Stage,
    /// How far the person got; none where the force is not told.
    pub level: Option<Level>,
    /// Whether the service may contact the person.
    pub contact: Contact,
    /// What the police did.
    pub disposal: DisposalState,
}

/// One way to settle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Way {
    /// What would be chosen.
    pub choice: Choice,
    /// What would count then.
    pub then: Outlook,
}

/// What counts while a conflict is open, and what would count after each choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WhatIf {
    /// Until somebody settles it.
    pub meanwhile: Outlook,
    /// One for each choice that the reader's entries can tell of.
    pub ways: Vec<Way>,
}

/// Compares the choices of a conflict of the stream at `place`, among the streams of one record that are held.
#[must_use]
pub fn what_if(streams: &BTreeMap<Stream, Folded>, place: Stream, conflict: &Conflict) -> WhatIf {
    let meanwhile = outlook(streams.values().map(|folded| folded.state().clone()).collect());
    let Some(folded) = streams.get(&place) else { return WhatIf { meanwhile, ways: Vec::new() } };
    let ways = choices(conflict, folded.history()).into_iter().map(|choice| {
        let mut settled = folded.clone();
        settled.apply([made_up(folded.history(), place, conflict, choice.clone())]);
        let others = streams.iter().filter(|(stream, _)| **stream != place);
        let states = others.map(|(_, folded)| folded.state().clone());
        Way { choice, then: outlook(states.chain([settled.state().clone()]).collect()) }
    });
    WhatIf { meanwhile, ways: ways.collect() }
}

fn outlook(states: Vec<StreamState>) -> Outlook {
    let view = view(&states);
    let (stage, level) = (view.engagement.stage, view.engagement.level);
    Outlook { stage, level, contact: view.contact, disposal: view.disposal }
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

/// A settlement upon everything, by nobody.
fn made_up(history: &History, stream: Stream, conflict: &Conflict, choice: Choice) -> StreamOp {
    let (id, version) = (conflict.id, conflict.version());
    let act = Act::ConflictSettled(ConflictSettled { conflict: id, version, choice, reason: String::new() });
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
