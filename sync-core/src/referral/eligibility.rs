//! Eligibility: the scheme's thirteen rules as pure predicates, and the verdict they give together.
//!
//! ```text
//! inputs + earlier referrals + pack + now ──▶ rules R01…R10 ──▶ the first that stops decides ──▶ verdict
//! ```
//!
//! R11–R13 are promises, not questions: they never stop anybody and are there to be read out.
//! Does not record, remember or forbid anything: `assess` is a dry run, and the app never orders an arrest.

mod history;
mod inputs;
mod rules;
mod verdict;
mod words;

pub use history::{Delivered, Exclusion, ForceTold, Level, Prior, Route, Standing};
pub use inputs::{Age, Agreement, Check, Custody, Freshness, Identity, Inputs, Necessity, OicView};
pub use verdict::{
    Assessment, Finding, Passed, ProviderAgeBand, Rule, Verdict, VoluntaryOffer, WhyOutOfScope,
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
    let (verdict, because) = decide(inputs, &ruled);
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
        policy: pack.reference(),
        freshness_ms: inputs.age_of_information_ms(now_ms),
        verdict,
        findings,
    }
}

/// The verdict of the first rule that stops, and that rule's sentence. Discretion waits for the answer of
/// the person: who says no, or was not asked, needs no supervisor.
fn decide(inputs: &Inputs, ruled: &[Ruled]) -> (Verdict, Option<String>) {
    let mut stops = ruled.iter().filter_map(|ruled| Some((ruled.stop.clone()?, &ruled.finding.sentence)));
    match stops.next() {
        Some((Verdict::Discretion, sentence)) => match stops.next() {
            Some((later @ (Verdict::Declined | Verdict::NotOffered { .. }), sentence)) => {
                (later, Some(sentence.clone()))
            }
            Some(_) | None => (Verdict::Discretion, Some(sentence.clone())),
        },
        Some((verdict, sentence)) => (verdict, Some(sentence.clone())),
        None if inputs.reached_central_record() => (Verdict::Eligible, None),
        None => (Verdict::EligibleProvisional, None),
    }
}

#[cfg(test)]
mod tests;
