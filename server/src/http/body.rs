//! Bodies of requests: what can be told from the head is checked before anything of the body is read.
//!
//! ```text
//!   head: device header, announced length ─▶ body, in its time, within the budget of all bodies ─▶ endpoint
//! ```
//! A body that is too large is refused by its announced length, unread; one that does not announce it, at the limit;
//! a slow one when its time is over. Does not say what a body means.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use actix_web::web::{Bytes, Data};
use actix_web::{FromRequest, HttpRequest};
use futures_core::Stream as _;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sync_core::shape;
use sync_core::sync::statement::{HEADER, SignedHeader};

use super::bodies::Room;
use super::problem::Problem;
use super::{Face, Shared};
use crate::config::Limits;
use crate::store::Store as _;

/// The largest body of what is not a synchronisation.
const MOST_SMALL_BYTES: usize = 256 << 10;
/// A body's memory grows by this much at a time.
const STEP_BYTES: usize = 64 << 10;

/// A body that says nothing: `{}`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// A body as it was sent, with the room that it takes.
pub(crate) struct Sent {
    pub(crate) bytes: Bytes,
    pub(super) room: Room,
}

/// A body with the header of the device that says to have signed it. Nothing of a body is read that names no device
/// which is enrolled here. Whether the signature is right is asked when the body is there.
pub(super) struct SentByDevice {
    pub(super) signed: SignedHeader,
    pub(super) sent: Sent,
}

type Later<T> = Pin<Box<dyn Future<Output = Result<T, Problem>>>>;

impl FromRequest for Sent {
    type Error = Problem;
    type Future = Later<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let face = face_of(&request)?;
            let most = MOST_SMALL_BYTES.min(face.limits.max_request_bytes);
            fits(&request, most)?;
            // Who asks is not known before the body is there, or is never asked. So there is room for all of it, or none of
            // it is read: what a connection has read already is memory too, and nobody counts that.
            let mut room = face.bodies.room_of_stranger();
            room.hold(announced(&request).unwrap_or_default())?;
            read(&request, payload, most, &face.limits, room).await
        })
    }
}

impl FromRequest for SentByDevice {
    type Error = Problem;
    type Future = Later<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let face = face_of(&request)?;
            let signed = request.headers().get(HEADER).and_then(|value| value.to_str().ok());
            let signed: SignedHeader = signed.and_then(|text| text.parse().ok()).ok_or(Problem::Signature)?;
            let most = face.limits.max_request_bytes;
            fits(&request, most)?;
            let service = request.app_data::<Shared>().ok_or(Problem::ServerFault)?;
            let device = signed.device;
            if !service.store.read(move |read| Ok(read.device(device)?.is_some())).await? {
                return Err(Problem::Signature);
            }
            let sent = read(&request, payload, most, &face.limits, face.bodies.room()).await?;
            Ok(Self { signed, sent })
        })
    }
}

fn face_of(request: &HttpRequest) -> Result<Data<Face>, Problem> {
    request.app_data::<Data<Face>>().cloned().ok_or(Problem::ServerFault)
}

/// Whether the announced length of a body, if it has one, is within a limit.
fn fits(request: &HttpRequest, most: usize) -> Result<(), Problem> {
    if announced(request).is_some_and(|length| length > most) { Err(Problem::BodyTooLarge) } else { Ok(()) }
}

fn announced(request: &HttpRequest) -> Option<usize> {
    request.headers().get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Reads a body within its size, its time and the budget of all bodies.
pub(crate) async fn read(
    request: &HttpRequest,
    payload: Payload,
    most: usize,
    limits: &Limits,
    room: Room,
) -> Result<Sent, Problem> {
    fits(request, most)?;
    let time = Duration::from_secs(limits.body_seconds);
    tokio::time::timeout(time, collect(payload, most, room)).await.map_err(|_| Problem::TooSlow)?
}

async fn collect(mut payload: Payload, most: usize, mut room: Room) -> Result<Sent, Problem> {
    let mut bytes = Vec::new();
    while let Some(piece) = poll_fn(|context| Pin::new(&mut payload).poll_next(context)).await {
        let piece = piece.map_err(|_| Problem::JsonMalformed)?;
        if bytes.len() + piece.len() > most {
            return Err(Problem::BodyTooLarge);
        }
        if bytes.capacity() - bytes.len() < piece.len() {
            let step = if bytes.is_empty() { piece.len() } else { piece.len().max(STEP_BYTES) };
            bytes.reserve_exact(step);
            room.hold(bytes.capacity())?;
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(Sent { bytes: Bytes::from(bytes), room })
}

/// A JSON body, plain.
pub(super) fn json<T: DeserializeOwned>(headers: &HeaderMap, sent: &Sent) -> Result<T, Problem> {
    must_be(headers, "application/json")?;
    must_be_plain(headers)?;
    let text = std::str::from_utf8(&sent.bytes).map_err(|_| Problem::JsonMalformed)?;
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
