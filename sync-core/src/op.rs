//! One immutable recorded act: its header, its body, and the digests that bind them.
//!
//! The header has a fixed, length-prefixed binary layout (`docs/protocol.md`, pinned by
//! `schema/vectors`), so that every implementation hashes the same bytes. The body is the kind's
//! JSON, kept verbatim as the bytes that the author wrote. Does not look inside the body, and does not lay out the
//! header: see `op/layout.rs`.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::clock::{Hlc, Uptime};
use crate::ids::{BadId, Digest, OpId, Stream, UserId};

mod layout;

pub use layout::parse_layout;

/// The op vocabulary of this version: which kinds its author could read.
pub const VOCABULARY: u16 = 1;

const HEADER_TAG: &[u8] = b"waymark/op/1";
const BODY_TAG: &[u8] = b"waymark/body/1";

/// The name of an op kind, such as `contact.recorded`; it may be one that this version does not know.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
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

    /// The op's hash, which the device's next op names as `prev`.
    #[must_use]
    pub fn hash(&self) -> Digest {
        let mut hash = Sha256::new();
        hash.update(HEADER_TAG);
        hash.update(self.layout());
        Digest(hash.finalize().into())
    }
}
