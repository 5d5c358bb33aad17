//! What an answer changed, in the words of [`Event`].
//!
//! Reads the store before and after, in the transaction that changes it. Does not tell anybody: that is done
//! once it is committed.

use rusqlite::Connection;
use sync_core::ids::{DeviceId, Record, RecordKind};
use sync_core::stamp::{Disposition, Stamp};
use sync_core::sync::answer::{Answer, Directive, FeedEntry};

use crate::event::Event;
use crate::problem::Problem;
use crate::store::{ops, reference};

/// A record was folded anew: what is shown of it has changed, and there may be more to settle.
pub(crate) fn changed(record: Record, before: u64, open: u64) -> Vec<Event> {
    if record.kind != RecordKind::Referral {
        return Vec::new();
    }
    let raised = (open > before).then_some(Event::ConflictRaised { record: record.id, open });
    [Event::ReferralChanged { record: record.id }].into_iter().chain(raised).collect()
}

/// Own entries that get their first stamp with this answer, and do not count.
pub(crate) fn refused(db: &Connection, me: DeviceId, answer: &Answer) -> Result<Vec<Event>, Problem> {
    let runs = answer.stamps.iter().flat_map(|run| (0..run.count).map(|at| (run.seq + at, run.disposition)));
    let late = answer.feed.iter().filter_map(|entry| match entry {
        FeedEntry::Stamped { id, stamp: Stamp { disposition, .. } } if id.device == me => {
            Some((id.seq, *disposition))
        }
        FeedEntry::Stamped { .. }
        | FeedEntry::Op(_)
        | FeedEntry::Whole(_)
        | FeedEntry::Forget { .. }
        | FeedEntry::Erased { .. }
        | FeedEntry::Extract(_)
        | FeedEntry::Reference(_) => None,
    });
    let without_effect = |(_, disposition): &(u64, Disposition)| !disposition.has_effect();
    let mut events = Vec::new();
    for (seq, disposition) in runs.chain(late).filter(without_effect) {
        let own = ops::own_ops(db, seq, 1)?.into_iter().find(|own| own.op.header.id.seq == seq);
        let Some(own) = own.filter(|own| own.stamp.is_none()) else { continue };
        let (header, disposition) = (own.op.header, disposition);
        let (op, record, kind) = (header.id, header.stream.record.id, header.kind);
        events.push(Event::Refused { op, record, kind, disposition });
    }
    Ok(events)
}

/// What the server wants of the phone, or its rules do.
pub(crate) fn asked(db: &Connection, answer: &Answer) -> Result<Vec<Event>, Problem> {
    let directive = |directive: &Directive| match directive {
        Directive::Wipe => Event::Wiped,
        Directive::ReEnrol => Event::ReEnrolNeeded,
        Directive::Upgrade => Event::UpgradeNeeded,
    };
    let mut events: Vec<Event> = answer.directives.iter().map(directive).collect();
    let brought = answer.feed.iter().any(|entry| matches!(entry, FeedEntry::Reference(_)));
    if brought && reference::rules(db)?.newer.is_some() {
        events.push(Event::UpgradeNeeded);
    }
    Ok(events)
}
