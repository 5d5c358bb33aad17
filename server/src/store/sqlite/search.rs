//! The statements behind the index of values that are alike.
//!
//! Does not hold a value: see [`crate::store::search`].

use std::collections::BTreeSet;

use rusqlite::params;
use sync_core::ids::{Digest, OpId};

use super::Sql;
use super::columns::held_key;
use crate::fault::Fault;
use crate::store::search::{SearchReads, SearchWrites};

impl SearchReads for Sql<'_> {
    fn found_under(&self, keys: &BTreeSet<Digest>) -> Result<BTreeSet<OpId>, Fault> {
        let mut found = BTreeSet::new();
        for key in keys {
            let sql = "SELECT op FROM search_keys WHERE key = ?1";
            for op in self.all(sql, [key.0], |row| Ok(row.get::<_, i64>(0)?))? {
                found.insert(self.op_id(op)?);
            }
        }
        Ok(found)
    }
}

impl SearchWrites for Sql<'_> {
    fn keep_under(&self, op: OpId, keys: &BTreeSet<Digest>) -> Result<(), Fault> {
        let op = held_key(self.0, op)?;
        let sql = "INSERT OR IGNORE INTO search_keys (key, op) VALUES (?1, ?2)";
        keys.iter().try_for_each(|key| self.run(sql, params![key.0, op]))
    }
}
