//! By what ops are found again whose values are alike: digests, so that the index holds no value itself.
//!
//! Does not know what is alike: see [`sync_core::identity::search_keys`] and [`sync_core::referral::duplicate_crime`].

use std::collections::BTreeSet;

use sync_core::ids::{Digest, OpId};

use crate::fault::Fault;

/// What a job can look up.
pub(crate) trait SearchReads {
    /// The ops that were kept under any of these keys, but for the keys of more than `most` ops.
    fn found_under(&self, keys: &BTreeSet<Digest>, most: usize) -> Result<BTreeSet<OpId>, Fault>;
}

/// What a job can note.
pub(crate) trait SearchWrites {
    fn keep_under(&self, op: OpId, keys: &BTreeSet<Digest>) -> Result<(), Fault>;
}
