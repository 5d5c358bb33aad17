//! The inbox, the diary by week, the day's list for print, and the search.

pub(in crate::pages) const INBOX: &str = "New referrals";
pub(in crate::pages) const INBOX_WAITING: &str = "Waiting for an answer";
pub(in crate::pages) const INBOX_TEXT: &str = "Each waits for an answer: take it on, or say that it does not fit. The one that is due first comes first.";
pub(in crate::pages) const TO_TAKE_OVER: &str = "Another service asks you to take over";
pub(in crate::pages) const INBOX_NONE: &str = "No referral waits for an answer.";

pub(in crate::pages) const TITLE: &str = "Diary";
pub(in crate::pages) const TO: &str = "to";
pub(in crate::pages) const BEFORE: &str = "‹ Week before";
pub(in crate::pages) const NEXT: &str = "Next week ›";
pub(in crate::pages) const PRINT_TODAY: &str = "Print today’s list";
pub(in crate::pages) const PRINT: &str = "Print this day’s list";
pub(in crate::pages) const NONE: &str = "Nothing";
pub(in crate::pages) const FREE: &str = "Free";
pub(in crate::pages) const ASKED: &str = "asked for from the roadside";
pub(in crate::pages) const DISPUTED: &str = "records disagree";
pub(in crate::pages) const MINUTES: &str = "minutes";

pub(in crate::pages) const NUMBERS: &str = "With telephone numbers";
pub(in crate::pages) const SHOW: &str = "Show";
pub(in crate::pages) const THEN_PRINT: &str =
    "Then print with your browser. First names and one letter only; numbers only when you ask for them.";
pub(in crate::pages) const LIST: &str = "Appointments of the day";
pub(in crate::pages) const LIST_NONE: &str = "No appointment on this day.";
pub(in crate::pages) const TIME: &str = "Time";
pub(in crate::pages) const WHO: &str = "Who";
pub(in crate::pages) const WHAT: &str = "What";
pub(in crate::pages) const WHERE: &str = "Where";
pub(in crate::pages) const REACH: &str = "How to reach";
pub(in crate::pages) const AFTERWARDS: &str = "Afterwards";
pub(in crate::pages) const CAME: &str = "came";
pub(in crate::pages) const DID_NOT_COME: &str = "did not come";
pub(in crate::pages) const CALL: &str = "Call";
pub(in crate::pages) const MADE_FOR: &str = "Made for";
pub(in crate::pages) const LINES: &str = "lines. Shred it after the day.";
pub(in crate::pages) const STOPPED: &str = "No contact";

pub(in crate::pages) const SEARCH: &str = "Find a referral";
pub(in crate::pages) const SEARCH_LABEL: &str = "Name, reference or date of birth";
pub(in crate::pages) const SEARCH_HINT: &str = "Such as Leanne Pocock, 17/05/1994, or both.";
pub(in crate::pages) const FIND: &str = "Find";
pub(in crate::pages) const WRITE_SEARCH: &str = "Write a name, a reference or a date of birth";
pub(in crate::pages) const FOUND_NONE: &str = "Nothing found here.";
pub(in crate::pages) const FOUND_NONE_TEXT: &str = "Look at how it is written. A very common name needs the date of birth beside it. What a phone without signal has recorded is not here yet.";
pub(in crate::pages) const FOUND_MORE: &str = "There are more: write more of it.";
