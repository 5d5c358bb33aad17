//! Disagreements: kinds, sides, choices, settlements.

pub(in crate::pages) const TITLE: &str = "Disagreements";
pub(in crate::pages) const LEAD: &str = "Two people recorded different things, and neither had seen the other’s. The oldest comes first. Whatever you decide, neither record is lost.";
pub(in crate::pages) const YOURS_TO_SETTLE: &str = "Yours to settle, the oldest first";
pub(in crate::pages) const NONE: &str = "Nothing to settle.";
pub(in crate::pages) const NONE_TEXT: &str =
    "A phone that has had no signal may still bring one. It is listed here as soon as it is heard from.";
pub(in crate::pages) const WHAT: &str = "What disagrees";
pub(in crate::pages) const WHO: &str = "Who";
pub(in crate::pages) const SINCE: &str = "Since";
pub(in crate::pages) const SETTLES: &str = "Who settles it";
pub(in crate::pages) const NOT_KNOWN: &str = "Not known here";
pub(in crate::pages) const OLD: &str = "Over 5 days";
pub(in crate::pages) const LATELY: &str = "Settled in the last 28 days";
pub(in crate::pages) const LATELY_NONE: &str = "Nothing was settled in the last 28 days.";
pub(in crate::pages) const MORE: &str = "More";

pub(in crate::pages) const RECORDED: &str = "What was recorded";
pub(in crate::pages) const RECORD: &str = "Record";
pub(in crate::pages) const BY: &str = "Who";
pub(in crate::pages) const ROLE: &str = "Role";
pub(in crate::pages) const HAPPENED: &str = "Happened";
pub(in crate::pages) const WRITTEN_DOWN: &str = "Written down";
pub(in crate::pages) const HAD_SEEN: &str = "Had seen";
pub(in crate::pages) const SEEN_NONE: &str = "Nothing of the others";
pub(in crate::pages) const ASIDE: &str = "Kept aside";
pub(in crate::pages) const REFERRAL: &str = "Referral";
pub(in crate::pages) const MEANWHILE: &str = "What counts until it is settled";
pub(in crate::pages) const NOW: &str = "What counts now";

/// What a settlement can change, with the field that says it.
pub(in crate::pages) const PARTS: [(&str, &str); 7] = [
    ("Stage", "stage_words"),
    ("How far", "level_words"),
    ("Contact", "contact_words"),
    ("Outcome", "outcome_words"),
    ("Offer", "offer_words"),
    ("Person", "who"),
    ("Found with drugs again", "next_words"),
];
pub(in crate::pages) const TOLD: &str = "Told:";
pub(in crate::pages) const CHANGES_TO: &str = "changes to:";
pub(in crate::pages) const NOW_IS: &str = "now:";

pub(in crate::pages) const QUESTION: &str = "What is right?";
pub(in crate::pages) const DRY: &str =
    "Below each answer is what it would change. Nothing changes until you press Settle.";
pub(in crate::pages) const DRY_IN_TEXT: &str = "Below each answer is what it would change.";
pub(in crate::pages) const ENTRY: &str = "Entry";
pub(in crate::pages) const CHANGES_NOTHING: &str =
    "Changes nothing of stage, level, contact, outcome or offer.";
pub(in crate::pages) const WHY: &str = "Why?";
pub(in crate::pages) const WHY_HINT: &str =
    "In a sentence. Whoever wrote a side, and whoever reads this later, will see it. Say whom you asked.";
pub(in crate::pages) const SETTLE: &str = "Settle";
pub(in crate::pages) const DECIDE_AGAIN: &str = "Decide again";
pub(in crate::pages) const WHO_IS_WHO: &str = "Say whether they are one person";
pub(in crate::pages) const PASS_UP: &str = "Leave it to an admin";
pub(in crate::pages) const NEITHER: &str = "Neither";
pub(in crate::pages) const NEITHER_HINT: &str = "Write what is right instead.";
pub(in crate::pages) const NEITHER_LABEL: &str = "What is right";
pub(in crate::pages) const YOURS: &str = "You wrote a side of it. Somebody else decides.";
pub(in crate::pages) const EXTRACT: &str = "You see these records and nothing else of the service’s.";

pub(in crate::pages) const CHOOSE: &str = "Choose one of the answers";
pub(in crate::pages) const WRITE_WHY: &str = "Write in a sentence why, with at most 4,000 letters";
pub(in crate::pages) const WRITE_VALUE: &str =
    "Write it as the records above have it, such as 1990-05-17, or Family, First";

pub(in crate::pages) const ANEW: &str = "Nothing was settled: something new came";
pub(in crate::pages) const ANEW_TEXT: &str =
    "Look at the page again, and decide on what it says now. Your reason is kept below.";
pub(in crate::pages) const CAME_SINCE: &str = "What came since:";
pub(in crate::pages) const SETTLED_SINCE: &str = "Somebody settled it meanwhile.";

pub(in crate::pages) const SETTLED: &str = "Settled";
pub(in crate::pages) const OPEN_AGAIN: &str = "Your decision is recorded, and it is still open";
pub(in crate::pages) const OPEN_AGAIN_TEXT: &str =
    "Somebody else decided otherwise, or another record came. Somebody who wrote neither decides now.";
pub(in crate::pages) const STAYS: &str = "Every record stays where it is; the decision says which one counts. Phones show it when they next have signal.";
pub(in crate::pages) const REASON: &str = "The reason";
pub(in crate::pages) const NEXT: &str = "All disagreements";
pub(in crate::pages) const IF_WRONG: &str = "If this was wrong";
pub(in crate::pages) const IF_WRONG_TEXT: &str =
    "Nothing is deleted. Decide again, and the new decision counts from then on. Both stay in the history.";

/// What a disagreement is, by its kind and what it is about.
pub(in crate::pages) fn kind(kind: &str, about: &str) -> &'static str {
    let is = |start: &str| about.starts_with(start);
    match kind {
        "quarantined" => "An entry was kept aside",
        "duplicate" if is("crime_reference/") => "One crime number is in two referrals",
        "duplicate" if is("exhibit/") => "One exhibit number is in two referrals",
        "duplicate" if is("same_encounter") => "One meeting, recorded twice?",
        "duplicate" => "Two referrals of one person that both go on",
        "identity" => "May be one person",
        "log_fork" => "A phone’s records came in two versions",
        _ if is("attendance/") => "Came, or did not come",
        _ if is("cancelled_") => "Taken back by the police, or taken on by the service",
        _ if is("closed_") => "Closed, or went on",
        _ if is("struck/") => "Struck, or right after all",
        _ if is("subject/born") => "The date of birth differs",
        _ if is("subject/name") => "The name differs",
        _ if is("subject/") => "What is known of the person differs",
        _ if is("consent/") => "What the person agreed to differs",
        _ if is("provider") => "Two services have it",
        _ if is("disposal") => "The outcome differs",
        _ if is("crime/reference") => "The crime number differs",
        _ if is("crime/offence") => "The offence differs",
        _ if is("closing_reason") => "Why it was closed differs",
        _ if is("appointment/") => "When the appointment is differs",
        _ if is("tie/") => "Said to be one person, and two",
        _ => "Two records disagree",
    }
}

/// Who settles it.
pub(in crate::pages) fn settler(settler: &str, passed_up: bool) -> &'static str {
    match settler {
        _ if passed_up => "An admin",
        "admin" => "An admin",
        "supervisor" => "A supervisor",
        _ => "The service’s lead",
    }
}

/// What a choice brings with it beside what it settles, by the kind of the entry that is chosen.
pub(in crate::pages) fn brings(kind: &str) -> Option<&'static str> {
    match kind {
        "referral.cancelled" => Some("The referral is taken back."),
        "referral.closed" => Some("The referral is closed."),
        "referral.rejected" => Some("The service does not take it: another one must be found."),
        "person.withdrew" => Some("All contact with the person stops."),
        "entry.struck" => Some("The struck entry counts no longer."),
        _ => None,
    }
}

pub(in crate::pages) const THIS_HOLDS: &str = "Record";
pub(in crate::pages) const THIS_GOES_ON: &str = "The referral of this record goes on; the other one is taken back as recorded twice, and contact there stops at once.";
pub(in crate::pages) const BOTH: &str = "Both count: they are two";
pub(in crate::pages) const LOOKED: &str =
    "Nothing changes in either. It says that somebody has looked at both.";
pub(in crate::pages) const LET_IN: &str = "Let it count";
pub(in crate::pages) const KEEP_ASIDE: &str = "Keep it aside";
pub(in crate::pages) const KEEP_ASIDE_TEXT: &str = "It never counts. It is not deleted.";
pub(in crate::pages) const BRANCH_IN: &str = "Let these records count, each once";
pub(in crate::pages) const BRANCH_ASIDE: &str = "Keep them aside";
pub(in crate::pages) const BRANCH_ASIDE_TEXT: &str =
    "Right when the phone was set up again since, and has sent them itself.";
pub(in crate::pages) const ENTRIES: &str = "records that only this version has";
pub(in crate::pages) const WRITTEN_ANEW: &str = "of them came again since";
pub(in crate::pages) const LOOK_AGAIN: &str = "Look at it, or decide again";
pub(in crate::pages) const DECIDED: &str = "Decided otherwise";
pub(in crate::pages) const DECIDED_FOR: &str = "Decided: record";
