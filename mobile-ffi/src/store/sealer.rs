//! Seals what rows say with AES-256-GCM, and opens it: the one place through which every row of the store goes.
//!
//! ```text
//!   statement ─▶ view ─▶ unseal(column, value, what the row says in the clear) ─▶ value
//!             ─▶ trigger ─▶ seal(column, value, what the row says in the clear) ─▶ row
//! ```
//! The views and triggers are in `schema/sql/device`. A value that does not open reads as [`DAMAGED`] and is noted, so
//! that no list stops at it; written back it is refused, so that nothing is lost by it. Does not keep keys: see `key_file`.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Row};

use crate::problem::Problem;

/// How a value reads that does not open: of no kind that a row ever holds.
const DAMAGED: &[u8] = &[];
/// The first byte of a sealed value.
const VERSION: u8 = 1;
/// Marks a database whose rows are sealed: the letters `WMS1`.
const SEALED: i32 = 0x574d_5331;

/// A key that rows are sealed under.
pub(crate) struct DataKey {
    rows: LessSafeKey,
    searches: hmac::Key,
}

impl DataKey {
    /// Two keys of one: no bytes are ever under both.
    pub(crate) fn new(bytes: &[u8; 32]) -> Result<Self, Problem> {
        let whole = hmac::Key::new(hmac::HMAC_SHA256, bytes);
        let rows = hmac::sign(&whole, b"waymark/rows/1");
        let rows = UnboundKey::new(&AES_256_GCM, rows.as_ref());
        let searches = hmac::sign(&whole, b"waymark/searches/1");
        Ok(Self {
            rows: LessSafeKey::new(rows.map_err(|_| Problem::new("key_failed", ""))?),
            searches: hmac::Key::new(hmac::HMAC_SHA256, searches.as_ref()),
        })
    }

    fn seal(&self, value: ValueRef<'_>, aad: &[u8]) -> Option<Vec<u8>> {
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).ok()?;
        let mut plain = encoded(value);
        let nonce_of = Nonce::assume_unique_for_key(nonce);
        self.rows.seal_in_place_append_tag(nonce_of, Aad::from(aad), &mut plain).ok()?;
        Some([&[VERSION], nonce.as_slice(), &plain].concat())
    }

    fn open(&self, sealed: &[u8], aad: &[u8]) -> Option<Value> {
        let (nonce, sealed) = sealed.strip_prefix(&[VERSION])?.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut plain = sealed.to_vec();
        decoded(self.rows.open_in_place(nonce, Aad::from(aad), &mut plain).ok()?)
    }
}

/// The keys of a store, the newest last; none of a store that is not sealed.
#[derive(Clone, Default)]
pub(crate) struct Keys(pub(crate) Vec<Arc<DataKey>>);

impl Keys {
    /// Gives a connection the functions that its views and triggers call.
    pub(crate) fn attach(&self, db: &Connection) -> Result<Sealer, rusqlite::Error> {
        let opens = if is_sealed(db)? { self.0.clone() } else { Vec::new() };
        let seals = self.0.last().cloned();
        let sealer = Sealer(Arc::new(Mutex::new(Inside {
            opens,
            seals,
            damaged: BTreeSet::new(),
            #[cfg(test)]
            read: 0,
        })));
        let flags = FunctionFlags::SQLITE_UTF8;
        let of = sealer.clone();
        db.create_scalar_function("unseal", -1, flags, move |context| Ok(of.unseal(context)))?;
        let of = sealer.clone();
        db.create_scalar_function("seal", -1, flags, move |context| of.seal(context))?;
        let of = sealer.clone();
        db.create_scalar_function("blind", 2, flags, move |context| of.blind(context))?;
        Ok(sealer)
    }

    /// A value of a row that no statement reads any more, opened when it is sealed.
    pub(crate) fn peek(&self, column: &str, value: &Value, clear: &[Value]) -> Value {
        let Value::Blob(sealed) = value else { return value.clone() };
        let aad = aad(column, clear.iter().map(ValueRef::from));
        let opened = self.0.iter().find_map(|key| key.open(sealed, &aad));
        opened.unwrap_or_else(|| value.clone())
    }
}

/// Whether the rows of a database are sealed.
pub(crate) fn is_sealed(db: &Connection) -> Result<bool, rusqlite::Error> {
    Ok(db.query_row("PRAGMA application_id", [], |row| row.get::<_, i32>(0))? == SEALED)
}

/// Says that they are; part of the caller's transaction.
pub(crate) fn mark_sealed(db: &Connection) -> Result<(), rusqlite::Error> {
    db.pragma_update(None, "application_id", SEALED)
}

/// What seals and opens the rows of one connection.
#[derive(Clone)]
pub(crate) struct Sealer(Arc<Mutex<Inside>>);

struct Inside {
    /// None: the rows are in the clear.
    opens: Vec<Arc<DataKey>>,
    /// None: they stay so.
    seals: Option<Arc<DataKey>>,
    damaged: BTreeSet<Damaged>,
    /// How many values were read.
    #[cfg(test)]
    read: u64,
}

/// A row that did not open.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Damaged {
    /// The view, a stop, and the column.
    pub(crate) column: String,
    /// What the row says in the clear, in the order of the view.
    pub(crate) clear: Vec<String>,
}

impl Sealer {
    /// Every row is sealed under these from now on.
    pub(crate) fn opens_with(&self, keys: &Keys) {
        let mut inside = self.inside();
        inside.opens.clone_from(&keys.0);
        inside.seals = keys.0.last().cloned();
    }

    /// The rows that did not open since this was asked last.
    pub(crate) fn take_damaged(&self) -> BTreeSet<Damaged> {
        std::mem::take(&mut self.inside().damaged)
    }

    /// How many values of rows were read so far.
    #[cfg(test)]
    pub(crate) fn read(&self) -> u64 {
        self.inside().read
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn unseal(&self, context: &Context<'_>) -> Value {
        let value = context.get_raw(1);
        let mut inside = self.inside();
        #[cfg(test)]
        {
            inside.read += 1;
        }
        if inside.opens.is_empty() || value == ValueRef::Null {
            return owned(value);
        }
        let column = context.get_raw(0).as_str().unwrap_or_default();
        let clear = || (2..context.len()).map(|index| context.get_raw(index));
        let aad = aad(column, clear());
        let opened = value
            .as_blob()
            .ok()
            .and_then(|sealed| inside.opens.iter().rev().find_map(|key| key.open(sealed, &aad)));
        opened.unwrap_or_else(|| {
            let clear = clear().map(text_of).collect();
            inside.damaged.insert(Damaged { column: column.to_owned(), clear });
            Value::Blob(DAMAGED.to_vec())
        })
    }

    fn seal(&self, context: &Context<'_>) -> rusqlite::Result<Value> {
        let value = context.get_raw(1);
        let seals = self.inside().seals.clone();
        let Some(key) = seals.filter(|_| value != ValueRef::Null) else { return Ok(owned(value)) };
        if value == ValueRef::Blob(DAMAGED) {
            return Err(failed("a value that does not open is not written back"));
        }
        let column = context.get_raw(0).as_str().unwrap_or_default();
        let aad = aad(column, (2..context.len()).map(|index| context.get_raw(index)));
        key.seal(value, &aad).map(Value::Blob).ok_or_else(|| failed("a value cannot be sealed"))
    }

    fn blind(&self, context: &Context<'_>) -> rusqlite::Result<Value> {
        let value = context.get_raw(1);
        let Some(key) = self.inside().seals.clone() else { return Ok(owned(value)) };
        let what = context.get_raw(0).as_str().unwrap_or_default();
        let told = aad(what, std::iter::once(value));
        Ok(Value::Blob(hmac::sign(&key.searches, &told).as_ref().to_vec()))
    }
}

/// A text that is none is read as damaged.
fn owned(value: ValueRef<'_>) -> Value {
    Value::try_from(value).unwrap_or_else(|_| Value::Blob(DAMAGED.to_vec()))
}

fn failed(why: &str) -> rusqlite::Error {
    rusqlite::Error::UserFunctionError(why.into())
}

/// What a sealed value is bound to: its column, and what its row says in the clear.
fn aad<'a>(column: &str, clear: impl Iterator<Item = ValueRef<'a>>) -> Vec<u8> {
    let mut aad = Vec::with_capacity(256);
    for part in std::iter::once(column.as_bytes().to_vec()).chain(clear.map(encoded)) {
        aad.extend_from_slice(&(part.len() as u64).to_be_bytes());
        aad.extend_from_slice(&part);
    }
    aad
}

const NULL: u8 = 0;
const TEXT: u8 = 1;
const BLOB: u8 = 2;
const INTEGER: u8 = 3;
const REAL: u8 = 4;

fn encoded(value: ValueRef<'_>) -> Vec<u8> {
    match value {
        ValueRef::Null => vec![NULL],
        ValueRef::Text(text) => [&[TEXT], text].concat(),
        ValueRef::Blob(blob) => [&[BLOB], blob].concat(),
        ValueRef::Integer(number) => [&[INTEGER], number.to_be_bytes().as_slice()].concat(),
        ValueRef::Real(number) => [&[REAL], number.to_be_bytes().as_slice()].concat(),
    }
}

fn decoded(plain: &[u8]) -> Option<Value> {
    let (kind, bytes) = plain.split_first()?;
    match *kind {
        TEXT => String::from_utf8(bytes.to_vec()).ok().map(Value::Text),
        BLOB => Some(Value::Blob(bytes.to_vec())),
        INTEGER => bytes.try_into().ok().map(|bytes| Value::Integer(i64::from_be_bytes(bytes))),
        _ => None,
    }
}

fn text_of(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => String::new(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        ValueRef::Blob(blob) => blob.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

/// A text of a row; nothing when it is absent, or does not open: that was noted.
pub(crate) fn text(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<String>> {
    Ok(row.get_ref(column)?.as_str().ok().map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> DataKey {
        DataKey::new(&[byte; 32]).expect("32 bytes are a key")
    }

    #[test]
    fn a_value_opens_only_in_its_own_place_and_whole() {
        let bound = aad("t.c", [ValueRef::Integer(7), ValueRef::Text(b"a")].into_iter());
        let sealed = key(1).seal(ValueRef::Text(b"Kaur"), &bound).expect("it is sealed");
        assert_eq!(key(1).open(&sealed, &bound), Some(Value::Text("Kaur".to_owned())));
        assert!(!sealed.windows(4).any(|part| part == b"Kaur"));
        assert_eq!(key(2).open(&sealed, &bound), None, "another key");
        for other in [
            aad("t.d", [ValueRef::Integer(7), ValueRef::Text(b"a")].into_iter()),
            aad("t.c", [ValueRef::Integer(8), ValueRef::Text(b"a")].into_iter()),
            aad("t.c", [ValueRef::Text(b"7"), ValueRef::Text(b"a")].into_iter()),
            aad("t.c", [ValueRef::Text(b"a"), ValueRef::Integer(7)].into_iter()),
        ] {
            assert_eq!(key(1).open(&sealed, &other), None);
        }
        for cut in 0..sealed.len() {
            assert_eq!(key(1).open(&sealed[..cut], &bound), None, "{cut}");
            let mut changed = sealed.clone();
            changed[cut] ^= 1;
            assert_eq!(key(1).open(&changed, &bound), None, "{cut}");
        }
    }

    #[test]
    fn the_same_value_is_never_sealed_to_the_same_bytes() {
        let seal = || key(1).seal(ValueRef::Text(b"Kaur"), b"").expect("it is sealed");
        assert_ne!(seal(), seal());
    }
}
