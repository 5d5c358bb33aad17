//! `/v1/users`.
//!
//! Does not change roles: see [`super::roles`].

use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::body::{self, Nothing, Sent};
use super::caller::{SignedIn, id_of, page_of};
use super::problem::Problem;
use crate::desk::{Command, Query};
use crate::store::people::EndReason;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Disable {
    reason: EndReason,
}

/// `GET /v1/users?cursor&limit` – everybody for admins and auditors, their own organisation's people
/// for who leads it, else oneself.
pub(super) async fn list(who: SignedIn, request: HttpRequest) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(who.query(Query::Users(page_of(&request)?)).await?))
}

/// `POST /v1/users` – `{name, role, org}`, by an admin, or by a provider's lead for its people. Answers a one-time code; for
/// whom it takes two to add the proposal, and how the code will begin.
pub(super) async fn add(who: SignedIn, request: HttpRequest, sent: Sent) -> Result<HttpResponse, Problem> {
    let new = body::json(request.headers(), &sent)?;
    Ok(HttpResponse::Ok().json(who.command(Command::AddUser(new)).await?))
}

/// `POST /v1/users/{id}/disable` – `{reason}` (`left`, `cause`), by an admin; their devices are revoked.
pub(super) async fn disable(
    who: SignedIn,
    request: HttpRequest,
    sent: Sent,
) -> Result<HttpResponse, Problem> {
    let Disable { reason } = body::json(request.headers(), &sent)?;
    Ok(HttpResponse::Ok().json(who.command(Command::DisableUser(id_of(&request)?, reason)).await?))
}

/// `POST /v1/users/{id}/enrol-code` – `{}`, by an admin, of a provider's people by its lead, and by the person. Answers a
/// one-time code for the first device; for another one the proposal, and how the code will begin.
pub(super) async fn enrol_code(
    who: SignedIn,
    request: HttpRequest,
    sent: Sent,
) -> Result<HttpResponse, Problem> {
    let Nothing {} = body::json(request.headers(), &sent)?;
    Ok(HttpResponse::Ok().json(who.command(Command::EnrolCode(id_of(&request)?)).await?))
}

/// `POST /v1/users/{id}/name` – `{name}`, by who adds such people: the name that they have from now on.
pub(super) async fn rename(who: SignedIn, request: HttpRequest, sent: Sent) -> Result<HttpResponse, Problem> {
    let asked = body::json(request.headers(), &sent)?;
    Ok(HttpResponse::Ok().json(who.command(Command::RenameUser(id_of(&request)?, asked)).await?))
}
