//! The referral, its log and its merge: pure. Time, ids and random bytes arrive as arguments.
//!
//! Does not read a clock, draw a random number, touch a file, a database or a network.
#![deny(missing_docs)]

pub mod access;
pub mod clock;
pub mod codes;
pub mod identity;
pub mod ids;
pub mod log;
pub mod op;
pub mod persons;
pub mod policy;
pub mod reference;
pub mod referral;
pub mod register;
pub mod shape;
pub mod slots;
pub mod stamp;
pub mod stream;
pub mod sync;
