//! The tests of the core from outside, in one binary: linking twenty takes longer than running them.
//!
//! Does not test anything itself.

mod common;

mod absent;
mod cells;
mod cells_police;
mod conflicts;
mod erasure;
mod falling;
mod fold_laws;
mod invariants;
mod laws;
mod meanwhile;
mod names;
mod person;
mod plausible;
mod raised;
mod recovery;
mod settling;
mod shapes;
mod struck;
mod vectors;
mod vectors_cases;
mod walked_in;
