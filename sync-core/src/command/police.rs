//! What the police record and decide after the encounter: taking it back, naming a service, crime, discretion, outcomes.
//!
//! Does not know whether a decision is allowed: see [`crate::referral::judge`]. Nothing here follows
//! by itself from how far a person got.

use serde_json::json;

use crate::check;
use crate::codes::CodeList;
use crate::command::Named;
use crate::command::known::Known;
#[cfg(feature = "json-schema")]
use crate::command::plan::Saved;
use crate::command::plan::{Outcome, Plan, Recorded};
#[cfg(feature = "json-schema")]
use crate::command::roadside::answer;
use crate::command::roadside::answer::Reached;
use crate::command::roadside::referring::{self, Chosen, Override, Wish};
use crate::command::shared::held;
use crate::ids::{CompartmentKind, OrgId};
use crate::policy::DisposalKind;
use crate::problem::Problem;
use crate::referral::act::{
    Act, CancelReason, CrimeRecorded, DiscretionDecided, Disposal, DisposalApplied, DisposalProposed,
    DisposalRescinded, ReferralCancelled, ReferralRerouted, RerouteReason, RescindReason, YesNo,
};
use crate::referral::crime::offence_of_item;
use crate::referral::eligibility::Age;
use crate::referral::timers::pack_of;
use crate::referral::view::view;

/// The field of the crime's own entry that is amended as the others are.
pub(super) const CRIME_REFERENCE: &str = "crime_reference";

fields! {
    /// The officer takes the referral back.
    Cancel {
        /// The referral.
        record: Named,
        /// Why.
        reason: CancelReason,
    }
    /// Somebody names the service of a referral that none has taken on.
    Assign {
        /// The referral.
        record: Named,
        /// The service.
        to: OrgId,
        /// Why a service for other ages is named all the same.
        #[serde(default, rename = "override")] overriding: Option<Override>,
    }
    /// The crime: its offence once the drug is identified, and the reference of the force's own system.
    Crime {
        /// The referral.
        record: Named,
        /// A code of `offences`.
        #[serde(default)] offence: Option<String>,
        /// The reference of the force's own system; one of the two is needed.
        #[serde(default)] crime_reference: Option<String>,
    }
    /// A supervisor decides where the rules leave it open.
    Discretion {
        /// The referral.
        record: Named,
        /// Whether the offer is made.
        grant: YesNo,
        /// Why.
        reason: String,
    }
    /// What the police do, when it is not what the encounter ended in.
    Dispose {
        /// The referral.
        record: Named,
        /// What they do.
        disposal: Disposal,
        /// The outcome: a code of `outcomes`; the pack's own, when it is left out.
        #[serde(default)] outcome: Option<String>,
    }
    /// What is to follow after a person did not engage; another decides.
    ProposeDisposal {
        /// The referral.
        record: Named,
        /// What is to follow.
        disposal: Disposal,
        /// Why.
        reason: String,
    }
    /// A supervisor takes an outcome back.
    Rescind {
        /// The referral.
        record: Named,
        /// Why.
        reason: RescindReason,
    }
}

side! {
    /// What the force records and decides after the encounter.
    Police {
        "cancel" Cancel ["referral.cancelled"] "Takes a referral back."
            r#"{"record":"<record>","reason":"wrong_provider"}"# -> Saved;
        "assign" Assign ["referral.rerouted"] "Names the service of a referral that none has taken on."
            r#"{"record":"<record>","to":"<service>"}"# -> answer::AssignSaved;
        "crime" Crime ["crime.recorded"] "Records the offence, or the crime's reference."
            r#"{"record":"<record>","crime_reference":"43260012345"}"# -> Saved;
        "discretion" Discretion ["discretion.decided"] "Decides where the rules leave it to a supervisor."
            r#"{"record":"<record>","grant":"yes","reason":"first time, and sorry"}"# -> Saved;
        "dispose" Dispose ["disposal.applied"] "Records what the police do instead."
            r#"{"record":"<record>","disposal":"investigation"}"# -> Saved;
        "propose_disposal" ProposeDisposal ["disposal.proposed"] "Proposes what is to follow; a supervisor decides."
            r#"{"record":"<record>","disposal":"investigation","reason":"did not engage"}"# -> Saved;
        "rescind" Rescind ["disposal.rescinded"] "Takes an outcome back."
            r#"{"record":"<record>","reason":"no_offence"}"# -> Saved;
    }
}

impl Police {
    /// The acts.
    pub(super) fn plan<K: Known>(&self, known: &K) -> Result<Outcome, K::Fault> {
        let now_ms = known.now().checked_ms();
        let police = CompartmentKind::Police;
        let (record, kind, act) = match self {
            Self::Cancel(cancel) => {
                let cancelled = Act::ReferralCancelled(ReferralCancelled { reason: cancel.reason });
                (&cancel.record, CompartmentKind::Shared, cancelled)
            }
            Self::Assign(assign) => return assign.plan(known),
            Self::Crime(of) => {
                (&of.record, police, crime(of.offence.clone(), of.crime_reference.clone(), now_ms)?)
            }
            Self::Discretion(decided) => {
                check::text("reason", &decided.reason)?;
                let (grant, reason) = (decided.grant, decided.reason.clone());
                (&decided.record, police, Act::DiscretionDecided(DiscretionDecided { grant, reason }))
            }
            Self::Dispose(dispose) => return dispose.plan(known, now_ms),
            Self::ProposeDisposal(proposed) => {
                check::text("reason", &proposed.reason)?;
                let (disposal, reason) = (proposed.disposal, proposed.reason.clone());
                (&proposed.record, police, Act::DisposalProposed(DisposalProposed { disposal, reason }))
            }
            Self::Rescind(rescind) => {
                let rescinded = DisposalRescinded { reason: rescind.reason };
                (&rescind.record, police, Act::DisposalRescinded(rescinded))
            }
        };
        Ok(Plan::of(held(record, known)?, vec![(kind, act)]).into())
    }
}

/// The offence, the reference, or both.
pub(super) fn crime(
    offence: Option<String>,
    crime_reference: Option<String>,
    now_ms: u64,
) -> Result<Act, Problem> {
    if let Some(code) = &offence {
        check::code("offence", CodeList::Offences, code, now_ms)?;
    }
    if let Some(reference) = &crime_reference {
        check::text("crime_reference", reference)?;
    }
    if offence.is_none() && crime_reference.is_none() {
        return Err(Problem::at("field_missing", "offence", "or crime_reference"));
    }
    Ok(Act::CrimeRecorded(CrimeRecorded { offence, crime_reference }))
}

impl Assign {
    fn plan<K: Known>(&self, known: &K) -> Result<Outcome, K::Fault> {
        let record = self.record.record(known)?;
        let (seen, providers) = (view(&known.held(record)?), known.providers()?);
        let years = seen.subject.as_ref().and_then(|person| person.age_at(known.now().ms)).map(Age::years);
        let (to, overriding) = (self.to, self.overriding.as_ref());
        let (need, now_ms) = (seen.need.as_deref(), known.now().ms);
        let wish = Wish { field: "to", named: Some(to), area: None, overriding, years, need, now_ms };
        let Chosen { provider, outside_age } = referring::choose(&providers, &wish)?;
        let reason = RerouteReason::Named;
        let act = Act::ReferralRerouted(ReferralRerouted { to, reason, by: None, outside_age });
        let plan = Plan::of(record, vec![(CompartmentKind::Shared, act)]);
        Ok(Recorded::of(plan, json!(Reached::of(provider.as_ref()))).into())
    }
}

impl Dispose {
    /// Another outcome than the encounter ended in; a diversion brings its crime along.
    fn plan<K: Known>(&self, known: &K, now_ms: u64) -> Result<Outcome, K::Fault> {
        let record = held(&self.record, known)?;
        let (states, disposal) = (known.states(record)?, self.disposal);
        if let Some(outcome) = &self.outcome {
            check::code("outcome", CodeList::Outcomes, outcome, now_ms)?;
        }
        let pack = &pack_of(&states).disposal;
        let of_pack = match pack.kind {
            DisposalKind::CommunityResolution => disposal == Disposal::CommunityResolution,
            DisposalKind::Diversion22 => {
                matches!(disposal, Disposal::Diversion22Pending | Disposal::Diversion22)
            }
        };
        let usual = of_pack.then(|| pack.outcome_code.clone());
        let applied = DisposalApplied { disposal, outcome: self.outcome.clone().or(usual) };
        let (recorded, nothing) =
            (view(&states).crime, CrimeRecorded { offence: None, crime_reference: None });
        let acts = referring::decided(applied, recorded.as_ref(), nothing, offence_of_item(&states));
        let acts = acts.into_iter().map(|act| (CompartmentKind::Police, act)).collect();
        Ok(Plan::of(record, acts).into())
    }
}
