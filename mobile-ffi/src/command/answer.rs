//! What an encounter answers on the screen: whom to ring first, the verdict, the words to read out.
//!
//! Does not decide anything. The text for the crime report is [`crate::query::report`]'s.

use serde_json::{Value, json};
use sync_core::codes;
use sync_core::policy::PolicyPack;
use sync_core::referral::act::YesNo;
use sync_core::referral::eligibility::{Assessment, Rule};
use sync_core::referral::timers::local_minute;

use crate::command::form::Form;
use crate::command::roadside::{Desk, Encounter, Sent};

/// The answer of a dry run.
pub(crate) fn assessed(assessment: &Assessment, form: &Form, desk: &Desk<'_>) -> Value {
    json!({
        "ring_now": ring_now(desk.rules.pack, form, desk.now_ms),
        "verdict": assessment.verdict,
        "verdict_code": assessment.verdict.code(),
        "sentence": assessment.sentence,
        "findings": assessment.findings,
        "what_happens_instead": assessment.what_happens_instead,
        "voluntary_offer": assessment.voluntary_offer,
        "also_do": assessment.also_do,
        "policy": assessment.policy,
        "policy_age_ms": desk.now_ms.saturating_sub(desk.rules.as_of_ms),
        "freshness_ms": assessment.freshness_ms,
    })
}

/// The answer of an encounter that was saved, but for the ops.
pub(crate) fn encounter(encounter: &Encounter, form: &Form, desk: &Desk<'_>) -> Value {
    let mut answer = assessed(&encounter.assessment, form, desk);
    let sent = encounter.sent.as_ref();
    answer["reference"] = json!(sent.map(|sent| &sent.reference));
    let service = sent.and_then(|sent| sent.provider.as_ref());
    let said = |text: &String| (!text.is_empty()).then(|| text.clone());
    answer["provider"] = json!(service.map(|service| &service.name));
    answer["provider_id"] = json!(service.map(|service| service.id));
    answer["telephone"] = json!(service.and_then(|service| said(&service.telephone)));
    answer["hours"] = json!(service.and_then(|service| said(&service.hours)));
    answer["service_to_be_found"] =
        json!(if sent.is_some() && service.is_none() { YesNo::Yes } else { YesNo::No });
    answer["referred"] = json!(if sent.is_some() { YesNo::Yes } else { YesNo::No });
    answer["exhibit"] = json!(encounter.exhibit);
    answer["words"] = json!(words(&encounter.assessment, sent));
    answer
}

/// Whom to ring when a concern was raised: nothing has been sent yet.
fn ring_now(pack: &PolicyPack, form: &Form, now_ms: u64) -> Value {
    let codes = &form.safe_now.codes;
    if codes.is_empty() {
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

fn words(assessment: &Assessment, sent: Option<&Sent>) -> Vec<String> {
    let promised = [Rule::NoSanction, Rule::EngagementCounts, Rule::NoAdmission];
    let promises = assessment.findings.iter().filter(|finding| promised.contains(&finding.rule));
    let mut words = vec![assessment.sentence.clone()];
    match sent {
        Some(sent) => {
            words.push(match &sent.provider {
                Some(service) => format!("{} will get in touch with you.", service.name),
                None => "We are still looking for a service for you, and will tell you which.".to_owned(),
            });
            words.push(format!("Your reference is {}.", sent.reference));
            words.extend(promises.map(|finding| finding.sentence.clone()));
        }
        None => words.extend(assessment.what_happens_instead.clone()),
    }
    words
}
