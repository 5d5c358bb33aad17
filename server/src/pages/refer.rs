//! The online form: an officer with signal refers somebody, one question a page.
//!
//! ```text
//!   start ─▶ 13 questions, each kept on the server ─▶ check (the core's dry run) ─▶ the core's `refer` ─▶ done │ ask
//! ```
//! It runs the commands that a phone runs, in the officer's own desk log, and their phone gets what was recorded with the
//! next synchronisation. A form that is sent twice is recorded once. Has no rule of its own: the core says what is wrong.

mod check;
pub(super) mod controls;
mod done;
mod draft;
pub(super) mod faults;
pub(super) mod questions;
mod said;
pub(super) mod typed;

pub(super) use check::{check, look_up, refer};
pub(super) use done::{ask as asked, done};

use actix_web::{HttpRequest, HttpResponse};
use maud::html;
use serde_json::{Value, json};
use sync_core::command::Command as CoreCommand;
use sync_core::local_time::local_day;
use sync_core::problem::Problem;
use uuid::Uuid;

use super::answer::{Oops, go};
use super::conflicts::id_of;
use super::form::{Faults, button, form};
use super::layout::Page;
use super::read::text;
use super::referrals::said as of_address;
use super::services;
use super::visit::{Reader, Sent};
use super::when;
use super::words::layout::Room;
use super::words::refer as w;
use crate::desk::Refused;
use crate::keys::random_id;
use draft::State;
use faults::Wrong;
use questions::{Asked, QUESTIONS};
use typed::Answers;

/// The last question.
const LAST: u8 = 13;

/// Whoever may record an encounter finds the form; for others it is not there.
fn must_refer(who: &Reader) -> Result<(), Oops> {
    let refer = CoreCommand::verbs().find(|verb| verb.name == "refer");
    if refer.is_some_and(|verb| verb.who().contains(&who.role())) { Ok(()) } else { Err(Oops::NotFound) }
}

/// `GET /refer` – the start, and what is half done.
pub(super) async fn list(who: Reader) -> Result<HttpResponse, Oops> {
    must_refer(&who)?;
    start_page(&who, &Faults::default()).await
}

async fn start_page(who: &Reader, faults: &Faults) -> Result<HttpResponse, Oops> {
    let (drafts, now_ms) = (draft::all(who).await?, who.now_ms());
    let open = drafts.iter().filter_map(|draft| match &draft.state {
        State::Open(answers) => Some((draft, Value::Object(answers.clone()))),
        State::Sent(_) => None,
    });
    let open: Vec<_> = open.collect();
    let main = html! {
        h1 { (w::TITLE) }
        (faults.shown())
        p { (w::TITLE_TEXT) }
        (form(&who.form_key(), "/refer", &html! { div.acts { button.do type="submit" { (w::START) } } }))
        h2 id="half" { (w::HALF) }
        @if open.is_empty() { p { (w::HALF_NONE) } }
        @else { ul.work { @for (draft, answers) in &open { li {
            p {
                (w::SAVED) " " (when::short(draft.saved_ms, now_ms))
                @if let Some(at_ms) = draft.deleted_ms { ". " (w::DELETED) " " (when::short(at_ms, now_ms)) }
            }
            div { h3 { a href={ "/refer/" (draft.id) "/" (first_open(answers)) } { (name(answers)) } } }
            (button(&who.form_key(), &format!("/refer/{}/drop", draft.id), w::THROW, &html! {}))
        } } } }
    };
    Ok(Page::asks(Room::Refer, w::TITLE).faulty(faults).show(who, &main))
}

/// Where somebody goes on: the first question that is not answered, or the check.
fn first_open(answers: &Value) -> String {
    let rows = said::all(answers, &[]);
    let open = rows.iter().find(|row| row.said.is_none()).map(|row| row.question.to_string());
    open.unwrap_or_else(|| "check".to_owned())
}

fn name(answers: &Value) -> String {
    let name = format!("{} {}", text(answers, "given"), text(answers, "family")).trim().to_owned();
    if name.is_empty() { w::NAMELESS.to_owned() } else { name }
}

/// `POST /refer` – a new form.
pub(super) async fn start(sent: Sent<Reader>) -> Result<HttpResponse, Oops> {
    let Sent { who, .. } = sent;
    must_refer(&who)?;
    if draft::make_room(&who).await? == draft::Room::None {
        return start_page(&who, &Faults::one("half", w::FULL)).await;
    }
    let id = random_id();
    let mut answers = Answers::new();
    answers.insert("began_ms".to_owned(), who.now_ms().into());
    draft::keep(&who, id, &answers).await?;
    Ok(go(&format!("/refer/{id}/1")))
}

/// `POST /refer/{id}/drop` – throws a form away.
pub(super) async fn drop(sent: Sent<Reader>, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let id: Uuid = id_of(&request)?;
    must_refer(&sent.who)?;
    draft::open(&sent.who, id).await?.ok_or(Oops::NotFound)?;
    draft::drop(&sent.who, id).await?;
    Ok(go("/refer"))
}

fn number_of(request: &HttpRequest) -> Result<u8, Oops> {
    let number = request.match_info().get("number").and_then(|number| number.parse().ok());
    number.filter(|number| (1..=LAST).contains(number)).ok_or(Oops::NotFound)
}

/// `GET /refer/{id}/{number}` – one question.
pub(super) async fn ask(who: Reader, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let (id, number): (Uuid, u8) = (id_of(&request)?, number_of(&request)?);
    must_refer(&who)?;
    let Some(answers) = draft::open(&who, id).await? else { return Ok(go(&format!("/refer/{id}/done"))) };
    question_page(&who, id, (number, &of_address(&request, "then")), &answers, &Faults::default()).await
}

/// `POST /refer/{id}/{number}` – keeps the answer, then goes on, or says what is wrong with it.
pub(super) async fn answer(sent: Sent<Reader>, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let Sent { who, form } = sent;
    let (id, number): (Uuid, u8) = (id_of(&request)?, number_of(&request)?);
    must_refer(&who)?;
    let Some(mut answers) = draft::open(&who, id).await? else { return Ok(go(&format!("/refer/{id}/done"))) };
    let (form, too_long) = typed::bounded(&form);
    let contradicts = typed::read(number, &form, &mut answers);
    draft::keep(&who, id, &answers).await?;
    if !too_long.is_empty() {
        return question_page(&who, id, (number, form.tidy("then")), &answers, &too_long).await;
    }
    if form.has("later") {
        return Ok(go("/refer"));
    }
    let faults = if contradicts.is_empty() { wrong_with(&who, number, &answers).await? } else { contradicts };
    if !faults.is_empty() {
        return question_page(&who, id, (number, form.tidy("then")), &answers, &faults).await;
    }
    // Whoever came from the check goes back there.
    let is_change = form.tidy("then") == "check" || number == LAST;
    let next = if is_change { "check".to_owned() } else { (number + 1).to_string() };
    Ok(go(&format!("/refer/{id}/{next}")))
}

async fn question_page(
    who: &Reader,
    id: Uuid,
    (number, then): (u8, &str),
    answers: &Answers,
    faults: &Faults,
) -> Result<HttpResponse, Oops> {
    let question = &QUESTIONS[usize::from(number - 1)];
    let services = if number == LAST { services::open(who).await? } else { Vec::new() };
    let today = local_day(who.now_ms());
    let answers = &Value::Object(answers.clone());
    let asked = Asked { answers, faults, services: &services, today };
    let back = if number == 1 { "/refer".to_owned() } else { format!("/refer/{id}/{}", number - 1) };
    let fields = html! {
        p.over { (w::QUESTION) " " (number) " " (w::OF) " " (LAST) }
        @if then == "check" { input type="hidden" name="then" value="check"; }
        (question.shown(&asked))
        div.acts {
            button.do type="submit" { (w::CONTINUE) }
            button.do.plain type="submit" name="later" value="yes" { (w::LATER) }
        }
    };
    let main = html! {
        a.back href=(back) { (w::BACK) }
        (faults.shown())
        (form(&who.form_key(), &format!("/refer/{id}/{number}"), &fields))
        p.small { (w::KEPT) " " a href={ "/refer/" (id) "/check" } { (w::CHECK) } }
    };
    Ok(Page::asks(Room::Refer, question.title).faulty(faults).show(who, &main))
}

/// The fields of the core's form that each question answers.
const FIELDS: [&[&str]; LAST as usize] = [
    &["drug"],
    &["amount", "place", "exhibit"],
    &["family"],
    &["given"],
    &["born", "apparent_age"],
    &["identity"],
    &["checks"],
    &["signs", "custody"],
    &["safe_now"],
    &["ethnicity"],
    &["agrees", "not_offered"],
    &["consent"],
    &["reach", "area", "provider", "override"],
];

/// One question alone, so that the core can look at it before the others: what the form needs besides is stood in for.
fn alone(answers: &Answers, number: u8) -> Value {
    let fields = FIELDS[usize::from(number - 1)];
    let mut form = json!({
        "drug": "unknown", "family": "Somebody", "apparent_age": 30, "identity": "known_to_officer", "signs": {},
        "safe_now": {}, "command": "assess",
    });
    for field in fields {
        form[*field] = answers.get(*field).cloned().unwrap_or_default();
    }
    let members = form.as_object_mut().into_iter();
    members.for_each(|members| members.retain(|_, value| !value.is_null()));
    form
}

/// What the core finds wrong with the answer to one question.
async fn wrong_with(who: &Reader, number: u8, answers: &Answers) -> Result<Faults, Oops> {
    let wrong = match rehearse(who, alone(answers, number)).await? {
        Ok(answer) => {
            let fields =
                answer["asks"].as_array().into_iter().flatten().filter_map(|asked| asked["field"].as_str());
            let mut wrong = fields.map(|field| Wrong::of(&Problem::at("field_missing", field, "")));
            wrong.find(|wrong| wrong.question == Some(number))
        }
        Err(problem) => Some(Wrong::of(&problem)).filter(|wrong| wrong.question == Some(number)),
    };
    Ok(wrong.map(|wrong| wrong.faults()).unwrap_or_default())
}

/// What a command would come to; nothing is recorded.
async fn rehearse(who: &Reader, command: Value) -> Result<Result<Value, Box<Problem>>, Oops> {
    match who.ask(command).await {
        Ok(answer) => Ok(Ok(answer)),
        Err(Refused::Problem(problem)) => Ok(Err(problem)),
        Err(other) => Err(other.into()),
    }
}
