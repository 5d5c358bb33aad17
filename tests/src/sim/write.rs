//! Recording on a model phone: the phone machine of `sync-core` over its maps.
//!
//! A device of a newer version is played as well: it writes an entry of a kind that this version does not know. Does not
//! choose what is recorded: see [`super::acts`].

use std::rc::Rc;

use sync_core::clock::{ClockMark, Now, Uptime};
use sync_core::command::{Place, Plan};
use sync_core::ids::{CompartmentKind, Digest, Record, Stream};
use sync_core::op::{Op, Seed, body_digest};
use sync_core::phone::Held;
use sync_core::phone::held::HeldRecord;
use sync_core::phone::recording::{self, Before, Written};
use sync_core::phone::rows::{Gone, Own};
use sync_core::phone::state::NewestSeed;
use sync_core::problem::Problem;
use sync_core::referral::act::Act;

use super::phone::Promise;
use super::random::Random;
use super::state::{Me, State};

/// One act of a command.
#[derive(Debug, Clone)]
pub(super) struct Planned {
    pub(super) place: Place,
    pub(super) what: What,
}

/// What is written.
#[derive(Debug, Clone)]
pub(super) enum What {
    Act(Box<Act>),
    /// A kind of a newer version: recorded as this act, and then said otherwise.
    Newer {
        kind: &'static str,
        body: &'static str,
        like: Box<Act>,
    },
}

/// Who writes, when, and upon which view.
pub(super) struct Hand<'a> {
    pub(super) me: &'a Me,
    pub(super) now_ms: u64,
    pub(super) uptime: Uptime,
    pub(super) as_of: u64,
}

/// Writes a command into a copy of the store; what was written, or why nothing was.
pub(super) fn write(
    state: &mut State,
    hand: &Hand<'_>,
    record: Record,
    acts: &[Planned],
    random: &mut Random,
) -> Result<Vec<Promise>, Problem> {
    state.kept.command += 1;
    let mut saved = Vec::new();
    for (written, planned) in recorded(state, hand, record, acts, random)?.into_iter().zip(acts) {
        let Written { mut op, sealed, .. } = written;
        as_newer(&mut op, hand.me, &planned.what, state.tip().hash);
        let (id, hash, stream) = (op.header.id, op.header.hash(), op.header.stream);
        state.kept.hlc = op.header.hlc;
        let (command, rev) = (state.kept.command, state.kept.next_rev());
        let gone = lost_at(state, stream);
        if let Some(gone) = gone {
            let deps = op.header.deps.clone();
            state.gone.insert(id, Gone { stream, deps, rev: gone, gone });
        }
        let sealed = sealed || gone.is_some();
        let own = Own { op, hash, command, rev, acknowledged: false, sealed, stamp: None };
        state.log.push(Rc::new(own));
        saved.push(Promise { device: id.device, seq: id.seq, hash });
    }
    Ok(saved)
}

fn recorded(
    state: &mut State,
    hand: &Hand<'_>,
    record: Record,
    acts: &[Planned],
    random: &mut Random,
) -> Result<Vec<Written>, Problem> {
    if state.kept.seed_spent == NewestSeed::Spent || state.seeds.is_empty() {
        state.seeds.push((state.tip().seq + 1, Seed(random.bytes())));
        state.kept.seed_spent = NewestSeed::Fresh;
    }
    let lost = || state.gone.values().filter(|gone| gone.stream.record == record);
    let before = Before {
        held: &mut held(state, record, hand.as_of),
        was_shown: lost().any(|gone| gone.gone > hand.as_of),
        tip: state.tip(),
        hlc: state.kept.hlc,
        receipt: state.kept.receipt,
        seed: state.seeds.last().expect("a seed was drawn for this command").1,
    };
    let member = hand.me.member();
    let now = Now { ms: hand.now_ms, at_least_ms: hand.now_ms, clock: ClockMark::Plain };
    let hand = recording::Hand { member: &member, now, uptime: hand.uptime, as_of: hand.as_of };
    let acts = acts.iter().map(|planned| {
        let act = match &planned.what {
            What::Act(act) | What::Newer { like: act, .. } => (**act).clone(),
        };
        sync_core::command::Planned { place: planned.place.clone(), act }
    });
    recording::record(before, &hand, Plan { record, acts: acts.collect() })
}

/// A record as the phone holds it.
fn held(state: &State, record: Record, as_of: u64) -> HeldRecord {
    let held = state.of_record(record).into_iter().map(|(rev, op)| Held { op, rev });
    let lost = state.gone.iter().filter(|(_, gone)| gone.stream.record == record);
    let own = state.log.iter().filter(|own| own.op.header.stream.record == record);
    HeldRecord::new(
        held.collect(),
        lost.map(|(id, gone)| gone.held(*id, as_of)).collect(),
        own.map(|own| own.op.header.clone()),
    )
}

fn lost_at(state: &State, stream: Stream) -> Option<u64> {
    state.gone.values().filter(|gone| gone.stream == stream).map(|gone| gone.gone).max()
}

/// The stream in which somebody writes a compartment of a record.
pub(super) fn own_stream(me: &Me, record: Record, kind: CompartmentKind) -> Stream {
    me.member().stream(record, kind)
}

/// The entry as a device of this vocabulary writes it, in a chain of such entries.
fn as_newer(op: &mut Op, me: &Me, what: &What, prev: Digest) {
    op.header.prev = prev;
    op.header.vocabulary = me.vocabulary;
    match what {
        What::Act(_) => {}
        What::Newer { kind, body, .. } => {
            op.header.kind = kind.parse().expect("it is written as kinds are");
            op.header.body_digest = body_digest(op.salt, body);
            op.body = Some((*body).into());
        }
    }
}
