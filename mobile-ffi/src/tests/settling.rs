//! Settling what was passed up: upon exactly the sides that the extract names.

use serde_json::json;
use sync_core::access::Role;
use sync_core::clock::Hlc;
use sync_core::ids::{CompartmentKind, DeviceId, Digest, OpId, Record, UserId};
use sync_core::referral::conflict::{ConflictKind, Settler};
use sync_core::sync::answer::{Extract, ExtractSide, ExtractState};
use uuid::Uuid;

use super::{PROVIDER, phone};
use crate::store::{ops, reference};

#[test]
fn an_extract_is_settled_upon_exactly_its_sides() {
    let phone = phone(Role::Admin, 10);
    let side = |device: u128| OpId { device: DeviceId(Uuid::from_u128(device)), seq: 4 };
    let shown = |op: OpId| ExtractSide {
        op,
        author: UserId(op.device.0),
        org: PROVIDER,
        eff: Hlc::from_ms(1),
        value: "\"attended\"".to_owned(),
        body: None,
        had_seen: Vec::new(),
    };
    let extract = Extract {
        stream: Record::referral(Uuid::from_u128(5)).stream(CompartmentKind::Outreach, PROVIDER),
        conflict: Digest([3; 32]),
        version: Digest([4; 32]),
        kind: ConflictKind::Field,
        settler: Settler::Admin,
        about: "attendance/x".to_owned(),
        sides: vec![shown(side(21)), shown(side(20))],
        state: ExtractState::Open,
    };
    reference::keep_extract(&phone.device.store().db, extract.conflict, Some(&extract))
        .expect("the store takes the extract");
    assert_eq!(phone.ask("conflicts")["conflicts"][0]["extract"], true);
    let choice = json!({"op": side(20)});
    phone.run(json!({"command": "settle", "conflict": extract.conflict, "choice": choice, "reason": "register seen"}));
    let own = ops::own_ops(&phone.device.store().db, 1, 10).expect("the log is readable");
    let header = &own.first().expect("the settlement was recorded").op.header;
    assert_eq!((header.stream, &header.deps), (extract.stream, &vec![side(20), side(21)]));
}
