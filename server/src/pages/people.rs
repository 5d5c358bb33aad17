//! People: the list, codes, roles, and the end of somebody's rights.
//!
//! Does not say what takes two: the desk does; nor show what waits: see [`super::four_eyes`].

use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};
use serde_json::Value;
use sync_core::access::Role;
use sync_core::ids::{OrgId, UserId};

use super::answer::{Oops, go};
use super::conflicts::id_of;
use super::form::{Faults, Field, Form, button, form, select};
use super::four_eyes::{self, Shown, given};
use super::layout::Page;
use super::read::{rows, text};
use super::services::orgs;
use super::sessions;
use super::side::Orgs;
use super::visit::{Reader, Sent};
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
    let (adds, own) = (adds(who), who.caller.author.org.to_string());
    let main = html! {
        (faults.shown())
        h1 { (w::PEOPLE) }
        (four_eyes::waiting(who, Shown::All).await?)
        (table(&found, &orgs))
        @if adds {
            h2 { (w::ADD_PERSON) }
            (form(&who.form_key(), "/people", &html! {
                (Field::text("name", w::NAME, w::NAME_HINT, typed.text("name")).shown(faults))
                (role_and_org(who, typed.text("role"), if typed.has("org") { typed.text("org") } else { &own }, &orgs))
                div.acts { button.do type="submit" { (w::ADD) } }
            }))
        }
    };
    Ok(Page::of(Room::People, w::PEOPLE).faulty(faults).show(who, &main))
}

/// Whether the reader adds people: admins the force's, leads their service's.
fn adds(who: &Reader) -> bool {
    matches!(who.role(), Role::Admin | Role::ProviderLead)
}

/// Somebody of a service, for an admin: they are its lead's to add and change.
fn is_elsewhere(who: &Reader, row: &Value) -> bool {
    who.role() == Role::Admin && ["outreach_worker", "provider_lead"].contains(&text(row, "role"))
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

/// The roles and organisations that the reader may name: a lead's are those of their service.
fn role_and_org(who: &Reader, role: &str, org: &str, orgs: &Orgs) -> Markup {
    let (is_lead, own) = (who.role() == Role::ProviderLead, who.caller.author.org.to_string());
    let given = Role::ALL.iter().filter(|role| match (is_lead, **role) {
        (_, Role::Server) | (false, Role::OutreachWorker) => false,
        (true, role) => role.of_provider(),
        (false, _) => true,
    });
    let roles: Vec<_> = given
        .map(|role| (role.word().to_owned(), sentence(words::role(*role)).trim_end_matches('.').to_owned()))
        .collect();
    let known = orgs.iter().filter(|(id, _)| !is_lead || **id == own);
    let all: Vec<_> = known.map(|(id, name)| (id.clone(), name.clone())).collect();
    html! { (select("role", w::ROLE, &roles, role)) (select("org", w::WORKS_FOR, &all, org)) }
}

/// `POST /people` – adds somebody; the code is shown, or how it begins.
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
    let changes = adds(who) && row["state"] == "active";
    // A lead who is alone in a service is helped by two admins.
    let helps = changes && (!is_elsewhere(who, row) || row["role"] == "provider_lead");
    // Whoever adds a person, or ends their rights, ends where they are signed in as well.
    let sessions = if adds(who) && id != who.user() {
        sessions::of_person(who, id, row).await?
    } else {
        html! {}
    };
    let main = html! {
        a.back href="/people" { (w::PEOPLE) }
        (faults.shown())
        h1 { (text(row, "name")) }
        p { (state(row)) }
        dl.facts {
            div { dt { (w::ROLE) } dd { (words::role_of(text(row, "role"))) } }
            div { dt { (w::WORKS_FOR) } dd { (orgs.get(text(row, "org")).map_or("", String::as_str)) } }
        }
        @if helps {
            h2 { (w::GIVE_CODE) }
            p { (w::GIVE_CODE_TEXT) }
            (button(&key, &format!("/people/{id}/code"), w::GIVE_CODE, &html! {}))
        }
        (sessions)
        @if changes && id != who.user() { (others_rights(who, &key, id, row, &orgs)) }
    };
    Ok(Page::of(Room::People, text(row, "name")).faulty(faults).show(who, &main))
}

/// Role and end; nobody changes their own.
fn others_rights(who: &Reader, key: &str, id: UserId, row: &Value, orgs: &Orgs) -> Markup {
    let ends = [("left".to_owned(), w::LEFT.to_owned()), ("cause".to_owned(), w::CAUSE.to_owned())];
    html! {
        @if !is_elsewhere(who, row) {
            h2 { (w::ANOTHER_ROLE) }
            p { (w::ANOTHER_ROLE_TEXT) }
            (form(key, &format!("/people/{id}/role"), &html! {
                (role_and_org(who, text(row, "role"), text(row, "org"), orgs))
                div.acts { button.do.plain type="submit" { (w::ASK) } }
            }))
        }
        @if who.role() == Role::Admin {
            h2 { (w::END) }
            p { (w::END_TEXT) }
            (form(key, &format!("/people/{id}/end"), &html! {
                (select("reason", w::WHY, &ends, "left"))
                div.acts { button.do.danger type="submit" { (w::END_NOW) } }
            }))
        }
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
        Ok(answer) => Ok(given(&who, &answer)),
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
