//! Disagreements that the merge finds and does not decide alone.
//!
//! A conflict's id names what it is about (kind, stream, register or table row), so every replica
//! names it alike; its version is the digest of its live ops, so a further concurrent op changes
//! the version and not the id. Does not settle anything: people do, by `conflict.settled`.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::ids::{CompartmentKind, DeviceId, Digest, OpId, RecordKind, Stream};
use crate::referral::act::{
    Act, Body, CancelReason, ContactWhat, EntryStruck, Finding, HandoverRecorded, ReferralAccepted,
    ReferralCancelled, ReferralClosed, TransferAccepted,
};
use crate::referral::person::settled_value;

/// What kind of disagreement it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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
#[serde(rename_all = "snake_case")]
pub enum Settler {
    /// The provider's lead.
    ProviderLead,
    /// A supervisor of the force.
    Supervisor,
    /// An admin of the scheme.
    Admin,
}

/// An open conflict of one stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// Names what it is about.
    pub id: Digest,
    /// Digest of the live ops.
    pub version: Digest,
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
    /// Whether it can be settled by a new value that is none of its sides': one that the register can have.
    #[must_use]
    pub fn takes(&self, value: &Value) -> bool {
        match self.kind {
            // A snapshot is selected and never edited.
            ConflictKind::Field if self.about == "eligibility" => false,
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

/// Whether a conflict was passed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
    /// The entry that an act is about, where the row is about one: only acts about the same entry cross.
    pub about: fn(&Act, OpId) -> Option<OpId>,
    /// Who settles it; none where it is whoever settles in that compartment.
    pub settler: Option<Settler>,
}

/// The table of crossed ops inside one stream.
///
/// | row | left | right | meanwhile | settled by |
/// | --- | --- | --- | --- | --- |
/// | `cancelled_accepted` | the officer cancels | the provider accepts | accepted stands, unless cancelled as wrong person, entered in error or duplicate: then contact stops at once | admin |
/// | `closed_reached` | the provider closes | the officer hands the person over by phone | open | provider's lead |
/// | `closed_transferred` | the provider closes | another takes it over | open | admin |
/// | `struck_amended` | somebody strikes an entry | somebody amends it | the entry stands | whoever settles there |
pub const CROSSED: &[CrossedRow] = &[
    CrossedRow {
        name: "cancelled_accepted",
        side: |act| left::<ReferralCancelled>(act).or(right::<ReferralAccepted>(act)),
        about: |_, _| None,
        settler: Some(Settler::Admin),
    },
    CrossedRow {
        name: "closed_reached",
        side: |act| {
            let reached = act.as_body::<HandoverRecorded>();
            let reached = reached.filter(|body| body.result != ContactWhat::Attempted).map(|_| Side::Right);
            left::<ReferralClosed>(act).or(reached)
        },
        about: |_, _| None,
        settler: Some(Settler::ProviderLead),
    },
    CrossedRow {
        name: "closed_transferred",
        side: |act| left::<ReferralClosed>(act).or(right::<TransferAccepted>(act)),
        about: |_, _| None,
        settler: Some(Settler::Admin),
    },
    CrossedRow {
        name: "struck_amended",
        side: |act| left::<EntryStruck>(act).or(act.recorded().amends(ANY).map(|_| Side::Right)),
        about: |act, op| {
            let struck = act.as_body::<EntryStruck>().map(|body| body.entry.resolve(op.device));
            struck.or(act.recorded().amends(op))
        },
        settler: None,
    },
];

/// Stands for the op of an act where only the kind of act is asked for.
const ANY: OpId = OpId { device: DeviceId(uuid::Uuid::nil()), seq: 0 };

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
