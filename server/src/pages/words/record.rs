//! What people of a service record about a referral.

pub(in crate::pages) const WHO_NOTED: &str = "Waymark";
pub(in crate::pages) const CAME: &str = "Nothing was recorded: something new came";
pub(in crate::pages) const CAME_TEXT: &str =
    "Since this page was shown, this came. Look at it, then send the form again. What you typed is kept.";
pub(in crate::pages) const NOTHING_YET: &str = "Nothing was recorded yet.";
pub(in crate::pages) const CHOOSE: &str = "Choose one of the list";
pub(in crate::pages) const WRITE: &str = "Write something here";
pub(in crate::pages) const DAY: &str = "Day";
pub(in crate::pages) const TIME: &str = "Time";
pub(in crate::pages) const MINUTES: &str = "Minutes";
pub(in crate::pages) const PLACE: &str = "Where";
pub(in crate::pages) const NOTE: &str = "Anything the next worker should know";
pub(in crate::pages) const NOTE_HINT: &str = "May stay empty. Only your service reads it.";
pub(in crate::pages) const WHY: &str = "Why?";
pub(in crate::pages) const PLEASE_CHOOSE: &str = "Choose";
pub(in crate::pages) const WRITE_DAY: &str = "Write a day such as 2027-05-10";
pub(in crate::pages) const WRITE_TIME: &str = "Write a time such as 09:30";
pub(in crate::pages) const WRITE_MINUTES: &str = "Minutes must be a whole number, such as 60";

pub(in crate::pages) const MORE_ACTS: &str = "Something else";
pub(in crate::pages) const MISTAKE: &str = "It was a mistake";
pub(in crate::pages) const TAKE_BACK: &str = "It is right after all";

pub(in crate::pages) const ANSWER: &str = "Take this referral on?";
pub(in crate::pages) const ANSWER_LINK: &str = "Answer";
pub(in crate::pages) const TAKE_ON: &str = "Take it on";
pub(in crate::pages) const TAKE_ON_HINT: &str =
    "The first try to reach the person is due by the end of the next working day.";
pub(in crate::pages) const NOT_HERE: &str = "Not this service";
pub(in crate::pages) const NOT_HERE_HINT: &str =
    "The police look for another. It never counts against the person.";
pub(in crate::pages) const DO_NOT_TAKE: &str = "Do not take it on";
pub(in crate::pages) const WRITE_ANSWER: &str = "Say whether the service takes it on";
pub(in crate::pages) const WRITE_WHY_NOT: &str = "Choose why it does not fit";

pub(in crate::pages) const CONTACT: &str = "Record contact";
pub(in crate::pages) const HOW: &str = "How?";
pub(in crate::pages) const CAME_OF_IT: &str = "What came of it?";
pub(in crate::pages) const WRITE_RESULT: &str = "Say what came of it";
pub(in crate::pages) const RECORD: &str = "Record";

pub(in crate::pages) const BOOK: &str = "Book a meeting";
pub(in crate::pages) const WHAT_FOR: &str = "What for?";
pub(in crate::pages) const ASSESSMENT: &str = "Assessment";
pub(in crate::pages) const SESSION: &str = "Session";

pub(in crate::pages) const ATTEND: &str = "Record attendance";
pub(in crate::pages) const APPOINTMENT: &str = "Appointment";
pub(in crate::pages) const NOT_BOOKED: &str = "It was not booked";
pub(in crate::pages) const BECAME: &str = "What became of it?";
pub(in crate::pages) const WRITE_BECAME: &str = "Say what became of the appointment";
pub(in crate::pages) const STATUSES: [(&str, &str, &str); 4] = [
    ("attended", "Came", ""),
    (
        "did_not_attend",
        "Did not come",
        "Nothing follows from it with the police. If it is the second time in a row, reach out today.",
    ),
    ("cancelled_by_person", "The person called it off", ""),
    ("cancelled_by_service", "We called it off", "It never counts against the person."),
];
pub(in crate::pages) const HOW_LONG: &str = "If the person came: how many minutes?";
pub(in crate::pages) const HOW_LONG_HINT: &str = "An hour counts from 50 minutes.";
pub(in crate::pages) const OTHER_TIME: &str = "If it was at another time, or not booked";
pub(in crate::pages) const OTHER_TIME_HINT: &str = "Leave it empty if it was at the time that was booked.";
pub(in crate::pages) const WHY_NOT_CAME: &str = "Why, if somebody else recorded that the person came";
pub(in crate::pages) const WHY_NOT_CAME_HINT: &str = "Leave it empty otherwise.";

pub(in crate::pages) const ADD_NOTE: &str = "Add a note";
pub(in crate::pages) const NOTE_LABEL: &str = "Note";
pub(in crate::pages) const NO_CARE: &str = "Notes about health and care, and how the person is doing, are not kept here. Use your service’s own system.";
pub(in crate::pages) const NOTE_OWN: &str = "About health or care. Nobody outside your service reads it.";

pub(in crate::pages) const DETAILS: &str = "A new number or address";
pub(in crate::pages) const DETAIL_KINDS: [(&str, &str); 5] = [
    ("phone", "Telephone"),
    ("email", "E-mail"),
    ("address", "Address"),
    ("place_and_time", "Where the person can be found"),
    ("language", "Language, as a code such as pl"),
];
pub(in crate::pages) const DETAIL: &str = "What did you learn?";
pub(in crate::pages) const DETAIL_VALUE: &str = "What is it?";
pub(in crate::pages) const DETAIL_HINT: &str = "Only your service reads it.";
pub(in crate::pages) const WRITE_DETAIL: &str = "Write it as it is dialled or written";

pub(in crate::pages) const SAFE: &str = "What is safe";
pub(in crate::pages) const SAFE_LABEL: &str = "What does the person agree to?";

pub(in crate::pages) const CORRECT: &str = "Correct a name or a date of birth";
pub(in crate::pages) const FAMILY: &str = "Family name";
pub(in crate::pages) const GIVEN: &str = "Given name";
pub(in crate::pages) const BORN: &str = "Date of birth";
pub(in crate::pages) const CORRECT_HINT: &str =
    "Fill in what is to be corrected. The police read it as well.";
pub(in crate::pages) const WRITE_ONE: &str = "Correct the name or the date of birth, one at a time";

pub(in crate::pages) const TRANSFER: &str = "Ask another service";
pub(in crate::pages) const TO: &str = "Which service?";
pub(in crate::pages) const AGREES: &str = "The person agrees that the other service is told";
pub(in crate::pages) const AGREES_HINT: &str = "Without a yes nothing goes there.";
pub(in crate::pages) const WRITE_AGREES: &str = "Nothing goes to another service without the person’s yes";
pub(in crate::pages) const ASK: &str = "Ask the service";

pub(in crate::pages) const TAKE_OVER: &str = "Take it over from the other service?";
pub(in crate::pages) const TAKE_OVER_LINK: &str = "Answer the other service";
pub(in crate::pages) const DO_TAKE_OVER: &str = "Take it over";
pub(in crate::pages) const DO_NOT_TAKE_OVER: &str = "Do not take it over";
pub(in crate::pages) const STAYS_THERE: &str =
    "The referral stays where it is. It never counts against the person.";

pub(in crate::pages) const CLOSE: &str = "Close the referral";
pub(in crate::pages) const CLOSE_HINT: &str = "The reason stays with your service. The police are told only that it is closed, unless the person has died.";

pub(in crate::pages) const REOPEN: &str = "Open it again";
pub(in crate::pages) const REOPEN_REASONS: [(&str, &str); 3] = [
    ("person_returned", "The person came back"),
    ("person_came", "The person came or was reached, and whoever closed it did not know"),
    ("closed_in_error", "It was closed by mistake"),
];

pub(in crate::pages) const WITHDRAW: &str = "The person asks you to stop";
pub(in crate::pages) const WITHDRAW_TEXT: &str =
    "Contact stops at once. It is never held against anybody, and nothing follows from it with the police.";
pub(in crate::pages) const STOP: &str = "Stop contact";

pub(in crate::pages) const AGREE: &str = "The person agrees again";
pub(in crate::pages) const AGREE_TEXT: &str =
    "Read the text to the person first. A yes to contact lifts an earlier stop.";
pub(in crate::pages) const AGREE_CONTACT: &str = "May your service contact the person?";
pub(in crate::pages) const AGREE_TOLD: &str = "May the police be told how far the person gets?";
pub(in crate::pages) const YES: &str = "Yes";
pub(in crate::pages) const NO: &str = "No";

pub(in crate::pages) const CONCERN: &str = "Raise a safety concern";
pub(in crate::pages) const CONCERN_TEXT: &str =
    "If anybody is in danger now, ring 999 first. Nothing on this page sends help.";
pub(in crate::pages) const ABOUT: &str = "What is it about?";
pub(in crate::pages) const WRITE_ABOUT: &str = "Choose one at least";
pub(in crate::pages) const TOLD: &str = "Who was told already?";
pub(in crate::pages) const TOLD_HINT: &str = "May stay empty.";
pub(in crate::pages) const CALL_BACK: &str = "Telephone to talk about it";
pub(in crate::pages) const WRITE_CALL_BACK: &str = "Write a telephone number, or leave it empty";

pub(in crate::pages) const ACKNOWLEDGE: &str = "Safety concern";
pub(in crate::pages) const ACKNOWLEDGE_LINK: &str = "Read and answer";
pub(in crate::pages) const ACKNOWLEDGE_TEXT: &str =
    "Whoever raised it sees only that somebody has read it and acts.";
pub(in crate::pages) const RAISED: &str = "Raised";
pub(in crate::pages) const RAISED_BY: &str = "by";
pub(in crate::pages) const WE_ACT: &str = "I have read it and we act";

pub(in crate::pages) const STRIKE: &str = "Strike an entry";
pub(in crate::pages) const STRIKE_TEXT: &str =
    "It stays readable and counts no longer. It can be taken back.";
pub(in crate::pages) const STRIKE_DO: &str = "Strike it";
pub(in crate::pages) const STRIKE_BACK: &str = "Let an entry count again";
pub(in crate::pages) const STRIKE_BACK_DO: &str = "Let it count";
pub(in crate::pages) const WORDING: &str = "Which text was read";
pub(in crate::pages) const LANGUAGE: &str = "In which language";
pub(in crate::pages) const ENTRIES: &str = "Each entry";

pub(in crate::pages) const MOVE: &str = "Move a meeting";
pub(in crate::pages) const NEW_TIME: &str = "The new day and time:";
pub(in crate::pages) const CALL_OFF: &str = "Call a meeting off";
pub(in crate::pages) const BY_WHOM: &str = "Who calls it off?";
pub(in crate::pages) const CALLED_OFF_BY: [(&str, &str, &str); 2] =
    [("person", "The person", ""), ("service", "We do", "It never counts against the person.")];
pub(in crate::pages) const MEASURE: &str = "Ask how the person is doing";
pub(in crate::pages) const MEASURE_TEXT: &str = "About the past 28 days. Leave empty what you did not ask: that is no nought. Nobody outside your service reads one person’s answers.";
pub(in crate::pages) const MEASURED_WHEN: &str = "When is this?";
pub(in crate::pages) const MEASURED_AT: [(&str, &str); 3] =
    [("start", "At the start, about the time before"), ("review", "At a review"), ("exit", "At the end")];
pub(in crate::pages) const ITEMS: &str = "Days, and scales from 0 to 20";
pub(in crate::pages) const WRITE_ITEMS: &str = "Fill in one answer at least";
pub(in crate::pages) const NEED: &str = "Say what the person needs";
pub(in crate::pages) const NEED_WHAT: &str = "Kind of help";

pub(in crate::pages) const WALK_IN: &str = "Somebody came in without a referral";
pub(in crate::pages) const WALK_IN_TEXT: &str =
    "Only your service reads this. The police never learn of it, and it counts nowhere else.";
pub(in crate::pages) const PHONE: &str = "Telephone, if the person wants to be rung";
pub(in crate::pages) const WRITE_NAME: &str = "Write the name";
pub(in crate::pages) const GROUP: &str = "Record a group session";
pub(in crate::pages) const GROUP_TEXT: &str =
    "One session for everybody who is ticked. It is recorded for each of them, or for nobody.";
pub(in crate::pages) const WHO_CAME: &str = "Who came?";
pub(in crate::pages) const WRITE_WHO: &str = "Tick who came";
pub(in crate::pages) const NOBODY_YET: &str = "Your service has nobody to record a session for yet.";
