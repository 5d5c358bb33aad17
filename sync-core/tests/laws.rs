//! What holds for every history of a referral: three people with partial views write at random,
//! exchange at random, and all who hold the same ops see the same state.
//!
//! Does not test who may decide what: see `cells.rs`; nor what a settlement closes: see `settling.rs`.

use std::collections::BTreeSet;

use crate::common::{
    NOON_MS, World, accepted, attendance, booked, born, cancelled, consent, contact, passed_up, person,
    settled, submitted,
};
use proptest::collection::vec;
use proptest::prelude::*;
use sync_core::access::{Author, Role};
use sync_core::ids::{CompartmentKind, OpId};
use sync_core::referral::act::{
    Act, Attendance, CancelReason, Choice, ContactWhat, EntryStruck, Meeting, OpRef, PersonWithdrew,
    ReferralClosed, ReferralRejected, YesNo,
};
use sync_core::referral::fold::{Standing, StreamState, fold};
use sync_core::referral::judge::judge;
use sync_core::stamp::{Disposition, Why};
use sync_core::stream::{History, StreamOp};

const KINDS: [CompartmentKind; 2] = [CompartmentKind::Shared, CompartmentKind::Outreach];

/// One step of a random history.
#[derive(Debug, Clone)]
struct Step {
    who: usize,
    act: u8,
    pick: prop::sample::Index,
    clock_ms: u64,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (0..3_usize, 0..24_u8, any::<prop::sample::Index>(), 0..600_000_u64);
    vec(step.prop_map(|(who, act, pick, clock_ms)| Step { who, act, pick, clock_ms }), 1..28)
}

/// What three people wrote, and which ops each of them holds.
struct Told {
    world: World,
    held: [BTreeSet<OpId>; 3],
    booked: OpId,
}

fn people() -> [Author; 3] {
    [person(Role::Officer, 1), person(Role::ProviderLead, 1), person(Role::OutreachWorker, 1)]
}

impl Told {
    /// All three hold the submission and a booking; then they lose sight of each other.
    fn begin() -> Self {
        let mut world = World::default();
        world.tell(&people()[0], &consent(YesNo::Yes));
        world.tell(&people()[0], &submitted());
        let booked = world.tell(&people()[2], &booked(Meeting::Assessment));
        let held = world.ids().into_iter().collect::<BTreeSet<_>>();
        Self { world, held: [held.clone(), held.clone(), held], booked }
    }

    fn of(steps: &[Step]) -> Self {
        let mut told = Self::begin();
        steps.iter().for_each(|step| told.step(step));
        told
    }

    fn step(&mut self, step: &Step) {
        if step.act >= 20 {
            let other = (step.who + 1 + usize::from(step.act % 2)) % 3;
            let both: BTreeSet<_> = self.held[step.who].union(&self.held[other]).copied().collect();
            self.held[step.who].clone_from(&both);
            if step.act >= 22 {
                self.held[other] = both;
            }
            return;
        }
        let knew: Vec<_> = self.held[step.who].iter().copied().collect();
        let Some((act, to)) = self.act(step, &knew) else { return };
        let author = people()[step.who];
        let kept_aside = step.act != 13 && step.clock_ms.is_multiple_of(9);
        let what = if kept_aside { Disposition::Quarantined(Why::State) } else { Disposition::Accepted };
        let mut op = self.world.draft(&author, &act, to, &knew);
        if let Some(stamp) = &mut op.stamp {
            stamp.disposition = what;
        }
        let id = self.world.keep(op);
        self.world.set_clock(id, NOON_MS + step.clock_ms);
        self.held[step.who].insert(id);
    }

    fn act(&self, step: &Step, knew: &[OpId]) -> Option<(Act, CompartmentKind)> {
        let reason = "a reason".to_owned();
        let named = knew[step.pick.index(knew.len())];
        let act = match step.act {
            0 => accepted(),
            1 => Act::ReferralRejected(ReferralRejected { reason }),
            2 => cancelled(CancelReason::WrongProvider),
            3 => cancelled(CancelReason::WrongPerson),
            4 => born("1990-01-01"),
            5 => born("1991-01-01"),
            6 => consent(YesNo::No),
            7 => consent(YesNo::Yes),
            8 => Act::PersonWithdrew(PersonWithdrew { reason }),
            9 => contact(ContactWhat::Reached),
            10 => contact(ContactWhat::Attempted),
            11 => attendance(self.booked, Meeting::Assessment, Attendance::Attended),
            12 => attendance(self.booked, Meeting::Assessment, Attendance::DidNotAttend),
            13..=17 => return self.settlement(step, knew),
            18 => {
                let struck = Act::EntryStruck(EntryStruck { entry: OpRef::Id(named), reason, back: None });
                return Some((struck, self.world.op(named).stream.kind()));
            }
            _ => {
                let on = chrono::NaiveDate::from_ymd_opt(2026, 6, 1).expect("a date");
                Act::ReferralClosed(ReferralClosed { on, died: None })
            }
        };
        let to = act.info().compartments[0];
        Some((act, to))
    }

    /// Settles or passes up one of the conflicts that the author sees.
    fn settlement(&self, step: &Step, knew: &[OpId]) -> Option<(Act, CompartmentKind)> {
        let kind = KINDS[usize::from(step.act % 2)];
        let state = self.state_of(kind, knew);
        let conflict = state.conflicts.get(step.pick.index(state.conflicts.len().max(1)))?;
        let side = conflict.sides[step.pick.index(conflict.sides.len())];
        let act = match step.act {
            13 => settled(conflict, Choice::Admit(side)),
            14 => settled(conflict, Choice::KeepAside(side)),
            17 => passed_up(conflict),
            _ => settled(conflict, Choice::Op(side)),
        };
        Some((act, kind))
    }

    fn state_of(&self, kind: CompartmentKind, held: &[OpId]) -> StreamState {
        fold(&History::new(self.ops_of(kind, held)))
    }

    fn ops_of(&self, kind: CompartmentKind, held: &[OpId]) -> Vec<StreamOp> {
        self.world.ops(kind).into_iter().filter(|op| held.contains(&op.id)).collect()
    }
}

/// As a reader gets them: what was kept aside or refused travels without its body, until it is admitted.
fn skeletons(state: &StreamState, mut ops: Vec<StreamOp>) -> Vec<StreamOp> {
    let aside = |op: &StreamOp| {
        let entry = state.entries.iter().find(|entry| entry.id == op.id);
        entry.is_some_and(|entry| matches!(entry.standing, Standing::KeptAside | Standing::Refused))
    };
    ops.iter_mut().filter(|op| aside(op)).for_each(|op| op.body = None);
    ops
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn the_fold_is_the_same_for_any_order_and_any_duplication(
        steps in steps(),
        order in vec(any::<prop::sample::Index>(), 0..90),
    ) {
        let told = Told::of(&steps);
        for kind in KINDS {
            let ops = told.world.ops(kind);
            let mut arrived: Vec<_> = order.iter().map(|index| index.get(&ops).clone()).collect();
            arrived.extend(ops.iter().rev().cloned());
            let (all, arrived) = (History::new(ops), History::new(arrived));
            prop_assert!(all.iter().all(|op| arrived.op(op.id) == Some(op)));
            let (whole, other) = (fold(&all), fold(&arrived));
            prop_assert!(whole.conflicts.is_sorted_by_key(|conflict| conflict.id));
            prop_assert_eq!(serde_json::to_string(&whole).ok(), serde_json::to_string(&other).ok());
            prop_assert_eq!(whole.digest(), other.digest());
        }
    }

    #[test]
    fn the_fold_is_the_same_for_any_grouping(steps in steps(), group in vec(0..3_usize, 60)) {
        let told = Told::of(&steps);
        for kind in KINDS {
            let ops = told.world.ops(kind);
            let part = |n| ops.iter().zip(&group).filter(move |(_, g)| **g == n).map(|(op, _)| op.clone());
            let merged = |a: History, b: History| History::new(b.iter().chain(a.iter()).cloned());
            let [a, b, c] = [0, 1, 2].map(|n| History::new(part(n)));
            let left = merged(merged(a.clone(), b.clone()), c.clone());
            let right = merged(a, merged(b, c));
            let whole = fold(&told.world.history(kind)).digest();
            prop_assert_eq!(fold(&left).digest(), whole);
            prop_assert_eq!(fold(&right).digest(), whole);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn bodies_of_ops_without_effect_move_nothing(steps in steps()) {
        let told = Told::of(&steps);
        for kind in KINDS {
            let state = told.world.state(kind);
            let skeletons = History::new(skeletons(&state, told.world.ops(kind)));
            prop_assert_eq!(fold(&skeletons).digest(), state.digest());
        }
    }

    #[test]
    fn the_past_of_all_heads_is_the_whole_and_of_a_view_is_that_view(steps in steps()) {
        let told = Told::of(&steps);
        for kind in KINDS {
            let whole = told.world.history(kind);
            prop_assert_eq!(fold(&whole.as_of(&whole.heads())).digest(), fold(&whole).digest());
            for held in &told.held {
                let view = History::new(told.ops_of(kind, &held.iter().copied().collect::<Vec<_>>()));
                prop_assert_eq!(fold(&whole.as_of(&view.heads())).digest(), fold(&view).digest());
            }
        }
    }

    #[test]
    fn a_verdict_depends_on_what_the_author_knew_and_on_nothing_else(steps in steps(), who in 0..3_usize) {
        let told = Told::of(&steps);
        let knew: Vec<_> = told.held[who].iter().copied().collect();
        let author = people()[who];
        let mut alone = World::default();
        told.world.ids().into_iter().filter(|id| knew.contains(id)).for_each(|id| {
            alone.keep(told.world.op(id).clone());
        });
        for act in [accepted(), cancelled(CancelReason::NoOffence), contact(ContactWhat::Reached)] {
            let to = act.info().compartments[0];
            let op = told.world.draft(&author, &act, to, &knew);
            let among_all = judge(&op, &author, &told.world.knew_as_of(&knew));
            prop_assert_eq!(among_all, judge(&op, &author, &alone.knew()));
        }
    }

    #[test]
    fn everything_that_was_written_is_an_entry(steps in steps()) {
        let told = Told::of(&steps);
        let states: Vec<_> = KINDS.iter().map(|kind| told.world.state(*kind)).collect();
        let entries = states.iter().flat_map(|state| &state.entries).map(|entry| entry.id);
        prop_assert_eq!(entries.collect::<BTreeSet<_>>(), told.world.ids().into_iter().collect());
    }

    #[test]
    fn a_register_that_agrees_has_no_conflict_and_one_that_does_not_has_one(steps in steps()) {
        let state = Told::of(&steps).world.state(CompartmentKind::Shared);
        let values: BTreeSet<_> = state.register("subject/born").iter().map(|live| &live.value).collect();
        let conflicts = state.conflicts.iter().filter(|conflict| conflict.about == "subject/born").count();
        prop_assert_eq!(conflicts, usize::from(values.len() > 1));
    }
}
