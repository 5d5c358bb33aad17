//! One referral: what can be recorded of it, how the ops of its streams merge, and how far it got.
//!
//! ```text
//!   ops of a stream ──fold──▶ StreamState ─┐
//!   ops of a stream ──fold──▶ StreamState ─┼─view──▶ View: eligibility, disposal, engagement
//!   ops of a stream ──fold──▶ StreamState ─┘            │
//!                      an op and what its author knew ──┴─judge──▶ Disposition
//! ```
//! Does not store or send.

pub mod act;
pub mod admission;
pub(crate) mod case;
pub mod conflict;
pub mod controller;
pub mod crime;
pub mod cross_stream;
mod cross_stream_rows;
pub mod decided;
pub mod described;
pub mod disposal;
pub mod duplicate_crime;
mod effort;
pub mod eligibility;
pub mod engagement;
pub mod erasure;
pub(crate) mod facts;
pub mod fold;
pub mod guards;
pub mod interim;
pub mod items;
pub mod judge;
pub mod level;
pub mod offer;
pub mod person;
pub mod plausible;
pub mod rule_inputs;
pub(crate) mod sessions;
pub mod settled;
pub mod shown;
pub mod stage;
pub mod timers;
pub mod view;
pub mod what_if;
pub mod wording;
pub mod words;
pub mod writes;
