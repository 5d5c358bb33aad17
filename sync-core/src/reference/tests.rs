//! Every slip a check character can catch is caught; every way people type is read.

use proptest::prelude::*;

use super::*;

fn sample(id: u128) -> HumanReference {
    HumanReference::of("TVP", Uuid::from_u128(id)).expect("TVP is a prefix")
}

fn typed(values: &[u8]) -> String {
    format!("TVP{}", values.iter().map(|value| letter(*value)).collect::<String>())
}

fn values_of(reference: &HumanReference) -> Vec<u8> {
    let mut values = reference.data.to_vec();
    values.push(check(&reference.data));
    values
}

#[test]
fn a_reference_reads_as_in_the_book() {
    let reference = HumanReference::parse("TVP-7KQ2-M4XD-9").expect("the book's example is valid");
    assert_eq!(reference.to_string(), "TVP-7KQ2-M4XD-9");
    assert_eq!(reference.prefix(), "TVP");
}

#[test]
fn the_same_record_always_has_the_same_reference() {
    assert_eq!(sample(7), sample(7));
    assert_ne!(sample(7), sample(8));
    let nil = HumanReference::of("TVP", Uuid::nil()).expect("TVP is a prefix");
    assert_eq!(nil.to_string(), "TVP-6X3G-HZZQ-7");
}

#[test]
fn every_single_wrong_character_is_caught() {
    for id in 0..64 {
        let good = values_of(&sample(id));
        for place in 0..good.len() {
            for wrong in (0..32).filter(|wrong| *wrong != good[place]) {
                let mut values = good.clone();
                values[place] = wrong;
                assert_eq!(HumanReference::parse(&typed(&values)), Err(BadReference::Check));
            }
        }
    }
}

#[test]
fn every_swap_of_neighbours_is_caught() {
    for place in 0..DATA {
        for (a, b) in (0..32).flat_map(|a| (0..32).map(move |b| (a, b))).filter(|(a, b)| a != b) {
            let mut data = sample(1).data;
            data[place] = a;
            if place + 1 < DATA {
                data[place + 1] = b;
            }
            let mut values = data.to_vec();
            values.push(check(&data));
            if values[place] == values[place + 1] {
                continue;
            }
            values.swap(place, place + 1);
            assert_eq!(HumanReference::parse(&typed(&values)), Err(BadReference::Check), "{place} {a} {b}");
        }
    }
}

#[test]
fn people_may_type_it_their_way() {
    let reference = HumanReference { prefix: "TVP".to_owned(), data: [0, 1, 1, 0, 31, 2, 0, 1] };
    let written = reference.to_string();
    let theirs = [
        written.to_lowercase(),
        written.replace('-', ""),
        written.replace('-', " "),
        written.replace('0', "O"),
        written.replace('1', "I"),
        written.replace('1', "l"),
    ];
    for text in theirs {
        assert_eq!(HumanReference::parse(&text), Ok(reference.clone()), "{text}");
    }
}

#[test]
fn what_is_no_reference_is_refused() {
    for text in [
        "",
        "TVP",
        "7KQ2M4XD9",
        "T-7KQ2-M4XD-9",
        "TVP-7KQ2-M4XU-9",
        "TVPOLE-7KQ2-M4XD-9",
        "T4P-7KQ2-M4XD-9",
        "é",
    ] {
        assert_eq!(HumanReference::parse(text), Err(BadReference::Shape), "{text}");
    }
    assert_eq!(HumanReference::of("tvp", Uuid::nil()), Err(BadReference::Shape));
}

proptest! {
    #[test]
    fn every_reference_is_read_back(id: u128) {
        let reference = sample(id);
        prop_assert_eq!(HumanReference::parse(&reference.to_string()), Ok(reference.clone()));
        let json = serde_json::to_string(&reference).expect("a reference serialises");
        prop_assert_eq!(serde_json::from_str::<HumanReference>(&json).ok(), Some(reference));
    }

    #[test]
    fn no_text_makes_the_reader_panic(text: String) {
        let _ = HumanReference::parse(&text);
    }
}
