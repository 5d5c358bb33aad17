//! Summaries of records, kept beside the ops and written in the transaction that changed them.
//!
//! What a summary says is [`sync_core::query::summary`]'s. Does not hold anything that could not be computed again.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension as _, params};
use sync_core::command::Beginning;
use sync_core::ids::{Digest, OrgId, Record, RecordKind};
use sync_core::phone::held::HeldRecord;
use sync_core::phone::state::PhoneState;
use sync_core::query::desk_of;
use sync_core::query::summary::{self, Beside, Summary};
use sync_core::referral::act::{Subject, YesNo};
use sync_core::referral::timers::{Coming, Holiday, Reader, Waiting, sent_by};

use crate::problem::Problem;
use crate::store::held::HeldIn;
use crate::store::meta;
use crate::store::{reference, sealer};

/// What summaries are made with besides the ops.
struct SummaryContext {
    reader: Option<Reader>,
    holidays: Vec<Holiday>,
    able: BTreeSet<OrgId>,
}

impl SummaryContext {
    fn read(db: &Connection) -> Result<Self, Problem> {
        let PhoneState { me, holidays, .. } = meta::state(db)?;
        let reader = me.and_then(|me| desk_of(me.role)).map(|(_, reader)| reader);
        let providers = reference::providers(db)?.into_iter();
        let able = providers.filter(|provider| provider.staffed == YesNo::Yes).map(|provider| provider.id);
        Ok(Self { reader, holidays, able: able.collect() })
    }
}

/// Makes the summaries of these records anew.
pub(crate) fn refold(held: HeldIn<'_>, records: impl IntoIterator<Item = Record>) -> Result<(), Problem> {
    let mut records = records.into_iter().peekable();
    if records.peek().is_none() {
        return Ok(());
    }
    let known = SummaryContext::read(held.db)?;
    records.try_for_each(|record| held.look(record, |seen| keep(held.db, record, seen, &known)))
}

/// Makes the summary of a record anew that is held so.
pub(crate) fn refold_one(db: &Connection, record: Record, seen: &HeldRecord) -> Result<(), Problem> {
    keep(db, record, seen, &SummaryContext::read(db)?)
}

/// Makes every summary anew, since what they are made with has changed; also those of records that are new.
pub(crate) fn refold_all(held: HeldIn<'_>, new: &BTreeSet<Record>) -> Result<(), Problem> {
    let all: BTreeSet<Record> = records(held.db)?.into_iter().chain(new.iter().copied()).collect();
    refold(held, all)
}

fn keep(db: &Connection, record: Record, seen: &HeldRecord, known: &SummaryContext) -> Result<(), Problem> {
    let name = record.to_string();
    drop_kept(db, &name)?;
    if seen.is_empty() {
        return Ok(());
    }
    let states = seen.states();
    let sent = sent_by(&states).and_then(|sent| seen.op(sent));
    let synced_ms = sent.and_then(|op| op.stamp.as_ref()).map(|stamp| stamp.received_ms);
    let SummaryContext { reader, holidays, able } = known;
    let Summary { reference, submitted_ms, conflicts, about, waiting } =
        Summary::of(record, &states, &Beside { reader: *reader, holidays, able, synced_ms });
    let coming = waiting.as_ref().map(|waiting| json(&waiting.coming));
    let waiting = waiting.as_ref().map(json);
    let about = about.iter().map(|digest| blinded(db, digest.0)).collect::<Result<BTreeSet<_>, _>>()?;
    let insert = "INSERT INTO summary (record, referral, submitted_ms, reference, coming, waiting, about)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let is_referral = record.kind == RecordKind::Referral;
    let submitted = submitted_ms.map_or(-1, u64::cast_signed);
    let row = params![name, is_referral, submitted, reference, coming, waiting, json(&about)];
    db.prepare_cached(insert)?.execute(row)?;
    for about in about {
        let insert = "INSERT INTO summary_about (about, record) VALUES (unhex(?1), ?2)";
        db.prepare_cached(insert)?.execute(params![about, name])?;
    }
    for conflict in conflicts {
        let insert = "INSERT OR IGNORE INTO open_conflict (conflict, record) VALUES (?1, ?2)";
        db.prepare_cached(insert)?.execute(params![conflict.0, name])?;
    }
    Ok(())
}

/// What somebody is searched by, under the key of the store: hexadecimal digits.
fn blinded(db: &Connection, about: [u8; 32]) -> Result<String, Problem> {
    let sql = "SELECT hex(blind('summary_about', ?1))";
    Ok(db.prepare_cached(sql)?.query_row(params![about], |row| row.get(0))?)
}

/// Drops what is kept of a record.
fn drop_kept(db: &Connection, name: &str) -> Result<(), Problem> {
    let sql = "SELECT about FROM summary WHERE substr(record, -4) = substr(?1, -4) AND record = ?1";
    let about: Option<String> = db.prepare_cached(sql)?.query_row([name], |row| row.get(0)).optional()?;
    let Some(about) = about else { return Ok(()) };
    let about: Vec<String> = serde_json::from_str(&about).map_err(|_| unreadable())?;
    let sql = "DELETE FROM summary_about
         WHERE substr(about, 1, 8) = substr(unhex(?1), 1, 8) AND about = unhex(?1) AND record = ?2";
    for about in about {
        db.prepare_cached(sql)?.execute([&about, name])?;
    }
    let sql = "DELETE FROM summary WHERE substr(record, -4) = substr(?1, -4) AND record = ?1";
    db.prepare_cached(sql)?.execute([name])?;
    db.prepare_cached("DELETE FROM open_conflict WHERE record = ?1")?.execute([name])?;
    Ok(())
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("a summary is plain data")
}

/// The records of which something is held and may be seen.
pub(crate) fn records(db: &Connection) -> Result<Vec<Record>, Problem> {
    named(db, "SELECT record FROM summary ORDER BY record", [])
}

/// The records that have an open conflict.
pub(crate) fn in_conflict(db: &Connection) -> Result<Vec<Record>, Problem> {
    named(db, "SELECT DISTINCT record FROM open_conflict ORDER BY record", [])
}

/// The record that an open conflict is in.
pub(crate) fn of_conflict(db: &Connection, conflict: Digest) -> Result<Option<Record>, Problem> {
    let sql = "SELECT record FROM open_conflict WHERE conflict = ?1";
    Ok(named(db, sql, params![conflict.0])?.into_iter().next())
}

/// How many conflicts are open in the streams that are held.
pub(crate) fn open_conflicts(db: &Connection) -> Result<u64, Problem> {
    Ok(db.prepare_cached("SELECT COUNT(*) FROM open_conflict")?.query_row([], |row| row.get(0))?)
}

/// How many conflicts are open in a record.
pub(crate) fn open_conflicts_of(db: &Connection, record: Record) -> Result<u64, Problem> {
    let sql = "SELECT COUNT(*) FROM open_conflict WHERE record = ?1";
    Ok(db.prepare_cached(sql)?.query_row([record.to_string()], |row| row.get(0))?)
}

/// The records about whoever is the same person as this one.
pub(crate) fn about(db: &Connection, subject: &Subject) -> Result<Vec<Record>, Problem> {
    let Some(about) = summary::about(subject) else { return Ok(Vec::new()) };
    let sql = "SELECT record FROM summary_about
         WHERE substr(about, 1, 8) = substr(?1, 1, 8) AND about = ?1 ORDER BY record";
    let about: Vec<u8> = db
        .prepare_cached("SELECT blind('summary_about', ?1)")?
        .query_row(params![about.0], |row| row.get(0))?;
    named(db, sql, params![about])
}

fn named(db: &Connection, sql: &str, params: impl rusqlite::Params) -> Result<Vec<Record>, Problem> {
    let mut query = db.prepare_cached(sql)?;
    let rows = query.query_map(params, |row| row.get::<_, String>(0))?;
    let names: Vec<String> = rows.collect::<Result<_, _>>()?;
    Ok(names.iter().filter_map(|name| name.parse().ok()).collect())
}

/// Records whose id or reference begins so; one more than anybody would list is enough.
pub(crate) fn beginning_with(
    db: &Connection,
    beginning: &Beginning,
) -> Result<Vec<(Record, Option<String>)>, Problem> {
    let (sql, from) = match beginning {
        Beginning::Id(id) => (
            "SELECT record, reference FROM summary WHERE record >= ?1 AND record < ?1 || '~' LIMIT 11",
            format!("referral/{id}"),
        ),
        Beginning::Reference(text) => (
            "SELECT record, reference FROM summary WHERE reference >= ?1 AND reference < ?1 || '~' LIMIT 11",
            text.clone(),
        ),
    };
    let mut query = db.prepare_cached(sql)?;
    let rows = query.query_map([from], |row| Ok((row.get::<_, String>(0)?, sealer::text(row, 1)?)))?;
    let rows: Vec<(String, Option<String>)> = rows.collect::<Result<_, _>>()?;
    Ok(rows.into_iter().filter_map(|(name, reference)| Some((name.parse().ok()?, reference))).collect())
}

/// Referrals, the newest first, after a place in that order; and the place of the last when there are more.
pub(crate) fn newest(
    db: &Connection,
    after: Option<&str>,
    limit: Option<usize>,
) -> Result<(Vec<Record>, Option<String>), Problem> {
    let unknown = || Problem::at("cursor_unknown", "after", "");
    let (ms, name) = match after {
        None => (i64::MAX, String::new()),
        Some(after) => {
            let (ms, id) = after.split_once('.').ok_or_else(unknown)?;
            (ms.parse().map_err(|_| unknown())?, format!("referral/{id}"))
        }
    };
    let limit = limit.unwrap_or(usize::MAX >> 2);
    let sql = "SELECT record, submitted_ms FROM summary WHERE referral = 1 AND submitted_ms <= ?1
         AND (submitted_ms < ?1 OR record > ?2) ORDER BY submitted_ms DESC, record LIMIT ?3";
    let mut query = db.prepare_cached(sql)?;
    let rows =
        query.query_map(params![ms, name, limit + 1], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))?;
    let mut rows: Vec<(String, i64)> = rows.collect::<Result<_, _>>()?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let last = rows.last().filter(|_| more);
    let next = last.map(|(name, ms)| format!("{ms}.{}", name.trim_start_matches("referral/")));
    Ok((rows.iter().filter_map(|(name, _)| name.parse().ok()).collect(), next))
}

/// What is due in each referral, whatever the time is.
pub(crate) fn coming(db: &Connection) -> Result<Vec<(Record, Vec<Coming>)>, Problem> {
    let mut query = db.prepare_cached("SELECT record, coming FROM summary WHERE coming IS NOT NULL")?;
    let rows = query.query_map([], |row| Ok((row.get::<_, String>(0)?, sealer::text(row, 1)?)))?;
    let mut all = Vec::new();
    for row in rows {
        let (name, Some(coming)) = row? else { continue };
        let record = name.parse().map_err(|_| unreadable())?;
        all.push((record, serde_json::from_str(&coming).map_err(|_| unreadable())?));
    }
    Ok(all)
}

/// What a worklist shows of these referrals.
pub(crate) fn waiting(db: &Connection, records: &[Record]) -> Result<Vec<Waiting>, Problem> {
    let mut query =
        db.prepare_cached("SELECT waiting FROM summary WHERE substr(record, -4) = substr(?1, -4) AND record = ?1 AND waiting IS NOT NULL")?;
    let mut all = Vec::with_capacity(records.len());
    for record in records {
        let text = query.query_row([record.to_string()], |row| sealer::text(row, 0)).optional()?;
        let Some(text) = text.flatten() else { continue };
        all.push(serde_json::from_str(&text).map_err(|_| unreadable())?);
    }
    Ok(all)
}

fn unreadable() -> Problem {
    Problem::new("store_unreadable", "a summary cannot be read")
}
