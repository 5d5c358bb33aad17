//! Who asks: token and proof are checked, then the store is asked what they are now.
//!
//! The one way into every endpoint that takes a token. Does not decide what they may see.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use serde::Deserialize;
use serde_json::Value;

use super::problem::Problem;
use super::{Face, Shared};
use crate::admin::settled;
use crate::desk::{self, Caller, Command, Page, Query, Through};
use crate::fault::Fault;
use crate::store::{Store as _, Writes};
use crate::time::now_ms;
use crate::tokens::{Asked, Untrusted};

/// Somebody whose token and proof hold, and who may still ask.
pub(super) struct SignedIn {
    service: Shared,
    caller: Caller,
}

impl FromRequest for SignedIn {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { sign_in(&request).await })
    }
}

async fn sign_in(request: &HttpRequest) -> Result<SignedIn, Problem> {
    let face = request.app_data::<Data<Face>>().ok_or(Problem::ServerFault)?;
    let service = request.app_data::<Shared>().ok_or(Problem::ServerFault)?.clone();
    let authorization = request.headers().get(AUTHORIZATION).map(|value| value.as_bytes());
    let (proofs, urls) = (proofs_of(request), urls_of(request, face));
    let asked = Asked { method: request.method().as_str(), urls: &urls, token: None };
    let device = face.tokens.believe(authorization, &proofs, asked, now_ms() / 1000)?;
    let found = service.store.read(move |read| {
        let revoked = read.revocation(device)?.is_some();
        let row = read.device(device)?.filter(|_| !revoked);
        row.map_or(Ok(None), |row| Caller::find(read, row.user, Through::Server))
    });
    let caller = found.await?.ok_or(Untrusted::Revoked)?;
    Ok(SignedIn { service, caller })
}

/// Every proof that a request carries; there must be one.
pub(super) fn proofs_of(request: &HttpRequest) -> Vec<&[u8]> {
    request.headers().get_all("dpop").map(|value| value.as_bytes()).collect()
}

/// The names that a request's address has, without its query. The `Host` that it names decides nothing.
pub(super) fn urls_of(request: &HttpRequest, face: &Face) -> Vec<String> {
    face.urls.iter().map(|url| format!("{url}{}", request.path())).collect()
}

impl SignedIn {
    pub(super) async fn query(self, query: Query) -> Result<Value, Problem> {
        Ok(desk::answered(&self.service.store, self.caller, query, now_ms()).await?)
    }

    pub(super) async fn command(self, command: Command) -> Result<Value, Problem> {
        let key = self.service.key.clone();
        let caller = self.caller;
        let is_urgent = command.is_urgent();
        let job = move |tx: &dyn Writes| {
            // What somebody may do is asked again where nobody else writes.
            let caller = Caller::find(tx, caller.author.user, Through::Server)?
                .ok_or(Fault::Unknown("active user"))?;
            settled(desk::command(tx, &*key, &caller, &command, now_ms()))
        };
        let store = &self.service.store;
        loop {
            let job = job.clone();
            let answer = if is_urgent { store.write_urgently(job).await } else { store.write(job).await }??;
            if !desk::goes_on(&answer) {
                return Ok(answer);
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PageAsked {
    cursor: Option<String>,
    limit: Option<u16>,
}

/// Which part of a list a request asks for.
pub(super) fn page_of(request: &HttpRequest) -> Result<Page, Problem> {
    let asked = actix_web::web::Query::<PageAsked>::from_query(request.query_string());
    let PageAsked { cursor, limit } = asked.map_err(|_| Problem::Field("query"))?.into_inner();
    Ok(Page { cursor, limit })
}

/// The id in an address; a text that is none names nothing.
pub(super) fn id_of<T: std::str::FromStr>(request: &HttpRequest) -> Result<T, Problem> {
    request.match_info().get("id").and_then(|id| id.parse().ok()).ok_or(Problem::NotFound)
}
