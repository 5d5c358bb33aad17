//! What is due for review goes to the store at once: nothing that is kept between jobs depends on it.
//!
//! Does not keep any of it.

use sync_core::ids::{OrgId, Record};

use super::Job;
use crate::fault::Fault;
use crate::store::retention::{Quiet, RetentionReads, RetentionWrites};

impl RetentionReads for Job<'_> {
    fn quiet_since(&self, before_ms: u64) -> Result<Vec<Quiet>, Fault> {
        self.under()?.quiet_since(before_ms)
    }

    fn kept_longer(&self, record: Record, org: OrgId) -> Result<Option<u64>, Fault> {
        self.under()?.kept_longer(record, org)
    }
}

impl RetentionWrites for Job<'_> {
    fn keep_longer(&self, record: Record, org: OrgId, until_ms: u64, reason: &str) -> Result<(), Fault> {
        self.under()?.keep_longer(record, org, until_ms, reason)
    }
}
