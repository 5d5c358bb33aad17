//! Eligibility: the scheme's thirteen rules as pure predicates, and the verdict they give together.
//!
//! ```text
//! inputs + earlier referrals + pack + now ──▶ rules R01…R10 ──▶ the first that stops decides ──▶ verdict
//! ```
//!
//! R11–R13 are promises, not questions: they never stop anybody and are there to be read out.
//! Pure: knows no record, and what records say of somebody is read by [`crate::referral::rule_inputs`].
//! Does not record, remember or forbid anything: `assess` is a dry run, and the app never orders an arrest.

mod central;
mod explain;
mod four_eyes;
mod history;
mod inputs;
mod read_out;
mod reassess;
mod rules;
mod snapshot;
mod verdict;
mod words;

pub use crate::referral::level::Level;
pub use central::{PriorAnswer, PriorCheck};
pub use explain::{Explanation, Replay, WhatIf, explain, what_if};
pub use four_eyes::{NonEngagement, NotAllowed, may_decide_again, may_decide_discretion, may_follow};
pub use history::{Delivered, Exclusion, ForceTold, Prior, Route, Standing, ruling_next};
pub(crate) use history::{Weighed, Why as WeighedBy, weigh};
pub use inputs::{Age, Agreement, Check, Custody, Evidence, Freshness, Identity, Inputs, Necessity, OicView};
pub use read_out::{Met, Names, read_out};
pub use reassess::{Aged, aged, reassess};
pub use rules::ORDER;
pub use snapshot::{Basis, Decision, Snapshot};
pub use verdict::{
    Assessment, Finding, Flag, Passed, ProviderAgeBand, Rule, Verdict, VoluntaryOffer, WhyOutOfScope,
};

use crate::policy::PolicyPack;
use rules::Ruled;

/// Applies the rules of a pack to one encounter.
///
/// `priors` are the person's earlier referrals as far as they are known here; `now_ms` is server time as
/// the caller knows it, in milliseconds since 1970.
#[must_use]
pub fn assess(pack: &PolicyPack, inputs: &Inputs, priors: &[Prior], now_ms: u64) -> Assessment {
    let ruled = rules::all(pack, inputs, priors, now_ms);
    let (verdict, decides) = decide(inputs, &ruled);
    let because = decides.map(|ruled| ruled.finding.sentence.clone());
    let mut flags = history::flags(pack, priors, now_ms);
    flags.extend(inputs.checks.iter().any(Check::finds_wanted).then_some(Flag::Wanted));
    let band = rules::age_band(pack, &inputs.age);
    let under_age = rules::is_under_age(pack, &inputs.age);
    let mut findings: Vec<Finding> = ruled.into_iter().map(|ruled| ruled.finding).collect();
    findings.sort_by_key(|finding| finding.rule);
    Assessment {
        sentence: words::sentence(&verdict, because.as_deref()),
        what_happens_instead: words::what_happens_instead(pack, &verdict),
        voluntary_offer: if under_age { VoluntaryOffer::NotUnderAge } else { VoluntaryOffer::MayBeMade },
        provider_age_band: band,
        also_do: match band {
            ProviderAgeBand::Adult => Vec::new(),
            ProviderAgeBand::Youth if under_age => vec![pack.age.under_age_step.clone()],
            ProviderAgeBand::Youth => pack.age.youth_steps.clone(),
        },
        flags,
        policy: pack.reference(),
        freshness_ms: inputs.age_of_information_ms(now_ms),
        verdict,
        findings,
    }
}

/// The verdict of the first rule that stops, and that rule. Discretion waits for the answer of the person:
/// who says no, or was not asked, needs no supervisor.
fn decide<'a>(inputs: &Inputs, ruled: &'a [Ruled]) -> (Verdict, Option<&'a Ruled>) {
    let mut stops = ruled.iter().filter_map(|ruled| Some((ruled.stop.clone()?, ruled)));
    match stops.next() {
        Some((Verdict::Discretion, ruled)) => match stops.next() {
            Some((later @ (Verdict::Declined | Verdict::NotOffered { .. }), ruled)) => (later, Some(ruled)),
            Some(_) | None => (Verdict::Discretion, Some(ruled)),
        },
        Some((verdict, ruled)) => (verdict, Some(ruled)),
        None if inputs.reached_central_record() => (Verdict::Eligible, None),
        None => (Verdict::EligibleProvisional, None),
    }
}

#[cfg(test)]
mod tests;
