//! The judgement of one op, by what its author knew and by nothing else.
//!
//! Runs on the device before a decision is recorded, and once on the server when it stamps; the
//! order of syncs cannot change it. Does not look at the present state of the record.

use std::collections::BTreeMap;

use crate::access::{Author, Role};
use crate::ids::{CompartmentKind, OpId, RecordKind, Stream, UserId};
use crate::referral::act::{Act, Answer, Choice, Nature, YesNo};
use crate::referral::conflict::{Conflict, PassedUp, Settler};
use crate::referral::eligibility::Verdict;
use crate::referral::fold::{StreamState, fold};
use crate::referral::guards::guard;
use crate::referral::view::{View, view};
use crate::stamp::{Disposition, Why};
use crate::stream::{History, StreamOp};

/// What the author of an op knew of its record: of each stream, the part that they had seen.
#[derive(Debug, Clone, Default)]
pub struct Knew {
    /// The streams, each cut to the op's causal past.
    pub streams: BTreeMap<Stream, History>,
}

/// Judges an op.
#[must_use]
pub fn judge(op: &StreamOp, author: &Author, knew: &Knew) -> Disposition {
    let Some(body) = op.body.as_deref() else { return Disposition::Refused(Why::BodyWithheld) };
    let Ok(act) = Act::parse(&op.kind, body) else { return Disposition::Refused(Why::Shape) };
    let case = Case::new(op, author, knew);
    let settles = matches!(act, Some(Act::ConflictSettled(_) | Act::ConflictPassedUp(_)));
    if !settles && !may_write(author, &op.stream) {
        return Disposition::Refused(Why::Stream);
    }
    let verdict = match &act {
        None => Ok(()),
        Some(act) => case.judge(act),
    };
    verdict.map_or_else(Disposition::Quarantined, |()| Disposition::Accepted)
}

/// Whether somebody may write a stream of this compartment at all.
fn may_write(author: &Author, stream: &Stream) -> bool {
    let own = stream.compartment.org == author.org;
    let force = stream.compartment.org == author.force;
    if stream.record.kind != RecordKind::Referral {
        return author.role == Role::Server;
    }
    match (author.role, stream.kind()) {
        (Role::Server, _) => true,
        (Role::Officer | Role::Supervisor, CompartmentKind::Police | CompartmentKind::Shared) => own,
        (Role::OutreachWorker | Role::ProviderLead, CompartmentKind::Shared) => force,
        (Role::OutreachWorker | Role::ProviderLead, CompartmentKind::Outreach | CompartmentKind::Care) => own,
        (
            Role::Officer
            | Role::Supervisor
            | Role::OutreachWorker
            | Role::ProviderLead
            | Role::Admin
            | Role::Auditor,
            _,
        ) => false,
    }
}

struct Case<'a> {
    op: &'a StreamOp,
    author: &'a Author,
    states: Vec<StreamState>,
    view: View,
}

impl<'a> Case<'a> {
    fn new(op: &'a StreamOp, author: &'a Author, knew: &'a Knew) -> Self {
        let states: Vec<_> = knew.streams.values().map(fold).collect();
        let view = view(&states);
        Self { op, author, states, view }
    }

    fn judge(&self, act: &Act) -> Result<(), Why> {
        let info = act.info();
        if !info.compartments.contains(&self.op.stream.kind()) {
            return Err(Why::Stream);
        }
        let guard = guard(info.kind).expect("every kind has its line in the table of guards");
        if !guard.roles.contains(&self.author.role) {
            return Err(Why::Role);
        }
        if let Act::ConflictSettled(body) = act {
            return self.may_settle(body.conflict, body.choice);
        }
        if let Act::ConflictPassedUp(body) = act {
            return self.conflict(body.conflict).map(|_| ()).ok_or(Why::Reference);
        }
        self.has_part()?;
        match info.nature {
            Nature::Fact | Nature::Server => Ok(()),
            Nature::Decision if !guard.when.allows(self.view.stage) => Err(Why::State),
            Nature::Decision => self.decision(act),
        }
    }

    /// Officers record in their own referrals, providers in those that they were named for.
    fn has_part(&self) -> Result<(), Why> {
        let part = match self.author.role {
            Role::Server | Role::Supervisor | Role::Admin | Role::Auditor => true,
            Role::Officer => self.view.owners.is_empty() || self.view.owners.contains(&self.author.user),
            Role::OutreachWorker | Role::ProviderLead => self.view.providers.contains(&self.author.org),
        };
        if part { Ok(()) } else { Err(Why::NotAssigned) }
    }

    /// What a decision needs beyond its stage.
    fn decision(&self, act: &Act) -> Result<(), Why> {
        let allowed = if let Act::EligibilityAssessed(_) = act {
            self.view.verdict.is_none()
        } else if let Act::ReferralSubmitted(body) = act {
            body.voluntary == YesNo::Yes || self.may_divert()
        } else if let Act::DisposalApplied(_) = act {
            self.may_divert() && self.view.disposal.is_none()
        } else if let Act::DisposalRescinded(_) = act {
            self.view.disposal.is_some()
        } else if let Act::DiscretionDecided(_) = act {
            self.view.verdict.is_some() && !self.view.owners.contains(&self.author.user)
        } else if let Act::EntryStruck(body) = act {
            self.is_own(body.entry.resolve(self.op.id.device))
        } else {
            true
        };
        if allowed { Ok(()) } else { Err(Why::State) }
    }

    fn may_divert(&self) -> bool {
        let eligible = match self.view.verdict {
            Some(Verdict::Eligible | Verdict::EligibleProvisional) => true,
            Some(_) | None => self.view.discretion == Some(YesNo::Yes),
        };
        eligible && self.view.answer == Some(Answer::Yes)
    }

    /// People strike their own entries; a lead, a supervisor also those of their people.
    fn is_own(&self, target: OpId) -> bool {
        let author = self.author_of(target);
        match self.author.role {
            Role::ProviderLead | Role::Supervisor => author.is_some(),
            Role::Officer | Role::OutreachWorker | Role::Admin | Role::Auditor | Role::Server => {
                author == Some(self.author.user)
            }
        }
    }

    fn author_of(&self, op: OpId) -> Option<UserId> {
        let entries = self.states.iter().flat_map(|state| &state.entries);
        entries.filter(|entry| entry.id == op).map(|entry| entry.author).next()
    }

    fn conflict(&self, id: crate::ids::Digest) -> Option<&Conflict> {
        self.view.conflicts.iter().find(|conflict| conflict.id == id)
    }

    /// Nobody settles a conflict of which they wrote a side, or one that is not theirs.
    fn may_settle(&self, id: crate::ids::Digest, choice: Choice) -> Result<(), Why> {
        let conflict = self.conflict(id).ok_or(Why::Reference)?;
        let wrote = conflict.sides.iter().any(|side| self.author_of(*side) == Some(self.author.user));
        let passed_up = conflict.passed_up == PassedUp::Yes;
        let theirs = match (self.author.role, conflict.settler) {
            (Role::ProviderLead, Settler::ProviderLead) => {
                !passed_up && self.op.stream.compartment.org == self.author.org
            }
            (Role::Supervisor, Settler::Supervisor) => !passed_up,
            // An admin knows the live ops of a provider's conflict only from the extract that the
            // server makes when it was passed up; the passing up itself is not among them.
            (Role::Admin, Settler::Admin | Settler::Supervisor | Settler::ProviderLead) => true,
            (Role::ProviderLead | Role::Supervisor, _) => false,
            (Role::Officer | Role::OutreachWorker | Role::Auditor | Role::Server, _) => false,
        };
        let (Choice::Op(chosen) | Choice::Admit(chosen) | Choice::KeepAside(chosen)) = choice;
        if wrote || !theirs {
            return Err(Why::Settler);
        }
        if conflict.sides.contains(&chosen) { Ok(()) } else { Err(Why::Reference) }
    }
}
