//! `POST /v1/sync`.
//!
//! Does not know what a push means: see [`crate::reconcile`].

use actix_web::http::header::CONTENT_ENCODING;
use actix_web::{HttpRequest, HttpResponse};

use super::Shared;
use super::body::{Sent, SentByDevice, may_be_json};
use super::encoding::{self, Coding};
use super::problem::Problem;
use crate::fault::Fault;
use crate::reconcile;
use crate::time::now_ms;

/// `POST /v1/sync` – a push with the header `waymark-device`, plain or packed with zstd. Answers
/// receipt, stamps and the next page of the feeds, packed when the request accepts zstd, and with the
/// dictionary when it was packed with it or the header `waymark-dictionary` names it. 400
/// `dictionary_unknown`; 401 `signature_wrong`, before the body is read when no device that is enrolled here is named; 409 `counter_old` with `counter`, `prev_needed`, `gap` with
/// `seq`, `epoch_other` with `epochs`; 429 `too_often` with `after_ms`.
pub(super) async fn sync(
    service: Shared,
    request: HttpRequest,
    SentByDevice { signed, sent: Sent { bytes, mut room } }: SentByDevice,
) -> Result<HttpResponse, Problem> {
    may_be_json(request.headers())?;
    let (plain, coding) = encoding::unpack(request.headers(), &bytes, &mut room)?;
    let answer = reconcile::sync(&service, signed, &bytes, &plain, now_ms()).await?;
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
