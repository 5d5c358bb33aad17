//! Enrolment: a one-time code and a proof that the device holds its key, once; and again, when the
//! phone cannot go on as the device that it was.
//!
//! User, role and organisation come from the code, never from the request. A phone that is enrolled
//! and well is never enrolled again: what it recorded belongs to its user. Does not sync.

use std::sync::{Arc, MutexGuard};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::{Value, json};
use sync_core::command::Member;
use sync_core::ids::Digest;
use sync_core::op::Seed;
use sync_core::phone::enrol::{self, Enrolling, Recovered};
use sync_core::phone::recover;
use sync_core::phone::wipe::begin_anew;
use sync_core::sync::enrolment::{Enrolled, Request, proof_of};
use sync_core::sync::statement::digest_of_sent;

use crate::device::Device;
use crate::keys::{Signer, SoftwareKey, base64url, random_bytes};
use crate::problem::Problem;
use crate::store::Store;
use crate::store::meta::{self, key};
use crate::store::reads::Reads;
use crate::store::save::save;
use crate::sync::line::{Bounds, Call, Line};
use crate::sync::transport::Reply;
use crate::sync::{self, wipe};

const MAX_TIME: Duration = Duration::from_secs(30);

/// Enrols the device.
pub(crate) fn enrol(device: &Device, code: &str, name: &str) -> Result<Value, Problem> {
    let _one_at_a_time = device.syncing.try_lock().map_err(|_| Problem::new("sync_running", ""))?;
    let mut line = Line::begin(device, Bounds { ends: Instant::now() + MAX_TIME, most_bytes: None });
    let (server, request, key) = ask(device, code, name)?;
    let body = serde_json::to_vec(&request).expect("a request is plain data");
    let headers = vec![("content-type", "application/json")];
    let exchange = line.post(Call { url: format!("{server}/v1/enrol"), headers, body })?;
    let enrolled = read(&sync::whole(device, exchange)?)?;
    keep(device, &enrolled, name, key)
}

/// The key that a device enrols with.
pub(crate) struct Key {
    signer: Arc<dyn Signer>,
    /// Of a key that the store keeps.
    pkcs8: Option<String>,
}

/// What to send, and where; also the key that it is proven with.
pub(crate) fn ask(device: &Device, code: &str, name: &str) -> Result<(String, Request, Key), Problem> {
    let present = device.signer();
    let store = device.store();
    let state = meta::state(&store.db)?;
    let (enrolled, again) = (state.me.is_some(), state.recovery.is_some());
    let wiped = state.wiped.is_some();
    if wipe::pending(&store.db)? > 0 {
        return Err(Problem::new("store_wiped", "what is sealed must be sent first"));
    }
    if enrolled && wiped {
        return fresh(device, store, present.as_ref(), code, name);
    }
    if enrolled && !again {
        return Err(Problem::new("already_enrolled", ""));
    }
    let server: Option<String> = meta::value(&store.db, key::SERVER)?;
    let server = server.ok_or_else(|| Problem::new("server_unset", ""))?;
    let recovers = recover::recovers(&Reads(&store.db), &state)?;
    let key = key(present, &store.db, code, recovers.is_some())?;
    drop(store);
    let public_key = key.signer.public_key();
    let proof = key.signer.sign(&proof_of(code, &public_key))?;
    let (public_key, proof) = (base64url(&public_key), base64url(&proof));
    let (code, name) = (code.to_owned(), name.to_owned());
    Ok((server, Request { code, public_key, proof, name, recovers }, key))
}

/// Nothing of the device that was taken out of use is left: whoever has a code begins anew.
fn fresh(
    device: &Device,
    store: MutexGuard<'_, Store>,
    present: &dyn Signer,
    code: &str,
    name: &str,
) -> Result<(String, Request, Key), Problem> {
    let pkcs8 = SoftwareKey::generate()?;
    let tx = store.db.unchecked_transaction()?;
    meta::change(&tx, begin_anew)?;
    let kept: Option<String> = meta::value(&tx, key::KEY)?;
    let kept = kept.map(|kept| SoftwareKey::read(&kept)).transpose()?;
    let is_software = kept.is_some_and(|kept| kept.public_key() == present.public_key());
    if is_software {
        meta::keep(&tx, key::KEY, &pkcs8)?;
    }
    tx.commit()?;
    drop(store);
    if is_software {
        device.use_signer(Arc::new(SoftwareKey::read(&pkcs8)?));
    }
    device.save_mark();
    ask(device, code, name)
}

/// A key of the store is not used for a second device: a copy of the store has it too. The new one is kept with the code,
/// so that an enrolment whose answer was lost is repeated with it.
fn key(present: Arc<dyn Signer>, db: &Connection, code: &str, again: bool) -> Result<Key, Problem> {
    let kept: Option<String> = meta::value(db, key::KEY)?;
    let kept = kept.map(|kept| SoftwareKey::read(&kept)).transpose()?;
    if !again || kept.is_none_or(|kept| kept.public_key() != present.public_key()) {
        return Ok(Key { signer: present, pkcs8: None });
    }
    let of_code = digest_of_sent(code.as_bytes());
    let begun: Option<(Digest, String)> = meta::value(db, key::ENROLLING)?;
    let pkcs8 = match begun.filter(|(begun, _)| *begun == of_code) {
        Some((_, pkcs8)) => pkcs8,
        None => {
            let pkcs8 = SoftwareKey::generate()?;
            meta::keep(db, key::ENROLLING, &(of_code, &pkcs8))?;
            pkcs8
        }
    };
    Ok(Key { signer: Arc::new(SoftwareKey::read(&pkcs8)?), pkcs8: Some(pkcs8) })
}

fn read(reply: &Reply) -> Result<Enrolled, Problem> {
    if matches!(reply.status, 200 | 201) && reply.has("server_key") {
        return serde_json::from_slice(&reply.body).map_err(|_| malformed());
    }
    Err(sync::refused(reply))
}

fn malformed() -> Problem {
    Problem::new("answer_malformed", "")
}

/// Keeps an answer that came by another way than HTTP, where the server was told of this device's key.
pub(crate) fn take(device: &Device, answer: &Value, name: &str) -> Result<Value, Problem> {
    let enrolled: Enrolled = serde_json::from_value(answer.clone()).map_err(|_| malformed())?;
    keep(device, &enrolled, name, Key { signer: device.signer(), pkcs8: None })
}

/// Keeps who the device is and what it writes anew, in one transaction.
pub(crate) fn keep(device: &Device, enrolled: &Enrolled, name: &str, key: Key) -> Result<Value, Problem> {
    let me = Member::of(enrolled, name, base64url(&key.signer.public_key()));
    let reading = device.reading();
    let mut store = device.store();
    let Store { db, held, .. } = &mut *store;
    let tx = db.transaction()?;
    let known = held.begin(&tx)?;
    let (state, seed) = (meta::state(&tx)?, Seed(random_bytes()?));
    let Enrolling { changes, recovered } =
        enrol::take(&Reads(&tx), state, enrolled, me.clone(), reading, seed)?;
    save(known, &changes)?;
    if let Some(pkcs8) = &key.pkcs8 {
        meta::keep(&tx, key::KEY, pkcs8)?;
    }
    meta::drop(&tx, key::ENROLLING)?;
    tx.commit()?;
    if key.pkcs8.is_some() {
        device.use_signer(key.signer);
    }
    drop(store);
    device.save_mark();
    let mut answer = json!({
        "device": me.device, "user": me.user, "role": me.role, "org": me.org, "force": me.force,
        "name": me.name, "epoch": enrolled.epoch,
    });
    if let Some(Recovered { reissued, held, lost }) = recovered {
        answer["recovered"] = json!({"sent_again": reissued, "with_the_server": held, "lost": lost});
    }
    Ok(answer)
}
