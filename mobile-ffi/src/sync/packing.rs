//! Packs requests and unpacks answers: zstd, with the dictionary that is published in `schema`.
//!
//! Does not unpack more than the limit, however small the packed bytes are.

use std::io::{self, Read as _};
use std::sync::LazyLock;

use schema::dictionary;
use zstd::Decoder;
use zstd::bulk::Compressor;
use zstd::dict::EncoderDictionary;
use zstd::zstd_safe::get_dict_id_from_frame;

use crate::problem::Problem;

/// Up to here a body is packed as well as can be, since it is small and links are slow.
const SMALL_BYTES: usize = 64 * 1024;
const LEVEL_SMALL: i32 = 19;
const LEVEL_LARGE: i32 = 3;

/// With what a request is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Packing {
    /// With the dictionary: the server may answer with it too.
    #[default]
    Dictionary,
    /// Without: the server did not know the dictionary.
    Plain,
}

/// The dictionary as a level reads it: that costs more than packing a small body, and is done once.
static SMALL: LazyLock<EncoderDictionary<'static>> =
    LazyLock::new(|| EncoderDictionary::copy(dictionary::BYTES, LEVEL_SMALL));
static LARGE: LazyLock<EncoderDictionary<'static>> =
    LazyLock::new(|| EncoderDictionary::copy(dictionary::BYTES, LEVEL_LARGE));

/// Packs a request.
pub(crate) fn pack(plain: &[u8], packing: Packing) -> Result<Vec<u8>, Problem> {
    let (level, dictionary) =
        if plain.len() < SMALL_BYTES { (LEVEL_SMALL, &SMALL) } else { (LEVEL_LARGE, &LARGE) };
    let packed = match packing {
        Packing::Dictionary => Compressor::with_prepared_dictionary(dictionary)?.compress(plain)?,
        Packing::Plain => zstd::bulk::compress(plain, level)?,
    };
    Ok(packed)
}

/// Unpacks an answer of at most `max` bytes.
pub(crate) fn unpack(packed: &[u8], max: u64) -> io::Result<Vec<u8>> {
    let dictionary = match get_dict_id_from_frame(packed).map(u32::from) {
        None => &[],
        Some(dictionary::ID) => dictionary::BYTES,
        Some(_) => return Err(io::ErrorKind::InvalidData.into()),
    };
    let mut plain = Vec::new();
    Decoder::with_dictionary(packed, dictionary)?.take(max + 1).read_to_end(&mut plain)?;
    if plain.len() as u64 > max { Err(io::ErrorKind::InvalidData.into()) } else { Ok(plain) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_unpacks_with_and_without_the_dictionary() {
        let plain = br#"{"now_ms":1,"acknowledged":2,"cursor":"3","more":"no","backed_up":0}"#;
        let size = |packing| {
            let packed = pack(plain, packing).expect("it can be packed");
            assert_eq!(unpack(&packed, 1000).ok().as_deref(), Some(&plain[..]));
            packed.len()
        };
        assert!(size(Packing::Dictionary) * 2 < size(Packing::Plain));
    }

    #[test]
    fn an_answer_beyond_the_limit_or_with_another_dictionary_is_not_read() {
        let packed = pack(&[b' '; 2000], Packing::Dictionary).expect("it can be packed");
        assert!(unpack(&packed, 1999).is_err());
        let mut other = dictionary::BYTES.to_vec();
        other[4..8].copy_from_slice(&(dictionary::ID + 1).to_le_bytes());
        let packed = Compressor::with_dictionary(3, &other).and_then(|mut with| with.compress(b"{}"));
        assert!(unpack(&packed.expect("it can be packed"), 1000).is_err());
    }
}
