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
    fn found_under(&self, keys: &BTreeSet<Digest>) -> Result<BTreeSet<OpId>, Fault> {
        if keys.is_empty() {
            return Ok(BTreeSet::new());
        }
        let keys: Vec<String> = keys.iter().map(Digest::to_string).collect();
        let sql = "SELECT d.id, s.op FROM json_each(?1) k JOIN search_keys s ON s.key = unhex(k.value) \
                   JOIN devices d ON d.number = s.op >> 32";
        let found = self.all(sql, [serde_json::to_string(&keys)?], |row| {
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
