//! What sends a person to a service: consent, how to reach them, which service, and the police outcome.
//!
//! Shared by the encounter and by the later answer to an offer. Does not decide whether it may be sent.

use crate::ids::{OrgId, Record};
use crate::local_time::local_day;
use crate::policy::{DisposalKind, PolicyPack};
use crate::reference::HumanReference;
use crate::referral::act::{
    Act, ConsentRecorded, CrimeRecorded, Disposal, DisposalApplied, Reach, ReferralSubmitted, Subject, YesNo,
};
use crate::referral::crime::Crime;
use crate::referral::eligibility::Age;
use crate::service::{self, Unfit, Wanted};
use crate::sync::enrolment::Provider;

use crate::check;
use crate::command::known::Member;
use crate::command::roadside::form::Consent;
use crate::problem::Problem;

/// A referral that is to be sent.
pub(crate) struct Sending<'a> {
    pub(crate) me: &'a Member,
    pub(crate) record: Record,
    /// The rules that the person was offered it by: they stay the referral's.
    pub(crate) pack: &'a PolicyPack,
    pub(crate) subject: Subject,
    pub(crate) reach: Option<&'a Reach>,
    pub(crate) to: &'a Chosen,
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
            provider: self.to.provider.as_ref().map(|provider| provider.id),
            outside_age: self.to.outside_age.clone(),
            policy: self.pack.reference(),
            voluntary: self.voluntary,
        })
    }
}

/// The outcome that the pack gives a diversion: outcome 22 waits for the person to engage.
pub(crate) fn outcome_of(pack: &PolicyPack) -> DisposalApplied {
    let disposal = match pack.disposal.kind {
        DisposalKind::CommunityResolution => Disposal::CommunityResolution,
        DisposalKind::Diversion22 => Disposal::Diversion22Pending,
    };
    DisposalApplied { disposal, outcome: Some(pack.disposal.outcome_code.clone()) }
}

/// An outcome, with the crime that a diversion needs: the roadside, the later answer and the decision of the
/// police all come here. `typed` is what somebody typed of the crime, `of_item` the offence that the item
/// gives. One that is recorded already is not recorded again.
pub(crate) fn decided(
    applied: DisposalApplied,
    recorded: Option<&Crime>,
    typed: CrimeRecorded,
    of_item: Option<&str>,
) -> Vec<Act> {
    let says_more = typed.offence.is_some() || typed.crime_reference.is_some();
    let offence = typed.offence.or_else(|| of_item.map(str::to_owned));
    let crime = CrimeRecorded { offence, crime_reference: typed.crime_reference };
    let needed = applied.disposal.is_diversion() && (recorded.is_none() || says_more);
    let crime = needed.then_some(Act::CrimeRecorded(crime));
    crime.into_iter().chain([Act::DisposalApplied(applied)]).collect()
}

/// Nothing is sent without the person's yes to being contacted.
pub(crate) fn consent(given: Option<&Consent>) -> Result<ConsentRecorded, Problem> {
    let given = given.ok_or_else(|| Problem::at("field_missing", "consent", ""))?;
    if given.contact == YesNo::No {
        return Err(Problem::at("consent_needed", "consent.contact", ""));
    }
    let Consent { contact, feedback, wording, language } = given.clone();
    let (feedback, wording, language) = (Some(feedback), Some(wording), Some(language));
    Ok(ConsentRecorded { contact, feedback, wording, language, ..no_consent() })
}

/// The person agrees to nothing that they were asked again.
pub(crate) fn no_consent() -> ConsentRecorded {
    let (feedback, wording, language) = (None, None, None);
    let (channels, messages, present) = (None, None, None);
    ConsentRecorded { contact: YesNo::No, feedback, wording, language, channels, messages, present }
}

/// How to reach the person: a number, or a place and time.
fn reach(given: Option<&Reach>) -> Result<Reach, Problem> {
    let reach = given.ok_or_else(|| Problem::at("field_missing", "reach", ""))?;
    let says = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.trim().is_empty());
    if !says(&reach.phone) && !says(&reach.place_and_time) {
        return Err(Problem::at("field_missing", "reach", "a telephone number, or a place and time"));
    }
    if let Some(phone) = &reach.phone {
        check::phone("reach.phone", phone)?;
    }
    Ok(reach.clone())
}

/// The reference that people read out.
fn reference(me: &Member, record: Record) -> Result<String, Problem> {
    let reference = HumanReference::of(&me.force_prefix, record.id);
    reference.map(|reference| reference.to_string()).map_err(|_| Problem::new("reference_malformed", ""))
}

fields! {
    /// Why a service for other ages is named all the same.
    #[serde(expecting = r#"an object such as {"reason":"they know her"}"#)]
    Override {
        /// The reason, in one's own words.
        reason: String,
    }
}

/// What was said of the service that a person is to be referred to.
#[derive(Clone, Copy)]
pub(crate) struct Wish<'a> {
    /// The field that names a service.
    pub(crate) field: &'static str,
    pub(crate) named: Option<OrgId>,
    pub(crate) area: Option<&'a str>,
    pub(crate) overriding: Option<&'a Override>,
    /// Nothing where neither birth nor apparent age is known.
    pub(crate) years: Option<u32>,
    /// What the person needs, from `service_kinds`.
    pub(crate) need: Option<&'a str>,
    pub(crate) now_ms: u64,
}

/// Where a referral goes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Chosen {
    /// The service; none: it is to be found.
    pub(crate) provider: Option<Provider>,
    /// Why it takes other ages.
    pub(crate) outside_age: Option<String>,
}

/// The service that was named, or the one for area and age; what is not known is asked back.
pub(crate) fn choose(providers: &[Provider], wish: &Wish<'_>) -> Result<Chosen, Problem> {
    if let Some(Override { reason }) = wish.overriding {
        check::text("override.reason", reason)?;
        if wish.named.is_none() {
            return Err(Problem::at(
                "field_missing",
                wish.field,
                "an override is for a service that is named",
            ));
        }
    }
    let reason = wish.overriding.map(|overriding| overriding.reason.trim().to_owned());
    let has_reason = if reason.is_some() || wish.years.is_none() { YesNo::Yes } else { YesNo::No };
    let years = wish.years.unwrap_or_default();
    let (need, on) = (wish.need, local_day(wish.now_ms));
    let wanted = Wanted { named: wish.named, area: wish.area, years, has_reason, need, on };
    let provider = service::choose(providers, &wanted).map_err(|unfit| asked_back(wish.field, unfit))?;
    let outside =
        provider.is_some_and(|provider| wish.years.is_some_and(|years| !provider.ages.include(years)));
    Ok(Chosen { provider: provider.cloned(), outside_age: reason.filter(|_| outside) })
}

fn asked_back(field: &str, unfit: Unfit) -> Problem {
    match unfit {
        Unfit::Unknown => Problem::at("provider_unknown", field, ""),
        Unfit::AreaUnknown(known) => {
            let detail = format!("services work in: {}", known.join(", "));
            Problem { choices: known.into(), ..Problem::at("area_unknown", "area", detail) }
        }
        Unfit::OutsideAge(ages) => {
            let range = match ages.to {
                Some(to) => format!("from {} to {}", ages.from, to),
                None => format!("from {}", ages.from),
            };
            let detail = format!(
                "{field} and born do not fit: it takes people {range}. Name another, or say why with override.reason"
            );
            Problem::at("outside_age", field, detail)
        }
    }
}

/// The person's age in full years.
pub(crate) fn years_of(subject: &Subject, now_ms: u64) -> Option<u32> {
    Age::at(now_ms, subject.born, subject.apparent_age).map(Age::years)
}
