//! The block for the crime report, from what the record says now: after a correction it shows the new values.
//!
//! For the force alone: who does not hold the encounter gets none. Holds no health data, and decides nothing.

use crate::clock::ClockMark;
use crate::codes::{self, CodeList};
use crate::ids::Record;
use crate::local_time::{Today, local_day};
use crate::referral::act::{Body, DisposalApplied, EncounterOpened, ItemSeized, YesNo};
use crate::referral::eligibility::explain;
use crate::referral::fold::{Entry, StreamState};
use crate::referral::items::crimes;
use crate::referral::rule_inputs::recorded;
use crate::referral::timers::pack_of;
use crate::referral::view::View;

use crate::sync::enrolment::Provider;

/// Plain text to paste into the crime report; nothing for who does not hold the encounter.
#[must_use]
pub fn crime_report(
    record: Record,
    states: &[StreamState],
    view: &View,
    providers: &[Provider],
) -> Option<String> {
    let acts = states.iter().flat_map(StreamState::acts);
    let opened = acts.filter_map(|(entry, act)| Some((entry, act.as_body::<EncounterOpened>()?))).last();
    let (entry, opened) = opened?;
    let mut lines = vec![format!("Date: {}", date(entry, opened))];
    let written = local_day(entry.eff.ms());
    if entry.clock == ClockMark::Plain && written != local_day(opened.at_ms) {
        lines.push(format!("Recorded: {written}"));
    }
    lines.extend(person(view));
    lines.extend(items(states));
    lines.extend(opened.place.iter().map(|place| format!("Place: {place}")));
    lines.extend(described(view));
    if let Some(crime) = &view.crime {
        let crimes = crimes(pack_of(states).disposal.crimes_counted, &view.items);
        if view.items.len() > 1 {
            lines.push(format!("Crimes: {crimes}, under one reference"));
        }
        let offence = crime.offence.as_deref().and_then(codes::offence);
        lines.push(offence.map_or_else(
            || "Offence: not known yet".to_owned(),
            |offence| format!("Offence: {} {}", offence.code, offence.title),
        ));
        lines.extend(crime.reference.iter().map(|reference| format!("Crime reference: {reference}")));
    }
    let applied = last::<DisposalApplied>(states).and_then(|applied| applied.outcome.as_deref());
    let outcome = applied.and_then(|code| codes::label(CodeList::Outcomes, code));
    lines.extend(outcome.map(|outcome| format!("Outcome: {outcome}")));
    match (&view.reference, view.voluntary) {
        (Some(reference), YesNo::No) => {
            let service = service(view, providers);
            lines.push(format!("Referred to {service}, reference {reference}"));
        }
        (Some(_), YesNo::Yes) | (None, _) => {
            let sentence = recorded(record.id, states).and_then(|decision| explain(&decision).sentence);
            lines.extend(sentence.map(|sentence| format!("Diversion: {sentence}")));
        }
    }
    Some(lines.join("\n"))
}

/// The day of the encounter in London: where the server found the clock to be wrong, by what it witnessed.
fn date(entry: &Entry, opened: &EncounterOpened) -> Today {
    let (ms, clock) = match entry.clock {
        ClockMark::Plain => (opened.at_ms, opened.clock.unwrap_or(ClockMark::Plain)),
        ClockMark::Suspect => (entry.eff.ms(), ClockMark::Suspect),
    };
    Today { date: local_day(ms), clock }
}

fn person(view: &View) -> Vec<String> {
    let Some(person) = &view.subject else { return vec!["Person: erased".to_owned()] };
    let mut lines = vec![format!("Person: {} {}", person.given, person.family).trim().to_owned()];
    let births: Vec<String> = person.born.iter().chain(&person.births).map(ToString::to_string).collect();
    if !births.is_empty() {
        lines.push(format!("Born: {}", births.join(" or ")));
    }
    let phone = view.reach.as_ref().and_then(|reach| reach.phone.as_ref());
    lines.extend(phone.map(|phone| format!("Telephone: {phone}")));
    lines.extend(view.warnings.iter().map(|warning| format!("Warning: {warning}")));
    lines
}

/// What was seized, under the drug that it was found to be.
fn items(states: &[StreamState]) -> Vec<String> {
    let acts = states.iter().flat_map(|state| state.acts().map(move |act| (state, act)));
    let seized =
        acts.filter_map(|(state, (entry, act))| Some((state, entry.id, act.as_body::<ItemSeized>()?)));
    let lines = seized.flat_map(|(state, op, item)| {
        let found = state.register(&format!("item/{op}/drug")).last();
        let found: Option<String> = found.and_then(|live| serde_json::from_str(&live.value).ok());
        let drug = found.as_deref().unwrap_or(&item.drug);
        let drug = codes::label(CodeList::Drugs, drug).unwrap_or("Drug not known yet");
        let amount = item.amount.as_deref().unwrap_or("amount not recorded");
        [format!("Item: {drug}, {amount}"), format!("Exhibit: {}", item.exhibit)]
    });
    lines.collect()
}

/// What was written down later.
fn described(view: &View) -> Vec<String> {
    let of = &view.described;
    let coded = |list, code: &Option<String>| code.as_deref().and_then(|code| codes::label(list, code));
    let lines = [
        ("Sex", coded(CodeList::Sexes, &of.sex)),
        ("Ethnicity as seen", coded(CodeList::EthnicitySeen, &of.ethnicity_seen)),
        ("Postcode district", of.postcode_district.as_deref()),
        ("Stop and search", of.stop_search.as_deref()),
        ("Body-worn video", of.body_worn_video.as_deref()),
    ];
    let lines = lines.into_iter().filter_map(|(name, said)| Some(format!("{name}: {}", said?)));
    lines.chain(of.besides.iter().map(|words| format!("Besides: {words}"))).collect()
}

fn service(view: &View, known: &[Provider]) -> String {
    let names: Vec<String> = view
        .providers
        .iter()
        .map(|id| known.iter().find(|p| p.id == *id).map_or_else(|| id.to_string(), |p| p.name.clone()))
        .collect();
    if names.is_empty() { "a service to be found".to_owned() } else { names.join(" or ") }
}

fn last<T: Body + 'static>(states: &[StreamState]) -> Option<&T> {
    states.iter().flat_map(StreamState::acts).filter_map(|(_, act)| act.as_body()).last()
}
