//! What a service records that is about no single referral: who came in without one, a session for many, what it offers.
//!
//! ```text
//!   /walk-in          walk_in          a record that only the service reads
//!   /group            group_session    one command for everybody who came
//!   /services/{id}    offers           new referrals: yes, no, from a day; kinds of help
//! ```
//! Runs the core's commands. Does not decide what is allowed.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use maud::{Markup, html};
use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::codes::{CodeList, entries};
use sync_core::problem::Problem;

use super::answer::{Oops, go};
use super::form::{Faults, Field, Form, form};
use super::layout::Page;
use super::read::{rows, text};
use super::record::{choose, codes, moment, some, ticked, ticks, typed_moment};
use super::referrals::name;
use super::visit::{Reader, Sent};
use super::words::layout::Room;
use super::words::{force, record as w};
use crate::desk::{Page as Part, Query, Refused};

/// Stages in which somebody comes to sessions.
const COME: [&str; 7] =
    ["accepted", "contacting", "contacted", "assessment_booked", "assessed", "in_progress", "completed"];

/// `GET /walk-in`
pub(super) async fn ask_walk_in(who: Reader) -> Result<HttpResponse, Oops> {
    walk_in_page(&who, &Form::default(), &Faults::default())
}

fn walk_in_page(who: &Reader, typed: &Form, faults: &Faults) -> Result<HttpResponse, Oops> {
    if !who.role().of_provider() {
        return Err(Oops::NotFound);
    }
    let born = Field { kind: "date", ..Field::text("born", w::BORN, "", typed.text("born")) };
    let fields = html! {
        (Field::text("family", w::FAMILY, "", typed.text("family")).shown(faults))
        (Field::text("given", w::GIVEN, "", typed.text("given")).shown(faults))
        (born.shown(faults))
        (Field::text("phone", w::PHONE, "", typed.text("phone")).shown(faults))
        (choose("need", w::NEED_WHAT, &codes(CodeList::ServiceKinds, who.now_ms()), typed, faults))
        div.acts { button.do type="submit" { (w::RECORD) } }
    };
    let main = html! {
        (faults.shown())
        h1 { (w::WALK_IN) }
        p { (w::WALK_IN_TEXT) }
        (form(&who.form_key(), "/walk-in", &fields))
    };
    Ok(Page::asks(Room::Diary, w::WALK_IN).faulty(faults).show(who, &main))
}

/// `POST /walk-in`
pub(super) async fn walk_in(sent: Sent<Reader>) -> Result<HttpResponse, Oops> {
    let Sent { who, form } = sent;
    let reach = some(form.tidy("phone")).map(|phone| json!({ "phone": phone }));
    let command = json!({
        "command": "walk_in", "family": form.tidy("family"), "given": form.tidy("given"),
        "born": some(form.tidy("born")), "need": some(form.text("need")), "reach": reach,
    });
    match who.record(&form, command).await {
        Ok(saved) => Ok(go(&format!("/referrals/{}", text(&saved, "record")))),
        Err(Refused::Problem(problem)) => {
            let places = [("family", w::WRITE_NAME), ("given", w::WRITE_NAME), ("born", w::WRITE_DAY)];
            walk_in_page(&who, &form, &at_field(&problem, &places, ("reach.phone", "phone")))
        }
        Err(other) => Err(other.into()),
    }
}

/// What is wrong, at the field where it was typed.
fn at_field(
    problem: &Problem,
    places: &[(&'static str, &str)],
    (of_core, typed): (&str, &'static str),
) -> Faults {
    let field = problem.field.as_deref().unwrap_or_default();
    if field == of_core {
        return Faults::one(typed, problem.title);
    }
    match places.iter().find(|(place, _)| *place == field) {
        Some((place, words)) => Faults::one(place, words),
        None => Faults::one("main", problem.title),
    }
}

/// `GET /group`
pub(super) async fn ask_group(who: Reader) -> Result<HttpResponse, Oops> {
    group_page(&who, &Form::default(), &Faults::default()).await
}

/// The people of the service who come to sessions.
async fn people(who: &Reader) -> Result<Vec<(String, String)>, Oops> {
    let (mut part, mut found) = (Part { cursor: None, limit: Some(200) }, Vec::new());
    loop {
        let answer = who.query(Query::Referrals(part.clone())).await?;
        let come = rows(&answer, "referrals").iter().filter(|row| COME.contains(&text(row, "stage")));
        let words = |row: &Value| format!("{} ({})", name(row), text(row, "reference"));
        found.extend(come.map(|row| (text(row, "record").to_owned(), words(row))));
        part.cursor = answer["cursor"].as_str().map(str::to_owned);
        if part.cursor.is_none() {
            return Ok(found);
        }
    }
}

async fn group_page(who: &Reader, typed: &Form, faults: &Faults) -> Result<HttpResponse, Oops> {
    if !who.role().of_provider() {
        return Err(Oops::NotFound);
    }
    let people = people(who).await?;
    let minutes = if typed.has("minutes") { typed.text("minutes") } else { "60" };
    let is_ticked = |record: &str| typed.text(&format!("who-{record}")) == "yes";
    let fields = html! {
        (moment(typed, faults, Some(who.now_ms())))
        (Field::text("minutes", w::MINUTES, "", minutes).shown(faults))
        (ticks("who", w::WHO_CAME, &people, is_ticked, faults))
        (Field::text("note", w::NOTE, w::NOTE_HINT, typed.text("note")).area(faults))
        div.acts { button.do type="submit" { (w::RECORD) } }
    };
    let main = html! {
        (faults.shown())
        h1 { (w::GROUP) }
        @if people.is_empty() { p { (w::NOBODY_YET) } }
        @else { p { (w::GROUP_TEXT) } (form(&who.form_key(), "/group", &fields)) }
    };
    Ok(Page::asks(Room::Diary, w::GROUP).faulty(faults).show(who, &main))
}

/// `POST /group`
pub(super) async fn group(sent: Sent<Reader>) -> Result<HttpResponse, Oops> {
    let Sent { who, form } = sent;
    let command = match group_session(&who, &form).await? {
        Ok(command) => command,
        Err(faults) => return group_page(&who, &form, &faults).await,
    };
    match who.record(&form, command).await {
        Ok(_) => Ok(go("/diary")),
        Err(Refused::Problem(problem)) => {
            let places = [("minutes", w::WRITE_MINUTES), ("people", w::WRITE_WHO)];
            group_page(&who, &form, &at_field(&problem, &places, ("at_ms", "date"))).await
        }
        Err(other) => Err(other.into()),
    }
}

async fn group_session(who: &Reader, form: &Form) -> Result<Result<Value, Faults>, Oops> {
    let came = people(who).await?.into_iter().map(|(record, _)| record);
    let came: Vec<Value> = came
        .filter(|record| form.text(&format!("who-{record}")) == "yes")
        .map(|record| json!({ "record": record }))
        .collect();
    if came.is_empty() {
        return Ok(Err(Faults::one("who", w::WRITE_WHO)));
    }
    let at_ms = match typed_moment(form) {
        Ok(at_ms) => at_ms.unwrap_or(who.now_ms()),
        Err(faults) => return Ok(Err(faults)),
    };
    let Ok(minutes) = form.tidy("minutes").parse::<u16>() else {
        return Ok(Err(Faults::one("minutes", w::WRITE_MINUTES)));
    };
    let note = some(form.tidy("note"));
    Ok(Ok(json!({
        "command": "group_session", "people": came, "at_ms": at_ms, "minutes": minutes, "note": note,
    })))
}

/// The form in which a lead says what the service offers; nothing for anybody else.
pub(super) async fn offers_form(who: &Reader, id: &str) -> Result<Markup, Oops> {
    if who.role() != Role::ProviderLead || who.caller.author.org.to_string() != id {
        return Ok(html! {});
    }
    let known = who.ask(json!({"query": "reference"})).await?;
    let own = rows(&known, "providers").iter().find(|row| text(row, "id") == id).cloned().unwrap_or_default();
    let kinds: Vec<&str> = rows(&own, "kinds").iter().filter_map(Value::as_str).collect();
    let from = own["accepts"]["from"].as_str().unwrap_or_default();
    let takes = own["accepts"].is_null();
    let all = entries(CodeList::ServiceKinds).iter().map(|kind| (kind.code.clone(), kind.label.clone()));
    let all: Vec<_> = all.collect();
    let none = (Form::default(), Faults::default());
    let day = Field { kind: "date", ..Field::text("from", force::TAKES_FROM, force::TAKES_FROM_HINT, from) };
    let fields = html! {
        fieldset {
            legend { (force::TAKES_NEW) }
            @for (value, words, chosen) in [("yes", w::YES, takes), ("no", w::NO, !takes)] {
                div.pick {
                    input type="radio" name="accepts" id={ "accepts-" (value) } value=(value) checked[chosen];
                    label for={ "accepts-" (value) } { (words) }
                }
            }
        }
        (day.shown(&none.1))
        (ticks("kinds", force::OFFERS, &all, |kind| kinds.contains(&kind), &none.1))
        div.acts { button.do type="submit" { (force::SAVE) } }
    };
    Ok(html! {
        h2 { (force::WHAT_YOU_OFFER) }
        p { (force::WHAT_YOU_OFFER_TEXT) }
        (form(&who.form_key(), "/offers", &fields))
    })
}

/// `POST /offers`
pub(super) async fn offers(sent: Sent<Reader>) -> Result<HttpResponse, Oops> {
    let Sent { who, form } = sent;
    let own = who.caller.author.org;
    let accepts = if form.text("accepts") == "no" { "no" } else { "yes" };
    let from = some(form.tidy("from")).filter(|_| accepts == "no");
    let kinds = ticked(&form, "kinds", CodeList::ServiceKinds);
    let command = json!({"command": "offers", "accepts": accepts, "from": from, "kinds": kinds});
    match who.record(&form, command).await {
        Ok(_) => Ok(go(&format!("/services/{own}"))),
        Err(Refused::Problem(problem)) => {
            let faults = at_field(&problem, &[("from", w::WRITE_DAY)], ("accepts", "main"));
            let main = html! { (faults.shown()) h1 { (force::WHAT_YOU_OFFER) } (offers_form(&who, &own.to_string()).await?) };
            let page = Page::asks(Room::Services, force::WHAT_YOU_OFFER).faulty(&faults);
            Ok(page.with(StatusCode::UNPROCESSABLE_ENTITY).show(&who, &main))
        }
        Err(other) => Err(other.into()),
    }
}
