//! The registers of one stream, by name.
//!
//! Does not merge: see [`crate::register`].

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use crate::ids::{Digest, Stream};
use crate::referral::conflict::{ConflictKind, conflict_id};
use crate::referral::interim::agreement;
use crate::register::{Live, Register};

/// The registers of one stream; in JSON an object of their live values.
#[derive(Debug, Clone, Default)]
pub struct Registers {
    by_name: BTreeMap<String, usize>,
    pub(super) cells: Vec<Cell>,
}

/// One register with its name.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    pub(super) name: String,
    pub(super) register: Register,
    /// The id of a conflict about it, once somebody asked for it.
    conflict: Option<Digest>,
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
        let written = self.by_name().filter(|cell| !cell.register.live().is_empty());
        written.map(|cell| (cell.name.as_str(), cell.register.live()))
    }

    /// Every register, by name.
    pub(super) fn by_name(&self) -> impl Iterator<Item = &Cell> {
        self.by_name.values().map(|cell| &self.cells[*cell])
    }

    /// Where a register lies; a new one for a new name.
    pub(super) fn cell(&mut self, name: String) -> usize {
        if let Some(cell) = self.by_name.get(&name) {
            return *cell;
        }
        let register = Register::new(agreement(&name));
        self.by_name.insert(name.clone(), self.cells.len());
        self.cells.push(Cell { name, register, conflict: None });
        self.cells.len() - 1
    }
}

impl Cell {
    /// The id that a conflict about this register has.
    pub(super) fn conflict(&mut self, stream: &Stream) -> Digest {
        *self.conflict.get_or_insert_with(|| conflict_id(ConflictKind::Field, stream, &self.name))
    }
}

impl Serialize for Registers {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.iter())
    }
}
