//! Commands: what a person does, read from JSON, checked, and planned as acts.
//!
//! ```text
//!   JSON ─▶ Command ─ plan ─▶ Outcome: the acts to write, and what is answered beside "saved"
//!              │
//!              ├── Roadside    assess, refer, record_encounter, answer_offer
//!              ├── Police      what the force records and decides afterwards
//!              ├── Shared      what both sides record
//!              ├── Service     what a service records and decides
//!              ├── Later       what the force adds to an encounter afterwards
//!              ├── Meetings    asked for, moved, called off, held for many; what a person needs, how they are
//!              ├── Offering    what a service says of itself, and who comes in without a referral
//!              ├── Conflicts   settle, pass_up, strike
//!              └── Drafts      half-filled forms
//! ```
//! The phone, the terminal and the desk use the same commands. To add one: its struct and its line in the table of its
//! side, and an arm in that side's `plan`. Nothing here writes, and nothing decides whether a decision is allowed:
//! [`crate::referral::judge`] does.

#[macro_use]
mod side;

mod conflicts;
mod drafts;
mod known;
mod later;
mod meetings;
mod named;
mod offering;
mod plan;
mod police;
pub mod roadside;
mod service;
mod shared;

use serde_json::Value;

pub use conflicts::Conflicts;
pub use drafts::Drafts;
pub use known::{FoldedStreams, Known, Member, OpenConflict, Rules};
pub use later::Later;
pub use meetings::{GroupSaved, Meetings};
pub use named::{Beginning, Named};
pub(crate) use offering::outcomes_of;
pub use offering::{CameIn, Offering};
pub use plan::{After, FormSaved, Outcome, Place, Plan, Planned, Recorded, Saved, SavedEntry};
pub use police::Police;
pub use roadside::Roadside;
pub use service::Service;
pub use shared::Shared;
pub use side::Verb;
#[cfg(feature = "json-schema")]
pub use side::schema_of_written;

use crate::ids::CompartmentKind;
use crate::problem::Problem;
use crate::referral::engagement::came_in;
use crate::request;

/// What a person does.
#[derive(Debug, Clone)]
pub enum Command {
    /// An encounter, and the later answer to an offer.
    Roadside(Roadside),
    /// What the force records and decides afterwards.
    Police(Police),
    /// What both sides record.
    Shared(Shared),
    /// What a service records and decides.
    Service(Service),
    /// What the force adds to an encounter later.
    Later(Later),
    /// Meetings, what the person needs and how they are doing.
    Meetings(Meetings),
    /// What a service says of itself, and whom it takes in without a referral.
    Offering(Offering),
    /// Corrections, and what two records disagree about.
    Conflicts(Conflicts),
    /// Half-filled forms.
    Drafts(Drafts),
}

/// A command with the view that it was made on.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The command.
    pub command: Command,
    /// The revision of the view; the newest when the command names none.
    pub as_of: u64,
}

type Read = fn(&str, Value) -> Result<Command, Problem>;

/// The verbs of each side, and how its commands are read.
const SIDES: [(&[Verb], Read); 9] = [
    (Roadside::VERBS, |verb, fields| Roadside::read(verb, fields).map(Command::Roadside)),
    (Police::VERBS, |verb, fields| Police::read(verb, fields).map(Command::Police)),
    (Shared::VERBS, |verb, fields| Shared::read(verb, fields).map(Command::Shared)),
    (Service::VERBS, |verb, fields| Service::read(verb, fields).map(Command::Service)),
    (Later::VERBS, |verb, fields| Later::read(verb, fields).map(Command::Later)),
    (Meetings::VERBS, |verb, fields| Meetings::read(verb, fields).map(Command::Meetings)),
    (Offering::VERBS, |verb, fields| Offering::read(verb, fields).map(Command::Offering)),
    (Conflicts::VERBS, |verb, fields| Conflicts::read(verb, fields).map(Command::Conflicts)),
    (Drafts::VERBS, |verb, fields| Drafts::read(verb, fields).map(Command::Drafts)),
];

impl Command {
    /// Every verb, side by side.
    pub fn verbs() -> impl Iterator<Item = &'static Verb> {
        SIDES.iter().flat_map(|(verbs, _)| *verbs)
    }

    /// Reads a command; `newest` is the revision that a command without `as_of` was made on.
    ///
    /// # Errors
    /// [`Problem`] with the path of what is wrong.
    pub fn parse(json: &Value, newest: u64) -> Result<Asked, Problem> {
        let Some(mut fields) = json.as_object().cloned() else {
            return Err(Problem::at("field_type", "body", "a command is a JSON object"));
        };
        let as_of = match fields.remove("as_of") {
            None | Some(Value::Null) => newest,
            Some(text) => read_as_of(&text)
                .filter(|rev| *rev <= newest)
                .ok_or_else(|| Problem::at("as_of_malformed", "as_of", ""))?,
        };
        let verb = request::word("command", &mut fields)?;
        let side = SIDES.iter().find(|(verbs, _)| verbs.iter().any(|known| known.name == verb));
        let names = || Self::verbs().map(|verb| verb.name);
        let (_, read) = side.ok_or_else(|| request::unknown("command", names()))?;
        Ok(Asked { command: read(&verb, Value::Object(fields))?, as_of })
    }

    /// What the command comes to, as far as `known` tells.
    ///
    /// # Errors
    /// [`Problem`] naming the answer at fault; or a fault of whoever looks things up.
    pub fn plan<K: Known>(&self, known: &K) -> Result<Outcome, K::Fault> {
        let outcome = self.planned(known)?;
        if let Outcome::Record(recorded) = &outcome {
            for plan in [&recorded.plan].into_iter().chain(&recorded.also) {
                stays_with_its_service(known, plan)?;
            }
        }
        Ok(outcome)
    }

    fn planned<K: Known>(&self, known: &K) -> Result<Outcome, K::Fault> {
        match self {
            Self::Roadside(command) => command.plan(known),
            Self::Police(command) => command.plan(known),
            Self::Shared(command) => command.plan(known),
            Self::Service(command) => command.plan(known),
            Self::Later(command) => command.plan(known),
            Self::Meetings(command) => command.plan(known),
            Self::Offering(command) => command.plan(known),
            Self::Conflicts(command) => command.plan(known),
            Self::Drafts(command) => Ok(command.plan()),
        }
    }
}

/// Of somebody whom nobody referred the force learns nothing: a service writes nothing there that both sides read.
fn stays_with_its_service<K: Known>(known: &K, plan: &Plan) -> Result<(), K::Fault> {
    let is_told = |planned: &Planned| {
        matches!(planned.place, Place::Compartment(CompartmentKind::Shared | CompartmentKind::Police))
    };
    let of_service = known.member().role.of_provider();
    if of_service && plan.acts.iter().any(is_told) && came_in(&known.states(plan.record)?) {
        let detail = "Nobody referred this person, and the police learn nothing of them: write it as a note";
        return Err(Problem::new("not_allowed", detail).into());
    }
    Ok(())
}

/// The opaque text of a revision.
#[must_use]
pub fn as_of(rev: u64) -> String {
    format!("v{rev}")
}

fn read_as_of(text: &Value) -> Option<u64> {
    text.as_str()?.strip_prefix('v')?.parse().ok()
}
