//! What may be amended later, field by field: one closed list a compartment, and for each field its check.
//!
//! ```text
//!   shared     subject.amended     who the person is, and how to reach them           both sides read it
//!   outreach   details.learnt      how to reach them, as they told the service        never the force
//!   outreach   walk_in.corrected   who they are, where nobody referred them           never the force
//!   police     encounter.amended   warnings, and numbers that name them elsewhere     never the service
//! ```
//! A check needs no clock, so a phone and the server say the same of a value. Does not say which value is live: see
//! [`crate::referral::person`].

use chrono::{Datelike, NaiveDate};

use crate::codes::{self, CodeList};
use crate::identity::{self, Identifier, IdentifierKind, Verified, comparable};
use crate::shape::BadShape;

/// A field that can be amended.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What is wrong with a value of it: the problem's code, and what is asked for.
    check: fn(&str) -> Result<(), (&'static str, &'static str)>,
}

/// The fields of one compartment.
#[derive(Debug)]
pub struct Fields {
    /// Each with its check.
    pub all: &'static [Field],
    /// What is said of a name that is none of them.
    unknown: &'static str,
}

/// What `subject.amended` takes.
pub const SHARED: Fields = Fields {
    all: &[
        Field { name: "name", check: name },
        Field { name: "born", check: born },
        Field { name: "apparent_age", check: age },
        Field { name: "phone", check: phone },
        Field { name: "email", check: email },
        Field { name: "address", check: line },
        Field { name: "language", check: language },
        Field { name: "place_and_time", check: line },
        Field { name: "may", check: may },
    ],
    unknown: "one of: name, born, apparent_age, phone, email, address, language, place_and_time, may",
};

/// What `details.learnt` takes. A name is corrected where both sides read it.
pub const OUTREACH: Fields = Fields {
    all: &[
        Field { name: "phone", check: phone },
        Field { name: "email", check: email },
        Field { name: "address", check: line },
        Field { name: "language", check: language },
        Field { name: "place_and_time", check: line },
        Field { name: "may", check: may },
    ],
    unknown: "one of: phone, email, address, language, place_and_time, may",
};

/// What `walk_in.corrected` takes: nobody but the service reads who it is.
pub const WALK_IN: Fields = Fields {
    all: &[Field { name: "name", check: name }, Field { name: "born", check: born }],
    unknown: "one of: name, born",
};

/// What `encounter.amended` takes.
pub const POLICE: Fields = Fields {
    all: &[
        Field { name: "warning", check: text },
        Field { name: "pnc", check: pnc },
        Field { name: "cro", check: cro },
        Field { name: "force_number", check: line },
    ],
    unknown: "one of: warning, pnc, cro, force_number",
};

impl Fields {
    /// Whether a field is one of them.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.all.iter().any(|field| field.name == name)
    }

    /// Checks the value of a field.
    ///
    /// # Errors
    /// [`BadShape`]: `field` when it is none of them, `value` when the value is none of it.
    pub fn check(&self, name: &str, value: &str) -> Result<(), BadShape> {
        let field = self.all.iter().find(|field| field.name == name);
        let field = field.ok_or_else(|| BadShape::of("field_unknown", "field", self.unknown))?;
        (field.check)(value).map_err(|(code, fault)| BadShape::of(code, "value", fault))
    }
}

type Checked = Result<(), (&'static str, &'static str)>;

fn ask(holds: bool, code: &'static str, fault: &'static str) -> Checked {
    if holds { Ok(()) } else { Err((code, fault)) }
}

/// A name as people type it: `Family, Given`, or one name alone.
#[must_use]
pub fn family_and_given(typed: &str) -> [String; 2] {
    let (family, given) = typed.split_once(',').unwrap_or((typed, ""));
    [family.trim().to_owned(), given.trim().to_owned()]
}

fn name(typed: &str) -> Checked {
    let [family, _] = family_and_given(typed);
    part_of_name(typed)?;
    ask(!identity::normalise_name(&family).is_empty(), "text_empty", "write it as Family, Given")
}

/// A family or given name: one line, of characters that are seen; nothing at all where somebody has none.
///
/// # Errors
/// The problem's code, and what is asked for.
pub fn part_of_name(typed: &str) -> Result<(), (&'static str, &'static str)> {
    ask(typed.len() <= 200, "string_too_long", "at most 200 bytes")?;
    let seen = !typed.chars().any(|c| c.is_control() || is_invisible(c));
    let empty = typed.trim().is_empty();
    ask(
        seen && (empty || typed.contains(char::is_alphabetic)),
        "field_wrong",
        "a name, in letters, on one line",
    )
}

/// Characters that show nothing, or turn round what stands beside them.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// A day that exists; whether it has come is asked of a clock, where there is one.
fn born(typed: &str) -> Checked {
    let day = NaiveDate::parse_from_str(typed, "%Y-%m-%d").ok().filter(|_| typed.len() == 10);
    let possible = day.is_some_and(|day| (1900..=2199).contains(&day.year()));
    ask(possible, "date_impossible", "write it as 1990-12-31")
}

fn age(typed: &str) -> Checked {
    let years: Option<u8> = typed.parse().ok();
    ask(years.is_some_and(|years| years <= 120), "number_out_of_range", "years, from 0 to 120")
}

/// A telephone number: digits, and what people write between them.
pub(super) fn phone(typed: &str) -> Checked {
    let digits = typed.bytes().filter(u8::is_ascii_digit).count();
    let written = typed.trim().trim_start_matches('+').chars();
    let plain = written.into_iter().all(|c| c.is_ascii_digit() || " -()./".contains(c));
    ask(plain && (3..=20).contains(&digits), "number_malformed", "a telephone number, in digits")
}

fn email(typed: &str) -> Checked {
    let (local, domain) = typed.trim().split_once('@').unwrap_or_default();
    let plain = !typed.trim().contains(char::is_whitespace) && typed.len() <= 200;
    let whole = !local.is_empty() && domain.contains('.') && !domain.contains('@');
    ask(plain && whole, "field_wrong", "an address as name@example.org")
}

/// A few words of one line: where somebody lives, where they are to be found.
pub(super) fn line(typed: &str) -> Checked {
    text(typed)?;
    ask(typed.len() <= 200, "string_too_long", "at most 200 bytes")?;
    ask(!typed.contains(char::is_control), "field_wrong", "one line of text")
}

/// The first half of a postcode, such as RG1 or SW1A: where about it was, and nobody's door.
pub(super) fn postcode_district(typed: &str) -> Checked {
    let typed = typed.trim().to_ascii_uppercase();
    let letters = typed.bytes().take_while(u8::is_ascii_uppercase).count();
    let rest = &typed.as_bytes()[letters..];
    let district = (1..=2).contains(&letters)
        && (1..=2).contains(&rest.len())
        && rest[0].is_ascii_digit()
        && rest[1..].iter().all(u8::is_ascii_alphanumeric);
    ask(district, "field_wrong", "the first half of a postcode, such as RG1")
}

fn text(typed: &str) -> Checked {
    ask(!typed.trim().is_empty(), "text_empty", "say something")
}

fn language(code: &str) -> Checked {
    ask(codes::contains(CodeList::Languages, code), "code_unknown", "a code of the list languages")
}

/// What may be done at a number, as it is typed: codes with commas between them; nothing at all for none of them.
#[must_use]
pub fn allowed(typed: &str) -> Vec<String> {
    let mut codes: Vec<String> =
        typed.split(',').map(|code| code.trim().to_owned()).filter(|code| !code.is_empty()).collect();
    codes.sort();
    codes.dedup();
    codes
}

fn may(typed: &str) -> Checked {
    may_all(&allowed(typed))
}

pub(super) fn may_all(allowed: &[String]) -> Checked {
    let known = allowed.iter().all(|code| codes::contains(CodeList::ReachMay, code));
    ask(known, "code_unknown", "codes of the list reach_may, with commas between them")
}

fn pnc(typed: &str) -> Checked {
    ask(is_number(IdentifierKind::Pnc, typed), "number_malformed", "a PNC id such as 2000/1234567X")
}

fn cro(typed: &str) -> Checked {
    ask(is_number(IdentifierKind::Cro, typed), "number_malformed", "a CRO number such as 123456/00X")
}

fn is_number(kind: IdentifierKind, typed: &str) -> bool {
    comparable(&Identifier { kind, value: typed.to_owned(), verified: Verified::No }).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_field_is_refused_by_name() {
        for (fields, name) in [(SHARED, "pnc"), (SHARED, "shoe_size"), (OUTREACH, "name"), (POLICE, "phone")]
        {
            let bad = fields.check(name, "1").expect_err("it is none of them");
            assert_eq!((bad.code, bad.field.as_str()), ("field_unknown", "field"), "{name}");
            assert!(fields.all.iter().all(|field| bad.fault.contains(field.name)), "{}", bad.fault);
            assert!(!bad.fault.contains(&format!(" {name},")), "{}", bad.fault);
        }
    }

    #[test]
    fn a_postcode_district_names_no_door() {
        for good in ["RG1", "SW1A", "M1", "OX26", "rg1 "] {
            assert_eq!(postcode_district(good), Ok(()), "{good}");
        }
        for bad in ["", "RG1 4AB", "RG", "123", "ABC1", "SW1A1"] {
            assert!(postcode_district(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn each_field_has_its_own_check() {
        let cases = [
            (SHARED, "name", "Núñez, Zoë", "Núñez, Zoë", ", Zoë"),
            (SHARED, "name", "Zoë", "van der Berg, J.", "--"),
            (SHARED, "name", "O'Brien-Ní", "ابن رشد", "31.12.1980"),
            (SHARED, "name", "Smith", "De, Ana", "Smith\nOutcome: none"),
            (SHARED, "name", "Smith", "De, Ana", "Smi\u{202e}th"),
            (SHARED, "born", "1990-02-28", "2010-01-01", "1990-02-30"),
            (SHARED, "born", "1900-01-01", "1990-12-31", "90-1-1"),
            (SHARED, "apparent_age", "16", "0", "old"),
            (SHARED, "phone", "07700 900123", "+44 (0)7700-900123", "ask his sister"),
            (OUTREACH, "email", "ana@example.org", "a.b@c.d.uk", "ana at example"),
            (OUTREACH, "address", "12 High Street", "the bridge", " "),
            (SHARED, "language", "pl", "cy", "Polish"),
            (SHARED, "place_and_time", "the bridge at noon", "x", "a\nb"),
            (SHARED, "may", "text,voicemail", "", "shout"),
            (POLICE, "warning", "carries a needle", "x", ""),
            (POLICE, "pnc", "1999/1234567B", "99/1234567B", "1999/1234567C"),
            (POLICE, "force_number", "TVP 12", "1", ""),
        ];
        for (fields, name, good, also_good, bad) in cases {
            for value in [good, also_good] {
                assert_eq!(fields.check(name, value), Ok(()), "{name}: {value}");
            }
            let found = fields.check(name, bad).expect_err("it is none");
            assert_eq!(found.field, "value", "{name}: {bad}");
            assert!(codes::contains(CodeList::Errors, found.code), "{}", found.code);
        }
    }
}
