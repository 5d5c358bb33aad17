//! What devices and server say to each other: one round trip, `POST /v1/sync`.
//!
//! ```text
//!   device                                   server
//!   outbox prefix, cursor ──── push ────▶    verify, append, judge, stamp, feed: one transaction
//!   apply, clear outbox  ◀──── answer ────   receipt, own stamps, next page of the feeds
//! ```
//! Sans-IO: values in, values out. Does not sign, compress, store or send.

pub mod answer;
pub mod digest;
pub mod epoch;
pub mod pending;
pub mod push;
pub mod receipt;
pub mod room;
pub mod session;
pub mod statement;
