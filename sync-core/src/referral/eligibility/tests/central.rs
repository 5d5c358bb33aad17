//! What the central record says in one word, and what each pack makes of the word.

use super::*;
use crate::persons::Held;
use crate::referral::rule_inputs::{check_of, prior_answer};

const ALL: [PriorAnswer; 5] = [
    PriorAnswer::NoneCounts,
    PriorAnswer::Engaged,
    PriorAnswer::InProgress,
    PriorAnswer::NotEngaged,
    PriorAnswer::Perhaps,
];

fn looked_up(answer: PriorAnswer) -> Inputs {
    let check = PriorCheck { answer, at_ms: NOW_MS - 5_000 };
    plain_but(|inputs| {
        inputs.freshness = Freshness::CentralRecord { asked_ms: check.at_ms };
        inputs.checks = vec![check.read(NOW_MS)];
    })
}

fn says(id: &str, sure: &[Prior], doubtful: &[Prior]) -> PriorAnswer {
    prior_answer(pack(id), sure, doubtful, Held::No, NOW_MS)
}

#[test]
fn each_word_is_judged_as_the_pack_says_and_perhaps_as_none() {
    use Verdict::{Discretion, Eligible};
    let table = [
        (PriorAnswer::NoneCounts, [Eligible, Eligible, Eligible, Eligible]),
        (PriorAnswer::Perhaps, [Eligible, Eligible, Eligible, Eligible]),
        (PriorAnswer::InProgress, [Eligible, Eligible, not_eligible(), Eligible]),
        (PriorAnswer::Engaged, [Eligible, Eligible, not_eligible(), Eligible]),
        (PriorAnswer::NotEngaged, [not_eligible(), Discretion, not_eligible(), not_eligible()]),
    ];
    for (answer, expected) in table {
        for (id, expected) in PACKS.iter().zip(expected) {
            let judged = assess(pack(id), &looked_up(answer), &[], NOW_MS);
            assert_eq!(judged.verdict, expected, "{answer:?} under {id}");
            assert_eq!(judged.freshness_ms, Some(5_000));
        }
    }
}

#[test]
fn the_central_record_stands_above_what_the_device_holds_unless_it_is_worse() {
    let closed = [prior(30, Level::L0)];
    assert_eq!(verdict(&looked_up(PriorAnswer::NoneCounts), &closed), Verdict::Eligible, "split since");
    assert_eq!(verdict(&looked_up(PriorAnswer::Perhaps), &closed), Verdict::Eligible, "it never harms");
    assert_eq!(verdict(&looked_up(PriorAnswer::Engaged), &closed), Verdict::Eligible, "came since");
    let open = [Prior { standing: Standing::Open, ..prior(3, Level::L0) }];
    assert_eq!(verdict(&looked_up(PriorAnswer::NotEngaged), &open), Verdict::Eligible, "not sent yet");
    assert_eq!(verdict(&looked_up(PriorAnswer::NotEngaged), &[]), not_eligible());
}

#[test]
fn what_is_said_stands_in_the_findings_with_where_it_comes_from() {
    for answer in ALL {
        let judged = judge(&looked_up(answer), &[]);
        let said = [Rule::FirstTime, Rule::Engaged].map(|rule| finding(&judged, rule));
        let said = said.into_iter().find(|finding| finding.inputs.contains_key("central"));
        let said = said.unwrap_or_else(|| panic!("{answer:?} is said"));
        assert_eq!(said.inputs["central"], answer.code());
        assert!(said.sentence.starts_with(answer.words()), "{}", said.sentence);
    }
}

#[test]
fn a_word_is_read_back_from_the_record_as_it_was_said() {
    for answer in ALL {
        let check = PriorCheck { answer, at_ms: NOW_MS - 5_000 };
        assert_eq!(check.read(NOW_MS).central(), Some(answer));
        let recorded = check_of(&check, NOW_MS);
        assert_eq!((recorded.channel.as_str(), recorded.age_ms), ("look_up", Some(5_000)));
        let by_radio = Check { channel: "voice_radio".to_owned(), ..check.read(NOW_MS) };
        assert_eq!(by_radio.central(), None, "a person who was asked is no look-up");
    }
}

#[test]
fn how_far_the_person_got_gives_the_word() {
    let voluntary = Route::Voluntary { force_told: ForceTold::Agreed };
    let table = [
        (vec![], PriorAnswer::NoneCounts),
        (vec![prior(30, Level::L0)], PriorAnswer::NotEngaged),
        (vec![prior(30, Level::L1)], PriorAnswer::NotEngaged),
        (vec![prior(30, Level::L2)], PriorAnswer::Engaged),
        (vec![prior(30, Level::L3)], PriorAnswer::Engaged),
        (vec![Prior { standing: Standing::Open, ..prior(30, Level::L0) }], PriorAnswer::InProgress),
        (vec![Prior { standing: Standing::AttendedSince, ..prior(30, Level::L1) }], PriorAnswer::Engaged),
        (vec![Prior { delivered: Delivered::Unknown, ..prior(30, Level::L0) }], PriorAnswer::Perhaps),
        (vec![Prior { delivered: Delivered::No, ..prior(30, Level::L0) }], PriorAnswer::NoneCounts),
        (vec![Prior { route: voluntary, ..prior(30, Level::L0) }], PriorAnswer::NoneCounts),
        (
            vec![Prior { excluded: Some(Exclusion::WrongPerson), ..prior(30, Level::L0) }],
            PriorAnswer::NoneCounts,
        ),
    ];
    for (sure, expected) in table {
        assert_eq!(says(PACKS[0], &sure, &[]), expected, "{sure:?}");
    }
}

#[test]
fn doubt_is_perhaps_and_what_counts_for_nothing_is_no_doubt() {
    let (no, yes) = ([prior(30, Level::L1)], [prior(20, Level::L3)]);
    assert_eq!(says(PACKS[0], &[], &no), PriorAnswer::Perhaps);
    assert_eq!(says(PACKS[0], &no, &yes), PriorAnswer::Perhaps);
    assert_eq!(says(PACKS[0], &yes, &no), PriorAnswer::Perhaps);
    let undelivered = [Prior { delivered: Delivered::No, ..prior(9, Level::L0) }];
    assert_eq!(says(PACKS[0], &no, &undelivered), PriorAnswer::NotEngaged);
    let held = prior_answer(pack(PACKS[0]), &no, &[], Held::Yes, NOW_MS);
    assert_eq!(held, PriorAnswer::Perhaps, "an admin is asked who it is");
    let nothing = prior_answer(pack(PACKS[0]), &[], &[], Held::Yes, NOW_MS);
    assert_eq!(nothing, PriorAnswer::NoneCounts);
}

#[test]
fn no_word_makes_a_phone_judge_worse_than_the_record_does() {
    fn rank(verdict: &Verdict) -> u8 {
        if verdict.allows_diversion() { 2 } else { u8::from(*verdict == Verdict::Discretion) }
    }
    let standings = [Standing::Open, Standing::Closed, Standing::AttendedSince];
    for id in PACKS {
        for level in Level::ALL {
            for standing in standings {
                for delivered in [Delivered::Yes, Delivered::No, Delivered::Unknown] {
                    let sure = [Prior { standing, delivered, ..prior(30, *level) }];
                    let by_record = assess(pack(id), &plain(), &sure, NOW_MS).verdict;
                    let answer = says(id, &sure, &[]);
                    let by_word = assess(pack(id), &looked_up(answer), &[], NOW_MS).verdict;
                    assert!(rank(&by_word) >= rank(&by_record), "{id}: {sure:?} as {answer:?}");
                }
            }
        }
    }
}
