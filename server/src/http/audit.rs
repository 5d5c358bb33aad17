//! `/v1/audit`.
//!
//! Does not decide who may read it: see [`crate::desk`].

use actix_web::web;
use actix_web::{HttpRequest, HttpResponse};
use sync_core::ids::UserId;
use uuid::Uuid;

use super::caller::SignedIn;
use super::problem::Problem;
use crate::desk::{AuditOf, AuditWanted, Page, Query};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    user: Option<UserId>,
    record: Option<Uuid>,
    what: Option<AuditOf>,
    cursor: Option<String>,
    limit: Option<u16>,
}

/// `GET /v1/audit?user&record&what&cursor&limit` – who opened which person's record, when and what for, and what phones
/// were sent, newest first; for auditors. 403 `not_yours` for everybody else.
pub(super) async fn list(who: SignedIn, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let asked = web::Query::<Asked>::from_query(request.query_string());
    let Asked { user, record, what, cursor, limit } =
        asked.map_err(|_| Problem::Field("query"))?.into_inner();
    let wanted = AuditWanted { user, record, what, page: Page { cursor, limit } };
    Ok(HttpResponse::Ok().json(who.query(Query::Audit(wanted)).await?))
}
