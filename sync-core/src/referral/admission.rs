//! What was kept aside only because it builds on another entry that was: who admits that one admits it too.
//!
//! ```text
//!   police   assessed (policy)                  ─╮  one command: a conflict.settled{admit} of each,
//!   shared   submitted (stands_on) ─ cancelled  ─╯  in its own stream
//! ```
//! A settlement of its own for each, so that the record says of every entry why it counts. In another stream nobody
//! but the server knows what exactly an entry builds on: there it goes along when nothing else is aside. Does not decide
//! what stands on what: the server does, when it stamps.

use std::collections::{BTreeMap, BTreeSet};

use crate::access::{Author, Role};
use crate::ids::{Digest, OpId, Stream};
use crate::referral::conflict::{Conflict, ConflictKind, PassedUp, Settler};
use crate::referral::fold::{Folded, Standing};
use crate::stamp::{Disposition, Why};
use crate::stream::StreamOp;

/// An entry that counts once another one does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Along {
    /// Where it is.
    pub stream: Stream,
    /// The entry.
    pub op: OpId,
    /// The open conflict about it.
    pub conflict: Digest,
    /// That conflict's version.
    pub version: Digest,
}

/// What is admitted with an entry, of the streams of one record that the settler was shown. What stands on another
/// entry as well that stays aside waits for that one; and nobody admits what they wrote, or what is not theirs to admit.
#[must_use]
pub fn admitted_with(streams: &BTreeMap<Stream, Folded>, admitted: OpId, settler: &Author) -> Vec<Along> {
    let mut along: BTreeSet<Along> =
        streams.iter().flat_map(|(stream, folded)| candidates(*stream, folded, settler)).collect();
    along.retain(|one| one.op != admitted);
    loop {
        let goes: BTreeSet<OpId> = along.iter().map(|one| one.op).chain([admitted]).collect();
        let before = along.len();
        along.retain(|one| causes(streams, one).is_subset(&goes));
        if along.len() == before {
            return along.into_iter().collect();
        }
    }
}

/// What only stands on other entries, waits, and is the settler's to admit.
fn candidates(stream: Stream, folded: &Folded, settler: &Author) -> Vec<Along> {
    let open = |op: &StreamOp| {
        let conflicts = folded.state().conflicts.iter();
        let mut about = conflicts.filter(|open| open.kind == ConflictKind::Quarantined);
        about.find(|open| open.sides == [op.id]).filter(|open| is_theirs(open, settler.role))
    };
    let stands = folded.history().iter().filter(|op| stands_on(op) && op.author != settler.user);
    let waiting = stands.filter_map(|op| {
        let open = open(op)?;
        Some(Along { stream, op: op.id, conflict: open.id, version: open.version() })
    });
    waiting.collect()
}

fn stands_on(op: &StreamOp) -> bool {
    op.stamp.as_ref().is_some_and(|stamp| stamp.disposition == Disposition::Quarantined(Why::StandsOn))
}

fn is_theirs(open: &Conflict, role: Role) -> bool {
    match (role, open.settler) {
        (Role::Admin, Settler::Admin | Settler::Supervisor | Settler::ProviderLead) => true,
        (Role::ProviderLead, Settler::ProviderLead) | (Role::Supervisor, Settler::Supervisor) => {
            open.passed_up == PassedUp::No
        }
        (
            Role::ProviderLead
            | Role::Supervisor
            | Role::Officer
            | Role::OutreachWorker
            | Role::Auditor
            | Role::Server,
            _,
        ) => false,
    }
}

/// Every entry that is aside and that this one may build on.
fn causes(streams: &BTreeMap<Stream, Folded>, one: &Along) -> BTreeSet<OpId> {
    let mut causes = BTreeSet::new();
    for (stream, folded) in streams {
        let past = folded.history().past(one.op).filter(|_| *stream == one.stream);
        let entries = folded.state().entries.iter().filter(|entry| entry.standing == Standing::KeptAside);
        let ids = entries.map(|entry| entry.id).filter(|id| *id != one.op);
        causes.extend(ids.filter(|id| past.is_none_or(|past| past.contains(*id))));
    }
    causes
}
