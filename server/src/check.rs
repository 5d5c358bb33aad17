//! Checks of a whole store: every chain, signature, receipt and epoch, what waits, and what folds give.
//!
//! Reads only, and also beside a running server. Does not repair.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Serialize;
use sync_core::ids::{Digest, OpId, RecordKind, Stream};
use sync_core::log::verify as verify_log;
use sync_core::op::Op;
use sync_core::referral::act::Act;
use sync_core::referral::erasure::Erased;
use sync_core::sync::epoch::Epoch;
use sync_core::sync::server_key::KeyChange;

use crate::audit;
use crate::fault::Fault;
use crate::keys::{from_base64url, is_signed_by};
use crate::signers::Signers;
use crate::store::Reads;
use crate::store::erasures::{Gone, NO_SALT};
use crate::store::past::Began;
use crate::store::rows::Held;
use crate::store::sqlite::{inspect, inspect_file};

/// What a verification found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct VerifyReport {
    /// Device logs that were walked.
    pub devices: u64,
    /// Ops whose place, hash and body were checked.
    pub ops: u64,
    /// Signed statements.
    pub statements: u64,
    /// Receipts of the chain.
    pub receipts: u64,
    /// Epochs of the history.
    pub epochs: u64,
    /// Openings of persons' records that the audit holds.
    pub openings: u64,
    /// Verified backups.
    pub backups: u64,
    /// Ops that wait for others.
    pub pending: u64,
    /// Ops whose bodies were erased, and are gone.
    pub erased: u64,
    /// The place of the first fault; none when everything is as it was written.
    pub first_fault: Option<String>,
}

impl VerifyReport {
    fn fault(&mut self, place: impl FnOnce() -> String) {
        if self.first_fault.is_none() {
            self.first_fault = Some(place());
        }
    }
}

/// Verifies every device chain with its bodies, every signed statement and the receipt chain.
///
/// # Errors
/// A [`Fault`] when the store cannot be read at all.
pub fn verify(data: &Path) -> Result<VerifyReport, Fault> {
    inspect(data, verify_all)
}

/// Verifies a backup.
pub(crate) fn verify_file(file: &Path) -> Result<VerifyReport, Fault> {
    inspect_file(file, verify_all)
}

fn verify_all(read: &dyn Reads) -> Result<VerifyReport, Fault> {
    let mut report = VerifyReport::default();
    verify_logs(read, &mut report)?;
    verify_statements(read, &mut report)?;
    verify_receipts(read, &mut report)?;
    verify_sealed(read, &mut report)?;
    verify_epochs(read, &mut report)?;
    verify_pending(read, &mut report)?;
    verify_erasures(read, &mut report)?;
    let (openings, wrong) = audit::verify(read)?;
    report.openings = openings;
    if let Some(number) = wrong {
        report.fault(|| format!("line {number} of the audit: its hash is another"));
    }
    Ok(report)
}

fn verify_logs(read: &dyn Reads, report: &mut VerifyReport) -> Result<(), Fault> {
    for device in read.devices()? {
        let held = match read.ops_of_device(device.id) {
            Ok(held) => held,
            Err(Fault::Damaged(what)) => {
                report.fault(|| format!("log of device {}: {what}", device.id));
                continue;
            }
            Err(fault) => return Err(fault),
        };
        report.devices += 1;
        report.ops += held.len() as u64;
        for op in held.iter().filter(|held| !is_stamped_soundly(held)) {
            report.fault(|| format!("op {}: what its stamp says of absent deps", op.id()));
        }
        for op in held.iter().filter(|held| held.op.header.hash() != held.hash) {
            report.fault(|| format!("op {}: its hash is another", op.id()));
        }
        let ops: Vec<Op> = held.into_iter().map(|held| held.op).collect();
        if ops.iter().any(|op| op.header.id.device != device.id) {
            report.fault(|| format!("log of device {}: an op of another device", device.id));
        }
        match verify_log(&ops) {
            Ok(tip) if tip == device.tip => {}
            Ok(_) => report.fault(|| format!("log of device {}: its end is another", device.id)),
            Err(broken) => report.fault(|| format!("log of device {}: {broken}", device.id)),
        }
    }
    Ok(())
}

/// A stamp lists as absent only what the op had listed as a dep, and names others only in their place.
fn is_stamped_soundly(held: &Held) -> bool {
    held.stamp.as_ref().is_none_or(|stamp| {
        stamp.absent.iter().all(|dep| held.op.header.deps.contains(dep))
            && (stamp.instead.is_empty() || !stamp.absent.is_empty())
    })
}

fn verify_statements(read: &dyn Reads, report: &mut VerifyReport) -> Result<(), Fault> {
    let keys: BTreeMap<_, _> = read.devices()?.into_iter().map(|row| (row.id, row.public_key)).collect();
    for statement in read.statements()? {
        report.statements += 1;
        let signed = keys.get(&statement.device).is_some_and(|key| {
            // The statement names the tip that the device vouched for.
            let names_tip = statement.bytes.windows(32).any(|bytes| bytes == statement.tip.hash.0);
            names_tip && is_signed_by(key, &statement.bytes, &statement.signature)
        });
        let id = OpId { device: statement.device, seq: statement.tip.seq };
        if !signed || read.hash_of(id)? != Some(statement.tip.hash) {
            let (device, counter) = (statement.device, statement.counter);
            report.fault(|| format!("statement {counter} of device {device}"));
        }
    }
    Ok(())
}

fn verify_receipts(read: &dyn Reads, report: &mut VerifyReport) -> Result<(), Fault> {
    verify_keys(read, report)?;
    let signers = Signers::read(read, read.server()?.public_key)?;
    let (mut number, mut prev) = (0, Digest::default());
    for signed in read.receipts()? {
        report.receipts += 1;
        number += 1;
        let receipt = &signed.receipt;
        let id = OpId { device: receipt.device, seq: receipt.tip.seq };
        let follows = receipt.number == number && receipt.prev == prev && receipt.digest() == signed.digest;
        let holds = read.hash_of(id)? == Some(receipt.tip.hash);
        let by = |key: &[u8]| is_signed_by(key, &receipt.bytes(), &signed.signature);
        if !follows || !holds || !signers.in_epoch(receipt.epoch).is_some_and(by) {
            report.fault(|| format!("receipt {number}"));
        }
        prev = signed.digest;
    }
    Ok(())
}

/// Each change of the server's key was signed by the key before, and the last key is the server's.
fn verify_keys(read: &dyn Reads, report: &mut VerifyReport) -> Result<(), Fault> {
    let (present, rows) = (read.server()?.public_key, read.epochs()?);
    let first = rows.iter().find_map(|row| from_base64url(&row.epoch.keys.first()?.old));
    let mut key = first.unwrap_or_else(|| present.clone());
    for Epoch { id, keys: changes, .. } in rows.into_iter().map(|row| row.epoch) {
        for KeyChange { old, new, signature } in changes {
            let [old, new, signature] =
                [old, new, signature].map(|part| from_base64url(&part).unwrap_or_default());
            if old != key || !is_signed_by(&old, &KeyChange::bytes(&old, &new, id), &signature) {
                report.fault(|| format!("epoch {id}: the change of the server's key"));
            }
            key = new;
        }
    }
    if key != present {
        report.fault(|| "the server's key is another than its changes lead to".to_owned());
    }
    Ok(())
}

/// What is sealed was opened when it was taken. The key is not in the store: so it is asked whether it is still the same.
fn verify_sealed(read: &dyn Reads, report: &mut VerifyReport) -> Result<(), Fault> {
    for device in read.sealed_that_changed()? {
        report.fault(|| format!("sealed outbox of device {device}"));
    }
    Ok(())
}

/// The epochs follow each other, the last is the server's, each receipt was given in one of them,
/// and no backup says that it holds more than was written.
fn verify_epochs(read: &dyn Reads, report: &mut VerifyReport) -> Result<(), Fault> {
    let (server, rows, end) = (read.server()?, read.epochs()?, read.point()?);
    report.epochs = rows.len() as u64;
    let ends = rows.iter().skip(1).map(|row| row.receipt).chain([u64::MAX]);
    for (number, (row, end_receipt)) in rows.iter().zip(ends).enumerate() {
        let begins = match row.why {
            Began::Created => number == 0 && row.epoch.contains == 0,
            Began::Started | Began::Restored | Began::RolledBack => number > 0,
        };
        if !begins || row.epoch.contains > end.place || row.receipt > end_receipt {
            report.fault(|| format!("epoch {}", row.epoch.id));
        }
        let given = |number: u64| number > row.receipt && number <= end_receipt;
        for signed in read.receipts()?.iter().filter(|signed| given(signed.receipt.number)) {
            if signed.receipt.epoch != row.epoch.id {
                report.fault(|| format!("receipt {}: of another epoch", signed.receipt.number));
            }
        }
    }
    if rows.last().map(|row| row.epoch.id) != Some(server.epoch) {
        report.fault(|| "the present epoch is not the last of the list".to_owned());
    }
    for backup in read.backups()? {
        report.backups += 1;
        for (id, seq) in &backup.tips {
            if read.device(*id)?.is_none_or(|device| device.tip.seq < *seq) {
                report.fault(|| format!("backup {}: more of device {id} than was written", backup.id));
            }
        }
    }
    Ok(())
}

/// Everything pending waits for something, and only what is pending waits.
fn verify_pending(read: &dyn Reads, report: &mut VerifyReport) -> Result<(), Fault> {
    let pending: BTreeSet<OpId> = read.pending()?.iter().map(Held::id).collect();
    let waiting: BTreeSet<OpId> = read.waits()?.into_iter().map(|(_, waiting)| waiting).collect();
    report.pending = pending.len() as u64;
    for id in pending.difference(&waiting) {
        report.fault(|| format!("op {id}: pending, and waits for nothing"));
    }
    Ok(())
}

/// What an accepted erasure names is gone with its salt, and nothing else in the store tells of it.
fn verify_erasures(read: &dyn Reads, report: &mut VerifyReport) -> Result<(), Fault> {
    for row in read.erasures()? {
        report.erased += 1;
        let held = read.op(row.op)?.filter(|held| held.hash == row.hash);
        let repeats = held.as_ref().and_then(|held| held.op.header.recovered_from);
        let is_left = held.is_some_and(|held| {
            held.op.body.is_some() || held.op.salt.0 != NO_SALT || held.erased.as_deref() != Some(&row.erased)
        });
        if is_left || read.is_told(&Gone::of(row.op, row.hash, repeats))? {
            report.fault(|| format!("op {}: it was erased, and is not gone", row.op));
        }
    }
    for record in read.records()?.into_iter().filter(|record| record.kind != RecordKind::Referral) {
        let ops = read.ops_of_record(record)?;
        let counts = |held: &&Held| held.stamp.as_ref().is_some_and(|stamp| stamp.disposition.has_effect());
        for act in ops.iter().filter(counts).filter_map(Held::act) {
            let Act::BodyErased(named) = act else { continue };
            let target = read.op(named.op)?.filter(|held| held.op.header.stream == named.stream);
            // What holds nothing of a person stays as it is.
            let stands =
                target.is_some_and(|held| held.erased.is_none() && Erased::of(&held.as_stored()).is_some());
            if stands {
                report.fault(|| format!("op {}: its erasure was accepted, and not done", named.op));
            }
        }
    }
    Ok(())
}

/// The digest of every stream's fold, from the store as it lies on the disk.
///
/// # Errors
/// A [`Fault`] when the store cannot be read.
pub fn digests(data: &Path) -> Result<BTreeMap<Stream, Digest>, Fault> {
    inspect(data, |read| {
        let mut digests = BTreeMap::new();
        for record in read.records()? {
            let ops = crate::reconcile::Ops::new(read.ops_of_record(record)?);
            digests.extend(ops.folded().iter().map(|(stream, folded)| (*stream, folded.state().digest())));
        }
        Ok(digests)
    })
}

/// Of some ops, those that are not stored with that hash.
///
/// # Errors
/// A [`Fault`] when the store cannot be read.
pub fn lookup(data: &Path, ids: &[(OpId, Digest)]) -> Result<Vec<OpId>, Fault> {
    inspect(data, |read| {
        let mut missing = Vec::new();
        for (id, hash) in ids {
            if read.hash_of(*id)? != Some(*hash) {
                missing.push(*id);
            }
        }
        Ok(missing)
    })
}

/// How many ops of each kind are stored.
///
/// # Errors
/// A [`Fault`] when the store cannot be read.
pub fn kinds(data: &Path) -> Result<BTreeMap<String, u64>, Fault> {
    inspect(data, |read| {
        let mut kinds = BTreeMap::new();
        for record in read.records()? {
            for Held { op, .. } in read.ops_of_record(record)? {
                *kinds.entry(op.header.kind.to_string()).or_default() += 1;
            }
        }
        Ok(kinds)
    })
}
