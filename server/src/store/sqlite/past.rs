//! Statements about the store's own past: epochs, backups, pending ops.
//!
//! Does not begin or end transactions: see [`super::writer`].

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Row, params};
use sync_core::access::Scope;
use sync_core::ids::{DeviceId, Digest, OpId, Stream};
use sync_core::sync::digest::Body;
use sync_core::sync::epoch::{Epoch, Point};
use sync_core::sync::pending::Behind;

use super::Sql;
use super::columns::{
    OP_COLUMNS, device, device_number, held, id, int, scope_number, stamp, stream_number, whole,
};
use super::reads::names;
use crate::fault::Fault;
use crate::store::past::{BackupRow, Began, EpochRow, ReadsPast, StampsByStream, WritesPast};
use crate::store::rows::Held;

impl ReadsPast for Sql<'_> {
    fn epochs(&self) -> Result<Vec<EpochRow>, Fault> {
        let sql = "SELECT id, place, log, pos, receipt, why, began_ms, keys FROM epochs ORDER BY number";
        self.all(sql, [], epoch)
    }

    fn point(&self) -> Result<Point, Fault> {
        let sql = "SELECT place, (SELECT COALESCE(MAX(pos), 0) FROM feed) FROM server";
        self.one(sql, [], point)?.ok_or(Fault::NoStore)
    }

    fn point_of(&self, receipt: Digest) -> Result<Option<Point>, Fault> {
        self.one("SELECT place, pos FROM receipts WHERE digest = ?1", [receipt.0], point)
    }

    fn backups(&self) -> Result<Vec<BackupRow>, Fault> {
        let sql = "SELECT id, taken_ms, place, number FROM backups ORDER BY number";
        let tips = "SELECT d.id, t.seq FROM backup_tips t JOIN devices d ON d.number = t.device \
                    WHERE t.backup = ?1 ORDER BY d.number";
        self.all(sql, [], |row| {
            let number: i64 = row.get(3)?;
            let tips = self.all(tips, [number], |row| Ok((device(row, 0)?, whole(row, 1)?)))?;
            Ok(BackupRow { id: id(row, 0)?, taken_ms: whole(row, 1)?, place: whole(row, 2)?, tips })
        })
    }

    fn backed_up(&self, device: DeviceId) -> Result<u64, Fault> {
        let sql = "SELECT CASE WHEN COUNT(*) = 2 THEN MIN(seq) ELSE 0 END FROM backup_tips \
                   WHERE device = (SELECT number FROM devices WHERE id = ?1) \
                   AND backup IN (SELECT number FROM backups ORDER BY number DESC LIMIT 2)";
        Ok(self.one(sql, [device.0.as_bytes()], |row| Ok(whole(row, 0)?))?.unwrap_or_default())
    }

    fn kept_outside(&self, after: u64) -> Result<Vec<String>, Fault> {
        let sql = "SELECT entry FROM kept_outside WHERE number > ?1 ORDER BY number";
        self.all(sql, [int(after)], |row| Ok(row.get(0)?))
    }

    fn is_kept_outside(&self, entry: &str) -> Result<bool, Fault> {
        let sql = "SELECT 1 FROM kept_outside WHERE entry = ?1 LIMIT 1";
        Ok(self.one(sql, [entry], |_| Ok(()))?.is_some())
    }

    fn pending(&self) -> Result<Vec<Held>, Fault> {
        let sql =
            format!("SELECT {OP_COLUMNS} FROM ops o WHERE o.place IS NULL ORDER BY o.arrived_ms, o.key");
        self.all(&sql, [], held)
    }

    fn waits(&self) -> Result<Vec<(OpId, OpId)>, Fault> {
        self.all("SELECT awaited, waiting FROM waits ORDER BY waiting, awaited", [], |row| {
            Ok((row.get::<_, String>(0)?.parse()?, row.get::<_, String>(1)?.parse()?))
        })
    }

    fn behind(&self, device: DeviceId) -> Result<Behind, Fault> {
        let Some(number) = device_number(self.0, device)? else { return Ok(Behind::new()) };
        let all = self.all("SELECT op, causes FROM behind WHERE device = ?1", [number], |row| {
            Ok((row.get::<_, String>(0)?.parse()?, serde_json::from_str(&row.get::<_, String>(1)?)?))
        });
        Ok(all?.into_iter().collect())
    }

    fn ever_held(&self, scope: &Scope, stream: Stream) -> Result<bool, Fault> {
        let sql = "SELECT 1 FROM scope_holds WHERE scope = ?1 AND stream = ?2";
        let numbers = (scope_number(self.0, &scope.key())?, stream_number(self.0, stream)?);
        let (Some(scope), Some(stream)) = numbers else { return Ok(false) };
        Ok(self.one(sql, [scope, stream], |_| Ok(()))?.is_some())
    }

    fn stamps_of(&self, streams: &BTreeSet<Stream>) -> Result<StampsByStream, Fault> {
        if streams.is_empty() {
            return Ok(BTreeMap::new());
        }
        let sql = format!(
            "SELECT {OP_COLUMNS}, d.id, o.key, s.name FROM json_each(?1) w JOIN streams s ON s.name = w.value \
             JOIN ops o ON o.stream = s.number JOIN devices d ON d.number = o.key >> 32 WHERE o.place IS NOT NULL"
        );
        let rows = self.all(&sql, [names(streams)?], |row| {
            let seq = (row.get::<_, i64>(18)? & 0xffff_ffff).cast_unsigned();
            let body = row.get_ref(2)?.as_str_or_null().map_err(rusqlite::Error::from)?;
            let id = OpId { device: device(row, 17)?, seq };
            let stream = row.get::<_, String>(19)?.parse::<Stream>()?;
            Ok(stamp(row)?.map(|stamp| {
                let body = Body::of(&stamp, body);
                (stream, (id, stamp, body))
            }))
        })?;
        let mut stamps = StampsByStream::new();
        for (stream, stamped) in rows.into_iter().flatten() {
            stamps.entry(stream).or_default().push(stamped);
        }
        Ok(stamps)
    }
}

impl WritesPast for Sql<'_> {
    fn begin_epoch(&self, row: &EpochRow) -> Result<(), Fault> {
        let sql = "INSERT INTO epochs (id, place, pos, receipt, log, why, began_ms, keys) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let Epoch { id, contains, log, keys } = &row.epoch;
        let (contains, pos, receipt) = (int(*contains), int(row.pos), int(row.receipt));
        let (why, began) = (why_word(row.why), int(row.began_ms));
        let keys = if keys.is_empty() { None } else { Some(serde_json::to_string(keys)?) };
        self.run(sql, params![id.as_bytes(), contains, pos, receipt, log.0.as_bytes(), why, began, keys])?;
        let sql = "UPDATE server SET epoch = ?1, device = ?2";
        self.run(sql, [id.as_bytes(), log.0.as_bytes()])
    }

    fn add_backup(&self, backup: &BackupRow) -> Result<(), Fault> {
        let sql = "INSERT INTO backups (id, taken_ms, place) VALUES (?1, ?2, ?3)";
        self.run(sql, params![backup.id.as_bytes(), int(backup.taken_ms), int(backup.place)])?;
        let number = self.0.last_insert_rowid();
        let sql = "INSERT INTO backup_tips (backup, device, seq) VALUES (?1, ?2, ?3)";
        backup.tips.iter().try_for_each(|(device, seq)| {
            self.run(sql, params![number, self.known_device(*device)?, int(*seq)])
        })
    }

    fn keep_outside(&self, entry: &str) -> Result<(), Fault> {
        self.run("INSERT INTO kept_outside (entry) VALUES (?1)", [entry])
    }

    fn keep_behind(&self, device: DeviceId, op: OpId, causes: &[OpId]) -> Result<(), Fault> {
        let sql = "INSERT INTO behind (device, op, causes) VALUES (?1, ?2, ?3) \
                   ON CONFLICT (device, op) DO UPDATE SET causes = ?3";
        let causes = serde_json::to_string(causes)?;
        self.run(sql, params![self.known_device(device)?, op.to_string(), causes])
    }
}

fn point(row: &Row<'_>) -> Result<Point, Fault> {
    Ok(Point { place: whole(row, 0)?, pos: whole(row, 1)? })
}

fn epoch(row: &Row<'_>) -> Result<EpochRow, Fault> {
    let keys: Option<String> = row.get(7)?;
    let keys = keys.map_or(Ok(Vec::new()), |keys| serde_json::from_str(&keys))?;
    let epoch = Epoch { id: id(row, 0)?, contains: whole(row, 1)?, log: device(row, 2)?, keys };
    let why = why_of(&row.get::<_, String>(5)?)?;
    Ok(EpochRow { epoch, pos: whole(row, 3)?, receipt: whole(row, 4)?, why, began_ms: whole(row, 6)? })
}

fn why_word(why: Began) -> &'static str {
    match why {
        Began::Created => "created",
        Began::Started => "started",
        Began::Restored => "restored",
        Began::RolledBack => "rolled_back",
    }
}

fn why_of(word: &str) -> Result<Began, Fault> {
    match word {
        "created" => Ok(Began::Created),
        "started" => Ok(Began::Started),
        "restored" => Ok(Began::Restored),
        "rolled_back" => Ok(Began::RolledBack),
        _ => Err(Fault::Damaged("why an epoch began".to_owned())),
    }
}
