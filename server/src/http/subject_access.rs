//! `/v1/subject-access` and `/v1/references`.
//!
//! Does not decide who may see what: see [`crate::desk`].

use actix_web::{HttpRequest, HttpResponse};

use super::body::{self, Sent};
use super::caller::{SignedIn, id_of};
use super::problem::Problem;
use crate::desk::{Command, Query};
use crate::time::now_ms;

/// `GET /v1/references/{id}` – the id of the referral of a reference that is read out, and nothing that it says; 404
/// `not_found` for a foreign one as for one that does not exist.
pub(super) async fn reference(who: SignedIn, request: HttpRequest) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(who.query(Query::Named(id_of(&request)?)).await?))
}

/// `GET /v1/subject-access/{id}` – everything that the reader's controller holds on the person of a referral, and who
/// read it: the force's part for an admin, a service's for its lead. 403 `not_yours` for everybody else.
pub(super) async fn draft(who: SignedIn, request: HttpRequest) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(who.query(Query::SubjectAccess(id_of(&request)?, now_ms())).await?))
}

/// `POST /v1/subject-access` – `{records, to, digest}`: notes that a file is given out, before it is.
pub(super) async fn give_out(
    who: SignedIn,
    request: HttpRequest,
    sent: Sent,
) -> Result<HttpResponse, Problem> {
    let given = body::json(request.headers(), &sent)?;
    Ok(HttpResponse::Ok().json(who.command(Command::GiveOut(given)).await?))
}
