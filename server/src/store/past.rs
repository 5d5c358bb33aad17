//! What the store knows of its own past: epochs, backups, what is pending and who could read what.
//!
//! Parts of [`super::Reads`] and [`super::Writes`], with the same promise. Does not decide when an
//! epoch begins: see `reconcile::epochs`.

use std::collections::{BTreeMap, BTreeSet};

use sync_core::access::Scope;
use sync_core::ids::{DeviceId, Digest, OpId, Stream};
use sync_core::stamp::Stamp;
use sync_core::sync::digest::Body;
use sync_core::sync::epoch::{Epoch, Point};
use sync_core::sync::pending::Behind;
use uuid::Uuid;

use super::rows::Held;
use crate::fault::Fault;

/// Why an epoch began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Began {
    /// The store was created.
    Created,
    /// The server was started.
    Started,
    /// A backup was restored.
    Restored,
    /// A device showed a receipt that the history lacks.
    RolledBack,
}

/// An epoch as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EpochRow {
    pub(crate) epoch: Epoch,
    /// The last position of the feeds that it contains of the epoch before.
    pub(crate) pos: u64,
    /// The last receipt that was held when it began.
    pub(crate) receipt: u64,
    pub(crate) why: Began,
    pub(crate) began_ms: u64,
}

impl EpochRow {
    /// The epoch of a new store.
    pub(crate) fn first(id: Uuid, log: DeviceId, began_ms: u64) -> Self {
        let epoch = Epoch { log, ..Epoch::of_enrolment(id) };
        Self { epoch, pos: 0, receipt: 0, why: Began::Created, began_ms }
    }
}

/// A verified backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BackupRow {
    pub(crate) id: Uuid,
    pub(crate) taken_ms: u64,
    pub(crate) place: u64,
    /// How far it holds each log.
    pub(crate) tips: Vec<(DeviceId, u64)>,
}

/// Look-ups.
pub(crate) trait ReadsPast {
    /// Oldest first; the last is the present one.
    fn epochs(&self) -> Result<Vec<EpochRow>, Fault>;
    /// Last place and last position of the feeds.
    fn point(&self) -> Result<Point, Fault>;
    /// Where the history stood when it gave a receipt; none for one that it did not give.
    fn point_of(&self, receipt: Digest) -> Result<Option<Point>, Fault>;
    /// Oldest first.
    fn backups(&self) -> Result<Vec<BackupRow>, Fault>;
    /// Highest seq of a log that both of the two newest backups hold.
    fn backed_up(&self, device: DeviceId) -> Result<u64, Fault>;

    /// What is kept outside the backups, beyond the first so many entries; oldest first.
    fn kept_outside(&self, after: u64) -> Result<Vec<String>, Fault>;
    /// Whether exactly this is kept outside.
    fn is_kept_outside(&self, entry: &str) -> Result<bool, Fault>;

    /// Ops without a stamp, in the order in which they arrived.
    fn pending(&self) -> Result<Vec<Held>, Fault>;
    /// Pairs of an awaited and a waiting op.
    fn waits(&self) -> Result<Vec<(OpId, OpId)>, Fault>;
    /// What a device says lies behind ops that it holds without a present stamp.
    fn behind(&self, device: DeviceId) -> Result<Behind, Fault>;
    /// Whether a scope holds a stream, or ever did.
    fn ever_held(&self, scope: &Scope, stream: Stream) -> Result<bool, Fault>;
    /// What the digests of some streams are taken over.
    fn stamps_of(&self, streams: &BTreeSet<Stream>) -> Result<StampsByStream, Fault>;
}

/// The stamped ops of streams, with what is left of their bodies.
pub(crate) type StampsByStream = BTreeMap<Stream, Vec<(OpId, Stamp, Body)>>;

/// Changes.
pub(crate) trait WritesPast {
    /// Adds an epoch; from now on it is the present one, and the server's own log is this device's.
    fn begin_epoch(&self, row: &EpochRow) -> Result<(), Fault>;
    fn add_backup(&self, backup: &BackupRow) -> Result<(), Fault>;
    /// Notes an entry that is kept outside the backups, in one line; a store on a disk writes it into
    /// its file before the job's result is handed back.
    fn keep_outside(&self, entry: &str) -> Result<(), Fault>;
    fn keep_behind(&self, device: DeviceId, op: OpId, causes: &[OpId]) -> Result<(), Fault>;
}
