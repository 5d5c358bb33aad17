//! How people are doing: all of it for a service's own lead, and for the force what leads have told.
//!
//! Does not add up, and hides nothing by itself: the core does.

use actix_web::HttpResponse;
use maud::{Markup, html};
use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::codes::{CodeList, label};

use super::super::answer::{Oops, go};
use super::super::form::{Faults, form};
use super::super::layout::Page;
use super::super::read::{rows, text};
use super::super::visit::{Reader, Sent};
use super::super::words::layout::Room;
use super::{figures_table, tabs, w};
use crate::desk::{Query, Refused};

/// The instrument that the pages show.
const INSTRUMENT: &str = "TOP";

/// `GET /results/outcomes`
pub(in crate::pages) async fn shown(who: Reader) -> Result<HttpResponse, Oops> {
    page(&who, &Faults::default()).await
}

async fn page(who: &Reader, faults: &Faults) -> Result<HttpResponse, Oops> {
    let keeps_care = who.query(Query::Force).await?["care"] == "on";
    let main = match who.role() {
        Role::ProviderLead | Role::Admin | Role::Supervisor if !keeps_care => not_here(who),
        Role::ProviderLead => own(who, faults).await?,
        Role::Admin | Role::Supervisor => told(who).await?,
        Role::Officer | Role::OutreachWorker | Role::Auditor | Role::Server => return Err(Oops::NotFound),
    };
    Ok(Page::of(Room::Results, w::OUTCOMES).faulty(faults).show(who, &main))
}

/// Why there are no figures.
fn not_here(who: &Reader) -> Markup {
    html! {
        h1 { (w::OUTCOMES) }
        @if !who.role().of_provider() { (tabs("/results/outcomes")) }
        div.box { p { (w::NO_CARE) } }
    }
}

async fn own(who: &Reader, faults: &Faults) -> Result<Markup, Oops> {
    let found = who.ask(json!({"query": "outcomes", "instrument": INSTRUMENT})).await?;
    let tell = html! { p { (w::TELL_TEXT) } div.acts { button.do.plain type="submit" { (w::TELL) } } };
    Ok(html! {
        (faults.shown())
        h1 { (w::OUTCOMES) }
        p.lead.measure { (w::OUTCOMES_TEXT) }
        @if rows(&found, "items").is_empty() { p { (w::OUTCOMES_NONE) } } @else { (figures(&found)) }
        p.measure { (text(&found, "caution")) }
        (form(&who.form_key(), "/results/outcomes", &tell))
    })
}

async fn told(who: &Reader) -> Result<Markup, Oops> {
    let found = who.ask(json!({"query": "released"})).await?;
    let services = rows(&found, "released");
    Ok(html! {
        h1 { (w::TITLE) }
        (tabs("/results/outcomes"))
        p.lead.measure { (w::OUTCOMES_TEXT) }
        @if services.is_empty() { p { (w::OUTCOMES_NONE_TOLD) } }
        @for service in services {
            h2 { (text(service, "name")) }
            p.small { (w::TOLD_ON) " " (text(service, "on")) }
            (figures(service))
        }
        p.measure { (text(&found, "caution")) }
    })
}

/// Means of those who answered twice, and who was not asked again.
fn figures(found: &Value) -> Markup {
    let number = |row: &Value, field: &str| row[field].as_i64().unwrap_or_default();
    let mean = |sum: i64, people: i64| {
        let tenths = (sum * 10 + people / 2) / people.max(1);
        format!("{}.{}", tenths / 10, tenths % 10)
    };
    let lines: Vec<(String, Vec<String>)> = rows(found, "items")
        .iter()
        .map(|item| {
            let people = number(item, "people");
            let words = label(CodeList::OutcomeItems, text(item, "item")).unwrap_or_default();
            let means = [mean(number(item, "before"), people), mean(number(item, "after"), people)];
            (words.to_owned(), [people.to_string()].into_iter().chain(means).collect())
        })
        .collect();
    html! {
        (figures_table(w::OUTCOMES, &[w::ITEM, w::PEOPLE, w::BEFORE, w::AFTER], &lines))
        p.measure { (w::STARTED) " " (number(found, "started")) ". " (w::LOST_SIGHT) " " (number(found, "lost")) "." }
    }
}

/// `POST /results/outcomes` – a lead tells the totals.
pub(in crate::pages) async fn release(sent: Sent<Reader>) -> Result<HttpResponse, Oops> {
    let Sent { who, form } = sent;
    match who.record(&form, json!({"command": "release_outcomes", "instrument": INSTRUMENT})).await {
        Ok(_) => Ok(go("/results/outcomes")),
        Err(Refused::Problem(problem)) if problem.code == "too_few" => {
            page(&who, &Faults::one("main", w::TELL_TOO_FEW)).await
        }
        Err(Refused::Problem(problem)) if problem.code == "no_care" => page(&who, &Faults::default()).await,
        Err(other) => Err(other.into()),
    }
}
