//! `/v1/reports/results`.
//!
//! Does not count, and does not decide who may read it: see [`crate::desk`].

use actix_web::web;
use actix_web::{HttpRequest, HttpResponse};

use super::caller::SignedIn;
use super::problem::Problem;
use crate::desk::{Over, Query};
use crate::time::now_ms;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    over: Option<String>,
}

/// `GET /v1/reports/results?over=all|year|quarter` – what the scheme achieves, for admins and supervisors.
pub(super) async fn results(who: SignedIn, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let asked = web::Query::<Asked>::from_query(request.query_string());
    let Asked { over } = asked.map_err(|_| Problem::Field("query"))?.into_inner();
    let over = over.map_or(Some(Over::All), |code| Over::of(&code)).ok_or(Problem::Field("over"))?;
    Ok(HttpResponse::Ok().json(who.query(Query::Results(over, now_ms())).await?))
}
