//! Drug services: the list that everybody reads, and what admins change.
//!
//! Does not check what is typed: the desk does.

use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use maud::{Markup, html};
use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::ids::OrgId;
use sync_core::local_time::local_day;
use sync_core::service::{Accepts, Ages};

use super::answer::{Oops, go};
use super::conflicts::id_of;
use super::form::{Faults, Field, Form, form, select};
use super::layout::Page;
use super::of_service::offers_form;
use super::read::{rows, text, texts};
use super::side::Orgs;
use super::visit::{Reader, Sent};
use super::words::force as w;
use super::words::layout::Room;
use super::words::{leaflet, results};
use crate::desk::{Command, NewProvider, Page as Part, ProviderChange, Query, Refused};

/// Every service.
pub(super) async fn all(who: &Reader) -> Result<Vec<Value>, Oops> {
    let (mut part, mut all) = (Part { cursor: None, limit: Some(200) }, Vec::new());
    loop {
        let answer = who.query(Query::Providers(part.clone())).await?;
        all.extend(rows(&answer, "providers").iter().cloned());
        part.cursor = answer["cursor"].as_str().map(str::to_owned);
        if part.cursor.is_none() {
            return Ok(all);
        }
    }
}

/// The services that take referrals.
pub(super) async fn open(who: &Reader) -> Result<Vec<Value>, Oops> {
    Ok(all(who).await?.into_iter().filter(|row| row["state"] == "active").collect())
}

/// The names of all organisations, the force among them.
pub(super) async fn orgs(who: &Reader) -> Result<Orgs, Oops> {
    let force = who.query(Query::Force).await?;
    let pair = |id: &str, name: &str| (id.to_owned(), name.to_owned());
    let services = all(who).await?;
    let services = services.iter().map(|row| pair(text(row, "provider"), text(row, "name")));
    Ok(services.chain([pair(text(&force, "force"), text(&force, "name"))]).collect())
}

/// `GET /services`
pub(super) async fn list(who: Reader) -> Result<HttpResponse, Oops> {
    list_page(&who, &Form::default(), &Faults::default()).await
}

async fn list_page(who: &Reader, typed: &Form, faults: &Faults) -> Result<HttpResponse, Oops> {
    let (found, said) = (all(who).await?, said(who).await?);
    let main = html! {
        (faults.shown())
        h1 { (w::SERVICES) }
        @if found.is_empty() { p { (w::SERVICES_NONE) } } @else { (table(&found, &said, local_day(who.now_ms()))) }
        @if who.role() == Role::Admin {
            h2 { (w::ADD_SERVICE) }
            (form(&who.form_key(), "/services", &fields(&Typed::of(typed), w::ADD, faults)))
        }
    };
    Ok(Page::of(Room::Services, w::SERVICES).faulty(faults).show(who, &main))
}

fn table(found: &[Value], said: &[Value], today: NaiveDate) -> Markup {
    let heads = [w::NAME, w::TELEPHONE, w::HOURS, w::AREAS, w::AGES, w::STATE];
    html! {
        table.stack role="table" {
            caption.unseen { (w::SERVICES) }
            thead role="rowgroup" { tr role="row" { @for head in heads { th scope="col" role="columnheader" { (head) } } } }
            tbody role="rowgroup" { @for row in found { tr role="row" {
                th scope="row" role="rowheader" { a href={ "/services/" (text(row, "provider")) } { (text(row, "name")) } }
                td role="cell" data-th=(w::TELEPHONE) { (telephone(row)) }
                td role="cell" data-th=(w::HOURS) { (text(row, "hours")) }
                td role="cell" data-th=(w::AREAS) { (areas(row)) }
                td role="cell" data-th=(w::AGES) { (ages_said(row)) }
                td role="cell" data-th=(w::STATE) { (state(row, said, today)) }
            } } }
        }
    }
}

fn telephone(row: &Value) -> Markup {
    let number = text(row, "telephone");
    html! { @if !number.is_empty() { a.nowrap href={ "tel:" (number.replace(' ', "")) } { (number) } } }
}

fn areas(row: &Value) -> String {
    let areas = texts(row, "areas");
    if areas.is_empty() { w::EVERYWHERE.to_owned() } else { areas.join(", ") }
}

/// The ages as people say them; in a form they are written shorter.
fn ages_said(row: &Value) -> String {
    let written = ages(row);
    match written.split_once('-') {
        Some((from, "")) => format!("{from} {}", w::AND_OVER),
        Some((from, to)) => format!("{from} {} {to}", w::UP_TO),
        None => written,
    }
}

fn ages(row: &Value) -> String {
    serde_json::from_value::<Ages>(row["ages"].clone()).map(|ages| ages.to_string()).unwrap_or_default()
}

/// What each open service says of itself, as phones are told it.
async fn said(who: &Reader) -> Result<Vec<Value>, Oops> {
    let known = who.ask(json!({"query": "reference"})).await?;
    Ok(rows(&known, "providers").to_vec())
}

/// Whether it takes people: an admin may have closed it, it may have nobody, and its lead may have paused it.
fn state(row: &Value, said: &[Value], today: NaiveDate) -> Markup {
    let own = said.iter().find(|own| text(own, "id") == text(row, "provider")).unwrap_or(&Value::Null);
    let accepts: Accepts = serde_json::from_value(own["accepts"].clone()).unwrap_or_default();
    html! {
        @if row["state"] != "active" { span.mark.stop { (w::CLOSED) } }
        @else if own["staffed"] == "no" { span.mark.stop { (w::NOBODY_WORKS_THERE) } }
        @else if accepts.on(today) { span.mark.done { (w::TAKES) } }
        @else if let Accepts::From(day) = accepts { span.mark.stop { (w::TAKES_NOBODY_BEFORE) " " (day.format("%-d %B %Y")) } }
        @else { span.mark.stop { (w::TAKES_NOBODY) } }
    }
}

/// What stands in the fields.
struct Typed {
    name: String,
    telephone: String,
    hours: String,
    areas: String,
    ages: String,
}

impl Typed {
    fn of(form: &Form) -> Self {
        let text = |field| form.text(field).to_owned();
        let ages = if form.has("ages") { text("ages") } else { "18-".to_owned() };
        Self {
            name: text("name"),
            telephone: text("telephone"),
            hours: text("hours"),
            areas: text("areas"),
            ages,
        }
    }

    fn known(row: &Value) -> Self {
        let of = |field| text(row, field).to_owned();
        let areas = texts(row, "areas").join("\n");
        Self { name: of("name"), telephone: of("telephone"), hours: of("hours"), areas, ages: ages(row) }
    }
}

fn fields(typed: &Typed, button: &str, faults: &Faults) -> Markup {
    let ages = Field::text("ages", w::AGES, w::AGES_HINT, &typed.ages);
    html! {
        (Field::text("name", w::NAME, "", &typed.name).shown(faults))
        (Field::text("telephone", w::TELEPHONE, w::TELEPHONE_HINT, &typed.telephone).shown(faults))
        (Field::text("hours", w::HOURS, w::HOURS_HINT, &typed.hours).shown(faults))
        (Field::text("areas", w::AREAS, w::AREAS_HINT, &typed.areas).area(faults))
        (ages.shown(faults))
        div.acts { button.do type="submit" { (button) } }
    }
}

/// What was typed, as the desk takes it.
fn typed_service(form: &Form) -> Result<NewProvider, Faults> {
    let ages = form.tidy("ages").parse().map_err(|_| Faults::one("ages", w::WRITE_AGES))?;
    let areas = form.text("areas").lines().map(str::trim).filter(|area| !area.is_empty());
    let of = |field| form.tidy(field).to_owned();
    let areas = areas.map(str::to_owned).collect();
    Ok(NewProvider { name: of("name"), telephone: of("telephone"), hours: of("hours"), areas, ages })
}

/// What to write in a field that the desk does not take.
fn fault(field: &str) -> Option<Faults> {
    let (field, sentence) = match field {
        "name" => ("name", w::WRITE_NAME),
        "telephone" => ("telephone", w::WRITE_TELEPHONE),
        "hours" => ("hours", w::WRITE_HOURS),
        "areas" => ("areas", w::WRITE_AREAS),
        "ages" => ("ages", w::WRITE_AGES),
        _ => return None,
    };
    Some(Faults::one(field, sentence))
}

/// `POST /services` – adds one.
pub(super) async fn add(sent: Sent<Reader>) -> Result<HttpResponse, Oops> {
    let Sent { who, form } = sent;
    let faults = match typed_service(&form) {
        Ok(new) => match who.command(Command::AddProvider(new)).await {
            Ok(_) => return Ok(go("/services")),
            Err(Refused::Field(field)) => fault(field).ok_or(Oops::NoForm)?,
            Err(other) => return Err(other.into()),
        },
        Err(faults) => faults,
    };
    list_page(&who, &form, &faults).await
}

/// `GET /services/{id}`
pub(super) async fn show(who: Reader, request: HttpRequest) -> Result<HttpResponse, Oops> {
    one_page(&who, id_of(&request)?, None, &Faults::default()).await
}

async fn one_page(
    who: &Reader,
    id: OrgId,
    typed: Option<&Form>,
    faults: &Faults,
) -> Result<HttpResponse, Oops> {
    let all = all(who).await?;
    let row = all.iter().find(|row| text(row, "provider") == id.to_string()).ok_or(Oops::NotFound)?;
    let typed = typed.map_or_else(|| Typed::known(row), Typed::of);
    let main = html! {
        a.back href="/services" { (w::SERVICES) }
        (faults.shown())
        h1 { (text(row, "name")) }
        p { (state(row, &said(who).await?, local_day(who.now_ms()))) }
        p { (telephone(row)) }
        dl.facts {
            div { dt { (w::HOURS) } dd { (text(row, "hours")) } }
            div { dt { (w::AREAS) } dd { (areas(row)) } }
            div { dt { (w::AGES) } dd { (ages_said(row)) } }
        }
        @if row["state"] == "active" { p { a href={ "/services/" (id) "/leaflet" } { (leaflet::OPEN) } } }
        (offers_form(who, &id.to_string()).await?)
        @if who.role() == Role::ProviderLead { p { a href="/results/outcomes" { (results::OUTCOMES) } } }
        @if who.role() == Role::Admin {
            h2 { (w::CHANGE_SERVICE) }
            (form(&who.form_key(), &format!("/services/{id}"), &fields(&typed, w::SAVE, faults)))
            (closing(who, row, &all))
        }
    };
    Ok(Page::of(Room::Services, text(row, "name")).faulty(faults).show(who, &main))
}

fn closing(who: &Reader, row: &Value, all: &[Value]) -> Markup {
    let id = text(row, "provider");
    let others = all.iter().filter(|other| text(other, "provider") != id && other["state"] == "active");
    let others = others.map(|other| (text(other, "provider").to_owned(), text(other, "name").to_owned()));
    let options: Vec<_> = [(String::new(), w::NOBODY.to_owned())].into_iter().chain(others).collect();
    let fields = html! {
        (select("fallback", w::TAKES_OVER, &options, ""))
        div.acts { button.do.danger type="submit" { (w::CLOSE_NOW) } }
    };
    html! {
        h2 { (w::CLOSE_SERVICE) }
        p { (w::CLOSE_SERVICE_TEXT) }
        (form(&who.form_key(), &format!("/services/{id}/close"), &fields))
    }
}

/// `POST /services/{id}` – says anew what is known of it.
pub(super) async fn change(sent: Sent<Reader>, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let Sent { who, form } = sent;
    let id: OrgId = id_of(&request)?;
    let faults = match typed_service(&form) {
        Ok(NewProvider { name, telephone, hours, areas, ages }) => {
            let (name, telephone, hours) = (Some(name), Some(telephone), Some(hours));
            let change = ProviderChange { name, telephone, hours, areas: Some(areas), ages: Some(ages) };
            match who.command(Command::ChangeProvider(id, change)).await {
                Ok(_) => return Ok(go(&format!("/services/{id}"))),
                Err(Refused::Field(field)) => fault(field).ok_or(Oops::NoForm)?,
                Err(other) => return Err(other.into()),
            }
        }
        Err(faults) => faults,
    };
    one_page(&who, id, Some(&form), &faults).await
}

/// `POST /services/{id}/close`
pub(super) async fn close(sent: Sent<Reader>, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let Sent { who, form } = sent;
    let id: OrgId = id_of(&request)?;
    let fallback = if form.tidy("fallback").is_empty() { None } else { Some(form.own("fallback")?) };
    who.command(Command::DisableProvider(id, fallback)).await?;
    Ok(go(&format!("/services/{id}")))
}
