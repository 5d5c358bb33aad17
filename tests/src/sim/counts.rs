//! What really happened over many runs: how often each fault, conflict and outcome occurred.
//!
//! A simulator that never meets a fault proves nothing about it. Does not judge: tests do.

use std::collections::BTreeMap;

/// How often each thing occurred, by its name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts(pub BTreeMap<String, u64>);

impl Counts {
    /// It occurred once more.
    pub fn add(&mut self, what: impl Into<String>) {
        *self.0.entry(what.into()).or_default() += 1;
    }

    /// Adds what occurred elsewhere.
    pub fn merge(&mut self, other: &Self) {
        for (what, times) in &other.0 {
            *self.0.entry(what.clone()).or_default() += times;
        }
    }

    /// How often it occurred.
    #[must_use]
    pub fn of(&self, what: &str) -> u64 {
        self.0.get(what).copied().unwrap_or_default()
    }
}
