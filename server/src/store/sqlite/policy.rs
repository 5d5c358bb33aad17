//! The statements about the force's policy packs and bank holidays.
//!
//! Does not know what a pack says.

use rusqlite::{Row, params};
use sync_core::ids::UserId;
use sync_core::policy::PolicyRef;
use sync_core::referral::timers::Holiday;
use uuid::Uuid;

use super::Sql;
use super::columns::{id, int, whole};
use crate::fault::Fault;
use crate::store::policy::{InForce, PolicyReads, PolicyRow, PolicyWrites};

fn person(row: &Row<'_>, index: usize) -> Result<Option<UserId>, Fault> {
    let bytes: Option<[u8; 16]> = row.get(index)?;
    Ok(bytes.map(|bytes| UserId(Uuid::from_bytes(bytes))))
}

fn policy(row: &Row<'_>) -> Result<PolicyRow, Fault> {
    let from_ms: Option<i64> = row.get(5)?;
    let confirmed_by = person(row, 6)?;
    Ok(PolicyRow {
        proposal: id(row, 0)?,
        policy: PolicyRef { id: row.get(1)?, version: row.get(2)? },
        proposed_by: person(row, 3)?,
        proposed_ms: whole(row, 4)?,
        in_force: from_ms.map(|from_ms| InForce { from_ms: from_ms.cast_unsigned(), confirmed_by }),
    })
}

impl PolicyReads for Sql<'_> {
    fn holidays(&self) -> Result<Vec<Holiday>, Fault> {
        self.all("SELECT holiday FROM holidays ORDER BY number", [], |row| {
            Ok(serde_json::from_str(&row.get::<_, String>(0)?)?)
        })
    }

    fn policies(&self) -> Result<Vec<PolicyRow>, Fault> {
        let sql = "SELECT id, pack, version, proposed_by, proposed_ms, from_ms, confirmed_by \
                   FROM policies ORDER BY number";
        self.all(sql, [], policy)
    }
}

impl PolicyWrites for Sql<'_> {
    fn add_holiday(&self, holiday: &Holiday) -> Result<(), Fault> {
        self.run("INSERT INTO holidays (holiday) VALUES (?1)", [serde_json::to_string(holiday)?])
    }

    fn add_policy(&self, row: &PolicyRow) -> Result<(), Fault> {
        let sql = "INSERT INTO policies (id, pack, version, proposed_by, proposed_ms, from_ms, confirmed_by) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let by = row.proposed_by.map(|user| *user.0.as_bytes());
        let from = row.in_force.map(|since| int(since.from_ms));
        let confirmed = row.in_force.and_then(|since| since.confirmed_by).map(|user| *user.0.as_bytes());
        let (pack, version) = (&row.policy.id, row.policy.version);
        self.run(
            sql,
            params![row.proposal.as_bytes(), pack, version, by, int(row.proposed_ms), from, confirmed],
        )
    }

    fn drop_policy_proposals(&self) -> Result<(), Fault> {
        self.run("DELETE FROM policies WHERE from_ms IS NULL", [])
    }

    fn drop_policy_proposals_of(&self, by: UserId) -> Result<(), Fault> {
        self.run("DELETE FROM policies WHERE from_ms IS NULL AND proposed_by = ?1", [by.0.as_bytes()])
    }
}
