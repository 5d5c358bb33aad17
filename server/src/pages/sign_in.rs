//! Signing in with password and code, and signing out.
//!
//! Does not check a password or code itself: see [`crate::sign_in`].

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::answer::{Oops, go, retry_after};
use super::form::{Faults, Field, form};
use super::visit::{Reader, Sent, Visitor};
use super::words::sign_in as w;
use super::{kept, layout, oidc};
use crate::rates::TooOften;
use crate::sign_in::{self, Coded, Token, password};
use crate::store::sign_in::{Account, Stage};
use crate::store::{Reads, Store as _, Writes};

/// `GET /sign-in`
pub(super) async fn ask(who: Visitor) -> HttpResponse {
    if who.session.as_ref().is_some_and(|session| session.stage == Stage::Open) {
        return go("/");
    }
    who.holding(page(&who, "", StatusCode::OK, &Faults::default()))
}

fn page(who: &Visitor, name: &str, status: StatusCode, faults: &Faults) -> HttpResponse {
    let name = Field { fills: "username", ..Field::text("name", w::NAME, "", name) };
    let password =
        Field { kind: "password", fills: "current-password", ..Field::text("password", w::PASSWORD, "", "") };
    let fields = html! { (name.shown(faults)) (password.shown(faults)) (continues(w::CONTINUE)) };
    let main = html! {
        (faults.shown())
        h1 { (w::TITLE) }
        p { (w::FOR) }
        (oidc::way_in(who))
        (form(&who.token.form_key(), "/sign-in", &fields))
        h2 { (w::FIRST_TIME) }
        p { (w::FIRST_TIME_TEXT) }
        p { a href="/set-up" { (w::FIRST_TIME_LINK) } }
        h2 { (w::CANNOT) }
        p { (w::CANNOT_TEXT) }
    };
    layout::open(status, w::TITLE, &main)
}

pub(super) fn continues(label: &str) -> Markup {
    html! { div.acts { button.do type="submit" { (label) } } }
}

/// `POST /sign-in` – the password. Who has no account waits as long, and reads the same.
pub(super) async fn password(request: HttpRequest, sent: Sent<Visitor>) -> Result<HttpResponse, Oops> {
    let Sent { who, form } = sent;
    let (name, typed) = (sign_in::tidy_name(form.text("name")), form.text("password").to_owned());
    let (address, now_ms) = (who.site.address_of(&request), who.site.now_ms());
    // Whoever finds no place has not tried.
    let place = who.site.hashing.place(&address).ok_or(Oops::Later)?;
    if let Err(TooOften { after_ms }) = who.site.may_try_password(&name, &address) {
        let faults = Faults::one("password", w::WAIT);
        let page = page(&who, form.tidy("name"), StatusCode::TOO_MANY_REQUESTS, &faults);
        return Ok(retry_after(page, after_ms));
    }
    let asked = name.clone();
    let account = who.service.store.read(move |read| active_account(read, &asked)).await?;
    let (user, kept) = account.map(|account| (account.user, account.password)).unzip();
    let is_it = who
        .site
        .hashing
        .slowly(place, move || password::is_it(&typed, kept.as_deref()))
        .await
        .ok_or(Oops::Later)?;
    let Some(user) = user.filter(|_| is_it) else {
        tracing::info!("a password was wrong at the desk");
        let faults = Faults::one("password", w::WRONG);
        return Ok(page(&who, form.tidy("name"), StatusCode::UNPROCESSABLE_ENTITY, &faults));
    };
    who.site.password_was_right(&name, &address);
    // Another token than before: whoever planted the one before has nothing of it.
    let token = Token::new();
    let hash = token.hash();
    let job = move |tx: &dyn Writes| sign_in::begin_code(tx, hash, user, now_ms);
    who.service.store.write_urgently(job).await?;
    Ok(who.with(&token, go("/sign-in/code")))
}

/// The account of a name whose person may act.
fn active_account(read: &dyn Reads, name: &str) -> Result<Option<Account>, crate::Fault> {
    let Some(account) = read.account_named(name)? else { return Ok(None) };
    Ok(read.present_right(account.user)?.map(|_| account))
}

/// `GET /sign-in/code`
pub(super) async fn ask_code(who: Visitor) -> HttpResponse {
    if who.session.as_ref().is_some_and(|session| session.stage == Stage::Password) {
        code_page(&who, StatusCode::OK, &Faults::default())
    } else {
        go("/sign-in")
    }
}

fn code_page(who: &Visitor, status: StatusCode, faults: &Faults) -> HttpResponse {
    let code = Field { fills: "one-time-code", ..Field::text("code", w::CODE, w::CODE_HINT, "") };
    let fields = html! { (code.shown(faults)) (continues(w::ENTER)) };
    let main = html! {
        (faults.shown())
        h1 { (w::CODE_TITLE) }
        (form(&who.token.form_key(), "/sign-in/code", &fields))
    };
    layout::open(status, w::CODE_TITLE, &main)
}

/// `POST /sign-in/code`
pub(super) async fn code(sent: Sent<Visitor>) -> Result<HttpResponse, Oops> {
    let Sent { who, form } = sent;
    let (before, token, typed) = (who.token.hash(), Token::new(), form.tidy("code").to_owned());
    let (hash, now_ms) = (token.hash(), who.site.now_ms());
    let job = move |tx: &dyn Writes| sign_in::with_code(tx, (before, hash), &typed, now_ms);
    Ok(match who.service.store.write_urgently(job).await? {
        Coded::Open => {
            let next = match who.user() {
                Some(user) => kept::after_sign_in(&who, user).await?,
                None => "/",
            };
            who.with(&token, go(next))
        }
        Coded::Over => go("/sign-in"),
        Coded::Wrong => {
            code_page(&who, StatusCode::UNPROCESSABLE_ENTITY, &Faults::one("code", w::CODE_WRONG))
        }
        Coded::Wait(after_ms) => {
            let page = code_page(&who, StatusCode::TOO_MANY_REQUESTS, &Faults::one("code", w::CODE_WAIT));
            retry_after(page, after_ms)
        }
    })
}

/// `POST /sign-out`
pub(super) async fn out(sent: Sent<Visitor>) -> Result<HttpResponse, Oops> {
    let who = sent.who;
    let hash = who.token.hash();
    who.service.store.write(move |tx| tx.end_session(hash)).await?;
    Ok(who.with(&Token::new(), go("/sign-in")))
}

/// `POST /sign-out/everywhere`
pub(super) async fn out_everywhere(sent: Sent<Reader>) -> Result<HttpResponse, Oops> {
    let (who, user) = (sent.who.visitor(), sent.who.user());
    who.service.store.write(move |tx| tx.end_sessions_of(user)).await?;
    Ok(who.with(&Token::new(), go("/sign-in")))
}
