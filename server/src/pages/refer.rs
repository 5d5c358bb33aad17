//! The online form: an officer with signal refers somebody, one question a page.
//!
//! ```text
//!   start ─▶ 13 questions, each kept on the server ─▶ check (the core's dry run) ─▶ the core's `refer` ─▶ done │ ask
//! ```
//! It runs the commands that a phone runs, in the officer's own desk log, and their phone gets what was recorded with the
//! next synchronisation. A form that is sent twice is recorded once. Has no rule of its own: the core says what is wrong.

pub(super) mod controls;
mod done;
mod draft;
pub(super) mod faults;
pub(super) mod questions;
mod said;
pub(super) mod typed;

pub(super) use done::{ask as asked, done};

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};
use serde_json::{Value, json};
use sync_core::command::Command as CoreCommand;
use sync_core::local_time::local_day;
use uuid::Uuid;

use super::answer::{Oops, go};
use super::conflicts::id_of;
use super::form::{Faults, button, form};
use super::layout::Page;
use super::read::{text, texts};
use super::services;
use super::visit::{Reader, Sent};
use super::when;
use super::words::layout::Room;
use super::words::refer as w;
use crate::desk::{Command, Recording, Refused};
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
    let (drafts, now_ms) = (draft::all(&who).await?, who.now_ms());
    let open = drafts.iter().filter_map(|draft| match &draft.state {
        State::Open(answers) => Some((draft, Value::Object(answers.clone()))),
        State::Sent(_) => None,
    });
    let open: Vec<_> = open.collect();
    let main = html! {
        h1 { (w::TITLE) }
        p { (w::TITLE_TEXT) }
        (form(&who.form_key(), "/refer", &html! { div.acts { button.do type="submit" { (w::START) } } }))
        h2 { (w::HALF) }
        @if open.is_empty() { p { (w::HALF_NONE) } }
        @else { ul.work { @for (draft, answers) in &open { li {
            p { (w::SAVED) " " (when::short(draft.saved_ms, now_ms)) }
            div { h3 { a href={ "/refer/" (draft.id) "/" (first_open(answers)) } { (name(answers)) } } }
            (button(&who.form_key(), &format!("/refer/{}/drop", draft.id), w::THROW, &html! {}))
        } } } }
    };
    Ok(Page::asks(Room::Refer, w::TITLE).show(&who, &main))
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
    draft::drop_old(&who).await?;
    let id = random_id();
    draft::keep(&who, id, &Answers::new()).await?;
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
    question_page(&who, id, number, &answers, &Faults::default()).await
}

/// `POST /refer/{id}/{number}` – keeps the answer, then goes on, or says what is wrong with it.
pub(super) async fn answer(sent: Sent<Reader>, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let Sent { who, form } = sent;
    let (id, number): (Uuid, u8) = (id_of(&request)?, number_of(&request)?);
    must_refer(&who)?;
    let Some(mut answers) = draft::open(&who, id).await? else { return Ok(go(&format!("/refer/{id}/done"))) };
    let contradicts = typed::read(number, &form, &mut answers);
    draft::keep(&who, id, &answers).await?;
    if form.has("later") {
        return Ok(go("/refer"));
    }
    let faults = if contradicts.is_empty() { wrong_with(&who, number, &answers).await? } else { contradicts };
    if !faults.is_empty() {
        return question_page(&who, id, number, &answers, &faults).await;
    }
    // Whoever came from the check goes back there.
    let is_change = form.tidy("then") == "check" || number == LAST;
    let next = if is_change { "check".to_owned() } else { (number + 1).to_string() };
    Ok(go(&format!("/refer/{id}/{next}")))
}

async fn question_page(
    who: &Reader,
    id: Uuid,
    number: u8,
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
            let mut wrong =
                fields.map(|field| Wrong::of(&sync_core::problem::Problem::at("field_missing", field, "")));
            wrong.find(|wrong| wrong.question == Some(number))
        }
        Err(problem) => Some(Wrong::of(&problem)).filter(|wrong| wrong.question == Some(number)),
    };
    Ok(wrong.map(|wrong| wrong.faults()).unwrap_or_default())
}

/// What a command would come to; nothing is recorded.
pub(super) async fn rehearse(
    who: &Reader,
    command: Value,
) -> Result<Result<Value, Box<sync_core::problem::Problem>>, Oops> {
    match who.ask(command).await {
        Ok(answer) => Ok(Ok(answer)),
        Err(Refused::Problem(problem)) => Ok(Err(problem)),
        Err(other) => Err(other.into()),
    }
}

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
pub(super) async fn check(who: Reader, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let id: Uuid = id_of(&request)?;
    must_refer(&who)?;
    let Some(answers) = draft::open(&who, id).await? else { return Ok(go(&format!("/refer/{id}/done"))) };
    check_page(&who, id, &answers, StatusCode::OK).await
}

/// `POST /refer/{id}/check` – records it, and refers the person when the rules allow it.
pub(super) async fn refer(sent: Sent<Reader>, request: HttpRequest) -> Result<HttpResponse, Oops> {
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
        Err(Refused::Problem(_)) => check_page(&who, id, &answers, StatusCode::UNPROCESSABLE_ENTITY).await,
        Err(other) => Err(other.into()),
    }
}

async fn check_page(
    who: &Reader,
    id: Uuid,
    answers: &Answers,
    status: StatusCode,
) -> Result<HttpResponse, Oops> {
    let assessed = rehearse(who, command("assess", answers)).await?;
    let problem = rehearse(who, ending(answers)).await?.err();
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
                a href={ "/refer/" (id) "/" (row.question) } { (w::CHANGE) span.unseen { " " (row.label) } }
            }
        } } }
        @if let Ok(assessed) = &assessed { (rules(who, id, assessed, shown)) }
        (ends(who, id, problem.as_deref(), assessed.as_ref().ok(), shown))
        p.small { (w::NO_ADMISSION) }
    };
    Ok(Page::asks(Room::Refer, w::CHECK).with(status).show(who, &main))
}

/// The first thing that is still wrong, with the way to its question.
fn to_put_right(id: Uuid, problem: &sync_core::problem::Problem) -> Markup {
    let wrong = Wrong::of(problem);
    let to = wrong.question.map_or_else(|| "#main".to_owned(), |question| format!("/refer/{id}/{question}"));
    html! {
        div.faults role="alert" tabindex="-1" aria-labelledby="faults-t" {
            h2 id="faults-t" { (super::words::errors::FAULTS) }
            ul { li { a href=(to) { (wrong.sentence) } } }
        }
    }
}

/// The verdict, whom to ring first, and what the officer must know.
fn rules(who: &Reader, id: Uuid, assessed: &Value, answers: &Value) -> Markup {
    let allows = matches!(text(assessed, "verdict_code"), "eligible" | "eligible_provisional");
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
fn for_officer(answer: &Value) -> impl Iterator<Item = &str> {
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
    problem: Option<&sync_core::problem::Problem>,
    assessed: Option<&Value>,
    answers: &Value,
) -> Markup {
    let allows = assessed
        .is_some_and(|said| matches!(text(said, "verdict_code"), "eligible" | "eligible_provisional"));
    let label = if allows || answers["voluntary"] == "yes" { w::REFER_NOW } else { w::RECORD_NOW };
    let asks_again = problem.is_some_and(|problem| problem.code == "already_referred");
    let fields = html! {
        @if asks_again { (controls::tick("again", w::AGAIN, controls::Ticked::No)) }
        div.acts { button.do type="submit" { (label) } }
    };
    form(&who.form_key(), &format!("/refer/{id}/check"), &fields)
}
