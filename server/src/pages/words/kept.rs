//! What somebody was typing when their session ended.

pub(in crate::pages) const TITLE: &str = "You were signed out while you were typing";
pub(in crate::pages) const LINES: [&str; 2] =
    ["Nothing was recorded. Here is what you had typed.", "Read it once more, then send it."];
pub(in crate::pages) const SEND: &str = "Send it now";
pub(in crate::pages) const NOT_NEEDED: &str = "Not needed any more?";
pub(in crate::pages) const DROP: &str = "Throw it away";

/// The fields that people write sentences and names into, with what they are called. What is picked from a list, and
/// what a page puts into its form, goes along without being shown.
const TYPED: &[(&str, &str)] = &[
    ("reason", "Why?"),
    ("note", "Note"),
    ("value", "What is right instead"),
    ("override", "Why this service all the same"),
    ("name", "Name"),
    ("telephone", "Telephone"),
    ("hours", "Hours"),
    ("areas", "Areas"),
    ("place", "Where"),
    ("label", "What it is called"),
    ("minutes", "Minutes"),
    ("date", "Day"),
    ("time", "Time"),
    ("capacity", "How many people it takes"),
    ("family", "Family name"),
    ("given", "First name"),
    ("phone", "Telephone number"),
    ("place_and_time", "Or a place and time"),
    ("amount", "Amount"),
    ("told", "Who was told, and when?"),
    ("call_back", "A number to call back"),
];

/// A field that somebody typed into: its own name, and what it is called.
pub(in crate::pages) fn label(field: &str) -> Option<(&'static str, &'static str)> {
    TYPED.iter().find(|(name, _)| *name == field).copied()
}
