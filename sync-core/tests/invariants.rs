//! The ten invariants of the scheme (01-scheme §3), over random histories of every kind of op.
//!
//! Invariant 4 is tested with the rules (`eligibility/tests/promises.rs`), invariant 10 with the table (`cells.rs`).
//! Does not ask who may record: here everything is accepted, so that the state must keep its promises alone.

use std::collections::BTreeSet;

use crate::common::examples::{every_kind, raised, withdrew};
use crate::common::{FORCE, PROVIDER, World, consent, contact, opened, person, stream, submitted};
use proptest::collection::vec;
use proptest::prelude::*;
use sync_core::access::{Role, Scope, readers};
use sync_core::ids::{CompartmentKind, DeviceId, OpId, UserId};
use sync_core::referral::act::{Act, ContactWhat, KINDS, OpRef, SafeguardingAcknowledged, YesNo};
use sync_core::referral::eligibility::{Level, Verdict};
use sync_core::referral::fold::fold;
use sync_core::referral::view::{Contact, View, view};
use sync_core::slots::{Slot, SlotAnswer, SlotState, answer};
use sync_core::stamp::Disposition;
use sync_core::stream::History;
use uuid::Uuid;

/// Which act, by whom, and whether its author knew everything before it.
type Step = (prop::sample::Index, u8, u8);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    vec((any::<prop::sample::Index>(), 0..2_u8, 0..4_u8), 1..40)
}

fn is_of_referrals(act: &Act) -> bool {
    let elsewhere =
        ["person.", "slot.", "service.", "provider.", "user.", "role.", "device.", "policy.", "body."];
    !elsewhere.iter().any(|start| act.kind().starts_with(start) && act.kind() != "person.withdrew")
}

/// A random history that begins with an encounter, its referral, and a concern.
fn told(steps: &[Step]) -> World {
    let acts: Vec<Act> = every_kind().into_iter().filter(is_of_referrals).collect();
    let mut world = World::default();
    world.tell(&person(Role::Officer, 1), &opened());
    world.tell(&person(Role::Officer, 1), &submitted());
    world.tell(&person(Role::Officer, 1), &raised());
    let begun = world.ids();
    for (act, who, knew) in steps {
        let act = &acts[act.index(acts.len())];
        let author = person(act.info().roles[0], u128::from(*who) + 1);
        let all = world.ids();
        let knew = if *knew == 0 { &begun } else { &all };
        world.write_stamped(&author, act, Disposition::Accepted, knew);
    }
    world
}

fn seen_in(world: &World, kinds: &[CompartmentKind]) -> View {
    view(&kinds.iter().map(|kind| world.state(*kind)).collect::<Vec<_>>())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    /// Invariant 1: No provider op, timer or level changes the disposal of the same encounter: it is a function of the
    /// force's own stream alone.
    #[test]
    fn i01_nothing_of_the_provider_moves_the_disposal(steps in steps()) {
        let world = told(&steps);
        prop_assert_eq!(world.view().disposal, seen_in(&world, &[CompartmentKind::Police]).disposal);
    }

    /// Invariant 2: The snapshot is what the first assessment wrote; later acts of other kinds leave it.
    #[test]
    fn i02_the_snapshot_does_not_change(steps in steps()) {
        let world = told(&steps);
        let assessed = world.state(CompartmentKind::Police);
        let assessed = assessed.entries.iter().any(|entry| entry.kind.as_str() == "eligibility.assessed");
        prop_assert_eq!(world.view().verdict, assessed.then_some(Verdict::Eligible));
    }

    /// Invariant 3: What a reader sees depends on neither order nor duplication of the ops.
    #[test]
    fn i03_neither_order_nor_duplication_changes_what_a_reader_sees(
        steps in steps(),
        order in vec(any::<prop::sample::Index>(), 0..60),
    ) {
        let world = told(&steps);
        let states = CompartmentKind::ALL.iter().map(|kind| {
            let ops = world.ops(*kind);
            let again = order.iter().filter(|_| !ops.is_empty()).map(|index| index.get(&ops).clone());
            fold(&History::new(again.chain(ops.iter().rev().cloned())))
        });
        let seen = view(&states.collect::<Vec<_>>());
        prop_assert_eq!(serde_json::to_value(&seen).ok(), serde_json::to_value(world.view()).ok());
    }

    /// Invariant 5: With a withdrawal that stands nobody may be contacted; an attempt made all the same is kept and marked,
    /// the person's own visit is kept and not marked, and a new consent lifts it.
    #[test]
    fn i05_a_withdrawal_stops_contact_until_a_new_consent(steps in steps()) {
        let mut world = told(&steps);
        let worker = person(Role::OutreachWorker, 9);
        world.tell(&person(Role::Officer, 1), &withdrew());
        prop_assert_eq!(world.view().contact, Contact::Stopped);
        let attempt = world.tell(&worker, &contact(ContactWhat::Attempted));
        let visit = world.tell(&worker, &contact(ContactWhat::PersonCame));
        let view = world.view();
        let marked = |op: OpId| view.marks.iter().any(|mark| mark.op == op && mark.mark == "after_withdrawal");
        prop_assert!(marked(attempt));
        prop_assert!(!marked(visit));
        prop_assert!(view.engagement.level >= Some(Level::L1), "the visit counts");
        let cancelled = view.cancelled.is_some();
        world.tell(&person(Role::Officer, 1), &consent(YesNo::Yes));
        let disputed = world.view().conflicts.iter().any(|conflict| conflict.about == "consent/contact");
        prop_assert!(cancelled || disputed || world.view().contact == Contact::Allowed);
    }

    /// Invariant 6: A concern is there until it is acknowledged by its id, whatever else happens.
    #[test]
    fn i06_a_concern_survives_until_it_is_acknowledged_by_its_id(steps in steps()) {
        let mut world = told(&steps);
        let raised = |world: &World| -> BTreeSet<OpId> {
            let state = world.state(CompartmentKind::Shared);
            let raised = state.acts().filter(|(_, act)| matches!(act, Act::SafeguardingRaised(_)));
            raised.map(|(entry, _)| entry.id).collect()
        };
        let acknowledged = |world: &World| -> BTreeSet<OpId> {
            let state = world.state(CompartmentKind::Shared);
            let acts = state.acts().filter_map(|(entry, act)| match act {
                Act::SafeguardingAcknowledged(body) => Some(body.raised.resolve(entry.id.device)),
                _ => None,
            });
            acts.collect()
        };
        let open: BTreeSet<OpId> = world.view().concerns.iter().map(|concern| concern.op).collect();
        let expected: BTreeSet<OpId> = raised(&world).difference(&acknowledged(&world)).copied().collect();
        prop_assert_eq!(&open, &expected);
        if let Some(first) = open.first().copied() {
            let raised = OpRef::Id(first);
            let act = Act::SafeguardingAcknowledged(SafeguardingAcknowledged { raised });
            world.tell(&person(Role::ProviderLead, 9), &act);
            let left: BTreeSet<OpId> = world.view().concerns.iter().map(|concern| concern.op).collect();
            prop_assert!(!left.contains(&first));
            prop_assert_eq!(left.len() + 1, open.len());
        }
    }

    /// Invariant 7: No slot is confirmed beyond its capacity, whatever the order in which requests come, and what was
    /// confirmed is confirmed again when it is asked again.
    #[test]
    fn i07_no_slot_is_confirmed_beyond_its_capacity(capacity in 0..4_u16, order in vec(0..8_u64, 1..30)) {
        let meeting = sync_core::referral::act::Meeting::Assessment;
        let slot = Slot { at_ms: 0, ends_ms: 1, meeting, capacity, state: SlotState::Open };
        let mut confirmed: Vec<OpId> = Vec::new();
        for seq in order {
            let request = OpId { device: DeviceId(Uuid::from_u128(1)), seq: seq + 1 };
            let was = confirmed.contains(&request);
            let now = answer(Some(&slot), &confirmed, request, 0);
            prop_assert!(!was || now == SlotAnswer::Confirmed);
            if now == SlotAnswer::Confirmed && !was {
                confirmed.push(request);
            }
            prop_assert!(confirmed.len() <= usize::from(capacity));
        }
        let closed = Slot { state: SlotState::Closed, ..slot };
        prop_assert!(confirmed.iter().all(|held| answer(Some(&closed), &confirmed, *held, 0) == SlotAnswer::Confirmed));
    }
}

/// Invariant 8: No feed of the force carries `outreach` or `care`, no feed of a provider `police`, none the audit log; and
/// every kind of op is written in compartments of one side alone, but for what is about disagreements.
#[test]
fn i08_no_feed_carries_what_its_readers_may_not_see() {
    let officer = UserId(Uuid::from_u128(7));
    let of =
        |kind: CompartmentKind| readers(kind, stream(kind).compartment.org, FORCE, &[officer], &[PROVIDER]);
    let is_force = |scope: &Scope| matches!(scope, Scope::Officer(_) | Scope::Force(_) | Scope::Desk(_));
    for kind in [CompartmentKind::Outreach, CompartmentKind::Care, CompartmentKind::Audit] {
        assert!(!of(kind).iter().any(is_force), "{kind}");
    }
    assert!(of(CompartmentKind::Police).iter().all(is_force));
    assert!(of(CompartmentKind::Audit).is_empty());
    for info in KINDS.iter().filter(|info| !info.kind.starts_with("conflict.") && info.kind != "entry.struck")
    {
        let police = info.compartments.contains(&CompartmentKind::Police);
        let clinical = info.compartments.contains(&CompartmentKind::Care);
        assert!(!(police && clinical), "{}", info.kind);
    }
}

/// Invariant 9: No field asks for, infers or scores an admission.
#[test]
fn i09_no_field_asks_for_an_admission() {
    let words = ["admission", "admitted", "admits", "confess", "guilt", "responsib"];
    for act in every_kind() {
        let body = act.body().to_lowercase();
        assert!(!words.iter().any(|word| body.contains(word)), "{}", act.kind());
    }
}
