//! Signing in by the identity provider: setting out, coming back, linking an account.
//!
//! ```text
//!   /sign-in/with ─▶ provider ─▶ /sign-in/back ─▶ signed in
//!   /me/link, /set-up/with ─▶ a page with the way ─▶ provider ─▶ /sign-in/back ─▶ /sign-in/with/confirm ─▶ linked
//! ```
//! Whoever links an account says yes to it after they have seen which one it is: else somebody who had signed in at the
//! provider on the same browser would be linked. Does not verify what the provider says: see [`crate::sign_in::oidc`].

use actix_web::http::StatusCode;
use actix_web::web::Query;
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::answer::{Oops, go, retry_after};
use super::form::{Faults, Field, form};
use super::sign_in::continues;
use super::visit::{self, Reader, Sent, Visitor};
use super::words::oidc as w;
use super::words::sign_in as sign_in_words;
use super::{kept, layout, me, when};
use crate::rates::TooOften;
use crate::sign_in::linked::{self, Linking};
use crate::sign_in::oidc::{Brought, Home, IdentityProvider, Unproven, Unreached, Wanted};
use crate::sign_in::{self, Coded, Token};
use crate::store::sign_in::Stage;
use crate::store::{Store as _, Writes};

/// How long a browser keeps the cookie of its way.
const WAY: &str = "; Max-Age=600";
const NO_WAY: &str = "; Max-Age=0";

fn provider(who: &Visitor) -> Result<&IdentityProvider, Oops> {
    who.site.identity_provider().ok_or(Oops::NotFound)
}

/// The button on the sign-in page. A link, and no form: a form that leads to another site is none that a browser sends
/// from here.
pub(super) fn way_in(who: &Visitor) -> Markup {
    html! {
        @if let Some(provider) = who.site.identity_provider() {
            div.acts { a.do href="/sign-in/with" { (w::sign_in_with(&provider.label)) } }
            h2 { (w::OR_BY_NAME) }
        }
    }
}

/// `GET /sign-in/with`
pub(super) async fn sign_in(request: HttpRequest, who: Visitor) -> Result<HttpResponse, Oops> {
    Ok(match set_out(&request, &who, Wanted::SignIn).await? {
        Ok((cookie, address)) => with_way(&who, &cookie, go(&address)),
        Err(page) => page,
    })
}

/// The way to the provider, or the page that says why there is none.
async fn set_out(
    request: &HttpRequest,
    who: &Visitor,
    wanted: Wanted,
) -> Result<Result<(Token, String), HttpResponse>, Oops> {
    let provider = provider(who)?;
    if let Err(TooOften { after_ms }) = who.site.may_set_out(&who.site.address_of(request)) {
        let page = layout::bare(StatusCode::TOO_MANY_REQUESTS, w::NOT_NOW, &html! { p { (w::TOO_OFTEN) } });
        return Ok(Err(retry_after(page, after_ms)));
    }
    let begun = provider.begin(wanted, who.site.now_ms()).await;
    Ok(begun.map_err(|Unreached| refused(&provider.label, Unproven::Unreached)))
}

/// `GET /sign-in/back` – people come back from the provider.
pub(super) async fn back(request: HttpRequest, who: Visitor) -> Result<HttpResponse, Oops> {
    let provider = provider(&who)?;
    let now_ms = who.site.now_ms();
    let way = visit::cookie(&request, who.site.way_cookie()).map(|way| way.hash());
    let proven = match way {
        Some(way) => provider.finish(way, brought(&request), now_ms).await,
        None => Err(Unproven::NotBegun),
    };
    let home = match proven {
        Ok(home) => home,
        Err(why) => {
            tracing::warn!(?why, "a sign-in by the identity provider came to nothing");
            return Ok(without_way(&who, refused(&provider.label, why)));
        }
    };
    match home.wanted {
        Wanted::SignIn => enter(&who, &provider.label, home).await,
        Wanted::Link { .. } | Wanted::SetUp { .. } => {
            let cookie = provider.ask_whether(home, now_ms);
            Ok(with_way(&who, &cookie, go("/sign-in/with/confirm")))
        }
    }
}

async fn enter(who: &Visitor, label: &str, home: Home) -> Result<HttpResponse, Oops> {
    let (token, now_ms) = (Token::new(), who.site.now_ms());
    let hashes = (who.token.hash(), token.hash());
    let job = move |tx: &dyn Writes| linked::enter(tx, hashes, &home.who, now_ms);
    let response = match who.service.store.write_urgently(job).await? {
        Some(user) => who.with(&token, go(kept::after_sign_in(who, user).await?)),
        None => {
            let main = html! {
                @for line in w::unknown(label) { p { (line) } }
                p { a href="/sign-in" { (w::TO_SIGN_IN) } }
            };
            layout::bare(StatusCode::FORBIDDEN, w::UNKNOWN, &main)
        }
    };
    Ok(without_way(who, response))
}

/// What the provider gave the browser to bring.
fn brought(request: &HttpRequest) -> Brought {
    let mut brought = Brought::default();
    let pairs = Query::<Vec<(String, String)>>::from_query(request.query_string());
    for (name, text) in pairs.map(Query::into_inner).unwrap_or_default() {
        match name.as_str() {
            "state" => brought.state = text,
            "code" => brought.code = text,
            "iss" => brought.issuer = Some(text),
            "error" => brought.error = Some(text),
            // Others may come, such as `session_state`: they say nothing here.
            _ => {}
        }
    }
    brought
}

fn refused(label: &str, why: Unproven) -> HttpResponse {
    let main = html! {
        p { (w::why(why, label)) }
        p { (w::NOTHING_HAPPENED) }
        p { a href="/sign-in" { (w::TO_SIGN_IN) } }
    };
    let (status, title) = match why {
        Unproven::Unreached => (StatusCode::SERVICE_UNAVAILABLE, w::NOT_NOW),
        Unproven::NotBegun
        | Unproven::Cancelled
        | Unproven::Code
        | Unproven::Issuer
        | Unproven::Audience
        | Unproven::Nonce
        | Unproven::Expired
        | Unproven::Signature
        | Unproven::Malformed => (StatusCode::FORBIDDEN, w::NOT_SIGNED_IN),
    };
    layout::bare(status, title, &main)
}

fn with_way(who: &Visitor, cookie: &Token, mut response: HttpResponse) -> HttpResponse {
    visit::set(&who.site, &mut response, (who.site.way_cookie(), cookie.text()), WAY);
    response
}

fn without_way(who: &Visitor, mut response: HttpResponse) -> HttpResponse {
    visit::set(&who.site, &mut response, (who.site.way_cookie(), ""), NO_WAY);
    response
}

/// On somebody's own page: whether an account is linked, and the form that links or unlinks one.
pub(super) async fn of_reader(who: &Reader, faults: &Faults) -> Result<Markup, Oops> {
    let Some(provider) = who.visitor().site.identity_provider() else { return Ok(html! {}) };
    let (user, label) = (who.user(), &provider.label);
    let read = move |read: &dyn crate::store::Reads| Ok((read.link_of(user)?, read.account(user)?.is_some()));
    let (link, has_password) = who.visitor().service.store.read(read).await?;
    let link = link.filter(|link| !link.is_gone());
    let code = Field { fills: "one-time-code", ..Field::text("code", sign_in_words::CODE, w::CODE_HINT, "") };
    let fields = html! { (code.shown(faults)) (continues(&w::link_my(label))) };
    let key = who.form_key();
    Ok(html! {
        h2 { (w::heading(label)) }
        @match link {
            Some(link) => {
                p { (w::linked_since(label)) " " (when::long(link.linked_ms)) "." }
                @if has_password {
                    (form(&key, "/me/unlink", &html! { div.acts { button type="submit" { (w::UNLINK) } } }))
                }
            }
            None => {
                p { (w::not_linked(label)) }
                (form(&key, "/me/link", &fields))
            }
        }
    })
}

/// `POST /me/link` – the code of the authenticator proves that whoever sits at an open desk is its person.
pub(super) async fn link(request: HttpRequest, sent: Sent<Reader>) -> Result<HttpResponse, Oops> {
    let (who, typed) = (sent.who, sent.form.tidy("code").to_owned());
    provider(who.visitor())?;
    let (user, now_ms) = (who.user(), who.now_ms());
    let job = move |tx: &dyn Writes| sign_in::try_code(tx, user, &typed, now_ms);
    match who.visitor().service.store.write_urgently(job).await? {
        Coded::Open => {
            let wanted = Wanted::Link { session: who.visitor().token.hash() };
            way_page(&request, who.visitor(), wanted).await
        }
        Coded::Wrong => me::page(&who, &Faults::one("code", sign_in_words::CODE_WRONG)).await,
        Coded::Wait(after_ms) => {
            let page = me::page(&who, &Faults::one("code", sign_in_words::CODE_WAIT)).await?;
            Ok(retry_after(page, after_ms))
        }
        // Whoever has no password has an account linked already.
        Coded::Over => Ok(go("/me")),
    }
}

/// `POST /me/unlink`
pub(super) async fn unlink(sent: Sent<Reader>) -> Result<HttpResponse, Oops> {
    provider(sent.who.visitor())?;
    let user = sent.who.user();
    let is_done = sent.who.visitor().service.store.write(move |tx| linked::unlink(tx, user)).await?;
    if is_done { Ok(go("/me")) } else { Err(Oops::NotAllowed(w::ONLY_WAY)) }
}

/// On the page of a set-up: the way without a password.
pub(super) fn way_to_set_up(who: &Visitor) -> Markup {
    html! {
        @if let Some(provider) = who.site.identity_provider() {
            h2 { (w::heading(&provider.label)) }
            p { (w::set_up_with(&provider.label)) }
            (form(&who.token.form_key(), "/set-up/with", &continues(&w::use_my(&provider.label))))
            h2 { (w::OR_BY_NAME) }
        }
    }
}

/// `POST /set-up/with`
pub(super) async fn set_up(request: HttpRequest, sent: Sent<Visitor>) -> Result<HttpResponse, Oops> {
    let who = sent.who;
    provider(&who)?;
    if who.session.as_ref().is_none_or(|session| session.stage != Stage::SetUp) {
        return Ok(go("/set-up"));
    }
    way_page(&request, &who, Wanted::SetUp { session: who.token.hash() }).await
}

/// A page whose link leads to the provider.
async fn way_page(request: &HttpRequest, who: &Visitor, wanted: Wanted) -> Result<HttpResponse, Oops> {
    let label = &provider(who)?.label;
    Ok(match set_out(request, who, wanted).await? {
        Ok((cookie, address)) => {
            let main = html! {
                p { (w::way(label)) }
                div.acts { a.do href=(address) { (w::sign_in_with(label)) } }
            };
            with_way(who, &cookie, layout::bare(StatusCode::OK, &w::heading(label), &main))
        }
        Err(page) => page,
    })
}

/// `GET /sign-in/with/confirm` – which account it is.
pub(super) async fn ask(request: HttpRequest, who: Visitor) -> Result<HttpResponse, Oops> {
    let provider = provider(&who)?;
    let home = visit::cookie(&request, who.site.way_cookie())
        .and_then(|way| provider.asked(way.hash(), who.site.now_ms()))
        .filter(|home| is_of(&who, home.wanted));
    let Some(home) = home else { return Ok(refused(&provider.label, Unproven::NotBegun)) };
    let user = who.user();
    let person = match user {
        Some(user) => who.service.store.read(move |read| read.user(user)).await?,
        None => None,
    };
    let main = html! {
        p { (w::whether(&provider.label)) }
        dl.facts {
            div { dt { (w::ACCOUNT) } dd { @if home.shown.is_empty() { (w::NO_NAME) } @else { (home.shown) } } }
            div { dt { (w::PERSON) } dd { (person.map(|person| person.name).unwrap_or_default()) } }
        }
        (form(&who.token.form_key(), "/sign-in/with/confirm", &continues(w::YES)))
        p { a href="/" { (w::NO) } }
    };
    Ok(layout::bare(StatusCode::OK, &w::heading(&provider.label), &main))
}

/// Whether a browser is still in the session in which a way began.
fn is_of(who: &Visitor, wanted: Wanted) -> bool {
    match wanted {
        Wanted::SignIn => false,
        Wanted::Link { session } | Wanted::SetUp { session } => {
            who.token.hash() == session && who.session.is_some()
        }
    }
}

/// `POST /sign-in/with/confirm` – it is theirs.
pub(super) async fn confirm(request: HttpRequest, sent: Sent<Visitor>) -> Result<HttpResponse, Oops> {
    let who = sent.who;
    let provider = provider(&who)?;
    let now_ms = who.site.now_ms();
    let home = visit::cookie(&request, who.site.way_cookie())
        .and_then(|way| provider.said_yes(way.hash(), now_ms))
        .filter(|home| is_of(&who, home.wanted));
    let Some(Home { wanted, who: subject, .. }) = home else {
        return Ok(without_way(&who, refused(&provider.label, Unproven::NotBegun)));
    };
    let token = Token::new();
    let open = token.hash();
    let job = move |tx: &dyn Writes| match wanted {
        Wanted::SignIn => Ok(Linking::Over),
        Wanted::Link { session } => linked::link(tx, session, subject, now_ms),
        Wanted::SetUp { session } => linked::set_up(tx, (session, open), subject, now_ms),
    };
    let response = match (who.service.store.write(job).await?, wanted) {
        (Linking::Done, Wanted::SetUp { .. }) => who.with(&token, go("/")),
        (Linking::Done, Wanted::Link { .. } | Wanted::SignIn) => go("/me"),
        (Linking::Taken, _) => {
            let main = html! { p { (w::taken(&provider.label)) } p { a href="/" { (w::TO_THE_START) } } };
            layout::bare(StatusCode::CONFLICT, w::NOT_LINKED, &main)
        }
        (Linking::Over, _) => refused(&provider.label, Unproven::NotBegun),
    };
    Ok(without_way(&who, response))
}
