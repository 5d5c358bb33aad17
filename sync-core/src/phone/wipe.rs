//! A phone that is taken out of use: which entries are sealed for the server, and what the phone remembers then.
//!
//! Does not seal, and does not decide who is taken out of use.

use serde::{Deserialize, Serialize};

use crate::clock::Hlc;
use crate::command::Member;
use crate::ids::DeviceId;
use crate::log::Tip;
use crate::op::Op;
use crate::phone::openings::Openings;
use crate::phone::reads::PhoneReads;
use crate::phone::rows::Own;
use crate::phone::state::{NewestSeed, PhoneState};
use crate::phone::work::Work;
use crate::sync::sealed::{Outbox, SealedOp};

/// A sealed part stays well below what the server takes in one request.
const MAX_PART_BYTES: usize = 512 * 1024;
/// What an entry costs besides its body.
const ENTRY_BYTES: usize = 700;

/// What became of the entries of a phone that was taken out of use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wiped {
    /// How many were sealed.
    pub entries: u64,
}

/// What is not in two of the server's backups, cut into parts; also what an earlier log holds that no later one repeats.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn not_backed_up<R: PhoneReads>(
    work: &mut Work<'_, R>,
    backed_up: u64,
) -> Result<Vec<Outbox>, R::Fault> {
    let safe = backed_up.min(work.head.acknowledged);
    let mut ops = work.reads.not_repeated()?;
    let mine = work.reads.own_from(safe + 1, u64::MAX >> 1)?;
    let seqs: Vec<u64> = mine.iter().map(Own::seq).collect();
    work.take_own(mine);
    ops.extend(seqs.iter().filter_map(|seq| work.own(*seq)).map(|own| own.op.clone()));
    Ok(parts(work.me, &ops))
}

fn parts(device: DeviceId, ops: &[Op]) -> Vec<Outbox> {
    let (mut parts, mut room): (Vec<Outbox>, usize) = (Vec::new(), 0);
    for op in ops {
        let bytes = ENTRY_BYTES + op.body.as_deref().map_or(0, str::len);
        match parts.last_mut().filter(|_| bytes <= room) {
            Some(part) => {
                part.ops.push(SealedOp::of(op));
                room -= bytes;
            }
            None => {
                parts.push(Outbox { device, ops: vec![SealedOp::of(op)] });
                room = MAX_PART_BYTES.saturating_sub(bytes);
            }
        }
    }
    parts
}

/// Nothing of the device that was taken out of use is left: whoever has a code begins anew.
pub fn begin_anew(state: &mut PhoneState) {
    (state.me, state.wiped, state.base) = (None, None, None);
    (state.counter, state.cursor, state.directive) = (0, None, None);
    (state.backed_up, state.more, state.lost) = (None, None, 0);
    state.checked.clear();
    state.openings = Openings::default();
    state.seed_spent = NewestSeed::Spent;
}

/// What a phone remembers once its entries are sealed: whose it was, without a name, and how many they are.
pub fn settle(state: &mut PhoneState, tip: Tip, entries: u64) {
    // The log goes on from here as far as the anchor is concerned.
    state.base = Some(tip);
    state.me = state.me.take().map(|me| Member { name: String::new(), ..me });
    (state.recovery, state.receipt, state.hlc) = (None, None, Hlc::default());
    state.checked.clear();
    state.openings = Openings::default();
    state.wiped = Some(Wiped { entries });
}
