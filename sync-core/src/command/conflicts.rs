//! Settling, passing up and striking: acts in the stream of the conflict or entry that they name.
//!
//! A conflict of a held stream is settled upon the view's heads; an extract upon exactly its sides.
//! Does not decide who may settle: see [`crate::referral::judge`].

use std::sync::Arc;

use crate::check;
use crate::command::known::{Known, OpenConflict};
#[cfg(feature = "json-schema")]
use crate::command::plan::Saved;
use crate::command::plan::{Outcome, Place, Plan, Planned};
use crate::ids::{Digest, OpId};
use crate::persons::asks_who;
use crate::problem::Problem;
use crate::referral::act::{Act, Choice, ConflictPassedUp, ConflictSettled, EntryStruck, OpRef, YesNo};
use crate::referral::admission::admitted_with;
use crate::referral::settled::settled_value;

fields! {
    /// Settles a conflict.
    Settle {
        /// The conflict.
        conflict: Digest,
        /// What counts from now on.
        choice: Choice,
        /// Why.
        reason: String,
    }
    /// Leaves a conflict to an admin.
    PassUp {
        /// The conflict.
        conflict: Digest,
    }
    /// Strikes an entry that was made in error, or takes a strike back.
    Strike {
        /// The entry.
        entry: OpId,
        /// Why.
        reason: String,
        /// Yes: the strike is taken back.
        #[serde(default)] back: Option<YesNo>,
    }
}

side! {
    /// Corrections, and what two records disagree about.
    Conflicts {
        "settle" Settle ["conflict.settled"] "Settles a conflict."
            r#"{"conflict":"<conflict>","choice":{"op":"<entry>"},"reason":"the signing-in sheet"}"# -> Saved;
        "pass_up" PassUp ["conflict.passed_up"] "Leaves a conflict to an admin." r#"{"conflict":"<conflict>"}"# -> Saved;
        "strike" Strike ["entry.struck"] "Strikes an entry that was made in error."
            r#"{"entry":"<entry>","reason":"entered for another person"}"# -> Saved;
    }
}

impl Conflicts {
    /// The acts.
    pub(super) fn plan<K: Known>(&self, known: &K) -> Result<Outcome, K::Fault> {
        let plan = match self {
            Self::Settle(settle) => settle.plan(known)?,
            Self::PassUp(pass_up) => {
                let (conflict, found) = (pass_up.conflict, open(pass_up.conflict, known)?);
                let version = found.version;
                found.plan(Act::ConflictPassedUp(ConflictPassedUp { conflict, version }))
            }
            Self::Strike(strike) => {
                check::text("reason", &strike.reason)?;
                let Strike { entry, reason, back } = (**strike).clone();
                let stream = known.stream_of(entry)?;
                let stream = stream.ok_or_else(|| Problem::at("entry_unknown", "entry", ""))?;
                let act = EntryStruck { entry: OpRef::to(entry, known.member().device), reason, back };
                let planned = Planned { place: Place::Stream(stream), act: Act::EntryStruck(act) };
                Plan { record: stream.record, acts: vec![planned] }
            }
        };
        Ok(plan.into())
    }
}

impl Settle {
    fn plan<K: Known>(&self, known: &K) -> Result<Plan, K::Fault> {
        check::text("reason", &self.reason)?;
        let (conflict, found) = (self.conflict, open(self.conflict, known)?);
        if asks_who(&found.about) {
            let detail = "say at the desk that the two are one person, or that they are two";
            return Err(Problem::at("not_allowed", "choice", detail).into());
        }
        let choice = match &self.choice {
            Choice::Value(value) => {
                Choice::Value(settled_value(&found.about, value).map_err(|bad| Problem::of_shape(&bad))?)
            }
            Choice::Op(_) | Choice::Admit(_) | Choice::KeepAside(_) => self.choice.clone(),
        };
        let settled = |conflict, version, choice| {
            Act::ConflictSettled(ConflictSettled { conflict, version, choice, reason: self.reason.clone() })
        };
        let (record, version) = (found.stream.record, found.version);
        let mut plan = found.plan(settled(conflict, version, choice.clone()));
        if let Choice::Admit(admitted) = choice {
            let streams = known.streams(record)?.into_iter();
            let streams = streams.map(|(stream, folded)| (stream, Arc::unwrap_or_clone(folded))).collect();
            plan.acts.extend(admitted_with(&streams, admitted, &known.member().author()).into_iter().map(
                |one| {
                    let act = settled(one.conflict, one.version, Choice::Admit(one.op));
                    Planned { place: Place::Stream(one.stream), act }
                },
            ));
        }
        Ok(plan)
    }
}

fn open<K: Known>(conflict: Digest, known: &K) -> Result<OpenConflict, K::Fault> {
    let found = known.conflict(conflict)?;
    found.ok_or_else(|| Problem::at("conflict_unknown", "conflict", "").into())
}

impl OpenConflict {
    fn plan(self, act: Act) -> Plan {
        let Self { stream, extract, .. } = self;
        let place = match extract {
            None => Place::Stream(stream),
            Some(sides) => Place::Extract(stream, sides),
        };
        Plan { record: stream.record, acts: vec![Planned { place, act }] }
    }
}
