//! Words about where people are signed in, and how it ends.

pub(in crate::pages) const SIGNED_IN: &str = "Where you are signed in";
pub(in crate::pages) const THEY_SIGN_IN: &str = "Signing in here";
pub(in crate::pages) const NOWHERE: &str = "They are signed in nowhere.";
pub(in crate::pages) const SINCE: &str = "Since";
pub(in crate::pages) const USED: &str = "Last used";
pub(in crate::pages) const ENDS: &str = "Ends by itself";
pub(in crate::pages) const BROWSER: &str = "Browser";
pub(in crate::pages) const THIS: &str = "this one";
pub(in crate::pages) const ANOTHER: &str = "another one";
pub(in crate::pages) const END: &str = "Sign out there";
pub(in crate::pages) const END_ALL: &str = "Sign them out everywhere";
pub(in crate::pages) const END_ALL_TEXT: &str = "They sign in again as before. Do this if somebody else may use their browser, such as that of a lost phone.";
pub(in crate::pages) const PASSWORD: &str = "with a password and an authenticator";
pub(in crate::pages) const NO_WAY: &str = "They have no sign-in here yet.";
pub(in crate::pages) const UNLINK: &str = "Unlink this account";
pub(in crate::pages) const UNLINK_TEXT: &str = "It signs them in no more, and they are signed out everywhere. If they have no password here, they need a code for a new sign-in, to which somebody else agrees.";

pub(in crate::pages) fn account_at(issuer: &str) -> String {
    format!("with an account at {issuer}, linked on")
}
