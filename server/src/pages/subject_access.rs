//! What is held about a person, for the person: found by a reference, looked through, and made into a file to give out.
//!
//! The draft is made anew when it is given out: the page holds nothing but the marks. Does not decide what is held.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, HeaderValue};
use maud::{Markup, html};
use sync_core::access::Role;
use uuid::Uuid;

use super::answer::Oops;
use super::export::{document, head, says};
use super::form::{Faults, Field, Form, form, select};
use super::layout::Page;
use super::visit::{Reader, Sent};
use super::words::export as w;
use super::words::layout::Room;
use crate::desk::{Command, GivenOut, Query, Recipient, Refused};
use crate::export::{Entry, Export, Reason, digest_of};
use crate::fault::Fault;

fn prepares(who: &Reader) -> Result<(), Oops> {
    if matches!(who.role(), Role::Admin | Role::ProviderLead) { Ok(()) } else { Err(Oops::NotYours) }
}

/// `GET /subject-access`
pub(super) async fn ask(who: Reader) -> Result<HttpResponse, Oops> {
    prepares(&who)?;
    Ok(asked(&who, &Form::default(), &Faults::default()))
}

fn asked(who: &Reader, typed: &Form, faults: &Faults) -> HttpResponse {
    let field = Field::text("reference", w::REFERENCE, w::REFERENCE_HINT, typed.text("reference"));
    let fields = html! { (field.shown(faults)) div.acts { button.do type="submit" { (w::LOOK) } } };
    let main = html! {
        (faults.shown())
        h1 { (w::TITLE) }
        p.measure { (w::LEAD) }
        (form(&who.form_key(), "/subject-access", &fields))
    };
    Page::asks(Room::Home, w::TITLE).faulty(faults).show(who, &main)
}

async fn draft(who: &Reader, id: Uuid) -> Result<Export, Oops> {
    let answer = who.query(Query::SubjectAccess(id, who.now_ms())).await?;
    Ok(serde_json::from_value(answer).map_err(Fault::from)?)
}

/// `POST /subject-access`
pub(super) async fn find(sent: Sent<Reader>) -> Result<HttpResponse, Oops> {
    let Sent { who, form: typed } = sent;
    prepares(&who)?;
    let found = match who.query(Query::Named(typed.tidy("reference").to_owned())).await {
        Ok(found) => found["record"].as_str().and_then(|id| id.parse::<Uuid>().ok()),
        Err(Refused::NotFound) => None,
        Err(other) => return Err(other.into()),
    };
    let Some(id) = found else {
        let none = typed.tidy("reference").is_empty();
        let sentence = if none { w::WRITE_REFERENCE } else { w::NOT_FOUND };
        return Ok(asked(&who, &typed, &Faults::one("reference", sentence)));
    };
    let draft = draft(&who, id).await?;
    let to = [("person", w::TO_PERSON), ("representative", w::TO_REPRESENTATIVE)];
    let to = to.map(|(code, words)| (code.to_owned(), words.to_owned()));
    let fields = html! {
        input type="hidden" name="record" value=(id);
        input type="hidden" name="entries" value=(draft.entries().count());
        @for record in &draft.records {
            h2 { (w::RECORD) " " (record.reference.as_deref().unwrap_or_default()) }
            @for entry in &record.entries { (reviewed(entry)) }
        }
        (select("to", w::TO, &to, "person"))
        div.acts { button.do type="submit" { (w::MAKE) } }
    };
    let main = html! {
        a.back href="/subject-access" { (w::TITLE) }
        h1 { (w::REVIEW) }
        p.measure { (w::REVIEW_LEAD) }
        (form(&who.form_key(), "/subject-access/file", &fields))
    };
    Ok(Page::asks(Room::Home, w::REVIEW).show(&who, &main))
}

/// An entry, and whether it is given out.
fn reviewed(entry: &Entry) -> Markup {
    let given = (String::new(), w::GIVE_IT.to_owned());
    let reasons = Reason::ALL.map(|reason| (reason.code().to_owned(), format!("No: {}", reason.words())));
    let options: Vec<(String, String)> = std::iter::once(given).chain(reasons).collect();
    html! { article { (head(entry)) (says(&entry.says)) (select(&field_of(entry), w::GIVE, &options, "")) } }
}

fn field_of(entry: &Entry) -> String {
    format!("out-{}", entry.number)
}

/// `POST /subject-access/file`
pub(super) async fn give(sent: Sent<Reader>) -> Result<HttpResponse, Oops> {
    let Sent { who, form } = sent;
    let mut draft = draft(&who, form.own("record")?).await?;
    // What came since nobody has looked through.
    if form.own::<usize>("entries")? != draft.entries().count() {
        return Err(Oops::ShownAnew);
    }
    for entry in draft.records.iter_mut().flat_map(|record| &mut record.entries) {
        let chosen = form.text(&field_of(entry));
        entry.leave_out = Reason::ALL.into_iter().find(|reason| reason.code() == chosen);
    }
    let to = if form.text("to") == "representative" { Recipient::Representative } else { Recipient::Person };
    let records = draft.records.iter().map(|record| record.record).collect();
    let controller = draft.controller.org;
    let file = document(&draft.given_out(to, who.now_ms()));
    let given = GivenOut { controller, records, to, digest: digest_of(&file) };
    who.command(Command::GiveOut(given)).await?;
    let mut response = HttpResponse::Ok().content_type("text/html; charset=utf-8").body(file);
    let kept = HeaderValue::from_static("attachment; filename=\"held-about-you.html\"");
    response.headers_mut().insert(CONTENT_DISPOSITION, kept);
    Ok(response)
}
