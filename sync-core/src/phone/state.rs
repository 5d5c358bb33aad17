//! What a phone keeps besides entries: one value for each thing that it must remember between two calls.
//!
//! A store keeps each field under its name, and writes only those that [`PhoneState::changed_since`] lists. Does not hold
//! what anybody recorded, nor the phone's key, its clock's setting or the server's address: those are the phone's own.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::clock::{Heard, Hlc};
use crate::command::Member;
use crate::ids::{Digest, Stream};
use crate::log::Tip;
use crate::phone::openings::Openings;
use crate::phone::pause::Pause;
use crate::phone::prior_check::Checked;
use crate::phone::recover::Recovery;
use crate::phone::wipe::Wiped;
use crate::policy::PolicyRef;
use crate::referral::timers::Holiday;
use crate::sync::answer::Directive;
use crate::sync::enrolment::{Care, Joined};
use crate::sync::epoch::Epoch;
use crate::sync::room::Room;

/// Everything that a phone remembers besides entries.
///
/// A field that is lost reads as its default. Each says what that costs; nothing that was recorded is ever among it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PhoneState {
    /// Who this phone is. Enrolling sets it. Without it the phone neither records nor synchronises.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub me: Option<Member>,
    /// The server's time in the last answer, and what the phone's own clock said then. Answers and enrolling set it; a
    /// command moves it when somebody has set the clock. Without it the time of new entries is marked as uncertain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heard: Option<Heard>,
    /// The clock of the newest entry that is known. Commands and answers move it. Without it the next entry may read
    /// as earlier than what its author had seen; its place in the record does not change.
    pub hlc: Hlc,
    /// The newest revision: everything that the phone learns gets the next one. Without it views that were opened
    /// before are taken for newer than they are.
    pub rev: u64,
    /// The number of the newest command: a push never ends inside one. Commands count it up. Without it two commands
    /// may share a number and travel together.
    pub command: u64,
    /// The counter of the last request. Each request takes the next one. Without it the server names its own.
    pub counter: u64,
    /// The epoch of the server's history that the last answer was of. Without it stamps of lost hours would stay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epoch: Option<Uuid>,
    /// Every epoch that is known, the present one last. Answers of another epoch set it. Without it the present epoch
    /// counts as the first, and a loss takes back every stamp that is not of it.
    pub epochs: Vec<Epoch>,
    /// The server's keys before the present one, which is in `me`, the oldest first. A change of it adds one. Without them a
    /// receipt of before the change that comes again is refused until the server has another.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub server_keys_before: Vec<String>,
    /// The streams to ask for whole, now or once everything is read. Answers add and remove them. Without it a copy that
    /// differs is found again when the next entry of its stream comes.
    pub ask_again: Vec<AskAgain>,
    /// How many streams were healed, ever. Only shown.
    pub healed: u64,
    /// The files of the store may still hold what was deleted. Whoever deletes sets it; the store takes it back when it
    /// has written its file anew. Without it an erased body may stay in free pages.
    #[serde(skip_serializing_if = "is_no")]
    pub unscrubbed: bool,
    /// How much travels at once. A cut narrows it and an answer widens it. Without it everything travels at once.
    pub room: Room,
    /// Where the phone stands in its feeds. Each answer moves it, in the transaction of what it brought. Without it
    /// everything is read again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// The digest of the newest receipt: the next entries cite it. Without it they cite none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Digest>,
    /// Server time of the last answer. Only shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_sync_ms: Option<u64>,
    /// Whether the newest seed may salt another entry. A push and an erasure spend it; a command draws the next. When it
    /// is lost the seed counts as spent.
    pub seed_spent: NewestSeed,
    /// The highest own seq that two verified backups of the server hold. Each answer sets it. Without it more is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backed_up: Option<u64>,
    /// What the server asked for last. Only shown: what must be done is done when it is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub directive: Option<Directive>,
    /// Whether the last answer said that there is more. Without it there may be, and nothing reads as synced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub more: Option<bool>,
    /// Why this phone must enrol again, or may have to. Opening, an answer and a refusal note it; enrolling ends it.
    /// Without it the next answer says it again, but for what an anchor knew.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovery: Option<Recovery>,
    /// This phone was taken out of use. The answer that says so sets it; enrolling anew ends it. Without it the phone
    /// asks the server, which says so again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wiped: Option<Wiped>,
    /// How many entries are known to be lost with a damaged or restored store. Only shown.
    pub lost: u64,
    /// What the own log goes on from, when what came before is kept elsewhere. Salvaging and wiping set it. Without it
    /// the log reads as damaged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<Tip>,
    /// With which own seq in the backups the logs of earlier enrolments can go. Enrolling again sets it. Without it they
    /// stay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_until: Option<u64>,
    /// How long the phone rests after synchronisations that failed. Each of them sets it, and one that is done ends it.
    /// Without it the phone asks again at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pause: Option<Pause>,
    /// Bank holidays that were proclaimed after this software was built. Without them lists are early by those days.
    pub holidays: Vec<Holiday>,
    /// Who and what is new in the organisation. Only shown. Enrolling and answers set it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub joined: Vec<Joined>,
    /// What the central record said of people, for an hour. A check adds to it. Without it the phone judges by what it
    /// holds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub checked: Vec<Checked>,
    /// What was opened here, until the server's audit has it. Opening a record adds to it. Without it nobody learns of
    /// those that were not sent.
    #[serde(skip_serializing_if = "Openings::is_empty")]
    pub openings: Openings,
    /// The rules that this phone judges by. Enrolling and answers set them. Without them nothing is decided here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules: Option<KeptRules>,
}

fn is_no(yes: &bool) -> bool {
    !*yes
}

/// A stream to ask for whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "ask")]
pub enum AskAgain {
    /// With the next request: it differs from what the server holds, or what an own entry says has gone.
    Now {
        /// The stream.
        stream: Stream,
    },
    /// Once everything is read, when an own entry has no stamp yet: its stamp was taken back. No feed brings a device
    /// its own entries.
    UnlessStamped {
        /// The stream.
        stream: Stream,
        /// The own entry.
        seq: u64,
    },
    /// Once everything is read, when an entry of others is not back: its stamp was taken back. Whoever gained the stream
    /// in the hours that the server lost may not read it any more, and no feed says so.
    UnlessBack {
        /// The stream.
        stream: Stream,
    },
}

/// Whether the newest seed may salt another entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "bool", into = "bool")]
pub enum NewestSeed {
    /// A push may have told it, or an erased entry was under it.
    #[default]
    Spent,
    /// It may.
    Fresh,
}

impl From<bool> for NewestSeed {
    fn from(spent: bool) -> Self {
        if spent { Self::Spent } else { Self::Fresh }
    }
}

impl From<NewestSeed> for bool {
    fn from(seed: NewestSeed) -> Self {
        match seed {
            NewestSeed::Spent => true,
            NewestSeed::Fresh => false,
        }
    }
}

/// What is kept of the rules in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptRules {
    /// The newest that this software knows.
    pub policy: PolicyRef,
    /// Until when they are known to have been in force, in server time.
    pub as_of_ms: u64,
    /// What is in force, when this software is too old to know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newer: Option<PolicyRef>,
    /// Whether the server keeps care records.
    #[serde(default, skip_serializing_if = "Care::is_on")]
    pub care: Care,
}

impl PhoneState {
    /// The fields that differ from what they were, by name; nothing for one that is to be dropped.
    #[must_use]
    pub fn changed_since(&self, was: &Self) -> Vec<(String, Option<Value>)> {
        let (mut was, now) = (was.fields(), self.fields());
        let mut changed = Vec::new();
        for (name, value) in now {
            if was.remove(&name).as_ref() != Some(&value) {
                changed.push((name, Some(value)));
            }
        }
        changed.extend(was.into_iter().map(|(name, _)| (name, None)));
        changed
    }

    fn fields(&self) -> serde_json::Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(fields)) => fields,
            Ok(_) | Err(_) => unreachable!("the state of a phone is an object of plain data"),
        }
    }

    /// The next revision.
    pub fn next_rev(&mut self) -> u64 {
        self.rev += 1;
        self.rev
    }

    /// A request is built: nothing else is ever signed with its counter.
    pub fn next_counter(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn stream() -> Stream {
        let record = crate::ids::Record::referral(Uuid::from_u128(1));
        record.stream(crate::ids::CompartmentKind::Shared, crate::ids::OrgId(Uuid::from_u128(2)))
    }

    #[test]
    fn only_the_fields_that_differ_are_written_and_those_that_are_gone_are_dropped() {
        let was = PhoneState { cursor: Some("a".to_owned()), rev: 7, ..PhoneState::default() };
        let now = PhoneState { cursor: None, rev: 8, unscrubbed: true, ..was.clone() };
        let mut changed = now.changed_since(&was);
        changed.sort_by(|one, other| one.0.cmp(&other.0));
        let expected =
            [("cursor", None), ("rev", Some(json!(8))), ("unscrubbed", Some(json!(true)))].map(owned);
        assert_eq!(changed, expected);
        assert_eq!(now.changed_since(&now), []);
    }

    fn owned((name, value): (&str, Option<Value>)) -> (String, Option<Value>) {
        (name.to_owned(), value)
    }

    #[test]
    fn a_store_without_a_field_reads_its_default_and_a_lost_seed_counts_as_spent() {
        let read: PhoneState =
            serde_json::from_value(json!({"rev": 3, "key": "of the phone"})).expect("it reads");
        assert_eq!(read, PhoneState { rev: 3, ..PhoneState::default() });
        assert_eq!((read.seed_spent, read.more), (NewestSeed::Spent, None));
    }

    #[test]
    fn every_reason_to_ask_again_is_read_as_it_was_written() {
        let stream = stream();
        let all = vec![
            AskAgain::Now { stream },
            AskAgain::UnlessStamped { stream, seq: 4 },
            AskAgain::UnlessBack { stream },
        ];
        let state = PhoneState { ask_again: all, ..PhoneState::default() };
        let text = serde_json::to_string(&state).expect("it is plain data");
        assert_eq!(serde_json::from_str::<PhoneState>(&text).expect("it reads"), state);
    }
}
