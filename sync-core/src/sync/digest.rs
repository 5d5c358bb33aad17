//! The digest of a stream's stamps, which device and server compare at the end of a page.
//!
//! Over the set of (device, seq, stamp, erased or not) up to a place; an op that is pending, or that
//! its author may not write into the stream at all, is not in it. Does not say what to do about a
//! difference: the device asks for the stream whole.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use crate::clock::ClockMark;
use crate::ids::{Digest, OpId};
use crate::stamp::{Disposition, Stamp, Why};
use crate::stream::StreamOp;

const TAG: &[u8] = b"waymark/stream/1";

/// Whether the body of an op that counts is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// It is there, or nobody but its author has it: the op has no effect.
    Kept,
    /// It counts and has none.
    Erased,
}

impl Body {
    /// Of an op with this stamp.
    #[must_use]
    pub fn of(stamp: &Stamp, body: Option<&str>) -> Self {
        if stamp.disposition.has_effect() && body.is_none() { Self::Erased } else { Self::Kept }
    }
}

/// What a digest is taken over.
#[must_use]
pub fn row(op: &StreamOp) -> Option<(OpId, &Stamp, Body)> {
    op.stamp.as_ref().map(|stamp| (op.id, stamp, Body::of(stamp, op.body.as_deref())))
}

/// The digest of a stream's stamps up to a place.
#[must_use]
pub fn digest<'a>(upto: u64, rows: impl IntoIterator<Item = (OpId, &'a Stamp, Body)>) -> Digest {
    let in_it = |stamp: &Stamp| stamp.place <= upto && stamp.disposition != Disposition::Refused(Why::Stream);
    let rows: BTreeMap<_, _> = rows
        .into_iter()
        .filter(|(_, stamp, _)| in_it(stamp))
        .map(|(id, stamp, body)| (id, (stamp, body)))
        .collect();
    let mut hash = Sha256::new();
    hash.update(TAG);
    for (id, (stamp, body)) in rows {
        add_id(&mut hash, id);
        for number in [stamp.place, stamp.received_ms, stamp.eff.0] {
            hash.update(number.to_be_bytes());
        }
        let clock = match stamp.clock {
            ClockMark::Plain => 0u8,
            ClockMark::Suspect => 1,
        };
        let erased = match body {
            Body::Kept => 0u8,
            Body::Erased => 1,
        };
        hash.update([clock, erased]);
        let words = serde_json::to_vec(&stamp.disposition).expect("a disposition is a word or two");
        add_length(&mut hash, words.len());
        hash.update(words);
        for list in [&stamp.absent, &stamp.instead] {
            add_length(&mut hash, list.len());
            list.iter().for_each(|id| add_id(&mut hash, *id));
        }
    }
    Digest(hash.finalize().into())
}

fn add_id(hash: &mut Sha256, id: OpId) {
    hash.update(id.device.0.as_bytes());
    hash.update(id.seq.to_be_bytes());
}

fn add_length(hash: &mut Sha256, length: usize) {
    let length = u16::try_from(length).expect("lists and words of a stamp are short");
    hash.update(length.to_be_bytes());
}

/// As it travels: hex of the first 8 bytes. It finds damage, not an attack: the stamps themselves
/// are what the server says.
#[must_use]
pub fn short(digest: Digest) -> String {
    let mut text = digest.to_string();
    text.truncate(16);
    text
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::clock::Hlc;
    use crate::ids::DeviceId;

    fn stamp(place: u64) -> Stamp {
        Stamp {
            place,
            received_ms: place,
            eff: Hlc(place),
            clock: ClockMark::Plain,
            disposition: Disposition::Accepted,
            absent: Vec::new(),
            instead: Vec::new(),
        }
    }

    fn op(seq: u64) -> OpId {
        OpId { device: DeviceId(Uuid::from_u128(1)), seq }
    }

    #[test]
    fn neither_order_nor_what_lies_beyond_changes_it() {
        let (one, two, three) = (stamp(1), stamp(2), stamp(3));
        let of = |rows: &[(u64, &Stamp)], upto| {
            digest(upto, rows.iter().map(|(seq, stamp)| (op(*seq), *stamp, Body::Kept)))
        };
        assert_eq!(of(&[(1, &one), (2, &two)], 2), of(&[(2, &two), (1, &one), (3, &three)], 2));
        assert_ne!(of(&[(1, &one), (2, &two)], 2), of(&[(1, &one)], 2));
    }

    #[test]
    fn each_part_of_a_stamp_counts() {
        let base = digest(9, [(op(1), &stamp(1), Body::Kept)]);
        let mut others = vec![stamp(1); 7];
        others[0].place = 2;
        others[1].received_ms = 2;
        others[2].eff = Hlc(2);
        others[3].clock = ClockMark::Suspect;
        others[4].disposition = Disposition::Quarantined(Why::State);
        others[5].absent = vec![op(7)];
        others[6].instead = vec![op(7)];
        for other in &others {
            assert_ne!(digest(9, [(op(1), other, Body::Kept)]), base, "{other:?}");
        }
        assert_ne!(digest(9, [(op(1), &stamp(1), Body::Erased)]), base);
    }

    #[test]
    fn what_never_entered_the_stream_does_not_count() {
        let mut foreign = stamp(1);
        foreign.disposition = Disposition::Refused(Why::Stream);
        assert_eq!(digest(9, [(op(1), &foreign, Body::Kept)]), digest(9, []));
    }
}
