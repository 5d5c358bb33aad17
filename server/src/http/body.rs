//! Bodies of requests: bounded in size and time before anything reads them.
//!
//! A body that is too large is refused by its announced length, unread; one that does not announce
//! it, at the limit; a slow one when its time is over. Does not say what a body means.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use actix_web::web::{self, Bytes, Data};
use actix_web::{FromRequest, HttpRequest};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sync_core::shape;

use super::Face;
use super::problem::Problem;

/// A body that says nothing: `{}`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// A body as it was sent.
pub(super) struct Sent(pub(super) Bytes);

type Ready<T> = Pin<Box<dyn Future<Output = Result<T, Problem>>>>;

impl FromRequest for Sent {
    type Error = Problem;
    type Future = Ready<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let limits = request.app_data::<Data<Face>>().map(|face| face.limits).unwrap_or_default();
        let announced = request.headers().get(CONTENT_LENGTH);
        let announced: Option<usize> = announced.and_then(|length| length.to_str().ok()?.parse().ok());
        if announced.is_some_and(|length| length > limits.max_request_bytes) {
            return Box::pin(async { Err(Problem::BodyTooLarge) });
        }
        let payload = web::Payload::from_request(request, payload);
        Box::pin(async move {
            let payload = payload.await.map_err(|_| Problem::JsonMalformed)?;
            let time = Duration::from_secs(limits.body_seconds);
            let read = payload.to_bytes_limited(limits.max_request_bytes);
            let read = tokio::time::timeout(time, read).await.map_err(|_| Problem::TooSlow)?;
            let body = read.map_err(|_| Problem::BodyTooLarge)?.map_err(|_| Problem::JsonMalformed)?;
            Ok(Self(body))
        })
    }
}

/// A JSON body, plain.
pub(super) fn json<T: DeserializeOwned>(headers: &HeaderMap, sent: &Sent) -> Result<T, Problem> {
    must_be(headers, "application/json")?;
    must_be_plain(headers)?;
    let text = std::str::from_utf8(&sent.0).map_err(|_| Problem::JsonMalformed)?;
    shape::check(text).map_err(|bad| match bad.fault {
        "nested too deep" => Problem::JsonTooDeep,
        _ => Problem::JsonMalformed,
    })?;
    serde_json::from_str(text).map_err(|_| Problem::Field("body"))
}

/// A phone on a thin link need not name the type; one that names another is refused.
pub(super) fn may_be_json(headers: &HeaderMap) -> Result<(), Problem> {
    if headers.contains_key(CONTENT_TYPE) { must_be(headers, "application/json") } else { Ok(()) }
}

/// A media type, with UTF-8 as its only parameter.
pub(super) fn must_be(headers: &HeaderMap, media_type: &str) -> Result<(), Problem> {
    let named = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = named.split(';').map(str::trim);
    let fits = parts.next().is_some_and(|named| named.eq_ignore_ascii_case(media_type))
        && parts.all(|part| part.eq_ignore_ascii_case("charset=utf-8"));
    if fits { Ok(()) } else { Err(Problem::MediaTypeUnknown) }
}

fn must_be_plain(headers: &HeaderMap) -> Result<(), Problem> {
    match headers.get(CONTENT_ENCODING).map(|value| value.as_bytes()) {
        None | Some(b"identity") => Ok(()),
        Some(_) => Err(Problem::EncodingUnknown),
    }
}
