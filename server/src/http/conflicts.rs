//! `/v1/conflicts`.
//!
//! Does not decide who may settle: see [`crate::desk`].

use actix_web::{HttpRequest, HttpResponse};

use super::body::{self, Sent};
use super::caller::{SignedIn, id_of, page_of};
use super::problem::Problem;
use crate::desk::{Command, Query};
use crate::time::now_ms;

/// `GET /v1/conflicts?cursor&limit` – the open conflicts of streams that the reader's feeds hold,
/// and for admins the extracts of those that were passed up; oldest first.
pub(super) async fn list(who: SignedIn, request: HttpRequest) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(who.query(Query::Conflicts(page_of(&request)?)).await?))
}

/// `GET /v1/conflicts/{id}` – one of them, with the `as_of` and `version` that a settlement names.
pub(super) async fn show(who: SignedIn, request: HttpRequest) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(who.query(Query::Conflict(id_of(&request)?)).await?))
}

/// `GET /v1/settlements` – what was settled in the last weeks, as far as the reader holds it; newest first.
pub(super) async fn settled(who: SignedIn) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(who.query(Query::Settlements(now_ms())).await?))
}

/// `POST /v1/conflicts/{id}/settlement` – `{as_of, version, choice, reason}`. Recorded in the
/// settler's own desk log upon what the page showed. 403 `not_allowed` when it is not theirs to
/// settle; 409 `shown_anew` when they did something since, or the page is of another version.
pub(super) async fn settle(who: SignedIn, request: HttpRequest, sent: Sent) -> Result<HttpResponse, Problem> {
    let asked = body::json(request.headers(), &sent)?;
    Ok(HttpResponse::Ok().json(who.command(Command::Settle(id_of(&request)?, asked)).await?))
}

/// `POST /v1/conflicts/{id}/pass-up` – `{as_of}`. Leaves the conflict to an admin.
pub(super) async fn pass_up(
    who: SignedIn,
    request: HttpRequest,
    sent: Sent,
) -> Result<HttpResponse, Problem> {
    let asked = body::json(request.headers(), &sent)?;
    Ok(HttpResponse::Ok().json(who.command(Command::PassUp(id_of(&request)?, asked)).await?))
}
