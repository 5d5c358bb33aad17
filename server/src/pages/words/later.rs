//! What the police add to an encounter later: one small form each.
//!
//! A name with a dot in it stands for a field inside another of the core's command.

use sync_core::codes::CodeList;

use super::deeds::{CHOOSE, Choices, Deed, Kind, SAY_WHY, YES_NO, part};

const EXHIBIT: &str = "Which item";
const WRITE: &str = "Write something here";
const WRITE_NUMBER: &str = "Write a whole number";

/// The forms, in the order in which a page lists them after the others.
pub(in crate::pages) const LATER: [Deed; 10] = [
    Deed {
        verb: "ask_slot",
        title: "Ask for an appointment",
        text: "It is asked for, and not confirmed before the answer is here. One that was given is theirs, unless the referral ends before.",
        button: "Ask for it",
        parts: &[part("slot", "Times that the service offers", "", "Choose a time", Kind::Slot)],
    },
    Deed {
        verb: "identify",
        title: "Say what it was found to be",
        text: "After a test. It never changes what was decided when you met the person.",
        button: "Save",
        parts: &[
            part("exhibit", EXHIBIT, "", CHOOSE, Kind::Item),
            part("drug", "What it is", "", CHOOSE, Kind::Choose(Choices::List(CodeList::Drugs))),
            part("method", "How it was found out", "May stay empty.", WRITE, Kind::Line),
        ],
    },
    Deed {
        verb: "book_in",
        title: "Book it in",
        text: "Seal, weight and store, as far as they are known.",
        button: "Save",
        parts: &[
            part("exhibit", EXHIBIT, "", CHOOSE, Kind::Item),
            part("seal", "Number of the seal", "", "Write the seal, the weight or the store", Kind::Line),
            part("weight_mg", "Weight in milligrams", "Such as 820", WRITE_NUMBER, Kind::Number),
            part("store", "Store", "", WRITE, Kind::Line),
        ],
    },
    Deed {
        verb: "dispose_item",
        title: "Say what became of it",
        text: "For what was taken and is in the store no longer.",
        button: "Save",
        parts: &[
            part("exhibit", EXHIBIT, "", CHOOSE, Kind::Item),
            part("how", "What became of it", "", CHOOSE, Kind::Pick(Choices::List(CodeList::ItemFates))),
        ],
    },
    Deed {
        verb: "check",
        title: "Add a check",
        text: "A record that was looked at later. It changes nothing that was decided.",
        button: "Save",
        parts: &[
            part(
                "check.kind",
                "What was looked at",
                "",
                CHOOSE,
                Kind::Pick(Choices::List(CodeList::CheckKinds)),
            ),
            part("check.channel", "How", "", CHOOSE, Kind::Pick(Choices::List(CodeList::CheckChannels))),
            part(
                "check.result",
                "What it said",
                "",
                CHOOSE,
                Kind::Pick(Choices::List(CodeList::CheckResults)),
            ),
        ],
    },
    Deed {
        verb: "offence",
        title: "Add another offence",
        text: "A drug offence of the list, or words of your own for anything else. It decides nothing by itself.",
        button: "Save",
        parts: &[
            part(
                "offence",
                "Drug offence",
                "",
                "Choose the offence, or write what it was",
                Kind::Choose(Choices::List(CodeList::Offences)),
            ),
            part("words", "Anything else, in your own words", "Such as: no insurance", WRITE, Kind::Line),
        ],
    },
    Deed {
        verb: "describe",
        title: "Add what was not asked at the roadside",
        text: "Fill in what is known. None of it is needed, and no rule reads it.",
        button: "Save",
        parts: &[
            part(
                "described.sex",
                "Sex",
                "",
                "Fill in one field at least",
                Kind::Choose(Choices::List(CodeList::Sexes)),
            ),
            part(
                "described.ethnicity_seen",
                "Ethnicity as you saw it",
                "",
                CHOOSE,
                Kind::Choose(Choices::List(CodeList::EthnicitySeen)),
            ),
            part("described.stop_search", "Number of the stop and search", "", WRITE, Kind::Line),
            part("described.body_worn_video", "Number of the body-worn video", "", WRITE, Kind::Line),
            part(
                "described.postcode_district",
                "First half of the postcode",
                "Such as RG1",
                "Write the first half of a postcode, such as RG1",
                Kind::Line,
            ),
        ],
    },
    Deed {
        verb: "oic",
        title: "The officer in the case decided",
        text: "For somebody under arrest for something else: does this possession matter to it?",
        button: "Save",
        parts: &[
            part("material", "Does it matter?", "", CHOOSE, Kind::Pick(YES_NO)),
            part("reason", "Why?", "In a sentence.", SAY_WHY, Kind::Sentence),
        ],
    },
    Deed {
        verb: "need",
        title: "Say what the person needs",
        text: "The service reads it. It limits nobody to one kind of help.",
        button: "Save",
        parts: &[part("need", "Kind of help", "", CHOOSE, Kind::Pick(Choices::List(CodeList::ServiceKinds)))],
    },
    Deed {
        verb: "rate",
        title: "How easy was this?",
        text: "It helps to make referring easier. Nobody is shown one officer’s answers.",
        button: "Send",
        parts: &[part(
            "ease",
            "How easy was it?",
            "",
            CHOOSE,
            Kind::Rating(&[
                ("5", "Very easy"),
                ("4", "Easy"),
                ("3", "Neither"),
                ("2", "Hard"),
                ("1", "Very hard"),
            ]),
        )],
    },
];

pub(in crate::pages) const NO_SLOTS: &str =
    "The service offers no times now. It arranges one with the person.";
pub(in crate::pages) const PLACES_LEFT: &str = "places left when this was last known:";
