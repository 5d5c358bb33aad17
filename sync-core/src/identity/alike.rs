//! How alike two names are: family with family and given with given, or the other way round, or all words with
//! all words.
//!
//! Does not say what that is worth: see [`super::rules`].

use super::rules::ReasonCode;
use super::words::{Part, Word, are_forms_of_one};

/// How alike two words, or two halves of a name, are; the first is the strongest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Alike {
    /// The same letters.
    Equal,
    /// Known forms of one name.
    Variant,
    /// The same but for the way of writing.
    Spelling,
    /// The same, and one has more words.
    Part,
    /// A letter or two differ.
    Close,
    /// Written apart, spoken alike.
    Sounds,
    /// Of one only the first letter is known, and it fits.
    Initial,
    /// Not alike.
    Differs,
}

/// A name in its two halves.
pub(super) struct Name {
    pub(super) family: Part,
    pub(super) given: Part,
}

/// Which halves were laid beside each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Laid {
    /// Family with family, given with given.
    Straight,
    /// Family with given, or all words with all words.
    Otherwise,
}

/// One way of laying two names beside each other; a half that is missing says nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Beside {
    pub(super) laid: Laid,
    pub(super) family: Option<Alike>,
    pub(super) given: Option<Alike>,
}

impl Beside {
    /// What it says, as codes.
    pub(super) fn codes(self) -> impl Iterator<Item = ReasonCode> {
        let order = match self.laid {
            Laid::Straight => None,
            Laid::Otherwise => Some(ReasonCode::Order),
        };
        self.family.map(family_code).into_iter().chain(self.given.map(given_code)).chain(order)
    }
}

/// The ways in which two names can be laid beside each other, the plain one first.
pub(super) fn ways(a: &Name, b: &Name) -> Vec<Beside> {
    let straight = Beside {
        laid: Laid::Straight,
        family: halves(&a.family, &b.family),
        given: halves(&a.given, &b.given),
    };
    let (one, other) = (halves(&a.family, &b.given), halves(&a.given, &b.family));
    let swapped = |family, given| Beside { laid: Laid::Otherwise, family, given };
    let mut ways = vec![straight, swapped(one, other), swapped(other, one)];
    let (all_a, all_b) = (Part::both(&a.family, &a.given), Part::both(&b.family, &b.given));
    let is_whole = |part: &Part| part.words.len() >= 2 && !part.words.iter().any(Word::is_initial);
    if is_whole(&all_a) && is_whole(&all_b) {
        let all = halves(&all_a, &all_b).filter(|alike| *alike <= Alike::Part);
        ways.extend(all.map(|all| Beside { laid: Laid::Otherwise, family: Some(all), given: Some(all) }));
    }
    ways
}

/// How alike two halves are; none when either is missing.
fn halves(a: &Part, b: &Part) -> Option<Alike> {
    if a.words.is_empty() || b.words.is_empty() {
        return None;
    }
    if a.joined == b.joined {
        return Some(Alike::Equal);
    }
    // Where several pairs are equally alike, which is taken must not depend on who comes first.
    let by_words = word_by_word(a, b).min(word_by_word(b, a));
    if a.words.len() == b.words.len() {
        return Some(by_words);
    }
    // `Ann Marie` and `Annmarie`, `al-Sayed` and `Alsayed`.
    let as_one = words(&Word::of(&a.joined), &Word::of(&b.joined));
    Some(if as_one <= Alike::Close { as_one.min(by_words) } else { by_words })
}

/// Each word of the shorter half with the most alike of the other that is left; the weakest pair counts.
fn word_by_word(a: &Part, b: &Part) -> Alike {
    let (short, long) = if a.words.len() <= b.words.len() { (a, b) } else { (b, a) };
    let mut pairs: Vec<(Alike, usize, usize)> = Vec::new();
    for (i, one) in short.words.iter().enumerate() {
        pairs.extend(long.words.iter().enumerate().map(|(j, other)| (words(one, other), i, j)));
    }
    pairs.sort_unstable();
    let (mut found, mut used) = (vec![None; short.words.len()], vec![false; long.words.len()]);
    for (alike, i, j) in pairs {
        if found[i].is_none() && !used[j] {
            found[i] = Some(alike);
            used[j] = true;
        }
    }
    let found: Vec<Alike> = found.into_iter().flatten().collect();
    let weakest = found.iter().copied().max().unwrap_or(Alike::Differs);
    let strongest = found.iter().copied().min().unwrap_or(Alike::Differs);
    let more = short.words.len() < long.words.len();
    match weakest {
        Alike::Equal | Alike::Variant | Alike::Spelling | Alike::Part if more => Alike::Part,
        Alike::Close if more => Alike::Sounds,
        // `John P` and `John Paul`.
        Alike::Initial if strongest <= Alike::Spelling => Alike::Part,
        other => other,
    }
}

/// How alike two words are.
fn words(a: &Word, b: &Word) -> Alike {
    if a.text == b.text {
        return Alike::Equal;
    }
    if are_forms_of_one(&a.text, &b.text) {
        return Alike::Variant;
    }
    if a.is_initial() || b.is_initial() {
        let first = |word: &Word| word.text.chars().next();
        return if first(a) == first(b) { Alike::Initial } else { Alike::Differs };
    }
    let likeness = strsim::jaro_winkler(&a.text, &b.text).max(strsim::jaro_winkler(&b.text, &a.text));
    if a.spelling == b.spelling && likeness >= 0.5 {
        return Alike::Spelling;
    }
    let slip = is_a_slip(&a.text, &b.text) || is_a_slip(&a.spelling, &b.spelling);
    if slip || begins_with(&a.text, &b.text) || begins_with(&b.text, &a.text) {
        return Alike::Close;
    }
    if a.sound.len() >= 2 && a.sound == b.sound && likeness >= 0.75 { Alike::Sounds } else { Alike::Differs }
}

/// One letter wrong, missing, added or swapped with its neighbour; two in a long word. Short words are names of
/// their own (Ian and Ivan, Ali and Alim).
fn is_a_slip(a: &str, b: &str) -> bool {
    let shorter = a.chars().count().min(b.chars().count());
    let slips = strsim::osa_distance(a, b);
    (shorter >= 4 && slips <= 1) || (shorter >= 8 && slips <= 2)
}

/// One name grown out of another: Bhavesh and Bhaveshkumar.
fn begins_with(long: &str, short: &str) -> bool {
    short.chars().count() >= 4 && long.starts_with(short)
}

fn family_code(alike: Alike) -> ReasonCode {
    match alike {
        Alike::Equal => ReasonCode::FamilyEqual,
        Alike::Variant => ReasonCode::FamilyVariant,
        Alike::Spelling => ReasonCode::FamilySpelling,
        Alike::Part => ReasonCode::FamilyPart,
        Alike::Close => ReasonCode::FamilyClose,
        Alike::Sounds => ReasonCode::FamilySounds,
        Alike::Initial => ReasonCode::FamilyInitial,
        Alike::Differs => ReasonCode::FamilyDiffers,
    }
}

fn given_code(alike: Alike) -> ReasonCode {
    match alike {
        Alike::Equal => ReasonCode::GivenEqual,
        Alike::Variant => ReasonCode::GivenVariant,
        Alike::Spelling => ReasonCode::GivenSpelling,
        Alike::Part => ReasonCode::GivenPart,
        Alike::Close => ReasonCode::GivenClose,
        Alike::Sounds => ReasonCode::GivenSounds,
        Alike::Initial => ReasonCode::GivenInitial,
        Alike::Differs => ReasonCode::GivenDiffers,
    }
}
