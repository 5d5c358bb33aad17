//! The words of what was kept as long as it may be.

pub(in crate::pages) const TITLE: &str = "Due for review";
pub(in crate::pages) const LEAD: &str = "Nothing new has come for so long that somebody must look whether it is still needed. \
     Nothing is erased unless somebody decides so.";
pub(in crate::pages) const NONE: &str = "Nothing is due for review.";
pub(in crate::pages) const COLUMNS: [&str; 4] = ["Reference", "Last entry", "Due since", "Decide"];
pub(in crate::pages) const MORE: &str = "More come once these are decided.";
pub(in crate::pages) const OPEN: &str = "Read the record";
pub(in crate::pages) const DECIDE: &str = "Keep it or erase it";
pub(in crate::pages) const KEEP: &str = "Keep it longer";
pub(in crate::pages) const UNTIL: &str = "Until which day";
pub(in crate::pages) const UNTIL_HINT: &str = "Such as 2034-01-31";
pub(in crate::pages) const WRITE_UNTIL: &str = "Write a day within the next ten years, such as 2034-01-31.";
pub(in crate::pages) const WHY: &str = "Why";
pub(in crate::pages) const ERASE: &str = "Erase what it says";
pub(in crate::pages) const ERASE_TEXT: &str = "What your organisation’s entries say is gone for good: here, on every phone, \
     and from backups once they are put back. Who recorded something, and when, stays.";
pub(in crate::pages) const SURE: &str = "Write ERASE to go on";
pub(in crate::pages) const WRITE_SURE: &str = "Write ERASE if you are sure.";
pub(in crate::pages) const CERTIFICATE: &str = "Certificate of erasure";
pub(in crate::pages) const ERASED_IN: &str = "Erased in the part of";
pub(in crate::pages) const COUNT: &str = "entries";
pub(in crate::pages) const MAY_STILL_BE: &str = "It may still be";
pub(in crate::pages) const LEFT: &str = "Entries that still say something, since a service needs them:";
pub(in crate::pages) const BY: &str = "by";
