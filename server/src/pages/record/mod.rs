//! What people of a service record about a referral, and how anybody strikes an entry of their own: one page for each
//! deed, all of one make.
//!
//! ```text
//!   GET   the referral as it is ─▶ form ─▶ POST ─▶ command of the core ─▶ recorded: the referral's page
//!                                    ▲                 ├─ a field at fault: 422, what was typed is kept
//!                                    └─────────────────┴─ something came since: 409, shown first, typing kept
//! ```
//! A deed is a row of [`deeds`]: its words, its fields, and the command that they make. Does not decide what is allowed.

mod answers;
mod changes;
mod contact;
mod ending;
mod measure;
mod meetings;
mod parts;
mod person;
mod safety;
mod strike;

use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};
use serde_json::{Value, json};
use sync_core::problem::Problem;
use uuid::Uuid;

pub(super) use self::parts::{
    choose, codes, minute_of, moment, moment_ms, some, ticked, ticks, typed_moment,
};
use super::answer::{Oops, go};
use super::conflicts::id_of;
use super::deed_frame::Framed;
use super::form::{Faults, Form, form};
use super::read::{rows, text, texts};
use super::referrals::{came_from, came_in, opened, reach, said};
use super::services::orgs;
use super::side::Orgs;
use super::visit::{Reader, Sent};
use super::words::referrals as r;
use crate::desk::{Purpose, Refused};

/// Something that can be recorded about a referral.
pub(super) struct Deed {
    /// The last part of its address.
    pub(super) slug: &'static str,
    /// What the core must allow for it to be offered; of an entry, with the entry's id behind it.
    pub(super) needs: &'static str,
    pub(super) link: &'static str,
    title: &'static str,
    fields: fn(&Asking<'_>) -> Markup,
    /// What was typed as a command, but for the record and the page.
    command: fn(&Form) -> Result<Value, Faults>,
    /// Where a field of the command is typed, and what to say when it is missing or none of the list.
    typed_in: &'static [(&'static str, &'static str, &'static str)],
}

/// What the fields of a page are drawn from.
struct Asking<'a> {
    opened: &'a Value,
    typed: &'a Form,
    faults: &'a Faults,
    orgs: &'a Orgs,
    /// The entry that it is about; empty where it is about none.
    about: &'a str,
    now_ms: u64,
    own_org: String,
    force_org: String,
}

impl Asking<'_> {
    /// The force, which is no service.
    fn force(&self) -> String {
        self.force_org.clone()
    }
}

/// Every deed. The first ones are what a day is made of.
pub(super) fn deeds() -> [&'static Deed; 20] {
    [
        &answers::ANSWER,
        &answers::TAKE_OVER,
        &contact::CONTACT,
        &meetings::BOOK,
        &meetings::ATTEND,
        &changes::MOVE,
        &changes::CALL_OFF,
        &person::NOTE,
        &measure::MEASURE,
        &measure::NEED,
        &person::DETAILS,
        &person::SAFE,
        &person::CORRECT,
        &safety::CONCERN,
        &safety::ACKNOWLEDGE,
        &answers::TRANSFER,
        &ending::CLOSE,
        &ending::REOPEN,
        &ending::WITHDRAW,
        &ending::AGREE,
    ]
}

/// The deeds about one entry of the person's own.
pub(super) fn strikes() -> [&'static Deed; 2] {
    [&strike::STRIKE, &strike::BACK]
}

/// The force has pages of its own for all but strikes, and a strike is about an entry.
fn deed_of(who: &Reader, request: &HttpRequest, about: &str) -> Result<&'static Deed, Oops> {
    let slug = request.match_info().get("deed").unwrap_or_default();
    let of_service = deeds().into_iter().filter(|_| who.role().of_provider());
    let of_entry = strikes().into_iter().filter(|_| !about.is_empty());
    of_service.chain(of_entry).find(|deed| deed.slug == slug).ok_or(Oops::NotFound)
}

/// `GET /referrals/{id}/record/{deed}`
pub(super) async fn ask(who: Reader, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let (about, from) = (said(&request, "about"), said(&request, "from"));
    let (id, deed) = (id_of(&request)?, deed_of(&who, &request, &about)?);
    let page =
        Again { about: &about, from: &from, form: &Form::default(), faults: Faults::default(), since: None };
    page.show(&who, id, deed).await
}

/// `POST /referrals/{id}/record/{deed}`
pub(super) async fn record(sent: Sent<Reader>, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let Sent { who, form } = sent;
    let (about, from) = (form.tidy("about"), form.tidy("from"));
    let (id, deed): (Uuid, _) = (id_of(&request)?, deed_of(&who, &request, about)?);
    let again = |faults, since| Again { about, from, form: &form, faults, since };
    if !about.is_empty() {
        // An entry of another record is no entry of this one.
        let opened = opened(&who, id, Purpose::Recording, None).await?;
        if !rows(&opened, "entries").iter().any(|entry| text(entry, "op") == about) {
            return Err(Oops::NotFound);
        }
    }
    let mut command = match (deed.command)(&form) {
        Ok(command) => command,
        Err(faults) => return again(faults, None).show(&who, id, deed).await,
    };
    // An entry is named by itself, and lies in one record.
    if command.get("entry").is_none() {
        command["record"] = json!(id);
    }
    command["as_of"] = json!(form.tidy("as_of"));
    match who.record(&form, command).await {
        Ok(_) => Ok(go(&format!("/referrals/{id}?from={}", came_from(from).1))),
        Err(Refused::ShownAnew) => {
            let since = Some(form.tidy("as_of").to_owned());
            again(Faults::default(), since).show(&who, id, deed).await
        }
        Err(Refused::Problem(problem)) => again(deed.fault(&problem), None).show(&who, id, deed).await,
        Err(other) => Err(other.into()),
    }
}

impl Deed {
    /// Puts what is wrong at the field where it was typed.
    fn fault(&self, problem: &Problem) -> Faults {
        let field = problem.field.as_deref().unwrap_or_default();
        let place = self.typed_in.iter().find(|(of_core, ..)| *of_core == field);
        let unsaid = matches!(
            problem.code.as_str(),
            "field_missing"
                | "field_type"
                | "code_unknown"
                | "code_retired"
                | "text_empty"
                | "date_impossible"
        );
        let sentence = if problem.code == "not_allowed" && !problem.detail.is_empty() {
            problem.detail.as_str()
        } else {
            problem.title
        };
        match place {
            Some((_, typed_in, words)) if unsaid => Faults::one(typed_in, words),
            Some((_, typed_in, _)) => Faults::one(typed_in, sentence),
            None => Faults::one("main", sentence),
        }
    }
}

/// The page of a deed, perhaps again, with what was typed.
struct Again<'a> {
    about: &'a str,
    from: &'a str,
    form: &'a Form,
    faults: Faults,
    /// The page that was sent, when something came since.
    since: Option<String>,
}

impl Again<'_> {
    async fn show(self, who: &Reader, id: Uuid, deed: &Deed) -> Result<HttpResponse, Oops> {
        let Self { about, from, form: typed, faults, since } = self;
        let came = since.is_some();
        let first = typed.text("as_of").is_empty();
        let opened = opened(who, id, Purpose::Recording, since).await?;
        // A form about an entry is for whoever may use it; one that was sent says what is wrong.
        let asked = format!("{} {about}", deed.needs);
        let is_strike = strikes().iter().any(|of| of.slug == deed.slug);
        // Of who came in without a referral there is nothing to answer, to pass on or to open again.
        let is_for_some = is_strike || came_in(&opened);
        if first && is_for_some && !texts(&opened, "may").contains(&asked.trim_end()) {
            return Err(Oops::NotFound);
        }
        let orgs = orgs(who).await?;
        let (now_ms, author) = (who.now_ms(), who.caller.author);
        let (own_org, force_org) = (author.org.to_string(), author.force.to_string());
        let asking = Asking {
            opened: &opened,
            typed,
            faults: &faults,
            orgs: &orgs,
            about,
            now_ms,
            own_org,
            force_org,
        };
        let referral = &opened["referral"];
        let fields = html! {
            input type="hidden" name="as_of" value=(text(&opened, "as_of"));
            input type="hidden" name="from" value=(came_from(from).1);
            @if !about.is_empty() { input type="hidden" name="about" value=(about); }
            ((deed.fields)(&asking))
        };
        let beside = html! {
            @if referral["contact"] == "stopped" { div.box.stop { p { strong { (r::STOPPED) } " " (r::STOPPED_TEXT) } } }
            @else if who.role().of_provider() { div.box.way { (reach(referral)) } }
        };
        let framed = Framed {
            back: &format!("/referrals/{id}?from={}", came_from(from).1),
            opened: &opened,
            came,
            faults: &faults,
            title: deed.title,
            beside,
            form: form(&who.form_key(), &format!("/referrals/{id}/record/{}", deed.slug), &fields),
        };
        Ok(framed.show(who))
    }
}
