//! The later answer to an offer: left open at the roadside, or granted by a supervisor since.
//!
//! Does not assess again: the snapshot is written once, and a good-faith offer is honoured.

use serde::Deserialize;
use sync_core::clock::Now;
use sync_core::codes::CodeList;
use sync_core::ids::{CompartmentKind, OrgId};
use sync_core::local_time::days_later_ms;
use sync_core::policy::PolicyPack;
use sync_core::referral::act::{Act, Answer, CrimeRecorded, OfferAnswered, Reach, ReferralSubmitted, YesNo};
use sync_core::referral::eligibility::{Age, ProviderAgeBand, Verdict};
use sync_core::referral::view::View;

use crate::command::form::{Agrees, Consent};
use crate::command::referring::{self, Override, Sending, Wish};
use crate::command::roadside::Sent;
use crate::command::{Named, check, roadside};
use crate::me::Me;
use crate::problem::Problem;
use crate::store::reference::Provider;

/// What the person answered, and what a referral needs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfferAnswer {
    pub(crate) record: Named,
    pub(crate) agrees: Agrees,
    #[serde(default)]
    pub(crate) consent: Option<Consent>,
    #[serde(default)]
    pub(crate) reach: Option<Reach>,
    #[serde(default)]
    pub(crate) provider: Option<OrgId>,
    #[serde(default)]
    pub(crate) area: Option<String>,
    #[serde(default, rename = "override")]
    pub(crate) overriding: Option<Override>,
    #[serde(default)]
    pub(crate) offence: Option<String>,
}

/// What is known when an offer is answered.
pub(crate) struct Known<'a> {
    pub(crate) me: &'a Me,
    pub(crate) view: &'a View,
    /// The rules of the offer.
    pub(crate) pack: &'a PolicyPack,
    pub(crate) providers: &'a [Provider],
    /// The offence that the item gives.
    pub(crate) of_item: Option<&'a str>,
    pub(crate) now: Now,
}

/// What an answer comes to.
pub(crate) struct Answered {
    pub(crate) acts: Vec<(CompartmentKind, Act)>,
    /// What is read out: a yes that refers is eligible.
    pub(crate) verdict: Verdict,
    pub(crate) age: ProviderAgeBand,
    pub(crate) sent: Option<Sent>,
}

/// The acts of an answer: the referral too, when the person agrees and the offer was granted.
pub(crate) fn plan(answer: &OfferAnswer, known: &Known<'_>) -> Result<Answered, Problem> {
    let Known { view, pack, now, .. } = *known;
    if let Some(offence) = &answer.offence {
        check::code("offence", CodeList::Offences, offence, now.checked_ms())?;
    }
    if let Some(consent) = &answer.consent {
        consent.check(now.checked_ms())?;
    }
    let Agrees { answer: said, reason } = answer.agrees.clone();
    if said == Answer::Yes && view.submitted_ms.is_some() && view.cancelled.is_none() {
        let reference = view.reference.clone().unwrap_or_default();
        return Err(Problem::already_referred("agrees", reference));
    }
    let mut police = vec![Act::OfferAnswered(OfferAnswered { answer: said, reason, until_ms: None })];
    let (mut shared, mut sent) = (Vec::new(), None);
    if view.offer.stands() && !view.disposal.is_applied() && roadside::said_yes(said) {
        let typed = CrimeRecorded { offence: answer.offence.clone(), crime_reference: None };
        let applied = referring::outcome_of(pack);
        police.extend(referring::decided(applied, view.crime.as_ref(), typed, known.of_item));
        shared.push(Act::ConsentRecorded(referring::consent(answer.consent.as_ref())?));
        let (submitted, provider) = submit(answer, known)?;
        sent = Some(Sent { reference: submitted.reference.clone(), provider, voluntary: YesNo::No });
        shared.push(Act::ReferralSubmitted(submitted));
    }
    // Another officer may have recorded a yes meanwhile: nobody contacts the person before it is settled.
    if said == Answer::No {
        shared.push(Act::ConsentRecorded(referring::no_consent()));
    }
    let verdict = match said {
        Answer::Yes if sent.is_some() => Verdict::Eligible,
        // The police have decided otherwise since.
        Answer::Yes => Verdict::NotOffered { reason: String::new() },
        Answer::No => Verdict::Declined,
        Answer::CannotDecideNow => {
            Verdict::OfferOpen { until_ms: days_later_ms(now.ms, pack.offer.open_days) }
        }
    };
    let years = view.subject.as_ref().and_then(|who| referring::years_of(&who.written_down(), now.ms));
    let age = match years {
        Some(years) if years < pack.age.adult_years => ProviderAgeBand::Youth,
        Some(_) | None => ProviderAgeBand::Adult,
    };
    let police = police.into_iter().map(|act| (CompartmentKind::Police, act));
    let acts = police.chain(shared.into_iter().map(|act| (CompartmentKind::Shared, act))).collect();
    Ok(Answered { acts, verdict, age, sent })
}

fn submit(answer: &OfferAnswer, known: &Known<'_>) -> Result<(ReferralSubmitted, Option<Provider>), Problem> {
    let Known { me, view, pack, providers, now, .. } = *known;
    let person = view.subject.as_ref().ok_or_else(|| Problem::new("record_unknown", ""))?;
    let subject = person.written_down();
    let wish = Wish {
        field: "provider",
        named: answer.provider,
        area: answer.area.as_deref(),
        overriding: answer.overriding.as_ref(),
        years: person.age_at(now.ms).map(Age::years),
    };
    let to = &referring::choose(providers, &wish)?;
    let (record, reach, voluntary) = (answer.record.0, answer.reach.as_ref(), YesNo::No);
    let submitted = Sending { me, record, pack, subject, reach, to, voluntary }.submit()?;
    Ok((submitted, to.provider.clone()))
}
