//! The due dates of one referral.
//!
//! | timer | runs from | until | whose turn |
//! | --- | --- | --- | --- |
//! | `safeguarding` | raised | 4 hours | who did not raise it: the lead, or the police |
//! | `find_service` | submitted without a service | that day | police, admin |
//! | `no_people` | nobody at its service can act | that day | police, admin |
//! | `receive` | the server holds what sent it there | 1 working day; asked when it is over | police, admin |
//! | `accept` | the server holds what sent it there | 1 working day | lead; when it is over police and admin too |
//! | `transfer` | a service asked another to take the person over | 1 working day; until it answers | lead |
//! | `first_attempt` | accepted | 1 working day; 4 hours when a concern is open | worker |
//! | `assessment` | submitted | 10 working days | worker |
//! | `sessions` | assessed | 84 days | worker |
//! | `appointment` | the day of an appointment | its time; until what became of it is recorded | worker |
//! | `appointment_asked` | a time was asked for that is nobody's slot | that time; until one is booked | worker |
//! | `appointment_declined` | a time that was asked for was not given | that day; until another is found, or the person told | worker, police |
//! | `missed` | an appointment is missed | that day; until somebody reaches out or books | worker |
//! | `wrong_details` | number or address is found to be wrong | that day; until another is known, or the person is reached | worker |
//! | `missed_in_a_row` | the second missed in a row | that day: an outreach task, not a closing | worker |
//! | `ask_lead` | accepted and 14 days without contact | that day: go on, or close as not delivered | lead |
//! | `struck_since` | an entry is struck for which it was opened again | that day: go on, or close it again | lead |
//! | `silence` | the service's last news and 30 days | that day; feedback missing harms nobody | admin |
//! | `settle` | a conflict arose | 5 working days; after that a lead's is an admin's | lead, supervisor or admin |
//! | `answer_offer` | the offer was left open, or granted | the end of its days | police |
//! | `discretion` | the rules leave it to a supervisor | that day | supervisor |
//! | `proposal` | somebody proposed what is to follow | that day | supervisor |
//! | `child` | a child too young for any offence was met | that day; until a concern is raised, or a guardian was told | police |
//! | `tell_guardian`, `tell_youth_justice` | a young person was referred | that day; until done or reasoned | police |
//! | `crime_reference` | a diversion was recorded without one | that day | police |
//! | `offence` | a crime was recorded while the drug was not known | 28 days | police |
//! | `reroute` | rejected | that day; until the person was told, or another service has it | police, admin |
//! | `age` | the server's notice of another age | that day; until it is over, or a guardian was told | police and admin |
//! | `implausible` | an entry that cannot be right | that day | lead; the police for what an officer wrote |
//!
//! Amounts are pack values. A working-day deadline ends with its local day. Does not show what is done.

mod appointments;
mod case;
mod everybody;
mod placing;
mod police;
mod service;

use serde::{Deserialize, Serialize};

use super::{Reader, Referral};
use case::Case;
pub(super) use everybody::settle_by_ms;

/// What is waited for; the table of this module says from when and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Timer {
    /// A safeguarding concern is acknowledged.
    Safeguarding,
    /// A service is found for the person.
    FindService,
    /// Nobody at the service can act: another is named.
    NoPeople,
    /// Somebody at the service has the referral.
    Receive,
    /// The lead accepts or rejects.
    Accept,
    /// The first attempt to reach the person.
    FirstAttempt,
    /// The assessment.
    Assessment,
    /// The last session of the package.
    Sessions,
    /// Missed appointments in a row call for outreach.
    MissedInARow,
    /// Nobody reached the person: the lead is asked to go on, or to close as not delivered.
    AskLead,
    /// It was opened again for an entry that was struck: the lead is asked to go on, or to close it again.
    StruckSince,
    /// Nothing was heard from the service.
    Silence,
    /// A conflict is settled.
    Settle,
    /// The person answers an offer that was left open or granted, or the police decide otherwise.
    AnswerOffer,
    /// A supervisor decides where the rules leave it open.
    Discretion,
    /// A supervisor decides on what somebody proposed.
    Proposal,
    /// A young person's guardian is told.
    TellGuardian,
    /// The youth justice service is told of a young person.
    TellYouthJustice,
    /// The crime gets its reference.
    CrimeReference,
    /// Of a rejected referral the person is told, or another service has it.
    Reroute,
    /// The offence of a crime is recorded, once the drug is identified.
    Offence,
    /// An entry that cannot be right is struck, or recorded again.
    Implausible,
    /// The person had another age than the phone read: somebody looks at what follows from it.
    Age,
    /// What became of an appointment is recorded.
    Appointment,
    /// A time that was asked for is booked, or another one.
    AppointmentAsked,
    /// For a time that was asked for and not given another is found, or the person is told.
    AppointmentDeclined,
    /// An appointment that was missed calls for another.
    Missed,
    /// Another way to reach the person is found: the number or the address is wrong.
    WrongDetails,
    /// For a child who is too young for any offence a concern is raised, or a guardian told.
    Child,
    /// A service that was asked to take the person over answers.
    Transfer,
}

impl Timer {
    /// The rank of what nobody is lost by.
    pub(super) const PAPERWORK: u8 = 2;

    /// What comes first while it is due or overdue, lower first: a concern, then whoever may be lost, then paperwork.
    pub(super) fn rank(self) -> u8 {
        match self {
            Self::Safeguarding | Self::Child => 0,
            Self::FindService
            | Self::NoPeople
            | Self::Receive
            | Self::Accept
            | Self::FirstAttempt
            | Self::Assessment
            | Self::Sessions
            | Self::MissedInARow
            | Self::AskLead
            | Self::StruckSince
            | Self::Silence
            | Self::Settle
            | Self::AnswerOffer
            | Self::Discretion
            | Self::Proposal
            | Self::TellGuardian
            | Self::TellYouthJustice
            | Self::Reroute
            | Self::Implausible
            | Self::Age
            | Self::Appointment
            | Self::AppointmentAsked
            | Self::AppointmentDeclined
            | Self::Missed
            | Self::WrongDetails
            | Self::Transfer => 1,
            Self::CrimeReference | Self::Offence => Self::PAPERWORK,
        }
    }
}

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// The provider's outreach workers.
    Worker,
    /// The provider's lead.
    Lead,
    /// The officer, or a supervisor.
    Police,
    /// A supervisor alone.
    Supervisor,
    /// The scheme's admins.
    Admin,
}

/// How near a due date is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DueState {
    /// Its day has not come.
    Upcoming,
    /// Now.
    Due,
    /// Its time has passed.
    Overdue,
}

/// One due date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Due {
    /// What is waited for.
    pub timer: Timer,
    /// Whose turn it is.
    pub turn: Turn,
    /// From when it is due, in milliseconds since 1970.
    pub opens_ms: u64,
    /// Until when.
    pub at_ms: u64,
    /// How near it is.
    pub state: DueState,
}

/// A due date, whatever the time is: what can be kept with a referral until something is recorded in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coming {
    /// What is waited for.
    pub timer: Timer,
    /// Whose turn it is.
    pub turn: Turn,
    /// From when it is due, in milliseconds since 1970.
    pub opens_ms: u64,
    /// Until when.
    pub at_ms: u64,
    /// When it is told.
    pub told: Told,
}

/// When a due date is told to whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// Whenever somebody looks.
    Always,
    /// Once its time has passed.
    OnceOver,
    /// Until its time has passed: then it is another's.
    UntilOver,
}

impl Coming {
    /// The due date at a time; none when it is not told then.
    #[must_use]
    pub fn at(self, now_ms: u64) -> Option<Due> {
        let Self { timer, turn, opens_ms, at_ms, told } = self;
        let state = if now_ms < opens_ms {
            DueState::Upcoming
        } else if now_ms < at_ms {
            DueState::Due
        } else {
            DueState::Overdue
        };
        let is_told = match told {
            Told::Always => true,
            Told::OnceOver => state == DueState::Overdue,
            Told::UntilOver => state != DueState::Overdue,
        };
        is_told.then_some(Due { timer, turn, opens_ms, at_ms, state })
    }
}

/// What is due on a referral at a time, soonest first.
#[must_use]
pub fn due(referral: &Referral<'_>, now_ms: u64) -> Vec<Due> {
    coming(referral).into_iter().filter_map(|coming| coming.at(now_ms)).collect()
}

/// What is due on a referral, whatever the time is, soonest first. The force is not shown what only the service can
/// know.
#[must_use]
pub fn coming(referral: &Referral<'_>) -> Vec<Coming> {
    let case = Case::read(referral);
    let mut all = case.safeguarding();
    all.extend(case.conflicts());
    all.extend(case.implausible());
    all.extend(case.age());
    all.extend(case.placing());
    all.extend(case.police());
    all.extend(case.silence());
    all.extend(case.declined(Turn::Police));
    if referral.reader != Reader::Force {
        let outreach = [
            case.first_attempt(),
            case.assessment(),
            case.sessions(),
            case.appointment(),
            case.asked_for(),
            case.declined(Turn::Worker),
            case.missed(),
            case.other_way(),
            case.transfer(),
            case.ask_lead(),
            case.struck_since(),
        ];
        all.extend(outreach.into_iter().flatten());
    }
    all.sort_by_key(|due| (due.at_ms, due.timer, due.turn));
    all
}
