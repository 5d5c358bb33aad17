//! A device that shows another history than the one that is held (C17): its branch is kept aside, and an admin is asked.
//!
//! ```text
//!   a push parts from the log ─▶ branch beside the log, answer re-enrol ─▶ conflict.raised in the force's record
//!   the phone enrols again    ─▶ writes anew what is only its own; the admin sees how much
//!   settled: keep aside       ─▶ nothing
//!   settled: admit            ─▶ written anew here, as the phone would have: for one that is lost
//! ```
//! Each entry counts once, whoever writes it anew: see [`super::recover`]. Does not decide what parts from what
//! ([`sync_core::sync::accept`]), nor how it is written anew ([`sync_core::sync::recovery`]).

use serde::{Deserialize, Serialize};
use sync_core::clock::Witnessed;
use sync_core::ids::{DeviceId, Digest, OpId, Record, RecordKind};
use sync_core::log::Tip;
use sync_core::op::{Op, Recovered, Salt, Seed, parse_layout};
use sync_core::referral::act::{Act, Choice, ConflictRaised, ConflictSettled, Finding};
use sync_core::referral::conflict::{ConflictKind, conflict_id};
use sync_core::sync::enrolment::OldLog;
use sync_core::sync::fork::Branch;
use sync_core::sync::recovery::{Kept, NewLog, plan};

use super::own_log::{force_of, write};
use super::persons::{Said, acts_of};
use super::round::Round;
use super::verify::Opened;
use crate::fault::Fault;
use crate::keys::{ServerKey, Signatures as _, base64url, from_base64url, random, random_id};
use crate::store::erasures::NO_SALT;
use crate::store::rows::{Admitted, Cited, Held, NewDevice, ServerRow};
use crate::store::{Reads, Writes};

/// How many branches of one log are kept: more tell an admin nothing new, and each takes room.
const MOST_KEPT: usize = 3;

/// What a branch is stored as: a push whose statement its device signed.
#[derive(Serialize, Deserialize)]
struct Stored {
    received_ms: u64,
    statement: String,
    signature: String,
    ops: Vec<StoredOp>,
}

#[derive(Serialize, Deserialize)]
struct StoredOp {
    header: String,
    salt: String,
    body: Option<Box<str>>,
}

/// Keeps what a push shows beside the log, and asks an admin. `common` is the last op that both have. Of one log no
/// more than three pushes are kept: what else a device shows stays on it, unacknowledged, and is written anew when it
/// enrols again.
pub(super) fn keep(
    tx: &dyn Writes,
    server: &ServerRow,
    push: &Opened,
    common: u64,
    now_ms: u64,
) -> Result<(), Fault> {
    let device = push.sender.device;
    tracing::warn!(device = %device, seq = push.tip.seq, "log fork: the branch is kept aside");
    let Some(first) = push.ops.iter().find(|op| op.header.id.seq > common) else { return Ok(()) };
    if tx.forks(device)?.len() >= MOST_KEPT {
        return Ok(());
    }
    let mut ops = Vec::with_capacity(push.ops.len());
    for op in &push.ops {
        let is_erased = tx.erasure(op.header.id)?.is_some_and(|row| row.hash == op.header.hash());
        let (body, salt) = if is_erased { (None, NO_SALT) } else { (op.body.clone(), op.salt.0) };
        ops.push(StoredOp { header: base64url(&op.header.layout()), salt: base64url(&salt), body });
    }
    let (statement, signature) = (base64url(&push.statement), base64url(&push.signature));
    let branch = Stored { received_ms: now_ms, statement, signature, ops };
    tx.add_fork(device, push.tip, now_ms, &serde_json::to_string(&branch)?)?;
    let raised = Branch { first: first.header.id, hash: first.header.hash() }.raised();
    let (mut round, stream) = (Round::new(tx, server, now_ms), force_of(server.force));
    if Said::read(&mut round, stream)?.is_new(&raised) {
        write(&mut round, stream, &Act::ConflictRaised(raised))?;
    }
    round.finish()
}

/// What is held of a branch, from its first entry on.
struct Shown {
    received_ms: u64,
    ops: Vec<Op>,
}

/// The longest of the pushes that showed it.
fn shown(read: &dyn Reads, branch: &Branch) -> Result<Option<Shown>, Fault> {
    let mut longest: Option<Shown> = None;
    for json in read.forks(branch.first.device)? {
        let stored: Stored = serde_json::from_str(&json)?;
        let ops: Vec<Op> = stored.ops.into_iter().map(op_of).collect::<Result<_, _>>()?;
        let first = |op: &Op| op.header.id == branch.first && op.header.hash() == branch.hash;
        let Some(at) = ops.iter().position(first) else { continue };
        let shown = Shown { received_ms: stored.received_ms, ops: ops.into_iter().skip(at).collect() };
        longest = longest.filter(|known| known.ops.len() >= shown.ops.len()).or(Some(shown));
    }
    Ok(longest)
}

fn op_of(stored: StoredOp) -> Result<Op, Fault> {
    let damaged = || Fault::Damaged("a branch of a log".to_owned());
    let header = from_base64url(&stored.header).and_then(|layout| parse_layout(&layout).ok());
    let salt = from_base64url(&stored.salt).and_then(|salt| salt.try_into().ok());
    let (header, salt) = header.zip(salt).ok_or_else(damaged)?;
    Ok(Op { header, body: stored.body, salt: Salt(salt) })
}

/// What an admin decides upon; no entry is shown, since not every one is theirs to read.
#[derive(Serialize)]
pub(crate) struct Facts {
    pub(crate) device: DeviceId,
    pub(crate) received_ms: u64,
    pub(crate) entries: usize,
    /// How many of them are written anew.
    pub(crate) written_anew: usize,
}

/// What is known of the branch that a conflict is about.
pub(crate) fn facts(read: &dyn Reads, about: &str) -> Result<Option<Facts>, Fault> {
    let Some(branch) = Branch::read(about) else { return Ok(None) };
    let Some(Shown { received_ms, ops }) = shown(read, &branch)? else { return Ok(None) };
    let mut written_anew = 0;
    for op in &ops {
        let original = Recovered { id: op.header.id, hash: op.header.hash() };
        written_anew += usize::from(read.recovered_by(original)?.is_some());
    }
    Ok(Some(Facts { device: branch.first.device, received_ms, entries: ops.len(), written_anew }))
}

/// Writes anew what an admin lets in.
pub(super) fn follow_up(round: &mut Round<'_>, record: Record, changed: &[OpId]) -> Result<(), Fault> {
    if record.kind != RecordKind::Force {
        return Ok(());
    }
    let stream = force_of(round.server.force);
    let states = round.record(record)?.states();
    let Some(state) = states.iter().find(|state| state.stream == Some(stream)) else { return Ok(()) };
    for (_, act) in acts_of(&states, changed) {
        let admits = act.as_body::<ConflictSettled>().filter(|body| matches!(body.choice, Choice::Admit(_)));
        let Some(settled) = admits else { continue };
        let raised = state.acts().filter_map(|(_, act)| act.as_body::<ConflictRaised>());
        let about = raised.filter(|body| body.finding == Finding::LogFork).map(|body| &body.about);
        let mut about = about.filter(|about| id_of(round, about) == settled.conflict);
        let is_open = state.conflicts.iter().any(|open| open.id == settled.conflict);
        if let Some(branch) = about.next().and_then(|about| Branch::read(about)).filter(|_| !is_open) {
            write_anew(round, &branch)?;
        }
    }
    Ok(())
}

fn id_of(round: &Round<'_>, about: &str) -> Digest {
    conflict_id(ConflictKind::LogFork, &force_of(round.server.force), about)
}

/// Into a log of its own, which nobody can go on with: its key is made and not kept.
fn write_anew(round: &mut Round<'_>, branch: &Branch) -> Result<(), Fault> {
    let (tx, old) = (round.tx, branch.first.device);
    let Some(Shown { received_ms, ops }) = shown(tx, branch)? else { return Ok(()) };
    let user = tx.device(old)?.ok_or(Fault::Unknown("device"))?.user;
    let known = ops.last().map(|op| Tip { seq: op.header.id.seq, hash: op.header.hash() });
    let before = tx.ops_of_device(old)?.into_iter().map(|held| held.op);
    let before = before.take_while(|op| op.header.id.seq < branch.first.seq);
    let kept = before.chain(ops).map(|op| Kept { command: op.header.id.seq, op }).collect::<Vec<_>>();
    let old_log = OldLog { device: old, hashes: tx.hashes_of_device(old)?, unreadable: Vec::new() };
    let device = round.server.new_log(random_id());
    let new = NewLog { device, seed: Seed(random()) };
    let Ok(plan) = plan(&old_log, &kept, known.unwrap_or_default(), new) else {
        tracing::warn!(device = %old, "the branch has entries of a newer version: it stays aside");
        return Ok(());
    };
    let public_key = ServerKey::open(&ServerKey::generate()?)?.public_key();
    let name = "Branch".to_owned();
    tx.add_device(&NewDevice {
        id: device,
        user,
        name,
        letter: String::new(),
        public_key,
        enrolled_ms: round.now_ms,
    })?;
    for written in plan.reissued {
        let cited = written.op.header.receipt.map(|digest| tx.receipt_time(digest)).transpose()?.flatten();
        let earliest_ms = cited.unwrap_or_default().min(received_ms);
        round.append(Held {
            op: written.op,
            hash: written.hash,
            received_ms,
            arrived_ms: round.now_ms,
            witnessed: Witnessed { earliest_ms, latest_ms: received_ms },
            cited: Cited::Sound,
            admitted: Admitted::No,
            stamp: None,
            erased: None,
        })?;
    }
    round.stamp_all()
}
