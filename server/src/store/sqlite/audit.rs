//! The statements about the audit.
//!
//! Does not chain lines.

use std::collections::BTreeSet;

use rusqlite::{Row, params};
use serde_json::Value;
use sync_core::access::Scope;
use sync_core::ids::{DeviceId, Digest, Record, UserId};
use uuid::Uuid;

use super::Sql;
use super::columns::{digest, id, int, org, whole};
use super::reads::names;
use crate::audit::{AuditOf, Line, OnPhone, OpenedThere, Wanted};
use crate::fault::Fault;
use crate::store::audit::{AuditReads, AuditWrites};
use crate::store::people::Span;

const COLUMNS: &str =
    "number, at_ms, user, role, org, record, purpose, rows, digest, hash, device, opened, opened_ms";

fn on_phone(row: &Row<'_>) -> Result<Option<OnPhone>, Fault> {
    let Some(device) = row.get::<_, Option<[u8; 16]>>(10)? else { return Ok(None) };
    let (number, at_ms): (Option<i64>, Option<i64>) = (row.get(11)?, row.get(12)?);
    let opened = number
        .zip(at_ms)
        .map(|(number, at_ms)| OpenedThere { number: number.cast_unsigned(), at_ms: at_ms.cast_unsigned() });
    Ok(Some(OnPhone { device: DeviceId(Uuid::from_bytes(device)), opened }))
}

fn record(row: &Row<'_>) -> Result<Record, Fault> {
    Ok(row.get::<_, String>(0)?.parse()?)
}

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
        phone: on_phone(row)?,
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
        let what = match wanted.what {
            None => "",
            Some(AuditOf::Opened) => "AND purpose <> 'sent_to_phone'",
            Some(AuditOf::Sent) => "AND purpose = 'sent_to_phone'",
        };
        let sql = format!(
            "SELECT {COLUMNS} FROM audit WHERE number < ?3 AND {which} {what} ORDER BY number DESC LIMIT ?4"
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

    fn opened_upto(&self, device: DeviceId) -> Result<u64, Fault> {
        let sql = "SELECT MAX(opened) FROM audit WHERE device = ?1 AND opened IS NOT NULL";
        let number = self.one(sql, params![device.0.as_bytes()], |row| Ok(row.get::<_, Option<i64>>(0)?))?;
        Ok(number.flatten().unwrap_or(0).cast_unsigned())
    }

    fn has_opening(&self, device: DeviceId, record: Record, there: OpenedThere) -> Result<bool, Fault> {
        let sql = "SELECT 1 FROM audit WHERE device = ?1 AND opened = ?2 AND opened_ms = ?3 AND record = ?4";
        let (number, at_ms) = (int(there.number), int(there.at_ms));
        let known = params![device.0.as_bytes(), number, at_ms, record.to_string()];
        Ok(self.one(sql, known, |_| Ok(()))?.is_some())
    }

    fn not_sent(&self, device: DeviceId, records: BTreeSet<Record>) -> Result<BTreeSet<Record>, Fault> {
        let sql = "SELECT value FROM json_each(?2) WHERE NOT EXISTS
             (SELECT 1 FROM audit WHERE device = ?1 AND opened IS NULL AND record = value)
             AND NOT EXISTS (SELECT 1 FROM streams s CROSS JOIN ops o ON o.stream = s.number
                 WHERE s.record = value AND o.disposition = 'accepted'
                 AND o.key >> 32 = (SELECT number FROM devices WHERE id = ?1))";
        let records = serde_json::to_string(&records)?;
        Ok(self.all(sql, params![device.0.as_bytes(), records], record)?.into_iter().collect())
    }

    fn out_of_reach(&self, scopes: &[Scope], records: BTreeSet<Record>) -> Result<BTreeSet<Record>, Fault> {
        // What a scope held once stays there as let go of.
        let sql = "SELECT value FROM json_each(?2) WHERE NOT EXISTS
             (SELECT 1 FROM streams s JOIN scope_holds h ON h.stream = s.number
              WHERE s.record = value AND h.scope IN
                  (SELECT c.number FROM json_each(?1) w JOIN scopes c ON c.name = w.value))";
        let wanted = (names(scopes.iter().map(Scope::key))?, serde_json::to_string(&records)?);
        Ok(self.all(sql, wanted, record)?.into_iter().collect())
    }
}

impl AuditWrites for Sql<'_> {
    fn add_audit_line(&self, line: &Line) -> Result<(), Fault> {
        let Line { number, at_ms, user, role, org, record, purpose, rows, digest, phone, hash } = line;
        let sql = format!(
            "INSERT INTO audit ({COLUMNS})
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
        );
        let device = phone.map(|on| *on.device.0.as_bytes());
        let there = phone.and_then(|on| on.opened);
        let (opened, opened_ms) = (there.map(|there| int(there.number)), there.map(|there| int(there.at_ms)));
        let (user, org, record) = (user.0.as_bytes(), org.0.as_bytes(), record.to_string());
        let (number, at_ms) = (int(*number), int(*at_ms));
        let (rows, digest) = (rows.map(int), digest.map(|digest| digest.0));
        let (role, purpose) = (role.word(), purpose.code());
        let values = params![
            number, at_ms, user, role, org, record, purpose, rows, digest, hash.0, device, opened, opened_ms
        ];
        self.run(&sql, values)
    }
}
