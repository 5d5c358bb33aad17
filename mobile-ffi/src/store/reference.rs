//! What a device looks things up in: the rules in force, services, exhibit references, drafts, extracts of conflicts.
//!
//! Does not hold ops.

use rusqlite::{Connection, OptionalExtension as _, params};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sync_core::command::Rules;
use sync_core::ids::{Digest, Record};
use sync_core::policy::{PolicyPack, PolicyRef};
use sync_core::referral::timers::Holiday;
use sync_core::sync::answer::{Extract, ExtractState};
use sync_core::sync::enrolment::Bundle;
pub(crate) use sync_core::sync::enrolment::Provider;

use crate::problem::Problem;
use crate::store::meta::{self, key};
use crate::store::ops;

/// What is kept of the rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeptRules {
    policy: PolicyRef,
    as_of_ms: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    newer: Option<PolicyRef>,
}

/// The rules that new decisions are made by.
pub(crate) fn rules(db: &Connection) -> Result<Rules, Problem> {
    let unknown = || Problem::new("policy_unknown", "Update the app, and enrol.");
    let KeptRules { policy, as_of_ms, newer } = kept_rules(db)?.ok_or_else(unknown)?;
    let pack = PolicyPack::find_version(&policy.id, policy.version).ok_or_else(unknown)?;
    Ok(Rules { pack, as_of_ms, newer })
}

/// What is kept of the rules; nothing before the first enrolment.
pub(crate) fn kept_rules(db: &Connection) -> Result<Option<KeptRules>, Problem> {
    meta::value(db, key::RULES)
}

/// Keeps what another store kept of them.
pub(crate) fn keep_rules(db: &Connection, rules: &KeptRules) -> Result<(), Problem> {
    meta::keep(db, key::RULES, rules)
}

/// Takes the place of everything that was looked up before. Rules that this software does not know are
/// noted, and the phone goes on by those that it has.
pub(crate) fn keep_bundle(db: &Connection, bundle: &Bundle, as_of_ms: u64) -> Result<(), Problem> {
    keep_providers(db, &bundle.providers)?;
    meta::keep(db, key::HOLIDAYS, &bundle.holidays)?;
    let policy = bundle.policy.clone();
    let rules = if PolicyPack::find_version(&policy.id, policy.version).is_some() {
        KeptRules { policy, as_of_ms, newer: None }
    } else {
        let held =
            kept_rules(db)?.ok_or_else(|| Problem::new("policy_unknown", "Update the app, and enrol."))?;
        KeptRules { newer: Some(policy), ..held }
    };
    keep_rules(db, &rules)
}

/// The server has nothing newer at this time: what is held is in force.
pub(crate) fn confirm_rules(db: &Connection, now_ms: u64) -> Result<(), Problem> {
    match kept_rules(db)? {
        Some(rules) if rules.newer.is_none() => keep_rules(db, &KeptRules { as_of_ms: now_ms, ..rules }),
        Some(_) | None => Ok(()),
    }
}

/// Bank holidays that were proclaimed after this software was built.
pub(crate) fn holidays(db: &Connection) -> Result<Vec<Holiday>, Problem> {
    Ok(meta::value(db, key::HOLIDAYS)?.unwrap_or_default())
}

/// Every service, by name.
pub(crate) fn providers(db: &Connection) -> Result<Vec<Provider>, Problem> {
    let mut query = db.prepare_cached("SELECT provider FROM provider ORDER BY name, id")?;
    let rows = query.query_map([], |row| row.get::<_, String>(0))?;
    let rows = rows.collect::<Result<Vec<_>, _>>()?;
    Ok(rows.iter().filter_map(|text| serde_json::from_str(text).ok()).collect())
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
    let sql = "SELECT 1 FROM exhibit WHERE reference = ?1";
    Ok(db.prepare_cached(sql)?.query_row([reference], |_| Ok(())).optional()?.is_some())
}

/// Every exhibit reference with its record.
pub(crate) fn exhibit_rows(db: &Connection) -> Result<Vec<(String, String)>, Problem> {
    let mut query = db.prepare_cached("SELECT reference, record FROM exhibit")?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How many exhibit references were used.
pub(crate) fn exhibits(db: &Connection) -> Result<u64, Problem> {
    Ok(db.prepare_cached("SELECT COUNT(*) FROM exhibit")?.query_row([], |row| row.get(0))?)
}

/// Marks an exhibit reference as used.
pub(crate) fn keep_exhibit(db: &Connection, reference: &str, record: Record) -> Result<(), Problem> {
    db.prepare_cached("INSERT INTO exhibit VALUES (?1, ?2)")?
        .execute(params![reference, record.to_string()])?;
    Ok(())
}

/// Keeps, or drops once it is settled, an extract.
pub(crate) fn keep_extract(db: &Connection, extract: &Extract) -> Result<(), Problem> {
    let conflict = extract.conflict.to_string();
    match extract.state {
        ExtractState::Open => {
            let tells = |extract: &Extract| extract.sides.iter().any(|side| side.body.is_some());
            if !tells(extract) && self::extract(db, extract.conflict)?.is_some_and(|known| tells(&known)) {
                // The body that it told was erased.
                meta::keep(db, key::UNSCRUBBED, &true)?;
            }
            let text = serde_json::to_string(extract).expect("extracts are plain data");
            db.prepare_cached("INSERT OR REPLACE INTO extract VALUES (?1, ?2)")?
                .execute(params![conflict, text])?;
        }
        ExtractState::Settled => {
            db.prepare_cached("DELETE FROM extract WHERE conflict = ?1")?.execute([conflict])?;
        }
    }
    Ok(())
}

/// Every open extract.
pub(crate) fn extracts(db: &Connection) -> Result<Vec<Extract>, Problem> {
    let mut query = db.prepare_cached("SELECT extract FROM extract ORDER BY conflict")?;
    let rows = query.query_map([], |row| row.get::<_, String>(0))?;
    let texts = rows.collect::<Result<Vec<_>, _>>()?;
    Ok(texts.iter().filter_map(|text| serde_json::from_str(text).ok()).collect())
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
    db.prepare_cached("INSERT OR REPLACE INTO draft VALUES (?1, ?2, ?3)")?.execute(row)?;
    Ok(())
}

/// Drops a draft.
pub(crate) fn drop_draft(db: &Connection, id: &str) -> Result<(), Problem> {
    db.prepare_cached("DELETE FROM draft WHERE id = ?1")?.execute([id])?;
    Ok(())
}

/// Every draft, newest first.
pub(crate) fn drafts(db: &Connection) -> Result<Vec<(String, Value, u64)>, Problem> {
    let mut query = db.prepare_cached("SELECT id, form, saved_ms FROM draft ORDER BY saved_ms DESC, id")?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?)))?;
    let rows = rows.collect::<Result<Vec<_>, _>>()?;
    Ok(rows
        .into_iter()
        .map(|(id, form, ms)| (id, serde_json::from_str(&form).unwrap_or_default(), ms))
        .collect())
}
