//! `/v1/policy`, `/v1/policy-proposals` and `/v1/holidays`.
//!
//! Does not carry packs to phones: the feeds do.

use actix_web::{HttpRequest, HttpResponse};

use super::body::{self, Nothing, Sent};
use super::caller::{SignedIn, id_of};
use super::problem::Problem;
use crate::desk::{Command, Query};

/// `GET /v1/policy` – the pack in force, those before it, the shipped ones, and what waits.
pub(super) async fn list(who: SignedIn) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(who.query(Query::Policy).await?))
}

/// `POST /v1/policy-proposals` – `{pack, version?}`, by an admin. Takes effect when another confirms.
pub(super) async fn propose(
    who: SignedIn,
    request: HttpRequest,
    sent: Sent,
) -> Result<HttpResponse, Problem> {
    let wanted = body::json(request.headers(), &sent)?;
    Ok(HttpResponse::Ok().json(who.command(Command::ProposePolicy(wanted)).await?))
}

/// `POST /v1/holidays` – `{calendar, date, change, label}`, by an admin: goes to every phone.
pub(super) async fn add_holiday(
    who: SignedIn,
    request: HttpRequest,
    sent: Sent,
) -> Result<HttpResponse, Problem> {
    let holiday = body::json(request.headers(), &sent)?;
    Ok(HttpResponse::Ok().json(who.command(Command::AddHoliday(holiday)).await?))
}

/// `POST /v1/policy-proposals/{id}/confirm` – `{}`, by another admin than who proposed it.
pub(super) async fn confirm(
    who: SignedIn,
    request: HttpRequest,
    sent: Sent,
) -> Result<HttpResponse, Problem> {
    let Nothing {} = body::json(request.headers(), &sent)?;
    Ok(HttpResponse::Ok().json(who.command(Command::ConfirmPolicy(id_of(&request)?)).await?))
}
