//! The online form: thirteen questions to an officer, the check, and what follows.

pub(in crate::pages) const TITLE: &str = "Refer somebody";
pub(in crate::pages) const TITLE_TEXT: &str =
    "Thirteen short questions. Each answer is kept when you go on, so you can stop and come back.";
pub(in crate::pages) const START: &str = "Start";
pub(in crate::pages) const HALF: &str = "Not finished";
pub(in crate::pages) const HALF_NONE: &str = "You have nothing that is half done.";
pub(in crate::pages) const FULL: &str =
    "You have 20 forms that are not finished. Finish one of them, or throw one away, then start a new one";
pub(in crate::pages) const TOO_LONG: &str = "This is too long: its beginning was kept. Write it shorter";
pub(in crate::pages) const THROW: &str = "Throw it away";
pub(in crate::pages) const SAVED: &str = "Saved";
pub(in crate::pages) const DELETED: &str = "Unless you go on with it, it is deleted";
pub(in crate::pages) const NAMELESS: &str = "No name yet";
pub(in crate::pages) const QUESTION: &str = "Question";
pub(in crate::pages) const OF: &str = "of";
pub(in crate::pages) const BACK: &str = "Back";
pub(in crate::pages) const CONTINUE: &str = "Continue";
pub(in crate::pages) const LATER: &str = "Save and come back";
pub(in crate::pages) const KEPT: &str =
    "Each answer is saved when you continue. Nothing is sent before you say so at the end.";
pub(in crate::pages) const NO_CHOICE: &str = "–";

pub(in crate::pages) const DRUG: &str = "What drug do you think it is?";
pub(in crate::pages) const DRUG_HINT: &str =
    "Your best guess. It can be put right later, and no class stops a diversion.";
pub(in crate::pages) const AMOUNT: &str = "How much is it, and where was it found?";
pub(in crate::pages) const AMOUNT_LABEL: &str = "Amount";
pub(in crate::pages) const AMOUNT_HINT: &str = "Such as: 2 small bags, about 1 g";
pub(in crate::pages) const PLACE: &str = "Where it happened";
pub(in crate::pages) const EXHIBIT: &str = "Exhibit reference";
pub(in crate::pages) const EXHIBIT_HINT: &str = "Leave it empty for the next one of yours.";
pub(in crate::pages) const FAMILY: &str = "What is the family name?";
pub(in crate::pages) const FAMILY_LABEL: &str = "Family name";
pub(in crate::pages) const FAMILY_HINT: &str = "Spell it back. Somebody with one name alone: write it here.";
pub(in crate::pages) const GIVEN: &str = "What is the first name?";
pub(in crate::pages) const GIVEN_LABEL: &str = "First name";
pub(in crate::pages) const BORN: &str = "When was the person born?";
pub(in crate::pages) const BORN_HINT: &str = "Such as 22 10 1998";
pub(in crate::pages) const DAY: &str = "Day";
pub(in crate::pages) const MONTH: &str = "Month";
pub(in crate::pages) const YEAR: &str = "Year";
pub(in crate::pages) const LOOKS: &str = "Or how old the person looks, in years";
pub(in crate::pages) const IDENTITY: &str = "How was identity shown?";
pub(in crate::pages) const NOT_ESTABLISHED: &str = "It is not known who this is";
pub(in crate::pages) const CHECKS: &str = "What did the checks say?";
pub(in crate::pages) const CHECKS_HINT: &str = "For each check: how you asked, and what came back.";
pub(in crate::pages) const CHANNEL: &str = "How you asked";
pub(in crate::pages) const RESULT: &str = "What it said";
pub(in crate::pages) const WANTED: &str = "If it said wanted: what did you do about it?";
pub(in crate::pages) const ENGAGED: &str = "If an earlier referral was found: did the person take part?";
pub(in crate::pages) const ENGAGED_WORDS: [(&str, &str); 3] =
    [("yes", "Yes"), ("no", "No"), ("not_known", "Not known")];
pub(in crate::pages) const SIGNS: &str = "Was there any of these?";
pub(in crate::pages) const NONE_OF_THESE: &str = "None of these";
pub(in crate::pages) const SUPPLY: &str = "Signs of supply";
pub(in crate::pages) const NECESSITY: &str = "A reason to arrest for this offence";
pub(in crate::pages) const DEFENCE: &str = "Says that it is lawful, or somebody else’s";
pub(in crate::pages) const OTHER_OFFENCE: &str = "Another offence than possession";
pub(in crate::pages) const CUSTODY: &str = "Under arrest for something else: what for?";
pub(in crate::pages) const MATERIAL: &str =
    "Does the possession matter to that case? The officer in the case says";
pub(in crate::pages) const MATERIAL_WORDS: [(&str, &str); 3] =
    [("", "Nothing yet"), ("not_material", "It does not"), ("material", "It does")];
pub(in crate::pages) const SAFE: &str = "Is the person safe now?";
pub(in crate::pages) const SAFE_YES: &str = "Yes, nothing worries me";
pub(in crate::pages) const SAFE_HINT: &str =
    "Tick what worries you. If somebody is in danger, ring first: nothing is sent before you finish.";
pub(in crate::pages) const TOLD: &str = "Who was told, and when?";
pub(in crate::pages) const TOLD_HINT: &str = "Such as: ambulance control, 06:50";
pub(in crate::pages) const CALL_BACK: &str = "A number to call back";
pub(in crate::pages) const ETHNICITY: &str = "How does the person describe their ethnicity?";
pub(in crate::pages) const ETHNICITY_HINT: &str = "Ask. It is for fairness, and decides nothing.";
pub(in crate::pages) const AGREES: &str = "Does the person agree to be diverted?";
pub(in crate::pages) const AGREES_HINT: &str =
    "Nobody has to admit anything. A no is never held against anybody.";
pub(in crate::pages) const AGREES_WORDS: [(&str, &str); 4] = [
    ("yes", "Yes"),
    ("no", "No"),
    ("cannot_decide_now", "Cannot decide now: the offer stays open"),
    ("not_offered", "I made no offer"),
];
pub(in crate::pages) const UNDECIDED: &str = "If the person cannot decide now: why?";
pub(in crate::pages) const NOT_OFFERED: &str = "If you made no offer: why?";
pub(in crate::pages) const CONSENT: &str = "What does the person agree to be told and asked?";
pub(in crate::pages) const CONSENT_READ: &str = "Read this out:";
pub(in crate::pages) const CONTACT: &str = "May the service get in touch?";
pub(in crate::pages) const FEEDBACK: &str = "May the police be told how far the person got?";
pub(in crate::pages) const YES_NO: [(&str, &str); 2] = [("yes", "Yes"), ("no", "No")];
pub(in crate::pages) const LANGUAGE: &str = "Language in which you spoke";
pub(in crate::pages) const REACH: &str = "How can the service reach the person?";
pub(in crate::pages) const REACH_HINT: &str =
    "Give a number, or a place and time, or both. Most people who are lost are lost here.";
pub(in crate::pages) const PHONE: &str = "Telephone number";
pub(in crate::pages) const PHONE_HINT: &str = "Read it back. Ring it once if you can.";
pub(in crate::pages) const MAY: &str = "On that number";
pub(in crate::pages) const MAY_HINT: &str = "Tick only what the person said yes to.";
pub(in crate::pages) const PLACE_AND_TIME: &str = "Or a place and time";
pub(in crate::pages) const PLACE_AND_TIME_HINT: &str =
    "Such as: bus station in Newbury, weekdays before 09:00";
pub(in crate::pages) const AREA: &str = "Area";
pub(in crate::pages) const SERVICE: &str = "Service";
pub(in crate::pages) const SERVICE_FOUND: &str = "Found by area and age";
pub(in crate::pages) const OTHER_AGES: &str = "Why, if that service takes people of other ages";

pub(in crate::pages) const CHECK: &str = "Check the answers";
pub(in crate::pages) const CHECK_TEXT: &str = "Read the name and the number back to the person.";
pub(in crate::pages) const CHANGE: &str = "Change";
pub(in crate::pages) const NOT_ANSWERED: &str = "Not answered yet";
pub(in crate::pages) const NOTHING: &str = "None";
pub(in crate::pages) const EARLIER: &str = "Earlier referrals";
pub(in crate::pages) const EARLIER_TEXT: &str =
    "You can look up whether this person was referred before. It is kept that you asked, and when.";
pub(in crate::pages) const LOOK_UP: &str = "Look it up";
pub(in crate::pages) const RULES_SAY: &str = "What the rules say";
pub(in crate::pages) const RING: &str = "Ring now:";
pub(in crate::pages) const REFER_NOW: &str = "Refer now";
pub(in crate::pages) const RECORD_NOW: &str = "Record it";
pub(in crate::pages) const NO_ADMISSION: &str = "Nobody is asked to admit anything. No answer here does.";
pub(in crate::pages) const AGAIN: &str = "Refer once more all the same";
pub(in crate::pages) const VOLUNTARY: &str = "Offer a voluntary referral";
pub(in crate::pages) const VOLUNTARY_TEXT: &str =
    "It has nothing to do with what the police do, and changes nothing else.";
pub(in crate::pages) const VOLUNTARY_TAKEN: &str = "This is a voluntary referral.";
pub(in crate::pages) const VOLUNTARY_NOT: &str = "No voluntary referral after all";

/// The answers as they are read back, each with its question.
pub(in crate::pages) const SAID: [(u8, &str); 14] = [
    (1, "Drug"),
    (2, "Amount"),
    (3, "Family name"),
    (4, "First name"),
    (5, "Date of birth"),
    (6, "Identity shown by"),
    (7, "Checks"),
    (8, "Supply, arrest, defence, other offence"),
    (9, "What worries you"),
    (10, "Ethnicity, as the person says"),
    (11, "Diversion"),
    (12, "Being contacted, and what is told back"),
    (13, "How to reach the person"),
    (13, "Service"),
];
pub(in crate::pages) const SAID_LOOKS: &str = "Looks";
pub(in crate::pages) const SAID_ARREST: &str = "Reason to arrest";
pub(in crate::pages) const SAID_CUSTODY: &str = "Under arrest:";
pub(in crate::pages) const SAID_TOLD: &str = "told:";
pub(in crate::pages) const SAID_CONTACT: &str = "Contact:";
pub(in crate::pages) const SAID_FEEDBACK: &str = "how far the person got, and nothing else:";
pub(in crate::pages) const SAID_YES: &str = "yes";
pub(in crate::pages) const SAID_NO: &str = "no";
pub(in crate::pages) const SAID_NOTHING: &str = "not answered";

pub(in crate::pages) const DONE: &str = "Recorded: read this out";
pub(in crate::pages) const READ_OUT: &str = "Read this out";
pub(in crate::pages) const GIVE: &str = "Give the person this";
pub(in crate::pages) const REFERENCE: &str = "Reference";
pub(in crate::pages) const RING_TOGETHER: &str =
    "Ring the service now, while the person is with you: it is the best way not to lose somebody.";
pub(in crate::pages) const RANG_TOGETHER: &str = "Record that you rang together";
pub(in crate::pages) const NOW_YOU: &str = "Now you";
pub(in crate::pages) const REPORT: &str = "For the crime report";
pub(in crate::pages) const OPEN: &str = "Open the referral";
pub(in crate::pages) const ANOTHER: &str = "Refer somebody else";
pub(in crate::pages) const TO_BE_FOUND: &str =
    "The service is still to be found. It is on the force’s list now.";
pub(in crate::pages) const ASK: &str = "Not yet: a supervisor decides";
pub(in crate::pages) const ASKED: &str = "A supervisor is asked.";
pub(in crate::pages) const ASKED_TEXT: &str = "Nothing is decided until a supervisor answers. If the person has to go, the offer can be answered later: to you, to the force by telephone, or from the service.";
pub(in crate::pages) const GRANTED: &str = "The supervisor said yes.";
pub(in crate::pages) const GRANTED_TEXT: &str = "Ask the person now, and record the answer.";
pub(in crate::pages) const REFUSED: &str = "The supervisor said no.";
pub(in crate::pages) const REFUSED_TEXT: &str = "A voluntary referral is still possible.";
pub(in crate::pages) const LOOK: &str = "Look for the answer";
pub(in crate::pages) const ANSWER_OFFER: &str = "Record the person’s answer";

pub(in crate::pages) const NONE_AND_SOME: &str = "You ticked that there is none, and something as well";

/// What to write where something is wrong: the field, its question, the control that takes the answer, the sentence. The
/// first that fits counts, so what is nearer stands before what is around it.
pub(in crate::pages) const FAULTS: [(&str, u8, &str, &str); 29] = [
    ("drug", 1, "drug", "Choose a drug, or: not known yet"),
    ("amount", 2, "amount", "Write the amount in a few words"),
    ("place", 2, "place", "Write where it happened in a few words"),
    ("exhibit", 2, "exhibit", "Write another exhibit reference: this one is empty, or was used before"),
    ("family", 3, "family", "Write the family name"),
    ("given", 4, "given", "Write the first name in letters"),
    ("born", 5, "born_day", "Write day, month and year of birth, or how old the person looks"),
    ("apparent_age", 5, "apparent_age", "Write the age in whole years, from 0 to 120"),
    ("identity", 6, "identity", "Choose how identity was shown"),
    ("checks.wanted", 7, "wanted", "The person is wanted: choose what you did about it"),
    ("checks.engaged", 7, "engaged", "A referral was found: choose whether the person took part"),
    ("checks", 7, "checks", "For each check choose both: how you asked, and what it said"),
    ("custody", 8, "custody", "Write what the arrest is for"),
    ("signs", 8, "none_of_these", "Tick what there was, or that there was none"),
    ("safe_now.told", 9, "told", "Somebody may be in danger: write who was told, and when"),
    ("safe_now.call_back", 9, "call_back", "Write the number to call back"),
    ("safe_now", 9, "safe", "Tick what worries you, or that nothing does"),
    ("ethnicity", 10, "ethnicity", "Choose one, or: not stated"),
    ("agrees.reason", 11, "undecided", "Choose why the person cannot decide now"),
    ("not_offered", 11, "not_offered", "Choose why no offer was made"),
    ("agrees", 11, "agrees", "Choose what the person said"),
    ("voluntary", 11, "agrees", "This person cannot be referred: look after their safety"),
    ("consent.contact", 12, "contact", "Without a yes to being contacted nobody can be referred"),
    ("consent.feedback", 12, "feedback", "Choose whether the police may be told how far the person got"),
    ("consent.language", 12, "language", "Choose the language in which you spoke"),
    ("consent", 12, "contact", "Ask the person, and choose what was said"),
    ("area", 13, "area", "Choose an area in which a service works"),
    ("provider", 13, "provider", "Choose another service, or say why this one although it takes other ages"),
    ("reach", 13, "phone", "Write a telephone number, or a place and time"),
];
