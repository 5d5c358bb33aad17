//! The two decisions that one officer cannot take alone.
//!
//! ```text
//!   discretion.decided        a supervisor who is not the referring officer, with a reason
//!   a new police decision     after non-engagement, only under a pack that allows it: who proposes and who
//!                             approves differ, and the approver did not refer
//! ```
//! Does not take either, and nothing here follows by itself: no op, timer or level moves an outcome.

use super::{Delivered, Level, Standing, Verdict};
use crate::ids::UserId;
use crate::policy::{AfterNonEngagement, PolicyPack, Ruling, SupervisorGrant};

/// Why a decision is not allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAllowed {
    /// There is nothing to grant: only the person's history can be set aside.
    #[error("there is nothing here that a supervisor could grant")]
    NothingToGrant,
    /// The pack does not let a supervisor grant.
    #[error("the policy does not let a supervisor grant what the rules do not")]
    PackSaysNever,
    /// The supervisor is the referring officer.
    #[error("another supervisor decides: nobody decides on an own referral")]
    OwnReferral,
    /// A decision needs its reason.
    #[error("a reason is needed")]
    NoReason,
    /// Under the pack nothing follows from not engaging.
    #[error("nothing follows from not going to the service")]
    NothingFollows,
    /// The person may still come, or the person engaged.
    #[error("the person engaged, or may still come")]
    NotNonEngagement,
    /// The service did not reach the person and did not try as it should, or nobody knows.
    #[error("the service did not deliver: that is never held against the person")]
    NotDelivered,
    /// One person is not four eyes.
    #[error("a second officer must decide: one proposes, another approves")]
    SameEyes,
}

/// Whether a supervisor may decide, by discretion, on an encounter. A refusal needs four eyes as a grant does.
///
/// # Errors
/// [`NotAllowed`], the first reason that stands against it.
pub fn may_decide_discretion(
    pack: &PolicyPack,
    verdict: &Verdict,
    referred_by: &[UserId],
    by: UserId,
    reason: &str,
) -> Result<(), NotAllowed> {
    if !verdict.may_be_granted() {
        return Err(NotAllowed::NothingToGrant);
    }
    if pack.returning.supervisor_may_grant == SupervisorGrant::Never && verdict != &Verdict::Discretion {
        return Err(NotAllowed::PackSaysNever);
    }
    if referred_by.contains(&by) {
        return Err(NotAllowed::OwnReferral);
    }
    if reason.trim().is_empty() { Err(NotAllowed::NoReason) } else { Ok(()) }
}

/// How a diversion ended, as the force knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NonEngagement {
    /// How far the person got.
    pub level: Level,
    /// Whether the service delivered.
    pub delivered: Delivered,
    /// Whether it is still in progress.
    pub standing: Standing,
}

/// Whether anything may follow from not engaging: what an officer may propose.
///
/// # Errors
/// [`NotAllowed`], the first reason that stands against it.
pub fn may_follow(pack: &PolicyPack, ended: NonEngagement) -> Result<(), NotAllowed> {
    match pack.disposal.after_non_engagement {
        AfterNonEngagement::Nothing => return Err(NotAllowed::NothingFollows),
        AfterNonEngagement::OfficerDecides => {}
    }
    match ended.standing {
        Standing::Open | Standing::AttendedSince => return Err(NotAllowed::NotNonEngagement),
        Standing::Closed => {}
    }
    // Whether the person kept the package is another question than whether they may come again.
    let engaged = ended.level == Level::L3 || pack.returning.closed_at.of(ended.level) == Ruling::Eligible;
    if engaged {
        return Err(NotAllowed::NotNonEngagement);
    }
    match ended.delivered {
        Delivered::No | Delivered::Unknown => Err(NotAllowed::NotDelivered),
        Delivered::Yes => Ok(()),
    }
}

/// Whether the police may decide anew on an encounter after the person did not engage.
///
/// # Errors
/// [`NotAllowed`], the first reason that stands against it.
pub fn may_decide_again(
    pack: &PolicyPack,
    ended: NonEngagement,
    referred_by: &[UserId],
    proposed_by: UserId,
    approved_by: UserId,
) -> Result<(), NotAllowed> {
    may_follow(pack, ended)?;
    if proposed_by == approved_by || referred_by.contains(&approved_by) {
        return Err(NotAllowed::SameEyes);
    }
    Ok(())
}
