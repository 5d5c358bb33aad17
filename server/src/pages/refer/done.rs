//! What follows once a form was sent: the words to read out, the service, the reference, the block for the crime report.
//!
//! The page keeps what was answered to the form for a day; the crime report is made anew each time, so that it shows what
//! was corrected since. Does not record anything.

use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::super::answer::{Oops, go};
use super::super::conflicts::id_of;
use super::super::layout::Page;
use super::super::read::{text, texts};
use super::super::referrals::{name, opened};
use super::super::visit::Reader;
use super::super::words::layout::Room;
use super::super::words::refer as w;
use super::check::{for_officer, ring};
use super::draft::{self, State};
use super::must_refer;
use crate::desk::Purpose;

/// What the page needs of an answer. Nothing of it names the person.
const KEPT: [&str; 11] = [
    "record",
    "verdict_code",
    "verdict_words",
    "words",
    "officer",
    "ring_now",
    "provider",
    "telephone",
    "hours",
    "reference",
    "service_to_be_found",
];

/// What is kept of the answer to a form.
pub(super) fn kept(answer: &Value) -> Value {
    let fields = KEPT.iter().map(|field| ((*field).to_owned(), answer[*field].clone()));
    Value::Object(fields.collect::<Map<_, _>>())
}

async fn answered(who: &Reader, id: Uuid) -> Result<Option<Value>, Oops> {
    must_refer(who)?;
    Ok(match draft::one(who, id).await?.state {
        State::Sent(answer) => Some(answer),
        State::Open(_) => None,
    })
}

/// The referral as it stands now, with its crime report; nothing once its officer no longer reads it.
async fn referral(who: &Reader, answer: &Value) -> Result<Value, Oops> {
    let id = text(answer, "record").parse().map_err(|_| Oops::NotFound)?;
    let mut opened = match opened(who, id, Purpose::Recording, None).await {
        Ok(opened) => opened,
        Err(Oops::NotFound) => return Ok(Value::Null),
        Err(other) => return Err(other),
    };
    let asked = who.ask(json!({"query": "referral", "record": id})).await?;
    let mut shown = opened["referral"].take();
    shown["crime_report"] = asked["crime_report"].clone();
    Ok(shown)
}

/// `GET /refer/{id}/done`
pub(in crate::pages) async fn done(who: Reader, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let id: Uuid = id_of(&request)?;
    let Some(answer) = answered(&who, id).await? else { return Ok(go(&format!("/refer/{id}/check"))) };
    if answer["verdict_code"] == "discretion" && answer["reference"].is_null() {
        return Ok(go(&format!("/refer/{id}/ask")));
    }
    let shown = referral(&who, &answer).await?;
    let main = html! {
        p.over { (name(&shown)) }
        h1 { (answer["verdict_words"].as_str().unwrap_or(w::DONE)) }
        (ring(&answer["ring_now"]))
        (read_out(&answer))
        (gives(&answer))
        (now_you(&answer, &shown))
        (ends(&answer))
    };
    Ok(Page::asks(Room::Refer, w::DONE).show(&who, &main))
}

/// `GET /refer/{id}/ask` – a supervisor decides.
pub(in crate::pages) async fn ask(who: Reader, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let id: Uuid = id_of(&request)?;
    let Some(answer) = answered(&who, id).await? else { return Ok(go(&format!("/refer/{id}/check"))) };
    let shown = referral(&who, &answer).await?;
    let (colour, said, more) = match text(&shown, "discretion") {
        "yes" => ("box done", w::GRANTED, w::GRANTED_TEXT),
        "no" => ("box stop", w::REFUSED, w::REFUSED_TEXT),
        _ => ("box wait", w::ASKED, w::ASKED_TEXT),
    };
    let main = html! {
        p.over { (name(&shown)) }
        h1 { (w::ASK) }
        (ring(&answer["ring_now"]))
        (read_out(&answer))
        h2 { (w::NOW_YOU) }
        div class=(colour) { p { strong { (said) } " " (more) } }
        @for line in for_officer(&answer) { p { (line) } }
        div.acts {
            @if text(&shown, "discretion") == "yes" {
                a.do href={ "/referrals/" (text(&answer, "record")) "/do/answer_offer" } { (w::ANSWER_OFFER) }
            } @else {
                a.do href={ "/refer/" (id) "/ask" } { (w::LOOK) }
            }
            a href={ "/referrals/" (text(&answer, "record")) } { (w::OPEN) }
        }
    };
    Ok(Page::asks(Room::Refer, w::ASK).show(&who, &main))
}

fn read_out(answer: &Value) -> Markup {
    html! {
        h2 { (w::READ_OUT) }
        div.readout { @for sentence in texts(answer, "words") { p { (sentence) } } }
    }
}

/// What the person takes along; nothing where nobody was referred.
fn gives(answer: &Value) -> Markup {
    let Some(reference) = answer["reference"].as_str() else { return html! {} };
    let telephone = text(answer, "telephone");
    html! {
        h2 { (w::GIVE) }
        dl.facts {
            @if let Some(service) = answer["provider"].as_str() { div {
                dt { (service) }
                dd {
                    @if !telephone.is_empty() { a.number href={ "tel:" (telephone.replace(' ', "")) } { (telephone) } br; }
                    (text(answer, "hours"))
                }
            } }
            div { dt { (w::REFERENCE) } dd { span.number.ref { (reference) } } }
        }
        @if !telephone.is_empty() {
            p { (w::RING_TOGETHER) " " a href={ "/referrals/" (text(answer, "record")) "/do/handover" } { (w::RANG_TOGETHER) } }
        }
        @if answer["service_to_be_found"] == "yes" { div.box.wait { p { (w::TO_BE_FOUND) } } }
        p { a href={ "/referrals/" (text(answer, "record")) "/leaflet" } { (super::super::words::leaflet::OPEN) } }
    }
}

fn now_you(answer: &Value, shown: &Value) -> Markup {
    html! {
        h2 { (w::NOW_YOU) }
        ul { @for line in for_officer(answer) { li { (line) } } }
        @if let Some(report) = shown["crime_report"].as_str() {
            h3 { (w::REPORT) }
            pre.report { (report) }
        }
    }
}

fn ends(answer: &Value) -> Markup {
    html! {
        div.acts {
            a.do href={ "/referrals/" (text(answer, "record")) } { (w::OPEN) }
            a href="/refer" { (w::ANOTHER) }
        }
    }
}
