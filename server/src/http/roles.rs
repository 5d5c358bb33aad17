//! `/v1/users/{id}/role`, and `/v1/proposals`: what takes two admins.
//!
//! Does not add people: see [`super::users`].

use actix_web::{HttpRequest, HttpResponse};

use super::body::{self, Nothing, Sent};
use super::caller::{SignedIn, id_of};
use super::problem::Problem;
use crate::desk::{Command, Query};

/// `POST /v1/users/{id}/role` – `{role, org?}`, by an admin. Takes effect when another admin confirms.
pub(super) async fn propose(
    who: SignedIn,
    request: HttpRequest,
    sent: Sent,
) -> Result<HttpResponse, Problem> {
    let wanted = body::json(request.headers(), &sent)?;
    Ok(HttpResponse::Ok().json(who.command(Command::ProposeRole(id_of(&request)?, wanted)).await?))
}

/// `GET /v1/proposals` – roles and codes that wait for a second admin.
pub(super) async fn list(who: SignedIn) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(who.query(Query::Proposals).await?))
}

/// `POST /v1/proposals/{id}/confirm-role` – `{}`, by another admin than who proposed it. The person's
/// devices are revoked as given back; answers a one-time code for the next one.
pub(super) async fn confirm(
    who: SignedIn,
    request: HttpRequest,
    sent: Sent,
) -> Result<HttpResponse, Problem> {
    let Nothing {} = body::json(request.headers(), &sent)?;
    Ok(HttpResponse::Ok().json(who.command(Command::ConfirmRole(id_of(&request)?)).await?))
}

/// `POST /v1/proposals/{id}/confirm-code` – `{}`, by another admin than who asked for it. Answers the code.
pub(super) async fn confirm_code(
    who: SignedIn,
    request: HttpRequest,
    sent: Sent,
) -> Result<HttpResponse, Problem> {
    let Nothing {} = body::json(request.headers(), &sent)?;
    Ok(HttpResponse::Ok().json(who.command(Command::ConfirmCode(id_of(&request)?)).await?))
}

/// `POST /v1/proposals/{id}/withdraw` – `{}`, by an admin: nobody is asked any more.
pub(super) async fn withdraw(
    who: SignedIn,
    request: HttpRequest,
    sent: Sent,
) -> Result<HttpResponse, Problem> {
    let Nothing {} = body::json(request.headers(), &sent)?;
    Ok(HttpResponse::Ok().json(who.command(Command::Withdraw(id_of(&request)?)).await?))
}
