//! `/v1/retention`.
//!
//! Does not decide what is due: see [`crate::desk`].

use actix_web::{HttpRequest, HttpResponse};

use super::body::{self, Nothing, Sent};
use super::caller::{SignedIn, id_of};
use super::problem::Problem;
use crate::desk::{Command, Query};
use crate::time::now_ms;

/// `GET /v1/retention` – the records that are due for review in the reader's own controller's part, the quietest first;
/// for admins and leads.
pub(super) async fn list(who: SignedIn) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(who.query(Query::Retention(now_ms())).await?))
}

/// `POST /v1/retention/{id}/keep` – `{until, reason}`: it is due again on that day.
pub(super) async fn keep(who: SignedIn, request: HttpRequest, sent: Sent) -> Result<HttpResponse, Problem> {
    let asked = body::json(request.headers(), &sent)?;
    Ok(HttpResponse::Ok().json(who.command(Command::KeepLonger(id_of(&request)?, asked)).await?))
}

/// `POST /v1/retention/{id}/erase` – `{}`: what every entry of the part says is gone for good when this is answered, with
/// a certificate. 403 `not_allowed` when it is not due, or kept longer.
pub(super) async fn erase(who: SignedIn, request: HttpRequest, sent: Sent) -> Result<HttpResponse, Problem> {
    let Nothing {} = body::json(request.headers(), &sent)?;
    Ok(HttpResponse::Ok().json(who.command(Command::EraseRecord(id_of(&request)?)).await?))
}

/// `GET /v1/retention/{id}/certificate` – what was erased of a record, and where it may still be.
pub(super) async fn certificate(who: SignedIn, request: HttpRequest) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(who.query(Query::Certificate(id_of(&request)?)).await?))
}
