//! What a model phone keeps, in maps: its log, the ops of others, and what it remembers besides.
//!
//! The phone machine of `sync-core` reads it and says what changes: see [`super::store`]. Entries are shared, so a copy of
//! the whole is cheap. Does not decide anything.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use sync_core::access::Role;
use sync_core::command::Member;
use sync_core::ids::{DeviceId, Digest, OpId, OrgId, Record, Stream, UserId};
use sync_core::log::Tip;
use sync_core::op::Seed;
use sync_core::phone::rows::{Gone, Other, Own};
use sync_core::phone::state::PhoneState;
use sync_core::referral::erasure::Erased;
use sync_core::stream::{History, StreamOp};
use sync_core::sync::answer::Extract;
use sync_core::sync::receipt::WireReceipt;
use uuid::Uuid;

/// Who a phone is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Me {
    pub(super) device: DeviceId,
    pub(super) user: UserId,
    pub(super) role: Role,
    pub(super) org: OrgId,
    pub(super) force: OrgId,
    pub(super) key: [u8; 32],
    pub(super) vocabulary: u16,
}

impl Me {
    /// What its enrolment answered.
    pub(super) fn member(&self) -> Member {
        let Self { device, user, role, org, force, .. } = *self;
        let none = String::new;
        Member {
            device,
            user,
            role,
            org,
            force,
            force_prefix: "TVP".to_owned(),
            server_key: none(),
            name: none(),
            initials: none(),
            letter: none(),
            public_key: none(),
        }
    }
}

/// The store.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    /// What the phone remembers besides entries.
    pub(super) kept: PhoneState,
    pub(super) log: Vec<Rc<Own>>,
    pub(super) others: BTreeMap<OpId, Rc<Other>>,
    /// What is left of streams that the reader has lost.
    pub(super) gone: BTreeMap<OpId, Gone>,
    /// What is left of ops whose bodies were erased.
    pub(super) erased: BTreeMap<OpId, Erased>,
    /// The receipts of own ops; each names its epoch.
    pub(super) receipts: BTreeMap<u64, WireReceipt>,
    /// Each with the first seq that it counts for.
    pub(super) seeds: Vec<(u64, Seed)>,
    pub(super) extracts: BTreeMap<Digest, Extract>,
    /// The devices that this phone was before it enrolled again.
    pub(super) older: BTreeSet<DeviceId>,
    /// The epoch of the last answer that was applied whole.
    pub(super) settled: Option<Uuid>,
    /// The revision before the last sync: what a form shows that was opened then.
    pub(super) rev_before_sync: u64,
}

impl State {
    pub(super) fn tip(&self) -> Tip {
        self.log.last().map_or(Tip::default(), |own| Tip { seq: own.op.header.id.seq, hash: own.hash })
    }

    pub(super) fn own(&self, seq: u64) -> Option<&Rc<Own>> {
        self.log.get(usize::try_from(seq.checked_sub(1)?).ok()?)
    }

    pub(super) fn hash_of(&self, seq: u64) -> Option<Digest> {
        if seq == 0 { Some(Digest::default()) } else { self.own(seq).map(|own| own.hash) }
    }

    /// Highest own seq that the server has acknowledged.
    pub(super) fn acknowledged(&self) -> u64 {
        self.log.iter().rev().find(|own| own.acknowledged).map_or(0, |own| own.op.header.id.seq)
    }

    /// Every op of a record that may be seen, in the order in which the phone learnt of it.
    pub(super) fn of_record(&self, record: Record) -> Vec<(u64, StreamOp)> {
        let own = self.log.iter().filter(|own| !own.sealed && own.op.header.stream.record == record);
        let own = own.map(|own| {
            let op = StreamOp::of(&own.op, own.stamp.clone());
            let erased = self.erased.get(&op.id).filter(|_| op.body.is_none()).cloned();
            (own.rev, erased.into_iter().fold(op, StreamOp::with_erased))
        });
        let others = self.held_others().filter(|other| other.op.stream.record == record);
        let mut held: Vec<_> = own.chain(others.map(|other| (other.rev, other.op.clone()))).collect();
        held.sort_by_key(|(rev, _)| *rev);
        held
    }

    /// The ops of others that have effect.
    fn held_others(&self) -> impl Iterator<Item = &Rc<Other>> {
        self.others.values().filter(|other| !other.lost)
    }

    /// The records of which something may be seen.
    pub(super) fn records(&self) -> Vec<Record> {
        let own = self.log.iter().filter(|own| !own.sealed).map(|own| own.op.header.stream.record);
        let others = self.held_others().map(|other| other.op.stream.record);
        own.chain(others).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// The streams of a record as they were known at a revision, in the order in which the phone learnt of them.
    pub(super) fn streams(&self, record: Record, upto: u64) -> BTreeMap<Stream, Vec<StreamOp>> {
        let mut streams: BTreeMap<Stream, Vec<StreamOp>> = BTreeMap::new();
        for (_, op) in self.of_record(record).into_iter().filter(|(rev, _)| *rev <= upto) {
            streams.entry(op.stream).or_default().push(op);
        }
        streams
    }

    /// The same with their ancestry.
    pub(super) fn histories(&self, record: Record, upto: u64) -> BTreeMap<Stream, History> {
        let streams = self.streams(record, upto).into_iter();
        streams.map(|(stream, ops)| (stream, History::new(ops))).collect()
    }
}
