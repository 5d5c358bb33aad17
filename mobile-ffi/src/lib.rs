//! Waymark's phone library: what an officer or an outreach worker records, with or without signal.
//!
//! ```text
//!   JSON command ─▶ plan ─▶ judge ─▶ write: one transaction ─▶ outbox ─▶ sync ─▶ server
//!   JSON query  ─▶ fold what is held ─▶ JSON answer                │
//!                        ▲── stamps, feeds, extracts: one transaction ◀─╯
//! ```
//! [`Device`] is the safe facade. Does not decide what the server decides: stamps come from there.

pub mod abi;
mod anchor;
mod clock;
mod command;
mod device;
mod event;
mod keys;
mod logout;
mod me;
mod private;
mod problem;
mod query;
mod seal;
mod store;
mod sync;

pub use anchor::{Anchor, FileAnchor, Mark};
pub use clock::{Clock, ShiftedClock};
pub use device::{Device, Options, SyncOptions};
pub use event::{Event, Listener};
pub use keys::Signer;
pub use logout::{Drafts, LogoutOptions};
pub use problem::{About, Problem, Who};
pub use store::key_file::StoreKey;
pub use sync::Transport;

#[cfg(test)]
mod tests;
