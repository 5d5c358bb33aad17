//! Names of forces, services and people: which texts are one, so that nobody passes for somebody else in a list.
//!
//! ```text
//!   refused                                    why
//!   letters that nobody sees, or that turn     "Sam", and "Sam" with a zero-width space, look alike
//!   forms of letters (ligatures, full width)   they read as the plain letters
//!   Latin, Cyrillic or Greek letters together  "Sam" with a Cyrillic "а" looks like "Sam"
//!   two scripts in one word                    "Otter" with a Telugu zero, or a Gothic letter, looks like "Otter"
//!   marks without a letter, no letter at all   nobody can read it out, or type it
//!   an id, `force`, what begins with a dash    a terminal takes them for something else
//! ```
//! Two people may have one name, and no two services: see [`as_compared`]. Accents and every script are welcome; a name in a script whose letters join needs no
//! joiners to be read. Does not compare names: see [`sync_core::identity`].

use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup, Script};
use icu_properties::{CodePointMapData, CodePointSetData};
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
        && name.chars().any(is_letter)
        && name.split(' ').all(is_word)
}

/// What two names have in common that people take for one: without case, space and punctuation, and with the digits
/// that look like letters as those.
pub(crate) fn as_compared(name: &str) -> String {
    let read = name.chars().flat_map(char::to_lowercase).filter(|letter| letter.is_alphanumeric());
    let alike = |letter| match letter {
        '0' => 'o',
        '1' => 'l',
        other => other,
    };
    read.map(alike).collect()
}

/// Whether a text can be the name of a service or a person, which terminals take in the place of an id.
pub(crate) fn is_plain_name(typed: &str) -> bool {
    let name = tidy(typed);
    let is_taken = TAKEN.contains(&name.to_lowercase().as_str());
    is_name(typed) && !is_taken && !name.starts_with('-') && name.parse::<Uuid>().is_err()
}

/// Letters that leave no mark, turn the direction of what follows, or that only one system knows.
fn is_unseen(letter: char) -> bool {
    const BLANK_OF_BRAILLE: char = '\u{2800}';
    /// They stand for what could not be shown.
    const STAND_INS: [char; 2] = ['\u{fffc}', '\u{fffd}'];
    let category = CodePointMapData::<GeneralCategory>::new().get(letter);
    letter == BLANK_OF_BRAILLE
        || STAND_INS.contains(&letter)
        || is_of_phonetics(letter)
        || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(letter)
        || GeneralCategoryGroup::Other.contains(category)
        || matches!(category, GeneralCategory::LineSeparator | GeneralCategory::ParagraphSeparator)
}

fn is_in(group: GeneralCategoryGroup, letter: char) -> bool {
    group.contains(CodePointMapData::<GeneralCategory>::new().get(letter))
}

fn is_letter(letter: char) -> bool {
    is_in(GeneralCategoryGroup::Letter, letter)
}

/// Whether every mark follows a letter, and all letters are of one script.
fn is_word(word: &str) -> bool {
    let (mut script, mut after_letter) = (None, false);
    for letter in word.chars() {
        if !is_in(GeneralCategoryGroup::Mark, letter) {
            after_letter = is_letter(letter);
        } else if !after_letter {
            return false;
        }
        let own = written_with(CodePointMapData::<Script>::new().get(letter));
        if own.is_some_and(|own| *script.get_or_insert(own) != own) {
            return false;
        }
    }
    true
}

/// The script that words are written in: Chinese, Japanese and Korean each mix several. Digits, punctuation and most
/// marks are of none.
fn written_with(script: Script) -> Option<Script> {
    const WITH_HAN: [Script; 4] = [Script::Hiragana, Script::Katakana, Script::Hangul, Script::Bopomofo];
    if WITH_HAN.contains(&script) {
        return Some(Script::Han);
    }
    (![Script::Common, Script::Inherited].contains(&script)).then_some(script)
}

/// Small capitals and the like: no language is written in them, and they read as the plain letters.
fn is_of_phonetics(letter: char) -> bool {
    ('\u{1d00}'..='\u{1dbf}').contains(&letter)
}

/// Scripts whose letters look like each other's.
const ALIKE: [Script; 7] = [
    Script::Latin,
    Script::Greek,
    Script::Cyrillic,
    Script::Armenian,
    Script::Cherokee,
    Script::Coptic,
    Script::Lisu,
];

fn script_of(letter: char) -> Option<Script> {
    let script = CodePointMapData::<Script>::new().get(letter);
    ALIKE.contains(&script).then_some(script)
}

fn is_of_one_script(name: &str) -> bool {
    let mut scripts = name.chars().filter_map(script_of);
    let first = scripts.next();
    scripts.all(|script| Some(script) == first)
}

#[cfg(test)]
mod tests {
    use super::{as_compared, is_name, is_plain_name, tidy};

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
            "山田さくら",
            "이민호",
            "प्रिया शर्मा",
            "Ḫ\u{331}asan",
            "Aled اَحمد",
            "3rd Step",
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
            "\u{c66}tter Service",
            "\u{1033f}tter Service",
            "Ott\u{5d0}r",
            "Otter Servi\u{1d04}e",
            "\u{301}",
            "Otter \u{301}Service",
            "-\u{301}tter",
            "Sam\u{fffc}",
            "Sam\u{fffd}",
            "24/7",
            "...",
        ] {
            assert!(!is_name(name), "{name:?}");
        }
        assert!(!is_name(&"x".repeat(201)));
    }

    #[test]
    fn services_are_compared_as_they_are_read() {
        for other in ["OTTER SERVICE", "Otter Service.", "Otter-Service", "0tter Service", "«Otter» Service"]
        {
            assert_eq!(as_compared(other), as_compared("Otter Service"), "{other}");
        }
        assert_ne!(as_compared("Otter Service 2"), as_compared("Otter Service"));
    }

    #[test]
    fn what_a_terminal_takes_for_something_else_is_no_name_of_a_service_or_a_person() {
        for name in ["force", " Force ", "none", "-", "--role", "7a0f3cf0-5b1e-4f5e-9a38-8d0a4b6c1c11"] {
            assert!(!is_plain_name(name), "{name}");
        }
        assert!(is_name("Force"), "a force may be called what it is");
    }
}
