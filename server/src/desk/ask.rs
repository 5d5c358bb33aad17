//! What can be asked of a desk, and what can be done at one: the same over HTTP and in a terminal.
//!
//! Does not answer.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sync_core::access::Role;
use sync_core::ids::{DeviceId, Digest, OpId, OrgId, Stream, UserId};
use sync_core::persons::{SubjectId, Tie};
use sync_core::referral::act::{Choice, Meeting, SlotMode, Subject, YesNo};
use sync_core::referral::timers::Holiday;
use sync_core::service::Ages;
use uuid::Uuid;

use super::decisions::{GivenOut, KeepLonger};
use super::{Over, Page, Purpose};
use crate::audit::AuditOf;
use crate::store::people::{EndReason, RevokeReason};

/// A question.
#[derive(Debug, Clone)]
pub enum Query {
    /// The force.
    Force,
    /// The referrals that the reader's feeds hold, newest first.
    Referrals(Page),
    /// One of them.
    Referral(Uuid),
    /// One of them with what was recorded in it: one question, and one opening.
    ReferralWithEntries(Uuid),
    /// The referral of a reference that is read out: its id, and nothing that it says.
    Named(String),
    /// Everything that the reader's controller holds on the person of a referral.
    SubjectAccess(Uuid, u64),
    /// The records that are due for review, at this time in milliseconds since 1970.
    Retention(u64),
    /// What was erased of a record, and where it may still be.
    Certificate(Uuid),
    /// What waits for the reader.
    Worklist(WorklistWanted),
    /// What was recorded in it: kinds, authors and times, no bodies.
    Entries(Uuid),
    /// What was recorded in all referrals, newest first: kinds, authors and times, no bodies.
    Headers(Page),
    /// Who opened which record, newest first.
    Audit(AuditWanted),
    /// What its person takes along, at this time in milliseconds since 1970.
    Leaflet(Uuid, u64),
    /// What anybody takes along who is sent to a service.
    ServiceLeaflet(OrgId),
    /// The open conflicts that the reader may see.
    Conflicts(Page),
    /// One of them.
    Conflict(Digest),
    /// What was settled in the weeks before this time, in milliseconds since 1970.
    Settlements(u64),
    /// The questions about who is one person.
    Persons(Page),
    /// One of them.
    Question(Digest),
    /// The person of a referral.
    Person(Uuid),
    /// The providers.
    Providers(Page),
    /// Slots that can be asked for, or could be.
    Slots,
    /// What the scheme achieves, at this time in milliseconds since 1970.
    Results(Over, u64),
    /// The people.
    Users(Page),
    /// The devices.
    Devices(Page),
    /// The reader's own half-filled form of this name, at this time in milliseconds since 1970.
    HalfFilled(String, u64),
    /// Where a person is signed in at the web desk, at this time in milliseconds since 1970.
    Sessions(UserId, u64),
    /// Roles and codes that wait for a second admin.
    Proposals,
    /// The policy in force, and what waits for a second admin.
    Policy,
    /// What a pack, by its id and version, would have said to the decisions recorded last.
    TryPolicy(String, u32),
    /// Who joined one's organisation in the days before this time, in milliseconds since 1970.
    Joined(u64),
    /// The referrals that another service asks one's own to take over.
    ToTakeOver,
    /// The appointments of some days of one's own service.
    Diary(DiaryWanted),
    /// The referrals that a name, a reference or a date of birth finds.
    Find(String),
    /// One referral with its entries, and what the reader could record in it.
    Open(Opening),
    /// A question of the core, at this time in milliseconds since 1970.
    Ask {
        /// The question, as a phone gets it.
        asked: Value,
        /// When.
        now_ms: u64,
    },
}

/// Which openings, and which part of them.
#[derive(Debug, Clone, Default)]
pub struct AuditWanted {
    /// Only those by this person.
    pub user: Option<UserId>,
    /// Only those of this referral.
    pub record: Option<Uuid>,
    /// Only what people did, or only what phones were sent.
    pub what: Option<AuditOf>,
    /// Which part.
    pub page: Page,
}

/// Which part of a worklist, and when.
#[derive(Debug, Clone, Copy)]
pub struct WorklistWanted {
    /// When, in milliseconds since 1970.
    pub now_ms: u64,
    /// Only what waits for the service's answer.
    pub only_new: YesNo,
    /// The first item, from 0.
    pub from: usize,
    /// How many; all of them where none is named.
    pub most: Option<usize>,
}

impl WorklistWanted {
    /// All of it.
    #[must_use]
    pub fn whole(now_ms: u64) -> Self {
        Self { now_ms, only_new: YesNo::No, from: 0, most: None }
    }
}

/// A deed.
#[derive(Debug, Clone)]
pub enum Command {
    /// Carries out a command of the core, in the person's own desk log.
    Record(Recording),
    /// Looks up whether somebody was referred before.
    LookUp(Subject),
    /// Settles a conflict.
    Settle(Digest, Settlement),
    /// Leaves a conflict to an admin.
    PassUp(Digest, PassUp),
    /// Erases the body of an entry for good.
    Erase(Erasure),
    /// Notes that what is held on a person is given out.
    GiveOut(GivenOut),
    /// Keeps a record that is due for review.
    KeepLonger(Uuid, KeepLonger),
    /// Erases what every entry of a record says, in the part of one's own controller.
    EraseRecord(Uuid),
    /// Says that two subjects are one person, or two.
    TiePersons(Tie, Tied),
    /// Names the service of a referral that none has taken on.
    Assign(Uuid, Assignment),
    /// Adds a provider.
    AddProvider(NewProvider),
    /// Says anew what is known of a provider.
    ChangeProvider(OrgId, ProviderChange),
    /// A provider takes no new referrals; those that go on there go to the one that is named.
    DisableProvider(OrgId, Option<OrgId>),
    /// Opens a slot.
    OpenSlot(NewSlot),
    /// Closes a slot, with a reason.
    CloseSlot(Uuid, String),
    /// Adds a person.
    AddUser(NewUser),
    /// A person does nothing more here; their devices are revoked.
    DisableUser(UserId, EndReason),
    /// A person has another name.
    RenameUser(UserId, Renaming),
    /// A one-time code for a person's next device, or the proposal of one.
    EnrolCode(UserId),
    /// A second admin agrees to a code.
    ConfirmCode(Uuid),
    /// Wants a person to have another role.
    ProposeRole(UserId, RoleWanted),
    /// A second admin agrees.
    ConfirmRole(Uuid),
    /// An admin wants no more what an admin wanted.
    Withdraw(Uuid),
    /// Wants another policy pack in force.
    ProposePolicy(PolicyWanted),
    /// A second admin agrees.
    ConfirmPolicy(Uuid),
    /// Adds a bank holiday, or takes one back.
    AddHoliday(Holiday),
    /// A device reads nothing more, and is told to wipe itself.
    RevokeDevice(DeviceId, RevokeReason),
    /// A device of whoever asks is used no more.
    SignOut(DeviceId),
    /// A person is signed out of the web desk, in one browser or in all of them.
    EndSessions(UserId, Option<Uuid>),
    /// An account at the identity provider signs a person in no more.
    Unlink(UserId),
}

impl Command {
    /// Whether it must be possible on a full disk too: it takes rights away.
    pub(crate) fn is_urgent(&self) -> bool {
        matches!(
            self,
            Self::RevokeDevice(..)
                | Self::DisableUser(..)
                | Self::SignOut(..)
                | Self::EndSessions(..)
                | Self::Unlink(_)
        )
    }
}

/// Days of a diary.
#[derive(Debug, Clone, Copy)]
pub struct DiaryWanted {
    /// The first day.
    pub from: NaiveDate,
    /// How many days.
    pub days: u64,
    /// What the records are opened for: a week on a screen, or a day to print.
    pub purpose: Purpose,
}

/// A record to be opened.
#[derive(Debug, Clone)]
pub struct Opening {
    /// Which.
    pub record: Uuid,
    /// What for.
    pub purpose: Purpose,
    /// The `as_of` of the page that its reader saw last: what came since is told.
    pub since: Option<String>,
    /// When, in milliseconds since 1970.
    pub now_ms: u64,
}

/// A command of the core, as a form or a terminal sends it.
#[derive(Debug, Clone)]
pub struct Recording {
    /// The command, as a phone gets it; its `as_of` is that of the page.
    pub command: Value,
    /// The key of the form: a form that is sent twice is recorded once.
    pub form: Option<String>,
}

/// What somebody decides of a conflict, and the page that they decided it on.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settlement {
    /// The `as_of` of the page.
    pub as_of: String,
    /// The version of the conflict that the page showed.
    pub version: Digest,
    /// Which side holds.
    pub choice: Choice,
    /// Why.
    pub reason: String,
}

/// The page on which somebody leaves a conflict to an admin.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PassUp {
    /// The `as_of` of the page.
    pub as_of: String,
}

/// Whose body is to be erased, and on what ground.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Erasure {
    /// The entry's stream.
    pub stream: Stream,
    /// The entry's op.
    pub op: OpId,
    /// A code of `schema/codes/erasure_bases.csv`.
    pub basis: String,
}

/// Two subjects, and the page on which an admin looked at them.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tied {
    /// The one …
    pub one: SubjectId,
    /// … and the other.
    pub other: SubjectId,
    /// The `as_of` of the page.
    pub as_of: String,
}

/// The service that somebody names for a referral.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assignment {
    /// The service.
    pub to: OrgId,
    /// Why, where it takes people of other ages.
    #[serde(default, rename = "override", skip_serializing_if = "Option::is_none")]
    pub overriding: Option<Override>,
}

/// Why somebody names a service for other ages.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// Why; the service reads it.
    pub reason: String,
}

/// A provider to add.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewProvider {
    /// Its name.
    pub name: String,
    /// The number at which people reach it.
    #[serde(default)]
    pub telephone: String,
    /// When somebody is there, in plain words.
    #[serde(default)]
    pub hours: String,
    /// The areas that it serves; none: every area.
    #[serde(default)]
    pub areas: Vec<String>,
    /// The ages that it takes.
    pub ages: Ages,
}

impl NewProvider {
    /// A provider for everybody, of which nothing but the name is known.
    #[must_use]
    pub fn of(name: &str) -> Self {
        let (telephone, hours) = (String::new(), String::new());
        Self { name: name.to_owned(), telephone, hours, areas: Vec::new(), ages: Ages::default() }
    }
}

/// What is to be said of a provider from now on; what is left out stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderChange {
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The number at which people reach it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telephone: Option<String>,
    /// When somebody is there, in plain words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<String>,
    /// The areas that it serves; none: every area.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub areas: Option<Vec<String>>,
    /// The ages that it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ages: Option<Ages>,
}

/// Who takes over from a provider that is disabled.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disabling {
    /// Who; without it what goes on there stays until somebody is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<OrgId>,
}

/// A slot to open.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewSlot {
    /// When it begins, in milliseconds since 1970.
    pub at_ms: u64,
    /// How long it is.
    pub minutes: u16,
    /// What it is for.
    pub meeting: Meeting,
    /// How it is held.
    pub mode: SlotMode,
    /// How many people it takes.
    pub capacity: u16,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

/// Why a slot is closed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlotClosing {
    /// Why.
    pub reason: String,
}

/// A person to add.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    /// Their name.
    pub name: String,
    /// What they do.
    pub role: Role,
    /// For whom.
    pub org: OrgId,
}

/// The name that somebody has from now on.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Renaming {
    /// Their name.
    pub name: String,
}

/// The role that somebody is to have.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleWanted {
    /// What they are to do.
    pub role: Role,
    /// For whom; as now when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org: Option<OrgId>,
}

/// The policy pack that is to be in force.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyWanted {
    /// Its name.
    pub pack: String,
    /// Which version; the newest when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
}
