//! Gives each refused request an id: it is in the answer's header, in its problem and in the log, so
//! that somebody who rings about one can be helped. What succeeds has none: phones pay for each byte.
//!
//! Does not take an id from the request, and does not log its address or its headers.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;

use super::problem::Body;
use crate::keys::random_id;

const REQUEST_ID: HeaderName = HeaderName::from_static("waymark-request");

pub(super) async fn number(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let mut response = next.call(request).await?.map_into_boxed_body();
    let problem = response.response_mut().extensions_mut().remove::<Body>();
    let Some(Body(mut problem)) = problem else { return Ok(response) };
    let id = random_id().to_string();
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    tracing::info!(request = id, code = problem["code"].as_str(), "a request was refused");
    problem["request"] = id.into();
    Ok(response.map_body(|_, _| BoxBody::new(problem.to_string())))
}
