//! Enrolment: a one-time code and a key become a device.
//!
//! User, role and organisation come from the code, never from the request. A device whose answer was lost asks once more
//! with the same code and key, and is told the same. Does not know HTTP.

use sync_core::exhibit;
use sync_core::ids::{DeviceId, Digest, OpId, UserId};
use sync_core::sync::enrolment::{Enrolled, OldLog, Recovers, Request, proof_of};
use uuid::{Builder, Uuid};

use crate::fault::Fault;
use crate::keys::{base64url, from_base64url, is_signed_by, random, random_id, sha256};
use crate::names;
use crate::reconcile::{Service, reference};
use crate::store::people::{Listed, ListedDevice, Span};
use crate::store::rows::{CodeState, DeviceRow, NewDevice, Revoked};
use crate::store::{Reads, Store, Writes};

/// How long a code counts.
const CODE_LIFE_MS: u64 = 10 * 60 * 1000;
/// Letters of a code that whoever asks for it has; whoever agrees has as many.
const HALF: usize = 13;
const MAX_CODE_BYTES: usize = 64;
/// More than anybody ever has.
const MAX_DEVICES: usize = 1000;

/// Why a request does not enrol a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Not an enrolment.
    Malformed,
    /// The device's name is none that people can read. The code still counts.
    Name,
    /// The code does not count, or the proof is not by the key: the answer does not tell which.
    Refused,
    /// The log to recover is another person's; the code still counts.
    OtherPerson,
    /// Another device has this key; the code still counts.
    KeyUsed,
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
    if request.code.len() > MAX_CODE_BYTES {
        return Err(Refusal::Malformed);
    }
    // Whoever revokes a lost phone finds it by its name.
    if !names::is_name(&request.name) {
        return Err(Refusal::Name);
    }
    let proven = is_signed_by(&key, &proof_of(&request.code, &key), &proof);
    // The proof is over the code as it was typed; the code counts however it was.
    let code = hash_of(&tidy_code(&request.code));
    let Request { name, recovers, .. } = request;
    let old_device = recovers.as_ref().map(|recovers| recovers.device);
    let server_key = base64url(&service.server.public_key);
    let enrolled = service.store.write(move |tx| {
        // A try counts whatever the proof says, so that a code cannot be used to try proofs.
        let CodeState::Counts(user) = tx.try_code(code, now_ms)? else {
            let told = if proven { told_before(tx, code, &key)? } else { None };
            let Some((user, device)) = told else { return Ok(Err(Refusal::Refused)) };
            let Some(old) = old_log(tx, user, recovers)? else { return Ok(Err(Refusal::OtherPerson)) };
            let welcome = welcome(tx, device.device, user, server_key, now_ms)?;
            return Ok(Ok(Enrolled { letter: device.letter, old: old.into_iter().next(), ..welcome }));
        };
        if !proven {
            return Ok(Err(Refusal::Refused));
        }
        let Some(old) = old_log(tx, user, recovers)? else { return Ok(Err(Refusal::OtherPerson)) };
        // Codes of who is disabled do not count, also one that was made before.
        if tx.present_right(user)?.is_none() {
            return Ok(Err(Refusal::Refused));
        }
        if is_enrolled(tx, &key, old_device)? {
            return Ok(Err(Refusal::KeyUsed));
        }
        tx.use_code(code)?;
        // Another device of theirs takes two admins from now on.
        tx.void_codes(user)?;
        let device = DeviceId(random_id());
        let letter = letter(tx, user)?;
        let (id, public_key) = (device, key);
        tx.add_device(&NewDevice {
            id,
            user,
            name: names::tidy(&name),
            letter: letter.clone(),
            public_key,
            enrolled_ms: now_ms,
        })?;
        let welcome = welcome(tx, device, user, server_key, now_ms)?;
        // Everybody of the organisation is told.
        reference::changed(tx)?;
        Ok(Ok(Enrolled { letter, old: old.into_iter().next(), ..welcome }))
    });
    let enrolled = enrolled.await??;
    let recovers = enrolled.old.as_ref().map(|old| old.device.to_string());
    tracing::info!(device = %enrolled.device, user = %enrolled.user, recovers, "device enrolled");
    Ok(enrolled)
}

/// Whether there is such a code, used or not: whoever has one is no guesser, and is not slowed down with those of the
/// same address who are.
pub(crate) fn is_code(read: &dyn Reads, typed: &str) -> Result<bool, Fault> {
    Ok(typed.len() <= MAX_CODE_BYTES && read.code_of(hash_of(&tidy_code(typed)))?.is_some())
}

/// The device that this code made of this key, as long as it has said nothing since: it did not hear the answer. Whoever
/// saw the code alone cannot prove the key, and a device that has spoken has heard.
fn told_before(read: &dyn Writes, code: Digest, key: &[u8]) -> Result<Option<(UserId, ListedDevice)>, Fault> {
    let Some((user, expires_ms)) = read.code_of(code)? else { return Ok(None) };
    if read.present_right(user)?.is_none() {
        return Ok(None);
    }
    let made = expires_ms.saturating_sub(CODE_LIFE_MS);
    let of_user = read.list_devices(Some(user), Span { after: 0, limit: MAX_DEVICES })?;
    for Listed { row, .. } in of_user.into_iter().rev() {
        let is_of_code = (made..expires_ms).contains(&row.enrolled_ms) && row.revocation.is_none();
        let Some(device) = read.device(row.device)?.filter(|_| is_of_code) else { continue };
        if device.public_key == key && device.counter == 0 && device.tip.seq == 0 {
            return Ok(Some((user, row)));
        }
    }
    Ok(None)
}

/// Whether a device that counts has this key already. A phone whose own key store holds it enrols again with it: as the
/// device that it names, or when that one was revoked.
fn is_enrolled(read: &dyn Writes, key: &[u8], again: Option<DeviceId>) -> Result<bool, Fault> {
    let devices = read.devices()?.into_iter();
    let with_key = |device: &DeviceRow| device.public_key == key && device.revoked == Revoked::No;
    Ok(devices.filter(with_key).any(|device| Some(device.id) != again))
}

/// What is held of the log that a device wrote before; none when it is another person's, and empty
/// when the request names no log.
fn old_log(
    read: &dyn Writes,
    user: UserId,
    recovers: Option<Recovers>,
) -> Result<Option<Vec<OldLog>>, Fault> {
    let Some(Recovers { device, unreadable }) = recovers else { return Ok(Some(Vec::new())) };
    // A device that is not known here was enrolled after the backup that this server began from.
    let row = read.device(device)?;
    if row.is_some_and(|row| row.user != user) {
        return Ok(None);
    }
    let hashes = read.hashes_of_device(device)?;
    let mut streams = Vec::new();
    for seq in unreadable {
        let held = read.op(OpId { device, seq })?;
        streams.extend(held.map(|held| (seq, held.op.header.stream)));
    }
    Ok(Some(vec![OldLog { device, hashes, unreadable: streams }]))
}

/// The letter of a person's next device. None is ever given twice, also when a device is lost.
fn letter(read: &dyn Writes, user: UserId) -> Result<String, Fault> {
    let server = read.server()?;
    let devices = read.devices()?.into_iter();
    let in_hands = devices.filter(|device| device.user == user && !server.keeps_log(device.id));
    Ok(exhibit::device_letter(in_hands.count()))
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
    Ok(Enrolled {
        device,
        user,
        role: person.role,
        org: person.org,
        force: server.force,
        force_prefix: server.force_prefix,
        initials: exhibit::initials(&person.name),
        letter: String::new(),
        epoch: server.epoch,
        server_key,
        reference: reference::bundle_for(read, person.org, now_ms)?,
        now_ms,
        old: None,
    })
}

/// Makes a new code for a user: 128 bits, kept only as a hash.
pub(crate) fn new_code(tx: &dyn Writes, user: UserId, now_ms: u64) -> Result<String, Fault> {
    let code = code_text(u128::from_be_bytes(random()));
    tx.add_code(hash_of(&code), user, now_ms.saturating_add(CODE_LIFE_MS))?;
    Ok(code)
}

/// How a code begins that takes two people, and the id of the proposal that asks for it: the one is made from the other,
/// so that the store, and whoever reads the list of proposals, knows no part of the code.
pub(crate) fn beginning() -> (String, Uuid) {
    let mut begins = code_text(u128::from_be_bytes(random()));
    begins.truncate(HALF);
    let proposal = proposal_of(&begins);
    (begins, proposal)
}

/// How the code ends. Whoever asked has the beginning, whoever agreed the end: neither of them has a code.
pub(crate) fn ending(tx: &dyn Writes, user: UserId, proposal: Uuid, now_ms: u64) -> Result<String, Fault> {
    let ends = code_text(u128::from_be_bytes(random())).split_off(HALF);
    tx.add_code(hash_of_halves(proposal, &ends), user, now_ms.saturating_add(CODE_LIFE_MS))?;
    Ok(ends)
}

/// Uses a code up that somebody types at the desk: gives its person, when it counts and they may act. The same codes
/// enrol phones; each is good for one of the two, once.
pub(crate) fn take_code(tx: &dyn Writes, typed: &str, now_ms: u64) -> Result<Option<UserId>, Fault> {
    let code = hash_of(&tidy_code(typed));
    let CodeState::Counts(user) = tx.try_code(code, now_ms)? else { return Ok(None) };
    if tx.present_right(user)?.is_none() {
        return Ok(None);
    }
    tx.use_code(code)?;
    tx.void_codes(user)?;
    Ok(Some(user))
}

/// A code as it was shown, however it is typed: letters that it does not have are taken for those that look alike.
pub(crate) fn tidy_code(typed: &str) -> String {
    let letters = typed.chars().filter(|letter| letter.is_alphanumeric()).take(MAX_CODE_BYTES);
    let alike = letters.map(|letter| match letter.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    });
    alike.collect()
}

/// 26 letters and digits that are not mistaken for each other (Crockford's base 32).
pub(crate) fn code_text(mut bits: u128) -> String {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut text = Vec::with_capacity(26);
    for _ in 0..26 {
        let index = usize::try_from(bits & 31).expect("five bits fit");
        text.push(char::from(LETTERS[index]));
        bits >>= 5;
    }
    text.into_iter().rev().collect()
}

/// Every code is hashed by its halves, whether one person made it or two.
fn hash_of(code: &str) -> Digest {
    let (begins, ends) = code.split_at_checked(HALF).unwrap_or((code, ""));
    hash_of_halves(proposal_of(begins), ends)
}

fn hash_of_halves(proposal: Uuid, ends: &str) -> Digest {
    sha256(&[b"waymark/code/2".as_slice(), proposal.as_bytes(), ends.as_bytes()].concat())
}

/// The id of the proposal that goes with the beginning of a code.
fn proposal_of(begins: &str) -> Uuid {
    let hash = sha256(&[b"waymark/code-begins/1", begins.as_bytes()].concat());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.0[..16]);
    Builder::from_random_bytes(bytes).into_uuid()
}
