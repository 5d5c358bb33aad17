//! The index of values that are alike, in memory.
//!
//! Does not hold a value: see [`crate::store::search`].

use std::collections::BTreeSet;

use sync_core::ids::{DeviceId, Digest, OpId};

use super::Job;
use crate::fault::Fault;
use crate::store::search::{SearchReads, SearchWrites};

impl SearchReads for Job<'_> {
    fn found_under(&self, keys: &BTreeSet<Digest>, most: usize) -> Result<BTreeSet<OpId>, Fault> {
        let tables = self.tables.borrow();
        let first = OpId { device: DeviceId(uuid::Uuid::nil()), seq: 0 };
        let of = |key: &Digest| {
            let key = *key;
            tables.search_keys.range((key, first)..).take_while(move |((of, _), ())| *of == key)
        };
        let rare = keys.iter().filter(|key| of(key).count() <= most);
        Ok(rare.flat_map(of).map(|((_, op), ())| *op).collect())
    }
}

impl SearchWrites for Job<'_> {
    fn keep_under(&self, op: OpId, keys: &BTreeSet<Digest>) -> Result<(), Fault> {
        keys.iter().try_for_each(|key| self.put(|tables| &mut tables.search_keys, (*key, op), ()))
    }
}
