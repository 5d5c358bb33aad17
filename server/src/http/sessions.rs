//! `/v1/users/{id}/sessions`, and how they end.
//!
//! Does not sign anybody in: that is of [`crate::pages`].

use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use uuid::Uuid;

use super::body::{self, Nothing, Sent};
use super::caller::{SignedIn, id_of};
use super::problem::Problem;
use crate::desk::{Command, Query};
use crate::time::now_ms;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ending {
    session: Option<Uuid>,
}

/// `GET /v1/users/{id}/sessions` – where a person is signed in at the web desk: of oneself, of their service's people for
/// leads, of everybody for admins.
pub(super) async fn list(who: SignedIn, request: HttpRequest) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(who.query(Query::Sessions(id_of(&request)?, now_ms())).await?))
}

/// `POST /v1/users/{id}/sign-out` – `{session?}`, by the same: they are signed out in that browser, or everywhere.
pub(super) async fn end(who: SignedIn, request: HttpRequest, sent: Sent) -> Result<HttpResponse, Problem> {
    let Ending { session } = body::json(request.headers(), &sent)?;
    Ok(HttpResponse::Ok().json(who.command(Command::EndSessions(id_of(&request)?, session)).await?))
}

/// `POST /v1/users/{id}/unlink` – `{}`, by an admin, of a provider's people by its lead: the account at the identity
/// provider signs them in no more.
pub(super) async fn unlink(who: SignedIn, request: HttpRequest, sent: Sent) -> Result<HttpResponse, Problem> {
    let Nothing {} = body::json(request.headers(), &sent)?;
    Ok(HttpResponse::Ok().json(who.command(Command::Unlink(id_of(&request)?)).await?))
}
