//! The read API and what admins change through it, over a real socket.
//!
//! Does not test tokens.

use aws_lc_rs::signature::KeyPair as _;
use serde_json::{Value, json};
use sync_core::ids::CompartmentKind;

use super::live::Live;
use super::phone::{new_key, new_record, sign, try_code};
use super::pipeline::{agreed, contact_after, encounter, police, shared, submitted};
use super::{NOW_MS, Scheme};
use crate::admin;
use crate::keys::base64url;
use crate::time::now_ms;

#[test]
fn each_role_reads_what_its_feeds_hold_and_a_foreign_thing_is_like_none() {
    let mut scheme = Scheme::new();
    let record = new_record();
    let act = submitted(&scheme, sync_core::referral::act::YesNo::No);
    agreed(&mut scheme, record);
    let first = scheme.officer.record(shared(&scheme, record), &[], &act);
    // The server that serves it reads a real clock, and takes from an officer what was quiet for long.
    scheme.officer.push_at(&scheme.service, 1, now_ms()).expect("it is accepted");
    let outreach = record.stream(CompartmentKind::Outreach, scheme.provider);
    contact_after(&mut scheme.lead, outreach, &[first]);
    scheme.lead.push(&scheme.service, 1).expect("it is accepted");
    let foreign = new_record();
    let opened = scheme.officer.record(police(&scheme, foreign), &[], &encounter());
    scheme.officer.push(&scheme.service, opened.seq).expect("it is accepted");
    let live = Live::over(scheme);

    let path = format!("/v1/referrals/{}", record.id);
    let (of_lead, of_officer) = (live.get(&live.lead, &path), live.get(&live.officer, &path));
    assert_eq!((of_lead.status, of_officer.status), (200, 200), "{}", of_lead.text);
    assert_eq!(of_lead.body["level"], 1);
    let list = live.get(&live.lead, "/v1/referrals?limit=1");
    assert_eq!(list.body["referrals"].as_array().map(Vec::len), Some(1));
    let unknown = live.get(&live.lead, &format!("/v1/referrals/{}", uuid::Uuid::nil()));
    let other = live.get(&live.lead, &format!("/v1/referrals/{}", foreign.id));
    let same = |reply: &super::live::Reply| {
        let mut body = reply.body.clone();
        body["request"] = Value::Null;
        (reply.status, body)
    };
    assert_eq!(same(&unknown), same(&other));
    assert_eq!((unknown.status, unknown.code()), (404, "not_found"));
    let malformed = live.get(&live.lead, "/v1/referrals/x");
    assert_eq!(same(&malformed), same(&other));
}

#[test]
fn queries_and_bodies_that_are_not_as_they_must_be_are_refused() {
    let live = Live::new();
    for (path, code) in [
        ("/v1/users?limit=0", "field_wrong"),
        ("/v1/users?limit=many", "field_wrong"),
        ("/v1/users?page=2", "field_wrong"),
        ("/v1/users?cursor=x", "cursor_unknown"),
    ] {
        let reply = live.get(&live.admin, path);
        assert_eq!((reply.status, reply.code()), (400, code), "{path}");
    }
    let org = live.admin.enrolled.force;
    for body in [
        json!({}),
        json!({"name": "N", "role": "officer"}),
        json!({"name": "N", "role": "king", "org": org}),
        json!({"name": " ", "role": "officer", "org": org}),
        json!({"name": "N", "role": "officer", "org": org, "admin": true}),
    ] {
        let reply = live.post(&live.admin, "/v1/users", &body);
        assert_eq!((reply.status, reply.code()), (400, "field_wrong"), "{body}");
    }
    let reply = live.post(&live.officer, "/v1/providers", &json!({"name": "N", "ages": {"from": 18}}));
    assert_eq!((reply.status, reply.code()), (403, "not_yours"));
}

#[test]
fn two_admins_add_a_providers_first_lead_who_adds_its_people() {
    let scheme = Scheme::new();
    let second = try_code(&scheme.service, &scheme.second_admin.code, NOW_MS).expect("the code counts");
    let live = Live::over(scheme);
    let provider = json!({"name": "Swanway", "areas": ["West"], "ages": {"from": 10, "to": 25}});
    let added = live.post(&live.admin, "/v1/providers", &provider);
    assert_eq!((added.status, &added.body["state"]), (200, &json!("active")), "{}", added.text);
    let worker = json!({"name": "Reid", "role": "outreach_worker", "org": added.body["provider"]});
    assert_eq!(live.post(&live.admin, "/v1/users", &worker).code(), "not_allowed");
    let lead = json!({"name": "Moss", "role": "provider_lead", "org": added.body["provider"]});
    let proposed = live.post(&live.admin, "/v1/users", &lead);
    assert_eq!(proposed.body["waits_for"], "other_admin", "{}", proposed.text);
    let confirm =
        format!("/v1/proposals/{}/confirm-role", proposed.body["proposal"].as_str().expect("an id"));
    assert_eq!(live.post(&live.admin, &confirm, &json!({})).code(), "not_allowed");
    let confirmed = live.post(&second, &confirm, &json!({}));
    assert_eq!((confirmed.status, &confirmed.body["role"]), (200, &json!("provider_lead")));
    let code = admin::whole_code(&proposed.body, confirmed.body);
    let worker = json!({"name": "Reid", "role": "outreach_worker", "org": live.lead.enrolled.org});
    let worker = live.post(&live.lead, "/v1/users", &worker);
    assert!(code["code"].is_string() && worker.body["code"].is_string(), "{}", worker.text);
    let waiting = live.get(&live.admin, "/v1/proposals");
    assert_eq!(waiting.body["proposals"], json!([]));
    assert_eq!(admin::open(live.data.path()).err(), Some(crate::Fault::InUse));
}

#[test]
fn slots_persons_and_a_fallback_are_answered_as_the_description_says() {
    let mut scheme = Scheme::new();
    let (one, other) = super::persons::two_of_one_person(&mut scheme);
    let other_provider = scheme.other_provider;
    let (provider, live) = (scheme.provider, Live::over(scheme));
    let slot = json!({
        "at_ms": now_ms() + 86_400_000, "minutes": 60, "meeting": "assessment", "mode": "phone", "capacity": 2, "place": "Room 1",
    });
    assert_eq!(live.post(&live.officer, "/v1/slots", &slot).code(), "not_yours");
    let opened = live.post(&live.lead, "/v1/slots", &slot);
    assert_eq!((opened.status, &opened.body["state"]), (200, &json!("open")), "{}", opened.text);
    let listed = live.get(&live.officer, "/v1/slots");
    assert_eq!(listed.body["slots"][0]["confirmed"], 0);
    let close = format!("/v1/slots/{}/close", opened.body["slot"].as_str().expect("an id"));
    assert_eq!(live.post(&live.lead, &close, &json!({"reason": "flood"})).body["state"], "closed");

    let questions = live.get(&live.admin, "/v1/persons");
    assert_eq!(questions.body["questions"][0]["asks"], "same_encounter", "{}", questions.text);
    let conflict = questions.body["questions"][0]["conflict"].as_str().expect("an id").to_owned();
    let conflict = live.get(&live.admin, &format!("/v1/conflicts/{conflict}"));
    assert_eq!(conflict.body["sides"].as_array().map(Vec::len), Some(2), "both encounters are shown");
    let person = live.get(&live.admin, &format!("/v1/persons/{one}"));
    assert_eq!(person.body["members"].as_array().map(Vec::len), Some(2), "{}", person.text);
    assert_eq!(live.get(&live.lead, &format!("/v1/persons/{one}")).code(), "not_yours");
    let subject = |id: uuid::Uuid| {
        live.get(&live.admin, &format!("/v1/persons/{id}")).body["subject"]["subject"].clone()
    };
    let tied = json!({"one": subject(one), "other": subject(other), "as_of": person.body["as_of"]});
    for (path, state) in [("/v1/persons/split", "split"), ("/v1/persons/link", "shown_anew")] {
        let said = live.post(&live.admin, path, &tied);
        assert!(said.body["state"] == state || said.code() == state, "{}", said.text);
    }
    let disable = format!("/v1/providers/{provider}/disable");
    let disabled = live.post(&live.admin, &disable, &json!({"fallback": other_provider}));
    assert_eq!(
        (&disabled.body["state"], &disabled.body["in_flight"]),
        (&json!("disabled"), &json!(0)),
        "{}",
        disabled.text
    );
}

#[test]
fn a_device_enrols_and_syncs_as_the_description_says() {
    let scheme = Scheme::new();
    let second = try_code(&scheme.service, &scheme.second_admin.code, NOW_MS).expect("the code counts");
    let mut live = Live::over(scheme);
    let path = format!("/v1/users/{}/enrol-code", live.officer.user);
    let asked = live.post(&live.admin, &path, &json!({}));
    assert_eq!((asked.status, &asked.body["asks"]), (200, &json!("code")), "{}", asked.text);
    let waiting = live.get(&live.admin, "/v1/proposals");
    assert_eq!(waiting.body["proposals"][0]["proposal"], asked.body["proposal"]);
    let confirm = format!("/v1/proposals/{}/confirm-code", asked.body["proposal"].as_str().expect("an id"));
    assert_eq!(live.post(&live.admin, &confirm, &json!({})).code(), "not_allowed");
    let ends = live.post(&second, &confirm, &json!({}));
    assert_eq!(ends.body.get("code"), None, "nobody has a whole code");
    let code = admin::whole_code(&asked.body, ends.body)["code"].as_str().expect("a code").to_owned();
    let key = new_key();
    let point = key.public_key().as_ref();
    let proof = sign(&key, &[b"waymark/enrol/1", code.as_bytes(), point].concat());
    let request = json!({
        "code": code, "public_key": base64url(point), "proof": base64url(&proof), "name": "phone",
    });
    let kind = ("content-type", "application/json".to_owned());
    let enrol = |body: &Value| {
        live.send("POST", "/v1/enrol", std::slice::from_ref(&kind), body.to_string().as_bytes())
    };
    let enrolled = enrol(&request);
    assert_eq!((enrolled.status, &enrolled.body["role"]), (200, &json!("officer")), "{}", enrolled.text);
    let again = enrol(&request);
    assert_eq!((again.status, &again.body["device"]), (200, &enrolled.body["device"]), "{}", again.text);

    let stream = new_record().stream(CompartmentKind::Police, live.officer.enrolled.force);
    live.officer.record(stream, &[], &encounter());
    let request = live.officer.request(1);
    let headers = [kind.clone(), ("waymark-device", request.header.to_string())];
    let answer = live.send("POST", "/v1/sync", &headers, &request.sent);
    assert_eq!((answer.status, &answer.body["acknowledged"]), (200, &json!(1)), "{}", answer.text);
    assert_eq!(live.send("POST", "/v1/sync", &headers, &request.sent).code(), "counter_old");
}
