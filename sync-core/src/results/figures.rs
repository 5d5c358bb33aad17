//! One encounter as results count it: how far it got, how long that took, and what was left out of the paperwork.
//!
//! Holds no name, number, date of birth, place or note. Does not count: see [`super::report`].

use serde::{Deserialize, Serialize};

use crate::ids::{CompartmentKind, OrgId};
use crate::persons::SubjectId;
use crate::referral::act::{
    Attendance, AttendanceRecorded, CheckRecorded, ContactRecorded, ContactWhat, EncounterOpened,
    HandoverRecorded, NoticeGiven, NoticeTo, ReferralReceived, YesNo,
};
use crate::referral::eligibility::{Age, Level};
use crate::referral::engagement::Stage;
use crate::referral::facts::Facts;
use crate::referral::fold::StreamState;
use crate::referral::offer::Offer;
use crate::referral::view::View;

/// How far an encounter got; each step holds the ones before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Furthest {
    /// Somebody was found with a drug for personal use.
    Found,
    /// They were offered a diversion.
    Offered,
    /// They agreed.
    Agreed,
    /// The referral was sent.
    Referred,
    /// Somebody at the service has it.
    Received,
    /// The person was reached, called or came.
    Contacted,
    /// The person came to the assessment.
    Assessed,
    /// The person came to the assessment and all sessions.
    Completed,
}

impl Furthest {
    /// Its word, as reports write it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::Offered => "offered",
            Self::Agreed => "agreed",
            Self::Referred => "referred",
            Self::Received => "received",
            Self::Contacted => "contacted",
            Self::Assessed => "assessed",
            Self::Completed => "completed",
        }
    }
}

/// Whether an encounter can still get further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// It can.
    No,
    /// It ended there: the person is lost to the scheme.
    Lost,
    /// It ended for a reason that lies with nobody's work: the service could not deliver, the person has died, or
    /// the officer took the referral back.
    LeftOut,
    /// The person asked that nothing is told back: how far they got is not counted, nor how long it took.
    NotTold,
}

/// One encounter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figures {
    /// When it began, in milliseconds since 1970.
    pub found_ms: u64,
    /// Whether it is a voluntary referral, outside any police decision.
    pub voluntary: YesNo,
    /// How far it got.
    pub furthest: Furthest,
    /// Whether it can get further.
    pub ended: Ended,
    /// Self-defined ethnicity: a code of `ethnicity`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ethnicity: Option<String>,
    /// Ethnicity as the officer saw it: a code of `ethnicity_seen`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ethnicity_seen: Option<String>,
    /// Sex: a code of `sexes`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<String>,
    /// Minutes from the first draft of the form until it was saved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    /// How easy its officer found it, from 1 to 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ease: Option<u8>,
    /// Years of age at the encounter, known or apparent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age: Option<u32>,
    /// The area, as the officer named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<String>,
    /// The service that the referral was sent to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<OrgId>,
    /// From the roadside to the first attempt to reach the person, in milliseconds; none where no time is known, or
    /// the times contradict each other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt_after_ms: Option<u64>,
    /// The same to the first contact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_after_ms: Option<u64>,
    /// Whether a check was recorded.
    pub check: YesNo,
    /// Whether the person was given the notice.
    pub notice: YesNo,
    /// Whether a crime reference was recorded.
    pub crime_reference: YesNo,
    /// Who was referred, as the force's record of persons names them, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referred: Option<(SubjectId, u64)>,
}

impl Figures {
    /// The row of a record's folded streams, all of them, and what they say together; none where nobody was found and nobody referred.
    #[must_use]
    pub fn of(states: &[StreamState], seen: &View) -> Option<Self> {
        let facts = Facts { states };
        let opened = facts.all::<EncounterOpened>().next();
        let submitted = facts.submitted();
        let found_ms = opened.map(|(_, body)| body.at_ms).or(submitted.map(|(entry, _)| entry.eff.ms()))?;
        let ended = ended(seen);
        // Nothing stands in the row that the force may not be told of this person.
        let furthest = match ended {
            Ended::NotTold => furthest(&facts, seen).min(Furthest::Referred),
            Ended::No | Ended::Lost | Ended::LeftOut => furthest(&facts, seen),
        };
        let (attempt, contact) = if ended == Ended::NotTold { (None, None) } else { contacts(&facts) };
        let after = |at_ms: Option<u64>| at_ms?.checked_sub(found_ms);
        let record = states.iter().find_map(|state| state.stream).map(|stream| stream.record);
        let referred = submitted.zip(record).map(|((entry, _), record)| {
            (SubjectId::Named { referral: record.id, op: entry.id }, entry.eff.ms())
        });
        Some(Self {
            found_ms,
            voluntary: seen.voluntary,
            furthest,
            ended,
            ethnicity: seen.subject.as_ref().and_then(|person| person.ethnicity.clone()),
            ethnicity_seen: seen.described.ethnicity_seen.clone(),
            sex: seen.described.sex.clone(),
            minutes: facts.value("effort/minutes"),
            ease: facts.value("effort/ease"),
            age: age(seen, found_ms),
            area: opened.and_then(|(_, body)| body.area.clone()),
            provider: seen.providers.first().copied(),
            attempt_after_ms: after(attempt),
            contact_after_ms: after(contact),
            check: yes_if(facts.has::<CheckRecorded>()),
            notice: yes_if(facts.all::<NoticeGiven>().any(|(_, body)| is_told_the_person(body))),
            crime_reference: yes_if(seen.crime.as_ref().is_some_and(|crime| crime.reference.is_some())),
            referred,
        })
    }
}

fn yes_if(so: bool) -> YesNo {
    if so { YesNo::Yes } else { YesNo::No }
}

fn is_told_the_person(notice: &NoticeGiven) -> bool {
    notice.to == NoticeTo::Person && notice.not_given.is_none()
}

fn furthest(facts: &Facts<'_>, seen: &View) -> Furthest {
    let is_sent = seen.submitted_ms.is_some();
    match seen.engagement.level.filter(|_| is_sent) {
        Some(Level::L3) => return Furthest::Completed,
        Some(Level::L2) => return Furthest::Assessed,
        Some(Level::L1) => return Furthest::Contacted,
        Some(Level::L0) | None => {}
    }
    match (&seen.offer, is_sent) {
        (_, true) if facts.has::<ReferralReceived>() || facts.holds(CompartmentKind::Outreach) => {
            Furthest::Received
        }
        (_, true) => Furthest::Referred,
        (Offer::Agreed(_), false) => Furthest::Agreed,
        (Offer::Made(_) | Offer::Open { .. } | Offer::Declined, false) => Furthest::Offered,
        (Offer::NotAssessed | Offer::Ended { .. } | Offer::Discretion, false) => Furthest::Found,
    }
}

fn ended(seen: &View) -> Ended {
    if seen.submitted_ms.is_none() {
        return match seen.offer {
            Offer::Ended { .. } | Offer::Declined => Ended::Lost,
            Offer::NotAssessed
            | Offer::Discretion
            | Offer::Made(_)
            | Offer::Open { .. }
            | Offer::Agreed(_) => Ended::No,
        };
    }
    if seen.feedback == YesNo::No {
        return Ended::NotTold;
    }
    match seen.engagement.stage {
        Stage::Withdrawn
        | Stage::LapsedNoContact
        | Stage::ClosedNotEngaged
        | Stage::ClosedPartial
        | Stage::ClosedNotTold => Ended::Lost,
        Stage::Rejected | Stage::Cancelled | Stage::ClosedNotDelivered | Stage::Deceased => Ended::LeftOut,
        Stage::NotSubmitted
        | Stage::Submitted
        | Stage::Received
        | Stage::Accepted
        | Stage::Contacting
        | Stage::Contacted
        | Stage::AssessmentBooked
        | Stage::Assessed
        | Stage::InProgress
        | Stage::Completed
        | Stage::Transferred => Ended::No,
    }
}

/// When the first attempt was, and when the first contact. A person who comes or calls was reached.
fn contacts(facts: &Facts<'_>) -> (Option<u64>, Option<u64>) {
    let recorded = facts.all::<ContactRecorded>().map(|(_, body)| (body.at_ms, body.what));
    let handovers = facts.all::<HandoverRecorded>().map(|(_, body)| (body.at_ms, body.result));
    let told: Vec<(u64, ContactWhat)> = recorded.chain(handovers).collect();
    let came = facts.all::<AttendanceRecorded>().filter(|(_, body)| body.status == Attendance::Attended);
    let came = came.map(|(_, body)| body.at_ms);
    let reached = told.iter().filter(|(_, what)| *what != ContactWhat::Attempted).map(|(at_ms, _)| *at_ms);
    let contact = reached.chain(came).min();
    let attempt = told.iter().map(|(at_ms, _)| *at_ms).chain(contact).min();
    (attempt, contact)
}

fn age(seen: &View, found_ms: u64) -> Option<u32> {
    let person = seen.subject.as_ref()?;
    Age::at(found_ms, person.born, person.apparent_age).map(Age::years)
}
