//! Which of its keys the server signed with in each epoch of its store, and until when each earlier one did.
//!
//! ```text
//!   epochs    e1 ─ e2 ─┬─ e3 ─┬─ e4
//!   keys        key 1  │ key 2│ key 3, the present one
//!               ended at e3   ended at e4
//! ```
//! An earlier key counts for what was before its end, and for nothing after. Does not verify: see [`crate::keys`].

use std::collections::BTreeMap;

use sync_core::sync::receipt::Receipt;
use uuid::Uuid;

use crate::fault::Fault;
use crate::keys::from_base64url;
use crate::store::Reads;

/// The server's keys over time.
#[derive(Debug)]
pub(crate) struct Signers {
    of: BTreeMap<Uuid, Vec<u8>>,
    /// The earlier keys, each with the time at which it ended, in milliseconds.
    ended: Vec<(Vec<u8>, u64)>,
    present: Vec<u8>,
}

impl Signers {
    /// Those of a store; `present` is the public key that signs now, which a store that went back under a running server
    /// may not know.
    pub(crate) fn read(read: &dyn Reads, present: Vec<u8>) -> Result<Self, Fault> {
        let rows = read.epochs()?;
        let first = rows.iter().find_map(|row| from_base64url(&row.epoch.keys.first()?.old));
        let mut key = first.map_or_else(|| read.server().map(|server| server.public_key), Ok)?;
        let (mut of, mut ended) = (BTreeMap::new(), Vec::new());
        for row in rows {
            for change in &row.epoch.keys {
                let new = from_base64url(&change.new)
                    .ok_or_else(|| Fault::Damaged("a change of key".to_owned()))?;
                ended.push((std::mem::replace(&mut key, new), row.began_ms));
            }
            of.insert(row.epoch.id, key.clone());
        }
        Ok(Self { of, ended, present })
    }

    /// The earlier keys, each with the time at which it ended, in milliseconds.
    pub(crate) fn ended(&self) -> &[(Vec<u8>, u64)] {
        &self.ended
    }

    /// The key of an epoch that the store knows.
    pub(crate) fn in_epoch(&self, epoch: Uuid) -> Option<&[u8]> {
        self.of.get(&epoch).map(Vec::as_slice)
    }

    /// The keys that can have signed a receipt: that of the epoch which it names. Of an epoch that this store has lost it is
    /// not known which: any that signed at the receipt's time.
    pub(crate) fn may_have_signed(&self, receipt: &Receipt) -> Vec<&[u8]> {
        if let Some(key) = self.in_epoch(receipt.epoch) {
            return vec![key];
        }
        let before = self.ended.iter().filter(|(_, ended_ms)| receipt.time_ms <= *ended_ms);
        std::iter::once(&self.present).chain(before.map(|(key, _)| key)).map(Vec::as_slice).collect()
    }
}
