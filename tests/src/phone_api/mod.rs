//! `docs/phone-api.md`: every command and query of the phone, with its fields and an example that was run.
//!
//! ```text
//!   the core's tables and schemas ─┐
//!   world ─▶ play: each example ───┴─▶ print ─▶ docs/phone-api.md, and what `waymark phone help` prints
//! ```
//! What is drawn at random, or depends on the time, is written the same in every run ([`settle`]).

mod play;
mod print;
mod schemas;
mod settle;
mod world;

pub use schemas::schemas;
use serde_json::Value;

/// An example that was run.
pub struct Played {
    /// The verb.
    pub verb: &'static str,
    /// What was asked, without the verb.
    pub asked: Value,
    /// What was answered.
    pub answer: Value,
}

/// Every example, run once in one story.
pub fn examples() -> Vec<Played> {
    play::story()
}

/// The whole document.
pub fn document() -> String {
    print::document(&examples())
}
