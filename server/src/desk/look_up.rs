//! A look-up of earlier referrals by who fills in a form at the desk: as a phone asks, noted with their desk log.
//!
//! Does not look anything up: see [`crate::reconcile::prior_check`]. Does not judge.

use serde_json::json;
use sync_core::ids::UserId;
use sync_core::phone::prior_check::Checked;
use sync_core::referral::act::Subject;

use super::conflicts::AtDesk;
use super::{Answer, Refused};
use crate::rates::{Limited, Limiter};
use crate::reconcile::Unanswered;
use crate::reconcile::desk_log;
use crate::reconcile::prior_check::{self, Asker};
use crate::store::Writes;

/// Under which name a form carries what was looked up, beside the fields of its command.
pub(crate) const LOOKED_UP: &str = "looked_up";

/// Whether somebody may look anybody up now.
pub(crate) fn may_look_up(limiter: &Limiter, user: UserId, now_ms: u64) -> Result<(), Refused> {
    limiter.take(Limited::LookUps, user.0, 1, now_ms).map_err(|_| {
        Refused::NotAllowed(
            "you have looked up as many people as one may within an hour; go on without, or try again later",
        )
    })
}

/// Asks; the answer counts for an hour, for the same person.
pub(super) fn look_up(tx: &dyn Writes, desk: &AtDesk<'_>, subject: &Subject) -> Answer {
    let user = desk.caller.author.user;
    let device = desk_log::log_of(tx, desk.server, user)?.desk.device;
    let check = prior_check::look_up(tx, Asker { device, user }, subject, desk.now_ms)?;
    let check = check.map_err(|unanswered| match unanswered {
        // How often it is done is asked before the store is: see [`may_look_up`].
        Unanswered::TooOften(_) | Unanswered::NotYours | Unanswered::Revoked => Refused::NotYours,
        Unanswered::Refused(_) | Unanswered::Malformed => Refused::Field("name"),
    })?;
    Ok(json!({ LOOKED_UP: [Checked::of(subject, check)] }))
}
