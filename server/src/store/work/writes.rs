//! What a job changes: the usual is noted in [`super::Changes`], the rest goes to the store at once.
//!
//! What was looked up follows each change. Does not save: see [`super::Job`].

use std::any::Any;
use std::collections::BTreeSet;

use sync_core::ids::{DeviceId, Digest, OpId, OrgId, Record, Stream, UserId};
use sync_core::log::Tip;
use sync_core::op::Recovered;
use sync_core::referral::timers::Holiday;
use sync_core::stamp::Stamp;
use sync_core::sync::receipt::Receipt;
use uuid::Uuid;

use super::changes::DeviceChange;
use super::{Job, Work};
use crate::fault::Fault;
use crate::store::desk::{DeskReads as _, DeskWrites};
use crate::store::duties::{DutyWrites, ReferralRow};
use crate::store::erasures::{ErasureRow, ErasureWrites, Gone};
use crate::store::past::{BackupRow, EpochRow, WritesPast};
use crate::store::people::{DeskLog, LastSeen, PeopleWrites, Proposal, Revocation, RightEnded};
use crate::store::policy::{PolicyRow, PolicyWrites};
use crate::store::rows::{
    Admitted, CodeState, DeviceRow, Entry, Held, NewDevice, Org, Person, ServerRow, SignedStatement,
    WaitingExtract,
};
use crate::store::search::SearchWrites;
use crate::store::{Reads as _, Writes};

impl Work<'_> {
    fn of_device(&mut self, id: DeviceId) -> &mut DeviceChange {
        self.changes.devices.entry(id).or_default()
    }

    /// A device as it is looked up from now on, where it was.
    fn known_device(&mut self, id: DeviceId) -> Option<&mut DeviceRow> {
        self.kept.devices.get_mut(&id).and_then(Option::as_mut)
    }
}

impl Job<'_> {
    fn hold_or_not(&self, scope: &str, stream: Stream, held: bool) -> Result<(), Fault> {
        self.with_beside(stream.record, |beside| {
            beside.holders.entry(stream).or_default().insert(scope.to_owned(), held);
        })?;
        self.0.borrow_mut().changes.holds.insert((stream, scope.to_owned()), held);
        Ok(())
    }
}

impl Writes for Job<'_> {
    fn create_server(&self, row: &ServerRow) -> Result<(), Fault> {
        self.changing()?.create_server(row)
    }

    fn keep_key_digest(&self, kept: &[u8]) -> Result<(), Fault> {
        self.changing()?.keep_key_digest(kept)
    }

    fn set_server_key(&self, public_key: &[u8]) -> Result<(), Fault> {
        self.changing()?.set_server_key(public_key)
    }

    fn add_org(&self, org: &Org) -> Result<(), Fault> {
        self.changing()?.add_org(org)
    }

    fn add_user(&self, person: &Person) -> Result<(), Fault> {
        self.changing()?.add_user(person)
    }

    fn add_code(&self, hash: Digest, user: UserId, expires_ms: u64) -> Result<(), Fault> {
        self.changing()?.add_code(hash, user, expires_ms)
    }

    fn try_code(&self, hash: Digest, now_ms: u64) -> Result<CodeState, Fault> {
        self.changing()?.try_code(hash, now_ms)
    }

    fn use_code(&self, hash: Digest) -> Result<(), Fault> {
        self.changing()?.use_code(hash)
    }

    fn add_device(&self, device: &NewDevice) -> Result<(), Fault> {
        self.changing()?.add_device(device)
    }

    fn set_counter(&self, device: DeviceId, counter: u64) -> Result<(), Fault> {
        let mut work = self.0.borrow_mut();
        work.of_device(device).counter = Some(counter);
        if let Some(row) = work.known_device(device) {
            row.counter = counter;
        }
        Ok(())
    }

    fn append(&self, held: &Held) -> Result<(), Fault> {
        let id = held.id();
        let unknown = || Fault::Damaged("an op of an unknown device".to_owned());
        // A log is appended to at its end: what the store holds of it need not be asked for each op.
        if self.device(id.device)?.ok_or_else(unknown)?.tip.seq >= id.seq {
            return Err(Fault::Damaged("an op of this number is held".to_owned()));
        }
        let mut work = self.0.borrow_mut();
        let tip = Tip { seq: id.seq, hash: held.hash };
        work.of_device(id.device).tip = Some(tip);
        if let Some(row) = work.known_device(id.device) {
            row.tip = tip;
        }
        work.changes.entries.insert(id, held.clone());
        Ok(())
    }

    fn next_place(&self) -> Result<u64, Fault> {
        let place = self.place()? + 1;
        let mut work = self.0.borrow_mut();
        work.kept.place = Some(place);
        work.changes.place = Some(place);
        Ok(place)
    }

    fn set_stamp(&self, id: OpId, stamp: &Stamp) -> Result<(), Fault> {
        let mut work = self.0.borrow_mut();
        match work.changes.entries.get_mut(&id) {
            Some(held) if held.stamp.is_none() => held.stamp = Some(stamp.clone()),
            // A stamp is never changed.
            Some(_) => {}
            None => {
                work.changes.stamps.entry(id).or_insert_with(|| stamp.clone());
            }
        }
        Ok(())
    }

    fn add_sealed(
        &self,
        device: DeviceId,
        digest: Digest,
        received_ms: u64,
        entries: u64,
        blob: &[u8],
    ) -> Result<(), Fault> {
        self.changing()?.add_sealed(device, digest, received_ms, entries, blob)
    }

    fn add_recovery(&self, original: Recovered, by: OpId) -> Result<(), Fault> {
        self.under()?.add_recovery(original, by)?;
        if let Some(recovered) = self.0.borrow_mut().kept.recovered.as_mut() {
            recovered.insert(original.id);
        }
        Ok(())
    }

    fn set_admitted(&self, id: OpId) -> Result<(), Fault> {
        let mut work = self.0.borrow_mut();
        match work.changes.entries.get_mut(&id) {
            Some(held) => held.admitted = Admitted::Yes,
            None => {
                work.changes.admitted.insert(id);
            }
        }
        Ok(())
    }

    fn wait_for(&self, waiting: OpId, awaited: &[OpId]) -> Result<(), Fault> {
        self.load_waits()?;
        let mut work = self.0.borrow_mut();
        let waits = work.kept.waits.get_or_insert_default();
        let new: Vec<OpId> = awaited
            .iter()
            .copied()
            .filter(|awaited| waits.entry(*awaited).or_default().insert(waiting))
            .collect();
        work.changes.waits.extend(new.into_iter().map(|awaited| (awaited, waiting)));
        Ok(())
    }

    fn take_waiting(&self, awaited: OpId) -> Result<Vec<OpId>, Fault> {
        self.load_waits()?;
        let mut work = self.0.borrow_mut();
        let Some(waiting) = work.kept.waits.get_or_insert_default().remove(&awaited) else {
            return Ok(Vec::new());
        };
        for one in &waiting {
            work.changes.waits.remove(&(awaited, *one));
        }
        work.changes.awaited_no_more.insert(awaited);
        Ok(waiting.into_iter().collect())
    }

    fn hold(&self, scope: &str, stream: Stream) -> Result<(), Fault> {
        self.hold_or_not(scope, stream, true)
    }

    fn let_go(&self, scope: &str, stream: Stream) -> Result<(), Fault> {
        self.hold_or_not(scope, stream, false)
    }

    fn feed(&self, scope: &str, entry: &Entry) -> Result<(), Fault> {
        let mut work = self.0.borrow_mut();
        work.kept.feed_ends.remove(scope);
        work.changes.feeds.push((scope.to_owned(), entry.clone()));
        Ok(())
    }

    fn put_extract(&self, extract: &WaitingExtract) -> Result<(), Fault> {
        self.under()?.put_extract(extract)?;
        self.with_beside(extract.stream.record, |beside| {
            beside.extracts.retain(|known| known.conflict != extract.conflict);
            beside.extracts.push(extract.clone());
            beside.extracts.sort_by_key(|known| known.conflict);
        })
    }

    fn remove_extract(&self, conflict: Digest) -> Result<(), Fault> {
        let found = self.extract(conflict)?;
        self.under()?.remove_extract(conflict)?;
        let Some(extract) = found else { return Ok(()) };
        self.with_beside(extract.stream.record, |beside| {
            beside.extracts.retain(|known| known.conflict != conflict);
        })
    }

    fn add_receipt(&self, receipt: &Receipt, signature: &[u8]) -> Result<(), Fault> {
        let mut work = self.0.borrow_mut();
        work.kept.receipt_head = Some((receipt.number, receipt.digest()));
        work.kept.receipt_times.insert(receipt.digest(), Some(receipt.time_ms));
        work.changes.receipts.push((receipt.clone(), signature.to_vec()));
        Ok(())
    }

    fn add_statement(&self, statement: &SignedStatement) -> Result<(), Fault> {
        self.0.borrow_mut().changes.statements.push(statement.clone());
        Ok(())
    }

    fn add_fork(&self, device: DeviceId, tip: Tip, received_ms: u64, branch: &str) -> Result<(), Fault> {
        self.under()?.add_fork(device, tip, received_ms, branch)
    }

    fn take_made(&self, record: Record) -> Option<Box<dyn Any + Send>> {
        Job::take_made(self, record)
    }

    fn keep_made(&self, record: Record, made: Box<dyn Any + Send>, entries: usize) {
        Job::keep_made(self, record, made, entries);
    }
}

impl WritesPast for Job<'_> {
    fn begin_epoch(&self, row: &EpochRow) -> Result<(), Fault> {
        self.changing()?.begin_epoch(row)
    }

    fn add_backup(&self, backup: &BackupRow) -> Result<(), Fault> {
        self.changing()?.add_backup(backup)
    }

    fn keep_outside(&self, entry: &str) -> Result<(), Fault> {
        self.0.borrow_mut().kept.nothing_follows = false;
        self.under()?.keep_outside(entry)
    }

    fn keep_behind(&self, device: DeviceId, op: OpId, causes: &[OpId]) -> Result<(), Fault> {
        self.0.borrow_mut().kept.behind.remove(&device);
        self.under()?.keep_behind(device, op, causes)
    }
}

impl PeopleWrites for Job<'_> {
    fn give_right(&self, person: &Person, from_ms: u64, by: Option<UserId>) -> Result<(), Fault> {
        self.changing()?.give_right(person, from_ms, by)
    }

    fn end_rights(&self, user: UserId, ended: RightEnded, by: UserId) -> Result<(), Fault> {
        self.changing()?.end_rights(user, ended, by)
    }

    fn set_user(&self, person: &Person) -> Result<(), Fault> {
        self.changing()?.set_user(person)
    }

    fn void_codes(&self, user: UserId) -> Result<(), Fault> {
        self.changing()?.void_codes(user)
    }

    fn revoke(&self, device: DeviceId, revocation: Revocation, by: UserId) -> Result<(), Fault> {
        self.changing()?.revoke(device, revocation, by)
    }

    fn set_org(&self, org: &Org) -> Result<(), Fault> {
        self.changing()?.set_org(org)
    }

    fn close_org(&self, org: OrgId, at_ms: u64, by: UserId) -> Result<(), Fault> {
        self.changing()?.close_org(org, at_ms, by)
    }

    fn add_desk(&self, user: UserId, desk: &DeskLog) -> Result<(), Fault> {
        self.changing()?.add_desk(user, desk)
    }

    fn end_desks(&self) -> Result<(), Fault> {
        self.changing()?.end_desks()
    }

    fn propose(&self, proposal: &Proposal) -> Result<(), Fault> {
        self.changing()?.propose(proposal)
    }

    fn drop_proposal(&self, proposal: Uuid) -> Result<(), Fault> {
        self.changing()?.drop_proposal(proposal)
    }

    fn drop_proposals(&self, user: UserId) -> Result<(), Fault> {
        self.changing()?.drop_proposals(user)
    }
}

impl PolicyWrites for Job<'_> {
    fn add_holiday(&self, holiday: &Holiday) -> Result<(), Fault> {
        self.changing()?.add_holiday(holiday)
    }

    fn add_policy(&self, row: &PolicyRow) -> Result<(), Fault> {
        self.changing()?.add_policy(row)
    }

    fn drop_policy_proposals(&self) -> Result<(), Fault> {
        self.changing()?.drop_policy_proposals()
    }

    fn drop_policy_proposals_of(&self, by: UserId) -> Result<(), Fault> {
        self.changing()?.drop_policy_proposals_of(by)
    }
}

impl DeskWrites for Job<'_> {
    fn set_open_conflicts(&self, stream: Stream, open: &[Digest]) -> Result<(), Fault> {
        let open_now: BTreeSet<Digest> = open.iter().copied().collect();
        let known = self.with_beside(stream.record, |beside| beside.open.get(&stream).cloned())?;
        if known.unwrap_or_default() == open_now {
            return Ok(());
        }
        self.under()?.set_open_conflicts(stream, open)?;
        self.with_beside(stream.record, |beside| {
            beside.open.insert(stream, open_now);
        })
    }
}

impl DutyWrites for Job<'_> {
    fn keep_row(&self, referral: Record, row: &ReferralRow) -> Result<(), Fault> {
        self.0.borrow_mut().changes.referrals.insert(referral, row.clone());
        Ok(())
    }

    fn compute_lists_again(&self) -> Result<(), Fault> {
        self.under()?.compute_lists_again()
    }

    fn heard(&self, device: DeviceId, now_ms: u64) -> Result<(), Fault> {
        self.0.borrow_mut().of_device(device).heard_ms = Some(now_ms);
        Ok(())
    }

    fn seen(&self, device: DeviceId, seen: LastSeen) -> Result<(), Fault> {
        self.0.borrow_mut().of_device(device).seen = Some(seen);
        Ok(())
    }

    fn confirm(&self, device: DeviceId, pos: u64) -> Result<(), Fault> {
        let mut work = self.0.borrow_mut();
        work.of_device(device).confirmed = Some(pos);
        work.kept.confirmed.insert(device, pos);
        Ok(())
    }
}

impl ErasureWrites for Job<'_> {
    fn erase(&self, row: &ErasureRow, gone: &Gone) -> Result<(), Fault> {
        self.under()?.erase(row, gone)?;
        let mut work = self.0.borrow_mut();
        work.kept.nothing_follows = false;
        if let Some(erased) = work.kept.erased.as_mut() {
            erased.insert(row.op);
        }
        work.kept.forget_beside(row.stream.record);
        Ok(())
    }
}

impl SearchWrites for Job<'_> {
    fn keep_under(&self, op: OpId, keys: &BTreeSet<Digest>) -> Result<(), Fault> {
        self.0.borrow_mut().changes.search.extend(keys.iter().map(|key| (*key, op)));
        Ok(())
    }
}
