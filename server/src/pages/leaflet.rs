//! A page to print for the person: the service, what it means, what is told back, how to stop.
//!
//! Never names the person, and says nothing that was not read out. Does not write its sentences: the desk gives them.

use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};
use serde_json::Value;
use sync_core::ids::OrgId;
use uuid::Uuid;

use super::answer::Oops;
use super::conflicts::id_of;
use super::layout::Page;
use super::read::{text, texts};
use super::visit::Reader;
use super::words::layout::Room;
use super::words::leaflet as w;
use crate::desk::Query;

/// `GET /referrals/{id}/leaflet`
pub(super) async fn of_referral(who: Reader, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let id: Uuid = id_of(&request)?;
    let leaflet = who.query(Query::Leaflet(id, who.now_ms())).await?;
    let back = html! { a.back href={ "/referrals/" (id) } { (w::BACK_TO_REFERRAL) } };
    Ok(Page::asks(Room::Referrals, w::TITLE).show(&who, &page(&leaflet, &back)))
}

/// `GET /services/{id}/leaflet`
pub(super) async fn of_service(who: Reader, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let id: OrgId = id_of(&request)?;
    let leaflet = who.query(Query::ServiceLeaflet(id)).await?;
    let back = html! { a.back href={ "/services/" (id) } { (w::BACK_TO_SERVICE) } };
    Ok(Page::asks(Room::Services, w::TITLE).show(&who, &page(&leaflet, &back)))
}

fn page(leaflet: &Value, back: &Markup) -> Markup {
    let fact = |label: &str, said: Option<&str>, class: &str| {
        html! { @if let Some(said) = said { div { dt { (label) } dd { span class=(class) { (said) } } } } }
    };
    html! {
        (back)
        p.small.acts { (w::PRINT) }
        h1 { (leaflet["provider"].as_str().unwrap_or(w::A_SERVICE)) }
        @if leaflet["provider"].is_null() { p { (w::TO_BE_FOUND) } }
        dl.facts {
            (fact(w::TELEPHONE, leaflet["telephone"].as_str(), "number"))
            (fact(w::HOURS, leaflet["hours"].as_str(), ""))
            (fact(w::REFERENCE, leaflet["reference"].as_str(), "number ref"))
        }
        h2 { (w::MEANS) }
        div.readout { @for sentence in texts(leaflet, "words") { p { (sentence) } } }
        h2 { (w::AGREED) }
        p { (text(leaflet, "agreement")) }
    }
}
