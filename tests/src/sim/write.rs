//! Recording on a model phone, as the phone library does it: for each act its header upon what its
//! author had seen, judged before it is kept.
//!
//! An op written earlier in the same command counts as seen. Does not choose what is recorded: see
//! [`super::acts`].

use std::collections::BTreeMap;
use std::rc::Rc;

use sync_core::clock::Uptime;
use sync_core::ids::{CompartmentKind, OpId, Record, Stream};
use sync_core::op::{Header, Op, Seed, body_digest};
use sync_core::phone::rows::{Gone, Own};
use sync_core::phone::state::NewestSeed;
use sync_core::referral::act::{Act, Nature};
use sync_core::referral::fold::Folded;
use sync_core::referral::judge::{Knew, judge};
use sync_core::stamp::{Disposition, Why};
use sync_core::stream::{History, StreamOp};

use super::folds::Folds;
use super::phone::Promise;
use super::random::Random;
use super::state::{Me, State};

/// One act of a command.
#[derive(Debug, Clone)]
pub(super) struct Planned {
    pub(super) place: Place,
    pub(super) what: What,
}

/// Where an act is written.
#[derive(Debug, Clone)]
pub(super) enum Place {
    /// In the author's own stream of this compartment.
    Own(CompartmentKind),
    /// In this stream.
    Stream(Stream),
    /// In this stream, which the author does not hold, upon exactly these ops.
    Extract(Stream, Vec<OpId>),
}

/// What is written.
#[derive(Debug, Clone)]
pub(super) enum What {
    Act(Box<Act>),
    /// A kind of a newer version.
    Newer(&'static str, &'static str),
}

/// Who writes, when, and upon which view.
pub(super) struct Hand<'a> {
    pub(super) me: &'a Me,
    pub(super) now_ms: u64,
    pub(super) uptime: Uptime,
    pub(super) as_of: u64,
    pub(super) folds: &'a Folds,
}

/// Writes a command into a copy of the store; what was written, or why nothing was.
pub(super) fn write(
    state: &mut State,
    hand: &Hand<'_>,
    record: Record,
    acts: Vec<Planned>,
    random: &mut Random,
) -> Result<Vec<Promise>, Why> {
    state.kept.command += 1;
    if state.kept.seed_spent == NewestSeed::Spent || state.seeds.is_empty() {
        state.seeds.push((state.tip().seq + 1, Seed(random.bytes())));
        state.kept.seed_spent = NewestSeed::Fresh;
    }
    let mut desk = Desk::open(state, hand, record);
    let mut saved = Vec::new();
    for planned in acts {
        let op = desk.next(state, planned)?;
        let (id, hash) = (op.header.id, op.header.hash());
        saved.push(Promise { device: id.device, seq: id.seq, hash });
        state.kept.hlc = op.header.hlc;
        desk.take_in(&op);
        let (command, rev) = (state.kept.command, state.kept.next_rev());
        let (stream, deps) = (op.header.stream, op.header.deps.clone());
        let gone = state.gone.values().filter(|gone| gone.stream == stream).map(|gone| gone.gone).max();
        if let Some(gone) = gone {
            state.gone.insert(id, Gone { stream, deps, rev: gone, gone });
        }
        let sealed = desk.seals.contains(&id) || gone.is_some();
        let own = Own { op, hash, command, rev, acknowledged: false, sealed, stamp: None };
        state.log.push(Rc::new(own));
    }
    Ok(saved)
}

/// The stream in which somebody writes a compartment of a record.
pub(super) fn own_stream(me: &Me, record: Record, kind: CompartmentKind) -> Stream {
    let org = match kind {
        CompartmentKind::Shared | CompartmentKind::Police => me.force,
        CompartmentKind::Outreach | CompartmentKind::Care | CompartmentKind::Audit => me.org,
    };
    record.stream(kind, org)
}

struct Desk<'a> {
    hand: &'a Hand<'a>,
    record: Record,
    now: BTreeMap<Stream, Rc<Folded>>,
    view: BTreeMap<Stream, Vec<OpId>>,
    own_last: BTreeMap<Stream, OpId>,
    last_stream: Option<Stream>,
    last_seen: Vec<OpId>,
    seals: Vec<OpId>,
}

impl<'a> Desk<'a> {
    fn open(state: &State, hand: &'a Hand<'a>, record: Record) -> Self {
        let now = hand.folds.shown(state, record);
        let view = if hand.as_of >= state.kept.rev {
            now.iter().map(|(stream, folded)| (*stream, folded.history().heads())).collect()
        } else {
            let then = state.histories(record, hand.as_of);
            then.iter().map(|(stream, history)| (*stream, history.heads())).collect()
        };
        let (own_last, last_seen, seals) = (BTreeMap::new(), Vec::new(), Vec::new());
        let mut desk = Self { hand, record, now, view, own_last, last_stream: None, last_seen, seals };
        for own in state.log.iter().filter(|own| own.op.header.stream.record == record) {
            desk.follow(&own.op);
        }
        desk
    }

    fn follow(&mut self, op: &Op) {
        self.own_last.insert(op.header.stream, op.header.id);
        self.last_stream = Some(op.header.stream);
        if let Some(seen) = &op.header.seen {
            self.last_seen.clone_from(seen);
        }
    }

    fn take_in(&mut self, op: &Op) {
        let known = self.now.entry(op.header.stream).or_default();
        Rc::make_mut(known).apply([StreamOp::of(op, None)]);
        self.follow(op);
    }

    fn known(&self, stream: Stream, history: &History) -> Vec<OpId> {
        let mut heads = self.view.get(&stream).cloned().unwrap_or_default();
        heads.extend(self.own_last.get(&stream));
        history.maximal(&heads)
    }

    fn next(&mut self, state: &State, planned: Planned) -> Result<Op, Why> {
        let Planned { place, what } = planned;
        let (stream, exactly) = match place {
            Place::Own(kind) => (own_stream(self.hand.me, self.record, kind), None),
            Place::Stream(stream) => (stream, None),
            Place::Extract(stream, sides) => (stream, Some(sides)),
        };
        let (mut knew, mut elsewhere) = (Knew::default(), Vec::new());
        for (other, folded) in self.now.iter().filter(|(other, _)| **other != stream) {
            let known = self.known(*other, folded.history());
            knew.add_of(*other, folded, &known);
            elsewhere.extend(known);
        }
        elsewhere.sort_unstable();
        let none = Folded::default();
        let folded = self.now.get(&stream).map_or(&none, |folded| &**folded);
        let known = exactly.clone().unwrap_or_else(|| self.known(stream, folded.history()));
        knew.add_of(stream, folded, &known);
        let own = self.own_last.get(&stream);
        let deps = known.into_iter().filter(|dep| Some(dep) != own).collect();
        let unchanged = self.last_stream.is_none_or(|last| last == stream) && elsewhere == self.last_seen;
        let op = self.op(state, stream, deps, (!unchanged).then_some(elsewhere), &what);
        match (&what, exactly) {
            (_, Some(_)) if self.now.contains_key(&stream) => {}
            (_, Some(_)) => self.seals.push(op.header.id),
            (What::Act(act), None) => check(&op, act.info().nature, self.hand.me, &knew)?,
            (What::Newer(..), None) => check(&op, Nature::Fact, self.hand.me, &knew)?,
        }
        Ok(op)
    }

    fn op(&self, state: &State, stream: Stream, deps: Vec<OpId>, seen: Option<Vec<OpId>>, what: &What) -> Op {
        let (tip, me) = (state.tip(), self.hand.me);
        let id = OpId { device: me.device, seq: tip.seq + 1 };
        let (kind, body): (&str, Box<str>) = match what {
            What::Act(act) => (act.info().kind, act.body()),
            What::Newer(kind, body) => (kind, (*body).into()),
        };
        let seed = state.seeds.last().expect("a seed was drawn for this command").1;
        let salt = seed.salt(id);
        let header = Header {
            id,
            prev: tip.hash,
            stream,
            deps,
            seen,
            hlc: state.kept.hlc.tick(self.hand.now_ms),
            uptime: self.hand.uptime,
            receipt: state.kept.receipt,
            author: me.user,
            vocabulary: me.vocabulary,
            recovered_from: None,
            kind: kind.parse().expect("it is written as kinds are"),
            body_digest: body_digest(salt, &body),
        };
        Op { header, body: Some(body), salt }
    }
}

/// A decision must be allowed; a fact is recorded, but where its author may not write at all.
fn check(op: &Op, nature: Nature, me: &Me, knew: &Knew<'_>) -> Result<(), Why> {
    let why = match judge(&StreamOp::of(op, None), &me.author(), knew) {
        Disposition::Accepted => return Ok(()),
        Disposition::Quarantined(why) | Disposition::Refused(why) => why,
    };
    let recorded = matches!(why, Why::NotAssigned | Why::RightEnded | Why::State | Why::StandsOn);
    if recorded && nature == Nature::Fact { Ok(()) } else { Err(why) }
}
