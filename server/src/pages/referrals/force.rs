//! A referral as the force sees it: the offer, the outcome, and how far the person got.
//!
//! Does not show how to reach the person, nor anything that the service recorded.

use maud::{Markup, html};
use serde_json::Value;
use sync_core::access::Role;

use super::super::deeds;
use super::super::form::{Faults, Field, form, select};
use super::super::read::{ms, rows, text, texts};
use super::super::side::Orgs;
use super::super::visit::Reader;
use super::super::when;
use super::super::words::referrals as w;
use super::super::words::{kinds, leaflet};
use super::{born, disagrees, entries, fact, lanes, name};

pub(super) fn page(who: &Reader, opened: &Value, orgs: &Orgs, from: &str) -> Markup {
    let (shown, may) = (&opened["referral"], texts(opened, "may"));
    let services: Vec<String> =
        texts(shown, "providers").into_iter().filter_map(|id| orgs.get(id).cloned()).collect();
    let service = if services.is_empty() { w::TO_BE_FOUND.to_owned() } else { services.join(w::OR) };
    let told = if shown["feedback"] == "yes" { w::TOLD_YES } else { w::TOLD_NO };
    html! {
        a.back href="/referrals" { (w::TITLE) }
        p.over { span.ref { (text(shown, "reference")) } }
        h1 { (name(shown)) }
        (disagrees(shown))
        (deeds::waits(shown, &may))
        @if shown["voluntary"] == "yes" { p { (w::VOLUNTARY) } }
        div.beside {
            div {
                h2 { (w::STANDS) }
                dl.facts {
                    (fact(w::STAGE, text(shown, "stage_words")))
                    (fact(w::HOW_FAR, text(shown, "level_words")))
                    (fact(w::SERVICE, &service))
                    (fact(w::OFFER, text(shown, "offer_words")))
                    (fact(w::OUTCOME, text(shown, "outcome_words")))
                    (fact(w::CRIME, text(&shown["crime"], "reference")))
                    (fact(w::TOLD_BACK, told))
                    @if let Some(at_ms) = ms(shown, "submitted_ms") { div { dt { (w::SENT) } dd { (when::long(at_ms)) } } }
                    @for asked in rows(shown, "requests") { div {
                        dt { (w::ASKED_FOR) }
                        dd { @if let Some(at_ms) = ms(asked, "at_ms") { (when::long(at_ms)) ": " } (text(asked, "words")) }
                    } }
                    @for item in rows(shown, "items") { div {
                        dt { (text(item, "exhibit")) }
                        dd { (kinds::code("drug", text(item, "drug")))
                            @if let Some(fate) = item["fate"].as_str() { ", " (kinds::code("how", fate)) } }
                    } }
                }
            }
            aside aria-label=(w::PERSON) {
                h2 { (w::PERSON) }
                dl.facts.tight { (fact(w::NAME, &name(shown))) (fact(w::BORN, &born(shown))) }
                @if shown["reference"].is_string() && shown["cancelled"].is_null() {
                    p { a href={ "/referrals/" (text(shown, "record")) "/leaflet" } { (leaflet::OPEN) } }
                }
                (deeds::links(who, text(shown, "record"), &may))
                div.box { h3 { (w::NOT_SHOWN) } p.small { (w::NOT_SHOWN_FORCE) } }
            }
        }
        (lanes::shown(shown, &opened["story"], who.now_ms()))
        (entries::shown(opened, from, &[]))
        (names_a_service(who, shown, orgs))
    }
}

/// The form for a referral that waits for a service; whether it may be sent there the desk says.
fn names_a_service(who: &Reader, shown: &Value, orgs: &Orgs) -> Markup {
    let waits = matches!(text(shown, "stage"), "submitted" | "received" | "rejected");
    let may = matches!(who.role(), Role::Officer | Role::Supervisor | Role::Admin);
    if !waits || !may {
        return html! {};
    }
    let force = who.caller.author.force.to_string();
    let services = orgs.iter().filter(|(id, _)| **id != force);
    let services: Vec<_> = services.map(|(id, name)| (id.clone(), name.clone())).collect();
    let reason = Field::text("override", w::OTHER_AGES, w::OTHER_AGES_HINT, "");
    let fields = html! {
        (select("to", w::SERVICE, &services, ""))
        (reason.shown(&Faults::default()))
        div.acts { button.do.plain type="submit" { (w::SEND) } }
    };
    html! {
        h2 { (w::NAME_SERVICE) }
        p { (w::NAME_SERVICE_TEXT) }
        (form(&who.form_key(), &format!("/referrals/{}/service", text(shown, "record")), &fields))
    }
}
