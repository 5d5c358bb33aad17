//! What a request that has another shape than it should is answered: the path, what was expected, what was found.
//!
//! Does not test what answers mean: see [`super::commands`].

use serde_json::{Value, json};
use sync_core::access::Role;

use super::{form, phone, with};

#[test]
fn what_is_wrong_is_told_with_its_path_and_never_with_its_value() {
    let phone = phone(Role::Officer, 10);
    let check = json!({"kind": "pnc", "channel": 7, "result": "nothing_found"});
    let record = "00000000-0000-0000-0000-0000000000aa";
    let attend = json!({"command": "attend", "record": record, "meeting": "session", "status": "attended"});
    for (asked, code, field, detail) in [
        (
            with(form(), json!({"agrees": "Zed"})),
            "field_type",
            "agrees",
            r#"expected an object such as {"answer":"yes"}, found a string"#,
        ),
        (with(form(), json!({"family": 5})), "field_type", "family", "expected a string, found a number"),
        (
            with(form(), json!({"checks": [check]})),
            "field_type",
            "checks[0].channel",
            "expected a string, found a number",
        ),
        (
            with(form(), json!({"agrees": {"answer": "Zed"}})),
            "code_unknown",
            "agrees.answer",
            "one of: yes, no, cannot_decide_now",
        ),
        (with(form(), json!({"agrees": {}})), "field_missing", "agrees.answer", ""),
        (
            with(form(), json!({"reach": {"Zed": 1}})),
            "field_unknown",
            "reach.Zed",
            "one of: phone, may, place_and_time",
        ),
        (
            with(attend.clone(), json!({"minutes": 70_000})),
            "number_out_of_range",
            "minutes",
            "a whole number from 0 to 65535",
        ),
        (
            with(attend, json!({"record": "Zed", "minutes": 60})),
            "reference_malformed",
            "record",
            "a reference such as TVP-7KQ2-M4XD-9, an id, or the beginning of one",
        ),
        (json!({"command": "refuse"}), "code_unknown", "command", "one of: assess, refer,"),
        (json!({"family": "Zed"}), "field_missing", "command", ""),
        (json!({"command": 5}), "field_type", "command", "expected a string"),
    ] {
        let problem = phone.refused(asked.clone());
        let found = (problem.code.as_str(), problem.field.as_deref());
        assert_eq!(found, (code, Some(field)), "{asked}");
        let said = &problem.detail;
        assert!(said == detail || code == "code_unknown" && said.starts_with(detail), "{asked}: {said}");
        assert!(!said.contains("Zed") && !said.contains("70000"), "{said}");
    }
}

#[test]
fn a_query_is_read_as_a_command_is() {
    let phone = phone(Role::Officer, 10);
    for (asked, code, field) in [
        (json!({"query": "referral"}), "field_missing", "record"),
        (json!({"query": "referrals", "page": 2}), "field_unknown", "page"),
        (json!({"query": "everything"}), "code_unknown", "query"),
        (json!([]), "field_type", "body"),
    ] {
        let problem = phone.device.query(&asked).expect_err("it is no query");
        assert_eq!((problem.code.as_str(), problem.field.as_deref()), (code, Some(field)), "{asked}");
    }
    assert_eq!(phone.ask("referrals")["referrals"], Value::Array(Vec::new()));
}
