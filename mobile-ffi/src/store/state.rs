//! The fold of each stream, kept beside the ops and written in the transaction that changed them.
//!
//! Does not hold anything that could not be computed again.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use sync_core::identity;
use sync_core::ids::{Digest, Record, Stream};
use sync_core::referral::act::Subject;
use sync_core::referral::fold::{StreamState, fold};
use sync_core::referral::person::Person;
use sync_core::referral::view::view;

use crate::keys;
use crate::problem::Problem;
use crate::store::meta::{self, key};
use crate::store::ops;

/// The newest revision of the store: what a view shows when it is opened now.
pub(crate) fn revision(db: &Connection) -> Result<u64, Problem> {
    Ok(meta::value(db, key::REV)?.unwrap_or_default())
}

/// The folded streams of a record, from its ops.
pub(crate) fn folded(db: &Connection, record: Record) -> Result<BTreeMap<Stream, StreamState>, Problem> {
    let held = ops::of_record(db, record)?;
    let streams = ops::histories(&held, u64::MAX);
    Ok(streams.iter().map(|(stream, history)| (*stream, fold(history))).collect())
}

/// Folds the streams of a record anew and keeps what came of it.
pub(crate) fn refold(db: &Connection, record: Record) -> Result<(), Problem> {
    let name = record.to_string();
    db.prepare_cached("DELETE FROM stream_state WHERE record = ?1")?.execute([&name])?;
    db.prepare_cached("DELETE FROM named WHERE record = ?1")?.execute([&name])?;
    let insert = "INSERT INTO stream_state (stream, record, digest, conflicts) VALUES (?1, ?2, ?3, ?4)";
    let streams = folded(db, record)?;
    for (stream, state) in &streams {
        let row = params![stream.to_string(), name, state.digest().to_string(), state.conflicts.len()];
        db.prepare_cached(insert)?.execute(row)?;
    }
    let states: Vec<StreamState> = streams.into_values().collect();
    let subject = view(&states).subject;
    let insert = "INSERT OR IGNORE INTO named (person, record) VALUES (?1, ?2)";
    for person in subject.iter().flat_map(Person::compared).filter_map(|subject| key(&subject)) {
        db.prepare_cached(insert)?.execute(params![person.0, name])?;
    }
    Ok(())
}

/// The records about whoever is the same person as this one.
pub(crate) fn records_about(db: &Connection, subject: &Subject) -> Result<Vec<Record>, Problem> {
    let Some(person) = key(&compared(subject)) else { return Ok(Vec::new()) };
    let mut query = db.prepare_cached("SELECT record FROM named WHERE person = ?1 ORDER BY record")?;
    let rows = query.query_map([person.0], |row| row.get::<_, String>(0))?;
    let names: Vec<String> = rows.collect::<Result<_, _>>()?;
    Ok(names.iter().filter_map(|name| name.parse().ok()).collect())
}

/// What a form says of a person, as two are compared.
fn compared(subject: &Subject) -> identity::Subject {
    let Subject { family, given, born, .. } = subject.clone();
    identity::Subject { family, given, born: born.map(identity::Born::Day), identifiers: Vec::new() }
}

/// What stands for a person: equal for two subjects that are one by name and date of birth, all that a form tells.
fn key(subject: &identity::Subject) -> Option<Digest> {
    let key = identity::identity_key(subject)?;
    Some(keys::sha256(&format!("waymark/person/1\n{key}")))
}
