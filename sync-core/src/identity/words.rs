//! The words of a name, each in the forms in which two are compared: as Latin letters, without what differs
//! only by the way of writing, and as it sounds.
//!
//! The tables are data (`schema/names`). Does not know which alphabets it lacks: their letters stay as they are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use rphonetic::{DoubleMetaphone, Encoder};
use unicode_normalization::UnicodeNormalization;

use super::normal::is_diacritic;

/// More words than anybody's name has; what comes after them is not compared.
const MAX_WORDS: usize = 8;
/// Longer than anybody's word; keeps the comparison of two hostile names short.
const MAX_LETTERS: usize = 40;

/// One word of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// Latin letters, lower case, no marks.
    pub(super) text: String,
    /// Without what differs only by the way of writing.
    pub(super) spelling: String,
    /// As it sounds; empty for letters that are not Latin.
    pub(super) sound: String,
}

/// One half of a name, family or given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Part {
    /// Its words; those that people leave out at will (`van`, `al`, `de`) only where nothing else is there.
    pub(super) words: Vec<Word>,
    /// All of its words as one.
    pub(super) joined: String,
}

impl Part {
    pub(super) fn of(name: &str) -> Self {
        let texts = texts(name);
        let joined = texts.concat();
        let bare: Vec<_> = texts.iter().filter(|text| !PARTICLES.contains(text.as_str())).collect();
        let kept = if bare.is_empty() { texts.iter().collect() } else { bare };
        Self { words: kept.into_iter().map(|text| Word::of(text)).collect(), joined }
    }

    /// The words of both halves, whichever they stood in.
    pub(super) fn both(one: &Self, other: &Self) -> Self {
        let words = one.words.iter().chain(&other.words).cloned().collect();
        Self { words, joined: format!("{}{}", one.joined, other.joined) }
    }
}

impl Word {
    pub(super) fn of(text: &str) -> Self {
        let latin = text.bytes().all(|byte| byte.is_ascii_lowercase());
        let sound = if latin { DoubleMetaphone::default().encode(text) } else { String::new() };
        Self { text: text.to_owned(), spelling: spelling(text), sound }
    }

    pub(super) fn is_initial(&self) -> bool {
        self.text.chars().count() == 1
    }
}

/// The words of a name in Latin letters; a prefix written apart (`O Brien`, `Mc Donald`) joins its word.
fn texts(name: &str) -> Vec<String> {
    let latin = latin(name);
    let mut texts: Vec<String> = Vec::new();
    let mut prefix = String::new();
    for text in latin.split(|letter: char| !is_of_a_word(letter)).filter(|text| !text.is_empty()) {
        if matches!(text, "o" | "d" | "l" | "mc" | "mac") && prefix.is_empty() {
            text.clone_into(&mut prefix);
            continue;
        }
        let whole = std::mem::take(&mut prefix) + text;
        texts.push(whole.chars().take(MAX_LETTERS).collect());
    }
    if !prefix.is_empty() {
        texts.push(prefix);
    }
    texts.truncate(MAX_WORDS);
    texts
}

fn is_of_a_word(letter: char) -> bool {
    letter.is_alphanumeric() || unicode_normalization::char::is_combining_mark(letter)
}

/// Lower case, apostrophes and marks off, other alphabets' letters as the table has them.
fn latin(name: &str) -> String {
    let lower = name.chars().flat_map(char::to_lowercase).filter(|letter| !is_apostrophe(*letter));
    // A letter such as й is one of the table's own and must be met before its mark comes off.
    let own = |letter: char| LETTERS.single.contains_key(&letter);
    let plain = lower.flat_map(|letter| if own(letter) { vec![letter] } else { letter.nfkd().collect() });
    let letters: Vec<char> =
        plain.filter(|letter| !is_diacritic(*letter)).flat_map(char::to_lowercase).collect();
    let mut latin = String::new();
    let mut rest = letters.as_slice();
    while let Some((first, others)) = rest.split_first() {
        let pair = others.first().and_then(|second| LETTERS.pair.get(&(*first, *second)));
        rest = if pair.is_some() { &others[1..] } else { others };
        match pair.or_else(|| LETTERS.single.get(first)) {
            Some(text) => latin.push_str(text),
            None => latin.push(*first),
        }
    }
    latin
}

fn is_apostrophe(letter: char) -> bool {
    matches!(letter, '\'' | '’' | '‘' | '`' | '´' | 'ʼ' | 'ʻ' | 'ʹ' | '′')
}

/// What is left of a word when all that only the way of writing changes is one.
fn spelling(text: &str) -> String {
    let mut word = text.to_owned();
    for Respelling { from, to, at } in &*SPELLINGS {
        let respelled = match at {
            // Few words hold what is respelled, and looking is cheaper than writing the word anew.
            At::Any => word.contains(from.as_str()).then(|| word.replace(from, to)),
            At::Start => word.strip_prefix(from.as_str()).map(|rest| format!("{to}{rest}")),
            At::End => word.strip_suffix(from.as_str()).map(|rest| format!("{rest}{to}")),
        };
        word = respelled.unwrap_or(word);
    }
    let mut single = String::new();
    for letter in word.chars() {
        if !single.ends_with(letter) {
            single.push(letter);
        }
    }
    single
}

/// Whether two words are known forms of one name.
pub(super) fn are_forms_of_one(a: &str, b: &str) -> bool {
    let lines = |word| NICKNAMES.get(word);
    lines(a).zip(lines(b)).is_some_and(|(a, b)| a.iter().any(|line| b.contains(line)))
}

/// Letters of other alphabets → Latin, one at a time or two that stand together.
struct Letters {
    single: BTreeMap<char, String>,
    pair: BTreeMap<(char, char), String>,
}

/// Where in a word a respelling applies.
enum At {
    Any,
    Start,
    End,
}

struct Respelling {
    from: String,
    to: String,
    at: At,
}

static LETTERS: LazyLock<Letters> = LazyLock::new(|| {
    let mut letters = Letters { single: BTreeMap::new(), pair: BTreeMap::new() };
    for [letter, latin] in rows(schema::names::LETTERS) {
        let from: Vec<char> = letter.chars().collect();
        match *from.as_slice() {
            [first, second] => drop(letters.pair.insert((first, second), latin)),
            _ => {
                from.first().into_iter().for_each(|first| drop(letters.single.insert(*first, latin.clone())))
            }
        }
    }
    letters
});

static PARTICLES: LazyLock<BTreeSet<String>> =
    LazyLock::new(|| rows(schema::names::PARTICLES).into_iter().map(|[word, _]| word).collect());

static SPELLINGS: LazyLock<Vec<Respelling>> = LazyLock::new(|| {
    let respelling = |[from, to, at, _]: [String; 4]| {
        let at = match at.as_str() {
            "start" => At::Start,
            "end" => At::End,
            _ => At::Any,
        };
        Respelling { from, to, at }
    };
    rows(schema::names::SPELLINGS).into_iter().map(respelling).collect()
});

/// Word → the lines of the table that hold it.
static NICKNAMES: LazyLock<BTreeMap<String, BTreeSet<usize>>> = LazyLock::new(|| {
    let mut lines: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for (line, [name, others]) in rows(schema::names::NICKNAMES).into_iter().enumerate() {
        for word in others.split(' ').chain([name.as_str()]) {
            lines.entry(word.to_owned()).or_default().insert(line);
        }
    }
    lines
});

/// The rows of an embedded table, below its line of column names.
fn rows<const N: usize>(text: &str) -> Vec<[String; N]> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let row = |record: csv::StringRecord| std::array::from_fn(|column| record[column].to_owned());
    reader.records().map(|record| row(record.expect("the tests read every embedded table"))).collect()
}
