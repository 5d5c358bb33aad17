//! Whether the pack that a decision was made from was ever in force at this force.
//!
//! ```text
//!   put in force by two admins ──┤ pushed (or, on the same boot, recorded): counts, also when another came since
//!   never, or only after that ───┤ kept aside: policy
//! ```
//! What two admins put in force outlives a server that went back: see `outside`. Only the verdict is asked, and
//! what was decided upon it waits with it. Does not read a pack, and does not judge by it: `sync-core` does.

use sync_core::clock::Witnessed;
use sync_core::referral::act::{Act, EligibilityAssessed};
use sync_core::stamp::{Disposition, Why};

use crate::fault::Fault;
use crate::store::Reads;
use crate::store::rows::Held;

/// Keeps a verdict aside whose pack its author cannot have had from this force.
pub(super) fn check(
    read: &dyn Reads,
    held: &Held,
    witnessed: Witnessed,
    judged: Disposition,
) -> Result<Disposition, Fault> {
    let is_verdict = held.op.header.kind.as_str() == "eligibility.assessed";
    let act = if is_verdict && judged.has_effect() { held.act() } else { None };
    let Some(assessed) = act.as_ref().and_then(Act::as_body::<EligibilityAssessed>) else {
        return Ok(judged);
    };
    let known = read.policies()?.into_iter().filter(|row| row.policy == assessed.policy);
    let in_force = known.filter_map(|row| row.in_force).any(|since| since.from_ms <= witnessed.latest_ms);
    Ok(if in_force { judged } else { Disposition::Quarantined(Why::Policy) })
}
