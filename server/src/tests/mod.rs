//! Tests of the whole pipeline, over a real store and without HTTP.
//!
//! Does not test the fold or the judge: `sync-core` does.

mod alike;
mod alone;
mod api;
mod asked_twice;
mod auth;
mod batches;
mod checks;
mod codes;
mod consulted;
mod contract;
mod corrected;
mod cross_stream;
mod deactivated;
mod desk;
mod drafts;
mod duplicates;
mod duties;
mod enrolment;
mod envelope;
mod epochs;
mod erased_whole;
mod erasure;
mod feedback;
mod forks;
mod golden_stores;
mod http;
mod identity_provider;
mod in_force;
mod keyed;
mod limits;
mod live;
mod looking_back;
mod operated;
mod outside;
mod parted;
mod pending;
mod persons;
mod phone;
mod pipeline;
mod prior_checks;
mod reading;
mod receipts;
mod recording;
mod recovery;
mod results;
mod rights;
mod rotated;
mod sealed;
mod sealed_backups;
mod services;
mod slots;
mod statements;
mod told;
mod walked_in;
mod web;
mod without_care;
mod worklists;

use std::future::Future;
use std::path::Path;

use serde_json::Value;
use sync_core::access::Role;
use sync_core::ids::{OrgId, UserId};
use tempfile::TempDir;

use crate::desk::{Caller, Command, NewProvider, NewUser, Query, Refused, Through, command, goes_on, query};
use crate::reconcile::{self, Service};
use crate::store::Writes;
use crate::store::sqlite::SqliteStore;
use crate::{ClockIs, Config, EnrolCode, Fault, InitOptions, admin, init, startup};
use phone::{Phone, try_code};

const NOW_MS: u64 = 1_780_000_000_000;

/// A server on a free port of this machine. Stores of the tests are written at a time of their own.
fn config(data: &Path) -> Config {
    let listen = ([127, 0, 0, 1], 0).into();
    Config { clock: ClockIs::Right, ..Config::new(data.to_owned(), listen) }
}

struct TestService {
    service: Service<SqliteStore>,
    runtime: tokio::runtime::Runtime,
}

impl TestService {
    fn open(data: &Path) -> Self {
        let Self { service, runtime } = Self::resumed(data);
        Self { service: startup::started(service, NOW_MS).expect("an epoch begins"), runtime }
    }

    /// A machine that goes on from a snapshot: the server is not started.
    fn resumed(data: &Path) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime starts");
        Self { service: startup::service(data, None).expect("the store opens"), runtime }
    }

    /// A question, in somebody's name.
    fn query(&self, user: UserId, asked: &Query) -> Result<Value, Refused> {
        let answer = self.service.store.read_now(|read| {
            let caller = Caller::find(read, user, Through::Server)?.ok_or(Fault::Unknown("active user"))?;
            Ok(query(read, &caller, asked))
        });
        answer.expect("the store answers")
    }

    /// A deed at a desk, in somebody's name.
    fn command(&self, user: UserId, deed: Command, now_ms: u64) -> Result<Value, Refused> {
        let key = self.service.key.clone();
        let job = move |tx: &dyn Writes| {
            let caller = Caller::find(tx, user, Through::Server)?.ok_or(Fault::Unknown("active user"))?;
            admin::settled(command(tx, &*key, &caller, &deed, now_ms))
        };
        loop {
            let answer = self.service.store.write_now(job.clone()).expect("the store answers");
            if !answer.as_ref().is_ok_and(goes_on) {
                return answer;
            }
        }
    }

    /// One write job of a deed, as a server that stops after it leaves it.
    fn one_job(&self, user: UserId, deed: Command, now_ms: u64) -> Result<Value, Refused> {
        let key = self.service.key.clone();
        let answer = self.service.store.write_now(move |tx| {
            let caller = Caller::find(tx, user, Through::Server)?.ok_or(Fault::Unknown("active user"))?;
            admin::settled(command(tx, &*key, &caller, &deed, now_ms))
        });
        answer.expect("the store answers")
    }

    /// What the running server does from time to time.
    fn beat(&self, now_ms: u64) {
        self.wait(reconcile::beat(&self.service, now_ms)).expect("the store is written");
    }

    fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }
}

/// A store with a provider, an officer's phone and a lead's.
struct Scheme {
    data: TempDir,
    service: TestService,
    provider: OrgId,
    other_provider: OrgId,
    officer: Phone,
    lead: Phone,
    worker: Phone,
    other_lead: Phone,
    other_officer: Phone,
    admin: Phone,
    /// The code of the second admin.
    second_admin: EnrolCode,
}

impl Scheme {
    /// A code for somebody who has a device already: one of their side asks, and another agrees.
    fn another_code(&self, user: UserId) -> String {
        let of_two = if user == self.worker.user {
            (self.lead.user, user)
        } else if user == self.lead.user {
            (user, self.worker.user)
        } else {
            (self.admin.user, self.second_admin.user)
        };
        let given = self.by_two(of_two, Command::EnrolCode(user)).expect("it is given");
        given["code"].as_str().expect("a code").to_owned()
    }

    /// Somebody asks, and somebody else agrees where it takes two; the code is whole.
    fn by_two(&self, (asks, agrees): (UserId, UserId), asked: Command) -> Result<Value, Refused> {
        let answer = self.service.command(asks, asked, NOW_MS)?;
        let Some(agreed) = admin::confirming(&answer) else { return Ok(answer) };
        Ok(admin::whole_code(&answer, self.service.command(agrees, agreed, NOW_MS)?))
    }

    /// Somebody more, added by whoever adds them; their code is in the answer.
    fn takes_in(&self, name: &str, role: Role, org: OrgId) -> Value {
        let asks = match (role.of_provider(), org == self.provider) {
            (true, true) => self.lead.user,
            (true, false) => self.other_lead.user,
            (false, _) => self.admin.user,
        };
        let new = NewUser { name: name.to_owned(), role, org };
        self.by_two((asks, self.second_admin.user), Command::AddUser(new)).expect("they are added")
    }

    fn new() -> Self {
        Self::begun(&InitOptions::new("Force", "TVP"))
    }

    fn begun(options: &InitOptions) -> Self {
        let data = tempfile::tempdir().expect("a directory is made");
        let made = init(data.path(), options, NOW_MS).expect("the store is created");
        let admin = admin::open(data.path()).expect("the store opens");
        let provider = admin.add_provider(&NewProvider::of("Provider")).expect("it is added");
        let other_provider = admin.add_provider(&NewProvider::of("Other")).expect("it is added");
        let people = [
            ("Officer", Role::Officer, made.force),
            ("Lead", Role::ProviderLead, provider),
            ("Worker", Role::OutreachWorker, provider),
            ("Other lead", Role::ProviderLead, other_provider),
            ("Other officer", Role::Officer, made.force),
        ];
        let codes = people
            .map(|(name, role, org)| admin.add_user(name, role, org, NOW_MS).expect("it is added").code);
        drop(admin);
        let service = TestService::open(data.path());
        let enrol = |code: &str| try_code(&service, code, NOW_MS).expect("the code counts");
        let [officer, lead, worker, other_lead, other_officer] = codes.each_ref().map(|code| enrol(code));
        let admin = enrol(&made.admin_codes[0].code);
        let second_admin = made.admin_codes[1].clone();
        Self {
            data,
            service,
            provider,
            other_provider,
            officer,
            lead,
            worker,
            other_lead,
            other_officer,
            admin,
            second_admin,
        }
    }
}
