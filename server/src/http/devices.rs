//! `/v1/devices`.
//!
//! Does not enrol: see [`super::enrol`].

use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::body::{self, Nothing, Sent};
use super::caller::{SignedIn, id_of, page_of};
use super::problem::Problem;
use crate::desk::{Command, Query};
use crate::store::people::RevokeReason;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Revoke {
    reason: RevokeReason,
}

/// `GET /v1/devices?cursor&limit` – every device for admins and auditors, else one's own.
pub(super) async fn list(who: SignedIn, request: HttpRequest) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(who.query(Query::Devices(page_of(&request)?)).await?))
}

/// `POST /v1/devices/{id}/revoke` – `{reason}` (`lost`, `stolen`, `cause`, `left`), by an admin. The
/// device may still push, gets no feeds, and is told to wipe itself.
pub(super) async fn revoke(who: SignedIn, request: HttpRequest, sent: Sent) -> Result<HttpResponse, Problem> {
    let Revoke { reason } = body::json(request.headers(), &sent)?;
    Ok(HttpResponse::Ok().json(who.command(Command::RevokeDevice(id_of(&request)?, reason)).await?))
}

/// `POST /v1/devices/{id}/sign-out` – `{}`, by whoever has the device: it is used no more.
pub(super) async fn sign_out(
    who: SignedIn,
    request: HttpRequest,
    sent: Sent,
) -> Result<HttpResponse, Problem> {
    let Nothing {} = body::json(request.headers(), &sent)?;
    Ok(HttpResponse::Ok().json(who.command(Command::SignOut(id_of(&request)?)).await?))
}
