//! What an op waits for, and the past on which it is judged when it waits no longer.
//!
//! An op in a stream that none of the author's scopes ever held counts as not here, so that a foreign
//! record and an unknown one look alike. The rules are those of [`sync_core::sync::pending`]. Does
//! not stamp: see [`super::round`].

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::Arc;

use sync_core::access::{Role, Scope};
use sync_core::ids::{DeviceId, OpId, Record, Stream};
use sync_core::referral::judge::Knew;
use sync_core::stamp::{Disposition, Why};
use sync_core::sync::pending::{Behind, Cause, Causes, Patience, resolve};
use sync_core::sync::waits::Waits;

use super::record::Ops;
use super::round::Round;
use crate::fault::Fault;
use crate::store::Reads;
use crate::store::rows::Held;

/// What is remembered of waiting while a round runs.
#[derive(Default)]
pub(super) struct Waiting {
    /// The op that waits for nothing any more.
    let_go: Option<OpId>,
    behind: BTreeMap<DeviceId, Arc<Behind>>,
    readable: BTreeSet<(DeviceId, Stream)>,
}

/// The past of one op, as far as it is here and its author could read it.
pub(super) struct Past {
    /// What must be stamped first.
    pub(super) awaited: Vec<OpId>,
    /// Heads in the op's own stream.
    pub(super) heads: Vec<OpId>,
    /// Heads that it had seen in the record's other streams.
    pub(super) elsewhere: Vec<OpId>,
    /// Listed deps that it no longer waits for.
    pub(super) absent: Vec<OpId>,
    /// What stands in their place.
    pub(super) instead: Vec<OpId>,
    pub(super) readable: BTreeSet<Stream>,
    device: DeviceId,
    patience: Patience,
    behind: Arc<Behind>,
    /// What got its stamp at this place or later was not here.
    before: u64,
}

impl Past {
    /// The past on which an op was judged that has its stamp.
    pub(super) fn of_stamped(ops: &Ops, held: &Held) -> Self {
        let stream = held.op.header.stream;
        let own = ops.own_before(held.id()).rfind(|own| own.op.header.stream == stream).map(Held::id);
        let mut past = Self {
            awaited: Vec::new(),
            heads: held.as_read().builds_on().chain(own).collect(),
            elsewhere: Vec::new(),
            absent: Vec::new(),
            instead: Vec::new(),
            device: held.id().device,
            patience: Patience::Out,
            readable: ops.streams().clone(),
            behind: Arc::default(),
            before: held.stamp.as_ref().map_or(u64::MAX, |stamp| stamp.place),
        };
        let seen = held.op.header.seen.iter().flatten().copied();
        past.elsewhere = past.known(ops, seen).into_iter().collect();
        past
    }

    /// Of some heads that were seen, those that are here; for one that is not, what lies behind it.
    pub(super) fn known(&self, ops: &Ops, seen: impl IntoIterator<Item = OpId>) -> BTreeSet<OpId> {
        let cause =
            |id: OpId| Ok::<_, Infallible>(if self.has(ops, id) { Cause::Stamped } else { Cause::Lost });
        match resolve(seen, Patience::Out, &self.behind, cause) {
            Ok(causes) => causes.known().collect(),
        }
    }

    /// Whether an op was here for the author.
    pub(super) fn has(&self, ops: &Ops, id: OpId) -> bool {
        let was_here = |held: &&Held| held.stamp.as_ref().is_some_and(|stamp| stamp.place < self.before);
        let held = ops.get(&id).filter(was_here);
        held.is_some_and(|held| id.device == self.device || self.readable.contains(&held.op.header.stream))
    }

    /// Whether it is the past of an op that was judged before.
    pub(super) fn is_of_stamped(&self) -> bool {
        self.before != u64::MAX
    }

    /// An op whose author has no part in the record, and knew nothing of it that is here: the
    /// record may be one that is not here yet, or one that is not theirs. Nobody can tell which.
    pub(super) fn waits_for_record(
        &self,
        disposition: Disposition,
        device: DeviceId,
        knew: &Knew<'_>,
    ) -> bool {
        let mut known = knew.ops();
        disposition == Disposition::Quarantined(Why::NotAssigned)
            && self.patience == Patience::Waits
            && known.all(|op| op.id.device == device)
    }
}

/// How many ops one write job tries.
pub(super) const AT_ONCE: usize = 64;

/// The ops that have waited long enough.
pub(super) fn over(read: &dyn Reads, now_ms: u64) -> Result<Waits, Fault> {
    let mut pending = read.pending()?;
    pending.retain(|held| Patience::at(held.arrived_ms, now_ms) != Patience::Waits);
    let mut causes: BTreeMap<OpId, BTreeSet<OpId>> = BTreeMap::new();
    let mut last: BTreeMap<(DeviceId, Record), OpId> = BTreeMap::new();
    for header in pending.iter().map(|held| &held.op.header) {
        let previous = last.insert((header.id.device, header.stream.record), header.id);
        causes.insert(header.id, header.names().chain(previous).collect());
    }
    Ok(Waits::of(causes))
}

/// Groups in slices of one write job each, in their order; a large group is parted.
pub(super) fn slices(groups: &[Vec<OpId>]) -> Vec<Vec<Vec<OpId>>> {
    let (mut slices, mut ops) = (Vec::<Vec<Vec<OpId>>>::new(), AT_ONCE);
    for piece in groups.iter().flat_map(|group| group.chunks(AT_ONCE)) {
        match slices.last_mut().filter(|_| ops + piece.len() <= AT_ONCE) {
            Some(slice) => {
                slice.push(piece.to_vec());
                ops += piece.len();
            }
            None => {
                slices.push(vec![piece.to_vec()]);
                ops = piece.len();
            }
        }
    }
    slices
}

impl Round<'_> {
    /// Tries ops whose waits are over, group after group.
    pub(super) fn end_waits(mut self, groups: Vec<Vec<OpId>>) -> Result<(), Fault> {
        for group in groups {
            self.retry(group);
            self.go_on()?;
        }
        self.keep();
        Ok(())
    }

    /// Lets ops go that stand in circles, one after the other, and with each whatever waited for it alone.
    pub(super) fn let_go(mut self, ids: Vec<OpId>) -> Result<(), Fault> {
        for id in ids {
            self.waiting.let_go = Some(id);
            self.retry([id]);
            self.go_on()?;
        }
        self.keep();
        Ok(())
    }

    /// What is here of the past of an op.
    pub(super) fn past(&mut self, id: OpId, stream: Stream) -> Result<Past, Fault> {
        let readable = self.readable_to(id.device, stream)?;
        let ops = self.record(stream.record)?;
        let held = &ops[&id];
        let header = &held.op.header;
        let (deps, seen) = (header.deps.clone(), header.seen.clone().unwrap_or_default());
        let waits_for_own = ops.own_before(id).next_back().filter(|own| own.stamp.is_none()).map(Held::id);
        let previous = ops.own_before(id).rfind(|own| own.op.header.stream == stream).map(Held::id);
        let arrived_ms = held.arrived_ms;
        let patience = self.patience(id, arrived_ms, stream, &deps)?;
        let behind = self.behind(id.device)?;
        let of = Reader { device: id.device, readable: &readable };
        let deps = resolve(deps, patience, &behind, |cause| self.cause(&of, stream, cause))?;
        let seen = resolve(seen, patience, &behind, |cause| self.cause(&of, stream, cause))?;
        let mut awaited: BTreeSet<OpId> = &deps.awaited | &seen.awaited;
        awaited.extend(waits_for_own);
        let Causes { present, absent, instead, .. } = deps;
        let ops = self.record(stream.record)?;
        let is_here = |id: &OpId| ops.get(id).is_some_and(|held| held.op.header.stream == stream);
        let (instead, behind_elsewhere): (Vec<OpId>, Vec<OpId>) = instead.into_iter().partition(is_here);
        Ok(Past {
            awaited: awaited.into_iter().collect(),
            heads: present.iter().chain(&instead).copied().chain(previous).collect(),
            elsewhere: seen.known().chain(behind_elsewhere).collect(),
            absent: absent.into_iter().collect(),
            instead,
            device: id.device,
            patience,
            readable,
            behind,
            before: u64::MAX,
        })
    }

    /// An op whose wait is over lets go of pending causes whose wait is over as well, once nothing
    /// else moves: they stand in a circle.
    fn patience(
        &mut self,
        id: OpId,
        arrived_ms: u64,
        stream: Stream,
        deps: &[OpId],
    ) -> Result<Patience, Fault> {
        let (now_ms, is_let_go) = (self.now_ms, self.waiting.let_go == Some(id));
        let patience = Patience::at(arrived_ms, now_ms);
        let ops = self.record(stream.record)?;
        let moves = |id: &OpId| {
            ops.get(id).is_some_and(|held| {
                held.stamp.is_none() && Patience::at(held.arrived_ms, now_ms) == Patience::Waits
            })
        };
        let lets_go = is_let_go && patience == Patience::Over && !deps.iter().any(moves);
        Ok(if lets_go { Patience::Out } else { patience })
    }

    fn cause(&mut self, of: &Reader<'_>, stream: Stream, id: OpId) -> Result<Cause, Fault> {
        let not_here = if self.is_of_ended_log(id.device)? { Cause::Lost } else { Cause::Missing };
        let Some(held) = self.record(stream.record)?.get(&id) else { return Ok(not_here) };
        if id.device != of.device && !of.readable.contains(&held.op.header.stream) {
            return Ok(not_here);
        }
        Ok(if held.stamp.is_some() { Cause::Stamped } else { Cause::Pending })
    }

    /// Whether a log of the server or of a desk goes no further: what is not here of it never comes. One of the
    /// present epoch may have lost it too; but then its readers do not know yet, and cannot say what lies
    /// behind it.
    fn is_of_ended_log(&self, log: DeviceId) -> Result<bool, Fault> {
        if !self.server.keeps_log(log) || log == self.server.device {
            return Ok(false);
        }
        let Some(device) = self.tx.device(log)? else { return Ok(true) };
        Ok(self.tx.desk(device.user)?.is_none_or(|desk| desk.device != log))
    }

    fn behind(&mut self, device: DeviceId) -> Result<Arc<Behind>, Fault> {
        if !self.waiting.behind.contains_key(&device) {
            self.waiting.behind.insert(device, Arc::new(self.tx.behind(device)?));
        }
        Ok(Arc::clone(&self.waiting.behind[&device]))
    }

    /// The streams of a record that the scopes of a device hold, or ever held, and those of its own provider, which
    /// its people read whatever the record says: after a restore nobody holds them until the first of their ops
    /// is stamped. An admin is shown extracts of any stream.
    fn readable_to(&mut self, device: DeviceId, stream: Stream) -> Result<BTreeSet<Stream>, Fault> {
        let ops = self.record(stream.record)?;
        if ops.devices().iter().all(|wrote| *wrote == device) {
            return Ok(BTreeSet::new());
        }
        let streams = ops.streams().clone();
        let author = self.tx.author(device)?.ok_or(Fault::Unknown("device"))?;
        if matches!(author.role, Role::Admin | Role::Server) {
            return Ok(streams);
        }
        let scopes = Scope::followed(device, &author);
        let mut readable = BTreeSet::new();
        for stream in streams {
            let own = author.role.of_provider() && stream.compartment.org == author.org;
            let mut reads = own || self.waiting.readable.contains(&(device, stream));
            for scope in &scopes {
                reads = reads || self.tx.ever_held(scope, stream)?;
            }
            if reads {
                self.waiting.readable.insert((device, stream));
                readable.insert(stream);
            }
        }
        Ok(readable)
    }
}

/// Who names a cause, and what they could read of the record.
struct Reader<'a> {
    device: DeviceId,
    readable: &'a BTreeSet<Stream>,
}
