//! What both sides record: consent, withdrawal, concerns, notices, a call together with the person, corrections.
//!
//! Does not know whether it is allowed: see [`crate::referral::judge`].

use crate::check;
use crate::codes::CodeList;
use crate::command::known::Known;
#[cfg(feature = "json-schema")]
use crate::command::plan::Saved;
use crate::command::plan::{Outcome, Plan};
use crate::command::police::CRIME_REFERENCE;
use crate::command::roadside::referring::no_consent;
use crate::command::{Named, police};
use crate::ids::{CompartmentKind, OpId, Record};
use crate::problem::Problem;
use crate::referral::act::fields::{self, Fields};
use crate::referral::act::{
    Act, ConsentRecorded, ContactWhat, EncounterAmended, HandoverRecorded, NotGiven, NoticeGiven, NoticeTo,
    OpRef, PersonWithdrew, SafeguardingAcknowledged, SafeguardingRaised, SubjectAmended, WalkInCorrected,
    YesNo,
};
use crate::referral::engagement::came_in;
use crate::referral::view::view;

fields! {
    /// What the person agrees to now; it lifts a withdrawal that its author knows.
    Consent {
        /// The referral.
        record: Named,
        /// Whether the service may contact the person.
        contact: YesNo,
        /// Whether the police are told how far the person got.
        #[serde(default)] feedback: Option<YesNo>,
        /// The text that the person agreed to: a code of `consent_wordings`; needed for a yes.
        #[serde(default)] wording: Option<String>,
        /// Its language: a code of `languages`; needed for a yes.
        #[serde(default)] language: Option<String>,
        /// Who was there with the person.
        #[serde(default)] present: Option<String>,
    }
    /// The person wants no further contact.
    Withdraw {
        /// The referral.
        record: Named,
        /// Why: a code of `withdrawal_reasons`.
        reason: String,
    }
    /// A safeguarding concern.
    Safeguard {
        /// The referral.
        record: Named,
        /// What it is about: codes of `safeguarding`, one at least.
        codes: Vec<String>,
        /// Who was told.
        #[serde(default)] told: Option<String>,
        /// When they were told, in milliseconds since 1970.
        #[serde(default)] told_at_ms: Option<u64>,
        /// The number to call back.
        #[serde(default)] call_back: Option<String>,
    }
    /// Somebody has taken up a concern.
    Acknowledge {
        /// The referral.
        record: Named,
        /// The entry that raised it.
        raised: OpId,
    }
    /// The service was rung with the person there.
    Handover {
        /// The referral.
        record: Named,
        /// What came of it.
        result: ContactWhat,
        /// When, in milliseconds since 1970; now, when it is left out.
        #[serde(default)] at_ms: Option<u64>,
    }
    /// Somebody was told of the referral, or why not.
    Notice {
        /// The referral.
        record: Named,
        /// Who.
        to: NoticeTo,
        /// Why they were not told; left out: they were.
        #[serde(default)] not_given: Option<NotGiven>,
    }
    /// A correction of what is known of the person.
    Amend {
        /// The referral.
        record: Named,
        /// What is corrected, `phone` for instance.
        field: String,
        /// What it is now.
        value: String,
    }
}

side! {
    /// What both sides record.
    Shared {
        "consent" Consent ["consent.recorded"] "Records what the person agrees to now."
            r#"{"record":"<record>","contact":"yes","feedback":"yes","wording":"v1","language":"en"}"# -> Saved;
        "withdraw" Withdraw ["person.withdrew"] "Records that the person wants no further contact."
            r#"{"record":"<record>","reason":"not_stated"}"# -> Saved;
        "safeguard" Safeguard ["safeguarding.raised"] "Raises a safeguarding concern."
            r#"{"record":"<record>","codes":["cuckooing"],"told":"the duty desk"}"# -> Saved;
        "acknowledge" Acknowledge ["safeguarding.acknowledged"] "Takes up a safeguarding concern."
            r#"{"record":"<record>","raised":"<concern>"}"# -> Saved;
        "handover" Handover ["handover.recorded"] "Records a call to the service with the person there."
            r#"{"record":"<record>","result":"reached"}"# -> Saved;
        "notice" Notice ["notice.given"] "Records that somebody was told of the referral, or why not."
            r#"{"record":"<record>","to":"guardian"}"# -> Saved;
        "amend" Amend ["subject.amended" "encounter.amended" "crime.recorded" "walk_in.corrected"]
            "Corrects what is known of the person." r#"{"record":"<record>","field":"phone","value":"07700 900124"}"# -> Saved;
    }
}

impl Shared {
    /// The acts.
    pub(super) fn plan<K: Known>(&self, known: &K) -> Result<Outcome, K::Fault> {
        let (device, now) = (known.member().device, known.now());
        let now_ms = now.checked_ms();
        let (record, act) = match self {
            Self::Consent(consent) => (&consent.record, Act::ConsentRecorded(consent.recorded(now_ms)?)),
            Self::Withdraw(withdraw) => {
                check::code("reason", CodeList::WithdrawalReasons, &withdraw.reason, now_ms)?;
                (&withdraw.record, Act::PersonWithdrew(PersonWithdrew { reason: withdraw.reason.clone() }))
            }
            Self::Safeguard(safeguard) => (&safeguard.record, safeguard.raised(now_ms)?),
            Self::Acknowledge(taken_up) => {
                let raised = OpRef::to(taken_up.raised, device);
                (&taken_up.record, Act::SafeguardingAcknowledged(SafeguardingAcknowledged { raised }))
            }
            Self::Handover(call) => {
                let (at_ms, result) = (call.at_ms.unwrap_or(now.ms), call.result);
                (&call.record, Act::HandoverRecorded(HandoverRecorded { at_ms, result }))
            }
            Self::Notice(notice) => {
                let given = NoticeGiven { to: notice.to, not_given: notice.not_given };
                (&notice.record, Act::NoticeGiven(given))
            }
            Self::Amend(amend) => return amend.plan(known, now_ms),
        };
        let record = held(record, known)?;
        Ok(Plan::of(record, vec![(CompartmentKind::Shared, act)]).into())
    }
}

/// A record of which something is held, or was when the form was opened: what people recorded then is never lost.
pub(super) fn held<K: Known>(named: &Named, known: &K) -> Result<Record, K::Fault> {
    let record = named.record(known)?;
    if known.was_shown(record)? || !known.streams(record)?.is_empty() {
        Ok(record)
    } else {
        Err(Problem::at("record_unknown", "record", "").into())
    }
}

impl Consent {
    /// A yes names the wording that the person agreed to, and its language.
    fn recorded(&self, now_ms: u64) -> Result<ConsentRecorded, Problem> {
        let named = [
            ("wording", &self.wording, CodeList::ConsentWordings),
            ("language", &self.language, CodeList::Languages),
        ];
        for (field, text, list) in named {
            match text {
                Some(code) => check::code(field, list, code, now_ms)?,
                None if self.contact == YesNo::Yes => return Err(Problem::at("field_missing", field, "")),
                None => {}
            }
        }
        let Self { contact, feedback, wording, language, present, .. } = self.clone();
        Ok(ConsentRecorded { contact, feedback, wording, language, present, ..no_consent() })
    }
}

impl Safeguard {
    fn raised(&self, now_ms: u64) -> Result<Act, Problem> {
        check::code_list("codes", CodeList::Safeguarding, &self.codes, now_ms)?;
        if self.codes.is_empty() {
            return Err(Problem::at("field_missing", "codes", ""));
        }
        let Self { codes, told, told_at_ms, call_back, .. } = self.clone();
        Ok(Act::SafeguardingRaised(SafeguardingRaised { codes, told, told_at_ms, call_back }))
    }
}

impl Amend {
    /// What both sides read of a person goes to both; a fact for the police alone stays with them.
    fn plan<K: Known>(&self, known: &K, now_ms: u64) -> Result<Outcome, K::Fault> {
        let (field, value) = (self.field.clone(), self.value.clone());
        let (kind, act) = if field == CRIME_REFERENCE {
            check::text("value", &value)?;
            (CompartmentKind::Police, police::crime(None, Some(value), now_ms)?)
        } else if fields::POLICE.has(&field) {
            (CompartmentKind::Police, Act::EncounterAmended(EncounterAmended { field, value }))
        } else {
            known_field(&field, &[&fields::SHARED, &fields::POLICE], &[CRIME_REFERENCE])?;
            if field == "born" {
                check::born("value", &value, now_ms)?;
            }
            if field == "phone" {
                check::phone("value", &value)?;
            }
            if field == "name" {
                keeps_given(&self.record, &value, known)?;
            }
            if fields::WALK_IN.has(&field) && came_in(&known.states(self.record.record(known)?)?) {
                (CompartmentKind::Outreach, Act::WalkInCorrected(WalkInCorrected { field, value }))
            } else {
                (CompartmentKind::Shared, Act::SubjectAmended(SubjectAmended { field, value }))
            }
        };
        Ok(Plan::of(held(&self.record, known)?, vec![(kind, act)]).into())
    }
}

/// A name without a comma is a family name alone: somebody whose given name is known does not lose it by that.
fn keeps_given<K: Known>(record: &Named, name: &str, known: &K) -> Result<(), K::Fault> {
    let seen = view(&known.states(record.record(known)?)?);
    if name.contains(',') || seen.subject.is_none_or(|subject| subject.given.is_empty()) {
        return Ok(());
    }
    Err(Problem::at("field_wrong", "value", "write it as Family, Given").into())
}

/// A field that can be amended: one of these lists; others are named beside them.
pub(super) fn known_field(field: &str, lists: &[&Fields], others: &[&str]) -> Result<(), Problem> {
    if lists.iter().any(|fields| fields.has(field)) {
        return Ok(());
    }
    let names = lists.iter().flat_map(|fields| fields.all).map(|field| field.name);
    let choices: Vec<String> = names.chain(others.iter().copied()).map(str::to_owned).collect();
    let detail = format!("one of: {}", choices.join(", "));
    Err(Problem { choices: choices.into(), ..Problem::at("field_unknown", "field", detail) })
}
