//! The statements about when to look again, and when devices were heard.
//!
//! Does not decide what is due.

use rusqlite::params;
use sync_core::ids::{DeviceId, Record};

use super::Sql;
use super::columns::{int, whole};
use crate::fault::Fault;
use crate::store::duties::{DutyReads, DutyWrites, IsDue};

impl DutyReads for Sql<'_> {
    fn to_look_at(&self, now_ms: u64, limit: usize) -> Result<Vec<Record>, Fault> {
        let sql = "SELECT record FROM look_again WHERE at_ms <= ?1 ORDER BY at_ms, record LIMIT ?2";
        let most = i64::try_from(limit).expect("a page is short");
        self.all(sql, [int(now_ms), most], |row| Ok(row.get::<_, String>(0)?.parse()?))
    }

    fn due_records(&self) -> Result<Vec<Record>, Fault> {
        let sql = "SELECT record FROM due_records ORDER BY record";
        self.all(sql, [], |row| Ok(row.get::<_, String>(0)?.parse()?))
    }

    fn heard_ms(&self, device: DeviceId) -> Result<Option<u64>, Fault> {
        let sql = "SELECT heard_ms FROM devices WHERE id = ?1";
        let heard = self.one(sql, [device.0.as_bytes()], |row| Ok(row.get::<_, Option<i64>>(0)?))?;
        Ok(heard.flatten().map(i64::cast_unsigned))
    }

    fn confirmed(&self, device: DeviceId) -> Result<u64, Fault> {
        let sql = "SELECT confirmed FROM devices WHERE id = ?1";
        let confirmed = self.one(sql, [device.0.as_bytes()], |row| Ok(whole(row, 0)?))?;
        Ok(confirmed.unwrap_or_default())
    }
}

impl DutyWrites for Sql<'_> {
    fn look_again(&self, record: Record, at_ms: Option<u64>) -> Result<(), Fault> {
        match at_ms {
            Some(at_ms) => {
                let sql = "INSERT INTO look_again (record, at_ms) VALUES (?1, ?2) \
                           ON CONFLICT (record) DO UPDATE SET at_ms = ?2";
                self.run(sql, params![record.to_string(), int(at_ms)])
            }
            None => self.run("DELETE FROM look_again WHERE record = ?1", [record.to_string()]),
        }
    }

    fn set_due(&self, record: Record, due: IsDue) -> Result<(), Fault> {
        let sql = match due {
            IsDue::Yes => "INSERT OR IGNORE INTO due_records (record) VALUES (?1)",
            IsDue::No => "DELETE FROM due_records WHERE record = ?1",
        };
        self.run(sql, [record.to_string()])
    }

    fn heard(&self, device: DeviceId, now_ms: u64) -> Result<(), Fault> {
        self.run("UPDATE devices SET heard_ms = ?2 WHERE id = ?1", params![device.0.as_bytes(), int(now_ms)])
    }

    fn confirm(&self, device: DeviceId, pos: u64) -> Result<(), Fault> {
        self.run("UPDATE devices SET confirmed = ?2 WHERE id = ?1", params![device.0.as_bytes(), int(pos)])
    }
}
