//! What records are opened for, and what else stands in the audit, each with its code and its words.
//!
//! Does not write lines: see [`super`].

use serde::{Deserialize, Serialize};

/// What a record is opened for: the queue or the list that leads to it; and what else an auditor reads of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Something is due in it.
    Worklist,
    /// It waits for a service to take it on.
    Inbox,
    /// It was chosen from the list of referrals.
    Referrals,
    /// It has an appointment in a week.
    Diary,
    /// It has an appointment on a day that is printed.
    DayList,
    /// Somebody looked for it.
    Search,
    /// Records of it disagree, or did.
    Conflicts,
    /// Its person may be somebody else's too.
    Persons,
    /// What its person takes along was made.
    Leaflet,
    /// Something is recorded in it.
    Recording,
    /// No queue leads to it: an address was typed or kept.
    Address,
    /// A list of referrals was read by a program or in a terminal, with all that its rows say.
    ListOfReferrals,
    /// The same of a worklist.
    ListOfWork,
    /// The same of records that disagree.
    ListOfConflicts,
    /// The same of what was settled.
    ListOfSettlements,
    /// The same of questions about who is one person.
    ListOfPersons,
    /// The same of records that are due for review.
    ListOfRetention,
    /// Its person asked what is held about them.
    SubjectAccess,
    /// What is held was given to its person.
    GivenToPerson,
    /// What is held was given to somebody who acts for its person.
    GivenToRepresentative,
    /// It is due for review.
    Retention,
    /// It is kept longer.
    KeptLonger,
    /// What its entries say was erased, since it was kept as long as it may be.
    ErasedWhole,
    /// A phone of somebody who holds it got entries of it for the first time.
    SentToPhone,
    /// A phone says that it was opened there, and its user was never given anything of it.
    SaidByPhone,
}

impl Purpose {
    /// The word that stands for it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Worklist => "worklist",
            Self::Inbox => "inbox",
            Self::Referrals => "referrals",
            Self::Diary => "diary",
            Self::DayList => "day_list",
            Self::Search => "search",
            Self::Conflicts => "conflicts",
            Self::Persons => "persons",
            Self::Leaflet => "leaflet",
            Self::Recording => "recording",
            Self::Address => "address",
            Self::ListOfReferrals => "list_of_referrals",
            Self::ListOfWork => "list_of_work",
            Self::ListOfConflicts => "list_of_conflicts",
            Self::ListOfSettlements => "list_of_settlements",
            Self::ListOfPersons => "list_of_persons",
            Self::ListOfRetention => "list_of_retention",
            Self::SubjectAccess => "subject_access",
            Self::GivenToPerson => "given_to_person",
            Self::GivenToRepresentative => "given_to_representative",
            Self::Retention => "retention",
            Self::KeptLonger => "kept_longer",
            Self::ErasedWhole => "erased_whole",
            Self::SentToPhone => "sent_to_phone",
            Self::SaidByPhone => "said_by_phone",
        }
    }

    /// The same for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Worklist => "something was due in it",
            Self::Inbox => "it was a new referral",
            Self::Referrals => "chosen from the list of referrals",
            Self::Diary => "it has an appointment",
            Self::DayList => "the list of a day was made, for print",
            Self::Search => "looked for",
            Self::Conflicts => "records disagree",
            Self::Persons => "two people may be one",
            Self::Leaflet => "a leaflet was made",
            Self::Recording => "something was recorded in it",
            Self::Address => "no list led to it",
            Self::ListOfReferrals => "a list of referrals was read",
            Self::ListOfWork => "a worklist was read",
            Self::ListOfConflicts => "a list of disagreements was read",
            Self::ListOfSettlements => "a list of what was settled was read",
            Self::ListOfPersons => "a list of questions about persons was read",
            Self::ListOfRetention => "a list of what is due for review was read",
            Self::SubjectAccess => "its person asked what is held",
            Self::GivenToPerson => "given out: to its person",
            Self::GivenToRepresentative => "given out: to somebody who acts for its person",
            Self::Retention => "it was due for review",
            Self::KeptLonger => "decided: it is kept longer",
            Self::ErasedWhole => "decided: what it says was erased",
            Self::SentToPhone => "sent to a phone, since its owner holds it",
            Self::SaidByPhone => {
                "a phone says that it was opened, and nothing of it was ever sent to its owner"
            }
        }
    }
}
