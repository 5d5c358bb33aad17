//! What one controller holds on one person, for the person: a draft that somebody reviews, and the file that is given out.
//!
//! ```text
//!   draft: every entry with what it says, who read the record ─ somebody marks what is left out, and why ─▶ given out
//! ```
//! A file of the controller's people and no part of the store. Names nobody who read it: role and organisation. Does not
//! read the store (see [`crate::desk`]), and does not decide what the law lets be left out.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sync_core::ids::{Digest, OpId, OrgId};
use sync_core::referral::act::YesNo;
use uuid::Uuid;

use crate::desk::Recipient;
use crate::keys::sha256;

/// What the file says that it is.
pub const FORM: &str = "waymark/subject-access/1";

/// How far the file has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Somebody still has to look through it.
    Draft,
    /// It is what was given out.
    GivenOut,
}

/// Everything that one controller holds on a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Export {
    /// [`FORM`].
    pub form: String,
    /// How far it has come.
    pub state: State,
    /// Who answers for it.
    pub controller: Controller,
    /// When the draft was made, in milliseconds since 1970.
    pub made_ms: u64,
    /// When it was given out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_ms: Option<u64>,
    /// To whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Recipient>,
    /// The person's records.
    pub records: Vec<Record>,
    /// How many entries were left out for reasons that the person may know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
}

/// An organisation that decides why and how it holds something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Controller {
    /// Its id.
    pub org: OrgId,
    /// Its name.
    pub name: String,
}

/// One referral, or one meeting that led to none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Its id.
    pub record: Uuid,
    /// What is read out of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Where it stands, in words.
    pub stage: String,
    /// What was recorded, oldest first.
    pub entries: Vec<Entry>,
    /// Who of the controller's people read it, oldest first.
    pub readers: Vec<Reading>,
}

/// Something that was recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Counted through all records: by it somebody says what is left out.
    pub number: u32,
    /// Its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub op: Option<OpId>,
    /// In which part of the record: police, shared, outreach or care.
    pub part: String,
    /// What it is.
    pub kind: String,
    /// The same in words.
    pub what: String,
    /// Who recorded it: role and organisation.
    pub by: String,
    /// When it happened, as far as is known, in milliseconds since 1970.
    pub at_ms: u64,
    /// When the server had it.
    pub received_ms: u64,
    /// Whether it counts; what was kept aside or refused is held all the same.
    pub counts: YesNo,
    /// Whether what it said was erased.
    pub erased: YesNo,
    /// What it says.
    pub says: Value,
    /// Why it is left out, once somebody decided so.
    #[serde(default)]
    pub leave_out: Option<Reason>,
}

/// Somebody read the record, or gave something of it out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// When the server noted it, in milliseconds since 1970.
    pub at_ms: u64,
    /// When, by the phone's clock, in milliseconds since 1970; none at a desk.
    #[serde(default)]
    pub opened_ms: Option<u64>,
    /// Role and organisation.
    pub by: String,
    /// What for, in words.
    pub what_for: String,
}

/// Why an entry is not given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It is about somebody else, too, who did not agree.
    ThirdParty,
    /// To know it would put somebody at risk of serious harm.
    Safeguarding,
    /// To know it would prejudice an investigation or a prosecution.
    Investigation,
    /// It is advice of a lawyer.
    Privilege,
}

/// Entries that were left out for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    /// Which.
    pub reason: Reason,
    /// How many.
    pub entries: usize,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 4] = [Self::ThirdParty, Self::Safeguarding, Self::Investigation, Self::Privilege];

    /// The word that stands for it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::ThirdParty => "third_party",
            Self::Safeguarding => "safeguarding",
            Self::Investigation => "investigation",
            Self::Privilege => "privilege",
        }
    }

    /// The same for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::ThirdParty => "it is about somebody else, too",
            Self::Safeguarding => "somebody could come to serious harm",
            Self::Investigation => "an investigation would be prejudiced",
            Self::Privilege => "it is advice of a lawyer",
        }
    }

    /// Whether the person is told that something was left out for it: to know that much can do the same harm.
    #[must_use]
    pub fn is_told(self) -> bool {
        match self {
            Self::ThirdParty | Self::Privilege => true,
            Self::Safeguarding | Self::Investigation => false,
        }
    }
}

/// The SHA-256 of a file that is given out.
#[must_use]
pub fn digest_of(text: &str) -> Digest {
    sha256(text.as_bytes())
}

impl Export {
    /// Every entry of every record.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.records.iter().flat_map(|record| &record.entries)
    }

    /// Adds records that are not there yet, and counts all entries anew.
    pub fn add(&mut self, records: Vec<Record>) {
        let known: Vec<Uuid> = self.records.iter().map(|record| record.record).collect();
        self.records.extend(records.into_iter().filter(|record| !known.contains(&record.record)));
        self.count();
    }

    fn count(&mut self) {
        let mut number = 0;
        for entry in self.records.iter_mut().flat_map(|record| &mut record.entries) {
            number += 1;
            entry.number = number;
        }
    }

    /// Marks an entry; false when there is none of this number.
    pub fn mark(&mut self, number: u32, reason: Option<Reason>) -> bool {
        let mut entries = self.records.iter_mut().flat_map(|record| &mut record.entries);
        let found = entries.find(|entry| entry.number == number);
        found.map(|entry| entry.leave_out = reason).is_some()
    }

    /// This draft with the marks of one that somebody looked through; none when they saw anything else than it holds.
    #[must_use]
    pub fn marked_as(mut self, seen: &Self) -> Option<Self> {
        let is_same = |(now, seen): (&Entry, &Entry)| *now == Entry { leave_out: None, ..seen.clone() };
        let (now, then) = (self.entries().count(), seen.entries().count());
        if self.controller != seen.controller
            || now != then
            || !self.entries().zip(seen.entries()).all(is_same)
        {
            return None;
        }
        let marks: Vec<Option<Reason>> = seen.entries().map(|entry| entry.leave_out).collect();
        let entries = self.records.iter_mut().flat_map(|record| &mut record.entries);
        entries.zip(marks).for_each(|(entry, mark)| entry.leave_out = mark);
        Some(self)
    }

    /// What is given out: nothing of an entry that is left out stays, and the numbers do not tell that one is missing.
    #[must_use]
    pub fn given_out(mut self, to: Recipient, now_ms: u64) -> Self {
        let told = Reason::ALL.into_iter().filter(|reason| reason.is_told()).map(|reason| {
            let entries = self.entries().filter(|entry| entry.leave_out == Some(reason)).count();
            LeftOut { reason, entries }
        });
        self.left_out = told.filter(|left_out| left_out.entries > 0).collect();
        for record in &mut self.records {
            record.entries.retain(|entry| entry.leave_out.is_none());
            // A gap in their numbers would say that something was left out.
            record.entries.iter_mut().for_each(|entry| entry.op = None);
        }
        self.count();
        Self { state: State::GivenOut, given_ms: Some(now_ms), to: Some(to), ..self }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sync_core::ids::DeviceId;

    use super::*;

    fn entry(number: u32, says: &str, leave_out: Option<Reason>) -> Entry {
        Entry {
            number,
            op: Some(OpId { device: DeviceId(Uuid::nil()), seq: u64::from(number) }),
            part: "care".to_owned(),
            kind: "note.added".to_owned(),
            what: "A note".to_owned(),
            by: "lead, Swanway".to_owned(),
            at_ms: 1,
            received_ms: 2,
            counts: YesNo::Yes,
            erased: YesNo::No,
            says: json!({"text": says}),
            leave_out,
        }
    }

    fn draft_of(entries: Vec<Entry>) -> Export {
        let (record, reference, stage) = (Uuid::nil(), None, "closed".to_owned());
        let record = Record { record, reference, stage, entries, readers: vec![] };
        let controller = Controller { org: OrgId(Uuid::nil()), name: "Swanway".to_owned() };
        let (form, state) = (FORM.to_owned(), State::Draft);
        let (given_ms, to, left_out) = (None, None, vec![]);
        Export { form, state, controller, made_ms: 1, given_ms, to, records: vec![record], left_out }
    }

    #[test]
    fn only_the_marks_of_a_draft_count_and_only_while_it_says_what_is_held() {
        let now = draft_of(vec![entry(1, "hers", None), entry(2, "a neighbour", None)]);
        let marked = [entry(1, "hers", None), entry(2, "a neighbour", Some(Reason::ThirdParty))];
        let seen = draft_of(marked.to_vec());
        assert_eq!(now.clone().marked_as(&seen), Some(seen.clone()));
        let [typed, gone, more] = [
            vec![entry(1, "forged", None), marked[1].clone()],
            vec![marked[0].clone()],
            vec![marked[0].clone(), marked[1].clone(), entry(3, "new", None)],
        ];
        for other in [typed, gone, more] {
            assert_eq!(now.clone().marked_as(&draft_of(other.clone())), None, "{other:?}");
        }
        let mut elsewhere = seen;
        elsewhere.controller.org = OrgId(Uuid::from_u128(9));
        assert_eq!(now.marked_as(&elsewhere), None, "another organisation's");
    }

    #[test]
    fn what_is_left_out_is_not_in_what_is_given_out_and_some_reasons_are_not_told() {
        let entries = vec![
            entry(1, "hers", None),
            entry(2, "a neighbour", Some(Reason::ThirdParty)),
            entry(3, "where the child is", Some(Reason::Safeguarding)),
            entry(4, "hers as well", None),
        ];
        let draft = draft_of(entries);
        let given = draft.given_out(Recipient::Person, 9);
        assert_eq!(given.entries().map(|entry| entry.number).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(given.left_out, [LeftOut { reason: Reason::ThirdParty, entries: 1 }]);
        let text = serde_json::to_string(&given).expect("plain data");
        assert!(given.entries().all(|entry| entry.op.is_none()), "a gap in their numbers would tell: {text}");
        for gone in ["neighbour", "child", "safeguarding"] {
            assert!(!text.contains(gone), "{gone}: {text}");
        }
    }
}
