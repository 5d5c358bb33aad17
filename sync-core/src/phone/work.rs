//! What is known while a call runs: rows that were read, with the changes laid over them.
//!
//! A step sees what the steps before it changed. Does not decide anything.

use std::collections::{BTreeMap, BTreeSet};

use crate::ids::{DeviceId, Digest, OpId, Record, Stream};
use crate::log::Tip;
use crate::phone::changes::Changes;
use crate::phone::reads::PhoneReads;
use crate::phone::rows::{Gone, Head, Named, Other, Own, Rows};
use crate::phone::state::PhoneState;
use crate::referral::erasure::Erased;

/// The rows of a call, and what it has changed so far.
pub struct Work<'a, R> {
    pub(super) reads: &'a R,
    /// Whose log the own entries are.
    pub(super) me: DeviceId,
    pub(super) head: Head,
    rows: Rows,
    /// Streams of which everything that is held was read.
    whole: BTreeSet<Stream>,
    /// Streams that came back in this call: nothing in them is sealed any more.
    pub(super) regained: BTreeSet<Stream>,
    changed: Changed,
    /// Own entries that were appended in this call; once a log begins anew, the only ones.
    appended: BTreeSet<u64>,
    log: Log,
    pub(super) changes: Changes,
}

/// Which own log the rows are of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Log {
    /// The store's.
    Stored,
    /// One that begins in this call: the store's is another device's.
    Begun,
}

/// The rows that this call has changed, or deleted.
#[derive(Default)]
struct Changed {
    own: BTreeSet<u64>,
    others: BTreeSet<OpId>,
    gone: BTreeSet<OpId>,
    erased: BTreeSet<OpId>,
}

impl<'a, R: PhoneReads> Work<'a, R> {
    /// Begins a call.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn begin(reads: &'a R, state: PhoneState, me: DeviceId) -> Result<Self, R::Fault> {
        let changes = Changes { was: state.clone(), state, ..Changes::default() };
        let (rows, whole, regained) = (Rows::default(), BTreeSet::new(), BTreeSet::new());
        let (head, changed, appended) = (reads.head()?, Changed::default(), BTreeSet::new());
        let log = Log::Stored;
        Ok(Self { reads, me, head, rows, whole, regained, changed, appended, log, changes })
    }

    /// What it came to.
    #[must_use]
    pub fn done(self) -> Changes {
        let Self { mut rows, changed, appended, mut changes, .. } = self;
        changes.appended = appended.iter().filter_map(|seq| rows.own.remove(seq)).collect();
        changes.own = changed.own.iter().filter_map(|seq| Some((*seq, rows.own.remove(seq)?))).collect();
        changes.others = changed.others.iter().map(|id| (*id, rows.others.remove(id))).collect();
        changes.gone = changed.gone.iter().map(|id| (*id, rows.gone.remove(id))).collect();
        changes.erased = changed.erased.iter().map(|id| (*id, rows.erased.remove(id))).collect();
        changes
    }

    pub(super) fn state(&mut self) -> &mut PhoneState {
        &mut self.changes.state
    }

    /// Reads rows ahead; what was changed in this call stays as it is.
    pub(super) fn read(&mut self, mut named: Named) -> Result<(), R::Fault> {
        named.streams.retain(|stream| !self.whole.contains(stream));
        named.left_of.retain(|stream| !self.whole.contains(stream) && !named.streams.contains(stream));
        let rows = self.reads.rows(&named)?;
        self.whole.extend(named.streams);
        self.take(rows);
        Ok(())
    }

    /// Reads everything that is held of some streams.
    pub(super) fn read_streams(&mut self, streams: impl IntoIterator<Item = Stream>) -> Result<(), R::Fault> {
        self.read(Named { streams: streams.into_iter().collect(), ..Named::default() })
    }

    pub(super) fn take(&mut self, rows: Rows) {
        let Rows { own, others, gone, erased } = rows;
        match self.log {
            Log::Stored => merge(&mut self.rows.own, own, &self.changed.own),
            Log::Begun => {}
        }
        merge(&mut self.rows.others, others, &self.changed.others);
        merge(&mut self.rows.gone, gone, &self.changed.gone);
        merge(&mut self.rows.erased, erased, &self.changed.erased);
    }

    pub(super) fn take_own(&mut self, own: Vec<Own>) {
        let own = own.into_iter().map(|own| (own.seq(), own)).collect();
        self.take(Rows { own, ..Rows::default() });
    }

    /// The own log begins anew.
    pub(super) fn forget_own_log(&mut self) {
        self.rows.own.clear();
        self.changed.own.clear();
        (self.log, self.head) = (Log::Begun, Head::default());
    }

    /// Appends an own entry.
    pub(super) fn append(&mut self, own: Own) {
        self.head.tip = Tip { seq: own.seq(), hash: own.hash };
        self.appended.insert(own.seq());
        self.rows.own.insert(own.seq(), own);
    }

    pub(super) fn touch(&mut self, record: Record) {
        self.changes.touched.insert(record);
    }

    pub(super) fn own(&self, seq: u64) -> Option<&Own> {
        self.rows.own.get(&seq)
    }

    /// An own entry that is about to change.
    pub(super) fn own_mut(&mut self, seq: u64) -> Option<&mut Own> {
        let own = self.rows.own.get_mut(&seq)?;
        self.changed.own.insert(seq);
        Some(own)
    }

    /// The own entries that were read from a seq on, among so many places of the log.
    pub(super) fn own_in(&self, seq: u64, count: u64) -> impl Iterator<Item = &Own> {
        self.rows.own.range(seq..seq.saturating_add(count)).map(|(_, own)| own)
    }

    /// The own entries that were read.
    pub(super) fn owns(&self) -> impl Iterator<Item = &Own> {
        self.rows.own.values()
    }

    /// The own entries of a stream that was read whole.
    pub(super) fn own_of(&self, stream: Stream) -> impl Iterator<Item = &Own> {
        self.rows.own.values().filter(move |own| own.op.header.stream == stream)
    }

    /// The hash of an own entry that was read; all zero before the first.
    pub(super) fn hash_of(&self, seq: u64) -> Option<Digest> {
        if seq == 0 { Some(Digest::default()) } else { self.own(seq).map(|own| own.hash) }
    }

    pub(super) fn other(&self, id: OpId) -> Option<&Other> {
        self.rows.others.get(&id)
    }

    /// An entry of others that is about to change.
    pub(super) fn other_mut(&mut self, id: OpId) -> Option<&mut Other> {
        let other = self.rows.others.get_mut(&id)?;
        self.changed.others.insert(id);
        Some(other)
    }

    /// The entries of others in a stream that was read whole.
    pub(super) fn others_of(&self, stream: Stream) -> impl Iterator<Item = (OpId, &Other)> {
        let of = self.rows.others.iter().filter(move |(_, other)| other.op.stream == stream);
        of.map(|(id, other)| (*id, other))
    }

    pub(super) fn keep_other(&mut self, other: Other) {
        let id = other.op.id;
        self.changed.others.insert(id);
        self.rows.others.insert(id, other);
    }

    pub(super) fn drop_other(&mut self, id: OpId) {
        self.changed.others.insert(id);
        self.rows.others.remove(&id);
    }

    /// What is left of a lost stream that was read whole.
    pub(super) fn gone_of(&self, stream: Stream) -> impl Iterator<Item = OpId> {
        self.rows.gone.iter().filter(move |(_, gone)| gone.stream == stream).map(|(id, _)| *id)
    }

    pub(super) fn keep_gone(&mut self, id: OpId, gone: Gone) {
        self.changed.gone.insert(id);
        self.rows.gone.insert(id, gone);
    }

    pub(super) fn drop_gone(&mut self, id: OpId) {
        self.changed.gone.insert(id);
        self.rows.gone.remove(&id);
    }

    pub(super) fn erased(&self, id: OpId) -> Option<&Erased> {
        self.rows.erased.get(&id)
    }

    pub(super) fn keep_erased(&mut self, id: OpId, erased: Erased) {
        self.changed.erased.insert(id);
        self.rows.erased.insert(id, erased);
    }

    pub(super) fn drop_erased(&mut self, id: OpId) {
        self.changed.erased.insert(id);
        self.rows.erased.remove(&id);
    }

    /// Whether everything that is held of a stream was read.
    pub(super) fn is_whole(&self, stream: Stream) -> bool {
        self.whole.contains(&stream)
    }
}

/// Adds rows that are neither held nor changed: a row that was deleted in this call does not come back.
fn merge<K: Ord, V>(rows: &mut BTreeMap<K, V>, more: BTreeMap<K, V>, changed: &BTreeSet<K>) {
    for (key, row) in more {
        if !changed.contains(&key) {
            rows.entry(key).or_insert(row);
        }
    }
}
