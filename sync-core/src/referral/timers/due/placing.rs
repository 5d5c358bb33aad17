//! What is due until a service has taken the referral on: it is found, it is seen, it answers.
//!
//! ```text
//!   no service named             found      the force and an admin, at once
//!   nobody at the service acts   another    the force and an admin, at once
//!   sent                         seen       the force and an admin, when the pack's days are over
//!   sent                         answered   the lead; the force and an admin too, when the pack's days are over
//!   rejected                     told       the force and an admin, until the person is told or another has it
//! ```
//! The days run from when the server has what sent it there: a service that never syncs is late too.
//! Does not name a service.

use super::super::latest_ms;
use super::case::Case;
use super::{Coming, Timer, Told, Turn};
use crate::referral::act::{Act, NoticeTo};
use crate::referral::engagement::Stage;

/// Who looks after a referral that no service has.
const FORCE: [Turn; 2] = [Turn::Police, Turn::Admin];

impl Case<'_> {
    pub(super) fn placing(&self) -> Vec<Coming> {
        let mut all = self.find_service();
        all.extend(self.no_people());
        all.extend(self.receive());
        all.extend(self.accept());
        all.extend(self.reroute());
        all
    }

    fn find_service(&self) -> Vec<Coming> {
        let to_be_found = self.view.engagement.stage == Stage::Submitted && self.view.providers.is_empty();
        let from_ms = self.view.submitted_ms.filter(|_| to_be_found);
        from_ms
            .map_or(Vec::new(), |at_ms| FORCE.map(|turn| self.arises(Timer::FindService, turn, at_ms)).into())
    }

    /// Where it is not known who can act, nobody is asked.
    fn no_people(&self) -> Vec<Coming> {
        let stage = self.view.engagement.stage;
        let goes_on = !stage.is_ended() && !matches!(stage, Stage::NotSubmitted | Stage::Completed);
        let providers = &self.view.providers;
        let nobody = self.able.is_some_and(|able| !providers.iter().any(|provider| able.contains(provider)));
        let from_ms = self.view.submitted_ms.filter(|_| goes_on && nobody && !providers.is_empty());
        from_ms.map_or(Vec::new(), |at_ms| FORCE.map(|turn| self.arises(Timer::NoPeople, turn, at_ms)).into())
    }

    fn receive(&self) -> Vec<Coming> {
        let unseen = self.view.engagement.stage == Stage::Submitted && !self.view.providers.is_empty();
        let Some(from_ms) = self.synced_ms.filter(|_| unseen) else { return Vec::new() };
        let days = self.pack.timers.received_working_days;
        FORCE.map(|turn| once_over(self.by_working_day(Timer::Receive, turn, from_ms, days))).into()
    }

    fn accept(&self) -> Vec<Coming> {
        let stage = self.view.engagement.stage;
        let waits = matches!(stage, Stage::Submitted | Stage::Received) && !self.view.providers.is_empty();
        let Some(from_ms) = self.synced_ms.filter(|_| waits) else { return Vec::new() };
        let days = self.pack.timers.accepted_working_days;
        let lead = self.by_working_day(Timer::Accept, Turn::Lead, from_ms, days);
        // What nobody has seen is told as that.
        let told: &[Turn] = if stage == Stage::Received { &FORCE } else { &[] };
        let told = told.iter().map(|turn| once_over(Coming { turn: *turn, ..lead }));
        [lead].into_iter().chain(told).collect()
    }

    fn reroute(&self) -> Vec<Coming> {
        let rejected_ms = latest_ms(self.states, |act| matches!(act, Act::ReferralRejected(_)));
        let told_ms = latest_ms(
            self.states,
            |act| matches!(act, Act::NoticeGiven(given) if given.to == NoticeTo::Person),
        );
        let is_told = told_ms.is_some_and(|told| rejected_ms.is_some_and(|rejected| told >= rejected));
        let at_ms = rejected_ms.filter(|_| self.view.engagement.stage == Stage::Rejected && !is_told);
        at_ms.map_or(Vec::new(), |at_ms| FORCE.map(|turn| self.arises(Timer::Reroute, turn, at_ms)).into())
    }
}

fn once_over(coming: Coming) -> Coming {
    Coming { told: Told::OnceOver, ..coming }
}
