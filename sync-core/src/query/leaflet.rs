//! What somebody who is sent to a service takes along: the service, the words that were read out, what was agreed.
//!
//! ```text
//!   a referral   the sentences of its own row; for the force alone, since one of them says what the police record
//!   a service    the sentences that everybody is read whom it takes, whatever they agreed to
//! ```
//! The sentences are those of the words to read out, and of the text that people agree to. Never names the person.

use serde::Serialize;

use crate::codes::{self, CodeList};
use crate::command::roadside::answer::Reached;
use crate::ids::CompartmentKind;
use crate::policy::PolicyPack;
use crate::referral::act::YesNo;
use crate::referral::eligibility::{Age, Met, Names, ProviderAgeBand, Verdict, read_out};
use crate::referral::fold::StreamState;
use crate::referral::timers::pack_of;
use crate::referral::view::{View, view};
use crate::sync::enrolment::Provider;

/// A page for the person.
#[derive(Debug, Clone, Serialize)]
pub struct Leaflet {
    /// The service.
    #[serde(flatten)]
    pub service: Reached,
    /// What the person tells the service.
    pub reference: Option<String>,
    /// What was read out, sentence by sentence.
    pub words: Vec<String>,
    /// What the person agrees to, and how to take it back.
    pub agreement: &'static str,
}

impl Leaflet {
    /// The leaflet of a referral that is sent; none for who does not hold the encounter.
    #[must_use]
    pub fn of_referral(states: &[StreamState], providers: &[Provider], now_ms: u64) -> Option<Self> {
        let seen = view(states);
        let is_force = states
            .iter()
            .any(|state| state.stream.is_some_and(|stream| stream.kind() == CompartmentKind::Police));
        let reference = seen.reference.clone().filter(|_| is_force && seen.cancelled.is_none())?;
        let pack = pack_of(states);
        let service = one_service(&seen, providers);
        let met = Met {
            verdict: &Verdict::Eligible,
            voluntary: seen.voluntary,
            age: band_of(&seen, pack, now_ms),
            feedback: seen.feedback,
        };
        let words = read_out(pack, &met, &names(service, &reference));
        Some(Self {
            service: Reached::of(service),
            reference: Some(reference),
            words,
            agreement: agreement(),
        })
    }

    /// The leaflet of a service, for anybody whom it takes.
    #[must_use]
    pub fn of_service(pack: &PolicyPack, service: &Provider) -> Self {
        let bands = [
            (ProviderAgeBand::Youth, 0..pack.age.adult_years),
            (ProviderAgeBand::Adult, pack.age.adult_years..121),
        ];
        let taken =
            bands.into_iter().filter(|(_, years)| years.clone().any(|years| service.ages.include(years)));
        let rows = taken.flat_map(|(age, _)| [YesNo::Yes, YesNo::No].map(|feedback| (age, feedback)));
        let rows = rows.map(|(age, feedback)| {
            let met = Met { verdict: &Verdict::Eligible, voluntary: YesNo::No, age, feedback };
            read_out(pack, &met, &names(Some(service), ""))
        });
        let common = |one: Vec<String>, other: Vec<String>| {
            one.into_iter().filter(|sentence| other.contains(sentence)).collect()
        };
        let words = rows.reduce(common).unwrap_or_default();
        Self { service: Reached::of(Some(service)), reference: None, words, agreement: agreement() }
    }
}

/// The service that has the referral; none while it is to be found, or while people name several.
fn one_service<'a>(seen: &View, providers: &'a [Provider]) -> Option<&'a Provider> {
    match seen.providers.as_slice() {
        [one] => providers.iter().find(|provider| provider.id == *one),
        [] | [_, _, ..] => None,
    }
}

fn band_of(seen: &View, pack: &PolicyPack, now_ms: u64) -> ProviderAgeBand {
    let years = seen.subject.as_ref().and_then(|person| person.age_at(now_ms)).map(Age::years);
    match years {
        Some(years) if years < pack.age.adult_years => ProviderAgeBand::Youth,
        Some(_) | None => ProviderAgeBand::Adult,
    }
}

fn names<'a>(service: Option<&'a Provider>, reference: &'a str) -> Names<'a> {
    let known = |text: fn(&Provider) -> &str| service.map(text).unwrap_or_default();
    Names {
        service: known(|service| &service.name),
        telephone: known(|service| &service.telephone),
        hours: known(|service| &service.hours),
        reference,
    }
}

/// The newest text that people agree to, in English.
fn agreement() -> &'static str {
    let mut texts = codes::entries(CodeList::ConsentWordings).iter();
    let english = texts.rfind(|entry| entry.column("language") == Some("en"));
    english.map_or("", |entry| entry.label.as_str())
}

#[cfg(test)]
mod tests {
    use crate::service::{Accepts, Ages};

    use super::*;

    fn service(from: u8, to: Option<u8>) -> Provider {
        let (telephone, hours) = ("01632 960001".to_owned(), "Monday to Friday, 9 to 5".to_owned());
        let (name, id) = ("Swanway".to_owned(), crate::ids::OrgId(uuid::Uuid::nil()));
        let ages = Ages { from, to };
        let (kinds, slots) = (Vec::new(), Vec::new());
        let (accepts, staffed) = (Accepts::Yes, YesNo::Yes);
        Provider { id, name, telephone, hours, areas: Vec::new(), ages, staffed, kinds, accepts, slots }
    }

    #[test]
    fn a_services_leaflet_says_only_what_is_true_of_everybody_whom_it_takes() {
        let pack = PolicyPack::thames_valley_2018();
        let words = |from, to| Leaflet::of_service(pack, &service(from, to)).words;
        let parent = |words: &[String]| words.iter().any(|sentence| sentence.starts_with("A parent"));
        assert!(parent(&words(10, Some(17))), "young people only");
        assert!(!parent(&words(10, Some(25))) && !parent(&words(18, None)));
        for words in [words(10, Some(17)), words(10, Some(25)), words(18, None)] {
            let text = words.join(" ");
            assert!(text.contains("standard DBS check") && text.contains("Swanway"), "{text}");
            assert!(!text.contains("You said") && !text.contains("As you asked"), "{text}");
        }
    }
}
