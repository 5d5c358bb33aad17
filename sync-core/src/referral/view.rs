//! What the streams of one referral, as far as the reader holds them, say together: who it is
//! about, what was decided, and how far the person got.
//!
//! A pure function of folded states; takes no clock. The force holds no `outreach`, so its level
//! comes from what was reported. Does not decide what a reader may hold.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::ids::{CompartmentKind, OpId, OrgId, UserId};
use crate::policy::PolicyPack;
use crate::referral::act::{
    Act, Answer, Attendance, CancelReason, ContactWhat, Meeting, OpRef, Reach, ReferralSubmitted, Subject,
    YesNo,
};
use crate::referral::conflict::{Conflict, ConflictKind, stops_contact};
use crate::referral::eligibility::{Level, Verdict};
use crate::referral::fold::{Entry, Standing, StreamState};
use crate::referral::writes::favours_the_person;

/// Where the provider's engagement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// There is no referral yet.
    NotSubmitted,
    /// The officer sent it.
    Submitted,
    /// The provider's feed holds it.
    Received,
    /// The provider took it on.
    Accepted,
    /// There were attempts to reach the person.
    Contacting,
    /// The person was reached, came or called.
    Contacted,
    /// An assessment is booked.
    AssessmentBooked,
    /// The person came to the assessment.
    Assessed,
    /// The person came to some of the sessions.
    InProgress,
    /// The person came to the assessment and all the sessions.
    Completed,
    /// The provider did not take it on.
    Rejected,
    /// The person wants no further contact.
    Withdrawn,
    /// The officer took it back.
    Cancelled,
    /// Closed before the assessment.
    ClosedNotEngaged,
    /// Closed after the assessment.
    ClosedPartial,
}

impl Stage {
    /// Every stage.
    pub const ALL: &'static [Self] = &[
        Self::NotSubmitted,
        Self::Submitted,
        Self::Received,
        Self::Accepted,
        Self::Contacting,
        Self::Contacted,
        Self::AssessmentBooked,
        Self::Assessed,
        Self::InProgress,
        Self::Completed,
        Self::Rejected,
        Self::Withdrawn,
        Self::Cancelled,
        Self::ClosedNotEngaged,
        Self::ClosedPartial,
    ];

    /// Whether the referral is over.
    #[must_use]
    pub fn is_ended(self) -> bool {
        match self {
            Self::Rejected
            | Self::Withdrawn
            | Self::Cancelled
            | Self::ClosedNotEngaged
            | Self::ClosedPartial => true,
            Self::NotSubmitted
            | Self::Submitted
            | Self::Received
            | Self::Accepted
            | Self::Contacting
            | Self::Contacted
            | Self::AssessmentBooked
            | Self::Assessed
            | Self::InProgress
            | Self::Completed => false,
        }
    }
}

/// Whether the service may contact the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Contact {
    /// It may.
    Allowed,
    /// It must not: withdrawn, or cancelled as a wrong person, in error or a duplicate.
    Stopped,
}

/// A fact that came out of the usual order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// The op.
    pub op: OpId,
    /// What is unusual: `before_acceptance`, `after_withdrawal` or `clock_suspect`.
    pub mark: &'static str,
}

/// A safeguarding concern that nobody has acknowledged yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Concern {
    /// The op that raised it.
    pub op: OpId,
    /// The concern's codes.
    pub codes: Vec<String>,
}

/// One appointment as the provider sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Appointment {
    /// The op that booked it.
    pub op: OpId,
    /// What it is for.
    pub meeting: Meeting,
    /// When; the earliest while people disagree.
    pub at_ms: u64,
    /// What became of it, as far as it is known; what favours the person while people disagree.
    pub status: Option<Attendance>,
}

/// One referral as its reader sees it.
#[derive(Debug, Clone, Serialize)]
pub struct View {
    /// Where the engagement stands.
    pub stage: Stage,
    /// How far the person got.
    pub level: Level,
    /// What was last reported to the force.
    pub reported: Option<Level>,
    /// Whether the service reached the person, as far as the reader can know.
    pub delivered: YesNo,
    /// Sessions that count towards the package.
    pub sessions: u32,
    /// Whether the service may contact the person.
    pub contact: Contact,
    /// Who may tell the force how far the person got.
    pub feedback: YesNo,
    /// Whether it is a voluntary referral, outside any police decision.
    pub voluntary: YesNo,
    /// Every live value of the provider register.
    pub providers: Vec<OrgId>,
    /// The officers who recorded in it.
    pub owners: Vec<UserId>,
    /// The human reference.
    pub reference: Option<String>,
    /// Who it is about.
    pub subject: Option<Subject>,
    /// How to reach them.
    pub reach: Option<Reach>,
    /// When it was submitted.
    pub submitted_ms: Option<u64>,
    /// The eligibility snapshot.
    pub verdict: Option<Verdict>,
    /// What a supervisor decided where the rules leave it open.
    pub discretion: Option<YesNo>,
    /// What the person answered.
    pub answer: Option<Answer>,
    /// The police disposal; none when none was applied, or it was rescinded.
    pub disposal: Option<String>,
    /// Why the officer took it back.
    pub cancelled: Option<CancelReason>,
    /// The appointments.
    pub appointments: Vec<Appointment>,
    /// Open safeguarding concerns.
    pub concerns: Vec<Concern>,
    /// Facts out of the usual order.
    pub marks: Vec<Mark>,
    /// The open conflicts of all streams held.
    pub conflicts: Vec<Conflict>,
}

/// Reads the folded streams of one referral together.
#[must_use]
pub fn view(states: &[StreamState]) -> View {
    let all = All { states };
    let submitted = all.submitted();
    let first = submitted.map(|(_, body)| body);
    let opened = all.find(|act| if let Act::EncounterOpened(body) = act { Some(body) } else { None });
    let progress = all.progress();
    let reported = progress.map(|(level, _)| level);
    let sessions = all.sessions();
    let level = all.level(sessions).max(reported.unwrap_or(Level::L0));
    let reached = level > Level::L0 || progress.is_some_and(|(_, delivered)| delivered == YesNo::Yes);
    let contact = if all.contact_stopped() { Contact::Stopped } else { Contact::Allowed };
    View {
        stage: all.stage(level, sessions),
        level,
        reported,
        delivered: if reached { YesNo::Yes } else { YesNo::No },
        sessions,
        contact,
        feedback: all.answer_in("consent/feedback").unwrap_or(YesNo::No),
        voluntary: first.map_or(YesNo::No, |body| body.voluntary),
        providers: all.values("provider"),
        owners: all.owners(),
        reference: first.map(|body| body.reference.clone()),
        subject: first.map(|body| &body.subject).or(opened.map(|body| &body.subject)).cloned(),
        reach: first.map(|body| body.reach.clone()),
        submitted_ms: submitted.map(|(entry, _)| entry.eff.ms()),
        verdict: all.values("eligibility").into_iter().next(),
        discretion: all
            .last(|act| if let Act::DiscretionDecided(body) = act { Some(body.grant) } else { None }),
        answer: all.last(|act| if let Act::OfferAnswered(body) = act { Some(body.answer) } else { None }),
        disposal: all.values::<Option<String>>("disposal").into_iter().flatten().next(),
        cancelled: all.cancelled(),
        appointments: all.appointments(),
        concerns: all.concerns(),
        marks: all.marks(),
        conflicts: states.iter().flat_map(|state| state.conflicts.iter().cloned()).collect(),
    }
}

/// The folded streams that a reader holds.
struct All<'a> {
    states: &'a [StreamState],
}

impl<'a> All<'a> {
    fn acts(&self) -> impl Iterator<Item = (&'a Entry, &'a Act)> {
        self.states.iter().flat_map(StreamState::acts)
    }

    fn find<T>(&self, pick: impl Fn(&'a Act) -> Option<T>) -> Option<T> {
        self.acts().find_map(|(_, act)| pick(act))
    }

    fn last<T>(&self, pick: impl Fn(&'a Act) -> Option<T>) -> Option<T> {
        self.acts().filter_map(|(_, act)| pick(act)).last()
    }

    fn submitted(&self) -> Option<(&'a Entry, &'a ReferralSubmitted)> {
        self.acts().find_map(
            |(entry, act)| {
                if let Act::ReferralSubmitted(body) = act { Some((entry, body)) } else { None }
            },
        )
    }

    /// The different live values of a register, oldest first.
    fn values<T: serde::de::DeserializeOwned>(&self, register: &str) -> Vec<T> {
        let live = self.states.iter().map(|state| crate::register::values(state.register(register)));
        live.flatten().filter_map(|value| serde_json::from_str(value).ok()).collect()
    }

    /// While people disagree about a consent, "no" counts.
    fn answer_in(&self, register: &str) -> Option<YesNo> {
        self.values(register).into_iter().max()
    }

    fn owners(&self) -> Vec<UserId> {
        let police = self
            .states
            .iter()
            .filter(|state| state.stream.is_some_and(|stream| stream.kind() == CompartmentKind::Police));
        let opened = police.flat_map(StreamState::acts);
        let opened = opened.filter(|(_, act)| matches!(act, Act::EncounterOpened(_)));
        let submitted = self.submitted().map(|(entry, _)| entry.author);
        let owners: BTreeSet<_> = opened.map(|(entry, _)| entry.author).chain(submitted).collect();
        owners.into_iter().collect()
    }

    fn progress(&self) -> Option<(Level, YesNo)> {
        self.last(|act| {
            if let Act::ProgressReported(body) = act { Some((body.level, body.delivered)) } else { None }
        })
    }

    fn attendance_of(&self, appointment: OpId) -> Option<Attendance> {
        favours_the_person(&self.values(&format!("attendance/{appointment}")))
    }

    /// Whether the person came, and the longest stay that anybody recorded, per appointment.
    fn attended(&self, meeting: Meeting) -> Vec<u16> {
        let mut stays = std::collections::BTreeMap::<OpId, u16>::new();
        for (entry, act) in self.acts() {
            let Act::AttendanceRecorded(body) = act else { continue };
            let appointment = body.appointment.map_or(entry.id, |named| named.resolve(entry.id.device));
            let came = self.attendance_of(appointment) == Some(Attendance::Attended);
            if came && body.status == Attendance::Attended && body.meeting == meeting {
                let longest = stays.entry(appointment).or_default();
                *longest = body.minutes.max(*longest);
            }
        }
        stays.into_values().collect()
    }

    fn sessions(&self) -> u32 {
        let enough = self.pack().session_counts_from_minutes();
        let long = self.attended(Meeting::Session).into_iter().filter(|m| u32::from(*m) >= enough);
        u32::try_from(long.count()).unwrap_or(u32::MAX)
    }

    fn pack(&self) -> &'static PolicyPack {
        let named = self.submitted().and_then(|(_, body)| PolicyPack::find(&body.policy.id));
        named.unwrap_or_else(PolicyPack::thames_valley_2018)
    }

    fn level(&self, sessions: u32) -> Level {
        let assessed = !self.attended(Meeting::Assessment).is_empty();
        if assessed && sessions >= self.pack().package.sessions {
            Level::L3
        } else if assessed {
            Level::L2
        } else if sessions > 0 || self.was_reached() || !self.attended(Meeting::Session).is_empty() {
            Level::L1
        } else {
            Level::L0
        }
    }

    fn was_reached(&self) -> bool {
        let reached = |what: ContactWhat| what != ContactWhat::Attempted;
        self.acts().any(|(_, act)| {
            if let Act::ContactRecorded(body) = act {
                reached(body.what)
            } else if let Act::HandoverRecorded(body) = act {
                reached(body.result)
            } else {
                false
            }
        })
    }

    fn cancelled(&self) -> Option<CancelReason> {
        let reasons: Vec<_> = self
            .acts()
            .filter_map(
                |(_, act)| if let Act::ReferralCancelled(body) = act { Some(body.reason) } else { None },
            )
            .collect();
        // Of several, one that stops contact counts: no clock decides whether a person is left alone.
        reasons.iter().copied().find(|reason| stops_contact(*reason)).or(reasons.last().copied())
    }

    fn withdrew(&self) -> bool {
        self.acts().any(|(_, act)| matches!(act, Act::PersonWithdrew(_)))
    }

    fn contact_stopped(&self) -> bool {
        self.withdrew()
            || self.cancelled().is_some_and(stops_contact)
            || self.answer_in("consent/contact") == Some(YesNo::No)
    }

    /// A cancellation that crossed an acceptance waits for its settlement, unless contact stops.
    fn cancellation_holds(&self) -> bool {
        let Some(reason) = self.cancelled() else { return false };
        let crossed = self.states.iter().flat_map(|state| &state.conflicts);
        let mut crossed = crossed.filter(|conflict| conflict.kind == ConflictKind::Crossed);
        stops_contact(reason) || !crossed.any(|conflict| conflict.about == "cancelled_accepted")
    }

    fn has(&self, wanted: fn(&Act) -> bool) -> bool {
        self.acts().any(|(_, act)| wanted(act))
    }

    fn stage(&self, level: Level, sessions: u32) -> Stage {
        let acceptance: Vec<String> = self.values("acceptance");
        let accepted = acceptance.iter().any(|value| value == "accepted");
        let closed = self.has(|act| matches!(act, Act::ReferralClosed(_)));
        if self.submitted().is_none() {
            Stage::NotSubmitted
        } else if self.cancellation_holds() {
            Stage::Cancelled
        } else if self.withdrew() {
            Stage::Withdrawn
        } else if level == Level::L3 && accepted {
            Stage::Completed
        } else if closed {
            if level >= Level::L2 { Stage::ClosedPartial } else { Stage::ClosedNotEngaged }
        } else if !accepted && !acceptance.is_empty() {
            Stage::Rejected
        } else {
            self.progress_stage(level, sessions, accepted)
        }
    }

    /// Before the provider took it on, a contact or a warm handover raises the level alone: the
    /// stage still waits for the lead's answer.
    fn progress_stage(&self, level: Level, sessions: u32, accepted: bool) -> Stage {
        if !accepted {
            let received = self.has(|act| matches!(act, Act::ReferralReceived(_)));
            return if received { Stage::Received } else { Stage::Submitted };
        }
        let booked = self.appointments().iter().any(|a| a.meeting == Meeting::Assessment);
        if level >= Level::L2 {
            if sessions > 0 { Stage::InProgress } else { Stage::Assessed }
        } else if booked {
            Stage::AssessmentBooked
        } else if level >= Level::L1 {
            Stage::Contacted
        } else if self.has(|act| matches!(act, Act::ContactRecorded(_))) {
            Stage::Contacting
        } else {
            Stage::Accepted
        }
    }

    fn appointments(&self) -> Vec<Appointment> {
        let booked = self.acts().filter_map(|(entry, act)| {
            if let Act::AppointmentBooked(body) = act { Some((entry, body)) } else { None }
        });
        booked
            .map(|(entry, body)| {
                let moved = self.values::<u64>(&format!("appointment/{}", entry.id)).into_iter().min();
                let (op, meeting) = (entry.id, body.meeting);
                Appointment {
                    op,
                    meeting,
                    at_ms: moved.unwrap_or(body.at_ms),
                    status: self.attendance_of(op),
                }
            })
            .collect()
    }

    fn concerns(&self) -> Vec<Concern> {
        let acknowledged: BTreeSet<OpId> = self
            .acts()
            .filter_map(|(entry, act)| {
                let Act::SafeguardingAcknowledged(body) = act else { return None };
                Some(OpRef::resolve(body.raised, entry.id.device))
            })
            .collect();
        let raised = self.acts().filter_map(|(entry, act)| {
            let Act::SafeguardingRaised(body) = act else { return None };
            Some(Concern { op: entry.id, codes: body.codes.clone() })
        });
        raised.filter(|concern| !acknowledged.contains(&concern.op)).collect()
    }

    fn marks(&self) -> Vec<Mark> {
        let ends: Vec<_> = self.acts().filter(|(_, act)| matches!(act, Act::PersonWithdrew(_))).collect();
        let withdrawn = ends.first().map(|(entry, _)| (entry.eff, entry.id));
        let accepted = self.acts().find(|(_, act)| matches!(act, Act::ReferralAccepted(_)));
        let accepted = accepted.map(|(entry, _)| (entry.eff, entry.id));
        let mut marks = Vec::new();
        for (entry, act) in self.acts() {
            let at = (entry.eff, entry.id);
            let attempt = matches!(act, Act::ContactRecorded(body)
                if matches!(body.what, ContactWhat::Attempted | ContactWhat::Reached));
            if attempt && accepted.is_none_or(|accepted| at < accepted) {
                marks.push(Mark { op: entry.id, mark: "before_acceptance" });
            }
            if attempt && withdrawn.is_some_and(|withdrawn| at > withdrawn) {
                marks.push(Mark { op: entry.id, mark: "after_withdrawal" });
            }
        }
        let suspect = self.states.iter().flat_map(|state| &state.entries).filter(|entry| {
            entry.clock == crate::clock::ClockMark::Suspect && entry.standing != Standing::Refused
        });
        marks.extend(suspect.map(|entry| Mark { op: entry.id, mark: "clock_suspect" }));
        marks
    }
}
