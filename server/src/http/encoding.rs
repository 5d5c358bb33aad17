//! Packing and unpacking of bodies: identity or zstd.
//!
//! Does not read more than the limit, however small the packed text is.

use std::io::Read as _;

use actix_web::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, HeaderMap};

use super::problem::Problem;
use crate::fault::Fault;

/// The largest request once unpacked, in bytes.
const MAX_PLAIN_BYTES: u64 = 4 << 20;
/// Fast, and small enough for pages of a feed.
const LEVEL: i32 = 3;

/// What a body unpacks to.
pub(super) fn unpack(headers: &HeaderMap, sent: &[u8]) -> Result<Vec<u8>, Problem> {
    let encoding = headers.get(CONTENT_ENCODING).map(|value| value.as_bytes());
    match encoding {
        None | Some(b"identity") => Ok(sent.to_vec()),
        Some(b"zstd") => {
            let packed = zstd::Decoder::with_buffer(sent).map_err(|_| Problem::PushMalformed)?;
            let mut plain = Vec::new();
            packed.take(MAX_PLAIN_BYTES + 1).read_to_end(&mut plain).map_err(|_| Problem::PushMalformed)?;
            let fits = plain.len() as u64 <= MAX_PLAIN_BYTES;
            if fits { Ok(plain) } else { Err(Problem::DecompressedTooLarge) }
        }
        Some(_) => Err(Problem::EncodingUnknown),
    }
}

/// Whether the answer may be packed.
pub(super) fn takes_zstd(headers: &HeaderMap) -> bool {
    let accepted = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|coding| coding.split(';').next().map(str::trim) == Some("zstd"))
}

/// Packs an answer.
pub(super) fn pack(plain: &[u8]) -> Result<Vec<u8>, Fault> {
    Ok(zstd::encode_all(plain, LEVEL)?)
}
