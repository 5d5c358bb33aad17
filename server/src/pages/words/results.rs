//! Results.

use sync_core::results::{Attribute, Furthest, Step};

use crate::desk::Over;

pub(in crate::pages) const TITLE: &str = "Results";
pub(in crate::pages) const FUNNEL: &str = "Where people are lost";
pub(in crate::pages) const TIMES: &str = "Times and gaps";
pub(in crate::pages) const EQUALITY: &str = "Equality";
pub(in crate::pages) const OVER: &str = "Encounters";
pub(in crate::pages) const SHOW: &str = "Show";
pub(in crate::pages) const DOWNLOAD: &str = "Download the figures";
pub(in crate::pages) const TOO_FEW: &str = "Too few to show";
pub(in crate::pages) const TOO_FEW_TEXT: &str = "Fewer than 10 encounters were recorded in this time. Their results are not shown, so that nobody can be picked out.";

pub(in crate::pages) const FUNNEL_CAPTION: &str = "People offered diversion, step by step";
pub(in crate::pages) const GOT_THIS_FAR: &str = "Got this far";
pub(in crate::pages) const ON_THE_WAY: &str = "On the way: not lost, not there yet";
pub(in crate::pages) const LOST_BEFORE: &str = "Lost before this step";
pub(in crate::pages) const ON_WAY: &str = "on the way";
pub(in crate::pages) const LOST: &str = "lost";
pub(in crate::pages) const AS_A_TABLE: &str = "The same as a table";
pub(in crate::pages) const STEP: &str = "Step";
pub(in crate::pages) const COLUMN_ON_THE_WAY: &str = "On the way";
pub(in crate::pages) const COLUMN_LOST: &str = "Lost before";
pub(in crate::pages) const COLUMN_SHARE: &str = "Lost, of those no longer waiting (95% interval)";
pub(in crate::pages) const COUNTED: &str = "How it is counted";
pub(in crate::pages) const EACH_ONCE: &str = "Each encounter counts once, also when two are one person’s.";
pub(in crate::pages) const NOT_OFFERED: &str = "Nothing was offered, or not yet:";
pub(in crate::pages) const LEFT_OUT: &str = "Left out, since nobody’s work could change it (moved away, in custody, no room, has died, or taken back by the police):";
pub(in crate::pages) const NOT_TOLD: &str = "Left out, since the person asked that nothing is told back:";
pub(in crate::pages) const VOLUNTARY: &str =
    "People who came of their own will, without a police decision, are on no page of results.";

pub(in crate::pages) const WAITS: &str = "From the roadside";
pub(in crate::pages) const WAITS_CAPTION: &str = "Time from the roadside";
pub(in crate::pages) const WHAT: &str = "What";
pub(in crate::pages) const PEOPLE: &str = "People";
pub(in crate::pages) const MIDDLE: &str = "Middle";
pub(in crate::pages) const NINE_IN_TEN: &str = "Nine in ten within";
pub(in crate::pages) const FIRST_ATTEMPT: &str = "First attempt to reach the person";
pub(in crate::pages) const FIRST_CONTACT: &str = "First contact";
pub(in crate::pages) const TIME_MISSING: &str =
    "People who were reached, and whose time is not known or cannot be right:";
pub(in crate::pages) const GAPS: &str = "What is missing";
pub(in crate::pages) const GAPS_CAPTION: &str = "What is missing in referrals";
pub(in crate::pages) const OF_REFERRALS: &str = "Of referrals";
pub(in crate::pages) const HOW_MANY: &str = "How many";
pub(in crate::pages) const SHARE: &str = "Share (95% interval)";
pub(in crate::pages) const NO_CHECK: &str = "Without a check";
pub(in crate::pages) const NO_NOTICE: &str = "Without a notice to the person";
pub(in crate::pages) const NO_CRIME_REFERENCE: &str = "Without a crime reference";
pub(in crate::pages) const AGAIN: &str = "Of somebody who was referred before";

pub(in crate::pages) const EFFORT: &str = "What referring takes";
pub(in crate::pages) const EFFORT_CAPTION: &str = "Minutes for the form";
pub(in crate::pages) const FORM: &str = "From the first answer until it was saved";
pub(in crate::pages) const RATED: &str = "Officers who said how easy it was:";
pub(in crate::pages) const EASY: &str = "Easy or very easy:";
pub(in crate::pages) const NO_ONE_OFFICER: &str = "No page shows one officer’s own times or answers.";

pub(in crate::pages) const OUTCOMES: &str = "How people are doing";
pub(in crate::pages) const OUTCOMES_TEXT: &str = "The 28 days before people came in, against the 28 days before the review. Only people who were asked both times are compared.";
pub(in crate::pages) const OUTCOMES_NONE: &str = "Nobody was asked yet.";
pub(in crate::pages) const NO_CARE: &str = "This server keeps no care records, so nobody is asked here how they are doing. Services compare it in their own systems.";
pub(in crate::pages) const OUTCOMES_NONE_TOLD: &str =
    "No service has told anything yet. A lead decides that.";
pub(in crate::pages) const ITEM: &str = "Asked";
pub(in crate::pages) const BEFORE: &str = "Mean before";
pub(in crate::pages) const AFTER: &str = "Mean at the review";
pub(in crate::pages) const STARTED: &str = "Asked at the start:";
pub(in crate::pages) const LOST_SIGHT: &str = "Of them not asked again, who may be doing worse:";
pub(in crate::pages) const TOLD_ON: &str = "Told on";
pub(in crate::pages) const TELL: &str = "Tell the police these totals";
pub(in crate::pages) const TELL_TEXT: &str =
    "Only totals are told, and nothing of fewer than 10 people. What was told is not taken back.";
pub(in crate::pages) const TELL_TOO_FEW: &str =
    "Fewer than 10 people were asked both times: nothing can be told";

pub(in crate::pages) const BY: &str = "By";
pub(in crate::pages) const GROUP: &str = "Group";
pub(in crate::pages) const COUNT: &str = "Could";
pub(in crate::pages) const TOOK: &str = "Share";
pub(in crate::pages) const INTERVAL: &str = "95% interval";
pub(in crate::pages) const RATIO: &str = "Against the largest group (95% interval)";
pub(in crate::pages) const HOW_SURE: &str = "The share, and how sure it is";
pub(in crate::pages) const NOT_SHOWN: &str = "Not shown";
pub(in crate::pages) const ALL: &str = "All";
pub(in crate::pages) const EQUALITY_KEY: &str = "The dot is the share, the line its 95% interval, the dashed line the share of all. A long line means few people.";
pub(in crate::pages) const SINCE_THE_START: &str =
    "All encounters since the start count here, also those of other times than above.";
pub(in crate::pages) const NO_LONGER_WAITING: &str =
    "Only who waits no longer counts: who took the step, and who ended before it.";
pub(in crate::pages) const HIDDEN: &str = "A group of fewer than 10 is not shown. Where a total would tell how many it has, one more group is not shown either.";
pub(in crate::pages) const GAP: &str = "A gap between groups can be chance. It can also be real: watch it.";

pub(in crate::pages) fn over(over: Over) -> &'static str {
    match over {
        Over::All => "Since the start",
        Over::Year => "The last 365 days",
        Over::Quarter => "The last 90 days",
    }
}

pub(in crate::pages) fn step(step: Furthest) -> &'static str {
    match step {
        Furthest::Found => "Found with a drug",
        Furthest::Offered => "Offered at the roadside",
        Furthest::Agreed => "Agreed",
        Furthest::Referred => "Referred",
        Furthest::Received => "Received by the service",
        Furthest::Contacted => "First contact",
        Furthest::Assessed => "Assessed",
        Furthest::Completed => "Completed",
    }
}

pub(in crate::pages) fn taken(step: Step) -> &'static str {
    match step {
        Step::Offered => "Offered, of those found with drugs",
        Step::Agreed => "Agreed, of those offered",
        Step::Contacted => "First contact, of those referred",
        Step::Completed => "Completed, of those assessed",
    }
}

pub(in crate::pages) fn attribute(attribute: Attribute) -> &'static str {
    match attribute {
        Attribute::Ethnicity => "Ethnicity, as people say it",
        Attribute::EthnicitySeen => "Ethnicity, as the officer saw it",
        Attribute::Sex => "Sex",
        Attribute::AgeBand => "Age",
        Attribute::Area => "Area",
    }
}

/// A sentence that says the most important thing of the funnel.
pub(in crate::pages) fn lost_most(lost: u64, of: u64, percent: &str, step: Furthest) -> String {
    let before = self::step(step).to_lowercase();
    format!(
        "Most people are lost before this step: {before}. Of the {of} who wait no longer, {lost} were lost: {percent}."
    )
}
