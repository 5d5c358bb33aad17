//! What the people of the simulation on a disk send from the screens of their phones.
//!
//! Does not play anything, and checks nothing.

use serde_json::{Value, json};
use sync_core::access::Role;
use tests::sim::Random;
use waymark::Device;

/// What somebody does next, as their phone's screens would send it.
pub(super) fn command(device: &Device, role: Role, random: &mut Random) -> Option<Value> {
    let shown = device.query(&json!({"query": "referrals"})).expect("a query is answered");
    let held = shown["referrals"].as_array().cloned().unwrap_or_default();
    if role == Role::Officer && (held.is_empty() || random.happens(35)) {
        return Some(refer(random));
    }
    if held.is_empty() {
        return None;
    }
    let record = random.pick(&held)["record"].clone();
    let mut command = match role {
        Role::Officer | Role::Supervisor => of_force(random),
        Role::OutreachWorker | Role::ProviderLead => of_provider(role, random),
        Role::Admin | Role::Auditor | Role::Server => return None,
    };
    command["record"] = record;
    Some(command)
}

fn of_force(random: &mut Random) -> Value {
    match random.below(4) {
        0 => json!({"command": "cancel", "reason": random.pick(&["wrong_person", "wrong_provider"])}),
        1 => {
            json!({"command": "amend", "field": "born", "value": random.pick(&["1990-01-01", "1991-01-01"])})
        }
        2 => json!({"command": "safeguard", "codes": ["overdose_risk"], "told": "control room"}),
        _ => json!({"command": "handover", "result": "reached"}),
    }
}

fn of_provider(role: Role, random: &mut Random) -> Value {
    match random.below(6) {
        0 | 1 if role == Role::ProviderLead => json!({"command": "accept"}),
        0 => json!({"command": "details", "field": "phone", "value": "07700 900125"}),
        1 | 2 => json!({"command": "note", "text": "calm"}),
        3 => {
            json!({"command": "amend", "field": "born", "value": random.pick(&["1990-01-01", "1992-02-02"])})
        }
        _ => {
            let (status, minutes) = *random.pick(&[("attended", 60), ("did_not_attend", 0)]);
            json!({"command": "attend", "meeting": "session", "minutes": minutes, "status": status})
        }
    }
}

fn refer(random: &mut Random) -> Value {
    json!({
        "command": "refer", "drug": "cannabis", "amount": "two wraps",
        "family": random.pick(&["Doe", "Roe", "Núñez"]), "given": "Zoë",
        "born": "1990-02-28", "identity": "photo_document",
        "checks": [{"kind": "pnc", "channel": "voice_radio", "result": "nothing_found"}],
        "signs": {}, "safe_now": {}, "ethnicity": "NS", "agrees": {"answer": "yes"},
        "consent": {"contact": "yes", "feedback": "yes", "wording": "v1", "language": "en"},
        "reach": {"phone": "07700 900123", "may": ["text"]}, "again": true,
    })
}
