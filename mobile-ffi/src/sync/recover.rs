//! Whether this phone can go on as the device that it is, as far as its store knows.
//!
//! The decisions are [`sync_core::phone::recover`]'s; here they are asked for and kept. Does not enrol: see `enrol`.

use rusqlite::Connection;
use sync_core::phone::recover::{self, Because};

use crate::device::member;
use crate::problem::Problem;
use crate::store::{meta, ops};

/// Notes that this phone must enrol again.
pub(crate) fn note(db: &Connection, because: Because) -> Result<(), Problem> {
    let tip = ops::tip(db)?;
    meta::change(db, |state| recover::note_whole(state, because, tip))
}

/// Whether the log of this store can be pushed as it is. Why it cannot is kept.
pub(crate) fn check(db: &Connection, present_key: &str) -> Result<(), Problem> {
    let tip = ops::tip(db)?;
    member(&meta::state(db)?)?;
    Ok(meta::change(db, |state| recover::check(state, tip, present_key))??)
}
