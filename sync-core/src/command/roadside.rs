//! The roadside: an encounter and what it ends in, and the later answer to an offer.
//!
//! ```text
//!   form ─▶ asked (what a check asks back) ─▶ encounter (the rules, the acts) ─▶ answer (what the screen shows)
//!                                                   └─ referring (which service, consent, reach, outcome)
//!   offer ─────────────────────────────────────────────▶ referring ─▶ answer
//! ```
//! Pure. Does not judge what is written: see [`crate::referral::judge`].

pub mod answer;
mod asked;
mod encounter;
mod form;
mod offer;
pub(super) mod referring;

pub use asked::{Choice, Question};
pub use form::{
    Agrees, CheckAnswer, Consent, Form, ItemAnswer, NotOffered, Notice, OffenceAnswer, SafeNow, Signs,
};
pub use offer::OfferAnswer;
pub use referring::Override;

use serde_json::json;

use crate::clock::{ClockMark, Now};
use crate::command::known::{Known, Member};
use crate::command::plan::{After, Outcome, Plan, Recorded};
use crate::exhibit;
use crate::ids::Record;
use crate::local_time::{MINUTE_MS, days_later_ms};
use crate::problem::Problem;
use crate::referral::act::Subject;
use crate::referral::eligibility::Prior;
use crate::referral::plausible::WRITTEN_LATER_MS;
use crate::referral::rule_inputs::prior_of;
use crate::referral::view::view;
use encounter::{Aim, Scene};

/// How far ahead of this clock the one may be that a time was read from.
const TOLERANCE_MS: u64 = 10 * MINUTE_MS;

type Assess = Form;
type Refer = Form;
type RecordEncounter = Form;
type AnswerOffer = OfferAnswer;

side! {
    /// An encounter, and the later answer to an offer.
    Roadside {
        "assess" Assess [] "Says what the rules say of a form; writes nothing." r#"{"drug":"cannabis","family":"Harrow","given":"Dean","born":"1987-04-12","identity":"photo_document","signs":{},"safe_now":{}}"# -> answer::Assessed;
        "refer" Refer ["encounter.opened" "item.seized" "check.recorded" "necessity.recorded" "defence.raised" "offence.linked" "offence.described" "oic.decided" "encounter.described" "eligibility.assessed" "offer.answered" "effort.recorded"
            "crime.recorded" "disposal.applied" "consent.recorded" "referral.submitted" "need.named" "appointment.requested" "safeguarding.raised" "notice.given"] "Records an encounter, and refers the person when the rules allow it."
            r#"{"drug":"cannabis","amount":"two wraps","family":"Harrow","given":"Dean","born":"1987-04-12","identity":"photo_document","checks":[{"kind":"pnc","channel":"voice_radio","result":"nothing_found"}],"signs":{},"safe_now":{},"ethnicity":"NS","agrees":{"answer":"yes"},"consent":{"contact":"yes","feedback":"yes","wording":"v1","language":"en"},"reach":{"phone":"07700 900123","may":["text"]},"area":"west"}"# -> answer::EncounterSaved;
        "record_encounter" RecordEncounter ["encounter.opened" "item.seized" "check.recorded" "necessity.recorded" "defence.raised" "offence.linked" "offence.described" "oic.decided" "encounter.described" "eligibility.assessed" "offer.answered" "effort.recorded" "safeguarding.raised" "notice.given"] "Records an encounter that ends without a referral."
            r#"{"drug":"cannabis","family":"Lowe","given":"Kim","born":"1991-05-06","identity":"photo_document","signs":{"supply":["many_wraps"]},"safe_now":{},"ethnicity":"NS"}"# -> answer::EncounterSaved;
        "answer_offer" AnswerOffer ["offer.answered" "crime.recorded" "disposal.applied" "consent.recorded" "referral.submitted"] "Records the later answer to an offer that was left open or granted."
            r#"{"record":"<record>","agrees":{"answer":"no"}}"# -> answer::OfferSaved;
    }
}

impl Roadside {
    /// The acts, and what the screen shows.
    pub(super) fn plan<K: Known>(&self, known: &K) -> Result<Outcome, K::Fault> {
        match self {
            Self::Assess(form) => {
                let scene = scene(known, form)?;
                let assessment = encounter::assess_only(form, &scene)?;
                Ok(Outcome::Answer(json!(answer::assessed(&assessment, form, &scene))))
            }
            Self::Refer(form) => encountered(known, form, Aim::Refer),
            Self::RecordEncounter(form) => encountered(known, form, Aim::Record),
            Self::AnswerOffer(answer) => answer.plan(known),
        }
    }
}

fn encountered<K: Known>(known: &K, form: &Form, aim: Aim) -> Result<Outcome, K::Fault> {
    let scene = scene(known, form)?;
    let encounter = encounter::plan(form, &scene, aim)?;
    if encounter.sent.is_some() && !form.again {
        not_referred_yet(known, &form.subject()?)?;
    }
    for exhibit in &encounter.exhibits {
        if known.exhibit_used(exhibit)? {
            return Err(Problem::at("exhibit_repeated", "exhibit", "").into());
        }
    }
    let answer = json!(answer::encounter(&encounter, form, &scene));
    let (plan, exhibits) = (Plan::of(scene.record, encounter.acts), encounter.exhibits);
    Ok(Recorded { exhibits, after: After::CrimeReport, ..Recorded::of(plan, answer) }.into())
}

/// A second referral of one person by one officer within a day asks first.
fn not_referred_yet<K: Known>(known: &K, subject: &Subject) -> Result<(), K::Fault> {
    let (member, now) = (known.member(), known.now());
    for record in known.records_about(subject)? {
        let seen = view(&known.states(record)?);
        let Some(submitted_ms) = seen.submitted_ms.filter(|_| seen.cancelled.is_none()) else { continue };
        // By an uncertain clock any earlier referral may be of today.
        let is_recent = now.clock == ClockMark::Suspect || now.ms < days_later_ms(submitted_ms, 1);
        if is_recent && seen.owners.contains(&member.user) {
            return Err(Problem::already_referred("again", seen.reference.unwrap_or_default()).into());
        }
    }
    Ok(())
}

/// What is known when an encounter begins.
fn scene<'a, K: Known>(known: &'a K, form: &Form) -> Result<Scene<'a>, K::Fault> {
    form.check(known.now().checked_ms())?;
    Ok(Scene {
        member: known.member(),
        now: known.now(),
        at_ms: happened(form, known.now())?,
        record: Record::referral(known.new_id()?),
        rules: known.rules()?,
        priors: priors(known, &form.subject()?)?,
        checked: known.checked(&form.subject()?)?,
        providers: known.providers()?,
        exhibits: proposed_exhibits(known, 1 + form.items.len())?,
        last_sync_ms: known.last_sync_ms()?,
    })
}

/// Earlier referrals of the same person, as far as they are held here.
fn priors<K: Known>(known: &K, subject: &Subject) -> Result<Vec<Prior>, K::Fault> {
    let mut priors = Vec::new();
    for record in known.records_about(subject)? {
        priors.extend(prior_of(record.id, &known.states(record)?));
    }
    Ok(priors)
}

/// When it happened: now, or up to 72 hours back. By an uncertain clock nothing is turned away.
fn happened(form: &Form, now: Now) -> Result<u64, Problem> {
    let Some(at_ms) = form.at_ms else { return Ok(now.ms) };
    let recent = now.ms.saturating_sub(WRITTEN_LATER_MS)..=now.ms.saturating_add(TOLERANCE_MS);
    if now.clock == ClockMark::Plain && !recent.contains(&at_ms) {
        return Err(Problem::at("encounter_too_old", "at_ms", ""));
    }
    Ok(at_ms.min(now.ms))
}

/// The officer's initials, the letter of this phone and the next free numbers.
fn proposed_exhibits<K: Known>(known: &K, count: usize) -> Result<Vec<String>, K::Fault> {
    let Member { name, initials, letter, .. } = known.member();
    let initials = if initials.is_empty() { exhibit::initials(name) } else { initials.clone() };
    let mut proposed = Vec::with_capacity(count);
    let mut number = known.exhibits()?;
    while proposed.len() < count {
        number += 1;
        let reference = exhibit::proposed(&initials, letter, number);
        if !known.exhibit_used(&reference)? {
            proposed.push(reference);
        }
    }
    Ok(proposed)
}
