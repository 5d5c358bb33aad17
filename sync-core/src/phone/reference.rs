//! What a phone looks things up in, as answers and enrolments bring it: rules, holidays, services.
//!
//! Does not hold the services: a store does.

use crate::phone::changes::{Changes, LooksUpAnew};
use crate::phone::state::{KeptRules, PhoneState};
use crate::policy::PolicyPack;
use crate::problem::Problem;
use crate::sync::enrolment::Bundle;

/// Takes the place of everything that was looked up before. Rules that this software does not know are noted, and the
/// phone goes on by those that it has.
///
/// # Errors
/// [`Problem`] `policy_unknown` when the phone has none and does not know these.
pub fn keep_bundle(changes: &mut Changes, bundle: &Bundle, as_of_ms: u64) -> Result<(), Problem> {
    changes.providers = Some(bundle.providers.clone());
    changes.looks_up_anew = LooksUpAnew::Yes;
    let state = &mut changes.state;
    state.holidays.clone_from(&bundle.holidays);
    state.joined.clone_from(&bundle.joined);
    let (policy, care) = (bundle.policy.clone(), bundle.care);
    let rules = if PolicyPack::find_version(&policy.id, policy.version).is_some() {
        KeptRules { policy, as_of_ms, newer: None, care }
    } else {
        let unknown = || Problem::new("policy_unknown", "Update the app, and enrol.");
        KeptRules { newer: Some(policy), care, ..state.rules.take().ok_or_else(unknown)? }
    };
    state.rules = Some(rules);
    Ok(())
}

/// The server has nothing newer at this time: what is held is in force.
pub(super) fn confirm_rules(state: &mut PhoneState, now_ms: u64) {
    if let Some(rules) = state.rules.as_mut().filter(|rules| rules.newer.is_none()) {
        rules.as_of_ms = now_ms;
    }
}
