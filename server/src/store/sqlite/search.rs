//! The statements behind the index of values that are alike.
//!
//! Does not hold a value: see [`crate::store::search`].

use std::collections::BTreeSet;

use rusqlite::params;
use sync_core::ids::{Digest, OpId};

use super::Sql;
use super::columns::{device, held_key};
use crate::fault::Fault;
use crate::store::search::{SearchReads, SearchWrites};

impl SearchReads for Sql<'_> {
    fn found_under(&self, keys: &BTreeSet<Digest>, most: usize) -> Result<BTreeSet<OpId>, Fault> {
        if keys.is_empty() {
            return Ok(BTreeSet::new());
        }
        let keys: Vec<String> = keys.iter().map(Digest::to_string).collect();
        // A count goes no further than it must: a common name is kept under its key many times.
        let sql = "WITH rare AS MATERIALIZED (SELECT unhex(k.value) AS key FROM json_each(?1) k WHERE \
                   (SELECT count(*) FROM (SELECT 1 FROM search_keys c WHERE c.key = unhex(k.value) LIMIT ?2)) < ?2) \
                   SELECT d.id, s.op FROM rare JOIN search_keys s ON s.key = rare.key \
                   JOIN devices d ON d.number = s.op >> 32";
        let too_many = i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1);
        let found = self.all(sql, params![serde_json::to_string(&keys)?, too_many], |row| {
            let seq = (row.get::<_, i64>(1)? & 0xffff_ffff).cast_unsigned();
            Ok(OpId { device: device(row, 0)?, seq })
        })?;
        Ok(found.into_iter().collect())
    }
}

impl SearchWrites for Sql<'_> {
    fn keep_under(&self, op: OpId, keys: &BTreeSet<Digest>) -> Result<(), Fault> {
        let op = held_key(self.0, op)?;
        let sql = "INSERT OR IGNORE INTO search_keys (key, op) VALUES (?1, ?2)";
        keys.iter().try_for_each(|key| self.run(sql, params![key.0, op]))
    }
}
