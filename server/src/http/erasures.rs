//! `/v1/erasures`.
//!
//! Does not decide who may erase: see [`crate::desk`].

use actix_web::{HttpRequest, HttpResponse};

use super::body::{self, Sent};
use super::caller::SignedIn;
use super::problem::Problem;
use crate::desk::Command;

/// `POST /v1/erasures` – `{stream, op, basis}`. Body and salt of the entry are gone for good when this is
/// answered; the same again gives the same answer. 404 `not_found` for what the caller does not read, be it
/// there or not; 403 `not_yours` for who does not answer for the stream; 403 `not_allowed` when the entry
/// holds nothing of a person.
pub(super) async fn erase(who: SignedIn, request: HttpRequest, sent: Sent) -> Result<HttpResponse, Problem> {
    let asked = body::json(request.headers(), &sent)?;
    Ok(HttpResponse::Ok().json(who.command(Command::Erase(asked)).await?))
}
