//! Packing and unpacking of bodies: identity, zstd, or zstd with the dictionary that is published in
//! `schema`.
//!
//! Does not read more than the limit, however small the packed bytes are.

use std::io::{BufReader, Read as _};
use std::sync::LazyLock;

use actix_web::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, HeaderMap};
use schema::dictionary;
use zstd::Decoder;
use zstd::bulk::Compressor;
use zstd::dict::{DecoderDictionary, EncoderDictionary};
use zstd::zstd_safe::get_dict_id_from_frame;

use super::bodies::Room;
use super::problem::Problem;
use crate::fault::Fault;

/// Numbers of the dictionaries that a device has, parted by commas.
pub(super) const DICTIONARY: &str = "waymark-dictionary";

/// The largest request once unpacked, in bytes.
const MAX_PLAIN_BYTES: u64 = 4 << 20;
/// Unpacked at a time.
const STEP_BYTES: u64 = 64 << 10;
/// Below this an answer is packed well, from it on fast.
const SMALL_BYTES: usize = 64 * 1024;
const LEVEL_SMALL: i32 = 12;
const LEVEL_LARGE: i32 = 3;

static PACKING: LazyLock<EncoderDictionary<'static>> =
    LazyLock::new(|| EncoderDictionary::copy(dictionary::BYTES, LEVEL_SMALL));
static UNPACKING: LazyLock<DecoderDictionary<'static>> =
    LazyLock::new(|| DecoderDictionary::copy(dictionary::BYTES));

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Identity,
    Zstd,
    Dictionary,
}

/// What a body unpacks to, in the room of its request, and how it was packed.
pub(super) fn unpack(
    headers: &HeaderMap,
    sent: &[u8],
    room: &mut Room,
) -> Result<(Vec<u8>, Coding), Problem> {
    let coding = coding_of(headers, sent)?;
    let malformed = |_| Problem::PushMalformed;
    let plain = match coding {
        Coding::Identity => {
            room.take(sent.len())?;
            return Ok((sent.to_vec(), coding));
        }
        Coding::Zstd => read(Decoder::with_buffer(sent).map_err(malformed)?, room)?,
        Coding::Dictionary => {
            let sent = BufReader::new(sent);
            read(Decoder::with_prepared_dictionary(sent, &UNPACKING).map_err(malformed)?, room)?
        }
    };
    Ok((plain, coding))
}

fn coding_of(headers: &HeaderMap, sent: &[u8]) -> Result<Coding, Problem> {
    match headers.get(CONTENT_ENCODING).map(|value| value.as_bytes()) {
        None | Some(b"identity") => Ok(Coding::Identity),
        Some(b"zstd") => match get_dict_id_from_frame(sent).map(u32::from) {
            None => Ok(Coding::Zstd),
            Some(dictionary::ID) => Ok(Coding::Dictionary),
            Some(_) => Err(Problem::DictionaryUnknown),
        },
        Some(_) => Err(Problem::EncodingUnknown),
    }
}

fn read(mut packed: impl std::io::Read, room: &mut Room) -> Result<Vec<u8>, Problem> {
    let mut plain = Vec::new();
    loop {
        let before = plain.len();
        (&mut packed).take(STEP_BYTES).read_to_end(&mut plain).map_err(|_| Problem::PushMalformed)?;
        room.take(plain.len() - before)?;
        if plain.len() as u64 > MAX_PLAIN_BYTES {
            return Err(Problem::DecompressedTooLarge);
        }
        if plain.len() == before {
            return Ok(plain);
        }
    }
}

/// How the answer is packed: with the dictionary for who used it or names it, else as is accepted.
pub(super) fn coding_for(headers: &HeaderMap, request: Coding) -> Coding {
    let listed = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let has = listed(DICTIONARY).split(',').any(|id| id.trim().parse() == Ok(dictionary::ID));
    let mut accepted =
        listed(ACCEPT_ENCODING.as_str()).split(',').map(|c| c.split(';').next().map(str::trim));
    if has || request == Coding::Dictionary {
        Coding::Dictionary
    } else if accepted.any(|coding| coding == Some("zstd")) {
        Coding::Zstd
    } else {
        Coding::Identity
    }
}

/// Packs an answer.
pub(super) fn pack(plain: Vec<u8>, coding: Coding) -> Result<Vec<u8>, Fault> {
    let is_small = plain.len() < SMALL_BYTES;
    Ok(match coding {
        Coding::Identity => plain,
        Coding::Zstd if is_small => zstd::bulk::compress(&plain, LEVEL_SMALL)?,
        Coding::Zstd => zstd::bulk::compress(&plain, LEVEL_LARGE)?,
        Coding::Dictionary if is_small => Compressor::with_prepared_dictionary(&PACKING)?.compress(&plain)?,
        Coding::Dictionary => {
            Compressor::with_dictionary(LEVEL_LARGE, dictionary::BYTES)?.compress(&plain)?
        }
    })
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    const PLAIN: &[u8] = br#"{"protocol":1,"from":1,"vocabulary":1}"#;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        pairs.collect()
    }

    fn room() -> Room {
        super::super::bodies::Bodies::new(16 << 20).room()
    }

    fn zstd() -> HeaderMap {
        headers(&[("content-encoding", "zstd")])
    }

    #[test]
    fn every_coding_unpacks_to_what_was_packed() {
        for coding in [Coding::Identity, Coding::Zstd, Coding::Dictionary] {
            let packed = pack(PLAIN.to_vec(), coding).expect("it can be packed");
            let headers = if coding == Coding::Identity { headers(&[]) } else { zstd() };
            assert_eq!(unpack(&headers, &packed, &mut room()), Ok((PLAIN.to_vec(), coding)));
        }
    }

    #[test]
    fn a_dictionary_with_another_number_is_refused() {
        let mut other = dictionary::BYTES.to_vec();
        other[4..8].copy_from_slice(&(dictionary::ID + 1).to_le_bytes());
        let packed = Compressor::with_dictionary(3, &other).and_then(|mut with| with.compress(PLAIN));
        let packed = packed.expect("it can be packed");
        assert_eq!(unpack(&zstd(), &packed, &mut room()), Err(Problem::DictionaryUnknown));
    }

    #[test]
    fn a_small_body_that_unpacks_to_too_much_is_refused() {
        let large = vec![b' '; usize::try_from(MAX_PLAIN_BYTES + 1).expect("it fits")];
        for coding in [Coding::Zstd, Coding::Dictionary] {
            let packed = pack(large.clone(), coding).expect("it can be packed");
            assert!(packed.len() < 4096);
            assert_eq!(unpack(&zstd(), &packed, &mut room()), Err(Problem::DecompressedTooLarge));
        }
    }

    #[test]
    fn the_dictionary_is_used_only_for_who_says_to_have_it() {
        let for_headers = |pairs: &[(&'static str, &'static str)]| coding_for(&headers(pairs), Coding::Zstd);
        assert_eq!(for_headers(&[]), Coding::Identity);
        assert_eq!(for_headers(&[("accept-encoding", "gzip, zstd;q=0.9")]), Coding::Zstd);
        assert_eq!(for_headers(&[("waymark-dictionary", "40000, 40961")]), Coding::Dictionary);
        assert_eq!(for_headers(&[("waymark-dictionary", "40000")]), Coding::Identity);
        assert_eq!(coding_for(&headers(&[]), Coding::Dictionary), Coding::Dictionary);
    }
}
