//! The judgement of one op, by what its author knew and by nothing else.
//!
//! Runs on the device before a decision is recorded, and once on the server when it stamps; the
//! order of syncs cannot change it. Does not look at the present state of the record.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::access::{Author, Role};
use crate::codes;
use crate::ids::{CompartmentKind, OpId, RecordKind, Stream};
use crate::referral::act::{Act, ConflictSettled, Nature, Situation as _};
use crate::referral::case::Case;
use crate::referral::conflict::{PassedUp, Settler};
use crate::referral::decided::as_decided;
use crate::referral::fold::{Folded, StreamState, fold};
use crate::stamp::{Disposition, Why};
use crate::stream::{History, StreamOp};

/// What the author of an op knew of its record: of each stream, the part that they had seen.
#[derive(Debug, Clone, Default)]
pub struct Knew<'a>(BTreeMap<Stream, KnownPart<'a>>);

/// What an author knew of one stream.
#[derive(Debug, Clone)]
enum KnownPart<'a> {
    /// All that is folded.
    All(&'a Folded),
    /// A part that is folded.
    View(Arc<Folded>),
    /// The op's causal past.
    Part(History),
}

impl KnownPart<'_> {
    fn history(&self) -> &History {
        match self {
            Self::All(folded) => folded.history(),
            Self::View(folded) => folded.history(),
            Self::Part(history) => history,
        }
    }

    fn state(&self) -> StreamState {
        match self {
            Self::All(folded) => folded.state().clone(),
            Self::View(folded) => folded.state().clone(),
            Self::Part(history) => fold(history),
        }
    }
}

impl<'a> Knew<'a> {
    /// Adds what the author knew of a stream: it is cut to the op's causal past.
    pub fn add(&mut self, stream: Stream, known: History) {
        self.0.insert(stream, KnownPart::Part(known));
    }

    /// Adds what the author knew of a stream, folded already.
    pub fn add_view(&mut self, stream: Stream, known: Arc<Folded>) {
        self.0.insert(stream, KnownPart::View(known));
    }

    /// Adds what the author knew of a folded stream who had seen `heads` and all that they build on. Who
    /// knew all of it needs no other fold.
    pub fn add_of(&mut self, stream: Stream, folded: &'a Folded, heads: &[OpId]) {
        let known = if folded.history().is_all_behind(heads) {
            KnownPart::All(folded)
        } else {
            KnownPart::Part(folded.history().as_of(heads))
        };
        self.0.insert(stream, known);
    }

    /// Whether the author had seen an op.
    #[must_use]
    pub fn holds(&self, op: OpId) -> bool {
        self.0.values().any(|known| known.history().op(op).is_some())
    }

    /// Every op that the author had seen.
    pub fn ops(&self) -> impl Iterator<Item = &StreamOp> {
        self.0.values().flat_map(|known| known.history().iter())
    }

    /// The streams as the author knew them, folded.
    pub(crate) fn states(&self) -> Vec<StreamState> {
        self.0.values().map(KnownPart::state).collect()
    }
}

/// Judges an op.
#[must_use]
pub fn judge(op: &StreamOp, author: &Author, knew: &Knew<'_>) -> Disposition {
    let Some(body) = op.body.as_deref() else { return Disposition::Refused(Why::BodyWithheld) };
    match Act::parse(&op.kind, body) {
        Ok(act) => judge_read(op, act.as_ref(), author, knew),
        Err(_) => Disposition::Refused(Why::Shape),
    }
}

/// The same for an op whose body was read: its act, or none of a kind that this version does not know.
#[must_use]
pub fn judge_read(op: &StreamOp, act: Option<&Act>, author: &Author, knew: &Knew<'_>) -> Disposition {
    let settles = matches!(act, Some(Act::ConflictSettled(_) | Act::ConflictPassedUp(_)));
    if !settles && !may_write(author, &op.stream) {
        return Disposition::Refused(Why::Stream);
    }
    let verdict = match act {
        None => Ok(()),
        Some(act) => judge_act(&Case::new(op, author, knew.states()), knew, act),
    };
    verdict.map_or_else(Disposition::Quarantined, |()| Disposition::Accepted)
}

/// Whether somebody may write a stream of this compartment at all. What is about persons and the force is `police`; what
/// is about a provider is `shared`, but for what its lead erases.
fn may_write(author: &Author, stream: &Stream) -> bool {
    let own = stream.compartment.org == author.org;
    let force = stream.compartment.org == author.force;
    match stream.record.kind {
        RecordKind::Referral => may_write_referral(author, stream.kind(), own, force),
        RecordKind::Persons | RecordKind::Force => {
            let police = stream.kind() == CompartmentKind::Police;
            police && force && matches!(author.role, Role::Admin | Role::Server)
        }
        RecordKind::Provider => {
            let lead = author.role == Role::ProviderLead && stream.record.id == author.org.0;
            match stream.kind() {
                CompartmentKind::Shared => {
                    force && (lead || matches!(author.role, Role::Admin | Role::Server))
                }
                CompartmentKind::Outreach => own && lead,
                CompartmentKind::Police | CompartmentKind::Care | CompartmentKind::Audit => false,
            }
        }
    }
}

fn may_write_referral(author: &Author, kind: CompartmentKind, own: bool, force: bool) -> bool {
    match (author.role, kind) {
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

fn judge_act(case: &Case<'_>, knew: &Knew<'_>, act: &Act) -> Result<(), Why> {
    let (info, body) = (act.info(), act.recorded());
    if !info.compartments.contains(&case.op.stream.kind()) {
        return Err(Why::Stream);
    }
    if !info.roles.contains(&case.author.role) {
        return Err(Why::Role);
    }
    if let Act::ConflictSettled(body) = act {
        return may_settle(case, knew, body);
    }
    if let Act::ConflictPassedUp(body) = act {
        return case.conflict(body.conflict).map(|_| ()).ok_or(Why::Reference);
    }
    has_part(case, info.kind)?;
    let may_name = |list, code: &str| {
        codes::contains(list, code)
            && (case.author.role == Role::Server || !codes::is_servers_own(list, code))
    };
    if !body.codes().iter().all(|(list, code)| may_name(*list, code)) {
        return Err(Why::Reference);
    }
    match info.nature {
        Nature::Server => Ok(()),
        Nature::Fact => body.needs(case),
        Nature::Decision if !info.when.allows(case.stage()) => Err(Why::State),
        Nature::Decision => body.needs(case),
    }
}

/// Officers record in their own referrals, providers in those that they were named for. A provider that a
/// transfer names answers it, and no more; one that had the referral before goes on with what only it reads, and so
/// does one that took somebody in whom nobody referred.
fn has_part(case: &Case<'_>, kind: &str) -> Result<(), Why> {
    if case.op.stream.record.kind != RecordKind::Referral {
        return Ok(());
    }
    let answers = matches!(kind, "transfer.accepted" | "transfer.declined");
    let part = match case.author.role {
        Role::Server | Role::Supervisor | Role::Admin | Role::Auditor => true,
        Role::Officer => {
            let owners = case.owners();
            owners.is_empty() || owners.contains(&case.author.user)
        }
        Role::OutreachWorker | Role::ProviderLead if answers => {
            case.transfer().is_some_and(|open| open.to == case.author.org)
        }
        Role::OutreachWorker | Role::ProviderLead => {
            let own = case.op.stream.compartment.org == case.author.org;
            let takes_in = kind == "person.came_in" && case.is_new();
            case.providers().contains(&case.author.org)
                || own && (takes_in || case.was_with(case.author.org) || case.came_in_here())
        }
    };
    if part { Ok(()) } else { Err(Why::NotAssigned) }
}

/// Nobody settles a conflict of which they wrote a side, or one that is not theirs. What was settled is decided again as
/// it was decided first.
fn may_settle(case: &Case<'_>, knew: &Knew<'_>, body: &ConflictSettled) -> Result<(), Why> {
    let decided = || {
        let history = knew.0.get(&case.op.stream)?.history();
        as_decided(history, body.conflict, body.version).map(|found| found.conflict)
    };
    let again = || decided().filter(|conflict| conflict.kind.can_be_decided_again());
    let open = case.conflict(body.conflict).cloned();
    let conflict = open.or_else(again).ok_or(Why::Reference)?;
    let wrote = conflict.sides.iter().any(|side| case.author_of(*side) == Some(case.author.user));
    let passed_up = conflict.passed_up == PassedUp::Yes;
    let theirs = match (case.author.role, conflict.settler) {
        (Role::ProviderLead, Settler::ProviderLead) => {
            let own = case.op.stream.compartment.org == case.author.org;
            let shared = case.op.stream.kind() == CompartmentKind::Shared;
            !passed_up && (own || shared && case.providers().contains(&case.author.org))
        }
        (Role::Supervisor, Settler::Supervisor) => !passed_up,
        // An admin knows the live ops of a provider's conflict only from the extract that the
        // server makes when it was passed up; the passing up itself is not among them.
        (Role::Admin, Settler::Admin | Settler::Supervisor | Settler::ProviderLead) => true,
        (Role::ProviderLead | Role::Supervisor, _) => false,
        (Role::Officer | Role::OutreachWorker | Role::Auditor | Role::Server, _) => false,
    };
    if wrote || !theirs {
        return Err(Why::Settler);
    }
    if conflict.takes_choice(&body.choice) { Ok(()) } else { Err(Why::Reference) }
}
