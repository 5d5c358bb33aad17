//! Appointments that officers can ask for.

pub(in crate::pages) const TITLE: &str = "Appointments to ask for";
pub(in crate::pages) const NONE: &str =
    "None yet. A lead opens them; officers ask for one when they refer somebody.";
pub(in crate::pages) const BEGINS: &str = "Begins";
pub(in crate::pages) const MEETING: &str = "For";
pub(in crate::pages) const TAKEN: &str = "Taken";
pub(in crate::pages) const OF: &str = "of";
pub(in crate::pages) const IS_OPEN: &str = "Open";
pub(in crate::pages) const CLOSED: &str = "Closed";
pub(in crate::pages) const OPEN: &str = "Open an appointment";
pub(in crate::pages) const CLOSE: &str = "Close";
pub(in crate::pages) const WHY_CLOSE: &str = "Why it is closed";
pub(in crate::pages) const TIME: &str = "Time";
pub(in crate::pages) const TIME_HINT: &str = "On the clock in London, such as 09:30.";
pub(in crate::pages) const MINUTES: &str = "Minutes";
pub(in crate::pages) const CAPACITY: &str = "How many people it takes";
pub(in crate::pages) const MODE: &str = "How";
pub(in crate::pages) const PLACE: &str = "Where";
pub(in crate::pages) const PLACE_HINT: &str = "Leave it empty if the person is told later.";
pub(in crate::pages) const MEETINGS: [(&str, &str); 2] =
    [("assessment", "Assessment"), ("session", "Session")];
pub(in crate::pages) const MODES: [(&str, &str); 3] =
    [("face_to_face", "Face to face"), ("phone", "By telephone"), ("video", "By video")];
pub(in crate::pages) const WRITE_TIME: &str = "Write a time such as 09:30";
pub(in crate::pages) const WRITE_MINUTES: &str = "Minutes must be a whole number, such as 60";
pub(in crate::pages) const WRITE_CAPACITY: &str = "Write a whole number of people, 1 or more";
pub(in crate::pages) const WRITE_MEETING: &str = "Choose one of the list";
pub(in crate::pages) const WRITE_REASON: &str =
    "Write beside the appointment why it is closed, then press Close";
