//! The statements behind the index of values that are alike.
//!
//! Does not hold a value: see [`crate::store::search`].

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::types::Value;
use rusqlite::{params, params_from_iter};
use sync_core::ids::{Digest, OpId};

use super::Sql;
use super::columns::{device, held_key};
use crate::fault::Fault;
use crate::store::search::{SearchReads, SearchWrites};

/// So many keys are looked up in one statement: SQLite joins no more than 500 parts.
const KEYS_AT_ONCE: usize = 50;

impl SearchReads for Sql<'_> {
    fn found_under(&self, keys: &BTreeSet<Digest>, most: usize) -> Result<BTreeSet<OpId>, Fault> {
        let mut found = BTreeSet::new();
        for some in keys.iter().collect::<Vec<_>>().chunks(KEYS_AT_ONCE) {
            found.extend(self.found_under_some(some, most)?);
        }
        Ok(found)
    }
}

impl Sql<'_> {
    /// Of each key one op more than counts is read, and no further: a common name is kept under its key many times.
    fn found_under_some(&self, keys: &[&Digest], most: usize) -> Result<Vec<OpId>, Fault> {
        let of_key = |at| {
            format!(
                "SELECT * FROM (SELECT {at}, d.id, s.op FROM search_keys s CROSS JOIN devices d \
                 ON d.number = s.op >> 32 WHERE s.key = ? LIMIT ?)"
            )
        };
        let sql = (0..keys.len()).map(of_key).collect::<Vec<_>>().join(" UNION ALL ");
        let enough = i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1);
        let params = keys.iter().flat_map(|key| [Value::Blob(key.0.to_vec()), Value::Integer(enough)]);
        let rows = self.all(&sql, params_from_iter(params), |row| {
            let seq = (row.get::<_, i64>(2)? & 0xffff_ffff).cast_unsigned();
            Ok((row.get::<_, i64>(0)?, OpId { device: device(row, 1)?, seq }))
        })?;
        let mut by_key: BTreeMap<i64, Vec<OpId>> = BTreeMap::new();
        for (key, op) in rows {
            by_key.entry(key).or_default().push(op);
        }
        Ok(by_key.into_values().filter(|ops| ops.len() <= most).flatten().collect())
    }
}

impl SearchWrites for Sql<'_> {
    fn keep_under(&self, op: OpId, keys: &BTreeSet<Digest>) -> Result<(), Fault> {
        let op = held_key(self.0, op)?;
        let sql = "INSERT OR IGNORE INTO search_keys (key, op) VALUES (?1, ?2)";
        keys.iter().try_for_each(|key| self.run(sql, params![key.0, op]))
    }
}
