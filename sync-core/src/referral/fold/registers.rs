//! The registers of one stream, by name.
//!
//! Does not merge: see [`crate::register`].

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use crate::ids::{Digest, Stream};
use crate::referral::conflict::{ConflictKind, conflict_id};
use crate::referral::fold::work::Again;
use crate::referral::interim::agreement;
use crate::register::{Live, Register, Weight};
use crate::stream::Slot;

/// The registers of one stream; in JSON an object of their live values.
#[derive(Debug, Clone, Default)]
pub struct Registers {
    by_name: BTreeMap<String, usize>,
    /// By the conflict about it, of the first so many; more once somebody asks.
    by_conflict: BTreeMap<Digest, usize>,
    pub(super) cells: Vec<Cell>,
}

/// One register with its name.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    pub(super) name: String,
    pub(super) register: Register,
    /// The id of a conflict about it, once somebody asked for it.
    conflict: Option<Digest>,
    /// The entry whose striking it is about.
    pub(super) strikes: Option<Slot>,
    /// How many of its words say that the entry was struck.
    pub(super) struck_by: u32,
    /// How many of its settlements, in the order in which they came, are written to it where they count.
    pub(super) settled: usize,
}

impl Registers {
    /// The live values of a register; none for one that nobody wrote.
    #[must_use]
    pub fn live(&self, name: &str) -> &[Live] {
        self.by_name.get(name).map_or(&[], |cell| self.cells[*cell].register.live())
    }

    /// Whether a value of a register that nobody has superseded was erased.
    #[must_use]
    pub fn has_erased(&self, name: &str) -> bool {
        self.by_name.get(name).is_some_and(|cell| self.cells[*cell].register.has_erased())
    }

    /// Every register that has a value, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[Live])> {
        let cells = self.by_name.values().map(|cell| &self.cells[*cell]);
        cells
            .filter(|cell| !cell.register.live().is_empty())
            .map(|cell| (cell.name.as_str(), cell.register.live()))
    }

    /// Where a register lies; a new one for a new name.
    pub(super) fn cell(&mut self, name: String) -> usize {
        if let Some(cell) = self.by_name.get(&name) {
            return *cell;
        }
        let register = Register::new(agreement(&name));
        self.by_name.insert(name.clone(), self.cells.len());
        let cell = Cell { name, register, conflict: None, strikes: None, struck_by: 0, settled: 0 };
        self.cells.push(cell);
        self.cells.len() - 1
    }

    /// The register that a conflict is about.
    pub(super) fn of_conflict(&mut self, stream: &Stream, conflict: Digest) -> Option<usize> {
        for at in self.by_conflict.len()..self.cells.len() {
            self.by_conflict.insert(self.cells[at].conflict(stream), at);
        }
        self.by_conflict.get(&conflict).copied()
    }
}

impl Cell {
    /// The id that a conflict about this register has.
    pub(super) fn conflict(&mut self, stream: &Stream) -> Digest {
        *self.conflict.get_or_insert_with(|| conflict_id(ConflictKind::Field, stream, &self.name))
    }

    /// Its settlements are to be written again: one of them, or what one of them chose, counts otherwise than before.
    pub(super) fn settle_again(&mut self, again: Again) {
        if again == Again::Yes && self.settled > 0 {
            self.register.remove(|write| write.weight == Weight::Settlement);
            self.settled = 0;
        }
    }
}

impl Serialize for Registers {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.iter())
    }
}
