//! A phone that tells its uptime and hears what happens, as C gives both.
//!
//! Does not test when something happens: see `crate::tests::events`.

use super::*;
use crate::event::Event;
use crate::store::ops;

/// What the callbacks are given.
#[derive(Default)]
struct Heard {
    device: WmDevice,
    events: Mutex<Vec<Value>>,
    reentry: Mutex<Option<Status>>,
    uptime_ms: Mutex<Option<u64>>,
}

unsafe extern "C" fn uptime(context: *mut c_void, boot: *mut u8, uptime_ms: *mut u64) -> i32 {
    // SAFETY: the tests pass their own context, which outlives the device.
    let heard = unsafe { &*context.cast::<Heard>() };
    let (status, _) = ask(wm_query, heard.device, c"{\"query\": \"status\"}");
    *heard.reentry.lock().expect("no panic") = Some(status);
    let Some(ms) = *heard.uptime_ms.lock().expect("no panic") else { return 1 };
    // SAFETY: the library gives room for both.
    unsafe {
        ptr::write_bytes(boot, 7, 16);
        uptime_ms.write(ms);
    }
    0
}

unsafe extern "C" fn told(context: *mut c_void, event: *const c_char) {
    // SAFETY: as above; the event ends with NUL.
    let (heard, event) = unsafe { (&*context.cast::<Heard>(), CStr::from_ptr(event)) };
    let event = serde_json::from_slice(event.to_bytes()).expect("an event is JSON");
    heard.events.lock().expect("no panic").push(event);
    let (status, _) = ask(wm_query, heard.device, c"{\"query\": \"status\"}");
    *heard.reentry.lock().expect("no panic") = Some(status);
}

pub(super) fn enrolled() -> Phone {
    let phone = phone();
    let id = |number: u128| uuid::Uuid::from_u128(number);
    let answer = json!({
        "device": id(1), "user": id(2), "role": "officer", "org": id(3), "force": id(3), "force_prefix": "TVP",
        "epoch": id(4), "server_key": "", "now_ms": 1_800_000_000_000_u64,
        "reference": {"policy": {"id": "thames-valley-2018", "version": 1}, "providers": [
            {"id": id(5), "name": "Cranstoun", "areas": [], "staffed": "yes"},
        ]},
    });
    let taken = DEVICES.with(phone.device, |device| device.take_enrolment(&answer, "Ana Bell"));
    taken.expect("the handle is open").expect("it is enrolled");
    phone
}

/// Boot and uptime of the newest own op.
fn newest(phone: &Phone) -> (u128, u64) {
    let own = DEVICES.with(phone.device, |device| ops::own_ops(&device.store().db, 1, 1000));
    let own = own.expect("the handle is open").expect("the log is readable");
    let uptime = own.last().expect("something was recorded").op.header.uptime;
    (uptime.boot.as_u128(), uptime.ms)
}

#[test]
fn entries_carry_the_uptime_that_the_phone_tells_or_the_systems() {
    let phone = enrolled();
    let mut heard = Heard { device: phone.device, ..Heard::default() };
    heard.uptime_ms = Mutex::new(Some(12_345));
    let context: *mut c_void = (&raw mut heard).cast();
    // SAFETY: what is given outlives the device.
    unsafe {
        assert_eq!(wm_set_clock(phone.device, None, context), Status::Null);
        assert_eq!(wm_set_clock(phone.device, Some(uptime), context), Status::Ok);
    }
    let form = c(&crate::tests::form().to_string());
    assert_eq!(ask(wm_execute, phone.device, &form).0, Status::Ok);
    let sevens = u128::from_be_bytes([7; 16]);
    assert_eq!(newest(&phone), (sevens, 12_345));
    assert_eq!(*heard.reentry.lock().expect("no panic"), Some(Status::Reentry));
    *heard.uptime_ms.lock().expect("no panic") = None;
    let other = crate::tests::with(crate::tests::form(), json!({"family": "Other"}));
    assert_eq!(ask(wm_execute, phone.device, &c(&other.to_string())).0, Status::Ok);
    assert_ne!(newest(&phone).0, sevens, "the phone could not tell: the system's is used");
    assert_eq!(wm_close(phone.device), Status::Ok);
}

#[test]
fn who_listens_hears_each_event_as_json_and_cannot_call_back_until_nobody_listens() {
    let phone = phone();
    let mut heard = Heard { device: phone.device, ..Heard::default() };
    let context: *mut c_void = (&raw mut heard).cast();
    let tell =
        |event| DEVICES.with(phone.device, |device| device.tell(&[event])).expect("the handle is open");
    // SAFETY: what is given outlives the device.
    assert_eq!(unsafe { wm_on_event(phone.device, Some(told), context) }, Status::Ok);
    tell(Event::Progress { pushed: 3, pulled: 2, waiting: 1, sent_bytes: 40, received_bytes: 50 });
    tell(Event::Wiped);
    // SAFETY: as above.
    assert_eq!(unsafe { wm_on_event(phone.device, None, ptr::null_mut()) }, Status::Ok);
    tell(Event::UpgradeNeeded);
    let events = heard.events.lock().expect("no panic").clone();
    let progress = json!({"event": "progress", "pushed": 3, "pulled": 2, "waiting": 1, "sent_bytes": 40, "received_bytes": 50});
    assert_eq!(events, [progress, json!({"event": "wiped"})]);
    assert_eq!(*heard.reentry.lock().expect("no panic"), Some(Status::Reentry));
    assert_eq!(wm_close(phone.device), Status::Ok);
    // SAFETY: a closed handle is told; nothing is called.
    assert_eq!(unsafe { wm_on_event(phone.device, None, ptr::null_mut()) }, Status::Closed);
    assert_eq!(unsafe { wm_set_clock(phone.device, Some(uptime), context) }, Status::Closed);
}
