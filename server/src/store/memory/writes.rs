//! Every change of the store in memory.
//!
//! Does not begin or end jobs: see [`super`].

use std::sync::Arc;

use sync_core::ids::{DeviceId, Digest, OpId, Stream, UserId};
use sync_core::log::Tip;
use sync_core::op::Recovered;
use sync_core::stamp::Stamp;
use sync_core::sync::receipt::Receipt;

use super::Job;
use super::people::Enrolment;
use super::tables::{Code, Number};
use crate::fault::Fault;
use crate::store::rows::{
    Admitted, CodeState, DeviceRow, Entry, Held, NewDevice, Org, Person, Revoked, ServerRow, SignedReceipt,
    SignedStatement, WaitingExtract,
};
use crate::store::{MAX_TRIES, Reads, Writes};

impl Job<'_> {
    fn known_device(&self, id: DeviceId) -> Result<DeviceRow, Fault> {
        self.device(id)?.ok_or(Fault::Unknown("device"))
    }

    /// Gives a new stream its place among all.
    fn know(&self, stream: Stream) -> Result<(), Fault> {
        let known = self.tables.borrow().stream_places.contains_key(&stream);
        let place = self.tables.borrow().stream_places.len() as u64 + 1;
        if known { Ok(()) } else { self.add(|tables| &mut tables.stream_places, stream, place) }
    }

    pub(super) fn change(&self, id: OpId, change: impl FnOnce(&mut Held)) -> Result<(), Fault> {
        let held = self.tables.borrow().ops.get(&id).cloned();
        let mut held = held.ok_or(Fault::Damaged("an op that is not held".to_owned()))?;
        change(Arc::make_mut(&mut held));
        self.put(|tables| &mut tables.ops, id, held)
    }
}

impl Writes for Job<'_> {
    fn create_server(&self, row: &ServerRow) -> Result<(), Fault> {
        self.add(|tables| &mut tables.server, (), row.clone())
    }

    fn keep_key_digest(&self, kept: &[u8]) -> Result<(), Fault> {
        let known = self.tables.borrow().server.get(&()).cloned().ok_or(Fault::NoStore)?;
        let server = ServerRow { log_code: kept.to_vec(), ..known };
        self.put(|tables| &mut tables.server, (), server)
    }

    fn set_server_key(&self, public_key: &[u8]) -> Result<(), Fault> {
        let known = self.tables.borrow().server.get(&()).cloned().ok_or(Fault::NoStore)?;
        let server = ServerRow { public_key: public_key.to_vec(), ..known };
        self.put(|tables| &mut tables.server, (), server)
    }

    fn add_org(&self, org: &Org) -> Result<(), Fault> {
        let pos = self.tables.borrow().org_order.len() as u64 + 1;
        self.add(|tables| &mut tables.orgs, org.id, org.clone())?;
        self.add(|tables| &mut tables.org_order, pos, org.id)
    }

    fn add_user(&self, person: &Person) -> Result<(), Fault> {
        let pos = self.tables.borrow().user_order.len() as u64 + 1;
        self.add(|tables| &mut tables.users, person.id, person.clone())?;
        self.add(|tables| &mut tables.user_order, pos, person.id)
    }

    fn add_code(&self, hash: Digest, user: UserId, expires_ms: u64) -> Result<(), Fault> {
        let code = Code { user, expires_ms, tries: 0, used: false };
        self.add(|tables| &mut tables.codes, hash, code)
    }

    fn try_code(&self, hash: Digest, now_ms: u64) -> Result<CodeState, Fault> {
        let known = self.tables.borrow().codes.get(&hash).copied();
        let counts = |code: &Code| !code.used && code.tries < MAX_TRIES && code.expires_ms > now_ms;
        let Some(code) = known.filter(counts) else { return Ok(CodeState::Void) };
        self.put(|tables| &mut tables.codes, hash, Code { tries: code.tries + 1, ..code })?;
        Ok(CodeState::Counts(code.user))
    }

    fn use_code(&self, hash: Digest) -> Result<(), Fault> {
        let known = self.tables.borrow().codes.get(&hash).copied();
        known.map_or(Ok(()), |code| self.put(|tables| &mut tables.codes, hash, Code { used: true, ..code }))
    }

    fn add_device(&self, device: &NewDevice) -> Result<(), Fault> {
        let NewDevice { id, user, name, letter, public_key, enrolled_ms } = device;
        let enrolment = Enrolment { name: name.clone(), letter: letter.clone(), at_ms: *enrolled_ms };
        let (public_key, tip) = (public_key.clone(), Tip::default());
        let row = DeviceRow { id: *id, user: *user, public_key, counter: 0, revoked: Revoked::No, tip };
        let number = self.tables.borrow().enrolled.len() as u64 + 1;
        self.add(|tables| &mut tables.devices, *id, row)?;
        self.add(|tables| &mut tables.enrolments, *id, enrolment)?;
        self.add(|tables| &mut tables.enrolled, number, *id)
    }

    fn set_counter(&self, device: DeviceId, counter: u64) -> Result<(), Fault> {
        let row = DeviceRow { counter, ..self.known_device(device)? };
        self.put(|tables| &mut tables.devices, device, row)
    }

    fn append(&self, held: &Held) -> Result<(), Fault> {
        let id = held.id();
        let row = self.known_device(id.device)?;
        self.add(|tables| &mut tables.ops, id, Arc::new(held.clone()))?;
        self.know(held.op.header.stream)?;
        self.add(|tables| &mut tables.by_record, (held.op.header.stream.record, id), ())?;
        let row = DeviceRow { tip: Tip { seq: id.seq, hash: held.hash }, ..row };
        self.put(|tables| &mut tables.devices, id.device, row)
    }

    fn next_place(&self) -> Result<u64, Fault> {
        self.next(Number::Place)
    }

    fn set_stamp(&self, id: OpId, stamp: &Stamp) -> Result<(), Fault> {
        self.change(id, |held| {
            held.stamp.get_or_insert_with(|| stamp.clone());
        })
    }

    fn add_sealed(
        &self,
        device: DeviceId,
        digest: Digest,
        received_ms: u64,
        _: u64,
        blob: &[u8],
    ) -> Result<(), Fault> {
        let key = (self.known_device(device)?.id, digest);
        if self.tables.borrow().sealed.contains_key(&key) {
            return Ok(());
        }
        self.add(|tables| &mut tables.sealed, key, (received_ms, blob.to_vec()))
    }

    fn add_recovery(&self, original: Recovered, by: OpId) -> Result<(), Fault> {
        if self.tables.borrow().recoveries.contains_key(&original) {
            return Ok(());
        }
        self.add(|tables| &mut tables.recoveries, original, by)
    }

    fn set_admitted(&self, id: OpId) -> Result<(), Fault> {
        self.change(id, |held| held.admitted = Admitted::Yes)
    }

    fn wait_for(&self, waiting: OpId, awaited: &[OpId]) -> Result<(), Fault> {
        awaited.iter().try_for_each(|id| self.put(|tables| &mut tables.waits, (*id, waiting), ()))
    }

    fn take_waiting(&self, awaited: OpId) -> Result<Vec<OpId>, Fault> {
        let waiting: Vec<OpId> = {
            let tables = self.tables.borrow();
            let first = (awaited, OpId { device: DeviceId(uuid::Uuid::nil()), seq: 0 });
            let of_it = tables.waits.range(first..).take_while(|((of, _), ())| *of == awaited);
            of_it.map(|((_, waiting), ())| *waiting).collect()
        };
        waiting.iter().try_for_each(|id| self.remove(|tables| &mut tables.waits, &(awaited, *id)))?;
        Ok(waiting)
    }

    fn hold(&self, scope: &str, stream: Stream) -> Result<(), Fault> {
        self.put(|tables| &mut tables.ever_held, (stream, scope.to_owned()), ())?;
        self.put(|tables| &mut tables.holds, (stream, scope.to_owned()), ())
    }

    fn let_go(&self, scope: &str, stream: Stream) -> Result<(), Fault> {
        self.remove(|tables| &mut tables.holds, &(stream, scope.to_owned()))
    }

    fn feed(&self, scope: &str, entry: &Entry) -> Result<(), Fault> {
        let pos = self.next(Number::FeedPosition)?;
        self.add(|tables| &mut tables.feed, (scope.to_owned(), pos), entry.clone())
    }

    fn put_extract(&self, extract: &WaitingExtract) -> Result<(), Fault> {
        self.put(|tables| &mut tables.extracts, extract.conflict, extract.clone())
    }

    fn remove_extract(&self, conflict: Digest) -> Result<(), Fault> {
        self.remove(|tables| &mut tables.extracts, &conflict)
    }

    fn add_receipt(&self, receipt: &Receipt, signature: &[u8]) -> Result<(), Fault> {
        let (digest, signature) = (receipt.digest(), signature.to_vec());
        let (number, device, seq) = (receipt.number, receipt.device, receipt.tip.seq);
        let signed = SignedReceipt { receipt: receipt.clone(), digest, signature };
        self.known_device(device)?;
        self.add(|tables| &mut tables.receipt_points, digest, self.stands_at())?;
        self.add(|tables| &mut tables.receipts, number, signed)?;
        self.add(|tables| &mut tables.receipt_numbers, digest, number)?;
        self.add(|tables| &mut tables.receipts_of, (device, seq, number), ())
    }

    fn add_statement(&self, statement: &SignedStatement) -> Result<(), Fault> {
        let key = (self.known_device(statement.device)?.id, statement.counter);
        self.add(|tables| &mut tables.statements, key, statement.clone())
    }

    fn add_fork(&self, device: DeviceId, tip: Tip, _: u64, branch: &str) -> Result<(), Fault> {
        let key = (self.known_device(device)?.id, tip.seq, tip.hash);
        if self.tables.borrow().forks.contains_key(&key) {
            return Ok(());
        }
        self.add(|tables| &mut tables.forks, key, branch.to_owned())
    }
}
