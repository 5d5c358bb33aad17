//! What went wrong, and what to do.

pub(in crate::pages) const FAULTS: &str = "Something is still to be put right";
pub(in crate::pages) const TO_THE_START: &str = "Go to the start";
pub(in crate::pages) const SIGN_IN: &str = "Sign in";

pub(in crate::pages) const SIGNED_OUT: &str = "You are not signed in";
pub(in crate::pages) const SIGNED_OUT_LINES: [&str; 2] = [
    "What you sent was not recorded. You were signed out, or you waited for more than half an hour.",
    "Sign in, then do it again.",
];
pub(in crate::pages) const SIGNED_OUT_KEPT_LINES: [&str; 2] = [
    "Nothing was recorded yet. You were signed out, or you waited for more than half an hour.",
    "What you typed is kept for you. Sign in, and it comes back; nobody else sees it.",
];

pub(in crate::pages) const NOT_FOUND: &str = "Page not found";
pub(in crate::pages) const NOT_FOUND_LINES: [&str; 2] = [
    "Either it does not exist, or it is not yours to see. We do not say which, so that nobody can find out by trying.",
    "If you followed a link that somebody sent you, ask what role they have.",
];

pub(in crate::pages) const OTHER_METHOD: &str = "This page cannot be asked for in this way";

pub(in crate::pages) const OTHER_FORM: &str = "Nothing was recorded: the form was of another page";
pub(in crate::pages) const OTHER_FORM_LINES: [&str; 2] = [
    "You signed in or out since you opened it, or another site sent it.",
    "Open the page again, and do it there.",
];

pub(in crate::pages) const NO_FORM: &str = "Nothing was recorded: the form could not be read";
pub(in crate::pages) const NO_FORM_LINES: [&str; 1] =
    ["Go back, load the page again, and send it once more."];

pub(in crate::pages) const TOO_SLOW: &str = "Nothing was recorded: the form came too slowly";
pub(in crate::pages) const TOO_SLOW_LINES: [&str; 1] =
    ["Part of it did not arrive. Look at your connection, go back, and send it once more."];

pub(in crate::pages) const NOT_YOURS: &str = "Your role does not do this";
pub(in crate::pages) const NOT_YOURS_LINES: [&str; 1] = ["Nothing was changed. Ask an admin of the force."];

pub(in crate::pages) const NOT_ALLOWED: &str = "This cannot be done now";

pub(in crate::pages) const SHOWN_ANEW: &str = "Nothing was recorded: something new came";
pub(in crate::pages) const SHOWN_ANEW_LINES: [&str; 1] =
    ["Open the page again, and decide on what it says now."];

pub(in crate::pages) const LATER: &str = "Please try again in a minute";
pub(in crate::pages) const LATER_LINES: [&str; 3] = [
    "Waymark is busy or being updated. What you sent was not recorded. Go back, and what you typed is still there.",
    "Phones go on without it: what is recorded on them is sent later.",
    "If somebody is in danger now, ring 999.",
];

/// A part of a sentence as a whole one.
pub(in crate::pages) fn sentence(part: &str) -> String {
    let mut letters = part.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let end = if part.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}
