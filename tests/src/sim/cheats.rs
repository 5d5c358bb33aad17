//! What a byzantine phone does: it signs what no honest one would.
//!
//! Each cheat is one op, or one change of its own past; the server and all honest phones must stand it.
//! Does not forge the signatures of others: that would only test the hash.

use std::rc::Rc;

use sync_core::clock::Hlc;
use sync_core::ids::{CompartmentKind, DeviceId, Digest, OpId, OrgId, Record, Stream};
use sync_core::op::{Header, Op, Recovered, Seed, body_digest};
use sync_core::phone::rows::Own;
use uuid::Uuid;

use super::phone::Phone;
use super::random::Random;
use super::state::Me;
use super::write::own_stream;

/// What the server alone says.
const RECEIVED: &str = r#"{"provider":"00000000-0000-0000-0000-000000000001"}"#;

/// One forged op.
struct Forged {
    stream: Stream,
    deps: Vec<OpId>,
    hlc: Hlc,
    kind: &'static str,
    body: &'static str,
    recovered_from: Option<OpId>,
}

/// Cheats once, and tells how.
pub(super) fn cheat(
    phone: &mut Phone,
    providers: &[OrgId],
    true_ms: u64,
    random: &mut Random,
) -> &'static str {
    let records = phone.state.records();
    let record = if records.is_empty() { Record::referral(random.uuid()) } else { *random.pick(&records) };
    let me = phone.me;
    let next = OpId { device: me.device, seq: phone.state.tip().seq + 1 };
    let honest = Forged {
        stream: own_stream(&me, record, CompartmentKind::Shared),
        deps: Vec::new(),
        hlc: phone.state.kept.hlc.tick(phone.now_ms(true_ms)),
        kind: "subject.amended",
        body: r#"{"field":"born","value":"1970-01-01"}"#,
        recovered_from: None,
    };
    let nobody = OpId { device: DeviceId(random.uuid()), seq: 1 + random.below(3) };
    let (how, forged) = match random.below(11) {
        0 => ("foreign_stream", Forged { stream: foreign(&me, record, providers), ..honest }),
        1 => ("unknown_dep", Forged { deps: vec![nobody], ..honest }),
        2 => ("dep_on_the_future", Forged { deps: vec![OpId { seq: next.seq + 1, ..next }], ..honest }),
        3 => ("dep_on_itself", Forged { deps: vec![next], ..honest }),
        4 => ("backdated", Forged { hlc: Hlc(random.below(2) * u64::MAX), ..honest }),
        5 => ("not_allowed", Forged { kind: "referral.accepted", body: "{}", ..honest }),
        6 => ("server_kind", Forged { kind: "referral.received", body: RECEIVED, ..honest }),
        7 => ("no_shape", Forged { body: r#"{"nonsense":1}"#, ..honest }),
        8 => ("unsorted_deps", Forged { deps: vec![OpId { seq: 9, ..nobody }, nobody], ..honest }),
        9 => ("recovered_from_another", Forged { recovered_from: Some(nobody), ..honest }),
        _ => {
            phone.state.log.pop();
            ("fork", honest)
        }
    };
    append(phone, forged, true_ms, random);
    how
}

/// A stream that this role may never write.
fn foreign(me: &Me, record: Record, providers: &[OrgId]) -> Stream {
    if me.role.of_provider() {
        record.stream(CompartmentKind::Police, me.force)
    } else {
        let provider = providers.first().copied().unwrap_or(OrgId(Uuid::nil()));
        record.stream(CompartmentKind::Outreach, provider)
    }
}

fn append(phone: &mut Phone, forged: Forged, true_ms: u64, random: &mut Random) {
    let (me, uptime) = (phone.me, phone.uptime(true_ms));
    let state = &mut phone.state;
    let tip = state.tip();
    state.kept.command += 1;
    let seed = Seed(random.bytes());
    state.seeds.push((tip.seq + 1, seed));
    let id = OpId { device: me.device, seq: tip.seq + 1 };
    let salt = seed.salt(id);
    let header = Header {
        id,
        prev: tip.hash,
        stream: forged.stream,
        deps: forged.deps,
        seen: None,
        hlc: forged.hlc,
        uptime,
        receipt: state.kept.receipt,
        author: me.user,
        vocabulary: me.vocabulary,
        recovered_from: forged.recovered_from.map(|id| Recovered { id, hash: Digest::default() }),
        kind: forged.kind.parse().expect("it is written as kinds are"),
        body_digest: body_digest(salt, forged.body),
    };
    let op = Op { header, body: Some(forged.body.into()), salt };
    let (hash, command, rev) = (op.header.hash(), state.kept.command, state.kept.next_rev());
    let own = Own { op, hash, command, rev, acknowledged: false, sealed: false, stamp: None };
    state.log.push(Rc::new(own));
}
