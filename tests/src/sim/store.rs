//! The store of a model phone: what the phone machine of `sync-core` reads of it, and how its changes are saved.
//!
//! Does not decide anything. Does not keep earlier logs: a model phone writes everything anew in the step in which it
//! enrols again.

use std::collections::BTreeSet;
use std::rc::Rc;

use sync_core::ids::{DeviceId, Digest, OpId, Stream};
use sync_core::op::{Op, Seed};
use sync_core::phone::changes::{Changes, NewOwnLog};
use sync_core::phone::reads::PhoneReads;
use sync_core::phone::rows::{Head, Named, Old, Own, Rows};
use sync_core::phone::work::Work;
use sync_core::problem::Problem;
use sync_core::stamp::Stamp;
use sync_core::sync::answer::Extract;
use sync_core::sync::receipt::WireReceipt;

use super::state::State;

impl PhoneReads for State {
    type Fault = Problem;

    fn head(&self) -> Result<Head, Problem> {
        Ok(Head { tip: self.tip(), acknowledged: self.acknowledged() })
    }

    fn rows(&self, named: &Named) -> Result<Rows, Problem> {
        let is_named = |stream: &Stream| named.streams.contains(stream);
        let left = |stream: &Stream| named.left_of.contains(stream);
        let own = self
            .own_where(|own| is_named(&own.op.header.stream) || own.sealed && left(&own.op.header.stream));
        let ranges = named.own.iter().map(|(from, count)| *from..from.saturating_add(*count));
        let ranges: Vec<_> = ranges.collect();
        let in_ranges = self.own_where(|own| ranges.iter().any(|range| range.contains(&own.seq())));
        let others = self.others.iter();
        let others = others.filter(|(id, other)| is_named(&other.op.stream) || named.entries.contains(id));
        let gone = self.gone.iter().filter(|(_, gone)| is_named(&gone.stream) || left(&gone.stream));
        let erased = named.entries.iter().filter_map(|id| Some((*id, self.erased.get(id)?.clone())));
        Ok(Rows {
            own: own.chain(in_ranges).map(|own| (own.seq(), own)).collect(),
            others: others.map(|(id, other)| (*id, (**other).clone())).collect(),
            gone: gone.map(|(id, gone)| (*id, gone.clone())).collect(),
            erased: erased.collect(),
        })
    }

    fn stamped_beyond(&self, place: u64) -> Result<Rows, Problem> {
        let is_beyond = |stamp: Option<&Stamp>| stamp.is_some_and(|stamp| stamp.place > place);
        let own = self.own_where(|own| is_beyond(own.stamp.as_ref())).map(|own| (own.seq(), own));
        let others = self.others.iter();
        let others = others.filter(|(_, other)| !other.lost && is_beyond(other.op.stamp.as_ref()));
        let others = others.map(|(id, other)| (*id, (**other).clone()));
        Ok(Rows { own: own.collect(), others: others.collect(), ..Rows::default() })
    }

    fn own_from(&self, seq: u64, limit: u64) -> Result<Vec<Own>, Problem> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(self.own_where(|own| own.seq() >= seq).take(limit).collect())
    }

    fn pending(&self) -> Result<Vec<Own>, Problem> {
        Ok(self.own_where(|own| own.acknowledged && own.stamp.is_none()).collect())
    }

    fn sealed_upto(&self, seq: u64) -> Result<Vec<Own>, Problem> {
        let lost: BTreeSet<Stream> = self.gone.values().map(|gone| gone.stream).collect();
        let is_lost = |own: &Own| own.sealed && own.op.body.is_some() && lost.contains(&own.op.header.stream);
        Ok(self.own_where(|own| own.seq() <= seq && is_lost(own)).collect())
    }

    fn behind_lost(&self, id: OpId) -> Result<Option<Vec<OpId>>, Problem> {
        let Some(other) = self.others.get(&id).filter(|other| other.lost) else { return Ok(None) };
        let log = self.others.range(OpId { seq: 0, ..id }..id).rev();
        let before = log.filter(|(_, held)| held.op.stream == other.op.stream).map(|(id, _)| *id).next();
        Ok(Some(other.op.builds_on().chain(before).collect()))
    }

    fn receipts(&self, from: u64) -> Result<Vec<WireReceipt>, Problem> {
        let before = self.receipts.range(..from).next_back();
        let all = before.into_iter().chain(self.receipts.range(from..));
        Ok(all.map(|(_, receipt)| receipt.clone()).collect())
    }

    fn seeds(&self, from: u64, to: u64) -> Result<Vec<(u64, Seed)>, Problem> {
        let needed = self.seeds.iter().enumerate().filter(|(at, (first, _))| {
            let ends = self.seeds.get(at + 1).map_or(u64::MAX, |(next, _)| *next);
            *first <= to && ends > from && ends > *first
        });
        Ok(needed.map(|(_, seed)| *seed).collect())
    }

    fn extract(&self, conflict: Digest) -> Result<Option<Extract>, Problem> {
        Ok(self.extracts.get(&conflict).cloned())
    }

    fn waiting(&self, _: DeviceId) -> Result<Vec<Old>, Problem> {
        Ok(Vec::new())
    }

    fn waiting_device(&self) -> Result<Option<DeviceId>, Problem> {
        Ok(None)
    }

    fn not_repeated(&self) -> Result<Vec<Op>, Problem> {
        Ok(Vec::new())
    }
}

impl State {
    fn own_where(&self, those: impl Fn(&Own) -> bool) -> impl Iterator<Item = Own> {
        self.log.iter().filter(move |own| those(own)).map(|own| (**own).clone())
    }

    /// Saves what the phone machine changed.
    pub(super) fn save(&mut self, changes: Changes) {
        self.kept = changes.state;
        if let Some(NewOwnLog { old, seed, .. }) = changes.new_log {
            self.log.clear();
            self.receipts.clear();
            self.seeds = vec![(1, seed)];
            self.older.insert(old);
        }
        self.log.extend(changes.appended.into_iter().map(Rc::new));
        for own in changes.own.into_values() {
            let at = usize::try_from(own.seq() - 1).expect("a log in memory is short");
            self.log[at] = Rc::new(own);
        }
        lay_over(&mut self.others, changes.others.into_iter().map(|(id, other)| (id, other.map(Rc::new))));
        lay_over(&mut self.gone, changes.gone);
        lay_over(&mut self.erased, changes.erased);
        lay_over(&mut self.extracts, changes.extracts);
        if let Some(receipt) = changes.receipt {
            self.receipts.entry(receipt.seq).or_insert(receipt);
        }
        if let Some(safe) = changes.safe {
            let newest = self.receipts.keys().next_back().copied().unwrap_or_default();
            self.receipts.retain(|seq, _| *seq > safe.backed_up || *seq == newest);
        }
        if changes.wipe.is_some() {
            // As on a phone that cannot seal: everything that can be read goes, and its log waits to be sent.
            (self.others, self.gone, self.erased) = Default::default();
            self.extracts.clear();
            self.log.iter_mut().for_each(|own| Rc::make_mut(own).sealed = true);
        }
    }

    /// Runs a step of the phone machine and saves what it changes.
    pub(super) fn change(
        &mut self,
        me: DeviceId,
        step: impl FnOnce(&mut Work<'_, Self>) -> Result<(), Problem>,
    ) {
        let mut work = Work::begin(self, self.kept.clone(), me).expect("maps do not fail");
        step(&mut work).expect("maps do not fail");
        let changes = work.done();
        self.save(changes);
    }
}

/// Puts rows in the place of those that are held, and drops those that are none any more.
fn lay_over<K: Ord, V>(
    rows: &mut std::collections::BTreeMap<K, V>,
    changed: impl IntoIterator<Item = (K, Option<V>)>,
) {
    for (key, row) in changed {
        match row {
            Some(row) => rows.insert(key, row),
            None => rows.remove(&key),
        };
    }
}
