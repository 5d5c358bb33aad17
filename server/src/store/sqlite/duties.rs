//! The statements about when to look again, and when devices were heard.
//!
//! Does not decide what is due.

use rusqlite::types::Value;
use rusqlite::{Row, params};
use sync_core::access::Scope;
use sync_core::ids::{DeviceId, OrgId, Record};
use sync_core::referral::act::YesNo;
use sync_core::referral::timers::Desks;
use sync_core::results::Figures;

use super::Sql;
use super::columns::{int, whole};
use crate::fault::Fault;
use crate::store::duties::{DutyReads, DutyWrites, ListAsked, OnDesk, ReferralRow};
use crate::store::people::LastSeen;

/// The table of what is computed of referrals, and that a new row takes the place of the one before.
pub(super) const REFERRALS: &str = "referrals (record, again_ms, desks, waiting, figures)";
pub(super) const REPLACED: &str = "ON CONFLICT (record) DO UPDATE SET again_ms = excluded.again_ms, \
                                   desks = excluded.desks, waiting = excluded.waiting, figures = excluded.figures";
/// Where referrals stand on lists. A row that is replaced loses its lines.
pub(super) const LINES: &str = "worklist_lines (record, line, org, desk, rank, opens_ms, at_ms, from_ms, until_ms, tie, \
                                nobody_at, is_new)";

/// How urgent a line is: as [`sync_core::referral::timers::Line::urgency`] says it.
const URGENCIES: &str = "\
    SELECT record, MIN((rank + (rank AND opens_ms > ?3)) << 58 | at_ms << 12 | tie) AS urgency FROM worklist_lines \
    WHERE org = ?1 AND desk = ?2 AND is_new >= ?5 AND from_ms <= ?3 AND ?3 < until_ms AND (nobody_at IS NULL \
      OR NOT EXISTS (SELECT 1 FROM json_each(?4) WHERE instr(nobody_at, value)))";
/// What an officer's list is of: few referrals of many.
const OF_OFFICER: &str = "\
    AND record IN (SELECT s.record FROM scopes c JOIN scope_holds h ON h.scope = c.number \
                   JOIN streams s ON s.number = h.stream WHERE c.name = ?6 AND h.held = 1)";
const HELD: &str = "\
    EXISTS (SELECT 1 FROM streams JOIN scope_holds ON scope_holds.stream = streams.number \
            WHERE streams.record = referrals.record AND scope_holds.held = 1 AND scope_holds.scope IN \
            (SELECT number FROM scopes WHERE name IN (SELECT value FROM json_each(?1))))";

/// The lines of a row.
pub(super) fn lines_of(referral: Record, row: &ReferralRow) -> Vec<Vec<Value>> {
    let (record, mut all) = (referral.to_string(), Vec::new());
    for (org, lines) in &row.lines {
        let Some(waiting) = row.waiting.get(org) else { continue };
        let services: Vec<String> = waiting.services.iter().map(OrgId::to_string).collect();
        let (org, is_new) = (org.to_string(), Value::Integer(i64::from(waiting.is_new())));
        for line in lines {
            let nobody_at = (line.while_nobody_can_act == YesNo::Yes).then(|| services.join(" "));
            all.push(vec![
                Value::Text(record.clone()),
                Value::Integer(i64::try_from(all.len()).expect("a referral has few lines")),
                Value::Text(org.clone()),
                Value::Integer(i64::from(line.desk.bits())),
                Value::Integer(i64::from(line.comes_first == YesNo::No)),
                Value::Integer(int(line.opens_ms)),
                Value::Integer(int(line.at_ms)),
                Value::Integer(int(line.from_ms)),
                Value::Integer(int(line.until_ms)),
                Value::Integer(i64::from(line.tie)),
                nobody_at.map_or(Value::Null, Value::Text),
                is_new.clone(),
            ]);
        }
    }
    all
}

fn names(scopes: &[Scope]) -> Result<String, Fault> {
    Ok(serde_json::to_string(&scopes.iter().map(Scope::key).collect::<Vec<_>>())?)
}

fn on_desk(row: &Row<'_>) -> Result<OnDesk, Fault> {
    let waiting = row.get::<_, Option<String>>(1)?;
    let waiting = waiting.map(|json| serde_json::from_str(&json)).transpose()?;
    Ok((row.get::<_, String>(0)?.parse()?, waiting))
}

pub(super) fn referral_row(referral: Record, row: &ReferralRow) -> Result<Vec<Value>, Fault> {
    let figures = row.figures.as_ref().map(serde_json::to_string).transpose()?;
    Ok(vec![
        Value::Text(referral.to_string()),
        row.again_ms.map_or(Value::Null, |at_ms| Value::Integer(int(at_ms))),
        Value::Integer(i64::from(row.desks.bits())),
        Value::Text(serde_json::to_string(&row.waiting)?),
        figures.map_or(Value::Null, Value::Text),
    ])
}

impl DutyReads for Sql<'_> {
    fn to_look_at(&self, now_ms: u64, limit: usize) -> Result<Vec<Record>, Fault> {
        let sql = "SELECT record FROM referrals WHERE again_ms <= ?1 ORDER BY again_ms, record LIMIT ?2";
        let most = i64::try_from(limit).expect("a page is short");
        self.all(sql, [int(now_ms), most], |row| Ok(row.get::<_, String>(0)?.parse()?))
    }

    fn on_desks(&self, desks: Desks, scopes: &[Scope]) -> Result<Vec<OnDesk>, Fault> {
        let sql = format!(
            "SELECT record, waiting FROM referrals WHERE desks <> 0 AND desks & ?2 <> 0 AND {HELD} ORDER BY record"
        );
        self.all(&sql, params![names(scopes)?, desks.bits()], on_desk)
    }

    fn urgencies(&self, asked: &ListAsked<'_>) -> Result<Vec<(u64, Record)>, Fault> {
        let able: Vec<String> = asked.able.iter().map(OrgId::to_string).collect();
        let officer = asked.scopes.iter().find(|scope| matches!(scope, Scope::Officer(_))).map(Scope::key);
        let of_officer = if officer.is_some() { OF_OFFICER } else { "AND ?6 IS NULL" };
        let sql = format!("{URGENCIES} {of_officer} GROUP BY record ORDER BY urgency, record");
        let (org, only_new) = (asked.org.to_string(), u8::from(asked.only_new == YesNo::Yes));
        let able = serde_json::to_string(&able)?;
        let params = params![org, asked.desk.bits(), int(asked.now_ms), able, only_new, officer];
        self.all(&sql, params, |row| Ok((whole(row, 1)?, row.get::<_, String>(0)?.parse()?)))
    }

    fn to_compute(&self) -> Result<Vec<Record>, Fault> {
        let sql = "SELECT record FROM referrals WHERE desks <> 0 AND waiting IS NULL AND record > ''";
        self.all(sql, [], |row| Ok(row.get::<_, String>(0)?.parse()?))
    }

    fn waiting(&self, records: &[Record], scopes: &[Scope]) -> Result<Vec<OnDesk>, Fault> {
        let sql = format!(
            "SELECT record, waiting FROM referrals WHERE record IN (SELECT value FROM json_each(?2)) AND {HELD}"
        );
        let records: Vec<String> = records.iter().map(Record::to_string).collect();
        self.all(&sql, params![names(scopes)?, serde_json::to_string(&records)?], on_desk)
    }

    fn figures(&self) -> Result<Vec<Figures>, Fault> {
        let sql = "SELECT figures FROM referrals WHERE figures IS NOT NULL";
        self.all(sql, [], |row| Ok(serde_json::from_str(&row.get::<_, String>(0)?)?))
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
    fn keep_row(&self, referral: Record, row: &ReferralRow) -> Result<(), Fault> {
        self.insert(REFERRALS, REPLACED, &[referral_row(referral, row)?])?;
        self.insert(LINES, "", &lines_of(referral, row))
    }

    fn compute_lists_again(&self) -> Result<(), Fault> {
        self.run("UPDATE referrals SET waiting = NULL, again_ms = 0 WHERE desks <> 0", [])
    }

    fn heard(&self, device: DeviceId, now_ms: u64) -> Result<(), Fault> {
        self.run("UPDATE devices SET heard_ms = ?2 WHERE id = ?1", params![device.0.as_bytes(), int(now_ms)])
    }

    fn seen(&self, device: DeviceId, seen: LastSeen) -> Result<(), Fault> {
        let sql = "UPDATE devices SET seen_ms = ?2, vocabulary = ?3 WHERE id = ?1";
        self.run(sql, params![device.0.as_bytes(), int(seen.at_ms), seen.vocabulary])
    }

    fn confirm(&self, device: DeviceId, pos: u64) -> Result<(), Fault> {
        self.run("UPDATE devices SET confirmed = ?2 WHERE id = ?1", params![device.0.as_bytes(), int(pos)])
    }
}
