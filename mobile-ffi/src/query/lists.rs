//! Questions about the device: what waits, what was refused, how far it is in step, who it is.
//!
//! Never says "synced" when something waits.

use rusqlite::Connection;
use serde_json::json;
use sync_core::clock::{ClockMark, Now, Reading};
use sync_core::command::Member;
use sync_core::phone::heal::wishes;
use sync_core::phone::state::PhoneState;
use sync_core::query::device::{
    DraftShown, Drafts, Outbox, OwnEntry, RefusedEntry, RefusedList, Status, WhoAmI,
};
use sync_core::query::{ListWaiting, PolicyShown, page};
use sync_core::stamp::Disposition;

use crate::device::Device;
use crate::keys::{Signer, base64url};
use crate::problem::Problem;
use crate::store::meta::{self, key};
use crate::store::ops::{self, Own};
use crate::store::{aside, others, recovery, reference, state as summaries};
use crate::sync::wipe;

const ALL: u64 = u64::MAX >> 1;
const SAFEGUARDING: &str = "safeguarding.raised";

fn entry(own: &Own) -> OwnEntry {
    OwnEntry::of(&own.op.header, own.hash, own.command)
}

/// Own entries that the server has not acknowledged.
pub(crate) fn outbox(db: &Connection, list: &ListWaiting) -> Result<Outbox, Problem> {
    let limit = page(list.limit)?.map_or(ALL, |limit| limit as u64);
    let from = ops::acknowledged(db)?.max(list.after.unwrap_or_default()).saturating_add(1);
    let waiting = ops::own_ops(db, from, limit)?;
    Ok(Outbox { outbox: waiting.iter().map(entry).collect() })
}

/// Own entries that were refused or kept aside.
pub(crate) fn refused(db: &Connection) -> Result<RefusedList, Problem> {
    let refused = ops::refused(db)?.into_iter();
    let refused = refused.filter_map(|own| {
        let disposition = own.stamp.as_ref()?.disposition;
        Some(RefusedEntry::of(entry(&own), disposition))
    });
    Ok(RefusedList { refused: refused.collect() })
}

/// How far the device is in step.
pub(crate) fn status(
    db: &Connection,
    state: &PhoneState,
    device: &Device,
    now: Now,
    reading: Reading,
) -> Result<Status, Problem> {
    let waiting = ops::waiting_count(db)? + recovery::waiting_count(db)?;
    let (mut refused, mut kept_aside) = (0, 0);
    for own in ops::refused(db)? {
        match own.stamp.map(|stamp| stamp.disposition) {
            None | Some(Disposition::Accepted) => {}
            Some(Disposition::Quarantined(_)) => kept_aside += 1,
            Some(Disposition::Refused(_)) => refused += 1,
        }
    }
    let heard = state.heard;
    let Now { ms: now_ms, clock: time, .. } = now;
    let is_plain = time == ClockMark::Plain && !heard.is_some_and(|heard| heard.is_set_wrong(reading));
    let last_sync_ms = state.last_sync_ms;
    let pause_ms = state.pause.map_or(0, |pause| pause.left_ms(reading.clock_ms));
    let more = state.more.unwrap_or(true);
    let known = state.rules.is_some();
    let policy = if known { Some(PolicyShown::of(reference::rules(state)?, now_ms)) } else { None };
    let differing = wishes(state).len() as u64;
    let openings_waiting = state.openings.waiting() as u64;
    Ok(Status {
        // An older copy does not know what else waited.
        synced: waiting == 0
            && openings_waiting == 0
            && last_sync_ms.is_some()
            && !more
            && differing == 0
            && state.recovery.is_none(),
        waiting,
        openings_waiting,
        waiting_safeguarding: ops::waiting_of_kind(db, SAFEGUARDING)?,
        refused,
        kept_aside,
        conflicts: summaries::open_conflicts(db)? + reference::extracts_of_others(db)?,
        waiting_for_others: others::lost(db, state)?,
        differing,
        healed: state.healed,
        backed_up: state.backed_up,
        joined: state.joined.clone(),
        last_sync_ms,
        last_sync_age_ms: last_sync_ms.map(|last| now_ms.saturating_sub(last)),
        next_sync_in_ms: (pause_ms > 0).then_some(pause_ms),
        policy,
        epoch: state.epoch,
        server: meta::value(db, key::SERVER)?,
        clock: if is_plain { ClockMark::Plain } else { ClockMark::Suspect },
        time: if time == ClockMark::Plain { "certain" } else { "uncertain" },
        clock_offset_ms: heard.map(|heard| heard.offset_ms()),
        directive: json!(state.directive),
        recovery: super::recovery::recovery(db, state)?,
        wiped: wipe::shown(db, state)?,
        anchor: super::recovery::anchor(device),
        // Only who holds the store knows.
        sealed: false,
        set_aside: aside::count(db)?,
    })
}

/// Who the device is.
pub(crate) fn whoami(me: &Member, signer: Option<&dyn Signer>) -> WhoAmI {
    WhoAmI {
        device: me.device,
        user: me.user,
        role: me.role,
        org: me.org,
        force: me.force,
        force_prefix: me.force_prefix.clone(),
        name: me.name.clone(),
        letter: me.letter.clone(),
        public_key: signer.map_or_else(|| me.public_key.clone(), |signer| base64url(&signer.public_key())),
    }
}

/// Half-filled forms.
pub(crate) fn drafts(db: &Connection) -> Result<Drafts, Problem> {
    let drafts = reference::drafts(db)?.into_iter();
    Ok(Drafts {
        drafts: drafts
            .map(|(id, form, saved_ms)| DraftShown { id, form, saved_ms, deleted_ms: None })
            .collect(),
    })
}
