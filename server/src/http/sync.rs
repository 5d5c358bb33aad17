//! `POST /v1/sync`.
//!
//! Does not know what a push means: see [`crate::reconcile`].

use actix_web::http::header::CONTENT_ENCODING;
use actix_web::{HttpRequest, HttpResponse};
use sync_core::sync::statement::{HEADER, SignedHeader};

use super::Shared;
use super::body::{Sent, may_be_json};
use super::encoding::{self, Coding};
use super::problem::Problem;
use crate::fault::Fault;
use crate::reconcile;
use crate::time::now_ms;

/// `POST /v1/sync` – a push with the header `waymark-device`, plain or packed with zstd. Answers
/// receipt, stamps and the next page of the feeds, packed when the request accepts zstd, and with the
/// dictionary when it was packed with it or the header `waymark-dictionary` names it. 400
/// `dictionary_unknown`; 401 `signature_wrong`; 409 `counter_old` with `counter`, `prev_needed`, `gap` with
/// `seq`, `epoch_other` with `epochs`.
pub(super) async fn sync(
    service: Shared,
    request: HttpRequest,
    Sent(sent): Sent,
) -> Result<HttpResponse, Problem> {
    may_be_json(request.headers())?;
    let signed = request.headers().get(HEADER).and_then(|value| value.to_str().ok());
    let signed: SignedHeader = signed.and_then(|text| text.parse().ok()).ok_or(Problem::Signature)?;
    let (plain, coding) = encoding::unpack(request.headers(), &sent)?;
    let answer = reconcile::sync(&service, signed, &sent, &plain, now_ms()).await?;
    let json = serde_json::to_vec(&answer).map_err(Fault::from)?;
    let mut response = HttpResponse::Ok();
    let coding = encoding::coding_for(request.headers(), coding);
    match coding {
        Coding::Identity => response.content_type("application/json"),
        Coding::Zstd => response.content_type("application/json").insert_header((CONTENT_ENCODING, "zstd")),
        // Who has the dictionary knows what is in it, and bytes are dear.
        Coding::Dictionary => response.insert_header((CONTENT_ENCODING, "zstd")),
    };
    Ok(response.body(encoding::pack(json, coding)?))
}
