//! Queries: what the device holds, folded when it is asked for.
//!
//! Each answer carries `as_of`, which a command made on it hands back. Does not write.

mod choices;
mod lists;
mod records;
mod recovery;
mod report;
pub(crate) mod words;
mod worklist;

pub(crate) use report::crime_report;
use serde::Deserialize;
use serde_json::{Value, json};
use sync_core::ids::Digest;

use crate::clock;
use crate::command::{Named, as_of};
use crate::device::{Device, me};
use crate::problem::Problem;
use crate::request;
use crate::store::state;

macro_rules! queries {
    ($($(#[$doc:meta])* $name:ident $word:literal { $($field:ident: $type:ty)? })+) => {
        /// A question.
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        enum Query {
            $($(#[$doc])* #[serde(rename = $word)] $name { $($field: $type)? },)+
        }

        /// The names of all questions, as `query` of a request names them.
        pub const QUERIES: &[&str] = &[$($word),+];
    };
}

queries! {
    /// Every referral that is held.
    Referrals "referrals" {}
    /// One of them.
    Referral "referral" { record: Named }
    /// Its entries.
    History "history" { record: Named }
    /// Why its encounter was decided as it was, rule by rule.
    Explain "explain" { record: Named }
    /// What is due, the most urgent first.
    Worklist "worklist" {}
    /// Open conflicts of held streams, and those that were passed up.
    Conflicts "conflicts" {}
    /// One of them: what counts meanwhile, and what each choice would change.
    Conflict "conflict" { conflict: Digest }
    /// Own entries that the server has not acknowledged.
    Outbox "outbox" {}
    /// Own entries that were refused or kept aside.
    Refused "refused" {}
    /// How far the device is in step.
    Status "status" {}
    /// The digest of each held stream, folded anew.
    Digests "digests" {}
    /// Who the device is.
    Whoami "whoami" {}
    /// Services, and the reasons and codes of the forms.
    Reference "reference" {}
    /// Half-filled forms.
    Drafts "drafts" {}
}

/// Answers a query.
pub(crate) fn answer(device: &Device, json: &Value) -> Result<Value, Problem> {
    let Some(fields) = json.as_object().cloned() else {
        return Err(Problem::at("field_type", "body", "a query is a JSON object"));
    };
    let query: Query = request::read("query", fields)?;
    let reading = device.reading();
    let store = device.store();
    // A phone that must enrol again still says how it stands.
    let me = match &query {
        Query::Status {} | Query::Drafts {} => None,
        Query::Referrals {}
        | Query::Referral { .. }
        | Query::History { .. }
        | Query::Explain { .. }
        | Query::Worklist {}
        | Query::Conflicts {}
        | Query::Conflict { .. }
        | Query::Outbox {}
        | Query::Refused {}
        | Query::Digests {}
        | Query::Whoami {}
        | Query::Reference {} => Some(me(&store)?),
    };
    // One read transaction, so that an answer never mixes two states of the store.
    let tx = store.db.unchecked_transaction()?;
    let mut answer = match query {
        Query::Referrals {} => records::referrals(&tx)?,
        Query::Referral { record } => records::referral(&tx, record.0)?,
        Query::History { record } => records::history(&tx, record.0)?,
        Query::Explain { record } => records::explained(&tx, record.0)?,
        Query::Worklist {} => match &me {
            Some(me) => worklist::of(&tx, me.role, clock::now(&tx, reading)?.ms)?,
            None => Value::Null,
        },
        Query::Conflicts {} => records::conflicts(&tx)?,
        Query::Conflict { conflict } => choices::conflict(&tx, conflict)?,
        Query::Outbox {} => lists::outbox(&tx)?,
        Query::Refused {} => lists::refused(&tx)?,
        Query::Status {} => lists::status(&tx, device, reading)?,
        Query::Digests {} => records::digests(&tx)?,
        Query::Whoami {} => match &me {
            Some(me) => lists::whoami(me, device.signer().as_ref()),
            None => Value::Null,
        },
        Query::Reference {} => lists::reference(&tx, clock::now(&tx, reading)?.ms)?,
        Query::Drafts {} => lists::drafts(&tx)?,
    };
    answer["as_of"] = json!(as_of(state::revision(&tx)?));
    Ok(answer)
}
