//! Saves what a job changed: of each table many rows in one statement.
//!
//! Numbers that stand for devices, streams and scopes are looked up once a job. Does not begin or end transactions.

use std::collections::BTreeMap;

use rusqlite::types::Value;
use sync_core::ids::{DeviceId, OpId, Stream};

use super::Sql;
use super::columns::{clock_word, device_number, disposition_words, int};
use crate::fault::Fault;
use crate::store::Writes as _;
use crate::store::duties::{DutyWrites as _, IsDue};
use crate::store::rows::{Admitted, Entry, Held};
use crate::store::work::{Changes, Under};

/// So many rows go into one statement; the rest of a longer list follows in smaller ones, each compiled once.
const AT_ONCE: [usize; 4] = [64, 16, 4, 1];

type Row = Vec<Value>;

fn number(value: u64) -> Value {
    Value::Integer(int(value))
}

fn maybe(value: Option<i64>) -> Value {
    value.map_or(Value::Null, Value::Integer)
}

fn blob(bytes: &[u8]) -> Value {
    Value::Blob(bytes.to_vec())
}

/// The numbers that stand for names.
#[derive(Default)]
struct Numbers {
    devices: BTreeMap<DeviceId, i64>,
    streams: BTreeMap<Stream, i64>,
    scopes: BTreeMap<String, i64>,
}

impl Sql<'_> {
    /// Inserts rows, with what comes after their values.
    fn insert(&self, into: &str, after: &str, rows: &[Row]) -> Result<(), Fault> {
        let Some(columns) = rows.first().map(Vec::len) else { return Ok(()) };
        let one = format!("({})", vec!["?"; columns].join(", "));
        let mut rest = rows;
        for size in AT_ONCE {
            while rest.len() >= size {
                let (now, later) = rest.split_at(size);
                let sql =
                    format!("INSERT INTO {into} VALUES {} {after}", vec![one.as_str(); size].join(", "));
                let mut statement = self.0.prepare_cached(&sql)?;
                statement.execute(rusqlite::params_from_iter(now.iter().flatten()))?;
                rest = later;
            }
        }
        Ok(())
    }

    fn device_of(&self, numbers: &mut Numbers, id: DeviceId) -> Result<i64, Fault> {
        if let Some(number) = numbers.devices.get(&id) {
            return Ok(*number);
        }
        let number = device_number(self.0, id)?.ok_or(Fault::Unknown("device"))?;
        numbers.devices.insert(id, number);
        Ok(number)
    }

    fn key_of(&self, numbers: &mut Numbers, id: OpId) -> Result<i64, Fault> {
        Ok(self.device_of(numbers, id.device)? << 32 | int(id.seq))
    }

    fn stream_of(&self, numbers: &mut Numbers, stream: Stream) -> Result<i64, Fault> {
        if let Some(number) = numbers.streams.get(&stream) {
            return Ok(*number);
        }
        let number = self.stream_or_new(stream)?;
        numbers.streams.insert(stream, number);
        Ok(number)
    }

    fn scope_of(&self, numbers: &mut Numbers, scope: &str) -> Result<i64, Fault> {
        if let Some(number) = numbers.scopes.get(scope) {
            return Ok(*number);
        }
        let number = self.scope_or_new(scope)?;
        numbers.scopes.insert(scope.to_owned(), number);
        Ok(number)
    }

    fn entry_row(&self, numbers: &mut Numbers, held: &Held) -> Result<Row, Fault> {
        let (key, stream) =
            (self.key_of(numbers, held.id())?, self.stream_of(numbers, held.op.header.stream)?);
        let erased = held.erased.as_ref().map(serde_json::to_string).transpose()?;
        let mut row = vec![
            Value::Integer(key),
            Value::Integer(stream),
            blob(&held.hash.0),
            Value::Blob(held.op.header.layout()),
            held.op.body.as_deref().map_or(Value::Null, |body| Value::Text(body.to_owned())),
            blob(&held.op.salt.0),
            erased.map_or(Value::Null, Value::Text),
            number(held.received_ms),
            number(held.arrived_ms),
            number(held.witnessed.earliest_ms),
            number(held.witnessed.latest_ms),
            Value::Integer(i64::from(held.admitted == Admitted::Yes)),
        ];
        let Some(stamp) = &held.stamp else {
            row.extend(std::iter::repeat_n(Value::Null, 6));
            return Ok(row);
        };
        let (word, why) = disposition_words(stamp.disposition);
        let lists = (&stamp.absent, &stamp.instead);
        let absent = if stamp.absent.is_empty() { None } else { Some(serde_json::to_string(&lists)?) };
        row.extend([
            number(stamp.place),
            number(stamp.eff.0),
            Value::Text(clock_word(stamp.clock).to_owned()),
            Value::Text(word.to_owned()),
            why.map_or(Value::Null, Value::Text),
            absent.map_or(Value::Null, Value::Text),
        ]);
        Ok(row)
    }

    fn feed_row_of(&self, numbers: &mut Numbers, scope: &str, entry: &Entry) -> Result<Row, Fault> {
        let scope = self.scope_of(numbers, scope)?;
        let (kind, stream, op, extract) = match entry {
            Entry::Op { stream, id } => ("op", Some(*stream), Some(*id), None),
            Entry::Again { stream, id } => ("again", Some(*stream), Some(*id), None),
            Entry::Stamped(id) => ("stamped", None, Some(*id), None),
            Entry::Forget(stream) => ("forget", Some(*stream), None, None),
            Entry::Erased { stream, id } => ("erased", Some(*stream), Some(*id), None),
            Entry::Extract(json) => ("extract", None, None, Some(json.clone())),
            Entry::Reference => ("reference", None, None, None),
        };
        let stream = stream.map(|stream| self.stream_of(numbers, stream)).transpose()?;
        let op = op.map(|op| self.key_of(numbers, op)).transpose()?;
        let extract = extract.map_or(Value::Null, Value::Text);
        Ok(vec![Value::Integer(scope), Value::Text(kind.to_owned()), maybe(stream), maybe(op), extract])
    }

    fn save_devices(&self, changes: &Changes) -> Result<(), Fault> {
        let sql = "UPDATE devices SET counter = COALESCE(?2, counter), last_seq = COALESCE(?3, last_seq), \
                   last_hash = COALESCE(?4, last_hash), heard_ms = COALESCE(?5, heard_ms), \
                   confirmed = COALESCE(?6, confirmed) WHERE id = ?1";
        for (id, change) in &changes.devices {
            let row = (
                id.0.as_bytes(),
                change.counter.map(int),
                change.tip.map(|tip| int(tip.seq)),
                change.tip.map(|tip| tip.hash.0),
                change.heard_ms.map(int),
                change.confirmed.map(int),
            );
            self.run(sql, row)?;
        }
        Ok(())
    }

    fn save_feeds(&self, numbers: &mut Numbers, changes: &Changes) -> Result<(), Fault> {
        let mut rows = Vec::with_capacity(changes.feeds.len());
        for (scope, entry) in &changes.feeds {
            rows.push(self.feed_row_of(numbers, scope, entry)?);
        }
        self.insert("feed (scope, kind, stream, op, extract)", "", &rows)?;
        let mut rows = Vec::with_capacity(changes.holds.len());
        for ((stream, scope), held) in &changes.holds {
            let (scope, stream) = (self.scope_of(numbers, scope)?, self.stream_of(numbers, *stream)?);
            rows.push(vec![Value::Integer(scope), Value::Integer(stream), Value::Integer(i64::from(*held))]);
        }
        let again = "ON CONFLICT (scope, stream) DO UPDATE SET held = excluded.held";
        self.insert("scope_holds (scope, stream, held)", again, &rows)
    }

    fn save_waits(&self, changes: &Changes) -> Result<(), Fault> {
        for awaited in &changes.awaited_no_more {
            self.run("DELETE FROM waits WHERE awaited = ?1", [awaited.to_string()])?;
        }
        let text = |op: &OpId| Value::Text(op.to_string());
        let rows: Vec<Row> =
            changes.waits.iter().map(|(awaited, waiting)| vec![text(awaited), text(waiting)]).collect();
        self.insert("waits (awaited, waiting)", "ON CONFLICT DO NOTHING", &rows)
    }

    fn save_plans(&self, changes: &Changes) -> Result<(), Fault> {
        let planned = changes.look_again.iter().filter_map(|(record, at_ms)| Some((record, (*at_ms)?)));
        let rows: Vec<Row> =
            planned.map(|(record, at_ms)| vec![Value::Text(record.to_string()), number(at_ms)]).collect();
        let again = "ON CONFLICT (record) DO UPDATE SET at_ms = excluded.at_ms";
        self.insert("look_again (record, at_ms)", again, &rows)?;
        for (record, _) in changes.look_again.iter().filter(|(_, at_ms)| at_ms.is_none()) {
            self.look_again(*record, None)?;
        }
        let due = changes.due.iter().filter(|(_, due)| **due == IsDue::Yes);
        let rows: Vec<Row> = due.map(|(record, _)| vec![Value::Text(record.to_string())]).collect();
        self.insert("due_records (record)", "ON CONFLICT DO NOTHING", &rows)?;
        for (record, due) in changes.due.iter().filter(|(_, due)| **due == IsDue::No) {
            self.set_due(*record, *due)?;
        }
        Ok(())
    }
}

impl Under for Sql<'_> {
    fn save(&self, changes: Changes) -> Result<(), Fault> {
        let mut numbers = Numbers::default();
        let mut rows = Vec::with_capacity(changes.entries.len());
        for held in changes.entries.values() {
            rows.push(self.entry_row(&mut numbers, held)?);
        }
        let columns = "ops (key, stream, hash, header, body, salt, erased, received_ms, arrived_ms, earliest_ms, \
                       latest_ms, admitted, place, eff, clock, disposition, why, absent)";
        self.insert(columns, "", &rows)?;
        changes.stamps.iter().try_for_each(|(id, stamp)| self.set_stamp(*id, stamp))?;
        changes.admitted.iter().try_for_each(|id| self.set_admitted(*id))?;
        self.save_devices(&changes)?;
        if let Some(place) = changes.place {
            self.run("UPDATE server SET place = ?1", [int(place)])?;
        }
        self.save_feeds(&mut numbers, &changes)?;
        self.save_waits(&changes)?;
        let mut rows = Vec::with_capacity(changes.search.len());
        for (key, op) in &changes.search {
            rows.push(vec![blob(&key.0), Value::Integer(self.key_of(&mut numbers, *op)?)]);
        }
        self.insert("search_keys (key, op)", "ON CONFLICT DO NOTHING", &rows)?;
        self.save_plans(&changes)?;
        changes.receipts.iter().try_for_each(|(receipt, signature)| self.add_receipt(receipt, signature))?;
        changes.statements.iter().try_for_each(|statement| self.add_statement(statement))
    }
}
