//! What the server writes when acts of two streams contradict each other, or a referral changes hands.
//!
//! ```text
//!   closed × the person came        referral.reopened, conflict.raised to the lead
//!   lapsed, and the person came     referral.reopened
//!   settled for the closing         referral.closed again
//!   closed, the person has died     referral.closed again, with that, where `shared` does not say so
//!   cancelled × booked              conflict.raised to the admin
//!   a side was struck               conflict.raised, which says that it has gone
//!   transferred or rerouted         credits.carried, again when late ops change them
//! ```
//! Does not decide what crosses: see [`sync_core::referral::cross_stream`].

use std::collections::BTreeMap;

use sync_core::ids::{CompartmentKind, OpId, OrgId, Stream};
use sync_core::referral::act::{
    Act, ConflictSettled, CreditsCarried, ReferralClosed, ReferralReopened, ReferralRerouted, ReopenReason,
    TransferAccepted, YesNo,
};
use sync_core::referral::conflict::{ConflictKind, conflict_id};
use sync_core::referral::cross_stream::{CLOSED_ATTENDED, crossed};
use sync_core::referral::engagement::{Stage, credits, death_to_tell, is_closed};
use sync_core::referral::fold::StreamState;
use sync_core::referral::timers::contacts_that_keep_open;
use sync_core::referral::view::view;

use super::pending::Past;
use super::record::{Ops, Reach};
use crate::store::rows::Held;

/// An act with the stream that it is written in.
pub(super) type Own = (Stream, Act);

/// What follows from ops that were just stamped.
pub(super) fn follow_up(ops: &Ops, shared: Stream, states: &[StreamState], changed: &[OpId]) -> Vec<Own> {
    let mut own = crossings(ops, shared, states, changed);
    if !reopened(&own) {
        own.extend(unlapsed(shared, states, changed));
    }
    own.extend(closed_again(ops, shared, states, changed));
    own.extend(death(shared, states));
    own.extend(carried(shared, states));
    own
}

/// A death is told to both sides, as the reason that counts at the service says: also when that was settled or struck.
fn death(shared: Stream, states: &[StreamState]) -> Option<Own> {
    let died = death_to_tell(states)?;
    let closings = states.iter().flat_map(StreamState::acts);
    let last = closings.filter_map(|(_, act)| act.as_body::<ReferralClosed>()).last()?;
    let died = Some(died).filter(|died| *died == YesNo::Yes);
    Some((shared, Act::ReferralClosed(ReferralClosed { died, ..*last })))
}

fn crossings(ops: &Ops, shared: Stream, states: &[StreamState], changed: &[OpId]) -> Vec<Own> {
    let mut known: BTreeMap<OpId, Reach> = BTreeMap::new();
    // Whatever has its stamp before an act cannot have known it.
    let apart = |a: OpId, b: OpId| {
        let [Some(a), Some(b)] = [a, b].map(|op| ops.get(&op)) else { return false };
        let (earlier, later) = if place(a) < place(b) { (a, b) } else { (b, a) };
        let known =
            known.entry(later.id()).or_insert_with(|| ops.reach(later, &Past::of_stamped(ops, later)));
        !known.holds(earlier)
    };
    let mut own = Vec::new();
    for crossing in crossed(&states.iter().collect::<Vec<_>>(), changed, apart) {
        let reopens = crossing.row.reopens == YesNo::Yes && !crossing.raised.sides.is_empty();
        if reopens && is_closed(states) && !reopened(&own) {
            let reason = ReopenReason::PersonCame;
            own.push((shared, Act::ReferralReopened(ReferralReopened { reason })));
        }
        own.push((crossing.stream, Act::ConflictRaised(crossing.raised)));
    }
    own
}

fn place(held: &Held) -> u64 {
    held.stamp.as_ref().map_or(u64::MAX, |stamp| stamp.place)
}

fn reopened(own: &[Own]) -> bool {
    own.iter().any(|(_, act)| matches!(act, Act::ReferralReopened(_)))
}

/// Nobody decided a lapse, so nobody needs to decide that it is over: whoever comes afterwards is welcome.
fn unlapsed(shared: Stream, states: &[StreamState], changed: &[OpId]) -> Option<Own> {
    let contacts = contacts_that_keep_open(states);
    let came = changed.iter().any(|new| contacts.contains(new));
    let lapsed = came && view(states).engagement.stage == Stage::LapsedNoContact;
    let reason = ReopenReason::PersonReturned;
    lapsed.then_some((shared, Act::ReferralReopened(ReferralReopened { reason })))
}

/// The lead settled for the closing that the server had undone meanwhile.
fn closed_again(ops: &Ops, shared: Stream, states: &[StreamState], changed: &[OpId]) -> Option<Own> {
    let settled = states.iter().filter_map(|state| Some((state.stream?, state)));
    let mut settled =
        settled.flat_map(|(stream, state)| state.acts().map(move |(entry, act)| (stream, entry, act)));
    settled.find_map(|(stream, entry, act)| {
        let body: &ConflictSettled = act.as_body().filter(|_| changed.contains(&entry.id))?;
        let about = conflict_id(ConflictKind::Crossed, &stream, CLOSED_ATTENDED);
        let chosen = body.choice.op().filter(|_| body.conflict == about)?;
        let closing = ops.get(&chosen).filter(|held| held.op.header.stream == shared)?.op.body.as_deref()?;
        let closing: ReferralClosed = serde_json::from_str(closing).ok()?;
        (!is_closed(states)).then_some((shared, Act::ReferralClosed(closing)))
    })
}

/// What the person has done at the providers before, where it differs from what was carried last.
fn carried(shared: Stream, states: &[StreamState]) -> Vec<Own> {
    let shared_state = states.iter().find(|state| state.stream == Some(shared));
    let moved = shared_state.into_iter().flat_map(StreamState::acts).filter_map(|(_, act)| {
        let transferred = act.as_body::<TransferAccepted>().map(|body| body.to);
        transferred.or(act.as_body::<ReferralRerouted>().map(|body| body.to))
    });
    let Some(to) = moved.last() else { return Vec::new() };
    let target = shared.record.stream(CompartmentKind::Outreach, to);
    let before = states.iter().filter_map(|state| Some((state.stream?, state)));
    let before = before.filter(|(stream, _)| stream.kind() == CompartmentKind::Outreach && *stream != target);
    let credits = before.map(|(stream, state)| credits(state, stream.compartment.org));
    let changed =
        credits.filter(|credits| last_carried(states, target, credits.from).as_ref() != Some(credits));
    let worth = |credits: &CreditsCarried| {
        let known = last_carried(states, target, credits.from).is_some();
        known || *credits != CreditsCarried::nothing(credits.from)
    };
    changed.filter(worth).map(|credits| (target, Act::CreditsCarried(credits))).collect()
}

fn last_carried(states: &[StreamState], target: Stream, from: OrgId) -> Option<CreditsCarried> {
    let state = states.iter().find(|state| state.stream == Some(target))?;
    let carried = state.acts().filter_map(|(_, act)| act.as_body::<CreditsCarried>());
    carried.filter(|credits| credits.from == from).last().cloned()
}
