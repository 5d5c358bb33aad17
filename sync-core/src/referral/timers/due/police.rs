//! What waits for the police: the answer to an offer, discretion, a proposal, notices, the crime's reference.
//!
//! Does not look into `outreach`, and is moved by nothing that a service records.

use super::super::{acts, latest_ms};
use super::case::Case;
use super::{Coming, Timer, Turn};
use crate::local_time::days_later_ms;
use crate::referral::act::{Act, NoticeTo};
use crate::referral::disposal::DisposalState;
use crate::referral::eligibility::{Verdict, WhyOutOfScope};
use crate::referral::engagement::Stage;
use crate::referral::offer::{Basis, Offer};

impl Case<'_> {
    pub(super) fn police(&self) -> Vec<Coming> {
        let one =
            [self.answer_offer(), self.discretion(), self.proposal(), self.crime_reference(), self.offence()];
        let notices = [
            self.child(),
            self.notice(Timer::TellGuardian, NoticeTo::Guardian, "notice_guardian"),
            self.notice(Timer::TellYouthJustice, NoticeTo::YouthJustice, "notice_youth_justice"),
        ];
        one.into_iter().chain(notices).flatten().collect()
    }

    /// An offer that was left open, or that a supervisor granted. Whatever the days, it waits until somebody
    /// records an answer, or what the police decide instead.
    fn answer_offer(&self) -> Option<Coming> {
        let made_ms = latest_ms(self.states, |act| {
            matches!(act, Act::EligibilityAssessed(_) | Act::DiscretionDecided(_) | Act::OfferAnswered(_))
        });
        let from_ms = made_ms.filter(|_| self.is_undecided())?;
        let until_ms = match self.view.offer {
            Offer::Open { until_ms } => until_ms,
            Offer::Made(Basis::Discretion) => days_later_ms(from_ms, self.pack.offer.open_days),
            Offer::Made(Basis::Rules | Basis::Provisional)
            | Offer::NotAssessed
            | Offer::Ended { .. }
            | Offer::Discretion
            | Offer::Agreed(_)
            | Offer::Declined => return None,
        };
        Some(self.by(Timer::AnswerOffer, Turn::Police, from_ms, until_ms))
    }

    fn is_undecided(&self) -> bool {
        self.view.engagement.stage == Stage::NotSubmitted && !self.view.disposal.is_applied()
    }

    /// The rules leave it to a supervisor, who has not said anything.
    fn discretion(&self) -> Option<Coming> {
        let asked_ms = latest_ms(self.states, |act| matches!(act, Act::EligibilityAssessed(_)));
        let asked_ms = asked_ms.filter(|_| self.is_undecided() && self.view.offer == Offer::Discretion)?;
        Some(self.arises(Timer::Discretion, Turn::Supervisor, asked_ms))
    }

    /// Somebody proposed what is to follow: another decides.
    fn proposal(&self) -> Option<Coming> {
        let proposed_ms = latest_ms(self.states, |act| matches!(act, Act::DisposalProposed(_)))?;
        let decided_ms =
            latest_ms(self.states, |act| matches!(act, Act::DisposalApplied(_) | Act::DisposalRescinded(_)));
        let waits = decided_ms.is_none_or(|decided_ms| decided_ms < proposed_ms);
        waits.then(|| self.arises(Timer::Proposal, Turn::Supervisor, proposed_ms))
    }

    /// Who is told of a young person's referral: until it is done, or somebody said why not.
    fn notice(&self, timer: Timer, to: NoticeTo, step: &str) -> Option<Coming> {
        let taken_back = matches!(self.view.engagement.stage, Stage::Cancelled | Stage::Deceased);
        let from_ms = self.view.submitted_ms.filter(|_| !taken_back)?;
        let subject = self.view.subject.as_ref()?;
        let age = subject.age_at(from_ms)?;
        let told = acts(self.states).any(|(_, act)| matches!(act, Act::NoticeGiven(given) if given.to == to));
        let asked = self.pack.age.youth_steps.iter().any(|known| known.code == step);
        let waits = asked && !told && age.years() < self.pack.age.adult_years;
        waits.then(|| self.arises(timer, Turn::Police, from_ms))
    }

    /// A child who is too young for any offence: nothing is offered, and somebody looks after them.
    fn child(&self) -> Option<Coming> {
        let is_child =
            matches!(self.view.verdict, Some(Verdict::OutOfScope { why: WhyOutOfScope::UnderTen }));
        let from_ms = latest_ms(self.states, |act| matches!(act, Act::EligibilityAssessed(_)))?;
        let told = |act: &Act| matches!(act, Act::NoticeGiven(given) if given.to == NoticeTo::Guardian);
        let seen_to =
            acts(self.states).any(|(_, act)| matches!(act, Act::SafeguardingRaised(_)) || told(act));
        (is_child && !seen_to).then(|| self.arises(Timer::Child, Turn::Police, from_ms))
    }

    /// The crime that a diversion was recorded for has no reference of the force's own system yet.
    fn crime_reference(&self) -> Option<Coming> {
        let applied = self.view.disposal.applied().map(|applied| applied.disposal)?;
        let from_ms = latest_ms(self.states, |act| matches!(act, Act::DisposalApplied(_)));
        let known = self.view.crime.as_ref().is_some_and(|crime| crime.reference.is_some());
        let from_ms = from_ms.filter(|_| applied.is_diversion() && !known)?;
        Some(self.arises(Timer::CrimeReference, Turn::Police, from_ms))
    }

    /// A crime whose offence nobody knows yet. An outcome that was taken back asks for none.
    fn offence(&self) -> Option<Coming> {
        let waits = self.view.crime.as_ref().is_some_and(|crime| crime.offence.is_none());
        let taken_back = matches!(self.view.disposal, DisposalState::Rescinded { .. });
        let recorded_ms = latest_ms(self.states, |act| matches!(act, Act::CrimeRecorded(_)));
        let from_ms = recorded_ms.filter(|_| waits && !taken_back)?;
        let until_ms = days_later_ms(from_ms, self.pack.timers.offence_days);
        Some(Self::made(Timer::Offence, Turn::Police, from_ms, until_ms))
    }
}
