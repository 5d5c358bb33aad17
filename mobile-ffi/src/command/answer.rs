//! What an encounter answers on the screen: whom to ring first, the verdict, the words to read out.
//!
//! Does not decide anything. The text for the crime report is [`crate::query::report`]'s.

use serde_json::{Value, json};
use sync_core::codes::{self, CodeList};
use sync_core::local_time::local_minute;
use sync_core::policy::PolicyPack;
use sync_core::referral::act::YesNo;
use sync_core::referral::eligibility::{
    Assessment, Flag, Met, Names, Passed, Rule, Verdict, VoluntaryOffer, WhyOutOfScope, read_out,
};

use crate::command::asked;
use crate::command::form::{Consent, Form};
use crate::command::offer::Answered;
use crate::command::roadside::{Desk, Encounter, Sent};
use crate::query;
use crate::store::reference::Provider;

/// Nothing about a conversation with the person is recorded here, not even that it took place.
const INTELLIGENCE: &str = "Intelligence goes into the force's own system, not in here.";

/// The answer of a dry run.
pub(crate) fn assessed(assessment: &Assessment, form: &Form, desk: &Desk<'_>) -> Value {
    json!({
        "ring_now": ring_now(assessment, form, desk),
        "verdict": assessment.verdict,
        "verdict_code": assessment.verdict.code(),
        "verdict_words": query::words::verdict(&assessment.verdict),
        "sentence": assessment.sentence,
        "findings": assessment.findings,
        "what_happens_instead": assessment.what_happens_instead,
        "voluntary_offer": assessment.voluntary_offer,
        "also_do": assessment.also_do,
        "flags": assessment.flags,
        "asks": asked::open(form),
        "officer": officer(assessment, form),
        "policy": assessment.policy,
        "policy_age_ms": desk.now.ms.saturating_sub(desk.rules.as_of_ms),
        "freshness_ms": assessment.freshness_ms,
    })
}

/// The answer of an encounter that was saved, but for the ops.
pub(crate) fn encounter(encounter: &Encounter, form: &Form, desk: &Desk<'_>) -> Value {
    let mut answer = assessed(&encounter.assessment, form, desk);
    let sent = encounter.sent.as_ref();
    referred(&mut answer, sent);
    answer["exhibit"] = json!(encounter.exhibit);
    let met = Met {
        verdict: &encounter.assessment.verdict,
        voluntary: sent.map_or(YesNo::No, |sent| sent.voluntary),
        age: encounter.assessment.provider_age_band,
        feedback: form.consent.as_ref().map_or(YesNo::No, |consent| consent.feedback),
    };
    answer["words"] = json!(words(desk.rules.pack, &met, sent));
    answer
}

/// The answer of a later answer to an offer, but for the ops.
pub(crate) fn answered(pack: &PolicyPack, consent: Option<&Consent>, answered: &Answered) -> Value {
    let feedback = consent.map_or(YesNo::No, |consent| consent.feedback);
    let (verdict, age) = (&answered.verdict, answered.age);
    let met = Met { verdict, voluntary: YesNo::No, age, feedback };
    let mut answer = json!({"words": words(pack, &met, answered.sent.as_ref()), "officer": [INTELLIGENCE]});
    referred(&mut answer, answered.sent.as_ref());
    answer
}

/// Whether and to whom the person was referred.
fn referred(answer: &mut Value, sent: Option<&Sent>) {
    answer["reference"] = json!(sent.map(|sent| &sent.reference));
    let provider = sent.and_then(|sent| sent.provider.as_ref());
    service(answer, provider);
    answer["service_to_be_found"] =
        json!(if sent.is_some() && provider.is_none() { YesNo::Yes } else { YesNo::No });
    answer["referred"] = json!(if sent.is_some() { YesNo::Yes } else { YesNo::No });
}

/// The service, and how the person reaches it.
pub(crate) fn service(answer: &mut Value, service: Option<&Provider>) {
    let said = |text: &String| (!text.is_empty()).then(|| text.clone());
    answer["provider"] = json!(service.map(|service| &service.name));
    answer["provider_id"] = json!(service.map(|service| service.id));
    answer["telephone"] = json!(service.and_then(|service| said(&service.telephone)));
    answer["hours"] = json!(service.and_then(|service| said(&service.hours)));
}

/// Whom to ring when a concern was raised, or about a child who is too young for any of this: nothing has been sent yet.
fn ring_now(assessment: &Assessment, form: &Form, desk: &Desk<'_>) -> Value {
    let (pack, now_ms) = (desk.rules.pack, desk.now.ms);
    let codes = &form.safe_now.codes;
    let too_young = matches!(assessment.verdict, Verdict::OutOfScope { why: WhyOutOfScope::UnderTen });
    if codes.is_empty() && !too_young {
        return Value::Null;
    }
    let line = pack.ring_now(form.area.as_deref().unwrap_or("*"), local_minute(now_ms));
    let danger = codes.iter().any(|code| codes::is_immediate_danger(code));
    json!({
        "whom": line.whom,
        "number": line.number,
        "immediate_danger": if danger { YesNo::Yes } else { YesNo::No },
        "sentence": format!("Ring {} now. Nothing has been sent yet.", line.number),
    })
}

/// What is read out to the person.
fn words(pack: &PolicyPack, met: &Met<'_>, sent: Option<&Sent>) -> Vec<String> {
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
fn officer(assessment: &Assessment, form: &Form) -> Vec<String> {
    let mut lines = vec![assessment.sentence.clone()];
    let before = assessment.findings.iter().find(|finding| finding.rule == Rule::Engaged);
    let before = before.filter(|finding| finding.passed == Passed::Yes);
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

fn wanted(form: &Form) -> String {
    let answer = form.checks.iter().find_map(|check| check.wanted.as_deref());
    let answer = answer.and_then(|code| codes::label(CodeList::WantedAnswers, code));
    let answer = answer.unwrap_or("answer what you did about it");
    format!("A check says that the person is wanted for something else: {}.", answer.to_lowercase())
}
