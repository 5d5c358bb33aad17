//! What the author of an op knew of its record, folded: what every guard reads.
//!
//! Each answer is computed when a guard asks for it. Most facts ask for one or two, so an entry of a long record
//! does not pay for a view of all of it. Does not judge: see [`super::judge`].

use crate::access::{Author, Role};
use crate::ids::{Digest, OpId, OrgId, Stream, UserId};
use crate::referral::act::{
    Attendance, Disposal, DisposalProposed, KINDS, Nature, OpRef, PersonCameIn, ReferralRerouted,
    ReferralSubmitted, Situation, TransferAccepted, YesNo,
};
use crate::referral::conflict::Conflict;
use crate::referral::disposal::{Applied, DisposalState};
use crate::referral::eligibility::{
    NonEngagement, Prior, Verdict, may_decide_again, may_decide_discretion, may_follow,
};
use crate::referral::engagement::{Engagement, Transfer, transfer};
use crate::referral::facts::Facts;
use crate::referral::fold::{Entry, Standing, StreamState};
use crate::referral::offer::Offer;
use crate::referral::rule_inputs::prior_of;
use crate::referral::stage::Stage;
use crate::referral::writes::{IS_STRUCK, STRUCK};
use crate::stream::StreamOp;

/// Facts on which the rest stands: a concern ends only when it is acknowledged, an encounter and an answer when the
/// referral is cancelled.
const NEVER_STRUCK: [&str; 3] = ["safeguarding.raised", "encounter.opened", "offer.answered"];

/// An op, its author, and what the author knew.
pub(crate) struct Case<'a> {
    pub(crate) op: &'a StreamOp,
    pub(crate) author: &'a Author,
    pub(crate) states: Vec<StreamState>,
}

impl<'a> Case<'a> {
    pub(crate) fn new(op: &'a StreamOp, author: &'a Author, states: Vec<StreamState>) -> Self {
        Self { op, author, states }
    }

    /// What the police did.
    fn disposal(&self) -> DisposalState {
        DisposalState::of(&self.facts())
    }

    /// Where the offer stands.
    fn offer(&self) -> Offer {
        Offer::of(&self.facts())
    }

    /// The snapshot of eligibility.
    fn verdict(&self) -> Option<Verdict> {
        self.facts().value("eligibility")
    }

    /// The officers who recorded in it.
    pub(crate) fn owners(&self) -> Vec<UserId> {
        self.facts().owners()
    }

    /// The transfer that waits for its answer.
    pub(crate) fn transfer(&self) -> Option<Transfer> {
        transfer(&self.facts())
    }

    /// A new decision after a person did not engage, by four eyes: somebody else proposed it.
    pub(crate) fn decides_anew(&self, next: Disposal) -> bool {
        let (facts, owners, by) = (self.facts(), self.owners(), self.author.user);
        let Some(ended) = self.ended().filter(|_| self.author.role == Role::Supervisor) else { return false };
        facts
            .all::<DisposalProposed>()
            .filter(|(_, proposed)| proposed.disposal == next)
            .any(|(entry, _)| may_decide_again(facts.pack(), ended, &owners, entry.author, by).is_ok())
    }

    /// How the diversion ended, as far as its author knew.
    fn ended(&self) -> Option<NonEngagement> {
        let Prior { level, delivered, standing, .. } = prior_of(self.op.stream.record.id, &self.states)?;
        Some(NonEngagement { level, delivered, standing })
    }

    fn facts(&self) -> Facts<'_> {
        Facts { states: &self.states }
    }

    /// Whether a provider had the referral at some time.
    pub(crate) fn was_with(&self, org: OrgId) -> bool {
        let facts = self.facts();
        facts.all::<ReferralSubmitted>().any(|(_, body)| body.provider == Some(org))
            || facts.all::<TransferAccepted>().any(|(_, body)| body.to == org)
            || facts.all::<ReferralRerouted>().any(|(_, body)| body.to == org)
    }

    /// Whether the author knew of nothing in the record.
    pub(crate) fn is_new(&self) -> bool {
        self.states.iter().all(|state| state.entries.is_empty())
    }

    /// Whether somebody struck an entry, be it that others disagree.
    fn somebody_struck(&self, target: OpId) -> bool {
        let register = format!("{STRUCK}{target}");
        let live = self.states.iter().flat_map(|state| state.register(&register));
        live.into_iter().any(|live| live.value == IS_STRUCK)
    }

    fn standing_of(&self, op: OpId) -> Option<Standing> {
        self.entry(op).map(|entry| entry.standing)
    }

    fn is_theirs_to_strike(&self, target: OpId) -> bool {
        let info = self.kind_of(target).and_then(|kind| KINDS.iter().find(|info| info.kind == kind));
        let Some(info) = info else { return false };
        if info.nature != Nature::Fact || NEVER_STRUCK.contains(&info.kind) {
            return false;
        }
        let own = self.author_of(target) == Some(self.author.user);
        match self.author.role {
            Role::ProviderLead => own || info.roles.iter().all(|role| role.of_provider()),
            Role::Supervisor => own || info.roles.iter().all(|role| !role.of_provider()),
            Role::Officer | Role::OutreachWorker | Role::Admin | Role::Auditor | Role::Server => own,
        }
    }

    fn entry(&self, op: OpId) -> Option<&Entry> {
        self.states.iter().flat_map(|state| &state.entries).find(|entry| entry.id == op)
    }

    /// Who wrote an op.
    pub(crate) fn author_of(&self, op: OpId) -> Option<UserId> {
        self.entry(op).map(|entry| entry.author)
    }

    /// An open conflict.
    pub(crate) fn conflict(&self, id: Digest) -> Option<&Conflict> {
        self.states.iter().flat_map(|state| &state.conflicts).find(|conflict| conflict.id == id)
    }
}

impl Situation for Case<'_> {
    fn op(&self) -> OpId {
        self.op.id
    }

    fn stream(&self) -> Stream {
        self.op.stream
    }

    fn author(&self) -> &Author {
        self.author
    }

    fn stage(&self) -> Stage {
        Engagement::of(&self.facts()).stage
    }

    fn kind_of(&self, op: OpId) -> Option<&str> {
        self.entry(op).map(|entry| entry.kind.as_str())
    }

    fn providers(&self) -> Vec<OrgId> {
        self.facts().values("provider")
    }

    fn is_assessed(&self) -> bool {
        self.verdict().is_some()
    }

    fn may_divert(&self) -> bool {
        matches!(self.offer(), Offer::Agreed(_))
    }

    fn decides_by_discretion(&self, reason: &str) -> bool {
        let (pack, by) = (self.facts().pack(), self.author.user);
        let may =
            |verdict: Verdict| may_decide_discretion(pack, &verdict, &self.owners(), by, reason).is_ok();
        self.offer().may_be_granted() && self.verdict().is_some_and(may)
    }

    fn takes(&self, next: Disposal) -> bool {
        match self.disposal() {
            DisposalState::None | DisposalState::CrimeRecorded { .. } | DisposalState::Rescinded { .. } => {
                match next {
                    Disposal::CommunityResolution | Disposal::Diversion22Pending | Disposal::Diversion22 => {
                        self.may_divert()
                    }
                    Disposal::Arrest | Disposal::Investigation | Disposal::NoOffence => true,
                }
            }
            DisposalState::Applied(Applied { disposal: Disposal::Diversion22Pending, .. }) => match next {
                Disposal::Diversion22 => true,
                Disposal::Arrest | Disposal::Investigation => self.decides_anew(next),
                Disposal::CommunityResolution | Disposal::Diversion22Pending | Disposal::NoOffence => false,
            },
            DisposalState::Applied(_) | DisposalState::Finalised { .. } | DisposalState::Disputed { .. } => {
                false
            }
        }
    }

    fn may_be_followed_by(&self, next: Disposal) -> bool {
        // The pack says whether the police decide anew once somebody did not engage.
        let may = |ended| may_follow(self.facts().pack(), ended).is_ok();
        self.disposal().may_be_followed_by(next) && self.ended().is_some_and(may)
    }

    fn has_outcome(&self) -> bool {
        self.disposal().is_applied()
    }

    fn waits_for_transfer(&self) -> bool {
        self.transfer().is_some()
    }

    fn may_answer_transfer(&self, request: OpRef) -> bool {
        let request = request.resolve(self.op.id.device);
        self.transfer().is_some_and(|open| open.request == request && open.to == self.author.org)
    }

    fn came_in_here(&self) -> bool {
        self.facts().has::<PersonCameIn>()
    }

    fn has_come(&self, appointment: OpId) -> bool {
        self.facts().attendance_of(appointment) == Some(Attendance::Attended)
    }

    /// People strike their own entries; a lead, a supervisor also those that only their people record.
    /// Decisions have their own way back (cancel, reopen, rescind), and so has what the rest stands on. Nobody strikes what they know to be struck, and only what somebody struck is taken back.
    fn may_strike(&self, target: OpId, back: Option<YesNo>) -> bool {
        if !self.is_theirs_to_strike(target) {
            return false;
        }
        match back {
            Some(YesNo::Yes) => self.somebody_struck(target),
            Some(YesNo::No) | None => self.standing_of(target) != Some(Standing::Struck),
        }
    }
}
