//! A decision read back from the record: the facts of its encounter, and the snapshot.
//!
//! ```text
//!   encounter, item, checks, necessity, defence, offence, OIC ─┐
//!                  eligibility.assessed: verdict, pack, basis ─┴─▶ Decision ─▶ explain, what_if
//! ```
//! The facts are those that the same device wrote before the snapshot: what came later was not read. A
//! fact that was struck since is missing, and then the digest says so. Does not judge.

use uuid::Uuid;

use crate::referral::act::{
    Act, Body, CheckRecorded, DefenceRaised, EligibilityAssessed, EncounterOpened, ItemSeized,
    NecessityRecorded, OffenceLinked, OicDecided, YesNo,
};
use crate::referral::eligibility::{
    Age, Basis, Check, Custody, Decision, Inputs, Necessity, OicView, Snapshot,
};
use crate::referral::fold::{Entry, StreamState};

/// The decision that some streams of a referral record; none while nothing was assessed, or when the
/// snapshot or a fact that it needs is not held.
#[must_use]
pub fn recorded(record: Uuid, states: &[StreamState]) -> Option<Decision> {
    let mut acts = states.iter().flat_map(StreamState::acts);
    let (entry, assessed) =
        acts.find_map(|(entry, act)| Some((entry, act.as_body::<EligibilityAssessed>()?)))?;
    let basis = assessed.basis.clone()?;
    let facts = Before::new(states, entry);
    let snapshot = Snapshot { at_ms: basis.at_ms, inputs: facts.inputs(&basis)?, priors: basis.priors };
    let (policy, verdict, digest) = (assessed.policy.clone(), assessed.verdict.clone(), assessed.inputs);
    Some(Decision { record, policy, verdict, digest, snapshot })
}

/// What the same device had written of the encounter before the snapshot, in the order of its log.
struct Before<'a>(Vec<&'a Act>);

impl<'a> Before<'a> {
    fn new(states: &'a [StreamState], assessed: &Entry) -> Self {
        let acts = states.iter().flat_map(StreamState::acts);
        let own =
            acts.filter(|(entry, _)| entry.id.device == assessed.id.device && entry.id.seq < assessed.id.seq);
        let mut own: Vec<_> = own.map(|(entry, act)| (entry.id.seq, act)).collect();
        own.sort_unstable_by_key(|(seq, _)| *seq);
        Self(own.into_iter().map(|(_, act)| act).collect())
    }

    fn all<T: Body + 'a>(&self) -> impl Iterator<Item = &'a T> {
        self.0.iter().filter_map(|act| act.as_body())
    }

    fn last<T: Body + 'a>(&self) -> Option<&'a T> {
        self.all().last()
    }

    fn inputs(&self, basis: &Basis) -> Option<Inputs> {
        let encounter: &EncounterOpened = self.last()?;
        let letters = self.all::<NecessityRecorded>().flat_map(|body| &body.letters);
        let subject = &encounter.subject;
        Some(Inputs {
            drug: self.last::<ItemSeized>()?.drug.clone(),
            offence: self.last::<OffenceLinked>().map(|body| body.offence.clone()),
            supply_signs: encounter.supply_signs.clone()?,
            necessity: letters.map(|letter| Necessity::of(letter)).collect::<Option<_>>()?,
            identity: encounter.identity.clone()?,
            age: Age::at(basis.at_ms, subject.born, subject.apparent_age)?,
            defence: self.last::<DefenceRaised>().map(|body| body.defence.clone()),
            agrees: basis.answer.clone(),
            custody: encounter.arrested_for.clone().map(|other| self.custody(other)),
            checks: self.all().map(check).collect(),
            freshness: basis.freshness,
            evidence: basis.evidence,
        })
    }

    fn custody(&self, arrested_for_other: String) -> Custody {
        let oic = self.last::<OicDecided>().map(|body| match body.material {
            YesNo::Yes => OicView::Material,
            YesNo::No => OicView::NotMaterial,
        });
        Custody { arrested_for_other, oic }
    }
}

fn check(body: &CheckRecorded) -> Check {
    let CheckRecorded { check: kind, channel, result, age_ms, engaged, .. } = body.clone();
    Check { kind, channel, result, age_of_information_ms: age_ms, engaged }
}
