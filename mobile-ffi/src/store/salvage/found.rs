//! What carved rows are: ops that verify by their own hash; and what else a damaged store still tells.
//!
//! Does not decide what becomes of them.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, params};
use sync_core::ids::{DeviceId, Digest, OpId};
use sync_core::log::check_body;
use sync_core::op::{Op, Salt, parse_layout};
use sync_core::phone::state::{KeptRules, PhoneState};

use super::carve::Cell;
use crate::me;
use crate::private;
use crate::problem::Problem;
use crate::store::FILE;
use crate::store::meta::{self, key};
use crate::store::reference::{self, Provider};
use crate::store::sealer::Keys;
use sync_core::command::Member;

/// An op that could be read and is as it was written.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) table: Table,
    pub(super) op: Op,
    pub(super) hash: Digest,
    pub(super) command: u64,
    pub(super) sealed: bool,
    /// Of an op of an older log.
    pub(super) state: String,
}

/// Which table a row was in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Table {
    Own,
    Old,
}

/// The ops among carved rows; of several copies the newest.
pub(super) fn ops(rows: &[Vec<Cell>], keys: &Keys) -> Vec<Found> {
    let mut found: BTreeMap<(Table, OpId), Found> = BTreeMap::new();
    for row in rows.iter().filter_map(|row| own(row, keys).or_else(|| old(row, keys))) {
        let key = (row.table, row.op.header.id);
        // A lost body reads as an erased one: a copy that has it is better.
        let better = found.get(&key).is_none_or(|known| row.op.body.is_some() || known.op.body.is_none());
        if better {
            found.insert(key, row);
        }
    }
    found.into_values().collect()
}

/// `own_op`: seq, record, stream, header, body, salt, hash, seed, command, rev, acknowledged, sealed, stamp, kind; and
/// `without_effect`, unless the row is of an older version.
fn own(row: &[Cell], keys: &Keys) -> Option<Found> {
    let [seq, Cell::Text(_), Cell::Text(_), header, body, salt, hash, _, command, _, _, sealed, _, _, ..] =
        row
    else {
        return None;
    };
    let clear = [value(seq)];
    let open = |column: &str, cell: &Cell| opened(keys, column, cell, &clear);
    let (header, body, salt) =
        (open("own_op.header", header), open("own_op.body", body), open("own_op.salt", salt));
    verified(Table::Own, [&header, &body, &salt, hash], command, sealed, String::new())
}

/// What a cell says, opened when it is sealed.
fn opened(keys: &Keys, column: &str, cell: &Cell, clear: &[Value]) -> Cell {
    match keys.peek(column, &value(cell), clear) {
        Value::Null => Cell::Null,
        Value::Integer(number) => Cell::Int(number),
        Value::Blob(bytes) => Cell::Blob(bytes),
        Value::Text(text) => Cell::Text(text),
        Value::Real(_) => Cell::Other,
    }
}

fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Null | Cell::Other => Value::Null,
        Cell::Int(number) => Value::Integer(*number),
        Cell::Blob(bytes) => Value::Blob(bytes.clone()),
        Cell::Text(text) => Value::Text(text.clone()),
    }
}

/// `old_op`: device, seq, header, body, salt, hash, command, rev, sealed, stamp, state.
fn old(row: &[Cell], keys: &Keys) -> Option<Found> {
    let [device @ Cell::Text(_), seq, header, body, salt, hash, command, _, sealed, _, Cell::Text(state)] =
        row
    else {
        return None;
    };
    let clear = [value(device), value(seq)];
    let open = |column: &str, cell: &Cell| opened(keys, column, cell, &clear);
    let (header, body, salt) =
        (open("old_op.header", header), open("old_op.body", body), open("old_op.salt", salt));
    let known = ["waiting", "held", "reissued"].contains(&state.as_str());
    let state = if known { state.clone() } else { "waiting".to_owned() };
    verified(Table::Old, [&header, &body, &salt, hash], command, sealed, state)
}

fn verified(
    table: Table,
    [header, body, salt, hash]: [&Cell; 4],
    command: &Cell,
    sealed: &Cell,
    state: String,
) -> Option<Found> {
    let (Cell::Blob(header), Cell::Blob(salt), Cell::Blob(hash)) = (header, salt, hash) else { return None };
    let body = match body {
        Cell::Text(body) => Some(body.as_str().into()),
        Cell::Null => None,
        Cell::Int(_) | Cell::Blob(_) | Cell::Other => return None,
    };
    let header = parse_layout(header).ok()?;
    let salt = Salt(salt.as_slice().try_into().ok()?);
    let hash = Digest(hash.as_slice().try_into().ok()?);
    let op = Op { header, body, salt };
    if op.header.hash() != hash || check_body(&op).is_err() || op.header.id.seq == 0 {
        return None;
    }
    let number = |cell: &Cell| match cell {
        Cell::Int(number) => u64::try_from(*number).unwrap_or_default(),
        Cell::Null | Cell::Blob(_) | Cell::Text(_) | Cell::Other => 0,
    };
    Some(Found { table, hash, command: number(command), sealed: number(sealed) == 1, state, op })
}

/// What stands beside the log and helps to go on; each is read by itself, and none is needed.
#[derive(Default)]
pub(super) struct Beside {
    me: Option<Member>,
    server: Option<String>,
    clock: Option<i64>,
    heard: Option<sync_core::clock::Heard>,
    lost: Option<u64>,
    drafts: Vec<(String, serde_json::Value, u64)>,
    exhibits: Vec<(String, String)>,
    providers: Vec<Provider>,
    rules: Option<KeptRules>,
}

impl Beside {
    /// Reads a copy of the damaged store, so that nothing in it changes.
    pub(super) fn read(dir: &Path, keys: &Keys) -> Result<Self, Problem> {
        let copy = dir.join("waymark.salvage");
        private::create_dir_all(&copy)?;
        for suffix in ["", "-wal"] {
            let name = format!("{FILE}{suffix}");
            if dir.join(&name).exists() {
                private::copy(&dir.join(&name), &copy.join(&name))?;
            }
        }
        let read = Connection::open_with_flags(copy.join(FILE), OpenFlags::SQLITE_OPEN_READ_WRITE)
            .and_then(|db| keys.attach(&db).map(|_| Self::of(&db)))
            .unwrap_or_default();
        std::fs::remove_dir_all(copy)?;
        Ok(read)
    }

    fn of(db: &Connection) -> Self {
        let is_sound = me::is_sound(db).unwrap_or(false);
        Self {
            me: meta::value(db, key::ME).ok().flatten().filter(|_| is_sound),
            server: meta::value(db, key::SERVER).ok().flatten(),
            clock: meta::value(db, key::CLOCK_SETTING).ok().flatten(),
            heard: meta::value(db, key::HEARD).ok().flatten(),
            lost: meta::value(db, key::LOST).ok().flatten(),
            drafts: reference::drafts(db).unwrap_or_default(),
            exhibits: reference::exhibit_rows(db).unwrap_or_default(),
            providers: reference::providers(db).unwrap_or_default(),
            rules: meta::value(db, key::RULES).ok().flatten(),
        }
    }

    pub(super) fn me(&self) -> Option<&Member> {
        self.me.as_ref()
    }

    /// Who the phone was, when that fits the log.
    pub(super) fn me_of(&self, device: Option<DeviceId>) -> Option<&Member> {
        self.me.as_ref().filter(|me| Some(me.device) == device)
    }

    /// What the new store's state says of it.
    pub(super) fn fill(&self, state: &mut PhoneState, device: Option<DeviceId>) {
        state.me = self.me_of(device).cloned();
        (state.heard, state.lost) = (self.heard, self.lost.unwrap_or_default());
        state.rules.clone_from(&self.rules);
    }

    /// Writes the rest into the new store.
    pub(super) fn keep(&self, db: &Connection) -> Result<(), Problem> {
        if let Some(server) = &self.server {
            meta::keep(db, key::SERVER, server)?;
        }
        if let Some(clock) = &self.clock {
            meta::keep(db, key::CLOCK_SETTING, clock)?;
        }
        for (id, form, saved_ms) in &self.drafts {
            reference::keep_draft(db, id, form, *saved_ms)?;
        }
        for (reference, record) in &self.exhibits {
            db.execute(
                "INSERT OR IGNORE INTO exhibit (reference, record) VALUES (?1, ?2)",
                params![reference, record],
            )?;
        }
        reference::keep_providers(db, &self.providers)
    }
}
