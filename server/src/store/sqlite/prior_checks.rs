//! The statements about look-ups of earlier referrals.
//!
//! Does not know what an answer means.

use rusqlite::params;
#[cfg(test)]
use sync_core::ids::DeviceId;

use super::Sql;
use super::columns::int;
use crate::fault::Fault;
use crate::store::prior_checks::{CheckReads, CheckWrites, NotedCheck};

impl CheckReads for Sql<'_> {
    #[cfg(test)]
    fn checks_since(&self, device: DeviceId, after_ms: u64) -> Result<Vec<NotedCheck>, Fault> {
        let sql = "SELECT user, at_ms, answer FROM prior_checks WHERE device = ?1 AND at_ms > ?2 ORDER BY at_ms, number";
        self.all(sql, params![device.0.as_bytes(), int(after_ms)], |row| {
            let answer = serde_json::from_value(serde_json::Value::String(row.get(2)?))?;
            let at_ms = super::columns::whole(row, 1)?;
            let check = sync_core::referral::eligibility::PriorCheck { answer, at_ms };
            let user = sync_core::ids::UserId(super::columns::id(row, 0)?);
            Ok(NotedCheck { device, user, check })
        })
    }
}

impl CheckWrites for Sql<'_> {
    fn note_check(&self, noted: NotedCheck) -> Result<(), Fault> {
        let NotedCheck { device, user, check } = noted;
        let sql = "INSERT INTO prior_checks (device, user, at_ms, answer) VALUES (?1, ?2, ?3, ?4)";
        let (device, user) = (device.0.as_bytes(), user.0.as_bytes());
        self.run(sql, params![device, user, int(check.at_ms), check.answer.code()])
    }
}
