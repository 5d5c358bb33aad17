//! The statements behind lists of referrals and conflicts.
//!
//! Does not decide who reads: the scopes are given.

use std::collections::BTreeSet;

use rusqlite::{Row, params};
use sync_core::access::Scope;
use sync_core::ids::{Digest, Record, Stream};

use super::Sql;
use super::columns::{OP_COLUMNS, digest, held, int, whole};
use crate::fault::Fault;
use crate::store::desk::{ConflictRow, ConflictsOf, DeskReads, DeskWrites};
use crate::store::people::{Listed, Span};
use crate::store::rows::{Held, WaitingExtract};

/// A referral is listed once, at the first of its streams that the reader holds.
const REFERRALS: &str = "\
    WITH mine (scope) AS (SELECT number FROM scopes WHERE name IN (SELECT value FROM json_each(?1))) \
    SELECT s.number, s.record FROM streams s WHERE s.number < ?2 AND s.record LIKE 'referral/%' \
    AND EXISTS (SELECT 1 FROM scope_holds h WHERE h.stream = s.number AND h.held = 1 AND h.scope IN mine) \
    AND NOT EXISTS (SELECT 1 FROM streams o JOIN scope_holds h ON h.stream = o.number \
      WHERE o.record = s.record AND o.number < s.number AND h.held = 1 AND h.scope IN mine) \
    ORDER BY s.number DESC LIMIT ?3";
/// The same for an officer, who holds few of many: from what they hold, and not from the newest on.
const REFERRALS_OF_FEW: &str = "\
    WITH mine (stream) AS (SELECT h.stream FROM scope_holds h JOIN scopes s ON s.number = h.scope \
                           WHERE h.held = 1 AND s.name IN (SELECT value FROM json_each(?1))) \
    SELECT DISTINCT s.number, s.record FROM mine m CROSS JOIN streams s ON s.number = m.stream \
    WHERE s.number < ?2 AND s.record LIKE 'referral/%' AND NOT EXISTS ( \
      SELECT 1 FROM streams o JOIN mine n ON n.stream = o.number \
      WHERE o.record = s.record AND o.number < s.number) \
    ORDER BY s.number DESC LIMIT ?3";
/// Which conflicts somebody reads by what they hold.
const HELD: &str = "\
    EXISTS (SELECT 1 FROM scope_holds h WHERE h.stream = c.stream AND h.held = 1 AND h.scope IN \
            (SELECT number FROM scopes WHERE name IN (SELECT value FROM json_each(?1))))";
/// Which somebody may read by an extract; whose extract it is, the desk looks.
const EXTRACTED: &str = "EXISTS (SELECT 1 FROM extracts e WHERE e.conflict = c.conflict)";

/// The names of scopes, as a statement takes them.
fn keys(scopes: &[Scope]) -> Result<String, Fault> {
    Ok(serde_json::to_string(&scopes.iter().map(Scope::key).collect::<Vec<_>>())?)
}

fn conflict(row: &Row<'_>, first: usize) -> Result<ConflictRow, Fault> {
    let stream = row.get::<_, String>(first + 1)?.parse()?;
    Ok(ConflictRow { conflict: digest(row, first)?, stream, is_open: row.get(first + 2)? })
}

impl DeskReads for Sql<'_> {
    fn list_referrals(&self, scopes: &[Scope], span: Span) -> Result<Vec<Listed<Record>>, Fault> {
        let of_few = scopes.iter().any(|scope| matches!(scope, Scope::Officer(_)));
        let sql = if of_few { REFERRALS_OF_FEW } else { REFERRALS };
        let before = if span.after == 0 { i64::MAX } else { int(span.after) };
        let most = i64::try_from(span.limit).expect("a page is short");
        self.all(sql, params![keys(scopes)?, before, most], |row| {
            Ok(Listed { pos: whole(row, 0)?, row: row.get::<_, String>(1)?.parse()? })
        })
    }

    fn list_conflicts(&self, of: ConflictsOf<'_>, span: Span) -> Result<Vec<Listed<ConflictRow>>, Fault> {
        let (which, named) = match of {
            ConflictsOf::Readers(scopes) => (format!("{HELD} OR {EXTRACTED}"), keys(scopes)?),
            ConflictsOf::Extracts(scopes) => (format!("{EXTRACTED} AND NOT {HELD}"), keys(scopes)?),
            ConflictsOf::Stream(stream) => ("s.name = ?1".to_owned(), stream.to_string()),
        };
        let sql = format!(
            "SELECT c.pos, c.conflict, s.name, c.open FROM conflicts c JOIN streams s ON s.number = c.stream \
             WHERE c.open = 1 AND c.pos > ?2 AND ({which}) ORDER BY c.pos LIMIT ?3"
        );
        let most = i64::try_from(span.limit).expect("a page is short");
        self.all(&sql, params![named, int(span.after), most], |row| {
            Ok(Listed { pos: whole(row, 0)?, row: conflict(row, 1)? })
        })
    }

    fn count_conflicts(&self, scopes: &[Scope]) -> Result<u64, Fault> {
        let sql = format!("SELECT count(*) FROM conflicts c WHERE c.open = 1 AND c.pos > 0 AND {HELD}");
        Ok(self.one(&sql, [keys(scopes)?], |row| Ok(whole(row, 0)?))?.unwrap_or_default())
    }

    fn settled_records(&self, limit: usize) -> Result<BTreeSet<Record>, Fault> {
        let sql = "SELECT s.record FROM conflicts c JOIN streams s ON s.number = c.stream \
                   WHERE c.pos > 0 AND c.open = 0 ORDER BY c.pos DESC LIMIT ?1";
        let most = i64::try_from(limit).expect("a page is short");
        let found: Vec<Record> = self.all(sql, [most], |row| Ok(row.get::<_, String>(0)?.parse()?))?;
        Ok(found.into_iter().collect())
    }

    fn list_stamped(&self, span: Span) -> Result<Vec<Listed<Held>>, Fault> {
        let sql = format!(
            "SELECT {OP_COLUMNS} FROM ops o WHERE o.place < ?1 AND o.place IS NOT NULL ORDER BY o.place DESC LIMIT ?2"
        );
        let before = if span.after == 0 { i64::MAX } else { int(span.after) };
        let most = i64::try_from(span.limit).expect("a page is short");
        let rows = self.all(&sql, [before, most], held)?.into_iter();
        Ok(rows.filter_map(|row| Some(Listed { pos: row.stamp.as_ref()?.place, row })).collect())
    }

    fn conflict(&self, id: Digest) -> Result<Option<ConflictRow>, Fault> {
        let sql = "SELECT c.conflict, s.name, c.open FROM conflicts c JOIN streams s ON s.number = c.stream \
                   WHERE c.conflict = ?1";
        self.one(sql, [id.0], |row| conflict(row, 0))
    }

    fn extract(&self, conflict: Digest) -> Result<Option<WaitingExtract>, Fault> {
        let sql = "SELECT s.name, e.extract FROM extracts e JOIN streams s ON s.number = e.stream \
                   WHERE e.conflict = ?1";
        self.one(sql, [conflict.0], |row| {
            let stream: Stream = row.get::<_, String>(0)?.parse()?;
            Ok(WaitingExtract { conflict, stream, json: row.get(1)? })
        })
    }

    fn place(&self) -> Result<u64, Fault> {
        let place = self.one("SELECT place FROM server", [], |row| Ok(whole(row, 0)?))?;
        place.ok_or(Fault::NoStore)
    }
}

impl DeskWrites for Sql<'_> {
    fn set_open_conflicts(&self, stream: Stream, open: &[Digest]) -> Result<(), Fault> {
        let stream = self.stream_or_new(stream)?;
        let open: Vec<String> = open.iter().map(Digest::to_string).collect();
        let gone = "UPDATE conflicts SET open = 0 WHERE stream = ?1 AND open = 1 \
                    AND lower(hex(conflict)) NOT IN (SELECT value FROM json_each(?2))";
        self.run(gone, params![stream, serde_json::to_string(&open)?])?;
        let new = "INSERT INTO conflicts (stream, conflict, open) \
                   SELECT ?1, unhex(value), 1 FROM json_each(?2) WHERE true \
                   ON CONFLICT (stream, conflict) DO UPDATE SET open = 1 WHERE open = 0";
        self.run(new, params![stream, serde_json::to_string(&open)?])
    }
}
