//! What both ways of a stored state share: its version, its words, its check sum, and short values.
//!
//! Does not know the layout: see [`super::pack`] and [`super::unpack`].

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::ids::{Digest, Stream};
use crate::op::VOCABULARY;
use crate::referral::act::KINDS;
use crate::referral::conflict::CROSSED;
use crate::referral::interim::INTERIM;
use crate::register::Agreement;

/// The layout of [`super::pack`]; another layout, or another meaning of what is folded, is another number.
const LAYOUT: u8 = 1;

/// Bytes of the check sum at the end.
pub(super) const SUM_BYTES: usize = 8;

/// The longest value that is kept as it is; of longer ones a digest tells whether two are the same.
const SHORT_BYTES: usize = 1 + 64;

/// Words that names begin with, each told by its place in this list; 0 stands for any other text.
pub(super) const WORDS: &[&str] = &[
    "",
    "appointment",
    "attendance",
    "consent/contact",
    "consent/feedback",
    "consent/messages",
    "provider",
    "acceptance",
    "closure",
    "closed_on",
    "subject/name",
    "subject/identity",
    "subject/born",
    "subject/phone",
    "progress",
    "request",
    "transfer",
    "eligibility",
    "disposal",
    "struck_amended",
];

/// The version in front: the layout, and the tables by which a state is folded, so that a version with
/// other tables folds anew even if nobody thought of it.
pub(super) const VERSION: [u8; 4] = version().to_le_bytes();

const fn version() -> u32 {
    let mut hash = mix(mix(0x811c_9dc5, &[LAYOUT]), &VOCABULARY.to_le_bytes());
    let mut at = 0;
    while at < KINDS.len() {
        hash = mix(hash, KINDS[at].kind.as_bytes());
        at += 1;
    }
    at = 0;
    while at < INTERIM.len() {
        hash = mix(hash, INTERIM[at].register.as_bytes());
        at += 1;
    }
    at = 0;
    while at < CROSSED.len() {
        hash = mix(hash, CROSSED[at].name.as_bytes());
        at += 1;
    }
    at = 0;
    while at < WORDS.len() {
        hash = mix(hash, WORDS[at].as_bytes());
        at += 1;
    }
    hash
}

/// FNV-1a, with an end mark.
const fn mix(mut hash: u32, bytes: &[u8]) -> u32 {
    let mut at = 0;
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u32).wrapping_mul(0x0100_0193);
        at += 1;
    }
    (hash ^ 0xff).wrapping_mul(0x0100_0193)
}

/// The check sum: a row under the name of another stream is as wrong as a damaged one.
pub(super) fn sum(stream: &Stream, bytes: &[u8]) -> [u8; SUM_BYTES] {
    let mut hash = Sha256::new();
    hash.update(b"waymark/folded");
    hash.update([stream.record.kind.byte(), stream.compartment.kind.byte()]);
    hash.update(stream.record.id.as_bytes());
    hash.update(stream.compartment.org.0.as_bytes());
    hash.update(bytes);
    let hash = hash.finalize();
    std::array::from_fn(|at| hash[at])
}

/// A value as a skeleton keeps it: nothing where nobody compares it, and a long one by its digest. No JSON
/// begins as a digest does here, and shortening twice changes nothing.
pub(super) fn short(agreement: Agreement, value: String) -> String {
    match agreement {
        Agreement::Harmless => String::new(),
        Agreement::Must | Agreement::MustAsNames if value.len() <= SHORT_BYTES => value,
        Agreement::Must | Agreement::MustAsNames => format!("#{}", Digest(Sha256::digest(value).into())),
    }
}

/// A short value in its smallest form.
pub(super) enum Form {
    /// A UUID in quotation marks.
    Uuid(Uuid),
    /// `#` and a digest.
    Digest(Digest),
    /// Anything else.
    Text,
}

impl Form {
    pub(super) fn of(value: &str) -> Self {
        let is_same = |form: &Self, text: &str| form.text().is_some_and(|written| written == text);
        let uuid = value.get(1..37).filter(|_| value.len() == 38);
        let uuid = uuid.and_then(|text| Uuid::try_parse(text).ok()).map(Self::Uuid);
        let digest = value.strip_prefix('#').and_then(|hex| hex.parse().ok()).map(Self::Digest);
        uuid.or(digest).filter(|form| is_same(form, value)).unwrap_or(Self::Text)
    }

    /// The value, but for a text.
    pub(super) fn text(&self) -> Option<String> {
        match self {
            Self::Uuid(uuid) => Some(format!("\"{uuid}\"")),
            Self::Digest(digest) => Some(format!("#{digest}")),
            Self::Text => None,
        }
    }
}

/// Bits of the byte in front of an op at rest; the lowest three tell its standing.
pub(super) mod flag {
    pub(in crate::referral::fold) const STANDING: u8 = 0b111;
    pub(in crate::referral::fold) const STAMPED: u8 = 1 << 3;
    pub(in crate::referral::fold) const BODY: u8 = 1 << 4;
    pub(in crate::referral::fold) const SUSPECT: u8 = 1 << 5;
    pub(in crate::referral::fold) const AUTHOR: u8 = 1 << 6;
    pub(in crate::referral::fold) const VOCABULARY: u8 = 1 << 7;
}
