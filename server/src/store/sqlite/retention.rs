//! Statements about what is due for review.
//!
//! Does not know how long anything is kept.

use rusqlite::params;
use sync_core::ids::{OrgId, Record};

use super::Sql;
use super::columns::{int, whole};
use crate::fault::Fault;
use crate::store::retention::{Quiet, RetentionReads, RetentionWrites};

impl RetentionReads for Sql<'_> {
    fn quiet_since(&self, before_ms: u64) -> Result<Vec<Quiet>, Fault> {
        // Reads every entry's time: it is asked when somebody opens the list, and by no worker that others wait for.
        let sql = "SELECT s.record, max(o.received_ms) FROM ops o JOIN streams s ON s.number = o.stream \
                   WHERE s.record LIKE 'referral/%' GROUP BY s.record HAVING max(o.received_ms) < ?1 ORDER BY 2, 1";
        self.all(sql, [int(before_ms)], |row| {
            Ok(Quiet { record: row.get::<_, String>(0)?.parse()?, last_ms: whole(row, 1)? })
        })
    }

    fn kept_longer(&self, record: Record, org: OrgId) -> Result<Option<u64>, Fault> {
        let sql = "SELECT until_ms FROM kept_longer WHERE record = ?1 AND org = ?2";
        self.one(sql, params![record.to_string(), org.0.as_bytes()], |row| Ok(whole(row, 0)?))
    }
}

impl RetentionWrites for Sql<'_> {
    fn keep_longer(&self, record: Record, org: OrgId, until_ms: u64, reason: &str) -> Result<(), Fault> {
        let sql =
            "INSERT OR REPLACE INTO kept_longer (record, org, until_ms, reason) VALUES (?1, ?2, ?3, ?4)";
        self.run(sql, params![record.to_string(), org.0.as_bytes(), int(until_ms), reason])
    }
}
