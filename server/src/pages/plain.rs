//! The desk's words for whoever writes them elsewhere than on a page: a terminal and a file say the same.
//!
//! Does not hold a text of its own: see [`super::words`].

use serde_json::Value;
use sync_core::access::Role;
use sync_core::results::{Attribute, Furthest, Step};

use super::read::text;
use super::words::{self, conflicts, kinds, results};

/// What somebody is called by what they do.
pub(crate) fn role(role: Role) -> &'static str {
    words::role(role)
}

/// What a disagreement is, of an answer about it.
#[must_use]
pub fn kind(shown: &Value) -> &'static str {
    conflicts::kind(text(shown, "kind"), text(shown, "about"))
}

/// Who settles it.
#[must_use]
pub fn settler(shown: &Value) -> &'static str {
    conflicts::settler(text(shown, "settler"), shown["passed_up"] == "yes")
}

/// What an entry is, by its kind.
#[must_use]
pub fn entry(kind: &str) -> String {
    kinds::entry(kind)
}

/// What became of an entry.
#[must_use]
pub fn standing(standing: &str) -> &'static str {
    kinds::standing(standing)
}

/// A step of the way from the roadside to completion.
#[must_use]
pub fn step(step: Furthest) -> &'static str {
    results::step(step)
}

/// A step that groups are compared by, with who could have taken it.
#[must_use]
pub fn taken(step: Step) -> &'static str {
    results::taken(step)
}

/// What groups differ by.
#[must_use]
pub fn attribute(attribute: Attribute) -> &'static str {
    results::attribute(attribute)
}
