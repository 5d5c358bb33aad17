//! The exports, one screen each at most: check, call, convert.
//!
//! cbindgen makes `include/waymark.h` of this file and of `status.rs`. Does not hold logic.

use std::ffi::{CString, c_char};
use std::path::PathBuf;
use std::{ptr, slice};

use serde::Deserialize;
use serde_json::Value;

use super::convert::{self, Failure, Out, c_text, fields, guard, object, respond};
use super::handles::Handles;
use super::status::Status;
use crate::device::{Device, Options, SyncOptions};
use crate::logout::LogoutOptions;
use crate::problem::Problem;
use crate::store::key_file::StoreKey;

/// An open store: a number, not a pointer. 0 is never one.
pub type WmDevice = u64;

/// The version of this interface: grows when a function or a status is added, and never otherwise.
pub const WM_ABI_VERSION: u32 = 5;

pub(super) static DEVICES: Handles<Device> = Handles::new();

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OpenRequest {
    dir: PathBuf,
    #[serde(default)]
    key: Option<String>,
    #[serde(default)]
    server: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    roots: Option<String>,
    #[serde(default)]
    clock_offset_ms: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EnrolRequest {
    code: String,
    #[serde(default)]
    name: Option<String>,
}

/// Opens or creates the store of a directory, and verifies its log. Uses no network.
///
/// Parameters: `options` is a JSON object: `dir`, the directory; `key`, 32 bytes as 64 hexadecimal digits, which
/// the phone's own key store keeps: what is stored is sealed under it, and a store that was written without one is
/// sealed now; without it everything lies there in the clear, as for a trial; `server`, the server's address, such as
/// `https://waymark.example`, kept once given; `name`, what the device is called, kept once given; `roots`, the certificates that may have signed the server's,
/// as PEM: only they are trusted then, and else those of the system; `clock_offset_ms`, how far the phone's
/// clock is set ahead. On Android give `roots` at every open: the library does not reach the system's there.
/// `device` takes the handle, or 0 when there is none.
///
/// Returns: WM_OK, or a status; `wm_last_error` has the problem. A store that is open already, here
/// or in another program, another key than the store's, an address that cannot be one, or certificates that cannot
/// be read, are WM_PROBLEM_CALLER, and change nothing; a damaged store is WM_PROBLEM_DATA.
///
/// Memory: `options` stays the caller's. Close the handle with `wm_close`.
///
/// Threads: any.
/// Re-entry: WM_REENTRY from inside a callback, and nothing is done.
/// Callbacks: none.
/// Blocks: for as long as the disk takes to read the log, and on the first open with a key, to seal the store.
/// Never for another program that has the store: that is told at once.
///
/// # Safety
/// `options` is null or a text that ends with NUL; `device` is null or can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wm_open(options: *const c_char, device: *mut WmDevice) -> Status {
    // SAFETY: as promised by the caller. The place is emptied first, whatever becomes of the call.
    let place = unsafe { Out::new(device, 0) };
    guard(|| {
        let device = place?;
        // SAFETY: as promised by the caller.
        let options = unsafe { object(options)? };
        let OpenRequest { dir, key, server, name, roots, clock_offset_ms } = fields(options)?;
        let key = key.map(|key| StoreKey::read(&key)).transpose()?;
        let options = Options { dir, key, server, name, roots, clock_offset_ms, ..Options::default() };
        device.set(DEVICES.insert(Device::open(options)?));
        Ok(())
    })
}

/// Closes a store: refuses further calls at once, ends what uses the network, waits for the calls that
/// run, then frees it.
///
/// Parameters: `device` is a handle.
///
/// Returns: WM_OK; WM_CLOSED when it was closed before; WM_HANDLE when it was never given out.
///
/// Memory: the handle's number is not given out again.
///
/// Threads: any, also while other calls of the handle run.
/// Re-entry: WM_REENTRY from inside a callback, and nothing is done.
/// Callbacks: none of its own; those of the calls that it waits for come on their threads, and none after it has
/// returned.
/// Blocks: until the calls that run have ended; those that use the network end within half a second.
#[unsafe(no_mangle)]
pub extern "C" fn wm_close(device: WmDevice) -> Status {
    guard(|| Ok(DEVICES.close(device, Device::leave_network)?))
}

/// Seals the store with another key from now on. One small file is swapped, whole: after a cut the one key is
/// good or the other, and nothing is lost.
///
/// Parameters: `device` is a handle. `key` is the new key, `length` bytes: 32.
///
/// Returns: WM_OK; WM_NULL; WM_PROBLEM_CALLER when the key is none, or the store was opened without one;
/// WM_PROBLEM_LATER when it could not be written: the key before is good then.
///
/// Memory: `key` is copied.
///
/// Threads: any, also while other calls of the handle run.
/// Re-entry: WM_REENTRY from inside a callback, and nothing is done.
/// Callbacks: none.
/// Blocks: for the disk, and for a call that writes.
///
/// # Safety
/// `key` is null or can be read for `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wm_rekey(device: WmDevice, key: *const u8, length: usize) -> Status {
    guard(|| {
        if key.is_null() {
            return Err(Status::Null.into());
        }
        // SAFETY: not null, and as promised by the caller.
        let key = <[u8; 32]>::try_from(unsafe { slice::from_raw_parts(key, length) });
        let key = key.map(StoreKey).map_err(|_| Problem::at("store_key_malformed", "key", ""))?;
        DEVICES.with(device, |device| device.rekey(&key))?.map_err(Failure::from)
    })
}

/// Makes this device known to the server with a one-time code. Uses the network.
///
/// Parameters: `device` is a handle. `request` is a JSON object: `code`, and `name`, what the device
/// is called; it may be left out when `wm_open` had it. `response` takes who this device is.
///
/// Returns: WM_OK, or a status; on WM_PROBLEM_… the response is the problem.
///
/// Memory: `request` stays the caller's; free the response with `wm_string_free`. It is null when
/// there is none.
///
/// Threads: any, also while other calls of the handle run. One enrolment or synchronisation at a time: a second is
/// WM_PROBLEM_LATER at once.
/// Re-entry: WM_REENTRY from inside a callback, and nothing is done.
/// Callbacks: `sign`, `uptime` and `save`, on the calling thread.
/// Blocks: for the network, for 30 s at most; `wm_cancel` and `wm_close` end it within half a second.
///
/// # Safety
/// `request` is null or a text that ends with NUL; `response` is null or can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wm_enrol(
    device: WmDevice,
    request: *const c_char,
    response: *mut *mut c_char,
) -> Status {
    let call = |device: &Device, request| {
        let EnrolRequest { code, name } = fields(request)?;
        let name = name.map_or_else(|| device.name(), Ok)?;
        Ok(device.enrol(&code, &name)?)
    };
    // SAFETY: as promised by the caller.
    unsafe { ask(device, request, response, call) }
}

/// Does what a person does, `refer` or `contact` for instance: one transaction, saved when this
/// returns. Uses no network, and works while a synchronisation runs.
///
/// Parameters: `device` is a handle. `request` is a JSON object: `command`, its answers, and `as_of`
/// of the view that it was made on. `response` takes what became of it.
///
/// Returns: WM_OK, or a status; on WM_PROBLEM_… the response is the problem, and nothing was saved.
///
/// Memory: `request` stays the caller's; free the response with `wm_string_free`. It is null when
/// there is none.
///
/// Threads: any, also while other calls of the handle run.
/// Re-entry: WM_REENTRY from inside a callback, and nothing is done.
/// Callbacks: `uptime` and `save`, on the calling thread.
/// Blocks: for the disk, and for another call that reads or writes. Never for the network.
///
/// # Safety
/// `request` is null or a text that ends with NUL; `response` is null or can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wm_execute(
    device: WmDevice,
    request: *const c_char,
    response: *mut *mut c_char,
) -> Status {
    // SAFETY: as promised by the caller.
    unsafe { ask(device, request, response, |device, request| Ok(device.execute(&request)?)) }
}

/// Answers a question from what this device holds. Uses no network.
///
/// Parameters: `device` is a handle. `request` is a JSON object: `query`, and what it needs.
/// `response` takes the answer, with its `as_of`.
///
/// Returns: WM_OK, or a status; on WM_PROBLEM_… the response is the problem.
///
/// Memory: `request` stays the caller's; free the response with `wm_string_free`. It is null when
/// there is none.
///
/// Threads: any, also while other calls of the handle run.
/// Re-entry: WM_REENTRY from inside a callback, and nothing is done.
/// Callbacks: `uptime`, on the calling thread.
/// Blocks: for the disk, and for another call that reads or writes. Never for the network.
///
/// # Safety
/// `request` is null or a text that ends with NUL; `response` is null or can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wm_query(
    device: WmDevice,
    request: *const c_char,
    response: *mut *mut c_char,
) -> Status {
    // SAFETY: as promised by the caller.
    unsafe { ask(device, request, response, |device, request| Ok(device.query(&request)?)) }
}

/// Synchronises once: sends what was recorded here and takes in what is new. Uses the network.
///
/// Parameters: `device` is a handle. `request` is a JSON object: `max_ms`, how long it may take, in
/// milliseconds, 30000 when absent; `max_bytes`, how many bytes of requests and answers may travel, 8192 at
/// least. `response` takes what was sent and received.
///
/// Returns: WM_OK, or a status; on WM_PROBLEM_… the response is the problem. Nothing that was
/// recorded is lost by any of them: WM_PROBLEM_LATER when there is no signal, and `after_ms` says when to try
/// again by yourself.
///
/// Memory: `request` stays the caller's; free the response with `wm_string_free`. It is null when
/// there is none.
///
/// Threads: any, also while other calls of the handle run. One enrolment or synchronisation at a time: a second is
/// WM_PROBLEM_LATER at once.
/// Re-entry: WM_REENTRY from inside a callback, and nothing is done.
/// Callbacks: `sign`, `uptime` and `told`, on the calling thread.
/// Blocks: for the network, for `max_ms` at most and half a second more; `wm_cancel` and `wm_close` end it
/// likewise.
///
/// # Safety
/// `request` is null or a text that ends with NUL; `response` is null or can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wm_sync(
    device: WmDevice,
    request: *const c_char,
    response: *mut *mut c_char,
) -> Status {
    let call = |device: &Device, request| Ok(device.sync(fields::<SyncOptions>(request)?)?);
    // SAFETY: as promised by the caller.
    unsafe { ask(device, request, response, call) }
}

/// Asks the central record whether somebody was referred before. Uses the network, over a connection of its own: it does
/// not wait for a synchronisation. Blocks until the answer, for at most `max_ms`; an answer takes 300 ms or more. The
/// server notes who asked, and takes at most 30 look-ups an hour.
///
/// Parameters: `device` is a handle. `request` is a JSON object: `family`, `given`, `born` or `apparent_age` as in
/// `refer`; `max_ms`, how long it may take, in milliseconds; 5000 when absent. `response` takes `answer`, one of `none`,
/// `engaged`, `in_progress`, `not_engaged` and `perhaps`; `at_ms`, its time; and `words` for the screen. The answer counts
/// for an hour in `assess`, `refer` and `record_encounter` of a person with the same name and birth.
///
/// Returns: WM_OK, or a status; on WM_PROBLEM_… the response is the problem. WM_PROBLEM_LATER without signal, after
/// `wm_cancel`, or when the server asks to wait: the phone then judges by what it holds, as before.
///
/// Memory: `request` stays the caller's; free the response with `wm_string_free`. It is null when there is none.
///
/// Threads: any, also while other calls of the handle run.
/// Re-entry: WM_REENTRY from inside a callback, and nothing is done.
/// Callbacks: `sign` and `uptime`, on the calling thread.
/// Blocks: until the answer, for `max_ms` at most and half a second more; `wm_cancel` and `wm_close` end it
/// likewise.
///
/// # Safety
/// `request` is null or a text that ends with NUL; `response` is null or can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wm_check(
    device: WmDevice,
    request: *const c_char,
    response: *mut *mut c_char,
) -> Status {
    // SAFETY: as promised by the caller.
    unsafe { ask(device, request, response, |device, request| Ok(device.check(&request)?)) }
}

/// Leaves this phone for good: destroys the key of the store first, and then the store. Uses no network; synchronise
/// first. Close the handle then: it answers nothing any more. Destroy your key of the store, and that of a signer, too.
///
/// Parameters: `device` is a handle. `request` is a JSON object: `drafts`, `keep` or `drop`, `keep` when absent: with
/// `keep` nobody leaves while forms are left that were begun and not sent. `response` takes `left`; `drafts`, how many
/// went; and `not_backed_up`, how many entries the server has and no backup of it yet.
///
/// Returns: WM_OK, or a status; on WM_PROBLEM_… the response is the problem. WM_PROBLEM_CALLER with `entries_unsent`
/// or `drafts_left` when something waits, WM_PROBLEM_LATER with `sync_running`: nothing was deleted. After a cut the
/// next `wm_open` ends what was begun.
///
/// Memory: `request` stays the caller's; free the response with `wm_string_free`. It is null when
/// there is none.
///
/// Threads: any; other calls of the handle wait for it.
/// Re-entry: WM_REENTRY from inside a callback, and nothing is done.
/// Callbacks: none.
/// Blocks: on the disk.
///
/// # Safety
/// `request` is null or a text that ends with NUL; `response` is null or can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wm_logout(
    device: WmDevice,
    request: *const c_char,
    response: *mut *mut c_char,
) -> Status {
    let call = |device: &Device, request| Ok(device.logout(fields::<LogoutOptions>(request)?)?);
    // SAFETY: as promised by the caller.
    unsafe { ask(device, request, response, call) }
}

/// Stops a running synchronisation, enrolment or look-up soon and safely; it returns WM_PROBLEM_LATER. Does nothing
/// when none runs.
///
/// Parameters: `device` is a handle.
///
/// Returns: WM_OK, WM_HANDLE or WM_CLOSED.
///
/// Memory: none changes hands.
///
/// Threads: any, also while other calls of the handle run.
/// Re-entry: WM_REENTRY from inside a callback, and nothing is done.
/// Callbacks: none.
/// Blocks: never; the call that it stops returns within half a second.
#[unsafe(no_mangle)]
pub extern "C" fn wm_cancel(device: WmDevice) -> Status {
    guard(|| {
        DEVICES.with(device, Device::cancel)?;
        Ok(())
    })
}

/// Frees a text that this library gave.
///
/// Parameters: `text` is a response or an error, or null, which does nothing.
///
/// Returns: nothing.
///
/// Memory: the text is gone; each may be freed once.
///
/// Threads: any.
/// Re-entry: may be called from inside a callback.
/// Callbacks: none.
/// Blocks: never.
///
/// # Safety
/// `text` is null or came from this library and was not freed before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wm_string_free(text: *mut c_char) {
    if !text.is_null() {
        // SAFETY: it was made by `CString::into_raw`, as promised by the caller.
        drop(unsafe { CString::from_raw(text) });
    }
}

/// Says why the last call of this thread failed. Does not count as a call itself when it succeeds.
///
/// Parameters: `error` takes a JSON object: the problem, or `status` and `title` when the call itself
/// was wrong; null when the last call was done.
///
/// Returns: WM_OK or WM_NULL.
///
/// Memory: free the error with `wm_string_free`.
///
/// Threads: any; each has its own last error.
/// Re-entry: may be called from inside a callback.
/// Callbacks: none.
/// Blocks: never.
///
/// # Safety
/// `error` is null or can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wm_last_error(error: *mut *mut c_char) -> Status {
    if error.is_null() {
        return guard(|| Err(Status::Null.into()));
    }
    let text = std::panic::catch_unwind(|| convert::last_error().map_or(ptr::null_mut(), c_text));
    // SAFETY: not null, and as promised by the caller.
    unsafe { error.write(*text.as_ref().unwrap_or(&ptr::null_mut())) };
    if text.is_ok() { Status::Ok } else { Status::Panic }
}

/// The library's version, such as `0.1.0`.
///
/// Parameters: none.
///
/// Returns: a text; never null.
///
/// Memory: it is the library's for ever; do not free it.
///
/// Threads: any.
/// Re-entry: may be called from inside a callback.
/// Callbacks: none.
/// Blocks: never.
#[unsafe(no_mangle)]
pub extern "C" fn wm_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// The version of this interface in the library that is loaded; compare it with WM_ABI_VERSION.
///
/// Parameters: none.
///
/// Returns: the number.
///
/// Memory: none changes hands.
///
/// Threads: any.
/// Re-entry: may be called from inside a callback.
/// Callbacks: none.
/// Blocks: never.
#[unsafe(no_mangle)]
pub extern "C" fn wm_abi_version() -> u32 {
    WM_ABI_VERSION
}

/// What the calls with a request and a response share.
///
/// # Safety
/// As of each of them.
unsafe fn ask(
    device: WmDevice,
    request: *const c_char,
    response: *mut *mut c_char,
    call: impl FnOnce(&Device, Value) -> Result<Value, Failure>,
) -> Status {
    // SAFETY: as promised by the caller.
    unsafe { respond(response, || DEVICES.with(device, |device| call(device, object(request)?))?) }
}
