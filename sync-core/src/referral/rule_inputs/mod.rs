//! What the rules of eligibility are given, read from records.
//!
//! ```text
//!   an earlier referral's streams ─▶ Prior            an encounter's facts and its snapshot ─▶ Decision
//!   what is held of a person      ─▶ PriorAnswer
//! ```
//! The rules themselves know no record: see [`crate::referral::eligibility`]. Does not match persons.

mod central;
mod prior;
mod recorded;

pub use central::{check_of, prior_answer};
pub use prior::prior_of;
pub use recorded::recorded;
