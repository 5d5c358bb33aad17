//! What an officer is told, rule by rule; helpers here, cases in the modules.

mod asked;
mod central;
mod every_pack;
mod explained;
mod four_eyes;
mod history;
mod promises;
mod properties;
mod read_out;
mod roadside;

use uuid::Uuid;

use super::*;

pub(super) const NOW_MS: u64 = 1_800_000_000_000;
pub(super) const DAY_MS: u64 = 86_400_000;

/// An adult with cannabis who agrees, checked with the central record: eligible.
pub(super) fn plain() -> Inputs {
    Inputs {
        drug: "cannabis".to_owned(),
        offence: None,
        supply_signs: Vec::new(),
        necessity: Vec::new(),
        identity: Identity::Established { method: "photo_document".to_owned() },
        age: Age::Known { years: 30 },
        defence: None,
        agrees: Agreement::Yes,
        custody: None,
        checks: Vec::new(),
        freshness: Freshness::CentralRecord { asked_ms: NOW_MS - 5_000 },
        evidence: Evidence::NotAsked,
    }
}

pub(super) fn plain_but(change: impl FnOnce(&mut Inputs)) -> Inputs {
    let mut inputs = plain();
    change(&mut inputs);
    inputs
}

/// A delivered, closed diversion of some days ago.
pub(super) fn prior(days_ago: u64, level: Level) -> Prior {
    Prior {
        record: Uuid::from_u128(u128::from(days_ago)),
        submitted_ms: NOW_MS - days_ago * DAY_MS,
        level,
        delivered: Delivered::Yes,
        standing: Standing::Closed,
        route: Route::Diversion,
        last_attended_ms: None,
        excluded: None,
    }
}

/// The shipped packs, in the order of the tables of the tests.
pub(super) const PACKS: [&str; 4] =
    ["thames-valley-2018", "divert-west-midlands", "drug-education-one-chance", "deferred-contract"];

pub(super) fn pack(id: &str) -> &'static PolicyPack {
    PolicyPack::find(id).expect(id)
}

pub(super) fn judge(inputs: &Inputs, priors: &[Prior]) -> Assessment {
    assess(PolicyPack::thames_valley_2018(), inputs, priors, NOW_MS)
}

pub(super) fn verdict(inputs: &Inputs, priors: &[Prior]) -> Verdict {
    judge(inputs, priors).verdict
}

pub(super) fn finding(assessment: &Assessment, rule: Rule) -> &Finding {
    assessment.findings.iter().find(|finding| finding.rule == rule).expect("every rule has a finding")
}

pub(super) fn not_eligible() -> Verdict {
    Verdict::NotEligible { reasons: vec![Rule::Engaged] }
}

pub(super) fn out(why: WhyOutOfScope) -> Verdict {
    Verdict::OutOfScope { why }
}
