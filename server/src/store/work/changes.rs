//! What a job changes, as plain data: a store saves it and knows nothing of referrals.
//!
//! Does not say why.

use std::collections::{BTreeMap, BTreeSet};

use sync_core::ids::{DeviceId, Digest, OpId, Record, Stream};
use sync_core::log::Tip;
use sync_core::stamp::Stamp;
use sync_core::sync::receipt::Receipt;

use crate::store::duties::ReferralRow;
use crate::store::people::LastSeen;
use crate::store::rows::{Entry, Held, SignedStatement};

/// What a job changes.
#[derive(Default)]
pub(crate) struct Changes {
    /// New entries, as they are at the end of the job.
    pub(crate) entries: BTreeMap<OpId, Held>,
    /// Stamps of entries that were held before.
    pub(crate) stamps: BTreeMap<OpId, Stamp>,
    /// Entries that were held before and were admitted.
    pub(crate) admitted: BTreeSet<OpId>,
    /// What changes of devices.
    pub(crate) devices: BTreeMap<DeviceId, DeviceChange>,
    /// The last place that was given.
    pub(crate) place: Option<u64>,
    /// What is appended to feeds, in its order.
    pub(crate) feeds: Vec<(String, Entry)>,
    /// Scopes that hold a stream from now on, or no longer.
    pub(crate) holds: BTreeMap<(Stream, String), bool>,
    /// Awaited entries for which nothing waits any more.
    pub(crate) awaited_no_more: BTreeSet<OpId>,
    /// Awaited entries, and what waits for them.
    pub(crate) waits: BTreeSet<(OpId, OpId)>,
    /// Digests under which entries are found.
    pub(crate) search: BTreeSet<(Digest, OpId)>,
    /// What is computed of referrals.
    pub(crate) referrals: BTreeMap<Record, ReferralRow>,
    /// Receipts with their signatures, in their order.
    pub(crate) receipts: Vec<(Receipt, Vec<u8>)>,
    /// What pushes were signed with.
    pub(crate) statements: Vec<SignedStatement>,
}

/// What changes of a device; what is none stays.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct DeviceChange {
    pub(crate) counter: Option<u64>,
    pub(crate) tip: Option<Tip>,
    pub(crate) heard_ms: Option<u64>,
    pub(crate) seen: Option<LastSeen>,
    pub(crate) confirmed: Option<u64>,
}

impl Changes {
    /// Whether nothing has changed.
    pub(super) fn is_empty(&self) -> bool {
        let Self { entries, stamps, admitted, devices, place, feeds, holds, .. } = self;
        let Self { awaited_no_more, waits, search, referrals, receipts, statements, .. } = self;
        entries.is_empty()
            && stamps.is_empty()
            && admitted.is_empty()
            && devices.is_empty()
            && place.is_none()
            && feeds.is_empty()
            && holds.is_empty()
            && awaited_no_more.is_empty()
            && waits.is_empty()
            && search.is_empty()
            && referrals.is_empty()
            && receipts.is_empty()
            && statements.is_empty()
    }
}
