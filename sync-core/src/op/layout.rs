//! The fixed binary layout of an op's header, written and read back.
//!
//! `docs/protocol.md` has it as a table, `schema/vectors` pins its bytes. Does not hash it: see [`super`].

use uuid::Uuid;

use super::{Header, Recovered};
use crate::clock::{Hlc, Uptime};
use crate::ids::{
    BadId, Compartment, CompartmentKind, DeviceId, Digest, OpId, OrgId, Record, RecordKind, Stream, UserId,
};

impl Header {
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
        uptime: Uptime { boot: Uuid::from_bytes(from.array()?), ms: u64::from_be_bytes(from.array()?) },
        receipt: from.option(|from| from.array().map(Digest))?,
        author: UserId(Uuid::from_bytes(from.array()?)),
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
        let device = DeviceId(Uuid::from_bytes(self.array()?));
        Ok(OpId { device, seq: u64::from_be_bytes(self.array()?) })
    }

    fn ids(&mut self) -> Result<Vec<OpId>, BadId> {
        (0..self.length()?).map(|_| self.id()).collect()
    }

    fn stream(&mut self) -> Result<Stream, BadId> {
        let [record] = self.array()?;
        let record = Record { kind: RecordKind::from_byte(record)?, id: Uuid::from_bytes(self.array()?) };
        let [kind] = self.array()?;
        let org = OrgId(Uuid::from_bytes(self.array()?));
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
