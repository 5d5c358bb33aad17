//! The server's own ops, for what nobody decided, in a log like any other.
//!
//! ```text
//!   level or delivered changed in shared or outreach   progress.reported   not when the person
//!                                                      said no to feedback, not when voluntary
//! ```
//! Does not decide anything that a person decides.

use std::collections::BTreeSet;

use sync_core::clock::{Hlc, Uptime, Witnessed};
use sync_core::ids::{CompartmentKind, OpId, OrgId, Record, RecordKind, Stream};
use sync_core::local_time::local_day;
use sync_core::op::{Header, Kind, Op, Salt, VOCABULARY, body_digest};
use sync_core::referral::act::{Act, ProgressReported, YesNo};
use sync_core::referral::fold::StreamState;
use sync_core::referral::view::View;
use uuid::Uuid;

use super::cross_stream;
use super::round::Round;
use crate::fault::Fault;
use crate::keys::random;
use crate::store::Writes;
use crate::store::rows::{Admitted, Cited, Held, ServerRow};

/// Writes what follows from ops that were just stamped.
pub(super) fn follow_up(round: &mut Round<'_>, record: Record, changed: &[OpId]) -> Result<(), Fault> {
    if record.kind != RecordKind::Referral {
        return Ok(());
    }
    let server = round.server.device;
    let ops = round.record(record)?;
    if changed.iter().all(|id| id.device == server) {
        return Ok(());
    }
    let states = ops.states();
    let Some(shared) = states.iter().find(|state| is_shared(state)) else { return Ok(()) };
    let Some(stream) = shared.stream else { return Ok(()) };
    let seen = ops.seen();
    if let Some(act) = progress(shared, &states, &seen) {
        write(round, stream, &act)?;
    }
    let across = cross_stream::follow_up(round.record(record)?, stream, &states, changed);
    across.iter().try_for_each(|(stream, act)| write(round, *stream, act))
}

fn is_shared(state: &StreamState) -> bool {
    state.stream.is_some_and(|stream| stream.kind() == CompartmentKind::Shared)
}

/// What to report, when it differs from what was reported last.
fn progress(shared: &StreamState, states: &[StreamState], seen: &View) -> Option<Act> {
    if seen.feedback == YesNo::No || seen.voluntary == YesNo::Yes || seen.submitted_ms.is_none() {
        return None;
    }
    let level = seen.engagement.level?;
    let delivered = seen.engagement.delivered.unwrap_or(YesNo::No);
    let reports = shared.acts().filter_map(|(_, act)| act.as_body::<ProgressReported>());
    let last = reports.map(|body| (body.level, body.delivered)).last();
    let nothing = (sync_core::referral::eligibility::Level::L0, YesNo::No);
    if last.unwrap_or(nothing) == (level, delivered) {
        return None;
    }
    let counts = |state: &&StreamState| {
        let kind = state.stream.map(|stream| stream.kind());
        matches!(kind, Some(CompartmentKind::Shared | CompartmentKind::Outreach))
    };
    let newest =
        states.iter().filter(counts).flat_map(|state| &state.entries).map(|entry| entry.eff.ms()).max();
    let on = local_day(newest.unwrap_or_default());
    Some(Act::ProgressReported(ProgressReported { level, delivered, on }))
}

/// Where what is about the force itself is recorded.
pub(crate) fn force_of(force: OrgId) -> Stream {
    Record { kind: RecordKind::Force, id: force.0 }.stream(CompartmentKind::Police, force)
}

/// Writes one act of the server's own, and what follows from it.
pub(crate) fn write_own(
    tx: &dyn Writes,
    server: &ServerRow,
    stream: Stream,
    act: &Act,
    now_ms: u64,
) -> Result<(), Fault> {
    let mut round = Round::new(tx, server, now_ms);
    write(&mut round, stream, act)?;
    round.finish()
}

/// Appends an act to the server's log; its deps are the heads of the stream.
pub(super) fn write(round: &mut Round<'_>, stream: Stream, act: &Act) -> Result<(), Fault> {
    let (tx, server, now_ms) = (round.tx, round.server, round.now_ms);
    let tip = tx.device(server.device)?.ok_or(Fault::Unknown("device"))?.tip;
    let id = OpId { device: server.device, seq: tip.seq + 1 };
    let last = tx.op(OpId { device: server.device, seq: tip.seq })?;
    let clock = last.map_or(Hlc::default(), |last| last.op.header.hlc).tick(now_ms);
    let ops = round.record(stream.record)?;
    let mut deps = Vec::new();
    let mut others = BTreeSet::new();
    for (held_stream, folded) in ops.folded() {
        if *held_stream == stream {
            deps = folded.history().heads();
        } else {
            others.extend(folded.history().heads());
        }
    }
    // The own previous op is implied and never listed.
    deps.retain(|dep| dep.device != server.device);
    let salt = Salt(random());
    let body = act.body();
    let kind: Kind = act.info().kind.parse().map_err(Fault::from)?;
    let header = Header {
        id,
        prev: tip.hash,
        stream,
        deps,
        seen: Some(others.into_iter().collect::<Vec<_>>()).filter(|seen| !seen.is_empty()),
        hlc: clock,
        uptime: Uptime { boot: Uuid::nil(), ms: 0 },
        receipt: None,
        author: server.user,
        vocabulary: VOCABULARY,
        recovered_from: None,
        kind,
        body_digest: body_digest(salt, &body),
    };
    let hash = header.hash();
    let witnessed = Witnessed { earliest_ms: now_ms, latest_ms: now_ms };
    let op = Op { header, body: Some(body), salt };
    round.append(Held {
        op,
        hash,
        received_ms: now_ms,
        arrived_ms: now_ms,
        witnessed,
        cited: Cited::Sound,
        admitted: Admitted::No,
        stamp: None,
        erased: None,
    })?;
    round.stamp_all()
}
