//! What a command comes to: acts and where they are written.
//!
//! Does not know whether a decision is allowed: see [`crate::referral::judge`].

use serde_json::{Value, json};

use uuid::Uuid;

use crate::ids::{CompartmentKind, DeviceId, Digest, OpId, Record, Stream};
use crate::referral::act::Act;

/// What is to be written, in one transaction.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The record that it is about.
    pub record: Record,
    /// The acts, in their order.
    pub acts: Vec<Planned>,
}

/// One act of a plan.
#[derive(Debug, Clone)]
pub struct Planned {
    /// Where it is written.
    pub place: Place,
    /// The act.
    pub act: Act,
}

/// Where an act is written.
#[derive(Debug, Clone)]
pub enum Place {
    /// In the author's own stream of this compartment, upon the view's heads.
    Compartment(CompartmentKind),
    /// In this stream, upon the view's heads.
    Stream(Stream),
    /// In this stream, which the author does not hold, upon exactly these entries.
    Extract(Stream, Vec<OpId>),
}

/// What a command comes to.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// A dry run: nothing is written.
    Answer(Value),
    /// A half-filled form is kept; none: it is dropped.
    Draft(String, Option<Value>),
    /// Something is recorded.
    Record(Box<Recorded>),
}

/// What is recorded, and what is answered.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// What is written.
    pub plan: Plan,
    /// What is written about other records in the same transaction.
    pub also: Vec<Plan>,
    /// What is answered beside "saved".
    pub answer: Value,
    /// The exhibit references that it uses.
    pub exhibits: Vec<String>,
    /// What is added to the answer once it is written.
    pub after: After,
}

/// What is added to an answer once the plan is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// Nothing.
    Nothing,
    /// The block for the crime report, from what the record says then.
    CrimeReport,
}

answers! {
    /// What was saved.
    Saved {
        /// Always true: it is said once everything is kept.
        saved: bool,
        /// The record.
        record: Uuid,
        /// The entries that were written, in the order of the log.
        ops: Vec<SavedEntry>,
        /// The view that holds them: a command made on it hands this back.
        as_of: String,
    }
    /// An entry that was saved.
    SavedEntry {
        /// The device.
        device: DeviceId,
        /// Its number in the device's log.
        seq: u64,
        /// Its hash.
        hash: Digest,
    }
    /// A form that was kept or dropped.
    FormSaved {
        /// Always true.
        saved: bool,
        /// What the form is called.
        draft: String,
        /// Nothing is recorded.
        ops: Vec<SavedEntry>,
    }
}

impl Plan {
    /// A plan of acts in the author's own streams.
    #[must_use]
    pub fn of(record: Record, acts: Vec<(CompartmentKind, Act)>) -> Self {
        let acts = acts.into_iter().map(|(kind, act)| Planned { place: Place::Compartment(kind), act });
        Self { record, acts: acts.collect() }
    }
}

impl Recorded {
    /// A plan about one record that uses no exhibit reference, with its answer.
    #[must_use]
    pub fn of(plan: Plan, answer: Value) -> Self {
        Self { plan, also: Vec::new(), answer, exhibits: Vec::new(), after: After::Nothing }
    }

    /// Every plan of it, in the order in which they are written.
    pub fn into_plans(self) -> impl Iterator<Item = Plan> {
        std::iter::once(self.plan).chain(self.also)
    }
}

impl From<Recorded> for Outcome {
    fn from(recorded: Recorded) -> Self {
        Self::Record(Box::new(recorded))
    }
}

impl From<Plan> for Outcome {
    fn from(plan: Plan) -> Self {
        Recorded::of(plan, json!({})).into()
    }
}
