//! The later answer to an offer: left open at the roadside, or granted by a supervisor since.
//!
//! Does not assess again: the snapshot is written once, and a good-faith offer is honoured.

use serde_json::json;

use crate::clock::Now;
use crate::codes::CodeList;
use crate::ids::{CompartmentKind, OrgId, Record};
use crate::local_time::days_later_ms;
use crate::policy::PolicyPack;
use crate::referral::act::{Act, Answer, CrimeRecorded, OfferAnswered, Reach, ReferralSubmitted, YesNo};
use crate::referral::crime;
use crate::referral::eligibility::{Age, ProviderAgeBand, Verdict};
use crate::referral::timers::pack_of;
use crate::referral::view::{View, view};

use crate::check;
use crate::command::Named;
use crate::command::known::{Known, Member};
use crate::command::plan::{After, Outcome, Plan, Recorded};
use crate::command::roadside::answer;
use crate::command::roadside::encounter::{Sent, said_yes};
use crate::command::roadside::form::{Agrees, Consent};
use crate::command::roadside::referring::{self, Override, Sending, Wish};
use crate::problem::Problem;
use crate::sync::enrolment::Provider;

fields! {
    /// What the person answered, and what a referral needs.
    OfferAnswer {
        /// The encounter.
        record: Named,
        /// What the person said.
        agrees: Agrees,
        /// What they agreed to; needed to refer.
        #[serde(default)] consent: Option<Consent>,
        /// How to reach them; needed to refer.
        #[serde(default)] reach: Option<Reach>,
        /// The service; found by area and age when it is left out.
        #[serde(default)] provider: Option<OrgId>,
        /// The area, as the services name theirs.
        #[serde(default)] area: Option<String>,
        /// Why a service for other ages is named all the same.
        #[serde(default, rename = "override")] overriding: Option<Override>,
        /// The offence, where it does not follow from the drug: a code of `offences`.
        #[serde(default)] offence: Option<String>,
    }
}

impl OfferAnswer {
    /// The acts, by the rules that the offer was made under, and what the screen shows.
    pub(super) fn plan<K: Known>(&self, known: &K) -> Result<Outcome, K::Fault> {
        let record = self.record.record(known)?;
        let states = known.held(record)?;
        let (view, providers) = (&view(&states), &known.providers()?);
        let (member, pack, of_item, now) =
            (known.member(), pack_of(&states), crime::offence_of_item(&states), known.now());
        let answered = plan(self, &Offered { member, record, view, pack, providers, of_item, now })?;
        let answer = json!(answer::answered(pack, self.consent.as_ref(), &answered, now.ms));
        let plan = Plan::of(record, answered.acts);
        Ok(Recorded { after: After::CrimeReport, ..Recorded::of(plan, answer) }.into())
    }
}

/// What is known when an offer is answered.
struct Offered<'a> {
    member: &'a Member,
    record: Record,
    view: &'a View,
    /// The rules of the offer.
    pack: &'a PolicyPack,
    providers: &'a [Provider],
    /// The offence that the item gives.
    of_item: Option<&'a str>,
    now: Now,
}

/// What an answer comes to.
pub(super) struct Answered {
    pub(super) acts: Vec<(CompartmentKind, Act)>,
    /// What is read out: a yes that refers is eligible.
    pub(super) verdict: Verdict,
    pub(super) age: ProviderAgeBand,
    pub(super) sent: Option<Sent>,
}

/// The acts of an answer: the referral too, when the person agrees and the offer was granted.
fn plan(answer: &OfferAnswer, offered: &Offered<'_>) -> Result<Answered, Problem> {
    let Offered { view, pack, now, .. } = *offered;
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
    if view.offer.stands() && !view.disposal.is_applied() && said_yes(said) {
        let typed = CrimeRecorded { offence: answer.offence.clone(), crime_reference: None };
        let applied = referring::outcome_of(pack);
        police.extend(referring::decided(applied, view.crime.as_ref(), typed, offered.of_item));
        shared.push(Act::ConsentRecorded(referring::consent(answer.consent.as_ref())?));
        let (submitted, provider) = submit(answer, offered)?;
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

fn submit(
    answer: &OfferAnswer,
    offered: &Offered<'_>,
) -> Result<(ReferralSubmitted, Option<Provider>), Problem> {
    let Offered { member: me, record, view, pack, providers, now, .. } = *offered;
    let person = view.subject.as_ref().ok_or_else(|| Problem::new("record_unknown", ""))?;
    let subject = person.written_down();
    let wish = Wish {
        field: "provider",
        named: answer.provider,
        area: answer.area.as_deref(),
        overriding: answer.overriding.as_ref(),
        years: person.age_at(now.ms).map(Age::years),
        need: view.need.as_deref(),
        now_ms: now.ms,
    };
    let to = &referring::choose(providers, &wish)?;
    let (reach, voluntary) = (answer.reach.as_ref(), YesNo::No);
    let submitted = Sending { me, record, pack, subject, reach, to, voluntary }.submit()?;
    Ok((submitted, to.provider.clone()))
}
