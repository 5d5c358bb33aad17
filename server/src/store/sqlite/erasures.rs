//! Statements about erasures, and what makes the erased bytes go from the files.
//!
//! Freed bytes are overwritten as they are freed (`secure_delete`), and older copies of their pages
//! go with the write-ahead log, which is emptied after the commit. Does not begin or end transactions.

use std::time::Duration;

use rusqlite::{Connection, Row, params};
use sync_core::ids::OpId;
use sync_core::referral::erasure::Erased;

use super::Sql;
use super::columns::{digest, disposition_of, disposition_words, id, int, op_key, whole};
use crate::fault::Fault;
use crate::store::erasures::{ErasureReads, ErasureRow, ErasureWrites, Gone, NO_SALT};

const COLUMNS: &str = "device, seq, hash, stream, by_op, erased, disposition, why FROM erasures";
/// A text that names an op; the numbers of longer seqs begin alike, so each is looked through.
const EXTRACTS: &str = "SELECT pos, extract FROM feed WHERE extract IS NOT NULL AND instr(extract, ?1) > 0";
const WAITING: &str = "SELECT rowid, extract FROM extracts WHERE instr(extract, ?1) > 0";
const BRANCHES: &str = "SELECT rowid, branch FROM forks WHERE ?1 <> ''";

/// Texts with the numbers of their rows, and what must go out of them.
type Texts = Vec<(i64, String)>;

impl Sql<'_> {
    fn texts(&self, sql: &str, op: OpId) -> Result<Texts, Fault> {
        self.all(sql, [op.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))
    }

    /// Rewrites the texts that tell of an op.
    fn rewrite(
        &self,
        (find, put): (&str, &str),
        op: OpId,
        without: impl Fn(&str) -> Result<Option<String>, Fault>,
    ) -> Result<(), Fault> {
        for (number, text) in self.texts(find, op)? {
            if let Some(text) = without(&text)? {
                self.run(put, params![number, text])?;
            }
        }
        Ok(())
    }
}

impl ErasureReads for Sql<'_> {
    fn erasure(&self, op: OpId) -> Result<Option<ErasureRow>, Fault> {
        let sql = format!("SELECT {COLUMNS} WHERE device = ?1 AND seq = ?2");
        self.one(&sql, params![op.device.0.as_bytes(), int(op.seq)], erasure)
    }

    fn erasures(&self) -> Result<Vec<ErasureRow>, Fault> {
        self.all(&format!("SELECT {COLUMNS} ORDER BY device, seq"), [], erasure)
    }

    fn is_scrubbed(&self) -> Result<bool, Fault> {
        is_scrubbed(self.0)
    }

    fn is_told(&self, gone: &Gone) -> Result<bool, Fault> {
        for (_, text) in self.texts(EXTRACTS, gone.op)?.into_iter().chain(self.texts(WAITING, gone.op)?) {
            if gone.out_of_extract(&text)?.is_some() {
                return Ok(true);
            }
        }
        for (_, text) in self.texts(BRANCHES, gone.op)? {
            if gone.out_of_branch(&text)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl ErasureWrites for Sql<'_> {
    fn erase(&self, row: &ErasureRow, gone: &Gone) -> Result<(), Fault> {
        let sql = "INSERT OR IGNORE INTO erasures (device, seq, hash, stream, by_op, erased, disposition, why) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let (stream, by, erased) =
            (row.stream.to_string(), row.by.to_string(), serde_json::to_string(&row.erased)?);
        let (word, why) = row.disposition.map(disposition_words).unzip();
        let (device, seq) = (row.op.device.0.as_bytes(), int(row.op.seq));
        self.run(sql, params![device, seq, row.hash.0, stream, by, erased, word, why.flatten()])?;
        // What was computed of the referral may tell what the entry said.
        let sql = "UPDATE referrals SET waiting = NULL, figures = NULL, again_ms = 0 WHERE record = ?1";
        self.run(sql, [row.stream.record.to_string()])?;
        if let Some(key) = op_key(self.0, row.op)? {
            let sql = "UPDATE ops SET body = NULL, salt = ?3, erased = ?4 WHERE key = ?1 AND hash = ?2";
            self.run(sql, params![key, row.hash.0, NO_SALT, erased])?;
            // Nobody is found any more by what it said.
            self.run("DELETE FROM search_keys WHERE op = ?1", [key])?;
        }
        let extract = |text: &str| gone.out_of_extract(text);
        self.rewrite((EXTRACTS, "UPDATE feed SET extract = ?2 WHERE pos = ?1"), row.op, extract)?;
        self.rewrite((WAITING, "UPDATE extracts SET extract = ?2 WHERE rowid = ?1"), row.op, extract)?;
        let branch = |text: &str| gone.out_of_branch(text);
        self.rewrite((BRANCHES, "UPDATE forks SET branch = ?2 WHERE rowid = ?1"), row.op, branch)
    }
}

fn erasure(row: &Row<'_>) -> Result<ErasureRow, Fault> {
    let device = sync_core::ids::DeviceId(id(row, 0)?);
    let erased: Erased = serde_json::from_str(&row.get::<_, String>(5)?)?;
    let word: Option<String> = row.get(6)?;
    let why = row.get(7)?;
    Ok(ErasureRow {
        op: OpId { device, seq: whole(row, 1)? },
        hash: digest(row, 2)?,
        stream: row.get::<_, String>(3)?.parse()?,
        by: row.get::<_, String>(4)?.parse()?,
        erased,
        disposition: word.map(|word| disposition_of(&word, why)).transpose()?,
    })
}

fn is_scrubbed(connection: &Connection) -> Result<bool, Fault> {
    let sql = "SELECT NOT EXISTS (SELECT 1 FROM erasures WHERE scrubbed = 0)";
    Ok(connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

/// Lets the write-ahead log go that still holds pages with erased bodies. While somebody reads it, it stays
/// and is tried again after the next commit; the store remembers that, also over a restart.
pub(super) fn scrub(connection: &Connection) -> Result<(), Fault> {
    if is_scrubbed(connection)? {
        return Ok(());
    }
    // Nobody who writes waits for a long reader, such as a backup.
    connection.busy_timeout(Duration::from_millis(200))?;
    let busy = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0));
    connection.busy_timeout(super::open::BUSY)?;
    if busy? {
        tracing::warn!("the write-ahead log is being read: erased bodies go from it after the next write");
        return Ok(());
    }
    connection.execute("UPDATE erasures SET scrubbed = 1 WHERE scrubbed = 0", [])?;
    Ok(())
}
