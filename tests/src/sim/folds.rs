//! Folds that were made already: whoever holds exactly the same in the same order gets the same one.
//!
//! A fold is a function of its ops, so that nothing is left out by not making it twice: what is looked up is
//! compared op by op, bodies and stamps included. Does not judge: see [`super::checks`].

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use sync_core::ids::{Digest, OpId, Record, Stream};
use sync_core::referral::fold::{Folded, StreamState};
use sync_core::stream::{History, StreamOp};

use super::plan::Bug;
use super::state::State;

/// The fold of some ops of one stream.
pub(super) struct Fold {
    pub(super) ops: Vec<StreamOp>,
    pub(super) folded: Rc<Folded>,
    bug: Bug,
    digest: OnceCell<Digest>,
}

impl Fold {
    fn new(ops: Vec<StreamOp>, bug: Bug) -> Self {
        let folded = Rc::new(Folded::new(History::new(ops.iter().cloned())));
        Self { ops, folded, bug, digest: OnceCell::new() }
    }

    /// The digest of what it comes to.
    pub(super) fn digest(&self) -> Digest {
        *self.digest.get_or_init(|| {
            let mut digest = self.folded.state().digest();
            if self.bug == Bug::FoldByArrival {
                // The planted bug: what came first changes it.
                for (byte, op) in digest.0.iter_mut().zip(&self.ops) {
                    *byte ^= op.id.device.0.as_bytes()[0];
                }
            }
            digest
        })
    }
}

/// A stream, and the order in which its ops were learnt.
type Order = (Stream, Vec<OpId>);

/// Every fold that was made.
#[derive(Default)]
pub(super) struct Folds(RefCell<BTreeMap<Order, Vec<Rc<Fold>>>>);

impl Folds {
    /// The fold of a stream's ops, in their order of arrival.
    pub(super) fn of(&self, stream: Stream, ops: Vec<StreamOp>, bug: Bug) -> Rc<Fold> {
        let order = ops.iter().map(|op| op.id).collect();
        let mut all = self.0.borrow_mut();
        let made = all.entry((stream, order)).or_default();
        if let Some(fold) = made.iter().find(|fold| fold.bug == bug && fold.ops == ops) {
            return Rc::clone(fold);
        }
        let fold = Rc::new(Fold::new(ops, bug));
        made.push(Rc::clone(&fold));
        fold
    }

    /// Everything that a phone shows of a record.
    pub(super) fn shown(&self, state: &State, record: Record) -> BTreeMap<Stream, Rc<Folded>> {
        let streams = state.streams(record, u64::MAX).into_iter();
        let fold = |(stream, ops)| (stream, Rc::clone(&self.of(stream, ops, Bug::None).folded));
        streams.map(fold).collect()
    }

    /// The same, as far as a screen asks for it.
    pub(super) fn states(&self, state: &State, record: Record) -> Vec<StreamState> {
        self.shown(state, record).values().map(|folded| folded.state().clone()).collect()
    }
}
