//! The picture of what has happened, and the table beside it.

pub(in crate::pages) const TITLE: &str = "What has happened";
pub(in crate::pages) const CAPTION: &str =
    "Steps in order, left to right; not to scale. The numbers are those of the table below.";
pub(in crate::pages) const CAPTION_LATE: &str =
    "The newest steps in order, left to right; not to scale. The numbers are those of the table below.";
pub(in crate::pages) const IN_LANES: &str = "Steps in three lanes: police, service, person";
pub(in crate::pages) const SAME: &str = "The table below lists the same steps.";
pub(in crate::pages) const LANES: [(&str, &str); 3] =
    [("police", "Police"), ("service", "Service"), ("person", "The person")];
pub(in crate::pages) const KEY_OFF: &str = "It lay on a phone and was not sent yet";
pub(in crate::pages) const KEY_TIE: &str = "Records disagree";
pub(in crate::pages) const STEP: &str = "Step";
pub(in crate::pages) const WHEN: &str = "When";
pub(in crate::pages) const WHO: &str = "Who";
pub(in crate::pages) const WHAT: &str = "What";
pub(in crate::pages) const COUNTS: &str = "Counts?";
pub(in crate::pages) const SIGNAL: &str = "Without signal";
pub(in crate::pages) const DISAGREES: &str = "Disagrees";
pub(in crate::pages) const SENT: &str = "Sent";
pub(in crate::pages) const CLOCK: &str = "The phone’s clock is in doubt. For certain it was between";
pub(in crate::pages) const AND: &str = "and";
