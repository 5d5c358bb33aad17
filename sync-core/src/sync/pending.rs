//! What an op waits for before the server judges it, and what becomes of a cause that does not come.
//!
//! ```text
//!   x names d    d is stamped                    d is part of x's past
//!                d is not here, x waits          x is durable, acknowledged, pending
//!                d is not here, the wait is over d is absent for good; in its place stands what x's
//!                                                device says lies behind d, as far as it is here
//!                d was in a server log that is
//!                lost                            the same, at once
//! ```
//! Foreign and unknown look alike: an op in a stream that the author could never read counts as not
//! here. Does not stamp, and does not read a clock.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::ids::OpId;

/// How long an op waits for a cause that the server lacks: 72 hours.
pub const WAIT_MS: u64 = 72 * 60 * 60 * 1000;

/// What the server has of a cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// It has its stamp.
    Stamped,
    /// It is here and waits itself.
    Pending,
    /// It is not here, or not for this author; it may come.
    Missing,
    /// It was in a log of the server that ended with an epoch; it never comes.
    Lost,
}

/// How far an op still waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// For everything that may come.
    Waits,
    /// Only for what is here and waits itself.
    Over,
    /// For nothing: those left wait for each other, which only a device that cheats can bring about.
    Out,
}

impl Patience {
    /// The patience of an op that arrived at `arrived_ms`.
    #[must_use]
    pub fn at(arrived_ms: u64, now_ms: u64) -> Self {
        if now_ms >= arrived_ms.saturating_add(WAIT_MS) { Self::Over } else { Self::Waits }
    }
}

/// What a device says lies behind ops of others that it holds without a stamp of this epoch.
pub type Behind = BTreeMap<OpId, Vec<OpId>>;

/// What the causes that an op names came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Causes {
    /// They are part of its past.
    pub present: BTreeSet<OpId>,
    /// It waits for these; while there is one, it is not judged.
    pub awaited: BTreeSet<OpId>,
    /// Named, and not waited for any more.
    pub absent: BTreeSet<OpId>,
    /// What stands in the place of the absent ones.
    pub instead: BTreeSet<OpId>,
}

impl Causes {
    /// The heads of what the author knew, as far as it is here.
    pub fn known(&self) -> impl Iterator<Item = OpId> + '_ {
        self.present.iter().chain(&self.instead).copied()
    }
}

/// Sorts the causes that an op names.
pub fn resolve<E>(
    named: impl IntoIterator<Item = OpId>,
    patience: Patience,
    behind: &Behind,
    mut cause: impl FnMut(OpId) -> Result<Cause, E>,
) -> Result<Causes, E> {
    let mut causes = Causes::default();
    let mut lost: Vec<OpId> = Vec::new();
    for id in named {
        match (cause(id)?, patience) {
            (Cause::Stamped, _) => causes.present.insert(id),
            (Cause::Missing, Patience::Waits) | (Cause::Pending, Patience::Waits | Patience::Over) => {
                causes.awaited.insert(id)
            }
            (Cause::Lost, _) | (Cause::Missing, Patience::Over | Patience::Out) | (Cause::Pending, _) => {
                lost.push(id);
                causes.absent.insert(id)
            }
        };
    }
    let mut walked: BTreeSet<OpId> = causes.absent.clone();
    while let Some(id) = lost.pop() {
        for id in behind.get(&id).into_iter().flatten().copied().filter(|id| walked.insert(*id)) {
            match (cause(id)?, patience) {
                (Cause::Stamped, _) => {
                    causes.instead.insert(id);
                }
                (Cause::Missing, Patience::Waits) | (Cause::Pending, Patience::Waits | Patience::Over) => {
                    causes.awaited.insert(id);
                }
                (Cause::Lost, _) | (Cause::Missing, Patience::Over | Patience::Out) | (Cause::Pending, _) => {
                    lost.push(id);
                }
            }
        }
    }
    Ok(causes)
}

/// What a device tells of lost ops that its own name: from them on, through every one of which it holds
/// a copy without a stamp of this epoch, what each builds on; so many at most. `lost` gives the causes
/// of such a copy.
///
/// Asked for every own op that the device pushes, and for every one that the server has and did not
/// stamp: that one waits for something, and may have been pushed before the device knew that it is lost.
///
/// # Errors
/// The fault of `lost`.
pub fn behind<E>(
    named: impl IntoIterator<Item = OpId>,
    most: usize,
    mut lost: impl FnMut(OpId) -> Result<Option<Vec<OpId>>, E>,
) -> Result<Behind, E> {
    let mut behind = Behind::new();
    let mut asked: VecDeque<OpId> = named.into_iter().collect();
    while let Some(id) = asked.pop_front() {
        if behind.len() == most {
            break;
        }
        if behind.contains_key(&id) {
            continue;
        }
        let Some(causes) = lost(id)? else { continue };
        asked.extend(causes.iter().copied());
        behind.insert(id, causes);
    }
    Ok(behind)
}

/// Whether a device tells something new of what lies behind lost ops: its ops that wait are tried again.
#[must_use]
pub fn tells_news(known: &Behind, told: &[(OpId, Vec<OpId>)]) -> bool {
    told.iter().any(|(id, causes)| known.get(id) != Some(causes))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::ids::DeviceId;

    fn op(n: u128) -> OpId {
        OpId { device: DeviceId(Uuid::from_u128(n)), seq: 1 }
    }

    /// 1 is stamped, 2 is pending, 3 is missing, 4 is lost.
    fn here(id: OpId) -> Result<Cause, ()> {
        let causes = [Cause::Stamped, Cause::Pending, Cause::Missing, Cause::Lost];
        let at = causes.into_iter().zip(1..).find(|(_, n)| op(*n) == id);
        Ok(at.map_or(Cause::Missing, |(cause, _)| cause))
    }

    fn sorted(named: &[u128], patience: Patience, behind: &[(u128, &[u128])]) -> [Vec<u128>; 4] {
        let ids = |list: &[u128]| list.iter().map(|n| op(*n)).collect::<Vec<_>>();
        let behind = behind.iter().map(|(id, list)| (op(*id), ids(list))).collect();
        let causes = resolve(ids(named), patience, &behind, here).expect("nothing fails");
        [causes.present, causes.awaited, causes.absent, causes.instead]
            .map(|set| set.into_iter().map(|id| id.device.0.as_u128()).collect())
    }

    #[test]
    fn each_cause_waits_or_is_absent() {
        let none = Vec::new;
        let all = &[1, 2, 3, 4];
        assert_eq!(sorted(all, Patience::Waits, &[]), [vec![1], vec![2, 3], vec![4], none()]);
        assert_eq!(sorted(all, Patience::Over, &[]), [vec![1], vec![2], vec![3, 4], none()]);
        assert_eq!(sorted(all, Patience::Out, &[]), [vec![1], none(), vec![2, 3, 4], none()]);
    }

    #[test]
    fn behind_a_lost_op_stands_what_its_reader_had_seen() {
        let behind: &[(u128, &[u128])] = &[(4, &[5]), (5, &[1, 4])];
        assert_eq!(sorted(&[4], Patience::Waits, behind), [vec![], vec![5], vec![4], vec![]]);
        assert_eq!(sorted(&[4], Patience::Over, behind), [vec![], vec![], vec![4], vec![1]]);
    }

    #[test]
    fn a_device_tells_what_lies_behind_lost_ops_and_nothing_of_others() {
        let copies = BTreeMap::from([(1, vec![2, 3]), (2, vec![1]), (4, vec![5])]);
        let told = |named: &[u128], most| {
            let lost = |id: OpId| {
                let causes = copies.get(&id.device.0.as_u128());
                Ok::<_, ()>(causes.map(|causes| causes.iter().map(|n| op(*n)).collect()))
            };
            let told = behind(named.iter().map(|n| op(*n)), most, lost).expect("nothing fails");
            told.keys().map(|id| id.device.0.as_u128()).collect::<Vec<_>>()
        };
        assert_eq!(told(&[1, 3], 9), [1, 2]);
        assert_eq!(told(&[1, 4], 1), [1]);
        assert!(told(&[3, 5], 9).is_empty());
    }

    #[test]
    fn only_what_was_not_told_before_is_news() {
        let known = Behind::from([(op(1), vec![op(2)])]);
        assert!(!tells_news(&known, &[]) && !tells_news(&known, &[(op(1), vec![op(2)])]));
        assert!(tells_news(&known, &[(op(1), vec![])]) && tells_news(&known, &[(op(2), vec![])]));
    }

    #[test]
    fn the_wait_ends_after_72_hours_and_not_before() {
        assert_eq!(Patience::at(1000, 999 + WAIT_MS), Patience::Waits);
        assert_eq!(Patience::at(1000, 1000 + WAIT_MS), Patience::Over);
    }
}
