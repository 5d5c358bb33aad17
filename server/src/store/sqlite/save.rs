//! Saves what a job changed: of each table many rows in one statement.
//!
//! Numbers that stand for devices, streams and scopes are looked up once a job. Does not begin or end transactions.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::types::Value;
use sync_core::ids::{DeviceId, OpId, Record, Stream};

use super::Sql;
use super::columns::{clock_word, device, disposition_words, int};
use super::duties::{LINES, REFERRALS, REPLACED, lines_of, referral_row};
use crate::fault::Fault;
use crate::store::Writes as _;
use crate::store::duties::ReferralRow;
use crate::store::rows::{Admitted, Cited, Entry, Held};
use crate::store::work::{Changes, Under};

/// So many rows go into one statement at most.
const MOST_AT_ONCE: usize = 64;
/// Up to so many rows go into one statement of their own length.
const LAST_AT_ONCE: usize = 16;

type Row = Vec<Value>;

/// The statement that inserts so many rows. One that fails is not undone by itself, which would need a copy of every page that
/// it changes: its job is.
fn insertion(into: &str, rows: &[Row]) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let one = format!("({})", vec!["?"; columns].join(", "));
    format!("INSERT OR FAIL INTO {into} VALUES {}", vec![one.as_str(); rows.len()].join(", "))
}

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

impl Numbers {
    fn device(&self, id: DeviceId) -> Result<i64, Fault> {
        self.devices.get(&id).copied().ok_or(Fault::Unknown("device"))
    }

    fn key(&self, id: OpId) -> Result<i64, Fault> {
        Ok(self.device(id.device)? << 32 | int(id.seq))
    }

    fn stream(&self, stream: Stream) -> Result<i64, Fault> {
        self.streams.get(&stream).copied().ok_or(Fault::Unknown("stream"))
    }

    fn scope(&self, scope: &str) -> Result<i64, Fault> {
        self.scopes.get(scope).copied().ok_or(Fault::Unknown("scope"))
    }
}

/// The names for which numbers are saved.
#[derive(Default)]
struct Names {
    devices: BTreeSet<DeviceId>,
    /// With the place of the first new entry in it, if that has its stamp, and how many streams were mentioned before.
    streams: BTreeMap<Stream, (u64, usize)>,
    scopes: BTreeSet<String>,
}

impl Names {
    fn mention(&mut self, stream: Stream) {
        let before = self.streams.len();
        self.streams.entry(stream).or_insert((u64::MAX, before));
    }

    /// In the order in which they began: lists show the newest first.
    fn streams_by_age(&self) -> Vec<Stream> {
        let mut streams: Vec<Stream> = self.streams.keys().copied().collect();
        streams.sort_unstable_by_key(|stream| self.streams[stream]);
        streams
    }

    fn of(changes: &Changes) -> Self {
        let mut names = Self::default();
        for held in changes.entries.values() {
            names.devices.insert(held.id().device);
            let stream = held.op.header.stream;
            names.mention(stream);
            if let (Some((first, _)), Some(stamp)) = (names.streams.get_mut(&stream), &held.stamp) {
                *first = stamp.place.min(*first);
            }
        }
        for (scope, entry) in &changes.feeds {
            names.scopes.insert(scope.clone());
            let (stream, op) = entry.is_about();
            stream.into_iter().for_each(|stream| names.mention(stream));
            names.devices.extend(op.map(|op| op.device));
        }
        for (stream, scope) in changes.holds.keys() {
            names.mention(*stream);
            names.scopes.insert(scope.clone());
        }
        names.devices.extend(changes.search.iter().map(|(_, op)| op.device));
        names
    }

    fn is_empty(&self) -> bool {
        self.devices.is_empty() && self.streams.is_empty() && self.scopes.is_empty()
    }

    /// Three lists in JSON.
    fn as_parameters(&self) -> Result<[String; 3], Fault> {
        let devices: Vec<String> = self.devices.iter().map(|id| id.0.simple().to_string()).collect();
        let streams: Vec<String> = self.streams.keys().map(Stream::to_string).collect();
        Ok([
            serde_json::to_string(&devices)?,
            serde_json::to_string(&streams)?,
            serde_json::to_string(&self.scopes)?,
        ])
    }
}

impl Sql<'_> {
    /// Inserts rows, with what comes after their values.
    pub(super) fn insert(&self, into: &str, after: &str, rows: &[Row]) -> Result<(), Fault> {
        let (whole, mut rest) = rows.split_at(rows.len() - rows.len() % MOST_AT_ONCE);
        let mut pieces: Vec<&[Row]> = whole.chunks(MOST_AT_ONCE).collect();
        // What is left of a long list goes in pieces of few lengths, so that few statements are compiled.
        for size in [LAST_AT_ONCE * 2, LAST_AT_ONCE] {
            while rest.len() > size {
                let (now, later) = rest.split_at(size);
                pieces.push(now);
                rest = later;
            }
        }
        pieces.extend(Some(rest).filter(|rest| !rest.is_empty()));
        for some in pieces {
            let mut statement = self.0.prepare_cached(&format!("{} {after}", insertion(into, some)))?;
            statement.execute(rusqlite::params_from_iter(some.iter().flatten()))?;
        }
        Ok(())
    }

    /// Looks up the numbers of all names that the changes hold, and gives numbers to the new ones.
    fn numbers(&self, changes: &Changes) -> Result<Numbers, Fault> {
        let names = Names::of(changes);
        let mut numbers = Numbers::default();
        if names.is_empty() {
            return Ok(numbers);
        }
        let sql = "SELECT 0, d.id, d.number FROM json_each(?1) w JOIN devices d ON d.id = unhex(w.value) UNION ALL \
                   SELECT 1, s.name, s.number FROM json_each(?2) w JOIN streams s ON s.name = w.value UNION ALL \
                   SELECT 2, c.name, c.number FROM json_each(?3) w JOIN scopes c ON c.name = w.value";
        let mut query = self.0.prepare_cached(sql)?;
        let mut rows = query.query(names.as_parameters()?)?;
        while let Some(row) = rows.next()? {
            let number = row.get(2)?;
            match row.get(0)? {
                0 => drop(numbers.devices.insert(device(row, 1)?, number)),
                1 => drop(numbers.streams.insert(row.get::<_, String>(1)?.parse()?, number)),
                _ => drop(numbers.scopes.insert(row.get(1)?, number)),
            }
        }
        let new = names.streams_by_age().into_iter().filter(|stream| !numbers.streams.contains_key(stream));
        let row =
            |stream: Stream| vec![Value::Text(stream.to_string()), Value::Text(stream.record.to_string())];
        let rows: Vec<Row> = new.map(row).collect();
        let named = self.insert_named("streams (name, record)", &rows)?;
        for (name, number) in named {
            numbers.streams.insert(name.parse()?, number);
        }
        let new = names.scopes.iter().filter(|scope| !numbers.scopes.contains_key(*scope));
        let rows: Vec<Row> = new.map(|scope| vec![Value::Text(scope.clone())]).collect();
        numbers.scopes.extend(self.insert_named("scopes (name)", &rows)?);
        Ok(numbers)
    }

    /// Inserts names, and gives the numbers that stand for them.
    fn insert_named(&self, into: &str, rows: &[Row]) -> Result<Vec<(String, i64)>, Fault> {
        let mut named = Vec::with_capacity(rows.len());
        for some in rows.chunks(MOST_AT_ONCE) {
            let sql = format!("{} RETURNING name, number", insertion(into, some));
            let mut statement = self.0.prepare_cached(&sql)?;
            let mut returned = statement.query(rusqlite::params_from_iter(some.iter().flatten()))?;
            while let Some(row) = returned.next()? {
                named.push((row.get(0)?, row.get(1)?));
            }
        }
        Ok(named)
    }

    fn entry_row(numbers: &Numbers, held: &Held) -> Result<Row, Fault> {
        let (key, stream) = (numbers.key(held.id())?, numbers.stream(held.op.header.stream)?);
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
            Value::Integer(i64::from(held.cited == Cited::Doubtful)),
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

    fn feed_row_of(numbers: &Numbers, scope: &str, entry: &Entry) -> Result<Row, Fault> {
        let scope = numbers.scope(scope)?;
        let (kind, extract) = match entry {
            Entry::Op { .. } => ("op", None),
            Entry::Again { .. } => ("again", None),
            Entry::Stamped(_) => ("stamped", None),
            Entry::Forget(_) => ("forget", None),
            Entry::Erased { .. } => ("erased", None),
            Entry::Extract(json) => ("extract", Some(json.clone())),
            Entry::Reference => ("reference", None),
        };
        let (stream, op) = entry.is_about();
        let stream = stream.map(|stream| numbers.stream(stream)).transpose()?;
        let op = op.map(|op| numbers.key(op)).transpose()?;
        let extract = extract.map_or(Value::Null, Value::Text);
        Ok(vec![Value::Integer(scope), Value::Text(kind.to_owned()), maybe(stream), maybe(op), extract])
    }

    fn save_devices(&self, changes: &Changes) -> Result<(), Fault> {
        let sql = "UPDATE devices SET counter = COALESCE(?2, counter), last_seq = COALESCE(?3, last_seq), \
                   last_hash = COALESCE(?4, last_hash), heard_ms = COALESCE(?5, heard_ms), \
                   confirmed = COALESCE(?6, confirmed), seen_ms = COALESCE(?7, seen_ms), \
                   vocabulary = COALESCE(?8, vocabulary) WHERE id = ?1";
        for (id, change) in &changes.devices {
            let row = (
                id.0.as_bytes(),
                change.counter.map(int),
                change.tip.map(|tip| int(tip.seq)),
                change.tip.map(|tip| tip.hash.0),
                change.heard_ms.map(int),
                change.confirmed.map(int),
                change.seen.map(|seen| int(seen.at_ms)),
                change.seen.map(|seen| seen.vocabulary),
            );
            self.run(sql, row)?;
        }
        Ok(())
    }

    fn save_feeds(&self, numbers: &Numbers, changes: &Changes) -> Result<(), Fault> {
        let mut rows = Vec::with_capacity(changes.feeds.len());
        for (scope, entry) in &changes.feeds {
            rows.push(Self::feed_row_of(numbers, scope, entry)?);
        }
        self.insert("feed (scope, kind, stream, op, extract)", "", &rows)?;
        let mut rows = Vec::with_capacity(changes.holds.len());
        for ((stream, scope), held) in &changes.holds {
            let (scope, stream) = (numbers.scope(scope)?, numbers.stream(*stream)?);
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

    fn save_referrals(&self, changes: &Changes) -> Result<(), Fault> {
        let row = |(record, row): (&Record, &ReferralRow)| referral_row(*record, row);
        let rows: Vec<Row> = changes.referrals.iter().map(row).collect::<Result<_, _>>()?;
        self.insert(REFERRALS, REPLACED, &rows)?;
        let lines = changes.referrals.iter().flat_map(|(record, row)| lines_of(*record, row));
        self.insert(LINES, "", &lines.collect::<Vec<_>>())
    }
}

impl Under for Sql<'_> {
    fn save(&self, changes: Changes) -> Result<(), Fault> {
        let numbers = self.numbers(&changes)?;
        let mut rows = Vec::with_capacity(changes.entries.len());
        for held in changes.entries.values() {
            rows.push(Self::entry_row(&numbers, held)?);
        }
        let columns = "ops (key, stream, hash, header, body, salt, erased, received_ms, arrived_ms, earliest_ms, \
                       latest_ms, cited, admitted, place, eff, clock, disposition, why, absent)";
        self.insert(columns, "", &rows)?;
        changes.stamps.iter().try_for_each(|(id, stamp)| self.set_stamp(*id, stamp))?;
        changes.admitted.iter().try_for_each(|id| self.set_admitted(*id))?;
        self.save_devices(&changes)?;
        if let Some(place) = changes.place {
            self.run("UPDATE server SET place = ?1", [int(place)])?;
        }
        self.save_feeds(&numbers, &changes)?;
        self.save_waits(&changes)?;
        let mut rows = Vec::with_capacity(changes.search.len());
        for (key, op) in &changes.search {
            rows.push(vec![blob(&key.0), Value::Integer(numbers.key(*op)?)]);
        }
        self.insert("search_keys (key, op)", "ON CONFLICT DO NOTHING", &rows)?;
        self.save_referrals(&changes)?;
        changes.receipts.iter().try_for_each(|(receipt, signature)| self.add_receipt(receipt, signature))?;
        changes.statements.iter().try_for_each(|statement| self.add_statement(statement))
    }
}
