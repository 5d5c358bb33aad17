//! Disagreements that the merge finds and does not decide alone.
//!
//! A conflict's id names what it is about (kind, stream, register or table row), so every replica
//! names it alike; its version is the digest of its live ops, so a further concurrent op changes
//! the version and not the id. Does not settle anything: people do, by `conflict.settled`.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::ids::{CompartmentKind, Digest, OpId, Stream};
use crate::referral::act::{Act, CancelReason};

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
    let word = match kind {
        ConflictKind::Field => "field",
        ConflictKind::Crossed => "crossed",
        ConflictKind::Quarantined => "quarantined",
    };
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

/// Who settles what is in conflict in a compartment.
#[must_use]
pub fn settler_of(compartment: CompartmentKind) -> Settler {
    match compartment {
        CompartmentKind::Shared | CompartmentKind::Audit => Settler::Admin,
        CompartmentKind::Police => Settler::Supervisor,
        CompartmentKind::Outreach | CompartmentKind::Care => Settler::ProviderLead,
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
pub const CROSSED: &[CrossedRow] =
    &[CrossedRow { name: "cancelled_accepted", side: cancelled_accepted, settler: Settler::Admin }];

fn cancelled_accepted(act: &Act) -> Option<Side> {
    if matches!(act, Act::ReferralCancelled(_)) {
        Some(Side::Left)
    } else if matches!(act, Act::ReferralAccepted(_)) {
        Some(Side::Right)
    } else {
        None
    }
}

/// Whether a cancellation for this reason stops contact at once, whatever else happened.
#[must_use]
pub fn stops_contact(reason: CancelReason) -> bool {
    match reason {
        CancelReason::WrongPerson | CancelReason::EnteredInError | CancelReason::Duplicate => true,
        CancelReason::WrongProvider | CancelReason::NoOffence => false,
    }
}
