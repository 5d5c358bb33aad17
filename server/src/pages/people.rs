//! People: the list, what waits for a second admin, codes, roles, and the end of somebody's rights.
//!
//! A code is in the answer to whoever asked for it or confirmed it, and on no page after that. Does not say who may
//! confirm: the desk does.

use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};
use serde_json::Value;
use sync_core::access::Role;
use sync_core::ids::{OrgId, UserId};
use uuid::Uuid;

use super::answer::{Oops, go};
use super::conflicts::id_of;
use super::form::{Faults, Field, Form, button, form, select};
use super::layout::Page;
use super::read::{ms, rows, text};
use super::services::orgs;
use super::set_up::square;
use super::side::Orgs;
use super::visit::{Reader, Sent};
use super::when;
use super::words::layout::Room;
use super::words::{self, errors::sentence, force as w};
use crate::desk::{Command, NewUser, Page as Part, Query, Refused, RoleWanted};
use crate::store::people::EndReason;

/// Everybody whom the reader may know of.
pub(super) async fn all(who: &Reader) -> Result<Vec<Value>, Oops> {
    let (mut part, mut all) = (Part { cursor: None, limit: Some(200) }, Vec::new());
    loop {
        let answer = who.query(Query::Users(part.clone())).await?;
        all.extend(rows(&answer, "users").iter().cloned());
        part.cursor = answer["cursor"].as_str().map(str::to_owned);
        if part.cursor.is_none() {
            return Ok(all);
        }
    }
}

/// `GET /people`
pub(super) async fn list(who: Reader) -> Result<HttpResponse, Oops> {
    list_page(&who, &Form::default(), &Faults::default()).await
}

async fn list_page(who: &Reader, typed: &Form, faults: &Faults) -> Result<HttpResponse, Oops> {
    let (found, orgs) = (all(who).await?, orgs(who).await?);
    let (is_admin, force) = (who.role() == Role::Admin, who.caller.author.force.to_string());
    let main = html! {
        (faults.shown())
        h1 { (w::PEOPLE) }
        @if is_admin { (proposals(who, &orgs).await?) }
        (table(&found, &orgs))
        @if is_admin {
            h2 { (w::ADD_PERSON) }
            (form(&who.form_key(), "/people", &html! {
                (Field::text("name", w::NAME, w::NAME_HINT, typed.text("name")).shown(faults))
                (role_and_org(typed.text("role"), if typed.has("org") { typed.text("org") } else { &force }, &orgs))
                div.acts { button.do type="submit" { (w::ADD) } }
            }))
        }
    };
    Ok(Page::of(Room::People, w::PEOPLE).faulty(faults).show(who, &main))
}

fn table(found: &[Value], orgs: &Orgs) -> Markup {
    html! {
        table.stack role="table" {
            caption.unseen { (w::PEOPLE) }
            thead role="rowgroup" { tr role="row" {
                @for head in [w::NAME, w::WORKS_FOR, w::ROLE, w::STATE] { th scope="col" role="columnheader" { (head) } }
            } }
            tbody role="rowgroup" { @for row in found { tr role="row" {
                th scope="row" role="rowheader" { a href={ "/people/" (text(row, "user")) } { (text(row, "name")) } }
                td role="cell" data-th=(w::WORKS_FOR) { (orgs.get(text(row, "org")).map_or("", String::as_str)) }
                td role="cell" data-th=(w::ROLE) { (words::role_of(text(row, "role"))) }
                td role="cell" data-th=(w::STATE) { (state(row)) }
            } } }
        }
    }
}

fn state(row: &Value) -> Markup {
    html! { @if row["state"] == "active" { span.mark.done { (w::ACTIVE) } } @else { span.mark { (w::DISABLED) } } }
}

/// What waits for a second admin; who asked has no button.
async fn proposals(who: &Reader, orgs: &Orgs) -> Result<Markup, Oops> {
    let answer = who.query(Query::Proposals).await?;
    let (found, me) = (rows(&answer, "proposals"), who.user().to_string());
    let key = who.form_key();
    Ok(html! {
        @if !found.is_empty() {
            h2 { (w::WAITS) " (" (found.len()) ")" }
            div.pair { @for row in found {
                @let is_own = text(row, "proposed_by") == me;
                section.box {
                    h3 { (w::asks(text(row, "asks"))) " " (text(row, "name")) }
                    dl.facts.tight {
                        div { dt { (w::ROLE) } dd { (words::role_of(text(row, "role"))) } }
                        div { dt { (w::WORKS_FOR) } dd { (orgs.get(text(row, "org")).map_or("", String::as_str)) } }
                        div { dt { (w::ASKED_BY) } dd { (text(row, "by")) } }
                        @if let Some(at_ms) = ms(row, "proposed_ms") { div { dt { (w::WHEN) } dd { (when::long(at_ms)) } } }
                    }
                    @if is_own { p { (w::OWN) } } @else {
                        p.small { (w::TAKES_EFFECT) }
                        (button(&key, &format!("/proposals/{}", text(row, "proposal")), w::CONFIRM, &html! {
                            input type="hidden" name="asks" value=(text(row, "asks"));
                        }))
                    }
                }
            } }
        }
    })
}

fn role_and_org(role: &str, org: &str, orgs: &Orgs) -> Markup {
    let given = Role::ALL.iter().filter(|role| **role != Role::Server);
    let roles: Vec<_> = given
        .map(|role| (role.word().to_owned(), sentence(words::role(*role)).trim_end_matches('.').to_owned()))
        .collect();
    let all: Vec<_> = orgs.iter().map(|(id, name)| (id.clone(), name.clone())).collect();
    html! { (select("role", w::ROLE, &roles, role)) (select("org", w::WORKS_FOR, &all, org)) }
}

/// `POST /people` – adds somebody; the code is shown, or a second admin is asked.
pub(super) async fn add(sent: Sent<Reader>) -> Result<HttpResponse, Oops> {
    let Sent { who, form } = sent;
    let (role, org): (Role, OrgId) = (form.own("role")?, form.own("org")?);
    let new = NewUser { name: form.tidy("name").to_owned(), role, org };
    match who.command(Command::AddUser(new)).await {
        Ok(answer) => Ok(given(&who, &answer)),
        Err(Refused::Field("name")) => list_page(&who, &form, &Faults::one("name", w::WRITE_NAME)).await,
        Err(Refused::Field("role")) => list_page(&who, &form, &Faults::one("role", w::CHOOSE_ROLE)).await,
        Err(Refused::Field(_)) => list_page(&who, &form, &Faults::one("org", w::CHOOSE_ORG)).await,
        Err(other) => Err(other.into()),
    }
}

/// `GET /people/{id}`
pub(super) async fn show(who: Reader, request: HttpRequest) -> Result<HttpResponse, Oops> {
    one_page(&who, id_of(&request)?, &Faults::default()).await
}

async fn one_page(who: &Reader, id: UserId, faults: &Faults) -> Result<HttpResponse, Oops> {
    let (all, orgs, key) = (all(who).await?, orgs(who).await?, who.form_key());
    let row = all.iter().find(|row| text(row, "user") == id.to_string()).ok_or(Oops::NotFound)?;
    let changes = who.role() == Role::Admin && row["state"] == "active";
    let main = html! {
        a.back href="/people" { (w::PEOPLE) }
        (faults.shown())
        h1 { (text(row, "name")) }
        p { (state(row)) }
        dl.facts {
            div { dt { (w::ROLE) } dd { (words::role_of(text(row, "role"))) } }
            div { dt { (w::WORKS_FOR) } dd { (orgs.get(text(row, "org")).map_or("", String::as_str)) } }
        }
        @if changes {
            h2 { (w::GIVE_CODE) }
            p { (w::GIVE_CODE_TEXT) }
            (button(&key, &format!("/people/{id}/code"), w::GIVE_CODE, &html! {}))
        }
        @if changes && id != who.user() { (others_rights(&key, id, row, &orgs)) }
    };
    Ok(Page::of(Room::People, text(row, "name")).faulty(faults).show(who, &main))
}

/// Role and end; nobody changes their own.
fn others_rights(key: &str, id: UserId, row: &Value, orgs: &Orgs) -> Markup {
    let ends = [("left".to_owned(), w::LEFT.to_owned()), ("cause".to_owned(), w::CAUSE.to_owned())];
    html! {
        h2 { (w::ANOTHER_ROLE) }
        p { (w::ANOTHER_ROLE_TEXT) }
        (form(key, &format!("/people/{id}/role"), &html! {
            (role_and_org(text(row, "role"), text(row, "org"), orgs))
            div.acts { button.do.plain type="submit" { (w::ASK) } }
        }))
        h2 { (w::END) }
        p { (w::END_TEXT) }
        (form(key, &format!("/people/{id}/end"), &html! {
            (select("reason", w::WHY, &ends, "left"))
            div.acts { button.do.danger type="submit" { (w::END_NOW) } }
        }))
    }
}

/// `POST /people/{id}/code`
pub(super) async fn code(sent: Sent<Reader>, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let answer = sent.who.command(Command::EnrolCode(id_of(&request)?)).await?;
    Ok(given(&sent.who, &answer))
}

/// `POST /people/{id}/role` – asks for another role.
pub(super) async fn role(sent: Sent<Reader>, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let Sent { who, form } = sent;
    let id: UserId = id_of(&request)?;
    let wanted = RoleWanted { role: form.own("role")?, org: Some(form.own("org")?) };
    match who.command(Command::ProposeRole(id, wanted)).await {
        Ok(_) => Ok(go("/people")),
        Err(Refused::Field("role")) => one_page(&who, id, &Faults::one("role", w::CHOOSE_ROLE)).await,
        Err(Refused::Field(_)) => one_page(&who, id, &Faults::one("org", w::CHOOSE_ORG)).await,
        Err(other) => Err(other.into()),
    }
}

/// `POST /people/{id}/end`
pub(super) async fn end(sent: Sent<Reader>, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let Sent { who, form } = sent;
    let id: UserId = id_of(&request)?;
    let reason = match form.text("reason") {
        "left" => EndReason::Left,
        "cause" => EndReason::Cause,
        _ => return Err(Oops::NoForm),
    };
    who.command(Command::DisableUser(id, reason)).await?;
    Ok(go(&format!("/people/{id}")))
}

/// `POST /proposals/{id}` – a second admin agrees; the code is shown.
pub(super) async fn confirm(sent: Sent<Reader>, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let Sent { who, form } = sent;
    let id: Uuid = id_of(&request)?;
    let confirm = match form.text("asks") {
        "code" => Command::ConfirmCode(id),
        "role" => Command::ConfirmRole(id),
        _ => return Err(Oops::NoForm),
    };
    let answer = who.command(confirm).await?;
    Ok(given(&who, &answer))
}

/// The code, once; or that a second admin is asked.
fn given(who: &Reader, answer: &Value) -> HttpResponse {
    let main = match answer["code"].as_str() {
        Some(code) => html! {
            h1 { (w::CODE_FOR) " " (text(answer, "name")) }
            ol { @for step in w::CODE_STEPS { li { (step) } } }
            div.box { (square(code, w::SQUARE)) p.code { (code) } p { a href="/set-up" { (who.address("/set-up")) } } }
            div.acts { a.do href="/people" { (w::DONE) } }
        },
        None => html! {
            div.box.wait { h1 { (w::ASKED) } p { (w::ASKED_TEXT) } }
            div.acts { a.do href="/people" { (w::DONE) } }
        },
    };
    Page::asks(Room::People, w::PEOPLE).show(who, &main)
}
