//! What a command or a query may look up, and who asks.
//!
//! A phone answers from its store, a desk from the server's. Does not say how anything is kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::access::{Author, Role};
use crate::clock::Now;
use crate::command::named::Beginning;
use crate::ids::{CompartmentKind, DeviceId, Digest, OpId, OrgId, Record, Stream, UserId};
use crate::policy::{PolicyPack, PolicyRef};
use crate::problem::Problem;
use crate::referral::act::Subject;
use crate::referral::eligibility::PriorCheck;
use crate::referral::fold::{Folded, StreamState};
use crate::referral::timers::{Coming, Holiday, Waiting};
use crate::sync::answer::Extract;
use crate::sync::enrolment::{Enrolled, Provider};

/// Who a device is: what its enrolment answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The device.
    pub device: DeviceId,
    /// The person.
    pub user: UserId,
    /// What they do.
    pub role: Role,
    /// For whom.
    pub org: OrgId,
    /// The force of the scheme.
    pub force: OrgId,
    /// The letters that human references begin with.
    pub force_prefix: String,
    /// The server's public key, as base64url.
    pub server_key: String,
    /// What the device is called.
    #[serde(default)]
    pub name: String,
    /// The person's initials: exhibit references begin with them.
    #[serde(default)]
    pub initials: String,
    /// The letter of this device among the person's.
    #[serde(default)]
    pub letter: String,
    /// The key that was enrolled, as base64url: a phone whose key store was reset has another.
    #[serde(default)]
    pub public_key: String,
}

impl Member {
    /// Who an enrolment makes of a device.
    #[must_use]
    pub fn of(enrolled: &Enrolled, name: &str, public_key: String) -> Self {
        let Enrolled { device, user, role, org, force, .. } = *enrolled;
        let (force_prefix, server_key) = (enrolled.force_prefix.clone(), enrolled.server_key.clone());
        let (initials, letter) = (enrolled.initials.clone(), enrolled.letter.clone());
        let name = name.to_owned();
        Self { device, user, role, org, force, force_prefix, server_key, name, initials, letter, public_key }
    }

    /// The author of this device's entries.
    #[must_use]
    pub fn author(&self) -> Author {
        Author { user: self.user, role: self.role, org: self.org, force: self.force }
    }

    /// The stream of a record in which this device writes a compartment.
    #[must_use]
    pub fn stream(&self, record: Record, kind: CompartmentKind) -> Stream {
        let org = match kind {
            CompartmentKind::Shared | CompartmentKind::Police => self.force,
            CompartmentKind::Outreach | CompartmentKind::Care | CompartmentKind::Audit => self.org,
        };
        record.stream(kind, org)
    }
}

/// The rules that new decisions are made by.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The newest version that is known here.
    pub pack: &'static PolicyPack,
    /// Until when they are known to have been in force, in server time.
    pub as_of_ms: u64,
    /// What is in force, when this software is too old to know it.
    pub newer: Option<PolicyRef>,
}

/// An open conflict, and where it is settled.
#[derive(Debug, Clone)]
pub struct OpenConflict {
    /// The stream that it is in.
    pub stream: Stream,
    /// The register, the row or the entry that it is about.
    pub about: String,
    /// What a settlement of it names.
    pub version: Digest,
    /// Its sides, where the stream itself is not held: an extract is settled upon exactly these.
    pub extract: Option<Vec<OpId>>,
}

/// The folded streams of a record.
pub type FoldedStreams = BTreeMap<Stream, Arc<Folded>>;

/// What is known here and now.
pub trait Known {
    /// Why something could not be looked up, or cannot be done.
    type Fault: From<Problem>;

    /// Who asks.
    fn member(&self) -> &Member;
    /// The time.
    fn now(&self) -> Now;
    /// A new id.
    ///
    /// # Errors
    /// A fault when none can be drawn.
    fn new_id(&self) -> Result<Uuid, Self::Fault>;
    /// The folded streams of a record that are held.
    ///
    /// # Errors
    /// A fault when they cannot be read.
    fn streams(&self, record: Record) -> Result<FoldedStreams, Self::Fault>;
    /// Whether the view that a command was made on still showed something of a record that is lost now.
    ///
    /// # Errors
    /// A fault when it cannot be read.
    fn was_shown(&self, record: Record) -> Result<bool, Self::Fault>;
    /// The records whose id or human reference begins so, each with its reference; a few are enough.
    ///
    /// # Errors
    /// A fault when they cannot be read.
    fn beginning_with(&self, beginning: &Beginning) -> Result<Vec<(Record, Option<String>)>, Self::Fault>;
    /// The records about somebody of this name and date of birth.
    ///
    /// # Errors
    /// A fault when they cannot be read.
    fn records_about(&self, subject: &Subject) -> Result<Vec<Record>, Self::Fault>;
    /// What the central record said of somebody a short while ago; none where it was not asked.
    ///
    /// # Errors
    /// A fault when it cannot be read.
    fn checked(&self, subject: &Subject) -> Result<Option<PriorCheck>, Self::Fault>;
    /// An open conflict.
    ///
    /// # Errors
    /// A fault when it cannot be read.
    fn conflict(&self, conflict: Digest) -> Result<Option<OpenConflict>, Self::Fault>;
    /// The stream of an entry that is held.
    ///
    /// # Errors
    /// A fault when it cannot be read.
    fn stream_of(&self, entry: OpId) -> Result<Option<Stream>, Self::Fault>;
    /// Every record of which something is held.
    ///
    /// # Errors
    /// A fault when they cannot be read.
    fn records(&self) -> Result<Vec<Record>, Self::Fault>;
    /// Records of which a fold has an open conflict.
    ///
    /// # Errors
    /// A fault when they cannot be read.
    fn records_in_conflict(&self) -> Result<Vec<Record>, Self::Fault>;
    /// Referrals, the newest first, and what to go on after when there are more.
    ///
    /// # Errors
    /// [`Problem`] `cursor_unknown`, or a fault when they cannot be read.
    fn newest_records(
        &self,
        after: Option<&str>,
        limit: Option<usize>,
    ) -> Result<(Vec<Record>, Option<String>), Self::Fault>;
    /// What is due in each referral, whatever the time is.
    ///
    /// # Errors
    /// A fault when it cannot be read.
    fn coming(&self) -> Result<Vec<(Record, Vec<Coming>)>, Self::Fault>;
    /// What a worklist shows of these referrals.
    ///
    /// # Errors
    /// A fault when it cannot be read.
    fn waiting(&self, records: &[Record]) -> Result<Vec<Waiting>, Self::Fault>;
    /// Every extract of a conflict.
    ///
    /// # Errors
    /// A fault when they cannot be read.
    fn extracts(&self) -> Result<Vec<Extract>, Self::Fault>;
    /// The rules in force.
    ///
    /// # Errors
    /// [`Problem`] `policy_unknown`, or a fault when they cannot be read.
    fn rules(&self) -> Result<Rules, Self::Fault>;
    /// The services, by name.
    ///
    /// # Errors
    /// A fault when they cannot be read.
    fn providers(&self) -> Result<Vec<Provider>, Self::Fault>;
    /// Bank holidays that were proclaimed after this software was built.
    ///
    /// # Errors
    /// A fault when they cannot be read.
    fn holidays(&self) -> Result<Vec<Holiday>, Self::Fault>;
    /// How many exhibit references this device has used.
    ///
    /// # Errors
    /// A fault when they cannot be read.
    fn exhibits(&self) -> Result<u64, Self::Fault>;
    /// Whether an exhibit reference was used here.
    ///
    /// # Errors
    /// A fault when it cannot be read.
    fn exhibit_used(&self, reference: &str) -> Result<bool, Self::Fault>;
    /// When this device last synchronised, in server time.
    ///
    /// # Errors
    /// A fault when it cannot be read.
    fn last_sync_ms(&self) -> Result<Option<u64>, Self::Fault>;

    /// The states of a record's streams.
    ///
    /// # Errors
    /// As of [`Known::streams`].
    fn states(&self, record: Record) -> Result<Vec<StreamState>, Self::Fault> {
        Ok(self.streams(record)?.values().map(|folded| folded.state().clone()).collect())
    }

    /// The states of a record of which something must be held.
    ///
    /// # Errors
    /// [`Problem`] `record_unknown`, or as of [`Known::streams`].
    fn held(&self, record: Record) -> Result<Vec<StreamState>, Self::Fault> {
        let states = self.states(record)?;
        if states.is_empty() { Err(Problem::at("record_unknown", "record", "").into()) } else { Ok(states) }
    }
}
