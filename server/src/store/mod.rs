//! The store, as the rest of the server sees it: values in, values out.
//!
//! **Isolation promise.** A write job sees everything that jobs before it wrote, and nothing else
//! writes while it runs; it takes effect whole or, when it gives a fault, not at all. Its result is
//! handed back only after it is durable (fsync). Jobs run one after the other, so a number that a
//! job draws (place, feed position, receipt) is never seen before a smaller one. A read job sees one
//! state: that after some write job, and at least all whose results were handed back before.
//!
//! Does not decide anything. The only SQL of the server is in [`sqlite`].

pub(crate) mod audit;
#[cfg(test)]
mod conformance;
pub(crate) mod desk;
pub(crate) mod duties;
pub(crate) mod erasures;
pub(crate) mod forms;
pub(crate) mod memory;
pub(crate) mod past;
pub(crate) mod people;
pub(crate) mod policy;
pub(crate) mod prior_checks;
pub(crate) mod retention;
pub(crate) mod rows;
pub(crate) mod search;
pub(crate) mod sign_in;
pub(crate) mod sqlite;
pub(crate) mod work;

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use sync_core::access::{Author, Scope};
use sync_core::ids::{DeviceId, Digest, OpId, OrgId, Record, Stream, UserId};
use sync_core::log::Tip;
use sync_core::op::Recovered;
use sync_core::stamp::Stamp;
use sync_core::sync::receipt::Receipt;

use crate::fault::Fault;
use rows::{
    Asking, CodeState, DeviceRow, Entry, FeedRow, Held, NewDevice, Org, Person, ServerRow, SignedReceipt,
    SignedStatement, WaitingExtract,
};
use work::Beside;

/// How often a one-time code can be tried.
const MAX_TRIES: u32 = 5;

/// A store that runs jobs.
pub(crate) trait Store: Send + Sync + 'static {
    /// Runs a job that may write; the result comes after the commit.
    fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&dyn Writes) -> Result<T, Fault> + Send + 'static,
    ) -> impl Future<Output = Result<T, Fault>> + Send;

    /// Runs a job that must be possible on a full disk too: a phone was stolen. It may be run twice, and is written once.
    fn write_urgently<T: Send + 'static>(
        &self,
        job: impl FnOnce(&dyn Writes) -> Result<T, Fault> + Clone + Send + 'static,
    ) -> impl Future<Output = Result<T, Fault>> + Send {
        self.write(job)
    }

    /// Whether the store can be written.
    fn is_writable(&self) -> impl Future<Output = bool> + Send {
        std::future::ready(true)
    }

    /// Runs a job that reads.
    fn read<T: Send + 'static>(
        &self,
        job: impl FnOnce(&dyn Reads) -> Result<T, Fault> + Send + 'static,
    ) -> impl Future<Output = Result<T, Fault>> + Send;
}

/// What a job can look up.
pub(crate) trait Reads:
    past::ReadsPast
    + audit::AuditReads
    + people::PeopleReads
    + policy::PolicyReads
    + prior_checks::CheckReads
    + desk::DeskReads
    + duties::DutyReads
    + erasures::ErasureReads
    + forms::FormReads
    + retention::RetentionReads
    + search::SearchReads
    + sign_in::SignInReads
{
    fn server(&self) -> Result<ServerRow, Fault>;
    fn orgs(&self) -> Result<Vec<Org>, Fault>;
    fn users(&self) -> Result<Vec<Person>, Fault>;
    fn user(&self, id: UserId) -> Result<Option<Person>, Fault>;
    fn devices(&self) -> Result<Vec<DeviceRow>, Fault>;
    fn device(&self, id: DeviceId) -> Result<Option<DeviceRow>, Fault>;
    /// Who writes the log of a device.
    fn author(&self, id: DeviceId) -> Result<Option<Author>, Fault>;
    /// Both together, for a request of the device.
    fn asking(&self, id: DeviceId) -> Result<Option<Asking>, Fault> {
        let epoch = self.server()?.epoch;
        let found = self.device(id)?.zip(self.author(id)?);
        Ok(found.map(|(device, author)| Asking { device, author, epoch }))
    }

    fn op(&self, id: OpId) -> Result<Option<Held>, Fault>;
    /// Those of some ops that are here.
    fn ops(&self, ids: &[OpId]) -> Result<BTreeMap<OpId, Held>, Fault> {
        let held = ids.iter().map(|id| Ok(self.op(*id)?.map(|held| (*id, held))));
        held.filter_map(Result::transpose).collect()
    }
    /// The stamps of those of some ops that have one.
    fn stamps(&self, ids: &[OpId]) -> Result<BTreeMap<OpId, Stamp>, Fault> {
        let held = self.ops(ids)?.into_iter();
        Ok(held.filter_map(|(id, held)| Some((id, held.stamp?))).collect())
    }
    fn hash_of(&self, id: OpId) -> Result<Option<Digest>, Fault>;
    fn ops_of_record(&self, record: Record) -> Result<Vec<Held>, Fault>;
    /// A whole log, in its order.
    fn ops_of_device(&self, id: DeviceId) -> Result<Vec<Held>, Fault>;
    /// The hashes of a whole log, in its order.
    fn hashes_of_device(&self, id: DeviceId) -> Result<Vec<Digest>, Fault>;
    /// What is known of a record besides its ops.
    fn beside(&self, record: Record) -> Result<Beside, Fault>;
    /// The ops of older logs that were written anew.
    fn recovered(&self) -> Result<BTreeSet<OpId>, Fault>;
    /// The op that repeats an op of an older log.
    fn recovered_by(&self, original: Recovered) -> Result<Option<OpId>, Fault>;
    fn records(&self) -> Result<Vec<Record>, Fault>;

    /// The scopes that hold a stream, by their keys.
    fn holders(&self, stream: Stream) -> Result<BTreeSet<String>, Fault>;
    fn holds(&self, scope: &Scope, stream: Stream) -> Result<bool, Fault>;
    /// Those of some streams that at least one of these scopes holds.
    fn held_by(&self, scopes: &[Scope], streams: &BTreeSet<Stream>) -> Result<BTreeSet<Stream>, Fault> {
        let mut held = BTreeSet::new();
        for stream in streams {
            for scope in scopes {
                if self.holds(scope, *stream)? {
                    held.insert(*stream);
                }
            }
        }
        Ok(held)
    }
    /// Entries of some feeds after a position, in the order of their positions.
    fn feed_after(&self, scopes: &[Scope], after: u64, limit: usize) -> Result<Vec<FeedRow>, Fault>;
    /// The last position of each of some feeds, in their order; 0 of an empty one.
    fn feed_ends(&self, scopes: &[Scope]) -> Result<Vec<u64>, Fault>;

    /// The first receipt that covers a seq of a device.
    fn receipt_covering(&self, device: DeviceId, seq: u64) -> Result<Option<SignedReceipt>, Fault>;
    fn receipt_time(&self, digest: Digest) -> Result<Option<u64>, Fault>;
    fn receipts(&self) -> Result<Vec<SignedReceipt>, Fault>;
    /// Number and digest of the newest receipt; 0 and all zero when there is none.
    fn receipt_head(&self) -> Result<(u64, Digest), Fault>;
    fn statements(&self) -> Result<Vec<SignedStatement>, Fault>;
    /// Branches of a log, as they were kept aside.
    fn forks(&self, device: DeviceId) -> Result<Vec<String>, Fault>;
    /// Sealed outboxes with their devices.
    fn sealed(&self) -> Result<Vec<(DeviceId, Vec<u8>)>, Fault>;
    /// Those of one device.
    fn sealed_of(&self, device: DeviceId) -> Result<Vec<Vec<u8>>, Fault> {
        let of_device = self.sealed()?.into_iter().filter(|(of, _)| *of == device);
        Ok(of_device.map(|(_, blob)| blob).collect())
    }
    /// The devices whose sealed outboxes are not as they were taken.
    fn sealed_that_changed(&self) -> Result<Vec<DeviceId>, Fault> {
        Ok(Vec::new())
    }
    fn extracts_of(&self, stream: Stream) -> Result<Vec<WaitingExtract>, Fault>;
}

/// What a write job can do beside.
pub(crate) trait Writes:
    Reads
    + past::WritesPast
    + audit::AuditWrites
    + people::PeopleWrites
    + policy::PolicyWrites
    + prior_checks::CheckWrites
    + desk::DeskWrites
    + duties::DutyWrites
    + erasures::ErasureWrites
    + forms::FormWrites
    + retention::RetentionWrites
    + search::SearchWrites
    + sign_in::SignInWrites
{
    fn create_server(&self, row: &ServerRow) -> Result<(), Fault>;
    /// What is kept of the server's key from now on: its digest.
    fn keep_key_digest(&self, kept: &[u8]) -> Result<(), Fault>;
    /// From now on the server signs with another key.
    fn set_server_key(&self, public_key: &[u8]) -> Result<(), Fault>;
    fn add_org(&self, org: &Org) -> Result<(), Fault>;
    fn add_user(&self, person: &Person) -> Result<(), Fault>;
    fn add_code(&self, hash: Digest, user: UserId, expires_ms: u64) -> Result<(), Fault>;
    /// Counts one try of a code and tells whether it counts; a used one never does again.
    fn try_code(&self, hash: Digest, now_ms: u64) -> Result<CodeState, Fault>;
    fn use_code(&self, hash: Digest) -> Result<(), Fault>;
    fn add_device(&self, device: &NewDevice) -> Result<(), Fault>;
    fn set_counter(&self, device: DeviceId, counter: u64) -> Result<(), Fault>;

    /// Adds the next op of a log, unstamped.
    fn append(&self, held: &Held) -> Result<(), Fault>;
    fn next_place(&self) -> Result<u64, Fault>;
    fn set_stamp(&self, id: OpId, stamp: &Stamp) -> Result<(), Fault>;
    /// Keeps a sealed outbox; the same one is kept once.
    fn add_sealed(
        &self,
        device: DeviceId,
        digest: Digest,
        received_ms: u64,
        entries: u64,
        blob: &[u8],
    ) -> Result<(), Fault>;
    /// Notes that an op of an older log was written anew.
    fn add_recovery(&self, original: Recovered, by: OpId) -> Result<(), Fault>;
    fn set_admitted(&self, id: OpId) -> Result<(), Fault>;
    fn wait_for(&self, waiting: OpId, awaited: &[OpId]) -> Result<(), Fault>;
    /// The ops that waited for this one; they no longer do.
    fn take_waiting(&self, awaited: OpId) -> Result<Vec<OpId>, Fault>;

    fn hold(&self, scope: &str, stream: Stream) -> Result<(), Fault>;
    fn let_go(&self, scope: &str, stream: Stream) -> Result<(), Fault>;
    fn feed(&self, scope: &str, entry: &Entry) -> Result<(), Fault>;
    fn put_extract(&self, extract: &WaitingExtract) -> Result<(), Fault>;
    fn remove_extract(&self, conflict: Digest) -> Result<(), Fault>;

    fn add_receipt(&self, receipt: &Receipt, signature: &[u8]) -> Result<(), Fault>;
    fn add_statement(&self, statement: &SignedStatement) -> Result<(), Fault>;
    fn add_fork(&self, device: DeviceId, tip: Tip, received_ms: u64, branch: &str) -> Result<(), Fault>;

    /// What a job made of a record, for the next one to go on from; nothing where it may be out of date. The store
    /// does not know what it is.
    fn take_made(&self, _record: Record) -> Option<Box<dyn Any + Send>> {
        None
    }
    /// Keeps what a job made of a record, of so many entries; lost again when anything else changes the record.
    fn keep_made(&self, _record: Record, _made: Box<dyn Any + Send>, _entries: usize) {}
}

/// An organisation that is no provider is the force; it has no area.
pub(crate) fn providers(orgs: Vec<Org>, force: OrgId) -> Vec<Org> {
    orgs.into_iter().filter(|org| org.id != force).collect()
}
