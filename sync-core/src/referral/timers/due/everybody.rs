//! What is due that both sides may know of: concerns, conflicts, and that nothing is heard.
//!
//! Does not look into `outreach`: see [`super::service`].

use super::super::calendar::working_days_later_ms;
use super::super::local_time::DAY_MS;
use super::super::{acts, latest_ms};
use super::case::{Case, hours};
use super::{Due, Timer, Turn};
use crate::policy::PolicyPack;
use crate::referral::act::{Act, YesNo};
use crate::referral::conflict::{Conflict, PassedUp, Settler};
use crate::referral::engagement::Stage;
use crate::referral::fold::StreamState;

impl Case<'_> {
    pub(super) fn safeguarding(&self) -> Vec<Due> {
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

    pub(super) fn conflicts(&self) -> Vec<Due> {
        self.view.conflicts.iter().map(|conflict| self.settle(conflict)).collect()
    }

    fn settle(&self, conflict: &Conflict) -> Due {
        let from_ms = arose_ms(self.states, conflict);
        let at_ms = settle_by_ms(self.states, self.pack, conflict);
        let first = match conflict.settler {
            Settler::ProviderLead => Turn::Lead,
            Settler::Supervisor => Turn::Supervisor,
            Settler::Admin => Turn::Admin,
        };
        let late = first == Turn::Lead && self.now_ms >= at_ms;
        let turn = if late || conflict.passed_up == PassedUp::Yes { Turn::Admin } else { first };
        self.made(Timer::Settle, turn, from_ms, at_ms)
    }

    /// Not where the force is told nothing anyway: a voluntary referral, or no consent to feedback.
    pub(super) fn silence(&self) -> Option<Due> {
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
) -> u64 {
    let days = pack.timers.lead_settles_working_days;
    working_days_later_ms(pack.timers.calendar, arose_ms(states, conflict), days)
}
