//! The tests of the `waymark` command, in one binary.
//!
//! Does not test anything itself.

#[cfg(unix)]
mod backups;
mod desk;
mod packs;
#[cfg(unix)]
mod private;
mod process;
mod restore;
mod slips;
mod terminal;
