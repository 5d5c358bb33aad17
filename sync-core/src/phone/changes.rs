//! What a call changes, as plain data: a store saves it whole, in one transaction, or not at all.
//!
//! Does not hold summaries: a store makes them anew of the records that were touched.

use std::collections::{BTreeMap, BTreeSet};

use crate::ids::{DeviceId, Digest, OpId, Record};
use crate::op::Seed;
use crate::phone::rows::{Gone, Other, Own};
use crate::phone::state::PhoneState;
use crate::referral::erasure::Erased;
use crate::sync::answer::Extract;
use crate::sync::enrolment::Provider;
use crate::sync::receipt::WireReceipt;
use crate::sync::sealed::Outbox;

/// What changes. Of rows, what each is from now on; nothing for one that is to be deleted.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// The state before: a store writes only the fields that differ.
    pub was: PhoneState,
    /// The state from now on.
    pub state: PhoneState,
    /// Own entries. Header, hash, command and revision never change.
    pub own: BTreeMap<u64, Own>,
    /// Entries of others.
    pub others: BTreeMap<OpId, Option<Other>>,
    /// What is left of lost streams.
    pub gone: BTreeMap<OpId, Option<Gone>>,
    /// What is left of erased entries. The copies in logs of earlier enrolments lose their bodies with them.
    pub erased: BTreeMap<OpId, Option<Erased>>,
    /// A new receipt; one of the same seq and epoch that is held stays.
    pub receipt: Option<WireReceipt>,
    /// Extracts; nothing once one is settled.
    pub extracts: BTreeMap<Digest, Option<Extract>>,
    /// All services, in the place of those that were known.
    pub providers: Option<Vec<Provider>>,
    /// What is kept only until the server's backups have it.
    pub safe: Option<Safe>,
    /// The records of which something has changed.
    pub touched: BTreeSet<Record>,
    /// Whether what all summaries are made with has changed.
    pub looks_up_anew: LooksUpAnew,
    /// A new own log takes the place of the one before.
    pub new_log: Option<NewOwnLog>,
    /// Own entries to append, in the order of the log.
    pub appended: Vec<Own>,
    /// What is not yet safe with the server, of a phone that is taken out of use: to be sealed, each part by itself, and
    /// everything else to be deleted.
    pub wipe: Option<Vec<Outbox>>,
}

/// The phone has enrolled again.
#[derive(Debug, Clone)]
pub struct NewOwnLog {
    /// The device whose log was written before.
    pub old: DeviceId,
    /// The same when its log is still the own one: it is set aside with its seeds, and its receipts go.
    pub set_aside: Option<DeviceId>,
    /// What the new log's entries are salted with.
    pub seed: Seed,
    /// The seqs of what waited in the old log and the server holds.
    pub held: BTreeSet<u64>,
    /// The seqs of what waited there and is written anew.
    pub anew: BTreeSet<u64>,
}

/// Whether what devices look things up in has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LooksUpAnew {
    /// It is as it was.
    #[default]
    No,
    /// Every summary is made anew.
    Yes,
}

/// What the server's backups hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Safe {
    /// The own seq up to which entries are acknowledged and in two backups: their seeds can go.
    pub seq: u64,
    /// The own seq up to which two backups hold the log: older receipts can go.
    pub backed_up: u64,
    /// What becomes of the logs of earlier enrolments.
    pub old_logs: OldLogs,
}

/// Whether the logs of earlier enrolments are still needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OldLogs {
    /// They stay.
    Kept,
    /// The new log, which repeats them, is in the backups: they go, but for what waits.
    Dropped,
}
