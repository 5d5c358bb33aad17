//! What the phone does for the library: signing with its own key, keeping the anchor, telling its uptime,
//! and hearing what happens.
//!
//! Called without any lock held, on the thread that made the call; a call into the library from inside
//! gets `WM_REENTRY`. Does not keep a key.

use std::cell::Cell;
use std::ffi::{CString, c_char, c_void};
use std::slice;
use std::sync::Arc;

use sync_core::clock::Uptime;
use uuid::Uuid;

use super::convert::{Failure, guard};
use super::exports::{DEVICES, WmDevice};
use super::status::Status;
use crate::anchor::{Anchor, Mark};
use crate::clock::Clock;
use crate::event::{Event, Listener};
use crate::keys::Signer;
use crate::problem::Problem;

/// Signs a message with ES256: writes raw r‖s, 64 bytes; gives 0 when it did.
pub type WmSign = Option<
    unsafe extern "C" fn(context: *mut c_void, message: *const u8, length: usize, signature: *mut u8) -> i32,
>;
/// Keeps a mark, a text that ends with NUL, in the place of the last one, durably; gives 0 when it did.
pub type WmAnchorSave = Option<unsafe extern "C" fn(context: *mut c_void, mark: *const c_char) -> i32>;
/// Writes the mark that was kept last into `size` bytes, and gives its length; 0 when there is none.
pub type WmAnchorLoad =
    Option<unsafe extern "C" fn(context: *mut c_void, mark: *mut c_char, size: usize) -> usize>;

/// Tells since which start the phone has been up, as 16 bytes that are others after every start, and for how
/// many milliseconds, also while it slept; gives 0 when it did.
pub type WmUptime =
    Option<unsafe extern "C" fn(context: *mut c_void, boot: *mut u8, uptime_ms: *mut u64) -> i32>;
/// Hears what happens: a JSON object with `event`, and what belongs to it.
pub type WmEvent = Option<unsafe extern "C" fn(context: *mut c_void, event: *const c_char)>;

/// The most bytes of a mark.
const MARK_BYTES: usize = 512;
/// A P-256 key as SEC1, uncompressed.
const PUBLIC_KEY_BYTES: usize = 65;

thread_local! {
    static RUNNING: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is inside a callback.
pub(super) fn is_running() -> bool {
    RUNNING.get()
}

fn calling<T>(call: impl FnOnce() -> T) -> T {
    RUNNING.set(true);
    let done = call();
    RUNNING.set(false);
    done
}

/// What a caller gave with its callbacks.
#[derive(Clone, Copy)]
struct Context(*mut c_void);

// SAFETY: the caller promises that the callbacks may be called with it from any thread.
unsafe impl Send for Context {}
// SAFETY: as above.
unsafe impl Sync for Context {}

struct PhoneKey {
    public_key: Vec<u8>,
    sign: unsafe extern "C" fn(*mut c_void, *const u8, usize, *mut u8) -> i32,
    context: Context,
}

impl Signer for PhoneKey {
    fn public_key(&self) -> Vec<u8> {
        self.public_key.clone()
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], Problem> {
        let mut signature = [0; 64];
        // SAFETY: the message is read only, the signature has room for 64 bytes, and the caller promised
        // the rest when it gave the callback.
        let done = calling(|| unsafe {
            (self.sign)(self.context.0, message.as_ptr(), message.len(), signature.as_mut_ptr())
        });
        if done == 0 { Ok(signature) } else { Err(Problem::new("key_failed", "")) }
    }
}

struct PhoneAnchor {
    save: unsafe extern "C" fn(*mut c_void, *const c_char) -> i32,
    load: unsafe extern "C" fn(*mut c_void, *mut c_char, usize) -> usize,
    context: Context,
}

impl Anchor for PhoneAnchor {
    fn save(&self, mark: &Mark) -> Result<(), Problem> {
        let failed = || Problem::new("anchor_failed", "");
        let text = serde_json::to_string(mark).expect("a mark is plain data");
        let text = CString::new(text).map_err(|_| failed())?;
        // SAFETY: the text ends with NUL and lives through the call; the caller promised the rest.
        let done = calling(|| unsafe { (self.save)(self.context.0, text.as_ptr()) });
        if done == 0 { Ok(()) } else { Err(failed()) }
    }

    fn load(&self) -> Option<Mark> {
        let mut text = vec![0_u8; MARK_BYTES];
        // SAFETY: there is room for as many bytes as are named; the caller promised the rest.
        let length = calling(|| unsafe { (self.load)(self.context.0, text.as_mut_ptr().cast(), text.len()) });
        serde_json::from_slice(text.get(..length)?).ok()
    }
}

struct PhoneClock {
    uptime: unsafe extern "C" fn(*mut c_void, *mut u8, *mut u64) -> i32,
    context: Context,
    system: Arc<dyn Clock>,
}

impl Clock for PhoneClock {
    fn now_ms(&self) -> u64 {
        self.system.now_ms()
    }

    fn uptime(&self) -> Uptime {
        let (mut boot, mut ms) = ([0_u8; 16], 0);
        // SAFETY: there is room for 16 bytes and a number; the caller promised the rest.
        let done = calling(|| unsafe { (self.uptime)(self.context.0, boot.as_mut_ptr(), &raw mut ms) });
        if done == 0 { Uptime { boot: Uuid::from_bytes(boot), ms } } else { self.system.uptime() }
    }
}

struct PhoneListener {
    told: unsafe extern "C" fn(*mut c_void, *const c_char),
    context: Context,
}

impl Listener for PhoneListener {
    fn told(&self, event: &Event) {
        let text = serde_json::to_string(event).expect("an event is plain data");
        let text = CString::new(text).expect("JSON escapes NUL");
        // SAFETY: the text ends with NUL and lives through the call; the caller promised the rest.
        calling(|| unsafe { (self.told)(self.context.0, text.as_ptr()) });
    }
}

/// Signs with the phone's own P-256 key (Secure Enclave, StrongBox) from now on. Call it after every
/// `wm_open`, before any other call; without it a key in the store is used.
///
/// Parameters: `device` is a handle. `public_key` is the key as SEC1, uncompressed, `length` bytes: 65.
/// `sign` signs with it. `context` is handed to it.
///
/// Returns: WM_OK; WM_NULL; WM_PROBLEM_CALLER when the key is no such key. When the phone was enrolled
/// with another key, `wm_sync` says that it must enrol again.
///
/// Memory: `public_key` is copied. `context` stays the caller's and must live until `wm_close` returns.
/// `sign` may be called from any thread that calls the library, never while a lock is held; it must not
/// call the library (WM_REENTRY), nor let an exception out.
///
/// Threads: any, also while other calls of the handle run.
/// Re-entry: WM_REENTRY from inside a callback, and nothing is done.
/// Callbacks: none.
/// Blocks: never.
///
/// # Safety
/// `public_key` is null or can be read for `length` bytes; `sign` may be called with `context`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wm_set_signer(
    device: WmDevice,
    public_key: *const u8,
    length: usize,
    sign: WmSign,
    context: *mut c_void,
) -> Status {
    guard(|| {
        let sign = sign.filter(|_| !public_key.is_null()).ok_or(Status::Null)?;
        if length != PUBLIC_KEY_BYTES {
            return Err(Problem::at("field_type", "public_key", "a key has 65 bytes").into());
        }
        // SAFETY: not null, and as promised by the caller.
        let public_key = unsafe { slice::from_raw_parts(public_key, length) }.to_vec();
        if public_key.first() != Some(&4) {
            return Err(Problem::at("field_type", "public_key", "a key begins with 04").into());
        }
        let key = PhoneKey { public_key, sign, context: Context(context) };
        DEVICES.with(device, |device| device.use_signer(Arc::new(key)))?;
        Ok(())
    })
}

/// Notes what was saved in the phone's own place (its key store) from now on, and asks that place what it
/// knows: a store that is older than it says so in `status`. Call it after every `wm_open`; without it a
/// file beside the store is used, which does not tell of a folder that was copied whole.
///
/// Parameters: `device` is a handle. `save` keeps a mark, `load` gives it back. `context` is handed to
/// both.
///
/// Returns: WM_OK, WM_NULL, or WM_PROBLEM_… when the store cannot be read. A `save` that fails costs no
/// entry; `status` has `anchor`.
///
/// Memory: as with `wm_set_signer`.
///
/// Threads: any, also while other calls of the handle run.
/// Re-entry: WM_REENTRY from inside a callback, and nothing is done.
/// Callbacks: `load` and `save`, on the calling thread.
/// Blocks: for the disk, for another call that reads or writes, and for `load` and `save`.
///
/// # Safety
/// `save` and `load` may be called with `context`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wm_set_anchor(
    device: WmDevice,
    save: WmAnchorSave,
    load: WmAnchorLoad,
    context: *mut c_void,
) -> Status {
    guard(|| {
        let (save, load) = save.zip(load).ok_or(Status::Null)?;
        let anchor = PhoneAnchor { save, load, context: Context(context) };
        DEVICES.with(device, |device| device.set_anchor(Box::new(anchor)))?.map_err(Failure::from)
    })
}

/// Asks the phone for boot and uptime from now on, where the system does not tell them to a program or
/// stops counting while it sleeps. Call it after every `wm_open`.
///
/// Parameters: `device` is a handle. `uptime` tells them; when it gives another number than 0, the system's
/// are used. `context` is handed to it.
///
/// Returns: WM_OK, WM_NULL, WM_HANDLE or WM_CLOSED.
///
/// Memory: as with `wm_set_signer`.
///
/// Threads: any, also while other calls of the handle run.
/// Re-entry: WM_REENTRY from inside a callback, and nothing is done.
/// Callbacks: none.
/// Blocks: never.
///
/// # Safety
/// `uptime` may be called with `context`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wm_set_clock(device: WmDevice, uptime: WmUptime, context: *mut c_void) -> Status {
    guard(|| {
        let uptime = uptime.ok_or(Status::Null)?;
        DEVICES.with(device, |device| {
            let system = device.clock();
            device.set_clock(Box::new(PhoneClock { uptime, context: Context(context), system }));
        })?;
        Ok(())
    })
}

/// Tells what happens while `wm_sync` runs: `progress`, `referral_changed`, `conflict_raised`, `refused`,
/// `wiped`, `re_enrol_needed`, `upgrade_needed`. What it tells is saved already. Events carry ids and
/// numbers; `wm_query` has the rest, once the call has returned.
///
/// Parameters: `device` is a handle. `told` hears each event, or is null, and then nobody does. `context` is
/// handed to it.
///
/// Returns: WM_OK, WM_HANDLE or WM_CLOSED.
///
/// Memory: as with `wm_set_signer`; the event's text is the library's and lives until `told` returns.
///
/// Threads: any, also while other calls of the handle run.
/// Re-entry: WM_REENTRY from inside a callback, and nothing is done.
/// Callbacks: none.
/// Blocks: never.
///
/// # Safety
/// `told` may be called with `context`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wm_on_event(device: WmDevice, told: WmEvent, context: *mut c_void) -> Status {
    guard(|| {
        let context = Context(context);
        let listener = told.map(|told| Box::new(PhoneListener { told, context }) as Box<dyn Listener>);
        DEVICES.with(device, |device| device.set_listener(listener))?;
        Ok(())
    })
}

/// A signature by the key that a device uses.
#[cfg(test)]
pub(super) fn sign_of(device: WmDevice, message: &[u8]) -> Result<[u8; 64], Problem> {
    DEVICES.with(device, |device| device.signer().sign(message)).expect("the handle is open")
}
