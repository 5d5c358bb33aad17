//! `/v1/persons`.
//!
//! Does not compare, and does not decide who is one person: see [`crate::desk`].

use actix_web::{HttpRequest, HttpResponse};
use sync_core::persons::Tie;

use super::body::{self, Sent};
use super::caller::{SignedIn, id_of, page_of};
use super::problem::Problem;
use crate::desk::{Command, Query};

/// `GET /v1/persons?cursor&limit` – the questions about who is one person that wait for an admin; oldest first.
pub(super) async fn list(who: SignedIn, request: HttpRequest) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(who.query(Query::Persons(page_of(&request)?)).await?))
}

/// `GET /v1/persons/{id}` – the person of a referral, with the reasons of what is asked about them. By an admin.
pub(super) async fn show(who: SignedIn, request: HttpRequest) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(who.query(Query::Person(id_of(&request)?)).await?))
}

/// `POST /v1/persons/link` – `{one, other, as_of}`: the two are one person. `state` is `asked` when the number is
/// somebody else's already: nobody is linked, and it becomes a question.
pub(super) async fn link(who: SignedIn, request: HttpRequest, sent: Sent) -> Result<HttpResponse, Problem> {
    let asked = body::json(request.headers(), &sent)?;
    Ok(HttpResponse::Ok().json(who.command(Command::TiePersons(Tie::Linked, asked)).await?))
}

/// `POST /v1/persons/split` – `{one, other, as_of}`: they are two, whatever was said before.
pub(super) async fn split(who: SignedIn, request: HttpRequest, sent: Sent) -> Result<HttpResponse, Problem> {
    let asked = body::json(request.headers(), &sent)?;
    Ok(HttpResponse::Ok().json(who.command(Command::TiePersons(Tie::Split, asked)).await?))
}
