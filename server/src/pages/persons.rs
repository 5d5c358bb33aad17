//! Who may be one person: the questions, and the two of one question side by side with the reasons.
//!
//! For admins; the desk says so. Does not compare anybody.

use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};
use serde_json::Value;
use sync_core::ids::Digest;
use sync_core::persons::Tie;

use super::answer::Oops;
use super::conflicts::{id_of, part_of};
use super::form::{Faults, form};
use super::layout::Page;
use super::read::{joined, ms, rows, text};
use super::visit::{Reader, Sent};
use super::when;
use super::words::conflicts as c;
use super::words::force as w;
use super::words::layout::Room;
use crate::desk::{Command, Query, Tied};

/// `GET /persons` – what is asked, oldest first.
pub(super) async fn list(who: Reader, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let answer = who.query(Query::Persons(part_of(&request))).await?;
    let found = rows(&answer, "questions");
    let main = html! {
        h1 { (w::PERSONS) }
        p.measure { (w::PERSONS_LEAD) }
        @if found.is_empty() { p { (w::PERSONS_NONE) } }
        ul.work { @for question in found { li {
            div { p { strong { a href=(address(question)) { (w::question(text(question, "asks"))) } } } }
            div { p { (names(question)) } }
        } } }
        @if let Some(cursor) = answer["cursor"].as_str() { p { a href={ "/persons?after=" (cursor) } { (c::MORE) } } }
    };
    Ok(Page::list(Room::Persons, w::PERSONS).show(&who, &main))
}

/// Where it is decided: whether one of two referrals is taken back is a question about referrals.
fn address(question: &Value) -> String {
    let id = text(question, "conflict");
    match text(question, "asks") {
        "same_encounter" | "two_referrals" | "other" => format!("/conflicts/{id}"),
        _ => format!("/persons/questions/{id}"),
    }
}

fn names(question: &Value) -> String {
    joined(rows(question, "persons").iter().map(name))
}

fn name(person: &Value) -> String {
    format!("{} {}", text(person, "given"), text(person, "family")).trim().to_owned()
}

/// `GET /persons/questions/{id}`
pub(super) async fn show(who: Reader, request: HttpRequest) -> Result<HttpResponse, Oops> {
    page(&who, id_of(&request)?, &Faults::default()).await
}

async fn page(who: &Reader, id: Digest, faults: &Faults) -> Result<HttpResponse, Oops> {
    let asked = who.query(Query::Question(id)).await?;
    let question = &asked["question"];
    let title = w::question(text(question, "asks"));
    let persons = rows(question, "persons");
    let hidden = html! {
        input type="hidden" name="as_of" value=(text(&asked, "as_of"));
        @for (field, person) in ["one", "other"].iter().zip(persons) {
            input type="hidden" name=(field) value=(text(person, "subject"));
        }
    };
    let fields = html! {
        (hidden)
        fieldset id="choice" {
            legend { h2 { (w::ANSWER) } }
            div.pair {
                (answer("link", w::ONE_PERSON, w::ONE_PERSON_TEXT))
                (answer("split", w::TWO_PEOPLE, w::TWO_PEOPLE_TEXT))
            }
        }
        div.acts { button.do type="submit" { (w::DECIDE) } }
    };
    let main = html! {
        a.back href="/persons" { (w::PERSONS) }
        (faults.shown())
        p.over { (title) }
        h1 { (names(question)) }
        h2 { (w::FIELD_BY_FIELD) }
        (compared(persons))
        section.box { h3 { (w::REASONS) } ul {
            @for reason in rows(question, "reasons") { li { (text(reason, "sentence")) } }
        } }
        (form(&who.form_key(), &format!("/persons/questions/{id}"), &fields))
    };
    Ok(Page::of(Room::Persons, title).faulty(faults).show(who, &main))
}

fn answer(value: &str, label: &str, text: &str) -> Markup {
    html! {
        div.choice {
            div.pick { input type="radio" name="choice" id={ "choice-" (value) } value=(value); label for={ "choice-" (value) } { (label) } }
            p { (text) }
        }
    }
}

fn compared(persons: &[Value]) -> Markup {
    let known = |said: String| if said.is_empty() { w::NOT_KNOWN.to_owned() } else { said };
    let day = |person: &Value| {
        let said = text(person, "born");
        when::day(said).unwrap_or_else(|| said.to_owned())
    };
    let lines = [(w::FAMILY, "family"), (w::GIVEN, "given")];
    let lines = lines
        .map(|(label, field)| (label, persons.iter().map(|person| text(person, field).to_owned()).collect()));
    let born: Vec<String> = persons.iter().map(day).collect();
    let lines = lines.into_iter().chain([(w::BORN, born)]);
    html! {
        table.stack role="table" {
            caption.unseen { (w::FIELD_BY_FIELD) }
            thead role="rowgroup" { tr role="row" {
                @for head in [w::FIELD, w::FIRST, w::OTHER] { th scope="col" role="columnheader" { (head) } }
            } }
            tbody role="rowgroup" {
                @for (label, said) in lines { tr role="row" {
                    th scope="row" role="rowheader" { (label) }
                    @for (head, said) in [w::FIRST, w::OTHER].iter().zip(said) { td role="cell" data-th=(head) { (known(said)) } }
                } }
                tr role="row" {
                    th scope="row" role="rowheader" { (w::MET) }
                    @for (head, person) in [w::FIRST, w::OTHER].iter().zip(persons) { td role="cell" data-th=(head) {
                        @if let Some(at_ms) = ms(person, "encounter_ms") { (when::plain(at_ms)) } @else { (w::NOT_KNOWN) }
                    } }
                }
                tr role="row" {
                    th scope="row" role="rowheader" { (w::STAGE) }
                    @for (head, person) in [w::FIRST, w::OTHER].iter().zip(persons) { td role="cell" data-th=(head) {
                        @if let Some(id) = person["referral"].as_str() { a href={ "/referrals/" (id) } { (w::STAGE) } }
                    } }
                }
            }
        }
    }
}

/// `POST /persons/questions/{id}` – links the two, or keeps them apart.
pub(super) async fn tie(sent: Sent<Reader>, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let Sent { who, form } = sent;
    let tie = match form.text("choice") {
        "link" => Tie::Linked,
        "split" => Tie::Split,
        _ => {
            let faults = Faults::one("choice", c::CHOOSE);
            return page(&who, id_of(&request)?, &faults).await;
        }
    };
    let as_of = form.tidy("as_of").to_owned();
    let tied = Tied { one: form.own("one")?, other: form.own("other")?, as_of };
    let answer = who.command(Command::TiePersons(tie, tied)).await?;
    let said = match text(&answer, "state") {
        "linked" => w::LINKED,
        "split" => w::SPLIT,
        _ => w::NUMBER_TAKEN,
    };
    let main = html! {
        div.box.done { h1 { (said) } }
        div.acts { a.do href="/persons" { (w::PERSONS) } }
    };
    Ok(Page::asks(Room::Persons, w::PERSONS).show(&who, &main))
}
