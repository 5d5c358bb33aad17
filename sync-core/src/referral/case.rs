//! What the author of an op knew of its record, folded: what every guard reads.
//!
//! Does not judge: see [`super::judge`].

use crate::access::{Author, Role};
use crate::ids::{Digest, OpId, UserId};
use crate::referral::act::{KINDS, Nature, OpRef};
use crate::referral::conflict::Conflict;
use crate::referral::disposal;
use crate::referral::facts::Facts;
use crate::referral::fold::{Entry, StreamState, fold};
use crate::referral::judge::Knew;
use crate::referral::offer::Offer;
use crate::referral::view::{View, view};
use crate::stream::StreamOp;

/// An op, its author, and what the author knew.
pub(crate) struct Case<'a> {
    pub(crate) op: &'a StreamOp,
    pub(crate) author: &'a Author,
    pub(crate) states: Vec<StreamState>,
    pub(crate) view: View,
}

impl<'a> Case<'a> {
    pub(crate) fn new(op: &'a StreamOp, author: &'a Author, knew: &Knew) -> Self {
        let states: Vec<_> = knew.streams.values().map(fold).collect();
        let view = view(&states);
        Self { op, author, states, view }
    }

    /// Whether the person agreed to an offer that stands.
    pub(crate) fn may_divert(&self) -> bool {
        matches!(self.view.offer, Offer::Agreed(_))
    }

    /// Four eyes: somebody who did not refer.
    pub(crate) fn is_fresh_pair_of_eyes(&self) -> bool {
        !self.view.owners.contains(&self.author.user)
    }

    /// After a person did not engage, under a pack that lets the police decide anew, by four eyes.
    pub(crate) fn decides_anew(&self) -> bool {
        self.author.role == Role::Supervisor
            && self.is_fresh_pair_of_eyes()
            && disposal::may_decide_anew(&Facts { states: &self.states })
    }

    /// Whether a transfer waits for the answer of the author's provider.
    pub(crate) fn may_answer_transfer(&self, request: OpRef) -> bool {
        let request = request.resolve(self.op.id.device);
        self.view.transfer.is_some_and(|open| open.request == request && open.to == self.author.org)
    }

    /// People strike their own entries; a lead, a supervisor also those that only their people record.
    /// Decisions have their own way back (cancel, reopen, rescind), and a concern ends only when it is
    /// acknowledged by its id.
    pub(crate) fn may_strike(&self, target: OpId) -> bool {
        let info = self.kind_of(target).and_then(|kind| KINDS.iter().find(|info| info.kind == kind));
        let Some(info) = info else { return false };
        if info.nature != Nature::Fact || info.kind == "safeguarding.raised" {
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

    /// What kind of act an op is.
    pub(crate) fn kind_of(&self, op: OpId) -> Option<&str> {
        self.entry(op).map(|entry| entry.kind.as_str())
    }

    /// An open conflict.
    pub(crate) fn conflict(&self, id: Digest) -> Option<&Conflict> {
        self.view.conflicts.iter().find(|conflict| conflict.id == id)
    }
}
