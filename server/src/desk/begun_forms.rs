//! Forms that people of one organisation began at a desk about somebody and did not send.
//!
//! No record leads to one, so it is found by the name that it holds. One that has the same name and no date of birth may be
//! another's: whoever looks through the draft leaves it out then. Does not find a name that was written otherwise.

use std::collections::BTreeSet;

use serde_json::Value;
use sync_core::identity::normalise_name;
use sync_core::ids::{OrgId, UserId};

use crate::fault::Fault;
use crate::store::Reads;
use crate::store::forms::Draft;

/// A person as a form or a record names them.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Called {
    name: String,
    born: Option<String>,
}

impl Called {
    /// Of the answers of a form, or of what a record says of its person; nobody where there is no name.
    pub(super) fn of(says: &Value) -> Option<Self> {
        let text = |field: &str| says[field].as_str().unwrap_or_default();
        let name = normalise_name(&format!("{} {}", text("given"), text("family")));
        let born = Some(text("born").to_owned()).filter(|born| !born.is_empty());
        (!name.is_empty()).then_some(Self { name, born })
    }

    fn may_be(&self, other: &Self) -> bool {
        let agree = match (&self.born, &other.born) {
            (Some(one), Some(other)) => one == other,
            (None, _) | (_, None) => true,
        };
        agree && self.name == other.name
    }
}

/// Those about any of these, with who began each.
pub(super) fn about(
    read: &dyn Reads,
    org: OrgId,
    persons: &BTreeSet<Called>,
) -> Result<Vec<(UserId, Draft)>, Fault> {
    let mut found = Vec::new();
    for person in read.users()?.into_iter().filter(|person| person.org == org) {
        let about = |draft: &Draft| {
            let called = Called::of(&draft.form);
            called.is_some_and(|called| persons.iter().any(|person| person.may_be(&called)))
        };
        let drafts = read.drafts(person.id)?.into_iter().filter(about);
        found.extend(drafts.map(|draft| (person.id, draft)));
    }
    Ok(found)
}
