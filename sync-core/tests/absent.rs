//! What a dep that a stamp lists as absent does to ancestry: nothing, then and later, for anybody.
//!
//! ```text
//!   s ──── d          d was lost; x was stamped without it, on what its author had seen behind d
//!    ╲─ x             d comes late: concurrent with x
//! ```
//! Does not test how long an op waits: see `sync::pending`.

use proptest::prelude::*;
use sync_core::clock::{ClockMark, Hlc};
use sync_core::ids::{CompartmentKind, DeviceId, OpId, OrgId, Record, Stream, UserId};
use sync_core::stamp::{Disposition, Stamp};
use sync_core::stream::{History, StreamOp};
use uuid::Uuid;

fn stream() -> Stream {
    Record::referral(Uuid::from_u128(1)).stream(CompartmentKind::Shared, OrgId(Uuid::from_u128(2)))
}

fn id(device: u128, seq: u64) -> OpId {
    OpId { device: DeviceId(Uuid::from_u128(device)), seq }
}

fn op(id: OpId, place: u64, deps: &[OpId], absent: &[OpId], instead: &[OpId]) -> StreamOp {
    let stamp = Stamp {
        place,
        received_ms: place,
        eff: Hlc(place),
        clock: ClockMark::Plain,
        disposition: Disposition::Accepted,
        absent: absent.to_vec(),
        instead: instead.to_vec(),
    };
    StreamOp {
        id,
        stream: stream(),
        deps: deps.to_vec(),
        hlc: Hlc(place),
        author: UserId(Uuid::from_u128(id.device.0.as_u128())),
        kind: "future.kind".parse().expect("it is written as kinds are"),
        vocabulary: 1,
        body: Some("{}".into()),
        erased: None,
        stamp: Some(stamp),
    }
}

const S: u128 = 1;
const D: u128 = 2;
const X: u128 = 3;

#[test]
fn what_stands_in_place_of_an_absent_dep_is_in_the_past_and_the_late_op_is_concurrent() {
    let (submitted, lost, late_reader) = (id(S, 1), id(D, 1), id(X, 1));
    let s = op(submitted, 1, &[], &[], &[]);
    let x = op(late_reader, 2, &[lost], &[lost], &[submitted]);
    let before = History::new([s.clone(), x.clone()]);
    assert!(before.past(late_reader).is_some_and(|past| past.contains(submitted) && !past.contains(lost)));
    assert_eq!(before.heads(), [late_reader]);

    let d = op(lost, 3, &[submitted], &[], &[]);
    let after = History::new([d, x, s]);
    assert_eq!(after.past(late_reader), before.past(late_reader), "ancestry is exact, then and later");
    assert!(after.concurrent(lost, late_reader), "both are heard");
    assert_eq!(after.heads(), [lost, late_reader]);
}

#[test]
fn nobody_can_claim_to_have_seen_what_was_not_written_yet() {
    let future = id(D, 9);
    let claims = op(id(X, 1), 1, &[future], &[future], &[]);
    let written_later: Vec<_> = (1..=9).map(|seq| op(id(D, seq), 1 + seq, &[id(X, 1)], &[], &[])).collect();
    let history = History::new(written_later.into_iter().chain([claims]));
    assert!(history.past(id(X, 1)).is_some_and(|past| (1..=9).all(|seq| !past.contains(id(D, seq)))));
    let first = history.iter().next().map(|op| op.id);
    assert_eq!(first, Some(id(X, 1)), "a claim makes no circle");
}

proptest! {
    /// Readers who got a late op at different times, and others never lost it, order and relate alike.
    #[test]
    fn ancestry_is_equal_for_every_reader(
        rows in prop::collection::vec((0..4_u128, any::<u16>(), any::<bool>(), any::<u16>()), 1..30),
        order in Just((0..30_usize).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let mut ops: Vec<StreamOp> = Vec::new();
        let mut seqs = [0_u64; 4];
        for (place, (device, dep, is_absent, instead)) in (1..).zip(rows) {
            let at = usize::try_from(device).expect("four devices");
            seqs[at] += 1;
            let pick = |n: u16| (!ops.is_empty()).then(|| ops[usize::from(n) % ops.len()].id);
            let me = id(device, seqs[at]);
            // An absent dep may be one that is written by somebody later.
            let future = id(u128::from(dep % 4), u64::from(dep / 4 % 9) + 1);
            let op = match (is_absent, pick(dep), pick(instead)) {
                (true, _, Some(instead)) => op(me, place, &[future], &[future], &[instead]),
                (true, _, None) => op(me, place, &[future], &[future], &[]),
                (false, Some(dep), _) if dep.device != me.device => op(me, place, &[dep], &[], &[]),
                (false, _, _) => op(me, place, &[], &[], &[]),
            };
            ops.push(op);
        }
        let whole = History::new(ops.clone());
        let shuffled = order.iter().filter_map(|i| ops.get(*i)).cloned();
        let other = History::new(shuffled);
        for held in &ops {
            prop_assert_eq!(whole.past(held.id), other.past(held.id));
        }
        prop_assert!(whole.iter().map(|op| op.id).eq(other.iter().map(|op| op.id)));
        // Whoever has only the first part relates it as those do who have everything.
        let part = History::new(ops[..ops.len() / 2].iter().cloned());
        for held in part.iter() {
            prop_assert_eq!(whole.past(held.id), part.past(held.id));
        }
    }
}
