//! The exports misused, as only C can: each answers with a status, and goes on working.

use std::ffi::{CStr, CString, c_char, c_void};
use std::ptr;
use std::sync::Mutex;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, UnparsedPublicKey,
};
use serde_json::{Value, json};

use super::callbacks::sign_of;
use super::*;

mod listening;
mod promises;

type Ask = unsafe extern "C" fn(WmDevice, *const c_char, *mut *mut c_char) -> Status;

const ASKS: [Ask; 6] = [wm_enrol, wm_execute, wm_query, wm_sync, wm_check, wm_logout];

fn c(text: &str) -> CString {
    CString::new(text).expect("no NUL")
}

/// Takes a text from the library and frees it.
fn take(text: *mut c_char) -> Option<Value> {
    if text.is_null() {
        return None;
    }
    // SAFETY: the library gave it, and it is freed once, after it was read.
    let value = serde_json::from_slice(unsafe { CStr::from_ptr(text) }.to_bytes());
    unsafe { wm_string_free(text) };
    Some(value.expect("answers are JSON"))
}

fn last_error() -> Option<Value> {
    let mut text = ptr::null_mut();
    // SAFETY: the place is a local.
    assert_eq!(unsafe { wm_last_error(&raw mut text) }, Status::Ok);
    take(text)
}

fn open(options: &Value) -> (Status, WmDevice) {
    let mut device = 77;
    // SAFETY: the text and the place are locals.
    let status = unsafe { wm_open(c(&options.to_string()).as_ptr(), &raw mut device) };
    (status, device)
}

fn ask(export: Ask, device: WmDevice, request: &CStr) -> (Status, Option<Value>) {
    let mut text = ptr::dangling_mut();
    // SAFETY: the text and the place are locals; the export empties the place first.
    let status = unsafe { export(device, request.as_ptr(), &raw mut text) };
    (status, take(text))
}

struct Phone {
    dir: tempfile::TempDir,
    device: WmDevice,
}

fn phone() -> Phone {
    let dir = tempfile::tempdir().expect("a directory");
    let (status, device) = open(&json!({ "dir": dir.path() }));
    assert_eq!((status, last_error()), (Status::Ok, None));
    assert_ne!(device, 0);
    Phone { dir, device }
}

#[test]
fn a_null_pointer_is_told_and_not_followed() {
    let phone = phone();
    let request = c("{}");
    let mut text = ptr::dangling_mut();
    let mut device = 77;
    // SAFETY: null is what is tested; all else are locals.
    unsafe {
        assert_eq!(wm_open(ptr::null(), &raw mut device), Status::Null);
        assert_eq!(device, 0);
        assert_eq!(wm_open(request.as_ptr(), ptr::null_mut()), Status::Null);
        assert_eq!(wm_last_error(ptr::null_mut()), Status::Null);
        wm_string_free(ptr::null_mut());
        for export in ASKS {
            assert_eq!(export(phone.device, request.as_ptr(), ptr::null_mut()), Status::Null);
            assert_eq!(export(phone.device, ptr::null(), &raw mut text), Status::Null);
            assert!(text.is_null());
        }
    }
    assert_eq!(last_error().expect("an error")["status"], 1);
    assert_eq!(wm_close(phone.device), Status::Ok);
}

#[test]
fn a_closed_handle_is_told_by_every_export() {
    let phone = phone();
    assert_eq!(wm_close(phone.device), Status::Ok);
    assert_eq!(wm_close(phone.device), Status::Closed);
    assert_eq!(wm_cancel(phone.device), Status::Closed);
    for export in ASKS {
        assert_eq!(ask(export, phone.device, c"{}"), (Status::Closed, None));
    }
}

#[test]
fn a_forged_handle_is_told_by_every_export() {
    for forged in [0, 1, 0xdead_beef, u64::MAX] {
        assert_eq!(wm_close(forged), Status::Handle);
        assert_eq!(wm_cancel(forged), Status::Handle);
        for export in ASKS {
            assert_eq!(ask(export, forged, c"{}"), (Status::Handle, None));
        }
    }
}

#[test]
fn a_text_that_is_not_utf8_or_not_a_json_object_is_told() {
    let phone = phone();
    for export in ASKS {
        assert_eq!(ask(export, phone.device, c"{\"name\": \"\xff\"}"), (Status::Utf8, None));
        for text in [c"", c"{", c"[]", c"null", c"{} {}"] {
            assert_eq!(ask(export, phone.device, text), (Status::Json, None), "{text:?}");
        }
    }
    assert_eq!(last_error().expect("an error")["status"], 3);
    assert_eq!(wm_close(phone.device), Status::Ok);
}

#[test]
fn a_problem_is_in_the_status_in_the_response_and_in_the_last_error() {
    let phone = phone();
    let (status, response) = ask(wm_enrol, phone.device, c"{\"code\": \"1\", \"surname\": \"Kaur\"}");
    assert_eq!(status, Status::ProblemCaller);
    let problem = response.expect("a problem");
    assert_eq!((&problem["code"], &problem["field"]), (&json!("field_unknown"), &json!("surname")));
    assert_eq!(last_error(), Some(problem));
    assert_eq!(wm_cancel(phone.device), Status::Ok);
    assert_eq!(last_error(), None);
    assert_eq!(wm_close(phone.device), Status::Ok);
}

#[test]
fn options_of_another_shape_open_nothing() {
    assert_eq!(open(&json!({ "dir": 3 })), (Status::ProblemCaller, 0));
    assert_eq!(open(&json!({ "directory": "x" })), (Status::ProblemCaller, 0));
    assert_eq!(last_error().expect("a problem")["code"], "field_unknown");
}

#[test]
fn a_key_is_taken_changed_and_refused() {
    let dir = tempfile::tempdir().expect("a directory");
    let options = |key: &str| json!({ "dir": dir.path(), "key": key });
    assert_eq!(open(&options("no key")), (Status::ProblemCaller, 0));
    assert_eq!(last_error().expect("a problem")["code"], "store_key_malformed");
    let (status, device) = open(&options(&"05".repeat(32)));
    assert_eq!(status, Status::Ok);
    let new = [6_u8; 32];
    // SAFETY: the key is a local; null and a wrong length are what is tested.
    unsafe {
        assert_eq!(wm_rekey(device, ptr::null(), 32), Status::Null);
        assert_eq!(wm_rekey(device, new.as_ptr(), 31), Status::ProblemCaller);
        assert_eq!(wm_rekey(device, new.as_ptr(), 32), Status::Ok);
    }
    assert_eq!(wm_close(device), Status::Ok);
    // SAFETY: as above; a closed handle is told.
    assert_eq!(unsafe { wm_rekey(device, new.as_ptr(), 32) }, Status::Closed);
    assert_eq!(open(&options(&"05".repeat(32))), (Status::ProblemCaller, 0));
    assert_eq!(last_error().expect("a problem")["code"], "store_key_wrong");
    let (status, device) = open(&options(&"06".repeat(32)));
    assert_eq!(status, Status::Ok);
    assert_eq!(wm_close(device), Status::Ok);
}

#[test]
fn a_close_ends_a_synchronisation_with_a_silent_peer() {
    let peer = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let server = format!("http://{}", peer.local_addr().expect("it has an address"));
    let phone = phone();
    assert_eq!(wm_close(phone.device), Status::Ok);
    let (status, device) = open(&json!({ "dir": phone.dir.path(), "server": server }));
    assert_eq!(status, Status::Ok);
    std::thread::scope(|scope| {
        let enrols = c(&json!({ "code": "CODE", "name": "phone" }).to_string());
        let running = scope.spawn(move || ask(wm_enrol, device, &enrols));
        let (_held, _) = peer.accept().expect("the phone calls");
        let said = std::time::Instant::now();
        assert_eq!(wm_close(device), Status::Ok);
        assert!(said.elapsed() < std::time::Duration::from_millis(500));
        let (status, problem) = running.join().expect("no panic");
        assert_eq!((status, &problem.expect("a problem")["code"]), (Status::ProblemLater, &json!("stopped")));
    });
}

#[test]
fn an_address_that_cannot_be_one_opens_nothing() {
    let dir = tempfile::tempdir().expect("a directory");
    assert_eq!(open(&json!({ "dir": dir.path(), "server": "waymark.example" })), (Status::ProblemCaller, 0));
    let problem = last_error().expect("a problem");
    assert_eq!((&problem["code"], &problem["field"]), (&json!("address_malformed"), &json!("server")));
    assert_eq!(std::fs::read_dir(dir.path()).map(Iterator::count).ok(), Some(0), "nothing was made");
}

#[test]
fn a_store_is_open_once_and_again_after_it_was_closed() {
    let phone = phone();
    let options = json!({ "dir": phone.dir.path() });
    assert_eq!(open(&options), (Status::ProblemCaller, 0));
    assert_eq!(last_error().expect("a problem")["code"], "store_in_use");
    assert_eq!(wm_close(phone.device), Status::Ok);
    let (status, again) = open(&options);
    assert_eq!(status, Status::Ok);
    assert_eq!(wm_close(again), Status::Ok);
}

#[test]
fn without_enrolment_a_command_a_sync_and_a_look_up_are_problems() {
    let phone = phone();
    let (status, problem) = ask(wm_execute, phone.device, c"{\"command\": \"draft_drop\", \"id\": \"x\"}");
    assert_eq!(status, Status::ProblemCaller);
    assert_eq!(problem.expect("a problem")["code"], "not_enrolled");
    let (status, problem) = ask(wm_sync, phone.device, c"{}");
    assert_eq!(status, Status::ProblemCaller);
    assert_eq!(problem.expect("a problem")["who"], "caller");
    assert_eq!(wm_close(phone.device), Status::Ok);
    let fresh = fresh_store(&phone);
    let (status, problem) = ask(wm_check, fresh, c"{\"family\": \"Harrow\", \"apparent_age\": 30}");
    assert_eq!(status, Status::ProblemCaller);
    assert_eq!(problem.expect("a problem")["code"], "not_enrolled");
    assert_eq!(wm_close(fresh), Status::Ok);
}

#[test]
fn the_name_that_a_store_was_opened_with_is_kept_for_the_enrolment() {
    let dir = tempfile::tempdir().expect("a directory");
    let enrols = c"{\"code\": \"CODE\"}";
    let (_, device) = open(&json!({ "dir": dir.path(), "server": "http://127.0.0.1:9" }));
    let (status, problem) = ask(wm_enrol, device, enrols);
    let problem = problem.expect("a problem");
    assert_eq!((status, &problem["code"]), (Status::ProblemCaller, &json!("field_missing")));
    assert_eq!(problem["field"], "name");
    assert_eq!(wm_close(device), Status::Ok);
    let (_, device) = open(&json!({ "dir": dir.path(), "name": "Kaur's phone" }));
    assert_eq!(wm_close(device), Status::Ok);
    let (_, device) = open(&json!({ "dir": dir.path() }));
    let (status, problem) = ask(wm_enrol, device, enrols);
    assert_eq!(status, Status::ProblemLater, "it asks, and nobody answers");
    assert_eq!(problem.expect("a problem")["code"], "connection_refused");
    assert_eq!(wm_close(device), Status::Ok);
}

/// A store in which no key was drawn yet.
fn fresh_store(phone: &Phone) -> WmDevice {
    let dir = phone.dir.path().join("other");
    let (status, device) = open(&json!({ "dir": dir }));
    assert_eq!(status, Status::Ok);
    device
}

#[test]
fn a_panic_is_a_status_and_not_the_end() {
    assert_eq!(convert::guard(|| panic!("planned")), Status::Panic);
    assert_eq!(last_error().expect("an error")["status"], 6);
}

#[test]
fn the_numbers_of_the_statuses_never_change() {
    use Status::{Closed, Handle, Json, Null, Ok, Panic, Reentry, Utf8};
    assert_eq!(
        [Ok, Null, Utf8, Json, Handle, Closed, Panic, Reentry].map(|status| status as i32),
        [0, 1, 2, 3, 4, 5, 6, 7]
    );
    let problems = [Status::ProblemCaller, Status::ProblemData, Status::ProblemLater, Status::ProblemPeer];
    assert_eq!(problems.map(|status| status as i32), [10, 11, 12, 13]);
}

#[test]
fn the_versions_are_those_of_the_package_and_of_the_header() {
    // SAFETY: the text is the library's for ever.
    let version = unsafe { CStr::from_ptr(wm_version()) };
    assert_eq!(version.to_str(), Ok(env!("CARGO_PKG_VERSION")));
    assert_eq!(wm_abi_version(), WM_ABI_VERSION);
}

/// What the callbacks of these tests are given.
struct Given {
    device: WmDevice,
    key: EcdsaKeyPair,
    mark: Mutex<String>,
    reentry: Mutex<Option<Status>>,
}

unsafe extern "C" fn sign(
    context: *mut c_void,
    message: *const u8,
    length: usize,
    signature: *mut u8,
) -> i32 {
    // SAFETY: the tests pass their own context, which outlives the device.
    let (given, message) =
        unsafe { (&*context.cast::<Given>(), std::slice::from_raw_parts(message, length)) };
    let signed = given.key.sign(&SystemRandom::new(), message).expect("the key signs");
    // SAFETY: the library gives room for a signature.
    unsafe { ptr::copy_nonoverlapping(signed.as_ref().as_ptr(), signature, 64) };
    0
}

unsafe extern "C" fn save(context: *mut c_void, mark: *const c_char) -> i32 {
    // SAFETY: as above; the mark ends with NUL.
    let (given, mark) = unsafe { (&*context.cast::<Given>(), CStr::from_ptr(mark)) };
    mark.to_str().expect("a mark is UTF-8").clone_into(&mut given.mark.lock().expect("no panic"));
    let (status, _) = ask(wm_query, given.device, c"{\"query\": \"status\"}");
    *given.reentry.lock().expect("no panic") = Some(status);
    0
}

unsafe extern "C" fn load(context: *mut c_void, mark: *mut c_char, size: usize) -> usize {
    // SAFETY: as above.
    let given = unsafe { &*context.cast::<Given>() };
    let kept = given.mark.lock().expect("no panic");
    assert!(kept.len() <= size);
    // SAFETY: the library gives that much room.
    unsafe { ptr::copy_nonoverlapping(kept.as_ptr(), mark.cast(), kept.len()) };
    kept.len()
}

unsafe extern "C" fn fail(_: *mut c_void, _: *const u8, _: usize, _: *mut u8) -> i32 {
    1
}

#[test]
fn a_signer_and_an_anchor_are_called_and_cannot_call_back() {
    let phone = phone();
    let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
    let (mark, reentry) = (Mutex::new(String::new()), Mutex::new(None));
    let mut given = Given { device: phone.device, key, mark, reentry };
    let public = given.key.public_key().as_ref().to_vec();
    let context: *mut c_void = (&raw mut given).cast();
    // SAFETY: the key is a local, and what is given outlives the device.
    unsafe {
        assert_eq!(
            wm_set_signer(phone.device, public.as_ptr(), public.len(), Some(sign), context),
            Status::Ok
        );
        assert_eq!(wm_set_anchor(phone.device, Some(save), Some(load), context), Status::Ok);
        assert_eq!(wm_set_anchor(phone.device, None, Some(load), context), Status::Null);
        assert_eq!(
            wm_set_signer(phone.device, public.as_ptr(), 64, Some(sign), context),
            Status::ProblemCaller
        );
        assert_eq!(wm_set_signer(phone.device, ptr::null(), 65, Some(sign), context), Status::Null);
    }
    let kept: Value = serde_json::from_str(&given.mark.lock().expect("no panic")).expect("a mark is JSON");
    assert_eq!(kept["seq"], 0);
    assert_eq!(*given.reentry.lock().expect("no panic"), Some(Status::Reentry));
    let signed = sign_of(phone.device, b"message").expect("the callback signs");
    let known = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, public);
    assert_eq!(known.verify(b"message", &signed), Ok(()));
    assert_eq!(wm_close(phone.device), Status::Ok);
}

#[test]
fn a_signer_that_fails_is_a_problem_and_an_anchor_that_is_ahead_is_told() {
    let phone = phone();
    let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
    let ahead = json!({"device": null, "epoch": null, "seq": 3, "head": "11".repeat(32)}).to_string();
    let (mark, reentry) = (Mutex::new(ahead), Mutex::new(None));
    let mut given = Given { device: phone.device, key, mark, reentry };
    let public = given.key.public_key().as_ref().to_vec();
    let context: *mut c_void = (&raw mut given).cast();
    // SAFETY: as above.
    unsafe {
        assert_eq!(
            wm_set_signer(phone.device, public.as_ptr(), public.len(), Some(fail), context),
            Status::Ok
        );
        assert_eq!(wm_set_anchor(phone.device, Some(save), Some(load), context), Status::Ok);
    }
    let problem = sign_of(phone.device, b"message").expect_err("it does not sign");
    assert_eq!(problem.code, "key_failed");
    let (_, status) = ask(wm_query, phone.device, c"{\"query\": \"status\"}");
    let status = status.expect("an answer");
    assert_eq!(
        (&status["recovery"]["because"], &status["recovery"]["unread"]),
        (&json!("restored"), &json!(3))
    );
    assert_eq!(wm_close(phone.device), Status::Ok);
}
