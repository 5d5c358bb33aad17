//! Enrolment: a one-time code and a proof that the device holds its key, once.
//!
//! User, role and organisation come from the code, never from the request. Does not sync.

use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::{Value, json};
use sync_core::clock::Hlc;
use uuid::Uuid;

use crate::device::Device;
use crate::keys::base64url;
use crate::me::Me;
use crate::problem::Problem;
use crate::store::meta::{self, key};
use crate::store::reference::{self, Provider};
use crate::sync::transport::{Exchange, Reply, bounded, client, reply};

const TAG: &[u8] = b"waymark/enrol/1";
const MAX_TIME: Duration = Duration::from_secs(30);

/// What the server answers.
#[derive(Debug, Deserialize)]
struct Enrolled {
    #[serde(flatten)]
    me: Me,
    epoch: Uuid,
    #[serde(default)]
    providers: Vec<Provider>,
    now_ms: u64,
}

/// Enrols the device.
pub(crate) fn enrol(device: &Device, code: &str, name: &str) -> Result<Value, Problem> {
    let server = {
        let store = device.store();
        if meta::value::<Me>(&store.db, key::ME)?.is_some() {
            return Err(Problem::new("already_enrolled", ""));
        }
        meta::value::<String>(&store.db, key::SERVER)?.ok_or_else(|| Problem::new("server_unset", ""))?
    };
    let public_key = device.signer.public_key();
    let proof = device.signer.sign(&[TAG, code.as_bytes(), &public_key].concat())?;
    let request = json!({
        "code": code, "public_key": base64url(&public_key), "proof": base64url(&proof), "name": name,
    });
    let exchange = async {
        let call = client()?.post(format!("{server}/v1/enrol")).header("content-type", "application/json");
        reply(call.body(request.to_string())).await
    };
    let reply = bounded(device, Instant::now() + MAX_TIME, exchange)?;
    match reply {
        Exchange::Whole(reply) => keep(device, &reply, name),
        Exchange::Cut | Exchange::Unreached => Err(Problem::new("unreachable", "")),
    }
}

fn keep(device: &Device, reply: &Reply, name: &str) -> Result<Value, Problem> {
    if reply.status != 200 && reply.status != 201 {
        let problem: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
        let code = problem["code"].as_str().unwrap_or("server_refused");
        return Err(Problem::new(code, format!("status {}", reply.status)));
    }
    let enrolled: Enrolled =
        serde_json::from_slice(&reply.body).map_err(|_| Problem::new("answer_malformed", ""))?;
    let mut me = enrolled.me;
    if me.name.is_empty() {
        name.clone_into(&mut me.name);
    }
    let mut store = device.store();
    let tx = store.db.transaction()?;
    meta::keep(&tx, key::ME, &me)?;
    meta::keep(&tx, key::EPOCH, &enrolled.epoch)?;
    let offset = enrolled.now_ms.wrapping_sub(device.clock().now_ms()).cast_signed();
    meta::keep(&tx, key::OFFSET, &offset)?;
    meta::keep(&tx, key::HLC, &Hlc::from_ms(enrolled.now_ms))?;
    reference::keep_providers(&tx, &enrolled.providers)?;
    tx.commit()?;
    Ok(json!({
        "device": me.device, "user": me.user, "role": me.role, "org": me.org, "force": me.force,
        "name": me.name, "epoch": enrolled.epoch,
    }))
}
