//! Signing in by the identity provider. What people call their account there is the operator's word, such as *Thames Valley
//! account*.

use crate::sign_in::oidc::Unproven;

pub(in crate::pages) fn sign_in_with(label: &str) -> String {
    format!("Sign in with your {label}")
}
pub(in crate::pages) const OR_BY_NAME: &str = "Or with a name and a password of this desk";
pub(in crate::pages) const TO_SIGN_IN: &str = "To the sign-in page";
pub(in crate::pages) const TO_THE_START: &str = "To the start";

pub(in crate::pages) fn heading(label: &str) -> String {
    format!("Your {label}")
}
pub(in crate::pages) fn linked_since(label: &str) -> String {
    format!("You can sign in here with your {label}. It was linked on")
}
pub(in crate::pages) fn not_linked(label: &str) -> String {
    format!(
        "Link your {label} once, and from then on it signs you in here, without another password and code."
    )
}
pub(in crate::pages) fn link_my(label: &str) -> String {
    format!("Link my {label}")
}
pub(in crate::pages) fn use_my(label: &str) -> String {
    format!("Use my {label}")
}
pub(in crate::pages) const CODE_HINT: &str =
    "Six digits: they prove that it is you who sits here. A recovery code works too, once.";
pub(in crate::pages) const UNLINK: &str = "Unlink it";
pub(in crate::pages) const ONLY_WAY: &str =
    "it is your only way to sign in: ask for a new code, and set up a password with it first";
pub(in crate::pages) fn set_up_with(label: &str) -> String {
    format!("You sign in here with your {label}, and need no password and no authenticator of this desk.")
}
pub(in crate::pages) fn way(label: &str) -> String {
    format!(
        "Sign in with your {label} now. Afterwards you come back here and say whether it is the right one."
    )
}
pub(in crate::pages) fn whether(label: &str) -> String {
    format!("Is this your own {label}? From now on whoever signs in with it is you here.")
}
pub(in crate::pages) const ACCOUNT: &str = "Account";
pub(in crate::pages) const NO_NAME: &str = "It has no name that could be shown.";
pub(in crate::pages) const PERSON: &str = "Signs in as";
pub(in crate::pages) const YES: &str = "Yes, it is mine";
pub(in crate::pages) const NO: &str = "No, link nothing";
pub(in crate::pages) const NOT_LINKED: &str = "It was not linked";
pub(in crate::pages) fn taken(label: &str) -> String {
    format!("This {label} signs in somebody else here. If it is yours, tell an admin of the force.")
}

pub(in crate::pages) const UNKNOWN: &str = "Nobody here has this account";
pub(in crate::pages) fn unknown(label: &str) -> [String; 4] {
    [
        format!("Your {label} signs nobody in here, and nobody was added."),
        format!(
            "If you already sign in with a name and a password, do that, and link your {label} under your name."
        ),
        format!("If you have a one-time code, set up your account with it, and choose your {label} there."),
        "Else ask an admin, or in a service its lead, for a code.".to_owned(),
    ]
}

pub(in crate::pages) const NOT_NOW: &str = "This does not work at the moment";
pub(in crate::pages) const TOO_OFTEN: &str =
    "Too many sign-ins began from where you are. Wait a minute, then try again.";
pub(in crate::pages) const NOT_SIGNED_IN: &str = "You were not signed in";
pub(in crate::pages) const NOTHING_HAPPENED: &str = "Nothing was changed here.";

/// Why nobody was signed in, or no account was linked.
pub(in crate::pages) fn why(why: Unproven, label: &str) -> String {
    let tell = "If it happens again, tell whoever runs this server.";
    match why {
        Unproven::NotBegun => {
            "This way did not begin in this browser, it took longer than ten minutes, or it was finished before. Begin again."
                .to_owned()
        }
        Unproven::Cancelled => {
            format!("You did not sign in with your {label}, or it may not be used here. Begin again if you want to.")
        }
        Unproven::Unreached => format!(
            "Signing in with your {label} cannot be reached at the moment. Wait a little, or sign in with a name and a password."
        ),
        Unproven::Code => format!("What was brought from your {label} was used before, or is too old. Begin again. {tell}"),
        Unproven::Issuer => format!("Somebody else than your {label} answered, and was not believed. {tell}"),
        Unproven::Audience => format!("The answer of your {label} was meant for another program, and was not believed. {tell}"),
        Unproven::Nonce => format!("The answer of your {label} was meant for another sign-in, and was not believed. {tell}"),
        Unproven::Expired => format!(
            "The answer of your {label} was out of date when it came, so that it was not believed. One of two clocks may be wrong. {tell}"
        ),
        Unproven::Signature => format!("Nothing proves that the answer came from your {label}, so it was not believed. {tell}"),
        Unproven::Malformed => format!("The answer of your {label} could not be understood. {tell}"),
    }
}
