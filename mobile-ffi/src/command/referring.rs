//! What sends a person to a service: consent, how to reach them, which service, and the police outcome.
//!
//! Shared by the encounter and by the later answer to an offer. Does not decide whether it may be sent.

use sync_core::ids::{OrgId, Record};
use sync_core::policy::{DisposalKind, PolicyPack};
use sync_core::reference::HumanReference;
use sync_core::referral::act::{
    Act, ConsentRecorded, CrimeRecorded, Disposal, DisposalApplied, Reach, ReferralSubmitted, Subject, YesNo,
};
use sync_core::referral::eligibility::ProviderAgeBand;

use crate::command::form::Consent;
use crate::me::Me;
use crate::problem::Problem;
use crate::store::reference::Provider;

/// A referral that is to be sent.
pub(crate) struct Sending<'a> {
    pub(crate) me: &'a Me,
    pub(crate) record: Record,
    /// The rules that the person was offered it by: they stay the referral's.
    pub(crate) pack: &'a PolicyPack,
    pub(crate) subject: Subject,
    pub(crate) reach: Option<&'a Reach>,
    pub(crate) provider: &'a Provider,
    pub(crate) voluntary: YesNo,
}

impl Sending<'_> {
    /// The act that sends it.
    pub(crate) fn submit(self) -> Result<ReferralSubmitted, Problem> {
        Ok(ReferralSubmitted {
            reference: reference(self.me, self.record)?,
            // Fairness is measured by the force; the service asks for itself.
            subject: Subject { ethnicity: None, ..self.subject },
            reach: reach(self.reach)?,
            provider: self.provider.id,
            policy: self.pack.reference(),
            voluntary: self.voluntary,
        })
    }
}

/// The crime, when its offence is known, and the disposal that the pack gives a diversion: outcome 22
/// waits for the person to engage.
pub(crate) fn diverted(pack: &PolicyPack, crime: Option<CrimeRecorded>) -> Vec<Act> {
    let disposal = match pack.disposal.kind {
        DisposalKind::CommunityResolution => Disposal::CommunityResolution,
        DisposalKind::Diversion22 => Disposal::Diversion22Pending,
    };
    let outcome = Some(pack.disposal.outcome_code.clone());
    let applied = Act::DisposalApplied(DisposalApplied { disposal, outcome });
    crime.map(Act::CrimeRecorded).into_iter().chain([applied]).collect()
}

/// Nothing is sent without the person's yes to being contacted.
pub(crate) fn consent(given: Option<&Consent>) -> Result<ConsentRecorded, Problem> {
    let given = given.ok_or_else(|| Problem::at("field_missing", "consent", ""))?;
    if given.contact == YesNo::No {
        return Err(Problem::at("consent_needed", "consent.contact", ""));
    }
    let Consent { contact, feedback, wording, language } = given.clone();
    let (channels, messages, present) = (None, None, None);
    Ok(ConsentRecorded { contact, feedback, wording, language, channels, messages, present })
}

/// How to reach the person: a number, or a place and time.
fn reach(given: Option<&Reach>) -> Result<Reach, Problem> {
    let reach = given.ok_or_else(|| Problem::at("field_missing", "reach", ""))?;
    let says = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.trim().is_empty());
    if !says(&reach.phone) && !says(&reach.place_and_time) {
        return Err(Problem::at("field_missing", "reach", "a telephone number, or a place and time"));
    }
    Ok(reach.clone())
}

/// The reference that people read out.
fn reference(me: &Me, record: Record) -> Result<String, Problem> {
    let reference = HumanReference::of(&me.force_prefix, record.id);
    reference.map(|reference| reference.to_string()).map_err(|_| Problem::new("reference_malformed", ""))
}

/// The service that was named, or the first of the area and age band.
pub(crate) fn choose(
    providers: &[Provider],
    named: Option<OrgId>,
    area: Option<&str>,
    band: ProviderAgeBand,
) -> Result<Provider, Problem> {
    let unknown = || Problem::at("provider_unknown", "provider", "");
    if let Some(id) = named {
        return providers.iter().find(|provider| provider.id == id).cloned().ok_or_else(unknown);
    }
    let word = match band {
        ProviderAgeBand::Adult => "adult",
        ProviderAgeBand::Youth => "youth",
    };
    let serves = |p: &&Provider| p.age_band.is_empty() || p.age_band == word || p.age_band == "all";
    let fitting: Vec<&Provider> = providers.iter().filter(serves).collect();
    let near = fitting.iter().find(|provider| area == Some(provider.area.as_str()));
    near.or(fitting.first()).map(|provider| (*provider).clone()).ok_or_else(unknown)
}
