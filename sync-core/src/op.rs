//! One immutable recorded act: its header, its body, and the digests that bind them.
//!
//! The header has a fixed, length-prefixed binary layout (`docs/protocol.md`, pinned by
//! `schema/vectors`), so that every implementation hashes the same bytes. The body is the kind's
//! JSON, kept verbatim as the bytes that the author wrote. Does not look inside the body.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::clock::{Hlc, Uptime};
use crate::ids::{BadId, DeviceId, Digest, OpId, Stream, UserId};

/// The op vocabulary of this version: which kinds its author could read.
pub const VOCABULARY: u16 = 1;

const HEADER_TAG: &[u8] = b"waymark/op/1";
const BODY_TAG: &[u8] = b"waymark/body/1";

/// The name of an op kind, such as `contact.recorded`; it may be one that this version does not know.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Kind(Cow<'static, str>);

/// 16 bytes that make the digest of a body unguessable, so that erasing both erases for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Salt(pub [u8; 16]);

/// What salts are derived from: drawn anew for the first op after a push was built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Seed(pub [u8; 16]);

/// Everything of an op but its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Author's device and place in its log.
    pub id: OpId,
    /// Hash of the device's previous op; all zero for the first.
    pub prev: Digest,
    /// The stream it is written in.
    pub stream: Stream,
    /// Heads of the stream in the view that the author acted on, sorted, none an ancestor of
    /// another; the device's own previous op in the stream is implied and never listed.
    pub deps: Vec<OpId>,
    /// Heads of the record's other streams in the same view; none when unchanged since the
    /// device's last op in the record.
    pub seen: Option<Vec<OpId>>,
    /// The author's clock.
    pub hlc: Hlc,
    /// The phone's uptime when it was recorded.
    pub uptime: Uptime,
    /// The newest receipt that the device had.
    pub receipt: Option<Digest>,
    /// Who recorded it.
    pub author: UserId,
    /// The op vocabulary of the author's software.
    pub vocabulary: u16,
    /// The op of an older log that this one repeats.
    pub recovered_from: Option<Recovered>,
    /// What kind of act it is.
    pub kind: Kind,
    /// Digest of salt and body.
    pub body_digest: Digest,
}

/// The op of an older log that a re-issued one repeats. Its hash tells it apart from the other op
/// that a forked log has under the same id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recovered {
    /// Where it stood.
    pub id: OpId,
    /// Its hash there.
    pub hash: Digest,
}

/// A header with its body and salt, as its author and the server hold it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Op {
    /// The header, which the chain binds.
    pub header: Header,
    /// The body as the author wrote it; none when it was erased or withheld.
    pub body: Option<Box<str>>,
    /// The salt of the body's digest.
    pub salt: Salt,
}

impl Kind {
    /// A kind of this version's table: its name need not be kept.
    pub(crate) fn of_table(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// The kind's name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Kind {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        let letters = |c: u8| c.is_ascii_lowercase() || c == b'_' || c == b'.';
        let fits = (3..=64).contains(&text.len()) && text.contains('.');
        if fits && text.bytes().all(letters) {
            Ok(Self(Cow::Owned(text.to_owned())))
        } else {
            Err(BadId("op kind"))
        }
    }
}

impl TryFrom<String> for Kind {
    type Error = BadId;
    fn try_from(text: String) -> Result<Self, BadId> {
        text.parse()
    }
}

impl From<Kind> for String {
    fn from(kind: Kind) -> Self {
        kind.0.into_owned()
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed(…)")
    }
}

impl Seed {
    /// The salt of one op: the first 16 bytes of HMAC-SHA-256(seed, device ‖ seq).
    #[must_use]
    pub fn salt(&self, id: OpId) -> Salt {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.update(id.device.0.as_bytes());
        mac.update(&id.seq.to_be_bytes());
        let full = mac.finalize().into_bytes();
        let mut salt = [0; 16];
        salt.copy_from_slice(&full[..16]);
        Salt(salt)
    }
}

/// Digest of a body under its salt.
#[must_use]
pub fn body_digest(salt: Salt, body: &str) -> Digest {
    let mut hash = Sha256::new();
    hash.update(BODY_TAG);
    hash.update(salt.0);
    hash.update(body.as_bytes());
    Digest(hash.finalize().into())
}

impl Header {
    /// What its author says to have seen, in its stream and in the record's others; not what its log implies.
    pub fn names(&self) -> impl Iterator<Item = OpId> + '_ {
        self.deps.iter().chain(self.seen.iter().flatten()).copied()
    }

    /// The bytes that the hash is taken over: integers big-endian, texts and lists length-prefixed,
    /// optional fields behind a byte that says whether they are there.
    #[must_use]
    pub fn layout(&self) -> Vec<u8> {
        let mut to = Layout(Vec::with_capacity(320));
        to.id(self.id);
        to.bytes(&self.prev.0);
        to.bytes(&[self.stream.record.kind.byte()]);
        to.bytes(self.stream.record.id.as_bytes());
        to.bytes(&[self.stream.compartment.kind.byte()]);
        to.bytes(self.stream.compartment.org.0.as_bytes());
        to.ids(&self.deps);
        to.option(self.seen.as_ref(), |to, seen| to.ids(seen));
        to.bytes(&self.hlc.0.to_be_bytes());
        to.bytes(self.uptime.boot.as_bytes());
        to.bytes(&self.uptime.ms.to_be_bytes());
        to.option(self.receipt.as_ref(), |to, receipt| to.bytes(&receipt.0));
        to.bytes(self.author.0.as_bytes());
        to.bytes(&self.vocabulary.to_be_bytes());
        to.option(self.recovered_from.as_ref(), |to, from| {
            to.id(from.id);
            to.bytes(&from.hash.0);
        });
        to.text(self.kind.as_str());
        to.bytes(&self.body_digest.0);
        to.0
    }

    /// The op's hash, which the device's next op names as `prev`.
    #[must_use]
    pub fn hash(&self) -> Digest {
        let mut hash = Sha256::new();
        hash.update(HEADER_TAG);
        hash.update(self.layout());
        Digest(hash.finalize().into())
    }
}

/// Writes the fixed layout.
struct Layout(Vec<u8>);

impl Layout {
    fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn length(&mut self, length: usize) {
        let length = u16::try_from(length).expect("lists and texts of a header are bounded by its limits");
        self.bytes(&length.to_be_bytes());
    }

    fn text(&mut self, text: &str) {
        self.length(text.len());
        self.bytes(text.as_bytes());
    }

    fn id(&mut self, id: OpId) {
        self.bytes(id.device.0.as_bytes());
        self.bytes(&id.seq.to_be_bytes());
    }

    fn ids(&mut self, ids: &[OpId]) {
        self.length(ids.len());
        ids.iter().for_each(|id| self.id(*id));
    }

    fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.bytes(&[u8::from(value.is_some())]);
        if let Some(value) = value {
            write(self, value);
        }
    }
}

/// Reads the fixed layout back: stores keep the layout itself.
///
/// # Errors
/// [`BadId`] when the bytes are not a layout of this version.
pub fn parse_layout(bytes: &[u8]) -> Result<Header, BadId> {
    let mut from = Reader(bytes);
    let header = Header {
        id: from.id()?,
        prev: Digest(from.array()?),
        stream: from.stream()?,
        deps: from.ids()?,
        seen: from.option(Reader::ids)?,
        hlc: Hlc(u64::from_be_bytes(from.array()?)),
        uptime: Uptime { boot: uuid::Uuid::from_bytes(from.array()?), ms: u64::from_be_bytes(from.array()?) },
        receipt: from.option(|from| from.array().map(Digest))?,
        author: UserId(uuid::Uuid::from_bytes(from.array()?)),
        vocabulary: u16::from_be_bytes(from.array()?),
        recovered_from: from.option(|from| Ok(Recovered { id: from.id()?, hash: Digest(from.array()?) }))?,
        kind: from.text()?.parse()?,
        body_digest: Digest(from.array()?),
    };
    if from.0.is_empty() { Ok(header) } else { Err(BAD_LAYOUT) }
}

const BAD_LAYOUT: BadId = BadId("op header");

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], BadId> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(BAD_LAYOUT)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], BadId> {
        self.take(N)?.try_into().map_err(|_| BAD_LAYOUT)
    }

    fn length(&mut self) -> Result<usize, BadId> {
        Ok(usize::from(u16::from_be_bytes(self.array()?)))
    }

    fn text(&mut self) -> Result<&'a str, BadId> {
        let length = self.length()?;
        std::str::from_utf8(self.take(length)?).map_err(|_| BAD_LAYOUT)
    }

    fn id(&mut self) -> Result<OpId, BadId> {
        let device = DeviceId(uuid::Uuid::from_bytes(self.array()?));
        Ok(OpId { device, seq: u64::from_be_bytes(self.array()?) })
    }

    fn ids(&mut self) -> Result<Vec<OpId>, BadId> {
        (0..self.length()?).map(|_| self.id()).collect()
    }

    fn stream(&mut self) -> Result<Stream, BadId> {
        use crate::ids::{Compartment, CompartmentKind, OrgId, Record, RecordKind};
        let [record] = self.array()?;
        let record =
            Record { kind: RecordKind::from_byte(record)?, id: uuid::Uuid::from_bytes(self.array()?) };
        let [kind] = self.array()?;
        let org = OrgId(uuid::Uuid::from_bytes(self.array()?));
        Ok(Stream { record, compartment: Compartment { kind: CompartmentKind::from_byte(kind)?, org } })
    }

    fn option<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, BadId>) -> Result<Option<T>, BadId> {
        match self.array()? {
            [0] => Ok(None),
            [1] => read(self).map(Some),
            [_] => Err(BAD_LAYOUT),
        }
    }
}
