//! The device: the safe facade over store, commands, queries and sync.
//!
//! Every call is safe from any thread; commands work while a sync waits on the network. Does not
//! hold the store's lock across the network.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Instant;

use serde::Deserialize;
use serde_json::Value;
use sync_core::clock::Reading;
use sync_core::phone::state::PhoneState;

use crate::anchor::{Anchor, FileAnchor, Mark};
use crate::clock::{self, Clock, ShiftedClock};
use crate::event::{Event, Listener};
use crate::keys::{NoKey, Signer, SoftwareKey};
use crate::logout::{self, LogoutOptions};
use crate::problem::Problem;
use crate::store::key_file::StoreKey;
use crate::store::log_length::Checkpoints;
use crate::store::meta::{self, key};
use crate::store::spare::Spare;
use crate::store::{Store, aside, note_missing, ops, verified};
use crate::sync::Transport;
use crate::sync::line::Network;
use crate::sync::lookup;
use crate::sync::stop::Stops;
use crate::sync::trust::{self, Roots, SystemRoots};
use crate::{command, query, sync};
use sync_core::command::Member;
use sync_core::ids::Digest;

/// How a device is opened.
#[derive(Default)]
pub struct Options {
    /// The directory of its store; made when it is not there.
    pub dir: PathBuf,
    /// The phone's key that the store is sealed with; without one its rows are in the clear.
    pub key: Option<StoreKey>,
    /// The server's address, such as `https://waymark.example`; kept once given.
    pub server: Option<String>,
    /// What the device is called where devices are listed; kept once given.
    pub name: Option<String>,
    /// The certificates that may have signed the server's, as PEM. Only they are trusted then; the system's when none are
    /// given.
    pub roots: Option<String>,
    /// Where time comes from; the system's clock when none is given.
    pub clock: Option<Box<dyn Clock>>,
    /// How far the phone's clock is set ahead of the system's, in milliseconds; kept once given.
    pub clock_offset_ms: Option<i64>,
    /// The phone's hardware key; a software key in the store when none is given.
    pub signer: Option<Box<dyn Signer>>,
    /// Where the phone notes what was saved; a file beside the store when none is given.
    pub anchor: Option<Box<dyn Anchor>>,
}

/// The bounds of one synchronisation.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SyncOptions {
    /// How long it may take in all, in milliseconds.
    pub max_ms: u64,
    /// How many bytes of requests and answers may travel in all, packed and with their headers; as many as there are when
    /// none are named.
    pub max_bytes: Option<u64>,
}

impl Default for SyncOptions {
    fn default() -> Self {
        Self { max_ms: 30_000, max_bytes: None }
    }
}

/// One user's enrolment on one phone.
pub struct Device {
    store: Mutex<Store>,
    clock: RwLock<Arc<dyn Clock>>,
    listener: RwLock<Option<Arc<dyn Listener>>>,
    /// None until one is given, or needed: then a key in the store is drawn.
    signer: RwLock<Option<Arc<dyn Signer>>>,
    anchor: RwLock<Arc<dyn Anchor>>,
    /// The mark that was saved last.
    marked: Mutex<Option<Mark>>,
    /// Where it is saved, and whether nothing was found there though something had been saved.
    place: Mutex<AnchorPlace>,
    pub(crate) stops: Stops,
    /// Held while a synchronisation runs: one at a time.
    pub(crate) syncing: Mutex<()>,
    pub(crate) network: Network,
    pub(crate) checkpoints: Checkpoints,
    spare: Spare,
}

impl Device {
    /// Opens or creates a device's store, and verifies its log. A damaged one is set aside as
    /// `waymark.db.damaged-<n>`; what can be read of it waits in a new one, and `status` says so.
    ///
    /// # Errors
    /// [`Problem`] `store_in_use` when another process has it open; `store_failed` when the place cannot
    /// be read or written.
    pub fn open(options: Options) -> Result<Self, Problem> {
        let name = if options.anchor.is_some() { key::ANCHORED_BY_APP } else { key::ANCHORED_IN_FILE };
        let server = options.server.as_deref().map(trust::address).transpose()?;
        let roots = Roots::read(options.roots.as_deref(), SystemRoots::here())?;
        let network = Network { roots, lookup: lookup::of_system() };
        let anchor: Arc<dyn Anchor> = match options.anchor {
            Some(anchor) => anchor.into(),
            None => Arc::new(FileAnchor { path: options.dir.join("waymark.anchor") }),
        };
        let spare = Spare::of(&options.dir);
        let open = || Store::open(&options.dir, options.key.as_ref(), anchor.as_ref());
        // On a full disk people still read: opening needs a little room.
        let full = |problem: &Problem| ["storage_full", "store_failed"].contains(&problem.code.as_str());
        let store = match open() {
            Err(problem) if full(&problem) && spare.give() => open()?,
            opened => opened?,
        };
        if let Some(server) = &server {
            keep_if_new(&store, key::SERVER, server)?;
        }
        if let Some(name) = &options.name {
            keep_if_new(&store, key::NAME, name)?;
        }
        if let Some(offset_ms) = options.clock_offset_ms {
            keep_if_new(&store, key::CLOCK_SETTING, &offset_ms)?;
        }
        let offset_ms = meta::value(&store.db, key::CLOCK_SETTING)?.unwrap_or_default();
        let clock: Arc<dyn Clock> = match options.clock {
            Some(clock) => clock.into(),
            None => Arc::new(ShiftedClock { offset_ms }),
        };
        let (clock, listener) = (RwLock::new(clock), RwLock::new(None));
        let signer: Option<Arc<dyn Signer>> = match options.signer {
            Some(signer) => Some(signer.into()),
            None => kept_key(&store)?.map(|key| Arc::new(key) as Arc<dyn Signer>),
        };
        let signer = RwLock::new(signer);
        let stops = Stops::default();
        let place = Mutex::new(AnchorPlace::of(&store, name, anchor.as_ref())?);
        let (anchor, marked) = (RwLock::new(anchor), Mutex::new(None));
        let checkpoints = Checkpoints::of(&options.dir);
        let (store, syncing) = (Mutex::new(store), Mutex::new(()));
        Ok(Self {
            store,
            clock,
            listener,
            signer,
            anchor,
            marked,
            place,
            stops,
            syncing,
            network,
            checkpoints,
            spare,
        })
    }

    /// What the device is called, as it was given when the store was opened.
    ///
    /// # Errors
    /// [`Problem`] `field_missing` when no name was ever given.
    pub fn name(&self) -> Result<String, Problem> {
        let name = meta::value(&self.store().db, key::NAME)?;
        name.ok_or_else(|| Problem::at("field_missing", "name", ""))
    }

    /// Enrols the device with a one-time code.
    ///
    /// # Errors
    /// [`Problem`] `already_enrolled`, `unreachable`, or what the server reports.
    pub fn enrol(&self, code: &str, name: &str) -> Result<Value, Problem> {
        sync::enrol::enrol(self, code, name)
    }

    /// Carries out a command, durably before it answers; touches no network.
    ///
    /// # Errors
    /// [`Problem`] naming the field at fault, or why a decision is not allowed; nothing was written.
    pub fn execute(&self, command: &Value) -> Result<Value, Problem> {
        let answer = command::run::execute(self, command);
        self.set_aside();
        let answer = answer?;
        self.save_mark();
        self.checkpoints.after_commit();
        Ok(answer)
    }

    /// Answers a question from what the device holds; touches no network. A referral that it opens is noted for the audit;
    /// where that cannot be written the answer is given all the same, since a person may be waiting.
    ///
    /// # Errors
    /// [`Problem`] naming the field at fault.
    pub fn query(&self, query: &Value) -> Result<Value, Problem> {
        let answer = query::answer(self, query);
        self.set_aside();
        let (answer, opened) = answer?;
        if let Some(opened) = opened {
            let noted = query::note(self, &opened);
            if noted.is_err_and(|problem| problem.code == "storage_full") && self.spare.give() {
                let _ = query::note(self, &opened);
            }
        }
        Ok(answer)
    }

    /// Seals the store with another key of the phone: one small file is swapped, whole, and no row is touched.
    ///
    /// # Errors
    /// [`Problem`] `store_unsealed` when it was opened without a key; `store_failed` when the file cannot be written: the
    /// key before is good then.
    pub fn rekey(&self, key: &StoreKey) -> Result<(), Problem> {
        self.store().rekey(key)
    }

    /// Takes rows that did not open out of the way. When that cannot be written they are noted again by who reads them.
    pub(crate) fn set_aside(&self) {
        let _ = aside::set_aside(&mut self.store());
    }

    /// Exchanges with the server what is new on either side.
    ///
    /// # Errors
    /// [`Problem`] `unreachable`, `stopped` or `server_later`: nothing is lost; or what the server
    /// reports.
    pub fn sync(&self, options: SyncOptions) -> Result<Value, Problem> {
        let begun = Instant::now();
        let done = match sync::run(self, options) {
            Err(problem) if problem.code == "storage_full" && self.spare.give() => {
                let taken_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
                sync::run(self, SyncOptions { max_ms: options.max_ms.saturating_sub(taken_ms), ..options })
            }
            done => done,
        };
        if done.is_ok() {
            self.spare.keep();
        }
        // What cannot be read now is verified another time.
        let _ = verified::verify_some(&self.store().db);
        self.set_aside();
        done
    }

    /// Leaves this phone for good: destroys the key of the store, then the store. Whoever calls closes the device then; it
    /// takes nothing any more.
    ///
    /// # Errors
    /// [`Problem`] `entries_unsent` while anything waits to be sent, `drafts_left` while drafts are left that may not go,
    /// `sync_running`: nothing was deleted. `store_failed`: the next open ends what was begun.
    pub fn logout(&self, options: LogoutOptions) -> Result<Value, Problem> {
        logout::logout(self, options)
    }

    /// The store is gone: so are the key that lay in it, and what the app's place knew of it.
    pub(crate) fn forget_user(&self) {
        if self.place().name == key::ANCHORED_BY_APP {
            let anchor = self.anchor.read().unwrap_or_else(PoisonError::into_inner).clone();
            let nothing = Mark { device: None, epoch: None, seq: 0, head: Digest::default() };
            // What stays there tells that a store is missing: the next one would say that it is a copy.
            let _ = anchor.save(&nothing);
        }
        *self.marked() = None;
        *self.signer.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Asks the central record whether somebody was referred before: who it is, and `max_ms`. The answer counts for an
    /// hour in `assess`, `refer` and `record_encounter` of the same person.
    ///
    /// # Errors
    /// [`Problem`] naming the field at fault, `unreachable`, `stopped` or `server_later`, or what the server reports:
    /// the phone then judges by what it holds.
    pub fn check(&self, request: &Value) -> Result<Value, Problem> {
        sync::prior_check::run(self, request)
    }

    /// Keeps the answer of an enrolment that came by another way than HTTP, where the server was told of
    /// this device's key; the answer is that of `POST /v1/enrol`.
    ///
    /// # Errors
    /// [`Problem`] `answer_malformed`, or one of the store.
    pub fn take_enrolment(&self, answer: &Value, name: &str) -> Result<Value, Problem> {
        sync::enrol::take(self, answer, name)
    }

    /// Exchanges with the server what is new on either side, over another transport than HTTP.
    ///
    /// # Errors
    /// As of [`Device::sync`].
    pub fn sync_over(&self, transport: &mut dyn Transport) -> Result<Value, Problem> {
        sync::run_over(self, transport)
    }

    /// The public key that requests are signed with: SEC1, uncompressed.
    #[must_use]
    pub fn public_key(&self) -> Vec<u8> {
        self.signer().public_key()
    }

    /// Stops a running synchronisation or enrolment soon, safely; does nothing when none runs.
    pub fn cancel(&self) {
        self.stops.cancel();
    }

    /// The same for good: nothing uses the network any more.
    pub(crate) fn leave_network(&self) {
        self.stops.close();
    }

    /// Notes outside the store what was saved, before anybody is told. No lock is held meanwhile: of two
    /// that note at once, the earlier notes again, so that the newest mark stays. A place that cannot
    /// be written costs no entry: it only tells less of a damaged store, and `status` says so.
    pub(crate) fn save_mark(&self) {
        let anchor = self.anchor.read().unwrap_or_else(PoisonError::into_inner).clone();
        let newest = || self.store().mark().ok();
        let mut mark = newest();
        while let Some(now) = mark {
            if *self.marked() == Some(now) {
                return;
            }
            let saved = anchor.save(&now).is_ok();
            mark = newest();
            if !saved {
                return;
            }
            if mark == Some(now) {
                *self.marked() = mark;
                let name = self.place().name;
                // Without it only the loss of the place goes unnoticed.
                let _ = keep_if_new(&self.store(), name, &true);
            }
        }
    }

    /// Where the mark is saved.
    pub(crate) fn place(&self) -> MutexGuard<'_, AnchorPlace> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The mark that the anchor is known to hold.
    pub(crate) fn marked(&self) -> MutexGuard<'_, Option<Mark>> {
        self.marked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what is saved in another place from now on, and asks that place what it knows.
    ///
    /// # Errors
    /// [`Problem`] when the store cannot be read.
    pub fn set_anchor(&self, anchor: Box<dyn Anchor>) -> Result<(), Problem> {
        let anchor: Arc<dyn Anchor> = anchor.into();
        if let Some(mark) = anchor.load() {
            let store = self.store();
            if !ops::holds(&store.db, mark.tip())? && meta::state(&store.db)?.recovery.is_none() {
                note_missing(&store.db, mark)?;
            }
        }
        *self.place() = AnchorPlace::of(&self.store(), key::ANCHORED_BY_APP, anchor.as_ref())?;
        *self.anchor.write().unwrap_or_else(PoisonError::into_inner) = anchor;
        *self.marked() = None;
        self.save_mark();
        Ok(())
    }

    /// The key that requests are signed with. Locks the store when there is none yet: one is drawn then.
    pub(crate) fn signer(&self) -> Arc<dyn Signer> {
        self.present_signer().unwrap_or_else(|| match drawn_key(&self.store()) {
            Ok(key) => {
                let key: Arc<dyn Signer> = Arc::new(key);
                self.use_signer(Arc::clone(&key));
                key
            }
            Err(_) => Arc::new(NoKey),
        })
    }

    /// The key that was given, or drawn before.
    pub(crate) fn present_signer(&self) -> Option<Arc<dyn Signer>> {
        self.signer.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Signs with another key from now on.
    pub(crate) fn use_signer(&self, signer: Arc<dyn Signer>) {
        *self.signer.write().unwrap_or_else(PoisonError::into_inner) = Some(signer);
    }

    /// The store; a thread that panicked while it held the lock left no open transaction.
    pub(crate) fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where time comes from. What it says is asked for while nothing is locked: it may be the phone's own.
    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        self.clock.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes time from another clock from now on.
    pub fn set_clock(&self, clock: Box<dyn Clock>) {
        *self.clock.write().unwrap_or_else(PoisonError::into_inner) = clock.into();
    }

    /// Tells somebody what happens while a synchronisation runs, or nobody.
    pub fn set_listener(&self, listener: Option<Box<dyn Listener>>) {
        *self.listener.write().unwrap_or_else(PoisonError::into_inner) = listener.map(Into::into);
    }

    /// Tells what has happened; no lock may be held.
    pub(crate) fn tell(&self, events: &[Event]) {
        let listener = self.listener.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(listener) = listener {
            events.iter().for_each(|event| listener.told(event));
        }
    }

    /// What the phone's clock and uptime say; asked for before the store is locked.
    pub(crate) fn reading(&self) -> Reading {
        clock::read(self.clock().as_ref())
    }
}

/// The place of the mark, as the store knows it.
pub(crate) struct AnchorPlace {
    name: &'static str,
    /// Something was saved there, and at the open there was nothing: somebody has deleted it.
    pub(crate) was_missing: bool,
}

impl AnchorPlace {
    fn of(store: &Store, name: &'static str, anchor: &dyn Anchor) -> Result<Self, Problem> {
        let was_saved = meta::value(&store.db, name)? == Some(true);
        Ok(Self { name, was_missing: was_saved && anchor.load().is_none() })
    }
}

/// Who the device is, when it may be used.
pub(crate) fn member(state: &PhoneState) -> Result<Member, Problem> {
    if state.wiped.is_some() {
        return Err(Problem::new("store_wiped", ""));
    }
    state.me.clone().ok_or_else(|| Problem::new("not_enrolled", ""))
}

/// Writes only what has changed: opening costs no flush.
fn keep_if_new<T>(store: &Store, name: &str, value: &T) -> Result<(), Problem>
where
    T: serde::Serialize + serde::de::DeserializeOwned + PartialEq,
{
    if meta::value::<T>(&store.db, name)?.as_ref() == Some(value) {
        return Ok(());
    }
    meta::keep(&store.db, name, value)
}

fn kept_key(store: &Store) -> Result<Option<SoftwareKey>, Problem> {
    let kept: Option<String> = meta::value(&store.db, key::KEY)?;
    kept.map(|text| SoftwareKey::read(&text)).transpose()
}

fn drawn_key(store: &Store) -> Result<SoftwareKey, Problem> {
    if let Some(kept) = kept_key(store)? {
        return Ok(kept);
    }
    let text = SoftwareKey::generate()?;
    meta::keep(&store.db, key::KEY, &text)?;
    SoftwareKey::read(&text)
}
