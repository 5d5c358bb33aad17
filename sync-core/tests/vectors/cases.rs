//! The cases of `schema/vectors`: each names what it is `of`, what goes `in`, and what that `gives`.
//!
//! Used by the test that compares and by the example that writes. Does not know which cases there are.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sync_core::identity::{Rules, Subject, canonical_cro, canonical_pnc, compare, normalise_name};
use sync_core::ids::{CompartmentKind, OpId, OrgId, Stream};
use sync_core::op::{Header, Seed, body_digest, parse_layout};
use sync_core::policy::PolicyPack;
use sync_core::reference::HumanReference;
use sync_core::referral::conflict::{ConflictKind, conflict_id, version};
use sync_core::referral::eligibility::{Inputs, Prior, assess};
use sync_core::referral::fold::{StreamState, fold};
use sync_core::referral::view::view;
use sync_core::stream::{History, StreamOp};
use uuid::Uuid;

/// What a case gives, by this code.
pub(crate) fn gives(of: &str, input: &Value) -> Value {
    match of {
        "body_digest" => salted(read(input)),
        "header_hash" => hashed(read(input)),
        "reference" => reference(read(input)),
        "conflict" => conflict(read(input)),
        "fold" => folded(read(input)),
        "view" => views(read(input)),
        "verdict" => verdict(read(input)),
        "name" => json!(normalise_name(&read::<String>(input))),
        "pnc" => json!(canonical_pnc(&read::<String>(input), 2026)),
        "cro" => json!(canonical_cro(&read::<String>(input))),
        "match" => matched(read(input)),
        other => unreachable!("the vectors hold no case of {other}"),
    }
}

fn read<T: DeserializeOwned>(input: &Value) -> T {
    T::deserialize(input).expect("the vectors hold what this kind of case takes")
}

#[derive(Deserialize)]
struct Salted {
    seed: String,
    op: OpId,
    body: String,
}

fn salted(Salted { seed, op, body }: Salted) -> Value {
    let seed: [u8; 16] = bytes(&seed).try_into().expect("a seed has 16 bytes");
    let salt = Seed(seed).salt(op);
    json!({ "salt": hex(&salt.0), "body_digest": body_digest(salt, &body) })
}

fn hashed(layout: String) -> Value {
    let header: Header = parse_layout(&bytes(&layout)).expect("the vectors hold whole layouts");
    json!(header.hash())
}

#[derive(Deserialize)]
struct Referred {
    prefix: String,
    record: Uuid,
}

fn reference(Referred { prefix, record }: Referred) -> Value {
    json!(HumanReference::of(&prefix, record).expect("the vectors hold prefixes"))
}

#[derive(Deserialize)]
struct Disagreed {
    kind: ConflictKind,
    stream: Stream,
    about: String,
    sides: Vec<OpId>,
}

fn conflict(Disagreed { kind, stream, about, sides }: Disagreed) -> Value {
    json!({ "id": conflict_id(kind, &stream, &about), "version": version(&sides) })
}

fn folded(ops: Vec<StreamOp>) -> Value {
    let state = fold(&History::new(ops));
    let conflicts: Vec<_> =
        state.conflicts.iter().map(|conflict| json!([conflict.about, conflict.id])).collect();
    let standings: Vec<_> = state.entries.iter().map(|entry| json!([entry.id, entry.standing])).collect();
    json!({ "digest": state.digest(), "heads": state.heads, "conflicts": conflicts, "entries": standings })
}

/// What the people of the force see, and what those of each provider: the view of the streams that they hold.
fn views(ops: Vec<StreamOp>) -> Value {
    let mut streams: BTreeMap<Stream, Vec<StreamOp>> = BTreeMap::new();
    for op in ops {
        streams.entry(op.stream).or_default().push(op);
    }
    let states: Vec<StreamState> = streams.into_values().map(|ops| fold(&History::new(ops))).collect();
    let seen = |holds: &dyn Fn(&Stream) -> bool| {
        let held = states.iter().filter(|state| state.stream.as_ref().is_some_and(holds)).cloned();
        json!(view(&held.collect::<Vec<_>>()))
    };
    let shared = |stream: &Stream| stream.kind() == CompartmentKind::Shared;
    let force = seen(&|stream| shared(stream) || stream.kind() == CompartmentKind::Police);
    let own = |stream: &Stream| matches!(stream.kind(), CompartmentKind::Outreach | CompartmentKind::Care);
    let of = |org: &OrgId| seen(&|stream| shared(stream) || own(stream) && stream.compartment.org == *org);
    let wrote =
        states.iter().filter_map(|state| state.stream).filter(own).map(|stream| stream.compartment.org);
    let orgs: BTreeSet<OrgId> = wrote.chain(view(&states).providers).collect();
    let services: BTreeMap<OrgId, Value> = orgs.iter().map(|org| (*org, of(org))).collect();
    json!({ "force": force, "services": services })
}

#[derive(Deserialize)]
struct Asked {
    pack: String,
    inputs: Inputs,
    priors: Vec<Prior>,
    now_ms: u64,
}

fn verdict(Asked { pack, inputs, priors, now_ms }: Asked) -> Value {
    let pack = PolicyPack::find(&pack).expect("the vectors name packs that are shipped");
    json!(assess(pack, &inputs, &priors, now_ms).verdict)
}

fn matched((a, b): (Subject, Subject)) -> Value {
    let answer = compare(&a, &b, Rules::shipped());
    let codes: Vec<_> = answer.reasons.iter().map(|reason| reason.code).collect();
    json!({ "band": answer.band, "points": answer.points, "reasons": codes })
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        hex.chars().filter_map(|c| c.to_digit(16)).filter_map(|n| u8::try_from(n).ok()).collect();
    digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, nibble| byte << 4 | nibble)).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
