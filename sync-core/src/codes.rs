//! Typed look-ups in the code lists that `schema` embeds; each list is parsed once.
//!
//! Does not judge: a code may be known here and still be of no use to a rule.

use std::{collections::BTreeMap, sync::LazyLock};

use chrono::NaiveDate;
use schema::codes as text;
use serde::{Deserialize, Serialize};

macro_rules! lists {
    ($($(#[$doc:meta])* $variant:ident => $name:literal, $text:ident;)*) => {
        /// The code lists.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum CodeList { $($(#[$doc])* $variant,)* }

        impl CodeList {
            /// Every list.
            pub const ALL: &[CodeList] = &[$(CodeList::$variant,)*];

            /// The list's name, as its file and its address have it.
            pub fn name(self) -> &'static str {
                match self { $(CodeList::$variant => $name,)* }
            }

            /// The list as CSV text.
            pub fn csv(self) -> &'static str {
                match self { $(CodeList::$variant => text::$text,)* }
            }
        }
    };
}

lists! {
    /// Suspected drugs, the tiles of the roadside form.
    Drugs => "drugs", DRUGS;
    /// Offences; only those marked are simple possession.
    Offences => "offences", OFFENCES;
    /// Crime outcome codes.
    Outcomes => "outcomes", OUTCOMES;
    /// Self-defined ethnicity, 18+1 and not stated.
    Ethnicity => "ethnicity", ETHNICITY;
    /// Reasons to arrest, PACE Code G 2.9.
    Necessity => "necessity", NECESSITY;
    /// Safeguarding concerns.
    Safeguarding => "safeguarding", SAFEGUARDING;
    /// Signs of supply.
    SupplySigns => "supply_signs", SUPPLY_SIGNS;
    /// What a check asks for.
    CheckKinds => "check_kinds", CHECK_KINDS;
    /// How a check was made.
    CheckChannels => "check_channels", CHECK_CHANNELS;
    /// What a check found.
    CheckResults => "check_results", CHECK_RESULTS;
    /// What the officer did when a check said that somebody is wanted.
    WantedAnswers => "wanted_answers", WANTED_ANSWERS;
    /// The texts that people agree to.
    ConsentWordings => "consent_wordings", CONSENT_WORDINGS;
    /// How identity was established.
    IdentityMethods => "identity_methods", IDENTITY_METHODS;
    /// Defences put forward.
    Defences => "defences", DEFENCES;
    /// Channels of a contact.
    ContactChannels => "contact_channels", CONTACT_CHANNELS;
    /// Results of a contact.
    ContactResults => "contact_results", CONTACT_RESULTS;
    /// Attendance statuses.
    Attendance => "attendance", ATTENDANCE;
    /// Reasons to cancel a referral.
    CancelReasons => "cancel_reasons", CANCEL_REASONS;
    /// Reasons to rescind an outcome.
    RescindReasons => "rescind_reasons", RESCIND_REASONS;
    /// Reasons to reject a referral.
    RejectReasons => "reject_reasons", REJECT_REASONS;
    /// Reasons to close a referral.
    CloseReasons => "close_reasons", CLOSE_REASONS;
    /// Reasons to withdraw.
    WithdrawalReasons => "withdrawal_reasons", WITHDRAWAL_REASONS;
    /// On what ground a body is erased.
    ErasureBases => "erasure_bases", ERASURE_BASES;
    /// Why a person cannot decide now.
    UndecidedReasons => "undecided_reasons", UNDECIDED_REASONS;
    /// Why no offer was made.
    NotOfferedReasons => "not_offered_reasons", NOT_OFFERED_REASONS;
    /// Languages that people speak.
    Languages => "languages", LANGUAGES;
    /// What a service may do at a number that the person gave.
    ReachMay => "reach_may", REACH_MAY;
    /// Why a referral is handed over.
    TransferReasons => "transfer_reasons", TRANSFER_REASONS;
    /// Sex, as the criminal justice data standards write it.
    Sexes => "sexes", SEXES;
    /// Ethnicity as the officer sees it.
    EthnicitySeen => "ethnicity_seen", ETHNICITY_SEEN;
    /// What becomes of something that was taken.
    ItemFates => "item_fates", ITEM_FATES;
    /// What a service offers, and a person may need.
    ServiceKinds => "service_kinds", SERVICE_KINDS;
    /// What an instrument such as TOP asks for.
    OutcomeItems => "outcome_items", OUTCOME_ITEMS;
    /// Problem codes.
    Errors => "errors", ERRORS;
}

/// One line of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The code; never reused.
    pub code: String,
    /// What people read: the label, title or sentence of the line.
    pub label: String,
    /// The first day the code is no longer used; it stays readable.
    pub retired_on: Option<NaiveDate>,
    columns: BTreeMap<String, String>,
}

impl Entry {
    /// Another column of the line; `None` when it is empty or the list has no such column.
    pub fn column(&self, name: &str) -> Option<&str> {
        self.columns.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Whether the line says `yes` in a column.
    pub fn says_yes(&self, column: &str) -> bool {
        self.column(column) == Some("yes")
    }
}

/// Class of a drug under the Misuse of Drugs Act 1971. It never blocks a diversion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DrugClass {
    /// Class A.
    A,
    /// Class B.
    B,
    /// Class C.
    C,
    /// Not known yet.
    #[serde(rename = "unknown")]
    Unknown,
    /// Not a controlled drug.
    #[serde(rename = "none")]
    NotControlled,
}

/// What simple possession of a drug is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Possession {
    /// An offence, by its CJS code.
    Offence(&'static str),
    /// An offence whose code is settled once the drug is identified.
    NotKnownYet,
    /// No offence.
    NoOffence,
}

/// A drug of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drug {
    /// Its code.
    pub code: &'static str,
    /// Its name.
    pub label: &'static str,
    /// Its class.
    pub class: DrugClass,
    /// What simple possession of it is.
    pub possession: Possession,
}

/// An offence of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offence {
    /// CJS code.
    pub code: &'static str,
    /// Title.
    pub title: &'static str,
    /// Home Office class, when the list knows it.
    pub ho_class: Option<&'static str>,
    /// Whether it is on the allow-list of simple possession.
    pub kind: OffenceKind,
}

/// Which side of the allow-list an offence is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OffenceKind {
    /// Simple possession.
    SimplePossession,
    /// Anything else.
    Other,
}

static LISTS: LazyLock<BTreeMap<CodeList, Vec<Entry>>> =
    LazyLock::new(|| CodeList::ALL.iter().map(|list| (*list, parse(list.csv()))).collect());

/// Every line of a list, in the order of the file.
pub fn entries(list: CodeList) -> &'static [Entry] {
    &LISTS[&list]
}

/// The line of a code, retired or not.
pub fn entry(list: CodeList, code: &str) -> Option<&'static Entry> {
    entries(list).iter().find(|entry| entry.code == code)
}

/// Whether a list has a code, retired or not: an old entry stays readable for ever.
pub fn contains(list: CodeList, code: &str) -> bool {
    entry(list, code).is_some()
}

/// Whether a code is the server's own: nobody else may write it.
pub fn is_servers_own(list: CodeList, code: &str) -> bool {
    entry(list, code).is_some_and(|entry| entry.column("by") == Some("server"))
}

/// Whether a code is written by the software alone: nobody chooses it in a form.
pub fn is_not_chosen(list: CodeList, code: &str) -> bool {
    entry(list, code).is_some_and(|entry| entry.column("by").is_some())
}

/// Whether a code may be used on a day.
pub fn is_current(list: CodeList, code: &str, on: NaiveDate) -> bool {
    entry(list, code).is_some_and(|entry| entry.retired_on.is_none_or(|retired| on < retired))
}

/// What people read for a code.
pub fn label(list: CodeList, code: &str) -> Option<&'static str> {
    entry(list, code).map(|entry| entry.label.as_str())
}

/// The drug of a code.
pub fn drug(code: &str) -> Option<Drug> {
    let entry = entry(CodeList::Drugs, code)?;
    let class = match entry.column("class") {
        Some("A") => DrugClass::A,
        Some("B") => DrugClass::B,
        Some("C") => DrugClass::C,
        Some("none") => DrugClass::NotControlled,
        Some(_) | None => DrugClass::Unknown,
    };
    let possession = match (entry.column("offence"), class) {
        (Some(code), _) => Possession::Offence(code),
        (None, DrugClass::Unknown) => Possession::NotKnownYet,
        (None, DrugClass::A | DrugClass::B | DrugClass::C | DrugClass::NotControlled) => {
            Possession::NoOffence
        }
    };
    Some(Drug { code: &entry.code, label: &entry.label, class, possession })
}

/// The offence of a CJS code.
pub fn offence(code: &str) -> Option<Offence> {
    let entry = entry(CodeList::Offences, code)?;
    let kind =
        if entry.says_yes("simple_possession") { OffenceKind::SimplePossession } else { OffenceKind::Other };
    Some(Offence { code: &entry.code, title: &entry.label, ho_class: entry.column("ho_class"), kind })
}

/// Whether a safeguarding code means immediate danger; an unknown code does, to be on the safe side.
pub fn is_immediate_danger(code: &str) -> bool {
    entry(CodeList::Safeguarding, code).is_none_or(|entry| entry.says_yes("immediate_danger"))
}

fn parse(csv_text: &str) -> Vec<Entry> {
    let mut reader = csv::Reader::from_reader(csv_text.as_bytes());
    reader
        .deserialize::<BTreeMap<String, String>>()
        .map(|line| read(line.expect("the embedded lists are well formed; a test reads them all")))
        .collect()
}

fn read(mut columns: BTreeMap<String, String>) -> Entry {
    let label = ["label", "title", "sentence"].iter().find_map(|name| columns.remove(*name));
    let retired_on = columns.remove("retired_on").filter(|day| !day.is_empty());
    Entry {
        code: columns.remove("code").expect("every list has codes"),
        label: label.expect("every list has words for people"),
        retired_on: retired_on.map(|day| day.parse().expect("retired_on is a date")),
        columns,
    }
}

#[cfg(test)]
mod tests;
