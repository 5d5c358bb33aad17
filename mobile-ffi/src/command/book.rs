//! What this phone knows, as commands and queries look it up.
//!
//! Does not write.

use rusqlite::Connection;
use sync_core::clock::Now;
use sync_core::command::{Beginning, FoldedStreams, Known, Member, OpenConflict, Rules};
use sync_core::ids::{Digest, OpId, Record, Stream};
use sync_core::phone::prior_check;
use sync_core::phone::state::PhoneState;
use sync_core::referral::act::Subject;
use sync_core::referral::eligibility::PriorCheck;
use sync_core::referral::timers::{Coming, Holiday, Waiting};
use sync_core::sync::answer::Extract;
use sync_core::sync::enrolment::Provider;
use uuid::Uuid;

use crate::keys;
use crate::problem::Problem;
use crate::store::held::HeldIn;
use crate::store::{forget, ops, reference, state};

/// The store as it is in one transaction, for somebody who asks at a time.
pub(crate) struct Book<'a> {
    pub(crate) db: &'a Connection,
    pub(crate) held: HeldIn<'a>,
    pub(crate) state: PhoneState,
    pub(crate) member: Member,
    pub(crate) now: Now,
    /// The revision of the view that a command was made on.
    pub(crate) as_of: u64,
}

impl Known for Book<'_> {
    type Fault = Problem;

    fn member(&self) -> &Member {
        &self.member
    }

    fn now(&self) -> Now {
        self.now
    }

    fn new_id(&self) -> Result<Uuid, Problem> {
        keys::random_uuid()
    }

    fn streams(&self, record: Record) -> Result<FoldedStreams, Problem> {
        self.held.streams(record)
    }

    fn was_shown(&self, record: Record) -> Result<bool, Problem> {
        forget::was_shown(self.db, record, self.as_of)
    }

    fn beginning_with(&self, beginning: &Beginning) -> Result<Vec<(Record, Option<String>)>, Problem> {
        state::beginning_with(self.db, beginning)
    }

    fn records_about(&self, subject: &Subject) -> Result<Vec<Record>, Problem> {
        state::about(self.db, subject)
    }

    fn checked(&self, subject: &Subject) -> Result<Option<PriorCheck>, Problem> {
        Ok(prior_check::said(&self.state.checked, subject, self.now.ms))
    }

    fn conflict(&self, conflict: Digest) -> Result<Option<OpenConflict>, Problem> {
        if let Some(record) = state::of_conflict(self.db, conflict)? {
            for (stream, folded) in self.held.streams(record)? {
                if let Some(open) = folded.state().conflicts.iter().find(|open| open.id == conflict) {
                    let (about, version) = (open.about.clone(), open.version());
                    return Ok(Some(OpenConflict { stream, about, version, extract: None }));
                }
            }
        }
        let Some(extract) = reference::extract(self.db, conflict)? else { return Ok(None) };
        let mut sides: Vec<OpId> = extract.sides.iter().map(|side| side.op).collect();
        sides.sort_unstable();
        let Extract { stream, about, version, .. } = extract;
        Ok(Some(OpenConflict { stream, about, version, extract: Some(sides) }))
    }

    fn stream_of(&self, entry: OpId) -> Result<Option<Stream>, Problem> {
        ops::stream_of(self.db, entry, self.member.device)
    }

    fn records(&self) -> Result<Vec<Record>, Problem> {
        state::records(self.db)
    }

    fn records_in_conflict(&self) -> Result<Vec<Record>, Problem> {
        state::in_conflict(self.db)
    }

    fn newest_records(
        &self,
        after: Option<&str>,
        limit: Option<usize>,
    ) -> Result<(Vec<Record>, Option<String>), Problem> {
        state::newest(self.db, after, limit)
    }

    fn coming(&self) -> Result<Vec<(Record, Vec<Coming>)>, Problem> {
        state::coming(self.db)
    }

    fn waiting(&self, records: &[Record]) -> Result<Vec<Waiting>, Problem> {
        state::waiting(self.db, records)
    }

    fn extracts(&self) -> Result<Vec<Extract>, Problem> {
        reference::extracts(self.db)
    }

    fn rules(&self) -> Result<Rules, Problem> {
        reference::rules(&self.state)
    }

    fn providers(&self) -> Result<Vec<Provider>, Problem> {
        reference::providers(self.db)
    }

    fn holidays(&self) -> Result<Vec<Holiday>, Problem> {
        Ok(self.state.holidays.clone())
    }

    fn exhibits(&self) -> Result<u64, Problem> {
        reference::exhibits(self.db)
    }

    fn exhibit_used(&self, reference: &str) -> Result<bool, Problem> {
        reference::exhibit_used(self.db, reference)
    }

    fn last_sync_ms(&self) -> Result<Option<u64>, Problem> {
        Ok(self.state.last_sync_ms)
    }
}
