//! What is due about appointments: those that are booked, asked for, not given and missed.
//!
//! The force is told only of a time that it asked for itself and did not get. Does not book or answer anything.

use super::super::{acts, latest_ms};
use super::case::Case;
use super::{Coming, Timer, Turn};
use crate::local_time::{day_begins_ms, local_day};
use crate::referral::act::{Act, Attendance, DeclineReason, NoticeTo};
use crate::referral::view::Request;

impl Case<'_> {
    /// The next appointment of which nobody recorded what became, booked or confirmed.
    pub(super) fn appointment(&self) -> Option<Coming> {
        let booked = self.view.appointments.iter().filter(|one| one.status.is_none()).map(|one| one.at_ms);
        let attended_ms = latest_ms(self.states, |act| matches!(act, Act::AttendanceRecorded(_)));
        let confirmed = self.view.requests.iter().filter(|one| one.answer.as_deref() == Some("confirmed"));
        let confirmed = confirmed.map(|one| one.at_ms);
        let open = confirmed.filter(|at_ms| attended_ms.is_none_or(|attended_ms| attended_ms < *at_ms));
        let at_ms = booked.chain(open).min().filter(|_| self.may_contact())?;
        Some(Self::made(Timer::Appointment, Turn::Worker, day_begins_ms(local_day(at_ms)), at_ms))
    }

    /// A time that somebody asked for, which is no slot that the server could give.
    pub(super) fn asked_for(&self) -> Option<Coming> {
        let open = self.view.requests.iter().filter(|one| one.answer.is_none() && one.slot.is_none());
        let open = open.filter(|one| !self.is_booked_since(one));
        let request = open.min_by_key(|one| one.at_ms).filter(|_| self.may_contact())?;
        let from_ms = self.written_ms(request).min(request.at_ms);
        Some(Self::made(Timer::AppointmentAsked, Turn::Worker, from_ms, request.at_ms))
    }

    /// A time that was asked for and is not given: the person was told of it at the roadside.
    pub(super) fn declined(&self, turn: Turn) -> Option<Coming> {
        let last = self.view.requests.iter().max_by_key(|one| (self.written_ms(one), one.op))?;
        let wanted =
            last.answer.as_deref() == Some("declined") && last.reason != Some(DeclineReason::NotNeeded);
        let declined_ms = latest_ms(self.states, |act| matches!(act, Act::AppointmentDeclined(_)));
        let from_ms = declined_ms.filter(|_| wanted && self.may_contact())?;
        let told_ms = latest_ms(
            self.states,
            |act| matches!(act, Act::NoticeGiven(given) if given.to == NoticeTo::Person),
        );
        let is_told = turn == Turn::Police && told_ms.is_some_and(|told_ms| told_ms >= from_ms);
        let is_over = is_told || self.is_booked_since(last);
        (!is_over).then(|| self.arises(Timer::AppointmentDeclined, turn, from_ms))
    }

    /// One that was missed calls for another; some in a row call for outreach.
    pub(super) fn missed(&self) -> Option<Coming> {
        let wanted = usize::try_from(self.pack.timers.missed_in_a_row).unwrap_or(usize::MAX);
        let mut met = self.view.appointments.clone();
        met.retain(|one| matches!(one.status, Some(Attendance::Attended | Attendance::DidNotAttend)));
        met.sort_by_key(|one| (one.at_ms, one.op));
        let missed = met.iter().rev().take_while(|one| one.status == Some(Attendance::DidNotAttend)).count();
        let since_ms = acts(self.states).filter_map(|(entry, act)| {
            let Act::AttendanceRecorded(body) = act else { return None };
            (body.status == Attendance::DidNotAttend).then_some(entry.eff.ms())
        });
        let since_ms = since_ms.max().filter(|_| missed > 0 && self.may_contact())?;
        let followed = latest_ms(self.states, |act| {
            matches!(act, Act::ContactRecorded(_) | Act::AppointmentBooked(_) | Act::AppointmentMoved(_))
        });
        let followed = followed.is_some_and(|followed_ms| followed_ms > since_ms);
        let timer = if missed >= wanted { Timer::MissedInARow } else { Timer::Missed };
        (!followed).then(|| self.arises(timer, Turn::Worker, since_ms))
    }

    fn is_booked_since(&self, request: &Request) -> bool {
        let booked_ms = latest_ms(self.states, |act| matches!(act, Act::AppointmentBooked(_)));
        booked_ms.is_some_and(|booked_ms| booked_ms > self.written_ms(request))
    }

    fn written_ms(&self, request: &Request) -> u64 {
        let written = acts(self.states).find(|(entry, _)| entry.id == request.op);
        written.map_or(request.at_ms, |(entry, _)| entry.eff.ms())
    }
}
