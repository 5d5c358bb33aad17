//! What was erased is gone, from the server and from every phone that it serves, and nothing else is.
//!
//! Knows what the accepted erasures name, also after the server went back. Does not erase.

use std::collections::{BTreeMap, BTreeSet};

use server::node::Node;
use sync_core::ids::{Digest, OpId};
use sync_core::op::Op;
use sync_core::phone::erase::NO_SALT;
use sync_core::referral::act::{Act, BodyErased};
use sync_core::referral::erasure::Erased;
use sync_core::stream::StreamOp;

use super::counts::Counts;
use super::phone::Phone;

/// The ops that erasures name, each by its hash, with those that repeat them or that they repeat.
#[derive(Default)]
pub(super) struct Gone(BTreeMap<OpId, Digest>);

/// What an op erases.
pub(super) fn erases(op: &Op) -> Option<BodyErased> {
    if op.header.kind.as_str() != "body.erased" {
        return None;
    }
    let act = Act::parse(&op.header.kind, op.body.as_deref()?).ok()??;
    act.as_body::<BodyErased>().cloned()
}

impl Gone {
    /// An accepted erasure names an op.
    pub(super) fn name(&mut self, op: OpId, hash: Digest) {
        self.0.insert(op, hash);
    }

    /// Whether an op was erased.
    pub(super) fn holds(&self, op: OpId, hash: Digest) -> bool {
        self.0.get(&op) == Some(&hash)
    }

    /// No body or salt of what was erased is on the server; and of the bodies that have vanished there, each
    /// was erased.
    pub(super) fn check(&mut self, node: &Node, vanished: &BTreeSet<OpId>) -> Result<(), String> {
        if self.0.is_empty() && vanished.is_empty() {
            return Ok(());
        }
        let fault = |fault: server::Fault| format!("the server's store: {fault}");
        let (mut copies, mut hashes) = (Vec::new(), BTreeMap::new());
        let visited = node.each_op(|op, hash, _| {
            hashes.insert(op.header.id, hash);
            copies.extend(op.header.recovered_from.map(|original| (op.header.id, hash, original)));
        });
        visited.map_err(fault)?;
        for (id, hash, original) in copies {
            if self.holds(original.id, original.hash) {
                self.name(id, hash);
            } else if self.holds(id, hash) && hashes.get(&original.id) == Some(&original.hash) {
                self.name(original.id, original.hash);
            }
        }
        let mut wrong = None;
        let visited = node.each_op(|op, hash, _| {
            let id = op.header.id;
            if !self.holds(id, hash) {
                if vanished.contains(&id) {
                    wrong = Some(format!("the body of {id} has vanished, and nobody erased it"));
                }
                return;
            }
            let said = StreamOp::of(op, None);
            if op.body.is_some() && Erased::of(&said).is_some() {
                wrong = Some(format!("op {id} was erased and is still read on the server"));
            }
            if op.body.is_none() && op.salt != NO_SALT {
                wrong = Some(format!("the salt of {id}, which was erased, is still on the server"));
            }
        });
        visited.map_err(fault)?;
        wrong.map_or(Ok(()), Err)
    }

    /// Whoever has heard all that there is holds no erased body, also not in an extract. Of others' entries only the
    /// id is known there; one whose number was `renumbered` may be another now, and the author's phone has the erased one.
    pub(super) fn from(
        &self,
        phone: &Phone,
        renumbered: &BTreeSet<OpId>,
        counts: &mut Counts,
    ) -> Result<(), String> {
        let state = &phone.state;
        for (id, erased) in &self.0 {
            let own = state.own(id.seq).filter(|own| id.device == phone.me.device && own.hash == *erased);
            let own = own.map(|own| StreamOp::of(&own.op, None));
            let others = state.others.get(id).filter(|other| !other.lost && !renumbered.contains(id));
            let other = others.map(|other| other.op.clone());
            for (held, whose) in [(own, "own"), (other, "other")] {
                let Some(held) = held else { continue };
                if held.body.is_some() && Erased::of(&held).is_some() {
                    return Err(format!(
                        "op {id} was erased, and a {} still reads it ({whose})",
                        phone.me.role
                    ));
                }
                if held.body.is_none() {
                    counts.add(format!("erased/{whose}"));
                }
            }
            let mut sides = state.extracts.values().flat_map(|extract| &extract.sides);
            let tells = sides.any(|side| side.op == *id && side.body.is_some());
            if tells && !renumbered.contains(id) {
                return Err(format!("op {id} was erased, and an extract still tells it"));
            }
        }
        Ok(())
    }
}
