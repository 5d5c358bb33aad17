//! The server without HTTP: the same pipeline over any store, one request at a time.
//!
//! Ids, keys and times are given by the caller, so that the same calls give the same history: for
//! simulations and tests. Does not draw what a history holds, but for the salts of the server's own ops.

mod lost;

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use sync_core::access::{Role, Scope};
use sync_core::ids::{DeviceId, Digest, OrgId, Stream, UserId};
use sync_core::log::Tip;
use sync_core::op::Op;
use sync_core::policy::{PolicyPack, PolicyRef};
use sync_core::stamp::Stamp;
use sync_core::sync::answer::Answer;
use sync_core::sync::receipt::Receipt;
use sync_core::sync::statement::SignedHeader;
use tokio::runtime::{Builder, Runtime};
use uuid::Uuid;

use crate::fault::Fault;
use crate::keys::ServerKey;
pub use crate::keys::Signatures;
use crate::rates::{Limiter, Rates};
pub use crate::reconcile::Refusal;
use crate::reconcile::{self, Ops, Service};
use crate::store::memory::MemoryStore;
use crate::store::past::EpochRow;
use crate::store::policy::PolicyRow;
use crate::store::rows::{NewDevice, ServerRow};
pub use crate::store::rows::{Org, Person};
use crate::store::sqlite::SqliteStore;
use crate::store::{Reads, Writes};
pub use lost::{Loss, Snapshot};

/// What a new history begins with.
#[derive(Debug, Clone)]
pub struct Founding {
    /// The identity of the history.
    pub epoch: Uuid,
    /// The force.
    pub force: OrgId,
    /// The letters that its human references begin with.
    pub force_prefix: String,
    /// What the id of the server's own log is made from …
    pub device: DeviceId,
    /// … and its author.
    pub user: UserId,
    /// The server's key as PKCS #8, to which phones seal; empty where signatures are simulated.
    pub signing_key: Vec<u8>,
}

/// A server over its store.
pub struct Node(Over);

enum Over {
    Memory(Box<Service<MemoryStore>>),
    Sqlite(Box<Service<SqliteStore>>, Runtime),
}

impl Node {
    /// A new history in memory.
    ///
    /// # Errors
    /// A [`Fault`] of the signatures.
    pub fn in_memory(founding: &Founding, signatures: Arc<dyn Signatures>) -> Result<Self, Fault> {
        let (store, row) = (MemoryStore::default(), founding.row(&*signatures));
        store.write_now(|tx| found(tx, &row))?;
        let service =
            Service { store, server: Arc::new(row), key: signatures, limiter: unlimited(), released: None };
        Ok(Self(Over::Memory(Box::new(service))))
    }

    /// A new history in a directory.
    ///
    /// # Errors
    /// A [`Fault`] of the place.
    pub fn in_directory(
        data: &Path,
        founding: &Founding,
        signatures: Arc<dyn Signatures>,
    ) -> Result<Self, Fault> {
        let (store, row) = (SqliteStore::create(data)?, founding.row(&*signatures));
        let written = row.clone();
        store.write_now(move |tx| found(tx, &written))?;
        Self::over(store, row, signatures)
    }

    /// The history that a directory holds.
    ///
    /// # Errors
    /// A [`Fault`] of the place.
    pub fn reopen(data: &Path, signatures: Arc<dyn Signatures>) -> Result<Self, Fault> {
        let store = SqliteStore::open(data)?;
        let row = store.read_now(|read| read.server())?;
        Self::over(store, row, signatures)
    }

    fn over(store: SqliteStore, row: ServerRow, key: Arc<dyn Signatures>) -> Result<Self, Fault> {
        let runtime = Builder::new_current_thread().build()?;
        let service = Service { store, server: Arc::new(row), key, limiter: unlimited(), released: None };
        Ok(Self(Over::Sqlite(Box::new(service), runtime)))
    }

    /// Adds an organisation.
    ///
    /// # Errors
    /// A [`Fault`] of the store.
    pub fn add_org(&self, org: &Org) -> Result<(), Fault> {
        let org = org.clone();
        self.write(move |tx| tx.add_org(&org))
    }

    /// Judges by the first version of another pack from the beginning on.
    ///
    /// # Errors
    /// A [`Fault`] of the store.
    pub fn use_policy(&self, policy: PolicyRef, row: Uuid) -> Result<(), Fault> {
        self.write(move |tx| tx.add_policy(&PolicyRow::first(row, policy, 0)))
    }

    /// Adds a person.
    ///
    /// # Errors
    /// A [`Fault`] of the store.
    pub fn add_user(&self, person: &Person) -> Result<(), Fault> {
        let person = person.clone();
        self.write(move |tx| {
            tx.add_user(&person)?;
            tx.give_right(&person, 0, None)
        })
    }

    /// Enrols a device with a given id and key.
    ///
    /// # Errors
    /// A [`Fault`] of the store.
    pub fn enrol(&self, id: DeviceId, user: UserId, public_key: &[u8]) -> Result<(), Fault> {
        let public_key = public_key.to_vec();
        self.write(move |tx| {
            tx.add_device(&NewDevice {
                id,
                user,
                name: String::new(),
                letter: String::new(),
                public_key,
                enrolled_ms: 0,
            })
        })
    }

    /// One round trip: `sent` is the body as sent, which the signature covers, `plain` what it unpacks to.
    ///
    /// # Errors
    /// The [`Refusal`]; nothing of the push is stored then.
    pub fn sync(
        &self,
        header: SignedHeader,
        sent: &[u8],
        plain: &[u8],
        now_ms: u64,
    ) -> Result<Answer, Refusal> {
        match &self.0 {
            Over::Memory(service) => at_once(reconcile::sync(service, header, sent, plain, now_ms)),
            Over::Sqlite(service, runtime) => {
                runtime.block_on(reconcile::sync(service, header, sent, plain, now_ms))
            }
        }
    }

    /// Does what time alone brings about: judges what has waited long enough for causes that did not come,
    /// and writes what is due.
    ///
    /// # Errors
    /// A [`Fault`] of the store.
    pub fn beat(&self, now_ms: u64) -> Result<(), Fault> {
        match &self.0 {
            Over::Memory(service) => at_once(reconcile::beat(service, now_ms)),
            Over::Sqlite(service, runtime) => runtime.block_on(reconcile::beat(service, now_ms)),
        }
    }

    /// Lets the store fail once, after so many more changes; a store on a disk takes no such order.
    pub fn trip_after(&self, changes: u64, fault: Fault) {
        match &self.0 {
            Over::Memory(service) => service.store.trip_after(changes, fault),
            Over::Sqlite(..) => {}
        }
    }

    /// Takes back such an order, and tells whether it still stood.
    pub fn untrip(&self) -> bool {
        match &self.0 {
            Over::Memory(service) => service.store.untrip(),
            Over::Sqlite(..) => false,
        }
    }

    /// Visits every op that is held, with its hash and its stamp, by device and seq.
    ///
    /// # Errors
    /// A [`Fault`] of the store.
    pub fn each_op(&self, mut visit: impl FnMut(&Op, Digest, Option<&Stamp>)) -> Result<(), Fault> {
        match &self.0 {
            Over::Memory(service) => {
                service.store.each_op(|held| visit(&held.op, held.hash, held.stamp.as_ref()));
                Ok(())
            }
            Over::Sqlite(service, _) => service.store.read_now(|read| {
                for device in read.devices()? {
                    for held in read.ops_of_device(device.id)? {
                        visit(&held.op, held.hash, held.stamp.as_ref());
                    }
                }
                Ok(())
            }),
        }
    }

    /// The digest of every stream's fold.
    ///
    /// # Errors
    /// A [`Fault`] of the store.
    pub fn digests(&self) -> Result<BTreeMap<Stream, Digest>, Fault> {
        self.read(|read| {
            let mut digests = BTreeMap::new();
            for record in read.records()? {
                let ops = Ops::new(read.ops_of_record(record)?);
                digests
                    .extend(ops.folded().iter().map(|(stream, folded)| (*stream, folded.state().digest())));
            }
            Ok(digests)
        })
    }

    /// Of some streams, those that a device may read now.
    ///
    /// # Errors
    /// A [`Fault`] of the store.
    pub fn readable(
        &self,
        device: DeviceId,
        of: impl IntoIterator<Item = Stream>,
    ) -> Result<BTreeSet<Stream>, Fault> {
        self.read(|read| {
            let author = read.author(device)?.ok_or(Fault::Unknown("device"))?;
            let scopes = Scope::followed(device, &author);
            let mut readable = BTreeSet::new();
            for stream in of {
                for scope in &scopes {
                    if read.holds(scope, stream)? {
                        readable.insert(stream);
                    }
                }
            }
            Ok(readable)
        })
    }

    /// The receipt chain with its signatures.
    ///
    /// # Errors
    /// A [`Fault`] of the store.
    pub fn receipts(&self) -> Result<Vec<(Receipt, Vec<u8>)>, Fault> {
        let pair = |signed: crate::store::rows::SignedReceipt| (signed.receipt, signed.signature);
        self.read(|read| Ok(read.receipts()?.into_iter().map(pair).collect()))
    }

    /// What is held of a device's log: the last counter that counted, and the tip.
    ///
    /// # Errors
    /// [`Fault::Unknown`] for a device that never enrolled.
    pub fn log_of(&self, device: DeviceId) -> Result<(u64, Tip), Fault> {
        let row = self.read(|read| read.device(device))?.ok_or(Fault::Unknown("device"))?;
        Ok((row.counter, row.tip))
    }

    fn read<T>(&self, job: impl FnOnce(&dyn Reads) -> Result<T, Fault>) -> Result<T, Fault> {
        match &self.0 {
            Over::Memory(service) => service.store.read_now(job),
            Over::Sqlite(service, _) => service.store.read_now(job),
        }
    }

    fn write(
        &self,
        job: impl FnOnce(&dyn Writes) -> Result<(), Fault> + Send + 'static,
    ) -> Result<(), Fault> {
        match &self.0 {
            Over::Memory(service) => service.store.write_now(job),
            Over::Sqlite(service, _) => service.store.write_now(job),
        }
    }
}

/// A simulation does in a moment what takes people a day.
fn unlimited() -> Arc<Limiter> {
    Arc::new(Limiter::new(Rates::unlimited()))
}

/// A key that is drawn now, as PKCS #8.
///
/// # Errors
/// A [`Fault`] when the system gives no key.
pub fn new_key() -> Result<Vec<u8>, Fault> {
    ServerKey::generate()
}

/// The real signatures, under a key.
///
/// # Errors
/// A [`Fault`] when it is none.
pub fn es256(signing_key: &[u8]) -> Result<Arc<dyn Signatures>, Fault> {
    Ok(Arc::new(ServerKey::open(signing_key)?))
}

impl Founding {
    fn row(&self, signatures: &dyn Signatures) -> ServerRow {
        let mut row = ServerRow {
            epoch: self.epoch,
            force: self.force,
            force_prefix: self.force_prefix.clone(),
            device: self.device,
            user: self.user,
            log_code: self.signing_key.clone(),
            public_key: signatures.public_key(),
        };
        row.device = row.new_log(self.device.0);
        row
    }
}

fn found(tx: &dyn Writes, row: &ServerRow) -> Result<(), Fault> {
    let (id, name) = (row.force, "Force".to_owned());
    tx.create_server(row)?;
    tx.begin_epoch(&EpochRow::first(row.epoch, row.device, 0))?;
    tx.add_policy(&PolicyRow::first(row.epoch, PolicyPack::thames_valley_2018().reference(), 0))?;
    tx.add_org(&Org::named(id, name))?;
    let (user, name) = (row.user, "Server".to_owned());
    tx.add_user(&Person { id: user, name: name.clone(), role: Role::Server, org: id })?;
    tx.add_device(&NewDevice {
        id: row.device,
        user,
        name,
        letter: String::new(),
        public_key: row.public_key.clone(),
        enrolled_ms: 0,
    })
}

/// The value of a future that never waits.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("a store in memory answers at once"),
    }
}
