//! The words of what is given to a person about themselves, and of the pages that lead there.

pub(in crate::pages) const HELD_BY: &str = "What is held about you by";
pub(in crate::pages) const DRAFT: &str = "Draft: not yet looked through. Do not give it out.";
pub(in crate::pages) const MADE: &str = "As it stood on";
pub(in crate::pages) const GIVEN: &str = "Given out on";
pub(in crate::pages) const LEFT_OUT: &str = "Entries left out, since";
pub(in crate::pages) const RECORD: &str = "Record";
pub(in crate::pages) const NOT_COUNTED: &str = "It is kept, and does not count.";
pub(in crate::pages) const ERASED: &str = "What it said was erased.";
pub(in crate::pages) const READERS: &str = "Who read it";
pub(in crate::pages) const NOBODY: &str = "Nobody has opened it.";
pub(in crate::pages) const OTHERS: &str =
    "The police and each service answer for what they hold themselves. Ask the others, too.";
pub(in crate::pages) const NOT_IN: &str = "Not in it, since no record leads there: forms that somebody began at a desk and did not send, which are \
     deleted after some weeks; what a phone that was taken out of use handed over sealed; and what a phone recorded after its \
     log had parted from the server’s, until it is settled.";
pub(in crate::pages) const TO_BE_LEFT_OUT: &str = "To be left out, since";

pub(in crate::pages) const TITLE: &str = "What is held about somebody";
pub(in crate::pages) const LEAD: &str = "A person has asked what your organisation holds about them. Make sure who asks. \
     Then look through every entry before anything is given out.";
pub(in crate::pages) const REFERENCE: &str = "The reference of a referral of theirs";
pub(in crate::pages) const REFERENCE_HINT: &str = "Such as TVP-7KQ2-M4XD-9";
pub(in crate::pages) const WRITE_REFERENCE: &str = "Write the reference as it was read out.";
pub(in crate::pages) const NOT_FOUND: &str = "You see no referral of that reference.";
pub(in crate::pages) const LOOK: &str = "Look through it";
pub(in crate::pages) const REVIEW: &str = "Look through it, then give it out";
pub(in crate::pages) const REVIEW_LEAD: &str = "Leave out what is about somebody else, and what could harm somebody. \
     It is noted who gave it out, when and to whom.";
pub(in crate::pages) const GIVE: &str = "Give out?";
pub(in crate::pages) const GIVE_IT: &str = "Yes";
pub(in crate::pages) const TO: &str = "Who gets it";
pub(in crate::pages) const TO_PERSON: &str = "The person";
pub(in crate::pages) const TO_REPRESENTATIVE: &str = "Somebody who acts for the person";
pub(in crate::pages) const MAKE: &str = "Make the file to give out";
