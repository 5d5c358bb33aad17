//! A server that was begun without care records: phones are told, nothing of the kind is ever stored, and it is turned on
//! once, for good.
//!
//! Does not test what phones and desks refuse by themselves: tests beside them do.

use std::fs;
use std::path::Path;

use serde_json::json;
use sync_core::ids::{CompartmentKind, Record, Stream};
use sync_core::sync::enrolment::Care;

use super::phone::{Phone, new_record};
use super::pipeline::stored;
use super::{NOW_MS, Scheme, TestService};
use crate::desk::Query;
use crate::reconcile::Refusal;
use crate::{InitOptions, admin, backup, restore};

const PLANTED: &str = "PlantedWhereNoCareIs";

pub(in crate::tests) fn without_care() -> Scheme {
    Scheme::begun(&InitOptions { care: Care::Off, ..InitOptions::new("Force", "TVP") })
}

pub(super) fn care(scheme: &Scheme, record: Record) -> Stream {
    record.stream(CompartmentKind::Care, scheme.provider)
}

fn note() -> String {
    json!({ "text": PLANTED }).to_string()
}

/// A changed phone writes a note.
fn notes(worker: &mut Phone, stream: Stream) -> u64 {
    worker.record_raw(stream, &[], &[], "note.added", &note()).seq
}

fn is_in_a_file(folder: &Path) -> bool {
    let files = fs::read_dir(folder).expect("the directory is read").filter_map(Result::ok);
    let bytes = files.filter_map(|file| fs::read(file.path()).ok());
    bytes.into_iter().any(|bytes| bytes.windows(PLANTED.len()).any(|window| window == PLANTED.as_bytes()))
}

#[test]
fn a_push_that_holds_care_is_refused_before_any_byte_of_it_is_stored() {
    let mut scheme = without_care();
    let record = new_record();
    let before = stored(&scheme);
    let outreach = record.stream(CompartmentKind::Outreach, scheme.provider);
    let contact = json!({"what": "attempted", "channel": "phone", "result": "no_answer", "at_ms": NOW_MS});
    scheme.worker.record_raw(outreach, &[], &[], "contact.recorded", &contact.to_string());
    let care = care(&scheme, record);
    notes(&mut scheme.worker, care);
    assert_eq!(scheme.worker.push(&scheme.service, 1).err(), Some(Refusal::NoCare));
    assert_eq!(stored(&scheme), before);
    // What came before it is taken alone, and nothing of the rest.
    let mut honest = scheme.worker.cloned();
    honest.log.truncate(1);
    honest.push(&scheme.service, 1).expect("a contact is no care");
    scheme.worker.counter = honest.counter;
    assert_eq!(scheme.worker.push(&scheme.service, 2).err(), Some(Refusal::NoCare));
    // Under another stream it would have no effect, and be kept.
    notes(&mut honest, outreach);
    assert_eq!(honest.push(&scheme.service, 2).err(), Some(Refusal::NoCare));
    assert_eq!(stored(&scheme).0, before.0 + 1);
    assert!(!is_in_a_file(scheme.data.path()));
    drop(scheme.service);
    assert!(!is_in_a_file(scheme.data.path()), "nor once the log is in the file");
}

#[test]
fn a_server_that_keeps_care_says_nothing_of_it_and_holds_the_note() {
    let mut scheme = Scheme::new();
    let reference = serde_json::to_value(&scheme.worker.enrolled.reference).expect("plain data");
    assert!(reference.get("care").is_none(), "{reference}");
    let care = care(&scheme, new_record());
    notes(&mut scheme.worker, care);
    scheme.worker.push(&scheme.service, 1).expect("it is stored");
    assert!(is_in_a_file(scheme.data.path()), "the search finds what is there");
}

#[test]
fn care_is_turned_on_once_and_no_restored_backup_takes_that_back() {
    let mut scheme = without_care();
    assert_eq!(scheme.worker.enrolled.reference.care, Care::Off);
    let force = |scheme: &Scheme| {
        scheme.service.query(scheme.admin.user, &Query::Force).expect("told")["care"].clone()
    };
    assert_eq!(force(&scheme), "off");
    drop(scheme.worker.look_ups(&scheme.service));
    drop(scheme.service);
    let data = scheme.data.path().to_owned();
    let file = data.join("before.backup");
    backup(&data, &file, NOW_MS).expect("it is written");
    let turn_on = || admin::open(&data).expect("the store opens").keep_care(NOW_MS);
    assert_eq!((turn_on(), turn_on()), (Ok(true), Ok(false)));

    scheme.service = TestService::open(&data);
    assert_eq!(force(&scheme), "on");
    assert_eq!(scheme.worker.look_ups(&scheme.service).map(|bundle| bundle.care), Some(Care::On));
    let care = care(&scheme, new_record());
    notes(&mut scheme.worker, care);
    scheme.worker.push(&scheme.service, 1).expect("it is stored");

    drop(scheme.service);
    restore(&file, &data, NOW_MS + 1).expect("it is restored");
    scheme.service = TestService::open(&data);
    assert_eq!(force(&scheme), "on");
}
