//! Folds that were made already: whoever holds exactly the same in the same order gets the same one.
//!
//! A fold is a function of its ops, so that nothing is left out by not making it twice: what is looked up is
//! compared op by op, bodies and stamps included. Does not judge: see [`super::checks`].

use std::collections::BTreeMap;
use std::rc::Rc;

use sync_core::ids::{Digest, OpId, Stream};
use sync_core::referral::fold::Folded;
use sync_core::stream::{History, StreamOp};

use super::plan::Bug;

/// The fold of some ops of one stream.
pub(super) struct Fold {
    pub(super) ops: Vec<StreamOp>,
    pub(super) folded: Folded,
    pub(super) digest: Digest,
}

/// Every fold that was made, by its stream and the order in which its ops were learnt.
#[derive(Default)]
pub(super) struct Folds(BTreeMap<(Stream, Vec<OpId>), Vec<Rc<Fold>>>);

impl Folds {
    /// The fold of a stream's ops, in their order of arrival.
    pub(super) fn of(&mut self, stream: Stream, ops: Vec<StreamOp>, bug: Bug) -> Rc<Fold> {
        let order = ops.iter().map(|op| op.id).collect();
        let made = self.0.entry((stream, order)).or_default();
        if let Some(fold) = made.iter().find(|fold| fold.ops == ops) {
            return Rc::clone(fold);
        }
        let folded = Folded::new(History::new(ops.iter().cloned()));
        let mut digest = folded.state().digest();
        if bug == Bug::FoldByArrival {
            // The planted bug: what came first changes it.
            for (byte, op) in digest.0.iter_mut().zip(&ops) {
                *byte ^= op.id.device.0.as_bytes()[0];
            }
        }
        let fold = Rc::new(Fold { ops, folded, digest });
        made.push(Rc::clone(&fold));
        fold
    }
}
