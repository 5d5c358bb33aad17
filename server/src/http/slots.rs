//! `/v1/slots`.
//!
//! Does not answer requests for a slot: the server's own log does.

use actix_web::{HttpRequest, HttpResponse};

use super::body::{self, Sent};
use super::caller::{SignedIn, id_of};
use super::problem::Problem;
use crate::desk::{Command, Query, SlotClosing};

/// `GET /v1/slots` – the slots of one's own provider, and for the force of all; the soonest first.
pub(super) async fn list(who: SignedIn) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(who.query(Query::Slots).await?))
}

/// `POST /v1/slots` – `{at_ms, minutes, meeting, mode, capacity, place?}`, by a lead for their own provider.
pub(super) async fn open(who: SignedIn, request: HttpRequest, sent: Sent) -> Result<HttpResponse, Problem> {
    let new = body::json(request.headers(), &sent)?;
    Ok(HttpResponse::Ok().json(who.command(Command::OpenSlot(new)).await?))
}

/// `POST /v1/slots/{id}/close` – `{reason}`, by a lead of its provider; what was confirmed stays.
pub(super) async fn close(who: SignedIn, request: HttpRequest, sent: Sent) -> Result<HttpResponse, Problem> {
    let SlotClosing { reason } = body::json(request.headers(), &sent)?;
    Ok(HttpResponse::Ok().json(who.command(Command::CloseSlot(id_of(&request)?, reason)).await?))
}
