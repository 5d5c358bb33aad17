//! The start of each role.

pub(in crate::pages) const TITLE: &str = "What waits for you";
pub(in crate::pages) const CONFLICTS: &str = "Disagreements";
pub(in crate::pages) const PERSONS: &str = "One person or two?";
pub(in crate::pages) const JOINED: &str = "New here in the last two weeks";
pub(in crate::pages) const JOINED_TEXT: &str = "Everybody here reads this. Tell an admin at once if you know nothing of it, or if it is your name and not you.";
pub(in crate::pages) const NEW_DEVICE: &str = "another device";
pub(in crate::pages) const NEW_PERSON: &str = "acts here now";
pub(in crate::pages) const OLDEST: &str = "oldest since";
pub(in crate::pages) const LIST: &str = "Worklist";
pub(in crate::pages) const LIST_TEXT: &str =
    "Whoever may be lost first comes first. A safety concern is always at the top.";
pub(in crate::pages) const PART: &str = "Part";
pub(in crate::pages) const OF: &str = "of";
pub(in crate::pages) const MORE_URGENT: &str = "What is more urgent";
pub(in crate::pages) const LESS_URGENT: &str = "What is less urgent";
pub(in crate::pages) const EMPTY: &str = "Nothing waits for you now.";
pub(in crate::pages) const EMPTY_TEXT: &str =
    "What a phone without signal has recorded is not here yet. It comes when the phone is heard from.";
pub(in crate::pages) const CONCERN: &str = "Safety concern";
pub(in crate::pages) const LATE: &str = "Late";
pub(in crate::pages) const TODAY: &str = "Due";
pub(in crate::pages) const SOON: &str = "Coming up";
pub(in crate::pages) const BY: &str = "By";
pub(in crate::pages) const WAS_DUE: &str = "Was due by";
pub(in crate::pages) const NO_NAME: &str = "Name not known here";
pub(in crate::pages) const ALSO: &str = "Also:";
pub(in crate::pages) const AUDITOR: &str =
    "You read who may do what, and which phones there are. What referrals say is not shown to auditors.";
pub(in crate::pages) const HEADERS: &str = "What was recorded, newest first";
pub(in crate::pages) const HEADERS_NONE: &str = "Nothing was recorded yet.";
pub(in crate::pages) const HEADER_COLUMNS: [&str; 4] = ["What", "By", "Recorded", "Received"];
pub(in crate::pages) const THE_SERVER: &str = "The server";
pub(in crate::pages) const OLDER: &str = "Older entries";
pub(in crate::pages) const DAY_ENDS: &str = "the end of";
