//! What a service says of itself, and whom it takes in without a referral.
//!
//! ```text
//!   offers    service.changed     in the provider's own record: new referrals, kinds of service
//!   walk_in   person.came_in      a new record that only the service holds
//!   release_outcomes              outcomes.released: totals, all that the force reads of how people are doing
//! ```
//! Does not say who reads it.

use serde_json::json;

use crate::check;
use crate::codes::CodeList;
use crate::command::known::Known;
use crate::command::plan::{Outcome, Plan, Recorded, Saved};
use crate::ids::{CompartmentKind, Record, RecordKind};
use crate::local_time::local_day;
use crate::problem::Problem;
use crate::reference::HumanReference;
use crate::referral::act::{Act, OutcomesReleased, PersonCameIn, Reach, ServiceChanged, Subject, YesNo};
use crate::results::outcomes::{Measured, Outcomes};
use crate::service::standing;

fields! {
    /// What a service offers from now on; what is left out stays.
    Offers {
        /// Whether it takes new referrals.
        #[serde(default)] accepts: Option<YesNo>,
        /// From which day it takes new ones again, written as 1990-12-31; with `accepts` no.
        #[serde(default)] from: Option<String>,
        /// What it offers: codes of `service_kinds`.
        #[serde(default)] kinds: Option<Vec<String>>,
    }
    /// The service tells the force how its people are doing: totals, and nothing of fewer than ten.
    ReleaseOutcomes {
        /// The instrument, as `outcome_items` names it.
        instrument: String,
    }
    /// Somebody whom nobody referred comes in.
    WalkIn {
        /// The family name.
        family: String,
        /// The given name.
        #[serde(default)] given: String,
        /// The date of birth, written as 1990-12-31.
        #[serde(default)] born: Option<String>,
        /// How to reach them, where they want that.
        #[serde(default)] reach: Option<Reach>,
        /// What they need: a code of `service_kinds`.
        #[serde(default)] need: Option<String>,
        /// When they came, in milliseconds since 1970; now, when it is left out.
        #[serde(default)] at_ms: Option<u64>,
    }
}

answers! {
    /// Somebody who came in.
    CameIn {
        /// The reference to read out.
        reference: String,
        /// What was saved.
        #[serde(flatten)] saved: Saved,
    }
}

side! {
    /// What a service says of itself, and whom it takes in without a referral.
    Offering {
        "offers" Offers ["service.changed"] "Says whether the service takes new referrals, and what it offers."
            r#"{"accepts":"no","from":"2026-12-07","kinds":["outreach","naloxone"]}"# -> Saved;
        "release_outcomes" ReleaseOutcomes ["outcomes.released"] "Tells the force how the service's people are doing, in totals."
            r#"{"instrument":"TOP"}"# -> Saved;
        "walk_in" WalkIn ["person.came_in"] "Records somebody who came in without a referral."
            r#"{"family":"Marsh","given":"Jo","need":"needle_exchange"}"# -> CameIn;
    }
}

impl Offering {
    /// The acts.
    pub(super) fn plan<K: Known>(&self, known: &K) -> Result<Outcome, K::Fault> {
        match self {
            Self::Offers(offers) => {
                let id = known.member().org.0;
                let record = Record { kind: RecordKind::Provider, id };
                let changes = offers.changes(known.now().checked_ms())?;
                let acts = changes.into_iter().map(|(field, value)| {
                    let field = field.to_owned();
                    (CompartmentKind::Shared, Act::ServiceChanged(ServiceChanged { field, value }))
                });
                Ok(Plan::of(record, acts.collect()).into())
            }
            Self::ReleaseOutcomes(release) => release.plan(known),
            Self::WalkIn(walk_in) => walk_in.plan(known),
        }
    }
}

impl Offers {
    fn changes(&self, now_ms: u64) -> Result<Vec<(&'static str, String)>, Problem> {
        let from = self.from.as_deref().map(|from| check::date("from", from)).transpose()?;
        if from.is_some() && self.accepts != Some(YesNo::No) {
            return Err(Problem::at("field_unknown", "from", "a day is for a service that takes none now"));
        }
        let accepts = self.accepts.map(|accepts| standing::accepts(accepts, from));
        let kinds = match &self.kinds {
            Some(kinds) => {
                check::code_list("kinds", CodeList::ServiceKinds, kinds, now_ms)?;
                Some(kinds.join(" "))
            }
            None => None,
        };
        let accepts = accepts.map(|accepts| (standing::ACCEPTS, accepts));
        let changes: Vec<_> =
            accepts.into_iter().chain(kinds.map(|kinds| (standing::KINDS, kinds))).collect();
        if changes.is_empty() {
            return Err(Problem::at("field_missing", "accepts", "or kinds"));
        }
        Ok(changes)
    }
}

impl ReleaseOutcomes {
    fn plan<K: Known>(&self, known: &K) -> Result<Outcome, K::Fault> {
        let outcomes = outcomes_of(&self.instrument, known)?;
        let items = outcomes.to_release();
        if items.is_empty() {
            return Err(Problem::at("too_few", "instrument", "").into());
        }
        let on = local_day(known.now().checked_ms());
        let Outcomes { instrument, started, reviewed, .. } = outcomes;
        let released = OutcomesReleased { instrument, on, started, reviewed, items };
        let record = Record { kind: RecordKind::Provider, id: known.member().org.0 };
        let act = Act::OutcomesReleased(released);
        Ok(Plan::of(record, vec![(CompartmentKind::Shared, act)]).into())
    }
}

/// How the people of a service are doing, as far as their records are held here. Without care records nobody was asked.
pub(crate) fn outcomes_of<K: Known>(instrument: &str, known: &K) -> Result<Outcomes, K::Fault> {
    known.rules()?.must_keep_care()?;
    let mut people = Vec::new();
    for record in known.records()?.into_iter().filter(|record| record.kind == RecordKind::Referral) {
        people.extend(Measured::of(instrument, &known.states(record)?));
    }
    Ok(Outcomes::of(instrument, &people))
}

impl WalkIn {
    fn plan<K: Known>(&self, known: &K) -> Result<Outcome, K::Fault> {
        let (member, now) = (known.member(), known.now());
        let now_ms = now.checked_ms();
        check::name("family", &self.family)?;
        check::text("family", &self.family)?;
        check::name("given", &self.given)?;
        let born = self.born.as_deref().map(|born| check::born("born", born, now_ms)).transpose()?;
        if let Some(need) = &self.need {
            check::code("need", CodeList::ServiceKinds, need, now_ms)?;
        }
        let reach =
            self.reach.clone().unwrap_or(Reach { phone: None, may: Vec::new(), place_and_time: None });
        if let Some(phone) = &reach.phone {
            check::phone("reach.phone", phone)?;
        }
        check::code_list("reach.may", CodeList::ReachMay, &reach.may, now_ms)?;
        let record = Record::referral(known.new_id()?);
        let reference = HumanReference::of(&member.force_prefix, record.id);
        let reference = reference.map_err(|_| Problem::new("reference_malformed", ""))?.to_string();
        let (family, given) = (self.family.trim().to_owned(), self.given.trim().to_owned());
        let subject = Subject { family, given, born, apparent_age: None, ethnicity: None };
        let at_ms = self.at_ms.unwrap_or(now.ms);
        let answer = json!({ "reference": reference });
        let came_in = PersonCameIn { at_ms, reference, subject, reach, need: self.need.clone() };
        let plan = Plan::of(record, vec![(CompartmentKind::Outreach, Act::PersonCameIn(came_in))]);
        Ok(Recorded::of(plan, answer).into())
    }
}
