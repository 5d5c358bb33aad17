//! Which service a person is referred to: by name, or by area and age.
//!
//! ```text
//!   a named service      taken; one for other ages only with a reason
//!   an area              the services there that take the age; an area that no service has is asked back
//!   neither              the services that take the age, where all are in one area; else the area is asked for
//!   none takes the age   no service: it is to be found
//! ```
//! A service that takes no new referrals comes last, and so does one that does not offer what the person needs: nobody
//! is left without one. Does not know whether a referral may be sent, and writes nothing.

mod provider;
pub mod standing;

use std::cmp::Reverse;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use chrono::NaiveDate;

use crate::ids::OrgId;
use crate::referral::act::YesNo;

pub use provider::Provider;
pub use standing::Accepts;

/// The oldest age that a range can name, in years.
const OLDEST_YEARS: u8 = 120;

/// The ages that a service takes, in years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Ages {
    /// The youngest.
    pub from: u8,
    /// The oldest; none: there is no upper end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<u8>,
}

impl Ages {
    /// Whether a person of this age is taken.
    #[must_use]
    pub fn include(self, years: u32) -> bool {
        u32::from(self.from) <= years && self.to.is_none_or(|to| years <= u32::from(to))
    }

    /// Whether it is a range of ages that people have.
    #[must_use]
    pub fn is_a_range(self) -> bool {
        self.from <= self.to.unwrap_or(OLDEST_YEARS) && self.to.is_none_or(|to| to <= OLDEST_YEARS)
    }
}

/// `10-25`, or `18-` without an upper end.
impl fmt::Display for Ages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-", self.from)?;
        self.to.map_or(Ok(()), |to| write!(f, "{to}"))
    }
}

impl FromStr for Ages {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "ages are written as 10-25, or as 18- without an upper end".to_owned();
        let (from, to) = text.split_once('-').ok_or_else(wrong)?;
        let years = |text: &str| text.trim().parse::<u8>().map_err(|_| wrong());
        let to = if to.trim().is_empty() { None } else { Some(years(to)?) };
        Some(Self { from: years(from)?, to }).filter(|ages| ages.is_a_range()).ok_or_else(wrong)
    }
}

/// Whom a service is looked for, and what was said of it.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The service that was named.
    pub named: Option<OrgId>,
    /// The area that was named.
    pub area: Option<&'a str>,
    /// The person's age in years.
    pub years: u32,
    /// Whether a reason was given to name a service for other ages.
    pub has_reason: YesNo,
    /// What the person needs, from `service_kinds`.
    pub need: Option<&'a str>,
    /// The day on which it is chosen.
    pub on: NaiveDate,
}

/// Why no service was chosen, and nothing may be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfit {
    /// The named service is not known here.
    Unknown,
    /// No area was named and there are several, or no service has the named one; those that services have.
    AreaUnknown(Vec<String>),
    /// The named service takes other ages, and no reason was given.
    OutsideAge(Ages),
}

/// The service for a person; none: it is to be found.
///
/// # Errors
/// [`Unfit`] when whoever named something must say more.
pub fn choose<'a>(services: &'a [Provider], wanted: &Wanted<'_>) -> Result<Option<&'a Provider>, Unfit> {
    if let Some(id) = wanted.named {
        let named = services.iter().find(|service| service.id == id).ok_or(Unfit::Unknown)?;
        let fits = named.ages.include(wanted.years) || wanted.has_reason == YesNo::Yes;
        return if fits { Ok(Some(named)) } else { Err(Unfit::OutsideAge(named.ages)) };
    }
    let area = wanted.area.map(normal).filter(|area| !area.is_empty());
    let known = areas(services);
    if area
        .as_ref()
        .is_some_and(|area| !known.is_empty() && !known.iter().any(|known| normal(known) == *area))
    {
        return Err(Unfit::AreaUnknown(known));
    }
    let fits = |service: &&Provider| {
        service.ages.include(wanted.years) && area.as_ref().is_none_or(|area| works_in(service, area))
    };
    let mut places = services.iter().filter(fits).map(|service| &service.areas);
    if let Some(first) = places.next().filter(|_| area.is_none())
        && places.any(|areas| areas != first)
    {
        return Err(Unfit::AreaUnknown(known));
    }
    // Of several the one that takes people now, offers what is needed, has people, and is made for this age.
    let lacks = |service: &Provider| {
        wanted.need.is_some_and(|need| !service.kinds.is_empty() && !service.kinds.iter().any(|k| k == need))
    };
    let order = |service: &&Provider| {
        let closed = !service.accepts.on(wanted.on);
        (closed, lacks(service), service.staffed, Reverse(service.ages.from), service.name.clone())
    };
    Ok(services.iter().filter(fits).min_by_key(order))
}

/// Every area that a service has, each once, in their order.
fn areas(services: &[Provider]) -> Vec<String> {
    let mut all: Vec<String> = services.iter().flat_map(|service| service.areas.iter().cloned()).collect();
    all.sort_by_key(|area| normal(area));
    all.dedup_by_key(|area| normal(area));
    all
}

/// A service without areas works everywhere.
fn works_in(service: &Provider, area: &str) -> bool {
    service.areas.is_empty() || service.areas.iter().any(|own| normal(own) == area)
}

/// Areas are compared without regard to capitals, and to whether a space or an underscore stands between.
fn normal(area: &str) -> String {
    area.trim().to_lowercase().replace('_', " ")
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn service(id: u128, name: &str, areas: &[&str], ages: &str) -> Provider {
        Provider {
            id: OrgId(Uuid::from_u128(id)),
            name: name.to_owned(),
            telephone: String::new(),
            hours: String::new(),
            areas: areas.iter().map(|area| (*area).to_owned()).collect(),
            ages: ages.parse().expect("a range"),
            staffed: YesNo::Yes,
            kinds: Vec::new(),
            accepts: Accepts::Yes,
            slots: Vec::new(),
        }
    }

    fn services() -> Vec<Provider> {
        vec![
            service(1, "Adult west", &["West", "Milton Keynes"], "18-"),
            service(2, "Youth west", &["west"], "10-25"),
            service(3, "Adult north", &["North"], "18-"),
        ]
    }

    fn wanted(area: Option<&str>, years: u32) -> Wanted<'_> {
        let on = NaiveDate::from_ymd_opt(2026, 11, 30).expect("a day");
        Wanted { named: None, area, years, has_reason: YesNo::No, need: None, on }
    }

    fn chosen(services: &[Provider], wanted: &Wanted<'_>) -> Option<String> {
        choose(services, wanted).expect("nothing is to be asked back").map(|service| service.name.clone())
    }

    #[test]
    fn area_and_age_choose_the_service() {
        let services = services();
        for (area, years, name) in [
            (Some("west"), 30, Some("Adult west")),
            (Some(" WEST "), 16, Some("Youth west")),
            (Some("west"), 20, Some("Adult west")),
            (Some("milton_keynes"), 40, Some("Adult west")),
            (Some("north"), 40, Some("Adult north")),
            (Some("north"), 16, None),
            (Some("west"), 9, None),
            (None, 16, Some("Youth west")),
            (Some(""), 16, Some("Youth west")),
        ] {
            assert_eq!(chosen(&services, &wanted(area, years)).as_deref(), name, "{area:?} at {years}");
        }
    }

    #[test]
    fn without_an_area_it_is_asked_for_where_the_services_that_fit_are_in_several() {
        let services = services();
        let areas = ["Milton Keynes", "North", "West"].map(str::to_owned).to_vec();
        for area in [None, Some(" ")] {
            assert_eq!(choose(&services, &wanted(area, 40)), Err(Unfit::AreaUnknown(areas.clone())));
        }
        assert_eq!(chosen(&services[..2], &wanted(None, 16)).as_deref(), Some("Youth west"));
        assert_eq!(chosen(&services[2..], &wanted(None, 40)).as_deref(), Some("Adult north"));
    }

    #[test]
    fn an_area_that_no_service_has_is_asked_back_with_the_list() {
        let known = ["Milton Keynes", "North", "West"].map(str::to_owned).to_vec();
        assert_eq!(choose(&services(), &wanted(Some("wset"), 30)), Err(Unfit::AreaUnknown(known)));
        // Where no service names an area there is nothing to ask back.
        let everywhere = vec![service(1, "Everywhere", &[], "18-")];
        assert_eq!(chosen(&everywhere, &wanted(Some("wset"), 30)).as_deref(), Some("Everywhere"));
    }

    #[test]
    fn a_service_for_other_ages_needs_a_reason() {
        let services = services();
        let youth = Wanted { named: Some(services[1].id), ..wanted(None, 40) };
        assert_eq!(choose(&services, &youth), Err(Unfit::OutsideAge(services[1].ages)));
        assert_eq!(
            chosen(&services, &Wanted { has_reason: YesNo::Yes, ..youth }).as_deref(),
            Some("Youth west")
        );
        let unknown = Wanted { named: Some(OrgId(Uuid::from_u128(9))), ..youth };
        assert_eq!(choose(&services, &unknown), Err(Unfit::Unknown));
    }

    #[test]
    fn a_service_with_people_comes_before_one_without() {
        let mut services = services();
        services.push(service(4, "Z adult west", &["west"], "18-"));
        services[0].staffed = YesNo::No;
        assert_eq!(chosen(&services, &wanted(Some("west"), 40)).as_deref(), Some("Z adult west"));
        services.pop();
        assert_eq!(chosen(&services, &wanted(Some("west"), 40)).as_deref(), Some("Adult west"));
    }

    #[test]
    fn a_service_that_takes_people_now_and_offers_what_is_needed_comes_first_and_nobody_is_left_without_one()
    {
        let mut services = services();
        services.push(Provider {
            kinds: vec!["naloxone".to_owned()],
            ..service(4, "Z adult west", &["west"], "18-")
        });
        services[0].kinds = vec!["outreach".to_owned()];
        let need = Wanted { need: Some("naloxone"), ..wanted(Some("west"), 40) };
        assert_eq!(chosen(&services, &need).as_deref(), Some("Z adult west"));
        assert_eq!(chosen(&services, &wanted(Some("west"), 40)).as_deref(), Some("Adult west"));
        services[0].accepts = Accepts::From(NaiveDate::from_ymd_opt(2026, 12, 7).expect("a day"));
        assert_eq!(chosen(&services, &wanted(Some("west"), 40)).as_deref(), Some("Z adult west"));
        let later =
            Wanted { on: NaiveDate::from_ymd_opt(2026, 12, 7).expect("a day"), ..wanted(Some("west"), 40) };
        assert_eq!(chosen(&services, &later).as_deref(), Some("Adult west"));
        services.pop();
        services[0].accepts = Accepts::No;
        assert_eq!(chosen(&services, &wanted(Some("west"), 40)).as_deref(), Some("Adult west"));
    }

    #[test]
    fn ages_read_as_they_are_written() {
        for text in ["10-25", "18-", "0-", "18-18"] {
            assert_eq!(text.parse::<Ages>().expect("a range").to_string(), text);
        }
        for text in ["", "18", "25-10", "a-b", "18-200", "-5", "130-", "10--25"] {
            assert!(text.parse::<Ages>().is_err(), "{text}");
        }
    }
}
