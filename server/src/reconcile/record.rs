//! The ops of one record while a write job works on them, and what an author knew of it.
//!
//! Does not read or write the store.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use std::sync::Arc;

use sync_core::access::{Author, Role};
use sync_core::ids::{DeviceId, OpId, Stream};
use sync_core::referral::erasure::Erased;
use sync_core::referral::fold::{Folded, StreamState};
use sync_core::referral::judge::{Knew, opens_record};
use sync_core::referral::view::{View, view};
use sync_core::stamp::{Disposition, Stamp, Why};
use sync_core::stream::{History, Seen, StreamOp};

use super::elsewhere::Elsewhere;
use super::pending::Past;
use super::persons::Said;
use super::views::{Counting, Views};
use crate::store::rows::{Admitted, Held};

/// All held ops of a record, and its streams as their readers fold them: those go on with each op that
/// changes, and are not folded before somebody asks.
#[derive(Default)]
pub(crate) struct Ops {
    held: BTreeMap<OpId, Held>,
    noted: Noted,
    folded: OnceCell<BTreeMap<Stream, Folded>>,
    /// What is read of the folded streams, until something changes in them.
    states: OnceCell<Arc<Vec<StreamState>>>,
    seen: OnceCell<Arc<View>>,
    said: OnceCell<Arc<Said>>,
    views: Views,
    elsewhere: Elsewhere,
}

impl Deref for Ops {
    type Target = BTreeMap<OpId, Held>;

    fn deref(&self) -> &Self::Target {
        &self.held
    }
}

impl Ops {
    pub(crate) fn new(held: Vec<Held>) -> Self {
        let mut ops = Self::default();
        for held in held {
            ops.noted.note(&held);
            ops.held.insert(held.id(), held);
        }
        ops
    }

    /// The streams that ops of the record are written to.
    pub(super) fn streams(&self) -> &BTreeSet<Stream> {
        &self.noted.streams
    }

    /// The devices that wrote in the record.
    pub(super) fn devices(&self) -> &BTreeSet<DeviceId> {
        &self.noted.devices
    }

    pub(super) fn insert(&mut self, held: Held) {
        let id = held.id();
        self.noted.note(&held);
        // Only the next op of a log leaves what was looked at before as it was.
        if held.stamp.is_some() || self.held.range(id..=OpId { seq: u64::MAX, ..id }).next().is_some() {
            self.forget_what_authors_knew();
        }
        self.held.insert(id, held);
        self.go_on(id);
    }

    pub(super) fn set_stamp(&mut self, id: OpId, stamp: Stamp) {
        if let Some(held) = self.held.get_mut(&id) {
            held.stamp = Some(stamp);
            self.go_on(id);
        }
    }

    pub(super) fn set_admitted(&mut self, id: OpId) {
        if let Some(held) = self.held.get_mut(&id) {
            held.admitted = Admitted::Yes;
            self.forget_what_authors_knew();
            self.go_on(id);
        }
    }

    /// Takes a body away: what is left of the record is folded anew.
    pub(super) fn erase(&mut self, id: OpId, erased: Erased) {
        if let Some(held) = self.held.get_mut(&id) {
            held.erase(erased);
            self.folded = OnceCell::new();
            self.forget_what_is_read();
            self.forget_what_authors_knew();
        }
    }

    fn forget_what_authors_knew(&mut self) {
        (self.views, self.elsewhere) = (Views::default(), Elsewhere::default());
    }

    fn forget_what_is_read(&mut self) {
        (self.states, self.seen, self.said) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
    }

    /// Takes an op into its folded stream, as its readers have it now.
    fn go_on(&mut self, id: OpId) {
        self.forget_what_is_read();
        let held = self.held.get(&id).filter(|held| held.is_in_stream());
        if let (Some(held), Some(folded)) = (held, self.folded.get_mut()) {
            folded.entry(held.op.header.stream).or_default().apply([held.as_read()]);
        }
    }

    /// Whether the record belongs to other officers than this one. An officer who has guessed or overheard
    /// its id may say to know nothing of it, and would be let in as the one who opens it.
    pub(super) fn is_foreign_to(&self, author: &Author) -> bool {
        if author.role != Role::Officer {
            return false;
        }
        let counts = |held: &&Held| {
            held.stamp.as_ref().is_some_and(|stamp| stamp.disposition == Disposition::Accepted)
        };
        let opening = self.noted.opening.iter().map(|id| &self.held[id]).filter(counts);
        let owners: BTreeSet<_> = opening.map(|held| held.op.header.author).collect();
        !owners.is_empty() && !owners.contains(&author.user)
    }

    /// Whether somebody came in without a referral into a record that others write already: a service that has guessed or
    /// overheard its id may say to know nothing of it.
    pub(super) fn is_taken_by_others(&self, came_in: &Held) -> bool {
        let (stream, kind) = (came_in.op.header.stream, came_in.op.header.kind.as_str());
        let others = |other: &Stream| other.compartment.org != stream.compartment.org;
        kind == "person.came_in" && self.streams().iter().any(others)
    }

    /// The earlier ops of the same device in the record.
    pub(super) fn own_before(&self, id: OpId) -> impl DoubleEndedIterator<Item = &Held> {
        self.held.range(OpId { seq: 0, ..id }..id).map(|(_, held)| held)
    }

    /// The streams, folded.
    pub(crate) fn folded(&self) -> &BTreeMap<Stream, Folded> {
        self.folded.get_or_init(|| {
            let mut streams: BTreeMap<Stream, Vec<_>> = BTreeMap::new();
            for held in self.held.values().filter(|held| held.is_in_stream()) {
                streams.entry(held.op.header.stream).or_default().push(held.as_read());
            }
            streams.into_iter().map(|(stream, ops)| (stream, Folded::new(History::new(ops)))).collect()
        })
    }

    /// The streams, folded, for who needs nothing else.
    pub(crate) fn into_folded(self) -> BTreeMap<Stream, Folded> {
        self.folded();
        self.folded.into_inner().unwrap_or_default()
    }

    /// The state of one stream, for who needs nothing else; that of no ops where it has none.
    pub(crate) fn into_state_of(self, stream: Stream) -> StreamState {
        self.folded().get(&stream).map(|folded| folded.state().clone()).unwrap_or_default()
    }

    /// The states of the streams.
    pub(crate) fn states(&self) -> Arc<Vec<StreamState>> {
        let copy = || Arc::new(self.folded().values().map(|folded| folded.state().clone()).collect());
        self.states.get_or_init(copy).clone()
    }

    /// What all streams say together.
    pub(crate) fn seen(&self) -> Arc<View> {
        self.seen.get_or_init(|| Arc::new(view(&self.states()))).clone()
    }

    /// What the force's record of persons, or the force's own, says in a stream.
    pub(super) fn said(&self, stream: Stream) -> Arc<Said> {
        let read = || {
            Arc::new(self.folded().get(&stream).map(|folded| Said::of(folded.state())).unwrap_or_default())
        };
        self.said.get_or_init(read).clone()
    }

    /// What an author knew, had everything counted that was kept aside of it; none when nothing was.
    pub(super) fn knew_if_admitted(&self, held: &Held, past: &Past) -> Option<Knew<'_>> {
        let reach = self.reach(held, past);
        let aside = self.held.values().filter(|held| self.waits_aside(held));
        if !aside.into_iter().any(|held| reach.holds(held)) {
            return None;
        }
        let mut admitted = Knew::default();
        for (stream, seen) in reach.0 {
            let all = self.folded()[&stream].history();
            let known = |op: &StreamOp| match self.held.get(&op.id).filter(|held| self.waits_aside(held)) {
                Some(held) => counted(held.as_stored()),
                None => op.clone(),
            };
            admitted.add_view(stream, self.views.of((stream, Counting::AsAdmitted), seen, all, known));
        }
        Some(admitted)
    }

    fn waits_aside(&self, held: &Held) -> bool {
        let aside = held.stamp.as_ref().is_some_and(|stamp| waits_aside(stamp.disposition));
        aside && held.admitted == Admitted::No
    }

    /// What the author of an op knew of the record: the op's past in its own stream, and in the
    /// others the past of every head that the op, its author's earlier acts or that past had seen.
    pub(super) fn knew(&self, held: &Held, past: &Past) -> Knew<'_> {
        let mut knew = Knew::default();
        for (stream, heads) in self.heads(held, past) {
            let folded = &self.folded()[&stream];
            if folded.history().is_all_behind(&heads) {
                knew.add_of(stream, folded, &heads);
            } else {
                let (all, seen) = (folded.history(), folded.history().seen_by(&heads));
                let view = self.views.of((stream, Counting::AsRead), seen, all, StreamOp::clone);
                knew.add_view(stream, view);
            }
        }
        knew
    }

    /// The same by names alone, for who asks whether an author knew this or that.
    pub(super) fn reach(&self, held: &Held, past: &Past) -> Reach {
        let heads = self.heads(held, past).into_iter();
        Reach(
            heads.map(|(stream, heads)| (stream, self.folded()[&stream].history().seen_by(&heads))).collect(),
        )
    }

    /// The heads of what an author knew, by stream.
    fn heads(&self, held: &Held, past: &Past) -> BTreeMap<Stream, Vec<OpId>> {
        let stream = held.op.header.stream;
        let own = self.folded().get(&stream).map(Folded::history);
        let seen = own.map(|history| (history, history.seen_by(&past.heads)));
        let mut heads = self.elsewhere.heads(self, held, past, seen);
        if own.is_some() {
            heads.insert(stream, past.heads.clone());
        }
        heads
    }
}

/// What is looked up of a record for each op, noted as its ops come.
#[derive(Default)]
struct Noted {
    streams: BTreeSet<Stream>,
    devices: BTreeSet<DeviceId>,
    /// The ops that open a record, as their authors say.
    opening: Vec<OpId>,
}

impl Noted {
    fn note(&mut self, held: &Held) {
        let header = &held.op.header;
        self.streams.insert(header.stream);
        self.devices.insert(header.id.device);
        if opens_record(header.kind.as_str()) {
            self.opening.push(header.id);
        }
    }
}

/// An op as if it had never been kept aside.
fn counted(mut op: StreamOp) -> StreamOp {
    if let Some(stamp) = &mut op.stamp {
        stamp.disposition = Disposition::Accepted;
    }
    op
}

/// What an author knew of each stream of a record.
pub(super) struct Reach(BTreeMap<Stream, Seen>);

impl Reach {
    pub(super) fn holds(&self, op: &Held) -> bool {
        self.0.get(&op.op.header.stream).is_some_and(|seen| seen.contains(op.id()))
    }
}

/// Whether somebody may let it in: not what counts under another name, nor what nobody can read.
fn waits_aside(disposition: Disposition) -> bool {
    match disposition {
        Disposition::Quarantined(Why::Recovered | Why::BodyWithheld)
        | Disposition::Accepted
        | Disposition::Refused(_) => false,
        Disposition::Quarantined(_) => true,
    }
}
