//! The words of the page on who opened which record.

use crate::desk::AuditOf;

pub(in crate::pages) const TITLE: &str = "Who opened which record";
pub(in crate::pages) const LEAD: &str = "Each time that a person’s record was opened or given out, or a whole list of them was read, newest first; also on phones, and when a phone got it first. What the record says is \
     not shown to auditors.";
pub(in crate::pages) const NONE: &str = "Nobody has opened a record.";
pub(in crate::pages) const COLUMNS: [&str; 4] = ["Noted", "Who", "What for", "Record"];
pub(in crate::pages) const ON_A_PHONE: &str = ", on a phone at ";
pub(in crate::pages) const BY_ITS_CLOCK: &str = " by its clock";
pub(in crate::pages) const THEIR_OPENINGS: &str = "everything this person opened";
pub(in crate::pages) const ITS_READERS: &str = "everybody who opened it";
pub(in crate::pages) const MANY: &str = "Many records";
pub(in crate::pages) const OLDER: &str = "Older ones";
pub(in crate::pages) const ALL: &str = "All openings";
pub(in crate::pages) const WHICH: &str = "Which lines";

pub(in crate::pages) fn which(what: Option<AuditOf>) -> &'static str {
    match what {
        None => "Everything",
        Some(AuditOf::Opened) => "What people opened",
        Some(AuditOf::Sent) => "What phones were sent",
    }
}
