//! What the header says of threads, callbacks and re-entry, against what the functions do.
//!
//! Does not test that the header says it of every function: `tests/tests/header.rs` does.

use std::collections::{BTreeMap, BTreeSet};
use std::thread::{self, ThreadId};

use super::listening::enrolled;
use super::*;

/// The callbacks that came, each with its thread; and what calls from inside one got.
#[derive(Default)]
struct Seen {
    device: WmDevice,
    called: Mutex<Vec<(&'static str, ThreadId)>>,
    inside: Mutex<BTreeMap<&'static str, Option<Status>>>,
}

impl Seen {
    fn note(&self, name: &'static str) {
        self.called.lock().expect("no panic").push((name, thread::current().id()));
    }

    /// The names of the callbacks that came since the last time; each must have come on this thread.
    fn taken(&self) -> BTreeSet<&'static str> {
        let called = std::mem::take(&mut *self.called.lock().expect("no panic"));
        let here = thread::current().id();
        assert!(called.iter().all(|(_, thread)| *thread == here), "a callback came on another thread");
        called.into_iter().map(|(name, _)| name).collect()
    }
}

unsafe extern "C" fn sign(context: *mut c_void, _: *const u8, _: usize, signature: *mut u8) -> i32 {
    // SAFETY: the tests pass their own context, which outlives the device; there is room for a signature.
    unsafe {
        (*context.cast::<Seen>()).note("sign");
        ptr::write_bytes(signature, 1, 64);
    }
    0
}

unsafe extern "C" fn save(context: *mut c_void, _: *const c_char) -> i32 {
    // SAFETY: as above.
    unsafe { &*context.cast::<Seen>() }.note("save");
    0
}

unsafe extern "C" fn load(context: *mut c_void, _: *mut c_char, _: usize) -> usize {
    // SAFETY: as above.
    unsafe { &*context.cast::<Seen>() }.note("load");
    0
}

unsafe extern "C" fn uptime(context: *mut c_void, boot: *mut u8, uptime_ms: *mut u64) -> i32 {
    // SAFETY: as above; there is room for both.
    unsafe {
        (*context.cast::<Seen>()).note("uptime");
        ptr::write_bytes(boot, 7, 16);
        uptime_ms.write(1);
    }
    0
}

unsafe extern "C" fn told(context: *mut c_void, _: *const c_char) {
    // SAFETY: as above.
    unsafe { &*context.cast::<Seen>() }.note("told");
}

/// Calls every function from inside a callback.
unsafe extern "C" fn calls_back(context: *mut c_void, boot: *mut u8, uptime_ms: *mut u64) -> i32 {
    // SAFETY: as above.
    let seen = unsafe { &*context.cast::<Seen>() };
    let (device, none) = (seen.device, ptr::null_mut());
    let mut inside = seen.inside.lock().expect("no panic");
    let mut open = 0;
    let (mut error, key) = (ptr::null_mut(), [4_u8; 65]);
    // SAFETY: all places are locals, and the library does not keep what it refuses.
    unsafe {
        for (name, export) in ["wm_enrol", "wm_execute", "wm_query", "wm_sync"].into_iter().zip(ASKS) {
            inside.insert(name, Some(ask(export, device, c"{\"query\": \"status\"}").0));
        }
        inside.insert("wm_check", Some(ask(wm_check, device, c"{}").0));
        inside.insert("wm_logout", Some(ask(wm_logout, device, c"{}").0));
        inside.insert("wm_open", Some(wm_open(c"{}".as_ptr(), &raw mut open)));
        inside.insert("wm_close", Some(wm_close(device)));
        inside.insert("wm_cancel", Some(wm_cancel(device)));
        inside.insert("wm_rekey", Some(wm_rekey(device, key.as_ptr(), 32)));
        inside.insert("wm_set_signer", Some(wm_set_signer(device, key.as_ptr(), 65, Some(sign), none)));
        inside.insert("wm_set_anchor", Some(wm_set_anchor(device, Some(save), Some(load), none)));
        inside.insert("wm_set_clock", Some(wm_set_clock(device, Some(uptime), none)));
        inside.insert("wm_on_event", Some(wm_on_event(device, None, none)));
        inside
            .insert("wm_last_error", Some(wm_last_error(&raw mut error)).filter(|done| *done != Status::Ok));
        wm_string_free(error);
        inside.insert("wm_string_free", None);
        inside.insert("wm_version", wm_version().is_null().then_some(Status::Null));
        inside.insert("wm_abi_version", (wm_abi_version() == 0).then_some(Status::Null));
        uptime(context, boot, uptime_ms)
    }
}

/// What the header says under a word, of each function.
fn header_says(word: &str) -> BTreeMap<String, String> {
    let header = include_str!("../../../include/waymark.h");
    let mut said = BTreeMap::new();
    for piece in header.split("/*").skip(1) {
        let Some((comment, code)) = piece.split_once("*/") else { continue };
        let Some(name) = code.split('(').next().and_then(|head| head.split([' ', '*']).next_back()) else {
            continue;
        };
        let line = comment.lines().find_map(|line| line.trim().strip_prefix(word));
        if let Some(line) = line.filter(|_| name.starts_with("wm_")) {
            said.insert(name.to_owned(), line.trim().to_owned());
        }
    }
    said
}

/// The callbacks that a function's comment names.
fn named(says: &BTreeMap<String, String>, function: &str) -> BTreeSet<&'static str> {
    let line = &says[function];
    let names = ["sign", "save", "load", "uptime", "told"].into_iter();
    names.filter(|name| line.contains(&format!("`{name}`"))).collect()
}

fn set_all(seen: &mut Seen, device: WmDevice) {
    seen.device = device;
    let context: *mut c_void = ptr::from_mut(seen).cast();
    let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
    let public = key.public_key().as_ref().to_vec();
    // SAFETY: the key is a local, and what is given outlives the device.
    unsafe {
        assert_eq!(wm_set_signer(device, public.as_ptr(), public.len(), Some(sign), context), Status::Ok);
        assert_eq!(wm_set_clock(device, Some(uptime), context), Status::Ok);
        assert_eq!(wm_on_event(device, Some(told), context), Status::Ok);
    }
}

#[test]
fn callbacks_come_on_the_calling_thread_and_only_those_that_the_header_names() {
    let says = header_says("Callbacks:");
    assert_eq!(says.len(), 18, "{says:?}");
    let phone = enrolled();
    let mut seen = Seen::default();
    set_all(&mut seen, phone.device);
    assert_eq!(seen.taken(), BTreeSet::new());
    let context: *mut c_void = (&raw mut seen).cast();
    // SAFETY: what is given outlives the device.
    assert_eq!(unsafe { wm_set_anchor(phone.device, Some(save), Some(load), context) }, Status::Ok);
    assert_eq!(seen.taken(), named(&says, "wm_set_anchor"));

    assert_eq!(ask(wm_execute, phone.device, &c(&crate::tests::form().to_string())).0, Status::Ok);
    assert_eq!(seen.taken(), named(&says, "wm_execute"));

    assert_eq!(ask(wm_query, phone.device, c"{\"query\": \"status\"}").0, Status::Ok);
    assert_eq!(seen.taken(), named(&says, "wm_query"));

    // Nobody answers, so that less than everything comes; what comes is named.
    let person = c"{\"family\": \"Harrow\", \"apparent_age\": 30, \"max_ms\": 500}";
    let calls: [(&str, Ask, &CStr); 3] = [
        ("wm_sync", wm_sync, c"{\"max_ms\": 500}"),
        ("wm_check", wm_check, person),
        ("wm_enrol", wm_enrol, c"{\"code\": \"CODE\", \"name\": \"phone\"}"),
    ];
    for (name, export, request) in calls {
        ask(export, phone.device, request);
        assert!(seen.taken().is_subset(&named(&says, name)), "{name}");
    }
    assert_eq!(wm_cancel(phone.device), Status::Ok);
    assert_eq!(wm_close(phone.device), Status::Ok);
    assert_eq!(seen.taken(), BTreeSet::new());
}

#[test]
fn inside_a_callback_each_function_does_what_the_header_says() {
    let says = header_says("Re-entry:");
    let phone = enrolled();
    let mut seen = Seen { device: phone.device, ..Seen::default() };
    let context: *mut c_void = (&raw mut seen).cast();
    // SAFETY: what is given outlives the device.
    assert_eq!(unsafe { wm_set_clock(phone.device, Some(calls_back), context) }, Status::Ok);
    assert_eq!(ask(wm_query, phone.device, c"{\"query\": \"status\"}").0, Status::Ok);
    let inside = seen.inside.lock().expect("no panic").clone();
    assert_eq!(inside.len(), says.len(), "{inside:?}");
    for (name, status) in inside {
        let refused = says[name].starts_with("WM_REENTRY");
        assert_eq!(status, refused.then_some(Status::Reentry), "{name}: {}", says[name]);
    }
    assert_eq!(wm_close(phone.device), Status::Ok);
}
