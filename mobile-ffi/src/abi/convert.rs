//! Between C and Rust: texts in, texts out, statuses, and the panic boundary.
//!
//! Does not know which call it serves.

use std::cell::RefCell;
use std::ffi::{CStr, CString, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::callbacks;
use super::status::Status;
use crate::problem::Problem;
use sync_core::request;

/// Why a call was not done.
pub(super) enum Failure {
    /// The call itself was wrong.
    Call(Status),
    /// The library says no.
    Problem(Problem),
}

impl From<Status> for Failure {
    fn from(status: Status) -> Self {
        Self::Call(status)
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

thread_local! {
    static LAST_ERROR: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Why this thread's last call failed; nothing when it was done.
pub(super) fn last_error() -> Option<String> {
    LAST_ERROR.with_borrow(Clone::clone)
}

/// Runs a call inside the panic boundary, keeps why it failed, and gives its status.
pub(super) fn guard(call: impl FnOnce() -> Result<(), Failure>) -> Status {
    let done = if callbacks::is_running() {
        Err(Failure::Call(Status::Reentry))
    } else {
        catch_unwind(AssertUnwindSafe(call)).unwrap_or(Err(Failure::Call(Status::Panic)))
    };
    let (status, error) = match done {
        Ok(()) => (Status::Ok, None),
        Err(Failure::Call(status)) => (status, Some(described(status))),
        Err(Failure::Problem(problem)) => (Status::from(&problem), Some(text_of(&problem))),
    };
    LAST_ERROR.set(error);
    status
}

/// As [`guard`], for a call that answers: a problem is the answer too, beside its status.
///
/// # Safety
/// `response` is null or can be written to.
pub(super) unsafe fn respond(
    response: *mut *mut c_char,
    call: impl FnOnce() -> Result<Value, Failure>,
) -> Status {
    // SAFETY: as promised by the caller. The place is emptied first, whatever becomes of the call.
    let place = unsafe { Out::new(response, ptr::null_mut()) };
    guard(|| {
        let response = place?;
        let answer = call();
        match &answer {
            Ok(answer) => response.set(c_text(answer.to_string())),
            Err(Failure::Problem(problem)) => response.set(c_text(text_of(problem))),
            Err(Failure::Call(_)) => {}
        }
        answer.map(|_| ())
    })
}

/// A place of the caller's that takes a value.
pub(super) struct Out<T>(*mut T);

impl<T> Out<T> {
    /// Checks the place and empties it.
    ///
    /// # Safety
    /// `place` is null or can be written to for as long as this lives.
    pub(super) unsafe fn new(place: *mut T, empty: T) -> Result<Self, Failure> {
        if place.is_null() {
            return Err(Status::Null.into());
        }
        let place = Self(place);
        place.set(empty);
        Ok(place)
    }

    pub(super) fn set(&self, value: T) {
        // SAFETY: checked for null, and promised to be writable, when it was made. Nothing is read
        // or dropped there: C does not initialise it.
        unsafe { self.0.write(value) };
    }
}

/// Reads a text of the caller's as a JSON object.
///
/// # Safety
/// `text` is null or points to bytes that end with NUL and do not change during the call.
pub(super) unsafe fn object(text: *const c_char) -> Result<Value, Failure> {
    if text.is_null() {
        return Err(Status::Null.into());
    }
    // SAFETY: not null, and as promised by the caller.
    let text = unsafe { CStr::from_ptr(text) }.to_str().map_err(|_| Status::Utf8)?;
    let value: Value = serde_json::from_str(text).map_err(|_| Status::Json)?;
    if value.is_object() { Ok(value) } else { Err(Status::Json.into()) }
}

/// The fields of a request.
pub(super) fn fields<T: DeserializeOwned>(request: Value) -> Result<T, Failure> {
    request::fields(request).map_err(|wrong| Problem::from(wrong).into())
}

/// A text for the caller to keep, and to give back to `wm_string_free`.
pub(super) fn c_text(text: String) -> *mut c_char {
    CString::new(text).expect("JSON escapes NUL").into_raw()
}

fn text_of(problem: &Problem) -> String {
    serde_json::to_string(problem).expect("a problem is plain data")
}

fn described(status: Status) -> String {
    json!({ "status": status as i32, "title": status.sentence() }).to_string()
}
