//! What is due that both sides may know of: concerns, conflicts, and that nothing is heard.
//!
//! Does not look into `outreach`: see [`super::service`].

use std::collections::BTreeMap;

use super::super::calendar::{Holiday, working_days_later_ms};
use super::super::{acts, latest_ms};
use super::case::{Case, hours};
use super::{Coming, Timer, Told, Turn};
use crate::local_time::days_later_ms;
use crate::policy::PolicyPack;
use crate::referral::act::{Act, YesNo};
use crate::referral::conflict::{Conflict, PassedUp, Settler};
use crate::referral::engagement::Stage;
use crate::referral::fold::StreamState;

impl Case<'_> {
    pub(super) fn safeguarding(&self) -> Vec<Coming> {
        let wait_ms = hours(self.pack.timers.first_attempt_safeguarding_hours);
        let mut all = Vec::new();
        for concern in &self.view.concerns {
            let raised = acts(self.states).map(|(entry, _)| entry).find(|entry| entry.id == concern.op);
            let Some(raised) = raised else { continue };
            // Whoever is not known to be an officer of the referral may be of either side: then both see it. What
            // no service has seen is a supervisor's too.
            let by_officer = self.view.owners.contains(&raised.author);
            let unseen = matches!(self.view.engagement.stage, Stage::NotSubmitted | Stage::Submitted);
            let turns: &[Turn] = match (by_officer, unseen) {
                (true, false) => &[Turn::Lead],
                (true, true) => &[Turn::Lead, Turn::Supervisor],
                (false, _) => &[Turn::Lead, Turn::Police],
            };
            let from_ms = raised.eff.ms();
            all.extend(turns.iter().map(|turn| self.within(Timer::Safeguarding, *turn, from_ms, wait_ms)));
        }
        all
    }

    pub(super) fn conflicts(&self) -> Vec<Coming> {
        self.view.conflicts.iter().flat_map(|conflict| self.settle(conflict)).collect()
    }

    /// A lead's is an admin's once its time has passed.
    fn settle(&self, conflict: &Conflict) -> Vec<Coming> {
        let from_ms = arose_ms(self.states, conflict);
        let at_ms = settle_by_ms(self.states, self.pack, conflict, self.holidays);
        let first = match conflict.settler {
            Settler::ProviderLead => Turn::Lead,
            Settler::Supervisor => Turn::Supervisor,
            Settler::Admin => Turn::Admin,
        };
        let of = |turn, told| Coming { told, ..Self::made(Timer::Settle, turn, from_ms, at_ms) };
        match (first, conflict.passed_up) {
            (_, PassedUp::Yes) => vec![of(Turn::Admin, Told::Always)],
            (Turn::Lead, PassedUp::No) => vec![of(first, Told::UntilOver), of(Turn::Admin, Told::OnceOver)],
            (Turn::Worker | Turn::Police | Turn::Supervisor | Turn::Admin, PassedUp::No) => {
                vec![of(first, Told::Always)]
            }
        }
    }

    /// Entries that cannot be right, one due date for each side: they count until somebody strikes them.
    pub(super) fn implausible(&self) -> Vec<Coming> {
        let mut first = BTreeMap::new();
        for fault in self.view.marks.iter().filter(|mark| mark.is_fault()) {
            let Some((entry, _)) = acts(self.states).find(|(entry, _)| entry.id == fault.op) else {
                continue;
            };
            let by_officer = self.view.owners.contains(&entry.author);
            let turn = if by_officer { Turn::Police } else { Turn::Lead };
            let at_ms = first.entry(turn).or_insert(entry.eff.ms());
            *at_ms = entry.eff.ms().min(*at_ms);
        }
        first.into_iter().map(|(turn, at_ms)| self.arises(Timer::Implausible, turn, at_ms)).collect()
    }

    /// Another service, duty or verdict follows from an age that a wrong clock had hidden.
    pub(super) fn age(&self) -> Vec<Coming> {
        let Some(aged) = &self.view.aged else { return Vec::new() };
        let told_ms = latest_ms(self.states, |act| matches!(act, Act::EligibilityReassessed(_)));
        let told_ms = told_ms.unwrap_or_default();
        let done = latest_ms(self.states, |act| {
            matches!(act, Act::NoticeGiven(_) | Act::DisposalRescinded(_) | Act::ReferralCancelled(_))
        });
        let is_over = self.view.engagement.stage.is_ended() || done.is_some_and(|done_ms| done_ms > told_ms);
        if is_over || !aged.matters(self.pack, self.view.verdict.as_ref()) {
            return Vec::new();
        }
        [Turn::Police, Turn::Admin].map(|turn| self.arises(Timer::Age, turn, told_ms)).to_vec()
    }

    /// Not where the force is told nothing anyway: a voluntary referral, or no consent to feedback.
    pub(super) fn silence(&self) -> Option<Coming> {
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
        let days = self.pack.timers.feedback_silence_days;
        let at_ms = days_later_ms(news.unwrap_or(submitted_ms), days);
        Some(self.arises(Timer::Silence, Turn::Admin, at_ms))
    }
}

/// When a conflict arose: with the last of its sides.
fn arose_ms(states: &[StreamState], conflict: &Conflict) -> u64 {
    let sides = states.iter().flat_map(|state| &state.entries);
    let sides = sides.filter(|entry| conflict.sides.contains(&entry.id));
    sides.map(|entry| entry.eff.ms()).max().unwrap_or_default()
}

/// Until when whoever it goes to first settles a conflict.
pub(in crate::referral::timers) fn settle_by_ms(
    states: &[StreamState],
    pack: &PolicyPack,
    conflict: &Conflict,
    holidays: &[Holiday],
) -> u64 {
    let days = pack.timers.lead_settles_working_days;
    working_days_later_ms(pack.timers.calendar, arose_ms(states, conflict), days, holidays)
}
