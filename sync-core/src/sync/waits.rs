//! Ops whose waits end together: in which order they are tried, and which one is let go where they wait for each other.
//!
//! ```text
//!   a names b, b names c        c, then b, then a: c may be what gave b's author the stream
//!   a names b, b and c name     of b and c the first of its log is let go; a is tried after it, and loses
//!   each other                  nothing
//! ```
//! Only a device that cheats writes a circle. Does not stamp, and does not say whose wait is over: see
//! [`super::pending`].

use std::collections::{BTreeMap, BTreeSet};

use crate::ids::OpId;

/// Of some ops that wait, what each waits for among them: what it names, and the one before it in its log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waits(BTreeMap<OpId, BTreeSet<OpId>>);

impl Waits {
    /// Each op is given with what it waits for, of which what is not among them does not count.
    #[must_use]
    pub fn of(mut causes: BTreeMap<OpId, BTreeSet<OpId>>) -> Self {
        let waiting: BTreeSet<OpId> = causes.keys().copied().collect();
        for (id, named) in &mut causes {
            named.retain(|cause| cause != id && waiting.contains(cause));
        }
        Self(causes)
    }

    /// The ops in groups, none before one that it waits for; those that wait for each other, and whoever waits for
    /// them, come together at the end.
    #[must_use]
    pub fn causes_first(&self) -> Vec<Vec<OpId>> {
        let mut left = self.0.clone();
        let mut effects: BTreeMap<OpId, Vec<OpId>> = BTreeMap::new();
        for (id, causes) in &left {
            causes.iter().for_each(|cause| effects.entry(*cause).or_default().push(*id));
        }
        let mut groups = Vec::new();
        let mut next: Vec<OpId> =
            left.iter().filter(|(_, causes)| causes.is_empty()).map(|(id, _)| *id).collect();
        while !next.is_empty() {
            next.iter().for_each(|id| _ = left.remove(id));
            let mut freed = Vec::new();
            for cause in &next {
                for effect in effects.get(cause).into_iter().flatten() {
                    let Some(causes) = left.get_mut(effect) else { continue };
                    causes.remove(cause);
                    freed.extend(causes.is_empty().then_some(*effect));
                }
            }
            groups.push(std::mem::replace(&mut next, freed));
        }
        groups.extend((!left.is_empty()).then(|| left.into_keys().collect()));
        groups
    }

    /// Of each circle that waits for nothing but itself, the op to let go: the first of its log in it.
    #[must_use]
    pub fn to_let_go(&self) -> BTreeSet<OpId> {
        let (mut chosen, mut seen) = (BTreeSet::new(), BTreeSet::new());
        for start in self.0.keys() {
            if !seen.insert(*start) {
                continue;
            }
            let (mut at, mut behind) = (*start, self.behind(*start));
            seen.extend(behind.iter().copied());
            while let Some(lower) = behind.iter().find(|id| !self.behind(**id).contains(&at)) {
                at = *lower;
                behind = self.behind(at);
            }
            behind.insert(at);
            chosen.extend(behind.into_iter().min_by_key(|id| (id.seq, id.device)));
        }
        chosen
    }

    /// Everything that an op waits for, through others.
    fn behind(&self, id: OpId) -> BTreeSet<OpId> {
        let (mut behind, mut asked) = (BTreeSet::new(), vec![id]);
        while let Some(id) = asked.pop() {
            asked.extend(self.0[&id].iter().filter(|cause| behind.insert(**cause)));
        }
        behind
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::ids::DeviceId;

    fn op(n: u128) -> OpId {
        OpId { device: DeviceId(Uuid::from_u128(n / 10)), seq: u64::try_from(n % 10).unwrap_or_default() }
    }

    /// Ops as two digits, device and seq, each with what it waits for.
    fn waits(list: &[(u128, &[u128])]) -> Waits {
        Waits::of(
            list.iter().map(|(id, causes)| (op(*id), causes.iter().map(|n| op(*n)).collect())).collect(),
        )
    }

    fn numbers(ids: impl IntoIterator<Item = OpId>) -> Vec<u128> {
        ids.into_iter().map(|id| id.device.0.as_u128() * 10 + u128::from(id.seq)).collect()
    }

    fn groups(list: &[(u128, &[u128])]) -> Vec<Vec<u128>> {
        waits(list).causes_first().into_iter().map(numbers).collect()
    }

    #[test]
    fn no_op_is_tried_before_one_that_it_waits_for() {
        assert!(groups(&[]).is_empty());
        assert_eq!(groups(&[(11, &[31]), (21, &[]), (31, &[21, 31, 91])]), [[21], [31], [11]]);
        let diamond = groups(&[(11, &[21, 31]), (21, &[41]), (31, &[41]), (41, &[])]);
        assert_eq!(diamond, [vec![41], vec![21, 31], vec![11]]);
    }

    #[test]
    fn a_circle_and_who_waits_for_it_come_last() {
        assert_eq!(groups(&[(11, &[21]), (21, &[11]), (31, &[]), (41, &[21])]), [vec![31], vec![11, 21, 41]]);
    }

    #[test]
    fn of_each_circle_the_first_of_its_log_is_let_go_and_nobody_who_waits_for_it() {
        let let_go = |list: &[(u128, &[u128])]| numbers(waits(list).to_let_go());
        assert!(let_go(&[]).is_empty());
        assert_eq!(let_go(&[(11, &[32]), (31, &[32]), (32, &[31])]), [31], "11 waits for the circle");
        assert_eq!(let_go(&[(12, &[12]), (21, &[12])]), [12], "one that names itself");
        assert_eq!(
            let_go(&[(11, &[12]), (12, &[11]), (21, &[22]), (22, &[21, 11])]),
            [11],
            "one circle waits for the other"
        );
        assert_eq!(let_go(&[(11, &[12]), (12, &[11]), (21, &[22]), (22, &[21])]), [11, 21]);
    }
}
