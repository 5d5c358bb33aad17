//! Rows that do not open: changed, swapped or cut by somebody else than this library.
//!
//! Each is kept as it lay there, marked, out of every list, and asked for again where the server has it. Does not set own
//! entries aside: without one the log is damaged, and the next open salvages it.

use std::collections::BTreeSet;

use rusqlite::{Connection, TransactionBehavior, params, params_from_iter};
use sync_core::ids::{Record, Stream};
use sync_core::phone::state::{AskAgain, PhoneState};

use crate::problem::Problem;
use crate::store::held::HeldRecords;
use crate::store::sealer::Damaged;
use crate::store::{Store, meta, state, verified};

/// Where the rows of a view lie, by what their key is in what they say in the clear.
struct Place {
    view: &'static str,
    /// The columns of the key, and where each stands in what the row says in the clear.
    key: &'static [(&'static str, usize)],
    again: Again,
}

/// How what a row said comes again.
#[derive(Clone, Copy)]
enum Again {
    /// The server is asked for the stream, which is named there in the clear.
    Stream(usize),
    /// It is computed from the entries.
    Computed,
    /// The feeds are read anew.
    Feeds,
    /// It does not: nobody else had it, or nobody needs it.
    Gone,
}

const PLACES: [Place; 7] = [
    Place { view: "stream_op", key: &[("device", 0), ("seq", 1)], again: Again::Stream(3) },
    Place { view: "summary", key: &[("record", 0)], again: Again::Computed },
    Place { view: "erased_op", key: &[("device", 0), ("seq", 1)], again: Again::Feeds },
    Place { view: "extract", key: &[("conflict", 0)], again: Again::Feeds },
    Place { view: "provider", key: &[("id", 0)], again: Again::Feeds },
    Place { view: "receipt", key: &[("seq", 0), ("epoch", 1)], again: Again::Gone },
    Place { view: "draft", key: &[("hex(blinded)", 0)], again: Again::Gone },
];

/// Sets aside what did not open since this was asked last.
pub(crate) fn set_aside(store: &mut Store) -> Result<(), Problem> {
    let damaged = store.sealer.take_damaged();
    if damaged.is_empty() {
        return Ok(());
    }
    let tx = store.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut touched = BTreeSet::new();
    meta::change(&tx, |state| damaged.iter().try_for_each(|row| move_one(&tx, state, row, &mut touched)))??;
    // What is kept of them may still show what was moved.
    state::refold(HeldRecords::default().begin(&tx)?, touched)?;
    Ok(tx.commit()?)
}

/// How many rows were set aside, ever.
pub(crate) fn count(db: &Connection) -> Result<u64, Problem> {
    Ok(db.query_row("SELECT COUNT(DISTINCT source || name) FROM set_aside", [], |row| row.get(0))?)
}

fn move_one(
    db: &Connection,
    state: &mut PhoneState,
    row: &Damaged,
    touched: &mut BTreeSet<Record>,
) -> Result<(), Problem> {
    let Some((view, column)) = row.column.split_once('.') else { return Ok(()) };
    if view == "own_op" {
        return verified::forget(db);
    }
    let Some(place) = PLACES.iter().find(|place| place.view == view) else { return Ok(()) };
    let key: Vec<String> =
        place.key.iter().filter_map(|(_, at)| row.clear.get(*at)).map(|part| part.to_uppercase()).collect();
    let those: Vec<String> = place
        .key
        .iter()
        .enumerate()
        .map(|(number, (column, _))| format!("upper({column}) = ?{}", number + 1))
        .collect();
    let (those, name) = (those.join(" AND "), row.clear.join(" "));
    let value: Option<rusqlite::types::Value> = db
        .query_row(&format!("SELECT {column} FROM {view}_row WHERE {those}"), params_from_iter(&key), |row| {
            row.get(0)
        })
        .ok();
    db.execute(
        "INSERT INTO set_aside (source, name, value) VALUES (?1, ?2, ?3)",
        params![view, name, value],
    )?;
    db.execute(&format!("DELETE FROM {view}_row WHERE {those}"), params_from_iter(&key))?;
    match place.again {
        Again::Stream(at) => {
            if let Some(stream) = row.clear.get(at).and_then(|name| name.parse::<Stream>().ok()) {
                let ask = AskAgain::Now { stream };
                if !state.ask_again.contains(&ask) {
                    state.ask_again.push(ask);
                }
                touched.insert(stream.record);
            }
        }
        Again::Computed => touched.extend(row.clear.first().and_then(|name| name.parse::<Record>().ok())),
        Again::Feeds => state.cursor = None,
        Again::Gone => {}
    }
    Ok(())
}
