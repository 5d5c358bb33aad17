//! What a guard may ask: who records, where, and what they knew of the record.
//!
//! Bodies ask and do not look: how it is answered is known above them, see [`crate::referral::case`].

use super::{Disposal, OpRef, YesNo};
use crate::access::Author;
use crate::ids::{OpId, OrgId, Stream};
use crate::referral::stage::Stage;

/// An op that is being judged, and what its author knew of the record.
pub(crate) trait Situation {
    /// The op.
    fn op(&self) -> OpId;
    /// Where it is written.
    fn stream(&self) -> Stream;
    /// By whom.
    fn author(&self) -> &Author;
    /// Where the engagement stands.
    fn stage(&self) -> Stage;
    /// What kind of act an op of the record is.
    fn kind_of(&self, op: OpId) -> Option<&str>;
    /// Every provider that has it.
    fn providers(&self) -> Vec<OrgId>;
    /// Whether eligibility was assessed.
    fn is_assessed(&self) -> bool;
    /// Whether the person agreed to an offer that stands.
    fn may_divert(&self) -> bool;
    /// Whether the offer waits for a supervisor, and the author may grant or refuse it for this reason.
    fn decides_by_discretion(&self, reason: &str) -> bool;
    /// Whether an outcome may be applied now.
    fn takes(&self, next: Disposal) -> bool;
    /// Whether an outcome may be proposed in the place of the one that was applied: the person did not engage.
    fn may_be_followed_by(&self, next: Disposal) -> bool;
    /// Whether an outcome was applied.
    fn has_outcome(&self) -> bool;
    /// Whether a transfer waits for its answer.
    fn waits_for_transfer(&self) -> bool;
    /// Whether the author's provider is the one that a transfer waits for.
    fn may_answer_transfer(&self, request: OpRef) -> bool;
    /// Whether the author's own service took somebody in whom nobody referred: what it holds is then its own alone.
    fn came_in_here(&self) -> bool;
    /// Whether it counts that the person came to an appointment.
    fn has_come(&self, appointment: OpId) -> bool;
    /// Whether the author may strike an entry, or take a strike back.
    fn may_strike(&self, target: OpId, back: Option<YesNo>) -> bool;
}
