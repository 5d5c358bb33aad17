//! The referrals that somebody's name or day of birth is kept in, found by the keys that persons are compared by.
//!
//! So that nobody reads every referral to find one. Does not decide who is one person, nor who may read what.

use std::collections::BTreeSet;

use sync_core::identity::{Born, Subject, search_keys};
use sync_core::ids::Record;
use sync_core::referral::act;

use super::found::person_key;
use super::persons::MOST_UNDER_A_KEY;
use crate::fault::Fault;
use crate::store::Reads;

/// The referrals of whoever may be meant, and of others beside. A key that too many share tells nobody from anybody.
pub(crate) fn of(read: &dyn Reads, subject: &act::Subject) -> Result<BTreeSet<Record>, Fault> {
    let act::Subject { family, given, born, .. } = subject.clone();
    let subject = Subject { family, given, born: born.map(Born::Day), identifiers: Vec::new() };
    let keys = search_keys(&subject).iter().map(|key| person_key(key)).collect();
    let mut records = BTreeSet::new();
    for op in read.found_under(&keys, MOST_UNDER_A_KEY)? {
        records.extend(read.op(op)?.map(|held| held.op.header.stream.record));
    }
    Ok(records)
}
