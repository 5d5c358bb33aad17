//! The due dates of one referral.
//!
//! | timer | runs from | until | whose turn |
//! | --- | --- | --- | --- |
//! | `safeguarding` | raised | 4 hours | who did not raise it: the lead, or the police |
//! | `receive` | the server holds the submission | 15 minutes | admin |
//! | `accept` | received | 1 working day | lead |
//! | `first_attempt` | accepted | 1 working day; 4 hours when a concern is open | worker |
//! | `assessment` | submitted | 10 working days | worker |
//! | `sessions` | assessed | 84 days | worker |
//! | `missed_in_a_row` | the second missed in a row | that day: an outreach task, not a closing | worker |
//! | `ask_lead` | accepted and 14 days without contact | that day: go on, or close as not delivered | lead |
//! | `silence` | the service's last news and 30 days | that day; feedback missing harms nobody | admin |
//! | `settle` | a conflict arose | 5 working days; after that a lead's is an admin's | lead, police or admin |
//! | `answer_offer` | the offer was left open | the offer's end | police |
//! | `reroute` | rejected | that day | admin |
//!
//! Amounts are pack values. A working-day deadline ends with its local day. Does not show what is done.

use serde::Serialize;

use super::calendar::working_days_later_ms;
use super::local_time::{DAY_MS, HOUR_MS, MINUTE_MS, day_begins_ms, day_ends_ms, local_day};
use super::{Reader, Referral, acts, latest_ms, pack_of, taken_on_ms};
use crate::policy::{Calendar, PolicyPack};
use crate::referral::act::{Act, Answer, Attendance, Meeting, YesNo};
use crate::referral::conflict::{Conflict, PassedUp, Settler};
use crate::referral::eligibility::{Level, Verdict};
use crate::referral::engagement::Stage;
use crate::referral::fold::StreamState;
use crate::referral::view::{Contact, View, view};

/// What is waited for; the table of this module says from when and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Timer {
    /// A safeguarding concern is acknowledged.
    Safeguarding,
    /// The provider's feed holds the referral.
    Receive,
    /// The lead accepts or rejects.
    Accept,
    /// The first attempt to reach the person.
    FirstAttempt,
    /// The assessment.
    Assessment,
    /// The last session of the package.
    Sessions,
    /// Missed appointments in a row call for outreach.
    MissedInARow,
    /// Nobody reached the person: the lead is asked to go on, or to close as not delivered.
    AskLead,
    /// Nothing was heard from the service.
    Silence,
    /// A conflict is settled.
    Settle,
    /// The person answers an offer that was left open.
    AnswerOffer,
    /// A rejected referral finds another service.
    Reroute,
}

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// The provider's outreach workers.
    Worker,
    /// The provider's lead.
    Lead,
    /// The officer, or a supervisor.
    Police,
    /// The scheme's admins.
    Admin,
}

/// How near a due date is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DueState {
    /// Its day has not come.
    Upcoming,
    /// Now.
    Due,
    /// Its time has passed.
    Overdue,
}

/// One due date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Due {
    /// What is waited for.
    pub timer: Timer,
    /// Whose turn it is.
    pub turn: Turn,
    /// From when it is due, in milliseconds since 1970.
    pub opens_ms: u64,
    /// Until when.
    pub at_ms: u64,
    /// How near it is.
    pub state: DueState,
}

/// What is due on a referral, soonest first. The force is not shown what only the service can know.
#[must_use]
pub fn due(referral: &Referral<'_>, now_ms: u64) -> Vec<Due> {
    let case = Case::read(referral, now_ms);
    let mut all = case.safeguarding();
    all.extend(case.conflicts());
    all.extend(
        [case.receive(), case.accept(), case.silence(), case.answer_offer(), case.reroute()]
            .into_iter()
            .flatten(),
    );
    if referral.reader != Reader::Force {
        let outreach = [
            case.first_attempt(),
            case.assessment(),
            case.sessions(),
            case.missed_in_a_row(),
            case.ask_lead(),
        ];
        all.extend(outreach.into_iter().flatten());
    }
    all.sort_by_key(|due| (due.at_ms, due.timer, due.turn));
    all
}

struct Case<'a> {
    states: &'a [StreamState],
    view: View,
    pack: &'static PolicyPack,
    synced_ms: Option<u64>,
    now_ms: u64,
}

impl<'a> Case<'a> {
    fn read(referral: &Referral<'a>, now_ms: u64) -> Self {
        let states = referral.states;
        Self { states, view: view(states), pack: pack_of(states), synced_ms: referral.synced_ms, now_ms }
    }

    fn calendar(&self) -> Calendar {
        self.pack.timers.calendar
    }

    fn made(&self, timer: Timer, turn: Turn, opens_ms: u64, at_ms: u64) -> Due {
        let state = if self.now_ms < opens_ms {
            DueState::Upcoming
        } else if self.now_ms < at_ms {
            DueState::Due
        } else {
            DueState::Overdue
        };
        Due { timer, turn, opens_ms, at_ms, state }
    }

    /// Due from its start.
    fn within(&self, timer: Timer, turn: Turn, from_ms: u64, wait_ms: u64) -> Due {
        self.made(timer, turn, from_ms, from_ms.saturating_add(wait_ms))
    }

    /// Due on the local day at the end of which it must be done.
    fn by(&self, timer: Timer, turn: Turn, from_ms: u64, at_ms: u64) -> Due {
        let day = day_begins_ms(local_day(at_ms.saturating_sub(1)));
        self.made(timer, turn, from_ms.max(day), at_ms)
    }

    fn by_working_day(&self, timer: Timer, turn: Turn, from_ms: u64, days: u32) -> Due {
        self.by(timer, turn, from_ms, working_days_later_ms(self.calendar(), from_ms, days))
    }

    /// A task that arises, and is due for the rest of that local day.
    fn arises(&self, timer: Timer, turn: Turn, at_ms: u64) -> Due {
        self.made(timer, turn, at_ms, day_ends_ms(local_day(at_ms)))
    }

    fn accepted_ms(&self) -> Option<u64> {
        taken_on_ms(self.states)
    }

    /// Whether the service may still work with the person.
    fn may_contact(&self) -> bool {
        self.view.contact == Contact::Allowed && !self.view.engagement.stage.is_ended()
    }

    fn safeguarding(&self) -> Vec<Due> {
        let wait_ms = hours(self.pack.timers.first_attempt_safeguarding_hours);
        let mut all = Vec::new();
        for concern in &self.view.concerns {
            let raised = acts(self.states).map(|(entry, _)| entry).find(|entry| entry.id == concern.op);
            let Some(raised) = raised else { continue };
            // Whoever is not known to be an officer of the referral may be of either side: then both see it.
            let by_officer = self.view.owners.contains(&raised.author);
            let turns: &[Turn] = if by_officer { &[Turn::Lead] } else { &[Turn::Lead, Turn::Police] };
            let from_ms = raised.eff.ms();
            all.extend(turns.iter().map(|turn| self.within(Timer::Safeguarding, *turn, from_ms, wait_ms)));
        }
        all
    }

    fn conflicts(&self) -> Vec<Due> {
        self.view.conflicts.iter().map(|conflict| self.settle(conflict)).collect()
    }

    fn settle(&self, conflict: &Conflict) -> Due {
        let sides = self.states.iter().flat_map(|state| &state.entries);
        let sides = sides.filter(|entry| conflict.sides.contains(&entry.id));
        let from_ms = sides.map(|entry| entry.eff.ms()).max().unwrap_or_default();
        let at_ms =
            working_days_later_ms(self.calendar(), from_ms, self.pack.timers.lead_settles_working_days);
        let first = match conflict.settler {
            Settler::ProviderLead => Turn::Lead,
            Settler::Supervisor => Turn::Police,
            Settler::Admin => Turn::Admin,
        };
        let late = first == Turn::Lead && self.now_ms >= at_ms;
        let turn = if late || conflict.passed_up == PassedUp::Yes { Turn::Admin } else { first };
        self.made(Timer::Settle, turn, from_ms, at_ms)
    }

    fn receive(&self) -> Option<Due> {
        let from_ms = self.synced_ms.filter(|_| self.view.engagement.stage == Stage::Submitted)?;
        let wait_ms = u64::from(self.pack.timers.received_minutes) * MINUTE_MS;
        Some(self.within(Timer::Receive, Turn::Admin, from_ms, wait_ms))
    }

    fn accept(&self) -> Option<Due> {
        let received =
            latest_ms(self.states, |act| matches!(act, Act::ReferralReceived(_) | Act::ReferralRerouted(_)));
        let from_ms = received.filter(|_| self.view.engagement.stage == Stage::Received)?;
        let days = self.pack.timers.accepted_working_days;
        Some(self.by_working_day(Timer::Accept, Turn::Lead, from_ms, days))
    }

    fn first_attempt(&self) -> Option<Due> {
        let accepted_ms = self
            .accepted_ms()
            .filter(|_| self.view.engagement.stage == Stage::Accepted && self.may_contact())?;
        let timers = &self.pack.timers;
        if self.view.concerns.is_empty() {
            let days = timers.first_attempt_working_days;
            return Some(self.by_working_day(Timer::FirstAttempt, Turn::Worker, accepted_ms, days));
        }
        let raised = latest_ms(self.states, |act| matches!(act, Act::SafeguardingRaised(_)));
        let from_ms = accepted_ms.max(raised.unwrap_or_default());
        let wait_ms = hours(timers.first_attempt_safeguarding_hours);
        Some(self.within(Timer::FirstAttempt, Turn::Worker, from_ms, wait_ms))
    }

    fn assessment(&self) -> Option<Due> {
        let waits = match self.view.engagement.stage {
            Stage::Accepted | Stage::Contacting | Stage::Contacted | Stage::AssessmentBooked => {
                self.may_contact()
            }
            Stage::NotSubmitted
            | Stage::Submitted
            | Stage::Received
            | Stage::Assessed
            | Stage::InProgress
            | Stage::Completed
            | Stage::Rejected
            | Stage::Transferred
            | Stage::Withdrawn
            | Stage::Cancelled
            | Stage::LapsedNoContact
            | Stage::ClosedNotEngaged
            | Stage::ClosedPartial
            | Stage::ClosedNotDelivered
            | Stage::Deceased => false,
        };
        let from_ms = self.view.submitted_ms.filter(|_| waits)?;
        let days = self.pack.timers.assessment_working_days;
        Some(self.by_working_day(Timer::Assessment, Turn::Worker, from_ms, days))
    }

    fn sessions(&self) -> Option<Due> {
        let open =
            matches!(self.view.engagement.stage, Stage::Assessed | Stage::InProgress) && self.may_contact();
        let assessed = acts(self.states).filter_map(|(entry, act)| {
            let Act::AttendanceRecorded(body) = act else { return None };
            let came = body.meeting == Meeting::Assessment && body.status == Attendance::Attended;
            came.then_some(body.at_ms.min(entry.eff.ms()))
        });
        let from_ms = assessed.min().filter(|_| open)?;
        let last = from_ms.saturating_add(u64::from(self.pack.timers.sessions_days) * DAY_MS);
        Some(self.by(Timer::Sessions, Turn::Worker, from_ms, day_ends_ms(local_day(last))))
    }

    fn missed_in_a_row(&self) -> Option<Due> {
        let wanted = usize::try_from(self.pack.timers.missed_in_a_row).unwrap_or(usize::MAX);
        let mut met = self.view.appointments.clone();
        met.retain(|one| matches!(one.status, Some(Attendance::Attended | Attendance::DidNotAttend)));
        met.sort_by_key(|one| (one.at_ms, one.op));
        let missed = met.iter().rev().take_while(|one| one.status == Some(Attendance::DidNotAttend)).count();
        let since_ms = acts(self.states).filter_map(|(entry, act)| {
            let Act::AttendanceRecorded(body) = act else { return None };
            (body.status == Attendance::DidNotAttend).then_some(entry.eff.ms())
        });
        let since_ms = since_ms.max().filter(|_| missed >= wanted && self.may_contact())?;
        let followed = latest_ms(self.states, |act| {
            matches!(act, Act::ContactRecorded(_) | Act::AppointmentBooked(_) | Act::AppointmentMoved(_))
        });
        let followed = followed.is_some_and(|followed_ms| followed_ms > since_ms);
        (!followed).then(|| self.arises(Timer::MissedInARow, Turn::Worker, since_ms))
    }

    fn ask_lead(&self) -> Option<Due> {
        let unreached = matches!(self.view.engagement.stage, Stage::Accepted | Stage::Contacting);
        let accepted_ms = self
            .accepted_ms()
            .filter(|_| unreached && self.view.engagement.level == Level::L0 && self.may_contact())?;
        let wait_ms = u64::from(self.pack.contact.ask_lead_after_days) * DAY_MS;
        Some(self.arises(Timer::AskLead, Turn::Lead, accepted_ms.saturating_add(wait_ms)))
    }

    /// Not where the force is told nothing anyway: a voluntary referral, or no consent to feedback.
    fn silence(&self) -> Option<Due> {
        let told = self.view.voluntary == YesNo::No && self.view.feedback == YesNo::Yes;
        let over = self.view.engagement.stage.is_ended() || self.view.engagement.stage == Stage::Completed;
        let submitted_ms = self.view.submitted_ms.filter(|_| told && !over)?;
        let news = latest_ms(self.states, |act| {
            matches!(
                act,
                Act::ReferralReceived(_)
                    | Act::ReferralAccepted(_)
                    | Act::TransferAccepted(_)
                    | Act::ProgressReported(_)
            )
        });
        let wait_ms = u64::from(self.pack.timers.feedback_silence_days) * DAY_MS;
        let at_ms = news.unwrap_or(submitted_ms).saturating_add(wait_ms);
        Some(self.arises(Timer::Silence, Turn::Admin, at_ms))
    }

    fn answer_offer(&self) -> Option<Due> {
        let Some(Verdict::OfferOpen { until_ms }) = self.view.verdict else { return None };
        let open = match self.view.answer {
            None | Some(Answer::CannotDecideNow) => self.view.engagement.stage == Stage::NotSubmitted,
            Some(Answer::Yes | Answer::No) => false,
        };
        let from_ms = latest_ms(self.states, |act| matches!(act, Act::EligibilityAssessed(_)));
        from_ms.filter(|_| open).map(|from_ms| self.by(Timer::AnswerOffer, Turn::Police, from_ms, until_ms))
    }

    fn reroute(&self) -> Option<Due> {
        let rejected = latest_ms(self.states, |act| matches!(act, Act::ReferralRejected(_)));
        let at_ms = rejected.filter(|_| self.view.engagement.stage == Stage::Rejected)?;
        Some(self.arises(Timer::Reroute, Turn::Admin, at_ms))
    }
}

fn hours(count: u32) -> u64 {
    u64::from(count) * HOUR_MS
}
