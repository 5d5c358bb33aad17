//! Referrals, as the force and as a service see them.

pub(in crate::pages) const TITLE: &str = "Referrals";
pub(in crate::pages) const NONE: &str = "No referral here yet.";
pub(in crate::pages) const NONE_TEXT: &str =
    "One that a phone without signal has recorded comes when the phone is heard from.";
pub(in crate::pages) const NAME: &str = "Name";
pub(in crate::pages) const REFERENCE: &str = "Reference";
pub(in crate::pages) const STANDS: &str = "Where it stands";
pub(in crate::pages) const STAGE: &str = "Stage";
pub(in crate::pages) const HOW_FAR: &str = "How far";
pub(in crate::pages) const SENT: &str = "Sent";
pub(in crate::pages) const MORE: &str = "Older ones";
pub(in crate::pages) const NO_NAME: &str = "Name not known here";
pub(in crate::pages) const SERVICE: &str = "Service";
pub(in crate::pages) const TO_BE_FOUND: &str = "Still to be found";
pub(in crate::pages) const CONTACT: &str = "Contact";
pub(in crate::pages) const OFFER: &str = "Offer";
pub(in crate::pages) const OUTCOME: &str = "Outcome";
pub(in crate::pages) const CRIME: &str = "Crime number";
pub(in crate::pages) const TOLD_BACK: &str = "Told back to the police";
pub(in crate::pages) const TOLD_YES: &str = "Yes: how far the person got, and nothing else";
pub(in crate::pages) const TOLD_NO: &str = "No";
pub(in crate::pages) const VOLUNTARY: &str = "Voluntary: it has nothing to do with what the police do.";
pub(in crate::pages) const BORN: &str = "Date of birth";
pub(in crate::pages) const OR: &str = " or ";
pub(in crate::pages) const PERSON: &str = "The person";
pub(in crate::pages) const REACH: &str = "How to reach the person";
pub(in crate::pages) const STOPPED: &str = "Contact has stopped.";
pub(in crate::pages) const STOPPED_TEXT: &str = "Do not ring, write or visit. If the person comes or calls, record it. Nothing follows from it with the police.";
pub(in crate::pages) const NO_NUMBER: &str = "No number was given.";
pub(in crate::pages) const WRONG_DETAILS: &str = "Found to be wrong: ask for another number or address.";
pub(in crate::pages) const AT: &str = "To be found:";
pub(in crate::pages) const SPEAKS: &str = "Speaks";
pub(in crate::pages) const SESSIONS: &str = "Sessions";
pub(in crate::pages) const OF: &str = "of";
pub(in crate::pages) const APPOINTMENTS: &str = "Appointments";
pub(in crate::pages) const CONCERNS: &str = "Safety concern:";
pub(in crate::pages) const DISAGREE: &str = "Records disagree.";
pub(in crate::pages) const DISAGREE_TEXT: &str = "Until it is settled, go on as the page says.";
pub(in crate::pages) const LOOK: &str = "Look at it";
pub(in crate::pages) const NOT_SHOWN: &str = "What you do not see here";
pub(in crate::pages) const NOT_SHOWN_FORCE: &str = "Calls, visits, appointments, and anything about health. They are the service’s, and people come because they know that.";
pub(in crate::pages) const NOT_SHOWN_SERVICE: &str =
    "What was found, what was checked, and what the police decided. They are the police’s.";
pub(in crate::pages) const CAME_IN: &str = "Nobody referred this person";
pub(in crate::pages) const CAME_IN_TEXT: &str =
    "They came in by themselves. The police do not see this record, and learn nothing of it.";
pub(in crate::pages) const NAME_SERVICE: &str = "Name a service";
pub(in crate::pages) const NAME_SERVICE_TEXT: &str =
    "The referral is sent there, and its people see it when their phones next have signal.";
pub(in crate::pages) const OTHER_AGES: &str = "Why, if the service takes people of other ages";
pub(in crate::pages) const OTHER_AGES_HINT: &str = "Leave it empty otherwise. The service reads it.";
pub(in crate::pages) const SEND: &str = "Send it there";
pub(in crate::pages) const ASKED_FOR: &str = "Appointment asked for";
pub(in crate::pages) const ASKED_BY_POLICE: &str = "Asked for by the police:";
pub(in crate::pages) const NEEDS: &str = "Needs";
