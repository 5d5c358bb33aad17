//! Single values of the store, as JSON under a name.
//!
//! Writers are called inside a transaction. Does not hold what anybody recorded.

use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// Names of the single values.
pub(crate) mod key {
    /// [`sync_core::command::Member`]: who this device is.
    pub(crate) const ME: &str = "me";
    /// Digest of [`ME`].
    pub(crate) const ME_CHECK: &str = "me_check";
    /// The software key, PKCS#8 as base64url.
    pub(crate) const KEY: &str = "key";
    /// The server's address.
    pub(crate) const SERVER: &str = "server";
    /// How far the phone's clock is set ahead of the system's.
    pub(crate) const CLOCK_SETTING: &str = "clock_setting_ms";
    /// [`sync_core::clock::Heard`]: the last time that the server said, and the phone's own then.
    pub(crate) const HEARD: &str = "heard";
    /// The saved hybrid clock.
    pub(crate) const HLC: &str = "hlc";
    /// The newest revision of the store.
    pub(crate) const REV: &str = "rev";
    /// The newest command's number.
    pub(crate) const COMMAND: &str = "command";
    /// The last counter of a signed request.
    pub(crate) const COUNTER: &str = "counter";
    /// The epoch of the server's history.
    pub(crate) const EPOCH: &str = "epoch";
    /// Every epoch that the device knows of, the present one last.
    pub(crate) const EPOCHS: &str = "epochs";
    /// Streams that differed from the server's, to be asked for whole.
    pub(crate) const HEAL: &str = "heal";
    /// The files may still hold the bytes of an erased body.
    pub(crate) const UNSCRUBBED: &str = "unscrubbed";
    /// Own ops whose stamps were taken back: those that the server has all the same are asked for.
    pub(crate) const UNSURE: &str = "unsure";
    /// Streams in which stamps of others were taken back: whoever gained one in the hours that the server lost may
    /// not read it any more, and no feed says so.
    pub(crate) const DOUBTED: &str = "doubted";
    /// How many streams were healed, ever.
    pub(crate) const HEALED: &str = "healed";
    /// [`sync_core::sync::room::Room`]: how much travels at once.
    pub(crate) const ROOM: &str = "room";
    /// Where the device stands in its feeds.
    pub(crate) const CURSOR: &str = "cursor";
    /// Digest of the newest receipt.
    pub(crate) const RECEIPT: &str = "receipt";
    /// Server time of the last answer.
    pub(crate) const LAST_SYNC: &str = "last_sync_ms";
    /// Whether a push was built since the newest seed was drawn.
    pub(crate) const SEED_SPENT: &str = "seed_spent";
    /// Highest own seq that two verified backups hold.
    pub(crate) const BACKED_UP: &str = "backed_up";
    /// Up to which own seq seeds were looked through that can go.
    pub(crate) const SEEDS_LOOKED_AT: &str = "seeds_looked_at";
    /// The server's last directive.
    pub(crate) const DIRECTIVE: &str = "directive";
    /// Whether the last answer said that there is more.
    pub(crate) const MORE: &str = "more";
    /// [`crate::store::recovery::Recovery`]: why this phone must enrol again.
    pub(crate) const RECOVERY: &str = "recovery";
    /// [`crate::sync::wipe::Wiped`]: this phone was taken out of use.
    pub(crate) const WIPED: &str = "wiped";
    /// How many entries are known to be lost.
    pub(crate) const LOST: &str = "lost";
    /// The tip that the own log goes on from, when what came before was salvaged.
    pub(crate) const BASE: &str = "base";
    /// The own seq with which, once it is backed up, the old logs can go.
    pub(crate) const OLD_UNTIL: &str = "old_until";
    /// Bank holidays that were proclaimed after this software was built.
    pub(crate) const HOLIDAYS: &str = "holidays";
    /// The rules that this phone judges by.
    pub(crate) const RULES: &str = "rules";
}

/// A value, when it is there.
pub(crate) fn value<T: DeserializeOwned>(db: &Connection, key: &str) -> Result<Option<T>, Problem> {
    let text: Option<String> = db
        .prepare_cached("SELECT value FROM meta WHERE key = ?1")?
        .query_row([key], |row| row.get(0))
        .optional()?;
    text.map(|text| serde_json::from_str(&text))
        .transpose()
        .map_err(|_| Problem::new("store_unreadable", format!("the value {key} cannot be read")))
}

/// Keeps a value.
pub(crate) fn keep<T: Serialize>(db: &Connection, key: &str, value: &T) -> Result<(), Problem> {
    let text = serde_json::to_string(value).expect("single values are plain data");
    db.prepare_cached("INSERT INTO meta VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2")?
        .execute(params![key, text])?;
    Ok(())
}

/// Drops a value.
pub(crate) fn drop(db: &Connection, key: &str) -> Result<(), Problem> {
    db.prepare_cached("DELETE FROM meta WHERE key = ?1")?.execute([key])?;
    Ok(())
}

/// A counter's next number, kept.
pub(crate) fn next(db: &Connection, key: &str) -> Result<u64, Problem> {
    let sql = "INSERT INTO meta VALUES (?1, '1')
         ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1
         RETURNING CAST(value AS INTEGER)";
    Ok(db.prepare_cached(sql)?.query_row([key], |row| row.get(0))?)
}
