//! `GET /openapi.json`.
//!
//! Does not make the description: `schema/openapi.yaml` is written by hand, and a test holds it to
//! the endpoints.

use actix_web::HttpResponse;

/// `GET /openapi.json` – the published description of every endpoint, OpenAPI 3.1.
pub(super) async fn openapi() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(crate::openapi::json())
}
