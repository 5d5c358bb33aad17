//! Which registers an act writes, and which of them must agree.
//!
//! Does not merge: see [`crate::register`].

use serde_json::json;

use crate::referral::act::{Act, Attendance};
use crate::register::Agreement;
use crate::stream::StreamOp;

/// Registers of which concurrent different values are a conflict; a trailing `/` stands for a
/// family of them. All others are harmless.
const MUST_AGREE: &[&str] = &[
    "eligibility",
    "disposal",
    "provider",
    "acceptance",
    "consent/contact",
    "consent/feedback",
    "subject/born",
    "subject/name",
    "attendance/",
    "appointment/",
];

/// Whether different live values of a register are a conflict.
#[must_use]
pub fn agreement(register: &str) -> Agreement {
    let listed = |name: &&str| {
        if name.ends_with('/') { register.starts_with(*name) } else { register == *name }
    };
    if MUST_AGREE.iter().any(listed) { Agreement::Must } else { Agreement::Harmless }
}

/// The attendance that counts while people disagree: the one that favours the person.
#[must_use]
pub fn favours_the_person(values: &[Attendance]) -> Option<Attendance> {
    values.iter().min().copied()
}

/// The registers that an act writes, with canonical JSON values.
#[must_use]
pub fn writes_of(op: &StreamOp, act: &Act) -> Vec<(String, String)> {
    let one = |name: &str, value: serde_json::Value| vec![(name.to_owned(), value.to_string())];
    match act {
        Act::EligibilityAssessed(body) => one("eligibility", json!(body.verdict)),
        Act::DisposalApplied(body) => one("disposal", json!(body.outcome)),
        Act::DisposalRescinded(_) => one("disposal", json!(null)),
        Act::ConsentRecorded(body) => {
            [("consent/contact", body.contact), ("consent/feedback", body.feedback)]
                .map(|(name, answer)| (name.to_owned(), json!(answer).to_string()))
                .to_vec()
        }
        Act::ReferralSubmitted(body) => {
            let mut writes = one("provider", json!(body.provider));
            writes.extend(one("subject/name", json!([body.subject.family, body.subject.given])));
            writes.extend(body.subject.born.iter().flat_map(|born| one("subject/born", json!(born))));
            writes.extend(body.reach.phone.iter().flat_map(|phone| one("subject/phone", json!(phone))));
            writes
        }
        Act::SubjectAmended(body) => one(&format!("subject/{}", body.field), json!(body.value)),
        Act::DetailsLearnt(body) => one(&format!("details/{}", body.field), json!(body.value)),
        Act::ReferralAccepted(_) => one("acceptance", json!("accepted")),
        Act::ReferralRejected(_) => one("acceptance", json!("rejected")),
        Act::ProgressReported(body) => {
            one("progress", json!({"level": body.level, "delivered": body.delivered, "on": body.on}))
        }
        Act::AppointmentBooked(body) => one(&format!("appointment/{}", op.id), json!(body.at_ms)),
        Act::AppointmentMoved(body) => {
            one(&format!("appointment/{}", body.appointment.resolve(op.id.device)), json!(body.at_ms))
        }
        Act::AttendanceRecorded(body) => {
            let appointment = body.appointment.map_or(op.id, |named| named.resolve(op.id.device));
            one(&format!("attendance/{appointment}"), json!(body.status))
        }
        Act::EncounterOpened(_)
        | Act::ItemSeized(_)
        | Act::ItemIdentified(_)
        | Act::CheckRecorded(_)
        | Act::NecessityRecorded(_)
        | Act::DefenceRaised(_)
        | Act::OffenceLinked(_)
        | Act::OicDecided(_)
        | Act::OfferAnswered(_)
        | Act::CrimeRecorded(_)
        | Act::DiscretionDecided(_)
        | Act::NoticeGiven(_)
        | Act::HandoverRecorded(_)
        | Act::ReferralReceived(_)
        | Act::ReferralCancelled(_)
        | Act::AppointmentRequested(_)
        | Act::PersonWithdrew(_)
        | Act::SafeguardingRaised(_)
        | Act::SafeguardingAcknowledged(_)
        | Act::ReferralClosed(_)
        | Act::ContactRecorded(_)
        | Act::ClosingReason(_)
        | Act::NoteAdded(_)
        | Act::ConflictPassedUp(_)
        | Act::ConflictSettled(_)
        | Act::EntryStruck(_) => Vec::new(),
    }
}
