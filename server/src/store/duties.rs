//! What is computed of each referral – when to look at it again, whether something is due, how results count it –
//! and when devices were last heard.
//!
//! Does not decide what is due: see [`sync_core::referral::timers`].

use std::collections::{BTreeMap, BTreeSet};

use sync_core::access::Scope;
use sync_core::ids::{DeviceId, OrgId, Record};
use sync_core::referral::act::YesNo;
use sync_core::referral::timers::{Desks, Line, Waiting};
use sync_core::results::Figures;

use crate::fault::Fault;
use crate::store::people::LastSeen;

/// What is computed of a referral whenever it changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReferralRow {
    /// When to look at it again; none: not by time alone.
    pub(crate) again_ms: Option<u64>,
    /// On whose worklist it may come.
    pub(crate) desks: Desks,
    /// What worklists show of it, for each organisation that holds it.
    pub(crate) waiting: BTreeMap<OrgId, Waiting>,
    /// Where it stands in the order of their lists.
    pub(crate) lines: BTreeMap<OrgId, Vec<Line>>,
    /// How results count it; none: not at all.
    pub(crate) figures: Option<Figures>,
}

/// Which list, and when.
#[derive(Debug, Clone)]
pub(crate) struct ListAsked<'a> {
    /// Whose.
    pub(crate) org: OrgId,
    pub(crate) desk: Desks,
    /// Of which one holds what is listed.
    pub(crate) scopes: &'a [Scope],
    /// The services at which somebody can act.
    pub(crate) able: &'a BTreeSet<OrgId>,
    /// Only what waits for the service's answer.
    pub(crate) only_new: YesNo,
    pub(crate) now_ms: u64,
}

/// A referral that may come on a worklist, and what the list shows of it; none where that is to be computed.
pub(crate) type OnDesk = (Record, Option<BTreeMap<OrgId, Waiting>>);

/// What a job can look up about time.
pub(crate) trait DutyReads {
    /// Records at which it is time to look again, the longest due first; at most so many.
    fn to_look_at(&self, now_ms: u64, limit: usize) -> Result<Vec<Record>, Fault>;
    /// The referrals that may come on the worklist of one of these desks and of which one of the scopes holds a stream;
    /// with what the list shows of them, where that is computed already.
    fn on_desks(&self, desks: Desks, scopes: &[Scope]) -> Result<Vec<OnDesk>, Fault>;
    /// How urgent each referral of a list is, the most urgent first; those that are to be computed are not among them.
    fn urgencies(&self, asked: &ListAsked<'_>) -> Result<Vec<(u64, Record)>, Fault>;
    /// The referrals of which it is not computed what lists show, and that may come on one.
    fn to_compute(&self) -> Result<Vec<Record>, Fault>;
    /// What lists show of these referrals, where one of the scopes holds a stream of them and it is computed.
    fn waiting(&self, records: &[Record], scopes: &[Scope]) -> Result<Vec<OnDesk>, Fault>;
    /// How results count each referral.
    fn figures(&self) -> Result<Vec<Figures>, Fault>;
    /// When a device last had nothing left to push, or pushed all that it had; none while that never happened.
    fn heard_ms(&self, device: DeviceId) -> Result<Option<u64>, Fault>;
    /// The last position of the feeds that a device has shown to have kept; 0 while it has shown none.
    fn confirmed(&self, device: DeviceId) -> Result<u64, Fault>;
}

/// What a job can note about time.
pub(crate) trait DutyWrites {
    /// What is computed of a referral from now on.
    fn keep_row(&self, referral: Record, row: &ReferralRow) -> Result<(), Fault>;
    /// What lists show of referrals is to be computed again: something that it was made with has changed.
    fn compute_lists_again(&self) -> Result<(), Fault>;
    fn heard(&self, device: DeviceId, now_ms: u64) -> Result<(), Fault>;
    fn seen(&self, device: DeviceId, seen: LastSeen) -> Result<(), Fault>;
    fn confirm(&self, device: DeviceId, pos: u64) -> Result<(), Fault>;
}
