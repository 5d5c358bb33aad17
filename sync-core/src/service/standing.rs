//! What a service's lead says of it in its own record: whether it takes new referrals, and what it offers.
//!
//! ```text
//!   service.changed accepts   yes │ no │ 2026-12-07: none before that day
//!   service.changed kinds     codes of `service_kinds`, with spaces between them
//! ```
//! Does not choose a service: see [`super::choose`].

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::codes::{self, CodeList};
use crate::referral::act::YesNo;
use crate::referral::fold::StreamState;

/// The field that says whether new referrals are taken.
pub const ACCEPTS: &str = "accepts";
/// The field that says what is offered.
pub const KINDS: &str = "kinds";

/// Whether a service takes new referrals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Accepts {
    /// It does.
    #[default]
    Yes,
    /// It does not.
    No,
    /// It does from this day on.
    From(NaiveDate),
}

impl Accepts {
    /// Whether it takes new referrals on a day.
    #[must_use]
    pub fn on(self, day: NaiveDate) -> bool {
        match self {
            Self::Yes => true,
            Self::No => false,
            Self::From(from) => day >= from,
        }
    }

    /// Whether nothing else was said.
    #[must_use]
    pub fn is_yes(&self) -> bool {
        *self == Self::Yes
    }

    fn of(value: &str) -> Self {
        match value {
            "no" => Self::No,
            day => day.parse().map_or(Self::Yes, Self::From),
        }
    }
}

/// As the record writes it.
#[must_use]
pub fn accepts(accepts: YesNo, from: Option<NaiveDate>) -> String {
    match (accepts, from) {
        (YesNo::Yes, _) => "yes".to_owned(),
        (YesNo::No, None) => "no".to_owned(),
        (YesNo::No, Some(from)) => from.to_string(),
    }
}

/// What the record of a service says: new referrals, and the kinds that this software knows.
#[must_use]
pub fn of(provider: &StreamState) -> (Accepts, Vec<String>) {
    let newest = |field: &str| {
        let live = provider.register(&format!("service/{field}"));
        let newest = live.iter().max_by_key(|live| (live.eff, live.op));
        newest.and_then(|live| serde_json::from_str::<String>(&live.value).ok())
    };
    let accepts = newest(ACCEPTS).map_or(Accepts::Yes, |value| Accepts::of(&value));
    let kinds = newest(KINDS).unwrap_or_default();
    let kinds = kinds.split(' ').filter(|kind| codes::contains(CodeList::ServiceKinds, kind));
    (accepts, kinds.map(str::to_owned).collect())
}
