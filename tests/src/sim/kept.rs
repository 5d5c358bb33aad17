//! Folded states at rest: after each step a phone goes on from what it kept, and it must equal the full fold.
//!
//! Only stamped ops are taken, as replicas compare them. Does not keep anything in a phone's store: a damaged
//! or an old store has its folds made anew.

use std::collections::BTreeMap;

use sync_core::ids::{DeviceId, OpId, Stream};
use sync_core::referral::fold::{Folded, Stored};
use sync_core::stamp::Stamp;
use sync_core::stream::StreamOp;

/// Whether an op had its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Body {
    Withheld,
    Held,
    Erased,
}

/// An op as it was taken: with its stamp, since another epoch may give the same place again, and its body.
type Taken = (OpId, Option<Stamp>, Body);

fn taken(op: &StreamOp) -> Taken {
    let body = match (&op.body, &op.erased) {
        (Some(_), _) => Body::Held,
        (None, Some(_)) => Body::Erased,
        (None, None) => Body::Withheld,
    };
    (op.id, op.stamp.clone(), body)
}

/// What phones kept of each stream, with the ops that it was made of.
#[derive(Default)]
pub(super) struct Kept(BTreeMap<(DeviceId, Stream), (Vec<u8>, Vec<Taken>)>);

impl Kept {
    /// Goes on with what came since the last step, where a phone still has all that it had then.
    pub(super) fn go_on(
        &mut self,
        device: DeviceId,
        stream: Stream,
        ops: &[StreamOp],
        whole: &Folded,
    ) -> Result<(), String> {
        if let Some((bytes, had)) = self.0.remove(&(device, stream)) {
            // What was erased since then is folded anew, as the server does it.
            let has = |had: &Taken| {
                let is_same = |now: &Taken| now.0 == had.0 && now.1 == had.1;
                let goes_on = |now: &Taken| now.2 == had.2 || (had.2, now.2) == (Body::Withheld, Body::Held);
                ops.iter().map(taken).any(|now| is_same(&now) && goes_on(&now))
            };
            if had.iter().all(has) {
                let stored = Stored::read(stream, &bytes)
                    .ok_or_else(|| format!("what was kept of {stream} is not read"))?;
                let new = ops.iter().filter(|op| !had.contains(&taken(op)));
                let went_on = stored.apply(new.cloned());
                if went_on.is_some_and(|went_on| went_on.bytes() != whole.stored()) {
                    return Err(format!("going on from what was kept of {stream} is not the full fold"));
                }
            }
        }
        if let Some(bytes) = whole.stored() {
            self.0.insert((device, stream), (bytes, ops.iter().map(taken).collect()));
        }
        Ok(())
    }
}
