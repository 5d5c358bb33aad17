//! Writes a folded stream at rest. Numbers are LEB128; ops are told by how many places they stand back.
//!
//! ```text
//!   op         flags ‖ device, seq ‖ author? ‖ kind ‖ time since the op before ‖ vocabulary?
//!              ‖ causes ‖ what it may cross, and on which side
//!   register   name ‖ its writes in causal order: op, and the value where values must agree
//!   conflict   kind ‖ name ‖ sides ‖ settler
//! ```
//! What can be computed cheaply is not kept: pasts, places, heads, what is live, ids of conflicts. Read back
//! by [`super::unpack`]. Does not decide what can be kept: see [`super::stored`].

use std::collections::BTreeMap;
use std::sync::LazyLock;

use uuid::Uuid;

use crate::clock::ClockMark;
use crate::ids::{DeviceId, OpId, UserId};
use crate::op::VOCABULARY;
use crate::referral::act::KINDS;
use crate::referral::conflict::{Conflict, ConflictKind, Settler, Side};
use crate::referral::fold::Standing;
use crate::referral::fold::folded::Folded;
use crate::referral::fold::index::Index;
use crate::referral::fold::packing::{Form, VERSION, WORDS, flag, short, sum};
use crate::referral::fold::registers::Cell;
use crate::referral::fold::standing::Fate;
use crate::register::Agreement;
use crate::stream::{History, StreamOp};

/// The bytes of a folded stream; none of one without ops.
pub(super) fn pack(folded: &Folded) -> Option<Vec<u8>> {
    let (history, state, work) = (&folded.history, &folded.state, &folded.work);
    let mut to =
        Packer { bytes: Vec::with_capacity(512), devices: Vec::new(), authors: Vec::new(), last_ms: 0 };
    to.bytes.extend(VERSION);
    to.number(history.len());
    for (place, slot) in history.order_from(0).iter().enumerate() {
        to.op(history, &work.index, work.fates.of(*slot), place);
    }
    let cells: Vec<&Cell> =
        state.registers.by_name().filter(|cell| !cell.register.writes().is_empty()).collect();
    to.number(cells.len());
    cells.into_iter().for_each(|cell| to.cell(history, cell));
    to.number(state.conflicts.len());
    state.conflicts.iter().for_each(|conflict| to.conflict(history, conflict));
    to.bytes.extend(sum(state.stream.as_ref()?, &to.bytes));
    Some(to.bytes)
}

struct Packer {
    bytes: Vec<u8>,
    /// Each with its seq that was named last.
    devices: Vec<(DeviceId, Option<u64>)>,
    /// By device: who wrote its last op.
    authors: Vec<Option<UserId>>,
    last_ms: u64,
}

impl Packer {
    fn number(&mut self, number: usize) {
        self.long(number as u64);
    }

    fn long(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(number.to_le_bytes()[0] | 0x80);
            number >>= 7;
        }
        self.bytes.push(number.to_le_bytes()[0]);
    }

    fn signed(&mut self, number: i64) {
        self.long((number << 1 ^ number >> 63).cast_unsigned());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len());
        self.bytes.extend_from_slice(text.as_bytes());
    }

    fn uuid(&mut self, uuid: Uuid) {
        self.bytes.extend_from_slice(uuid.as_bytes());
    }

    fn op(&mut self, history: &History, index: &Index, fate: &Fate, place: usize) {
        let op = &fate.node.op;
        let device = self.device(op.id);
        let author = self.authors[device].replace(op.author);
        let clock = op.stamp.as_ref().map_or(ClockMark::Plain, |stamp| stamp.clock);
        let is = |flag: u8, holds: bool| if holds { flag } else { 0 };
        self.bytes.push(
            standing_number(fate.by_itself)
                | is(flag::STAMPED, op.stamp.is_some())
                | is(flag::BODY, op.body.is_some())
                | is(flag::SUSPECT, clock == ClockMark::Suspect)
                | is(flag::AUTHOR, author != Some(op.author))
                | is(flag::VOCABULARY, op.vocabulary != VOCABULARY),
        );
        self.id(device, op.id);
        if author != Some(op.author) {
            self.uuid(op.author.0);
        }
        self.kind(op);
        let eff = op.eff();
        self.signed(eff.ms().cast_signed() - self.last_ms.cast_signed());
        self.last_ms = eff.ms();
        self.long(eff.0 & 0xffff);
        if op.vocabulary != VOCABULARY {
            self.long(op.vocabulary.into());
        }
        let causes = op.builds_on().count();
        self.number(causes);
        op.builds_on().for_each(|cause| self.reference(history, place, cause));
        self.number(fate.crossings.len());
        for key in &fate.crossings {
            let side = index.on(*key).iter().find(|(slot, _)| history.node(*slot).op.id == op.id);
            let right = side.is_some_and(|(_, side)| *side == Side::Right);
            self.number(key.0 << 2 | usize::from(right) << 1 | usize::from(key.1.is_some()));
            if let Some(entry) = key.1 {
                self.reference(history, place, entry);
            }
        }
    }

    fn kind(&mut self, op: &StreamOp) {
        static PLACES: LazyLock<BTreeMap<&str, usize>> =
            LazyLock::new(|| KINDS.iter().enumerate().map(|(at, info)| (info.kind, at + 1)).collect());
        let place = PLACES.get(op.kind.as_str()).copied().unwrap_or_default();
        self.number(place);
        if place == 0 {
            self.text(op.kind.as_str());
        }
    }

    /// The place of a device in the list; a new one is written out where it is named first.
    fn device(&mut self, id: OpId) -> usize {
        let known = self.devices.iter().position(|(device, _)| *device == id.device);
        known.unwrap_or_else(|| {
            self.devices.push((id.device, None));
            self.authors.push(None);
            self.devices.len() - 1
        })
    }

    fn id(&mut self, device: usize, id: OpId) {
        self.number(device);
        let last = self.devices[device].1.replace(id.seq);
        if last.is_none() {
            self.uuid(id.device.0);
        }
        self.signed(id.seq.wrapping_sub(last.unwrap_or_default()).cast_signed());
    }

    /// An op that is named: how many places back, or its id when it is not held before.
    fn reference(&mut self, history: &History, place: usize, id: OpId) {
        let back =
            history.slot(id).and_then(|slot| place.checked_sub(history.place(slot))).unwrap_or_default();
        self.number(back);
        if back == 0 {
            let device = self.device(id);
            self.id(device, id);
        }
    }

    /// A name: one of the words or a text, and the op behind it if it ends with one.
    fn name(&mut self, history: &History, name: &str) {
        let (front, end) = name.rsplit_once('/').unwrap_or(("", name));
        let op = op_as_written(end);
        let front = if op.is_some() { front } else { name };
        let word = WORDS.iter().position(|word| *word == front).unwrap_or_default();
        self.number(word << 1 | usize::from(op.is_some()));
        if word == 0 {
            self.text(front);
        }
        if let Some(op) = op {
            self.reference(history, history.len(), op);
        }
    }

    fn cell(&mut self, history: &History, cell: &Cell) {
        self.name(history, &cell.name);
        let mut writes: Vec<_> = cell.register.writes().iter().collect();
        writes.sort_by_key(|write| history.place(write.op));
        self.number(writes.len());
        for write in writes {
            self.number(history.place(write.op));
            match cell.register.agreement() {
                Agreement::Harmless => {}
                Agreement::Must | Agreement::MustAsNames => {
                    self.value(short(Agreement::Must, write.value.clone().unwrap_or_default()).as_str())
                }
            }
        }
    }

    fn value(&mut self, value: &str) {
        match Form::of(value) {
            Form::Uuid(uuid) => {
                self.bytes.push(1);
                self.uuid(uuid);
            }
            Form::Digest(digest) => {
                self.bytes.push(2);
                self.bytes.extend(digest.0);
            }
            Form::Text => {
                self.number(value.len() + 3);
                self.bytes.extend_from_slice(value.as_bytes());
            }
        }
    }

    fn conflict(&mut self, history: &History, conflict: &Conflict) {
        self.bytes.push(conflict_number(conflict.kind));
        self.bytes.push(settler_number(conflict.settler));
        self.name(history, &conflict.about);
        self.number(conflict.sides.len());
        conflict.sides.iter().for_each(|side| self.reference(history, history.len(), *side));
    }
}

fn standing_number(standing: Standing) -> u8 {
    match standing {
        Standing::KeptAside => 1,
        Standing::Refused => 2,
        Standing::Repeated => 3,
        Standing::Newer => 4,
        // Nothing was erased, and nothing names another act: nobody is admitted, struck or overruled.
        Standing::Counts | Standing::Admitted | Standing::Struck | Standing::Overruled | Standing::Erased => {
            0
        }
    }
}

fn conflict_number(kind: ConflictKind) -> u8 {
    match kind {
        ConflictKind::Field => 0,
        ConflictKind::Crossed => 1,
        ConflictKind::Quarantined => 2,
        // Raised by acts that name others.
        ConflictKind::Duplicate | ConflictKind::Identity | ConflictKind::LogFork => 3,
    }
}

fn settler_number(settler: Settler) -> u8 {
    match settler {
        Settler::ProviderLead => 0,
        Settler::Supervisor => 1,
        Settler::Admin => 2,
    }
}

/// The op that a text names exactly as ops are written: no other text may be read back in its place.
fn op_as_written(text: &str) -> Option<OpId> {
    let (device, seq) = text.split_once(':')?;
    let op: OpId = text.parse().ok()?;
    let mut written = Uuid::encode_buffer();
    let same = op.device.0.hyphenated().encode_lower(&mut written) == device;
    (same && seq.starts_with(|digit: char| matches!(digit, '1'..='9'))).then_some(op)
}
