//! Names of forces, services and people: which texts are one, so that nobody passes for somebody else in a list.
//!
//! ```text
//!   refused                                    why
//!   letters that nobody sees, or that turn     "Sam", and "Sam" with a zero-width space, look alike
//!   forms of letters (ligatures, full width)   they read as the plain letters
//!   Latin, Cyrillic or Greek letters together  "Sam" with a Cyrillic "а" looks like "Sam"
//!   an id, `force`, what begins with a dash    a terminal takes them for something else
//! ```
//! Two people may have one name. Accents and every script are welcome; a name in a script whose letters join needs no
//! joiners to be read. Does not compare names: see [`sync_core::identity`].

use unicode_normalization::UnicodeNormalization as _;
use uuid::Uuid;

pub(crate) const MAX_NAME_BYTES: usize = 200;

/// Words that stand for something else where a name is typed.
const TAKEN: [&str; 2] = ["force", "none"];

/// A name as it is kept: composed, with one space between its words.
pub(crate) fn tidy(typed: &str) -> String {
    let composed: String = typed.nfc().collect();
    composed.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a text can be the name of a force.
pub(crate) fn is_name(typed: &str) -> bool {
    let name = tidy(typed);
    !name.is_empty()
        && name.len() <= MAX_NAME_BYTES
        && !typed.chars().any(|letter| letter.is_control() || is_unseen(letter))
        && typed.nfc().eq(typed.nfkc())
        && is_of_one_script(&name)
}

/// Whether a text can be the name of a service or a person, which terminals take in the place of an id.
pub(crate) fn is_plain_name(typed: &str) -> bool {
    let name = tidy(typed);
    let is_taken = TAKEN.contains(&name.to_lowercase().as_str());
    is_name(typed) && !is_taken && !name.starts_with('-') && name.parse::<Uuid>().is_err()
}

/// Letters that leave no mark, turn the direction of what follows, or that only one system knows.
fn is_unseen(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}'
        | '\u{8e2}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{e000}'..='\u{f8ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{ffff}'
        | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{10ffff}')
}

/// Scripts whose letters look like each other's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Alike {
    Latin,
    Greek,
    Cyrillic,
    Armenian,
    Cherokee,
    Coptic,
    Lisu,
}

fn script_of(letter: char) -> Option<Alike> {
    if !letter.is_alphabetic() {
        return None;
    }
    Some(match letter {
        'A'..='Z'
        | 'a'..='z'
        | '\u{c0}'..='\u{2af}'
        | '\u{1e00}'..='\u{1eff}'
        | '\u{2c60}'..='\u{2c7f}'
        | '\u{a722}'..='\u{a7ff}'
        | '\u{ab30}'..='\u{ab64}' => Alike::Latin,
        '\u{370}'..='\u{3e1}' | '\u{3f0}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Alike::Greek,
        '\u{400}'..='\u{52f}' | '\u{1c80}'..='\u{1c8f}' | '\u{a640}'..='\u{a69f}' => Alike::Cyrillic,
        '\u{531}'..='\u{58f}' => Alike::Armenian,
        '\u{13a0}'..='\u{13ff}' | '\u{ab70}'..='\u{abbf}' => Alike::Cherokee,
        '\u{3e2}'..='\u{3ef}' | '\u{2c80}'..='\u{2cff}' => Alike::Coptic,
        '\u{a4d0}'..='\u{a4ff}' => Alike::Lisu,
        _ => return None,
    })
}

fn is_of_one_script(name: &str) -> bool {
    let mut scripts = name.chars().filter_map(script_of);
    let first = scripts.next();
    scripts.all(|script| Some(script) == first)
}

#[cfg(test)]
mod tests {
    use super::{is_name, is_plain_name, tidy};

    #[test]
    fn names_as_people_have_them_are_names() {
        for name in [
            "Zoë O’Brien",
            "Łukasz Żak-Nowak",
            "Nguyễn Thị Mai",
            "Иван Петров",
            "Ελένη Παπαδοπούλου",
            "محمد علي",
            "王小明",
            "Turning Point (East) – No. 2",
            "Sam 2",
            "Force of Nature",
        ] {
            assert!(is_plain_name(name), "{name}");
        }
        assert_eq!(tidy("  Zoe\u{308}   Roe "), "Zoë Roe");
    }

    #[test]
    fn what_looks_like_another_name_is_none() {
        for name in [
            "Sam\u{200b} Roe",
            "\u{202e}eoR maS",
            "Sam\u{ad}Roe",
            "Sam\u{a0}Roe",
            "S\u{430}m Roe",
            "Петров \u{41}nna",
            "Sam R\u{3bf}e",
            "Ｓam Roe",
            "So\u{fb01}a",
            "Sam\nRoe",
            "\u{3164}",
            " ",
        ] {
            assert!(!is_name(name), "{name:?}");
        }
        assert!(!is_name(&"x".repeat(201)));
    }

    #[test]
    fn what_a_terminal_takes_for_something_else_is_no_name_of_a_service_or_a_person() {
        for name in ["force", " Force ", "none", "-", "--role", "7a0f3cf0-5b1e-4f5e-9a38-8d0a4b6c1c11"] {
            assert!(!is_plain_name(name), "{name}");
        }
        assert!(is_name("Force"), "a force may be called what it is");
    }
}
