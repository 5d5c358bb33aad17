//! The later answer to an offer: left open at the roadside, or granted by a supervisor since.
//!
//! Does not assess again: the snapshot is written once, and a good-faith offer is honoured.

use serde::Deserialize;
use sync_core::codes::CodeList;
use sync_core::ids::{CompartmentKind, OrgId};
use sync_core::referral::act::{
    Act, ConsentRecorded, CrimeRecorded, OfferAnswered, Reach, ReferralSubmitted, YesNo,
};
use sync_core::referral::eligibility::ProviderAgeBand;
use sync_core::referral::view::View;

use crate::command::form::{Agrees, Consent};
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
    #[serde(default)]
    pub(crate) offence: Option<String>,
}

/// The acts of an answer: the referral too, when the person agrees and the offer was granted.
pub(crate) fn plan(
    answer: &OfferAnswer,
    view: &View,
    me: &Me,
    providers: &[Provider],
    now_ms: u64,
) -> Result<Vec<(CompartmentKind, Act)>, Problem> {
    if let Some(offence) = &answer.offence {
        check::code("offence", CodeList::Offences, offence, now_ms)?;
    }
    let Agrees { answer: said, reason } = answer.agrees.clone();
    let answered = Act::OfferAnswered(OfferAnswered { answer: said, reason, until_ms: None });
    let mut acts = vec![(CompartmentKind::Police, answered)];
    if !view.offer.stands() || !roadside::said_yes(said) {
        return Ok(acts);
    }
    if let Some(offence) = answer.offence.clone() {
        let crime = CrimeRecorded { offence, crime_reference: None };
        acts.push((CompartmentKind::Police, Act::CrimeRecorded(crime)));
    }
    acts.push((CompartmentKind::Police, roadside::diverted()));
    let consent: ConsentRecorded = roadside::consent(answer.consent.as_ref())?;
    acts.push((CompartmentKind::Shared, Act::ConsentRecorded(consent)));
    let submitted = submit(answer, view, me, providers)?;
    acts.push((CompartmentKind::Shared, Act::ReferralSubmitted(submitted)));
    Ok(acts)
}

fn submit(
    answer: &OfferAnswer,
    view: &View,
    me: &Me,
    providers: &[Provider],
) -> Result<ReferralSubmitted, Problem> {
    let subject = view.subject.clone().ok_or_else(|| Problem::new("record_unknown", ""))?;
    let band = ProviderAgeBand::Adult;
    let provider = roadside::choose_of(providers, answer.provider, answer.area.as_deref(), band)?;
    Ok(ReferralSubmitted {
        reference: roadside::reference(me, answer.record.0)?,
        subject: sync_core::referral::act::Subject { ethnicity: None, ..subject },
        reach: roadside::reach(answer.reach.as_ref())?,
        provider: provider.id,
        policy: roadside::policy(),
        voluntary: YesNo::No,
    })
}
