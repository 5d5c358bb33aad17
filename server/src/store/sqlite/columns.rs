//! Between columns and values: ids as 16 bytes, digests as 32, 64-bit numbers as SQLite's signed ones.
//!
//! Does not run statements, but for the small look-ups of numbers that stand for devices, streams and scopes.

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row};
use sync_core::clock::{ClockMark, Hlc, Witnessed};
use sync_core::ids::{DeviceId, Digest, OpId, OrgId, Stream, UserId};
use sync_core::op::{Op, Salt, parse_layout};
use sync_core::service::Ages;
use sync_core::stamp::{Disposition, Stamp};
use uuid::Uuid;

use crate::fault::Fault;
use crate::store::rows::{Admitted, Cited, Held, Org};

/// The columns of an op, in the order that [`held`] reads.
pub(super) const OP_COLUMNS: &str = "o.header, o.hash, o.body, o.salt, o.received_ms, o.earliest_ms, \
     o.latest_ms, o.admitted, o.place, o.eff, o.clock, o.disposition, o.why, o.absent, o.arrived_ms, o.erased, o.cited";

pub(super) fn int(value: u64) -> i64 {
    value.cast_signed()
}

pub(super) fn whole(row: &Row<'_>, index: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(index).map(i64::cast_unsigned)
}

pub(super) fn bytes<const N: usize>(row: &Row<'_>, index: usize) -> rusqlite::Result<[u8; N]> {
    let wrong = || rusqlite::Error::InvalidColumnType(index, "bytes".to_owned(), Type::Blob);
    row.get::<_, Vec<u8>>(index)?.try_into().map_err(|_| wrong())
}

pub(super) fn digest(row: &Row<'_>, index: usize) -> rusqlite::Result<Digest> {
    bytes(row, index).map(Digest)
}

pub(super) fn id(row: &Row<'_>, index: usize) -> rusqlite::Result<Uuid> {
    bytes(row, index).map(Uuid::from_bytes)
}

pub(super) fn org(row: &Row<'_>, index: usize) -> rusqlite::Result<OrgId> {
    id(row, index).map(OrgId)
}

pub(super) fn user(row: &Row<'_>, index: usize) -> rusqlite::Result<UserId> {
    id(row, index).map(UserId)
}

pub(super) fn device(row: &Row<'_>, index: usize) -> rusqlite::Result<DeviceId> {
    id(row, index).map(DeviceId)
}

/// The columns of an organisation, in the order that [`org_row`] reads.
pub(super) const ORG_COLUMNS: &str = "id, name, telephone, hours, areas, age_from, age_to";

/// An organisation, from this column on.
pub(super) fn org_row(row: &Row<'_>, at: usize) -> rusqlite::Result<Org> {
    let wrong = || rusqlite::Error::InvalidColumnType(at + 4, "areas".to_owned(), Type::Text);
    let areas = serde_json::from_str(&row.get::<_, String>(at + 4)?).map_err(|_| wrong())?;
    let ages = Ages { from: row.get(at + 5)?, to: row.get(at + 6)? };
    let (name, telephone, hours) = (row.get(at + 1)?, row.get(at + 2)?, row.get(at + 3)?);
    Ok(Org { id: org(row, at)?, name, telephone, hours, areas, ages })
}

/// The largest seq that the key of an op has room for.
pub(crate) const MAX_SEQ: u64 = u32::MAX as u64;

/// The number of an enrolled device.
pub(super) fn device_number(connection: &Connection, id: DeviceId) -> Result<Option<i64>, Fault> {
    let mut query = connection.prepare_cached("SELECT number FROM devices WHERE id = ?1")?;
    Ok(query.query_row([id.0.as_bytes()], |row| row.get(0)).optional()?)
}

/// The key of an op; none for a device that is not enrolled here.
pub(super) fn op_key(connection: &Connection, id: OpId) -> Result<Option<i64>, Fault> {
    if id.seq > MAX_SEQ {
        return Ok(None);
    }
    Ok(device_number(connection, id.device)?.map(|number| number << 32 | int(id.seq)))
}

/// The key of an op that is certainly held.
pub(super) fn held_key(connection: &Connection, id: OpId) -> Result<i64, Fault> {
    op_key(connection, id)?.ok_or(Fault::Damaged("an op of an unknown device".to_owned()))
}

/// The number of a stream, if it was ever written.
pub(super) fn stream_number(connection: &Connection, stream: Stream) -> Result<Option<i64>, Fault> {
    let mut query = connection.prepare_cached("SELECT number FROM streams WHERE name = ?1")?;
    Ok(query.query_row([stream.to_string()], |row| row.get(0)).optional()?)
}

/// The number of a scope, if it ever held anything.
pub(super) fn scope_number(connection: &Connection, scope: &str) -> Result<Option<i64>, Fault> {
    let mut query = connection.prepare_cached("SELECT number FROM scopes WHERE name = ?1")?;
    Ok(query.query_row([scope], |row| row.get(0)).optional()?)
}

/// Reads [`OP_COLUMNS`].
pub(super) fn held(row: &Row<'_>) -> Result<Held, Fault> {
    let header = parse_layout(&row.get::<_, Vec<u8>>(0)?)?;
    let body: Option<String> = row.get(2)?;
    let op = Op { header, body: body.map(Into::into), salt: Salt(bytes(row, 3)?) };
    let admitted = if row.get::<_, bool>(7)? { Admitted::Yes } else { Admitted::No };
    Ok(Held {
        op,
        hash: digest(row, 1)?,
        received_ms: whole(row, 4)?,
        arrived_ms: whole(row, 14)?,
        witnessed: Witnessed { earliest_ms: whole(row, 5)?, latest_ms: whole(row, 6)? },
        cited: if row.get::<_, bool>(16)? { Cited::Doubtful } else { Cited::Sound },
        admitted,
        stamp: stamp(row)?,
        erased: row.get::<_, Option<String>>(15)?.map(|json| serde_json::from_str(&json)).transpose()?,
    })
}

pub(super) fn stamp(row: &Row<'_>) -> Result<Option<Stamp>, Fault> {
    let Some(place) = row.get::<_, Option<i64>>(8)? else { return Ok(None) };
    let lists: Option<String> = row.get(13)?;
    let lists = lists.map(|json| serde_json::from_str(&json)).transpose()?;
    let (absent, instead): (Vec<OpId>, Vec<OpId>) = lists.unwrap_or_default();
    Ok(Some(Stamp {
        place: place.cast_unsigned(),
        received_ms: whole(row, 4)?,
        eff: Hlc(whole(row, 9)?),
        clock: clock_of(&row.get::<_, String>(10)?)?,
        disposition: disposition_of(&row.get::<_, String>(11)?, row.get(12)?)?,
        absent,
        instead,
    }))
}

fn clock_of(word: &str) -> Result<ClockMark, Fault> {
    match word {
        "plain" => Ok(ClockMark::Plain),
        "suspect" => Ok(ClockMark::Suspect),
        _ => Err(Fault::Damaged("the clock of a stamp".to_owned())),
    }
}

pub(super) fn clock_word(mark: ClockMark) -> &'static str {
    match mark {
        ClockMark::Plain => "plain",
        ClockMark::Suspect => "suspect",
    }
}

pub(super) fn disposition_of(word: &str, why: Option<String>) -> Result<Disposition, Fault> {
    let why = why.map(|why| serde_json::from_value(serde_json::Value::String(why))).transpose()?;
    match (word, why) {
        ("accepted", None) => Ok(Disposition::Accepted),
        ("quarantined", Some(why)) => Ok(Disposition::Quarantined(why)),
        ("refused", Some(why)) => Ok(Disposition::Refused(why)),
        _ => Err(Fault::Damaged("the disposition of a stamp".to_owned())),
    }
}

pub(super) fn disposition_words(disposition: Disposition) -> (&'static str, Option<String>) {
    let (word, why) = match disposition {
        Disposition::Accepted => return ("accepted", None),
        Disposition::Quarantined(why) => ("quarantined", why),
        Disposition::Refused(why) => ("refused", why),
    };
    let why = serde_json::to_value(why).ok().and_then(|value| value.as_str().map(str::to_owned));
    (word, why)
}
