//! Every statement that changes the store.
//!
//! Does not begin or end transactions: see [`super::writer`].

use rusqlite::{Params, params};
use sync_core::ids::{DeviceId, Digest, OpId, Stream, UserId};
use sync_core::log::Tip;
use sync_core::op::Recovered;
use sync_core::stamp::Stamp;
use sync_core::sync::receipt::Receipt;

use super::Sql;
use super::columns::{
    ORG_COLUMNS, clock_word, device_number, disposition_words, held_key, int, scope_number, stream_number,
    user, whole,
};
use crate::fault::Fault;
use crate::store::rows::{
    Cited, CodeState, Entry, Held, NewDevice, Org, Person, ServerRow, SignedStatement, WaitingExtract,
};
use crate::store::{MAX_TRIES, Writes};

impl Sql<'_> {
    /// Runs a statement that takes an organisation's columns in their order.
    pub(super) fn put_org(&self, sql: &str, org: &Org) -> Result<(), Fault> {
        let (id, areas, ages) = (org.id.0.as_bytes(), serde_json::to_string(&org.areas)?, org.ages);
        self.run(sql, params![id, org.name, org.telephone, org.hours, areas, ages.from, ages.to])
    }

    pub(super) fn run(&self, sql: &str, params: impl Params) -> Result<(), Fault> {
        self.0.prepare_cached(sql)?.execute(params)?;
        Ok(())
    }

    pub(super) fn known_device(&self, id: DeviceId) -> Result<i64, Fault> {
        device_number(self.0, id)?.ok_or(Fault::Unknown("device"))
    }

    pub(super) fn stream_or_new(&self, stream: Stream) -> Result<i64, Fault> {
        if let Some(number) = stream_number(self.0, stream)? {
            return Ok(number);
        }
        let sql = "INSERT INTO streams (name, record) VALUES (?1, ?2)";
        self.run(sql, params![stream.to_string(), stream.record.to_string()])?;
        Ok(self.0.last_insert_rowid())
    }

    pub(super) fn scope_or_new(&self, scope: &str) -> Result<i64, Fault> {
        if let Some(number) = scope_number(self.0, scope)? {
            return Ok(number);
        }
        self.run("INSERT INTO scopes (name) VALUES (?1)", [scope])?;
        Ok(self.0.last_insert_rowid())
    }
}

impl Writes for Sql<'_> {
    fn create_server(&self, row: &ServerRow) -> Result<(), Fault> {
        let sql = "INSERT INTO server (one, epoch, force, force_prefix, device, user, signing_key, public_key, place) \
                   VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, 0)";
        let ids = [row.epoch, row.force.0, row.device.0, row.user.0].map(|id| *id.as_bytes());
        let [epoch, force, device, user] = ids;
        self.run(sql, params![epoch, force, row.force_prefix, device, user, row.log_code, row.public_key])
    }

    fn keep_key_digest(&self, kept: &[u8]) -> Result<(), Fault> {
        self.run("UPDATE server SET signing_key = ?1", [kept])
    }

    fn set_server_key(&self, public_key: &[u8]) -> Result<(), Fault> {
        self.run("UPDATE server SET public_key = ?1", [public_key])
    }

    fn add_org(&self, org: &Org) -> Result<(), Fault> {
        let sql = format!("INSERT INTO orgs ({ORG_COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
        self.put_org(&sql, org)
    }

    fn add_user(&self, person: &Person) -> Result<(), Fault> {
        let sql = "INSERT INTO users (id, name, role, org) VALUES (?1, ?2, ?3, ?4)";
        let (id, org) = (person.id.0.as_bytes(), person.org.0.as_bytes());
        self.run(sql, params![id, person.name, person.role.word(), org])
    }

    fn add_code(&self, hash: Digest, user: UserId, expires_ms: u64) -> Result<(), Fault> {
        let sql = "INSERT INTO enrol_codes (hash, user, expires_ms) VALUES (?1, ?2, ?3)";
        self.run(sql, params![hash.0, user.0.as_bytes(), int(expires_ms)])
    }

    fn try_code(&self, hash: Digest, now_ms: u64) -> Result<CodeState, Fault> {
        let sql = "UPDATE enrol_codes SET tries = tries + 1 \
                   WHERE hash = ?1 AND used = 0 AND tries < ?2 AND expires_ms > ?3 RETURNING user";
        let mut query = self.0.prepare_cached(sql)?;
        let mut rows = query.query(params![hash.0, MAX_TRIES, int(now_ms)])?;
        let found = rows.next()?.map(|row| user(row, 0)).transpose()?;
        Ok(found.map_or(CodeState::Void, CodeState::Counts))
    }

    fn use_code(&self, hash: Digest) -> Result<(), Fault> {
        self.run("UPDATE enrol_codes SET used = 1 WHERE hash = ?1", [hash.0])
    }

    fn add_device(&self, device: &NewDevice) -> Result<(), Fault> {
        let sql = "INSERT INTO devices (id, user, name, letter, public_key, enrolled_ms, last_hash) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let (id, user) = (device.id.0.as_bytes(), device.user.0.as_bytes());
        let NewDevice { name, letter, public_key, enrolled_ms, .. } = device;
        let row = params![id, user, name, letter, public_key, int(*enrolled_ms), Digest::default().0];
        self.run(sql, row)
    }

    fn set_counter(&self, device: DeviceId, counter: u64) -> Result<(), Fault> {
        self.run("UPDATE devices SET counter = ?2 WHERE id = ?1", params![device.0.as_bytes(), int(counter)])
    }

    fn append(&self, held: &Held) -> Result<(), Fault> {
        let id = held.id();
        let stream = self.stream_or_new(held.op.header.stream)?;
        let sql = "INSERT INTO ops (key, stream, hash, header, body, salt, received_ms, arrived_ms, earliest_ms, latest_ms, \
                   erased, cited) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
        let key = held_key(self.0, id)?;
        let witnessed = (int(held.witnessed.earliest_ms), int(held.witnessed.latest_ms));
        let (header, body, salt) = (held.op.header.layout(), held.op.body.as_deref(), held.op.salt.0);
        let (received, arrived) = (int(held.received_ms), int(held.arrived_ms));
        let (earliest, latest) = witnessed;
        let hash = held.hash.0;
        let erased = held.erased.as_ref().map(serde_json::to_string).transpose()?;
        let cited = held.cited == Cited::Doubtful;
        let params = params![
            key, stream, hash, header, body, salt, received, arrived, earliest, latest, erased, cited
        ];
        self.run(sql, params)?;
        let sql = "UPDATE devices SET last_seq = ?2, last_hash = ?3 WHERE id = ?1";
        self.run(sql, params![id.device.0.as_bytes(), int(id.seq), held.hash.0])
    }

    fn next_place(&self) -> Result<u64, Fault> {
        let mut query = self.0.prepare_cached("UPDATE server SET place = place + 1 RETURNING place")?;
        Ok(query.query_row([], |row| whole(row, 0))?)
    }

    fn set_stamp(&self, id: OpId, stamp: &Stamp) -> Result<(), Fault> {
        let sql = "UPDATE ops SET place = ?2, eff = ?3, clock = ?4, disposition = ?5, why = ?6, absent = ?7 \
                   WHERE key = ?1 AND place IS NULL";
        let (word, why) = disposition_words(stamp.disposition);
        let lists = (&stamp.absent, &stamp.instead);
        let absent = if stamp.absent.is_empty() { None } else { Some(serde_json::to_string(&lists)?) };
        let key = held_key(self.0, id)?;
        let (place, eff, clock) = (int(stamp.place), int(stamp.eff.0), clock_word(stamp.clock));
        self.run(sql, params![key, place, eff, clock, word, why, absent])
    }

    fn add_sealed(
        &self,
        device: DeviceId,
        digest: Digest,
        received_ms: u64,
        entries: u64,
        blob: &[u8],
    ) -> Result<(), Fault> {
        let sql = "INSERT OR IGNORE INTO sealed (device, digest, received_ms, entries, blob) \
                   VALUES (?1, ?2, ?3, ?4, ?5)";
        let device = self.known_device(device)?;
        self.run(sql, params![device, digest.0, int(received_ms), int(entries), blob])
    }

    fn add_recovery(&self, original: Recovered, by: OpId) -> Result<(), Fault> {
        let sql = "INSERT OR IGNORE INTO recoveries (device, seq, hash, by_op) VALUES (?1, ?2, ?3, ?4)";
        let Recovered { id, hash } = original;
        self.run(sql, params![id.device.0.as_bytes(), int(id.seq), hash.0, held_key(self.0, by)?])
    }

    fn set_admitted(&self, id: OpId) -> Result<(), Fault> {
        self.run("UPDATE ops SET admitted = 1 WHERE key = ?1", [held_key(self.0, id)?])
    }

    fn wait_for(&self, waiting: OpId, awaited: &[OpId]) -> Result<(), Fault> {
        let sql = "INSERT OR IGNORE INTO waits (awaited, waiting) VALUES (?1, ?2)";
        awaited.iter().try_for_each(|id| self.run(sql, [id.to_string(), waiting.to_string()]))
    }

    fn take_waiting(&self, awaited: OpId) -> Result<Vec<OpId>, Fault> {
        let mut query = self.0.prepare_cached("DELETE FROM waits WHERE awaited = ?1 RETURNING waiting")?;
        let mut rows = query.query([awaited.to_string()])?;
        let mut waiting: Vec<OpId> = Vec::new();
        while let Some(row) = rows.next()? {
            waiting.push(row.get::<_, String>(0)?.parse()?);
        }
        waiting.sort_unstable();
        Ok(waiting)
    }

    fn hold(&self, scope: &str, stream: Stream) -> Result<(), Fault> {
        let numbers = [self.scope_or_new(scope)?, self.stream_or_new(stream)?];
        let sql = "INSERT INTO scope_holds (scope, stream) VALUES (?1, ?2) \
                   ON CONFLICT (scope, stream) DO UPDATE SET held = 1";
        self.run(sql, numbers)
    }

    fn let_go(&self, scope: &str, stream: Stream) -> Result<(), Fault> {
        let numbers = [self.scope_or_new(scope)?, self.stream_or_new(stream)?];
        self.run("UPDATE scope_holds SET held = 0 WHERE scope = ?1 AND stream = ?2", numbers)
    }

    fn feed(&self, scope: &str, entry: &Entry) -> Result<(), Fault> {
        let scope = self.scope_or_new(scope)?;
        let sql = "INSERT INTO feed (scope, kind, stream, op, extract) VALUES (?1, ?2, ?3, ?4, ?5)";
        let (kind, stream, op, extract) = match entry {
            Entry::Op { stream, id } => {
                ("op", Some(self.stream_or_new(*stream)?), Some(held_key(self.0, *id)?), None)
            }
            Entry::Again { stream, id } => {
                ("again", Some(self.stream_or_new(*stream)?), Some(held_key(self.0, *id)?), None)
            }
            Entry::Stamped(id) => ("stamped", None, Some(held_key(self.0, *id)?), None),
            Entry::Forget(stream) => ("forget", Some(self.stream_or_new(*stream)?), None, None),
            Entry::Erased { stream, id } => {
                ("erased", Some(self.stream_or_new(*stream)?), Some(held_key(self.0, *id)?), None)
            }
            Entry::Extract(json) => ("extract", None, None, Some(json)),
            Entry::Reference => ("reference", None, None, None),
        };
        self.run(sql, params![scope, kind, stream, op, extract])
    }

    fn put_extract(&self, extract: &WaitingExtract) -> Result<(), Fault> {
        let stream = self.stream_or_new(extract.stream)?;
        let sql = "INSERT OR REPLACE INTO extracts (conflict, stream, extract) VALUES (?1, ?2, ?3)";
        self.run(sql, params![extract.conflict.0, stream, extract.json])
    }

    fn remove_extract(&self, conflict: Digest) -> Result<(), Fault> {
        self.run("DELETE FROM extracts WHERE conflict = ?1", [conflict.0])
    }

    fn add_receipt(&self, receipt: &Receipt, signature: &[u8]) -> Result<(), Fault> {
        let sql = "INSERT INTO receipts (number, digest, prev, device, seq, hash, stamps, time_ms, epoch, signature, \
                   place, pos) VALUES (?1, ?2, ?3, (SELECT number FROM devices WHERE id = ?4), ?5, ?6, ?7, ?8, ?9, ?10, \
                   (SELECT place FROM server), (SELECT COALESCE(MAX(pos), 0) FROM feed))";
        let params = params![
            int(receipt.number),
            receipt.digest().0,
            receipt.prev.0,
            receipt.device.0.as_bytes(),
            int(receipt.tip.seq),
            receipt.tip.hash.0,
            receipt.stamps.0,
            int(receipt.time_ms),
            receipt.epoch.as_bytes(),
            signature,
        ];
        self.run(sql, params)
    }

    fn add_statement(&self, statement: &SignedStatement) -> Result<(), Fault> {
        let sql = "INSERT INTO statements (device, counter, seq, hash, bytes, signature) \
                   VALUES ((SELECT number FROM devices WHERE id = ?1), ?2, ?3, ?4, ?5, ?6)";
        let (device, counter) = (statement.device.0.as_bytes(), int(statement.counter));
        let Tip { seq, hash } = statement.tip;
        self.run(sql, params![device, counter, int(seq), hash.0, statement.bytes, statement.signature])
    }

    fn add_fork(&self, device: DeviceId, tip: Tip, received_ms: u64, branch: &str) -> Result<(), Fault> {
        let sql = "INSERT OR IGNORE INTO forks (device, seq, hash, received_ms, branch) VALUES (?1, ?2, ?3, ?4, ?5)";
        let (device, seq) = (self.known_device(device)?, int(tip.seq));
        self.run(sql, params![device, seq, tip.hash.0, int(received_ms), branch])
    }
}
