//! The tests of the `waymark` command, in one binary.
//!
//! Does not test anything itself.

mod desk;
mod held;
mod packs;
#[cfg(unix)]
mod private;
mod process;
mod restore;
mod terminal;
