//! What devices and server say to each other: one round trip, `POST /v1/sync`.
//!
//! ```text
//!   device                                   server
//!   outbox prefix, cursor ──── push ────▶    verify, append, judge, stamp, feed: one transaction
//!   apply, clear outbox  ◀──── answer ────   receipt, own stamps, next page of the feeds
//! ```
//! Sans-IO: values in, values out. Does not sign, compress, store or send.

pub mod accept;
pub mod answer;
pub mod consulted;
pub mod digest;
pub mod enrolment;
pub mod epoch;
pub mod fork;
pub mod pending;
pub mod prior_check;
pub mod push;
pub mod receipt;
pub mod recovery;
pub mod room;
pub mod sealed;
mod sender;
pub mod server_key;
pub mod session;
pub mod statement;
pub mod waits;
