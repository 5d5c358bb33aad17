//! The picture of a referral: each reader's own steps, what lay on a phone, what disagrees.
//!
//! Does not test the fold.

use serde_json::json;
use sync_core::ids::CompartmentKind;
use sync_core::referral::act::YesNo;

use super::pages::{codes, planted};
use super::{Desk, between};
use crate::tests::desk::crossed;
use crate::tests::phone::new_record;
use crate::tests::pipeline::{agreed, shared, submitted};
use crate::tests::{NOW_MS, Scheme};

const HOUR_MS: u64 = 3_600_000;

#[test]
fn each_side_sees_its_own_steps_and_the_picture_has_the_numbers_of_the_table() {
    let mut scheme = Scheme::new();
    let (record, _) = planted(&mut scheme);
    let codes = codes(&scheme);
    let desk = Desk::over(scheme, None);
    for (role, tries) in [("officer", 0), ("supervisor", 0), ("admin", 0), ("worker", 1), ("lead", 1)] {
        let (mut browser, _) = desk.set_up(&codes[role], role);
        let text = browser.get(&format!("/referrals/{}", record.id)).page.text.clone();
        let table = between(&text, "<table class=\"stack steps\"", "</table>").expect("the steps");
        assert_eq!(table.matches("Contact, or a try").count(), tries, "{role}");
        assert_eq!(text.contains("Contact, or a try"), tries > 0, "{role}");
        let (circles, rows) =
            (text.matches("<circle class=\"step").count(), table.matches("rowheader").count());
        assert!(circles > 0 && circles == rows, "{role}: {circles} circles, {rows} rows");
        assert!(!text.contains(" style=") && text.contains("role=\"img\""), "{role}");
    }
}

#[test]
fn what_lay_on_a_phone_is_shaded_until_it_was_sent() {
    let mut scheme = Scheme::new();
    let record = new_record();
    let stream = shared(&scheme, record);
    let from = agreed(&mut scheme, record).seq;
    let act = submitted(&scheme, YesNo::No);
    let first = scheme.officer.record(stream, &[], &act);
    scheme.officer.push(&scheme.service, from).expect("it is accepted");
    let accepted = scheme.lead.record_raw(stream, &[first], &[], "referral.accepted", "{}");
    scheme.lead.push(&scheme.service, accepted.seq).expect("it is accepted");
    let outreach = record.stream(CompartmentKind::Outreach, scheme.provider);
    let came =
        json!({"what": "person_came", "channel": "drop_in", "result": "came_or_called", "at_ms": NOW_MS});
    let at = scheme.worker.record_raw(outreach, &[], &[accepted], "contact.recorded", &came.to_string());
    scheme.worker.push_at(&scheme.service, at.seq, NOW_MS + 3 * HOUR_MS).expect("it is accepted");
    let codes = codes(&scheme);
    let desk = Desk::over(scheme, None);
    let shaded = |role: &str| {
        let (mut browser, _) = desk.set_up(&codes[role], role);
        let page = browser.get(&format!("/referrals/{}", record.id)).page.clone();
        (page.text.matches("<rect class=\"off\"").count(), page.words())
    };
    let (count, words) = shaded("worker");
    assert!(count > 1, "one in the picture, one in its key: {words}");
    assert!(words.contains("The person") && words.contains("Sent"), "{words}");
    assert_eq!(shaded("officer").0, 0, "the force does not hold what was late");
}

#[test]
fn records_that_disagree_are_tied_together() {
    let mut scheme = Scheme::new();
    let (stream, ..) = crossed(&mut scheme);
    let record = stream.record;
    let code = codes(&scheme).remove("officer").expect("a code");
    let desk = Desk::over(scheme, None);
    let (mut browser, _) = desk.set_up(&code, "officer");
    let page = browser.get(&format!("/referrals/{}", record.id)).page.clone();
    assert!(page.text.matches("step clash").count() >= 2, "{}", page.words());
    assert!(page.text.contains("<line class=\"tie\""), "{}", page.words());
}
