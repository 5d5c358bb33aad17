//! `/v1/referrals` and `/v1/worklist`.
//!
//! Does not decide what a reader sees: see [`crate::desk`].

use actix_web::{HttpRequest, HttpResponse};

use super::body::{self, Sent};
use super::caller::{SignedIn, id_of, page_of};
use super::problem::Problem;
use crate::desk::{Command, Query, WorklistWanted};
use crate::time::now_ms;

/// `GET /v1/referrals?cursor&limit` – the referrals of which the reader's feeds hold a stream,
/// newest first, each as `sync-core`'s view of the streams held. A part of the list that has rows is one line of the audit.
pub(super) async fn list(who: SignedIn, request: HttpRequest) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(who.query(Query::Referrals(page_of(&request)?)).await?))
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct ShowAsked {
    with: Option<With>,
}

/// What is told beside the referral.
#[derive(serde::Deserialize)]
#[serde(rename_all = "snake_case")]
enum With {
    Entries,
}

/// `GET /v1/referrals/{id}?with` – one of them; `with=entries` answers what was recorded in it, too, in one opening. 404
/// `not_found` for a foreign one as for one that does not exist.
pub(super) async fn show(who: SignedIn, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let asked = actix_web::web::Query::<ShowAsked>::from_query(request.query_string());
    let ShowAsked { with } = asked.map_err(|_| Problem::Field("query"))?.into_inner();
    let id = id_of(&request)?;
    let query = match with {
        None => Query::Referral(id),
        Some(With::Entries) => Query::ReferralWithEntries(id),
    };
    Ok(HttpResponse::Ok().json(who.query(query).await?))
}

/// `GET /v1/referrals/{id}/entries` – what was recorded in it, oldest first: op, stream, kind, author, time and
/// what became of it; never what it says.
pub(super) async fn entries(who: SignedIn, request: HttpRequest) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(who.query(Query::Entries(id_of(&request)?)).await?))
}

/// `GET /v1/worklist` – what waits for the reader, the most urgent first.
pub(super) async fn worklist(who: SignedIn) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(who.query(Query::Worklist(WorklistWanted::whole(now_ms()))).await?))
}

/// `POST /v1/referrals/{id}/assign` – `{to, override?}`, by an officer of it, a supervisor or an admin: names the
/// service of a referral that none has taken on.
pub(super) async fn assign(who: SignedIn, request: HttpRequest, sent: Sent) -> Result<HttpResponse, Problem> {
    let asked = body::json(request.headers(), &sent)?;
    Ok(HttpResponse::Ok().json(who.command(Command::Assign(id_of(&request)?, asked)).await?))
}
