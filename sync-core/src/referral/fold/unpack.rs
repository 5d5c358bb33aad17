//! Reads a folded stream at rest, as [`super::pack`] wrote it.
//!
//! Whatever is not exactly that gives none. Does not read bodies: what counts is kept, not what it says.

use crate::clock::{ClockMark, Hlc};
use crate::ids::{DeviceId, Digest, OpId, Stream, UserId};
use crate::op::{Kind, VOCABULARY};
use crate::referral::act::KINDS;
use crate::referral::conflict::{
    CROSSED, Conflict, ConflictKind, PassedUp, Settler, Side, conflict_id, version,
};
use crate::referral::fold::Standing;
use crate::referral::fold::folded::Folded;
use crate::referral::fold::packing::{Form, SUM_BYTES, VERSION, WORDS, flag, sum};
use crate::referral::fold::standing::Fate;
use crate::referral::fold::work::Detail;
use crate::register::{Agreement, Placed, Weight};
use crate::stamp::{Disposition, Stamp, Why};
use crate::stream::{Slot, StreamOp};

/// A folded stream from its bytes.
pub(super) fn unpack(stream: Stream, bytes: &[u8]) -> Option<Folded> {
    let (packed, end) = bytes.split_at_checked(bytes.len().checked_sub(SUM_BYTES)?)?;
    let rest = packed.strip_prefix(&VERSION)?;
    if sum(&stream, packed) != end {
        return None;
    }
    let folded = Folded::with_detail(Detail::Skeleton);
    let mut from =
        Unpacker { bytes: rest, stream, devices: Vec::new(), authors: Vec::new(), last_ms: 0, folded };
    let ops = from.number()?;
    (0..ops).try_for_each(|_| from.op())?;
    let cells = from.number()?;
    (0..cells).try_for_each(|_| from.cell())?;
    let conflicts = from.number()?;
    (0..conflicts).try_for_each(|_| from.conflict())?;
    let mut folded = from.bytes.is_empty().then_some(from.folded)?;
    folded.state.stream = Some(stream);
    folded.history.heads_into(&mut folded.state.heads);
    Some(folded)
}

struct Unpacker<'a> {
    bytes: &'a [u8],
    stream: Stream,
    /// Each with its seq that was named last.
    devices: Vec<(DeviceId, u64)>,
    /// By device: who wrote its last op.
    authors: Vec<Option<UserId>>,
    last_ms: u64,
    folded: Folded,
}

impl<'a> Unpacker<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn byte(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn long(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn number(&mut self) -> Option<usize> {
        usize::try_from(self.long()?).ok()
    }

    fn signed(&mut self) -> Option<i64> {
        let number = self.long()?;
        Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = self.number()?;
        std::str::from_utf8(self.take(length)?).ok()
    }

    fn uuid(&mut self) -> Option<uuid::Uuid> {
        self.array().map(uuid::Uuid::from_bytes)
    }

    /// The place of a device in the list, and an op of it.
    fn id(&mut self) -> Option<(usize, OpId)> {
        let at = self.number()?;
        if at == self.devices.len() {
            let device = DeviceId(self.uuid()?);
            self.devices.push((device, 0));
            self.authors.push(None);
        }
        let step = self.signed()?;
        let (device, last) = self.devices.get_mut(at)?;
        *last = last.wrapping_add(step.cast_unsigned());
        Some((at, OpId { device: *device, seq: *last }))
    }

    fn reference(&mut self, place: usize) -> Option<OpId> {
        match self.number()? {
            0 => self.id().map(|(_, id)| id),
            back => self.folded.history.id_at(place.checked_sub(back)?),
        }
    }

    fn name(&mut self) -> Option<String> {
        let head = self.number()?;
        let word = *WORDS.get(head >> 1)?;
        let front = if word.is_empty() { self.text()? } else { word };
        if head & 1 == 0 {
            return Some(front.to_owned());
        }
        let op = self.reference(self.folded.history.len())?;
        Some(if front.is_empty() { op.to_string() } else { format!("{front}/{op}") })
    }

    fn op(&mut self) -> Option<()> {
        let place = self.folded.history.len();
        let flags = self.byte()?;
        let is = |flag: u8| flags & flag != 0;
        let (device, id) = self.id()?;
        if is(flag::AUTHOR) {
            self.authors[device] = Some(UserId(self.uuid()?));
        }
        let author = self.authors[device]?;
        let kind = match self.number()?.checked_sub(1) {
            Some(at) => Kind::of_table(KINDS.get(at)?.kind),
            None => self.text()?.parse().ok()?,
        };
        self.last_ms = self.last_ms.checked_add_signed(self.signed()?)?;
        let eff = Hlc(self.last_ms << 16 | self.long()?);
        let vocabulary = if is(flag::VOCABULARY) { u16::try_from(self.long()?).ok()? } else { VOCABULARY };
        let causes = self.number()?;
        let deps = (0..causes).map(|_| self.reference(place)).collect::<Option<Vec<_>>>()?;
        let standing = standing(flags & flag::STANDING)?;
        let clock = if is(flag::SUSPECT) { ClockMark::Suspect } else { ClockMark::Plain };
        let op = StreamOp {
            id,
            stream: self.stream,
            deps,
            hlc: eff,
            author,
            kind,
            vocabulary,
            // Only whether there is one is asked.
            body: is(flag::BODY).then(Box::default),
            erased: None,
            stamp: is(flag::STAMPED).then(|| stamp(eff, clock, standing)),
        };
        let slot = self.folded.history.put_last(op);
        let mut fate = Fate::stored(self.folded.history.node(slot).clone(), standing);
        for _ in 0..self.number()? {
            let key = self.number()?;
            let about = if key & 1 == 0 { None } else { Some(self.reference(place)?) };
            let side = if key & 2 == 0 { Side::Left } else { Side::Right };
            let key = ((key >> 2 < CROSSED.len()).then_some(key >> 2)?, about);
            self.folded.work.index.crossings.entry(key).or_default().push((slot, side));
            fate.crossings.push(key);
        }
        self.folded.work.fates.0.push(fate);
        Some(())
    }

    fn cell(&mut self) -> Option<()> {
        let name = self.name()?;
        let at = self.folded.state.registers.cell(name);
        let agreement = self.folded.state.registers.cells[at].register.agreement();
        let mut writes = Vec::new();
        for _ in 0..self.number()? {
            let place = self.number()?;
            let value = match agreement {
                Agreement::Harmless => String::new(),
                Agreement::Must | Agreement::MustAsNames => self.value()?,
            };
            self.folded.work.fates.0.get_mut(place)?.written.push(at);
            let op = Slot::new(place);
            writes.push(Placed { op, at: op, value: Some(value), weight: Weight::Ordinary, since: 1 });
        }
        self.folded.state.registers.cells[at].register.resume(writes);
        Some(())
    }

    fn value(&mut self) -> Option<String> {
        match self.number()? {
            1 => Form::Uuid(self.uuid()?).text(),
            2 => Form::Digest(Digest(self.array()?)).text(),
            length => std::str::from_utf8(self.take(length.checked_sub(3)?)?).ok().map(str::to_owned),
        }
    }

    fn conflict(&mut self) -> Option<()> {
        let kind = match self.byte()? {
            0 => ConflictKind::Field,
            1 => ConflictKind::Crossed,
            2 => ConflictKind::Quarantined,
            _ => return None,
        };
        let settler = match self.byte()? {
            0 => Settler::ProviderLead,
            1 => Settler::Supervisor,
            2 => Settler::Admin,
            _ => return None,
        };
        let about = self.name()?;
        let (sides, held) = (self.number()?, self.folded.history.len());
        let sides = (0..sides).map(|_| self.reference(held)).collect::<Option<Vec<_>>>()?;
        let id = conflict_id(kind, &self.stream, &about);
        let (version, passed_up) = (version(&sides), PassedUp::No);
        self.folded.state.conflicts.push(Conflict { id, version, kind, about, sides, settler, passed_up });
        Some(())
    }
}

fn standing(number: u8) -> Option<Standing> {
    match number {
        0 => Some(Standing::Counts),
        1 => Some(Standing::KeptAside),
        2 => Some(Standing::Refused),
        3 => Some(Standing::Repeated),
        4 => Some(Standing::Newer),
        _ => None,
    }
}

/// As much of a stamp as a fold that goes on asks of it.
fn stamp(eff: Hlc, clock: ClockMark, standing: Standing) -> Stamp {
    let disposition = match standing {
        Standing::KeptAside => Disposition::Quarantined(Why::State),
        Standing::Refused => Disposition::Refused(Why::Shape),
        Standing::Repeated => Disposition::Quarantined(Why::Recovered),
        Standing::Counts
        | Standing::Newer
        | Standing::Admitted
        | Standing::Struck
        | Standing::Overruled
        | Standing::Erased => Disposition::Accepted,
    };
    Stamp { place: 0, received_ms: 0, eff, clock, disposition, absent: Vec::new(), instead: Vec::new() }
}
