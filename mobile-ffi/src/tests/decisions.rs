//! Decisions of the police on a phone: made again from the record, by other packs, and by two people.
//!
//! Does not test the rules themselves: `sync-core` does.

use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::policy::PolicyPack;

use super::{Phone, bundle, form, hear, look_up, phone, with};
use crate::store::reference;

fn explained(phone: &Phone, record: &Value) -> Value {
    let answer = phone.device.query(&json!({"query": "explain", "record": record}));
    answer.expect("the record is held")["explanation"].clone()
}

fn use_pack(phone: &Phone, pack: &str) {
    let store = phone.device.store();
    let providers = reference::providers(&store.db).expect("readable");
    look_up(&store.db, &bundle(pack, providers));
}

/// Forms that each answer other questions.
fn forms() -> Vec<Value> {
    let custody = json!({"arrested_for_other": "theft", "oic": "not_material"});
    let checked = json!([
        {"kind": "pnc", "channel": "voice_radio", "result": "nothing_found", "age_ms": 5},
        {"kind": "prior_referrals", "channel": "voice_radio", "result": "nothing_found", "age_ms": 60_000},
    ]);
    let changes = [
        json!({}),
        json!({"signs": {"supply": ["cash", "many_wraps"]}}),
        json!({"signs": {"necessity": ["e", "a"]}}),
        json!({"signs": {"defence": "prescribed"}}),
        json!({"identity": "not_established"}),
        json!({"born": null, "apparent_age": 16, "identity": "known_to_officer", "provider": super::PROVIDER,
            "override": {"reason": "the service knows them"}}),
        json!({"custody": custody}),
        json!({"custody": {"arrested_for_other": "theft"}}),
        json!({"checks": checked}),
        json!({"agrees": {"answer": "cannot_decide_now", "reason": "intoxicated"}}),
        json!({"agrees": {"answer": "no"}}),
        json!({"command": "record_encounter", "agrees": null, "not_offered": {"reason": "unsafe"}}),
        json!({"evidence": "not_sufficient"}),
        json!({"drug": "unknown", "offence": "MD71530"}),
    ];
    let numbered = changes.into_iter().enumerate();
    let named = |(number, change): (usize, Value)| {
        with(with(form(), json!({"family": format!("F{number}")})), change)
    };
    numbered.map(named).collect()
}

#[test]
fn every_decision_is_made_again_from_the_record_under_every_pack() {
    for pack in PolicyPack::shipped() {
        let phone = phone(Role::Officer, 10);
        use_pack(&phone, &pack.id);
        for form in forms() {
            let answer = phone.run(form.clone());
            let explanation = explained(&phone, &answer["record"]);
            assert_eq!(explanation["replay"], "same", "{form} under {}: {explanation}", pack.id);
            assert_eq!(explanation["policy"]["id"], json!(pack.id));
            assert_eq!(explanation["verdict"], answer["verdict"]);
        }
    }
}

#[test]
fn an_earlier_referral_that_was_read_is_kept_with_the_decision() {
    let phone = phone(Role::Officer, 10);
    let first = phone.run(form());
    let again = phone.run(with(form(), json!({"exhibit": "AB/9"})));
    phone.run(json!({"command": "cancel", "record": first["record"], "reason": "wrong_provider"}));
    let explanation = explained(&phone, &again["record"]);
    assert_eq!(
        explanation["replay"], "same",
        "what became of the earlier one since is not read: {explanation}"
    );
}

#[test]
fn a_fact_that_was_struck_since_is_told_and_a_later_one_is_not_read() {
    let phone = phone(Role::Officer, 10);
    let record = phone.run(form())["record"].clone();
    let history = phone.device.query(&json!({"query": "history", "record": record})).expect("held");
    let entries = history["entries"].as_array().expect("a list");
    let check = entries.iter().find(|entry| entry["kind"] == "check.recorded").expect("a check was made");
    phone.run(json!({"command": "strike", "entry": check["op"], "reason": "another person's"}));
    assert_eq!(explained(&phone, &record)["replay"], "other_inputs");
}

#[test]
fn a_strike_is_not_repeated_and_is_taken_back() {
    let phone = phone(Role::Officer, 10);
    let record = phone.run(form())["record"].clone();
    let history = phone.device.query(&json!({"query": "history", "record": record})).expect("held");
    let entries = history["entries"].as_array().expect("a list");
    let check = entries.iter().find(|entry| entry["kind"] == "check.recorded").expect("a check was made");
    let strike = json!({"command": "strike", "entry": check["op"], "reason": "another person's"});
    let back = json!({"command": "strike", "entry": check["op"], "reason": "it was theirs", "back": "yes"});
    assert_eq!(phone.refused(back.clone()).code, "not_allowed", "nobody struck it");
    phone.run(strike.clone());
    assert_eq!(phone.refused(strike).code, "not_allowed", "it is struck");
    phone.run(back);
    assert_eq!(explained(&phone, &record)["replay"], "same");
}

#[test]
fn an_encounter_ends_with_one_outcome() {
    let phone = phone(Role::Officer, 10);
    let both = json!({"command": "record_encounter", "not_offered": {"reason": "unsafe"}});
    let problem = phone.refused(with(form(), both));
    assert_eq!((problem.code.as_str(), problem.field.as_deref()), ("field_unknown", Some("agrees")));
    for (change, verdict) in [
        (json!({"agrees": null, "signs": {"necessity": ["e"]}}), "arrest_required"),
        (json!({"agrees": null, "identity": "not_established"}), "identity_not_established"),
        (json!({"agrees": {"answer": "no"}}), "declined"),
    ] {
        let ended = with(with(form(), json!({"command": "record_encounter"})), change);
        let answer = phone.run(ended);
        assert_eq!(answer["verdict"], verdict);
        assert_eq!(explained(&phone, &answer["record"])["verdict"], verdict);
    }
}

#[test]
fn an_offer_whose_days_ended_is_on_the_worklist_until_it_is_answered_and_a_late_yes_refers() {
    let phone = phone(Role::Officer, 10);
    let undecided = json!({"agrees": {"answer": "cannot_decide_now", "reason": "intoxicated"}});
    let record = phone.run(with(form(), undecided))["record"].clone();
    let first = |phone: &Phone| phone.ask("worklist")["worklist"][0].clone();
    assert_eq!(
        (&first(&phone)["record"], &first(&phone)["first"]["timer"]),
        (&record, &json!("answer_offer"))
    );
    assert_ne!(first(&phone)["first"]["state"], "overdue");
    let (month_ms, reading) = (30 * 24 * 3_600_000, phone.device.reading());
    let later_ms = reading.clock_ms + month_ms;
    hear(&phone.device.store().db, later_ms, reading);
    assert_eq!(first(&phone)["first"]["state"], "overdue");
    assert!(first(&phone)["reason"].as_str().is_some_and(|reason| reason.contains("ask once more")));
    phone.run(json!({
        "command": "answer_offer", "record": record, "agrees": {"answer": "yes"}, "offence": "MD71530",
        "consent": form()["consent"], "reach": form()["reach"],
    }));
    assert_eq!(first(&phone)["first"]["timer"], "crime_reference", "the offer no longer waits");
    assert_eq!(phone.ask("referrals")["referrals"][0]["stage"], "submitted");
}

#[test]
fn a_yes_after_the_police_decided_otherwise_is_recorded_and_refers_nobody() {
    let phone = phone(Role::Officer, 10);
    let undecided = json!({"agrees": {"answer": "cannot_decide_now", "reason": "intoxicated"}});
    let record = phone.run(with(form(), undecided))["record"].clone();
    phone.run(json!({"command": "dispose", "record": record, "disposal": "investigation"}));
    assert_eq!(phone.ask("worklist")["worklist"], json!([]));
    phone.run(json!({"command": "answer_offer", "record": record, "agrees": {"answer": "yes"}}));
    let held = phone.ask("referrals")["referrals"][0].clone();
    assert_eq!((&held["answer"], &held["stage"]), (&json!("yes"), &json!("not_submitted")));
    assert_eq!(held["disposal"]["disposal"], "investigation");
}

#[test]
fn a_later_yes_keeps_the_pack_of_the_offer_and_asks_for_the_service_of_the_persons_age() {
    let phone = phone(Role::Officer, 10);
    use_pack(&phone, "deferred-contract");
    let undecided =
        json!({"agrees": {"answer": "cannot_decide_now", "reason": "intoxicated"}, "evidence": "sufficient"});
    let record = phone.run(with(form(), undecided))["record"].clone();
    use_pack(&phone, "thames-valley-2018");
    phone.run(json!({
        "command": "answer_offer", "record": record, "agrees": {"answer": "yes"}, "offence": "MD71530",
        "consent": form()["consent"], "reach": form()["reach"],
    }));
    let held = phone.ask("referrals")["referrals"][0].clone();
    assert_eq!(held["disposal"]["disposal"], "diversion_22_pending");
    let history = phone.device.query(&json!({"query": "history", "record": record})).expect("held");
    let entries = history["entries"].as_array().expect("a list").iter();
    let named: Vec<_> = entries.filter_map(|entry| entry["body"]["policy"]["id"].as_str()).collect();
    assert_eq!(named, ["deferred-contract"; 2]);
}
