//! Commands: what a person does, planned by [`sync_core::command`] and written in one transaction.
//!
//! ```text
//!   JSON ─▶ Command ─▶ plan (pure, from a Book) ─▶ recording (pure) ─▶ append, fold ─▶ commit ─▶ "saved"
//! ```
//! Does not touch the network.

pub(crate) mod book;
pub(crate) mod run;
