//! `/v1/providers` and `/v1/force`.
//!
//! Does not route referrals.

use actix_web::{HttpRequest, HttpResponse};

use super::body::{self, Sent};
use super::caller::{SignedIn, id_of, page_of};
use super::problem::Problem;
use crate::desk::{Command, Disabling, Query};

/// `GET /v1/force` – the force, its epoch and the server's public key.
pub(super) async fn force(who: SignedIn) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(who.query(Query::Force).await?))
}

/// `GET /v1/providers?cursor&limit` – every provider, disabled ones too.
pub(super) async fn list(who: SignedIn, request: HttpRequest) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(who.query(Query::Providers(page_of(&request)?)).await?))
}

/// `POST /v1/providers` – `{name, ages, telephone?, hours?, areas?}`, by an admin.
pub(super) async fn add(who: SignedIn, request: HttpRequest, sent: Sent) -> Result<HttpResponse, Problem> {
    let new = body::json(request.headers(), &sent)?;
    Ok(HttpResponse::Ok().json(who.command(Command::AddProvider(new)).await?))
}

/// `POST /v1/providers/{id}` – `{name?, telephone?, hours?, areas?, ages?}`, by an admin: what is left out stays.
pub(super) async fn change(who: SignedIn, request: HttpRequest, sent: Sent) -> Result<HttpResponse, Problem> {
    let change = body::json(request.headers(), &sent)?;
    Ok(HttpResponse::Ok().json(who.command(Command::ChangeProvider(id_of(&request)?, change)).await?))
}

/// `POST /v1/providers/{id}/disable` – `{fallback?}`, by an admin: it takes no new referrals, and those that go on
/// there go to the fallback. `in_flight` tells how many are left.
pub(super) async fn disable(
    who: SignedIn,
    request: HttpRequest,
    sent: Sent,
) -> Result<HttpResponse, Problem> {
    let Disabling { fallback } = body::json(request.headers(), &sent)?;
    Ok(HttpResponse::Ok().json(who.command(Command::DisableProvider(id_of(&request)?, fallback)).await?))
}
