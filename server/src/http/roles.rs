//! `/v1/users/{id}/role`, and `/v1/proposals`: what takes two.
//!
//! Does not add people: see [`super::users`].

use actix_web::{HttpRequest, HttpResponse};

use super::body::{self, Nothing, Sent};
use super::caller::{SignedIn, id_of};
use super::problem::Problem;
use crate::desk::{Command, Query};

/// `POST /v1/users/{id}/role` – `{role, org?}`, by who adds such people. Takes effect when somebody else agrees.
pub(super) async fn propose(
    who: SignedIn,
    request: HttpRequest,
    sent: Sent,
) -> Result<HttpResponse, Problem> {
    let wanted = body::json(request.headers(), &sent)?;
    Ok(HttpResponse::Ok().json(who.command(Command::ProposeRole(id_of(&request)?, wanted)).await?))
}

/// `GET /v1/proposals` – roles and codes that wait until somebody else agrees, and whether that is who reads.
pub(super) async fn list(who: SignedIn) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(who.query(Query::Proposals).await?))
}

/// `POST /v1/proposals/{id}/confirm-role` – `{}`, by who may agree. The person's devices are revoked as given back, and
/// their sign-in ends; answers how the code for the next one ends.
pub(super) async fn confirm(
    who: SignedIn,
    request: HttpRequest,
    sent: Sent,
) -> Result<HttpResponse, Problem> {
    let Nothing {} = body::json(request.headers(), &sent)?;
    Ok(HttpResponse::Ok().json(who.command(Command::ConfirmRole(id_of(&request)?)).await?))
}

/// `POST /v1/proposals/{id}/confirm-code` – `{}`, by who may agree. Answers how the code ends.
pub(super) async fn confirm_code(
    who: SignedIn,
    request: HttpRequest,
    sent: Sent,
) -> Result<HttpResponse, Problem> {
    let Nothing {} = body::json(request.headers(), &sent)?;
    Ok(HttpResponse::Ok().json(who.command(Command::ConfirmCode(id_of(&request)?)).await?))
}

/// `POST /v1/proposals/{id}/withdraw` – `{}`, by who asked, whom it is about, or who could have asked.
pub(super) async fn withdraw(
    who: SignedIn,
    request: HttpRequest,
    sent: Sent,
) -> Result<HttpResponse, Problem> {
    let Nothing {} = body::json(request.headers(), &sent)?;
    Ok(HttpResponse::Ok().json(who.command(Command::Withdraw(id_of(&request)?)).await?))
}
