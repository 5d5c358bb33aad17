//! Queries: what somebody asks of what is held, answered as typed values.
//!
//! ```text
//!   JSON ─▶ Query ─┬─ Records   referrals, entries, conflicts, what is due: from the folded entries
//!                  ╰─ OfDevice  the outbox, the device itself: whoever keeps them answers
//!   summary           what lists read in place of the entries
//! ```
//! Each answer carries `as_of`, which a command made on it hands back. Does not write.

mod choices;
pub mod device;
mod leaflet;
mod records;
mod released;
mod report;
pub mod summary;
mod worklist;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::codes::{self, CodeList};
use crate::command::{Known, Named, Rules, Verb};
use crate::ids::{Digest, Record, RecordKind};
use crate::policy::PolicyRef;
use crate::problem::Problem;
use crate::referral::timers::Holiday;
use crate::request;
#[cfg(feature = "json-schema")]
use crate::results::outcomes::Outcomes;
use crate::sync::consulted::ConsultedFor;
use crate::sync::enrolment::Provider;

pub use choices::ConflictShown;
pub use leaflet::Leaflet;
pub use records::{
    ConflictList, Digests, Disagreement, EntryShown, Explained, History, ReferralShown, Referrals, Side,
};
pub use released::{ReleasedBy, ReleasedList};
pub use report::crime_report;
pub use worklist::{Worklist, desk_of};

/// The most rows of one page.
pub const MOST: u32 = 500;

fields! {
    /// Every referral that is held, the newest first.
    ListReferrals {
        /// At most so many; all of them, when it is left out. From 1 to 500.
        #[serde(default)] limit: Option<u32>,
        /// Go on after a page: its `next`.
        #[serde(default)] after: Option<String>,
    }
    /// One referral.
    OneReferral {
        /// The referral.
        record: Named,
        /// What led to it: a list that shows it. `address` when it is left out.
        #[serde(default)] purpose: Option<ConsultedFor>,
    }
    /// The entries of a referral, in the order for people.
    EntriesOf {
        /// The referral.
        record: Named,
        /// What led to it: a list that shows it. `address` when it is left out.
        #[serde(default)] purpose: Option<ConsultedFor>,
    }
    /// Why an encounter was decided as it was, rule by rule.
    ExplainOne {
        /// The referral.
        record: Named,
        /// What led to it: a list that shows it. `address` when it is left out.
        #[serde(default)] purpose: Option<ConsultedFor>,
    }
    /// What is due, the most urgent first.
    ListDue {
        /// At most so many; all of them, when it is left out. From 1 to 500.
        #[serde(default)] limit: Option<u32>,
    }
    /// Open conflicts of held streams, and those that were passed up.
    ListConflicts {}
    /// One conflict: what counts meanwhile, and what each choice would change.
    OneConflict {
        /// The conflict.
        conflict: Digest,
    }
    /// How the people of one's own service are doing; for its lead.
    HowPeopleAre {
        /// The instrument, as `outcome_items` names it.
        instrument: String,
    }
    /// What services have told the force of how their people are doing.
    ListReleased {}
    /// Services, and the reasons and codes of the forms.
    LookUp {}
    /// Own entries that the server has not acknowledged.
    ListWaiting {
        /// At most so many; all of them, when it is left out. From 1 to 500.
        #[serde(default)] limit: Option<u32>,
        /// Go on after a page: the `seq` of its last entry.
        #[serde(default)] after: Option<u64>,
    }
    /// Own entries that were refused or kept aside.
    ListRefused {}
    /// How far the device is in step.
    HowFar {}
    /// The digest of each held stream, folded anew.
    ListDigests {}
    /// Who the device is.
    WhoAmI {}
    /// Half-filled forms.
    ListDrafts {}
}

side! {
    /// Questions about what is recorded.
    Records {
        "referrals" ListReferrals [] "Every referral that is held, the newest first." r#"{"limit":1}"# -> Referrals;
        "referral" OneReferral [] "One referral as its reader sees it." r#"{"record":"<record>"}"# -> ReferralShown;
        "history" EntriesOf [] "The entries of a referral." r#"{"record":"<record>"}"# -> History;
        "explain" ExplainOne [] "Why an encounter was decided as it was, rule by rule." r#"{"record":"<record>"}"# -> Explained;
        "worklist" ListDue [] "What is due, the most urgent first." r#"{"limit":1}"# -> Worklist;
        "conflicts" ListConflicts [] "Open conflicts." "{}" -> ConflictList;
        "conflict" OneConflict [] "One conflict, and what each choice would change." r#"{"conflict":"<conflict>"}"# -> ConflictShown;
        "reference" LookUp [] "Services, and the codes of the forms." "{}" -> LookedUp;
        "outcomes" HowPeopleAre [] "How the people of one's own service are doing." r#"{"instrument":"TOP"}"# -> Outcomes;
        "released" ListReleased [] "What services have told of how their people are doing." "{}" -> ReleasedList;
        "digests" ListDigests [] "The digest of each held stream, folded anew." "{}" -> Digests;
    }
}

side! {
    /// Questions about the device itself.
    OfDevice {
        "outbox" ListWaiting [] "Own entries that the server has not acknowledged." r#"{"limit":1}"# -> device::Outbox;
        "refused" ListRefused [] "Own entries that were refused or kept aside." "{}" -> device::RefusedList;
        "status" HowFar [] "How far the device is in step." "{}" -> device::Status;
        "whoami" WhoAmI [] "Who the device is." "{}" -> device::WhoAmI;
        "drafts" ListDrafts [] "Half-filled forms." "{}" -> device::Drafts;
    }
}

/// A question.
#[derive(Debug, Clone)]
pub enum Query {
    /// About what is recorded.
    Records(Records),
    /// About the device itself.
    OfDevice(OfDevice),
}

impl Query {
    /// Every question.
    pub fn verbs() -> impl Iterator<Item = &'static Verb> {
        [Records::VERBS, OfDevice::VERBS].into_iter().flatten()
    }

    /// Reads a question.
    ///
    /// # Errors
    /// [`Problem`] with the path of what is wrong.
    pub fn parse(json: &Value) -> Result<Self, Problem> {
        let Some(mut fields) = json.as_object().cloned() else {
            return Err(Problem::at("field_type", "body", "a query is a JSON object"));
        };
        let verb = request::word("query", &mut fields)?;
        let (is_of, fields) =
            (|verbs: &[Verb]| verbs.iter().any(|known| known.name == verb), Value::Object(fields));
        if is_of(Records::VERBS) {
            Records::read(&verb, fields).map(Self::Records)
        } else if is_of(OfDevice::VERBS) {
            OfDevice::read(&verb, fields).map(Self::OfDevice)
        } else {
            Err(request::unknown("query", Self::verbs().map(|verb| verb.name)))
        }
    }
}

impl Records {
    /// The referral that the question opens, and what for; nothing for a list, which shows who waits and opens nobody's.
    ///
    /// # Errors
    /// As of [`Records::answer`].
    pub fn opens<K: Known>(&self, known: &K) -> Result<Option<(Record, ConsultedFor)>, K::Fault> {
        let named = |record: &Named, purpose: Option<ConsultedFor>| -> Result<_, K::Fault> {
            Ok(Some((record.record(known)?, purpose.unwrap_or(ConsultedFor::Address))))
        };
        let opened = match self {
            Self::OneReferral(one) => named(&one.record, one.purpose)?,
            Self::EntriesOf(of) => named(&of.record, of.purpose)?,
            Self::ExplainOne(one) => named(&one.record, one.purpose)?,
            Self::OneConflict(one) => {
                let open = known.conflict(one.conflict)?;
                open.map(|open| (open.stream.record, ConsultedFor::Conflicts))
            }
            Self::ListReferrals(_)
            | Self::ListDue(_)
            | Self::ListConflicts(_)
            | Self::HowPeopleAre(_)
            | Self::ListReleased(_)
            | Self::LookUp(_)
            | Self::ListDigests(_) => None,
        };
        Ok(opened.filter(|(record, _)| record.kind == RecordKind::Referral))
    }

    /// The answer, from what is known.
    ///
    /// # Errors
    /// [`Problem`] naming the field at fault; or a fault of whoever looks things up.
    pub fn answer<K: Known>(&self, known: &K) -> Result<Value, K::Fault> {
        Ok(match self {
            Self::ListReferrals(list) => plain(&records::referrals(list, known)?),
            Self::OneReferral(one) => plain(&records::referral(one.record.record(known)?, known)?),
            Self::EntriesOf(of) => plain(&records::history(of.record.record(known)?, known)?),
            Self::ExplainOne(one) => plain(&records::explained(one.record.record(known)?, known)?),
            Self::ListDue(list) => plain(&worklist::of(list.limit, known)?),
            Self::ListConflicts(_) => plain(&records::conflicts(known)?),
            Self::OneConflict(one) => plain(&choices::conflict(one.conflict, known)?),
            Self::LookUp(_) => plain(&LookedUp::of(known)?),
            Self::HowPeopleAre(of) => plain(&released::own(&of.instrument, known)?),
            Self::ListReleased(_) => plain(&released::of_services(known)?),
            Self::ListDigests(_) => plain(&records::digests(known)?),
        })
    }
}

fn plain(answer: &impl Serialize) -> Value {
    serde_json::to_value(answer).expect("an answer is plain data")
}

/// The size of a page, when one is asked for.
///
/// # Errors
/// [`Problem`] when it is none that can be asked for.
pub fn page(limit: Option<u32>) -> Result<Option<usize>, Problem> {
    match limit {
        None => Ok(None),
        Some(limit @ 1..=MOST) => Ok(usize::try_from(limit).ok()),
        Some(_) => Err(Problem::at("number_out_of_range", "limit", format!("from 1 to {MOST}"))),
    }
}

/// What forms are filled in with.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct LookedUp {
    /// The rules in force; null before the first enrolment.
    pub policy: Option<PolicyShown>,
    /// The services, by name, with the times that they offer; all of it is as old as the rules.
    pub providers: Vec<Provider>,
    /// Bank holidays that were proclaimed after this software was built.
    pub holidays: Vec<Holiday>,
    /// Each code list: code and label of each entry.
    pub codes: Map<String, Value>,
}

/// The rules that new decisions are made by, and how old they are.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct PolicyShown {
    /// The pack and its version.
    pub policy: PolicyRef,
    /// Its title.
    pub title: String,
    /// Until when they are known to have been in force, in server time.
    pub as_of_ms: u64,
    /// How long ago that is, in milliseconds.
    pub age_ms: u64,
    /// What is in force, when this software is too old to know it.
    pub newer: Option<PolicyRef>,
}

impl PolicyShown {
    /// The rules, as known here at a time.
    #[must_use]
    pub fn of(rules: Rules, now_ms: u64) -> Self {
        Self {
            policy: rules.pack.reference(),
            title: rules.pack.title.clone(),
            as_of_ms: rules.as_of_ms,
            age_ms: now_ms.saturating_sub(rules.as_of_ms),
            newer: rules.newer,
        }
    }
}

/// The services, without the times that are over.
fn coming(mut providers: Vec<Provider>, now_ms: u64) -> Vec<Provider> {
    for provider in &mut providers {
        provider.slots.retain(|slot| slot.at_ms > now_ms);
    }
    providers
}

impl LookedUp {
    fn of<K: Known>(known: &K) -> Result<Self, K::Fault> {
        let codes = CodeList::ALL.iter().map(|list| {
            let entries =
                codes::entries(*list).iter().filter(|entry| !codes::is_not_chosen(*list, &entry.code));
            let entries = entries.map(|entry| serde_json::json!({"code": entry.code, "label": entry.label}));
            (list.name().to_owned(), entries.collect())
        });
        Ok(Self {
            policy: Some(PolicyShown::of(known.rules()?, known.now().ms)),
            providers: coming(known.providers()?, known.now().ms),
            holidays: known.holidays()?,
            codes: codes.collect(),
        })
    }
}
