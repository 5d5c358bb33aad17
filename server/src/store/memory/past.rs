//! The store in memory knows of its own past what the one on disk does.
//!
//! Does not decide when an epoch begins: see `reconcile::epochs`.

use std::collections::BTreeSet;

use sync_core::access::Scope;
use sync_core::ids::{DeviceId, Digest, OpId, Stream};
use sync_core::sync::digest::Body;
use sync_core::sync::epoch::Point;
use sync_core::sync::pending::Behind;

use super::Job;
use super::tables::Number;
use crate::fault::Fault;
use crate::store::past::{BackupRow, EpochRow, ReadsPast, StampsByStream, WritesPast};
use crate::store::rows::{Held, ServerRow};

impl Job<'_> {
    /// Where the history stands now.
    pub(super) fn stands_at(&self) -> Point {
        let tables = self.tables.borrow();
        let number = |number| tables.numbers.get(&number).copied().unwrap_or_default();
        Point { place: number(Number::Place), pos: number(Number::FeedPosition) }
    }
}

impl ReadsPast for Job<'_> {
    fn epochs(&self) -> Result<Vec<EpochRow>, Fault> {
        Ok(self.tables.borrow().epochs.values().cloned().collect())
    }

    fn point(&self) -> Result<Point, Fault> {
        Ok(self.stands_at())
    }

    fn point_of(&self, receipt: Digest) -> Result<Option<Point>, Fault> {
        Ok(self.tables.borrow().receipt_points.get(&receipt).copied())
    }

    fn backups(&self) -> Result<Vec<BackupRow>, Fault> {
        Ok(self.tables.borrow().backups.values().cloned().collect())
    }

    fn backed_up(&self, device: DeviceId) -> Result<u64, Fault> {
        let tables = self.tables.borrow();
        let held = |backup: &BackupRow| backup.tips.iter().find(|(id, _)| *id == device).map(|(_, seq)| *seq);
        let newest: Vec<u64> = tables.backups.values().rev().take(2).filter_map(held).collect();
        Ok(if newest.len() == 2 { newest.into_iter().min().unwrap_or_default() } else { 0 })
    }

    fn kept_outside(&self, after: u64) -> Result<Vec<String>, Fault> {
        Ok(self.tables.borrow().kept_outside.range(after + 1..).map(|(_, entry)| entry.clone()).collect())
    }

    fn is_kept_outside(&self, entry: &str) -> Result<bool, Fault> {
        Ok(self.tables.borrow().kept_outside.values().any(|kept| kept == entry))
    }

    fn pending(&self) -> Result<Vec<Held>, Fault> {
        let tables = self.tables.borrow();
        let number =
            |id: DeviceId| tables.enrolled.iter().find(|(_, device)| **device == id).map(|(n, _)| *n);
        let unstamped = tables.ops.values().filter(|held| held.stamp.is_none());
        let mut pending: Vec<Held> = unstamped.map(|held| Held::clone(held)).collect();
        pending.sort_by_key(|held| (held.arrived_ms, number(held.id().device), held.id().seq));
        Ok(pending)
    }

    fn waits(&self) -> Result<Vec<(OpId, OpId)>, Fault> {
        let mut waits: Vec<_> = self.tables.borrow().waits.keys().copied().collect();
        waits.sort_by_key(|(awaited, waiting)| (*waiting, *awaited));
        Ok(waits)
    }

    fn behind(&self, device: DeviceId) -> Result<Behind, Fault> {
        let tables = self.tables.borrow();
        let of_device = tables.behind.iter().filter(|((of, _), _)| *of == device);
        Ok(of_device.map(|((_, op), causes)| (*op, causes.clone())).collect())
    }

    fn ever_held(&self, scope: &Scope, stream: Stream) -> Result<bool, Fault> {
        Ok(self.tables.borrow().ever_held.contains_key(&(stream, scope.key())))
    }

    fn stamps_of(&self, streams: &BTreeSet<Stream>) -> Result<StampsByStream, Fault> {
        let tables = self.tables.borrow();
        let of_streams = tables.ops.values().filter(|held| streams.contains(&held.op.header.stream));
        let stamped = of_streams.filter_map(|held| {
            let stamp = held.stamp.clone()?;
            let body = Body::of(&stamp, held.op.body.as_deref());
            Some((held.op.header.stream, (held.id(), stamp, body)))
        });
        let mut stamps = StampsByStream::new();
        for (stream, one) in stamped {
            stamps.entry(stream).or_default().push(one);
        }
        Ok(stamps)
    }
}

impl WritesPast for Job<'_> {
    fn begin_epoch(&self, row: &EpochRow) -> Result<(), Fault> {
        let known = self.tables.borrow().server.get(&()).cloned().ok_or(Fault::NoStore)?;
        let number = self.tables.borrow().epochs.len() as u64 + 1;
        self.add(|tables| &mut tables.epochs, number, row.clone())?;
        let server = ServerRow { epoch: row.epoch.id, device: row.epoch.log, ..known };
        self.put(|tables| &mut tables.server, (), server)
    }

    fn add_backup(&self, backup: &BackupRow) -> Result<(), Fault> {
        let number = self.tables.borrow().backups.len() as u64 + 1;
        self.add(|tables| &mut tables.backups, number, backup.clone())
    }

    fn keep_outside(&self, entry: &str) -> Result<(), Fault> {
        let number = self.tables.borrow().kept_outside.len() as u64 + 1;
        self.add(|tables| &mut tables.kept_outside, number, entry.to_owned())
    }

    fn keep_behind(&self, device: DeviceId, op: OpId, causes: &[OpId]) -> Result<(), Fault> {
        self.put(|tables| &mut tables.behind, (device, op), causes.to_vec())
    }
}
