//! Every look-up of the store.
//!
//! Does not write.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, Params, Row};
use sync_core::access::{Author, Scope};
use sync_core::ids::{DeviceId, Digest, OpId, Record, Stream, UserId};
use sync_core::log::Tip;
use sync_core::op::Recovered;
use sync_core::sync::receipt::Receipt;

use super::Sql;
use super::columns::{
    OP_COLUMNS, ORG_COLUMNS, device, device_number, digest, held, id, int, op_key, org, org_row,
    scope_number, stream_number, user, whole,
};
use crate::fault::Fault;
use crate::store::Reads;
use crate::store::rows::{
    DeviceRow, Entry, FeedRow, Held, Org, Person, Revoked, ServerRow, SignedReceipt, SignedStatement,
    WaitingExtract,
};
use crate::store::work::Beside;

const DEVICE_COLUMNS: &str = "id, user, public_key, counter, revoked, last_seq, last_hash";
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

    fn stream(&self, number: i64) -> Result<Stream, Fault> {
        let sql = "SELECT name FROM streams WHERE number = ?1";
        let name = self.one(sql, [number], |row| Ok(row.get::<_, String>(0)?))?;
        Ok(name.ok_or(Fault::Damaged("an unknown stream".to_owned()))?.parse()?)
    }

    fn feed_row(&self, row: &Row<'_>) -> Result<FeedRow, Fault> {
        let kind: String = row.get(1)?;
        let entry = match kind.as_str() {
            "op" => Entry::Op { stream: self.stream(row.get(2)?)?, id: self.op_id(row.get(3)?)? },
            "again" => Entry::Again { stream: self.stream(row.get(2)?)?, id: self.op_id(row.get(3)?)? },
            "stamped" => Entry::Stamped(self.op_id(row.get(3)?)?),
            "forget" => Entry::Forget(self.stream(row.get(2)?)?),
            "erased" => Entry::Erased { stream: self.stream(row.get(2)?)?, id: self.op_id(row.get(3)?)? },
            "extract" => Entry::Extract(row.get(4)?),
            "reference" => Entry::Reference,
            _ => return Err(Fault::Damaged("an entry of a feed".to_owned())),
        };
        Ok(FeedRow { pos: whole(row, 0)?, entry })
    }
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
                signing_key: row.get(5)?,
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

    fn op(&self, id: OpId) -> Result<Option<Held>, Fault> {
        let Some(key) = op_key(self.0, id)? else { return Ok(None) };
        self.one(&format!("SELECT {OP_COLUMNS} FROM ops o WHERE o.key = ?1"), [key], held)
    }

    fn hash_of(&self, id: OpId) -> Result<Option<Digest>, Fault> {
        let Some(key) = op_key(self.0, id)? else { return Ok(None) };
        self.one("SELECT hash FROM ops WHERE key = ?1", [key], |row| Ok(digest(row, 0)?))
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
        let sql = "SELECT 1 FROM scope_holds WHERE scope = ?1 AND stream = ?2 AND held = 1";
        let numbers = (scope_number(self.0, &scope.key())?, stream_number(self.0, stream)?);
        let (Some(scope), Some(stream)) = numbers else { return Ok(false) };
        Ok(self.one(sql, [scope, stream], |_| Ok(()))?.is_some())
    }

    fn feed_after(&self, scopes: &[Scope], after: u64, limit: usize) -> Result<Vec<FeedRow>, Fault> {
        let sql = "SELECT pos, kind, stream, op, extract FROM feed WHERE scope = ?1 AND pos > ?2 \
                   ORDER BY pos LIMIT ?3";
        let most = i64::try_from(limit).expect("a page is short");
        let mut rows = Vec::new();
        for scope in scopes {
            let Some(number) = scope_number(self.0, &scope.key())? else { continue };
            rows.extend(self.all(sql, [number, int(after), most], |row| self.feed_row(row))?);
        }
        rows.sort_by_key(|row| row.pos);
        rows.truncate(limit);
        Ok(rows)
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
