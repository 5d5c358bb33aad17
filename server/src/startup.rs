//! Creating a store, and starting and stopping the server.
//!
//! Does not answer requests: see `http`.

mod self_test;
mod signals;

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use actix_web::dev::ServerHandle;
use socket2::{Domain, Protocol, Socket, Type};
use sync_core::access::Role;
use sync_core::ids::{DeviceId, OrgId, UserId};
use sync_core::policy::PolicyPack;
use sync_core::reference::is_prefix;
use sync_core::sync::enrolment::Care;

use crate::backup;
use crate::config::{ClockIs, Config, People};
use crate::enrol::new_code;
use crate::fault::Fault;
use crate::http::{self, Bodies, Face};
use crate::key_file;
use crate::keys::{ServerKey, Signatures as _, random_id};
use crate::names;
use crate::outside::{self, Kept};
use crate::pages::Clock;
use crate::rates::{Limiter, Rates};
use crate::reconcile::{Service, epochs};
use crate::sign_in::oidc::IdentityProvider;
use crate::signers::Signers;
use crate::store::Writes;
use crate::store::past::EpochRow;
use crate::store::policy::PolicyRow;
use crate::store::rows::{NewDevice, Org, Person, ServerRow};
use crate::store::sqlite::SqliteStore;
use crate::time::{ahead_ms, now_ms};
use crate::tls;
use crate::tokens::Tokens;

/// What a new store is for.
#[derive(Debug, Clone)]
pub struct InitOptions {
    /// The force's name.
    pub force_name: String,
    /// The letters that its human references begin with.
    pub force_prefix: String,
    /// The policy pack that decisions are made by, in its newest version.
    pub policy: String,
    /// Where the server's key is kept; in the data directory when no file is named.
    pub key_file: Option<PathBuf>,
    /// Whether it keeps care records. One that does not can begin to; one that does keeps them.
    pub care: Care,
}

impl InitOptions {
    /// A force with the seed scheme's pack.
    #[must_use]
    pub fn new(force_name: &str, force_prefix: &str) -> Self {
        let policy = PolicyPack::thames_valley_2018().id.clone();
        let (force_name, force_prefix) = (force_name.to_owned(), force_prefix.to_owned());
        Self { force_name, force_prefix, policy, key_file: None, care: Care::On }
    }

    /// As they are kept: without spaces around them, and the prefix in capitals. A store that is made with
    /// what no phone can use would fail at the first referral.
    fn checked(&self) -> Result<Self, Fault> {
        let force_name = names::tidy(&self.force_name);
        let force_prefix = self.force_prefix.trim().to_ascii_uppercase();
        if !names::is_name(&self.force_name) {
            return Err(Fault::Option { option: "force", what: "must be a name of 1 to 200 letters" });
        }
        if !is_prefix(&force_prefix) {
            return Err(Fault::Option { option: "prefix", what: "must be two to five letters from A to Z" });
        }
        Ok(Self { force_name, force_prefix, ..self.clone() })
    }
}

/// A store that was created.
#[derive(Debug, Clone)]
pub struct Initialised {
    /// The force.
    pub force: OrgId,
    /// The letters that its human references begin with.
    pub force_prefix: String,
    /// The codes of the two first admins.
    pub admin_codes: Vec<EnrolCode>,
}

/// A one-time code for a person's next device.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct EnrolCode {
    /// Whose.
    pub user: UserId,
    /// Their name.
    pub name: String,
    /// The code; it counts for 10 minutes, once.
    pub code: String,
}

/// Creates store, force and two first admins.
///
/// # Errors
/// [`Fault::Unknown`] when no such policy pack is shipped; [`Fault::Option`] when a name or the prefix cannot be right;
/// [`Fault::Exists`] when there is a store already; another [`Fault`] of the place.
pub fn init(data: &Path, options: &InitOptions, now_ms: u64) -> Result<Initialised, Fault> {
    let pack = PolicyPack::find(&options.policy).ok_or(Fault::Unknown("policy pack"))?;
    let options = options.checked()?;
    let key_file = key_file::path(data, options.key_file.as_deref());
    if SqliteStore::is_in(data) {
        return Err(Fault::Exists);
    }
    if key_file.exists() {
        return Err(Fault::KeyExists);
    }
    let store = SqliteStore::create(data)?;
    let signing_key = ServerKey::generate()?;
    key_file::create(&key_file, &signing_key)?;
    let public_key = ServerKey::open(&signing_key)?.public_key();
    let force = OrgId(random_id());
    let mut row = ServerRow {
        epoch: random_id(),
        force,
        force_prefix: options.force_prefix.clone(),
        device: DeviceId(random_id()),
        user: UserId(random_id()),
        // The key itself is in its file alone.
        log_code: key_file::kept_of(&signing_key),
        public_key,
    };
    row.device = row.new_log(random_id());
    let (name, care) = (options.force_name, options.care);
    let admin_codes = store.write_now(move |tx| {
        tx.create_server(&row)?;
        if care == Care::Off {
            outside::keep(tx, &Kept::CareOff)?;
        }
        tx.begin_epoch(&EpochRow::first(row.epoch, row.device, now_ms))?;
        tx.add_policy(&PolicyRow::first(random_id(), pack.reference(), now_ms))?;
        tx.add_org(&Org::named(force, name))?;
        let (user, name) = (row.user, "Server".to_owned());
        tx.add_user(&Person { id: user, name: name.clone(), role: Role::Server, org: force })?;
        let (id, public_key) = (row.device, row.public_key);
        tx.add_device(&NewDevice { id, user, name, letter: String::new(), public_key, enrolled_ms: now_ms })?;
        let mut codes = Vec::new();
        for name in ["First admin", "Second admin"].map(str::to_owned) {
            let user = UserId(random_id());
            let person = Person { id: user, name: name.clone(), role: Role::Admin, org: force };
            tx.add_user(&person)?;
            tx.give_right(&person, now_ms, None)?;
            codes.push(EnrolCode { user, name, code: new_code(tx, user, now_ms)? });
        }
        Ok(codes)
    })?;
    Ok(Initialised { force, force_prefix: options.force_prefix, admin_codes })
}

/// The server.
pub struct Server;

/// A server that is listening; dropping it leaves it running until the process ends.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// The same as a URL.
    pub url: String,
    handle: ServerHandle,
    thread: JoinHandle<std::io::Result<()>>,
    /// Closed when the last worker has let go of the store.
    released: mpsc::Receiver<()>,
}

/// A service that gives places: it begins an epoch, since nobody can tell what this store has forgotten.
pub(crate) fn started(service: Service<SqliteStore>, now_ms: u64) -> Result<Service<SqliteStore>, Fault> {
    let (again, key) = (service.store.again(), service.key.clone());
    let start = move |tx: &dyn Writes| epochs::start(tx, &*key, again.begins_at(tx.point()?), now_ms);
    let server = service.store.write_now(start)?;
    // A store of before kept the keys of desk logs as they are. The epoch has ended them: so that the file does not hold
    // them on, it takes up what the write-ahead log says now.
    if let Err(fault) = service.store.empty_log() {
        tracing::warn!(%fault, "the write-ahead log was not emptied");
    }
    Ok(Service { server: Arc::new(server), ..service })
}

/// The tokens of a service that has started.
fn tokens_of(service: &Service<SqliteStore>, data: &Path, now_s: u64) -> Result<Tokens, Fault> {
    let present = service.key.public_key();
    let signers = service.store.read_now(move |read| Signers::read(read, present))?;
    Tokens::new(service.server.force, (&*service.key, &signers), data, now_s)
}

/// Opens the store and its key, and tests that they can be used.
pub(crate) fn service(data: &Path, key_file: Option<&Path>) -> Result<Service<SqliteStore>, Fault> {
    let store = SqliteStore::open(data).map_err(|fault| match key_file {
        // A key that lies elsewhere was made with a store.
        Some(key_file) if fault == Fault::NoStore && key_file.is_file() => Fault::StoreGone,
        Some(_) | None => fault,
    })?;
    backup::sweep(data)?;
    let key = key_file::open(&store, &key_file::path(data, key_file))?;
    let server = store.read_now(|read| read.server())?;
    let limiter = Arc::new(Limiter::new(Rates::default()));
    Ok(Service { store, server: Arc::new(server), key: Arc::new(key), limiter, released: None })
}

impl Server {
    /// Starts the server on its own thread; it listens when this returns.
    ///
    /// # Errors
    /// A [`Fault`] of the place: port, lock, disk, store.
    pub fn start(config: Config) -> Result<Running, Fault> {
        Self::start_by(config, Arc::new(now_ms))
    }

    /// Starts a server whose web desk lives by another clock.
    pub(crate) fn start_by(config: Config, clock: Clock) -> Result<Running, Fault> {
        if !config.listen.ip().is_loopback() && config.public_url.is_none() {
            let what =
                "must name the address that people and devices know: the server listens beyond this machine";
            return Err(Fault::Option { option: "public-url", what });
        }
        if config.public_url.as_deref().is_some_and(|url| !is_address(url)) {
            let what = "must be an address such as https://waymark.example, without a path";
            return Err(Fault::Option { option: "public-url", what });
        }
        let tls = config.tls.as_ref().map(tls::config).transpose()?;
        let identity_provider = IdentityProvider::of(&config)?.map(Arc::new);
        let (service, now_ms) = (service(&config.data, config.key_file.as_deref())?, now_ms());
        // Who plays another day, or with people who do not exist, plays with the time.
        let plays = ahead_ms() != 0 || config.people == People::Invented;
        self_test::run(&service, if plays { ClockIs::Right } else { config.clock }, now_ms)?;
        let listener = listen(config.listen).map_err(|error| match error.kind() {
            std::io::ErrorKind::AddrInUse => Fault::PortInUse(config.listen),
            _ => Fault::Address(config.listen),
        })?;
        let address = listener.local_addr()?;
        let mut service = started(service, now_ms)?;
        service.store.keep_reserve()?;
        let tokens = Arc::new(tokens_of(&service, &config.data, now_ms / 1000)?);
        service.limiter = Arc::new(Limiter::new(config.rates));
        let scheme = if tls.is_some() { "https" } else { "http" };
        let urls = match &config.public_url {
            Some(url) => vec![url.clone()],
            None => here(scheme, address),
        };
        let url = format!("{scheme}://{address}");
        let face = Face {
            tokens,
            urls,
            tls,
            identity_provider,
            metrics: config.metrics,
            public_url: config.public_url,
            limits: config.limits,
            bodies: Bodies::new(config.limits.bodies_bytes),
            people: config.people,
            clock,
        };
        let (holder, released) = mpsc::channel();
        service.released = Some(holder);
        let (sender, ready) = mpsc::channel();
        let thread = std::thread::Builder::new().name("waymark-http".to_owned());
        let thread = thread.spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = http::server(service, face, listener)?;
                // Whoever starts it waits for the handle, or has gone away.
                let _ = sender.send(server.handle());
                server.await
            })
        })?;
        let handle = ready.recv().map_err(|_| Fault::Address(config.listen))?;
        tracing::info!(%address, "listening");
        if ahead_ms() != 0 {
            tracing::warn!(ahead_ms = ahead_ms(), "this server plays another day: so do its stamps");
        }
        Ok(Running { address, url, handle, thread, released })
    }
}

/// Bytes of a connection that the system holds before they are read: a request is small, and what a stranger sends who is
/// refused by the head of a request lies there.
const RECEIVE_BYTES: usize = 16 << 10;
/// Connections that wait to be taken.
const BACKLOG: i32 = 1024;

fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // A server that starts again does not wait for connections of the one before.
    socket.set_reuse_address(true)?;
    socket.set_recv_buffer_size(RECEIVE_BYTES)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// What a server that listens on this machine alone is called there.
fn here(scheme: &str, address: SocketAddr) -> Vec<String> {
    let port = address.port();
    let names = ["localhost".to_owned(), "127.0.0.1".to_owned(), "[::1]".to_owned()];
    let mut urls: Vec<String> = names.iter().map(|name| format!("{scheme}://{name}:{port}")).collect();
    urls.push(format!("{scheme}://{address}"));
    urls
}

impl Running {
    /// Finishes what is running and gives the store back.
    ///
    /// # Errors
    /// A [`Fault`] that the server ended with.
    pub fn stop(self) -> Result<(), Fault> {
        // The command is sent by the call; the thread's end is what is waited for.
        drop(self.handle.stop(true));
        join(self.thread, &self.released)
    }

    /// From now on the server ends when the process is told to (SIGTERM or SIGINT): what is running is finished first, for
    /// some seconds.
    ///
    /// # Errors
    /// A [`Fault`] of the system, when it tells no signals.
    pub fn end_when_told(&self) -> Result<(), Fault> {
        signals::stop_when_told(self.handle.clone())
    }

    /// Waits until the server ends.
    ///
    /// # Errors
    /// A [`Fault`] that the server ended with.
    pub fn wait(self) -> Result<(), Fault> {
        join(self.thread, &self.released)
    }
}

fn join(thread: JoinHandle<std::io::Result<()>>, released: &mpsc::Receiver<()>) -> Result<(), Fault> {
    let ended = thread.join().map_err(|_| Fault::Stopped)?;
    // Nothing is ever sent: the channel closes when the store is dropped.
    let _ = released.recv();
    ended.map_err(Fault::from)
}

/// Whether people and devices can come to an address: a scheme and a host, and nothing behind.
fn is_address(url: &str) -> bool {
    let host = url.strip_prefix("https://").or(url.strip_prefix("http://")).unwrap_or_default();
    !host.is_empty()
        && host.chars().all(|letter| letter.is_ascii_alphanumeric() || "-._~:[]".contains(letter))
}
