//! What an author had seen of a record's other streams, kept from one entry of a phone to the next: the next one knows
//! what the last one did, and what was named since.
//!
//! ```text
//!   kept: the phone's last entry, what it knew here ─▶ only entries after that are looked at for the heads they name
//!   a head that is not here yet                     ─▶ asked again each time
//! ```
//! Does not decide whether a head is here for an author: see [`super::pending::Past`].

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use sync_core::ids::{DeviceId, OpId, Stream};
use sync_core::stream::{History, Seen};

use super::pending::Past;
use super::record::Ops;
use crate::store::rows::Held;

/// The last heads of each author, by the stream that they wrote to.
#[derive(Default)]
pub(super) struct Elsewhere(RefCell<BTreeMap<(DeviceId, Stream), Named>>);

/// What the entries that an author knew name in other streams.
#[derive(Default)]
struct Named {
    /// The author's entry up to which this was looked at.
    upto: u64,
    /// What of the entry's own stream was looked at.
    own: Seen,
    /// What the author could read then.
    readable: BTreeSet<Stream>,
    /// Of each stream and device the last entry that was named; it has the earlier ones behind it.
    heads: BTreeMap<(Stream, DeviceId), u64>,
    /// Named, and not here yet.
    open: BTreeSet<OpId>,
}

impl Named {
    /// Whether an author who could read less, or knew less, at that time has only learnt since.
    fn is_before(&self, id: OpId, own: &Seen, past: &Past) -> bool {
        self.upto <= id.seq && self.own.is_within(own) && self.readable.is_subset(&past.readable)
    }

    /// Sorts named heads into those that are here, and those that are not.
    fn take(&mut self, ops: &Ops, past: &Past, named: impl IntoIterator<Item = OpId>) {
        for id in named {
            if past.has(ops, id) {
                let head = self.heads.entry((ops[&id].op.header.stream, id.device)).or_default();
                *head = id.seq.max(*head);
            } else {
                self.open.insert(id);
            }
        }
    }

    /// Looks at the entries of the author, and of the own stream, that were not looked at before.
    fn go_on(&mut self, ops: &Ops, held: &Held, past: &Past, own: Option<(&History, Seen)>) {
        for id in std::mem::take(&mut self.open) {
            self.take(ops, past, [id]);
        }
        let id = held.id();
        let names = |(_, held): (&OpId, &Held)| held.op.header.seen.clone().unwrap_or_default();
        let written = ops.range(OpId { seq: self.upto, ..id }..id).flat_map(names);
        self.take(ops, past, written.collect::<Vec<_>>());
        self.upto = id.seq;
        let Some((history, seen)) = own else { return };
        for (device, seq) in seen.iter() {
            let known = OpId { device, seq: self.own.last_of(device) };
            let new = ops.range((Bound::Excluded(known), Bound::Included(OpId { device, seq })));
            let new = new.filter(|(id, _)| history.op(**id).is_some()).flat_map(names);
            self.take(ops, past, new.collect::<Vec<_>>());
        }
        self.own = seen;
    }
}

impl Elsewhere {
    /// The heads that an author knew in other streams than that of their entry: those that it names, those that it
    /// had read of, and the author's own.
    pub(super) fn heads(
        &self,
        ops: &Ops,
        held: &Held,
        past: &Past,
        own: Option<(&History, Seen)>,
    ) -> BTreeMap<Stream, Vec<OpId>> {
        let (id, stream) = (held.id(), held.op.header.stream);
        let kept = if past.is_of_stamped() { None } else { self.0.borrow_mut().remove(&(id.device, stream)) };
        let none = Seen::default();
        let seen = own.as_ref().map_or(&none, |(_, seen)| seen);
        let mut named = kept.filter(|kept| kept.is_before(id, seen, past)).unwrap_or_default();
        named.go_on(ops, held, past, own);
        named.readable.clone_from(&past.readable);
        let said = named.heads.iter().map(|((_, device), seq)| OpId { device: *device, seq: *seq });
        let behind = past.known(ops, named.open.iter().copied());
        let heads: BTreeSet<OpId> = said.chain(behind).chain(past.elsewhere.iter().copied()).collect();
        let mut elsewhere: BTreeMap<Stream, Vec<OpId>> = BTreeMap::new();
        for (other, folded) in ops.folded().iter().filter(|(other, _)| **other != stream) {
            let history = folded.history();
            let here = heads.iter().copied().filter(|head| history.op(*head).is_some());
            // The author's last entry there has their earlier ones behind it.
            let known: BTreeSet<OpId> = here.chain(history.last_before(id)).collect();
            if !known.is_empty() {
                elsewhere.insert(*other, known.into_iter().collect());
            }
        }
        if !past.is_of_stamped() {
            self.0.borrow_mut().insert((id.device, stream), named);
        }
        elsewhere
    }
}
