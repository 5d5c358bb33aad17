//! What a controller holds on a person, for the person: the draft, and the note that it was given out.
//!
//! An admin gets the force's part (`police`, `shared`), of every record that links join; a service's lead that service's
//! (`shared`, `outreach`, `care`), of one record, since providers never learn of links. Does not leave anything out: see
//! [`crate::export`].

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::ids::{CompartmentKind, OrgId, Record, UserId};
use sync_core::persons::SubjectId;
use sync_core::referral::act::{PersonLinked, YesNo};
use uuid::Uuid;

use super::begun_forms::{self, Called};
use super::conflicts::AtDesk;
use super::referrals;
use super::retention::{persons, records_of_person};
use super::{Answer, Caller, GivenOut, Refused};
use crate::audit::{self, Noted, Wanted};
use crate::export::{Controller, Entry, Export, FORM, Reading, State};
use crate::fault::Fault;
use crate::pages::plain;
use crate::reconcile::persons::persons_of;
use crate::store::forms::Draft;
use crate::store::people::Span;
use crate::store::rows::Held;
use crate::store::{Reads, Writes};

/// The most records that are given out at once.
const MOST_RECORDS: usize = 100;

/// The parts of a record that the caller's controller gives out.
fn parts(caller: &Caller) -> Result<&'static [CompartmentKind], Refused> {
    match caller.author.role {
        Role::Admin => Ok(&[CompartmentKind::Police, CompartmentKind::Shared]),
        Role::ProviderLead => {
            Ok(&[CompartmentKind::Shared, CompartmentKind::Outreach, CompartmentKind::Care])
        }
        Role::Officer | Role::Supervisor | Role::OutreachWorker | Role::Auditor | Role::Server => {
            Err(Refused::NotYours)
        }
    }
}

/// Everything that is held, with who read it.
pub(super) fn draft(read: &dyn Reads, caller: &Caller, id: Uuid, now_ms: u64) -> Answer {
    let parts = parts(caller)?;
    if entries_of(read, caller, Record::referral(id), parts)?.is_empty() {
        return Err(Refused::NotFound);
    }
    let records = match caller.author.role {
        Role::Admin => records_of_person(read, &persons(read, caller)?, id)?.into_iter().collect::<Vec<_>>(),
        Role::ProviderLead
        | Role::Officer
        | Role::Supervisor
        | Role::OutreachWorker
        | Role::Auditor
        | Role::Server => vec![id],
    };
    let people = People::of(read)?;
    let (mut held, mut number, mut called) = (Vec::new(), 0, BTreeSet::new());
    let mut links = links(read, caller, &records)?;
    for id in records {
        let record = Record::referral(id);
        let mut found = entries_of(read, caller, record, parts)?;
        if found.is_empty() {
            continue;
        }
        found.append(&mut links);
        let view = referrals::seen(read, caller, record)?.unwrap_or_default();
        let mut entries = Vec::with_capacity(found.len());
        for entry in found {
            number += 1;
            entries.push(shown(&people, number, &entry));
        }
        called.extend(Called::of(&view["subject"]));
        let text = |field: &str| view[field].as_str().map(str::to_owned);
        held.push(crate::export::Record {
            record: id,
            reference: text("reference"),
            stage: text("stage_words").unwrap_or_default(),
            entries,
            readers: readers(read, caller, &people, record)?,
        });
    }
    let org = caller.author.org;
    if let Some(last) = held.last_mut() {
        let begun = begun_forms::about(read, org, &called)?.into_iter();
        last.entries
            .extend(begun.zip(number + 1..).map(|(begun, number)| form(&people, number, caller, begun)));
    }
    let controller = Controller { org, name: people.org(org) };
    let (what, state) = (FORM.to_owned(), State::Draft);
    let (given_ms, to, left_out) = (None, None, Vec::new());
    let records = held;
    Ok(json!(Export { form: what, state, controller, made_ms: now_ms, given_ms, to, records, left_out }))
}

/// The entries of the controller's part, oldest first: also those that do not count, since they are held.
fn entries_of(
    read: &dyn Reads,
    caller: &Caller,
    record: Record,
    parts: &[CompartmentKind],
) -> Result<Vec<Held>, Fault> {
    let mut entries = Vec::new();
    for held in read.ops_of_record(record)? {
        let stream = held.op.header.stream;
        if parts.contains(&stream.kind()) && caller.holds(read, stream)? {
            entries.push(held);
        }
    }
    entries.sort_by_key(|held| (held.op.header.hlc, held.id()));
    Ok(entries)
}

/// What joined the person's records, and the numbers that did: the force holds that, too, beside the records.
fn links(read: &dyn Reads, caller: &Caller, records: &[Uuid]) -> Result<Vec<Held>, Fault> {
    if caller.author.role != Role::Admin {
        return Ok(Vec::new());
    }
    let is_theirs = |subject: &SubjectId| match subject {
        SubjectId::Named { referral, .. } => records.contains(referral),
        SubjectId::Number { .. } => false,
    };
    // Of a link to somebody else's referral nothing is told: it was split, or is disputed.
    let may_join = |subject: &SubjectId| is_theirs(subject) || matches!(subject, SubjectId::Number { .. });
    let says = |held: &Held| {
        let link = held.act().and_then(|act| act.as_body::<PersonLinked>().cloned());
        link.is_some_and(|link| {
            let ends = [&link.one, &link.other];
            ends.into_iter().any(is_theirs) && ends.into_iter().all(may_join)
        })
    };
    let all = read.ops_of_record(persons_of(caller.author.force).record)?;
    Ok(all.into_iter().filter(says).collect())
}

fn shown(people: &People, number: u32, held: &Held) -> Entry {
    let header = &held.op.header;
    let kind = header.kind.as_str().to_owned();
    let body = held.op.body.as_deref();
    let says = body.map(|body| serde_json::from_str(body).unwrap_or_else(|_| json!(body)));
    let yes_no = |holds| if holds { YesNo::Yes } else { YesNo::No };
    Entry {
        number,
        op: Some(held.id()),
        part: header.stream.kind().word().to_owned(),
        what: plain::entry(&kind),
        kind,
        by: people.whom(header.author),
        at_ms: header.hlc.ms(),
        received_ms: held.received_ms,
        counts: yes_no(held.as_stored().has_effect()),
        erased: yes_no(held.erased.is_some()),
        says: says.unwrap_or(Value::Null),
        leave_out: None,
    }
}

/// A form that somebody began: it counts for nothing, and is held.
fn form(people: &People, number: u32, caller: &Caller, (user, draft): (UserId, Draft)) -> Entry {
    let of_provider = caller.author.role.of_provider();
    let part = if of_provider { CompartmentKind::Outreach } else { CompartmentKind::Police };
    Entry {
        number,
        op: None,
        part: part.word().to_owned(),
        kind: "form".to_owned(),
        what: "A form that somebody began at a desk and did not send".to_owned(),
        by: people.whom(user),
        at_ms: draft.saved_ms,
        received_ms: draft.saved_ms,
        counts: YesNo::No,
        erased: YesNo::No,
        says: draft.form,
        leave_out: None,
    }
}

/// Who of the controller's own people read the record.
fn readers(
    read: &dyn Reads,
    caller: &Caller,
    people: &People,
    record: Record,
) -> Result<Vec<Reading>, Fault> {
    let all = Span { after: 0, limit: 1 << 40 };
    let lines = read.list_audit(Wanted { record: Some(record), ..Wanted::default() }, all)?;
    let own = lines.into_iter().rev().filter(|line| line.org == caller.author.org);
    let reading = own.map(|line| Reading {
        at_ms: line.at_ms,
        opened_ms: line.phone.and_then(|on| on.opened).map(|there| there.at_ms),
        by: format!("{}, {}", plain::role(line.role), people.org(line.org)),
        what_for: line.purpose.words().to_owned(),
    });
    Ok(reading.collect())
}

/// Everybody's role and organisation.
struct People {
    users: BTreeMap<UserId, (Role, OrgId)>,
    orgs: BTreeMap<OrgId, String>,
}

impl People {
    fn of(read: &dyn Reads) -> Result<Self, Fault> {
        let users = read.users()?.into_iter().map(|person| (person.id, (person.role, person.org)));
        let orgs = read.orgs()?.into_iter().map(|org| (org.id, org.name));
        Ok(Self { users: users.collect(), orgs: orgs.collect() })
    }

    fn org(&self, org: OrgId) -> String {
        self.orgs.get(&org).cloned().unwrap_or_default()
    }

    fn whom(&self, user: UserId) -> String {
        match self.users.get(&user) {
            None | Some((Role::Server, _)) => plain::role(Role::Server).to_owned(),
            Some((role, org)) => format!("{}, {}", plain::role(*role), self.org(*org)),
        }
    }
}

/// Notes that it is given out: it stands in the audit before anybody has the file.
pub(super) fn give_out(tx: &dyn Writes, desk: &AtDesk<'_>, given: &GivenOut) -> Answer {
    let parts = parts(desk.caller)?;
    if given.records.is_empty() || given.records.len() > MOST_RECORDS {
        return Err(Refused::Field("records"));
    }
    if given.controller != desk.caller.author.org {
        return Err(Refused::NotAllowed("another organisation answers for this draft, and gives it out"));
    }
    let mut noted = Vec::with_capacity(given.records.len());
    for id in &given.records {
        let record = Record::referral(*id);
        if entries_of(tx, desk.caller, record, parts)?.is_empty() {
            return Err(Refused::NotFound);
        }
        noted.push(Noted { digest: Some(given.digest), ..Noted::of(record, given.to.purpose()) });
    }
    audit::note(tx, &desk.caller.author, &noted, desk.now_ms)?;
    Ok(json!({"records": noted.len(), "digest": given.digest, "at_ms": desk.now_ms}))
}
