//! People, services, phones, rules.

pub(in crate::pages) const PEOPLE: &str = "People";
pub(in crate::pages) const WAITS: &str = "Waits until somebody agrees";
pub(in crate::pages) const ASKED_BY: &str = "Asked by";
pub(in crate::pages) const WHEN: &str = "When";
pub(in crate::pages) const CONFIRM: &str = "Confirm";
pub(in crate::pages) const OWN: &str = "Another admin confirms this. You cannot, since you asked.";
pub(in crate::pages) const WITHDRAW: &str = "Withdraw it";
pub(in crate::pages) const NAME: &str = "Name";
pub(in crate::pages) const ROLE: &str = "Role";
pub(in crate::pages) const WORKS_FOR: &str = "Works for";
pub(in crate::pages) const WORKS_FOR_SERVICE: &str = "Service";
pub(in crate::pages) const STATE: &str = "State";
pub(in crate::pages) const ACTIVE: &str = "Active";
pub(in crate::pages) const DISABLED: &str = "Not active";
pub(in crate::pages) const ADD_PERSON: &str = "Add a person";
pub(in crate::pages) const ADD: &str = "Add";
pub(in crate::pages) const NAME_HINT: &str = "As others know it, with the rank if there is one.";
pub(in crate::pages) const GIVE_CODE: &str = "Give a code";
pub(in crate::pages) const GIVE_CODE_TEXT: &str = "With a code the person sets up a phone, or signs in here for the first time or anew. Somebody else agrees first, but for the first code of an officer or of a service’s people.";
pub(in crate::pages) const ANOTHER_ROLE: &str = "Another role";
pub(in crate::pages) const ANOTHER_ROLE_TEXT: &str =
    "Somebody else agrees to it. The person’s phones and sign-in end then, and they get a new code.";
pub(in crate::pages) const ASK: &str = "Ask for it";
pub(in crate::pages) const END: &str = "End this person’s rights";
pub(in crate::pages) const END_TEXT: &str =
    "Their phones read nothing more, and they are signed out here at once. What they recorded stays.";
pub(in crate::pages) const LEFT: &str = "Left, or does something else now: what they did before counts";
pub(in crate::pages) const CAUSE: &str = "For cause: what comes late is kept aside";
pub(in crate::pages) const WHY: &str = "Why";
pub(in crate::pages) const END_NOW: &str = "End their rights";
pub(in crate::pages) const CODE_FOR: &str = "A code for";
pub(in crate::pages) const CODE_STEPS: [&str; 3] = [
    "On a phone: open Waymark, choose Enrol, hold it over the square, or type the code.",
    "For this web desk: open the page below, and type the code there.",
    "The code works for one of the two, once, for ten minutes. It is shown only now.",
];
pub(in crate::pages) const SQUARE: &str = "Square to scan. The code below says the same.";
pub(in crate::pages) const DONE: &str = "Done";
pub(in crate::pages) const ASKED: &str = "Somebody else is asked";
pub(in crate::pages) const TAKES_EFFECT: &str =
    "You are shown how the code ends; whoever asked has its beginning.";
pub(in crate::pages) const BEGINS: &str = "The code begins, for";
pub(in crate::pages) const BEGINS_TEXT: &str = "Write it down for them: it is shown only now. Whoever agrees gives them its end, and the two together are the code.";
pub(in crate::pages) const REPLACES: &str =
    "What you asked before counts no longer, nor the beginning that you got then.";
pub(in crate::pages) const BESIDE: &str =
    "Somebody else asked the same for them, and that waits as well: both stand in the list of people.";
pub(in crate::pages) const ENDS: &str = "The code ends, for";
pub(in crate::pages) const ENDS_STEPS: [&str; 3] = [
    "Whoever asked has its beginning. Typed as one, beginning first, the two are the code.",
    "On a phone: open Waymark, choose Enrol, and type it. For this web desk: open the page below, and type it there.",
    "The code works for one of the two, once, for ten minutes. This half is shown only now.",
];
pub(in crate::pages) const WRITE_NAME: &str = "Write a name of 1 to 200 letters, without a line break";
pub(in crate::pages) const CHOOSE_ROLE: &str = "Choose a role that people of this organisation have";
pub(in crate::pages) const CHOOSE_ORG: &str = "Choose an organisation that takes people";

/// Who may agree.
pub(in crate::pages) fn waits_for(whom: &str) -> &'static str {
    match whom {
        "other_admin" => "It waits until another admin agrees.",
        "admin" => "It waits until an admin agrees.",
        "colleague" => "It waits until somebody else of the service agrees.",
        "person_or_admin" => "It waits until the person or another admin agrees.",
        "person_or_colleague" => "It waits until the person or somebody else of the service agrees.",
        "person_or_lead" => "It waits until the person or another lead agrees.",
        _ => "Nobody agrees to it any more: who asked may not ask now.",
    }
}

/// What somebody else is asked.
pub(in crate::pages) fn asks(asks: &str) -> &'static str {
    if asks == "code" { "A code for" } else { "Another role for" }
}

pub(in crate::pages) const SERVICES: &str = "Services";
pub(in crate::pages) const SERVICES_NONE: &str = "No service yet. Referrals wait until there is one.";
pub(in crate::pages) const TELEPHONE: &str = "Telephone";
pub(in crate::pages) const TELEPHONE_HINT: &str = "At which people reach it, such as 0808 157 0128.";
pub(in crate::pages) const HOURS: &str = "Hours";
pub(in crate::pages) const HOURS_HINT: &str = "When somebody is there, in plain words.";
pub(in crate::pages) const AREAS: &str = "Areas";
pub(in crate::pages) const AREAS_HINT: &str = "One on each line. Leave it empty for every area.";
pub(in crate::pages) const EVERYWHERE: &str = "Every area";
pub(in crate::pages) const AGES: &str = "Ages";
pub(in crate::pages) const AND_OVER: &str = "and over";
pub(in crate::pages) const UP_TO: &str = "to";
pub(in crate::pages) const AGES_HINT: &str = "Such as 10-25, or 18- without an upper end.";
pub(in crate::pages) const ADD_SERVICE: &str = "Add a service";
pub(in crate::pages) const CHANGE_SERVICE: &str = "Change what is known of it";
pub(in crate::pages) const SAVE: &str = "Save";
pub(in crate::pages) const CLOSE_SERVICE: &str = "Let it take no new referrals";
pub(in crate::pages) const CLOSE_SERVICE_TEXT: &str =
    "What goes on there goes to the service that you name; without one it waits until somebody names one.";
pub(in crate::pages) const TAKES_OVER: &str = "Who takes over";
pub(in crate::pages) const NOBODY: &str = "Nobody yet";
pub(in crate::pages) const CLOSE_NOW: &str = "Take no new referrals";
pub(in crate::pages) const CLOSED: &str = "Takes no new referrals";
pub(in crate::pages) const TAKES: &str = "Takes referrals";
pub(in crate::pages) const TAKES_NOBODY: &str = "Takes nobody new now";
pub(in crate::pages) const TAKES_NOBODY_BEFORE: &str = "Takes nobody new before";
pub(in crate::pages) const NOBODY_WORKS_THERE: &str = "Nobody works there yet";
pub(in crate::pages) const WRITE_TELEPHONE: &str = "Write digits, such as 0808 157 0128";
pub(in crate::pages) const WRITE_HOURS: &str = "Write at most 200 letters on one line";
pub(in crate::pages) const WRITE_AREAS: &str = "Write each area once, on a line of its own";
pub(in crate::pages) const WRITE_AGES: &str = "Write ages such as 10-25, or 18-";

pub(in crate::pages) const DEVICES: &str = "Phones";
pub(in crate::pages) const DEVICES_NONE: &str = "No phone yet. Give somebody a code from the page of people.";
pub(in crate::pages) const PHONE: &str = "Phone";
pub(in crate::pages) const WHOSE: &str = "Whose";
pub(in crate::pages) const SINCE: &str = "Since";
pub(in crate::pages) const RECORDED: &str = "Records sent";
pub(in crate::pages) const SYNCED: &str = "Last came with nothing left to send";
pub(in crate::pages) const NOT_YET: &str = "Not yet";
pub(in crate::pages) const IN_USE: &str = "In use";
pub(in crate::pages) const REVOKED: &str = "Revoked:";
pub(in crate::pages) const REVOKE: &str = "Revoke";
pub(in crate::pages) const REVOKE_TITLE: &str = "Revoke a phone";
pub(in crate::pages) const REVOKE_TEXT: &str = "It reads nothing more, and wipes itself when it next has signal. What it recorded and has not sent yet is still taken, and judged by the reason. Unless it was given back, its person is also signed out of this desk everywhere; if their authenticator was on it, give them a code for a new sign-in.";
pub(in crate::pages) const NO_NAME: &str = "Without a name";

/// Why a phone is revoked.
pub(in crate::pages) const REVOKE_REASONS: [(&str, &str); 4] = [
    ("lost", "It was lost: what cannot be shown to be older is kept aside"),
    ("stolen", "It was stolen: what cannot be shown to be older is kept aside"),
    ("cause", "For cause: what cannot be shown to be older is kept aside"),
    ("left", "It was given back or replaced: what it recorded counts"),
];

pub(in crate::pages) fn revoked(reason: &str) -> &'static str {
    match reason {
        "lost" => "lost",
        "stolen" => "stolen",
        "cause" => "for cause",
        _ => "given back",
    }
}

pub(in crate::pages) const POLICY: &str = "Rules";
pub(in crate::pages) const IN_FORCE: &str = "In force";
pub(in crate::pages) const VERSION: &str = "version";
pub(in crate::pages) const FROM: &str = "From";
pub(in crate::pages) const BEFORE: &str = "What was in force, newest first";
pub(in crate::pages) const PACKS: &str = "Other rules";
pub(in crate::pages) const PACKS_TEXT: &str = "What was decided before stays under the rules it was decided by. A second admin confirms a change; phones hear of it when they next have signal.";
pub(in crate::pages) const NOT_KEPT: &str = "Promises of the first scheme that these rules do not keep:";
pub(in crate::pages) const KEEPS_ALL: &str = "These rules keep every promise of the first scheme.";
pub(in crate::pages) const PROPOSE: &str = "Propose these rules";
pub(in crate::pages) const HOLIDAYS: &str = "Bank holidays that were added";
pub(in crate::pages) const HOLIDAYS_NONE: &str = "None beside those that are known already.";
pub(in crate::pages) const ADD_HOLIDAY: &str = "Add a bank holiday";
pub(in crate::pages) const DATE: &str = "Day";
pub(in crate::pages) const DATE_HINT: &str = "Such as 2027-05-10.";
pub(in crate::pages) const WRITE_DATE: &str = "Write a day such as 2027-05-10";
pub(in crate::pages) const WRITE_LABEL: &str = "Write what the day is called, with at most 200 letters";
pub(in crate::pages) const LABEL: &str = "What it is called";
pub(in crate::pages) const NATION: &str = "Where";
pub(in crate::pages) const NATIONS: [(&str, &str); 4] = [
    ("*", "The whole United Kingdom"),
    ("england-and-wales", "England and Wales"),
    ("scotland", "Scotland"),
    ("northern-ireland", "Northern Ireland"),
];
pub(in crate::pages) const HELD: &str = "Is it held?";
pub(in crate::pages) const IS_HELD: &str = "It is a bank holiday";
pub(in crate::pages) const NOT_HELD: &str = "It is a working day after all";

pub(in crate::pages) const PERSONS: &str = "One person or two?";
pub(in crate::pages) const PERSONS_LEAD: &str =
    "Until you say so, two are two people. Services never see what you decide here.";
pub(in crate::pages) const PERSONS_NONE: &str = "Nothing to decide.";
pub(in crate::pages) const FIELD_BY_FIELD: &str = "Field by field";
pub(in crate::pages) const FIRST: &str = "The one";
pub(in crate::pages) const OTHER: &str = "The other";
pub(in crate::pages) const FIELD: &str = "Field";
pub(in crate::pages) const FAMILY: &str = "Family name";
pub(in crate::pages) const GIVEN: &str = "First names";
pub(in crate::pages) const BORN: &str = "Date of birth";
pub(in crate::pages) const STAGE: &str = "Referral";
pub(in crate::pages) const MET: &str = "Met by the police";
pub(in crate::pages) const REASONS: &str = "What was compared";
pub(in crate::pages) const NOT_KNOWN: &str = "Not known";
pub(in crate::pages) const ANSWER: &str = "Your answer";
pub(in crate::pages) const ONE_PERSON: &str = "One person: link them";
pub(in crate::pages) const ONE_PERSON_TEXT: &str =
    "What one of them did before counts for both. Nothing is merged or lost. You can keep them apart again.";
pub(in crate::pages) const TWO_PEOPLE: &str = "Two people: keep them apart";
pub(in crate::pages) const TWO_PEOPLE_TEXT: &str = "Neither counts for the other. You can link them later.";
pub(in crate::pages) const DECIDE: &str = "Decide";
pub(in crate::pages) const LINKED: &str = "They are one person from now on";
pub(in crate::pages) const SPLIT: &str = "They are two people from now on";
pub(in crate::pages) const NUMBER_TAKEN: &str =
    "The number is somebody else’s already: nobody was linked, and you are asked about it";

/// What is asked about two.
pub(in crate::pages) fn question(asks: &str) -> &'static str {
    match asks {
        "may_be_one_person" => "May be one person",
        "still_one_person" => "Linked, and something was corrected since: still one person?",
        "same_encounter" => "One meeting, recorded twice?",
        "two_referrals" => "One person, two referrals that both go on",
        "linked_and_split" => "Linked by one admin, kept apart by another",
        _ => "Two records disagree",
    }
}

pub(in crate::pages) const TRY: &str = "What these rules would have said";
pub(in crate::pages) const TRY_CHANGES_NOTHING: &str =
    "This changes nothing: a decision stays under the rules that it was made by.";
pub(in crate::pages) const TRIED_COLUMNS: [&str; 4] = ["It was", "It would be", "Why", "How often"];

/// How many decisions were tried.
pub(in crate::pages) fn tried(decisions: u64, changed: u64) -> String {
    match (decisions, changed) {
        (0, _) => "No decision is recorded yet.".to_owned(),
        (1, 0) => "The one decision that is recorded would be the same.".to_owned(),
        (1, _) => "The one decision that is recorded would be another.".to_owned(),
        (_, 0) => format!("The last {decisions} decisions would all be the same."),
        (_, 1) => format!("Of the last {decisions} decisions, 1 would be another."),
        _ => format!("Of the last {decisions} decisions, {changed} would be others."),
    }
}

/// Decisions to which the other rules ask what nobody asked then.
pub(in crate::pages) fn not_asked(decisions: u64) -> String {
    let these = if decisions == 1 { "1 of them".to_owned() } else { format!("{decisions} of them") };
    format!(
        "For {these}, these rules ask something that was not asked then. The answer that favours the person is taken."
    )
}

pub(in crate::pages) const WHAT_YOU_OFFER: &str = "What your service offers";
pub(in crate::pages) const WHAT_YOU_OFFER_TEXT: &str =
    "Officers’ phones read it when they next look for news. Nobody is left without a service because of it.";
pub(in crate::pages) const TAKES_NEW: &str = "Do you take new referrals?";
pub(in crate::pages) const TAKES_FROM: &str = "If not: from which day again?";
pub(in crate::pages) const TAKES_FROM_HINT: &str = "Leave it empty if you do not know.";
pub(in crate::pages) const OFFERS: &str = "Kinds of help";
