//! Disagreements that the merge finds and does not decide alone.
//!
//! A conflict's id names what it is about (kind, stream, register or table row), so every replica
//! names it alike; its version is the digest of its live ops, so a further concurrent op changes
//! the version and not the id. Does not settle anything: people do, by `conflict.settled`.

use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::ids::{CompartmentKind, Digest, OpId, RecordKind, Stream};
use crate::referral::act::{
    Act, Body, CancelReason, Choice, ContactWhat, Finding, HandoverRecorded, ReferralAccepted,
    ReferralCancelled, ReferralClosed, TransferAccepted,
};
use crate::referral::settled::settled_value;

/// What kind of disagreement it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ConflictKind {
    /// Concurrent values of a must-agree register differ.
    Field,
    /// Concurrent ops contradict each other.
    Crossed,
    /// The stamp kept an op aside.
    Quarantined,
    /// Two live referrals for one person, and neither author knew; the server raises it.
    Duplicate,
    /// Two subjects may be one person; the server raises it.
    Identity,
    /// One device shows two different ops with one seq; the server raises it.
    LogFork,
}

impl ConflictKind {
    /// The word that ids are made of.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Field => "field",
            Self::Crossed => "crossed",
            Self::Quarantined => "quarantined",
            Self::Duplicate => "duplicate",
            Self::Identity => "identity",
            Self::LogFork => "log_fork",
        }
    }

    /// Whether a settlement can be settled anew: what the server does for the other kinds it does not undo.
    #[must_use]
    pub fn can_be_decided_again(self) -> bool {
        match self {
            Self::Field | Self::Crossed | Self::Quarantined => true,
            Self::Duplicate | Self::Identity | Self::LogFork => false,
        }
    }

    /// The kind of a conflict that the server raises.
    #[must_use]
    pub fn of(finding: Finding) -> Self {
        match finding {
            Finding::Crossed => Self::Crossed,
            Finding::Duplicate => Self::Duplicate,
            Finding::Identity => Self::Identity,
            Finding::LogFork => Self::LogFork,
        }
    }
}

/// Who may settle a conflict first; it moves up when they wrote a side of it or pass it up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Settler {
    /// The provider's lead.
    ProviderLead,
    /// A supervisor of the force.
    Supervisor,
    /// An admin of the scheme.
    Admin,
}

/// An open conflict of one stream. Whoever reads it gets its version as well, which is digested then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Names what it is about.
    pub id: Digest,
    /// What kind of disagreement.
    pub kind: ConflictKind,
    /// The register, the row of the table, or the op that was kept aside.
    pub about: String,
    /// The live ops.
    pub sides: Vec<OpId>,
    /// Who settles it.
    pub settler: Settler,
    /// Whether it was passed up, and so is an admin's.
    pub passed_up: PassedUp,
}

impl Conflict {
    /// Digest of the live ops.
    #[must_use]
    pub fn version(&self) -> Digest {
        version(&self.sides)
    }

    /// Whether it can be settled so: by one of its sides. What was kept aside is admitted or left aside by its own
    /// name; where two settled that differently, one of these may be named instead.
    #[must_use]
    pub fn takes_choice(&self, choice: &Choice) -> bool {
        match (self.kind, choice) {
            (_, Choice::Value(value)) => self.takes(value),
            (ConflictKind::Quarantined, Choice::Op(chosen)) => {
                self.sides.contains(chosen) && !self.is_about(*chosen)
            }
            (ConflictKind::Quarantined, Choice::Admit(chosen) | Choice::KeepAside(chosen)) => {
                self.is_about(*chosen)
            }
            (
                ConflictKind::Field
                | ConflictKind::Crossed
                | ConflictKind::Duplicate
                | ConflictKind::Identity
                | ConflictKind::LogFork,
                Choice::Op(chosen),
            )
            | (ConflictKind::Duplicate | ConflictKind::LogFork, Choice::Admit(chosen))
            | (ConflictKind::LogFork, Choice::KeepAside(chosen)) => self.sides.contains(chosen),
            (ConflictKind::Field | ConflictKind::Crossed | ConflictKind::Identity, Choice::Admit(_))
            | (
                ConflictKind::Field
                | ConflictKind::Crossed
                | ConflictKind::Identity
                | ConflictKind::Duplicate,
                Choice::KeepAside(_),
            ) => false,
        }
    }

    /// Whether it is about this op.
    #[must_use]
    pub fn is_about(&self, op: OpId) -> bool {
        self.about.parse() == Ok(op)
    }

    /// Whether it can be settled by a new value that is none of its sides': one that the register can have.
    #[must_use]
    pub fn takes(&self, value: &Value) -> bool {
        match self.kind {
            ConflictKind::Field => {
                settled_value(&self.about, value).is_ok_and(|as_written| as_written == *value)
            }
            ConflictKind::Crossed
            | ConflictKind::Quarantined
            | ConflictKind::Duplicate
            | ConflictKind::Identity
            | ConflictKind::LogFork => false,
        }
    }
}

/// Whether what is in conflict can be settled by a value that none of its sides says. A snapshot is selected and never
/// edited.
#[must_use]
pub fn takes_a_value(kind: ConflictKind, about: &str) -> bool {
    kind == ConflictKind::Field && about != "eligibility"
}

impl Serialize for Conflict {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut to = to.serialize_struct("Conflict", 7)?;
        to.serialize_field("id", &self.id)?;
        to.serialize_field("version", &self.version())?;
        to.serialize_field("kind", &self.kind)?;
        to.serialize_field("about", &self.about)?;
        to.serialize_field("sides", &self.sides)?;
        to.serialize_field("settler", &self.settler)?;
        to.serialize_field("passed_up", &self.passed_up)?;
        to.end()
    }
}

/// What is written of a conflict, for its JSON Schema.
#[cfg(feature = "json-schema")]
#[derive(schemars::JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Written {
    id: Digest,
    version: Digest,
    kind: ConflictKind,
    about: String,
    sides: Vec<OpId>,
    settler: Settler,
    passed_up: PassedUp,
}

#[cfg(feature = "json-schema")]
impl schemars::JsonSchema for Conflict {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Conflict".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Written::json_schema(generator)
    }
}

/// Whether a conflict was passed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PassedUp {
    /// It is with its first settler.
    No,
    /// It is an admin's.
    Yes,
}

/// The id of a conflict.
#[must_use]
pub fn conflict_id(kind: ConflictKind, stream: &Stream, about: &str) -> Digest {
    let word = kind.word();
    Digest(Sha256::digest(format!("waymark/conflict/1\n{word}\n{stream}\n{about}")).into())
}

/// The version of a conflict: the digest of its live ops, sorted.
#[must_use]
pub fn version(sides: &[OpId]) -> Digest {
    let mut sides = sides.to_vec();
    sides.sort_unstable();
    let text: Vec<_> = sides.iter().map(OpId::to_string).collect();
    Digest(Sha256::digest(format!("waymark/version/1\n{}", text.join("\n"))).into())
}

/// Who settles what is in conflict in a stream: of persons, providers and the force itself an admin.
#[must_use]
pub fn settler_of(stream: &Stream) -> Settler {
    match (stream.record.kind, stream.kind()) {
        (RecordKind::Persons | RecordKind::Provider | RecordKind::Force, _) => Settler::Admin,
        (RecordKind::Referral, CompartmentKind::Shared | CompartmentKind::Audit) => Settler::Admin,
        (RecordKind::Referral, CompartmentKind::Police) => Settler::Supervisor,
        (RecordKind::Referral, CompartmentKind::Outreach | CompartmentKind::Care) => Settler::ProviderLead,
    }
}

/// A side of a row of the table of crossed ops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The first column.
    Left,
    /// The second column.
    Right,
}

impl Side {
    /// The other side.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Left => Self::Right,
            Self::Right => Self::Left,
        }
    }
}

/// One row: two acts that contradict each other when neither author knew of the other.
#[derive(Debug)]
pub struct CrossedRow {
    /// The row's name, which the conflict's id is made of.
    pub name: &'static str,
    /// On which side of the row an act is, if on any.
    pub side: fn(&Act) -> Option<Side>,
    /// Who settles it.
    pub settler: Settler,
}

/// The table of crossed ops inside one stream.
///
/// | row | left | right | meanwhile | settled by |
/// | --- | --- | --- | --- | --- |
/// | `cancelled_accepted` | the officer cancels | the provider accepts | accepted stands, unless cancelled as wrong person, entered in error or duplicate: then contact stops at once | admin |
/// | `closed_reached` | the provider closes | the officer hands the person over by phone | open | provider's lead |
/// | `closed_transferred` | the provider closes | another takes it over | open | admin |
pub const CROSSED: &[CrossedRow] = &[
    CrossedRow {
        name: "cancelled_accepted",
        side: |act| left::<ReferralCancelled>(act).or(right::<ReferralAccepted>(act)),
        settler: Settler::Admin,
    },
    CrossedRow {
        name: "closed_reached",
        side: |act| {
            let reached = act.as_body::<HandoverRecorded>();
            let reached = reached.filter(|body| body.result != ContactWhat::Attempted).map(|_| Side::Right);
            left::<ReferralClosed>(act).or(reached)
        },
        settler: Settler::ProviderLead,
    },
    CrossedRow {
        name: "closed_transferred",
        side: |act| left::<ReferralClosed>(act).or(right::<TransferAccepted>(act)),
        settler: Settler::Admin,
    },
];

fn left<T: Body>(act: &Act) -> Option<Side> {
    act.as_body::<T>().map(|_| Side::Left)
}

fn right<T: Body>(act: &Act) -> Option<Side> {
    act.as_body::<T>().map(|_| Side::Right)
}

/// Whether a cancellation for this reason stops contact at once, whatever else happened.
#[must_use]
pub fn stops_contact(reason: CancelReason) -> bool {
    match reason {
        CancelReason::WrongPerson | CancelReason::EnteredInError | CancelReason::Duplicate => true,
        CancelReason::WrongProvider | CancelReason::NoOffence => false,
    }
}
