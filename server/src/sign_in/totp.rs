//! Codes of authenticator apps (RFC 6238): SHA-1, six digits, 30 seconds, as every app makes them.
//!
//! Does not keep which code was used: the account does.

use aws_lc_rs::{constant_time, hmac};

const STEP_MS: u64 = 30_000;
const MODULUS: u32 = 1_000_000;

/// The step whose code this is: the present one, or one beside it, since clocks differ. None when it is another
/// code, or of a step that is not after `last`: it was used.
pub(crate) fn step_of(secret: &[u8], typed: &str, now_ms: u64, last: u64) -> Option<u64> {
    let typed: String = typed.chars().filter(|letter| !letter.is_whitespace()).collect();
    let now = now_ms / STEP_MS;
    let steps = (now.saturating_sub(1)..=now + 1).filter(|step| *step > last);
    let mut found = None;
    // Every step is looked at, so that the time taken tells nothing.
    for step in steps {
        if constant_time::verify_slices_are_equal(code(secret, step).as_bytes(), typed.as_bytes()).is_ok() {
            found = Some(step);
        }
    }
    found
}

/// The code of a step.
fn code(secret: &[u8], step: u64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    // RFC 4226 §5.3: the last half byte says where the number begins.
    let at = usize::from(tag.last().copied().unwrap_or_default() & 15);
    let four = tag.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).unwrap_or_default();
    let number = u32::from_be_bytes(four) & 0x7fff_ffff;
    format!("{:06}", number % MODULUS)
}

/// The code that an authenticator shows at a time.
pub(crate) fn code_at(secret: &[u8], now_ms: u64) -> String {
    code(secret, now_ms / STEP_MS)
}

/// The secret as people type it into an app: base 32 of RFC 4648.
pub(crate) fn typed(secret: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: Vec<u8> = secret.iter().flat_map(|byte| (0..8).rev().map(move |at| byte >> at & 1)).collect();
    let letter = |five: &[u8]| {
        let index = (0..5).fold(0, |index, at| index << 1 | usize::from(five.get(at).copied().unwrap_or(0)));
        char::from(LETTERS[index])
    };
    bits.chunks(5).map(letter).collect()
}

/// The bytes of such a text.
#[cfg(test)]
pub(crate) fn secret_of(typed: &str) -> Vec<u8> {
    let index = |letter: u8| if letter.is_ascii_digit() { letter - b'2' + 26 } else { letter - b'A' };
    let bits: Vec<u8> =
        typed.bytes().flat_map(|letter| (0..5).rev().map(move |at| index(letter) >> at & 1)).collect();
    bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |sum, bit| sum << 1 | bit)).collect()
}

/// What an app reads from the picture. The account's name is left out: a photograph of it would tell whose it is.
pub(crate) fn address(secret: &[u8]) -> String {
    format!("otpauth://totp/Waymark?secret={}&issuer=Waymark", typed(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    /// RFC 6238, appendix B, the last six digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code_at(SECRET, seconds * 1000), code);
        }
    }

    #[test]
    fn a_code_counts_in_its_step_and_beside_it_and_once() {
        let now_ms = 1_111_111_111_000;
        let (step, shown) = (now_ms / STEP_MS, code_at(SECRET, now_ms));
        for at_ms in [now_ms - STEP_MS, now_ms, now_ms + STEP_MS] {
            assert_eq!(step_of(SECRET, &shown, at_ms, 0), Some(step));
        }
        assert_eq!(step_of(SECRET, &shown, now_ms + 2 * STEP_MS, 0), None);
        assert_eq!(step_of(SECRET, " 050 471\n", now_ms, 0), Some(step), "spaces do not matter");
        assert_eq!(step_of(SECRET, &shown, now_ms, step), None, "it was used");
        for typed in ["", "05047", "0504711", "050472", "٠٥٠٤٧١"] {
            assert_eq!(step_of(SECRET, typed, now_ms, 0), None, "{typed}");
        }
    }

    #[test]
    fn a_secret_can_be_typed() {
        assert_eq!(typed(SECRET), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(secret_of(&typed(SECRET)), SECRET);
    }
}
