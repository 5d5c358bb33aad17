//! What a device looks things up in: the rules in force, services, exhibit references, drafts, extracts of conflicts.
//!
//! Does not hold ops.

use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::Value;
use sync_core::command::Rules;
use sync_core::ids::{Digest, Record};
use sync_core::phone::state::{KeptRules, PhoneState};
use sync_core::policy::PolicyPack;
use sync_core::sync::answer::Extract;
pub(crate) use sync_core::sync::enrolment::Provider;

use crate::problem::Problem;
use crate::store::{ops, sealer};

/// The rules that new decisions are made by.
pub(crate) fn rules(state: &PhoneState) -> Result<Rules, Problem> {
    let unknown = || Problem::new("policy_unknown", "Update the app, and enrol.");
    let KeptRules { policy, as_of_ms, newer } = state.rules.clone().ok_or_else(unknown)?;
    let pack = PolicyPack::find_version(&policy.id, policy.version).ok_or_else(unknown)?;
    Ok(Rules { pack, as_of_ms, newer })
}

/// Every service, by name.
pub(crate) fn providers(db: &Connection) -> Result<Vec<Provider>, Problem> {
    let mut query = db.prepare_cached("SELECT provider FROM provider ORDER BY name, id")?;
    let rows = query.query_map([], |row| sealer::text(row, 0))?;
    let rows = rows.collect::<Result<Vec<_>, _>>()?;
    Ok(rows.iter().flatten().filter_map(|text| serde_json::from_str(text).ok()).collect())
}

/// Takes the place of all services that were known.
pub(crate) fn keep_providers(db: &Connection, providers: &[Provider]) -> Result<(), Problem> {
    db.prepare_cached("DELETE FROM provider")?.execute([])?;
    for provider in providers {
        let text = serde_json::to_string(provider).expect("a provider is plain data");
        let row = params![provider.id.to_string(), provider.name, text];
        db.prepare_cached("INSERT OR REPLACE INTO provider VALUES (?1, ?2, ?3)")?.execute(row)?;
    }
    Ok(())
}

/// Whether an exhibit reference was used.
pub(crate) fn exhibit_used(db: &Connection, reference: &str) -> Result<bool, Problem> {
    let sql = "SELECT 1 FROM exhibit WHERE substr(blinded, 1, 8) = substr(blind('exhibit', ?1), 1, 8)
         AND blinded = blind('exhibit', ?1) LIMIT 1";
    Ok(db.prepare_cached(sql)?.query_row([reference], |_| Ok(())).optional()?.is_some())
}

/// Every exhibit reference with its record.
pub(crate) fn exhibit_rows(db: &Connection) -> Result<Vec<(String, String)>, Problem> {
    let mut query = db.prepare_cached("SELECT reference, record FROM exhibit")?;
    let rows = query.query_map([], |row| Ok((sealer::text(row, 0)?, row.get(1)?)))?;
    let rows = rows.collect::<Result<Vec<_>, _>>()?;
    Ok(rows.into_iter().filter_map(|(reference, record)| Some((reference?, record))).collect())
}

/// How many exhibit references were used: they are numbered, and none goes alone.
pub(crate) fn exhibits(db: &Connection) -> Result<u64, Problem> {
    Ok(db.prepare_cached("SELECT COALESCE(MAX(id), 0) FROM exhibit")?.query_row([], |row| row.get(0))?)
}

/// Marks an exhibit reference as used.
pub(crate) fn keep_exhibit(db: &Connection, reference: &str, record: Record) -> Result<(), Problem> {
    db.prepare_cached("INSERT INTO exhibit (reference, record) VALUES (?1, ?2)")?
        .execute(params![reference, record.to_string()])?;
    Ok(())
}

/// Keeps an extract, or drops it once it is settled.
pub(crate) fn keep_extract(
    db: &Connection,
    conflict: Digest,
    extract: Option<&Extract>,
) -> Result<(), Problem> {
    let conflict = conflict.to_string();
    match extract {
        Some(extract) => {
            let text = serde_json::to_string(extract).expect("extracts are plain data");
            let sql = "INSERT OR REPLACE INTO extract VALUES (?1, ?2)";
            db.prepare_cached(sql)?.execute(params![conflict, text])?;
        }
        None => {
            db.prepare_cached("DELETE FROM extract WHERE conflict = ?1")?.execute([conflict])?;
        }
    }
    Ok(())
}

/// Every open extract.
pub(crate) fn extracts(db: &Connection) -> Result<Vec<Extract>, Problem> {
    let mut query = db.prepare_cached("SELECT extract FROM extract ORDER BY conflict")?;
    let rows = query.query_map([], |row| sealer::text(row, 0))?;
    let texts = rows.collect::<Result<Vec<_>, _>>()?;
    Ok(texts.iter().flatten().filter_map(|text| serde_json::from_str(text).ok()).collect())
}

/// How many open extracts are of streams that this device does not hold.
pub(crate) fn extracts_of_others(db: &Connection) -> Result<u64, Problem> {
    let mut count = 0;
    for extract in extracts(db)? {
        count += u64::from(!ops::is_held(db, extract.stream)?);
    }
    Ok(count)
}

/// One open extract.
pub(crate) fn extract(db: &Connection, conflict: Digest) -> Result<Option<Extract>, Problem> {
    Ok(extracts(db)?.into_iter().find(|extract| extract.conflict == conflict))
}

/// Keeps a draft of a form.
pub(crate) fn keep_draft(db: &Connection, id: &str, form: &Value, now_ms: u64) -> Result<(), Problem> {
    let row = params![id, form.to_string(), now_ms];
    db.prepare_cached("INSERT OR REPLACE INTO draft (id, form, saved_ms) VALUES (?1, ?2, ?3)")?
        .execute(row)?;
    Ok(())
}

/// Drops a draft.
pub(crate) fn drop_draft(db: &Connection, id: &str) -> Result<(), Problem> {
    db.prepare_cached("DELETE FROM draft WHERE blinded = blind('draft', ?1)")?.execute([id])?;
    Ok(())
}

/// Every draft, newest first.
pub(crate) fn drafts(db: &Connection) -> Result<Vec<(String, Value, u64)>, Problem> {
    let mut query = db.prepare_cached("SELECT id, form, saved_ms FROM draft ORDER BY saved_ms DESC, id")?;
    let rows = query.query_map([], |row| Ok((sealer::text(row, 0)?, sealer::text(row, 1)?, row.get(2)?)))?;
    let rows = rows.collect::<Result<Vec<_>, _>>()?.into_iter();
    Ok(rows
        .filter_map(|(id, form, ms)| Some((id?, serde_json::from_str(&form?).unwrap_or_default(), ms)))
        .collect())
}
