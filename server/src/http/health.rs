//! Whether the server runs, and whether it can answer from its store.
//!
//! Does not tell anything about what is stored.

use actix_web::HttpResponse;

use super::Shared;
use super::problem::Problem;
use crate::store::{Reads, Store as _};

/// `GET /health/live` – 200 while the process answers.
pub(super) async fn live() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({"status": "live"}))
}

/// `GET /health/ready` – 200 when the store answers and its disk can be written; 503 `try_later` else.
pub(super) async fn ready(service: Shared) -> Result<HttpResponse, Problem> {
    service.store.read(|read: &dyn Reads| read.receipt_head().map(|_| ())).await?;
    if !service.store.is_writable().await {
        return Err(Problem::Later);
    }
    Ok(HttpResponse::Ok().json(serde_json::json!({"status": "ready"})))
}
