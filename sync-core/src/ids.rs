//! Names of things: devices, users, organisations, records, compartments, streams, ops and digests.
//!
//! Each is a newtype parsed once at the edge. Does not make ids: random bytes arrive as arguments.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A text that is not the name it should be. Carries no input: it may be personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {0}")]
pub struct BadId(pub &'static str);

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                Uuid::parse_str(text).map(Self).map_err(|_| BadId($what))
            }
        }
    };
}

uuid_id!(
    /// One user's enrolment on one phone; also each person at a desk, and the server itself.
    DeviceId, "device id"
);
uuid_id!(
    /// A person who works with the scheme.
    UserId, "user id"
);
uuid_id!(
    /// A force or a provider.
    OrgId, "organisation id"
);

macro_rules! named_bytes {
    ($(#[$doc:meta])* $name:ident, $what:literal, { $($(#[$vdoc:meta])* $variant:ident = $byte:literal, $text:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant = $byte,)+ }

        impl $name {
            /// Every variant, in the order of its byte.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The byte that stands for it in a header.
            #[must_use]
            pub fn byte(self) -> u8 {
                self as u8
            }

            /// The word that stands for it in JSON, SQL and URLs.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// The variant of a header's byte.
            ///
            /// # Errors
            /// [`BadId`] for a byte that stands for nothing.
            pub fn from_byte(byte: u8) -> Result<Self, BadId> {
                Self::ALL.iter().copied().find(|v| v.byte() == byte).ok_or(BadId($what))
            }
        }

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                Self::ALL.iter().copied().find(|v| v.word() == text).ok_or(BadId($what))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}

named_bytes!(
    /// What a record is about.
    RecordKind, "record kind", {
        /// One encounter and what came of it.
        Referral = 1, "referral";
        /// The force's persons.
        Persons = 2, "persons";
        /// One provider: services, slots, closing.
        Provider = 3, "provider";
        /// The force: users, devices, policy, forks, erasures.
        Force = 4, "force";
    }
);

named_bytes!(
    /// Who may read: the part of a record that an op is written in.
    CompartmentKind, "compartment", {
        /// Force and provider.
        Shared = 1, "shared";
        /// The force.
        Police = 2, "police";
        /// One provider: contacts, appointments, attendance.
        Outreach = 3, "outreach";
        /// One provider, clinical.
        Care = 4, "care";
        /// An organisation's own read log; in no feed.
        Audit = 5, "audit";
    }
);

/// What an op is about: `referral/<uuid>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Record {
    /// Which kind of record.
    pub kind: RecordKind,
    /// Which one.
    pub id: Uuid,
}

/// A compartment with the organisation whose it is (for `shared`: the force).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Compartment {
    /// Which compartment.
    pub kind: CompartmentKind,
    /// Whose.
    pub org: OrgId,
}

/// One compartment of one record: the unit of causality and of replication.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Stream {
    /// The record.
    pub record: Record,
    /// Its compartment.
    pub compartment: Compartment,
}

/// One op: its author's device and its place in that device's log (from 1, without gaps).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OpId {
    /// The author's device.
    pub device: DeviceId,
    /// Its place in the device's log.
    pub seq: u64,
}

/// A SHA-256 digest; lower-case hex in JSON.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Digest(pub [u8; 32]);

impl Record {
    /// The record of one referral.
    #[must_use]
    pub fn referral(id: Uuid) -> Self {
        Self { kind: RecordKind::Referral, id }
    }

    /// One compartment of this record.
    #[must_use]
    pub fn stream(self, kind: CompartmentKind, org: OrgId) -> Stream {
        Stream { record: self, compartment: Compartment { kind, org } }
    }
}

impl Stream {
    /// The compartment's kind, which is what most questions are about.
    #[must_use]
    pub fn kind(&self) -> CompartmentKind {
        self.compartment.kind
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.id)
    }
}

impl FromStr for Record {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        let (kind, id) = text.split_once('/').ok_or(BadId("record"))?;
        let id = Uuid::parse_str(id).map_err(|_| BadId("record"))?;
        Ok(Self { kind: kind.parse()?, id })
    }
}

impl fmt::Display for Compartment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.org)
    }
}

impl FromStr for Compartment {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        let (kind, org) = text.split_once('/').ok_or(BadId("compartment"))?;
        Ok(Self { kind: kind.parse()?, org: org.parse()? })
    }
}

impl fmt::Display for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.record, self.compartment)
    }
}

impl FromStr for Stream {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        let bad = BadId("stream");
        let second = text.match_indices('/').nth(1).ok_or(bad)?.0;
        let (record, compartment) = (&text[..second], &text[second + 1..]);
        Ok(Self { record: record.parse()?, compartment: compartment.parse()? })
    }
}

impl fmt::Display for OpId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.device, self.seq)
    }
}

impl FromStr for OpId {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        let (device, seq) = text.split_once(':').ok_or(BadId("op id"))?;
        let seq = seq.parse().ok().filter(|seq| *seq > 0).ok_or(BadId("op id"))?;
        Ok(Self { device: device.parse()?, seq })
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [0; 64];
        for (pair, byte) in text.chunks_exact_mut(2).zip(self.0) {
            pair.copy_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
        }
        f.write_str(std::str::from_utf8(&text).expect("hexadecimal digits are ASCII"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        unhex(text).map(Self).ok_or(BadId("digest"))
    }
}

/// Lower-case hex of exactly `N` bytes, or nothing.
pub(crate) fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let text = text.as_bytes();
    if text.len() != N * 2 {
        return None;
    }
    let nibble = |c: u8| match c {
        b'0'..=b'9' => Some(c - b'0'),
        b'a'..=b'f' => Some(c - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
        *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
    }
    Some(bytes)
}

serde_as_text!(Record, Compartment, Stream, OpId, Digest);

#[cfg(feature = "json-schema")]
const UUID: &str = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
#[cfg(feature = "json-schema")]
const RECORD: &str = "(referral|persons|provider|force)";
#[cfg(feature = "json-schema")]
const COMPARTMENT: &str = "(shared|police|outreach|care|audit)";
#[cfg(feature = "json-schema")]
schema_as_text! {
    Record format!("^{RECORD}/{UUID}$");
    Compartment format!("^{COMPARTMENT}/{UUID}$");
    Stream format!("^{RECORD}/{UUID}/{COMPARTMENT}/{UUID}$");
    OpId format!("^{UUID}:[1-9][0-9]*$");
    Digest "^[0-9a-f]{64}$";
}
