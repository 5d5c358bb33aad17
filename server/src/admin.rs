//! Administration of a store that no server holds.
//!
//! Takes the store's lock. What is done in somebody's name goes through the same desk as over HTTP.
//! Does not talk to a running server.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use sync_core::access::Role;
use sync_core::ids::{OrgId, UserId};
use sync_core::sync::enrolment::Care;

use crate::EnrolCode;
use crate::desk::{self, Answer, Caller, Command, NewProvider, NewUser, Query, Refused, Served, Through};
use crate::fault::Fault;
use crate::keys::{Signatures, random_id};
use crate::outside::{self, Kept};
use crate::reconcile::{Service, epochs, reference};
use crate::sign_in::{self, password};
use crate::startup::service;
use crate::store::Writes;
pub use crate::store::rows::{Org, Person};
use crate::store::sqlite::SqliteStore;
use crate::time::now_ms;

/// A store in the hands of its administrator.
pub struct Admin {
    service: Service<SqliteStore>,
    /// Whether an epoch has begun for what is done here: see [`epochs::start`].
    started: AtomicBool,
}

/// Somebody in whose name a store is administered.
pub struct Acting(Caller);

/// Opens a store for administration.
///
/// # Errors
/// [`Fault::InUse`] while a server or another command holds it; [`Fault::NoStore`] when there is none.
pub fn open(data: &Path) -> Result<Admin, Fault> {
    open_with_key(data, None)
}

/// The same, where the server's key is in another file than usual.
///
/// # Errors
/// As of [`open`].
pub fn open_with_key(data: &Path, key_file: Option<&Path>) -> Result<Admin, Fault> {
    Ok(Admin { service: service(data, key_file)?, started: AtomicBool::new(false) })
}

impl Admin {
    /// Adds a provider to a store that is being set up.
    ///
    /// # Errors
    /// A [`Fault`] of the store.
    pub fn add_provider(&self, new: &NewProvider) -> Result<OrgId, Fault> {
        let id = OrgId(random_id());
        let NewProvider { name, telephone, hours, areas, ages } = new.clone();
        let org = Org { id, name, telephone, hours, areas, ages };
        self.service.store.write_now(move |tx| {
            tx.add_org(&org)?;
            reference::changed(tx)
        })?;
        Ok(id)
    }

    /// Lets the server keep care records from now on, and tells every phone; gives whether it kept none before.
    ///
    /// # Errors
    /// A [`Fault`] of the store.
    pub fn keep_care(&self, now_ms: u64) -> Result<bool, Fault> {
        self.start(now_ms)?;
        self.service.store.write_now(|tx| {
            if outside::care(tx)? == Care::On {
                return Ok(false);
            }
            outside::keep(tx, &Kept::CareOn)?;
            reference::changed(tx)?;
            Ok(true)
        })
    }

    /// Adds a person of an organisation in the name of one admin, confirmed by another where it takes two, and makes the
    /// code for their first device.
    ///
    /// # Errors
    /// A [`Refused`] when there is no such organisation, or the role is not one of its people.
    pub fn add_user(&self, name: &str, role: Role, org: OrgId, now_ms: u64) -> Result<EnrolCode, Refused> {
        self.by_two(Command::AddUser(NewUser { name: name.to_owned(), role, org }), now_ms)
    }

    /// Makes a one-time code for a person's next device, in the name of two admins; it counts for 10 minutes.
    ///
    /// # Errors
    /// A [`Refused`] when there is no such person.
    pub fn enrol_code(&self, user: UserId, now_ms: u64) -> Result<EnrolCode, Refused> {
        self.by_two(Command::EnrolCode(user), now_ms)
    }

    fn by_two(&self, asked: Command, now_ms: u64) -> Result<EnrolCode, Refused> {
        let key = self.service.key.clone();
        let answer = self.whole_or_nothing(move |tx| asked_and_confirmed(tx, &*key, &asked, now_ms))?;
        Ok(serde_json::from_value(answer)?)
    }

    /// Runs a job of several deeds, so that one that is refused leaves nothing of those before.
    fn whole_or_nothing(&self, job: impl FnOnce(&dyn Writes) -> Answer + Send + 'static) -> Answer {
        let refused = Arc::new(Mutex::new(None));
        let told = Arc::clone(&refused);
        let done = self.service.store.write_now(move |tx| {
            job(tx).map_err(|why| match why {
                Refused::Fault(fault) => fault,
                other => {
                    // Only a fault takes back what was written.
                    *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(other);
                    Fault::Unknown("somebody who may")
                }
            })
        });
        let refused = refused.lock().unwrap_or_else(PoisonError::into_inner).take();
        done.map_err(|fault| refused.unwrap_or(Refused::Fault(fault)))
    }

    /// Sets up how a person signs in at the desk, with a one-time code of theirs and without a browser: for a demo or a
    /// rehearsal. Everybody else does it at `/set-up`, so that nobody knows their password. Gives the recovery codes: each
    /// counts once in the place of an authenticator's.
    ///
    /// # Errors
    /// [`Fault::Option`] when the password is weak; [`Fault::Unknown`] when the code does not count or another person has the name.
    pub fn set_up_desk(
        &self,
        one_time_code: &str,
        (sign_in_name, password): (&str, &str),
        now_ms: u64,
    ) -> Result<Vec<String>, Fault> {
        let name = sign_in::tidy_name(sign_in_name);
        let weak = |_| Fault::Option { option: "password", what: "is too weak" };
        password::check(password, &name).map_err(weak)?;
        let (code, hash) = (one_time_code.to_owned(), password::hash(password));
        let job = move |tx: &dyn Writes| sign_in::set_up_here(tx, &code, (name, hash), now_ms);
        self.service.store.write_now(job)?.ok_or(Fault::Unknown("one-time code"))
    }

    /// The person of a name or id, to act in their name.
    ///
    /// # Errors
    /// [`Fault::Unknown`] when nobody active has the name, or several have it.
    pub fn acting_as(&self, named: &str) -> Result<Acting, Fault> {
        self.service.store.read_now(|read| {
            let id: Option<UserId> = named.parse().ok();
            let mut found = Vec::new();
            for person in read.users()?.into_iter().filter(|person| person.role != Role::Server) {
                if (id == Some(person.id) || person.name == named)
                    && let Some(caller) = Caller::find(read, person.id, Through::Store)?
                {
                    found.push(caller);
                }
            }
            match found.as_slice() {
                [caller] => Ok(Acting(*caller)),
                [] => Err(Fault::Unknown("active user")),
                [..] => Err(Fault::Unknown("single user of that name; name the id")),
            }
        })
    }

    /// Answers a question in somebody's name.
    ///
    /// # Errors
    /// A [`Refused`] that says what to do.
    pub fn query(&self, acting: &Acting, query: &Query) -> Result<Value, Refused> {
        let author = acting.0.author;
        let answer = self.service.store.read_now(|read| Ok(desk::query(read, &acting.0, query)))??;
        let served = Served::of(query, &answer, &acting.0);
        if !served.is_empty() {
            self.start(now_ms())?;
            self.service.store.write_now(move |tx| served.note(tx, &author, now_ms()))?;
        }
        Ok(answer)
    }

    /// Does something in somebody's name.
    ///
    /// # Errors
    /// A [`Refused`] that says what to do.
    pub fn command(&self, acting: &Acting, command: &Command, now_ms: u64) -> Result<Value, Refused> {
        let key = self.service.key.clone();
        let (caller, command) = (acting.0, command.clone());
        self.start(now_ms)?;
        let job = move |tx: &dyn Writes| settled(desk::command(tx, &*key, &caller, &command, now_ms));
        loop {
            let answer = self.service.store.write_now(job.clone())??;
            if !desk::goes_on(&answer) {
                return Ok(answer);
            }
        }
    }

    /// Somebody asks, and another agrees where it takes two: both or nothing. A code is whole.
    ///
    /// # Errors
    /// A [`Refused`] of the one or the other; then nothing was asked for.
    pub fn command_by_two(
        &self,
        (asks, agrees): (&Acting, &Acting),
        asked: &Command,
        now_ms: u64,
    ) -> Result<Value, Refused> {
        let (key, asks, agrees, asked) = (self.service.key.clone(), asks.0, agrees.0, asked.clone());
        self.start(now_ms)?;
        self.whole_or_nothing(move |tx| {
            let answer = desk::command(tx, &*key, &asks, &asked, now_ms)?;
            let Some(agreeing) = confirming(&answer) else { return Ok(answer) };
            Ok(whole_code(&answer, desk::command(tx, &*key, &agrees, &agreeing, now_ms)?))
        })
    }

    /// Begins an epoch before the first thing that is written here.
    fn start(&self, now_ms: u64) -> Result<(), Fault> {
        if !self.started.load(Ordering::Relaxed) {
            let (key, again) = (self.service.key.clone(), self.service.store.again());
            let start = move |tx: &dyn Writes| epochs::start(tx, &*key, again.begins_at(tx.point()?), now_ms);
            self.service.store.write_now(start)?;
            self.started.store(true, Ordering::Relaxed);
        }
        Ok(())
    }
}

/// Somebody who may asks, and somebody else agrees; the last admin does both. Gives the whole code.
fn asked_and_confirmed(tx: &dyn Writes, key: &dyn Signatures, asked: &Command, now_ms: u64) -> Answer {
    let mut people = Vec::new();
    for person in tx.users()? {
        people.extend(Caller::find(tx, person.id, Through::Store)?);
    }
    // Admins first: somebody who is alone in a service may ask for their own code as well, and nobody there could agree.
    people.sort_by_key(|caller| match caller.author.role {
        Role::Admin => 0,
        Role::ProviderLead => 1,
        Role::Officer | Role::Supervisor | Role::OutreachWorker | Role::Auditor | Role::Server => 2,
    });
    let mut refused = Refused::NotYours;
    // A refusal wrote nothing, so the next one may be tried.
    for asks in &people {
        let answer = match desk::command(tx, key, asks, asked, now_ms) {
            Ok(answer) => answer,
            Err(Refused::Fault(fault)) => return Err(fault.into()),
            Err(other) => {
                if other != Refused::NotYours {
                    refused = other;
                }
                continue;
            }
        };
        let Some(agreeing) = confirming(&answer) else { return Ok(answer) };
        for agrees in people.iter().filter(|other| other.author.user != asks.author.user).chain([asks]) {
            match desk::command(tx, key, agrees, &agreeing, now_ms) {
                Err(Refused::NotAllowed(_) | Refused::NotFound) => {}
                other => return other.map(|ends| whole_code(&answer, ends)),
            }
        }
        return Err(Refused::NotAllowed("nobody else could agree"));
    }
    Err(refused)
}

/// The command with which somebody else agrees to what an answer says was asked for.
#[must_use]
pub fn confirming(answer: &Value) -> Option<Command> {
    let proposal = answer["proposal"].as_str().and_then(|id| id.parse().ok())?;
    Some(match answer["asks"].as_str() {
        Some("code") => Command::ConfirmCode(proposal),
        Some(_) => Command::ConfirmRole(proposal),
        // A policy: it asks for nothing of anybody.
        None => Command::ConfirmPolicy(proposal),
    })
}

/// An answer with the whole code, in hands that saw its beginning and its end.
#[must_use]
pub fn whole_code(begins: &Value, mut ends: Value) -> Value {
    if let (Some(begins), Some(end)) = (begins["code_begins"].as_str(), ends["code_ends"].as_str()) {
        ends["code"] = format!("{begins}{end}").into();
    }
    if let Some(fields) = ends.as_object_mut().filter(|fields| fields.contains_key("code")) {
        fields.remove("code_ends");
    }
    ends
}

/// A refusal ends a job as an answer does: nothing was written. A fault takes back what was.
pub(crate) fn settled(answer: Result<Value, Refused>) -> Result<Result<Value, Refused>, Fault> {
    match answer {
        Err(Refused::Fault(fault)) => Err(fault),
        other => Ok(other),
    }
}
