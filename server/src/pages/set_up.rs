//! Setting an account up: a one-time code, a password, an authenticator, recovery codes.
//!
//! Does not make codes, and does not keep anything: see [`crate::sign_in`].

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};
use qrcode::{Color, EcLevel, QrCode};

use super::answer::{Oops, go, retry_after};
use super::form::{Faults, Field, Form, form};
use super::sign_in::continues;
use super::visit::{Sent, Visitor};
use super::words::sign_in as w;
use super::{layout, oidc};
use crate::enrol;
use crate::names::is_name;
use crate::rates::TooOften;
use crate::sign_in::password::{self, Weak};
use crate::sign_in::{self, Chosen, SetUp, Token, totp};
use crate::store::sign_in::{Session, Stage};
use crate::store::{Store as _, Writes};

/// `GET /set-up`
pub(super) async fn ask(who: Visitor) -> HttpResponse {
    who.holding(page(&who, StatusCode::OK, &Faults::default()))
}

fn page(who: &Visitor, status: StatusCode, faults: &Faults) -> HttpResponse {
    let code = Field::text("code", w::ONE_TIME, w::ONE_TIME_HINT, "");
    let main = html! {
        (faults.shown())
        h1 { (w::SET_UP) }
        (form(&who.token.form_key(), "/set-up", &html! { (code.shown(faults)) (continues(w::CONTINUE)) }))
    };
    layout::open(status, w::SET_UP, &main)
}

/// `POST /set-up` – the one-time code; it is used up.
pub(super) async fn code(request: HttpRequest, sent: Sent<Visitor>) -> Result<HttpResponse, Oops> {
    let Sent { who, form } = sent;
    let typed = form.text("code").to_owned();
    let is_code = who.service.store.read(move |read| enrol::is_code(read, &typed)).await?;
    let address = who.site.address_of(&request);
    if !is_code && let Err(TooOften { after_ms }) = who.site.may_try_code(&address) {
        let faults = Faults::one("code", w::CODE_WAIT);
        return Ok(retry_after(page(&who, StatusCode::TOO_MANY_REQUESTS, &faults), after_ms));
    }
    let (token, typed, now_ms) = (Token::new(), form.text("code").to_owned(), who.site.now_ms());
    let hash = token.hash();
    let job = move |tx: &dyn Writes| sign_in::begin_set_up(tx, hash, &typed, now_ms);
    if who.service.store.write(job).await? {
        return Ok(who.with(&token, go("/set-up/choose")));
    }
    Ok(page(&who, StatusCode::UNPROCESSABLE_ENTITY, &Faults::one("code", w::ONE_TIME_WRONG)))
}

/// `GET /set-up/choose`
pub(super) async fn ask_choice(who: Visitor) -> Result<HttpResponse, Oops> {
    choice_page(&who, &Form::default(), &Faults::default()).await
}

async fn choice_page(who: &Visitor, typed: &Form, faults: &Faults) -> Result<HttpResponse, Oops> {
    let session = who.session.as_ref().filter(|session| session.stage == Stage::SetUp);
    let Some(Session { user, secret, .. }) = session.cloned() else { return Ok(go("/set-up")) };
    let person = who.service.store.read(move |read| read.user(user)).await?;
    let name = Field { fills: "username", ..Field::text("name", w::NAME, w::NAME_HINT, typed.tidy("name")) };
    let new = |name, label, hint| Field {
        kind: "password",
        fills: "new-password",
        ..Field::text(name, label, hint, "")
    };
    let password = new("password", w::NEW_PASSWORD, w::NEW_PASSWORD_HINT);
    let again = new("again", w::AGAIN, "");
    let code = Field { fills: "one-time-code", ..Field::text("code", w::FIRST_CODE, w::FIRST_CODE_HINT, "") };
    let fields = html! {
        (name.shown(faults)) (password.shown(faults)) (again.shown(faults))
        h2 { (w::APP) }
        p { (w::APP_TEXT) }
        div.box { (square(&totp::address(&secret), w::SQUARE)) p.code { (totp::typed(&secret)) } }
        (code.shown(faults))
        (continues(w::SAVE))
    };
    let main = html! {
        (faults.shown())
        h1 { (w::CHOOSE) }
        p { (w::CHOOSE_FOR) " " strong { (person.map(|person| person.name).unwrap_or_default()) } "." }
        (oidc::way_to_set_up(who))
        (form(&who.token.form_key(), "/set-up/choose", &fields))
    };
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(layout::open(status, w::CHOOSE, &main))
}

/// `POST /set-up/choose` – password and first code; then the recovery codes are shown, once.
pub(super) async fn choose(request: HttpRequest, sent: Sent<Visitor>) -> Result<HttpResponse, Oops> {
    let Sent { who, form } = sent;
    if who.user().is_none() {
        return Ok(go("/set-up"));
    }
    let (sign_in_name, typed) = (sign_in::tidy_name(form.text("name")), form.text("password").to_owned());
    let faults = faults_of(&sign_in_name, &form);
    if !faults.is_empty() {
        return choice_page(&who, &form, &faults).await;
    }
    let place = who.site.hashing.place(&who.site.address_of(&request)).ok_or(Oops::Later)?;
    let hashed = who.site.hashing.slowly(place, move || password::hash(&typed)).await;
    let password = hashed.ok_or(Oops::Later)?;
    let chosen = Chosen { sign_in_name, password, code: form.tidy("code").to_owned() };
    let (token, now_ms) = (Token::new(), who.site.now_ms());
    let hashes = (who.token.hash(), token.hash());
    let job = move |tx: &dyn Writes| sign_in::set_up(tx, hashes, chosen, now_ms);
    match who.service.store.write(job).await? {
        SetUp::Done(codes) => Ok(who.with(&token, layout::bare(StatusCode::OK, w::DONE, &recovery(&codes)))),
        SetUp::Over => Ok(go("/set-up")),
        SetUp::NameTaken => choice_page(&who, &form, &Faults::one("name", w::NAME_TAKEN)).await,
        SetUp::WrongCode => choice_page(&who, &form, &Faults::one("code", w::FIRST_CODE_WRONG)).await,
    }
}

fn faults_of(name: &str, form: &Form) -> Faults {
    let mut faults = Faults::default();
    if !is_name(name) {
        faults.add("name", w::NAME_MISSING);
    }
    match password::check(form.text("password"), name) {
        Ok(()) => {}
        Err(Weak::Short) => faults.add("password", w::SHORT),
        Err(Weak::Long) => faults.add("password", w::LONG),
        Err(Weak::Guessed) => faults.add("password", w::GUESSED),
        Err(Weak::Named) => faults.add("password", w::NAMED),
    }
    if form.text("password") != form.text("again") {
        faults.add("again", w::NOT_THE_SAME);
    }
    faults
}

fn recovery(codes: &[String]) -> Markup {
    html! {
        h2 { (w::RECOVERY) }
        p { (w::RECOVERY_TEXT) }
        ul.recovery { @for code in codes { li { (code) } } }
        div.acts { a.do href="/" { (w::GO_ON) } }
    }
}

/// A text as a square to scan, drawn in the page: no other site is asked for it.
pub(super) fn square(text: &str, label: &str) -> Markup {
    let Ok(code) = QrCode::with_error_correction_level(text, EcLevel::M) else { return html! {} };
    let (width, colours) = (code.width(), code.to_colors());
    let dark = colours.iter().enumerate().filter(|(_, colour)| **colour == Color::Dark);
    let path: String = dark.map(|(at, _)| format!("M{} {}h1v1h-1z", at % width, at / width)).collect();
    // A square is read only with a light edge around it.
    let side = width + 8;
    html! {
        svg.qr viewBox={ "-4 -4 " (side) " " (side) } role="img" aria-label=(label) {
            rect.ground x="-4" y="-4" width=(side) height=(side) {}
            path.dark d=(path) {}
        }
    }
}
