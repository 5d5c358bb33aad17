//! What a person at a desk knows, as the core's commands and questions look it up: what their feeds hold, and nothing
//! beside it.
//!
//! The counterpart of a phone's store, for one caller, one time and one page. Does not write.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sync_core::clock::{ClockMark, Now};
use sync_core::command::{Beginning, FoldedStreams, Known, Member, OpenConflict, Rules};
use sync_core::exhibit;
use sync_core::ids::{DeviceId, Digest, OpId, Record, Stream};
use sync_core::phone::prior_check::{self, Checked};
use sync_core::policy::PolicyPack;
use sync_core::problem::Problem;
use sync_core::query::summary::{self, Beside, Summary};
use sync_core::reference::HumanReference;
use sync_core::referral::act::{ItemSeized, Subject};
use sync_core::referral::eligibility::PriorCheck;
use sync_core::referral::fold::{Folded, StreamState};
use sync_core::referral::timers::{Coming, Holiday, Waiting};
use sync_core::sync::answer::Extract;
use sync_core::sync::enrolment::Provider;
use uuid::Uuid;

use super::conflicts::extract;
use super::{Caller, Refused, referrals, worklist};
use crate::fault::Fault;
use crate::keys::{base64url, random_id};
use crate::reconcile::{namesakes, reference};
use crate::store::Reads;
use crate::store::desk::{ConflictRow, ConflictsOf};
use crate::store::people::{Listed, Span};

/// More rows than any list of the store has.
const ALL: Span = Span { after: 0, limit: 1 << 40 };

/// The store as somebody at a desk may read it.
pub(super) struct Book<'a> {
    read: &'a dyn Reads,
    caller: &'a Caller,
    member: Member,
    now_ms: u64,
    exhibits: OnceCell<BTreeSet<String>>,
    /// What the central record said for the form that this is about.
    looked_up: Vec<Checked>,
    /// The streams of the record that was looked up last: several questions in a row are about one.
    streams: RefCell<Option<(Record, FoldedStreams)>>,
}

impl<'a> Book<'a> {
    /// The book of a caller, who writes in this desk log.
    pub(super) fn open(
        read: &'a dyn Reads,
        caller: &'a Caller,
        log: DeviceId,
        now_ms: u64,
    ) -> Result<Self, Fault> {
        let (author, server) = (caller.author, read.server()?);
        let person = read.user(author.user)?.map(|person| person.name).unwrap_or_default();
        let member = Member {
            device: log,
            user: author.user,
            role: author.role,
            org: author.org,
            force: author.force,
            force_prefix: server.force_prefix,
            server_key: base64url(&server.public_key),
            name: "Desk".to_owned(),
            initials: exhibit::initials(&person),
            // A desk numbers its exhibits without a letter, so that no phone of the person uses the same ones.
            letter: String::new(),
            public_key: String::new(),
        };
        let (exhibits, streams, looked_up) = (OnceCell::new(), RefCell::default(), Vec::new());
        Ok(Self { read, caller, member, now_ms, exhibits, looked_up, streams })
    }

    /// The same, with what was looked up for a form.
    pub(super) fn with(self, looked_up: Vec<Checked>) -> Self {
        Self { looked_up, ..self }
    }

    /// The exhibit references that the person's desk logs use.
    fn exhibits_used(&self) -> Result<&BTreeSet<String>, Fault> {
        if let Some(used) = self.exhibits.get() {
            return Ok(used);
        }
        let mut used = BTreeSet::new();
        let devices = self.read.list_devices(Some(self.member.user), ALL)?;
        for Listed { row, .. } in devices.into_iter().filter(|listed| listed.row.letter.is_empty()) {
            for held in self.read.ops_of_device(row.device)? {
                let act = held.act();
                used.extend(act.iter().filter_map(|act| Some(act.as_body::<ItemSeized>()?.exhibit.clone())));
            }
        }
        Ok(self.exhibits.get_or_init(|| used))
    }

    /// Whether a record is about somebody, by name and date of birth.
    fn is_about(&self, record: Record, about: &Digest) -> Result<bool, Fault> {
        let held = referrals::held(self.read, self.caller, record)?;
        let states: Vec<StreamState> = held.into_values().map(Folded::into_state).collect();
        // Of what else a summary says nothing is asked here.
        let beside = Beside { reader: None, holidays: &[], able: &BTreeSet::new(), synced_ms: None };
        Ok(Summary::of(record, &states, &beside).about.contains(about))
    }

    fn open_conflicts(&self) -> Result<Vec<Listed<ConflictRow>>, Fault> {
        self.read.list_conflicts(ConflictsOf::Readers(&self.caller.scopes()), ALL)
    }

    fn listed(&self, span: Span) -> Result<Vec<Listed<Record>>, Fault> {
        self.read.list_referrals(&self.caller.scopes(), span)
    }
}

impl Known for Book<'_> {
    type Fault = Refused;

    fn member(&self) -> &Member {
        &self.member
    }

    fn now(&self) -> Now {
        Now { ms: self.now_ms, at_least_ms: self.now_ms, clock: ClockMark::Plain }
    }

    fn new_id(&self) -> Result<Uuid, Refused> {
        Ok(random_id())
    }

    fn streams(&self, record: Record) -> Result<FoldedStreams, Refused> {
        let known = self.streams.borrow().as_ref().filter(|(of, _)| *of == record).cloned();
        if let Some((_, streams)) = known {
            return Ok(streams);
        }
        let streams = referrals::held(self.read, self.caller, record)?.into_iter();
        let streams: BTreeMap<_, _> = streams.map(|(stream, folded)| (stream, Arc::new(folded))).collect();
        *self.streams.borrow_mut() = Some((record, streams.clone()));
        Ok(streams)
    }

    /// A desk keeps nothing of what its reader has lost: a page about it is answered as one about nothing.
    fn was_shown(&self, _: Record) -> Result<bool, Refused> {
        Ok(false)
    }

    fn beginning_with(&self, beginning: &Beginning) -> Result<Vec<(Record, Option<String>)>, Refused> {
        let prefix = &self.member.force_prefix;
        let mut found = Vec::new();
        for Listed { row: record, .. } in self.listed(ALL)? {
            // What a person reads out is made from the id, so no referral has to be read for it.
            let reference = HumanReference::of(prefix, record.id).ok().map(|reference| reference.to_string());
            if beginning.names(record, reference.as_deref()) {
                found.push((record, reference));
            }
        }
        Ok(found)
    }

    fn records_about(&self, subject: &Subject) -> Result<Vec<Record>, Refused> {
        let Some(about) = summary::about(subject) else { return Ok(Vec::new()) };
        let mut records = Vec::new();
        // A supervisor's feeds hold every referral of the force: only those that may be meant are read.
        for record in namesakes::of(self.read, subject)? {
            if self.is_about(record, &about)? {
                records.push(record);
            }
        }
        Ok(records)
    }

    fn checked(&self, subject: &Subject) -> Result<Option<PriorCheck>, Refused> {
        Ok(prior_check::said(&self.looked_up, subject, self.now_ms))
    }

    fn conflict(&self, conflict: Digest) -> Result<Option<OpenConflict>, Refused> {
        let Some(row) = self.read.conflict(conflict)?.filter(|row| row.is_open) else { return Ok(None) };
        let held = referrals::held(self.read, self.caller, row.stream.record)?;
        let found = held.get(&row.stream).map(|folded| folded.state().conflicts.as_slice());
        if let Some(open) = found.and_then(|open| open.iter().find(|open| open.id == conflict)) {
            let (about, version) = (open.about.clone(), open.version());
            return Ok(Some(OpenConflict { stream: row.stream, about, version, extract: None }));
        }
        let Some(extract) = extract(self.read, self.caller, conflict)? else { return Ok(None) };
        let mut sides: Vec<OpId> = extract.sides.iter().map(|side| side.op).collect();
        sides.sort_unstable();
        let Extract { stream, about, version, .. } = extract;
        Ok(Some(OpenConflict { stream, about, version, extract: Some(sides) }))
    }

    fn stream_of(&self, entry: OpId) -> Result<Option<Stream>, Refused> {
        let Some(held) = self.read.op(entry)? else { return Ok(None) };
        let stream = held.op.header.stream;
        let may = self.caller.holds(self.read, stream)?;
        Ok(Some(stream).filter(|_| may))
    }

    fn records(&self) -> Result<Vec<Record>, Refused> {
        Ok(self.listed(ALL)?.into_iter().map(|listed| listed.row).collect())
    }

    fn records_in_conflict(&self) -> Result<Vec<Record>, Refused> {
        let mut records = BTreeSet::new();
        for Listed { row, .. } in self.open_conflicts()? {
            if self.caller.holds(self.read, row.stream)? {
                records.insert(row.stream.record);
            }
        }
        Ok(records.into_iter().collect())
    }

    fn newest_records(
        &self,
        after: Option<&str>,
        limit: Option<usize>,
    ) -> Result<(Vec<Record>, Option<String>), Refused> {
        let after = after.map(|after| after.parse().ok().filter(|after| *after > 0));
        let after = after.map(|after| after.ok_or_else(|| Problem::at("cursor_unknown", "after", "")));
        let span = Span { after: after.transpose()?.unwrap_or_default(), limit: limit.unwrap_or(ALL.limit) };
        let rows = self.listed(span)?;
        let next = rows.last().filter(|_| rows.len() == span.limit).map(|last| last.pos.to_string());
        Ok((rows.into_iter().map(|listed| listed.row).collect(), next))
    }

    fn coming(&self) -> Result<Vec<(Record, Vec<Coming>)>, Refused> {
        let waiting = worklist::waiting(self.read, self.caller)?.into_iter();
        Ok(waiting.map(|(record, waiting)| (record, waiting.coming)).collect())
    }

    fn waiting(&self, records: &[Record]) -> Result<Vec<Waiting>, Refused> {
        let waiting = worklist::waiting(self.read, self.caller)?.into_iter();
        Ok(waiting.filter(|(record, _)| records.contains(record)).map(|(_, waiting)| waiting).collect())
    }

    fn extracts(&self) -> Result<Vec<Extract>, Refused> {
        let mut all = Vec::new();
        for Listed { row, .. } in self.open_conflicts()? {
            all.extend(extract(self.read, self.caller, row.conflict)?);
        }
        Ok(all)
    }

    fn rules(&self) -> Result<Rules, Refused> {
        let policy = self.read.policy()?;
        let pack = PolicyPack::find_version(&policy.id, policy.version);
        let pack = pack.ok_or_else(|| Problem::new("policy_unknown", "The server is too old for them."))?;
        Ok(Rules { pack, as_of_ms: self.now_ms, newer: None })
    }

    fn providers(&self) -> Result<Vec<Provider>, Refused> {
        let mut providers = reference::bundle(self.read, self.now_ms)?.providers;
        providers.sort_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
        Ok(providers)
    }

    fn holidays(&self) -> Result<Vec<Holiday>, Refused> {
        Ok(self.read.holidays()?)
    }

    fn exhibits(&self) -> Result<u64, Refused> {
        Ok(self.exhibits_used()?.len() as u64)
    }

    fn exhibit_used(&self, reference: &str) -> Result<bool, Refused> {
        Ok(self.exhibits_used()?.contains(reference))
    }

    /// A desk is always in step.
    fn last_sync_ms(&self) -> Result<Option<u64>, Refused> {
        Ok(Some(self.now_ms))
    }
}
