//! Questions about the device: what waits, what was refused, how far it is in step, who it is.
//!
//! Never says "synced" when something waits.

use rusqlite::Connection;
use serde_json::{Map, Value, json};
use sync_core::clock::{ClockMark, Heard, Now, Reading};
use sync_core::codes::{self, CodeList};
use sync_core::stamp::Disposition;

use crate::clock;
use crate::device::Device;
use crate::keys::{Signer, base64url};
use crate::me::Me;
use crate::problem::Problem;
use crate::store::epoch;
use crate::store::meta::{self, key};
use crate::store::ops::{self, Own};
use crate::store::recovery;
use crate::store::reference as looked_up;
use crate::sync::wipe;

const ALL: u64 = u64::MAX >> 1;
const SAFEGUARDING: &str = "safeguarding.raised";

fn entry(own: &Own) -> Value {
    let header = &own.op.header;
    json!({
        "op": header.id, "seq": header.id.seq, "hash": own.hash, "kind": header.kind,
        "record": header.stream.record.id, "compartment": header.stream.kind(),
        "recorded_ms": header.hlc.ms(), "command": own.command,
    })
}

fn waiting(db: &Connection) -> Result<Vec<Own>, Problem> {
    ops::own_ops(db, ops::acknowledged(db)? + 1, ALL)
}

/// Own entries that the server has not acknowledged.
pub(crate) fn outbox(db: &Connection) -> Result<Value, Problem> {
    let waiting = waiting(db)?;
    Ok(json!({"outbox": waiting.iter().map(entry).collect::<Vec<_>>()}))
}

/// Own entries that have no effect, and why.
fn without_effect(db: &Connection) -> Result<Vec<(Own, Disposition)>, Problem> {
    let own = ops::own_ops(db, 1, ALL)?.into_iter();
    let stamped = own.filter_map(|own| own.stamp.as_ref().map(|stamp| stamp.disposition).map(|d| (own, d)));
    Ok(stamped.filter(|(_, disposition)| !disposition.has_effect()).collect())
}

/// Own entries that were refused or kept aside.
pub(crate) fn refused(db: &Connection) -> Result<Value, Problem> {
    let refused = without_effect(db)?;
    let shown = refused.iter().map(|(own, disposition)| {
        let mut shown = entry(own);
        shown["disposition"] = json!(disposition);
        shown["words"] = json!(match disposition {
            Disposition::Accepted => "counts",
            Disposition::Quarantined(_) => "kept aside for an admin",
            Disposition::Refused(_) => "refused",
        });
        shown
    });
    Ok(json!({"refused": shown.collect::<Vec<_>>()}))
}

/// How far the device is in step.
pub(crate) fn status(db: &Connection, device: &Device, reading: Reading) -> Result<Value, Problem> {
    let waiting = waiting(db)?;
    let saved_from_old = usize::try_from(recovery::waiting_count(db)?).unwrap_or(usize::MAX);
    let concerns = waiting.iter().filter(|own| own.op.header.kind.as_str() == SAFEGUARDING).count();
    let (mut refused, mut aside) = (0, 0);
    for (_, disposition) in without_effect(db)? {
        match disposition {
            Disposition::Accepted => {}
            Disposition::Quarantined(_) => aside += 1,
            Disposition::Refused(_) => refused += 1,
        }
    }
    let heard: Option<Heard> = meta::value(db, key::HEARD)?;
    let Now { ms: now_ms, clock: time, .. } = clock::now(db, reading)?;
    let is_plain = time == ClockMark::Plain && !heard.is_some_and(|heard| heard.is_set_wrong(reading));
    let last_sync_ms: Option<u64> = meta::value(db, key::LAST_SYNC)?;
    let conflicts: u64 =
        db.query_row("SELECT COALESCE(SUM(conflicts), 0) FROM stream_state", [], |row| row.get(0))?;
    let extracts = looked_up::extracts_of_others(db)?;
    let more: bool = meta::value(db, key::MORE)?.unwrap_or(true);
    Ok(json!({
        "waiting_safeguarding": concerns,
        "waiting": waiting.len() + saved_from_old,
        "recovery": super::recovery::recovery(db)?,
        "wiped": wipe::shown(db)?,
        "anchor": super::recovery::anchor(device),
        "policy": policy(db, now_ms)?,
        "last_sync_ms": last_sync_ms,
        "last_sync_age_ms": last_sync_ms.map(|last| now_ms.saturating_sub(last)),
        "synced": waiting.is_empty()
            && saved_from_old == 0
            && last_sync_ms.is_some()
            && !more
            && epoch::wishes(db)?.is_empty(),
        "refused": refused,
        "kept_aside": aside,
        "conflicts": conflicts + extracts,
        "epoch": meta::value::<uuid::Uuid>(db, key::EPOCH)?,
        "server": meta::value::<String>(db, key::SERVER)?,
        "clock": if is_plain { ClockMark::Plain } else { ClockMark::Suspect },
        "time": if time == ClockMark::Plain { "certain" } else { "uncertain" },
        "clock_offset_ms": heard.map(|heard| heard.offset_ms()),
        "directive": meta::value::<Value>(db, key::DIRECTIVE)?,
        "waiting_for_others": epoch::lost(db)?,
        "differing": epoch::wishes(db)?.len(),
        "healed": meta::value::<u64>(db, key::HEALED)?.unwrap_or_default(),
        "backed_up": meta::value::<u64>(db, key::BACKED_UP)?,
    }))
}

/// The rules that new decisions are made by, and how old they are; nothing before the first enrolment.
fn policy(db: &Connection, now_ms: u64) -> Result<Value, Problem> {
    if looked_up::kept_rules(db)?.is_none() {
        return Ok(Value::Null);
    }
    let looked_up::Rules { pack, as_of_ms, newer } = looked_up::rules(db)?;
    Ok(json!({
        "policy": pack.reference(), "title": pack.title, "as_of_ms": as_of_ms,
        "age_ms": now_ms.saturating_sub(as_of_ms), "newer": newer,
    }))
}

/// Who the device is.
pub(crate) fn whoami(me: &Me, signer: &dyn Signer) -> Value {
    json!({
        "device": me.device, "user": me.user, "role": me.role, "org": me.org, "force": me.force,
        "force_prefix": me.force_prefix, "name": me.name, "letter": me.letter, "public_key": base64url(&signer.public_key()),
    })
}

/// Services, and every code list as code and label.
pub(crate) fn reference(db: &Connection, now_ms: u64) -> Result<Value, Problem> {
    let lists: Map<String, Value> = CodeList::ALL
        .iter()
        .map(|list| {
            let entries =
                codes::entries(*list).iter().filter(|entry| !codes::is_servers_own(*list, &entry.code));
            let entries = entries.map(|entry| json!({"code": entry.code, "label": entry.label}));
            (list.name().to_owned(), entries.collect())
        })
        .collect();
    let policy = policy(db, now_ms)?;
    Ok(
        json!({"policy": policy, "providers": looked_up::providers(db)?, "holidays": looked_up::holidays(db)?, "codes": lists}),
    )
}

/// Half-filled forms.
pub(crate) fn drafts(db: &Connection) -> Result<Value, Problem> {
    let drafts = looked_up::drafts(db)?;
    let shown =
        drafts.into_iter().map(|(id, form, saved_ms)| json!({"id": id, "form": form, "saved_ms": saved_ms}));
    Ok(json!({"drafts": shown.collect::<Vec<_>>()}))
}
