//! What an encounter answers on the screen: whom to ring first, the verdict, the words to read out.
//!
//! Does not decide anything. The text for the crime report is [`crate::query::crime_report`]'s.

use crate::codes::{self, CodeList};
use crate::command::plan::Saved;
use crate::command::roadside::asked::{self, Question};
use crate::command::roadside::encounter::{Encounter, Scene, Sent};
use crate::command::roadside::form::{Consent, Form};
use crate::command::roadside::offer::Answered;
use crate::ids::OrgId;
use crate::local_time::{local_day, local_minute};
use crate::policy::{PolicyPack, PolicyRef, Step};
use crate::referral::act::YesNo;
use crate::referral::eligibility::{
    Assessment, Finding, Flag, Met, Names, Passed, PriorCheck, Rule, Verdict, VoluntaryOffer, WhyOutOfScope,
    read_out,
};
use crate::referral::wording;
use crate::service::Accepts;
use crate::sync::enrolment::Provider;

answers! {
    /// What the rules say of a form.
    Assessed {
        /// Whom to ring before anything else; null: nobody.
        ring_now: Option<Ring>,
        /// The verdict.
        verdict: Verdict,
        /// Its code.
        verdict_code: &'static str,
        /// The same in people's words.
        verdict_words: &'static str,
        /// The sentence to read out.
        sentence: String,
        /// Every rule's answer.
        findings: Vec<Finding>,
        /// What happens instead of a diversion.
        what_happens_instead: Option<String>,
        /// Whether a voluntary referral may be offered.
        voluntary_offer: VoluntaryOffer,
        /// What the officer does besides.
        also_do: Vec<Step>,
        /// What an admin looks at afterwards.
        flags: Vec<Flag>,
        /// What is asked back before anything is saved.
        asks: Vec<Question>,
        /// What the officer must know, apart from the words to read out.
        officer: Vec<String>,
        /// The rules that were applied.
        policy: PolicyRef,
        /// How old the rules are here, in milliseconds.
        policy_age_ms: u64,
        /// What the central record said of earlier referrals, and when; null: it was not asked.
        checked: Option<PriorCheck>,
        /// How old the information about earlier referrals is, in milliseconds; null: there was none.
        freshness_ms: Option<u64>,
    }
    /// Whom to ring now.
    Ring {
        /// Whom, in words.
        whom: String,
        /// The number.
        number: String,
        /// Whether somebody is in danger now.
        immediate_danger: YesNo,
        /// What to do, in one sentence.
        sentence: String,
    }
    /// A service, and how the person reaches it.
    Reached {
        /// Its name; null: it is still to be found.
        provider: Option<String>,
        /// Its id.
        provider_id: Option<OrgId>,
        /// Its number.
        telephone: Option<String>,
        /// When somebody is there.
        hours: Option<String>,
    }
    /// Whether and to whom the person was referred.
    Referred {
        /// The reference to read out.
        reference: Option<String>,
        /// Whether they were referred.
        referred: YesNo,
        /// Whether the service is still to be found.
        service_to_be_found: YesNo,
        /// The service.
        #[serde(flatten)] service: Reached,
    }
    /// An encounter.
    Encountered {
        /// What the rules said.
        #[serde(flatten)] assessed: Assessed,
        /// What it came to.
        #[serde(flatten)] referred: Referred,
        /// The exhibit reference of the item that the rules read.
        exhibit: String,
        /// Every exhibit reference, that one first.
        exhibits: Vec<String>,
        /// What is read out to the person.
        words: Vec<String>,
    }
    /// An encounter that was saved, with its entries.
    EncounterSaved {
        /// What the screen shows.
        #[serde(flatten)] encountered: Encountered,
        /// The block for the crime report.
        crime_report: Option<String>,
        /// What was saved.
        #[serde(flatten)] saved: Saved,
    }
    /// A later answer that was saved, with its entries.
    OfferSaved {
        /// What the screen shows.
        #[serde(flatten)] answered: OfferAnswered,
        /// The block for the crime report.
        crime_report: Option<String>,
        /// What was saved.
        #[serde(flatten)] saved: Saved,
    }
    /// A service that was named.
    AssignSaved {
        /// The service.
        #[serde(flatten)] service: Reached,
        /// What was saved.
        #[serde(flatten)] saved: Saved,
    }
    /// A later answer to an offer.
    OfferAnswered {
        /// What it came to.
        #[serde(flatten)] referred: Referred,
        /// What is read out to the person.
        words: Vec<String>,
        /// What the officer must know.
        officer: Vec<String>,
    }
}

/// Nothing about a conversation with the person is recorded here, not even that it took place.
const INTELLIGENCE: &str = "Intelligence goes into the force's own system, not in here.";

/// The answer of a dry run.
pub(super) fn assessed(assessment: &Assessment, form: &Form, scene: &Scene<'_>) -> Assessed {
    Assessed {
        ring_now: ring_now(assessment, form, scene),
        verdict: assessment.verdict.clone(),
        verdict_code: assessment.verdict.code(),
        verdict_words: wording::verdict(&assessment.verdict),
        sentence: assessment.sentence.clone(),
        findings: assessment.findings.clone(),
        what_happens_instead: assessment.what_happens_instead.clone(),
        voluntary_offer: assessment.voluntary_offer,
        also_do: assessment.also_do.clone(),
        flags: assessment.flags.clone(),
        asks: asked::open(form),
        officer: officer(assessment, form, scene),
        checked: scene.checked,
        policy: assessment.policy.clone(),
        policy_age_ms: scene.now.ms.saturating_sub(scene.rules.as_of_ms),
        freshness_ms: assessment.freshness_ms,
    }
}

/// The answer of an encounter that is saved.
pub(super) fn encounter(encounter: &Encounter, form: &Form, scene: &Scene<'_>) -> Encountered {
    let sent = encounter.sent.as_ref();
    let met = Met {
        verdict: &encounter.assessment.verdict,
        voluntary: sent.map_or(YesNo::No, |sent| sent.voluntary),
        age: encounter.assessment.provider_age_band,
        feedback: form.consent.as_ref().map_or(YesNo::No, |consent| consent.feedback),
    };
    let mut assessed = assessed(&encounter.assessment, form, scene);
    assessed.officer.extend(takes_nobody(sent, scene.now.ms));
    Encountered {
        assessed,
        referred: referred(sent),
        exhibit: encounter.exhibits.first().cloned().unwrap_or_default(),
        exhibits: encounter.exhibits.clone(),
        words: read_to_person(scene.rules.pack, &met, sent),
    }
}

/// The answer of a later answer to an offer.
pub(super) fn answered(
    pack: &PolicyPack,
    consent: Option<&Consent>,
    answered: &Answered,
    now_ms: u64,
) -> OfferAnswered {
    let feedback = consent.map_or(YesNo::No, |consent| consent.feedback);
    let (verdict, age) = (&answered.verdict, answered.age);
    let met = Met { verdict, voluntary: YesNo::No, age, feedback };
    let sent = answered.sent.as_ref();
    let words = read_to_person(pack, &met, sent);
    let officer = [INTELLIGENCE.to_owned()].into_iter().chain(takes_nobody(sent, now_ms)).collect();
    OfferAnswered { referred: referred(sent), words, officer }
}

/// That the service takes nobody new at this time: it was chosen since no other fits.
fn takes_nobody(sent: Option<&Sent>, now_ms: u64) -> Option<String> {
    let service = sent?.provider.as_ref()?;
    let name = &service.name;
    if service.accepts.on(local_day(now_ms)) {
        return None;
    }
    Some(match service.accepts {
        Accepts::From(day) => {
            format!("{name} takes nobody new before {}: ring them.", day.format("%-d %B %Y"))
        }
        Accepts::No | Accepts::Yes => format!("{name} takes nobody new at this time: ring them."),
    })
}

/// Whether and to whom the person was referred.
fn referred(sent: Option<&Sent>) -> Referred {
    let said = |yes| if yes { YesNo::Yes } else { YesNo::No };
    let provider = sent.and_then(|sent| sent.provider.as_ref());
    Referred {
        reference: sent.map(|sent| sent.reference.clone()),
        referred: said(sent.is_some()),
        service_to_be_found: said(sent.is_some() && provider.is_none()),
        service: Reached::of(provider),
    }
}

impl Reached {
    /// How a service is reached.
    #[must_use]
    pub fn of(service: Option<&Provider>) -> Self {
        let said = |text: &String| (!text.is_empty()).then(|| text.clone());
        Self {
            provider: service.map(|service| service.name.clone()),
            provider_id: service.map(|service| service.id),
            telephone: service.and_then(|service| said(&service.telephone)),
            hours: service.and_then(|service| said(&service.hours)),
        }
    }
}

/// Whom to ring when a concern was raised, or about a child who is too young for any of this: nothing has been sent yet.
fn ring_now(assessment: &Assessment, form: &Form, scene: &Scene<'_>) -> Option<Ring> {
    let (pack, now_ms) = (scene.rules.pack, scene.now.ms);
    let codes = &form.safe_now.codes;
    let too_young = matches!(assessment.verdict, Verdict::OutOfScope { why: WhyOutOfScope::UnderTen });
    if codes.is_empty() && !too_young {
        return None;
    }
    let line = pack.ring_now(form.area.as_deref().unwrap_or("*"), local_minute(now_ms));
    let danger = codes.iter().any(|code| codes::is_immediate_danger(code));
    Some(Ring {
        whom: line.whom.clone(),
        number: line.number.clone(),
        immediate_danger: if danger { YesNo::Yes } else { YesNo::No },
        sentence: format!("Ring {} now. Nothing has been sent yet.", line.number),
    })
}

/// What is read out to the person.
fn read_to_person(pack: &PolicyPack, met: &Met<'_>, sent: Option<&Sent>) -> Vec<String> {
    let Some(sent) = sent else { return read_out(pack, met, &Names::default()) };
    let reference = sent.reference.as_str();
    let names = match &sent.provider {
        Some(service) => {
            Names { service: &service.name, telephone: &service.telephone, hours: &service.hours, reference }
        }
        None => Names { reference, ..Names::default() },
    };
    read_out(pack, met, &names)
}

/// What the officer must know, apart from the words to read out.
fn officer(assessment: &Assessment, form: &Form, scene: &Scene<'_>) -> Vec<String> {
    let mut lines = vec![assessment.sentence.clone()];
    lines.extend(scene.checked.map(|checked| looked_up(&checked)));
    let before = assessment.findings.iter().find(|finding| finding.rule == Rule::Engaged);
    // What the central record says is said already.
    let is_said = |finding: &&Finding| finding.inputs.contains_key("central");
    let before = before.filter(|finding| finding.passed == Passed::Yes && !is_said(finding));
    lines.extend(before.map(|finding| finding.sentence.clone()));
    for flag in &assessment.flags {
        lines.extend(match flag {
            Flag::Wanted => Some(wanted(form)),
            Flag::FeedbackMissing { .. } => None,
        });
    }
    lines.extend(assessment.what_happens_instead.clone());
    let may_offer = match assessment.voluntary_offer {
        VoluntaryOffer::MayBeMade => !assessment.verdict.allows_diversion(),
        VoluntaryOffer::NotUnderAge => false,
    };
    if may_offer && form.voluntary != Some(YesNo::Yes) {
        lines.push("You can offer a voluntary referral: it changes nothing else.".to_owned());
    }
    lines.extend(assessment.also_do.iter().map(|step| step.sentence.clone()));
    lines.push(INTELLIGENCE.to_owned());
    lines
}

/// What the central record said, and when.
fn looked_up(checked: &PriorCheck) -> String {
    let minute = local_minute(checked.at_ms);
    let (hour, minute, words) = (minute / 60, minute % 60, checked.answer.words());
    format!("Looked up in the central record at {hour:02}:{minute:02}. {words}")
}

fn wanted(form: &Form) -> String {
    let answer = form.checks.iter().find_map(|check| check.wanted.as_deref());
    let answer = answer.and_then(|code| codes::label(CodeList::WantedAnswers, code));
    let answer = answer.unwrap_or("answer what you did about it");
    format!("A check says that the person is wanted for something else: {}.", answer.to_lowercase())
}
