//! Answers what the phone machine asks, from SQLite: few statements, each for many rows.
//!
//! Does not write: see `save`.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::de::DeserializeOwned;
use serde_json::json;
use sync_core::ids::{DeviceId, Digest, OpId, Stream};
use sync_core::op::{Op, Seed};
use sync_core::phone::reads::PhoneReads;
use sync_core::phone::rows::{Gone, Head, Named, Old, Other, Own, Rows};
use sync_core::referral::erasure::Erased;
use sync_core::stream::StreamOp;
use sync_core::sync::answer::Extract;
use sync_core::sync::receipt::WireReceipt;

use crate::problem::Problem;
use crate::store::{ops, recovery, reference, sealer};

/// The most rows that a list of numbers can mean.
const ALL: u64 = u64::MAX >> 1;

/// The store, as it is in one transaction.
pub(crate) struct Reads<'a>(pub(crate) &'a Connection);

const AMONG: &str = "stream IN (SELECT value FROM json_each(?1))";
const OTHER: &str = "SELECT stream_op.op, stream_op.rev, stream_op.lost FROM stream_op";

impl PhoneReads for Reads<'_> {
    type Fault = Problem;

    fn head(&self) -> Result<Head, Problem> {
        Ok(Head { tip: ops::tip(self.0)?, acknowledged: ops::acknowledged(self.0)? })
    }

    fn rows(&self, named: &Named) -> Result<Rows, Problem> {
        let mut rows = Rows::default();
        if !named.streams.is_empty() {
            self.of_streams(named, &mut rows)?;
        }
        if !named.left_of.is_empty() {
            let names = json!(named.left_of).to_string();
            rows.own.extend(by_seq(ops::own_where(self.0, &format!("sealed = 1 AND {AMONG}"), [&names])?));
            self.gone(&names, &mut rows)?;
        }
        if !named.entries.is_empty() {
            self.of_entries(named, &mut rows)?;
        }
        for (from, count) in &named.own {
            rows.own.extend(by_seq(ops::own_in(self.0, *from, from.saturating_add(*count))?));
        }
        Ok(rows)
    }

    fn stamped_beyond(&self, place: u64) -> Result<Rows, Problem> {
        let own = ops::own_where(self.0, "json_extract(stamp, '$.place') > ?1", [place])?;
        let sql = format!("{OTHER} WHERE lost = 0 AND json_extract(op, '$.stamp.place') > ?1");
        let mut query = self.0.prepare(&sql)?;
        let others = others(query.query([place])?)?;
        Ok(Rows { own: by_seq(own).collect(), others, ..Rows::default() })
    }

    fn own_from(&self, seq: u64, limit: u64) -> Result<Vec<Own>, Problem> {
        ops::own_ops(self.0, seq, limit.min(ALL))
    }

    fn pending(&self) -> Result<Vec<Own>, Problem> {
        ops::pending(self.0)
    }

    fn sealed_upto(&self, seq: u64) -> Result<Vec<Own>, Problem> {
        let those = "sealed = 1 AND body IS NOT NULL AND seq <= ?1
             AND EXISTS (SELECT 1 FROM forgotten WHERE forgotten.stream = own_op.stream)";
        ops::own_where(self.0, those, [seq])
    }

    fn behind_lost(&self, id: OpId) -> Result<Option<Vec<OpId>>, Problem> {
        let device = id.device.to_string();
        let sql = "SELECT op FROM stream_op WHERE device = ?1 AND seq = ?2 AND lost = 1";
        let text: Option<String> = self
            .0
            .prepare_cached(sql)?
            .query_row(params![device, id.seq], |row| sealer::text(row, 0))
            .optional()?
            .flatten();
        let Some(text) = text else { return Ok(None) };
        let op: StreamOp = read(&text)?;
        let sql = "SELECT MAX(seq) FROM stream_op WHERE device = ?1 AND seq < ?2 AND stream = ?3";
        let before = params![device, id.seq, op.stream.to_string()];
        let before: Option<u64> = self.0.prepare_cached(sql)?.query_row(before, |row| row.get(0))?;
        Ok(Some(op.builds_on().chain(before.map(|seq| OpId { seq, ..id })).collect()))
    }

    fn receipts(&self, from: u64) -> Result<Vec<WireReceipt>, Problem> {
        let sql = "SELECT receipt FROM receipt
             WHERE seq >= COALESCE((SELECT MAX(seq) FROM receipt WHERE seq < ?1), ?1) ORDER BY seq";
        let mut query = self.0.prepare_cached(sql)?;
        let rows = query.query_map([from], |row| sealer::text(row, 0))?;
        let texts = rows.collect::<Result<Vec<_>, _>>()?;
        texts.iter().flatten().map(|text| read(text)).collect()
    }

    fn seeds(&self, from: u64, to: u64) -> Result<Vec<(u64, Seed)>, Problem> {
        let sql = "SELECT first_seq, bytes FROM seed WHERE id IN
             (SELECT seed FROM own_op WHERE seq BETWEEN ?1 AND ?2) ORDER BY first_seq";
        let mut query = self.0.prepare_cached(sql)?;
        let rows = query.query_map(params![from, to], |row| Ok((row.get(0)?, Seed(row.get(1)?))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn extract(&self, conflict: Digest) -> Result<Option<Extract>, Problem> {
        reference::extract(self.0, conflict)
    }

    fn waiting(&self, device: DeviceId) -> Result<Vec<Old>, Problem> {
        recovery::waiting(self.0, device)
    }

    fn waiting_device(&self) -> Result<Option<DeviceId>, Problem> {
        recovery::waiting_device(self.0)
    }

    fn not_repeated(&self) -> Result<Vec<Op>, Problem> {
        recovery::not_repeated(self.0)
    }
}

impl Reads<'_> {
    /// Everything that is held of streams.
    fn of_streams(&self, named: &Named, rows: &mut Rows) -> Result<(), Problem> {
        let names = json!(named.streams).to_string();
        let records: BTreeSet<String> =
            named.streams.iter().map(|stream| stream.record.to_string()).collect();
        // Their records first: see the index.
        let among =
            format!("substr(record, -4) IN (SELECT substr(value, -4) FROM json_each(?2)) AND {AMONG}");
        rows.own.extend(by_seq(ops::own_where(self.0, &among, [&names, &json!(records).to_string()])?));
        let mut query = self.0.prepare_cached(&format!("{OTHER} WHERE {AMONG}"))?;
        rows.others.extend(others(query.query([&names])?)?);
        self.gone(&names, rows)
    }

    /// What is left of streams.
    fn gone(&self, names: &str, rows: &mut Rows) -> Result<(), Problem> {
        let sql = format!("SELECT device, seq, stream, deps, rev, gone FROM forgotten WHERE {AMONG}");
        let mut query = self.0.prepare_cached(&sql)?;
        let mut found = query.query([names])?;
        while let Some(row) = found.next()? {
            let stream: Stream = row.get::<_, String>(2)?.parse().map_err(|_| unreadable())?;
            let deps = read(&row.get::<_, String>(3)?)?;
            rows.gone.insert(id(row)?, Gone { stream, deps, rev: row.get(4)?, gone: row.get(5)? });
        }
        Ok(())
    }

    /// Entries of others, and what is left of erased ones, by id.
    fn of_entries(&self, named: &Named, rows: &mut Rows) -> Result<(), Problem> {
        let ids: Vec<(DeviceId, u64)> = named.entries.iter().map(|id| (id.device, id.seq)).collect();
        let ids = json!(ids).to_string();
        let those = |table: &str| {
            format!("{table}.device = value ->> 0 AND {table}.seq = CAST(value ->> 1 AS INTEGER)")
        };
        let (from, on) = (OTHER.replace("FROM", "FROM json_each(?1) CROSS JOIN"), those("stream_op"));
        let mut query = self.0.prepare_cached(&format!("{from} ON {on}"))?;
        rows.others.extend(others(query.query([&ids])?)?);
        let sql = format!(
            "SELECT device, seq, erased FROM json_each(?1) CROSS JOIN erased_op ON {}",
            those("erased_op")
        );
        let mut query = self.0.prepare_cached(&sql)?;
        let mut found = query.query([&ids])?;
        while let Some(row) = found.next()? {
            let Some(text) = sealer::text(row, 2)? else { continue };
            let erased: Erased = read(&text)?;
            rows.erased.insert(id(row)?, erased);
        }
        Ok(())
    }
}

fn by_seq(own: Vec<Own>) -> impl Iterator<Item = (u64, Own)> {
    own.into_iter().map(|own| (own.seq(), own))
}

fn others(mut found: rusqlite::Rows<'_>) -> Result<BTreeMap<OpId, Other>, Problem> {
    let mut others = BTreeMap::new();
    while let Some(row) = found.next()? {
        // One that does not open is asked for again.
        let Some(text) = sealer::text(row, 0)? else { continue };
        let op: StreamOp = read(&text)?;
        others.insert(op.id, Other { op, rev: row.get(1)?, lost: row.get(2)? });
    }
    Ok(others)
}

/// The id that a row begins with.
fn id(row: &Row<'_>) -> Result<OpId, Problem> {
    let device = row.get::<_, String>(0)?.parse().map_err(|_| unreadable())?;
    Ok(OpId { device, seq: row.get(1)? })
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    serde_json::from_str(text).map_err(|_| unreadable())
}

fn unreadable() -> Problem {
    Problem::new("store_failed", "an entry cannot be read")
}
