//! What was looked up and stays for the jobs that follow, bounded; least recently used first out.
//!
//! True as long as nobody else writes the store: whoever runs jobs says when to forget. Does not look anything up.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};

use sync_core::access::Author;
use sync_core::ids::{DeviceId, Digest, OpId, OrgId, Record, Stream, UserId};
use sync_core::referral::timers::Holiday;
use sync_core::sync::pending::Behind;

use crate::store::past::EpochRow;
use crate::store::people::{DeskLog, Revocation, Right};
use crate::store::policy::PolicyRow;
use crate::store::rows::{DeviceRow, Person, ServerRow, WaitingExtract};

/// How many entries of records are kept, all together.
const MOST_ENTRIES: usize = 200_000;
/// How many receipts' times are kept.
const MOST_TIMES: usize = 10_000;

/// What is known of a record besides its entries.
#[derive(Default, Clone)]
pub(crate) struct Beside {
    /// The scopes that ever held a stream, and whether they hold it now.
    pub(crate) holders: BTreeMap<Stream, BTreeMap<String, bool>>,
    /// The extracts of its conflicts.
    pub(crate) extracts: Vec<WaitingExtract>,
    /// The open conflicts of its streams.
    pub(crate) open: BTreeMap<Stream, BTreeSet<Digest>>,
}

#[derive(Default)]
struct OfRecord {
    beside: Option<Beside>,
    made: Option<Box<dyn Any + Send>>,
    /// How many entries what was made of it holds.
    entries: usize,
    used: u64,
    /// The job that took what was made of it, and one in which two did: then neither is kept.
    taken_in: u64,
    contested_in: u64,
}

/// What was looked up.
#[derive(Default)]
pub(crate) struct Kept {
    /// Whether no body waits to be scrubbed and no note to be written outside; not known when false.
    pub(crate) nothing_follows: bool,
    pub(super) server: Option<ServerRow>,
    pub(super) closed_orgs: Option<BTreeMap<OrgId, u64>>,
    pub(super) backed_up: BTreeMap<DeviceId, u64>,
    pub(super) epochs: Option<Vec<EpochRow>>,
    pub(super) policies: Option<Vec<PolicyRow>>,
    pub(super) holidays: Option<Vec<Holiday>>,
    pub(super) users: BTreeMap<UserId, Option<Person>>,
    pub(super) rights: BTreeMap<UserId, Vec<Right>>,
    pub(super) desks: BTreeMap<UserId, Option<DeskLog>>,
    pub(super) devices: BTreeMap<DeviceId, Option<DeviceRow>>,
    pub(super) authors: BTreeMap<DeviceId, Option<Author>>,
    pub(super) revocations: BTreeMap<DeviceId, Option<Revocation>>,
    pub(super) enrolled: BTreeMap<DeviceId, Option<u64>>,
    pub(super) confirmed: BTreeMap<DeviceId, u64>,
    pub(super) behind: BTreeMap<DeviceId, Behind>,
    pub(super) place: Option<u64>,
    /// The last positions of feeds, by their scopes.
    pub(super) feed_ends: BTreeMap<String, u64>,
    pub(super) receipt_head: Option<(u64, Digest)>,
    pub(super) receipt_times: BTreeMap<Digest, Option<u64>>,
    /// What waits for what: small, for what waits is seldom.
    pub(super) waits: Option<BTreeMap<OpId, BTreeSet<OpId>>>,
    /// The entries that were erased.
    pub(super) erased: Option<BTreeSet<OpId>>,
    /// The entries of older logs that were written anew.
    pub(super) recovered: Option<BTreeSet<OpId>>,
    records: BTreeMap<Record, OfRecord>,
    entries: usize,
    clock: u64,
    job: u64,
}

impl Kept {
    /// Another job begins.
    pub(super) fn begin(&mut self) {
        self.job += 1;
    }

    /// Forgets everything.
    pub(crate) fn forget(&mut self) {
        *self = Self { job: self.job, ..Self::default() };
    }

    /// What is known of a record besides its entries is looked up again.
    pub(super) fn forget_beside(&mut self, record: Record) {
        self.touch(record).beside = None;
    }

    /// What is known of a record besides its entries.
    pub(super) fn beside(&mut self, record: Record) -> Option<&mut Beside> {
        self.touch(record).beside.as_mut()
    }

    pub(super) fn keep_beside(&mut self, record: Record, beside: Beside) {
        self.touch(record).beside = Some(beside);
    }

    pub(super) fn take_made(&mut self, record: Record) -> Option<Box<dyn Any + Send>> {
        let job = self.job;
        let of = self.touch(record);
        if of.taken_in == job {
            of.contested_in = job;
        }
        of.taken_in = job;
        let (made, entries) = (of.made.take(), std::mem::take(&mut of.entries));
        self.entries -= entries;
        made
    }

    pub(super) fn keep_made(&mut self, record: Record, made: Box<dyn Any + Send>, entries: usize) {
        let job = self.job;
        let of = self.touch(record);
        if of.contested_in == job {
            return;
        }
        of.taken_in = 0;
        of.made = Some(made);
        let before = std::mem::replace(&mut of.entries, entries);
        self.entries = self.entries + entries - before;
        if self.entries + self.records.len() > MOST_ENTRIES {
            self.let_go();
        }
        if self.receipt_times.len() > MOST_TIMES {
            self.receipt_times.clear();
        }
    }

    fn touch(&mut self, record: Record) -> &mut OfRecord {
        self.clock += 1;
        let of = self.records.entry(record).or_default();
        of.used = self.clock;
        of
    }

    /// Lets half of it go, what was not used for longest first: so each costs little.
    fn let_go(&mut self) {
        let mut used: Vec<u64> = self.records.values().map(|of| of.used).collect();
        used.sort_unstable();
        let from = used[used.len() / 2];
        self.records.retain(|_, of| of.used >= from);
        self.entries = self.records.values().map(|of| of.entries).sum();
    }
}
