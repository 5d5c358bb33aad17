//! Who asks for a page: the cookie, its session, and the person's role as it is now.
//!
//! The one way into every page that is for somebody. A form is read only together with whoever sent it, and only with
//! the key of their own pages in it. Does not decide what they may see.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::{COOKIE, HeaderValue, SET_COOKIE};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use serde_json::Value;
use sync_core::access::Role;
use sync_core::ids::UserId;

use super::answer::Oops;
use super::form::{self, Form};
use super::kept;
use super::site::Site;
use crate::admin::settled;
use crate::desk::look_up::may_look_up;
use crate::desk::{self, Caller, Command, Query, Recording, Refused, Through};
use crate::fault::Fault;
use crate::http::Shared;
use crate::reconcile::received;
use crate::sign_in::{self, Token};
use crate::store::sign_in::{Session, Stage};
use crate::store::{Reads, Store as _, Writes};

type Later<T> = Pin<Box<dyn Future<Output = Result<T, Oops>>>>;

/// A browser, whoever sits at it.
pub(super) struct Visitor {
    pub(super) service: Shared,
    pub(super) site: Data<Site>,
    pub(super) token: Token,
    /// Where it has got to; none before anything was typed.
    pub(super) session: Option<Session>,
    has_cookie: bool,
}

/// Somebody who is signed in.
pub(super) struct Reader {
    visitor: Visitor,
    pub(super) caller: Caller,
    pub(super) name: String,
    /// The organisation that they work for.
    pub(super) works_for: String,
}

/// A form with whoever sent it.
pub(super) struct Sent<W> {
    pub(super) who: W,
    pub(super) form: Form,
}

impl FromRequest for Visitor {
    type Error = Oops;
    type Future = Later<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { visitor(&request).await })
    }
}

impl FromRequest for Reader {
    type Error = Oops;
    type Future = Later<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { reader(&request).await })
    }
}

impl FromRequest for Sent<Visitor> {
    type Error = Oops;
    type Future = Later<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let who = visitor(&request).await?;
            if !who.has_cookie {
                // Its form cannot carry the key of a page that it never had: nothing of it is read.
                return Err(Oops::OtherForm);
            }
            let form = form::read(&request, payload, &who).await?;
            Ok(Self { who, form })
        })
    }
}

impl FromRequest for Sent<Reader> {
    type Error = Oops;
    type Future = Later<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let who = match reader(&request).await {
                Err(Oops::SignedOut) => return Err(kept::keep(&request, payload).await?),
                other => other?,
            };
            let form = form::read(&request, payload, &who.visitor).await?;
            kept::has_come(&who, &form).await?;
            Ok(Self { who, form })
        })
    }
}

pub(super) async fn visitor(request: &HttpRequest) -> Result<Visitor, Oops> {
    let site = request.app_data::<Data<Site>>().ok_or(Oops::Fault)?.clone();
    let service = request.app_data::<Shared>().ok_or(Oops::Fault)?.clone();
    let Some(token) = cookie(request, site.cookie()) else {
        return Ok(Visitor { service, site, token: Token::new(), session: None, has_cookie: false });
    };
    let (hash, now_ms) = (token.hash(), site.now_ms());
    let session = service.store.read(move |read| sign_in::find(read, hash, now_ms)).await?;
    Ok(Visitor { service, site, token, session, has_cookie: true })
}

async fn reader(request: &HttpRequest) -> Result<Reader, Oops> {
    let visitor = visitor(request).await?;
    let signed_out = || if *request.method() == Method::POST { Oops::SignedOut } else { Oops::SignIn };
    let session = visitor.session.clone().filter(|session| session.stage == Stage::Open);
    let session = session.ok_or_else(signed_out)?;
    let user = session.user;
    let found = visitor.service.store.read(move |read| known(read, user)).await?;
    let (caller, name, works_for) = found.ok_or_else(signed_out)?;
    let now_ms = visitor.site.now_ms();
    // A list that brings itself up to date is no sign that somebody is there.
    let by_hand = !request.headers().contains_key("waymark-refresh");
    if by_hand && sign_in::is_to_be_noted(&session, now_ms) {
        let noted = move |tx: &dyn Writes| sign_in::note(tx, session.token, now_ms);
        received::if_it_can(visitor.service.store.write(noted).await)?;
    }
    Ok(Reader { visitor, caller, name, works_for })
}

/// Role, name and organisation as the list of people has them now.
fn known(read: &dyn Reads, user: UserId) -> Result<Option<(Caller, String, String)>, Fault> {
    let Some(caller) = Caller::find(read, user, Through::Pages)? else { return Ok(None) };
    let name = read.user(user)?.map(|person| person.name).unwrap_or_default();
    let org = read.orgs()?.into_iter().find(|org| org.id == caller.author.org);
    Ok(Some((caller, name, org.map(|org| org.name).unwrap_or_default())))
}

pub(super) fn cookie(request: &HttpRequest, name: &str) -> Option<Token> {
    let cookies = request.headers().get_all(COOKIE).filter_map(|value| value.to_str().ok());
    let mut pairs =
        cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, token)| Token::of(token))
}

impl Visitor {
    /// A page of this browser: it must hold the token that its form was made with.
    pub(super) fn holding(&self, mut response: HttpResponse) -> HttpResponse {
        if !self.has_cookie {
            give(&self.site, &mut response, &self.token);
        }
        response
    }

    /// A page after which the browser holds another token.
    pub(super) fn with(&self, token: &Token, mut response: HttpResponse) -> HttpResponse {
        give(&self.site, &mut response, token);
        response
    }

    pub(super) fn user(&self) -> Option<UserId> {
        self.session.as_ref().map(|session| session.user)
    }
}

fn give(site: &Site, response: &mut HttpResponse, token: &Token) {
    set(site, response, (site.cookie(), token.text()), "");
}

/// Lets a browser keep a cookie. `Lax`, since people come back from the identity provider's site with it.
pub(super) fn set(site: &Site, response: &mut HttpResponse, (name, text): (&str, &str), also: &str) {
    let secure = if site.is_secure() { "; Secure" } else { "" };
    let cookie = format!("{name}={text}; Path=/; HttpOnly; SameSite=Lax{also}{secure}");
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(SET_COOKIE, value);
    }
}

impl Reader {
    pub(super) fn role(&self) -> Role {
        self.caller.author.role
    }

    pub(super) fn user(&self) -> UserId {
        self.caller.author.user
    }

    pub(super) fn visitor(&self) -> &Visitor {
        &self.visitor
    }

    pub(super) fn form_key(&self) -> String {
        self.visitor.token.form_key()
    }

    pub(super) fn now_ms(&self) -> u64 {
        self.visitor.site.now_ms()
    }

    /// An address of the desk as people type it.
    pub(super) fn address(&self, path: &str) -> String {
        self.visitor.site.address(path)
    }

    /// Asks the desk. What was opened is noted before it is shown.
    pub(super) async fn query(&self, query: Query) -> Result<Value, Refused> {
        desk::answered(&self.visitor.service.store, self.caller, query, self.now_ms()).await
    }

    /// Asks the core, or tries a command out: nothing is recorded.
    pub(super) async fn ask(&self, asked: Value) -> Result<Value, Refused> {
        self.query(Query::Ask { asked, now_ms: self.now_ms() }).await
    }

    /// Carries out a command of the core in their own desk log; the same form is recorded once, however often it is
    /// sent. What is wrong with an answer is a [`Refused::Problem`], for the page to put at its field.
    pub(super) async fn record(&self, form: &Form, command: Value) -> Result<Value, Refused> {
        self.command(Command::Record(Recording { command, form: form.once() })).await
    }

    /// Does something at the desk, in their name.
    pub(super) async fn command(&self, command: Command) -> Result<Value, Refused> {
        let service = &self.visitor.service;
        if let Command::LookUp(_) = &command {
            may_look_up(&service.limiter, self.user(), self.now_ms())?;
        }
        let (key, user, now_ms) = (service.key.clone(), self.user(), self.now_ms());
        let is_urgent = command.is_urgent();
        let job = move |tx: &dyn Writes| {
            // What somebody may do is asked again where nobody else writes.
            let caller = Caller::find(tx, user, Through::Pages)?.ok_or(Fault::Unknown("active user"))?;
            settled(desk::command(tx, &*key, &caller, &command, now_ms))
        };
        let store = &service.store;
        loop {
            let job = job.clone();
            let answer = if is_urgent { store.write_urgently(job).await? } else { store.write(job).await? }?;
            if !desk::goes_on(&answer) {
                return Ok(answer);
            }
        }
    }
}
