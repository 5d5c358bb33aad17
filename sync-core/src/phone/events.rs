//! What a phone's screens hear while a synchronisation runs, so that they need not ask again and again.
//!
//! Carries ids and numbers, never what somebody recorded. Does not tell anybody: that is done once the change is
//! saved. Does not replace `status`: who did not listen asks that.

use serde::Serialize;
use uuid::Uuid;

use crate::ids::{OpId, Record, RecordKind};
use crate::op::Kind;
use crate::phone::reads::PhoneReads;
use crate::phone::state::PhoneState;
use crate::phone::work::Work;
use crate::stamp::{Disposition, Stamp};
use crate::sync::answer::{Answer, Directive, FeedEntry};

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// One exchange with the server is done.
    Progress {
        /// Own entries that the server has since the synchronisation began.
        pushed: u64,
        /// Entries of others that came since.
        pulled: u64,
        /// Own entries that still wait.
        waiting: u64,
        /// Bytes of requests that were sent since, as they travelled, without headers.
        sent_bytes: u64,
        /// Bytes of answers that came since, likewise.
        received_bytes: u64,
    },
    /// What is shown of a referral has changed.
    ReferralChanged {
        /// The referral.
        record: Uuid,
    },
    /// More disagreements are open in a referral than before.
    ConflictRaised {
        /// The referral.
        record: Uuid,
        /// How many are open.
        open: u64,
    },
    /// The server does not let an own entry count.
    Refused {
        /// The entry.
        op: OpId,
        /// The referral that it is about.
        record: Uuid,
        /// What kind of act it is.
        kind: Kind,
        /// What became of it.
        disposition: Disposition,
    },
    /// The phone was taken out of use: nothing that can be read is left.
    Wiped,
    /// The phone must be enrolled again.
    ReEnrolNeeded,
    /// The software is too old: for the server, or for the rules in force.
    UpgradeNeeded,
}

/// A record was folded anew: what is shown of it has changed, and there may be more to settle.
#[must_use]
pub fn changed(record: Record, before: u64, open: u64) -> Vec<Event> {
    if record.kind != RecordKind::Referral {
        return Vec::new();
    }
    let raised = (open > before).then_some(Event::ConflictRaised { record: record.id, open });
    [Event::ReferralChanged { record: record.id }].into_iter().chain(raised).collect()
}

/// Own entries that get their first stamp with this answer, and do not count.
pub(super) fn refused<R: PhoneReads>(work: &Work<'_, R>, answer: &Answer) -> Vec<Event> {
    let mut events = Vec::new();
    let mut tell = |seq: u64, disposition: Disposition| {
        let own = work.own(seq).filter(|own| own.stamp.is_none() && !disposition.has_effect());
        let Some(header) = own.map(|own| &own.op.header) else { return };
        let (op, record, kind) = (header.id, header.stream.record.id, header.kind.clone());
        events.push(Event::Refused { op, record, kind, disposition });
    };
    for run in &answer.stamps {
        work.own_in(run.seq, run.count).for_each(|own| tell(own.seq(), run.disposition));
    }
    for entry in &answer.feed {
        match entry {
            FeedEntry::Stamped { id, stamp: Stamp { disposition, .. } } if id.device == work.me => {
                tell(id.seq, *disposition);
            }
            FeedEntry::Stamped { .. }
            | FeedEntry::Op(_)
            | FeedEntry::Whole(_)
            | FeedEntry::Forget { .. }
            | FeedEntry::Erased { .. }
            | FeedEntry::Extract(_)
            | FeedEntry::Reference(_) => {}
        }
    }
    events
}

/// What the server wants of the phone, or its rules do.
pub(super) fn asked(state: &PhoneState, answer: &Answer) -> Vec<Event> {
    let directive = |directive: &Directive| match directive {
        Directive::Wipe => Event::Wiped,
        Directive::ReEnrol => Event::ReEnrolNeeded,
        Directive::Upgrade => Event::UpgradeNeeded,
    };
    let mut events: Vec<Event> = answer.directives.iter().map(directive).collect();
    let brought = answer.feed.iter().any(|entry| matches!(entry, FeedEntry::Reference(_)));
    if brought && state.rules.as_ref().is_some_and(|rules| rules.newer.is_some()) {
        events.push(Event::UpgradeNeeded);
    }
    events
}
