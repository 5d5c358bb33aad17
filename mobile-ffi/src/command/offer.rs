//! The later answer to an offer: left open at the roadside, or granted by a supervisor since.
//!
//! Does not assess again: the snapshot is written once, and a good-faith offer is honoured.

use serde::Deserialize;
use sync_core::codes::CodeList;
use sync_core::ids::{CompartmentKind, OrgId};
use sync_core::policy::PolicyPack;
use sync_core::referral::act::{Act, Answer, CrimeRecorded, OfferAnswered, Reach, ReferralSubmitted, YesNo};
use sync_core::referral::view::View;

use crate::command::form::{Agrees, Consent};
use crate::command::referring::{self, Override, Sending, Wish};
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
    pub(crate) now_ms: u64,
}

/// The acts of an answer: the referral too, when the person agrees and the offer was granted.
pub(crate) fn plan(answer: &OfferAnswer, known: &Known<'_>) -> Result<Vec<(CompartmentKind, Act)>, Problem> {
    let Known { view, pack, now_ms, .. } = *known;
    if let Some(offence) = &answer.offence {
        check::code("offence", CodeList::Offences, offence, now_ms)?;
    }
    let Agrees { answer: said, reason } = answer.agrees.clone();
    let mut police = vec![Act::OfferAnswered(OfferAnswered { answer: said, reason, until_ms: None })];
    let mut shared = Vec::new();
    if view.offer.stands() && !view.disposal.is_applied() && roadside::said_yes(said) {
        let offence = answer.offence.clone();
        let crime = offence.map(|offence| CrimeRecorded { offence, crime_reference: None });
        police.extend(referring::diverted(pack, crime));
        shared.push(Act::ConsentRecorded(referring::consent(answer.consent.as_ref())?));
        shared.push(Act::ReferralSubmitted(submit(answer, known)?));
    }
    // Another officer may have recorded a yes meanwhile: nobody contacts the person before it is settled.
    if said == Answer::No {
        shared.push(Act::ConsentRecorded(referring::no_consent()));
    }
    let police = police.into_iter().map(|act| (CompartmentKind::Police, act));
    Ok(police.chain(shared.into_iter().map(|act| (CompartmentKind::Shared, act))).collect())
}

fn submit(answer: &OfferAnswer, known: &Known<'_>) -> Result<ReferralSubmitted, Problem> {
    let Known { me, view, pack, providers, now_ms } = *known;
    let person = view.subject.as_ref().ok_or_else(|| Problem::new("record_unknown", ""))?;
    let subject = person.written_down();
    let wish = Wish {
        field: "provider",
        named: answer.provider,
        area: answer.area.as_deref(),
        overriding: answer.overriding.as_ref(),
        years: referring::years_of(&subject, now_ms),
    };
    let to = &referring::choose(providers, &wish)?;
    let (record, reach, voluntary) = (answer.record.0, answer.reach.as_ref(), YesNo::No);
    Sending { me, record, pack, subject, reach, to, voluntary }.submit()
}
