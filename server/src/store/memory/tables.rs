//! The tables in memory, and the two changes that a row can see: put and removed.
//!
//! Does not know what rows mean.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use sync_core::ids::{DeviceId, Digest, OpId, OrgId, Record, Stream, UserId};
use sync_core::op::Recovered;
use sync_core::referral::timers::Holiday;
use sync_core::sync::epoch::Point;
use uuid::Uuid;

use super::Job;
use super::people::Enrolment;
use crate::audit::Line;
use crate::fault::Fault;
use crate::store::desk::ConflictRow;
use crate::store::duties::ReferralRow;
use crate::store::erasures::ErasureRow;
use crate::store::forms::{Draft, KeptForm};
use crate::store::past::{BackupRow, EpochRow};
use crate::store::people::{DeskLog, LastSeen, Proposal, Revocation, Right};
use crate::store::policy::PolicyRow;
use crate::store::prior_checks::NotedCheck;
use crate::store::rows::{
    DeviceRow, Entry, Held, Org, Person, ServerRow, SignedReceipt, SignedStatement, WaitingExtract,
};
use crate::store::sign_in::{Account, Link, Session};

/// Every row by its key.
#[derive(Clone, Default)]
pub(super) struct Tables {
    pub(super) server: BTreeMap<(), ServerRow>,
    /// The last place, the last position of a feed.
    pub(super) numbers: BTreeMap<Number, u64>,
    pub(super) orgs: BTreeMap<OrgId, Org>,
    pub(super) users: BTreeMap<UserId, Person>,
    pub(super) codes: BTreeMap<Digest, Code>,
    pub(super) devices: BTreeMap<DeviceId, DeviceRow>,
    /// The devices in the order in which they enrolled.
    pub(super) enrolled: BTreeMap<u64, DeviceId>,
    pub(super) ops: BTreeMap<OpId, Arc<Held>>,
    pub(super) by_record: BTreeMap<(Record, OpId), ()>,
    /// Awaited and waiting.
    pub(super) waits: BTreeMap<(OpId, OpId), ()>,
    pub(super) holds: BTreeMap<(Stream, String), ()>,
    pub(super) feed: BTreeMap<(String, u64), Entry>,
    pub(super) receipts: BTreeMap<u64, SignedReceipt>,
    pub(super) receipt_numbers: BTreeMap<Digest, u64>,
    /// Device, its last seq in the push, number of the receipt.
    pub(super) receipts_of: BTreeMap<(DeviceId, u64, u64), ()>,
    pub(super) statements: BTreeMap<(DeviceId, u64), SignedStatement>,
    pub(super) forks: BTreeMap<(DeviceId, u64, Digest), String>,
    pub(super) extracts: BTreeMap<Digest, WaitingExtract>,
    pub(super) erasures: BTreeMap<OpId, ErasureRow>,
    pub(super) epochs: BTreeMap<u64, EpochRow>,
    pub(super) backups: BTreeMap<u64, BackupRow>,
    pub(super) kept_outside: BTreeMap<u64, String>,
    /// Where the history stood when it gave a receipt.
    pub(super) receipt_points: BTreeMap<Digest, Point>,
    /// Device and op; what it builds on.
    pub(super) behind: BTreeMap<(DeviceId, OpId), Vec<OpId>>,
    /// What a scope holds, or held once.
    pub(super) ever_held: BTreeMap<(Stream, String), ()>,
    /// An op of an older log, and the op that repeats it.
    pub(super) recoveries: BTreeMap<Recovered, OpId>,
    /// Organisations and people in the order in which they came; the place of a stream among all.
    pub(super) org_order: BTreeMap<u64, OrgId>,
    pub(super) user_order: BTreeMap<u64, UserId>,
    pub(super) stream_places: BTreeMap<Stream, u64>,
    /// A person's rights, each with its number.
    pub(super) rights: BTreeMap<(UserId, u64), Right>,
    pub(super) policies: BTreeMap<u64, PolicyRow>,
    pub(super) holidays: BTreeMap<u64, Holiday>,
    pub(super) prior_checks: BTreeMap<u64, NotedCheck>,
    pub(super) audit: BTreeMap<u64, Line>,
    /// Until when an organisation keeps its part of a record, and why.
    pub(super) kept_longer: BTreeMap<(Record, OrgId), (u64, String)>,
    pub(super) proposals: BTreeMap<Uuid, Proposal>,
    pub(super) revocations: BTreeMap<DeviceId, Revocation>,
    pub(super) enrolments: BTreeMap<DeviceId, Enrolment>,
    pub(super) closed_orgs: BTreeMap<OrgId, u64>,
    pub(super) desks: BTreeMap<UserId, DeskLog>,
    pub(super) conflicts: BTreeMap<u64, ConflictRow>,
    pub(super) accounts: BTreeMap<UserId, Account>,
    pub(super) links: BTreeMap<UserId, Link>,
    pub(super) recovery_codes: BTreeMap<(UserId, Digest), ()>,
    pub(super) sessions: BTreeMap<Digest, Session>,
    /// What is computed of each referral.
    pub(super) referrals: BTreeMap<Record, ReferralRow>,
    /// By a person and what they call it.
    pub(super) drafts: BTreeMap<(UserId, String), Draft>,
    pub(super) kept_forms: BTreeMap<UserId, KeptForm>,
    /// By a person and the form's key: the answer, and when it was sent.
    pub(super) forms_sent: BTreeMap<(UserId, String), (Value, u64)>,
    /// What is alike, and the op that wrote it.
    pub(super) search_keys: BTreeMap<(Digest, OpId), ()>,
    /// When a device last had nothing left to push.
    pub(super) heard: BTreeMap<DeviceId, u64>,
    pub(super) seen: BTreeMap<DeviceId, LastSeen>,
    /// How far a device has shown to have kept the feeds.
    pub(super) confirmed: BTreeMap<DeviceId, u64>,
    /// Device and digest of a sealed outbox; when it was received.
    pub(super) sealed: BTreeMap<(DeviceId, Digest), (u64, Vec<u8>)>,
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Number {
    Place,
    FeedPosition,
    Conflict,
}

/// A one-time code.
#[derive(Debug, Clone, Copy)]
pub(super) struct Code {
    pub(super) user: UserId,
    pub(super) expires_ms: u64,
    pub(super) tries: u32,
    pub(super) used: bool,
}

/// One of the tables.
pub(super) type Table<K, V> = fn(&mut Tables) -> &mut BTreeMap<K, V>;

impl Job<'_> {
    /// Puts a row, over the one that has its key.
    pub(super) fn put<K, V>(&self, table: Table<K, V>, key: K, row: V) -> Result<(), Fault>
    where
        K: Ord + Clone + 'static,
        V: 'static,
    {
        self.spend()?;
        let before = table(&mut self.tables.borrow_mut()).insert(key.clone(), row);
        self.undo.borrow_mut().push(Box::new(move |tables| {
            match before {
                Some(row) => table(tables).insert(key, row),
                None => table(tables).remove(&key),
            };
        }));
        Ok(())
    }

    /// Adds a row, whose key must be new.
    pub(super) fn add<K, V>(&self, table: Table<K, V>, key: K, row: V) -> Result<(), Fault>
    where
        K: Ord + Clone + 'static,
        V: 'static,
    {
        if table(&mut self.tables.borrow_mut()).contains_key(&key) {
            return Err(Fault::Database("a row is there already".to_owned()));
        }
        self.put(table, key, row)
    }

    /// Removes a row, when it is there.
    pub(super) fn remove<K, V>(&self, table: Table<K, V>, key: &K) -> Result<(), Fault>
    where
        K: Ord + Clone + 'static,
        V: 'static,
    {
        self.spend()?;
        if let Some((key, row)) = table(&mut self.tables.borrow_mut()).remove_entry(key) {
            self.undo.borrow_mut().push(Box::new(move |tables| {
                table(tables).insert(key, row);
            }));
        }
        Ok(())
    }

    /// Counts one up.
    pub(super) fn next(&self, number: Number) -> Result<u64, Fault> {
        let next = self.tables.borrow().numbers.get(&number).copied().unwrap_or_default() + 1;
        self.put(|tables| &mut tables.numbers, number, next)?;
        Ok(next)
    }
}
