//! The ops of a push: written with what the one before leaves to be said, and rebuilt from that with their hashes.
//!
//! Does not check that a chain goes on from what is held: see [`crate::sync::accept`].

use serde_json::value::RawValue;

use super::{BadPush, Push, WireOp};
use crate::clock::{Hlc, Uptime};
use crate::ids::{Digest, OpId, Stream, unhex};
use crate::log::Tip;
use crate::op::{Header, Op, Salt, Seed, body_digest};
use crate::shape::MAX_DEPS;
use crate::sync::sender::{Sender, WireCompartment, WireRef};

/// The running values that an op's left-out fields stand for.
struct Running {
    sender: Sender,
    stream: Option<Stream>,
    hlc: Hlc,
    uptime: Uptime,
    receipt: Option<Digest>,
}

impl Running {
    fn start(push: &Push, sender: Sender) -> Self {
        Self { sender, stream: None, hlc: Hlc(0), uptime: sender.uptime, receipt: push.receipt }
    }
}

/// Writes ops as the wire carries them in a push that is not yet brief; the inverse of [`Push::open`].
#[must_use]
pub fn write_ops(push: &Push, sender: Sender, ops: &[Op]) -> Vec<WireOp> {
    let mut running = Running::start(push, sender);
    ops.iter().map(|op| write_op(&mut running, push.vocabulary, op)).collect()
}

fn write_op(running: &mut Running, vocabulary: u16, op: &Op) -> WireOp {
    let header = &op.header;
    let before = running.stream.replace(header.stream);
    let same_record = before.is_some_and(|b| b.record == header.stream.record);
    let same_compartment = before.is_some_and(|b| b.compartment == header.stream.compartment);
    let compartment = WireCompartment::to(header.stream.compartment, running.sender);
    let (ms, tick) = running.clock_to(header.hlc);
    let wire = WireOp {
        record: (!same_record).then_some(header.stream.record),
        compartment: (!same_compartment).then_some(compartment),
        deps: header.deps.iter().map(|op| WireRef::to(op, running.sender)).collect(),
        seen: header
            .seen
            .as_ref()
            .map(|seen| seen.iter().map(|op| WireRef::to(op, running.sender)).collect()),
        ms,
        tick,
        up: header.uptime.ms.wrapping_sub(running.uptime.ms).cast_signed(),
        boot: (header.uptime.boot != running.uptime.boot).then_some(header.uptime.boot),
        cites: (header.receipt != running.receipt)
            .then(|| header.receipt.map_or_else(String::new, |digest| digest.to_string())),
        vocabulary: (header.vocabulary != vocabulary).then_some(header.vocabulary),
        recovered_from: header.recovered_from,
        kind: header.kind.clone(),
        body: op.body.as_ref().map(|body| {
            RawValue::from_string(body.to_string()).expect("a body was checked when it was recorded")
        }),
        digest: op.body.is_none().then_some(header.body_digest),
    };
    running.hlc = header.hlc;
    running.uptime = header.uptime;
    running.receipt = header.receipt;
    wire
}

impl Push {
    /// Rebuilds the ops of a complete push with their hashes, in the order of the log; also the tip
    /// that they end in.
    ///
    /// # Errors
    /// [`BadPush::Form`] when a field that must be there is not.
    pub fn open(&self, sender: Sender) -> Result<(Vec<Op>, Tip), BadPush> {
        let mut running = Running::start(self, sender);
        let mut tip = Tip { seq: self.from - 1, hash: self.prev.ok_or(BadPush::Form)? };
        let seeds = self.seeds()?;
        let mut ops = Vec::with_capacity(self.ops.len());
        for wire in &self.ops {
            let id = OpId { device: sender.device, seq: tip.seq + 1 };
            let salt = seeds.iter().rev().find(|(first, _)| *first <= id.seq).map(|(_, seed)| seed.salt(id));
            let op = self.open_op(&mut running, sender, wire, Link { id, prev: tip.hash, salt })?;
            tip = Tip { seq: id.seq, hash: op.header.hash() };
            ops.push(op);
        }
        Ok((ops, tip))
    }

    fn seeds(&self) -> Result<Vec<(u64, Seed)>, BadPush> {
        let seed = |(first, text): &(u64, String)| unhex(text).map(|bytes| (*first, Seed(bytes)));
        let seeds: Option<Vec<_>> = self.seeds.iter().map(seed).collect();
        seeds.filter(|seeds| seeds.is_sorted_by_key(|(first, _)| *first)).ok_or(BadPush::Form)
    }

    fn open_op(
        &self,
        running: &mut Running,
        sender: Sender,
        wire: &WireOp,
        link: Link,
    ) -> Result<Op, BadPush> {
        running.step(wire)?;
        let lists = [wire.deps.len(), wire.seen.as_ref().map_or(0, Vec::len)];
        let named = |list: &[WireRef]| list.iter().map(|op| op.resolve(sender)).collect::<Vec<_>>();
        let deps = named(&wire.deps);
        if lists.iter().any(|length| *length > MAX_DEPS) || !deps.is_sorted() {
            return Err(BadPush::Form);
        }
        let body: Option<Box<str>> = wire.body.as_ref().map(|raw| raw.get().into());
        let salt = link.salt.unwrap_or(Salt([0; 16]));
        let body_digest = match (&body, wire.digest, link.salt) {
            (Some(body), None, Some(salt)) => body_digest(salt, body),
            (None, Some(digest), _) => digest,
            (Some(_), _, _) | (None, None, _) => return Err(BadPush::Form),
        };
        let header = Header {
            id: link.id,
            prev: link.prev,
            stream: running.stream.ok_or(BadPush::Form)?,
            deps,
            seen: wire.seen.as_deref().map(named),
            hlc: running.hlc,
            uptime: running.uptime,
            receipt: running.receipt,
            author: sender.author,
            vocabulary: wire.vocabulary.unwrap_or(self.vocabulary),
            recovered_from: wire.recovered_from,
            kind: wire.kind.clone(),
            body_digest,
        };
        Ok(Op { header, body, salt })
    }
}

/// Where an op stands in the chain.
struct Link {
    id: OpId,
    prev: Digest,
    salt: Option<Salt>,
}

impl Running {
    /// How the wire writes a clock: as the next one, or as milliseconds and counter.
    fn clock_to(&self, hlc: Hlc) -> (Option<i64>, u16) {
        if self.hlc.0.checked_add(1) == Some(hlc.0) {
            return (None, 0);
        }
        let ms = hlc.ms().wrapping_sub(self.hlc.ms()).cast_signed();
        (Some(ms), u16::try_from(hlc.0 & 0xFFFF).expect("it is masked to 16 bits"))
    }

    /// The inverse of [`Self::clock_to`].
    fn clock_of(&self, wire: &WireOp) -> Result<Hlc, BadPush> {
        match (wire.ms, wire.tick) {
            (None, 0) => self.hlc.0.checked_add(1).map(Hlc).ok_or(BadPush::Form),
            (None, _) => Err(BadPush::Form),
            (Some(ms), tick) => {
                let ms = self.hlc.ms().checked_add_signed(ms).filter(|ms| *ms < 1 << 48);
                Ok(Hlc(ms.ok_or(BadPush::Form)? << 16 | u64::from(tick)))
            }
        }
    }

    fn step(&mut self, wire: &WireOp) -> Result<(), BadPush> {
        let written = wire.compartment.map(|written| written.resolve(self.sender));
        let compartment = written.or(self.stream.map(|stream| stream.compartment));
        let compartment = compartment.ok_or(BadPush::Form)?;
        let record = wire.record.or(self.stream.map(|stream| stream.record)).ok_or(BadPush::Form)?;
        self.stream = Some(Stream { record, compartment });
        self.hlc = self.clock_of(wire)?;
        let boot = wire.boot.unwrap_or(self.uptime.boot);
        self.uptime = Uptime { boot, ms: self.uptime.ms.wrapping_add_signed(wire.up) };
        match wire.cites.as_deref() {
            None => {}
            Some("") => self.receipt = None,
            Some(text) => self.receipt = Some(text.parse().map_err(|_| BadPush::Form)?),
        }
        Ok(())
    }
}
