//! What an entry says to its reader, where it does not say all.
//!
//! ```text
//!   to the force, after a no to feedback        nothing of how far the person got
//!   to the service, while contact is stopped    nothing of how to reach the person
//!   to everybody                                nothing of one officer's minutes and answers
//! ```
//! The op itself replicates whole. Does not decide who reads a stream.

use serde_json::Value;

use crate::ids::CompartmentKind;
use crate::referral::engagement::contact_stopped;
use crate::referral::facts::Facts;
use crate::referral::fold::StreamState;

/// Fields of an amendment or of a learnt detail that say how to reach the person.
const WAYS: [&str; 4] = ["phone", "email", "address", "place_and_time"];

/// What a reader of some streams is not shown.
#[derive(Debug, Clone, Copy)]
pub struct Shown {
    how_far: Show,
    reach: Show,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Show {
    Yes,
    No,
}

impl Shown {
    /// What whoever holds these streams is shown.
    #[must_use]
    pub fn of(states: &[StreamState]) -> Self {
        let facts = Facts { states };
        let show = |shown: bool| if shown { Show::Yes } else { Show::No };
        Self { how_far: show(facts.is_told()), reach: show(may_see_reach(&facts)) }
    }

    /// The body of an entry of this kind, less what its reader is not shown.
    #[must_use]
    pub fn body(self, kind: &str, mut body: Value) -> Value {
        match kind {
            "effort.recorded" => Value::Null,
            "person.came_in" if self.reach == Show::No => {
                body["reach"] = Value::Null;
                body
            }
            "progress.reported" if self.how_far == Show::No => Value::Null,
            "referral.submitted" if self.reach == Show::No => {
                if let Some(reach) = body.get_mut("reach") {
                    *reach = Value::Null;
                }
                body
            }
            "subject.amended" | "details.learnt" if self.reach == Show::No => {
                let is_way = body["field"].as_str().is_some_and(|field| WAYS.contains(&field));
                if is_way {
                    body["value"] = Value::Null;
                }
                body
            }
            _ => body,
        }
    }
}

/// The service does not see how to reach somebody whom it may not contact.
pub(crate) fn may_see_reach(facts: &Facts<'_>) -> bool {
    facts.holds(CompartmentKind::Police) || !contact_stopped(facts)
}
