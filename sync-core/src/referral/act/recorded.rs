//! What a body says of itself beyond its fields, and the few words in which bodies say it.
//!
//! Does not list the kinds: see [`super`].

use serde::Serialize;

use super::situation::Situation;
use crate::codes::CodeList;
use crate::ids::OpId;
use crate::policy::{PolicyPack, PolicyRef};
use crate::referral::act::Act;
use crate::shape::BadShape;
use crate::stamp::Why;

/// What a body says of itself beyond its fields.
pub(crate) trait Recorded {
    /// The registers that it writes, with canonical JSON values; `op` is the op that carries it.
    fn writes(&self, _op: OpId) -> Writes {
        Vec::new()
    }

    /// What it needs beyond its author's role and, for a decision, the stage.
    fn needs(&self, _case: &dyn Situation) -> Result<(), Why> {
        Ok(())
    }

    /// The entry that it amends: struck by somebody who did not know, it stands until that is settled.
    fn amends(&self, _op: OpId) -> Option<OpId> {
        None
    }

    /// The codes that it names; each was published at some time, or the op is kept aside.
    fn codes(&self) -> Codes<'_> {
        Vec::new()
    }

    /// What stays of it when it is erased, beside the names of its registers: the parts on which the course
    /// of the record or somebody's safety stands, never what was said of anybody.
    fn left(&self) -> Option<Act> {
        None
    }

    /// What its published schema asks for beyond the types of the fields.
    fn check(&self) -> Result<(), BadShape> {
        Ok(())
    }
}

/// Names of registers, each with a canonical JSON value.
pub(crate) type Writes = Vec<(String, String)>;

/// Codes, each with its list.
pub(crate) type Codes<'a> = Vec<(CodeList, &'a str)>;

pub(super) fn write(register: &str, value: &impl Serialize) -> Writes {
    let value = serde_json::to_string(value).expect("what is written is plain data with text keys");
    vec![(register.to_owned(), value)]
}

pub(super) fn require(holds: bool) -> Result<(), Why> {
    if holds { Ok(()) } else { Err(Why::State) }
}

/// A decision names a version that was published: it is judged by exactly that one.
pub(super) fn published(policy: &PolicyRef) -> Result<(), Why> {
    let found = PolicyPack::find_version(&policy.id, policy.version);
    found.map(|_| ()).ok_or(Why::Reference)
}
