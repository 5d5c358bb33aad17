//! The causal order: Kahn's algorithm, with the order for people where causes leave it open.
//!
//! Ops in a cycle (only a device that cheats can write one, and the server never stamps it) come last, in
//! the order for people. Does not say what changed: see [`super::history`].

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use crate::stream::Seen;
use crate::stream::history::{History, Slot};

impl History {
    /// Orders all ops and computes every past.
    pub(super) fn arrange(&mut self) {
        self.order = (0..self.nodes.len()).map(Slot::new).collect();
        self.places.resize(self.nodes.len(), 0);
        self.number_from(0);
        self.arrange_from(0);
        // Who is in a cycle has no past but from those placed before it.
        for at in self.order.len() - self.in_cycles..self.order.len() {
            let slot = self.order[at];
            Arc::make_mut(&mut self.nodes[slot.index()]).past = Seen::default();
        }
        for at in 0..self.order.len() {
            let slot = self.order[at];
            let past = self.past_of(&self.nodes[slot.index()].op);
            Arc::make_mut(&mut self.nodes[slot.index()]).past = past;
        }
        self.note_all_built_on();
    }

    /// Orders the ops from a place on; those before it are the first in any case.
    pub(super) fn arrange_from(&mut self, from: usize) {
        let open = self.order.split_off(from);
        let mut waits = vec![0_usize; open.len()];
        let mut effects: Vec<Vec<usize>> = vec![Vec::new(); open.len()];
        // Until they are placed anew, the places of the open ops number them.
        for (index, slot) in open.iter().enumerate() {
            for cause in self.causes(&self.nodes[slot.index()].op) {
                if let Some(cause) = self.place(cause).checked_sub(from) {
                    waits[index] += 1;
                    effects[cause].push(index);
                }
            }
        }
        let key = |index: usize| (self.nodes[open[index].index()].op.order(), index);
        let free = |index: &usize| waits[*index] == 0;
        let mut ready: BinaryHeap<_> =
            (0..open.len()).filter(free).map(|index| Reverse(key(index))).collect();
        let mut order = Vec::with_capacity(open.len());
        while let Some(Reverse((_, index))) = ready.pop() {
            order.push(index);
            for effect in &effects[index] {
                waits[*effect] -= 1;
                if waits[*effect] == 0 {
                    ready.push(Reverse(key(*effect)));
                }
            }
        }
        let mut in_cycles: Vec<_> = (0..open.len()).filter(|index| waits[*index] > 0).collect();
        in_cycles.sort_by_key(|index| key(*index));
        self.in_cycles = in_cycles.len();
        self.order.extend(order.into_iter().chain(in_cycles).map(|index| open[index]));
        self.number_from(from);
    }
}
