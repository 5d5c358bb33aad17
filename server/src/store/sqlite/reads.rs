//! Every look-up of the store.
//!
//! Does not write.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Params, Row};
use sync_core::access::{Author, Scope};
use sync_core::ids::{DeviceId, Digest, OpId, Record, Stream, UserId};
use sync_core::log::Tip;
use sync_core::op::Recovered;
use sync_core::sync::receipt::Receipt;
use sync_core::sync::statement::digest_of_sent;

use super::Sql;
use super::columns::{
    MAX_SEQ, OP_COLUMNS, ORG_COLUMNS, device, device_number, digest, held, id, int, org, org_row,
    stream_number, user, whole,
};
use crate::fault::Fault;
use crate::store::Reads;
use crate::store::rows::{
    Asking, DeviceRow, Entry, FeedRow, Held, Org, Person, Revoked, ServerRow, SignedReceipt, SignedStatement,
    WaitingExtract,
};
use crate::store::work::Beside;

const DEVICE_COLUMNS: &str = "id, user, public_key, counter, revoked, last_seq, last_hash";
/// The key of an op, by its device's id and its seq.
const KEY_OF_OP: &str = "((SELECT number FROM devices WHERE id = ?1) << 32 | ?2)";
const RECEIPT_COLUMNS: &str = "r.epoch, r.number, r.prev, d.id, r.seq, r.hash, r.stamps, r.time_ms, \
     r.digest, r.signature FROM receipts r JOIN devices d ON d.number = r.device";

impl Sql<'_> {
    pub(super) fn one<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        let mut query = self.0.prepare_cached(sql)?;
        let mut rows = query.query(params)?;
        rows.next()?.map(read).transpose()
    }

    pub(super) fn all<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl Fn(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        let mut query = self.0.prepare_cached(sql)?;
        let mut rows = query.query(params)?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(read(row)?);
        }
        Ok(all)
    }

    /// The op of a key.
    pub(super) fn op_id(&self, key: i64) -> Result<OpId, Fault> {
        let found =
            self.one("SELECT id FROM devices WHERE number = ?1", [key >> 32], |row| Ok(device(row, 0)?))?;
        let device = found.ok_or(Fault::Damaged("an op of an unknown device".to_owned()))?;
        Ok(OpId { device, seq: (key & 0xffff_ffff).cast_unsigned() })
    }
}

fn op_params(id: OpId) -> (uuid::Bytes, i64) {
    (*id.device.0.as_bytes(), int(id.seq))
}

/// One scope's entries of a feed, with the names of what they are about.
const FEED_OF_SCOPE: &str = "SELECT * FROM (SELECT f.pos, f.kind, s.name, d.id, f.op, f.extract FROM feed f \
     LEFT JOIN streams s ON s.number = f.stream LEFT JOIN devices d ON d.number = f.op >> 32 \
     WHERE f.scope = (SELECT number FROM scopes WHERE name = ?) AND f.pos > ? ORDER BY f.pos LIMIT ?)";

/// The last position of a scope's feed.
const END_OF_FEED: &str = "COALESCE((SELECT pos FROM feed WHERE scope = (SELECT number FROM scopes WHERE name = ?) \
     ORDER BY pos DESC LIMIT 1), 0)";

fn feed_row(row: &Row<'_>) -> Result<FeedRow, Fault> {
    let stream = || Ok::<Stream, Fault>(row.get::<_, String>(2)?.parse()?);
    let op = || {
        let seq = (row.get::<_, i64>(4)? & 0xffff_ffff).cast_unsigned();
        Ok::<OpId, Fault>(OpId { device: device(row, 3)?, seq })
    };
    let kind: String = row.get(1)?;
    let entry = match kind.as_str() {
        "op" => Entry::Op { stream: stream()?, id: op()? },
        "again" => Entry::Again { stream: stream()?, id: op()? },
        "stamped" => Entry::Stamped(op()?),
        "forget" => Entry::Forget(stream()?),
        "erased" => Entry::Erased { stream: stream()?, id: op()? },
        "extract" => Entry::Extract(row.get(5)?),
        "reference" => Entry::Reference,
        _ => return Err(Fault::Damaged("an entry of a feed".to_owned())),
    };
    Ok(FeedRow { pos: whole(row, 0)?, entry })
}

/// The names of streams or scopes as one parameter.
pub(super) fn names<T: ToString>(all: impl IntoIterator<Item = T>) -> Result<String, Fault> {
    Ok(serde_json::to_string(&all.into_iter().map(|one| one.to_string()).collect::<Vec<_>>())?)
}

impl Reads for Sql<'_> {
    fn server(&self) -> Result<ServerRow, Fault> {
        let sql = "SELECT epoch, force, force_prefix, device, user, signing_key, public_key FROM server";
        let row = self.one(sql, [], |row| {
            Ok(ServerRow {
                epoch: id(row, 0)?,
                force: org(row, 1)?,
                force_prefix: row.get(2)?,
                device: device(row, 3)?,
                user: user(row, 4)?,
                log_code: row.get(5)?,
                public_key: row.get(6)?,
            })
        })?;
        row.ok_or(Fault::NoStore)
    }

    fn orgs(&self) -> Result<Vec<Org>, Fault> {
        self.all(&format!("SELECT {ORG_COLUMNS} FROM orgs ORDER BY name, id"), [], |row| Ok(org_row(row, 0)?))
    }

    fn users(&self) -> Result<Vec<Person>, Fault> {
        self.all("SELECT id, name, role, org FROM users ORDER BY name, id", [], person)
    }

    fn user(&self, id: UserId) -> Result<Option<Person>, Fault> {
        self.one("SELECT id, name, role, org FROM users WHERE id = ?1", [id.0.as_bytes()], person)
    }

    fn devices(&self) -> Result<Vec<DeviceRow>, Fault> {
        self.all(&format!("SELECT {DEVICE_COLUMNS} FROM devices ORDER BY number"), [], device_row)
    }

    fn device(&self, id: DeviceId) -> Result<Option<DeviceRow>, Fault> {
        let sql = format!("SELECT {DEVICE_COLUMNS} FROM devices WHERE id = ?1");
        self.one(&sql, [id.0.as_bytes()], device_row)
    }

    fn author(&self, id: DeviceId) -> Result<Option<Author>, Fault> {
        let sql = "SELECT u.id, u.role, u.org, s.force FROM devices d JOIN users u ON u.id = d.user, server s \
                   WHERE d.id = ?1";
        self.one(sql, [id.0.as_bytes()], |row| {
            let role = row.get::<_, String>(1)?.parse()?;
            Ok(Author { user: user(row, 0)?, role, org: org(row, 2)?, force: org(row, 3)? })
        })
    }

    fn asking(&self, id: DeviceId) -> Result<Option<Asking>, Fault> {
        let sql = "SELECT d.id, d.user, d.public_key, d.counter, d.revoked, d.last_seq, d.last_hash, \
                   u.role, u.org, s.force, s.epoch FROM devices d JOIN users u ON u.id = d.user, server s WHERE d.id = ?1";
        self.one(sql, [id.0.as_bytes()], |row| {
            let device = device_row(row)?;
            let role = row.get::<_, String>(7)?.parse()?;
            let author = Author { user: device.user, role, org: org(row, 8)?, force: org(row, 9)? };
            Ok(Asking { device, author, epoch: self::id(row, 10)? })
        })
    }

    fn op(&self, id: OpId) -> Result<Option<Held>, Fault> {
        let sql = format!("SELECT {OP_COLUMNS} FROM ops o WHERE o.key = {KEY_OF_OP}");
        if id.seq > MAX_SEQ { Ok(None) } else { self.one(&sql, op_params(id), held) }
    }

    fn ops(&self, ids: &[OpId]) -> Result<BTreeMap<OpId, Held>, Fault> {
        let known = ids.iter().filter(|id| id.seq <= MAX_SEQ);
        let wanted: Vec<(String, u64)> = known.map(|id| (id.device.0.simple().to_string(), id.seq)).collect();
        let sql = format!(
            "SELECT {OP_COLUMNS} FROM json_each(?1) w JOIN devices d ON d.id = unhex(w.value ->> 0) \
             JOIN ops o ON o.key = (d.number << 32 | (w.value ->> 1))"
        );
        let held = self.all(&sql, [serde_json::to_string(&wanted)?], held)?;
        Ok(held.into_iter().map(|held| (held.id(), held)).collect())
    }

    fn hash_of(&self, id: OpId) -> Result<Option<Digest>, Fault> {
        let sql = format!("SELECT o.hash FROM ops o WHERE o.key = {KEY_OF_OP}");
        if id.seq > MAX_SEQ {
            return Ok(None);
        }
        self.one(&sql, op_params(id), |row| Ok(digest(row, 0)?))
    }

    fn ops_of_record(&self, record: Record) -> Result<Vec<Held>, Fault> {
        let sql = format!(
            "SELECT {OP_COLUMNS} FROM streams s JOIN ops o ON o.stream = s.number WHERE s.record = ?1"
        );
        self.all(&sql, [record.to_string()], held)
    }

    fn ops_of_device(&self, id: DeviceId) -> Result<Vec<Held>, Fault> {
        let Some(number) = device_number(self.0, id)? else { return Ok(Vec::new()) };
        let sql = format!("SELECT {OP_COLUMNS} FROM ops o WHERE o.key BETWEEN ?1 AND ?2 ORDER BY o.key");
        self.all(&sql, [number << 32, number << 32 | 0xffff_ffff], held)
    }

    fn hashes_of_device(&self, id: DeviceId) -> Result<Vec<Digest>, Fault> {
        let Some(number) = device_number(self.0, id)? else { return Ok(Vec::new()) };
        let sql = "SELECT hash FROM ops WHERE key BETWEEN ?1 AND ?2 ORDER BY key";
        self.all(sql, [number << 32, number << 32 | 0xffff_ffff], |row| Ok(digest(row, 0)?))
    }

    fn forks(&self, device: DeviceId) -> Result<Vec<String>, Fault> {
        let Some(number) = device_number(self.0, device)? else { return Ok(Vec::new()) };
        let sql = "SELECT branch FROM forks WHERE device = ?1 ORDER BY seq, hash";
        self.all(sql, [number], |row| Ok(row.get(0)?))
    }

    fn recovered_by(&self, original: Recovered) -> Result<Option<OpId>, Fault> {
        let sql = "SELECT by_op FROM recoveries WHERE device = ?1 AND seq = ?2 AND hash = ?3";
        let Recovered { id, hash } = original;
        self.one(sql, (id.device.0.as_bytes(), int(id.seq), hash.0), |row| self.op_id(row.get(0)?))
    }

    fn beside(&self, record: Record) -> Result<Beside, Fault> {
        let (name, mut beside) = (record.to_string(), Beside::default());
        let sql = "SELECT t.name, c.name, h.held FROM streams t JOIN scope_holds h ON h.stream = t.number \
                   JOIN scopes c ON c.number = h.scope WHERE t.record = ?1";
        for (stream, scope, held) in self.all(sql, [&name], |row| {
            Ok((
                row.get::<_, String>(0)?.parse::<Stream>()?,
                row.get::<_, String>(1)?,
                row.get::<_, bool>(2)?,
            ))
        })? {
            beside.holders.entry(stream).or_default().insert(scope, held);
        }
        let sql = "SELECT e.conflict, t.name, e.extract FROM streams t JOIN extracts e ON e.stream = t.number \
                   WHERE t.record = ?1 ORDER BY e.conflict";
        beside.extracts = self.all(sql, [&name], |row| {
            let stream = row.get::<_, String>(1)?.parse()?;
            Ok(WaitingExtract { conflict: digest(row, 0)?, stream, json: row.get(2)? })
        })?;
        let sql = "SELECT t.name, f.conflict FROM streams t JOIN conflicts f ON f.stream = t.number \
                   WHERE t.record = ?1 AND f.open = 1";
        for (stream, conflict) in
            self.all(sql, [&name], |row| Ok((row.get::<_, String>(0)?.parse::<Stream>()?, digest(row, 1)?)))?
        {
            beside.open.entry(stream).or_default().insert(conflict);
        }
        Ok(beside)
    }

    fn recovered(&self) -> Result<BTreeSet<OpId>, Fault> {
        let sql = "SELECT device, seq FROM recoveries";
        let all = self.all(sql, [], |row| Ok(OpId { device: device(row, 0)?, seq: whole(row, 1)? }))?;
        Ok(all.into_iter().collect())
    }

    fn records(&self) -> Result<Vec<Record>, Fault> {
        let sql = "SELECT DISTINCT record FROM streams ORDER BY record";
        self.all(sql, [], |row| Ok(row.get::<_, String>(0)?.parse()?))
    }

    fn holders(&self, stream: Stream) -> Result<BTreeSet<String>, Fault> {
        let Some(number) = stream_number(self.0, stream)? else { return Ok(BTreeSet::new()) };
        let sql = "SELECT s.name FROM scope_holds h JOIN scopes s ON s.number = h.scope \
                   WHERE h.stream = ?1 AND h.held = 1";
        Ok(self.all(sql, [number], |row| Ok(row.get(0)?))?.into_iter().collect())
    }

    fn holds(&self, scope: &Scope, stream: Stream) -> Result<bool, Fault> {
        Ok(!self.held_by(std::slice::from_ref(scope), &BTreeSet::from([stream]))?.is_empty())
    }

    fn held_by(&self, scopes: &[Scope], streams: &BTreeSet<Stream>) -> Result<BTreeSet<Stream>, Fault> {
        if streams.is_empty() {
            return Ok(BTreeSet::new());
        }
        let sql = "SELECT DISTINCT s.name FROM json_each(?1) w JOIN streams s ON s.name = w.value \
                   CROSS JOIN json_each(?2) v JOIN scopes c ON c.name = v.value \
                   JOIN scope_holds h ON h.scope = c.number AND h.stream = s.number WHERE h.held = 1";
        let wanted = [names(streams)?, names(scopes.iter().map(Scope::key))?];
        Ok(self.all(sql, wanted, |row| Ok(row.get::<_, String>(0)?.parse()?))?.into_iter().collect())
    }

    fn feed_after(&self, scopes: &[Scope], after: u64, limit: usize) -> Result<Vec<FeedRow>, Fault> {
        if scopes.is_empty() {
            return Ok(Vec::new());
        }
        // Each scope's part is read in its own order, so that no more than the page is read.
        let sql =
            format!("{} ORDER BY 1 LIMIT {limit}", vec![FEED_OF_SCOPE; scopes.len()].join(" UNION ALL "));
        let most = i64::try_from(limit).expect("a page is short");
        let params = scopes
            .iter()
            .flat_map(|scope| [Value::Text(scope.key()), Value::Integer(int(after)), Value::Integer(most)]);
        self.all(&sql, rusqlite::params_from_iter(params), feed_row)
    }

    fn feed_ends(&self, scopes: &[Scope]) -> Result<Vec<u64>, Fault> {
        if scopes.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!("SELECT {}", vec![END_OF_FEED; scopes.len()].join(", "));
        let keys = rusqlite::params_from_iter(scopes.iter().map(Scope::key));
        let ends = self.one(&sql, keys, |row| (0..scopes.len()).map(|at| Ok(whole(row, at)?)).collect());
        Ok(ends?.unwrap_or_default())
    }

    fn receipt_covering(&self, device: DeviceId, seq: u64) -> Result<Option<SignedReceipt>, Fault> {
        let sql = format!(
            "SELECT {RECEIPT_COLUMNS} WHERE d.id = ?1 AND r.seq >= ?2 ORDER BY r.seq, r.number LIMIT 1"
        );
        self.one(&sql, (device.0.as_bytes(), int(seq)), receipt)
    }

    fn receipt_time(&self, digest: Digest) -> Result<Option<u64>, Fault> {
        self.one("SELECT time_ms FROM receipts WHERE digest = ?1", [digest.0], |row| Ok(whole(row, 0)?))
    }

    fn receipts(&self) -> Result<Vec<SignedReceipt>, Fault> {
        self.all(&format!("SELECT {RECEIPT_COLUMNS} ORDER BY r.number"), [], receipt)
    }

    fn receipt_head(&self) -> Result<(u64, Digest), Fault> {
        let sql = "SELECT number, digest FROM receipts ORDER BY number DESC LIMIT 1";
        let head = self.0.prepare_cached(sql)?.query_row([], |row| Ok((whole(row, 0)?, digest(row, 1)?)));
        Ok(head.optional()?.unwrap_or_default())
    }

    fn statements(&self) -> Result<Vec<SignedStatement>, Fault> {
        let sql = "SELECT d.id, s.counter, s.seq, s.hash, s.bytes, s.signature FROM statements s \
                   JOIN devices d ON d.number = s.device ORDER BY s.device, s.counter";
        self.all(sql, [], |row| {
            Ok(SignedStatement {
                device: device(row, 0)?,
                counter: whole(row, 1)?,
                tip: Tip { seq: whole(row, 2)?, hash: digest(row, 3)? },
                bytes: row.get(4)?,
                signature: row.get(5)?,
            })
        })
    }

    fn sealed(&self) -> Result<Vec<(DeviceId, Vec<u8>)>, Fault> {
        let sql = "SELECT d.id, s.blob FROM sealed s JOIN devices d ON d.number = s.device \
                   ORDER BY s.device, s.received_ms, s.digest";
        self.all(sql, [], |row| Ok((device(row, 0)?, row.get(1)?)))
    }

    fn sealed_that_changed(&self) -> Result<Vec<DeviceId>, Fault> {
        let sql = "SELECT d.id, s.digest, s.blob FROM sealed s JOIN devices d ON d.number = s.device";
        let rows =
            self.all(sql, [], |row| Ok((device(row, 0)?, digest(row, 1)?, row.get::<_, Vec<u8>>(2)?)))?;
        let changed = rows.into_iter().filter(|(_, taken, blob)| digest_of_sent(blob) != *taken);
        Ok(changed.map(|(device, ..)| device).collect())
    }

    fn sealed_of(&self, device: DeviceId) -> Result<Vec<Vec<u8>>, Fault> {
        let Some(number) = device_number(self.0, device)? else { return Ok(Vec::new()) };
        self.all("SELECT blob FROM sealed WHERE device = ?1", [number], |row| Ok(row.get(0)?))
    }

    fn extracts_of(&self, stream: Stream) -> Result<Vec<WaitingExtract>, Fault> {
        let Some(number) = stream_number(self.0, stream)? else { return Ok(Vec::new()) };
        let sql = "SELECT conflict, extract FROM extracts WHERE stream = ?1 ORDER BY conflict";
        self.all(sql, [number], |row| {
            Ok(WaitingExtract { conflict: digest(row, 0)?, stream, json: row.get(1)? })
        })
    }
}

fn person(row: &Row<'_>) -> Result<Person, Fault> {
    let role = row.get::<_, String>(2)?.parse()?;
    Ok(Person { id: user(row, 0)?, name: row.get(1)?, role, org: org(row, 3)? })
}

fn device_row(row: &Row<'_>) -> Result<DeviceRow, Fault> {
    Ok(DeviceRow {
        id: device(row, 0)?,
        user: user(row, 1)?,
        public_key: row.get(2)?,
        counter: whole(row, 3)?,
        revoked: if row.get::<_, bool>(4)? { Revoked::Yes } else { Revoked::No },
        tip: Tip { seq: whole(row, 5)?, hash: digest(row, 6)? },
    })
}

fn receipt(row: &Row<'_>) -> Result<SignedReceipt, Fault> {
    let receipt = Receipt {
        epoch: id(row, 0)?,
        number: whole(row, 1)?,
        prev: digest(row, 2)?,
        device: device(row, 3)?,
        tip: Tip { seq: whole(row, 4)?, hash: digest(row, 5)? },
        stamps: digest(row, 6)?,
        time_ms: whole(row, 7)?,
    };
    Ok(SignedReceipt { receipt, digest: digest(row, 8)?, signature: row.get(9)? })
}
