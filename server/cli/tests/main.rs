//! The tests of the `waymark` command, in one binary.
//!
//! Does not test anything itself.

#[cfg(unix)]
mod backups;
mod desk;
mod held;
#[path = "../../src/tests/identity_provider.rs"]
#[expect(dead_code, reason = "the tests of the pages play tricks that these do not")]
mod identity_provider;
mod oidc;
mod packs;
#[cfg(unix)]
mod private;
mod process;
mod restore;
mod slips;
mod terminal;
mod typed;
mod without_care;
