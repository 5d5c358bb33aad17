//! What a recorded decision was made from, and the digest that proves it.
//!
//! ```text
//!   answers, earlier referrals, time ──▶ digest ── in `eligibility.assessed`, written once
//! ```
//! The digest is salted with the record's id. Does not gather the answers, and holds no name: what the rules
//! read are codes and numbers.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{Agreement, Assessment, Evidence, Freshness, Inputs, Prior, Verdict, assess};
use crate::ids::Digest;
use crate::policy::{PolicyPack, PolicyRef};

/// All that the rules read at one encounter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// The answers.
    pub inputs: Inputs,
    /// The person's earlier referrals, as far as they were known there and then.
    pub priors: Vec<Prior>,
}

impl Snapshot {
    /// The digest of what was read; two devices that read the same write the same.
    #[must_use]
    pub fn digest(&self, record: Uuid) -> Digest {
        let mut hash = Sha256::new();
        hash.update(b"waymark/eligibility/1\n");
        hash.update(record.as_bytes());
        hash.update(serde_json::to_vec(self).expect("what the rules read is plain data"));
        Digest(hash.finalize().into())
    }

    /// What a pack says to it.
    #[must_use]
    pub fn assess(&self, pack: &PolicyPack) -> Assessment {
        assess(pack, &self.inputs, &self.priors, self.at_ms)
    }
}

/// What the rules read that no fact of the encounter says: written beside the verdict, so that the decision
/// can be made again from the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Basis {
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// The person's answer, or why there was no offer.
    pub answer: Agreement,
    /// What the earlier referrals were read from.
    pub freshness: Freshness,
    /// What the officer recorded of the evidence.
    pub evidence: Evidence,
    /// The person's earlier referrals, as far as they were known there and then.
    pub priors: Vec<Prior>,
}

impl Basis {
    /// What of a snapshot no fact says.
    #[must_use]
    pub fn of(snapshot: &Snapshot) -> Self {
        let Snapshot { at_ms, inputs, priors } = snapshot.clone();
        let Inputs { agrees: answer, freshness, evidence, .. } = inputs;
        Self { at_ms, answer, freshness, evidence, priors }
    }
}

/// One recorded decision with what it was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// The referral.
    pub record: Uuid,
    /// The pack and version that decided.
    pub policy: PolicyRef,
    /// The verdict as it was recorded.
    pub verdict: Verdict,
    /// The digest as it was recorded.
    pub digest: Digest,
    /// What it was made from.
    pub snapshot: Snapshot,
}

impl Decision {
    /// The decision of a pack on what the rules read, as a device records it.
    #[must_use]
    pub fn of(record: Uuid, pack: &PolicyPack, snapshot: Snapshot) -> Decision {
        let verdict = snapshot.assess(pack).verdict;
        let digest = snapshot.digest(record);
        Decision { record, policy: pack.reference(), verdict, digest, snapshot }
    }
}
