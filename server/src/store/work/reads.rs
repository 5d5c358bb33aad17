//! What a job looks up: in its own changes, in what was looked up before, then in the store.
//!
//! Whatever is not here goes to the store itself, after what waits is saved. Does not change anything.

use std::collections::{BTreeMap, BTreeSet};

use sync_core::access::{Author, Scope};
use sync_core::ids::{DeviceId, Digest, OpId, OrgId, Record, Stream, UserId};
use sync_core::op::Recovered;
use sync_core::referral::timers::{Desks, Holiday};
use sync_core::results::Figures;
use sync_core::stamp::Stamp;
use sync_core::sync::epoch::Point;
use sync_core::sync::pending::Behind;

use super::Job;
use super::kept::Beside;
use crate::fault::Fault;
use crate::store::Reads;
use crate::store::desk::{ConflictRow, ConflictsOf, DeskReads};
use crate::store::duties::{DutyReads, ListAsked, OnDesk};
use crate::store::erasures::{ErasureReads, ErasureRow, Gone};
use crate::store::past::{BackupRow, EpochRow, ReadsPast, StampsByStream};
use crate::store::people::{
    DeskLog, Listed, ListedDevice, Newcomer, PeopleReads, Proposal, Revocation, Right, Span,
};
use crate::store::policy::{PolicyReads, PolicyRow};
use crate::store::rows::{
    DeviceRow, FeedRow, Held, Org, Person, ServerRow, SignedReceipt, SignedStatement, WaitingExtract,
};
use crate::store::search::SearchReads;

/// A value that is looked up once.
macro_rules! once {
    ($job:ident, $field:ident, $look:expr) => {{
        let kept = $job.0.borrow().kept.$field.clone();
        match kept {
            Some(value) => Ok(value),
            None => {
                let value = $look?;
                $job.0.borrow_mut().kept.$field = Some(value.clone());
                Ok(value)
            }
        }
    }};
    ($job:ident, $field:ident[$key:expr], $look:expr) => {{
        let kept = $job.0.borrow().kept.$field.get(&$key).cloned();
        match kept {
            Some(value) => Ok(value),
            None => {
                let value = $look?;
                $job.0.borrow_mut().kept.$field.insert($key, value.clone());
                Ok(value)
            }
        }
    }};
}

impl Job<'_> {
    /// Looks at what is known of a record besides its entries.
    pub(super) fn with_beside<T>(
        &self,
        record: Record,
        look: impl FnOnce(&mut Beside) -> T,
    ) -> Result<T, Fault> {
        if self.0.borrow_mut().kept.beside(record).is_none() {
            let beside =
                if self.has_held(record) { self.under()? } else { self.as_saved() }.beside(record)?;
            self.0.borrow_mut().kept.keep_beside(record, beside);
        }
        let mut work = self.0.borrow_mut();
        Ok(look(work.kept.beside(record).expect("it was looked up when it was missing")))
    }

    /// What waits for what.
    pub(super) fn load_waits(&self) -> Result<(), Fault> {
        if self.0.borrow().kept.waits.is_some() {
            return Ok(());
        }
        let mut waits: BTreeMap<OpId, BTreeSet<OpId>> = BTreeMap::new();
        for (awaited, waiting) in self.under()?.waits()? {
            waits.entry(awaited).or_default().insert(waiting);
        }
        self.0.borrow_mut().kept.waits = Some(waits);
        Ok(())
    }

    /// Whether this job changed who holds a stream of a record.
    fn has_held(&self, record: Record) -> bool {
        self.0.borrow().changes.holds.keys().any(|(stream, _)| stream.record == record)
    }

    fn new_entry(&self, id: OpId) -> Option<Held> {
        self.0.borrow().changes.entries.get(&id).cloned()
    }
}

impl Reads for Job<'_> {
    fn server(&self) -> Result<ServerRow, Fault> {
        once!(self, server, self.as_saved().server())
    }

    fn orgs(&self) -> Result<Vec<Org>, Fault> {
        self.under()?.orgs()
    }

    fn users(&self) -> Result<Vec<Person>, Fault> {
        self.under()?.users()
    }

    fn user(&self, id: UserId) -> Result<Option<Person>, Fault> {
        once!(self, users[id], self.as_saved().user(id))
    }

    fn devices(&self) -> Result<Vec<DeviceRow>, Fault> {
        self.under()?.devices()
    }

    fn device(&self, id: DeviceId) -> Result<Option<DeviceRow>, Fault> {
        once!(self, devices[id], self.under()?.device(id))
    }

    fn author(&self, id: DeviceId) -> Result<Option<Author>, Fault> {
        once!(self, authors[id], self.as_saved().author(id))
    }

    fn op(&self, id: OpId) -> Result<Option<Held>, Fault> {
        if let Some(held) = self.new_entry(id) {
            return Ok(Some(held));
        }
        let work = self.0.borrow();
        let is_changed = work.changes.stamps.contains_key(&id) || work.changes.admitted.contains(&id);
        let under = work.under;
        drop(work);
        if is_changed { self.under()?.op(id) } else { under.op(id) }
    }

    fn ops(&self, ids: &[OpId]) -> Result<BTreeMap<OpId, Held>, Fault> {
        let mut held = BTreeMap::new();
        let mut rest = Vec::new();
        for id in ids {
            match self.new_entry(*id) {
                Some(entry) => drop(held.insert(*id, entry)),
                None => rest.push(*id),
            }
        }
        if !rest.is_empty() {
            held.extend(self.with_old_entries()?.ops(&rest)?);
        }
        Ok(held)
    }

    fn stamps(&self, ids: &[OpId]) -> Result<BTreeMap<OpId, Stamp>, Fault> {
        Job::stamps(self, ids)
    }

    fn hash_of(&self, id: OpId) -> Result<Option<Digest>, Fault> {
        if let Some(held) = self.new_entry(id) {
            return Ok(Some(held.hash));
        }
        match self.device(id.device)? {
            // The end of a log is known with its device.
            Some(device) if device.tip.seq == id.seq && id.seq > 0 => Ok(Some(device.tip.hash)),
            Some(_) | None => self.as_saved().hash_of(id),
        }
    }

    fn ops_of_record(&self, record: Record) -> Result<Vec<Held>, Fault> {
        let mut held = self.with_old_entries()?.ops_of_record(record)?;
        let is_unknown = held.is_empty() && !self.has_held(record);
        let mut work = self.0.borrow_mut();
        let new = work.changes.entries.values().filter(|new| new.op.header.stream.record == record);
        held.extend(new.cloned());
        // Of a record without entries nothing else is known either.
        if is_unknown && work.kept.beside(record).is_none() {
            work.kept.keep_beside(record, Beside::default());
        }
        Ok(held)
    }

    fn beside(&self, record: Record) -> Result<Beside, Fault> {
        self.with_beside(record, |beside| beside.clone())
    }

    fn ops_of_device(&self, id: DeviceId) -> Result<Vec<Held>, Fault> {
        self.under()?.ops_of_device(id)
    }

    fn hashes_of_device(&self, id: DeviceId) -> Result<Vec<Digest>, Fault> {
        self.under()?.hashes_of_device(id)
    }

    fn recovered_by(&self, original: Recovered) -> Result<Option<OpId>, Fault> {
        let known = self.0.borrow().kept.recovered.as_ref().map(|known| known.contains(&original.id));
        match known {
            Some(false) => Ok(None),
            Some(true) => self.under()?.recovered_by(original),
            None => {
                let recovered = self.under()?.recovered()?;
                self.0.borrow_mut().kept.recovered = Some(recovered);
                self.recovered_by(original)
            }
        }
    }

    fn recovered(&self) -> Result<BTreeSet<OpId>, Fault> {
        self.under()?.recovered()
    }

    fn records(&self) -> Result<Vec<Record>, Fault> {
        self.under()?.records()
    }

    fn holders(&self, stream: Stream) -> Result<BTreeSet<String>, Fault> {
        self.with_beside(stream.record, |beside| {
            let scopes = beside.holders.get(&stream).into_iter().flatten();
            scopes.filter(|(_, held)| **held).map(|(scope, _)| scope.clone()).collect()
        })
    }

    fn holds(&self, scope: &Scope, stream: Stream) -> Result<bool, Fault> {
        self.with_beside(stream.record, |beside| {
            beside
                .holders
                .get(&stream)
                .and_then(|scopes| scopes.get(&scope.key()))
                .copied()
                .unwrap_or_default()
        })
    }

    fn feed_after(&self, scopes: &[Scope], after: u64, limit: usize) -> Result<Vec<FeedRow>, Fault> {
        self.under()?.feed_after(scopes, after, limit)
    }

    fn feed_ends(&self, scopes: &[Scope]) -> Result<Vec<u64>, Fault> {
        Job::feed_ends(self, scopes)
    }

    fn receipt_covering(&self, device: DeviceId, seq: u64) -> Result<Option<SignedReceipt>, Fault> {
        let work = self.0.borrow();
        let new = work.changes.receipts.iter().find(|(receipt, _)| {
            // A receipt that ends there was given for what came now: no earlier one covers it.
            receipt.device == device && receipt.tip.seq == seq
        });
        if let Some((receipt, signature)) = new {
            let (receipt, signature) = (receipt.clone(), signature.clone());
            return Ok(Some(SignedReceipt { digest: receipt.digest(), receipt, signature }));
        }
        drop(work);
        self.under()?.receipt_covering(device, seq)
    }

    fn receipt_time(&self, digest: Digest) -> Result<Option<u64>, Fault> {
        once!(self, receipt_times[digest], self.as_saved().receipt_time(digest))
    }

    fn receipts(&self) -> Result<Vec<SignedReceipt>, Fault> {
        self.under()?.receipts()
    }

    fn receipt_head(&self) -> Result<(u64, Digest), Fault> {
        once!(self, receipt_head, self.under()?.receipt_head())
    }

    fn statements(&self) -> Result<Vec<SignedStatement>, Fault> {
        self.under()?.statements()
    }

    fn forks(&self, device: DeviceId) -> Result<Vec<String>, Fault> {
        self.under()?.forks(device)
    }

    fn sealed(&self) -> Result<Vec<(DeviceId, Vec<u8>)>, Fault> {
        self.under()?.sealed()
    }

    fn sealed_of(&self, device: DeviceId) -> Result<Vec<Vec<u8>>, Fault> {
        self.under()?.sealed_of(device)
    }

    fn extracts_of(&self, stream: Stream) -> Result<Vec<WaitingExtract>, Fault> {
        self.with_beside(stream.record, |beside| {
            beside.extracts.iter().filter(|extract| extract.stream == stream).cloned().collect()
        })
    }
}

impl ReadsPast for Job<'_> {
    fn epochs(&self) -> Result<Vec<EpochRow>, Fault> {
        once!(self, epochs, self.as_saved().epochs())
    }

    fn point(&self) -> Result<Point, Fault> {
        self.under()?.point()
    }

    fn point_of(&self, receipt: Digest) -> Result<Option<Point>, Fault> {
        self.under()?.point_of(receipt)
    }

    fn backups(&self) -> Result<Vec<BackupRow>, Fault> {
        self.under()?.backups()
    }

    fn backed_up(&self, device: DeviceId) -> Result<u64, Fault> {
        once!(self, backed_up[device], self.as_saved().backed_up(device))
    }

    fn kept_outside(&self, after: u64) -> Result<Vec<String>, Fault> {
        self.under()?.kept_outside(after)
    }

    fn pending(&self) -> Result<Vec<Held>, Fault> {
        self.under()?.pending()
    }

    fn waits(&self) -> Result<Vec<(OpId, OpId)>, Fault> {
        self.under()?.waits()
    }

    fn behind(&self, device: DeviceId) -> Result<Behind, Fault> {
        once!(self, behind[device], self.as_saved().behind(device))
    }

    fn ever_held(&self, scope: &Scope, stream: Stream) -> Result<bool, Fault> {
        self.with_beside(stream.record, |beside| {
            beside.holders.get(&stream).is_some_and(|scopes| scopes.contains_key(&scope.key()))
        })
    }

    fn stamps_of(&self, streams: &BTreeSet<Stream>) -> Result<StampsByStream, Fault> {
        self.under()?.stamps_of(streams)
    }
}

impl PeopleReads for Job<'_> {
    fn rights(&self, user: UserId) -> Result<Vec<Right>, Fault> {
        once!(self, rights[user], self.as_saved().rights(user))
    }

    fn code_of(&self, hash: Digest) -> Result<Option<(UserId, u64)>, Fault> {
        self.as_saved().code_of(hash)
    }

    fn revocation(&self, device: DeviceId) -> Result<Option<Revocation>, Fault> {
        once!(self, revocations[device], self.as_saved().revocation(device))
    }

    fn enrolled_ms(&self, device: DeviceId) -> Result<Option<u64>, Fault> {
        once!(self, enrolled[device], self.as_saved().enrolled_ms(device))
    }

    fn closed_orgs(&self) -> Result<BTreeMap<OrgId, u64>, Fault> {
        once!(self, closed_orgs, self.as_saved().closed_orgs())
    }

    fn desk(&self, user: UserId) -> Result<Option<DeskLog>, Fault> {
        once!(self, desks[user], self.as_saved().desk(user))
    }

    fn proposals(&self) -> Result<Vec<Proposal>, Fault> {
        self.under()?.proposals()
    }

    fn list_orgs(&self, span: Span) -> Result<Vec<Listed<Org>>, Fault> {
        self.under()?.list_orgs(span)
    }

    fn list_users(&self, span: Span) -> Result<Vec<Listed<Person>>, Fault> {
        self.under()?.list_users(span)
    }

    fn list_devices(&self, of: Option<UserId>, span: Span) -> Result<Vec<Listed<ListedDevice>>, Fault> {
        self.under()?.list_devices(of, span)
    }

    fn newcomers(&self, org: OrgId, after_ms: u64, limit: usize) -> Result<Vec<Newcomer>, Fault> {
        self.under()?.newcomers(org, after_ms, limit)
    }
}

impl PolicyReads for Job<'_> {
    fn policies(&self) -> Result<Vec<PolicyRow>, Fault> {
        once!(self, policies, self.as_saved().policies())
    }

    fn holidays(&self) -> Result<Vec<Holiday>, Fault> {
        once!(self, holidays, self.as_saved().holidays())
    }
}

impl DeskReads for Job<'_> {
    fn list_referrals(&self, scopes: &[Scope], span: Span) -> Result<Vec<Listed<Record>>, Fault> {
        self.under()?.list_referrals(scopes, span)
    }

    fn list_stamped(&self, span: Span) -> Result<Vec<Listed<Held>>, Fault> {
        self.under()?.list_stamped(span)
    }

    fn list_conflicts(&self, of: ConflictsOf<'_>, span: Span) -> Result<Vec<Listed<ConflictRow>>, Fault> {
        self.under()?.list_conflicts(of, span)
    }

    fn count_conflicts(&self, scopes: &[Scope]) -> Result<u64, Fault> {
        self.under()?.count_conflicts(scopes)
    }

    fn settled_records(&self, limit: usize) -> Result<BTreeSet<Record>, Fault> {
        self.under()?.settled_records(limit)
    }

    fn conflict(&self, conflict: Digest) -> Result<Option<ConflictRow>, Fault> {
        self.under()?.conflict(conflict)
    }

    fn extract(&self, conflict: Digest) -> Result<Option<WaitingExtract>, Fault> {
        self.under()?.extract(conflict)
    }

    fn place(&self) -> Result<u64, Fault> {
        once!(self, place, self.under()?.place())
    }
}

impl DutyReads for Job<'_> {
    fn to_look_at(&self, now_ms: u64, limit: usize) -> Result<Vec<Record>, Fault> {
        self.under()?.to_look_at(now_ms, limit)
    }

    fn urgencies(&self, asked: &ListAsked<'_>) -> Result<Vec<(u64, Record)>, Fault> {
        self.under()?.urgencies(asked)
    }

    fn to_compute(&self) -> Result<Vec<Record>, Fault> {
        self.under()?.to_compute()
    }

    fn waiting(&self, records: &[Record], scopes: &[Scope]) -> Result<Vec<OnDesk>, Fault> {
        self.under()?.waiting(records, scopes)
    }

    fn on_desks(&self, desks: Desks, scopes: &[Scope]) -> Result<Vec<OnDesk>, Fault> {
        self.under()?.on_desks(desks, scopes)
    }

    fn figures(&self) -> Result<Vec<Figures>, Fault> {
        self.under()?.figures()
    }

    fn heard_ms(&self, device: DeviceId) -> Result<Option<u64>, Fault> {
        self.under()?.heard_ms(device)
    }

    fn confirmed(&self, device: DeviceId) -> Result<u64, Fault> {
        once!(self, confirmed[device], self.under()?.confirmed(device))
    }
}

impl ErasureReads for Job<'_> {
    fn erasure(&self, op: OpId) -> Result<Option<ErasureRow>, Fault> {
        let known = self.0.borrow().kept.erased.as_ref().map(|erased| erased.contains(&op));
        match known {
            Some(false) => Ok(None),
            Some(true) => self.under()?.erasure(op),
            None => {
                let erased = self.under()?.erasures()?.into_iter().map(|row| row.op).collect();
                self.0.borrow_mut().kept.erased = Some(erased);
                self.erasure(op)
            }
        }
    }

    fn erasures(&self) -> Result<Vec<ErasureRow>, Fault> {
        self.under()?.erasures()
    }

    fn is_scrubbed(&self) -> Result<bool, Fault> {
        self.under()?.is_scrubbed()
    }

    fn is_told(&self, gone: &Gone) -> Result<bool, Fault> {
        self.under()?.is_told(gone)
    }
}

impl SearchReads for Job<'_> {
    /// What this job has kept is found in any case: it is little.
    fn found_under(&self, keys: &BTreeSet<Digest>, most: usize) -> Result<BTreeSet<OpId>, Fault> {
        let work = self.0.borrow();
        let mut found = work.under.found_under(keys, most)?;
        let new = work.changes.search.iter().filter(|(key, _)| keys.contains(key));
        found.extend(new.map(|(_, op)| *op));
        Ok(found)
    }
}
