//! A name as it is compared: one spelling of each letter, nothing but letters.
//!
//! Does not bring other alphabets into Latin: see [`super::words`], whose answer is a guess.

use unicode_normalization::UnicodeNormalization;

/// A name as it is compared, never as it is shown: compatibility forms decomposed (NFKD), diacritics off,
/// case folded, and everything that is no letter or digit (hyphens, apostrophes, spaces) left out.
/// `O’Brien-Núñez` and `OBRIEN NUNEZ` both become `obriennunez`.
///
/// Marks that are letters of their own, as the vowel signs of Indic scripts, stay.
#[must_use]
pub fn normalise_name(name: &str) -> String {
    let folded = name
        .nfkd()
        .filter(|letter| !is_diacritic(*letter))
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .filter(|letter| letter.is_alphanumeric() || unicode_normalization::char::is_combining_mark(*letter))
        .fold(String::new(), |mut folded, letter| {
            match plain(letter) {
                Some(text) => folded.push_str(text),
                None => folded.push(letter),
            }
            folded
        });
    // Marks that a left-out space kept apart now stand together: they get their one order.
    folded.nfkd().collect()
}

/// Accents of Latin, Greek and Cyrillic; points of Hebrew and Arabic, which are written or left out at will.
pub(super) fn is_diacritic(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{591}'..='\u{5c7}' | '\u{64b}'..='\u{65f}' | '\u{670}')
}

/// Letters that carry their stroke inside and so have no decomposition.
fn plain(letter: char) -> Option<&'static str> {
    match letter {
        'ø' => Some("o"),
        'ł' => Some("l"),
        'đ' | 'ð' => Some("d"),
        'ħ' => Some("h"),
        'ı' => Some("i"),
        'æ' => Some("ae"),
        'œ' => Some("oe"),
        'þ' => Some("th"),
        // Only the capital ẞ is left: ß became SS above.
        'ß' => Some("ss"),
        _ => None,
    }
}
