//! What happens to a node from outside: a backup, a store that goes back to it, a device that is revoked and
//! hands over what it had not sent.
//!
//! Does what `waymark backup`, `waymark restore` and the admin desk do, on a store in memory. Does not
//! write files.

use std::sync::Arc;

use sync_core::ids::{DeviceId, Digest};
use sync_core::op::Op;
use sync_core::sync::enrolment::OldLog;
use sync_core::sync::sealed::Taken;
use sync_core::sync::statement::SignedHeader;
use uuid::Uuid;

use super::{Node, Over, at_once};
use crate::RevokeReason;
use crate::fault::Fault;
use crate::keys::Signatures;
use crate::outside::{self, Kept};
use crate::reconcile::{self, Refusal, epochs};
use crate::sealed;
use crate::store::memory;
use crate::store::past::Began;

/// A backup of a store in memory.
pub struct Snapshot(memory::Snapshot);

/// How a server loses what it stored after a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// The backup is restored, as `waymark restore` does it.
    Restored,
    /// The disk went back to it while the server was stopped, and nobody says so.
    Silently,
    /// The running machine went back to it, memory and all: the server notices nothing.
    Running,
}

impl Node {
    /// What is stored now; a store on a disk has [`crate::backup`].
    #[must_use]
    pub fn snapshot(&self) -> Option<Snapshot> {
        match &self.0 {
            Over::Memory(service) => Some(Snapshot(service.store.snapshot())),
            Over::Sqlite(..) => None,
        }
    }

    /// Goes back to what was stored once; what is kept outside the backups is applied again.
    ///
    /// # Errors
    /// A [`Fault`] of the store.
    pub fn go_back(&self, to: &Snapshot, how: Loss, now_ms: u64) -> Result<(), Fault> {
        let Over::Memory(service) = &self.0 else { return Ok(()) };
        let outside = self.read(|read| read.kept_outside(0))?;
        service.store.go_back(&to.0);
        let key = &*service.key;
        service.store.write_now(|tx| {
            let (known, before) = (tx.kept_outside(0)?.len(), tx.point()?);
            outside[known..].iter().try_for_each(|entry| outside::again(tx, entry))?;
            match how {
                Loss::Restored => epochs::begin(tx, key, Began::Restored, before, now_ms).map(|_| ()),
                Loss::Silently => epochs::start(tx, key, before, now_ms).map(|_| ()),
                Loss::Running => Ok(()),
            }
        })
    }

    /// Stops and starts.
    ///
    /// # Errors
    /// A [`Fault`] of the store.
    pub fn restart(&self, now_ms: u64) -> Result<(), Fault> {
        let key = self.key();
        self.write(move |tx| epochs::start(tx, &*key, tx.point()?, now_ms).map(|_| ()))
    }

    fn key(&self) -> Arc<dyn Signatures> {
        match &self.0 {
            Over::Memory(service) => service.key.clone(),
            Over::Sqlite(service, _) => service.key.clone(),
        }
    }

    /// The present epoch.
    ///
    /// # Errors
    /// A [`Fault`] of the store.
    pub fn epoch(&self) -> Result<Uuid, Fault> {
        self.read(|read| Ok(read.server()?.epoch))
    }

    /// Revokes a device, as an admin does.
    ///
    /// # Errors
    /// A [`Fault`] of the store.
    pub fn revoke(&self, device: DeviceId, reason: RevokeReason, now_ms: u64) -> Result<(), Fault> {
        self.write(move |tx| {
            let by = tx.server()?.user;
            outside::keep(tx, &Kept::Revoked { device, at_ms: now_ms, reason, by })
        })
    }

    /// Takes what a revoked phone had not sent, sealed.
    ///
    /// # Errors
    /// The [`Refusal`]; nothing is kept then.
    pub fn take_sealed(&self, header: SignedHeader, blob: &[u8], now_ms: u64) -> Result<Taken, Refusal> {
        match &self.0 {
            Over::Memory(service) => at_once(reconcile::take_sealed(service, header, blob, now_ms)),
            Over::Sqlite(service, runtime) => {
                runtime.block_on(reconcile::take_sealed(service, header, blob, now_ms))
            }
        }
    }

    /// The ops of every sealed outbox that was taken, as an admin opens them.
    ///
    /// # Errors
    /// A [`Fault`] of the store.
    pub fn sealed(&self) -> Result<Vec<Op>, Fault> {
        let key = self.key();
        self.read(move |read| {
            let outboxes = read.sealed()?.into_iter();
            Ok(outboxes.filter_map(|(device, blob)| sealed::open(&*key, device, &blob)).flatten().collect())
        })
    }

    /// What is held of the log of a device that enrols again.
    ///
    /// # Errors
    /// A [`Fault`] of the store.
    pub fn old_log(&self, device: DeviceId) -> Result<OldLog, Fault> {
        let hashes: Vec<Digest> = self.read(|read| read.hashes_of_device(device))?;
        Ok(OldLog { device, hashes, unreadable: Vec::new() })
    }
}
