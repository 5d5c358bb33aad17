//! The check at the end of the form: every answer, what the rules say, and the button that records it.
//!
//! Both are the core's dry runs. A form that is sent twice, from however many windows, is recorded once. Does not say
//! what is recorded: see [`super::done`].

use std::time::Instant;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};
use serde_json::{Value, json};
use sync_core::problem::Problem;
use sync_core::referral::act::Subject;
use sync_core::sync::prior_check::{LEAST_MS, PriorQuestion};
use uuid::Uuid;

use super::super::answer::{Oops, go};
use super::super::conflicts::id_of;
use super::super::form::{button, form};
use super::super::layout::Page;
use super::super::read::{text, texts};
use super::super::services;
use super::super::visit::{Reader, Sent};
use super::super::words::layout::Room;
use super::super::words::{errors, refer as w};
use super::faults::Wrong;
use super::typed::Answers;
use super::{LAST, controls, done, draft, must_refer, rehearse, said};
use crate::desk::look_up::LOOKED_UP;
use crate::desk::{Command, Recording, Refused};
use crate::time::not_before;

/// The command that ends the encounter: whoever answered the offer may be referred by it.
fn ending(answers: &Answers) -> Value {
    let verb = if answers.contains_key("agrees") { "refer" } else { "record_encounter" };
    command(verb, answers)
}

fn command(verb: &str, answers: &Answers) -> Value {
    let mut fields = answers.clone();
    fields.insert("command".to_owned(), json!(verb));
    Value::Object(fields)
}

/// `GET /refer/{id}/check` – every answer, and what the rules say.
pub(in crate::pages) async fn check(who: Reader, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let id: Uuid = id_of(&request)?;
    must_refer(&who)?;
    let Some(answers) = draft::open(&who, id).await? else { return Ok(go(&format!("/refer/{id}/done"))) };
    page(&who, id, &answers, None).await
}

/// `POST /refer/{id}/check` – records it, and refers the person when the rules allow it.
pub(in crate::pages) async fn refer(sent: Sent<Reader>, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let Sent { who, form } = sent;
    let id: Uuid = id_of(&request)?;
    must_refer(&who)?;
    let Some(mut answers) = draft::open(&who, id).await? else { return Ok(go(&format!("/refer/{id}/done"))) };
    if form.has("voluntary") {
        let voluntary = form.tidy("voluntary") == "yes";
        if voluntary {
            answers.insert("voluntary".to_owned(), json!("yes"))
        } else {
            answers.remove("voluntary")
        };
        draft::keep(&who, id, &answers).await?;
        return Ok(go(&format!("/refer/{id}/check")));
    }
    if form.has("again") {
        answers.insert("again".to_owned(), json!(true));
    }
    let recording = Recording { command: ending(&answers), form: Some(draft::name(id)) };
    match who.command(Command::Record(recording)).await {
        Ok(answer) => {
            draft::sent(&who, id, &done::kept(&answer)).await?;
            Ok(go(&format!("/refer/{id}/done")))
        }
        Err(Refused::Problem(problem)) => page(&who, id, &answers, Some(problem)).await,
        Err(other) => Err(other.into()),
    }
}

/// `POST /refer/{id}/look-up` – asks the central record, and keeps what it says with the form.
pub(in crate::pages) async fn look_up(
    sent: Sent<Reader>,
    request: HttpRequest,
) -> Result<HttpResponse, Oops> {
    let asked = Instant::now();
    let Sent { who, .. } = sent;
    let id: Uuid = id_of(&request)?;
    must_refer(&who)?;
    let Some(mut answers) = draft::open(&who, id).await? else { return Ok(go(&format!("/refer/{id}/done"))) };
    let to = format!("/refer/{id}/check");
    let Some(subject) = subject(&answers, who.now_ms()) else { return Ok(go(&to)) };
    let answer = not_before(asked, LEAST_MS, who.command(Command::LookUp(subject))).await;
    let mut answer = answer?;
    answers.insert(LOOKED_UP.to_owned(), answer[LOOKED_UP].take());
    draft::keep(&who, id, &answers).await?;
    Ok(go(&to))
}

/// The person, once name and birth are answered.
fn subject(answers: &Answers, now_ms: u64) -> Option<Subject> {
    let text = |field: &str| answers.get(field).and_then(Value::as_str).map(str::to_owned);
    let years = answers.get("apparent_age").and_then(Value::as_u64);
    let question = PriorQuestion {
        family: text("family").unwrap_or_default(),
        given: text("given").unwrap_or_default(),
        born: text("born"),
        apparent_age: years.and_then(|years| u8::try_from(years).ok()),
        pad: String::new(),
    };
    question.subject(now_ms).ok()
}

/// The page, perhaps again: with what kept it from being recorded.
async fn page(
    who: &Reader,
    id: Uuid,
    answers: &Answers,
    refused: Option<Box<Problem>>,
) -> Result<HttpResponse, Oops> {
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let assessed = rehearse(who, command("assess", answers)).await?;
    let problem = match refused {
        Some(problem) => Some(problem),
        None => rehearse(who, ending(answers)).await?.err(),
    };
    let services = services::open(who).await?;
    let shown = &Value::Object(answers.clone());
    let main = html! {
        a.back href={ "/refer/" (id) "/" (LAST) } { (w::BACK) }
        @if let Some(problem) = &problem { (to_put_right(id, problem)) }
        h1 { (w::CHECK) }
        p { (w::CHECK_TEXT) }
        dl.facts.review { @for row in said::all(shown, &services) { div {
            dt { (row.label) }
            dd {
                span { @if let Some(said) = &row.said { (said) } @else { span.mark.wait { (w::NOT_ANSWERED) } } }
                a href={ "/refer/" (id) "/" (row.question) "?then=check" } { (w::CHANGE) span.unseen { " " (row.label) } }
            }
        } } }
        @if let Ok(assessed) = &assessed {
            @if assessed["checked"].is_null() && subject(answers, who.now_ms()).is_some() { (offer_look_up(who, id)) }
            (rules(who, id, assessed, shown))
        }
        (ends(who, id, problem.as_deref(), assessed.as_ref().ok(), shown))
        p.small { (w::NO_ADMISSION) }
    };
    Ok(Page::asks(Room::Refer, w::CHECK).with(status).show(who, &main))
}

/// The first thing that is still wrong, with the way to its question.
fn to_put_right(id: Uuid, problem: &Problem) -> Markup {
    let wrong = Wrong::of(problem);
    let to = wrong
        .question
        .map_or_else(|| "#main".to_owned(), |question| format!("/refer/{id}/{question}?then=check"));
    html! {
        div.faults role="alert" tabindex="-1" aria-labelledby="faults-t" {
            h2 id="faults-t" { (errors::FAULTS) }
            ul { li { a href=(to) { (wrong.sentence) } } }
        }
    }
}

/// Whether the verdict lets the person be referred.
fn allows(assessed: &Value) -> bool {
    matches!(text(assessed, "verdict_code"), "eligible" | "eligible_provisional")
}

/// Whether the person was referred before is asked when the officer wants it: each look-up is noted.
fn offer_look_up(who: &Reader, id: Uuid) -> Markup {
    html! {
        h2 { (w::EARLIER) }
        p { (w::EARLIER_TEXT) }
        (button(&who.form_key(), &format!("/refer/{id}/look-up"), w::LOOK_UP, &html! {}))
    }
}

/// The verdict, whom to ring first, and what the officer must know.
fn rules(who: &Reader, id: Uuid, assessed: &Value, answers: &Value) -> Markup {
    let allows = allows(assessed);
    let voluntary = answers["voluntary"] == "yes";
    let to = format!("/refer/{id}/check");
    let say = |value: &str| html! { input type="hidden" name="voluntary" value=(value); };
    html! {
        h2 { (w::RULES_SAY) }
        (ring(&assessed["ring_now"]))
        div class={ "box " (if allows { "done" } else { "wait" }) } {
            p { strong { (text(assessed, "verdict_words")) "." } }
            @for line in for_officer(assessed) { p { (line) } }
        }
        @if voluntary {
            p { (w::VOLUNTARY_TAKEN) }
            (button(&who.form_key(), &to, w::VOLUNTARY_NOT, &say("no")))
        } @else if !allows && assessed["voluntary_offer"] == "may_be_made" {
            p { (w::VOLUNTARY_TEXT) }
            (button(&who.form_key(), &to, w::VOLUNTARY, &say("yes")))
        }
    }
}

/// What the officer must know beside the verdict itself.
pub(super) fn for_officer(answer: &Value) -> impl Iterator<Item = &str> {
    let verdict = text(answer, "verdict_words");
    texts(answer, "officer").into_iter().filter(move |line| line.trim_end_matches('.') != verdict)
}

pub(super) fn ring(ring: &Value) -> Markup {
    html! {
        @if ring.is_object() {
            div.box.stop { p {
                strong { (w::RING) " " (text(ring, "whom")) "." } " "
                a.number href={ "tel:" (text(ring, "number").replace(' ', "")) } { (text(ring, "number")) }
            } p { (text(ring, "sentence")) } }
        }
    }
}

/// The button that ends it.
fn ends(
    who: &Reader,
    id: Uuid,
    problem: Option<&Problem>,
    assessed: Option<&Value>,
    answers: &Value,
) -> Markup {
    let label = if assessed.is_some_and(allows) || answers["voluntary"] == "yes" {
        w::REFER_NOW
    } else {
        w::RECORD_NOW
    };
    let asks_again = problem.is_some_and(|problem| problem.code == "already_referred");
    let fields = html! {
        @if asks_again { (controls::tick("again", w::AGAIN, controls::Ticked::No)) }
        div.acts { button.do type="submit" { (label) } }
    };
    form(&who.form_key(), &format!("/refer/{id}/check"), &fields)
}
