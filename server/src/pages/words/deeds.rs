//! What the police record and decide after the referral: one small form each.

use sync_core::codes::CodeList;

/// A form: the verb that it carries out, its words, and what it asks.
pub(in crate::pages) struct Deed {
    pub(in crate::pages) verb: &'static str,
    pub(in crate::pages) title: &'static str,
    pub(in crate::pages) text: &'static str,
    pub(in crate::pages) button: &'static str,
    pub(in crate::pages) parts: &'static [Part],
}

/// Something that is asked: the field of the core's command, its words, and what to write where it is wrong.
pub(in crate::pages) struct Part {
    pub(in crate::pages) name: &'static str,
    pub(in crate::pages) label: &'static str,
    pub(in crate::pages) hint: &'static str,
    pub(in crate::pages) fault: &'static str,
    pub(in crate::pages) kind: Kind,
}

/// How it is answered.
#[derive(Debug, Clone, Copy)]
pub(in crate::pages) enum Kind {
    /// A line of text.
    Line,
    /// A sentence or two.
    Sentence,
    /// One of a list, each in sight.
    Pick(Choices),
    /// One of a longer list, or none.
    Choose(Choices),
    /// Several of a list.
    Ticks(CodeList),
    /// The text that people agree to, which is read out and not chosen.
    Wording,
    /// A whole number.
    Number,
    /// A number from a short list.
    Rating(&'static [(&'static str, &'static str)]),
    /// One of the items of the encounter.
    Item,
    /// One of the times that the services of the referral offer.
    Slot,
    /// The three last questions of the form: what the person says, agrees to, and how to reach them.
    Offer,
}

/// What may be chosen.
#[derive(Debug, Clone, Copy)]
pub(in crate::pages) enum Choices {
    List(CodeList),
    Words(&'static [(&'static str, &'static str)]),
}

pub(super) const fn part(
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    fault: &'static str,
    kind: Kind,
) -> Part {
    Part { name, label, hint, fault, kind }
}

pub(super) const YES_NO: Choices = Choices::Words(&[("yes", "Yes"), ("no", "No")]);
const OUTCOMES: Choices = Choices::Words(&[
    ("community_resolution", "Community resolution"),
    ("diversion_22_pending", "Diversion (outcome 22), once the person has taken part"),
    ("diversion_22", "Diversion (outcome 22)"),
    ("arrest", "Arrest"),
    ("investigation", "Investigation"),
    ("no_offence", "No offence"),
]);
const FIELDS: Choices = Choices::Words(&[
    ("name", "Name: family name, comma, first name"),
    ("born", "Date of birth, such as 1990-12-31"),
    ("phone", "Telephone number"),
    ("email", "E-mail"),
    ("address", "Address"),
    ("place_and_time", "Place and time"),
    ("warning", "Warning, for the police alone"),
    ("pnc", "PNC number, for the police alone"),
    ("cro", "CRO number, for the police alone"),
    ("force_number", "Number in the force’s own system, for the police alone"),
]);
pub(super) const CHOOSE: &str = "Choose one";
pub(super) const SAY_WHY: &str = "Write in a sentence why";

/// Every form, in the order in which a page lists them.
const DEEDS: [Deed; 13] = [
    Deed {
        verb: "discretion",
        title: "May the person be offered a diversion?",
        text: "You decide about the history alone. You cannot set aside a reason to arrest, a defence, or a no. Nobody has to admit anything. If you decide nothing, nothing is decided.",
        button: "Decide",
        parts: &[
            part(
                "grant",
                "Your decision",
                "",
                CHOOSE,
                Kind::Pick(Choices::Words(&[
                    ("yes", "Grant it: the offer is made"),
                    ("no", "Do not grant it: the offer ends. A voluntary referral is still possible"),
                ])),
            ),
            part(
                "reason",
                "Why?",
                "In a sentence. It is kept, and read when fairness is reviewed.",
                SAY_WHY,
                Kind::Sentence,
            ),
        ],
    },
    Deed {
        verb: "answer_offer",
        title: "Record the person’s answer",
        text: "For an offer that was left open, or that a supervisor granted.",
        button: "Record the answer",
        parts: &[part("agrees", "", "", "Choose what the person said", Kind::Offer)],
    },
    Deed {
        verb: "crime",
        title: "Add the crime number",
        text: "The number of the force’s own system, the offence, or both.",
        button: "Save",
        parts: &[
            part(
                "crime_reference",
                "Crime number",
                "Such as 43260012345",
                "Write the crime number",
                Kind::Line,
            ),
            part(
                "offence",
                "Offence",
                "",
                "Choose the offence, or write the crime number",
                Kind::Choose(Choices::List(CodeList::Offences)),
            ),
        ],
    },
    Deed {
        verb: "amend",
        title: "Correct a name, a date or a number",
        text: "What was there before stays readable. The service sees what is not for the police alone.",
        button: "Correct it",
        parts: &[
            part("field", "What is to be corrected", "", CHOOSE, Kind::Pick(FIELDS)),
            part("value", "What is right", "", "Write it as the list says", Kind::Line),
        ],
    },
    Deed {
        verb: "notice",
        title: "Somebody was told",
        text: "Of a young person a parent and the youth justice service are told, unless that is a risk.",
        button: "Record it",
        parts: &[
            part(
                "to",
                "Who",
                "",
                CHOOSE,
                Kind::Pick(Choices::Words(&[
                    ("guardian", "A parent, or whoever looks after the person"),
                    ("youth_justice", "The youth justice service"),
                    ("person", "The person"),
                ])),
            ),
            part(
                "not_given",
                "If not told: why",
                "",
                CHOOSE,
                Kind::Choose(Choices::Words(&[
                    ("risk_to_child", "It would put the child at risk"),
                    ("cannot_be_reached", "Cannot be reached"),
                ])),
            ),
        ],
    },
    Deed {
        verb: "handover",
        title: "You rang the service together",
        text: "It is the best way not to lose somebody.",
        button: "Record it",
        parts: &[part(
            "result",
            "What came of it",
            "",
            CHOOSE,
            Kind::Pick(Choices::Words(&[
                ("reached", "The person spoke with the service"),
                ("attempted", "Nobody answered"),
            ])),
        )],
    },
    Deed {
        verb: "safeguard",
        title: "Raise a safety concern",
        text: "If somebody is in danger now, ring 999 first. What you record here reaches the service when it next looks.",
        button: "Raise it",
        parts: &[
            part(
                "codes",
                "What it is about",
                "",
                "Tick what it is about",
                Kind::Ticks(CodeList::Safeguarding),
            ),
            part(
                "told",
                "Who was told, and when?",
                "Such as: ambulance control, 06:50",
                "Write who was told",
                Kind::Line,
            ),
            part("call_back", "A number to call back", "", "Write the number", Kind::Line),
        ],
    },
    Deed {
        verb: "consent",
        title: "The person agrees to something else now",
        text: "Read the text out, then record what the person says. A yes to contact takes back an earlier no.",
        button: "Record it",
        parts: &[
            part("wording", "Read this out:", "", CHOOSE, Kind::Wording),
            part("contact", "May the service get in touch?", "", CHOOSE, Kind::Pick(YES_NO)),
            part(
                "feedback",
                "May the police be told how far the person got?",
                "",
                CHOOSE,
                Kind::Pick(YES_NO),
            ),
            part(
                "language",
                "Language in which you spoke",
                "",
                "Choose the language",
                Kind::Choose(Choices::List(CodeList::Languages)),
            ),
        ],
    },
    Deed {
        verb: "withdraw",
        title: "The person wants to stop",
        text: "Contact stops at once. Nothing follows from it with the police.",
        button: "Record it",
        parts: &[part("reason", "Why", "", CHOOSE, Kind::Pick(Choices::List(CodeList::WithdrawalReasons)))],
    },
    Deed {
        verb: "cancel",
        title: "Take the referral back",
        text: "The service is told. What the person did there stays.",
        button: "Take it back",
        parts: &[part("reason", "Why", "", CHOOSE, Kind::Pick(Choices::List(CodeList::CancelReasons)))],
    },
    Deed {
        verb: "dispose",
        title: "Record another outcome",
        text: "What the police do, when it is not what the meeting ended in. How far somebody got is no reason.",
        button: "Record the outcome",
        parts: &[part("disposal", "Outcome", "", CHOOSE, Kind::Pick(OUTCOMES))],
    },
    Deed {
        verb: "propose_disposal",
        title: "Propose another outcome",
        text: "Another officer decides.",
        button: "Propose it",
        parts: &[
            part("disposal", "Outcome", "", CHOOSE, Kind::Pick(OUTCOMES)),
            part("reason", "Why?", "In a sentence.", SAY_WHY, Kind::Sentence),
        ],
    },
    Deed {
        verb: "rescind",
        title: "Take the outcome back",
        text: "For one of these reasons only. How far the person got is none, and is not shown here.",
        button: "Take it back",
        parts: &[part("reason", "Why", "", CHOOSE, Kind::Pick(Choices::List(CodeList::RescindReasons)))],
    },
];

/// All of them, with those of what is added later.
pub(in crate::pages) fn all() -> impl Iterator<Item = &'static Deed> {
    static OF_REFERRALS: [Deed; 13] = DEEDS;
    static ADDED: [Deed; 10] = super::later::LATER;
    OF_REFERRALS.iter().chain(&ADDED)
}

pub(in crate::pages) const WAITS_DECISION: &str = "A supervisor decides.";
pub(in crate::pages) const WAITS_DECISION_TEXT: &str =
    "Until then nothing is decided, and the person can wait or go.";
pub(in crate::pages) const DECIDE: &str = "Decide";
pub(in crate::pages) const WAITS_ANSWER: &str = "The offer is made, and nothing is sent yet.";
pub(in crate::pages) const WAITS_ANSWER_TEXT: &str =
    "The answer can come to an officer, to the force by telephone, or from the service.";
pub(in crate::pages) const ANSWER: &str = "Record the answer";
pub(in crate::pages) const CAN_DO: &str = "What you can do";

pub(in crate::pages) const WHY_ASKED: &str = "Why you are asked";
pub(in crate::pages) const RULES_SAID: &str = "What the rules said";
pub(in crate::pages) const OFFER: &str = "The offer now";
pub(in crate::pages) const NOT_YOU: &str =
    "You recorded something in this referral yourself. Another supervisor decides.";
pub(in crate::pages) const OUTCOME_NOW: &str = "The outcome now";
