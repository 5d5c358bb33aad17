//! What to do first at a desk, and why.
//!
//! ```text
//!   an open safeguarding concern, the oldest first
//!   ▸ overdue, the oldest first ▸ due, the soonest first ▸ the same of paperwork ▸ upcoming, the soonest first
//! ```
//! One item a referral, by its most urgent reason. Does not assign work to a person.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::due::{Coming, Due, DueState, Timer, Told, Turn, coming};
use super::{Reader, Referral};
use crate::ids::OrgId;
use crate::referral::act::YesNo;
use crate::referral::engagement::Stage;
use crate::referral::person::{Person, Reach};
use crate::referral::view::Contact;
use crate::referral::wording;

/// Whose worklist it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorklistOf {
    /// A provider's workers and lead.
    Provider,
    /// Officers.
    Officer,
    /// Supervisors: what waits for an officer is theirs too, who may be away or have left.
    Supervisor,
    /// The scheme's admins.
    Admin,
}

/// One referral on a worklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Item {
    /// The referral.
    pub record: Uuid,
    /// The most urgent reason.
    pub first: Due,
    /// That reason in words.
    pub reason: &'static str,
    /// Until when, in milliseconds since 1970.
    pub due_ms: u64,
    /// What else is due there, in the same order.
    pub also: Vec<Due>,
    /// The same in words.
    pub also_words: Vec<&'static str>,
    /// The reference that people read out.
    pub reference: Option<String>,
    /// Who it is about, as known now.
    pub name: Option<String>,
    /// How to reach them; nothing once contact is stopped.
    pub reach: Option<Reach>,
    /// What must not be done on the way.
    pub safe: Vec<String>,
    /// Where the referral stands …
    pub stage: Stage,
    /// … and in words.
    pub stage_words: String,
}

/// The desks on whose worklist a referral may come, whatever the time is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Desks(u8);

impl Desks {
    /// None.
    pub const NONE: Self = Self(0);
    /// All of them.
    pub const ALL: Self = Self(31);

    /// One desk.
    #[must_use]
    pub fn of(desk: WorklistOf) -> Self {
        Self(match desk {
            WorklistOf::Provider => 1,
            WorklistOf::Officer => 2,
            WorklistOf::Supervisor => 4,
            WorklistOf::Admin => 8,
        })
    }

    /// Some force's desk, but only while nobody at the service can act.
    #[must_use]
    pub fn while_nobody_can_act() -> Self {
        Self(16)
    }

    /// Those of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// As a store keeps them.
    #[must_use]
    pub fn bits(self) -> u8 {
        self.0
    }

    /// Whether one of them is among the others.
    #[must_use]
    pub fn meet(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }
}

/// Where something that is due stands in the order of a desk's list, whatever the time is: a store orders referrals by
/// it without reading them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// The one desk.
    pub desk: Desks,
    /// Its rank while it is due or overdue, lower first. What is still to come is behind all of them.
    pub rank: u8,
    /// From when it is due, in milliseconds since 1970 …
    pub opens_ms: u64,
    /// … and until when.
    pub at_ms: u64,
    /// From when the desk is told of it …
    pub from_ms: u64,
    /// … and until when.
    pub until_ms: u64,
    /// The order of two with the same time.
    pub tie: u16,
    /// Whether the desk is told only while nobody at the services can act.
    pub while_nobody_can_act: YesNo,
}

impl Line {
    /// The last time of all.
    const NEVER_OVER: u64 = i64::MAX.cast_unsigned();

    fn of(coming: &Coming, desk: WorklistOf) -> Self {
        let Coming { timer, turn, opens_ms, at_ms, told } = *coming;
        let (from_ms, until_ms) = match told {
            Told::Always => (0, Self::NEVER_OVER),
            Told::OnceOver => (at_ms, Self::NEVER_OVER),
            Told::UntilOver => (0, at_ms),
        };
        let waits = desk == WorklistOf::Admin && timer == Timer::Silence;
        Self {
            desk: Desks::of(desk),
            rank: timer.rank(),
            opens_ms,
            at_ms,
            from_ms: if waits { from_ms.max(opens_ms) } else { from_ms },
            until_ms,
            tie: (timer as u16) << 3 | turn as u16,
            while_nobody_can_act: if timer == Timer::NoPeople { YesNo::Yes } else { YesNo::No },
        }
    }

    /// How urgent it is at a time, lower first; none when the desk is not told of it then.
    #[must_use]
    pub fn urgency(&self, now_ms: u64) -> Option<u64> {
        let to_come = self.rank > 0 && self.opens_ms > now_ms;
        let rank = u64::from(self.rank) + if to_come { u64::from(Timer::PAPERWORK) } else { 0 };
        let is_told = (self.from_ms..self.until_ms).contains(&now_ms);
        is_told.then_some(rank << 58 | self.at_ms << 12 | u64::from(self.tie))
    }
}

/// What a worklist shows of a referral, whatever the time is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// The referral.
    pub record: Uuid,
    /// What is due there.
    pub coming: Vec<Coming>,
    /// The services that have it.
    #[serde(default)]
    pub services: Vec<OrgId>,
    /// The reference that people read out.
    pub reference: Option<String>,
    /// Who it is about.
    pub name: Option<String>,
    /// How to reach them; nothing once contact is stopped.
    pub reach: Option<Reach>,
    /// What must not be done on the way.
    pub safe: Vec<String>,
    /// Where the referral stands …
    pub stage: Stage,
    /// … and in words.
    pub stage_words: String,
}

/// The worklist of a desk, most urgent first. The same referrals give the same list in whatever order they come.
#[must_use]
pub fn worklist(referrals: &[Referral<'_>], desk: WorklistOf, now_ms: u64) -> Vec<Item> {
    let item = |referral: &Referral<'_>| Waiting::of(referral).item(desk, referral.reader, now_ms);
    in_order(referrals.iter().filter_map(item).collect())
}

/// Items of one desk, most urgent first.
#[must_use]
pub fn in_order(mut items: Vec<Item>) -> Vec<Item> {
    items.sort_by_key(|item| (urgency(&item.first), item.record));
    items
}

impl Waiting {
    /// What is waited for in a referral.
    #[must_use]
    pub fn of(referral: &Referral<'_>) -> Self {
        let seen = referral.seen;
        Self {
            record: referral.record,
            coming: coming(referral),
            services: seen.providers.clone(),
            reference: seen.reference.clone(),
            name: seen.subject.as_ref().map(Person::name),
            safe: seen.safe().into_iter().map(str::to_owned).collect(),
            stage: seen.engagement.stage,
            stage_words: wording::stage(seen, referral.synced_ms.is_some()).to_owned(),
            reach: seen.reach.clone().filter(|_| seen.contact == Contact::Allowed),
        }
    }

    /// The desks on whose list something may come.
    #[must_use]
    pub fn desks(&self, reader: Reader) -> Desks {
        let all = [WorklistOf::Provider, WorklistOf::Officer, WorklistOf::Supervisor, WorklistOf::Admin];
        self.coming.iter().fold(Desks::NONE, |desks, coming| {
            if coming.timer == Timer::NoPeople {
                return desks.and(Desks::while_nobody_can_act());
            }
            let works_on = |desk: &&WorklistOf| desk.works_on(coming.turn, reader);
            all.iter().filter(works_on).fold(desks, |desks, desk| desks.and(Desks::of(*desk)))
        })
    }

    /// Where it stands in the order of each desk's list.
    #[must_use]
    pub fn lines(&self, reader: Reader) -> Vec<Line> {
        let all = [WorklistOf::Provider, WorklistOf::Officer, WorklistOf::Supervisor, WorklistOf::Admin];
        let of = |coming: &Coming| {
            let (coming, works) = (*coming, all.into_iter());
            let works = works.filter(move |desk| desk.works_on(coming.turn, reader));
            works.map(move |desk| Line::of(&coming, desk))
        };
        self.coming.iter().flat_map(of).collect()
    }

    /// Whether it waits for the service's answer.
    #[must_use]
    pub fn is_new(&self) -> bool {
        matches!(self.stage, Stage::Submitted | Stage::Received)
    }

    /// The same, where somebody can act at these services alone: made for nobody who can, it waits for people only
    /// where that is so.
    #[must_use]
    pub fn staffed(mut self, able: &BTreeSet<OrgId>) -> Self {
        if self.services.iter().any(|service| able.contains(service)) {
            self.coming.retain(|coming| coming.timer != Timer::NoPeople);
        }
        self
    }

    /// The item of a desk's list; none when nothing there is the desk's.
    #[must_use]
    pub fn item(self, desk: WorklistOf, reader: Reader, now_ms: u64) -> Option<Item> {
        let Self { record, coming, services: _, reference, name, reach, safe, stage, stage_words } = self;
        let mut rest = desk.of(&coming, reader, now_ms).into_iter();
        let first = rest.next()?;
        let also: Vec<Due> = rest.collect();
        let (reason_of, also_words) = (reason(&first), also.iter().map(reason).collect());
        Some(Item {
            record,
            reason: reason_of,
            due_ms: first.at_ms,
            first,
            also_words,
            also,
            reference,
            name,
            reach,
            safe,
            stage,
            stage_words,
        })
    }
}

/// How urgent a record is at a desk, lower first; none when nothing there is the desk's.
#[must_use]
pub fn urgency_of(
    coming: &[Coming],
    desk: WorklistOf,
    reader: Reader,
    now_ms: u64,
) -> Option<impl Ord + use<>> {
    desk.of(coming, reader, now_ms).first().map(urgency)
}

impl WorklistOf {
    /// What of some due dates is on the desk's list now, the most urgent first.
    fn of(self, coming: &[Coming], reader: Reader, now_ms: u64) -> Vec<Due> {
        let now = coming.iter().filter_map(|coming| coming.at(now_ms));
        let mut here: Vec<Due> = now.filter(|due| self.shows(due, reader)).collect();
        here.sort_by_key(urgency);
        here
    }

    /// What is on the list; an admin hears of a silent service once its days are over, not while they run.
    fn shows(self, due: &Due, reader: Reader) -> bool {
        let still_runs = due.timer == Timer::Silence && due.state == DueState::Upcoming;
        self.works_on(due.turn, reader) && !(self == WorklistOf::Admin && still_runs)
    }

    /// An admin who reads for the force sees an admin's turns; nobody sees another organisation's.
    fn works_on(self, turn: Turn, reader: Reader) -> bool {
        match (self, turn) {
            (WorklistOf::Provider, Turn::Worker | Turn::Lead) => reader != Reader::Force,
            (WorklistOf::Officer | WorklistOf::Supervisor, Turn::Police)
            | (WorklistOf::Supervisor, Turn::Supervisor)
            | (WorklistOf::Admin, Turn::Admin) => true,
            (WorklistOf::Provider, Turn::Police | Turn::Supervisor | Turn::Admin)
            | (WorklistOf::Officer, Turn::Supervisor)
            | (WorklistOf::Officer | WorklistOf::Supervisor, Turn::Worker | Turn::Lead | Turn::Admin)
            | (WorklistOf::Admin, Turn::Worker | Turn::Lead | Turn::Police | Turn::Supervisor) => false,
        }
    }
}

/// Lower is more urgent.
fn urgency(due: &Due) -> (bool, u8, u64, Timer, Turn) {
    let rank = due.timer.rank();
    (rank > 0 && due.state == DueState::Upcoming, rank, due.at_ms, due.timer, due.turn)
}

fn reason(due: &Due) -> &'static str {
    match due.timer {
        Timer::Safeguarding => "A safeguarding concern is waiting to be acknowledged.",
        Timer::FindService => "A service is still to be found: name one.",
        Timer::NoPeople => "Nobody at the service can act: name another, or ask an admin to.",
        Timer::Receive => "Nobody at the service has seen the referral.",
        Timer::Accept => accept(due),
        Timer::FirstAttempt => "Nobody has tried to reach the person.",
        Timer::Assessment => "The assessment is waiting.",
        Timer::Sessions => "The sessions are not complete.",
        Timer::Appointment => match due.state {
            DueState::Upcoming => "An appointment is booked.",
            DueState::Due => "An appointment is today.",
            DueState::Overdue => "What became of the appointment is not recorded.",
        },
        Timer::AppointmentAsked => {
            "The person was told that a time is asked for: book it, or agree another with them."
        }
        Timer::AppointmentDeclined => declined(due.turn),
        Timer::Missed => "The person missed an appointment: reach out, and book another.",
        Timer::Transfer => "A service was asked to take the person over, and has not answered.",
        Timer::WrongDetails => {
            "The number or the address is wrong: ask whoever knows the person, or the police, for another."
        }
        Timer::MissedInARow => "The person missed appointments in a row: reach out, do not close.",
        Timer::StruckSince => "It was opened again for an entry that was struck: go on, or close it again.",
        Timer::AskLead => "Nobody has reached the person: go on, or close as not delivered.",
        Timer::Silence => "Nothing was heard from the service.",
        Timer::Settle => "Two records disagree.",
        Timer::AnswerOffer => match due.state {
            DueState::Upcoming | DueState::Due => "The person has not answered the offer.",
            DueState::Overdue => {
                "The days of the offer are over and there is no answer: ask once more, then record what the \
                 person says, or what the police decide instead. A yes still counts."
            }
        },
        Timer::Discretion => "An officer asks whether an offer is made all the same: grant or refuse it.",
        Timer::Proposal => "Somebody proposed what is to follow: decide.",
        Timer::Child => {
            "A child too young for any offence: raise a safeguarding concern, or record that a guardian was told."
        }
        Timer::TellGuardian => "A parent or guardian has not been told: tell them, or record why not.",
        Timer::TellYouthJustice => "The youth justice service has not been told: tell it, or record why not.",
        Timer::CrimeReference => "The crime has no reference yet.",
        Timer::Offence => "The offence is not known yet: record it once the drug is identified.",
        Timer::Reroute => {
            "The service did not take the referral: name another, or say who tells the person and record that they \
             were told."
        }
        Timer::Age => {
            "The person had another age than the phone read: its clock or the date of birth was wrong. See which service, and who is to be told."
        }
        Timer::Implausible => "An entry cannot be right: strike it, or record it again.",
    }
}

fn accept(due: &Due) -> &'static str {
    match (due.turn, due.state) {
        (Turn::Worker | Turn::Lead, _) | (_, DueState::Upcoming | DueState::Due) => {
            "The referral is waiting for the lead's answer."
        }
        (Turn::Police | Turn::Supervisor | Turn::Admin, DueState::Overdue) => {
            "The service has not said whether it takes the referral: ask it, or name another."
        }
    }
}

fn declined(turn: Turn) -> &'static str {
    match turn {
        Turn::Worker | Turn::Lead => {
            "The time that was asked for was not given: agree another with the person."
        }
        Turn::Police | Turn::Supervisor | Turn::Admin => {
            "The time that was asked for was not given: ask for another, or tell the person and record it."
        }
    }
}
