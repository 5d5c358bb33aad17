//! The statements about people, their rights, devices and desks.
//!
//! Does not judge by them.

use std::collections::BTreeMap;

use rusqlite::{Row, params};
use serde::de::DeserializeOwned;
use sync_core::access::Role;
use sync_core::ids::{DeviceId, Digest, OrgId, UserId};
use sync_core::sync::enrolment::JoinedAs;
use uuid::Uuid;

use super::Sql;
use super::columns::{ORG_COLUMNS, device, id, int, org, org_row, user, whole};
use crate::fault::Fault;
use crate::store::people::{
    DeskLog, LastSeen, Listed, ListedDevice, Newcomer, PeopleReads, PeopleWrites, Proposal, Revocation,
    Right, RightEnded, Span,
};
use crate::store::rows::{Org, Person};
use crate::store::sign_in::Stage;

fn most(span: Span) -> i64 {
    i64::try_from(span.limit).expect("a page is short")
}

fn word<T: DeserializeOwned>(word: String) -> Result<T, Fault> {
    Ok(serde_json::from_value(serde_json::Value::String(word))?)
}

fn role(row: &Row<'_>, index: usize) -> Result<Role, Fault> {
    Ok(row.get::<_, String>(index)?.parse()?)
}

fn right(row: &Row<'_>) -> Result<Right, Fault> {
    let ended = match (row.get::<_, Option<i64>>(3)?, row.get::<_, Option<String>>(4)?) {
        (Some(at), Some(why)) => Some(RightEnded { at_ms: at.cast_unsigned(), why: word(why)? }),
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) => return Err(Fault::Damaged("the end of a right".to_owned())),
    };
    Ok(Right { role: role(row, 0)?, org: org(row, 1)?, from_ms: whole(row, 2)?, ended })
}

fn revocation(row: &Row<'_>, first: usize) -> Result<Option<Revocation>, Fault> {
    let Some(at) = row.get::<_, Option<i64>>(first)? else { return Ok(None) };
    Ok(Some(Revocation { at_ms: at.cast_unsigned(), reason: word(row.get(first + 1)?)? }))
}

fn listed_device(row: &Row<'_>) -> Result<Listed<ListedDevice>, Fault> {
    let device = ListedDevice {
        device: device(row, 1)?,
        user: user(row, 2)?,
        name: row.get(3)?,
        letter: row.get(4)?,
        enrolled_ms: whole(row, 5)?,
        last_seq: whole(row, 6)?,
        heard_ms: row.get::<_, Option<i64>>(7)?.map(i64::cast_unsigned),
        revocation: revocation(row, 8)?,
        seen: row
            .get::<_, Option<i64>>(10)?
            .zip(row.get(11)?)
            .map(|(at_ms, vocabulary)| LastSeen { at_ms: at_ms.cast_unsigned(), vocabulary }),
    };
    Ok(Listed { pos: whole(row, 0)?, row: device })
}

impl PeopleReads for Sql<'_> {
    fn rights(&self, user: UserId) -> Result<Vec<Right>, Fault> {
        let sql = "SELECT role, org, from_ms, until_ms, ended FROM rights WHERE user = ?1 ORDER BY number";
        self.all(sql, [user.0.as_bytes()], right)
    }

    fn code_of(&self, hash: Digest) -> Result<Option<(UserId, u64)>, Fault> {
        let sql = "SELECT user, expires_ms FROM enrol_codes WHERE hash = ?1";
        self.one(sql, [hash.0], |row| Ok((user(row, 0)?, whole(row, 1)?)))
    }

    fn revocation(&self, device: DeviceId) -> Result<Option<Revocation>, Fault> {
        let sql = "SELECT at_ms, reason FROM revocations WHERE device = ?1";
        Ok(self.one(sql, [device.0.as_bytes()], |row| revocation(row, 0))?.flatten())
    }

    fn enrolled_ms(&self, device: DeviceId) -> Result<Option<u64>, Fault> {
        let sql = "SELECT enrolled_ms FROM devices WHERE id = ?1";
        self.one(sql, [device.0.as_bytes()], |row| Ok(whole(row, 0)?))
    }

    fn closed_orgs(&self) -> Result<BTreeMap<OrgId, u64>, Fault> {
        let closed =
            self.all("SELECT org, at_ms FROM closed_orgs", [], |row| Ok((org(row, 0)?, whole(row, 1)?)))?;
        Ok(closed.into_iter().collect())
    }

    fn desk(&self, user: UserId) -> Result<Option<DeskLog>, Fault> {
        let sql = "SELECT device, signing_key FROM desks WHERE user = ?1";
        self.one(sql, [user.0.as_bytes()], |row| {
            Ok(DeskLog { device: device(row, 0)?, wrapped_key: row.get(1)? })
        })
    }

    fn proposals(&self) -> Result<Vec<Proposal>, Fault> {
        let sql = "SELECT id, user, role, org, proposed_by, proposed_ms, asks FROM proposals ORDER BY proposed_ms, id";
        self.all(sql, [], |row| {
            Ok(Proposal {
                proposal: id(row, 0)?,
                asks: word(row.get(6)?)?,
                user: user(row, 1)?,
                role: role(row, 2)?,
                org: org(row, 3)?,
                proposed_by: user(row, 4)?,
                proposed_ms: whole(row, 5)?,
            })
        })
    }

    fn list_orgs(&self, span: Span) -> Result<Vec<Listed<Org>>, Fault> {
        let sql = format!("SELECT rowid, {ORG_COLUMNS} FROM orgs WHERE rowid > ?1 ORDER BY rowid LIMIT ?2");
        self.all(&sql, [int(span.after), most(span)], |row| {
            Ok(Listed { pos: whole(row, 0)?, row: org_row(row, 1)? })
        })
    }

    fn list_users(&self, span: Span) -> Result<Vec<Listed<Person>>, Fault> {
        let sql = "SELECT rowid, id, name, role, org FROM users WHERE rowid > ?1 ORDER BY rowid LIMIT ?2";
        self.all(sql, [int(span.after), most(span)], |row| {
            let person =
                Person { id: user(row, 1)?, name: row.get(2)?, role: role(row, 3)?, org: org(row, 4)? };
            Ok(Listed { pos: whole(row, 0)?, row: person })
        })
    }

    fn list_devices(&self, of: Option<UserId>, span: Span) -> Result<Vec<Listed<ListedDevice>>, Fault> {
        let sql = "SELECT d.number, d.id, d.user, d.name, d.letter, d.enrolled_ms, d.last_seq, d.heard_ms, r.at_ms, r.reason, \
                   d.seen_ms, d.vocabulary \
                   FROM devices d LEFT JOIN revocations r ON r.device = d.id \
                   WHERE d.number > ?1 AND (?3 IS NULL OR d.user = ?3) ORDER BY d.number LIMIT ?2";
        let of = of.map(|user| *user.0.as_bytes());
        self.all(sql, params![int(span.after), most(span), of], listed_device)
    }

    fn newcomers(&self, org: OrgId, after_ms: u64, limit: usize) -> Result<Vec<Newcomer>, Fault> {
        let sql = "SELECT user, 0 AS is_device, from_ms AS since_ms, number FROM rights \
                   WHERE org = ?1 AND from_ms > ?2 AND until_ms IS NULL AND role <> 'server' \
                   UNION ALL \
                   SELECT d.user, 1, d.enrolled_ms, d.number FROM devices d \
                   JOIN rights r ON r.user = d.user AND r.until_ms IS NULL AND r.org = ?1 \
                   WHERE d.enrolled_ms > ?2 AND d.letter <> '' \
                   AND NOT EXISTS (SELECT 1 FROM revocations v WHERE v.device = d.id) \
                   ORDER BY since_ms DESC, is_device, number LIMIT ?3";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.all(sql, params![org.0.as_bytes(), int(after_ms), limit], |row| {
            let what = if row.get(1)? { JoinedAs::Device } else { JoinedAs::Person };
            Ok(Newcomer { user: user(row, 0)?, what, since_ms: whole(row, 2)? })
        })
    }
}

impl PeopleWrites for Sql<'_> {
    fn give_right(&self, person: &Person, from_ms: u64, by: Option<UserId>) -> Result<(), Fault> {
        let sql = "INSERT INTO rights (user, role, org, from_ms, given_by) VALUES (?1, ?2, ?3, ?4, ?5)";
        let (user, org) = (person.id.0.as_bytes(), person.org.0.as_bytes());
        let by = by.map(|user| *user.0.as_bytes());
        self.run(sql, params![user, person.role.word(), org, int(from_ms), by])
    }

    fn end_rights(&self, user: UserId, ended: RightEnded, by: UserId) -> Result<(), Fault> {
        let sql = "UPDATE rights SET until_ms = ?2, ended = ?3, ended_by = ?4 \
                   WHERE user = ?1 AND until_ms IS NULL";
        let (user, by) = (user.0.as_bytes(), by.0.as_bytes());
        self.run(sql, params![user, int(ended.at_ms), ended.why.word(), by])
    }

    fn set_user(&self, person: &Person) -> Result<(), Fault> {
        let sql = "UPDATE users SET name = ?2, role = ?3, org = ?4 WHERE id = ?1";
        let (id, org) = (person.id.0.as_bytes(), person.org.0.as_bytes());
        self.run(sql, params![id, person.name, person.role.word(), org])
    }

    fn void_codes(&self, user: UserId) -> Result<(), Fault> {
        self.run("UPDATE enrol_codes SET used = 1 WHERE user = ?1", [user.0.as_bytes()])?;
        self.run(
            "DELETE FROM desk_sessions WHERE user = ?1 AND stage = ?2",
            params![user.0.as_bytes(), Stage::SetUp.word()],
        )
    }

    fn revoke(&self, device: DeviceId, revocation: Revocation, by: UserId) -> Result<(), Fault> {
        // What was said first stands, but for what makes it graver.
        let sql = "INSERT INTO revocations (device, at_ms, reason, revoked_by) VALUES (?1, ?2, ?3, ?4) \
                   ON CONFLICT (device) DO UPDATE SET at_ms = excluded.at_ms, reason = excluded.reason, \
                   revoked_by = excluded.revoked_by WHERE reason = 'left' AND excluded.reason <> 'left'";
        let (id, by) = (device.0.as_bytes(), by.0.as_bytes());
        self.run(sql, params![id, int(revocation.at_ms), revocation.reason.word(), by])?;
        self.run("UPDATE devices SET revoked = 1 WHERE id = ?1", [id])
    }

    fn set_org(&self, org: &Org) -> Result<(), Fault> {
        let sql = "UPDATE orgs SET name = ?2, telephone = ?3, hours = ?4, areas = ?5, age_from = ?6, \
                   age_to = ?7 WHERE id = ?1";
        self.put_org(sql, org)
    }

    fn close_org(&self, org: OrgId, at_ms: u64, by: UserId) -> Result<(), Fault> {
        let sql = "INSERT OR IGNORE INTO closed_orgs (org, at_ms, closed_by) VALUES (?1, ?2, ?3)";
        self.run(sql, params![org.0.as_bytes(), int(at_ms), by.0.as_bytes()])
    }

    fn add_desk(&self, user: UserId, desk: &DeskLog) -> Result<(), Fault> {
        let sql = "INSERT INTO desks (user, device, signing_key) VALUES (?1, ?2, ?3)";
        self.run(sql, params![user.0.as_bytes(), desk.device.0.as_bytes(), desk.wrapped_key])
    }

    fn end_desks(&self) -> Result<(), Fault> {
        self.run("DELETE FROM desks", [])
    }

    fn propose(&self, proposal: &Proposal) -> Result<(), Fault> {
        let sql = "INSERT INTO proposals (id, user, role, org, proposed_by, proposed_ms, asks) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let Proposal { proposal, asks, user, role, org, proposed_by, proposed_ms } = proposal;
        let (user, org, by) = (user.0.as_bytes(), org.0.as_bytes(), proposed_by.0.as_bytes());
        self.run(
            sql,
            params![proposal.as_bytes(), user, role.word(), org, by, int(*proposed_ms), asks.word()],
        )
    }

    fn drop_proposal(&self, proposal: Uuid) -> Result<(), Fault> {
        self.run("DELETE FROM proposals WHERE id = ?1", [proposal.as_bytes()])
    }

    fn drop_proposals(&self, user: UserId) -> Result<(), Fault> {
        self.run("DELETE FROM proposals WHERE user = ?1", [user.0.as_bytes()])
    }
}
