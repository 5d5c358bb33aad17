//! What is due that the service alone may know of: attempts, the assessment, the sessions.
//!
//! The force is shown none of it. Does not close anything: the lead is asked.

use std::collections::BTreeSet;

use super::super::latest_ms;
use super::case::{Case, hours};
use super::{Coming, Timer, Turn};
use crate::ids::{CompartmentKind, OpId};
use crate::local_time::{day_ends_ms, days_later_ms, local_day};
use crate::referral::act::{Act, ConflictRaised, EntryStruck};
use crate::referral::cross_stream::CLOSED_ATTENDED;
use crate::referral::eligibility::Level;
use crate::referral::engagement::Stage;
use crate::referral::facts::Facts;
use crate::referral::fold::Standing;

impl Case<'_> {
    pub(super) fn first_attempt(&self) -> Option<Coming> {
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

    pub(super) fn assessment(&self) -> Option<Coming> {
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
            | Stage::ClosedNotTold
            | Stage::Deceased => false,
        };
        let from_ms = self.view.submitted_ms.filter(|_| waits)?;
        let days = self.pack.timers.assessment_working_days;
        Some(self.by_working_day(Timer::Assessment, Turn::Worker, from_ms, days))
    }

    pub(super) fn sessions(&self) -> Option<Coming> {
        let open =
            matches!(self.view.engagement.stage, Stage::Assessed | Stage::InProgress) && self.may_contact();
        let assessed = Facts { states: self.states }.visited().assessments;
        let from_ms = assessed.into_iter().map(|visit| visit.at_ms).min().filter(|_| open)?;
        let last = days_later_ms(from_ms, self.pack.timers.sessions_days);
        Some(self.by(Timer::Sessions, Turn::Worker, from_ms, day_ends_ms(local_day(last))))
    }

    /// Both leads read it: who asked, and who is asked.
    pub(super) fn transfer(&self) -> Option<Coming> {
        let is_open = self.view.transfer.is_some() && !self.view.engagement.stage.is_ended();
        let asked_ms = latest_ms(self.states, |act| matches!(act, Act::TransferRequested(_)));
        let days = self.pack.timers.accepted_working_days;
        Some(self.by_working_day(Timer::Transfer, Turn::Lead, asked_ms.filter(|_| is_open)?, days))
    }

    /// Whoever is rung at a wrong number is lost, however often somebody rings.
    pub(super) fn other_way(&self) -> Option<Coming> {
        let wrong_ms = self.view.reach.as_ref()?.wrong_ms.filter(|_| self.may_contact())?;
        Some(self.arises(Timer::WrongDetails, Turn::Worker, wrong_ms))
    }

    pub(super) fn ask_lead(&self) -> Option<Coming> {
        let unreached = matches!(self.view.engagement.stage, Stage::Accepted | Stage::Contacting);
        let accepted_ms = self.accepted_ms().filter(|_| {
            unreached
                && self.view.engagement.level.is_none_or(|level| level == Level::L0)
                && self.may_contact()
        })?;
        let at_ms = days_later_ms(accepted_ms, self.pack.contact.ask_lead_after_days);
        Some(self.arises(Timer::AskLead, Turn::Lead, at_ms))
    }
    /// The server had opened it again, since the person came and whoever closed it did not know. Every such entry
    /// was struck since: it stays open, and nobody has gone on.
    pub(super) fn struck_since(&self) -> Option<Coming> {
        let facts = Facts { states: self.states };
        let raised = facts.all::<ConflictRaised>().filter(|(_, body)| body.about == CLOSED_ATTENDED);
        let sides: BTreeSet<OpId> = raised.flat_map(|(_, body)| body.sides.iter().copied()).collect();
        let entries =
            self.states.iter().filter(|state| state.compartment() == Some(CompartmentKind::Outreach));
        let mut entries = entries.flat_map(|state| &state.entries).filter(|entry| sides.contains(&entry.id));
        let open = !self.view.engagement.stage.is_ended();
        if !open || sides.is_empty() || entries.any(|entry| entry.standing != Standing::Struck) {
            return None;
        }
        let strikes = facts.all::<EntryStruck>();
        let strikes = strikes.filter(|(entry, body)| sides.contains(&body.entry.resolve(entry.id.device)));
        let struck_ms = strikes.map(|(entry, _)| entry.eff.ms()).max()?;
        let went_on = latest_ms(self.states, |act| {
            matches!(act, Act::ContactRecorded(_) | Act::AppointmentBooked(_) | Act::AttendanceRecorded(_))
        });
        let went_on = went_on.is_some_and(|went_on_ms| went_on_ms > struck_ms);
        (!went_on).then(|| self.arises(Timer::StruckSince, Turn::Lead, struck_ms))
    }
}
