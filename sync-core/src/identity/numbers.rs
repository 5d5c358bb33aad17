//! PNC ids and CRO numbers: how they are written, and the check letter both carry.
//!
//! Does not look anybody up: a number that passes may still be nobody's.

const LETTERS: &[u8; 23] = b"ZABCDEFGHJKLMNPQRTUVWXY";

/// A number taken apart: digits of the year, digits of the serial, check letter.
struct Parts<'a> {
    year: &'a str,
    serial: &'a str,
    letter: u8,
}

/// A PNC id in its canonical form `YYYY/NNNNNNNX`; `None` when it is none or the check letter does not fit.
/// A two-digit year later than `this_year` belongs to the century before. Without a slash the check letter
/// tells a two-digit year from four digits; when both readings fit, neither is taken.
///
/// ```
/// use sync_core::identity::canonical_pnc;
/// assert_eq!(canonical_pnc("99/123456x", 2026).as_deref(), Some("1999/0123456X"));
/// ```
#[must_use]
pub fn canonical_pnc(text: &str, this_year: u16) -> Option<String> {
    let text = tidy(text);
    let parts = pnc_parts(&text)?;
    let short: u16 = parts.year.parse().ok()?;
    let century = this_year - this_year % 100;
    let year = match parts.year.len() {
        4 => short,
        _ if short <= this_year % 100 => century + short,
        _ => century.checked_sub(100)? + short,
    };
    Some(format!("{year:04}/{:0>7}{}", parts.serial, char::from(parts.letter)))
}

/// A CRO number in its canonical form, `NNNNNN/YYX` or `SFYY/NX`; `None` when it is none or the check
/// letter does not fit.
#[must_use]
pub fn canonical_cro(text: &str) -> Option<String> {
    let text = tidy(text);
    let (body, letter) = split_letter(&text)?;
    let (left, right) = body.split_once('/')?;
    match left.strip_prefix("SF") {
        Some(year) => {
            let parts = Parts { year, serial: right, letter };
            let fits = digits(year, 2..=2) && digits(right, 1..=6) && check_letter(&parts, 0) == Some(letter);
            fits.then(|| format!("SF{year}/{right}{}", char::from(letter)))
        }
        None => {
            let parts = Parts { year: right, serial: left, letter };
            let fits = digits(right, 2..=2) && digits(left, 1..=6) && check_letter(&parts, 6) == Some(letter);
            fits.then(|| format!("{left:0>6}/{right}{}", char::from(letter)))
        }
    }
}

/// A PNC id as two of them are compared, whichever way the year is written. The serial and its check letter
/// stand with the last two digits of the year, as the check letter itself does.
pub(super) fn pnc_without_century(text: &str) -> Option<String> {
    let text = tidy(text);
    let parts = pnc_parts(&text)?;
    let short = &parts.year[parts.year.len() - 2..];
    Some(format!("{short}/{:0>7}{}", parts.serial, char::from(parts.letter)))
}

fn pnc_parts(text: &str) -> Option<Parts<'_>> {
    let (body, letter) = split_letter(text)?;
    let read = |year, serial| {
        let parts = Parts { year, serial, letter };
        let shaped = matches!(year.len(), 2 | 4) && digits(year, 2..=4) && digits(serial, 1..=7);
        (shaped && check_letter(&parts, 7) == Some(letter)).then_some(parts)
    };
    match body.split_once('/') {
        Some((year, serial)) => read(year, serial),
        None => {
            let at = |cut: usize| body.split_at_checked(cut).and_then(|(year, serial)| read(year, serial));
            match (at(2), at(4)) {
                (Some(parts), None) | (None, Some(parts)) => Some(parts),
                (Some(_), Some(_)) | (None, None) => None,
            }
        }
    }
}

fn tidy(text: &str) -> String {
    text.trim().to_ascii_uppercase()
}

fn split_letter(text: &str) -> Option<(&str, u8)> {
    let letter = *text.as_bytes().last().filter(|byte| byte.is_ascii_uppercase())?;
    Some((&text[..text.len() - 1], letter))
}

fn digits(text: &str, length: std::ops::RangeInclusive<usize>) -> bool {
    length.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The letter of (last two digits of the year, then the serial padded to `width`) modulo 23.
fn check_letter(parts: &Parts<'_>, width: usize) -> Option<u8> {
    let short = parts.year.get(parts.year.len().checked_sub(2)?..)?;
    let number: usize = format!("{short}{:0>width$}", parts.serial).parse().ok()?;
    Some(LETTERS[number % LETTERS.len()])
}
