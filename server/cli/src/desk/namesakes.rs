//! People of one name: allowed, since people have the names that they have, and said.
//!
//! Does not tell them apart: whoever adds one does.

use serde_json::Value;
use server::desk::Query;

use super::Way;
use crate::failure::Done;

/// What is said when somebody else has the name; lists, and who reads an entry, show names.
pub(super) const NAMESAKES: &str = "somebody else of this name is active too: `waymark user rename` tells them apart, with a number or initials";

/// How many people who are active have a name.
pub(super) fn namesakes(way: &Way, name: &str) -> Done<usize> {
    let name = name.trim().to_lowercase();
    let is_one = |row: &&Value| {
        row["state"] == "active" && row["name"].as_str().is_some_and(|known| known.to_lowercase() == name)
    };
    Ok(way.all("users", Query::Users)?.iter().filter(is_one).count())
}
