//! What is due for review because it was kept as long as the pack says: shown to whoever answers for it, who keeps it
//! longer with a reason, or erases it and gets a certificate.
//!
//! ```text
//!   last entry received ── the pack's days ──▶ due ──▶ kept until a day, why   │ each by a person, in the part
//!                                                └──▶ erased, with certificate  │ of their own controller
//! ```
//! An admin decides for the force's part, a service's lead for that service's. Nothing is erased by time alone. Does not
//! erase itself: see [`super::erasures`].

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::ids::{CompartmentKind, Record, RecordKind, Stream};
use sync_core::local_time::local_day;
use sync_core::persons::{Persons, SubjectId};
use sync_core::policy::PolicyPack;
use sync_core::reference::HumanReference;
use sync_core::referral::erasure::{Erased, controller};
use uuid::Uuid;

use super::conflicts::AtDesk;
use super::erasures::erase_held;
use super::joined_once::held_back;
use super::persons::state_of;
use super::{Answer, Caller, KeepLonger, Purpose, Refused};
use crate::audit::{self, Noted};
use crate::fault::Fault;
use crate::reconcile::persons::{persons_of, referred_in};
use crate::store::retention::Quiet;
use crate::store::rows::Held;
use crate::store::{Reads, Writes};

const DAY_MS: u64 = 86_400_000;
/// How many records are shown; the others come once these are decided.
const MOST_SHOWN: usize = 200;
/// The ground of an erasure, of `erasure_bases`.
pub(super) const BASIS: &str = "retention_ended";
/// For how long something can be kept longer in one decision.
const MOST_KEPT_DAYS: i64 = 3_660;

/// The part of a record that the reader's controller answers for.
struct Part<'a> {
    caller: &'a Caller,
    /// Where its erasures are written.
    home: Stream,
    /// How long after the last entry it is due, in days.
    days: u32,
}

impl<'a> Part<'a> {
    /// Of whoever decides for a controller, and of nobody else.
    fn of(read: &dyn Reads, caller: &'a Caller) -> Result<Self, Refused> {
        let (org, policy) = (caller.author.org, read.policy()?);
        let rule = &PolicyPack::nearest(&policy.id, policy.version).retention;
        let home = |kind, compartment| Record { kind, id: org.0 }.stream(compartment, org);
        let (home, days) = match caller.author.role {
            Role::Admin => (home(RecordKind::Force, CompartmentKind::Police), rule.force_review_days),
            Role::ProviderLead => {
                (home(RecordKind::Provider, CompartmentKind::Outreach), rule.service_review_days)
            }
            Role::Officer | Role::Supervisor | Role::OutreachWorker | Role::Auditor | Role::Server => {
                return Err(Refused::NotYours);
            }
        };
        Ok(Self { caller, home, days })
    }

    fn after_ms(&self) -> u64 {
        u64::from(self.days) * DAY_MS
    }

    /// The entries that still say something, of those that the controller answers for.
    fn says<'h>(&self, ops: &'h [Held]) -> Vec<&'h Held> {
        let force = self.caller.author.force;
        let says = |held: &&Held| held.erased.is_none() && Erased::of(&held.as_stored()).is_some();
        // A service must know whom its notes are about: what both share goes last.
        let is_of_service = |kind| matches!(kind, CompartmentKind::Outreach | CompartmentKind::Care);
        let is_needed = ops.iter().filter(says).any(|held| is_of_service(held.op.header.stream.kind()));
        let theirs = ops.iter().filter(|held| controller(held.op.header.stream, force) == Some(self.home));
        let shared = |held: &&Held| held.op.header.stream.kind() == CompartmentKind::Shared;
        theirs.filter(says).filter(|held| !(is_needed && shared(held))).collect()
    }

    /// The quiet records that are not due all the same. Who is one person is the force's to know alone.
    fn held_back(
        &self,
        read: &dyn Reads,
        quiet: &BTreeSet<Record>,
        now_ms: u64,
    ) -> Result<BTreeSet<Uuid>, Fault> {
        match self.caller.author.role {
            Role::Admin => held_back(read, self.caller, quiet, now_ms.saturating_sub(self.after_ms())),
            Role::Officer
            | Role::Supervisor
            | Role::OutreachWorker
            | Role::ProviderLead
            | Role::Auditor
            | Role::Server => Ok(BTreeSet::new()),
        }
    }
}

/// Who is one person, as the force's record says; folded once for many records.
pub(super) fn persons(read: &dyn Reads, caller: &Caller) -> Result<Persons, Fault> {
    Ok(Persons::read(&state_of(read, persons_of(caller.author.force))?, &BTreeMap::new()))
}

/// The referrals of one person, as far as links join them; the one that is named among them.
pub(super) fn records_of_person(
    read: &dyn Reads,
    persons: &Persons,
    referral: Uuid,
) -> Result<BTreeSet<Uuid>, Fault> {
    let mut all = BTreeSet::from([referral]);
    if let Some(found) = referred_in(read, referral)? {
        let members = persons.members(&found.known.id);
        all.extend(members.into_iter().filter_map(|member| match member {
            SubjectId::Named { referral, .. } => Some(referral),
            SubjectId::Number { .. } => None,
        }));
    }
    Ok(all)
}

fn quiet(read: &dyn Reads, part: &Part<'_>, now_ms: u64) -> Result<Vec<Quiet>, Fault> {
    read.quiet_since(now_ms.saturating_sub(part.after_ms()))
}

fn records_of(quiet: &[Quiet]) -> BTreeSet<Record> {
    quiet.iter().map(|quiet| quiet.record).collect()
}

/// What is due, the quietest first: its reference, and nothing that it says.
pub(super) fn list(read: &dyn Reads, caller: &Caller, now_ms: u64) -> Answer {
    let part = Part::of(read, caller)?;
    let all = quiet(read, &part, now_ms)?;
    let held_back = part.held_back(read, &records_of(&all), now_ms)?;
    let (prefix, mut due, mut more) = (read.server()?.force_prefix, Vec::new(), false);
    for Quiet { record, last_ms } in all {
        if held_back.contains(&record.id) {
            continue;
        }
        if read.kept_longer(record, caller.author.org)?.is_some_and(|until_ms| until_ms > now_ms) {
            continue;
        }
        let ops = read.ops_of_record(record)?;
        let entries = part.says(&ops).len();
        if entries == 0 {
            continue;
        }
        more = due.len() == MOST_SHOWN;
        if more {
            break;
        }
        let reference = HumanReference::of(&prefix, record.id).ok().map(|reference| reference.to_string());
        due.push(json!({
            "record": record.id, "reference": reference, "last_ms": last_ms,
            "due_ms": last_ms + part.after_ms(), "entries": entries,
        }));
    }
    Ok(json!({"due": due, "days": part.days, "has_more": more}))
}

/// Keeps a record longer in the own controller's part. It can be said before it is due.
pub(super) fn keep(tx: &dyn Writes, desk: &AtDesk<'_>, id: Uuid, asked: KeepLonger) -> Answer {
    let part = Part::of(tx, desk.caller)?;
    let record = Record::referral(id);
    if part.says(&tx.ops_of_record(record)?).is_empty() {
        return Err(Refused::NotFound);
    }
    let days = (asked.until - local_day(desk.now_ms)).num_days();
    let at_noon = asked.until.and_hms_opt(12, 0, 0).map(|noon| noon.and_utc().timestamp_millis());
    let until_ms = at_noon.and_then(|ms| u64::try_from(ms).ok());
    let until_ms =
        until_ms.filter(|_| (1..=MOST_KEPT_DAYS).contains(&days)).ok_or(Refused::Field("until"))?;
    let org = desk.caller.author.org;
    if tx.kept_longer(record, org)?.is_some_and(|known_ms| known_ms > desk.now_ms && known_ms > until_ms) {
        return Err(Refused::NotAllowed("somebody decided to keep it for longer than that"));
    }
    tx.keep_longer(record, org, until_ms, asked.reason.code())?;
    audit::note(tx, &desk.caller.author, &[Noted::of(record, Purpose::KeptLonger)], desk.now_ms)?;
    Ok(json!({"record": id, "until": asked.until, "reason": asked.reason}))
}

/// How many entries one write job erases: everybody else writes in between.
const AT_ONCE: usize = 64;
/// What an answer holds as long as entries are left for the next write job.
const GOES_ON: &str = "goes_on";

/// Whether a command is to be carried out again, in a write job of its own, before it is answered.
pub(crate) fn goes_on(answer: &Value) -> bool {
    answer[GOES_ON] == true
}

/// Erases what every entry of the own controller's part says, and certifies it: a slice at a time. What was erased
/// stays so, whatever comes between: whoever asks again goes on where it ended, and the certificate comes last.
pub(super) fn erase(tx: &dyn Writes, desk: &AtDesk<'_>, id: Uuid) -> Answer {
    let (caller, now_ms) = (desk.caller, desk.now_ms);
    let part = Part::of(tx, caller)?;
    let record = Record::referral(id);
    let ops = tx.ops_of_record(record)?;
    let says = part.says(&ops);
    if says.is_empty() {
        return Err(Refused::NotFound);
    }
    if tx.kept_longer(record, caller.author.org)?.is_some_and(|until_ms| until_ms > now_ms) {
        return Err(Refused::NotAllowed("somebody decided to keep it longer"));
    }
    let quiet_records = records_of(&quiet(tx, &part, now_ms)?);
    if !quiet_records.contains(&record) || part.held_back(tx, &quiet_records, now_ms)?.contains(&id) {
        return Err(Refused::NotAllowed("it is not due for review yet"));
    }
    let slice = &says[..says.len().min(AT_ONCE)];
    erase_held(tx, desk, part.home, slice, BASIS)?;
    if slice.len() < says.len() && !part.says(&tx.ops_of_record(record)?).is_empty() {
        return Ok(json!({"record": id, GOES_ON: true}));
    }
    audit::note(tx, &caller.author, &[Noted::of(record, Purpose::ErasedWhole)], now_ms)?;
    certificate(tx, caller, id)
}

/// What was erased of a record in the own controller's part: it can be read again at any time.
pub(super) fn certificate(read: &dyn Reads, caller: &Caller, id: Uuid) -> Answer {
    let part = Part::of(read, caller)?;
    let (record, force) = (Record::referral(id), caller.author.force);
    let mut entries = Vec::new();
    let mut last_ms = 0;
    for row in read.erasures()? {
        if row.stream.record != record || controller(row.stream, force) != Some(part.home) {
            continue;
        }
        let by = read.op(row.by)?;
        let at_ms = by.as_ref().map(|by| by.received_ms).unwrap_or_default();
        let author = by.map(|by| by.op.header.author);
        let name = author.map(|author| read.user(author)).transpose()?.flatten().map(|person| person.name);
        last_ms = last_ms.max(at_ms);
        entries.push(json!({
            "op": row.op, "digest": row.hash, "erased_by": row.by, "at_ms": at_ms, "by": name,
        }));
    }
    if entries.is_empty() {
        return Err(Refused::NotFound);
    }
    let org = read.orgs()?.into_iter().find(|org| org.id == caller.author.org).map(|org| org.name);
    let left = part.says(&read.ops_of_record(record)?).len();
    let prefix = read.server()?.force_prefix;
    let reference = HumanReference::of(&prefix, id).ok().map(|reference| reference.to_string());
    Ok(json!({
        "record": id, "reference": reference, "controller": org, "count": entries.len(), "entries": entries,
        "at_ms": last_ms, "left": left, "may_still_be": may_still_be(read, last_ms)?,
    }))
}

/// Where what was erased may be found still.
fn may_still_be(read: &dyn Reads, erased_ms: u64) -> Result<Value, Fault> {
    let older = read.backups()?.into_iter().filter(|backup| backup.taken_ms < erased_ms);
    let taken: Vec<u64> = older.map(|backup| backup.taken_ms).collect();
    let newest = taken.iter().max().map(|ms| local_day(*ms).to_string());
    let backups = newest.map(|day| {
        format!(
            "in {} backups taken up to {day}, until each is deleted; one that is restored is erased again",
            taken.len()
        )
    });
    let others = [
        "on phones, until their next synchronisation",
        "in what restore set aside, and in a damaged phone store that was set aside",
        "on the disk below the files, until it reuses the blocks",
    ];
    Ok(json!(backups.into_iter().chain(others.map(str::to_owned)).collect::<Vec<_>>()))
}
