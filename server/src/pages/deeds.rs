//! What the police record and decide after the referral: a page with a small form for each of the core's commands.
//!
//! The table of the forms stands with their words. Whether something is allowed the core says; a page only leaves out
//! what a role never does. No page here says how far the person got.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use maud::{Markup, html};
use serde_json::{Map, Value, json};
use sync_core::command::Command as CoreCommand;
use sync_core::local_time::local_day;
use sync_core::problem::Problem;
use uuid::Uuid;

use super::answer::{Oops, go};
use super::conflicts::id_of;
use super::deed_frame::Framed;
use super::form::{Faults, Field, Form, form};
use super::read::{ms, rows, text, texts};
use super::refer::controls::{Options, choose, fault, group, of_list, of_words, picks, ticks};
use super::refer::faults::Wrong;
use super::refer::questions::{self, Asked};
use super::refer::typed;
use super::referrals::opened;
use super::services;
use super::visit::{Reader, Sent};
use super::when;
use super::words::deeds::{self as w, Choices, Deed, Kind, Part};
use super::words::{kinds, later, refer};
use crate::desk::{Purpose, Refused};

/// Whether a role of the force does it at all.
fn may(who: &Reader, deed: &Deed) -> bool {
    let verb = CoreCommand::verbs().find(|verb| verb.name == deed.verb);
    !who.role().of_provider() && verb.is_some_and(|verb| verb.who().contains(&who.role()))
}

/// The links to what a reader can do with a referral: `could` are the verbs that the core would allow now.
pub(super) fn links(who: &Reader, record: &str, could: &[&str]) -> Markup {
    let open: Vec<&Deed> = w::all().filter(|deed| may(who, deed) && could.contains(&deed.verb)).collect();
    html! {
        @if !open.is_empty() {
            h2 { (w::CAN_DO) }
            ul { @for deed in open { li { a href={ "/referrals/" (record) "/do/" (deed.verb) } { (deed.title) } } } }
        }
    }
}

/// What the offer waits for: a supervisor's decision, or the person's answer.
pub(super) fn waits(shown: &Value, could: &[&str]) -> Markup {
    let state = text(&shown["offer"], "state");
    let (verb, said, more, link) = match state {
        "discretion" => ("discretion", w::WAITS_DECISION, w::WAITS_DECISION_TEXT, w::DECIDE),
        "made" | "open" | "agreed" if shown["submitted_ms"].is_null() => {
            ("answer_offer", w::WAITS_ANSWER, w::WAITS_ANSWER_TEXT, w::ANSWER)
        }
        _ => return html! {},
    };
    html! {
        div.box.wait {
            p { strong { (said) } " " (more) }
            @if could.contains(&verb) { div.acts { a.do href={ "/referrals/" (text(shown, "record")) "/do/" (verb) } { (link) } } }
        }
    }
}

fn deed_of(who: &Reader, request: &HttpRequest) -> Result<&'static Deed, Oops> {
    let verb = request.match_info().get("verb").unwrap_or_default();
    w::all().find(|deed| deed.verb == verb && may(who, deed)).ok_or(Oops::NotFound)
}

/// `GET /referrals/{id}/do/{verb}`
pub(super) async fn show(who: Reader, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let (id, deed): (Uuid, _) = (id_of(&request)?, deed_of(&who, &request)?);
    page(&who, id, deed, &Form::default(), (&Faults::default(), StatusCode::OK)).await
}

/// `POST /referrals/{id}/do/{verb}`
pub(super) async fn record(sent: Sent<Reader>, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let Sent { who, form } = sent;
    let (id, deed): (Uuid, _) = (id_of(&request)?, deed_of(&who, &request)?);
    let mut command = typed_of(deed, &form);
    for (name, value) in [("command", deed.verb), ("record", &id.to_string()), ("as_of", form.tidy("as_of"))]
    {
        command.insert(name.to_owned(), json!(value));
    }
    match who.record(&form, Value::Object(command)).await {
        Ok(_) => Ok(go(&format!("/referrals/{id}"))),
        Err(Refused::Problem(problem)) => {
            let faults = faults_of(deed, &problem);
            page(&who, id, deed, &form, (&faults, StatusCode::UNPROCESSABLE_ENTITY)).await
        }
        Err(Refused::ShownAnew) => {
            page(&who, id, deed, &form, (&Faults::default(), StatusCode::CONFLICT)).await
        }
        Err(other) => Err(other.into()),
    }
}

/// What was typed, as the core's command takes it.
fn typed_of(deed: &Deed, form: &Form) -> Map<String, Value> {
    let mut fields = Map::new();
    for part in deed.parts {
        let value = match part.kind {
            Kind::Line | Kind::Sentence | Kind::Pick(_) | Kind::Choose(_) => {
                Some(form.tidy(part.name)).filter(|typed| !typed.is_empty()).map(|typed| json!(typed))
            }
            Kind::Item | Kind::Slot => {
                Some(form.tidy(part.name)).filter(|typed| !typed.is_empty()).map(|typed| json!(typed))
            }
            Kind::Number | Kind::Rating(_) => number(form.tidy(part.name)),
            Kind::Ticks(list) => Some(typed::ticked(form, part.name, list).unwrap_or_else(|| json!([]))),
            Kind::Wording => Some(json!(questions::wording().0)),
            Kind::Offer => {
                fields.extend(typed::of_offer(form));
                None
            }
        };
        let Some(value) = value else { continue };
        match part.name.split_once('.') {
            Some((outer, inner)) => fields.entry(outer).or_insert_with(|| json!({}))[inner] = value,
            None => drop(fields.insert(part.name.to_owned(), value)),
        }
    }
    fields
}

/// A whole number; what is none stays as it was typed, and the core says so.
fn number(typed: &str) -> Option<Value> {
    let number = typed.parse::<u64>().map_or_else(|_| json!(typed), |number| json!(number));
    Some(number).filter(|_| !typed.is_empty())
}

/// What the core says is wrong, at the field that takes it.
fn faults_of(deed: &Deed, problem: &Problem) -> Faults {
    let field = problem.field.as_deref().unwrap_or_default();
    if deed.parts.iter().any(|part| matches!(part.kind, Kind::Offer)) && !field.is_empty() {
        return Wrong::of(problem).faults();
    }
    // A check is one of several on a phone's form, and the only one here.
    let field = field.replace("checks.", "check.");
    let part = deed.parts.iter().find(|part| part.name == field);
    let outer = || deed.parts.iter().find(|part| part.name.split('.').next() == Some(field.as_str()));
    match part.or_else(outer) {
        Some(part) => Faults::one(part.name, part.fault),
        None if problem.detail.is_empty() => Faults::one("main", problem.title),
        None => Faults::one("main", &problem.detail),
    }
}

async fn page(
    who: &Reader,
    id: Uuid,
    deed: &'static Deed,
    typed: &Form,
    (faults, status): (&Faults, StatusCode),
) -> Result<HttpResponse, Oops> {
    let since = (status == StatusCode::CONFLICT).then(|| typed.tidy("as_of").to_owned());
    let opened = opened(who, id, Purpose::Recording, since).await?;
    let shown = &opened["referral"];
    let has_offer = deed.parts.iter().any(|part| matches!(part.kind, Kind::Offer));
    let services = if has_offer { services::open(who).await? } else { Vec::new() };
    let (items, slots) = (items_of(shown), slots_of(who, deed, shown).await?);
    let today = local_day(who.now_ms());
    let fields = Fields { typed, faults, today, services: &services, items, slots };
    let fields = html! {
        input type="hidden" name="as_of" value=(text(&opened, "as_of"));
        @for part in deed.parts { (fields.shown(part)) }
        div.acts { button.do type="submit" { (deed.button) } }
    };
    let beside = html! { p { (deed.text) } (around(who, deed, id, shown).await?) };
    let form = if deed.verb == "discretion" && is_own(who, shown) {
        html! { div.box { p { (w::NOT_YOU) } } }
    } else {
        form(&who.form_key(), &format!("/referrals/{id}/do/{}", deed.verb), &fields)
    };
    let (back, came) = (format!("/referrals/{id}"), status == StatusCode::CONFLICT);
    let framed = Framed { back: &back, opened: &opened, came, faults, title: deed.title, beside, form };
    Ok(framed.show(who))
}

/// The items of an encounter, by their exhibit references.
fn items_of(shown: &Value) -> Options {
    let item = |item: &Value| {
        let exhibit = text(item, "exhibit").to_owned();
        let words = format!("{exhibit}: {}", kinds::code("drug", text(item, "drug")));
        (exhibit, words)
    };
    rows(shown, "items").iter().map(item).collect()
}

/// The times that the services of a referral offer.
async fn slots_of(who: &Reader, deed: &Deed, shown: &Value) -> Result<Options, Oops> {
    if !deed.parts.iter().any(|part| matches!(part.kind, Kind::Slot)) {
        return Ok(Vec::new());
    }
    let known = who.ask(json!({"query": "reference"})).await?;
    let theirs = texts(shown, "providers");
    let services = rows(&known, "providers").iter().filter(|row| theirs.contains(&text(row, "id")));
    let slot = |slot: &Value| {
        let at = ms(slot, "at_ms").map(when::plain).unwrap_or_default();
        let (place, free) = (text(slot, "place"), slot["free"].as_u64().unwrap_or_default());
        let place = if place.is_empty() { String::new() } else { format!(", {place}") };
        let words = format!("{at}{place} ({} {free})", later::PLACES_LEFT);
        (text(slot, "slot").to_owned(), words)
    };
    Ok(services.flat_map(|service| rows(service, "slots")).map(slot).collect())
}

/// Whether the reader recorded something in it as an officer.
fn is_own(who: &Reader, shown: &Value) -> bool {
    texts(shown, "owners").contains(&who.user().to_string().as_str())
}

/// What somebody must have in sight who decides.
async fn around(who: &Reader, deed: &Deed, id: Uuid, shown: &Value) -> Result<Markup, Oops> {
    let fact =
        |label: &str, said: &str| html! { @if !said.is_empty() { div { dt { (label) } dd { (said) } } } };
    Ok(match deed.verb {
        "discretion" | "answer_offer" => {
            let asked = json!({"query": "explain", "record": id});
            let answer = who.ask(asked).await?;
            let explained = &answer["explanation"];
            let found: Vec<&Value> =
                rows(explained, "rules").iter().filter(|rule| rule["passed"] != "does_not_apply").collect();
            html! {
                h2 { (w::WHY_ASKED) }
                p.lead { (text(explained, "sentence")) }
                dl.facts { (fact(w::OFFER, text(shown, "offer_words"))) }
                details {
                    summary { (w::RULES_SAID) }
                    ul { @for rule in found { li { (text(rule, "sentence")) } } }
                }
            }
        }
        "dispose" | "rescind" | "propose_disposal" => {
            html! { dl.facts { (fact(w::OUTCOME_NOW, text(shown, "outcome_words"))) } }
        }
        _ => html! {},
    })
}

/// What a form is shown with.
struct Fields<'a> {
    typed: &'a Form,
    faults: &'a Faults,
    today: NaiveDate,
    services: &'a [Value],
    items: Options,
    slots: Options,
}

impl Fields<'_> {
    fn options(&self, choices: Choices) -> Options {
        match choices {
            Choices::List(list) => of_list(list, self.today),
            Choices::Words(words) => of_words(words),
        }
    }

    fn shown(&self, part: &Part) -> Markup {
        let Part { name, label, hint, .. } = *part;
        let (typed, faults) = (self.typed.text(name), self.faults);
        match part.kind {
            Kind::Line | Kind::Number => Field::text(name, label, hint, typed).shown(faults),
            Kind::Rating(words) => group(label, &picks(name, &of_words(words), typed, faults)),
            Kind::Item => match self.items.as_slice() {
                [(only, words)] => {
                    html! { input type="hidden" name=(name) value=(only); p { (label) ": " (words) } }
                }
                _ => group(label, &picks(name, &self.items, typed, faults)),
            },
            Kind::Slot if self.slots.is_empty() => html! { (fault(name, faults)) p { (later::NO_SLOTS) } },
            Kind::Slot => group(label, &picks(name, &self.slots, typed, faults)),
            Kind::Sentence => Field::text(name, label, hint, typed).area(faults),
            Kind::Pick(choices) => group(label, &picks(name, &self.options(choices), typed, faults)),
            Kind::Choose(choices) => choose(name, label, &self.options(choices), typed, faults),
            Kind::Ticks(list) => {
                let options = of_list(list, self.today);
                let chosen: Vec<&str> = options.iter().map(|(code, _)| code.as_str()).collect();
                let chosen: Vec<&str> =
                    chosen.into_iter().filter(|code| self.typed.has(&format!("{name}_{code}"))).collect();
                group(
                    label,
                    &html! { span id=(name) { (fault(name, faults)) } (ticks(name, &options, &chosen)) },
                )
            }
            Kind::Wording => html! { p { (label) } blockquote { p { (questions::wording().1) } } },
            Kind::Offer => self.offer(),
        }
    }

    /// The last questions of the online form, one below the other.
    fn offer(&self) -> Markup {
        let answers = Value::Object(typed::of_offer(self.typed));
        let asked =
            Asked { answers: &answers, faults: self.faults, services: self.services, today: self.today };
        let part =
            |title: &str, controls: &Markup| html! { fieldset { legend { h2 { (title) } } (controls) } };
        html! {
            (part(refer::AGREES, &questions::answers_offer(&asked)))
            (part(refer::CONSENT, &questions::consent(&asked)))
            (part(refer::REACH, &questions::reach(&asked)))
        }
    }
}
