//! The words of the page on who opened which record.

use crate::desk::Purpose;

pub(in crate::pages) const TITLE: &str = "Who opened which record";
pub(in crate::pages) const LEAD: &str = "Each time that a person’s record was opened, newest first. What the record says is \
     not shown to auditors.";
pub(in crate::pages) const NONE: &str = "Nobody has opened a record.";
pub(in crate::pages) const COLUMNS: [&str; 4] = ["When", "Who", "What for", "Record"];
pub(in crate::pages) const THEIR_OPENINGS: &str = "everything this person opened";
pub(in crate::pages) const ITS_READERS: &str = "everybody who opened it";
pub(in crate::pages) const OLDER: &str = "Older ones";
pub(in crate::pages) const ALL: &str = "All openings";

/// What a record was opened for.
pub(in crate::pages) fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Worklist => "something was due in it",
        Purpose::Inbox => "it was a new referral",
        Purpose::Referrals => "chosen from the list of referrals",
        Purpose::Diary => "it has an appointment",
        Purpose::DayList => "the list of a day was made, for print",
        Purpose::Search => "looked for",
        Purpose::Conflicts => "records disagree",
        Purpose::Persons => "two people may be one",
        Purpose::Leaflet => "a leaflet was made",
        Purpose::Recording => "something was recorded in it",
        Purpose::Address => "no list led to it",
    }
}
