//! What force and provider both read: consent, referral, transfer, appointments asked for, concerns,
//! how far the person got.
//!
//! Does not hold a contact attempt, a time or place that the service made, or anything clinical.

use chrono::NaiveDate;
use serde_json::json;

use super::situation::Situation;
use super::{
    Act, Codes, OpRef, PolicyRef, Reach, Recorded, Subject, Writes, fields, published, require, write,
};
use crate::access::Role;
use crate::codes::CodeList;
use crate::ids::{OpId, OrgId, UserId};
use crate::referral::level::Level;
use crate::referral::stage::{Closure, Stage};
use crate::referral::words::{
    CancelReason, ContactWhat, DeclineReason, Meeting, NotGiven, NoticeTo, ReopenReason, RerouteReason, YesNo,
};
use crate::shape::BadShape;
use crate::stamp::Why;

bodies! {
    /// `consent.recorded`: each a yes or a no of its own; a yes names the wording that was read, and its language.
    ConsentRecorded { contact: YesNo; feedback: YesNo, wording: String, language: String,
        channels: Vec<String>, messages: YesNo, present: String }
    /// `referral.submitted`: without a provider the service is still to be found. `outside_age` says why it goes to a
    /// service for other ages; the service reads it.
    ReferralSubmitted { reference: String, subject: Subject, reach: Reach, policy: PolicyRef, voluntary: YesNo;
        provider: OrgId, outside_age: String }
    /// `need.named`: the kind of service that the person needs, from `service_kinds`.
    NeedNamed { need: String }
    /// `subject.amended`: one of the fields of [`fields::SHARED`].
    SubjectAmended { field: String, value: String }
    /// `notice.given`: to a guardian, to youth justice, or to the person; or why not.
    NoticeGiven { to: NoticeTo; not_given: NotGiven }
    /// `handover.recorded`: the officer rings the service with the person there.
    HandoverRecorded { at_ms: u64, result: ContactWhat }
    /// `referral.received`: somebody at the provider who can act has it.
    ReferralReceived { provider: OrgId }
    /// `referral.accepted`
    ReferralAccepted {}
    /// `referral.rejected`
    ReferralRejected { reason: String }
    /// `referral.cancelled`
    ReferralCancelled { reason: CancelReason }
    /// `appointment.requested`: a wish, not a booking; with a slot, one of the provider's.
    AppointmentRequested { at_ms: u64, meeting: Meeting; slot: uuid::Uuid }
    /// `appointment.confirmed`: the slot is theirs, unless the referral ends before.
    AppointmentConfirmed { request: OpRef }
    /// `appointment.declined`
    AppointmentDeclined { request: OpRef, reason: DeclineReason }
    /// `person.withdrew`
    PersonWithdrew { reason: String }
    /// `transfer.requested`: names another provider, which reads `shared` from then on.
    TransferRequested { to: OrgId, reason: String, consent: YesNo }
    /// `transfer.accepted`
    TransferAccepted { request: OpRef, to: OrgId }
    /// `transfer.declined`
    TransferDeclined { request: OpRef, reason: String }
    /// `safeguarding.raised`
    SafeguardingRaised { codes: Vec<String>; told: String, told_at_ms: u64, call_back: String }
    /// `safeguarding.acknowledged`
    SafeguardingAcknowledged { raised: OpRef }
    /// `progress.reported`: how far the person got, and nothing else.
    ProgressReported { level: Level, delivered: YesNo, on: NaiveDate }
    /// `referral.closed`: its reason stays with the service, but for death.
    ReferralClosed { on: NaiveDate; died: YesNo }
    /// `referral.reopened`
    ReferralReopened { reason: ReopenReason }
    /// `referral.rerouted`: another provider has it now, or the first one. `by` is the admin in whose name the server
    /// wrote it; `outside_age` as of `referral.submitted`.
    ReferralRerouted { to: OrgId, reason: RerouteReason; by: UserId, outside_age: String }
}

/// The register of who has received the referral: each new provider begins it anew.
const RECEIVED: &str = "received";

impl Recorded for NeedNamed {
    fn writes(&self, _: OpId) -> Writes {
        write("need", &self.need)
    }

    fn codes(&self) -> Codes<'_> {
        vec![(CodeList::ServiceKinds, &self.need)]
    }
}

impl Recorded for NoticeGiven {}
impl Recorded for HandoverRecorded {}
impl Recorded for ReferralReceived {
    fn writes(&self, _: OpId) -> Writes {
        write(RECEIVED, &self.provider)
    }

    fn left(&self) -> Option<Act> {
        Some(Act::ReferralReceived(self.clone()))
    }
}
impl Recorded for ReferralCancelled {
    fn left(&self) -> Option<Act> {
        Some(Act::ReferralCancelled(self.clone()))
    }
}
impl Recorded for AppointmentRequested {}

impl Recorded for SafeguardingRaised {
    fn codes(&self) -> Codes<'_> {
        self.codes.iter().map(|code| (CodeList::Safeguarding, code.as_str())).collect()
    }

    fn left(&self) -> Option<Act> {
        let raised = Self { codes: Vec::new(), told: None, told_at_ms: None, call_back: None };
        Some(Act::SafeguardingRaised(raised))
    }

    /// Who was told is a name of somebody on duty, and no story: that stays with whoever raised it.
    fn check(&self) -> Result<(), BadShape> {
        let told = self.told.as_deref().map_or(Ok(()), fields::line);
        let call_back = self.call_back.as_deref().map_or(Ok(()), fields::phone);
        told.map_err(|(code, fault)| BadShape::of(code, "told", fault))?;
        call_back.map_err(|(code, fault)| BadShape::of(code, "call_back", fault))
    }
}

impl Recorded for ConsentRecorded {
    fn writes(&self, _: OpId) -> Writes {
        [
            ("consent/contact", Some(self.contact)),
            ("consent/feedback", self.feedback),
            ("consent/messages", self.messages),
        ]
        .into_iter()
        .flat_map(|(name, answer)| answer.into_iter().flat_map(|answer| write(name, &answer)))
        .collect()
    }

    fn check(&self) -> Result<(), BadShape> {
        let present = self.present.as_deref().map_or(Ok(()), fields::line);
        present.map_err(|(code, fault)| BadShape::of(code, "present", fault))?;
        match (self.contact, &self.wording, &self.language) {
            (YesNo::No, ..) | (YesNo::Yes, Some(_), Some(_)) => Ok(()),
            (YesNo::Yes, None, _) => Err(BadShape::of("field_missing", "wording", "a yes names its wording")),
            (YesNo::Yes, Some(_), None) => {
                Err(BadShape::of("field_missing", "language", "a yes names its language"))
            }
        }
    }

    fn codes(&self) -> Codes<'_> {
        let wording = self.wording.iter().map(|code| (CodeList::ConsentWordings, code.as_str()));
        let language = self.language.iter().map(|code| (CodeList::Languages, code.as_str()));
        let channels = self.channels.iter().flatten().map(|code| (CodeList::ContactChannels, code.as_str()));
        wording.chain(language).chain(channels).collect()
    }
}

/// Who somebody is and how to reach them, as a referral or a service writes it first.
pub(super) fn person(subject: &Subject, reach: &Reach) -> Writes {
    let Subject { family, given, born, apparent_age, .. } = subject;
    let Reach { phone, may, place_and_time } = reach;
    let mut writes = write("subject/name", &[family, given]);
    writes.extend(born.iter().flat_map(|born| write("subject/born", born)));
    writes.extend(apparent_age.iter().flat_map(|years| write("subject/apparent_age", years)));
    writes.extend(phone.iter().flat_map(|phone| write("subject/phone", phone)));
    writes.extend(place_and_time.iter().flat_map(|where_| write("subject/place_and_time", where_)));
    writes.extend((!may.is_empty()).then(|| write("subject/may", may)).into_iter().flatten());
    writes
}

/// A number is one, and a place and time are one line.
pub(super) fn reachable(reach: &Reach) -> Result<(), BadShape> {
    let Reach { phone, place_and_time, may: _ } = reach;
    let phone = phone.as_deref().map_or(Ok(()), fields::phone);
    phone.map_err(|(code, fault)| BadShape::of(code, "reach.phone", fault))?;
    let place = place_and_time.as_deref().map_or(Ok(()), fields::line);
    place.map_err(|(code, fault)| BadShape::of(code, "reach.place_and_time", fault))
}

impl Recorded for ReferralSubmitted {
    fn writes(&self, _: OpId) -> Writes {
        let provider = self.provider.iter().flat_map(|to| write("provider", to));
        provider.chain(person(&self.subject, &self.reach)).collect()
    }

    fn needs(&self, case: &dyn Situation) -> Result<(), Why> {
        published(&self.policy)?;
        require(self.voluntary == YesNo::Yes || case.may_divert())
    }

    fn codes(&self) -> Codes<'_> {
        self.reach.may.iter().map(|code| (CodeList::ReachMay, code.as_str())).collect()
    }

    fn check(&self) -> Result<(), BadShape> {
        reachable(&self.reach)?;
        let outside_age = self.outside_age.as_deref().map_or(Ok(()), fields::line);
        outside_age.map_err(|(code, fault)| BadShape::of(code, "outside_age", fault))
    }

    fn left(&self) -> Option<Act> {
        let (family, given) = (String::new(), String::new());
        let subject = Subject { family, given, born: None, apparent_age: None, ethnicity: None };
        let reach = Reach { phone: None, may: Vec::new(), place_and_time: None };
        Some(Act::ReferralSubmitted(Self { subject, reach, outside_age: None, ..self.clone() }))
    }
}

impl Recorded for SubjectAmended {
    fn writes(&self, _: OpId) -> Writes {
        amended("subject", &self.field, &self.value)
    }

    fn check(&self) -> Result<(), BadShape> {
        fields::SHARED.check(&self.field, &self.value)
    }
}

/// What an amendment of a field writes, in the form in which it is read.
pub(super) fn amended(of: &str, field: &str, value: &str) -> Writes {
    let register = format!("{of}/{field}");
    match field {
        "name" => write(&register, &fields::family_and_given(value)),
        "may" => write(&register, &fields::allowed(value)),
        "apparent_age" => write(&register, &value.parse::<u8>().unwrap_or_default()),
        _ => write(&register, &value.trim()),
    }
}

impl Recorded for ReferralAccepted {
    fn writes(&self, _: OpId) -> Writes {
        write("acceptance", &"accepted")
    }

    fn left(&self) -> Option<Act> {
        Some(Act::ReferralAccepted(self.clone()))
    }
}

impl Recorded for ReferralRejected {
    fn writes(&self, _: OpId) -> Writes {
        write("acceptance", &"rejected")
    }

    fn codes(&self) -> Codes<'_> {
        vec![(CodeList::RejectReasons, &self.reason)]
    }

    fn left(&self) -> Option<Act> {
        Some(Act::ReferralRejected(self.clone()))
    }
}

impl Recorded for AppointmentConfirmed {
    fn writes(&self, op: OpId) -> Writes {
        write(&format!("request/{}", self.request.resolve(op.device)), &"confirmed")
    }

    fn left(&self) -> Option<Act> {
        Some(Act::AppointmentConfirmed(self.clone()))
    }
}

impl Recorded for AppointmentDeclined {
    fn writes(&self, op: OpId) -> Writes {
        write(&format!("request/{}", self.request.resolve(op.device)), &"declined")
    }

    fn left(&self) -> Option<Act> {
        Some(Act::AppointmentDeclined(self.clone()))
    }
}

/// A withdrawal is a "no" to contact; a new consent given in its knowledge lifts it.
impl Recorded for PersonWithdrew {
    fn writes(&self, _: OpId) -> Writes {
        write("consent/contact", &YesNo::No)
    }

    fn codes(&self) -> Codes<'_> {
        vec![(CodeList::WithdrawalReasons, &self.reason)]
    }

    fn left(&self) -> Option<Act> {
        Some(Act::PersonWithdrew(Self { reason: String::new() }))
    }
}

impl Recorded for TransferRequested {
    fn needs(&self, case: &dyn Situation) -> Result<(), Why> {
        let other = !case.providers().contains(&self.to);
        require(other && self.consent == YesNo::Yes && !case.waits_for_transfer())
    }

    fn codes(&self) -> Codes<'_> {
        vec![(CodeList::TransferReasons, &self.reason)]
    }

    fn left(&self) -> Option<Act> {
        Some(Act::TransferRequested(Self { reason: String::new(), ..self.clone() }))
    }
}

impl Recorded for TransferAccepted {
    fn writes(&self, op: OpId) -> Writes {
        let mut writes = write("provider", &self.to);
        writes.extend(write("acceptance", &"accepted"));
        writes.extend(write(RECEIVED, &self.to));
        writes.extend(write(&transfer(self.request, op), &"accepted"));
        writes
    }

    fn needs(&self, case: &dyn Situation) -> Result<(), Why> {
        require(self.to == case.author().org && case.may_answer_transfer(self.request))
    }

    fn left(&self) -> Option<Act> {
        Some(Act::TransferAccepted(self.clone()))
    }
}

fn transfer(request: OpRef, op: OpId) -> String {
    format!("transfer/{}", request.resolve(op.device))
}

impl Recorded for TransferDeclined {
    fn codes(&self) -> Codes<'_> {
        vec![(CodeList::RejectReasons, &self.reason)]
    }

    fn writes(&self, op: OpId) -> Writes {
        write(&transfer(self.request, op), &"declined")
    }

    fn needs(&self, case: &dyn Situation) -> Result<(), Why> {
        require(case.may_answer_transfer(self.request))
    }

    fn left(&self) -> Option<Act> {
        Some(Act::TransferDeclined(Self { reason: String::new(), ..self.clone() }))
    }
}

impl Recorded for SafeguardingAcknowledged {
    fn needs(&self, case: &dyn Situation) -> Result<(), Why> {
        let raised = self.raised.resolve(case.op().device);
        let known = case.kind_of(raised) == Some("safeguarding.raised");
        if known { Ok(()) } else { Err(Why::Reference) }
    }

    fn left(&self) -> Option<Act> {
        Some(Act::SafeguardingAcknowledged(self.clone()))
    }
}

impl Recorded for ProgressReported {
    fn writes(&self, _: OpId) -> Writes {
        write("progress", &json!({"level": self.level, "delivered": self.delivered, "on": self.on}))
    }
}

impl Recorded for ReferralClosed {
    fn writes(&self, _: OpId) -> Writes {
        let died = self.died == Some(YesNo::Yes);
        let mut writes = write("closure", &if died { Closure::Deceased } else { Closure::Closed });
        writes.extend(write("closed_on", &self.on));
        writes
    }

    fn left(&self) -> Option<Act> {
        Some(Act::ReferralClosed(Self { died: None, ..self.clone() }))
    }
}

impl Recorded for ReferralReopened {
    fn writes(&self, _: OpId) -> Writes {
        write("closure", &Closure::Open)
    }

    fn left(&self) -> Option<Act> {
        Some(Act::ReferralReopened(self.clone()))
    }
}

impl Recorded for ReferralRerouted {
    fn writes(&self, _: OpId) -> Writes {
        let mut writes = write("provider", &self.to);
        writes.extend(write("acceptance", &json!(null)));
        writes.extend(write(RECEIVED, &json!(null)));
        writes
    }

    fn check(&self) -> Result<(), BadShape> {
        let outside_age = self.outside_age.as_deref().map_or(Ok(()), fields::line);
        outside_age.map_err(|(code, fault)| BadShape::of(code, "outside_age", fault))
    }

    /// People name a service while none has taken it on. The server names one for a provider that is no more,
    /// and in the name of an admin.
    fn needs(&self, case: &dyn Situation) -> Result<(), Why> {
        let waits = matches!(case.stage(), Stage::Submitted | Stage::Received | Stage::Rejected);
        require(waits || case.author().role == Role::Server)
    }

    fn left(&self) -> Option<Act> {
        Some(Act::ReferralRerouted(Self { outside_age: None, ..self.clone() }))
    }
}
