//! One round of stamping: every op whose causes are all stamped is judged, once, and gets its place.
//!
//! What it waits for says [`super::pending`]. Places in a stream are a causal order, but for causes
//! that were absent. Does not decide who reads: see [`super::feeds`].

use std::collections::btree_map::Entry as Slot;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use sync_core::access::{Author, Scope};
use sync_core::clock::{ClockMark, Hlc, effective};
use sync_core::ids::{OpId, Record, Stream};
use sync_core::op::Kind;
use sync_core::referral::act::{Act, Choice};
use sync_core::referral::judge::{Knew, judge, judge_read};
use sync_core::stamp::{Disposition, Stamp, Why};
use sync_core::stream::StreamOp;

use super::pending::{Past, Waiting};
use super::record::Ops;
use super::rights::{self, Judged};
use super::{
    ages, duties, erasure, extracts, feeds, forks, found, own_log, persons, recover, reference, repeats,
    reroute, slots,
};
use crate::fault::Fault;
use crate::store::rows::{Cited, Entry, Held, ServerRow};
use crate::store::{Reads, Writes};

/// What a write job knows while it stamps.
pub(super) struct Round<'a> {
    pub(super) tx: &'a dyn Writes,
    pub(super) server: &'a ServerRow,
    pub(super) now_ms: u64,
    records: BTreeMap<Record, Ops>,
    queue: VecDeque<OpId>,
    /// Ops that were tried and wait: their author may come to read what they name.
    tried: BTreeSet<OpId>,
    /// Ops that came with this request, or that the server wrote, with their records: their stamps are in the answer.
    fresh: BTreeMap<OpId, Record>,
    /// Ops that changed what readers have, by record, in the order of their places.
    pub(super) changed: BTreeMap<Record, Vec<OpId>>,
    pub(super) waiting: Waiting,
    /// Ops that readers hold and that were erased now: they are told so, and not sent the op again.
    pub(super) erased: BTreeSet<OpId>,
}

impl<'a> Round<'a> {
    pub(super) fn new(tx: &'a dyn Writes, server: &'a ServerRow, now_ms: u64) -> Self {
        Self {
            tx,
            server,
            now_ms,
            records: BTreeMap::new(),
            queue: VecDeque::new(),
            tried: BTreeSet::new(),
            fresh: BTreeMap::new(),
            changed: BTreeMap::new(),
            waiting: Waiting::default(),
            erased: BTreeSet::new(),
        }
    }

    /// Adds the next op of a log.
    pub(super) fn append(&mut self, mut held: Held) -> Result<(), Fault> {
        erasure::on_arrival(self.tx, &mut held)?;
        self.tx.append(&held)?;
        let id = held.id();
        if held.erased.is_some() {
            // The phone may not have heard, or repeats it under a name that nobody was told.
            let (device, stream) = (Scope::Device(id.device), held.op.header.stream);
            self.tx.feed(&device.key(), &Entry::Erased { stream, id })?;
        }
        let record = held.op.header.stream.record;
        self.fresh.insert(id, record);
        self.queue.push_back(id);
        self.record(record)?.insert(held);
        Ok(())
    }

    /// Stamps what can be, feeds the readers, and writes what follows from it.
    pub(super) fn finish(mut self) -> Result<(), Fault> {
        self.go_on()?;
        self.keep();
        Ok(())
    }

    /// Leaves the folded records to the next job.
    pub(super) fn keep(self) {
        for (record, ops) in self.records {
            let entries = ops.len();
            self.tx.keep_made(record, Box::new(ops), entries);
        }
    }

    /// The same, when more is to be tried in this round.
    pub(super) fn go_on(&mut self) -> Result<(), Fault> {
        self.stamp_all()?;
        let mut streams: BTreeSet<Stream> = BTreeSet::new();
        let mut touched_records: BTreeSet<Record> = BTreeSet::new();
        while !self.changed.is_empty() {
            let changed = std::mem::take(&mut self.changed);
            let mut asked = Vec::new();
            for (record, ids) in changed {
                touched_records.insert(record);
                let touched = ids.iter().filter_map(|id| self.records[&record].get(id));
                streams.extend(touched.map(|held| held.op.header.stream));
                feeds::spread(self, record, &ids)?;
                // An erasure decides nothing, so nothing follows from it.
                let said: Vec<OpId> = ids.into_iter().filter(|id| !self.erased.contains(id)).collect();
                own_log::follow_up(self, record, &said)?;
                repeats::follow_up(self, record, &said)?;
                ages::follow_up(self, record, &said)?;
                forks::follow_up(self, record, &said)?;
                persons::follow_up(self, record, &said)?;
                found::follow_up(self, record, &said)?;
                reroute::follow_up(self, record, &said)?;
                reference::follow_up(self, record, &said)?;
                slots::give_back(self, record, &said)?;
                asked.extend(slots::asked(&self.records[&record], &said));
            }
            slots::answer_all(self, asked)?;
            // Somebody may read more since then: as if what they wrote had come in a push of its own.
            self.queue.extend(std::mem::take(&mut self.tried));
            self.stamp_all()?;
        }
        streams.into_iter().try_for_each(|stream| extracts::update(self, stream))?;
        touched_records.into_iter().try_for_each(|record| duties::plan(self, record))
    }

    /// Tries ops that are held again.
    pub(super) fn retry(&mut self, ids: impl IntoIterator<Item = OpId>) {
        self.queue.extend(ids);
    }

    /// The ops of a record.
    pub(super) fn record(&mut self, record: Record) -> Result<&mut Ops, Fault> {
        match self.records.entry(record) {
            Slot::Occupied(known) => Ok(known.into_mut()),
            Slot::Vacant(free) => {
                let made = self.tx.take_made(record).and_then(|made| made.downcast::<Ops>().ok());
                let ops = match made {
                    Some(ops) => *ops,
                    None => Ops::new(self.tx.ops_of_record(record)?),
                };
                Ok(free.insert(ops))
            }
        }
    }

    pub(super) fn stamp_all(&mut self) -> Result<(), Fault> {
        while let Some(id) = self.queue.pop_front() {
            let stream = match self.find(id)? {
                Some(held) if held.stamp.is_none() => held.op.header.stream,
                Some(_) | None => continue,
            };
            let past = self.past(id, stream)?;
            if past.awaited.is_empty() {
                self.stamp(id, stream, past)?;
            } else {
                self.tx.wait_for(id, &past.awaited)?;
                self.tried.insert(id);
            }
        }
        Ok(())
    }

    /// An op of any record.
    fn find(&mut self, id: OpId) -> Result<Option<&Held>, Fault> {
        let known = self.fresh.get(&id).copied();
        let record = match known {
            Some(record) => Some(record),
            None => self.tx.op(id)?.map(|held| held.op.header.stream.record),
        };
        Ok(match record {
            Some(record) => self.record(record)?.get(&id),
            None => None,
        })
    }

    fn stamp(&mut self, id: OpId, stream: Stream, past: Past) -> Result<(), Fault> {
        let tx = self.tx;
        let is_own = id.device == self.server.device;
        let ops = self.record(stream.record)?;
        let held = &ops[&id];
        // What the server wrote is not judged by what it knew.
        let knew = if is_own { Knew::default() } else { ops.knew(held, &past) };
        let Judged { disposition: judged, author } =
            if is_own { rights::own(tx, held)? } else { decide(tx, ops, held, &past, &knew)? };
        let known =
            if held.erased.is_some() { tx.erasure(id)?.and_then(|row| row.disposition) } else { None };
        // Nobody can judge again what is erased.
        let judged = known.unwrap_or(judged);
        if past.waits_for_record(judged, id.device, &knew) {
            return tx.wait_for(id, &[id]);
        }
        let judged = recover::settle(tx, held, &author, judged)?;
        let is_foreign = ops.is_foreign_to(&author) || ops.is_taken_by_others(held);
        let disposition = if is_foreign { keep_aside(judged) } else { judged };
        let latest: Option<Hlc> =
            past.heads.iter().filter_map(|cause| ops.get(cause)?.stamp.as_ref()).map(|stamp| stamp.eff).max();
        let (eff, clock) = effective(held.op.header.hlc, held.witnessed, latest);
        let clock = match held.cited {
            Cited::Sound => clock,
            Cited::Doubtful => ClockMark::Suspect,
        };
        let received_ms = held.received_ms;
        let place = self.tx.next_place()?;
        let Past { absent, instead, .. } = past;
        let stamp = Stamp { place, received_ms, eff, clock, disposition, absent, instead };
        self.tx.set_stamp(id, &stamp)?;
        let ops = self.record(stream.record)?;
        ops.set_stamp(id, stamp);
        self.changed.entry(stream.record).or_default().push(id);
        if disposition == Disposition::Accepted {
            self.take_effect(id, stream)?;
        } else {
            tracing::info!(op = %id, ?disposition, "op without effect");
        }
        if !self.fresh.contains_key(&id) {
            let device = Scope::Device(id.device);
            self.tx.feed(&device.key(), &Entry::Stamped(id))?;
        }
        self.queue.extend(self.tx.take_waiting(id)?);
        Ok(())
    }

    /// What an accepted act does to other ops.
    fn take_effect(&mut self, id: OpId, stream: Stream) -> Result<(), Fault> {
        let held = &self.record(stream.record)?[&id];
        // Every accepted entry comes by here, and no other kind does anything to others: its body is not parsed for it.
        if !matches!(held.op.header.kind.as_str(), "body.erased" | "conflict.settled") {
            return Ok(());
        }
        let act = held.act();
        if let Some(Act::BodyErased(named)) = &act {
            return erasure::take_effect(self, id, named);
        }
        let Some(Act::ConflictSettled(settled)) = act else { return Ok(()) };
        let Choice::Admit(target) = settled.choice else { return Ok(()) };
        self.admit(target, stream)
    }

    /// Who reads what is computed again from what is left of an erased op.
    pub(super) fn note_erased(&mut self, held: &Held) {
        let id = held.id();
        let changed = self.changed.entry(held.op.header.stream.record).or_default();
        if held.is_in_stream() && !changed.contains(&id) {
            changed.push(id);
            self.erased.insert(id);
        }
    }

    /// A settlement that admits an op gives its body to the readers.
    fn admit(&mut self, target: OpId, stream: Stream) -> Result<(), Fault> {
        let ops = self.record(stream.record)?;
        if ops.get(&target).is_none_or(|held| held.op.header.stream != stream) {
            return Ok(());
        }
        ops.set_admitted(target);
        self.tx.set_admitted(target)?;
        self.changed.entry(stream.record).or_default().push(target);
        Ok(())
    }
}

/// Judges an op by what its author knew. What is not allowed only since it builds on what was kept aside is told
/// from the rest: it is admitted with that.
fn decide(tx: &dyn Reads, ops: &Ops, held: &Held, past: &Past, knew: &Knew<'_>) -> Result<Judged, Fault> {
    let judged = rights::decide(tx, held, knew)?;
    match judged.disposition {
        Disposition::Accepted
        | Disposition::Refused(_)
        | Disposition::Quarantined(Why::Role | Why::RightEnded | Why::Policy) => return Ok(judged),
        Disposition::Quarantined(_) => {}
    }
    let Some(admitted) = ops.knew_if_admitted(held, past) else { return Ok(judged) };
    let otherwise = rights::decide(tx, held, &admitted)?;
    let disposition = Disposition::Quarantined(Why::StandsOn);
    Ok(if otherwise.disposition.has_effect() { Judged { disposition, ..otherwise } } else { judged })
}

/// What is allowed by what its author says to have known, and is not theirs.
fn keep_aside(judged: Disposition) -> Disposition {
    match judged {
        Disposition::Accepted => Disposition::Quarantined(Why::NotAssigned),
        Disposition::Quarantined(_) | Disposition::Refused(_) => judged,
    }
}

/// Judges an op as one of somebody with this right.
pub(super) fn judge_as(held: &Held, author: &Author, knew: &Knew<'_>) -> Disposition {
    let op = StreamOp::of(&held.op, None);
    let Some(body) = held.op.body.as_deref() else { return refuse(op, author, knew, Why::BodyWithheld) };
    match Act::parse(&held.op.header.kind, body) {
        Ok(act) => judge_read(&op, act.as_ref(), author, knew),
        Err(_) => refuse(op, author, knew, Why::Shape),
    }
}

/// Refuses an op that cannot be read. Whether its author may write the stream at all is asked of an
/// empty act in its place: if not, it must not enter the stream even as a skeleton.
fn refuse(op: StreamOp, author: &Author, knew: &Knew<'_>, why: Why) -> Disposition {
    let kind: Kind = "empty.act".parse().expect("it is written as kinds are");
    let stand_in = StreamOp { kind, body: Some("{}".into()), ..op };
    match judge(&stand_in, author, knew) {
        Disposition::Refused(Why::Stream) => Disposition::Refused(Why::Stream),
        Disposition::Accepted | Disposition::Quarantined(_) | Disposition::Refused(_) => {
            Disposition::Refused(why)
        }
    }
}
