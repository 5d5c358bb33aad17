//! Single values of the store, as JSON under a name: the fields of the phone's state, and a few of this library's own.
//!
//! Writers are called inside a transaction. Does not hold what anybody recorded.

use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use sync_core::phone::state::PhoneState;

use crate::me;
use crate::problem::Problem;

/// Names of the values that are not the state's, and of those that are salvaged one by one.
pub(crate) mod key {
    /// Who this device is: [`PhoneState::me`].
    ///
    /// [`PhoneState::me`]: sync_core::phone::state::PhoneState::me
    pub(crate) const ME: &str = "me";
    /// Digest of [`ME`]. Without it, or with another, the store counts as damaged.
    pub(crate) const ME_CHECK: &str = "me_check";
    /// The software key, PKCS#8 as base64url. Without it the phone must enrol again.
    pub(crate) const KEY: &str = "key";
    /// The software key of an enrolment that was not answered yet, with the digest of its code. Without it a phone whose
    /// answer was lost needs another code.
    pub(crate) const ENROLLING: &str = "enrolling";
    /// The server's address, as it was given when the phone was opened.
    pub(crate) const SERVER: &str = "server";
    /// What the device is called, as it was given when the phone was opened. Without it the next enrolment must say it.
    pub(crate) const NAME: &str = "device_name";
    /// How far the phone's clock is set ahead of the system's, as it was given when the phone was opened.
    pub(crate) const CLOCK_SETTING: &str = "clock_setting_ms";
    /// Whether a mark was ever saved in the file beside the store, and in a place of the app's. Without them a deleted place is
    /// taken for one that was never used.
    pub(crate) const ANCHORED_IN_FILE: &str = "anchored_in_file";
    pub(crate) const ANCHORED_BY_APP: &str = "anchored_by_app";
    /// Up to which own seq seeds were looked through that can go. Without it they are looked through again.
    pub(crate) const SEEDS_LOOKED_AT: &str = "seeds_looked_at";
    /// Up to which entry the own log was verified: its seq and hash. Without it all of it is verified at the next open.
    pub(crate) const VERIFIED: &str = "verified";
    /// The last time that the server said: a field of the state.
    pub(crate) const HEARD: &str = "heard";
    /// How many entries are known to be lost: a field of the state.
    pub(crate) const LOST: &str = "lost";
    /// The rules that this phone judges by: a field of the state.
    pub(crate) const RULES: &str = "rules";
}

/// The fields of the state that every command moves. They lie in one row, so that a command writes one page for them; a row
/// of their own, as older stores have it, counts for nothing beside it.
const MOVED_TOGETHER: [&str; 4] = ["command", "hlc", "rev", "seed_spent"];
const TOGETHER: &str = "moved_together";

/// A value, when it is there.
pub(crate) fn value<T: DeserializeOwned>(db: &Connection, key: &str) -> Result<Option<T>, Problem> {
    let text: Option<String> = db
        .prepare_cached("SELECT value FROM meta WHERE key = ?1")?
        .query_row([key], |row| row.get(0))
        .optional()?;
    text.map(|text| serde_json::from_str(&text)).transpose().map_err(|_| unreadable(key))
}

fn unreadable(key: &str) -> Problem {
    Problem::new("store_unreadable", format!("the value {key} cannot be read"))
}

/// Keeps a value.
pub(crate) fn keep<T: Serialize>(db: &Connection, key: &str, value: &T) -> Result<(), Problem> {
    let text = serde_json::to_string(value).expect("single values are plain data");
    db.prepare_cached("INSERT INTO meta VALUES (?1, ?2)")?.execute(params![key, text])?;
    Ok(())
}

/// Drops a value.
pub(crate) fn drop(db: &Connection, key: &str) -> Result<(), Problem> {
    db.prepare_cached("DELETE FROM meta WHERE key = ?1")?.execute([key])?;
    Ok(())
}

/// The phone's state.
pub(crate) fn state(db: &Connection) -> Result<PhoneState, Problem> {
    let mut query = db.prepare_cached("SELECT key, value FROM meta")?;
    let mut rows = query.query([])?;
    let mut fields = Map::new();
    while let Some(row) = rows.next()? {
        let (key, text): (String, String) = (row.get(0)?, row.get(1)?);
        let value: Value = serde_json::from_str(&text).map_err(|_| unreadable(&key))?;
        fields.insert(key, value);
    }
    if let Some(Value::Object(moved)) = fields.remove(TOGETHER) {
        MOVED_TOGETHER.iter().for_each(|name| {
            fields.remove(*name);
        });
        fields.extend(moved);
    }
    serde_json::from_value(Value::Object(fields)).map_err(|_| unreadable("of the phone's state"))
}

/// Keeps the fields of the phone's state that have changed.
pub(crate) fn keep_state(db: &Connection, was: &PhoneState, now: &PhoneState) -> Result<(), Problem> {
    let (moved, single): (Vec<_>, Vec<_>) =
        now.changed_since(was).into_iter().partition(|(name, _)| MOVED_TOGETHER.contains(&name.as_str()));
    if !moved.is_empty() {
        let fields = now.changed_since(&PhoneState::default()).into_iter();
        let fields = fields.filter(|(name, _)| MOVED_TOGETHER.contains(&name.as_str()));
        let fields: Map<String, Value> = fields.filter_map(|(name, value)| Some((name, value?))).collect();
        keep(db, TOGETHER, &fields)?;
    }
    for (name, value) in single {
        match value {
            Some(value) => keep(db, &name, &value)?,
            None => drop(db, &name)?,
        }
    }
    if was.me != now.me {
        match &now.me {
            Some(member) => keep(db, key::ME_CHECK, &me::digest(member))?,
            None => drop(db, key::ME_CHECK)?,
        }
    }
    Ok(())
}

/// Changes the phone's state.
pub(crate) fn change<T>(db: &Connection, change: impl FnOnce(&mut PhoneState) -> T) -> Result<T, Problem> {
    let was = state(db)?;
    let mut now = was.clone();
    let done = change(&mut now);
    keep_state(db, &was, &now)?;
    Ok(done)
}
