//! Signing in, setting an account up, signing out.

pub(in crate::pages) const TITLE: &str = "Sign in";
pub(in crate::pages) const FOR: &str =
    "For police officers, drug services and administrators of the diversion scheme.";
pub(in crate::pages) const NAME: &str = "Sign-in name";
pub(in crate::pages) const PASSWORD: &str = "Password";
pub(in crate::pages) const CONTINUE: &str = "Continue";
pub(in crate::pages) const FIRST_TIME: &str = "The first time?";
pub(in crate::pages) const FIRST_TIME_TEXT: &str =
    "You get a code that works once, whole or in two halves from two people. With it you choose a password.";
pub(in crate::pages) const FIRST_TIME_LINK: &str = "I have a code";
pub(in crate::pages) const CANNOT: &str = "Cannot sign in?";
pub(in crate::pages) const CANNOT_TEXT: &str =
    "Ask an admin, or in a service its lead, for a new code. Nobody will ever ask for your password.";
pub(in crate::pages) const WRONG: &str =
    "The name or the password is wrong. Check both, and type them again.";
pub(in crate::pages) const WAIT: &str = "Too many passwords were wrong. Wait a few minutes, then try again. From another place you can sign in at once.";

pub(in crate::pages) const CODE_TITLE: &str = "Your code";
pub(in crate::pages) const CODE: &str = "Code from your authenticator";
pub(in crate::pages) const CODE_HINT: &str = "Six digits. A recovery code works too, once.";
pub(in crate::pages) const CODE_WRONG: &str =
    "This code does not work, or it was used already. Wait for the next one and type that.";
pub(in crate::pages) const CODE_WAIT: &str = "Too many codes were wrong. Wait a minute, then type a new one.";
pub(in crate::pages) const ENTER: &str = "Sign in";

pub(in crate::pages) const SET_UP: &str = "Set up your account";
pub(in crate::pages) const ONE_TIME: &str = "Code";
pub(in crate::pages) const ONE_TIME_HINT: &str =
    "The 26 letters and digits that an admin gave you. They work once, for ten minutes.";
pub(in crate::pages) const ONE_TIME_WRONG: &str = "This code does not work: it was used, or its ten minutes are over. If you got two halves, type them as one, the beginning first. Ask an admin, or in a service its lead, for a new one.";

pub(in crate::pages) const CHOOSE: &str = "Choose how you sign in";
pub(in crate::pages) const CHOOSE_FOR: &str = "This account is for";
pub(in crate::pages) const NAME_HINT: &str =
    "Such as your email address at work. Nobody else may have the same.";
pub(in crate::pages) const NEW_PASSWORD: &str = "New password";
pub(in crate::pages) const NEW_PASSWORD_HINT: &str =
    "At least 12 letters. A few words that do not belong together are good. You may paste it.";
pub(in crate::pages) const AGAIN: &str = "The same password again";
pub(in crate::pages) const APP: &str = "Your authenticator";
pub(in crate::pages) const APP_TEXT: &str = "Open an authenticator app on your phone, add an account, and hold the phone over the square. Or type this key:";
pub(in crate::pages) const SQUARE: &str = "Square to scan. The key below says the same.";
pub(in crate::pages) const FIRST_CODE: &str = "The code that the app shows now";
pub(in crate::pages) const FIRST_CODE_HINT: &str = "Six digits.";
pub(in crate::pages) const SAVE: &str = "Save";

pub(in crate::pages) const NAME_MISSING: &str = "Write a name of 1 to 200 letters, without a line break";
pub(in crate::pages) const NAME_TAKEN: &str = "Somebody else has this name. Choose another";
pub(in crate::pages) const SHORT: &str = "Write at least 12 letters";
pub(in crate::pages) const LONG: &str = "Write at most 1,000 letters";
pub(in crate::pages) const GUESSED: &str = "This is one of the first that others would try. Choose another";
pub(in crate::pages) const NAMED: &str = "Your sign-in name is in it. Choose another";
pub(in crate::pages) const NOT_THE_SAME: &str = "The two passwords differ. Type the same one twice";
pub(in crate::pages) const FIRST_CODE_WRONG: &str =
    "The app shows another code by now, or it has another key. Type the newest one";

pub(in crate::pages) const DONE: &str = "Your account is set up";
pub(in crate::pages) const RECOVERY: &str = "Your recovery codes";
pub(in crate::pages) const RECOVERY_TEXT: &str = "If you lose the phone with your authenticator, each of these signs you in once. Write them down and keep them apart from the phone. They are shown only now.";
pub(in crate::pages) const GO_ON: &str = "I have written them down";

pub(in crate::pages) const ME: &str = "You";
pub(in crate::pages) const ROLE: &str = "Role";
pub(in crate::pages) const WORKS_FOR: &str = "Works for";
pub(in crate::pages) const EVERYWHERE: &str = "Sign out everywhere";
pub(in crate::pages) const EVERYWHERE_TEXT: &str = "Ends every browser in which you are signed in, this one too. Do this if somebody else may have used one. Phones are not signed out: an admin revokes a lost phone.";
pub(in crate::pages) const ANEW: &str = "A new password or authenticator";
pub(in crate::pages) const ANEW_TEXT: &str = "Set your account up again with a new code, or a new phone. Ask for one here: somebody else agrees, and has its end.";
pub(in crate::pages) const ASK_CODE: &str = "Ask for a code";
