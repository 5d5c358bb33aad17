//! Links and splits: who is one person, whatever the order in which it was said.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::identity::{Identifier, IdentifierKind, Rules, Subject, Verified};
use crate::ids::{DeviceId, UserId};
use crate::register::Weight;
use crate::stream::Seen;

/// Subject A, B, C … as its referral's only op named it.
fn subject(n: u8) -> SubjectId {
    let referral = Uuid::from_u128(0x100 + u128::from(n));
    SubjectId::Named { referral, op: OpId { device: DeviceId(Uuid::from_u128(0xD0)), seq: u64::from(n) + 1 } }
}

fn pair(a: u8, b: u8) -> Pair {
    Pair::of(subject(a), subject(b)).expect("two subjects")
}

/// What was said, with what each author had seen.
#[derive(Debug, Default, Clone)]
struct Talk(Vec<(OpId, Pair, Tie, Weight, Seen, UserId)>);

impl Talk {
    /// The `author`th admin says something on a view of what was said at these places of the talk.
    fn say(&mut self, author: u8, (a, b): (u8, u8), tie: Tie, weight: Weight, knew: &[usize]) -> usize {
        let device = DeviceId(Uuid::from_u128(0xAD00 + u128::from(author)));
        let mine = self.0.iter().filter(|said| said.0.device == device).count();
        let mut seen = Seen::default();
        let own = (0..self.0.len()).filter(|at| self.0[*at].0.device == device);
        for at in knew.iter().copied().chain(own) {
            seen.add(self.0[at].0);
            seen.merge(&self.0[at].4.clone());
        }
        let op = OpId { device, seq: u64::try_from(mine).expect("few") + 1 };
        self.0.push((op, pair(a, b), tie, weight, seen, UserId(device.0)));
        self.0.len() - 1
    }

    fn link(&mut self, author: u8, ends: (u8, u8), knew: &[usize]) -> usize {
        self.say(author, ends, Tie::Linked, Weight::Ordinary, knew)
    }

    fn split(&mut self, author: u8, ends: (u8, u8), knew: &[usize]) -> usize {
        self.say(author, ends, Tie::Split, Weight::Ordinary, knew)
    }

    fn folded_in(&self, order: impl IntoIterator<Item = usize>) -> Persons {
        let said = order.into_iter().map(|at| {
            let (op, pair, tie, weight, past, author) = &self.0[at];
            let write = Write {
                op: *op,
                at: *op,
                author: *author,
                eff: Hlc::from_ms(1_780_000_000_000 + op.seq),
                value: tie.value().to_owned(),
                weight: *weight,
                past,
                reads: 1,
                since: 1,
            };
            Said { pair: pair.clone(), write }
        });
        // C was named first, then A, B, D …
        let named_at = [(2, 5), (0, 10), (1, 20), (3, 30)];
        let named_at = named_at.into_iter().map(|(n, ms)| (subject(n), Hlc::from_ms(ms))).collect();
        Persons::of(&said.collect::<Vec<_>>(), &named_at)
    }

    fn folded(&self) -> Persons {
        self.folded_in(0..self.0.len())
    }
}

fn are_one(persons: &Persons, a: u8, b: u8) -> bool {
    persons.representative(&subject(a)) == persons.representative(&subject(b))
}

#[test]
fn links_join_subjects_and_the_first_named_stands_for_them() {
    let mut talk = Talk::default();
    talk.link(1, (0, 1), &[]);
    talk.link(1, (1, 2), &[]);
    let persons = talk.folded();
    assert_eq!(persons.representative(&subject(0)), &subject(2));
    assert_eq!(persons.members(&subject(1)).len(), 3);
    assert_eq!(persons.representative(&subject(7)), &subject(7), "nobody linked it");
    assert_eq!(persons.disputes(), []);
}

#[test]
fn who_agreed_without_knowing_of_each_other_is_overruled_by_one_who_knew_both() {
    let mut talk = Talk::default();
    let links = [talk.link(1, (0, 1), &[]), talk.link(2, (0, 1), &[])];
    assert!(are_one(&talk.folded(), 0, 1));
    talk.split(3, (0, 1), &links);
    assert!(!are_one(&talk.folded(), 0, 1));
    assert_eq!(talk.folded().disputes(), [], "nobody contradicts it");
}

#[test]
fn somebody_who_knew_both_sides_joins_a_dispute_and_does_not_close_it() {
    let mut talk = Talk::default();
    let sides = [talk.link(1, (0, 1), &[]), talk.split(2, (0, 1), &[])];
    talk.link(3, (0, 1), &sides);
    let persons = talk.folded();
    assert_eq!(persons.standing(&pair(0, 1)), Some(Standing::Disputed));
    assert_eq!(persons.disputes()[0].sides.len(), 3);
    assert!(!are_one(&persons, 0, 1));
}

#[test]
fn c12_link_and_split_apart_count_as_split_until_they_are_settled() {
    let mut talk = Talk::default();
    let link = talk.link(1, (0, 1), &[]);
    let split = talk.split(2, (0, 1), &[]);
    let persons = talk.folded();
    assert!(!are_one(&persons, 0, 1));
    assert_eq!(persons.standing(&pair(0, 1)), Some(Standing::Disputed));
    let dispute = &persons.disputes()[0];
    assert_eq!((dispute.kind, dispute.sides.len()), (DisputeKind::LinkedAndSplit, 2));
    assert_eq!(held(&subject(0), &[], &persons), Held::Yes);
    talk.say(3, (0, 1), Tie::Linked, Weight::Settlement, &[link, split]);
    let settled = talk.folded();
    assert!(are_one(&settled, 0, 1));
    assert_eq!(settled.disputes(), []);
    assert_eq!(held(&subject(0), &[], &settled), Held::No);
}

#[test]
fn a_split_that_had_seen_the_link_undoes_it_and_can_be_undone() {
    let mut talk = Talk::default();
    let link = talk.link(1, (0, 1), &[]);
    let split = talk.split(2, (0, 1), &[link]);
    assert!(!are_one(&talk.folded(), 0, 1));
    assert_eq!(talk.folded().disputes(), []);
    talk.link(1, (0, 1), &[split]);
    assert!(are_one(&talk.folded(), 0, 1));
}

#[test]
fn c13_links_in_a_circle_and_both_ways_round_are_one_person() {
    let mut talk = Talk::default();
    for (author, ends) in [(1, (0, 1)), (2, (1, 0)), (3, (1, 2)), (4, (2, 0))] {
        talk.link(author, ends, &[]);
    }
    let persons = talk.folded();
    assert_eq!(persons.members(&subject(0)).len(), 3);
    assert_eq!(persons.disputes(), [], "two who say the same do not disagree");
}

#[test]
fn a_split_inside_a_person_lets_the_links_between_wait_and_no_others() {
    let mut talk = Talk::default();
    for ends in [(0, 1), (1, 2), (2, 3)] {
        talk.link(1, ends, &[]);
    }
    talk.split(2, (0, 2), &[]);
    let persons = talk.folded();
    assert!(!are_one(&persons, 0, 1) && !are_one(&persons, 1, 2) && !are_one(&persons, 0, 2));
    assert!(are_one(&persons, 2, 3), "what hangs on stays with its end");
    assert_eq!(persons.standing(&pair(0, 1)), Some(Standing::Waiting));
    let dispute = &persons.disputes()[0];
    assert_eq!((dispute.kind, dispute.sides.len()), (DisputeKind::SplitInsidePerson, 3));
    // An admin takes the wrong link back: the rest joins again.
    talk.split(3, (0, 1), &[0, 1, 2, 3]);
    let mended = talk.folded();
    assert!(are_one(&mended, 1, 3) && !are_one(&mended, 0, 1));
    assert_eq!(mended.disputes(), []);
}

#[test]
fn a_pair_has_one_name_whoever_is_named_first() {
    let number =
        Identifier { kind: IdentifierKind::Pnc, value: "2020/9n".to_owned(), verified: Verified::Yes };
    let number = SubjectId::of_number(&number).expect("its check letter fits");
    assert_eq!(number.to_string(), "pnc/20/0000009N");
    let a = Pair::of(subject(0), number.clone()).expect("two subjects");
    let b = Pair::of(number.clone(), subject(0)).expect("two subjects");
    assert_eq!(a.register(), b.register());
    assert_eq!(a.to_string().parse(), Ok(b));
    assert_eq!(Pair::of(number.clone(), number), None);
    for text in ["", "pnc/20/9M", "nobody/1", "referral/1/2", "pnc/20/9N~pnc/2020/9N", "force/"] {
        assert_eq!(text.parse::<Pair>(), Err(BadSubjectId), "{text}");
        assert_eq!(text.parse::<SubjectId>(), Err(BadSubjectId), "{text}");
    }
}

fn known(n: u8, given: &str, born: &str, pnc: Option<(&str, Verified)>) -> KnownSubject {
    let identifiers = pnc.map(|(value, verified)| Identifier {
        kind: IdentifierKind::Pnc,
        value: value.to_owned(),
        verified,
    });
    let subject_of = Subject {
        family: "Quillby".to_owned(),
        given: given.to_owned(),
        born: born.parse().ok(),
        identifiers: identifiers.into_iter().collect(),
    };
    KnownSubject { id: subject(n), subject: subject_of }
}

fn actions(new: &KnownSubject, others: &[KnownSubject], persons: &Persons) -> Vec<Action> {
    propose(new, others, persons, Rules::shipped()).into_iter().map(|proposal| proposal.action).collect()
}

#[test]
fn c10_one_number_on_what_looks_like_two_persons_links_nobody() {
    let seen = Some(("20/9N", Verified::Yes));
    let (a, b) = (known(0, "Rose", "1990-02-03", seen), known(1, "Dean", "1971-11-30", seen));
    let none = Persons::default();
    assert_eq!(actions(&a, &[b], &none), [Action::SharedNumber]);
    let open = [pair(0, 1)];
    assert_eq!((held(&subject(0), &open, &none), held(&subject(1), &open, &none)), (Held::Yes, Held::Yes));
    assert_eq!(held(&subject(2), &open, &none), Held::No);
}

#[test]
fn c11_only_the_strong_key_links_by_itself() {
    let rose = known(0, "Rose", "1990-02-03", None);
    let cases = [
        (known(1, "Rose", "1990-02-03", None), vec![Action::Link]),
        (known(1, "Rosie", "1990-02-03", None), vec![Action::MayBeOnePerson]),
        (known(1, "Rose", "1990-03-02", None), vec![Action::MayBeOnePerson]),
        (known(1, "Dean", "1971-11-30", None), vec![]),
    ];
    for (other, expected) in cases {
        let given = other.subject.given.clone();
        assert_eq!(actions(&rose, &[other], &Persons::default()), expected, "{given}");
    }
}

#[test]
fn nobody_is_asked_twice_about_a_pair() {
    let (rose, other) = (known(0, "Rose", "1990-02-03", None), known(1, "Rose", "1990-02-03", None));
    for tie in [Tie::Linked, Tie::Split] {
        let mut talk = Talk::default();
        talk.say(1, (0, 1), tie, Weight::Ordinary, &[]);
        assert_eq!(actions(&rose, std::slice::from_ref(&other), &talk.folded()), []);
    }
}

#[test]
fn of_a_common_name_the_most_alike_are_asked_about_and_of_linked_ones_one() {
    let new = known(0, "Rose", "1990-02-03", None);
    // Two that are nearly the same, and nine of one day with another way of the name.
    let mut others: Vec<KnownSubject> = (3..12).map(|n| known(n, "Rosemary", "1991-02-03", None)).collect();
    others.extend([1, 2].map(|n| known(n, "Rosie", "1990-02-03", None)));
    let of = |persons: &Persons| {
        let proposals = propose(&new, &others, persons, Rules::shipped());
        assert!(proposals.iter().all(|proposal| proposal.action == Action::MayBeOnePerson));
        proposals.into_iter().map(|proposal| proposal.pair).collect::<Vec<_>>()
    };
    let asked = of(&Persons::default());
    assert_eq!(asked.len(), MOST_ASKED);
    assert!(asked.contains(&pair(0, 1)) && asked.contains(&pair(0, 2)), "the most alike: {asked:?}");
    let mut talk = Talk::default();
    talk.say(1, (1, 2), Tie::Linked, Weight::Ordinary, &[]);
    let asked = of(&talk.folded());
    assert_eq!([pair(0, 1), pair(0, 2)].iter().filter(|pair| asked.contains(pair)).count(), 1);
}

fn talk() -> impl Strategy<Value = Talk> {
    let said = (0..4_u8, (0..5_u8, 1..5_u8), any::<bool>(), prop::bool::weighted(0.2), any::<u32>());
    prop::collection::vec(said, 0..14).prop_map(|said| {
        let mut talk = Talk::default();
        for (author, (a, step), linked, settles, knew) in said {
            let tie = if linked { Tie::Linked } else { Tie::Split };
            let weight = if settles { Weight::Settlement } else { Weight::Ordinary };
            let knew: Vec<usize> = (0..talk.0.len()).filter(|at| knew >> at & 1 == 1).collect();
            talk.say(author, (a, (a + step) % 5), tie, weight, &knew);
        }
        talk
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_order_and_no_repetition_changes_who_is_one_person(
        talk in talk(),
        order in Just((0..14_usize).collect::<Vec<_>>()).prop_shuffle(),
        again in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
    ) {
        let count = talk.0.len();
        let mut order: Vec<usize> = order.into_iter().filter(|at| *at < count).collect();
        if count > 0 {
            order.extend(again.into_iter().map(|index| index.index(count)));
        }
        prop_assert_eq!(talk.folded_in(order), talk.folded());
    }

    #[test]
    fn nobody_is_joined_over_a_pair_that_counts_as_split(talk in talk()) {
        let persons = talk.folded();
        for (_, pair, ..) in &talk.0 {
            let (a, b) = pair.ends();
            let one = persons.representative(a) == persons.representative(b);
            match persons.standing(pair) {
                Some(Standing::Linked) => prop_assert!(one),
                Some(Standing::Split | Standing::Disputed) => prop_assert!(!one, "{pair}"),
                Some(Standing::Waiting) => {}
                None => prop_assert!(false, "something was said of it"),
            }
        }
    }
}
