//! Enrolment: a one-time code and a key become a device.
//!
//! User, role and organisation come from the code, never from the request. Does not know HTTP.

use serde::{Deserialize, Serialize};
use sync_core::access::Role;
use sync_core::ids::{DeviceId, Digest, OrgId, UserId};
use uuid::Uuid;

use crate::fault::Fault;
use crate::keys::{base64url, from_base64url, is_signed_by, random, random_id, sha256};
use crate::reconcile::Service;
use crate::store::rows::{CodeState, NewDevice, Org};
use crate::store::{Store, Writes, providers};

/// What the proof of possession signs before code and key.
const PROOF_TAG: &[u8] = b"waymark/enrol/1";
/// How long a code counts.
const CODE_LIFE_MS: u64 = 10 * 60 * 1000;
const MAX_NAME_BYTES: usize = 200;
const MAX_CODE_BYTES: usize = 64;

/// A request to enrol.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Request {
    code: String,
    /// Base64url of the uncompressed SEC1 point, 65 bytes.
    public_key: String,
    /// Base64url of the signature over tag, code and key.
    proof: String,
    name: String,
}

/// What an enrolled device gets.
#[derive(Debug, Serialize)]
pub(crate) struct Enrolled {
    pub(crate) device: DeviceId,
    pub(crate) user: UserId,
    pub(crate) role: Role,
    pub(crate) org: OrgId,
    pub(crate) force: OrgId,
    pub(crate) force_prefix: String,
    pub(crate) epoch: Uuid,
    pub(crate) server_key: String,
    pub(crate) providers: Vec<Provider>,
    pub(crate) now_ms: u64,
}

/// A provider as devices know it.
#[derive(Debug, Serialize)]
pub(crate) struct Provider {
    id: OrgId,
    name: String,
    area: String,
    age_band: String,
}

/// Why a request does not enrol a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Not an enrolment.
    Malformed,
    /// The code does not count, or the proof is not by the key: the answer does not tell which.
    Refused,
    /// The server's own fault.
    Fault(Fault),
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Enrols a device.
pub(crate) async fn enrol<S: Store>(
    service: &Service<S>,
    request: Request,
    now_ms: u64,
) -> Result<Enrolled, Refusal> {
    let key = from_base64url(&request.public_key).filter(|key| key.len() == 65 && key[0] == 4);
    let (Some(key), Some(proof)) = (key, from_base64url(&request.proof)) else {
        return Err(Refusal::Malformed);
    };
    if request.name.len() > MAX_NAME_BYTES || request.code.len() > MAX_CODE_BYTES {
        return Err(Refusal::Malformed);
    }
    let message = [PROOF_TAG, request.code.as_bytes(), &key].concat();
    let proven = is_signed_by(&key, &message, &proof);
    let code = hash_of(&request.code);
    let name = request.name;
    let server_key = base64url(&service.server.public_key);
    let enrolled = service.store.write(move |tx| {
        // A try counts whatever the proof says, so that a code cannot be used to try proofs.
        let CodeState::Counts(user) = tx.try_code(code, now_ms)? else { return Ok(None) };
        if !proven {
            return Ok(None);
        }
        // Codes of who is disabled do not count, also one that was made before.
        if tx.present_right(user)?.is_none() {
            return Ok(None);
        }
        tx.use_code(code)?;
        let device = DeviceId(random_id());
        tx.add_device(&NewDevice { id: device, user, name, public_key: key, enrolled_ms: now_ms })?;
        welcome(tx, device, user, server_key, now_ms).map(Some)
    });
    let enrolled = enrolled.await?.ok_or(Refusal::Refused)?;
    tracing::info!(device = %enrolled.device, user = %enrolled.user, "device enrolled");
    Ok(enrolled)
}

fn welcome(
    read: &dyn Writes,
    device: DeviceId,
    user: UserId,
    server_key: String,
    now_ms: u64,
) -> Result<Enrolled, Fault> {
    let server = read.server()?;
    let person = read.user(user)?.ok_or(Fault::Unknown("user"))?;
    let closed = read.closed_orgs()?;
    let listed = providers(read.orgs()?, server.force).into_iter();
    let listed = listed.filter(|org| !closed.contains_key(&org.id));
    let providers = listed.map(|Org { id, name, area, age_band }| Provider { id, name, area, age_band });
    Ok(Enrolled {
        device,
        user,
        role: person.role,
        org: person.org,
        force: server.force,
        force_prefix: server.force_prefix,
        epoch: server.epoch,
        server_key,
        providers: providers.collect(),
        now_ms,
    })
}

/// Makes a new code for a user: 128 bits, kept only as a hash.
pub(crate) fn new_code(tx: &dyn Writes, user: UserId, now_ms: u64) -> Result<String, Fault> {
    let code = code_text(u128::from_be_bytes(random()));
    tx.add_code(hash_of(&code), user, now_ms.saturating_add(CODE_LIFE_MS))?;
    Ok(code)
}

/// 26 letters and digits that are not mistaken for each other (Crockford's base 32).
fn code_text(mut bits: u128) -> String {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut text = Vec::with_capacity(26);
    for _ in 0..26 {
        let index = usize::try_from(bits & 31).expect("five bits fit");
        text.push(char::from(LETTERS[index]));
        bits >>= 5;
    }
    text.into_iter().rev().collect()
}

fn hash_of(code: &str) -> Digest {
    sha256(&[b"waymark/code/1", code.as_bytes()].concat())
}
