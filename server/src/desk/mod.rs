//! The desk: what people look up and decide with a server at hand, in pages and in a terminal.
//!
//! ```text
//!   HTTP, or a command on the store ─▶ Query │ Command ─▶ who asks: role, organisation ─▶ JSON
//! ```
//! A reader gets what their feeds hold, by the same scopes. Does not know HTTP; what was signed
//! is checked before: see [`crate::http`].

mod ask;
mod asked;
mod audits;
mod begun_forms;
mod book;
mod conflicts;
mod decisions;
mod devices;
mod diary;
mod erasures;
mod four_eyes;
mod half_filled;
mod headers;
mod introduction;
mod joined_once;
mod leaflets;
pub(crate) mod look_up;
mod looking;
mod noted;
mod opening;
mod page;
mod people;
mod persons;
mod placing;
mod policy;
mod providers;
mod recording;
mod referrals;
mod results;
mod retention;
mod roles;
mod search;
mod served;
pub(crate) mod sessions;
mod settlements;
mod slots;
mod story;
mod subject_access;
mod trying;
pub(crate) mod ways_out;
mod worklist;

use serde_json::{Value, json};
use sync_core::access::{Author, Role, Scope};
use sync_core::ids::{DeviceId, Stream, UserId};
use sync_core::problem::Problem;
use sync_core::stamp::Why;
use uuid::Uuid;

pub use crate::audit::{AuditOf, Purpose};
pub use ask::{
    Assignment, AuditWanted, Command, DiaryWanted, Disabling, Erasure, NewProvider, NewSlot, NewUser,
    Opening, Override, PassUp, PolicyWanted, ProviderChange, Query, Recording, Renaming, RoleWanted,
    Settlement, SlotClosing, Tied, WorklistWanted,
};
pub use decisions::{GivenOut, KeepLonger, KeepReason, Recipient};
pub(crate) use half_filled::MOST_FORMS;
pub use page::Page;
pub use results::Over;
pub(crate) use retention::goes_on;
pub(crate) use served::Served;

use crate::fault::Fault;
use crate::keys::{Signatures, base64url};
use crate::outside;
use crate::reconcile::{joined, received, reference};
use crate::store::{Reads, Store, Writes};

/// Who asks; role and organisation are what they are now.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller {
    pub(crate) author: Author,
    pub(crate) through: Through,
}

/// Which way somebody came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Through {
    /// A running server, with a key of their own.
    Server,
    /// The pages of a running server: a list of theirs shows who waits, and not all that is held.
    Pages,
    /// The store itself, which whoever can write it has in their hands anyway.
    Store,
}

/// Why a desk does not answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is not there, or not theirs to see: the answer does not tell which.
    #[error("there is nothing with this id that you may see: look at the list")]
    NotFound,
    /// Their role does not do this, and another's does.
    #[error("{0}")]
    ForOthers(&'static str),
    /// Their role does not do this.
    #[error("your role does not do this: ask an admin")]
    NotYours,
    /// It cannot be decided here and now.
    #[error("this cannot be decided: {0}")]
    NotAllowed(&'static str),
    /// The page is older than what the person did since.
    #[error("something changed since this was shown: look at it again, then decide")]
    ShownAnew,
    /// A field is missing, or not as it must be.
    #[error("{0}: {way}", way = ways_out::of(.0))]
    Field(&'static str),
    /// A command or a question of the core that cannot be carried out: what is wrong, and with which field.
    #[error(transparent)]
    Problem(Box<Problem>),
    /// A cursor that this list did not give.
    #[error("the cursor is not one of this list: begin without one")]
    Cursor,
    /// The server's own fault.
    #[error(transparent)]
    Fault(Fault),
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<serde_json::Error> for Refused {
    fn from(error: serde_json::Error) -> Self {
        Self::Fault(error.into())
    }
}

/// What a desk gives back.
pub(crate) type Answer = Result<Value, Refused>;

impl Caller {
    /// A person with the right that they have now; none when they have none.
    pub(crate) fn find(read: &dyn Reads, user: UserId, through: Through) -> Result<Option<Self>, Fault> {
        let Some(right) = read.present_right(user)? else { return Ok(None) };
        let force = read.server()?.force;
        let author = Author { user, role: right.role, org: right.org, force };
        Ok(Some(Self { author, through }))
    }

    /// The feeds that they follow; those of a device carry no streams.
    fn scopes(&self) -> Vec<Scope> {
        Scope::followed(DeviceId(Uuid::nil()), &self.author)
    }

    fn holds(&self, read: &dyn Reads, stream: Stream) -> Result<bool, Fault> {
        for scope in self.scopes() {
            if read.holds(&scope, stream)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn must_be_admin(&self) -> Result<(), Refused> {
        if self.author.role == Role::Admin { Ok(()) } else { Err(Refused::NotYours) }
    }
}

/// Answers a question.
pub(crate) fn query(read: &dyn Reads, caller: &Caller, query: &Query) -> Answer {
    match query {
        Query::Force => force(read),
        Query::Referrals(page) => referrals::list(read, caller, page),
        Query::Referral(id) => opening::shown(read, caller, *id),
        Query::ReferralWithEntries(id) => opening::with_entries(read, caller, *id),
        Query::Named(reference) => search::named(read, caller, reference),
        Query::SubjectAccess(id, now_ms) => subject_access::draft(read, caller, *id, *now_ms),
        Query::Retention(now_ms) => retention::list(read, caller, *now_ms),
        Query::Certificate(id) => retention::certificate(read, caller, *id),
        Query::Worklist(wanted) => worklist::list(read, caller, wanted),
        Query::Entries(id) => opening::entries(read, caller, *id),
        Query::Headers(page) => headers::list(read, caller, page),
        Query::Audit(wanted) => audits::list(read, caller, wanted),
        Query::Leaflet(id, now_ms) => leaflets::of_referral(read, caller, *id, *now_ms),
        Query::ServiceLeaflet(id) => leaflets::of_service(read, *id),
        Query::Conflicts(page) => conflicts::list(read, caller, page),
        Query::Conflict(id) => conflicts::show(read, caller, *id),
        Query::Settlements(now_ms) => settlements::list(read, caller, *now_ms),
        Query::Persons(page) => persons::list(read, caller, page),
        Query::Question(id) => persons::ask(read, caller, *id),
        Query::Person(id) => persons::show(read, caller, *id),
        Query::Providers(page) => providers::list(read, page),
        Query::Slots => slots::list(read, caller),
        Query::Results(over, now_ms) => results::show(read, caller, *over, *now_ms),
        Query::Users(page) => people::list(read, caller, page),
        Query::Devices(page) => devices::list(read, caller, page),
        Query::Sessions(id, now_ms) => sessions::list(read, caller, *id, *now_ms),
        Query::HalfFilled(id, now_ms) => half_filled::one(read, caller, id, *now_ms),
        Query::Proposals => roles::list(read, caller),
        Query::Policy => policy::list(read, caller),
        Query::TryPolicy(id, version) => trying::policy(read, caller, id, *version),
        Query::Diary(wanted) => diary::show(read, caller, wanted),
        Query::Joined(now_ms) => Ok(json!({"joined": joined::lately(read, caller.author.org, *now_ms)?})),
        Query::ToTakeOver => asked::list(read, caller),
        Query::Find(text) => search::find(read, caller, text),
        Query::Open(opening) => opening::referral(read, caller, opening),
        Query::Ask { asked, now_ms } => recording::ask(read, caller, asked, *now_ms),
    }
}

/// Answers a question; what the answer opens is noted, and durable, before it goes out.
pub(crate) async fn answered<S: Store>(store: &S, caller: Caller, query: Query, now_ms: u64) -> Answer {
    let answered = store.read(move |read| {
        let answer = self::query(read, &caller, &query);
        let served = answer.as_ref().map(|answer| Served::of(&query, answer, &caller));
        Ok((served.unwrap_or_default(), answer))
    });
    let (served, answer) = answered.await?;
    if !served.is_empty() {
        let opens = served.opens();
        let noted = store.write(move |tx| served.note(tx, &caller.author, now_ms)).await;
        // On a full disk lists are read; a record is not opened unnoted.
        if opens { noted? } else { received::if_it_can(noted)? }
    }
    answer
}

/// Does what somebody asks for, or refuses before anything is written.
pub(crate) fn command(
    tx: &dyn Writes,
    key: &dyn Signatures,
    caller: &Caller,
    command: &Command,
    now_ms: u64,
) -> Answer {
    let server = &tx.server()?;
    let desk = &conflicts::AtDesk { server, key, caller, now_ms };
    let answer = carry_out(tx, desk, command)?;
    noted::note(tx, desk, command, answer)
}

fn carry_out(tx: &dyn Writes, desk: &conflicts::AtDesk<'_>, command: &Command) -> Answer {
    let (caller, now_ms) = (desk.caller, desk.now_ms);
    match command {
        Command::Settle(id, settlement) => conflicts::settle(tx, desk, *id, settlement),
        Command::PassUp(id, asked) => conflicts::pass_up(tx, desk, *id, asked),
        Command::Erase(asked) => erasures::erase(tx, desk, asked),
        Command::GiveOut(given) => subject_access::give_out(tx, desk, given),
        Command::KeepLonger(id, asked) => retention::keep(tx, desk, *id, *asked),
        Command::EraseRecord(id) => retention::erase(tx, desk, *id),
        Command::TiePersons(tie, asked) => persons::tie(tx, desk, *tie, asked),
        Command::OpenSlot(new) => slots::open(tx, desk, new),
        Command::CloseSlot(id, reason) => slots::close(tx, desk, *id, reason),
        Command::Assign(id, asked) => placing::assign(tx, desk, *id, asked),
        Command::AddProvider(new) => providers::add(tx, caller, new),
        Command::ChangeProvider(id, change) => providers::change(tx, caller, *id, change),
        Command::DisableProvider(id, fallback) => providers::disable(tx, desk, *id, *fallback),
        Command::AddUser(new) => restaffed(tx, |tx| people::add(tx, caller, new, now_ms)),
        Command::DisableUser(id, reason) => {
            restaffed(tx, |tx| people::disable(tx, caller, *id, *reason, now_ms))
        }
        Command::RenameUser(id, asked) => people::rename(tx, caller, *id, asked),
        Command::EnrolCode(id) => people::enrol_code(tx, caller, *id, now_ms),
        Command::ConfirmCode(id) => roles::confirm_code(tx, caller, *id, now_ms),
        Command::ProposeRole(id, wanted) => roles::propose(tx, caller, *id, wanted, now_ms),
        Command::ConfirmRole(id) => restaffed(tx, |tx| roles::confirm(tx, caller, *id, now_ms)),
        Command::Withdraw(id) => roles::withdraw(tx, caller, *id),
        Command::ProposePolicy(wanted) => policy::propose(tx, caller, wanted, now_ms),
        Command::ConfirmPolicy(id) => policy::confirm(tx, caller, *id, now_ms),
        Command::AddHoliday(holiday) => policy::add_holiday(tx, caller, holiday),
        Command::Record(sent) => recording::record(tx, desk, sent),
        Command::LookUp(subject) => look_up::look_up(tx, desk, subject),
        Command::RevokeDevice(id, reason) => devices::revoke(tx, caller, *id, *reason, now_ms),
        Command::SignOut(id) => devices::sign_out(tx, caller, *id, now_ms),
        Command::EndSessions(id, one) => sessions::end(tx, caller, (*id, *one), now_ms),
        Command::Unlink(id) => sessions::unlink(tx, caller, *id, now_ms),
    }
}

/// Changes somebody's rights, and tells every phone when somebody acts now who did not, or a service has none left.
fn restaffed(tx: &dyn Writes, change: impl FnOnce(&dyn Writes) -> Answer) -> Answer {
    let before = reference::staffed(tx)?;
    let answer = change(tx)?;
    if answer["state"] == "active" || reference::staffed(tx)? != before {
        reference::changed(tx)?;
    }
    Ok(answer)
}

fn force(read: &dyn Reads) -> Answer {
    let server = read.server()?;
    let name = read.orgs()?.into_iter().find(|org| org.id == server.force).map(|org| org.name);
    let (receipts, _) = read.receipt_head()?;
    Ok(json!({
        "force": server.force, "name": name, "prefix": server.force_prefix, "epoch": server.epoch,
        "server_key": base64url(&server.public_key), "receipts": receipts, "policy": read.policy()?,
        "care": outside::care(read)?,
    }))
}

/// Why somebody cannot decide something, in words for people.
fn words(why: Why) -> &'static str {
    match why {
        Why::Shape | Why::BodyWithheld => "an answer has a shape that is not allowed",
        Why::Stream | Why::Role => "your role does not decide this",
        Why::NotAssigned => "this referral is not yours, or not your service's",
        Why::RightEnded => "your right to decide this has ended",
        Why::Unexplained => "it is recorded that the person came, and no reason is given",
        Why::State => "the referral is not at a stage where this can be decided",
        Why::Reference => "what it names is not one of the sides that you were shown",
        Why::Policy => "the policy that it was made from was not in force here",
        Why::Settler => "it is for somebody else to settle, not for who wrote a side of it",
        Why::Recovered => "it was recorded already",
        Why::StandsOn => "it stands on an entry that was kept aside",
    }
}
