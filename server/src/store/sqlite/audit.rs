//! The statements about the audit.
//!
//! Does not chain lines.

use rusqlite::{Row, params};
use serde_json::Value;
use sync_core::ids::{Digest, UserId};

use super::Sql;
use super::columns::{digest, id, int, org, whole};
use crate::audit::{Line, Wanted};
use crate::fault::Fault;
use crate::store::audit::{AuditReads, AuditWrites};
use crate::store::people::Span;

const COLUMNS: &str = "number, at_ms, user, role, org, record, purpose, rows, digest, hash";

fn line(row: &Row<'_>) -> Result<Line, Fault> {
    Ok(Line {
        number: whole(row, 0)?,
        at_ms: whole(row, 1)?,
        user: UserId(id(row, 2)?),
        role: serde_json::from_value(Value::String(row.get(3)?))?,
        org: org(row, 4)?,
        record: row.get::<_, String>(5)?.parse()?,
        purpose: serde_json::from_value(Value::String(row.get(6)?))?,
        rows: row.get::<_, Option<i64>>(7)?.map(i64::cast_unsigned),
        digest: row.get::<_, Option<[u8; 32]>>(8)?.map(Digest),
        hash: digest(row, 9)?,
    })
}

impl AuditReads for Sql<'_> {
    fn audit_head(&self) -> Result<(u64, Digest), Fault> {
        let sql = "SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1";
        let head = self.one(sql, [], |row| Ok((whole(row, 0)?, digest(row, 1)?)))?;
        Ok(head.unwrap_or((0, Digest([0; 32]))))
    }

    fn list_audit(&self, wanted: Wanted, span: Span) -> Result<Vec<Line>, Fault> {
        let which = match (wanted.user, wanted.record) {
            (None, None) => "?1 IS NULL AND ?2 IS NULL",
            (Some(_), None) => "user = ?1 AND ?2 IS NULL",
            (None, Some(_)) => "?1 IS NULL AND record = ?2",
            (Some(_), Some(_)) => "user = ?1 AND record = ?2",
        };
        let sql = format!(
            "SELECT {COLUMNS} FROM audit WHERE number < ?3 AND {which} ORDER BY number DESC LIMIT ?4"
        );
        let user = wanted.user.map(|user| user.0.as_bytes().to_vec());
        let record = wanted.record.map(|record| record.to_string());
        let before = if span.after == 0 { i64::MAX } else { int(span.after) };
        let most = i64::try_from(span.limit).expect("a page is short");
        self.all(&sql, params![user, record, before, most], line)
    }

    fn audit_after(&self, number: u64, limit: usize) -> Result<Vec<Line>, Fault> {
        let sql = format!("SELECT {COLUMNS} FROM audit WHERE number > ?1 ORDER BY number LIMIT ?2");
        let most = i64::try_from(limit).expect("a page is short");
        self.all(&sql, params![int(number), most], line)
    }
}

impl AuditWrites for Sql<'_> {
    fn add_audit_line(&self, line: &Line) -> Result<(), Fault> {
        let Line { number, at_ms, user, role, org, record, purpose, rows, digest, hash } = line;
        let sql = format!("INSERT INTO audit ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
        let (user, org, record) = (user.0.as_bytes(), org.0.as_bytes(), record.to_string());
        let (number, at_ms) = (int(*number), int(*at_ms));
        let (rows, digest) = (rows.map(int), digest.map(|digest| digest.0));
        let (role, purpose) = (role.word(), purpose.code());
        self.run(&sql, params![number, at_ms, user, role, org, record, purpose, rows, digest, hash.0])
    }
}
