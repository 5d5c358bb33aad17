//! The statements about when to look again, and when devices were heard.
//!
//! Does not decide what is due.

use rusqlite::types::Value;
use rusqlite::{params, params_from_iter};
use sync_core::access::Scope;
use sync_core::ids::{DeviceId, Record};
use sync_core::referral::timers::Desks;
use sync_core::results::Figures;

use super::Sql;
use super::columns::{int, whole};
use crate::fault::Fault;
use crate::store::duties::{DutyReads, DutyWrites, OnDesk, ReferralRow};

/// The table of what is computed of referrals, and that a new row takes the place of the one before.
pub(super) const REFERRALS: &str = "referrals (record, again_ms, desks, waiting, figures)";
pub(super) const REPLACED: &str = "ON CONFLICT (record) DO UPDATE SET again_ms = excluded.again_ms, \
                                   desks = excluded.desks, waiting = excluded.waiting, figures = excluded.figures";

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
        let asked = vec!["?"; scopes.len()].join(", ");
        let sql = format!(
            "SELECT record, waiting FROM referrals WHERE desks <> 0 AND desks & ? <> 0 AND EXISTS (SELECT 1 \
             FROM streams JOIN scope_holds ON scope_holds.stream = streams.number \
             WHERE streams.record = referrals.record AND scope_holds.held = 1 AND scope_holds.scope IN \
             (SELECT number FROM scopes WHERE name IN ({asked}))) ORDER BY record"
        );
        let desks = Value::Integer(i64::from(desks.bits()));
        let named = std::iter::once(desks).chain(scopes.iter().map(|scope| Value::Text(scope.key())));
        self.all(&sql, params_from_iter(named), |row| {
            let waiting = row.get::<_, Option<String>>(1)?;
            let waiting = waiting.map(|json| serde_json::from_str(&json)).transpose()?;
            Ok((row.get::<_, String>(0)?.parse()?, waiting))
        })
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
        self.insert(REFERRALS, REPLACED, &[referral_row(referral, row)?])
    }

    fn compute_lists_again(&self) -> Result<(), Fault> {
        self.run("UPDATE referrals SET waiting = NULL, again_ms = 0 WHERE desks <> 0", [])
    }

    fn heard(&self, device: DeviceId, now_ms: u64) -> Result<(), Fault> {
        self.run("UPDATE devices SET heard_ms = ?2 WHERE id = ?1", params![device.0.as_bytes(), int(now_ms)])
    }

    fn confirm(&self, device: DeviceId, pos: u64) -> Result<(), Fault> {
        self.run("UPDATE devices SET confirmed = ?2 WHERE id = ?1", params![device.0.as_bytes(), int(pos)])
    }
}
